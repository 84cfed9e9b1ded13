/**
 * What is told by the calendar instead of by an event: digests of calls, and numbers that no longer
 * answer. A row says when a subscriber's next look is due; whoever does the look moves it on in the
 * transaction that tells what was found, so that several processes may try.
 */
import {
  dateOfDay, localTimeAt, offsetAt, startOfDay, weekdayOfDay, zoneSegments,
} from '../call/zone.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { channelsOf, noticeChannels } from './notice-choices.ts'
import type { DigestFacts } from './notice.ts'
import { unwatched, watchNumbers } from './number-watch.ts'
import { readOptions } from './options.ts'
import type { SubscriberOptions } from './options.ts'
import { tell } from './outbox.ts'
import { countByCaller, countByHour } from './statistics.ts'

const roundKinds = ['dailyDigest', 'weeklyDigest', 'silentTarget'] as const
type RoundKind = (typeof roundKinds)[number]

/** Local minute of the day; digests first, before the day's work, advice a little later. */
const minuteOf: Readonly<Record<RoundKind, number>> = {
  dailyDigest: 9 * 60, weeklyDigest: 9 * 60 + 5, silentTarget: 10 * 60,
}
const minuteMs = 60_000
const daysOf: Readonly<Record<RoundKind, number>> = {
  dailyDigest: 1, weeklyDigest: 7, silentTarget: 1,
}
const mostCallers = 3

/** Rows for what he has chosen, none for the rest; the last act of a change of settings. */
export async function setRounds(
  trx: Trx,
  subscriberId: string,
  zone: string,
  options: SubscriberOptions,
  wallMs: number,
): Promise<void> {
  for (const kind of roundKinds) {
    if (!isChosen(options, kind)) {
      await trx
        .deleteFrom('notice_rounds')
        .where('subscriber_id', '=', subscriberId)
        .where('kind', '=', kind)
        .execute()
      continue
    }
    const next_at = nextRound(kind, zone, wallMs)
    await trx
      .insertInto('notice_rounds')
      .values({ subscriber_id: subscriberId, kind, next_at })
      .onDuplicateKeyUpdate({ next_at })
      .execute()
  }
}

/** When the next look is due after `wallMs`, in the subscriber's zone. */
export function nextRound(kind: RoundKind, zone: string, wallMs: number): number {
  const { day } = localTimeAt(zone, wallMs)
  for (let ahead = 0; ahead < 9; ahead++) {
    if (kind === 'weeklyDigest' && weekdayOfDay(day + ahead) !== 1) continue
    const at = instantOf(zone, day + ahead, minuteOf[kind])
    if (at > wallMs) return at
  }
  return wallMs + 7 * 86_400_000
}

/** No clock is changed between eight and noon. */
function instantOf(zone: string, day: number, minute: number): number {
  const guess = (day * 1440 + minute) * minuteMs
  return guess - offsetAt(zone, guess - offsetAt(zone, guess))
}

/**
 * Does the looks that are due, at most `limit`; answers how many. What one of them meets keeps no
 * other from his; it is thrown when all are done.
 */
export async function doRounds(db: Db, wallMs: number, limit = 100): Promise<number> {
  const due = await db
    .selectFrom('notice_rounds')
    .select(['subscriber_id', 'kind'])
    .where('next_at', '<=', String(wallMs))
    .orderBy('next_at')
    .limit(limit)
    .execute()
  const faults: unknown[] = []
  for (const { subscriber_id: subscriberId, kind } of due) {
    await inTransaction(db, (trx) => doRound(trx, subscriberId, kind as RoundKind, wallMs))
      .catch((fault: unknown) => { faults.push(fault) })
  }
  if (faults.length > 0) throw faults[0]
  return due.length
}

