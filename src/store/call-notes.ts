/**
 * What a subscriber noted about his calls: one text per call, his alone.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { mark } from './marks.ts'

/** Sets the note of a call, '' takes it away. Throws StoreError not_found. */
export async function setNote(
  db: Db,
  subscriberId: string,
  callId: string,
  text: string,
  wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const call = await trx
      .selectFrom('calls')
      .select('id')
      .where('id', '=', callId)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (!call) throw new StoreError('not_found')
    if (text === '') {
      await trx.deleteFrom('call_notes').where('call_id', '=', callId).execute()
    } else {
      await trx
        .insertInto('call_notes')
        .values({ call_id: callId, subscriber_id: subscriberId, text, changed_at: wallMs })
        .onDuplicateKeyUpdate({ text, changed_at: wallMs })
        .execute()
    }
    await mark(trx, subscriberId, 'calls')
  })
}

/** Notes of these calls, by call; calls without one are absent. */
export async function notesOf(
  db: Db,
  subscriberId: string,
  callIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (callIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('call_notes')
    .select(['call_id', 'text'])
    .where('subscriber_id', '=', subscriberId)
    .where('call_id', 'in', [...callIds])
    .execute()
  return new Map(rows.map((row) => [row.call_id, row.text]))
}
