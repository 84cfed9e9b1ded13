/**
 * Counters: numbers that rise by one and are given once, over all processes. The row is locked
 * until the transaction ends, so a number whose transaction failed is given to the next.
 */
import { sql } from 'kysely'
import type { Trx } from './database.ts'

/** The next number of the counter `name`; the first is `first`. */
export async function nextNumber(trx: Trx, name: string, first: number): Promise<number> {
  await trx
    .insertInto('counters')
    .values({ name, value: first })
    .onDuplicateKeyUpdate({ value: sql<number>`value + 1` })
    .execute()
  const { value } = await trx
    .selectFrom('counters')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return Number(value)
}
