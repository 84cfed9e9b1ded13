/**
 * «Статистика» over HTTP: the store counts by local hour, rule, number and caller; here it becomes
 * days, the week and totals, in the subscriber's zone.
 */
import { Hono } from 'hono'
import { localDays, localMidnight } from '../call/schedule.ts'
import { dayOfDate, zoneSegments } from '../call/zone.ts'
import { hourOfWeek } from '../store/call-filter.ts'
import { listNumbers } from '../store/numbers.ts'
import { countByCaller, countByHour, countByNumber, firstCallAt } from '../store/statistics.ts'
import type { HourCount, Window } from '../store/statistics.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { openCallerBook } from './caller-book.ts'
import { check, nowMs } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { findLosses } from './finding.ts'
import { statisticsQuery } from './schema-insight.ts'
import type { CallTotals, StatisticsReply } from './schema-insight.ts'

const dayMs = 86_400_000
const longestMs = 400 * dayMs + 3_600_000
const usualDays = 30
const callers = 20

/** GET /api/statistics?from=ms&to=ms; without bounds the last 30 local days, today's included. */
export function statisticsRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get('/', async (c) => {
    const { subscriberId } = c.get('session')
    const { zone, rules } = await loadSubscriber(deps.database.kysely, subscriberId)
    const asked = check(statisticsQuery, c.req.query())
    const now = nowMs(deps)
    const to = asked.to ?? localMidnight(now, zone, 1)
    const from = asked.from ?? localMidnight(to, zone, -usualDays)
    if (to <= from) throw new ApiError(400, 'invalid', { field: 'to' })
    if (to - from > longestMs) throw new ApiError(400, 'too_wide', { field: 'to' })
    const names = new Map(rules.map((rule) => [rule.id, rule.name]))
    return c.json(await figures(deps, subscriberId, { from, to }, zone, names))
  })
}

async function figures(
  deps: ApiDeps,
  subscriberId: string,
  window: Window,
  zone: string,
  names: ReadonlyMap<string, string>,
): Promise<StatisticsReply> {
  const db = deps.database.kysely
  const { from, to } = window
  const count = (of: Window) =>
    countByHour(db, subscriberId, of, zoneSegments(zone, of.from, of.to))
  const hours = await count(window)
  const earlier = totalsOf(await count({ from: from - (to - from), to: from }))
  const totals = totalsOf(hours)
  const first = await firstCallAt(db, subscriberId)
  const byNumber = await numberFigures(deps, subscriberId, window, totals.voicemail)
  const best = byNumber.find((one) => one.numberId !== null && one.answered > 0)
  const until = Math.min(to, nowMs(deps))
  return {
    zone,
    from,
    to,
    totals,
    previous: earlier.calls === 0 ? null : earlier,
    days: first === undefined ? 0
      : Math.max(0, Math.ceil((until - Math.max(from, first)) / dayMs)),
    byDay: dayFigures(hours, window, zone),
    byRule: ruleFigures(hours, names),
    byNumber,
    byHour: weekFigures(hours),
    byCaller: await callerFigures(deps, subscriberId, window),
    finding: findLosses(hours, (id) => names.get(id), best?.numberId ?? null) ?? null,
  }
}

function totalsOf(counts: readonly HourCount[]): CallTotals {
  const of = (kind: HourCount['kind']) =>
    counts.reduce((sum, one) => sum + (one.kind === kind ? one.calls : 0), 0)
  const answered = of('answered')
  const waitMs = counts.reduce((sum, one) => sum + one.waitMs, 0)
  const talkMs = counts.reduce((sum, one) => sum + one.talkMs, 0)
  return {
    calls: counts.reduce((sum, one) => sum + one.calls, 0),
    answered,
    missed: of('missed'),
    voicemail: of('voicemail'),
    abandoned: counts.reduce((sum, one) => sum + (one.abandoned ? one.calls : 0), 0),
    refused: of('refused'),
    answerSeconds: answered === 0 ? null : Math.round(waitMs / answered / 100) / 10,
    talkSeconds: Math.round(talkMs / 1000),
  }
}

function dayFigures(
  counts: readonly HourCount[],
  { from, to }: Window,
  zone: string,
): StatisticsReply['byDay'] {
  const days = localDays(from, to, zone).map((day) =>
    ({ ...day, answered: 0, missed: 0, voicemail: 0 }))
  const byDay = new Map(days.map((day) => [dayOfDate(day.date), day]))
  for (const { hour, kind, calls } of counts) {
    const day = byDay.get(Math.floor(hour / 24))
    if (day !== undefined && kind !== 'refused') day[kind] += calls
  }
  return days
}

function ruleFigures(
  counts: readonly HourCount[],
  names: ReadonlyMap<string, string>,
): StatisticsReply['byRule'] {
  const rules = new Map<string | null, { calls: number; answered: number; missed: number }>()
  for (const { ruleId, kind, calls } of counts) {
    const rule = rules.get(ruleId) ?? { calls: 0, answered: 0, missed: 0 }
    rule.calls += calls
    if (kind === 'answered' || kind === 'missed') rule[kind] += calls
    rules.set(ruleId, rule)
  }
  return [...rules]
    .map(([ruleId, rule]) => ({ ruleId, name: names.get(ruleId ?? '') ?? '', ...rule }))
    .sort((a, b) => b.calls - a.calls)
}

function weekFigures(counts: readonly HourCount[]): StatisticsReply['byHour'] {
  const cells = Array.from({ length: 168 }, () => ({ calls: 0, missed: 0 }))
  for (const { hour, kind, calls } of counts) {
    const cell = cells[hourOfWeek(hour)]!
    cell.calls += calls
    if (kind === 'missed') cell.missed += calls
  }
  return cells
}

async function numberFigures(
  deps: ApiDeps,
  subscriberId: string,
  window: Window,
  voicemail: number,
): Promise<StatisticsReply['byNumber']> {
  const db = deps.database.kysely
  const known = new Map((await listNumbers(db, subscriberId)).map((number) => [number.id, number]))
  const rows = (await countByNumber(db, subscriberId, window)).map((row) => ({
    numberId: row.numberId,
    address: known.get(row.numberId)?.address ?? row.address,
    description: known.get(row.numberId)?.description ?? '',
    rang: row.rang,
    answered: row.answered,
    answerSeconds: row.answerMs === null ? null : Math.round(row.answerMs / 100) / 10,
  }))
  if (voicemail === 0) return rows
  return [...rows, {
    numberId: null, address: '', description: '', rang: voicemail, answered: voicemail,
    answerSeconds: null,
  }]
}

async function callerFigures(
  deps: ApiDeps,
  subscriberId: string,
  window: Window,
): Promise<StatisticsReply['byCaller']> {
  const db = deps.database.kysely
  const book = await openCallerBook(db, subscriberId)
  return (await countByCaller(db, subscriberId, window, callers)).map((row) => ({
    ...row,
    known: book({ number: row.caller, name: row.name, anonymous: row.caller === '' }).known,
  }))
}
