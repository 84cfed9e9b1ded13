/**
 * How the numbers of a subscriber answered lately, from the legs of his calls: a number that never
 * answers any more, or that the network does not know, should be noticed before a caller is lost.
 */
import { sql } from 'kysely'
import type { LegOutcome } from '../call/record.ts'
import { answerMsOfLeg, ofLeg, places } from './call-legs.ts'
import type { Db } from './database.ts'

const dayMs = 86_400_000
const seenDays = 60
const shareDays = 30
/** Fewer unanswered calls say nothing, and neither do fewer days. */
const silentRings = 3
const silentDaysLeast = 7

export interface Watch {
  /** Within 30 days. */
  readonly rang: number
  readonly answered: number
  readonly answerSeconds: number | null
  readonly lastAnswerAt: number | null
  readonly silentDays: number | null
  readonly deadSince: number | null
}

export const unwatched: Watch = {
  rang: 0, answered: 0, answerSeconds: null, lastAnswerAt: null, silentDays: null, deadSince: null,
}

/** Nobody can tell from these whether the phone would have been answered. */
const undecided: readonly string[] = [
  'ringing', 'cancelled', 'answeredElsewhere', 'redirected',
] satisfies readonly LegOutcome[]

/** A phone that is busy or declines is alive. */
const deaf: readonly string[] = [
  'noAnswer', 'failed', 'unknownNumber', 'notConfirmed',
] satisfies readonly LegOutcome[]

interface Bucket {
  readonly number_id: string | null
  readonly outcome: string | null
  /** Days since 1970, UTC. */
  readonly day: number
  readonly count: number
  readonly first: number
  readonly last: number
  readonly answer_ms: number | null
}

/** By the number's id; numbers that were not rung within 60 days are absent. */
export async function watchNumbers(
  db: Db,
  subscriberId: string,
  wallMs: number,
): Promise<ReadonlyMap<string, Watch>> {
  const rows = await db
    .selectFrom('calls as c')
    .innerJoin(places.as('place'), (join) => join
      .on(sql<boolean>`place.n < JSON_LENGTH(c.legs)`))
    .select([
      ofLeg('targetId').as('number_id'),
      ofLeg('outcome').as('outcome'),
      sql<string>`FLOOR(c.started_at / ${sql.lit(dayMs)})`.as('day'),
      sql<string>`COUNT(*)`.as('count'),
      sql<string>`MIN(c.started_at)`.as('first'),
      sql<string>`MAX(c.started_at)`.as('last'),
      sql<string | null>`AVG(${answerMsOfLeg})`.as('answer_ms'),
    ])
    .where('c.subscriber_id', '=', subscriberId)
    .where('c.started_at', '>', String(wallMs - seenDays * dayMs))
    .groupBy(['number_id', 'outcome', 'day'])
    .execute()
  const byNumber = new Map<string, Bucket[]>()
  for (const row of rows) {
    if (row.number_id === null || undecided.includes(row.outcome ?? '')) continue
    const bucket: Bucket = {
      ...row,
      day: Number(row.day),
      count: Number(row.count),
      first: Number(row.first),
      last: Number(row.last),
      answer_ms: row.answer_ms === null ? null : Number(row.answer_ms),
    }
    const known = byNumber.get(row.number_id)
    if (known) known.push(bucket)
    else byNumber.set(row.number_id, [bucket])
  }
  return new Map([...byNumber].map(([id, buckets]) => [id, judge(buckets, wallMs)]))
}

function judge(buckets: readonly Bucket[], wallMs: number): Watch {
  const lately = buckets.filter((one) => one.last > wallMs - shareDays * dayMs)
  const answers = lately.filter((one) => one.outcome === 'answered')
  const answered = sum(answers)
  const lastAnswerAt = Math.max(0, ...buckets
    .filter((one) => one.outcome === 'answered').map((one) => one.last))
  // What lies on the day of the last answer may have been before it.
  const since = buckets.filter((one) =>
    deaf.includes(one.outcome ?? '') && one.first > lastAnswerAt)
  const silentFrom = lastAnswerAt > 0 ? lastAnswerAt : Math.min(...since.map((one) => one.first))
  const days = Math.floor((wallMs - silentFrom) / dayMs)
  const dead = since.filter((one) => one.outcome === 'unknownNumber')
  const waits = answers.reduce((ms, one) => ms + (one.answer_ms ?? 0) * one.count, 0)
  return {
    rang: sum(lately),
    answered,
    answerSeconds: answered === 0 ? null : Math.round(waits / answered / 100) / 10,
    lastAnswerAt: lastAnswerAt === 0 ? null : lastAnswerAt,
    silentDays: sum(since) >= silentRings && days >= silentDaysLeast ? days : null,
    deadSince: dead.length === 0 ? null : Math.min(...dead.map((one) => one.first)),
  }
}

function sum(buckets: readonly Bucket[]): number {
  return buckets.reduce((total, one) => total + one.count, 0)
}
