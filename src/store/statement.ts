/**
 * «Детализация»: entries of an account within a stretch of time, and what they come to. Every
 * figure is summed from ledger rows.
 */
import { sql } from 'kysely'
import type { EntryKind } from '../money/ledger.ts'
import type { Kopecks } from '../money/tariff.ts'
import type { Db } from './database.ts'
import { entryFrom } from './ledger.ts'
import type { StoredEntry } from './ledger.ts'

/** [from, to), milliseconds since 1970. */
export interface StatementWindow {
  readonly from: number
  readonly to: number
}

export interface KindTotal {
  readonly kind: EntryKind
  readonly count: number
  readonly kopecks: Kopecks
}

export interface StatementTotals {
  /** Balance before the first entry and after the last one of the window. */
  readonly openingKopecks: Kopecks
  readonly closingKopecks: Kopecks
  readonly byKind: readonly KindTotal[]
}

/**
 * Entries of the window in the order of their numbers, or the newest first with `order` desc: those
 * after `after` and before `before`; at most `limit`, of one kind when `kind` is given.
 */
export async function listEntries(
  db: Db,
  subscriberId: string,
  { from, to }: StatementWindow,
  more: {
    readonly kind?: EntryKind | undefined
    readonly order?: 'asc' | 'desc' | undefined
    readonly after?: number | undefined
    readonly before?: number | undefined
    readonly limit: number
  },
): Promise<readonly StoredEntry[]> {
  let query = db
    .selectFrom('ledger')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .where('at', '>=', String(from))
    .where('at', '<', String(to))
    .where('number', '>', String(more.after ?? 0))
  if (more.kind !== undefined) query = query.where('kind', '=', more.kind)
  if (more.before !== undefined) query = query.where('number', '<', String(more.before))
  const rows = await query.orderBy('number', more.order ?? 'asc').limit(more.limit).execute()
  return rows.map(entryFrom)
}

/**
 * What the window comes to; a window without entries opens and closes with the balance before it.
 */
export async function sumEntries(
  db: Db,
  subscriberId: string,
  { from, to }: StatementWindow,
): Promise<StatementTotals> {
  const rows = await db
    .selectFrom('ledger')
    .select(['kind', sql<string>`COUNT(*)`.as('count'), sql<string>`SUM(kopecks)`.as('kopecks')])
    .where('subscriber_id', '=', subscriberId)
    .where('at', '>=', String(from))
    .where('at', '<', String(to))
    .groupBy('kind')
    .orderBy('kind')
    .execute()
  const byKind = rows.map((row) => ({
    kind: row.kind as EntryKind, count: Number(row.count), kopecks: Number(row.kopecks),
  }))
  // `at` never falls with the number, so the last entry before an instant carries the balance then.
  const before = await balanceBefore(db, subscriberId, from)
  const moved = byKind.reduce((sum, one) => sum + one.kopecks, 0)
  return { openingKopecks: before, closingKopecks: before + moved, byKind }
}

/** When the account's first entry was made; undefined when there is none. */
export async function firstEntryAt(db: Db, subscriberId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('ledger')
    .select('at')
    .where('subscriber_id', '=', subscriberId)
    .where('number', '=', '1')
    .executeTakeFirst()
  return row && Number(row.at)
}

async function balanceBefore(db: Db, subscriberId: string, atMs: number): Promise<Kopecks> {
  const row = await db
    .selectFrom('ledger')
    .select('balance_kopecks')
    .where('subscriber_id', '=', subscriberId)
    .where('at', '<', String(atMs))
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? Number(row.balance_kopecks) : 0
}
