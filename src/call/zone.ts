/**
 * Time zones without I/O: what the clock on the subscriber's wall shows at an instant.
 * The zone database is the one inside the language (Intl). Asking it costs microseconds, so offsets
 * are remembered in chunks of eight days, a chunk holding at most one change of the clock. Local
 * times are numbers here: days since 1970-01-01 and minutes of the day. This file knows no rules.
 */
import type { Interval } from './interval.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
/** Morocco suspends summer time for four weeks;
  nobody changes the clock twice within eight days. */
const chunkMs = 8 * dayMs
/** About twenty years of chunks; the timeline of a curious subscriber must not fill the memory. */
const maxChunks = 1024

/** What the wall shows: `day` counts from 1970-01-01, `minute` is 0–1439. */
export interface LocalTime {
  readonly day: number
  readonly minute: number
}

/** A stretch [from, to) of real time in which local = UTC + offsetMs. */
export interface ZoneSegment extends Interval {
  readonly offsetMs: number
}

/** Before `changeAt` the offset is `before`, from then on `after`. No change: Infinity. */
interface Chunk {
  readonly before: number
  readonly changeAt: number
  readonly after: number
}

interface Zone {
  readonly format: Intl.DateTimeFormat
  readonly chunks: Map<number, Chunk>
  lastIndex: number
  last: Chunk | undefined
}

const zones = new Map<string, Zone>()

/** Whether `name` is an IANA zone this system knows. */
export function isZone(name: string): boolean {
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

/**
 * Milliseconds to add to UTC to get local time in `zone` at the instant `utcMs`.
 * Throws RangeError when there is no such zone: the store lets only known ones in.
 */
export function offsetAt(zone: string, utcMs: number): number {
  const chunk = chunkAt(zoneOf(zone), Math.floor(utcMs / chunkMs))
  return utcMs < chunk.changeAt ? chunk.before : chunk.after
}

/** What a wall clock in `zone` shows at the instant `utcMs`. */
export function localTimeAt(zone: string, utcMs: number): LocalTime {
  const local = utcMs + offsetAt(zone, utcMs)
  const day = Math.floor(local / dayMs)
  return { day, minute: Math.floor((local - day * dayMs) / minuteMs) }
}

/** Cuts [from, to) where the clock in `zone` is changed; in order, gapless. */
export function zoneSegments(zone: string, from: number, to: number): ZoneSegment[] {
  const known = zoneOf(zone)
  const segments: ZoneSegment[] = []
  let at = from
  while (at < to) {
    const index = Math.floor(at / chunkMs)
    const chunk = chunkAt(known, index)
    const changed = at >= chunk.changeAt
    const end = Math.min(to, (index + 1) * chunkMs, changed ? Infinity : chunk.changeAt)
    const offsetMs = changed ? chunk.after : chunk.before
    const before = segments.at(-1)
    if (before !== undefined && before.offsetMs === offsetMs) {
      segments[segments.length - 1] = { from: before.from, to: end, offsetMs }
    } else {
      segments.push({ from: at, to: end, offsetMs })
    }
    at = end
  }
  return segments
}

/**
 * The instant at which a local day begins: midnight, or the first instant after it where the clock
 * skips midnight (Cairo, Beirut, Santiago).
 */
export function startOfDay(zone: string, day: number): number {
  const local = day * dayMs
  for (const segment of zoneSegments(zone, local - dayMs, local + dayMs)) {
    const instant = local - segment.offsetMs
    if (instant < segment.from) return segment.from
    if (instant < segment.to) return instant
  }
  return local
}

/** Days since 1970-01-01 of 'YYYY-MM-DD'; NaN, which no day equals, for anything else. */
export function dayOfDate(date: string): number {
  if (date.length !== 10) return NaN
  const year = digits(date, 0, 4)
  const month = digits(date, 5, 7)
  const shifted = month <= 2 ? year - 1 : year
  // Days from civil: a year that begins in March has its leap day at the end.
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) +
    digits(date, 8, 10) - 1
  const century = Math.floor(shifted / 400)
  const yearOfCentury = shifted - century * 400
  return century * 146_097 + yearOfCentury * 365 + Math.floor(yearOfCentury / 4) -
    Math.floor(yearOfCentury / 100) + dayOfYear - 719_468
}

/** 'YYYY-MM-DD' of a day counted from 1970-01-01. */
export function dateOfDay(day: number): string {
  const shifted = day + 719_468
  const century = Math.floor(shifted / 146_097)
  const dayOfCentury = shifted - century * 146_097
  const yearOfCentury = Math.floor((dayOfCentury - Math.floor(dayOfCentury / 1460) +
    Math.floor(dayOfCentury / 36_524) - Math.floor(dayOfCentury / 146_096)) / 365)
  const dayOfYear = dayOfCentury -
    (365 * yearOfCentury + Math.floor(yearOfCentury / 4) - Math.floor(yearOfCentury / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfCentury + century * 400 + (month <= 2 ? 1 : 0)
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-` +
    String(dayOfMonth).padStart(2, '0')
}

/** ISO weekday of a day counted from 1970-01-01, which was a Thursday. */
export function weekdayOfDay(day: number): number {
  return ((day + 3) % 7 + 7) % 7 + 1
}

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i += 1) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  return value
}

function zoneOf(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  const zone: Zone = {
    format: new Intl.DateTimeFormat('en-US', {
      timeZone: name, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
      year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit',
    }),
    chunks: new Map(),
    lastIndex: NaN,
    last: undefined,
  }
  zones.set(name, zone)
  return zone
}

function chunkAt(zone: Zone, index: number): Chunk {
  if (zone.lastIndex === index && zone.last !== undefined) return zone.last
  let chunk = zone.chunks.get(index)
  if (chunk === undefined) {
    chunk = readChunk(zone, index * chunkMs)
    if (zone.chunks.size >= maxChunks) zone.chunks.clear()
    zone.chunks.set(index, chunk)
  }
  zone.lastIndex = index
  zone.last = chunk
  return chunk
}

function readChunk(zone: Zone, from: number): Chunk {
  const before = askOffset(zone, from)
  const after = askOffset(zone, from + chunkMs)
  if (before === after) return { before, changeAt: Infinity, after }
  let low = from
  let high = from + chunkMs
  // Clocks are changed on whole seconds.
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (askOffset(zone, middle) === before) low = middle
    else high = middle
  }
  return { before, changeAt: high, after }
}

function askOffset(zone: Zone, utcMs: number): number {
  let year = 0
  let month = ''
  let dayOfMonth = ''
  let seconds = 0
  for (const part of zone.format.formatToParts(utcMs)) {
    if (part.type === 'year') year = Number(part.value)
    else if (part.type === 'month') month = part.value
    else if (part.type === 'day') dayOfMonth = part.value
    else if (part.type === 'hour') seconds += Number(part.value) * 3600
    else if (part.type === 'minute') seconds += Number(part.value) * 60
    else if (part.type === 'second') seconds += Number(part.value)
  }
  const day = dayOfDate(`${String(year).padStart(4, '0')}-${month}-${dayOfMonth}`)
  return day * dayMs + seconds * 1000 - Math.floor(utcMs / 1000) * 1000
}
