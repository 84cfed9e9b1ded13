/**
 * Reading the journal of calls for the panel. Every function takes the subscriber's id.
 */
import type { CallRecord } from '../call/record.ts'
import { conditions } from './call-filter.ts'
import type { CallFilter } from './call-filter.ts'
import { recordFrom, shownColumns } from './call-rows.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'

export interface CallQuery extends CallFilter {
  /** Only calls that began before this instant (milliseconds since 1970). */
  readonly before?: number | undefined
  /**
   * The call at `before` one has seen already: calls of the same millisecond are told apart by id.
   */
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Newest first, live calls included; `more` when the list goes on. */
export async function listCalls(
  db: Db,
  subscriberId: string,
  query: CallQuery,
): Promise<{ readonly calls: readonly CallRecord[]; readonly more: boolean }> {
  const { before, beforeId, limit, ...filter } = query
  let select = db
    .selectFrom('calls as c')
    .select(shownColumns)
    .where('c.subscriber_id', '=', subscriberId)
  if (before !== undefined) {
    select = select.where((eb) => {
      const earlier = eb('c.started_at', '<', String(before))
      if (beforeId === undefined) return earlier
      return eb.or([
        earlier,
        eb.and([eb('c.started_at', '=', String(before)), eb('c.id', '<', beforeId)]),
      ])
    })
  }
  for (const condition of conditions(filter, subscriberId)) select = select.where(condition)
  const rows = await select
    .orderBy('c.started_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(limit + 1)
    .execute()
  return { calls: rows.slice(0, limit).map(recordFrom), more: rows.length > limit }
}

/** Calls that live now, newest first; at most 100. */
export async function liveCalls(db: Db, subscriberId: string): Promise<readonly CallRecord[]> {
  const rows = await db
    .selectFrom('calls')
    .select(shownColumns)
    .where('subscriber_id', '=', subscriberId)
    .where('ended_at', 'is', null)
    .orderBy('started_at', 'desc')
    .limit(100)
    .execute()
  return rows.map(recordFrom)
}

/** One call. Throws StoreError not_found, also for a call of somebody else. */
export async function loadCall(db: Db, subscriberId: string, id: string): Promise<CallRecord> {
  const row = await db
    .selectFrom('calls')
    .select(shownColumns)
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return recordFrom(row)
}
