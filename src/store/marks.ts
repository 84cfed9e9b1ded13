/**
 * Rows that say "something of this subscriber changed": open panels compare their versions
 * (api/change-hub.ts). They keep no history; what changed is to be asked for.
 */
import type { Db } from './database.ts'

/** `calls` is marked for what a call's own row does not tell: its recording, its note. */
export type MarkTopic = 'calls' | 'messages' | 'settings' | 'errands' | 'support' | 'balance'

/** Raises the mark; inside a transaction it is seen with what it tells of. */
export async function mark(db: Db, subscriberId: string, topic: MarkTopic): Promise<void> {
  await db
    .insertInto('marks')
    .values({ subscriber_id: subscriberId, topic, version: 1 })
    .onDuplicateKeyUpdate((eb) => ({ version: eb(eb.ref('marks.version'), '+', '1') as never }))
    .execute()
}
