/** Where things lie: local days, the ring chart, popovers. The timeline has its own test. */
import fc from 'fast-check'
import t from 'tap'
import { placeBeside } from '../../web/dialog.ts'
import { foldCycles, layoutRingChart, tickSeconds } from '../../web/ring-chart-layout.ts'
import { addDays, daysBetween, instantOf, localTime, startOfDay, weekdayOf } from '../../web/zone.ts'
import { callRecord, legRecord } from '../support/call-records.ts'

const hour = 3_600_000
const moscow = 'Europe/Moscow'

t.test('local days, also where the clock is changed', async (t) => {
  t.strictSame(localTime(Date.parse('2025-11-18T14:32:07+03:00'), moscow), { date: '2025-11-18', minute: 872, second: 7, weekday: 2 })
  const cases = [
    ['Europe/Berlin', '2025-03-30', 23], ['Europe/Berlin', '2025-10-26', 25], ['Europe/Berlin', '2025-06-01', 24],
    ['Australia/Lord_Howe', '2025-04-06', 24.5], ['America/New_York', '2025-03-09', 23],
    // In Beirut midnight itself was skipped that day.
    ['Asia/Beirut', '2025-03-30', 23],
  ] as const
  for (const [zone, date, hours] of cases) {
    t.equal((startOfDay(addDays(date, 1), zone) - startOfDay(date, zone)) / hour, hours, `${zone} ${date}`)
    t.equal(localTime(startOfDay(date, zone), zone).date, date)
  }
  t.equal(weekdayOf('2025-11-23'), 7)
  t.equal(daysBetween('2025-02-27', '2025-03-02'), 3)
})

t.test('a day begins where the day before ends, in every zone', async () => {
  const zones = ['Europe/Moscow', 'Europe/London', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia', 'Africa/Cairo']
  fc.assert(fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 5000 }), (zone, days) => {
    const date = addDays('2020-01-01', days)
    const start = startOfDay(date, zone)
    return localTime(start, zone).date === date && localTime(start - 1000, zone).date < date
  }))
})

t.test('an instant by its local clock, also where minutes are skipped or come twice', async (t) => {
  const cases = [
    [moscow, '2025-11-18', 872, '2025-11-18T14:32:00+03:00'], [moscow, '2025-11-18', 1440, '2025-11-19T00:00:00+03:00'],
    ['Europe/Berlin', '2025-03-30', 240, '2025-03-30T04:00:00+02:00'], ['Europe/Berlin', '2025-10-26', 240, '2025-10-26T04:00:00+01:00'],
    ['Europe/Berlin', '2025-03-30', 60, '2025-03-30T01:00:00+01:00'],
  ] as const
  for (const [zone, date, minute, wanted] of cases) t.equal(instantOf(date, minute, zone), Date.parse(wanted), wanted)
  const skipped = instantOf('2025-03-30', 150, 'Europe/Berlin')
  t.ok([90, 150, 210].includes(localTime(skipped, 'Europe/Berlin').minute), 'a skipped minute is one beside the gap')
})

t.test('the ring chart measures from the first ring', async (t) => {
  const call = callRecord({ legs: [
    legRecord({ id: '1', ringMs: 1000, endMs: 9000, outcome: 'busy', ruleName: 'Работа' }),
    legRecord({ id: '2', ringMs: 1000, endMs: 26_000, outcome: 'noAnswer', ruleName: 'Работа' }),
    legRecord({ id: '3', ringMs: 26_000, answerMs: 35_000, endMs: 282_000, outcome: 'answered', ruleName: 'Секретарь' }),
    legRecord({ id: '4', startMs: 26_000, ringMs: undefined, endMs: 26_500, outcome: 'failed', ruleName: 'Секретарь' }),
  ] })
  const chart = layoutRingChart(call, 282_000)
  t.equal(chart.axisSeconds, 60)
  t.strictSame(chart.ticks, [0, 10, 20, 30, 40, 50, 60])
  t.match(chart.rows, [
    { ringFrom: 0, ringTo: 8, talk: undefined }, { ringTo: 25 },
    { ringFrom: 25, ringTo: 34, talk: { from: 34, to: 60, seconds: 247 } }, { ringFrom: 25.5, ringTo: 25.5 },
  ])
  t.strictSame(chart.rules, [{ name: 'Работа', at: 0 }, { name: 'Секретарь', at: 25 }])
  t.strictSame(layoutRingChart(call, 282_000, 4).ticks, [0, 15, 30, 45, 60])
})