async function doRound(
  trx: Trx,
  subscriberId: string,
  kind: RoundKind,
  wallMs: number,
): Promise<void> {
  const row = await trx
    .selectFrom('notice_rounds')
    .select('next_at')
    .where('subscriber_id', '=', subscriberId)
    .where('kind', '=', kind)
    .forUpdate()
    .executeTakeFirst()
  if (!row || Number(row.next_at) > wallMs) return // another process was faster
  const subscriber = await trx
    .selectFrom('subscribers')
    .select(['zone', 'options'])
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  if (!subscriber || !isChosen(readOptions(subscriber.options), kind)) {
    await trx
      .deleteFrom('notice_rounds')
      .where('subscriber_id', '=', subscriberId)
      .where('kind', '=', kind)
      .execute()
    return
  }
  const { zone } = subscriber
  if (kind === 'silentTarget') await tellSilent(trx, subscriberId, wallMs)
  else await tellDigest(trx, subscriberId, kind, zone, wallMs)
  await trx
    .updateTable('notice_rounds')
    .set({ next_at: nextRound(kind, zone, wallMs) })
    .where('subscriber_id', '=', subscriberId)
    .where('kind', '=', kind)
    .execute()
}

/** A day or week without calls is not worth a letter. */
async function tellDigest(
  trx: Trx,
  subscriberId: string,
  kind: 'dailyDigest' | 'weeklyDigest',
  zone: string,
  wallMs: number,
): Promise<void> {
  const today = localTimeAt(zone, wallMs).day
  const end = kind === 'dailyDigest' ? today : today - (weekdayOfDay(today) - 1)
  const first = end - daysOf[kind]
  const window = { from: startOfDay(zone, first), to: startOfDay(zone, end) }
  const segments = zoneSegments(zone, window.from, window.to)
  const hours = await countByHour(trx, subscriberId, window, segments)
  const sum = (pick: (hour: (typeof hours)[number]) => number) =>
    hours.reduce((total, hour) => total + pick(hour), 0)
  const calls = sum((hour) => hour.calls)
  if (calls === 0) return
  const missed = (await countByCaller(trx, subscriberId, window, 50))
    .filter((one) => one.missed > 0)
    .sort((a, b) => b.missed - a.missed)
  const of = (wanted: string) => sum((hour) => hour.kind === wanted ? hour.calls : 0)
  const facts: DigestFacts = {
    from: dateOfDay(first),
    to: dateOfDay(end - 1),
    calls,
    answered: of('answered'),
    missed: of('missed'),
    messages: of('voicemail'),
    talkSeconds: Math.round(sum((hour) => hour.talkMs) / 1000),
    callers: missed.slice(0, mostCallers).map(({ caller, name, missed: times }) =>
      ({ caller, name, missed: times })),
  }
  const key = `${kind}:${subscriberId}:${facts.from}`
  await tell(trx, { subscriberId, key, notice: { kind, ...facts } }, wallMs)
}

/** Once for each stretch of silence. */
async function tellSilent(trx: Trx, subscriberId: string, wallMs: number): Promise<void> {
  const numbers = await trx
    .selectFrom('numbers')
    .select(['id', 'address', 'description'])
    .where('subscriber_id', '=', subscriberId)
    .execute()
  const watches = await watchNumbers(trx, subscriberId, wallMs)
  for (const { id, address, description } of numbers) {
    const { silentDays, deadSince, lastAnswerAt } = watches.get(id) ?? unwatched
    if (silentDays === null && deadSince === null) continue
    const key = `silent:${id}:${deadSince === null ? 'quiet' : 'dead'}:${lastAnswerAt ?? 0}`
    const days = deadSince === null ? silentDays ?? 0 : 0
    const notice = { kind: 'silentTarget', address, description, days } as const
    await tell(trx, { subscriberId, key, notice }, wallMs)
  }
}

function isChosen(options: SubscriberOptions, kind: RoundKind): boolean {
  const chosen = channelsOf(options, kind)
  return noticeChannels.some((channel) => chosen[channel])
}
