/**
 * The timeline as the panel is sent it: bars, lane and days of `call/timeline.ts`, with ids instead
 * of objects and the names of days.
 */
import { localMidnight } from '../call/schedule.ts'
import type { Timeline } from '../call/timeline.ts'
import { listOwnDays } from '../store/own-days.ts'
import type { Db } from '../store/database.ts'
import { productionCalendar } from '../store/production-calendar.ts'
import { ApiError } from './errors.ts'
import type { OverviewReply } from './schema.ts'

/** Five weeks: a month and its neighbours' ends, and an hour that summer time may add. */
const longestWindowMs = 35 * 86_400_000 + 3_600_000

export type Picture = Pick<OverviewReply, 'bars' | 'result' | 'days'>

/** The picture of a timeline. */
export async function pictureOf(
  db: Db,
  subscriberId: string,
  timeline: Timeline,
): Promise<Picture> {
  return {
    bars: timeline.bars,
    result: resultOf(timeline),
    days: await namedDays(db, subscriberId, timeline.days),
  }
}

/** The lane «Итог». */
export function resultOf({ result }: Timeline): OverviewReply['result'] {
  return result.map(({ target, ...stretch }) =>
    target === undefined ? stretch : { ...stretch, targetId: target.id })
}

/**
 * A window of time as a request names it; without bounds three days from yesterday's midnight.
 * Throws ApiError 400 invalid.
 */
export function readWindow(
  bounds: { readonly from?: number | undefined; readonly to?: number | undefined },
  zone: string,
  now: number,
): OverviewReply['window'] {
  const from = bounds.from ?? localMidnight(now, zone, -1)
  const to = bounds.to ?? localMidnight(from, zone, 3)
  if (to <= from || to - from > longestWindowMs) throw new ApiError(400, 'invalid', { field: 'to' })
  return { from, to }
}

async function namedDays(
  db: Db,
  subscriberId: string,
  days: Timeline['days'],
): Promise<OverviewReply['days']> {
  const first = days[0]
  const last = days.at(-1)
  if (first === undefined || last === undefined) return []
  const own = await listOwnDays(db, subscriberId, first.date, last.date)
  const names = new Map(own.map((day) => [day.date, day.name]))
  const official = productionCalendar().names
  return days.map((day) => ({
    ...day,
    name: (names.get(day.date) || official[day.date]) ?? null,
  }))
}
