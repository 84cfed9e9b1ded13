/** Where things lie: local days, the timeline, the ring chart, popovers. */
import fc from 'fast-check'
import t from 'tap'
import type { OverviewReply, RuleReply } from '../../src/api/schema.ts'
import { placeBeside } from '../../web/dialog.ts'
import { foldCycles, layoutRingChart, tickSeconds } from '../../web/ring-chart-layout.ts'
import { endTime, fit, layoutTimeline, neighbour } from '../../web/timeline-layout.ts'
import type { Scale } from '../../web/timeline-layout.ts'
import { daysDragged } from '../../web/timeline-pan.ts'
import { addDays, daysBetween, localTime, startOfDay, viewWindow, weekdayOf } from '../../web/zone.ts'
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

t.test('the three views', async (t) => {
  t.equal(viewWindow('day', '2025-11-18', moscow).date, '2025-11-18')
  t.equal(viewWindow('three', '2025-11-18', moscow).date, '2025-11-17', 'from yesterday')
  t.equal(viewWindow('week', '2025-11-18', moscow).date, '2025-11-17', 'from Monday')
  const week = viewWindow('week', '2025-11-23', moscow)
  t.equal(week.date, '2025-11-17')
  t.equal(week.to - week.from, 168 * hour)
})

const midnight = startOfDay('2025-11-18', moscow)
const at = (hours: number): number => midnight + hours * hour

function rule(id: string, name: string, patch: Partial<RuleReply> = {}): RuleReply {
  return {
    id, version: 1, name, enabled: true, priority: 0, position: 1, blocks: [], mode: 'parallel', waitSeconds: 30,
    targets: [{ targetId: 't', address: '+79162041138', description: 'Мобильный', ringSeconds: null }],
    noAnswer: { action: 'hangUp' }, warnings: [], verdict: { verdict: 'acts' }, ...patch,
  }
}

const overview: OverviewReply = {
  now: at(14.5), zone: moscow, acts: { kind: 'rule', ruleId: 'work' }, live: [], window: { from: at(-24), to: at(48) },
  days: [-1, 0, 1].map((day) => ({ date: addDays('2025-11-18', day), from: at(day * 24), to: at(day * 24 + 24) })),
  rules: [
    rule('plan', 'Планёрка', { priority: 10 }), rule('work', 'В рабочее время'), rule('night', 'Ночью'),
    rule('off', 'Отпуск', { enabled: false, blocks: [{ weekdays: [], dates: [{ from: '2025-11-12', to: '2025-11-23' }], hours: [] }] }),
    rule('all', 'Запасное'),
  ],
  bars: [
    { ruleId: 'plan', from: at(15), to: at(16.5), lost: [] },
    { ruleId: 'work', from: at(9), to: at(18), lost: [{ from: at(15), to: at(16.5), byRuleId: 'plan' }] },
    { ruleId: 'night', from: at(-2), to: at(7), lost: [] }, { ruleId: 'night', from: at(22), to: at(31), lost: [{ from: at(22), to: at(23), byRuleId: 'work' }] },
    { ruleId: 'off', from: at(10), to: at(19), lost: [] }, { ruleId: 'all', from: at(-24), to: at(48), lost: [] },
  ],
  result: [
    { from: at(-24), to: at(7), kind: 'rule', ruleId: 'night' }, { from: at(7), to: at(9), kind: 'nowhere', ruleId: null },
    { from: at(9), to: at(15), kind: 'rule', ruleId: 'work' }, { from: at(15), to: at(16.5), kind: 'rule', ruleId: 'plan' },
    { from: at(16.5), to: at(48), kind: 'default', ruleId: null },
  ],
}

const lay = (patch: { scale?: Scale; width?: number; phone?: boolean; now?: number } = {}) => layoutTimeline({
  overview, view: { from: at(0), to: at(24) }, scale: 'day', now: at(14.5), width: 960, phone: false, defaultName: 'Дача', ...patch,
})

