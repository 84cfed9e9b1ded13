/**
 * Calls that are refused, looped, cut or broken, over a fake server in virtual time; then random
 * phones, callers and instants with many seeds. After every call nothing is left.
 */
import t from 'tap'
import { Reception } from '../../src/app/reception.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { answers, busy, call, clean, phoneA, phoneB, phoneC, rings, world } from '../support/app-world.ts'
import { directory, invite, personalNumber, quiet, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { scriptedDialogues } from '../support/scripted-dialogues.ts'
import { FakeCaller } from '../support/fake-sip-server.ts'
import type { Phone } from '../support/fake-sip-server.ts'

t.test('a phone that forwards back to the personal number finds it busy', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: rings })
  const first = call(w)
  await w.clock.run(200)
  const second = call(w, { 'call-id': 'call-2', from: '<sip:+79161234567@192.0.2.1>;tag=b' })
  const other = call(w, { 'call-id': 'call-3', from: '<sip:+79167654321@192.0.2.1>;tag=c' })
  await w.clock.run(200)
  t.equal(second.final, 486)
  t.equal(other.final, 0, 'another caller rings on')
  first.cancel()
  other.cancel()
  await w.clock.run(60_000)
  t.match(w.journal.closed.find((r) => r.sipCallId === 'call-2'), { outcome: 'refused', reason: 'loop', status: 486 })
  const third = call(w, { 'call-id': 'call-4' })
  await w.clock.run(200)
  t.equal(third.final, 0, 'and later he may call again')
  third.cancel()
  await w.clock.run(60_000)
  clean(t, w, 4)
})

t.test('a target that is a personal number of this platform is not dialled', async (t) => {
  const w = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: busy, [phoneB]: busy }, { personal: [phoneA] })
  call(w)
  await w.clock.run(60_000)
  t.same(w.server.invites.map((i) => i.uri), [`sip:${phoneB}@192.0.2.1:5060`])
  clean(t, w)
})

const refusals: { name: string; headers?: Record<string, string>; over?: Parameters<typeof world>[2]; who?: Subscriber; status: number; records: number; has?: [string, string] }[] = [
  { name: 'unknown number', who: subscriber([], { number: '+74990000000' }), status: 404, records: 1, has: ['Reason', 'Q.850;cause=1'] },
  { name: 'database down', over: { databaseDown: true }, status: 503, records: 1, has: ['Retry-After', '5'] },
  { name: 'Max-Forwards 0', headers: { 'max-forwards': '0' }, status: 483, records: 1 },
  { name: 'our number among the diversions', headers: { diversion: `<sip:${personalNumber}@x>;reason=unconditional` }, status: 482, records: 1 },
  { name: 'nothing to ring', who: subscriber([]), status: 480, records: 1 },
  { name: 'suspended', who: subscriber([rule([phoneA])], { status: 'suspended' }), status: 480, records: 1 },
  { name: 'Require: 100rel', headers: { require: '100rel' }, status: 420, records: 0, has: ['Unsupported', '100rel'] },
  { name: 'no Contact', headers: { contact: '' }, status: 400, records: 0 },
  { name: 'CSeq: x', headers: { cseq: 'x' }, status: 400, records: 0 },
  { name: 'empty From', headers: { from: ' ' }, status: 400, records: 0 },
  { name: 'session interval too small', headers: { 'session-expires': '60' }, status: 422, records: 0, has: ['Min-SE', '90'] },
]
for (const c of refusals) {
  t.test(`refused: ${c.name} → ${c.status}`, async (t) => {
    const w = world(c.who ?? subscriber([rule([phoneA])]), {}, c.over)
    const caller = call(w, c.headers)
    await w.clock.run(1000)
    t.equal(caller.final, c.status)
    if (c.has) t.equal(caller.responses.at(-1)?.headers?.[c.has[0]], c.has[1])
    t.equal(w.server.invites.length, 0)
    clean(t, w, c.records)
  })
}

