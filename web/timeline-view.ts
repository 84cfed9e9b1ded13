/**
 * Which days the timeline shows: the window by scale and first day, its steps, its zoom around an
 * instant, and the margin drawn on both sides so that scrolling meets no edge. Pure; the subscriber's
 * zone is a parameter, days may have 23 or 25 hours.
 */
import { addDays, daysBetween, localTime, startOfDay, weekdayOf } from './zone.ts'

export type Scale = 'day' | 'three' | 'week' | 'month'

export const scales: readonly Scale[] = ['day', 'three', 'week', 'month']

export interface TimelineView {
  readonly scale: Scale
  /** First date of the window, and how many days it has. */
  readonly date: string
  readonly days: number
  /** The window, milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** The window with its margins: what is drawn. */
  readonly drawnFrom: number
  readonly drawnTo: number
}

/** Days drawn before and behind the window. The server sends five weeks at most. */
const marginDays: Readonly<Record<Scale, number>> = { day: 2, three: 3, week: 4, month: 2 }

function monthDays(date: string): number {
  const first = `${date.slice(0, 8)}01`
  return daysBetween(first, `${addDays(first, 32).slice(0, 8)}01`)
}

/** How many days a scale shows; a month has those of the month of its first day. */
export function daysOf(scale: Scale, first: string): number {
  return scale === 'day' ? 1 : scale === 'three' ? 3 : scale === 'week' ? 7 : monthDays(first)
}

/** The first day of the window that shows today in its usual place. */
export function firstAround(scale: Scale, date: string): string {
  switch (scale) {
    case 'day': return date
    case 'three': return addDays(date, -1)
    case 'week': return addDays(date, 1 - weekdayOf(date))
    case 'month': return `${date.slice(0, 8)}01`
  }
}

/** The window of a scale; without `first` the one around `today`. */
export function viewOf(
  scale: Scale, first: string | undefined, today: string, zone: string,
): TimelineView {
  const date = first ?? firstAround(scale, today)
  const days = daysOf(scale, date)
  const margin = marginDays[scale]
  return {
    scale, date, days,
    from: startOfDay(date, zone), to: startOfDay(addDays(date, days), zone),
    drawnFrom: startOfDay(addDays(date, -margin), zone),
    drawnTo: startOfDay(addDays(date, days + margin), zone),
  }
}

/** The first day one window earlier or later; months go from first to first. */
export function stepFirst(view: TimelineView, direction: 1 | -1): string {
  if (view.scale !== 'month') return addDays(view.date, direction * view.days)
  return `${addDays(`${view.date.slice(0, 8)}15`, direction * 30).slice(0, 8)}01`
}

/**
 * The first day after a change of scale that keeps the instant `ms` at the same part of the width
 * (`at`, 0 … 1), as nearly as whole days allow.
 */
export function zoomFirst(scale: Scale, ms: number, at: number, zone: string): string {
  const date = localTime(ms, zone).date
  if (scale === 'day') return date
  if (scale === 'month') return firstAround('month', date)
  const days = daysOf(scale, date)
  return localTime(ms - at * days * 86_400_000 + 43_200_000, zone).date
}

/** The first day of a plot scrolled so that `ms` stands at its left edge: the nearest midnight. */
export function firstAt(ms: number, zone: string): string {
  return localTime(ms + 43_200_000, zone).date
}
