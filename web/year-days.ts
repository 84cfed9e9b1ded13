/**
 * A year as the calendar page draws it: twelve months of weeks, each day with its kind. Pure. Kinds
 * that differ from «Monday to Friday working» come from the server; the rest is the weekday.
 */
import type { DayReply } from '../src/api/schema-rules.ts'
import { addDays, weekdayOf } from './zone.ts'

export interface YearDay {
  readonly date: string
  readonly kind: DayReply['kind']
  readonly official: DayReply['kind']
  readonly own: boolean
  /** What he, or the public calendar, named it. */
  readonly name: string
}

export interface YearMonth {
  /** 'YYYY-MM'. */
  readonly id: string
  /** Weeks from Monday on; null where the month has not begun or is over. */
  readonly weeks: readonly (readonly (YearDay | null)[])[]
}

function usualDay(date: string): YearDay {
  const kind = weekdayOf(date) > 5 ? 'dayOff' : 'working'
  return { date, kind, official: kind, own: false, name: '' }
}

/** The months of a year, January first. */
export function yearMonths(year: number, days: readonly DayReply[]): YearMonth[] {
  const special = new Map(days.map((day) => [day.date, day]))
  return Array.from({ length: 12 }, (_, month) => {
    const id = `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}`
    const cells: (YearDay | null)[] = []
    let date = `${id}-01`
    for (let blank = 1; blank < weekdayOf(date); blank += 1) cells.push(null)
    for (; date.startsWith(id); date = addDays(date, 1)) {
      cells.push(special.get(date) ?? usualDay(date))
    }
    while (cells.length % 7 > 0) cells.push(null)
    return { id, weeks: Array.from({ length: cells.length / 7 }, (__, week) =>
      cells.slice(week * 7, week * 7 + 7)) }
  })
}

/** How many days of each kind a year has. */
export function countKinds(months: readonly YearMonth[]): Readonly<Record<DayReply['kind'], number>> {
  const count = { working: 0, short: 0, dayOff: 0, holiday: 0 }
  for (const { weeks } of months) {
    for (const day of weeks.flat()) if (day !== null) count[day.kind] += 1
  }
  return count
}

/** Where an arrow key leads from a day: a day or a week on, within the year. */
export function stepDay(date: string, key: string): string | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, PageUp: -28, PageDown: 28,
  }
  const step = steps[key]
  if (step === undefined) return undefined
  const to = addDays(date, step)
  return to.slice(0, 4) === date.slice(0, 4) ? to : undefined
}
