/**
 * The size of a subscriber's box of messages. What does not fit is deleted as if he had done it:
 * heard messages first, the oldest of them first, and to be restored for as long.
 */
import type { Trx } from './database.ts'

/** Messages a box holds. */
export const boxSize = 100

/** Deletes what is too much. `wallMs`: milliseconds since 1970. */
export async function trimBox(trx: Trx, subscriberId: string, wallMs: number): Promise<void> {
  const rows = await trx
    .selectFrom('messages')
    .select(['id', 'heard_at', 'started_at'])
    .where('subscriber_id', '=', subscriberId)
    .where('state', '=', 'ready')
    .execute()
  if (rows.length <= boxSize) return
  const oldest = rows.sort((a, b) =>
    Number(a.heard_at === null) - Number(b.heard_at === null)
    || Number(a.started_at) - Number(b.started_at) || (a.id < b.id ? -1 : 1))
  const gone = oldest.slice(0, rows.length - boxSize).map((row) => row.id)
  await trx
    .updateTable('messages')
    .set({ state: 'deleted', deleted_at: wallMs })
    .where('id', 'in', gone)
    .execute()
}
