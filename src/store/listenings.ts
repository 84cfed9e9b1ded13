/**
 * Who heard what, when and from where: written when a file is opened, shown beside the call.
 */
import type { Db } from './database.ts'
import { newId } from './ids.ts'
import { loadCall } from './calls.ts'

export interface Listening {
  readonly at: number
  /** Login, or '' for one who called from a phone. */
  readonly by: string
  /** IP address or telephone number. */
  readonly from: string
  readonly what: 'message' | 'recording'
  readonly how: 'played' | 'downloaded' | 'byPhone'
}

const shown = 100
/** A player asks for one file in pieces: within this time they are one listening. */
const sameMs = 60_000

/** Notes a listening, unless the same person began the same one within the last minute. */
export async function noteListening(
  db: Db,
  subscriberId: string,
  callId: string,
  listening: Listening,
): Promise<void> {
  const { at, by, from, what, how } = listening
  const same = await db
    .selectFrom('listenings')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('call_id', '=', callId)
    .where('heard_at', '>', String(at - sameMs))
    .where('what', '=', what)
    .where('how', '=', how)
    .where('listener', '=', by)
    .where('address', '=', from)
    .executeTakeFirst()
  if (same) return
  await db
    .insertInto('listenings')
    .values({
      id: newId(at),
      subscriber_id: subscriberId,
      call_id: callId,
      what,
      how,
      listener: by.slice(0, 128),
      address: from.slice(0, 128),
      heard_at: at,
    })
    .execute()
}

/** Listenings of a call, newest first, at most 100. Throws StoreError not_found. */
export async function listListenings(
  db: Db,
  subscriberId: string,
  callId: string,
): Promise<readonly Listening[]> {
  await loadCall(db, subscriberId, callId)
  const rows = await db
    .selectFrom('listenings')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .where('call_id', '=', callId)
    .orderBy('heard_at', 'desc')
    .limit(shown)
    .execute()
  return rows.map((row) => ({
    at: Number(row.heard_at),
    by: row.listener,
    from: row.address,
    what: row.what as Listening['what'],
    how: row.how as Listening['how'],
  }))
}
