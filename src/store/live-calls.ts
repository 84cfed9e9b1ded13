/**
 * Calls of all subscribers and all processes, for the desk: which live now, how many ended, and one
 * call with what belongs to it. Whoever may look, and the log of it, are the caller's.
 */
import type { CallRecord } from '../call/record.ts'
import { recordFrom, shownColumns } from './call-rows.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'

/** More than an installation may have at once (PN_MAX_LIVE_CALLS); a bound all the same. */
const mostLive = 20_000

export interface AnyCall {
  readonly call: CallRecord
  readonly subscriberName: string
  readonly trunkName: string
  /** The process that has it, as in `leases`. */
  readonly owner: string
}

/** Which calls live, and by what one sees that one of them has changed. */
export async function liveHeads(
  db: Db,
): Promise<readonly { readonly id: string; readonly changed: string }[]> {
  return db
    .selectFrom('calls')
    .select(['id', 'changed'])
    .where('ended_at', 'is', null)
    .limit(mostLive)
    .execute()
}

/** These calls; one that there is not is left out. */
export async function callsById(db: Db, ids: readonly string[]): Promise<readonly AnyCall[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('calls as c')
    .leftJoin('subscribers as s', 's.id', 'c.subscriber_id')
    .leftJoin('trunks as t', 't.id', 'c.trunk_id')
    .select(shownColumns.map((name) => `c.${name}` as const))
    .select(['c.owner', 's.name as subscriber_name', 't.name as trunk_name'])
    .where('c.id', 'in', [...ids])
    .execute()
  return rows.map((row) => ({
    call: recordFrom(row),
    subscriberName: row.subscriber_name ?? '',
    trunkName: row.trunk_name ?? '',
    owner: row.owner,
  }))
}

/** Calls that ended in (from, to], milliseconds since 1970, and how many of them were answered. */
export async function countEnded(
  db: Db, from: number, to: number,
): Promise<{ readonly calls: number; readonly answered: number }> {
  const row = await db
    .selectFrom('calls')
    .select(({ fn }) => [
      fn.countAll<string>().as('calls'), fn.count<string>('answered_at').as('answered'),
    ])
    .where('ended_at', '>', String(from))
    .where('ended_at', '<=', String(to))
    .executeTakeFirstOrThrow()
  return { calls: Number(row.calls), answered: Number(row.answered) }
}

/** Calls that began since an instant and are over. */
export async function countShort(db: Db, since: number): Promise<number> {
  const row = await db
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll<string>().as('calls'))
    .where('ended_at', '>', String(since))
    .where('started_at', '>', String(since))
    .executeTakeFirstOrThrow()
  return Number(row.calls)
}

export interface MoneyOfCall {
  /** It is being charged at this moment. */
  readonly isRunning: boolean
  /** undefined: nothing of it was ever charged for. */
  readonly kopecks: number | undefined
  readonly rateName: string
  readonly chargedSeconds: number
  readonly includedSeconds: number
  readonly entries: readonly {
    readonly at: number
    readonly kopecks: number
    readonly text: string
  }[]
}

/** What a call costs. */
export async function moneyOfCall(db: Db, call: CallRecord): Promise<MoneyOfCall> {
  const { id, subscriberId } = call
  const row = await db
    .selectFrom('calls')
    .select(['cost_kopecks', 'rate_name', 'charged_seconds', 'included_seconds'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const running = await db
    .selectFrom('live_charges')
    .select('call_id')
    .where('call_id', '=', id)
    .executeTakeFirst()
  const entries = subscriberId === undefined ? [] : await db
    .selectFrom('ledger')
    .select(['at', 'kopecks', 'text'])
    .where('subscriber_id', '=', subscriberId)
    .where('call_id', '=', id)
    .orderBy('number')
    .execute()
  return {
    isRunning: running !== undefined,
    kopecks: row.cost_kopecks === null ? undefined : Number(row.cost_kopecks),
    rateName: row.rate_name ?? '',
    chargedSeconds: row.charged_seconds ?? 0,
    includedSeconds: row.included_seconds ?? 0,
    entries: entries.map(({ at, kopecks, text }) =>
      ({ at: Number(at), kopecks: Number(kopecks), text })),
  }
}

/** One call of anybody. Throws StoreError not_found. */
export async function loadAnyCall(db: Db, id: string): Promise<AnyCall> {
  const [call] = await callsById(db, [id])
  if (!call) throw new StoreError('not_found')
  return call
}
