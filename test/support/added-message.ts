/** A voicemail message that is ready, without a file. */
import type { Db } from '../../src/store/database.ts'
import { newId } from '../../src/store/ids.ts'
import { noticeMs } from './notices.ts'

/** Answers its id. */
export async function addedMessage(db: Db, subscriberId: string, file = 'm.wav'): Promise<string> {
  const id = newId(noticeMs)
  await db.insertInto('messages').values({
    id, owner: 'f'.repeat(32), subscriber_id: subscriberId, call_id: newId(noticeMs), caller: '+79031112233',
    caller_name: '', anonymous: 0, dialled: '+74996740782', file, state: 'ready', started_at: noticeMs,
    duration_ms: 32_000, heard_at: null, deleted_at: null, peaks: null,
  }).execute()
  return id
}
