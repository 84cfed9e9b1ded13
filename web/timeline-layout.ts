/**
 * Geometry of the timeline (design §3.1): where each bar, lost stretch, date outline and cell of the
 * lane «Итог» lies, and which words fit on it. Pure: the server says who wins, this file only
 * measures. A row is measured when it is asked for, because of a hundred only twenty are seen.
 */
import type { OverviewReply, RuleReply } from '../src/api/schema.ts'
import { barHours, formatDate, phoneName, timeOf } from './format.ts'
import { dateHull, hullWords } from './schedule-words.ts'
import { Axis, layoutDays, layoutHours, layoutNow } from './timeline-axis.ts'
import type { Box, HourMark, NowMark, TimelineDay } from './timeline-axis.ts'
import type { TimelineView } from './timeline-view.ts'
import { addDays, localTime, startOfDay } from './zone.ts'
import { t } from './text.ts'
import './text-home-ru.ts'

export type BarState = 'acts' | 'waits' | 'off'
type RawBar = OverviewReply['bars'][number]

export interface TimelineBar extends Box {
  /** Stable while the rules stay: rule and start. */
  readonly id: string
  readonly ruleId: string
  readonly from: number
  readonly to: number
  readonly state: BarState
  /** For some callers only. */
  readonly conditional: boolean
  readonly label: string
  /** Where the label begins: in sight, and behind a stretch lost at the start. */
  readonly labelX: number
  readonly lost: readonly (Box & { readonly by: string })[]
}
export interface TimelineRow {
  readonly rule: RuleReply
  readonly number: number
  readonly phones: string
  readonly acts: boolean
  readonly bars: readonly TimelineBar[]
  readonly outline: (Box & { readonly label: string; readonly labelX: number }) | undefined
}
export interface ResultCell extends Box {
  readonly kind: OverviewReply['result'][number]['kind']
  readonly acts: boolean
  readonly label: string
  readonly labelX: number
  readonly cross: boolean
  readonly spoken: string
}
export interface TimelineLayout {
  readonly axis: Axis
  readonly view: TimelineView
  /** Left edge of the window among what is drawn. */
  readonly viewX: number
  /** Where the plot comes to rest after a jump: on a phone with now in the middle. */
  readonly restX: number
  readonly width: number
  readonly rules: readonly RuleReply[]
  /** Changes with everything that a row is made of. */
  readonly row: (index: number) => TimelineRow
  readonly days: readonly TimelineDay[]
  readonly hours: readonly HourMark[]
  readonly cells: readonly ResultCell[]
  readonly now: NowMark
}

export interface TimelineInput {
  readonly overview: OverviewReply
  readonly view: TimelineView
  readonly now: number
  /** Width of the window, CSS pixels; what is drawn is wider by its margins. */
  readonly width: number
  readonly phone: boolean
  /** Width of the box the plot scrolls in, CSS pixels: on a phone less than the window. */
  readonly boxWidth: number
  /** Rules to show, in winning order; all when left out. */
  readonly rules?: readonly RuleReply[]
  /** What a number is called, by id; '' when there is none. */
  readonly numberName: (id: string | null) => string
  readonly defaultName: string
}

export const axisHeight = 44
export const barHeight = 26
/** Mean width of a letter at 12 px; system fonts differ by a tenth, so it is on the safe side. */
const letterPx = 7.3

/** Lane and row heights: on a phone the name stands above the bar. */
export function rowMetrics(phone: boolean): {
  readonly lane: number; readonly row: number; readonly barTop: number; readonly cellTop: number
} {
  return phone ? { lane: 54, row: 54, barTop: 24, cellTop: 24 }
    : { lane: 40, row: 44, barTop: 9, cellTop: 8 }
}

/** Cuts a word so that it fits; '' when fewer than six letters would be left. */
export function fit(text: string, px: number): string {
  const letters = Math.floor(px / letterPx)
  if (text.length <= letters) return text
  return letters < 7 ? '' : `${text.slice(0, letters - 1).trimEnd()}…`
}

