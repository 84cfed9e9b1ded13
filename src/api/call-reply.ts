/**
 * A call as the journal shows it: the record with what lies beside it in other tables.
 */
import type { CallRecord } from '../call/record.ts'
import { notesOf } from '../store/call-notes.ts'
import { mediaOfCalls } from '../store/recordings.ts'
import { openCallerBook } from './caller-book.ts'
import type { ApiDeps } from './context.ts'
import type { CallReply } from './schema.ts'

/** The same calls with recording, message, note and who called. */
export async function callReplies(
  deps: ApiDeps,
  subscriberId: string,
  calls: readonly CallRecord[],
): Promise<readonly CallReply[]> {
  const db = deps.database.kysely
  const ids = calls.map(({ id }) => id)
  const media = await mediaOfCalls(db, subscriberId, ids)
  const notes = await notesOf(db, subscriberId, ids)
  const book = await openCallerBook(db, subscriberId)
  return calls.map((call) => ({
    ...call,
    recording: media.get(call.id)?.recording ?? 'none',
    messageId: media.get(call.id)?.messageId ?? null,
    note: notes.get(call.id) ?? '',
    ...book({ number: call.caller, name: call.callerName, anonymous: call.anonymous }),
  }))
}
