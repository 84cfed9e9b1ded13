/**
 * `make load` in small: twenty calls a second, each ringing three phones, on a product of its own.
 * No call may fail, and there must be a figure for everything that is printed.
 */
import t from 'tap'
import { readLoadOptions, runLoad } from '../bench/load.ts'

t.test('twenty calls a second to three phones', async (t) => {
  const lines: string[] = []
  const options = readLoadOptions(['RATE=20', 'SECONDS=3', 'WARM=1', 'TARGETS=3', 'TALK=300'])
  const result = await runLoad(options, (line) => lines.push(line))
  t.equal(result.calls, 60)
  t.equal(result.failed, 0)
  t.ok(result.ringing.p50 > 0 && result.ringing.p50 <= result.ringing.p99, 'INVITE to 180')
  t.ok(result.answer.p50 >= options.ringMs, 'INVITE to 200 takes as long as the phones ring')
  for (const name of ['sipd', 'app', 'database']) {
    t.ok((result.cpuMs[name] ?? NaN) > 0, `${name}: ${result.cpuMs[name]} CPU ms per call`)
    t.ok((result.pssMb[name] ?? NaN) > 1, `${name}: ${result.pssMb[name]} MB`)
  }
  t.same(lines, ['warming up', '20 calls/s for 3 s'])
})
