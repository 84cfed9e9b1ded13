/**
 * Calls that leave through trunks: a dead one, one that refuses, failover in order, digest
 * credentials, forwarding headers (issue 2 §3; product.md §4.9, 4.16). Trunks are rows that the
 * whole product shares, so each case has a product of its own on the same database server.
 */
import t from 'tap'
import type { Trunk } from '../../src/call/trunk.ts'
import { play } from '../support/call-case.ts'
import type { CallCase, Played } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { headerOf } from '../support/ladder.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import { startSipp } from '../support/sipp.ts'
import type { SippReport, SippRun } from '../support/sipp.ts'

interface TrunkCase {
  readonly name: string
  /** Trunks in outgoing order: what SIPp plays at their far end, and how they differ. */
  readonly trunks: readonly {
    readonly scenario: string
    readonly trunk?: Partial<Trunk>
    readonly more?: readonly string[]
  }[]
  readonly call: CallCase
  /** Statuses of the trunks tried by the first leg. */
  readonly attempts: readonly number[]
  /** `trunks[i]` is what the far end of trunk i saw. */
  readonly check?: (seen: readonly SippReport[], played: Played) => void
}

const target = '+79160000001'
const talks = { scenario: 'uac-call-expect-answer' }
const answered = [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'] }] as const
const quick = { provisionalSeconds: 1 }

function callTo(callers: CallCase['callers'], records: CallCase['records']): CallCase {
  return { name: 'through trunks', phones: [{ scenario: '', address: target }], callers, records }
}

const cases: readonly TrunkCase[] = [
  {
    name: 'a silent trunk, then one with 503, then one that answers; Diversion tells who was called',
    trunks: [
      { scenario: 'uas-silent', trunk: quick }, { scenario: 'uas-unavailable-503' },
      { scenario: 'uas-expect-diversion' },
    ],
    call: callTo([talks], answered),
    attempts: [0, 503, 200],
    check: (seen, { scene }) => {
      const invite = seen[2]?.messages[0]?.text ?? ''
      const diversion = headerOf(invite, 'Diversion')
      if (!diversion.includes(scene.number)) throw new Error(`Diversion is ${diversion}`)
      if (!invite.startsWith(`INVITE sip:${target}@`)) throw new Error(invite.slice(0, 60))
    },
  },
  {
    name: 'busy is an answer of the phone, the next trunk is not tried',
    trunks: [{ scenario: 'uas-busy-486' }, { scenario: 'uas-ring-until-cancel' }],
    call: callTo([{ scenario: 'uac-all-busy-expect-486' }], [{ outcome: 'missed', status: 486, legs: ['busy'] }]),
    attempts: [486],
  },
  {
    name: 'all trunks dead: 480, not 503 and not 408',
    trunks: [{ scenario: 'uas-silent', trunk: quick }, { scenario: 'uas-unavailable-503' }],
    call: callTo([{ scenario: 'uac-unanswered-expect-480' }], [{ outcome: 'missed', status: 480, legs: ['failed'] }]),
    attempts: [0, 503],
  },
  {
    name: 'a trunk that says 100 at once and rings only after six seconds is at work: no other is dialled',
    trunks: [{ scenario: 'uas-trying-late-ring' }, { scenario: 'uas-ring-answer' }],
    call: { ...callTo([talks], answered), rules: [{ phones: [0], waitSeconds: 20 }] },
    attempts: [200],
  },
  {
    name: 'History-Info and the number without plus, where the trunk wants them so',
    trunks: [{ scenario: 'uas-expect-history-info', trunk: { diversion: 'historyInfo', numberFormat: 'e164' } }],
    call: callTo([talks], answered),
    attempts: [200],
    check: (seen) => {
      const invite = seen[0]?.messages[0]?.text ?? ''
      if (!invite.startsWith(`INVITE sip:${target.slice(1)}@`)) throw new Error(invite.slice(0, 60))
    },
  },
  {
    name: 'the personal number as identity: From is ours, the caller goes into P-Asserted-Identity or nowhere',
    trunks: [{ scenario: 'uas-ring-answer', trunk: { identity: 'personal' } }],
    call: callTo([talks], answered),
    attempts: [200],
    check: (seen, { scene }) => {
      const from = headerOf(seen[0]?.messages[0]?.text ?? '', 'From')
      if (!from.includes(scene.number)) throw new Error(`From is ${from}`)
    },
  },
  {
    name: 'a trunk over TCP, which wants national numbers',
    trunks: [{
      scenario: 'uas-ring-answer', more: ['-t', 't1'],
      trunk: { transport: 'tcp', numberFormat: 'national' },
    }],
    call: callTo([talks], answered),
    attempts: [200],
    check: (seen) => {
      const invite = seen[0]?.messages[0]?.text ?? ''
      if (!invite.startsWith('INVITE sip:89160000001@')) throw new Error(invite.slice(0, 60))
      if (!headerOf(invite, 'Via').includes('SIP/2.0/TCP')) throw new Error(headerOf(invite, 'Via'))
    },
  },
  {
    name: 'a trunk asserts the caller, a full one is passed over',
    trunks: [
      { scenario: 'uas-busy-486', trunk: { capacity: 0 } },
      { scenario: 'uas-ring-answer', trunk: { assertIdentity: true } },
    ],
    call: callTo([talks], answered),
    attempts: [503, 200],
    check: (seen) => {
      const invite = seen[1]?.messages[0]?.text ?? ''
      const asserted = headerOf(invite, 'P-Asserted-Identity')
      if (!/^<sip:\+7\d{10}@/.test(asserted)) throw new Error(`asserted is ${asserted}`)
    },
  },
  {
    name: 'a challenge of the trunk is answered with its credentials',
    trunks: [{
      scenario: 'uas-expect-digest',
      trunk: { credentials: { user: 'carrier-user', password: 'carrier-password' } },
    }],
    call: callTo([talks], answered),
    attempts: [200],
  },
]

// Two at a time: a product is three processes, and most of a case is waiting.
t.jobs = 2
for (const one of cases) {
  t.test(one.name, { buffered: true }, async (t) => {
    const far: SippRun[] = []
    for (const { scenario, more = [] } of one.trunks) far.push(await startSipp({ scenario, pauseMs: 300, more }))
    t.teardown(async () => { for (const run of far) await run.stop() })
    const trunks = one.trunks.map(({ trunk }, i) =>
      loopbackTrunk(far[i]?.port ?? 0, { name: `trunk ${i}`, order: i + 1, ...trunk }))
    const product = await startProduct({ database: await testDatabase(t), trunks })
    t.teardown(() => product.stop())
    const played = await play(product, one.call)
    t.same(played.faults, [], 'caller, phones and record are as they should be')
    const attempts = played.records[0]?.legs[0]?.attempts ?? []
    t.same(attempts.map(({ status }) => status), one.attempts, 'trunks tried, with their statuses')
    await checkFarEnds(t, one, far, played)
    const left = await product.quiet(40_000)
    t.same(left, nothing, 'nothing is left')
  })
}

async function checkFarEnds(t: Tap, one: TrunkCase, far: readonly SippRun[], played: Played): Promise<void> {
  const seen: SippReport[] = []
  for (const [i, run] of far.entries()) {
    const called = run.messages().length > 0
    const wanted = i < one.attempts.length && one.trunks[i]?.trunk?.capacity !== 0
    t.equal(called, wanted, `trunk ${i} was ${wanted ? '' : 'not '}called`)
    seen.push(called ? await run.done : await run.stop())
    if (called) t.equal(seen[i]?.code, 0, `far end of trunk ${i}: ${seen[i]?.errors}`)
  }
  t.doesNotThrow(() => one.check?.(seen, played))
}

type Tap = Pick<typeof t, 'equal' | 'doesNotThrow'>
