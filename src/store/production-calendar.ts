/**
 * The production calendars of calendars/CC-YYYY.json, read once and kept; a subscriber's own days
 * go over them. What the kinds of day mean is call/'s matter.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readCalendar } from '../call/calendar.ts'
import type { Calendar, DayKind, YearCalendar } from '../call/calendar.ts'

/** Files are data of the product, beside its source. */
const folder = join(import.meta.dirname, '../../calendars')

interface Country extends Calendar {
  readonly years: ReadonlyMap<number, YearCalendar>
  readonly names: Readonly<Record<string, string>>
}

const countries = new Map<string, Country>()

/** The country whose calendar subscribers have. */
export const homeCountry = 'RU'

/**
 * The calendar of a country, all its years together. Throws Error naming the fault of a file; a
 * country without files has Monday to Friday.
 */
export function productionCalendar(country = homeCountry): Country {
  const known = countries.get(country)
  if (known !== undefined) return known
  const years = new Map<number, YearCalendar>()
  const pattern = new RegExp(`^${country.toLowerCase()}-\\d{4}\\.json$`)
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : []
  for (const name of names) {
    const calendar = readCalendar(readFileSync(join(folder, name), 'utf8'))
    years.set(calendar.year, calendar)
  }
  const all = [...years.values()]
  const read: Country = {
    years,
    days: Object.assign({}, ...all.map(({ days }) => days)) as Record<string, DayKind>,
    names: Object.assign({}, ...all.map((year) => year.names)) as Record<string, string>,
  }
  countries.set(country, read)
  return read
}

/** The calendar of a subscriber with these own days; shared when he has none. */
export function calendarWith(ownDays: Readonly<Record<string, DayKind>> | undefined): Calendar {
  const official = productionCalendar()
  return ownDays === undefined ? official : { days: { ...official.days, ...ownDays } }
}
