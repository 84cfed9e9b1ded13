/**
 * kill -9 of the application, the database and the mail server in the middle of everything that
 * costs money or is promised: registration, confirmation, links for passwords, payments, referral
 * bonuses, monthly fees, calls that are charged, letters, questions to the support and its answers.
 * Nothing may be lost and nothing doubled.
 *
 * Alone, for longer and by another chance: `ROUNDS=10 SEED=7 node test/e2e/kill-money.test.ts`.
 */
import t from 'tap'
import { drill } from './kill-drill.ts'

const rounds = Number(process.env['ROUNDS'] ?? 1)
const seed = Number(process.env['SEED'] ?? 1)

t.test('deaths in the middle of everything', { timeout: 230_000 + rounds * 60_000 }, async (t) => {
  const { faults, missed, done, kills } = await drill(rounds, seed)
  t.comment(`killed: ${JSON.stringify(kills)}; done: ${JSON.stringify(Object.fromEntries(done))}`)
  t.same(faults.slice(0, 40), [], 'nothing is lost, nothing is doubled')
  t.same(missed, [], 'each was killed in the middle of each')
  for (const [doing, count] of done) t.ok(count > 0, `${count} × ${doing}`)
})
