/** The timeline's pure parts: the window, where bars lie, what they say, keys, hours at a bar. */
import fc from 'fast-check'
import t from 'tap'
import type { OverviewReply } from '../../src/api/schema.ts'
import { hoursOfBar, movedEdge, requestWithHours } from '../../web/timeline-edit.ts'
import { endTime, fit, layoutTimeline, neighbour, spokenBar } from '../../web/timeline-layout.ts'
import type { TimelineInput } from '../../web/timeline-layout.ts'
import { firstAt, scales, stepFirst, viewOf, zoomFirst } from '../../web/timeline-view.ts'
import type { Scale, TimelineView } from '../../web/timeline-view.ts'
import { addDays, localTime } from '../../web/zone.ts'
import { at, moscow, overviewDays, ruleReply as rule } from '../support/panel-replies.ts'

const hour = 3_600_000
const today = '2025-11-18'
const view = (scale: Scale, first?: string): TimelineView => viewOf(scale, first, today, moscow)

const overview: OverviewReply = {
  now: at(14.5), zone: moscow, acts: { kind: 'rule', ruleId: 'work' }, override: null, live: [],
  window: { from: at(-72), to: at(96) }, days: overviewDays(-3, 4),
  rules: [
    rule('plan', 'Планёрка', { priority: 10 }), rule('work', 'В рабочее время'), rule('night', 'Ночью'),
    rule('off', 'Отпуск', { enabled: false, blocks: [{ weekdays: [], dates: [{ from: '2025-11-12', to: '2025-11-23' }], hours: [] }] }),
    rule('all', 'Запасное'),
  ],
  bars: [
    { ruleId: 'plan', from: at(15), to: at(16.5), lost: [] },
    { ruleId: 'work', from: at(9), to: at(18), lost: [{ from: at(15), to: at(16.5), byRuleId: 'plan' }] },
    { ruleId: 'night', from: at(-2), to: at(7), lost: [] },
    { ruleId: 'night', from: at(22), to: at(31), lost: [{ from: at(22), to: at(23), byRuleId: 'work' }] },
    { ruleId: 'off', from: at(10), to: at(19), lost: [] }, { ruleId: 'all', from: at(-72), to: at(96), lost: [] },
  ],
  result: [
    { from: at(-72), to: at(7), kind: 'rule', ruleId: 'night' }, { from: at(7), to: at(9), kind: 'nowhere', ruleId: null },
    { from: at(9), to: at(15), kind: 'rule', ruleId: 'work' }, { from: at(15), to: at(16.5), kind: 'rule', ruleId: 'plan' },
    { from: at(16.5), to: at(96), kind: 'default', ruleId: null },
  ],
}

const lay = (patch: Partial<TimelineInput> = {}) => layoutTimeline({
  overview, view: view('day'), now: at(14.5), width: 960, boxWidth: 960, phone: false,
  numberName: (id) => id === 'o' ? 'Офис' : '', defaultName: 'Дача', ...patch,
})
type Layout = ReturnType<typeof lay>
const rowOf = (layout: Layout, id: string) => layout.row(layout.rules.findIndex((each) => each.id === id))

t.test('the windows of each scale, and their steps', async (t) => {
  const windows = [
    ['day', '2025-11-18', 1], ['three', '2025-11-17', 3], ['week', '2025-11-17', 7], ['month', '2025-11-01', 30],
  ] as const
  for (const [scale, date, days] of windows) {
    t.match(view(scale), { date, days }, scale)
    t.ok(view(scale).drawnFrom < view(scale).from && view(scale).drawnTo > view(scale).to, 'margins on both sides')
    t.ok(view(scale).drawnTo - view(scale).drawnFrom <= 35 * 24 * hour, 'no more than the server sends')
  }
  t.equal(stepFirst(view('three'), 1), '2025-11-20')
  t.equal(stepFirst(view('week'), -1), '2025-11-10')
  t.equal(stepFirst(view('month'), 1), '2025-12-01')
  t.equal(stepFirst(view('month', '2025-03-01'), -1), '2025-02-01')
  t.equal(stepFirst(view('month', '2025-01-20'), 1), '2025-02-01', 'a month begun in its middle steps to a whole one')
  t.equal(firstAt(at(11), moscow), today, 'the nearest midnight')
  t.equal(firstAt(at(13), moscow), '2025-11-19')
})