t.test('a phone that was asked to press 1 talks from then on, others from their answer', async (t) => {
  const legs = [legRecord({ ringMs: 0, answerMs: 4000, endMs: 30_000, outcome: 'answered' })]
  const connectedAt = (ms: number) => layoutRingChart({ legs, startedAt: 1000, answeredAt: 1000 + ms }, 30_000).rows[0]
  t.match(connectedAt(7000), { ringTo: 4, asked: { from: 4, to: 7 }, talk: { from: 7, seconds: 23 } })
  t.match(connectedAt(4300), { ringTo: 4, asked: undefined, talk: { from: 4, seconds: 26 } }, 'connecting takes a moment')
  t.match(layoutRingChart({ legs }, 30_000).rows[0], { asked: undefined, talk: { from: 4 } }, 'one that was simulated')
})

t.test('a call without legs, a call that still rings, a long cycle', async (t) => {
  t.strictSame(layoutRingChart(callRecord(), 0).rows, [])
  const live = layoutRingChart(callRecord({ legs: [legRecord({ ringMs: 1000 })] }), 13_000)
  t.match(live.rows, [{ ringFrom: 0, ringTo: 12 }])
  t.ok(live.axisSeconds > 12)
  const legs = Array.from({ length: 12 }, (_, i) => legRecord({ id: String(i), ringMs: i * 5000, endMs: i * 5000 + 4000, outcome: 'noAnswer', address: i % 2 === 0 ? '+1' : '+2' }))
  const folded = foldCycles(layoutRingChart(callRecord({ legs }), 60_000))
  t.strictSame(folded.rows.map((row) => [row.leg.id, row.times]), [['10', 6], ['11', 6]])
  for (const [seconds, most, wanted] of [[10, 7, 2], [60, 7, 10], [7, 7, 1], [3600, 7, 540]] as const) t.equal(tickSeconds(seconds, most), wanted)
})

t.test('voicemail is a row of its own, press 1 a stretch of its leg', async (t) => {
  const legs = [
    legRecord({ id: '1', ringMs: 0, answerMs: 8000, endMs: 18_000, outcome: 'notConfirmed' }),
    legRecord({ id: '2', ringMs: 0, endMs: 20_000, outcome: 'noAnswer' }),
  ]
  const chart = layoutRingChart({ legs }, 35_000, 7, { fromMs: 20_000, toMs: 35_000 })
  t.match(chart.rows[0], { ringTo: 8, asked: { from: 8, to: 18 }, talk: undefined })
  t.match(chart.mail, { from: 20 })
  t.ok((chart.mail?.to ?? 0) > 20 && (chart.mail?.to ?? 0) <= chart.axisSeconds, 'it is seen, and stays on the axis')
  const alone = layoutRingChart({ legs: [] }, 15_000, 7, { fromMs: 0, toMs: 15_000 })
  t.strictSame(alone.rows, [])
  t.equal(alone.mail?.from, 0, 'voicemail at once')
  t.equal(layoutRingChart({ legs }, 35_000).mail, undefined)
})

t.test('a popover stays inside the window and flips above when there is no room', async (t) => {
  const size = { width: 300, height: 200 }
  const window_ = { width: 1000, height: 800 }
  t.strictSame(placeBeside({ left: 100, top: 100, right: 200, bottom: 130 }, size, window_), { left: 100, top: 138 })
  t.strictSame(placeBeside({ left: 900, top: 700, right: 960, bottom: 730 }, size, window_), { left: 692, top: 492 })
  t.strictSame(placeBeside({ left: -50, top: 0, right: 0, bottom: 10 }, { width: 300, height: 900 }, window_), { left: 8, top: 8 })
})
