/**
 * The ledger in the database: entries are appended, each in one transaction with the effect it is
 * of, and never changed. Which entry follows is src/money/ledger.ts. The subscriber's row is locked
 * first, so entries of one account come one after the other whoever writes them.
 */
import { nextEntry, LedgerError } from '../money/ledger.ts'
import type { Entry, EntryKind, NewEntry } from '../money/ledger.ts'
import type { Kopecks } from '../money/tariff.ts'
import { raiseAlarm } from './alarms.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { lowBalanceEvent } from './low-balance.ts'
import { mark } from './marks.ts'
import type { LedgerTable } from './money-tables.ts'
import { tell } from './outbox.ts'

/** What an entry is about, besides what every entry has. */
interface About {
  readonly callId?: string | undefined
  readonly orderNumber?: number | undefined
}

export interface Effect extends NewEntry, About {}
export interface StoredEntry extends Entry, About {}

export interface Appended {
  readonly entry: StoredEntry
  /** false: the effect had been entered before, nothing was changed. */
  readonly isNew: boolean
}

export type LedgerRow = {
  readonly [K in keyof LedgerTable]: K extends 'number' | 'kopecks' | 'balance_kopecks' | 'at'
    ? string : K extends 'order_number' ? string | null : LedgerTable[K]
}

/**
 * Enters an effect and moves the balance with it. The same key told again answers the entry that is
 * there. May be repeated whenever its outcome is not known. Throws StoreError not_found,
 * LedgerError for an amount that cannot be right and for a key that is there with another amount or
 * kind.
 */
export async function append(db: Db, subscriberId: string, effect: Effect): Promise<Appended> {
  return inTransaction(db, async (trx) => {
    const { copy, lowKopecks } = await lockAccount(trx, subscriberId)
    const there = await entryOf(trx, subscriberId, effect.key)
    if (there) return { entry: sameEffect(there, effect), isNew: false }
    const last = await lastEntry(trx, subscriberId)
    const balance = last?.balanceKopecks ?? 0
    if (copy !== balance) {
      // Somebody moved the copy without an entry. The ledger is right; the nightly check would no
      // longer see it once the copy follows the ledger again, so it is told here.
      await raiseAlarm(trx, copyAlarm(subscriberId, balance, copy), effect.atMs)
    }
    const atMs = Math.max(effect.atMs, last?.atMs ?? 0)
    const { number, balanceKopecks } = nextEntry(last, effect)
    const { callId, orderNumber } = effect
    await trx
      .insertInto('ledger')
      .values({
        subscriber_id: subscriberId, number, entry_key: effect.key, kind: effect.kind,
        kopecks: effect.kopecks, balance_kopecks: balanceKopecks, at: atMs, text: effect.text,
        call_id: callId ?? null, order_number: orderNumber ?? null,
      })
      .execute()
    await trx
      .updateTable('subscribers')
      .set({ balance_kopecks: balanceKopecks })
      .where('id', '=', subscriberId)
      .execute()
    await mark(trx, subscriberId, 'balance')
    const entry = { ...effect, number, balanceKopecks, atMs }
    const low = lowBalanceEvent(subscriberId, balance, entry, lowKopecks)
    if (low !== undefined) await tell(trx, low, effect.atMs)
    return { entry, isNew: true }
  })
}

/**
 * Locks the account until the transaction ends and answers its balance. What decides by the balance
 * before it appends starts here. Throws StoreError not_found.
 */
export async function lockBalance(trx: Trx, subscriberId: string): Promise<Kopecks> {
  return (await lockAccount(trx, subscriberId)).copy
}

async function lockAccount(
  trx: Trx, subscriberId: string,
): Promise<{ readonly copy: Kopecks; readonly lowKopecks: Kopecks }> {
  const row = await trx
    .selectFrom('subscribers')
    .select(['balance_kopecks', 'low_balance_kopecks'])
    .where('id', '=', subscriberId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return { copy: Number(row.balance_kopecks), lowKopecks: Number(row.low_balance_kopecks) }
}

/** The alarm of a balance that is another than the ledger says. */
export function copyAlarm(subscriberId: string, ledger: Kopecks, copy: Kopecks) {
  return {
    key: `ledger:${subscriberId}:copy`, kind: 'ledger', subscriberId,
    details: { fault: 'copy', ledgerKopecks: ledger, copyKopecks: copy },
  } as const
}

/** A row as what it tells. */
export function entryFrom(row: LedgerRow): StoredEntry {
  return {
    number: Number(row.number),
    key: row.entry_key,
    kind: row.kind as EntryKind,
    kopecks: Number(row.kopecks),
    balanceKopecks: Number(row.balance_kopecks),
    atMs: Number(row.at),
    text: row.text,
    callId: row.call_id ?? undefined,
    orderNumber: row.order_number === null ? undefined : Number(row.order_number),
  }
}

async function entryOf(
  trx: Trx, subscriberId: string, key: string,
): Promise<StoredEntry | undefined> {
  const row = await trx
    .selectFrom('ledger')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .where('entry_key', '=', key)
    .forUpdate()
    .executeTakeFirst()
  return row && entryFrom(row)
}

async function lastEntry(trx: Trx, subscriberId: string): Promise<StoredEntry | undefined> {
  const row = await trx
    .selectFrom('ledger')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('number', 'desc')
    .limit(1)
    // Not what this transaction saw before it got the account's lock.
    .forUpdate()
    .executeTakeFirst()
  return row && entryFrom(row)
}

function sameEffect(entry: StoredEntry, effect: Effect): StoredEntry {
  if (entry.kopecks === effect.kopecks && entry.kind === effect.kind) return entry
  throw new LedgerError(`${effect.key}: is there as ${entry.kind} of ${entry.kopecks} kopecks`)
}
