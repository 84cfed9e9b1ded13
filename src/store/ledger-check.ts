/**
 * The nightly check: every balance is computed anew from the first entry on, compared with the copy
 * that calls read and with the payments that were credited. What differs raises an alarm.
 */
import { sql } from 'kysely'
import { ledgerFaults } from '../money/ledger.ts'
import type { LedgerFault } from '../money/ledger.ts'
import { raiseAlarm } from './alarms.ts'
import type { NewAlarm } from './alarms.ts'
import type { Db } from './database.ts'
import { copyAlarm, entryFrom } from './ledger.ts'
import type { StoredEntry } from './ledger.ts'

/** What a check found; the alarms are raised. */
export interface CheckResult {
  readonly entries: number
  readonly alarms: readonly NewAlarm[]
}

/** Rows read at a time, and the most alarms of one look: more tell no more. */
const rowsAtOnce = 2000
const mostAlarms = 200

/** Checks all ledgers. Calls and payments may go on meanwhile. */
export async function checkLedgers(
  db: Db,
  wallMs: number,
  chunk: number = rowsAtOnce,
): Promise<CheckResult> {
  const { entries, alarms } = await checkEntries(db, chunk)
  alarms.push(...await checkCopies(db, chunk), ...await checkPayments(db))
  for (const alarm of alarms.slice(0, mostAlarms)) await raiseAlarm(db, alarm, wallMs)
  return { entries, alarms }
}

/** Entries by account and number, in portions; each goes on where the one before ended. */
async function checkEntries(
  db: Db,
  chunk: number,
): Promise<{ readonly entries: number; readonly alarms: NewAlarm[] }> {
  const alarms: NewAlarm[] = []
  let entries = 0
  let last: { readonly id: string; readonly entry: StoredEntry } | undefined
  for (;;) {
    const { id = '', entry } = last ?? {}
    const rows = await db
      .selectFrom('ledger')
      .selectAll()
      .where((eb) => eb.or([
        eb('subscriber_id', '>', id),
        eb.and([eb('subscriber_id', '=', id), eb('number', '>', String(entry?.number ?? 0))]),
      ]))
      .orderBy('subscriber_id')
      .orderBy('number')
      .limit(chunk)
      .execute()
    entries += rows.length
    for (const [owner, group] of Map.groupBy(rows, (row) => row.subscriber_id)) {
      const portion = group.map(entryFrom)
      for (const fault of ledgerFaults(portion, owner === id ? entry : undefined))
        alarms.push(entryAlarm(owner, fault))
      last = { id: owner, entry: portion.at(-1)! }
    }
    if (rows.length < chunk) return { entries, alarms }
  }
}

/** Copies and last balances are read in one statement: they belong together. */
async function checkCopies(db: Db, chunk: number): Promise<readonly NewAlarm[]> {
  const alarms: NewAlarm[] = []
  for (let id = ''; ;) {
    const rows = await db
      .selectFrom('subscribers as s')
      .select(['s.id', 's.balance_kopecks'])
      .select((eb) => eb
        .selectFrom('ledger as l')
        .select('l.balance_kopecks')
        .whereRef('l.subscriber_id', '=', 's.id')
        .orderBy('l.number', 'desc')
        .limit(1)
        .as('last'))
      .where('s.id', '>', id)
      .orderBy('s.id')
      .limit(chunk)
      .execute()
    for (const row of rows) {
      const [ledger, copy] = [Number(row.last ?? 0), Number(row.balance_kopecks)]
      if (ledger !== copy) alarms.push(copyAlarm(row.id, ledger, copy))
    }
    if (rows.length < chunk) return alarms
    id = rows.at(-1)!.id
  }
}

/** A paid order is one entry of its amount, and an entry of a payment has its paid order. */
async function checkPayments(db: Db): Promise<readonly NewAlarm[]> {
  const key = sql<string>`CONCAT('payment:', o.payment_system, ':', o.provider_id)`
  const orders = await db
    .selectFrom('payment_orders as o')
    .leftJoin('ledger as l', (join) => join
      .onRef('l.subscriber_id', '=', 'o.subscriber_id')
      .on('l.entry_key', '=', key))
    .select(['o.number', 'o.subscriber_id', 'o.kopecks', 'l.kopecks as entered'])
    .where('o.state', '=', 'paid')
    .where((eb) => eb.or([
      eb('l.kopecks', 'is', null), eb('l.kopecks', '<>', eb.ref('o.kopecks')),
    ]))
    .limit(mostAlarms)
    .execute()
  const entries = await db
    .selectFrom('ledger as l')
    .leftJoin('payment_orders as o', 'o.number', 'l.order_number')
    .select(['l.subscriber_id', 'l.number', 'l.kopecks'])
    .where('l.kind', '=', 'payment')
    .where((eb) => eb.or([
      eb('o.state', 'is', null), eb('o.state', '<>', 'paid'),
      eb('o.subscriber_id', '<>', eb.ref('l.subscriber_id')),
    ]))
    .limit(mostAlarms)
    .execute()
  return [
    ...orders.map((row): NewAlarm => ({
      key: `ledger:order:${row.number}`, kind: 'ledger', subscriberId: row.subscriber_id,
      details: {
        fault: 'order', order: Number(row.number), orderKopecks: Number(row.kopecks),
        entryKopecks: Number(row.entered ?? 0),
      },
    })),
    ...entries.map((row): NewAlarm => ({
      key: `ledger:${row.subscriber_id}:${row.number}:payment`, kind: 'ledger',
      subscriberId: row.subscriber_id,
      details: { fault: 'payment', number: Number(row.number), kopecks: Number(row.kopecks) },
    })),
  ]
}

function entryAlarm(subscriberId: string, { number, fault }: LedgerFault): NewAlarm {
  return {
    key: `ledger:${subscriberId}:${number}:${fault}`, kind: 'ledger', subscriberId,
    details: { fault, number },
  }
}