t.test('unknown address: 403 without a look at the database', async (t) => {
  let asked = 0
  const w = world(subscriber([]), {})
  const reception = new Reception(
    { maxCps: 1, maxLiveCalls: 1, maxCallSeconds: 60, sessionSeconds: 0, recordingsFolder: '' },
    { directory: directory(async () => { asked++; return undefined }, [trunk()]), journal: w.journal, clock: w.clock, log: quiet, media: undefined, library: undefined, dialogues: () => scriptedDialogues('', w.library) },
    w.server)
  for (const source of ['198.51.100.1', '', 'garbage', '::1']) {
    const caller = new FakeCaller(w.server, invite({}, { sourceAddress: source }))
    reception.invite(caller, undefined)
    await w.clock.run(100)
    t.equal(caller.final, 403, source)
  }
  t.equal(asked, 0)
  clean(t, w, 0)
})

t.test('same Call-ID twice: merged 482, another request 486, the first goes on', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: answers })
  const first = call(w)
  await w.clock.run(100)
  const merged = call(w, { via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-2' })
  const crossed = call(w, { cseq: '7 INVITE' })
  await w.clock.run(1000)
  t.equal(merged.final, 482)
  t.equal(crossed.final, 486)
  t.equal(first.final, 200)
  const late = call(w)
  await w.clock.run(10)
  t.equal(late.final, 482, 'also once the first is answered')
  first.hangUp()
  await w.clock.run(60_000)
  clean(t, w)
})

t.test('overload: live calls and calls per second are limited, OPTIONS tells', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 100 }), { [phoneA]: rings })
  const callers: FakeCaller[] = []
  for (let i = 0; i < 6; i++) callers.push(call(w, { 'call-id': `c${i}`, from: `<sip:+7916000100${i}@x>;tag=${i}` }))
  await w.clock.run(50)
  t.same(callers.map((c) => c.final), [0, 0, 0, 0, 0, 503])
  t.equal(callers[5]?.responses[0]?.headers?.['Retry-After'], '5')
  const health = (): Promise<number> => new Promise((resolve) => w.reception.other({
    request: invite({}, { method: 'OPTIONS' }), respond: (a) => resolve(a.status), onCancel() {},
  }))
  t.equal(await health(), 503)
  for (const caller of callers) caller.cancel()
  await w.clock.run(100)
  t.equal(await health(), 200)
  const burst: FakeCaller[] = []
  for (let i = 0; i < 12; i++) {
    const one = call(w, { 'call-id': `d${i}`, from: `<sip:+7916000200${i}@x>;tag=${i}` })
    await w.clock.run(5)
    one.cancel()
    await w.clock.run(5)
    burst.push(one)
  }
  t.ok(burst.some((c) => c.final === 503), 'ten a second, not twelve')
  w.reception.drain()
  t.equal(await health(), 503)
  await w.clock.run(60_000)
  clean(t, w, w.journal.closed.length)
})

t.test('a fault in a call ends that call with 500 and no other', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 9 }), { [phoneA]: answers })
  const healthy = call(w, { 'call-id': 'healthy', from: '<sip:+79160009999@x>;tag=h' })
  await w.clock.run(500)
  const { phone } = w.server
  w.server.phone = () => { throw new Error('broken') }
  const broken = call(w)
  await w.clock.run(20)
  w.server.phone = phone
  t.equal(broken.final, 500)
  t.match(w.journal.closed[0], { sipCallId: 'call-1', outcome: 'interrupted', reason: 'fault', status: 500 })
  await w.clock.run(2000)
  t.equal(healthy.final, 200)
  healthy.hangUp()
  await w.clock.run(90_000)
  clean(t, w, 2)
})