/** Phones of a rule for its second line: «Мобильный + Офис», in turn «Мобильный → Офис». */
export function phonesLine(rule: RuleReply): string {
  const names = rule.reaction === 'ring'
    ? rule.targets.map(phoneName).join(rule.mode === 'parallel' ? ' + ' : ' → ')
    : t(rule.reaction === 'voicemail' ? 'timeline.mail' : 'timeline.refuses')
  return rule.priority > 0 ? `${names} · ${t('rule.priority', { n: rule.priority })}` : names
}

/** The rule that decides about a call now, be it by ringing, voicemail or refusal. */
export function actingRule(overview: OverviewReply): string | undefined {
  const acts = overview.acts
  return 'ruleId' in acts ? acts.ruleId ?? undefined : undefined
}

/** Lays the whole picture out. */
export function layoutTimeline(input: TimelineInput): TimelineLayout {
  const { overview, view, now } = input
  const axis = new Axis(view, input.width)
  const rules = input.rules ?? overview.rules
  const viewX = axis.at(view.from)
  const seen = input.phone && now >= view.from && now < view.to
  const restX = seen ? Math.max(viewX, axis.at(now) - input.boxWidth / 2) : viewX
  const sightX = input.phone ? restX : viewX
  const places = new Map(overview.rules.map((rule, index) => [rule.id, index + 1]))
  const bars = new Map<string, RawBar[]>()
  for (const bar of overview.bars) {
    const of = bars.get(bar.ruleId)
    if (of === undefined) bars.set(bar.ruleId, [bar])
    else of.push(bar)
  }
  const measured = new Map<number, TimelineRow>()
  const measure = (index: number): TimelineRow => {
    const rule = rules[index]
    if (rule === undefined) throw new RangeError(`no row ${index}`)
    return layoutRow({ ...input, axis, sightX }, rule, places.get(rule.id) ?? 0, bars.get(rule.id) ?? [])
  }
  return {
    axis, view, viewX, restX, width: axis.width, rules,
    row: (index) => {
      let row = measured.get(index)
      if (row === undefined) measured.set(index, row = measure(index))
      return row
    },
    cells: layoutCells(input, axis, sightX, places), days: layoutDays(overview, axis, now),
    hours: layoutHours(overview, axis, view.scale, now), now: layoutNow(overview, axis, now),
  }
}

interface RowInput extends TimelineInput {
  readonly axis: Axis
  /** Left edge of what is in sight: labels stand to the right of it. */
  readonly sightX: number
}

/** What a stretch of the lane «Итог» is called: the rule, the number, voicemail, nowhere. */
export function stretchName(
  input: Pick<TimelineInput, 'overview' | 'numberName' | 'defaultName'>,
  stretch: OverviewReply['result'][number],
): string {
  const rule = input.overview.rules.find((each) => each.id === stretch.ruleId)
  if (rule !== undefined) return rule.name
  switch (stretch.kind) {
    case 'rule': return ''
    case 'default': return t('timeline.default', { name: input.defaultName })
    case 'override': return t('timeline.override', { name: input.numberName(stretch.targetId ?? null) })
    case 'voicemail': return t(stretch.byOverride === true ? 'timeline.overrideMail' : 'timeline.mail')
    case 'refused': return t('timeline.quiet')
    case 'nowhere': return t('timeline.nowhere')
  }
}

function layoutCells(
  input: TimelineInput, axis: Axis, sightX: number, places: ReadonlyMap<string, number>,
): ResultCell[] {
  const { overview } = input
  return overview.result.flatMap((stretch) => {
    const box = axis.box(stretch.from, stretch.to)
    if (box === undefined) return []
    const what = stretchName(input, stretch)
    const labelX = inSight(box, sightX)
    const named = fit(what, box.x + box.width - labelX - 14)
    const short = stretch.ruleId === null ? '' : String(places.get(stretch.ruleId) ?? '')
    const label = box.width < 13 ? '' : named === '' ? short : named
    return [{
      ...box, kind: stretch.kind, label, labelX,
      acts: stretch.kind !== 'nowhere' && holds(input, stretch),
      cross: stretch.kind === 'nowhere' && label === '' && box.width >= 13,
      spoken: t('timeline.cell', { ...span(overview, stretch.from, stretch.to), what }),
    }]
  })
}

