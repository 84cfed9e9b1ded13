/**
 * Geometry of the timeline (design §3.1): where each bar, lost stretch, date outline and cell of the
 * lane «Итог» lies, and which words fit on it. Pure: the server says who wins, this file only
 * measures. All positions are CSS pixels from the left top of the plot.
 */
import type { OverviewReply, RuleReply } from '../src/api/schema.ts'
import { barHours, formatDate, phoneName, timeOf } from './format.ts'
import { dateHull, hullWords } from './schedule-words.ts'
import { addDays, localTime, startOfDay, weekdayOf } from './zone.ts'
import { locale, t } from './text.ts'

export type Scale = 'day' | 'three' | 'week'
export type BarState = 'acts' | 'waits' | 'off'

export interface Box { readonly x: number; readonly width: number }
export interface TimelineBar extends Box {
  /** Stable within a view: rule and start. */
  readonly id: string
  readonly ruleId: string
  readonly from: number
  readonly to: number
  readonly state: BarState
  readonly label: string
  /** Where the label begins: behind a stretch lost at the start. */
  readonly labelX: number
  readonly lost: readonly (Box & { readonly by: string })[]
  /** What a screen reader says. */
  readonly spoken: string
}
export interface TimelineRow {
  readonly rule: RuleReply
  readonly number: number
  readonly y: number
  readonly phones: string
  readonly acts: boolean
  readonly bars: readonly TimelineBar[]
  readonly outline: (Box & { readonly label: string }) | undefined
}
export interface ResultCell extends Box {
  readonly kind: 'rule' | 'default' | 'voicemail' | 'nowhere'
  readonly acts: boolean
  readonly label: string
  readonly cross: boolean
  readonly spoken: string
}
export interface TimelineDay extends Box {
  readonly label: string
  readonly today: boolean
  readonly weekend: boolean
}
export interface TimelineLayout {
  readonly width: number
  readonly height: number
  readonly laneY: number
  readonly rowHeight: number
  readonly days: readonly TimelineDay[]
  readonly hours: readonly { readonly x: number; readonly label: string }[]
  readonly cells: readonly ResultCell[]
  readonly rows: readonly TimelineRow[]
  /** The now line; outside the window only the side on which it lies. */
  readonly now: { readonly x: number; readonly side: 'in' | 'before' | 'after'; readonly label: string }
}

export interface TimelineInput {
  readonly overview: OverviewReply
  /** The visible window; the overview may cover more, so that bars keep their true hours. */
  readonly view: { readonly from: number; readonly to: number }
  readonly scale: Scale
  readonly now: number
  readonly width: number
  readonly phone: boolean
  readonly defaultName: string
}

export const headHeight = 44
export const barHeight = 26
/** Mean width of a letter at 12 px; system fonts differ by a tenth, so it is on the safe side. */
const letterPx = 7.3
const hourStep: Readonly<Record<Scale, number>> = { day: 3, three: 6, week: 12 }

/** Lane and row heights: on a phone the name stands above the bar. */
export function rowMetrics(phone: boolean): { lane: number; row: number; barTop: number; cellTop: number } {
  return phone ? { lane: 54, row: 54, barTop: 24, cellTop: 24 } : { lane: 40, row: 44, barTop: 9, cellTop: 8 }
}

/** Cuts a word so that it fits; '' when fewer than six letters would be left. */
export function fit(text: string, px: number): string {
  const letters = Math.floor(px / letterPx)
  if (text.length <= letters) return text
  return letters < 7 ? '' : `${text.slice(0, letters - 1).trimEnd()}…`
}

/** Phones of a rule for its second line: «Мобильный + Офис», in turn «Мобильный → Офис». */
export function phonesLine(rule: RuleReply): string {
  const names = rule.targets.map(phoneName).join(rule.mode === 'parallel' ? ' + ' : ' → ')
  return rule.priority > 0 ? `${names} · ${t('rule.priority', { n: rule.priority })}` : names
}

class Axis {
  readonly from: number
  readonly to: number
  readonly width: number

  constructor(view: { from: number; to: number }, width: number) {
    this.from = view.from
    this.to = view.to
    this.width = width
  }

  at(ms: number): number {
    return (ms - this.from) / (this.to - this.from) * this.width
  }

  /** The visible part of a stretch; undefined when none of it is. */
  box(from: number, to: number): Box | undefined {
    if (to <= this.from || from >= this.to) return undefined
    const x = this.at(Math.max(from, this.from))
    return { x, width: Math.max(3, this.at(Math.min(to, this.to)) - x) }
  }
}