t.test('bars lie where their hours are, cut at the edges, labelled by their true hours', async (t) => {
  const layout = lay()
  const bars = Object.fromEntries(layout.rows.map((row) => [row.rule.id, row.bars]))
  t.match(bars['work'], [{ x: 360, width: 360, state: 'acts', label: 'сейчас до 18:00', lost: [{ x: 600, width: 60, by: 'Планёрка' }] }])
  t.match(bars['night'], [{ x: 0, width: 280, label: '22–07', state: 'waits' }, { x: 880, width: 80 }])
  t.equal(bars['night']?.[1]?.labelX, 920, 'the label stands behind a stretch lost at the start')
  t.match(bars['off'], [{ state: 'off', label: 'выключено' }])
  t.match(bars['all'], [{ x: 0, width: 960, label: 'всегда' }])
  t.match(layout.rows[3]?.outline, { x: 0, width: 960, label: '12–23 ноября' }, 'dates as an outline')
  t.equal(layout.rows[1]?.acts, true)
  t.equal(layout.rows[0]?.phones, 'Мобильный · приоритет 10')
  t.equal(bars['work']?.[0]?.spoken, 'В рабочее время, вт, 18 ноября, 09:00–18:00, одновременно, 1 номер, действует сейчас, уступает: Планёрка')
})

t.test('words that do not fit give way: shorter, number, nothing', async (t) => {
  t.equal(fit('В рабочее время', 200), 'В рабочее время')
  t.equal(fit('В рабочее время', 70), 'В рабоче…')
  t.equal(fit('В рабочее время', 40), '', 'fewer than six letters say nothing')
  const cells = lay().cells
  t.strictSame(cells.map((cell) => [cell.label, cell.acts]), [
    ['Ночью', false], ['никуда', false], ['В рабочее время', true], ['1', false], ['по умолчанию: Дача', false],
  ])
  const narrow = lay({ width: 200 })
  t.equal(narrow.cells[1]?.cross, true, 'a cross where «никуда» does not fit')
  t.equal(narrow.cells[3]?.label, '', 'under 13 pixels nothing')
  t.equal(narrow.rows[1]?.bars[0]?.label, '', 'a dot alone')
})

t.test('axis: hours under the now pill are left out, the day is named', async (t) => {
  const layout = lay()
  t.strictSame(layout.hours.map((mark) => mark.label), ['00', '03', '06', '09', '12', '', '18', '21'])
  t.strictSame(layout.days.map((day) => [day.label, day.today]), [['ВТ, 18 НОЯБРЯ · СЕГОДНЯ', true]])
  t.match(layout.now, { x: 580, side: 'in', label: '14:30' })
  t.match(lay({ now: at(30) }).now, { x: 960, side: 'after' })
  t.match(lay({ now: at(-3) }).now, { x: 0, side: 'before' })
  t.equal(lay({ phone: true }).rowHeight, 54)
  t.equal(endTime(at(24), moscow), '24:00')
})

t.test('keys move along a row and to the nearest bar of another', async (t) => {
  const layout = lay()
  const from = (id: string, key: Parameters<typeof neighbour>[2]): string | undefined => neighbour(layout, id, key)?.id
  const id = (ruleId: string, hours: number): string => `${ruleId}-${at(hours)}`
  t.equal(from(id('plan', 15), 'down'), id('work', 9))
  t.equal(from(id('work', 9), 'down'), id('night', 22), 'the middle of the bar counts')
  t.equal(from(id('night', -2), 'right'), id('night', 22))
  t.equal(from(id('night', 22), 'first'), id('night', -2))
  t.equal(from(id('plan', 15), 'up'), undefined)
  t.equal(from('gone', 'left'), id('plan', 15), 'a bar that is gone: the first one')
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

t.test('a drag means whole days, to the right the past', async (t) => {
  t.equal(daysDragged(-320, 960, 3), 1)
  t.equal(daysDragged(100, 960, 3), 0)
  t.equal(daysDragged(640, 960, 3), -2)
  t.equal(daysDragged(50, 0, 3), 0)
})

t.test('a popover stays inside the window and flips above when there is no room', async (t) => {
  const size = { width: 300, height: 200 }
  const window_ = { width: 1000, height: 800 }
  t.strictSame(placeBeside({ left: 100, top: 100, right: 200, bottom: 130 }, size, window_), { left: 100, top: 138 })
  t.strictSame(placeBeside({ left: 900, top: 700, right: 960, bottom: 730 }, size, window_), { left: 692, top: 492 })
  t.strictSame(placeBeside({ left: -50, top: 0, right: 0, bottom: 10 }, { width: 300, height: 900 }, window_), { left: 8, top: 8 })
})
