/**
 * Calendar arithmetic in the subscriber's time zone, by Intl alone: which local day and minute an
 * instant falls in, and when a local day begins. Days may have 23 or 25 hours. It draws and labels;
 * it does not decide which rule acts: that is the server's work.
 */
const formatters = new Map<string, Intl.DateTimeFormat>()

const dayMs = 86_400_000

/** A local day, the minute of it and the second of that; `weekday` is 1 Monday … 7 Sunday. */
export interface LocalTime {
  readonly date: string
  readonly minute: number
  readonly second: number
  readonly weekday: number
}

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone)
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    formatters.set(zone, found)
  }
  return found
}

/** The local clock read as if it were UTC, in milliseconds. */
function wallAsUtc(ms: number, zone: string): number {
  const field: Record<string, number> = {}
  for (const part of formatter(zone).formatToParts(ms)) field[part.type] = Number(part.value)
  return Date.UTC(field['year'] ?? 0, (field['month'] ?? 1) - 1, field['day'] ?? 1,
    field['hour'] ?? 0, field['minute'] ?? 0, field['second'] ?? 0)
}

/** 'YYYY-MM-DD' of an instant given as UTC milliseconds. */
function isoDate(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 10)
}

/** Weekday of a local date: 1 Monday … 7 Sunday. */
export function weekdayOf(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7 + 1
}

/** The local date and minute of an instant (milliseconds since 1970, UTC). */
export function localTime(ms: number, zone: string): LocalTime {
  const wall = wallAsUtc(ms, zone)
  const date = isoDate(wall)
  const second = Math.floor((wall - Date.parse(`${date}T00:00:00Z`)) / 1000)
  return { date, minute: Math.floor(second / 60), second: second % 60, weekday: weekdayOf(date) }
}

/** The same local date some days later (or earlier, when negative). */
export function addDays(date: string, days: number): string {
  return isoDate(Date.parse(`${date}T00:00:00Z`) + days * dayMs)
}

/** Whole days from one local date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs)
}

/**
 * The instant at which a local day begins. Where midnight is skipped by a clock change, the first
 * instant of the day.
 */
export function startOfDay(date: string, zone: string): number {
  const wall = Date.parse(`${date}T00:00:00Z`)
  let guess = wall - (wallAsUtc(wall, zone) - wall)
  guess = wall - (wallAsUtc(guess, zone) - guess)
  // In a skipped midnight the guess reads as the evening before: step to the first shown minute.
  for (let step = 0; localTime(guess, zone).date < date && step < 8; step += 1) guess += 1_800_000
  return guess
}

/**
 * The instant at which the local clock of a day shows a minute (0–1440). A minute that a clock change
 * skips is the one after the gap; of one that comes twice it is the first.
 */
export function instantOf(date: string, minute: number, zone: string): number {
  const start = startOfDay(date, zone)
  const guess = start + minute * 60_000
  const at = localTime(guess, zone)
  const shown = daysBetween(date, at.date) * 1440 + at.minute
  const moved = guess - (shown - minute) * 60_000
  const again = localTime(moved, zone)
  return daysBetween(date, again.date) * 1440 + again.minute === minute ? moved : guess
}
