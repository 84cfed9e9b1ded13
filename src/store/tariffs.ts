/**
 * Tariffs in the database and who has which. Prices are written once and not edited: what was
 * charged by it must remain explicable. A change of prices is a new tariff that is assigned.
 */
import type { ColumnType } from 'kysely'
import { tariffFaults } from '../money/tariff.ts'
import type { Rate, Tariff } from '../money/tariff.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { lockBalance } from './ledger.ts'
import { mark } from './marks.ts'
import type { MoneyTables } from './money-tables.ts'

/** Writes a tariff and answers its id. Throws StoreError bad_tariff naming the first fault. */
export async function addTariff(
  db: Db,
  draft: Omit<Tariff, 'id'>,
  wallMs: number,
): Promise<string> {
  const tariff: Tariff = { ...draft, id: newId(wallMs) }
  const fault = tariffFaults(tariff)[0]
  if (fault) throw new StoreError('bad_tariff', { why: fault.message }, fault.field)
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('tariffs')
      .values({
        id: tariff.id, name: tariff.name, monthly_kopecks: tariff.monthlyKopecks,
        included_seconds: tariff.includedSeconds,
        included_prefixes: JSON.stringify(tariff.includedPrefixes),
        free_answer_seconds: tariff.freeAnswerSeconds, valid_from: tariff.validFromMs ?? null,
        valid_to: tariff.validToMs ?? null, created_at: Math.floor(wallMs),
      })
      .execute()
    const rates = tariff.rates.map((rate) => rateRow(tariff.id, rate))
    if (rates.length > 0) await trx.insertInto('tariff_rates').values(rates).execute()
  })
  return tariff.id
}

/** Every tariff, the newest last. */
export async function listTariffs(db: Db): Promise<readonly Tariff[]> {
  const rows = await db.selectFrom('tariffs').select('id').orderBy('id').execute()
  return Promise.all(rows.map(({ id }) => loadTariff(db, id)))
}

/** One tariff with its rates. Throws StoreError not_found. */
export async function loadTariff(db: Db, id: string): Promise<Tariff> {
  const row = await db.selectFrom('tariffs').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const rates = await db
    .selectFrom('tariff_rates')
    .selectAll()
    .where('tariff_id', '=', id)
    .orderBy('prefix')
    .execute()
  return tariffFrom(row, rates)
}

type Selected<T> = {
  readonly [K in keyof T]: T[K] extends ColumnType<infer S, unknown, unknown> ? S : T[K]
}

export type TariffRow = Pick<Selected<MoneyTables['tariffs']>, 'id' | 'name' | 'monthly_kopecks' |
  'included_seconds' | 'included_prefixes' | 'free_answer_seconds' | 'valid_from' | 'valid_to'>
export type RateRow = Selected<MoneyTables['tariff_rates']>

/** A row with its rates as what they tell. */
export function tariffFrom(row: TariffRow, rates: readonly RateRow[]): Tariff {
  return {
    id: row.id,
    name: row.name,
    monthlyKopecks: Number(row.monthly_kopecks),
    includedSeconds: row.included_seconds,
    includedPrefixes: JSON.parse(row.included_prefixes) as readonly string[],
    freeAnswerSeconds: row.free_answer_seconds,
    validFromMs: row.valid_from === null ? undefined : Number(row.valid_from),
    validToMs: row.valid_to === null ? undefined : Number(row.valid_to),
    rates: rates.map((rate): Rate => ({
      prefix: rate.prefix,
      name: rate.name,
      kopecksPerMinute: Number(rate.kopecks_per_minute),
      connectionKopecks: Number(rate.connection_kopecks),
      firstStepSeconds: rate.first_step_seconds,
      nextStepSeconds: rate.next_step_seconds,
    })),
  }
}

/**
 * Gives a subscriber a tariff from `wallMs` on; what he had before stays in the history. Throws
 * StoreError not_found.
 */
export async function assignTariff(
  db: Db,
  subscriberId: string,
  tariffId: string,
  wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockBalance(trx, subscriberId)
    const { name } = await loadTariff(trx, tariffId)
    const since = await afterLast(trx, subscriberId, Math.floor(wallMs))
    await trx
      .insertInto('subscriber_tariffs')
      .values({ subscriber_id: subscriberId, since, tariff_id: tariffId })
      .execute()
    await trx
      .updateTable('subscribers')
      .set({ tariff: name })
      .where('id', '=', subscriberId)
      .execute()
    await mark(trx, subscriberId, 'balance')
  })
}

/** The id of the tariff that a subscriber had at an instant; undefined before the first. */
export async function tariffIdAt(
  db: Db,
  subscriberId: string,
  wallMs: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('subscriber_tariffs')
    .select('tariff_id')
    .where('subscriber_id', '=', subscriberId)
    .where('since', '<=', String(Math.floor(wallMs)))
    .orderBy('since', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.tariff_id
}

/** Two changes within a millisecond are still two, in their order. */
async function afterLast(trx: Trx, subscriberId: string, wallMs: number): Promise<number> {
  const row = await trx
    .selectFrom('subscriber_tariffs')
    .select((eb) => eb.fn.max('since').as('since'))
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  return Math.max(wallMs, Number(row?.since ?? 0) + 1)
}

function rateRow(tariffId: string, rate: Rate) {
  return {
    tariff_id: tariffId, prefix: rate.prefix, name: rate.name,
    kopecks_per_minute: rate.kopecksPerMinute, connection_kopecks: rate.connectionKopecks,
    first_step_seconds: rate.firstStepSeconds, next_step_seconds: rate.nextStepSeconds,
  }
}
