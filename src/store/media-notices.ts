/**
 * Notices of messages and recordings, told in the transaction that makes them ready. A message is
 * told under the key of its call: one call gives one notice.
 */
import type { Trx } from './database.ts'
import { channelsOf, noticeChannels } from './notice-choices.ts'
import { readOptions } from './options.ts'
import { callKey, tell } from './outbox.ts'

/** The archive reads a file before it is sent. */
const settleMs = 2000

/** The message `id` is ready. */
export async function tellMessage(trx: Trx, id: string): Promise<void> {
  const row = await trx
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'ready')
    .executeTakeFirst()
  if (!row) return
  const startedAt = Number(row.started_at)
  const atMs = startedAt + row.duration_ms
  await tell(trx, {
    subscriberId: row.subscriber_id,
    key: callKey(row.call_id),
    waitMs: settleMs,
    notice: {
      kind: 'voicemail',
      messageId: id,
      durationMs: row.duration_ms,
      call: {
        callId: row.call_id,
        caller: row.anonymous === 1 ? '' : row.caller,
        callerName: row.anonymous === 1 ? '' : row.caller_name,
        dialled: row.dialled,
        startedAt,
        endedAt: atMs,
      },
    },
  }, atMs)
}

/** The recording `id` is ready. Few want to be told: the others' calls cost one look. */
export async function tellRecording(trx: Trx, id: string): Promise<void> {
  const row = await trx
    .selectFrom('recordings as r')
    .innerJoin('subscribers as s', 's.id', 'r.subscriber_id')
    .leftJoin('calls as c', 'c.id', 'r.call_id')
    .select([
      'r.subscriber_id', 'r.call_id', 'r.started_at', 'r.duration_ms', 's.options', 'c.caller',
      'c.caller_name', 'c.anonymous', 'c.dialled',
    ])
    .where('r.id', '=', id)
    .where('r.state', '=', 'ready')
    .executeTakeFirst()
  if (!row) return
  const chosen = channelsOf(readOptions(row.options), 'recording')
  if (!noticeChannels.some((channel) => chosen[channel])) return
  const startedAt = Number(row.started_at)
  const atMs = startedAt + row.duration_ms
  const hidden = row.anonymous === 1
  await tell(trx, {
    subscriberId: row.subscriber_id,
    key: `recording:${row.call_id}`,
    waitMs: settleMs,
    notice: {
      kind: 'recording',
      durationMs: row.duration_ms,
      call: {
        callId: row.call_id,
        caller: hidden ? '' : row.caller ?? '',
        callerName: hidden ? '' : row.caller_name ?? '',
        dialled: row.dialled ?? '',
        startedAt,
        endedAt: atMs,
      },
    },
  }, atMs)
}
