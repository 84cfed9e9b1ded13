/**
 * Calls through the whole product over real sockets, played by SIPp: the cases of issue 2 §5.3 that
 * need one trunk and the clock of today. They run side by side on personal numbers of their own;
 * in the end nothing may be alive. ONLY=text in the environment picks cases by a part of their name.
 */
import t from 'tap'
import { playAll } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'
import { callerCases } from './caller-cases.ts'
import { midCallCases } from './mid-call-cases.ts'
import { ringingCases } from './ringing-cases.ts'
import { ruleCases } from './rule-cases.ts'

/** Cases at once: more of them only fight for the two cores and blur the measured times. */
const width = 6

const only = process.env['ONLY']
const cases = [...ruleCases, ...ringingCases, ...callerCases, ...midCallCases]
  .filter((one) => only === undefined || one.name.includes(only))

const product = await startProduct({ database: await testDatabase(t), trunks: [loopbackTrunk(9)] })
t.teardown(() => product.stop())

const played = playAll(product, cases, width)
for (const [i, one] of cases.entries()) {
  t.test(one.name, async (t) => {
    const result = await played[i]
    t.same(result?.faults, [], 'caller, phones and record are as they should be')
  })
}

t.test('afterwards nothing is left', async (t) => {
  await Promise.allSettled(played)
  const left = await product.quiet(40_000)
  t.same(left, nothing, 'no dialog, transaction, leg, timer or open call')
  t.same(product.errors(), [], 'no error was logged')
})
