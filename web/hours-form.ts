/**
 * «Время звонков» as fields: the same hours on chosen days, hours by day, or periods by date. Turns
 * schedule blocks into fields and back without loss, and keeps what was typed in one view while
 * another is shown. Pure, and without words: what is wrong is told by `rule-faults.ts`.
 */
import type { ScheduleBlockRequest } from '../src/api/schema.ts'

type Block = ScheduleBlockRequest
type Weekday = Block['weekdays'][number]
export type DayKind = NonNullable<Block['dayKinds']>[number]

/** One range of hours as typed. */
export interface RangeField { readonly from: string; readonly to: string }
/** One span of dates as typed: 'YYYY-MM-DD', or '' for an open end. */
export interface DatesField { readonly from: string; readonly to: string }
/** Days, dates and hours together: one block. No ranges: the whole day. */
export interface PeriodField {
  readonly weekdays: readonly number[]
  readonly dates: readonly DatesField[]
  readonly ranges: readonly RangeField[]
  /** Kinds of day in the calendar; none is no limit. */
  readonly dayKinds: readonly DayKind[]
}

export interface HoursForm {
  readonly kind: 'same' | 'days' | 'periods'
  readonly same: PeriodField
  /** Monday first; null: the rule does not act on that day. Dates and kinds are those of `same`. */
  readonly days: readonly (readonly RangeField[] | null)[]
  readonly periods: readonly PeriodField[]
}

export const everyDay: readonly number[] = [1, 2, 3, 4, 5, 6, 7]
export const wholeDay: RangeField = { from: '00:00', to: '24:00' }
/** Always: what a new rule begins with. */
export const anyTime: PeriodField = { weekdays: everyDay, dates: [], ranges: [wholeDay], dayKinds: [] }

/**
 * A time as people type it → minute of the day: '9', '930', '9:30', '9.30', '24:00'.
 * undefined when it is none.
 */
export function parseTime(text: string): number | undefined {
  const found = /^(\d{1,2})(?:[:.\s]?([0-5]\d))?$/.exec(text.trim())
  if (found === null) return undefined
  const minute = Number(found[1]) * 60 + Number(found[2] ?? 0)
  return minute <= 1440 ? minute : undefined
}

/** Minute of the day as the field shows it. */
export function typedTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** A time some minutes later, round the clock, kept on the 5-minute grid when stepped by it. */
export function stepTime(text: string, step: number): string {
  const minute = parseTime(text)
  if (minute === undefined) return text
  return typedTime(((minute + step) % 1440 + 1440) % 1440)
}

function rangeFields(hours: Block['hours']): RangeField[] {
  return hours.map(({ from, to }) => ({ from: typedTime(from), to: typedTime(to) }))
}

function periodOf(block: Block): PeriodField {
  return {
    weekdays: block.weekdays.length === 0 ? everyDay : [...block.weekdays].sort((a, b) => a - b),
    dates: block.dates.map(({ from, to }) => ({ from: from ?? '', to: to ?? '' })),
    ranges: block.hours.length === 0 ? [wholeDay] : rangeFields(block.hours),
    dayKinds: block.dayKinds ?? [],
  }
}

function isWholeDay(range: RangeField): boolean {
  const from = parseTime(range.from)
  const to = parseTime(range.to)
  return from !== undefined && (from === to || (from === 0 && to === 1440))
}

function blockOf(period: PeriodField): Block {
  const hours = period.ranges.some(isWholeDay) ? [] : period.ranges.flatMap((range) => {
    const from = parseTime(range.from)
    const to = parseTime(range.to)
    return from === undefined || to === undefined ? [] : [{ from, to }]
  })
  return {
    weekdays: period.weekdays.length === 7 ? [] : period.weekdays as Weekday[],
    dates: period.dates.map(({ from, to }) => ({ from: from || null, to: to || null })),
    hours,
    ...(period.dayKinds.length === 0 ? {} : { dayKinds: [...period.dayKinds] }),
  }
}

function rangesKey(ranges: readonly RangeField[]): string {
  return ranges.map((range) => `${range.from}-${range.to}`).join(' ')
}

