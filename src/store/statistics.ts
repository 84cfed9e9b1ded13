/**
 * Figures of a subscriber's calls, counted by the database: the journal may be long, what is sent
 * back is bounded by days, rules, numbers and hours. Hours are local ones: the zone's stretches of
 * constant offset go into the statement. His own calls to his mailbox are no calls here, nor are
 * those that still live.
 */
import { sql } from 'kysely'
import type { ZoneSegment } from '../call/zone.ts'
import { localHour, missed } from './call-filter.ts'
import { answerMsOfLeg, ofLeg, places } from './call-legs.ts'
import type { Db } from './database.ts'

export interface Window {
  /** [from, to), milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** Calls of one local hour with the same fate and the same rule. */
export interface HourCount {
  /** Hours since 1970, local. */
  readonly hour: number
  readonly kind: 'answered' | 'missed' | 'voicemail' | 'refused'
  readonly abandoned: boolean
  /** The rule that took them first; null = none. */
  readonly ruleId: string | null
  readonly calls: number
  /** Sum of milliseconds until the answer, and of talk; 0 unless answered. */
  readonly waitMs: number
  readonly talkMs: number
}

export interface NumberCount {
  readonly numberId: string
  readonly address: string
  readonly rang: number
  readonly answered: number
  readonly answerMs: number | null
}

export interface CallerCount {
  /** '' = withheld. */
  readonly caller: string
  readonly name: string
  readonly calls: number
  readonly answered: number
  readonly missed: number
  readonly lastAt: number
}

const counted = sql<boolean>`c.ended_at IS NOT NULL AND c.outcome <> 'mailbox'`

/** Calls by local hour, fate and rule; `segments` cover the window. */
export async function countByHour(
  db: Db,
  subscriberId: string,
  { from, to }: Window,
  segments: readonly ZoneSegment[],
): Promise<readonly HourCount[]> {
  const rows = await db
    .selectFrom('calls as c')
    .select([
      localHour(segments).as('hour'),
      sql<string>`CASE WHEN c.outcome IN ('answered', 'voicemail') THEN c.outcome
        WHEN ${missed} THEN 'missed' ELSE 'refused' END`.as('kind'),
      sql<number>`c.outcome = 'abandoned'`.as('abandoned'),
      'c.rule_id',
      sql<string>`COUNT(*)`.as('calls'),
      sql<string>`SUM(IF(c.outcome = 'answered', c.answered_at - c.started_at, 0))`.as('wait_ms'),
      sql<string>`SUM(IF(c.outcome = 'answered', c.ended_at - c.answered_at, 0))`.as('talk_ms'),
    ])
    .where('c.subscriber_id', '=', subscriberId)
    .where('c.started_at', '>=', String(from))
    .where('c.started_at', '<', String(to))
    .where(counted)
    .groupBy(['hour', 'kind', 'abandoned', 'c.rule_id'])
    .execute()
  return rows.map((row) => ({
    hour: Number(row.hour),
    kind: row.kind as HourCount['kind'],
    abandoned: Number(row.abandoned) === 1,
    ruleId: row.rule_id,
    calls: Number(row.calls),
    waitMs: Number(row.wait_ms),
    talkMs: Number(row.talk_ms),
  }))
}

/** How often each of «Мои номера» was rung and answered; most answers first. */
export async function countByNumber(
  db: Db,
  subscriberId: string,
  { from, to }: Window,
): Promise<readonly NumberCount[]> {
  const rows = await db
    .selectFrom('calls as c')
    .innerJoin(places.as('place'), (join) =>
      join.on(sql<boolean>`place.n < JSON_LENGTH(c.legs)`))
    .select([
      ofLeg('targetId').as('number_id'),
      sql<string>`MAX(${ofLeg('address')})`.as('address'),
      sql<string>`SUM(${ofLeg('outcome')} NOT IN ('cancelled', 'answeredElsewhere', 'ringing'))`
        .as('rang'),
      sql<string>`SUM(${ofLeg('outcome')} = 'answered')`.as('answered'),
      sql<string | null>`AVG(IF(${ofLeg('outcome')} = 'answered', ${answerMsOfLeg}, NULL))`
        .as('answer_ms'),
    ])
    .where('c.subscriber_id', '=', subscriberId)
    .where('c.started_at', '>=', String(from))
    .where('c.started_at', '<', String(to))
    .where(counted)
    .groupBy('number_id')
    .execute()
  return rows
    .filter((row) => row.number_id !== null && row.number_id !== 'null')
    .map((row) => ({
      numberId: row.number_id ?? '',
      address: row.address,
      rang: Number(row.rang),
      answered: Number(row.answered),
      answerMs: row.answer_ms === null ? null : Number(row.answer_ms),
    }))
    .sort((a, b) => b.answered - a.answered || b.rang - a.rang)
}

/** Who called most, at most `limit` callers. */
export async function countByCaller(
  db: Db,
  subscriberId: string,
  { from, to }: Window,
  limit: number,
): Promise<readonly CallerCount[]> {
  const rows = await db
    .selectFrom('calls as c')
    .select([
      sql<string>`IF(c.anonymous = 1, '', c.caller)`.as('number'),
      sql<string>`MAX(IF(c.anonymous = 1, '', c.caller_name))`.as('name'),
      sql<string>`COUNT(*)`.as('calls'),
      sql<string>`SUM(c.outcome = 'answered')`.as('answered'),
      sql<string>`SUM(${missed})`.as('missed'),
      sql<string>`MAX(c.started_at)`.as('last_at'),
    ])
    .where('c.subscriber_id', '=', subscriberId)
    .where('c.started_at', '>=', String(from))
    .where('c.started_at', '<', String(to))
    .where(counted)
    .groupBy('number')
    .orderBy(sql`COUNT(*)`, 'desc')
    .orderBy('last_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    caller: row.number,
    name: row.name,
    calls: Number(row.calls),
    answered: Number(row.answered),
    missed: Number(row.missed),
    lastAt: Number(row.last_at),
  }))
}

/** Calls that began at `from` or later and are over, and how many of them were answered. */
export async function countSince(
  db: Db,
  subscriberId: string,
  from: number,
): Promise<{ readonly calls: number; readonly answered: number }> {
  const row = await db
    .selectFrom('calls as c')
    .select([
      sql<string>`COUNT(*)`.as('calls'),
      sql<string | null>`SUM(c.outcome = 'answered')`.as('answered'),
    ])
    .where('c.subscriber_id', '=', subscriberId)
    .where('c.started_at', '>=', String(from))
    .where(counted)
    .executeTakeFirstOrThrow()
  return { calls: Number(row.calls), answered: Number(row.answered ?? 0) }
}

/** When the subscriber's first call came; undefined when there was none. */
export async function firstCallAt(db: Db, subscriberId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('calls')
    .select('started_at')
    .where('subscriber_id', '=', subscriberId)
    .orderBy('started_at')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? undefined : Number(row.started_at)
}
