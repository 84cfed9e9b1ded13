/**
 * Recordings of calls for the panel, and what of media belongs to which call. Every function takes
 * the subscriber's id.
 */
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { readOptions } from './options.ts'
import { readPeaks } from './waveform.ts'

export type RecordingState = 'none' | 'writing' | 'ready' | 'expired' | 'lost'

export interface PanelRecording {
  readonly id: string
  readonly state: RecordingState
  readonly file: string
  readonly durationMs: number
  readonly peaks: readonly [left: readonly number[], right: readonly number[]]
  readonly startedAt: number
  /** When retention takes it; null = never, or it is gone already. */
  readonly expiresAt: number | null
  readonly interrupted: boolean
}

export interface CallMedia {
  readonly recording: RecordingState
  readonly messageId: string | null
}

const dayMs = 86_400_000

/** The recording of a call; undefined when it was not recorded. Throws StoreError not_found. */
export async function loadRecording(
  db: Db,
  subscriberId: string,
  callId: string,
): Promise<PanelRecording | undefined> {
  const call = await db
    .selectFrom('calls as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriber_id')
    .select('s.options')
    .where('c.id', '=', callId)
    .where('c.subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!call) throw new StoreError('not_found')
  const row = await db
    .selectFrom('recordings')
    .selectAll()
    .where('call_id', '=', callId)
    .where('subscriber_id', '=', subscriberId)
    .orderBy('started_at', 'desc')
    .executeTakeFirst()
  if (!row) return undefined
  const startedAt = Number(row.started_at)
  const days = readOptions(call.options).retentionDays
  const ready = row.state === 'ready'
  return {
    id: row.id,
    state: row.state as RecordingState,
    file: row.file,
    durationMs: row.duration_ms,
    peaks: ready ? [readPeaks(row.peaks_left), readPeaks(row.peaks_right)] : [[], []],
    startedAt,
    expiresAt: ready && days > 0 ? startedAt + days * dayMs : null,
    interrupted: row.interrupted === 1,
  }
}

/** What of media these calls have; a call without any is not in the map. */
export async function mediaOfCalls(
  db: Db,
  subscriberId: string,
  callIds: readonly string[],
): Promise<ReadonlyMap<string, CallMedia>> {
  const found = new Map<string, CallMedia>()
  if (callIds.length === 0) return found
  const recordings = await db
    .selectFrom('recordings')
    .select(['call_id', 'state'])
    .where('call_id', 'in', [...callIds])
    .where('subscriber_id', '=', subscriberId)
    .execute()
  const messages = await db
    .selectFrom('messages')
    .select(['id', 'call_id'])
    .where('call_id', 'in', [...callIds])
    .where('subscriber_id', '=', subscriberId)
    .where('state', 'in', ['ready', 'lost'])
    .execute()
  for (const { call_id: id, state } of recordings) {
    found.set(id, { recording: state as RecordingState, messageId: null })
  }
  for (const { call_id: id, id: messageId } of messages) {
    found.set(id, { recording: found.get(id)?.recording ?? 'none', messageId })
  }
  return found
}
