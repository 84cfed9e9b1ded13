/**
 * MediaLibrary of `app/ports.ts`: what a call says of its message, recording or greeting goes
 * through the writer that loses nothing, what it asks comes from the database. Files are the media
 * server's and the archive's; nothing here opens one.
 */
import type { MediaLibrary, NewMessage, StoredMessage } from '../app/ports.ts'
import type { Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Database, Db } from './database.ts'
import type { NewRecording } from './media-deeds.ts'
import { MediaWriter, replayMedia } from './media-writer.ts'
import { tryPin } from './mailbox-pin.ts'
import { boxSize } from './message-box.ts'
import { isDeadOwner } from './orphans.ts'

export interface MediaLibraryOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Folder for what the database cannot take now. */
  readonly spillFolder: string
  /** The journal process that writes (`CallStore.owner`). */
  readonly owner: string
  /** A file is whole: its waveform may be made. */
  readonly finished?: (what: 'message' | 'recording' | 'greeting', id: string) => void
}

export interface StoredMediaLibrary extends MediaLibrary {
  /** States not yet in the database. */
  waiting(): number
  /** Writes what dead processes left on the disk; answers how many states. */
  replay(): Promise<number>
  /** Tries what waits for at most `timeoutMs`. */
  stop(timeoutMs: Ms): Promise<void>
}

/** The library of one application process. */
export function createMediaLibrary(options: MediaLibraryOptions): StoredMediaLibrary {
  const { database, clock, spillFolder: folder, owner, finished = () => {} } = options
  const db = database.kysely
  const writer = new MediaWriter({ ...options, folder })
  // What was said when they began: their end can make the row by itself.
  const messages = new Map<string, NewMessage>()
  const recordings = new Map<string, NewRecording>()
  const atMs = () => Math.floor(clock.wallMs())
  const endMessage = async (id: string, state: 'ready' | 'discarded', durationMs: number) => {
    const message = messages.get(id)
    if (!message) return
    messages.delete(id)
    await writer.write({ kind: 'message', id, owner, message, state, durationMs })
    if (state === 'ready') finished('message', id)
  }
  return {
    async beginMessage(message) {
      messages.set(message.id, message)
      const { id } = message
      await writer.write({ kind: 'message', id, owner, message, state: 'writing', durationMs: 0 })
    },
    finishMessage: (id, durationMs) => endMessage(id, 'ready', Math.round(durationMs)),
    discardMessage: (id) => endMessage(id, 'discarded', 0),
    messages: (subscriberId) => mailbox(db, subscriberId),
    messageHeard: (subscriberId, id, address) =>
      writer.write({ kind: 'heard', id, subscriberId, address, atMs: atMs() }),
    removeMessage: (subscriberId, id) =>
      writer.write({ kind: 'removed', id, subscriberId, atMs: atMs() }),
    checkPin: (subscriberId, digits) => tryPin(db, subscriberId, digits, atMs()),
    async keepGreeting(subscriberId, id, file, durationMs) {
      const ms = Math.round(durationMs)
      await writer.write({
        kind: 'greeting', id, subscriberId, file, durationMs: ms, atMs: atMs(),
      })
      finished('greeting', id)
    },
    async beginRecording(recording) {
      const { id } = recording
      recordings.set(id, recording)
      await writer.write({
        kind: 'recording', id, owner, recording, state: 'writing', durationMs: 0,
        interrupted: false,
      })
    },
    async finishRecording(id, durationMs, interrupted) {
      const recording = recordings.get(id)
      if (!recording) return
      recordings.delete(id)
      const ms = Math.round(durationMs)
      await writer.write({
        kind: 'recording', id, owner, recording, state: 'ready', durationMs: ms, interrupted,
      })
      finished('recording', id)
    },
    waiting: () => writer.waiting,
    replay: () => replayMedia(db, folder, (other) => isDeadOwner(db, other), options.log),
    stop: (timeoutMs) => writer.stop(timeoutMs),
  }
}

/** Unheard first, then newest first. */
async function mailbox(db: Db, subscriberId: string): Promise<readonly StoredMessage[]> {
  const rows = await db
    .selectFrom('messages')
    .select(['id', 'caller', 'anonymous', 'file', 'started_at', 'duration_ms', 'heard_at'])
    .where('subscriber_id', '=', subscriberId)
    .where('state', '=', 'ready')
    .orderBy((eb) => eb('heard_at', 'is not', null))
    .orderBy('started_at', 'desc')
    .limit(boxSize)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    caller: row.caller,
    anonymous: row.anonymous === 1,
    file: row.file,
    startedAt: Number(row.started_at),
    durationMs: row.duration_ms,
    heardAt: row.heard_at === null ? undefined : Number(row.heard_at),
  }))
}