t.test('a fault in a talking call hangs up both sides', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: { ringsAfter: 10, finalAfter: 500 } })
  w.journal.update = () => { if (w.server.dialogs.has('in-call-1')) throw new Error('broken') }
  const caller = call(w)
  await w.clock.run(90_000)
  t.equal(caller.final, 200)
  t.same(w.server.sent.map((s) => s.what).toSorted(), ['BYE in-call-1', 'BYE out-1'])
  t.match(w.journal.closed[0], { outcome: 'interrupted', reason: 'fault' })
  clean(t, w)
})

t.test('BYE of the caller before the answer: 200 to it, 487 to his INVITE', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: rings })
  const caller = call(w)
  await w.clock.run(100)
  let bye = 0
  w.reception.other({
    request: invite({}, { method: 'BYE', body: '' }), respond: (a) => { bye = a.status }, onCancel() {},
  })
  await w.clock.run(60_000)
  t.same([bye, caller.final], [200, 487])
  t.equal(w.journal.closed[0]?.outcome, 'abandoned')
  clean(t, w)
})

t.test('a journal that rejects or throws costs a log line, not the call', async (t) => {
  for (const [who, final] of [[subscriber([rule([phoneA])]), 200], [undefined, 404]] as const) {
    const w = world(who, { [phoneA]: { ...answers, hangsUpAfter: 10 } })
    w.journal.fault = (where) => { if (where !== 'update') throw new Error('no database') }
    const caller = call(w)
    await w.clock.run(60_000)
    t.equal(caller.final, final)
    clean(t, w)
    const { journal } = w
    journal.open = journal.close = (record) => {
      journal.closed.push(record)
      throw new Error('broken at once')
    }
    const again = call(w, { 'call-id': 'again' })
    await w.clock.run(60_000)
    t.equal(again.final, final)
    t.equal(w.reception.counts().ending, 0)
  }
})

t.test('shutdown: ringing calls get 503, talking ones BYE on both sides', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 9 }), { [phoneA]: { ringsAfter: 10, finalAfter: 500 } })
  const talking = call(w)
  await w.clock.run(1000)
  const ringing = call(w, { 'call-id': 'r', from: '<sip:+79160009999@x>;tag=h' })
  await w.clock.run(100)
  w.reception.shutDown()
  await w.clock.run(60_000)
  t.equal(talking.final, 200)
  t.equal(ringing.final, 503)
  t.same(w.journal.closed.map((r) => r.outcome).toSorted(), ['answered', 'interrupted'])
  clean(t, w, 2)
})

t.test('control connection lost in every phase: nothing hangs', async (t) => {
  for (const atMs of [1, 10, 300, 1003, 5000]) {
    const w = world(subscriber([rule([phoneA, phoneB])]), { [phoneA]: answers, [phoneB]: rings })
    call(w)
    await w.clock.run(atMs)
    w.server.disconnect()
    w.reception.disconnected()
    await w.clock.run(120_000)
    t.equal(w.reception.counts().ending, 0, `${atMs} ms`)
    t.equal(w.clock.pending, 0)
    t.ok(w.journal.closed.length === w.journal.opened.length)
  }
})

/** mulberry32: small, seeded, good enough to shuffle races. */

t.test('one call too many for the subscriber: busy, the others go on', async (t) => {
  const w = world(subscriber([rule([phoneA])], { maxCalls: 1 }), { [phoneA]: answers })
  const first = call(w)
  await w.clock.run(2000)
  const second = call(w, { 'call-id': 'second', from: '<sip:+79160002222@x>;tag=2' })
  await w.clock.run(100)
  t.equal(second.final, 486)
  t.match(w.journal.closed, [{ sipCallId: 'second', reason: 'tooManyCalls' }])
  t.equal(first.final, 200)
  first.hangUp()
  await w.clock.run(60_000)
  const third = call(w, { 'call-id': 'third' })
  await w.clock.run(2000)
  t.equal(third.final, 200, 'the place is free again')
  third.hangUp()
  await w.clock.run(60_000)
  clean(t, w, 3)
})


const good = trunk({ id: 'good', name: 'Good line' })

