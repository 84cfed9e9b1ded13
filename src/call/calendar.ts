/**
 * Kinds of days as the production calendar of a country has them: public holidays, working days
 * that were moved to a weekend, short days before a holiday. Reads the calendar of one year from
 * the text of its file and says of a date what it is; the files themselves are somebody else's.
 */
import type { LocalDate } from './rule.ts'
import { dateOfDay, dayOfDate, weekdayOfDay } from './zone.ts'

export type DayKind = 'working' | 'short' | 'dayOff' | 'holiday'

/** Days that differ from "Monday to Friday working, Saturday and Sunday off". */
export interface Calendar {
  readonly days: Readonly<Record<LocalDate, DayKind>>
}

/** The production calendar of a country for one year. */
export interface YearCalendar extends Calendar {
  /** ISO 3166-1, two capital letters. */
  readonly country: string
  readonly year: number
  /** What the law says before the government has moved any day of that year. */
  readonly provisional: boolean
  /** What the days are called; by far not every day has a name. */
  readonly names: Readonly<Record<LocalDate, string>>
}

/** Which kind of day `date` ('YYYY-MM-DD') is; without a calendar only weekends are off. */
export function dayKindAt(calendar: Calendar | undefined, date: LocalDate): DayKind {
  return calendar?.days[date] ?? kindByWeek(dayOfDate(date))
}

/**
 * Reads the file of one year. Throws Error with the place and the reason for anything that is not
 * `{"country": "RU", "year": 2026, "days": {"2026-01-01": "holiday", …}}`; `names` (words by date),
 * `provisional` and `source` (for people) may be left out.
 */
export function readCalendar(text: string): YearCalendar {
  const file = parse(text)
  const { country, year, days, names = {}, provisional = false } = file
  if (typeof country !== 'string' || country.length !== 2 || country !== country.toUpperCase()) {
    throw new Error(`calendar: country must be two capital letters, not ${show(country)}`)
  }
  if (typeof year !== 'number' || !Number.isInteger(year) || year < 1970 || year > 2200) {
    throw new Error(`calendar: year must be a whole number, 1970 to 2200, not ${show(year)}`)
  }
  if (typeof provisional !== 'boolean') {
    throw new Error(`calendar: provisional must be true or false, not ${show(provisional)}`)
  }
  return {
    country, year, provisional,
    days: readDays(days, year),
    names: readNames(names, year),
  }
}

function kindByWeek(day: number): DayKind {
  return weekdayOfDay(day) > 5 ? 'dayOff' : 'working'
}

function parse(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('calendar: not JSON')
  }
  return objectOf(value, 'the file')
}

function readDays(value: unknown, year: number): Record<LocalDate, DayKind> {
  const days: Record<LocalDate, DayKind> = {}
  for (const [date, kind] of Object.entries(objectOf(value, 'days'))) {
    checkDate(date, year, 'days')
    if (!isDayKind(kind)) {
      throw new Error(`calendar: days: ${date} is ${show(kind)}, ` +
        'must be "working", "short", "dayOff" or "holiday"')
    }
    days[date] = kind
  }
  return days
}

function readNames(value: unknown, year: number): Record<LocalDate, string> {
  const names: Record<LocalDate, string> = {}
  for (const [date, name] of Object.entries(objectOf(value, 'names'))) {
    checkDate(date, year, 'names')
    if (typeof name !== 'string' || name === '' || name.length > 64) {
      throw new Error(`calendar: names: ${date} needs a name of 1 to 64 letters`)
    }
    names[date] = name
  }
  return names
}

function checkDate(date: string, year: number, where: string): void {
  // Letter by letter: the 31st of February is a day in March.
  const day = dayOfDate(date)
  if (Number.isNaN(day) || dateOfDay(day) !== date) {
    throw new Error(`calendar: ${where}: ${show(date)} is not a date like 2026-01-31`)
  }
  if (Number(date.slice(0, 4)) !== year) {
    throw new Error(`calendar: ${where}: ${date} is not in ${year}`)
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`calendar: ${what} must be an object`)
  }
  return value as Record<string, unknown>
}

function isDayKind(value: unknown): value is DayKind {
  return value === 'working' || value === 'short' || value === 'dayOff' || value === 'holiday'
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 40) ?? 'nothing'
}
