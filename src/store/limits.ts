/**
 * Rows of limits, of all and of one subscriber, and the countries he has opened: read here, changed
 * in limits-change.ts and limits-countries.ts. What holds where there is no row is
 * src/limits/limit-table.ts.
 */
import { isLimitName, limitNames, limitsInForce } from '../limits/limit-table.ts'
import type { LimitName, LimitValues, SetLimits } from '../limits/limit-table.ts'
import type { Db } from './database.ts'

/** A row as a manager wrote it. */
export interface LimitRow {
  readonly value: number
  readonly reason: string
  /** Login of the manager. */
  readonly by: string
  readonly at: number
}

export type LimitRows = Partial<Readonly<Record<LimitName, LimitRow>>>

/** In `limits.subscriber_id`. */
export const ofAll = ''

/** Values set for all. */
export async function limitsOfAll(db: Db): Promise<SetLimits> {
  return valuesOf(await limitRows(db, undefined))
}

/** Values set for one subscriber alone. */
export async function ownLimits(db: Db, subscriberId: string): Promise<SetLimits> {
  return valuesOf(await limitRows(db, subscriberId))
}

/** What holds for a subscriber. */
export async function limitsOf(db: Db, subscriberId: string): Promise<LimitValues> {
  const rows = await db
    .selectFrom('limits')
    .select(['subscriber_id', 'name', 'value'])
    .where('subscriber_id', 'in', [ofAll, subscriberId])
    .execute()
  const set: [SetLimits, SetLimits] = [{}, {}]
  for (const { subscriber_id: whose, name, value } of rows) {
    if (isLimitName(name)) Object.assign(set[whose === ofAll ? 0 : 1], { [name]: Number(value) })
  }
  return limitsInForce(...set)
}

/** The rows of a subscriber, or those of all. */
export async function limitRows(db: Db, subscriberId: string | undefined): Promise<LimitRows> {
  const rows = await db
    .selectFrom('limits')
    .selectAll()
    .where('subscriber_id', '=', subscriberId ?? ofAll)
    .execute()
  return Object.fromEntries(rows.filter(({ name }) => isLimitName(name)).map((row) => [row.name, {
    value: Number(row.value), reason: row.reason, by: row.changed_by, at: Number(row.changed_at),
  }]))
}

/** Countries abroad that a subscriber has opened; ISO 3166-1, sorted. */
export async function openedCountries(db: Db, subscriberId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('subscriber_countries')
    .select('country')
    .where('subscriber_id', '=', subscriberId)
    .orderBy('country')
    .execute()
  return rows.map(({ country }) => country)
}

function valuesOf(rows: LimitRows): SetLimits {
  return Object.fromEntries(limitNames.flatMap((name) => {
    const row = rows[name]
    return row === undefined ? [] : [[name, row.value]]
  }))
}