function daysOf(blocks: readonly Block[]): HoursForm['days'] | undefined {
  const limits = (block: Block | undefined): string =>
    JSON.stringify([block?.dates ?? [], block?.dayKinds ?? []])
  if (blocks.some((block) => limits(block) !== limits(blocks[0]))) return undefined
  const days: (RangeField[] | null)[] = everyDay.map(() => null)
  for (const block of blocks) {
    const period = periodOf(block)
    for (const weekday of period.weekdays) {
      days[weekday - 1] = [...days[weekday - 1] ?? [], ...period.ranges]
    }
  }
  return days
}

/** Fields of stored blocks: the simplest view that shows them whole. */
export function fieldsOf(blocks: readonly Block[]): HoursForm {
  const periods = blocks.length === 0 ? [anyTime] : blocks.map(periodOf)
  const same = periods[0] ?? anyTime
  const days = daysOf(blocks.length === 0 ? [blockOf(same)] : blocks)
  const kind = blocks.length <= 1 ? 'same' : days === undefined ? 'periods' : 'days'
  return { kind, same, days: days ?? everyDay.map(() => same.ranges), periods }
}

/** The blocks of the view that is shown; a rule without any limit has none. */
export function toBlocks(form: HoursForm): Block[] {
  const blocks = periodsOf(form).map(blockOf)
  const only = blocks[0]
  const free = blocks.length === 1 && only !== undefined && only.weekdays.length === 0
    && only.dates.length === 0 && only.hours.length === 0 && only.dayKinds === undefined
  return free ? [] : blocks
}

/** The shown view as periods; days with equal hours share one. */
export function periodsOf(form: HoursForm): readonly PeriodField[] {
  if (form.kind === 'same') return [form.same]
  if (form.kind === 'periods') return form.periods
  const groups = new Map<string, { weekdays: number[]; ranges: readonly RangeField[] }>()
  form.days.forEach((ranges, index) => {
    if (ranges === null) return
    const group = groups.get(rangesKey(ranges))
    if (group === undefined) groups.set(rangesKey(ranges), { weekdays: [index + 1], ranges })
    else group.weekdays.push(index + 1)
  })
  const { dates, dayKinds } = form.same
  return [...groups.values()].map((group) => ({ ...group, dates, dayKinds }))
}

/**
 * Shows the hours another way. What the new view can show is carried over; what it cannot stays in
 * the old view and comes back with it.
 */
export function switchKind(form: HoursForm, kind: HoursForm['kind']): HoursForm {
  if (kind === form.kind) return form
  const periods = periodsOf(form)
  const only = periods[0]
  if (kind === 'periods') return { ...form, kind, periods: periods.length > 0 ? periods : form.periods }
  const blocks = periods.map(blockOf)
  if (kind === 'days') {
    const days = daysOf(blocks)
    const same = only === undefined ? form.same
      : { ...form.same, dates: only.dates, dayKinds: only.dayKinds }
    return days === undefined ? { ...form, kind } : { ...form, kind, days, same }
  }
  return periods.length === 1 && only !== undefined ? { ...form, kind, same: only } : { ...form, kind }
}

/** A day of the week preview: the stretches of one weekday in minutes, windows past midnight cut. */
export function weekStretches(form: HoursForm): readonly (readonly { from: number; to: number }[])[] {
  const week: { from: number; to: number }[][] = everyDay.map(() => [])
  for (const block of periodsOf(form).map(blockOf)) {
    const weekdays = block.weekdays.length === 0 ? everyDay : block.weekdays
    const hours = block.hours.length === 0 ? [{ from: 0, to: 1440 }] : block.hours
    for (const weekday of weekdays) {
      for (const { from, to } of hours) {
        if (from === to) week[weekday - 1]?.push({ from: 0, to: 1440 })
        else if (from < to) week[weekday - 1]?.push({ from, to })
        else {
          week[weekday - 1]?.push({ from, to: 1440 })
          if (to > 0) week[weekday % 7]?.push({ from: 0, to })
        }
      }
    }
  }
  return week
}