/** Lays the whole picture out. */
export function layoutTimeline(input: TimelineInput): TimelineLayout {
  const { overview, view, now, phone } = input
  const axis = new Axis(view, input.width)
  const metrics = rowMetrics(phone)
  const top = headHeight + metrics.lane
  const rows = overview.rules.map((rule, index) =>
    layoutRow(input, axis, rule, index + 1, top + index * metrics.row))
  const inside = now >= view.from && now < view.to
  return {
    width: input.width, height: top + rows.length * metrics.row, laneY: headHeight,
    rowHeight: metrics.row, rows, cells: layoutCells(input, axis),
    days: layoutDays(input, axis), hours: layoutHours(input, axis),
    now: {
      x: inside ? axis.at(now) : now < view.from ? 0 : input.width,
      side: inside ? 'in' : now < view.from ? 'before' : 'after',
      label: timeOf(now, overview.zone),
    },
  }
}

function visibleDays(input: TimelineInput): OverviewReply['days'] {
  return input.overview.days.filter((day) => day.to > input.view.from && day.from < input.view.to)
}

function layoutDays(input: TimelineInput, axis: Axis): TimelineDay[] {
  const today = localTime(input.now, input.overview.zone).date
  return visibleDays(input).flatMap((day) => {
    const box = axis.box(day.from, day.to)
    if (box === undefined) return []
    const long = !input.phone && input.scale !== 'week' && box.width > 190
    const date = formatDate(day.date, long ? 'weekday' : 'short').toLocaleUpperCase(locale())
    const isToday = day.date === today
    const label = isToday && long
      ? t('timeline.today', { date }).toLocaleUpperCase(locale()) : date
    // On a phone the one day's name stands still at the left, beside the rule names.
    const still = input.phone && input.scale === 'day'
    return [{ ...box, label: still ? '' : label, today: isToday, weekend: weekdayOf(day.date) > 5 }]
  })
}

function layoutHours(input: TimelineInput, axis: Axis): { x: number; label: string }[] {
  const marks: { x: number; label: string }[] = []
  const zone = input.overview.zone
  const step = hourStep[input.scale]
  const nowX = axis.at(input.now)
  for (const day of visibleDays(input)) {
    for (let ms = day.from; ms < day.to; ms += 3_600_000) {
      const minute = localTime(ms, zone).minute
      if (minute % (step * 60) !== 0) continue
      const x = axis.at(ms)
      const covered = Math.abs(x + 8 - nowX) < 32
      marks.push({ x, label: covered ? '' : String(minute / 60).padStart(2, '0') })
    }
  }
  return marks
}

function layoutCells(input: TimelineInput, axis: Axis): ResultCell[] {
  const { overview, now } = input
  return overview.result.flatMap((stretch) => {
    const box = axis.box(stretch.from, stretch.to)
    if (box === undefined) return []
    const index = overview.rules.findIndex((rule) => rule.id === stretch.ruleId)
    const what = stretch.kind === 'rule' ? overview.rules[index]?.name ?? ''
      : stretch.kind === 'default' ? t('timeline.default', { name: input.defaultName })
        : stretch.kind === 'voicemail' ? t('timeline.mail') : t('timeline.nowhere')
    const named = fit(what, box.width - 14)
    const short = stretch.kind === 'rule' ? String(index + 1) : ''
    const label = box.width < 13 ? '' : named === '' ? short : named
    return [{
      ...box, kind: stretch.kind, label,
      acts: stretch.kind !== 'nowhere' && stretch.from <= now && now < stretch.to,
      cross: stretch.kind === 'nowhere' && label === '' && box.width >= 13,
      spoken: t('timeline.cell', { ...span(overview, stretch.from, stretch.to), what }),
    }]
  })
}

function span(overview: OverviewReply, from: number, to: number): Record<'date' | 'from' | 'to', string> {
  const start = localTime(from, overview.zone)
  return {
    date: formatDate(start.date, 'weekday'),
    from: timeOf(from, overview.zone), to: endTime(to, overview.zone),
  }
}

/** The end of a stretch: midnight reads 24:00. */
export function endTime(ms: number, zone: string): string {
  const minute = localTime(ms, zone).minute
  return minute === 0 ? '24:00' : timeOf(ms, zone)
}

function layoutRow(
  input: TimelineInput, axis: Axis, rule: RuleReply, number: number, y: number,
): TimelineRow {
  const { overview } = input
  const acts = overview.acts.kind === 'rule' && overview.acts.ruleId === rule.id
  const bars = overview.bars.filter((bar) => bar.ruleId === rule.id).flatMap((bar) => {
    const box = axis.box(bar.from, bar.to)
    return box === undefined ? [] : [layoutBar(input, axis, rule, bar, box, acts)]
  })
  return {
    rule, number, y, bars, acts, outline: layoutOutline(input, axis, rule, bars),
    phones: rule.enabled ? phonesLine(rule) : t('timeline.off'),
  }
}

