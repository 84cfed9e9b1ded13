/**
 * What `make load` reads and reckons: its options, SIPp's files, /proc.
 */
import t from 'tap'
import {
  describeLoad, parseResponseTimes, parseStatistics, percentiles, readLoadOptions,
} from './load.ts'
import { costOf, cpuMsOf, pssMbOf } from './process-cost.ts'

t.test('options', (t) => {
  t.match(readLoadOptions([]), { rate: 50, seconds: 10, targets: 1, sip: undefined })
  t.match(readLoadOptions(['RATE=300', 'SECONDS=5', 'TARGETS=3']), { rate: 300, seconds: 5, targets: 3 })
  t.match(readLoadOptions(['RATE=1', 'RATE=2']), { rate: 2 }, 'the later word wins')
  t.match(readLoadOptions(['SIP=127.0.0.1:5060', 'NUMBERS=n.csv', 'PIDS=app:12,sipd:13']),
    { sip: '127.0.0.1:5060', numbersFile: 'n.csv', pids: { app: 12, sipd: 13 } })
  const wrong = ['RATE=0', 'RATE=fast', 'RATE=', 'SPEED=1', 'RATE', '=5', 'TARGETS=6', 'SIP=127.0.0.1:5060']
  for (const word of wrong) t.throws(() => readLoadOptions([word]), /usage/, word)
  t.end()
})

t.test('response times of SIPp', (t) => {
  const times = parseResponseTimes(
    'Date_ms;response_time_ms;rtd_name\n1795412900;4.5;ringing\n1795412901;44;answer\n1795412902;6;ringing\nhalf;a li')
  t.same(times.get('ringing'), [4.5, 6])
  t.same(times.get('answer'), [44])
  t.equal(parseResponseTimes('').size, 0)
  t.end()
})

t.test('statistics of SIPp: the last line counts', (t) => {
  const stat = parseStatistics('StartTime;TotalCallCreated;FailedCall(C);\nx;10;1;\nx;20;2;\n')
  t.equal(stat.get('TotalCallCreated'), 20)
  t.equal(stat.get('FailedCall(C)'), 2)
  t.equal(stat.get('StartTime'), undefined, 'text is not a figure')
  t.equal(parseStatistics('only;names').size, 0)
  t.end()
})

const ranks = [
  { of: [], p50: NaN, p99: NaN },
  { of: [7], p50: 7, p99: 7 },
  { of: [3, 1, 2, 4], p50: 2, p99: 4 },
  { of: Array.from({ length: 100 }, (_, i) => 100 - i), p50: 50, p99: 99 },
]
for (const { of, p50, p99 } of ranks) {
  t.match(percentiles(of), { p50, p99 }, `percentiles of ${of.length} values`)
}

t.test('/proc', (t) => {
  const stat = '12 (a) b (c)) S 1 12 12 0 -1 4194560 100 0 0 0 150 50 30 20 20 0 1 0'
  t.equal(cpuMsOf(stat, 100), 2500, 'own and children’s time, whatever the name holds')
  t.equal(pssMbOf('Rss:  9000 kB\nPss:       2048 kB\nPss_Anon:  1 kB\n'), 2)
  t.match(costOf(process.pid), { cpuMs: Number, pssMb: Number }, 'this process')
  t.equal(costOf(2 ** 22 + 1), undefined, 'no such process')
  t.end()
})

t.test('what is printed', (t) => {
  const text = describeLoad(readLoadOptions(['RING=40']), {
    calls: 1000, failed: 0, retransmissions: 2,
    ringing: { p50: 3.4, p95: 8, p99: 20 }, answer: { p50: 44, p95: 50, p99: NaN },
    cpuMs: { sipd: 0.5, app: 0.75 }, pssMb: { sipd: 80, app: 90.5 },
  })
  t.same(text.split('\n'), [
    'calls            1000  failed 0  retransmissions 2',
    'INVITE to 180    p50 3 ms  p95 8 ms  p99 20 ms',
    'INVITE to 200    p50 44 ms  p95 50 ms  p99 –  (phones answer after 40 ms)',
    'CPU ms per call  sipd 0.500  app 0.750  all 1.250',
    'memory PSS MB    sipd 80.0  app 90.5  all 170.5',
  ])
  t.end()
})
