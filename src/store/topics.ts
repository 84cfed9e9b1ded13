/**
 * Rows that say "this changed": processes that keep a copy in memory watch their versions.
 */
import type { Trx } from './database.ts'

export type Topic = 'trunks' | 'personalNumbers' | 'limits' | 'support'

/** Tells every process, at the end of this transaction, that its copy of `topic` is old. */
export async function announce(trx: Trx, topic: Topic): Promise<void> {
  await trx
    .insertInto('topics')
    .values({ name: topic, version: 1 })
    .onDuplicateKeyUpdate((eb) => ({ version: eb(eb.ref('topics.version'), '+', '1') as never }))
    .execute()
}
