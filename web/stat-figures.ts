/**
 * Arithmetic of the statistics: shares, days gathered to weeks, marks of an axis, steps of heat.
 * Pure.
 */
import type { CallTotals, DayCount } from '../src/api/schema-insight.ts'

/** A share 0–1; undefined of nothing. */
export function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole
}

/** How much more (or less, negative) than before, as a share; undefined without a before. */
export function growth(totals: CallTotals, previous: CallTotals | null): number | undefined {
  return previous === null || previous.calls === 0 ? undefined : totals.calls / previous.calls - 1
}

/** A bar: one day, or a week of days. `to` is the instant after its end. */
export interface DayBar extends DayCount {
  /** Local date of its last day. */
  readonly last: string
}

/** So many days are drawn one by one; more become weeks. */
const mostBars = 62

/** Whether these days are drawn as weeks. */
export function isWeekly(days: readonly DayCount[]): boolean {
  return days.length > mostBars
}

/** Days as bars: each alone, or joined from Monday to Sunday where they are many. */
export function dayBars(days: readonly DayCount[], weekdayOf: (date: string) => number): DayBar[] {
  if (!isWeekly(days)) return days.map((day) => ({ ...day, last: day.date }))
  const weeks: DayBar[] = []
  for (const day of days) {
    const week = weeks.at(-1)
    if (week === undefined || weekdayOf(day.date) === 1) weeks.push({ ...day, last: day.date })
    else {
      weeks[weeks.length - 1] = {
        ...week, last: day.date, to: day.to, answered: week.answered + day.answered,
        missed: week.missed + day.missed, voicemail: week.voicemail + day.voicemail,
      }
    }
  }
  return weeks
}

/** Marks of an axis from 0 to at least `most`: at most four, round numbers. */
export function axisMarks(most: number): number[] {
  const rough = Math.max(1, most / 3)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, [1, 2, 5, 10].map((each) => each * power)
    .find((each) => each >= rough) ?? 10 * power)
  const marks: number[] = []
  for (let at = step; at < most + step; at += step) marks.push(at)
  return marks
}

/** Step of heat 0–5 of a count, where `most` is the greatest. */
export function heatStep(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.ceil(count / most * 5))
}
