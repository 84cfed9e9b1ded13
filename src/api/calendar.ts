/**
 * The calendar over HTTP: the country's days with the subscriber's own over them, and iCalendar
 * files whose all-day events become own days.
 */
import { Hono } from 'hono'
import { dayKindAt } from '../call/calendar.ts'
import type { Calendar } from '../call/calendar.ts'
import { localTimeAt, dateOfDay } from '../call/zone.ts'
import { deleteOwnDay, listOwnDays, setOwnDays } from '../store/own-days.ts'
import type { OwnDay } from '../store/own-days.ts'
import { homeCountry, productionCalendar } from '../store/production-calendar.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { check, nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { readDaysApart } from './ics-thread.ts'
import { isDate } from './rule-draft.ts'
import { calendarImportRequest, calendarQuery, dayRequest } from './schema-rules.ts'
import type { CalendarImportReply, CalendarReply, DayReply } from './schema-rules.ts'

/** /api/calendar: a year, own days, import. */
export function calendarRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const today = async (c: ApiContext): Promise<string> => {
    const { zone } = await loadSubscriber(db, c.get('session').subscriberId)
    return dateOfDay(localTimeAt(zone, nowMs(deps)).day)
  }
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { year = Number((await today(c)).slice(0, 4)) } = check(calendarQuery, c.req.query())
      if (year < 1970 || year > 2200) throw new ApiError(400, 'invalid', { field: 'year' })
      const own = await listOwnDays(
        db, c.get('session').subscriberId, `${year}-01-01`, `${year}-12-31`)
      return c.json(yearReply(year, own))
    })
    .post('/import', async (c) => c.json(await importDays(deps, c, await today(c))))
    .put('/:date', async (c) => {
      const day = { date: readDate(c), ...(await readBody(c, dayRequest)) }
      await setOwnDays(db, c.get('session').subscriberId, [day])
      return c.json(ownReply(day))
    })
    .delete('/:date', async (c) => {
      await deleteOwnDay(db, c.get('session').subscriberId, readDate(c))
      return c.json({})
    })
}

async function importDays(
  deps: ApiDeps,
  c: ApiContext,
  today: string,
): Promise<CalendarImportReply> {
  const db = deps.database.kysely
  const { subscriberId } = c.get('session')
  const { text, confirm, kind } = await readBody(c, calendarImportRequest)
  const read = await readDaysApart(text, today)
  if (read === undefined) throw new ApiError(422, 'bad_calendar', { field: 'text' })
  const own = await listOwnDays(db, subscriberId, '0000-01-01', '9999-12-31')
  const known = new Set(own.map(({ date }) => date))
  if (confirm)
    await setOwnDays(db, subscriberId, read.days.map(({ date, name }) => ({ date, name, kind })))
  return {
    days: read.days.map((day) => ({ ...day, own: known.has(day.date) })),
    skipped: read.skipped,
    imported: confirm,
  }
}

function yearReply(year: number, own: readonly OwnDay[]): CalendarReply {
  const { years } = productionCalendar()
  const official = years.get(year)
  const days = new Map<string, DayReply>()
  const dates = new Set(
    [official?.days, official?.names].flatMap((of) => Object.keys(of ?? {})))
  for (const date of dates) {
    const kind = dayKindAt(official, date)
    days.set(date, {
      date, kind, own: false, official: kind, name: official?.names[date] ?? '',
    })
  }
  for (const day of own) days.set(day.date, ownReply(day, official))
  return {
    year,
    country: homeCountry,
    known: official !== undefined,
    provisional: official?.provisional ?? false,
    days: [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1)),
  }
}

function ownReply(
  { date, kind, name }: OwnDay,
  official: Calendar | undefined = productionCalendar(),
): DayReply {
  return {
    date, kind, own: true, official: dayKindAt(official, date),
    name: name === '' ? (productionCalendar().names[date] ?? '') : name,
  }
}

function readDate(c: ApiContext): string {
  const date = c.req.param('date') ?? ''
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !isDate(date)) throw new ApiError(404, 'not_found')
  return date
}