/** Whether a stretch is now: what the server said of its own instant, or of the minute since. */
function holds(input: TimelineInput, stretch: { readonly from: number; readonly to: number }): boolean {
  const at = Math.max(input.now, input.overview.now)
  return stretch.from <= at && at < stretch.to
}

/** Where a label may begin: at the box, or at the window's edge when the box begins before it. */
function inSight(box: Box, sightX: number): number {
  return box.x < sightX && box.x + box.width > sightX + 24 ? sightX : box.x
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
  input: RowInput, rule: RuleReply, number: number, raw: readonly RawBar[],
): TimelineRow {
  const acts = actingRule(input.overview) === rule.id
  const bars = raw.flatMap((bar) => {
    const box = input.axis.box(bar.from, bar.to)
    return box === undefined ? [] : [layoutBar(input, rule, bar, box, acts)]
  })
  return {
    rule, number, bars, acts, outline: layoutOutline(input, rule, bars),
    phones: rule.enabled ? phonesLine(rule) : t('timeline.off'),
  }
}

/** Stretches a bar loses: to higher rules, and to «сейчас всё на …». */
function lostParts(input: RowInput, rule: RuleReply, bar: RawBar): TimelineBar['lost'] {
  const { overview, axis } = input
  const part = (from: number, to: number, by: string): (Box & { by: string })[] => {
    const box = axis.box(from, to)
    return box === undefined ? [] : [{ ...box, by }]
  }
  const lost = bar.lost.flatMap((each) => part(each.from, each.to,
    overview.rules.find((other) => other.id === each.byRuleId)?.name ?? ''))
  if (!rule.enabled) return lost
  for (const stretch of overview.result) {
    if (stretch.byOverride !== true || stretch.to <= bar.from || stretch.from >= bar.to) continue
    lost.push(...part(Math.max(stretch.from, bar.from), Math.min(stretch.to, bar.to),
      stretchName(input, stretch)))
  }
  return lost
}

function layoutBar(
  input: RowInput, rule: RuleReply, bar: RawBar, box: Box, ruleActs: boolean,
): TimelineBar {
  const { overview } = input
  const state: BarState = !rule.enabled ? 'off'
    : ruleActs && holds(input, bar) ? 'acts' : 'waits'
  const lost = lostParts(input, rule, bar)
  const shown = inSight(box, input.sightX)
  // The label stands in the first stretch that is not lost, and never crosses a lost one.
  const first = lost.find((part) => part.x <= shown + 4 && part.x + part.width > shown)
  const labelX = first === undefined ? shown : first.x + first.width
  const end = lost.find((part) => part.x > labelX)?.x ?? box.x + box.width
  const label = input.view.scale === 'month' ? '' : barLabel(overview, bar, state, end - labelX - 14)
  return {
    ...box, id: `${rule.id}-${bar.from}`, ruleId: rule.id, from: bar.from, to: bar.to, state, lost,
    conditional: bar.conditional === true, label, labelX,
  }
}

function barLabel(overview: OverviewReply, bar: RawBar, state: BarState, room: number): string {
  const fits = (text: string, px: number): boolean => text.length * letterPx <= px
  if (state === 'off') return fits(t('timeline.off'), room) ? t('timeline.off') : ''
  const zone = overview.zone
  if (state === 'acts') {
    const until = t('timeline.nowUntil', { to: endTime(bar.to, zone) })
    const endless = bar.to >= overview.window.to
    if (!endless && fits(until, room - 16)) return until
    return fits(t('timeline.nowWord'), room - 16) ? t('timeline.nowWord') : ''
  }
  const text = hoursLabel(overview, bar)
  const some = t('timeline.some', { hours: text })
  if (bar.conditional === true && fits(some, room)) return some
  return fits(text, room) ? text : ''
}

