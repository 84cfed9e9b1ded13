/**
 * What calls say about messages, recordings and greetings, as states that can be written twice,
 * late and in any order: the first word makes the row, "begun" never takes back "finished". Each is
 * JSON as it is (media-writer.ts keeps it in a file while the database is away).
 */
import { sql } from 'kysely'
import type { MediaLibrary, NewMessage } from '../app/ports.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { newId } from './ids.ts'
import { mark } from './marks.ts'
import { tellMessage, tellRecording } from './media-notices.ts'
import { trimBox } from './message-box.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

export type NewRecording = Parameters<MediaLibrary['beginRecording']>[0]

export type MediaDeed = { readonly id: string } & (
  | { readonly kind: 'message'; readonly owner: string; readonly message: NewMessage;
      readonly state: 'writing' | 'ready' | 'discarded'; readonly durationMs: number }
  | { readonly kind: 'recording'; readonly owner: string; readonly recording: NewRecording;
      readonly state: 'writing' | 'ready'; readonly durationMs: number;
      readonly interrupted: boolean }
  | { readonly kind: 'greeting'; readonly subscriberId: string; readonly file: string;
      readonly durationMs: number; readonly atMs: number }
  | { readonly kind: 'heard'; readonly subscriberId: string; readonly address: string;
      readonly atMs: number }
  | { readonly kind: 'removed'; readonly subscriberId: string; readonly atMs: number }
)

/** Writes one; rejects as the database does. */
export async function writeDeed(db: Db, deed: MediaDeed): Promise<void> {
  await inTransaction(db, (trx) => {
    switch (deed.kind) {
      case 'message': return writeMessage(trx, deed)
      case 'recording': return writeRecording(trx, deed)
      case 'greeting': return writeGreeting(trx, deed)
      case 'heard': return writeHeard(trx, deed)
      case 'removed': return writeRemoved(trx, deed)
    }
  })
}

type Deed<K extends MediaDeed['kind']> = Extract<MediaDeed, { readonly kind: K }>

async function writeMessage(trx: Trx, deed: Deed<'message'>): Promise<void> {
  const { message, owner, state, durationMs } = deed
  await trx
    .insertInto('messages')
    .values({
      id: message.id,
      owner,
      subscriber_id: message.subscriberId,
      call_id: message.callId,
      caller: message.caller.slice(0, 128),
      caller_name: message.callerName.slice(0, 255),
      anonymous: Number(message.anonymous),
      dialled: message.dialled.slice(0, 128),
      file: message.file,
      state,
      started_at: message.startedAt,
      duration_ms: durationMs,
      heard_at: null,
      deleted_at: null,
      peaks: null,
    })
    .onDuplicateKeyUpdate(laterState(state, durationMs))
    .execute()
  if (state === 'writing') return
  if (state === 'ready') {
    await trimBox(trx, message.subscriberId, message.startedAt)
    await tellMessage(trx, message.id)
  }
  await mark(trx, message.subscriberId, 'messages')
  await mark(trx, message.subscriberId, 'calls')
}

async function writeRecording(trx: Trx, deed: Deed<'recording'>): Promise<void> {
  const { recording, owner, state, durationMs, interrupted } = deed
  await trx
    .insertInto('recordings')
    .values({
      id: recording.id,
      owner,
      subscriber_id: recording.subscriberId,
      call_id: recording.callId,
      file: recording.file,
      state,
      interrupted: Number(interrupted),
      started_at: recording.startedAt,
      duration_ms: durationMs,
      peaks_left: null,
      peaks_right: null,
    })
    .onDuplicateKeyUpdate({
      interrupted: state === 'writing' ? sql`interrupted` : Number(interrupted),
      ...laterState(state, durationMs),
    } as never)
    .execute()
  if (state === 'ready') await tellRecording(trx, recording.id)
  await mark(trx, recording.subscriberId, 'calls')
}

/**
 * MySQL assigns from left to right, so `state` comes last. A row that the repair of a dead process
 * took for lost is its owner's again when he lives after all.
 */
function laterState(state: 'writing' | 'ready' | 'discarded', durationMs: number) {
  if (state === 'writing') return { state: sql<string>`state` }
  return {
    duration_ms: sql<number>`IF(state IN ('writing', 'lost'), ${durationMs}, duration_ms)`,
    state: sql<string>`IF(state IN ('writing', 'lost'), ${state}, state)`,
  }
}

/** A greeting that was kept on the telephone is the one in force from then on. */
async function writeGreeting(trx: Trx, deed: Deed<'greeting'>): Promise<void> {
  const { id, subscriberId, file, durationMs, atMs } = deed
  await lockSubscriber(trx, subscriberId)
  const made = await trx
    .insertInto('audio_files')
    .ignore()
    .values({
      id,
      subscriber_id: subscriberId,
      kind: 'greeting',
      source: 'phone',
      name: '',
      file,
      created_at: atMs,
      duration_ms: durationMs,
      peaks: null,
    })
    .executeTakeFirst()
  if (made.numInsertedOrUpdatedRows !== 1n) return
  await trx
    .updateTable('subscribers')
    .set((eb) => ({ greeting_id: id, settings_version: eb('settings_version', '+', 1) }))
    .where('id', '=', subscriberId)
    .execute()
  await storeRuleSet(trx, subscriberId)
  await mark(trx, subscriberId, 'settings')
}

async function writeHeard(trx: Trx, deed: Deed<'heard'>): Promise<void> {
  const { id, subscriberId, address, atMs } = deed
  const message = await trx
    .selectFrom('messages')
    .select(['call_id', 'heard_at'])
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!message) return
  await trx
    .updateTable('messages')
    .set({ heard_at: atMs })
    .where('id', '=', id)
    .where('heard_at', 'is', null)
    .execute()
  const told = await trx
    .selectFrom('listenings')
    .select('id')
    .where('call_id', '=', message.call_id)
    .where('subscriber_id', '=', subscriberId)
    .where('how', '=', 'byPhone')
    .where('heard_at', '=', String(atMs))
    .executeTakeFirst()
  if (told) return // the answer to the first try was lost
  await trx
    .insertInto('listenings')
    .values({
      id: newId(atMs),
      subscriber_id: subscriberId,
      call_id: message.call_id,
      what: 'message',
      how: 'byPhone',
      listener: '',
      address: address.slice(0, 128),
      heard_at: atMs,
    })
    .execute()
  await mark(trx, subscriberId, 'messages')
}

async function writeRemoved(trx: Trx, deed: Deed<'removed'>): Promise<void> {
  await trx
    .updateTable('messages')
    .set({ state: 'deleted', deleted_at: deed.atMs })
    .where('id', '=', deed.id)
    .where('subscriber_id', '=', deed.subscriberId)
    .where('state', '=', 'ready')
    .execute()
  await mark(trx, deed.subscriberId, 'messages')
}