t.test('a change of scale keeps the pointed instant in sight', async () => {
  fc.assert(fc.property(fc.constantFrom(...scales), fc.integer({ min: -200, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (scale, hours, part) => {
    const ms = at(hours)
    const first = zoomFirst(scale, ms, part, moscow)
    const shown = view(scale, first)
    return ms >= shown.drawnFrom && ms < shown.drawnTo && (scale === 'day' || scale === 'month'
      || Math.abs((ms - shown.from) / (shown.to - shown.from) - part) < 0.75 / shown.days + 0.001)
  }))
})

t.test('bars lie where their hours are, labelled by their true hours', async (t) => {
  const layout = lay()
  const x0 = layout.viewX
  t.equal(x0, 1920, 'two days of margin')
  t.match(rowOf(layout, 'work').bars, [{ x: x0 + 360, width: 360, state: 'acts', label: 'сейчас до 18:00', lost: [{ x: x0 + 600, width: 60, by: 'Планёрка' }] }])
  const night = rowOf(layout, 'night').bars
  t.match(night, [{ x: x0 - 80, width: 360, label: '22–07', state: 'waits', labelX: x0 }, { x: x0 + 880, width: 360 }])
  t.equal(night[1]?.labelX, x0 + 920, 'the label stands behind a stretch lost at the start')
  t.match(rowOf(layout, 'off').bars, [{ state: 'off', label: 'выключено' }])
  t.match(rowOf(layout, 'all').bars, [{ x: 0, width: 4800, label: 'всегда', labelX: x0 }], 'a label stays in sight')
  t.match(rowOf(layout, 'off').outline, { label: '12–23 ноября', labelX: x0 }, 'dates as an outline')
  t.equal(rowOf(layout, 'work').acts, true)
  t.equal(rowOf(layout, 'plan').phones, 'Мобильный · приоритет 10')
  const bar = rowOf(layout, 'work').bars[0]
  const work = overview.rules[1]
  t.equal(bar === undefined || work === undefined ? '' : spokenBar(overview, work, bar),
    'В рабочее время, вт, 18 ноября, 09:00–18:00, одновременно, 1 номер, действует сейчас, уступает: Планёрка')
  t.equal(layout.row(1), layout.row(1), 'a row is measured once')
})

t.test('an hour is as wide on every day, also when the clock is changed', async (t) => {
  const berlin = 'Europe/Berlin'
  const shown = viewOf('three', '2025-03-29', '2025-03-29', berlin)
  const days = [-3, -2, -1, 0, 1, 2, 3, 4, 5].map((day) => {
    const date = addDays('2025-03-29', day)
    const from = viewOf('day', date, date, berlin)
    return { date, from: from.from, to: from.to, kind: 'working' as const, name: null }
  })
  const layout = lay({ overview: { ...overview, zone: berlin, days, bars: [], result: [] }, view: shown })
  const widths = layout.days.map((day) => Math.round(day.width * 10) / 10)
  const full = widths[0] ?? 0
  t.equal(Math.round((layout.days.find((day) => day.date === '2025-03-30')?.width ?? 0) / full * 24), 23)
  t.equal(layout.days.filter((day) => Math.abs(day.width - full) < 0.1).length, 8)
})

t.test('words that do not fit give way: shorter, number, nothing', async (t) => {
  t.equal(fit('В рабочее время', 200), 'В рабочее время')
  t.equal(fit('В рабочее время', 70), 'В рабоче…')
  t.equal(fit('В рабочее время', 40), '', 'fewer than six letters say nothing')
  t.strictSame(lay().cells.map((cell) => [cell.label, cell.acts]), [
    ['Ночью', false], ['никуда', false], ['В рабочее время', true], ['1', false], ['по умолчанию: Дача', false],
  ])
  const narrow = lay({ width: 200 })
  t.equal(narrow.cells[1]?.cross, true, 'a cross where «никуда» does not fit')
  t.equal(narrow.cells[3]?.label, '', 'under 13 pixels nothing')
  t.equal(rowOf(narrow, 'work').bars[0]?.label, '', 'a dot alone')
  t.equal(rowOf(lay({ view: view('month'), width: 960 }), 'work').bars[0]?.label, '', 'a month has strips without words')
})

t.test('axis: hours under the pill of now are left out, days say what they are', async (t) => {
  const layout = lay()
  const inView = layout.hours.filter((mark) => mark.x >= layout.viewX && mark.x < layout.viewX + 960)
  t.strictSame(inView.map((mark) => mark.label), ['00', '03', '06', '09', '12', '', '18', '21'])
  t.match(layout.days.find((day) => day.today), { label: 'ВТ, 18 НОЯБРЯ · СЕГОДНЯ', off: false, note: '' })
  t.match(layout.now, { x: layout.viewX + 580, side: 'in', label: '14:30' })
  t.match(lay({ now: at(100) }).now, { side: 'after' })
  t.match(lay({ now: at(-100) }).now, { side: 'before', x: 0 })
  t.equal(endTime(at(24), moscow), '24:00')
  const days = overview.days.map((day) => day.date === today ? { ...day, kind: 'holiday' as const, name: 'День рождения' } : day)
  t.match(lay({ overview: { ...overview, days } }).days.find((day) => day.today), { off: true, note: 'День рождения' })
  t.equal(lay({ view: view('month') }).hours.length, 0)
  const phone = lay({ phone: true, width: 576, boxWidth: 360 })
  t.equal(phone.restX, phone.viewX + 348 - 180, 'a phone rests with now in the middle')
})

t.test('«сейчас всё на …» takes its stretch from the bars; some rules are for some callers', async (t) => {
  const forced: OverviewReply = {
    ...overview, acts: { kind: 'override', targetId: 'o' },
    override: { action: 'ring', targetId: 'o', address: '+7', description: 'Офис', untilMs: at(18) },
    result: [
      { from: at(-72), to: at(14.5), kind: 'rule', ruleId: 'work' },
      { from: at(14.5), to: at(18), kind: 'override', ruleId: null, targetId: 'o', byOverride: true },
      { from: at(18), to: at(96), kind: 'refused', ruleId: null, byOverride: true },
    ],
    bars: overview.bars.map((bar) => bar.ruleId === 'night' ? { ...bar, conditional: true } : bar),
  }
  const layout = lay({ overview: forced })
  t.match(layout.cells[1], { kind: 'override', acts: true, label: 'Всё на Офис' })
  t.match(layout.cells[2], { kind: 'refused', label: 'не беспокоить' })
  const work = rowOf(layout, 'work').bars[0]
  t.equal(work?.state, 'waits', 'no rule acts')
  t.ok(work?.lost.some((part) => part.by === 'Всё на Офис' && part.width === 140))
  t.strictSame(rowOf(layout, 'off').bars[0]?.lost, [], 'a rule that is off loses nothing')
  const night = rowOf(layout, 'night').bars[0]
  const rule_ = overview.rules[2]
  t.equal(night?.conditional, true)
  t.match(night === undefined || rule_ === undefined ? '' : spokenBar(forced, rule_, night), 'только для некоторых звонящих')
})

t.test('keys move along a row and to the nearest bar of another', async (t) => {
  const layout = lay()
  const from = (id: string, key: Parameters<typeof neighbour>[2]): string | undefined => neighbour(layout, id, key)?.id
  const id = (ruleId: string, hours: number): string => `${ruleId}-${at(hours)}`
  t.equal(from(id('plan', 15), 'down'), id('work', 9))
  t.equal(from(id('work', 9), 'down'), id('night', -2), 'the middle of the bar counts')
  t.equal(from(id('night', -2), 'right'), id('night', 22))
  t.equal(from(id('night', 22), 'first'), id('night', -2))
  t.equal(from(id('plan', 15), 'up'), undefined)
  t.equal(from('gone', 'left'), id('plan', 15), 'a bar that is gone: the first one in sight')
})

const weekly = rule('r', 'Дома', {
  version: 7,
  blocks: [
    { weekdays: [1, 2, 3, 4, 5], dates: [], hours: [{ from: 540, to: 1080 }, { from: 1320, to: 420 }] },
    { weekdays: [6, 7], dates: [], hours: [] },
  ],
})

t.test('a bar finds the hours it was made of, or none', async (t) => {
  const cases = [
    ['plain hours', at(9), at(18), 0], ['over midnight', at(22), at(31), 1], ['two kinds of hours together', at(9), at(31), undefined],
    ['another day of the block', at(33), at(42), 0], ['a day of no hours', at(96), at(120), undefined],
  ] as const
  for (const [name, from, to, range] of cases) t.equal(hoursOfBar(weekly, { from, to }, moscow)?.range, range, name)
  const twice = rule('r', 'Дважды', { blocks: [
    { weekdays: [], dates: [], hours: [{ from: 540, to: 1080 }] }, { weekdays: [2], dates: [], hours: [{ from: 540, to: 1080 }] },
  ] })
  t.equal(hoursOfBar(twice, { from: at(9), to: at(18) }, moscow), undefined, 'which of the two is meant cannot be known')
  const dated = rule('r', 'Срок', { blocks: [{ weekdays: [], dates: [{ from: null, to: '2025-11-17' }], hours: [{ from: 540, to: 1080 }] }] })
  t.equal(hoursOfBar(dated, { from: at(9), to: at(18) }, moscow), undefined, 'its dates are past')
})

t.test('an end of a bar moves in quarters of an hour and keeps a length', async (t) => {
  const cases = [
    ['later end', { from: 540, to: 1080 }, 'to', 61, { from: 540, to: 1140 }], ['earlier end', { from: 540, to: 1080 }, 'to', -70, { from: 540, to: 1005 }],
    ['over midnight', { from: 1320, to: 1380 }, 'to', 120, { from: 1320, to: 60 }], ['to midnight', { from: 1320, to: 1380 }, 'to', 60, { from: 1320, to: 1440 }],
    ['not shorter than a step', { from: 540, to: 600 }, 'to', -300, { from: 540, to: 555 }],
    ['not longer than a day', { from: 540, to: 600 }, 'to', 3000, { from: 540, to: 540 }],
    ['earlier begin', { from: 540, to: 1080 }, 'from', -30, { from: 510, to: 1080 }], ['begin stays in its day', { from: 60, to: 600 }, 'from', -500, { from: 0, to: 600 }],
    ['begin before the end', { from: 540, to: 600 }, 'from', 300, { from: 585, to: 600 }], ['a minute off snaps', { from: 541, to: 1080 }, 'from', 3, { from: 540, to: 1080 }],
  ] as const
  for (const [name, hours, edge, minutes, wanted] of cases) t.strictSame(movedEdge(hours, edge, minutes), wanted, name)
})

t.test('other hours in one place leave all else as it is', async (t) => {
  const place = hoursOfBar(weekly, { from: at(22), to: at(31) }, moscow)
  if (place === undefined) throw new Error('the bar has hours')
  const request = requestWithHours(weekly, place, { from: 1290, to: 420 })
  t.equal(request.version, 7)
  t.strictSame(request.blocks.map((block) => block.hours), [[{ from: 540, to: 1080 }, { from: 1290, to: 420 }], []])
  t.match(request, { name: 'Дома', callers: null, decline: 'here', targets: [{ targetId: 't', delaySeconds: null }] })
})

t.test('moved ends are hours the server takes', async () => {
  const minute = fc.integer({ min: 0, max: 1440 })
  fc.assert(fc.property(minute, minute, fc.constantFrom('from' as const, 'to' as const), fc.integer({ min: -3000, max: 3000 }), (from, to, edge, by) => {
    if (from === 1440) return true
    const moved = movedEdge({ from, to }, edge, by)
    return Number.isInteger(moved.from) && moved.from >= 0 && moved.from < 1440 && moved.to >= 0 && moved.to <= 1440
  }))
})

t.test('a hundred rules over a month are measured in no time', async (t) => {
  const rules = Array.from({ length: 100 }, (_, n) => rule(`r${n}`, `Правило ${n}`))
  const bars = rules.flatMap((each) => Array.from({ length: 34 }, (_, day) => ({ ruleId: each.id, from: at(day * 24 - 240), to: at(day * 24 - 232), lost: [] })))
  const many: OverviewReply = { ...overview, rules, bars, days: overviewDays(-20, 20), window: { from: at(-480), to: at(480) } }
  const begin = performance.now()
  const layout = lay({ overview: many, view: view('month') })
  for (let row = 0; row < 100; row += 1) layout.row(row)
  const ms = performance.now() - begin
  t.ok(ms < 400, `${Math.round(ms)} ms`)
  t.equal(localTime(layout.view.from, moscow).date, '2025-11-01')
})
