/** Random numbers and message ids. */
import t from 'tap'
import { cryptoRandom, messageIds } from '../../src/sipd/chance.ts'

t.test('numbers lie from 0 to 1, also across refills, and do not repeat', async (t) => {
  const drawn = Array.from({ length: 5000 }, cryptoRandom)
  t.ok(drawn.every((n) => n >= 0 && n < 1))
  // With 2^32 values the chance of three equal pairs among 5,000 is about 10^-9.
  t.ok(new Set(drawn).size > 4996)
  const mean = drawn.reduce((sum, n) => sum + n, 0) / drawn.length
  t.ok(mean > 0.45 && mean < 0.55, `mean ${mean}`)
})

t.test('message ids look like UUIDs and differ, also between servers', async (t) => {
  const [one, other] = [messageIds(), messageIds()]
  const ids = [...Array.from({ length: 1000 }, one), ...Array.from({ length: 1000 }, other)]
  t.equal(new Set(ids).size, 2000)
  for (const id of ids.slice(0, 3)) t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9]{12}$/)
})
