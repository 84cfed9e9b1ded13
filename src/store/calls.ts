/**
 * Reading the journal of calls for the panel. Every function takes the subscriber's id.
 */
import { sql } from 'kysely'
import type { CallRecord } from '../call/record.ts'
import { recordFrom, shownColumns } from './call-rows.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'

export type CallFilter = 'answered' | 'missed' | 'voicemail'

export interface CallQuery {
  /** Only calls that began before this instant (milliseconds since 1970). */
  readonly before?: number | undefined
  /**
   * The call at `before` one has seen already: calls of the same millisecond are told apart by id.
   */
  readonly beforeId?: string | undefined
  readonly limit: number
  readonly outcome?: CallFilter | undefined
  /** Part of the caller's number or name, or of the address of a phone that rang. */
  readonly text?: string | undefined
}

/** «Пропущенные» are all that reached nobody, whoever is to blame. */
const outcomes: Readonly<Record<CallFilter, readonly string[]>> = {
  answered: ['answered'],
  missed: ['missed', 'abandoned', 'refused', 'interrupted'],
  voicemail: ['voicemail'],
}

/** Newest first, live calls included; `more` when the list goes on. */
export async function listCalls(
  db: Db,
  subscriberId: string,
  query: CallQuery,
): Promise<{ readonly calls: readonly CallRecord[]; readonly more: boolean }> {
  const { before, beforeId, outcome, text, limit } = query
  let select = db.selectFrom('calls').select(shownColumns).where('subscriber_id', '=', subscriberId)
  if (before !== undefined) {
    select = select.where((eb) => {
      const earlier = eb('started_at', '<', String(before))
      if (beforeId === undefined) return earlier
      return eb.or([
        earlier,
        eb.and([eb('started_at', '=', String(before)), eb('id', '<', beforeId)]),
      ])
    })
  }
  if (outcome !== undefined) select = select.where('outcome', 'in', [...outcomes[outcome]])
  if (text !== undefined && text.trim() !== '') select = select.where(matches(text.trim()))
  const rows = await select
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
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

/**
 * For each of these subscribers, two marks that differ when something changed: his settings, his
 * calls.
 */
export async function changeMarks(
  db: Db,
  subscriberIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly rules: string; readonly calls: string }>> {
  if (subscriberIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('subscribers as s')
    .select(['s.id', 's.version'])
    .select((eb) =>
      eb
        .selectFrom('calls as c')
        .select((e) => e.fn.max('c.changed').as('changed'))
        .whereRef('c.subscriber_id', '=', 's.id')
        .as('changed'),
    )
    .where('s.id', 'in', [...subscriberIds])
    .execute()
  return new Map(rows.map((row) => [row.id, { rules: row.version, calls: row.changed ?? '' }]))
}

function matches(text: string) {
  const digits = text.replaceAll(/\D/g, '')
  const isNumber = digits.length >= 2 && !/\p{L}/u.test(text)
  // Numbers are stored as +7…, people search for 8 (916) … or for the end of it.
  const part = isNumber ? digits.replace(/^8(?=\d{10}$)/, '7') : text
  const pattern = `%${part.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql<boolean>`(
    caller LIKE ${pattern} OR caller_name LIKE ${pattern} OR phones LIKE ${pattern}
  )`
}
