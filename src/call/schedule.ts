/**
 * When a rule acts: its weekdays, dates, kinds of day and hours, read on the clock on the wall of
 * the subscriber (R-2 … R-6), all limits but the hours asked of the day on which a window starts. A
 * minute acts when its local label does: in a repeated hour both passes act, and a window lying
 * wholly in a skipped hour never comes. Priorities, callers and chains are the plan's, not ours.
 */
import type { Calendar } from './calendar.ts'
import { dayKindAt } from './calendar.ts'
import type { Interval } from './interval.ts'
import { mergeIntervals } from './interval.ts'
import type { RuleVerdict } from './record.ts'
import type { Hours, Rule, ScheduleBlock } from './rule.ts'
import {
  dateOfDay, dayOfDate, localTimeAt, startOfDay, weekdayOfDay, zoneSegments,
} from './zone.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

export type Verdict = { readonly verdict: 'acts' } | RuleVerdict

/** A local calendar day and the stretch of real time it takes: 23, 24 or 25 hours. */
export interface LocalDay extends Interval {
  readonly date: string
}

const acts: Verdict = { verdict: 'acts' }
const disabled: Verdict = { verdict: 'disabled' }

/**
 * Whether the schedule of `rule` holds at the instant `wallMs` in `zone`, or what keeps it from
 * acting. Of several blocks the one nearest to acting is named: right day but wrong hour, else
 * right weekday but wrong kind of day, else right dates. Callers are the plan's business.
 */
export function verdictAt(
  rule: Rule,
  wallMs: number,
  zone: string,
  calendar?: Calendar,
): Verdict {
  if (!rule.enabled) return disabled
  if (rule.blocks.length === 0) return acts
  const { day, minute } = localTimeAt(zone, wallMs)
  let nearest: Nearness = 0
  for (const block of rule.blocks) {
    const found = nearness(block, day, minute, calendar)
    if (found === 4) return acts
    if (found > nearest) nearest = found
  }
  switch (nearest) {
    case 3: return { verdict: 'hours', minute }
    case 2: {
      const date = dateOfDay(day)
      return { verdict: 'dayKind', date, kind: dayKindAt(calendar, date) }
    }
    case 1: return { verdict: 'weekday', weekday: weekdayOfDay(day) }
    default: return { verdict: 'date', date: dateOfDay(day) }
  }
}

/**
 * All stretches of [fromMs, toMs) in which the schedule of `rule` holds, in order and merged.
 * Says nothing about whether the rule is enabled: the timeline draws disabled rules, too.
 */
export function occurrences(
  rule: Rule,
  fromMs: number,
  toMs: number,
  zone: string,
  calendar?: Calendar,
): Interval[] {
  if (fromMs >= toMs) return []
  if (rule.blocks.length === 0 || rule.blocks.some(isAlways)) return [{ from: fromMs, to: toMs }]
  const found: Interval[] = []
  for (const segment of zoneSegments(zone, fromMs, toMs)) {
    const { from, to, offsetMs } = segment
    const lastDay = Math.floor((to + offsetMs - 1) / dayMs)
    // A window may have begun on the evening before.
    for (let day = Math.floor((from + offsetMs) / dayMs) - 1; day <= lastDay; day += 1) {
      for (const block of rule.blocks) {
        if (dayNearness(block, day, calendar) !== 3) continue
        for (const hours of block.hours.length === 0 ? wholeDay : block.hours) {
          const start = Math.max(from, day * dayMs - offsetMs + startMinute(hours) * minuteMs)
          const end = Math.min(to, day * dayMs - offsetMs + endMinute(hours) * minuteMs)
          if (start < end) found.push({ from: start, to: end })
        }
      }
    }
  }
  return mergeIntervals(found)
}

/** The local days of [fromMs, toMs), the first and the last cut at its ends. */
export function localDays(fromMs: number, toMs: number, zone: string): LocalDay[] {
  const days: LocalDay[] = []
  let from = fromMs
  for (let day = localTimeAt(zone, fromMs).day; from < toMs; day += 1) {
    const to = Math.min(toMs, startOfDay(zone, day + 1))
    // A day may be missing altogether: Samoa had no 30 December 2011.
    if (to > from) days.push({ date: dateOfDay(day), from, to })
    from = Math.max(from, to)
  }
  return days
}

/** The instant at which the local day of `wallMs`, or the day `plusDays` after it, begins. */
export function localMidnight(wallMs: number, zone: string, plusDays = 0): number {
  return startOfDay(zone, localTimeAt(zone, wallMs).day + plusDays)
}

const wholeDay: readonly Hours[] = [{ from: 0, to: 1440 }]

/** 4: acts; 3: right day, wrong hours; less: as `dayNearness` says of the day. */
type Nearness = 0 | 1 | 2 | 3 | 4

function nearness(
  block: ScheduleBlock,
  day: number,
  minute: number,
  calendar: Calendar | undefined,
): Nearness {
  const today = dayNearness(block, day, calendar)
  if (block.hours.length === 0) return today === 3 ? 4 : today
  for (const hours of block.hours) {
    if (today === 3 && minute >= startMinute(hours) && minute < endMinute(hours)) return 4
    // the part after midnight belongs to the day before.
    if (minute + 1440 < endMinute(hours) && minute + 1440 >= startMinute(hours) &&
      dayNearness(block, day - 1, calendar) === 3) return 4
  }
  return today
}

/**
 * 3: the block holds on this day; 2: its dates and weekdays do, its kinds of day do not; 1: its
 * dates do, its weekdays do not; 0: its dates do not.
 */
function dayNearness(
  block: ScheduleBlock,
  day: number,
  calendar: Calendar | undefined,
): 0 | 1 | 2 | 3 {
  if (block.dates.length > 0 && !block.dates.some((range) => inRange(range, day))) return 0
  const { weekdays, dayKinds } = block
  if (weekdays.length > 0) {
    const weekday = weekdayOfDay(day)
    let wanted = false
    for (const one of weekdays) if (one === weekday) wanted = true
    if (!wanted) return 1
  }
  if (dayKinds === undefined || dayKinds.length === 0) return 3
  return dayKinds.includes(dayKindAt(calendar, dateOfDay(day))) ? 3 : 2
}

function inRange(range: ScheduleBlock['dates'][number], day: number): boolean {
  return (range.from === undefined || day >= dayOfDate(range.from)) &&
    (range.to === undefined || day <= dayOfDate(range.to))
}

function isAlways(block: ScheduleBlock): boolean {
  return block.weekdays.length === 0 && block.dates.length === 0 && block.hours.length === 0 &&
    (block.dayKinds === undefined || block.dayKinds.length === 0)
}

/** from = to is the whole day. */
function startMinute(hours: Hours): number {
  return hours.from === hours.to ? 0 : hours.from
}

/** Counted from the midnight of the first day, so beyond 1440 when the window crosses midnight. */
function endMinute(hours: Hours): number {
  if (hours.from === hours.to) return 1440
  return hours.from > hours.to ? hours.to + 1440 : hours.to
}