function chance(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

function randomPhone(pick: (n: number) => number): Phone {
  const hangsUp = pick(3) === 0 ? { hangsUpAfter: pick(3000) } : {}
  const late = pick(3) === 0 ? { answersCancelAfter: pick(5) } : {}
  const deaf = pick(8) === 0 ? { deafToBye: true } : {}
  const final = [200, 200, 200, 486, 603, 480, 404, 503, 302, 408, 407, 500][pick(12)]!
  switch (pick(6)) {
    case 0: return {}
    case 1: return { finalAfter: pick(4), status: final, ...hangsUp, ...deaf }
    case 2: return { ringsAfter: pick(8000), ...late }
    default: return {
      ringsAfter: pick(100), finalAfter: 100 + pick(3) + pick(2) * pick(9000), status: final,
      ...hangsUp, ...late, ...deaf, ...(pick(4) === 0 ? { early: 'v=0 e' } : {}),
    }
  }
}

t.test('random phones, callers and instants: 600 seeds', async (t) => {
  const problems: string[] = []
  for (let seed = 1; seed <= 600; seed++) {
    const random = chance(seed)
    const pick = (n: number): number => Math.floor(random() * n)
    const targets = [phoneA, phoneB, phoneC].slice(0, 1 + pick(3))
    const chain = rule([phoneC, phoneA].slice(0, 1 + pick(2)), { id: 'rule-2', position: 2, waitSeconds: 5 + pick(10), noAnswer: pick(2) ? { action: 'rule', ruleId: 'rule-1', ignoreSchedule: false } : { action: 'hangUp' } })
    const first = rule(targets, { mode: pick(2) ? 'parallel' : 'serial', waitSeconds: 5 + pick(15), noAnswer: [{ action: 'hangUp' as const }, { action: 'voicemail' as const }, { action: 'rule' as const, ruleId: 'rule-2', ignoreSchedule: false }][pick(3)]! })
    const trunks = pick(2) ? [good] : [trunk({ id: 'odd', host: '192.0.2.9', ...(pick(2) ? { capacity: 1 } : {}) }), good]
    const phones = new Map<string, Phone>()
    const w = world(subscriber([first, chain]), {}, { trunks, databaseMs: pick(4) })
    w.server.phone = (uri) => phones.get(uri) ?? phones.set(uri, randomPhone(pick)).get(uri)
    const caller = new FakeCaller(w.server, { ...invite(), body: pick(8) === 0 ? '' : 'v=0 offer' })
    if (pick(10) === 0) caller.ackAfter = undefined
    if (pick(2) === 0) caller.hangsUpAfter = pick(4000)
    w.reception.invite(caller, undefined)
    const cancelAt = [pick(8), 98 + pick(10), pick(20_000), 999_999][pick(4)]!
    w.clock.wakeAt(cancelAt, () => caller.cancel())
    w.clock.wakeAt(300_000, () => caller.hangUp())
    await w.clock.run(400_000)
    if (cancelAt === 999_999) await w.clock.run(650_000)
    const left = w.reception.counts()
    const facts = [
      ...w.server.breaches,
      ...(caller.final === 0 ? ['caller without final'] : []),
      ...(left.calls + left.legs + left.timers + left.trunkLegs + left.ending > 0 ? [JSON.stringify(left)] : []),
      ...(w.clock.pending > 0 ? [`${w.clock.pending} wake-ups`] : []),
      ...(w.server.open > 0 ? [`${w.server.open} INVITEs`] : []),
      ...[...w.server.dialogs].map((id) => `dialog ${id}`),
      ...(w.server.listening > 0 ? ['listeners'] : []),
      ...(w.journal.opened.length !== 1 || w.journal.closed.length !== 1 ? [`records ${w.journal.opened.length}/${w.journal.closed.length}`] : []),
      ...w.server.invites.filter((i) => i.final === 200 && i.acked === undefined).map(() => 'no ACK'),
    ]
    if (facts.length > 0) problems.push(`seed ${seed}: ${facts.join(', ')}`)
  }
  t.same(problems, [])
})
