/**
 * What callers, phones and the journal see when a part of the product is stopped or dies: stopped in
 * order, the application ends its calls; killed, the SIP server refuses for it, and the record it
 * left open is closed at its next start; a new SIP server finds its application again.
 */
import t from 'tap'
import { liveCall, play } from '../support/call-case.ts'
import type { CallCase } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

interface RestartCase extends CallCase {
  /** When it is done: half a second after that is in the journal. */
  readonly when: 'answered' | 'called' | undefined
  readonly act: (product: Product) => Promise<void>
}

const ordinaryCall: CallCase = {
  name: 'an ordinary call afterwards',
  phones: [{ scenario: 'uas-ring-answer' }],
  callers: [{ scenario: 'uac-call-expect-answer' }],
  records: [{ outcome: 'answered', status: 200, endedBy: 'caller', legs: ['answered'] }],
}

const cases: readonly RestartCase[] = [
  {
    name: 'the application is stopped during a conversation: BYE to both sides, the record is closed',
    when: 'answered',
    act: async (product) => {
      await product.end('app', 'SIGTERM')
      await product.start('app')
    },
    phones: [{ scenario: 'uas-ring-answer' }],
    callers: [{ scenario: 'uac-call-expect-callee-hangs-up' }],
    records: [{ outcome: 'answered', status: 200, endedBy: 'service', legs: ['answered'] }],
  },
  {
    name: 'the application is stopped while a phone rings: the caller is refused, the phone cancelled',
    when: 'called',
    act: async (product) => {
      await product.end('app', 'SIGTERM')
      await product.start('app')
    },
    phones: [{ scenario: 'uas-ring-until-missed' }], rules: [{ waitSeconds: 30 }],
    callers: [{ scenario: 'uac-application-dies-expect-503' }],
    records: [{ outcome: 'interrupted', status: 503, endedBy: 'service' }],
  },
  {
    name: 'the application is killed while a phone rings: 503 and CANCEL, the next start closes the record',
    when: 'called',
    act: async (product) => {
      await product.end('app', 'SIGKILL')
      await product.start('app')
    },
    phones: [{ scenario: 'uas-ring-until-missed' }], rules: [{ waitSeconds: 30 }],
    callers: [{ scenario: 'uac-application-dies-expect-503' }],
    records: [{ outcome: 'interrupted', status: 0 }],
  },
  {
    ...ordinaryCall,
    name: 'the SIP server is killed between two calls: the application finds the new one',
    when: undefined,
    act: async (product) => {
      await product.end('sipd', 'SIGKILL')
      await product.start('sipd')
      await product.connected()
    },
    phones: [], callers: [], records: [],
  },
]

const product = await startProduct({
  database: await testDatabase(t), trunks: [loopbackTrunk(9)], env: { PN_DRAIN_SECONDS: '0' },
})
t.teardown(() => product.stop())

for (const one of cases) {
  t.test(one.name, async (t) => {
    const played = await play(product, {
      ...one,
      during: async (scene) => {
        if (one.when !== undefined) {
          await liveCall(scene, one.when === 'answered')
          await new Promise((done) => setTimeout(done, 500))
        }
        await one.act(product)
      },
    })
    t.same(played.faults, [], 'caller, phone and record are as they should be')
    const after = await play(product, ordinaryCall)
    t.same(after.faults, [], 'the next call is an ordinary one')
  })
}

t.test('afterwards nothing is left', async (t) => {
  t.same(await product.quiet(40_000), nothing)
})
