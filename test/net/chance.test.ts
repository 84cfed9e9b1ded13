/** Random numbers of the servers. */
import t from 'tap'
import { secureRandom } from '../../src/net/chance.ts'

t.test('numbers lie from 0 to 1, also across refills, and do not repeat', async (t) => {
  const drawn = Array.from({ length: 5000 }, secureRandom)
  t.ok(drawn.every((n) => n >= 0 && n < 1))
  // With 2^32 values the chance of three equal pairs among 5,000 is about 10^-9.
  t.ok(new Set(drawn).size > 4996)
  const mean = drawn.reduce((sum, n) => sum + n, 0) / drawn.length
  t.ok(mean > 0.45 && mean < 0.55, `mean ${mean}`)
})