function layoutBar(
  input: TimelineInput, axis: Axis, rule: RuleReply, bar: OverviewReply['bars'][number], box: Box,
  ruleActs: boolean,
): TimelineBar {
  const { overview, now } = input
  const state: BarState = !rule.enabled ? 'off'
    : ruleActs && bar.from <= now && now < bar.to ? 'acts' : 'waits'
  const nameOf = (id: string): string => overview.rules.find((each) => each.id === id)?.name ?? ''
  const lost = bar.lost.flatMap((each) => {
    const part = axis.box(each.from, each.to)
    return part === undefined ? [] : [{ ...part, by: nameOf(each.byRuleId) }]
  })
  // The label stands in the first stretch that is not lost, and never crosses a lost one.
  const first = lost.find((part) => part.x <= box.x + 4)
  const labelX = first === undefined ? box.x : first.x + first.width
  const end = lost.find((part) => part.x > labelX)?.x ?? box.x + box.width
  const room = end - labelX - 14
  const plain = t('timeline.bar', {
    ...span(overview, bar.from, bar.to), name: rule.name,
    mode: t(rule.mode === 'parallel' ? 'rule.modeParallel' : 'rule.modeSerial'),
    count: t('timeline.phones', { n: rule.targets.length }),
    state: t(state === 'acts' ? 'verdict.acts' : state === 'off' ? 'rule.state.off' : 'rule.state.waits'),
  })
  return {
    ...box, id: `${rule.id}-${bar.from}`, ruleId: rule.id, from: bar.from, to: bar.to, state, lost,
    label: barLabel(overview, bar, state, room), labelX,
    spoken: lost.length === 0 ? plain : t('timeline.barLost',
      { bar: plain, lost: [...new Set(lost.map((part) => part.by))].join(', ') }),
  }
}

function barLabel(
  overview: OverviewReply, bar: { from: number; to: number }, state: BarState, room: number,
): string {
  const fits = (text: string, px: number): boolean => text.length * letterPx <= px
  if (state === 'off') return fits(t('timeline.off'), room) ? t('timeline.off') : ''
  const zone = overview.zone
  if (state === 'acts') {
    const until = t('timeline.nowUntil', { to: endTime(bar.to, zone) })
    const endless = bar.to >= overview.window.to
    if (!endless && fits(until, room - 16)) return until
    return fits(t('timeline.nowWord'), room - 16) ? t('timeline.nowWord') : ''
  }
  const whole = bar.from <= overview.window.from && bar.to >= overview.window.to
  const start = localTime(bar.from, zone)
  const end = localTime(bar.to, zone)
  const days = (bar.to - bar.from) / 86_400_000
  const last = end.minute === 0 ? addDays(end.date, -1) : end.date
  const text = whole ? t('timeline.always')
    : days > 1.1
      ? t('when.range', { from: formatDate(start.date, 'short'), to: formatDate(last, 'short') })
      : barHours(start.minute, end.minute === 0 ? 1440 : end.minute)
  return fits(text, room) ? text : ''
}

function layoutOutline(
  input: TimelineInput, axis: Axis, rule: RuleReply, bars: readonly TimelineBar[],
): (Box & { label: string }) | undefined {
  const hull = dateHull(rule.blocks as Parameters<typeof dateHull>[0])
  if (hull === undefined) return undefined
  const zone = input.overview.zone
  const box = axis.box(
    hull.from === null ? input.view.from : startOfDay(hull.from, zone),
    hull.to === null ? input.view.to : startOfDay(addDays(hull.to, 1), zone))
  if (box === undefined) return undefined
  const words = hullWords(rule.blocks as Parameters<typeof hullWords>[0])
  const free = (bars[0]?.x ?? box.x + box.width) - box.x - 24
  return { ...box, label: words.length * letterPx <= free ? words : '' }
}

/** The bar a key leads to from `current`: along the row, or to the nearest bar of another row. */
export function neighbour(
  layout: TimelineLayout, current: string, key: 'left' | 'right' | 'up' | 'down' | 'first' | 'last',
): TimelineBar | undefined {
  const rows = layout.rows.filter((row) => row.bars.length > 0)
  const rowAt = rows.findIndex((row) => row.bars.some((bar) => bar.id === current))
  const row = rows[rowAt]
  const bar = row?.bars.find((each) => each.id === current)
  if (row === undefined || bar === undefined) return rows[0]?.bars[0]
  const at = row.bars.indexOf(bar)
  switch (key) {
    case 'left': return row.bars[at - 1]
    case 'right': return row.bars[at + 1]
    case 'first': return row.bars[0]
    case 'last': return row.bars.at(-1)
    case 'up': case 'down': {
      const other = rows[rowAt + (key === 'up' ? -1 : 1)]
      const middle = bar.x + bar.width / 2
      const distance = (each: TimelineBar): number => Math.abs(each.x + each.width / 2 - middle)
      return other === undefined ? undefined
        : [...other.bars].sort((a, b) => distance(a) - distance(b))[0]
    }
  }
}