function hoursLabel(overview: OverviewReply, bar: RawBar): string {
  const whole = bar.from <= overview.window.from && bar.to >= overview.window.to
  if (whole) return t('timeline.always')
  const start = localTime(bar.from, overview.zone)
  const end = localTime(bar.to, overview.zone)
  const last = end.minute === 0 ? addDays(end.date, -1) : end.date
  const days = (bar.to - bar.from) / 86_400_000
  return days > 1.1
    ? t('when.range', { from: formatDate(start.date, 'short'), to: formatDate(last, 'short') })
    : barHours(start.minute, end.minute === 0 ? 1440 : end.minute)
}

/** What a screen reader says of a bar: rule, day, hours, mode, phones, state, whom it yields to. */
export function spokenBar(overview: OverviewReply, rule: RuleReply, bar: TimelineBar): string {
  const plain = t('timeline.bar', {
    ...span(overview, bar.from, bar.to), name: rule.name,
    mode: t(rule.mode === 'parallel' ? 'rule.modeParallel' : 'rule.modeSerial'),
    count: t('timeline.phones', { n: rule.targets.length }),
    state: t(bar.state === 'acts' ? 'verdict.acts'
      : bar.state === 'off' ? 'rule.state.off' : 'rule.state.waits'),
  })
  const whole = bar.conditional ? t('timeline.barSome', { bar: plain }) : plain
  return bar.lost.length === 0 ? whole : t('timeline.barLost',
    { bar: whole, lost: [...new Set(bar.lost.map((part) => part.by))].join(', ') })
}

function layoutOutline(
  input: RowInput, rule: RuleReply, bars: readonly TimelineBar[],
): TimelineRow['outline'] {
  const hull = dateHull(rule.blocks as Parameters<typeof dateHull>[0])
  if (hull === undefined) return undefined
  const zone = input.overview.zone
  const box = input.axis.box(
    hull.from === null ? input.view.drawnFrom : startOfDay(hull.from, zone),
    hull.to === null ? input.view.drawnTo : startOfDay(addDays(hull.to, 1), zone))
  if (box === undefined) return undefined
  const words = hullWords(rule.blocks as Parameters<typeof hullWords>[0])
  const labelX = inSight(box, input.sightX)
  const next = bars.find((bar) => bar.x + bar.width > labelX)
  const free = (next?.x ?? box.x + box.width) - labelX - 24
  return { ...box, label: words.length * letterPx <= free ? words : '', labelX }
}

/** The bar a key leads to from `current`: along the row, or to the nearest bar of another row. */
export function neighbour(
  layout: TimelineLayout, current: string, key: 'left' | 'right' | 'up' | 'down' | 'first' | 'last',
): TimelineBar | undefined {
  const ruleId = current.slice(0, current.lastIndexOf('-'))
  const at = layout.rules.findIndex((rule) => rule.id === ruleId)
  const bars = at < 0 ? [] : layout.row(at).bars
  const index = bars.findIndex((bar) => bar.id === current)
  const bar = bars[index]
  if (bar === undefined) return nearest(layout, 0, 1, undefined)
  switch (key) {
    case 'left': return bars[index - 1]
    case 'right': return bars[index + 1]
    case 'first': return bars[0]
    case 'last': return bars.at(-1)
    case 'up': return nearest(layout, at - 1, -1, bar)
    case 'down': return nearest(layout, at + 1, 1, bar)
  }
}

/** The bar nearest in time in the first row with bars, from row `at` on. */
function nearest(
  layout: TimelineLayout, at: number, step: 1 | -1, bar: TimelineBar | undefined,
): TimelineBar | undefined {
  for (let row = at; row >= 0 && row < layout.rules.length; row += step) {
    const bars = layout.row(row).bars
    if (bars.length === 0) continue
    if (bar === undefined) return bars.find((each) => each.x + each.width > layout.viewX) ?? bars[0]
    const middle = bar.x + bar.width / 2
    const distance = (each: TimelineBar): number => Math.abs(each.x + each.width / 2 - middle)
    return bars.reduce((best, each) => distance(each) < distance(best) ? each : best)
  }
  return undefined
}
