/**
 * Whole days from an iCalendar file (RFC 5545, read by ical.js): its all-day events, repeated ones
 * within two years. What lies in an hour of a day is no day off.
 */
import ICAL from 'ical.js'

export interface IcsDays {
  /** In order, each date once. */
  readonly days: readonly { readonly date: string; readonly name: string }[]
  /** Events that are no whole days, or lie too far off. */
  readonly skipped: number
}

/** A file of holidays has some hundred; more than this is something else. */
const maxEvents = 2000
const maxDays = 500
/** Of one event, and of all events together: repeating is what takes time. */
const maxRepeats = 1000
const maxRepeatsInAll = 5000
/**
 * What a repetition may ask for; holidays do not need more. With others, and with odd values even
 * of these, ical.js may search for ever for a day that never comes: ics-worker.ts has a time limit.
 */
const repeatable: Readonly<Record<string, readonly string[]>> = {
  YEARLY: ['BYMONTH', 'BYMONTHDAY', 'BYDAY'],
  MONTHLY: [],
  WEEKLY: ['BYDAY'],
  DAILY: [],
}
const widestInterval = 52
/** Longer than any holiday: such an event would close everything. */
const longestDays = 62
const nameLength = 64

/** Days not before the year of `today` ('YYYY-MM-DD'); undefined when the file cannot be read. */
export function readDays(text: string, today: string): IcsDays | undefined {
  const from = `${today.slice(0, 4)}-01-01`
  const until = `${Number(today.slice(0, 4)) + 2}-12-31`
  const days = new Map<string, string>()
  let skipped = 0
  const budget = { repeats: maxRepeatsInAll }
  try {
    const events = componentsOf(text).flatMap((one) => one.getAllSubcomponents('vevent'))
    for (const component of events.slice(0, maxEvents)) {
      const found = daysOf(new ICAL.Event(component), from, until, budget)
      if (found.dates.length === 0) skipped++
      for (const date of found.dates) if (days.size < maxDays) days.set(date, found.name)
    }
    skipped += Math.max(0, events.length - maxEvents)
  } catch {
    return undefined // ical.js throws errors of many kinds for files of many kinds
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1))
  return { days: sorted.map(([date, name]) => ({ date, name })), skipped }
}

function componentsOf(text: string): ICAL.Component[] {
  const parsed: unknown = ICAL.parse(text)
  // One calendar is ['vcalendar', …], several are a list of those.
  const several = Array.isArray(parsed) && Array.isArray(parsed[0])
  return (several ? parsed as unknown[] : [parsed]).map((one) => {
    const component = new ICAL.Component(one as string)
    if (component.name !== 'vcalendar') throw new Error('no calendar')
    return component
  })
}

function daysOf(
  event: ICAL.Event,
  from: string,
  until: string,
  budget: { repeats: number },
): { readonly name: string; readonly dates: readonly string[] } {
  const name = (event.summary ?? '').replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ').trim()
    .slice(0, nameLength)
  const { startDate } = event
  if (!startDate?.isDate) return { name, dates: [] }
  const length = Math.max(1, Math.round(event.duration.toSeconds() / 86_400))
  if (length > longestDays) return { name, dates: [] }
  const dates: string[] = []
  const add = (start: ICAL.Time) => {
    const day = start.clone()
    for (let i = 0; i < length; i++) {
      const date = day.toString().slice(0, 10)
      if (date >= from && date <= until) dates.push(date)
      day.addDuration(new ICAL.Duration({ days: 1 }))
    }
  }
  if (!event.isRecurring()) {
    add(startDate)
    return { name, dates }
  }
  if (!isRepeatable(event)) return { name, dates }
  const times = event.iterator()
  for (let i = 0; i < maxRepeats && budget.repeats > 0; i++, budget.repeats--) {
    const next = times.next() as ICAL.Time | null | undefined
    if (!next || next.toString().slice(0, 10) > until) break
    add(next)
  }
  return { name, dates }
}

function isRepeatable({ component }: ICAL.Event): boolean {
  if (component.getAllProperties('rdate').length > maxRepeats) return false
  return component.getAllProperties('rrule').every((property) => {
    const { freq, interval, parts } = property.getFirstValue() as unknown as {
      readonly freq: string
      readonly interval: number
      readonly parts: Readonly<Record<string, readonly unknown[]>>
    }
    const allowed = repeatable[freq]
    return allowed !== undefined && interval <= widestInterval &&
      Object.keys(parts).every((part) => allowed.includes(part))
  })
}
