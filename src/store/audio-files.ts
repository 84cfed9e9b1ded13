/**
 * Greetings and music of a subscriber: rows beside the files of the recordings folder. Which one
 * is in force stands with the subscriber; a rule may play another greeting.
 */
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { mark } from './marks.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'
import { readPeaks } from './waveform.ts'

export type AudioKind = 'greeting' | 'music'

export interface NewAudio {
  readonly id: string
  readonly kind: AudioKind
  readonly name: string
  readonly file: string
  readonly durationMs: number
  /** As `packPeaks` makes them. */
  readonly peaks: string
}

export interface StoredAudio {
  readonly id: string
  readonly kind: AudioKind
  readonly name: string
  readonly source: 'upload' | 'phone'
  readonly createdAt: number
  readonly durationMs: number
  readonly peaks: readonly number[]
  readonly chosen: boolean
  readonly usedBy: readonly string[]
}

/** Greetings and pieces of music of one subscriber, each. */
export const maxAudio = 20
const listedPoints = 200

/** Newest first. */
export async function listAudio(
  db: Db,
  subscriberId: string,
  kind?: AudioKind,
): Promise<readonly StoredAudio[]> {
  let select = db
    .selectFrom('audio_files as a')
    .innerJoin('subscribers as s', 's.id', 'a.subscriber_id')
    .selectAll('a')
    .select(['s.greeting_id', 's.music_id'])
    .where('a.subscriber_id', '=', subscriberId)
  if (kind !== undefined) select = select.where('a.kind', '=', kind)
  const rows = await select.orderBy('a.created_at', 'desc').orderBy('a.id', 'desc').execute()
  const users = await usersOf(db, subscriberId, rows.map((row) => row.id))
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as AudioKind,
    name: row.name,
    source: row.source as StoredAudio['source'],
    createdAt: Number(row.created_at),
    durationMs: row.duration_ms,
    peaks: readPeaks(row.peaks, listedPoints),
    chosen: row.id === row.greeting_id || row.id === row.music_id,
    usedBy: users.get(row.id) ?? [],
  }))
}

/** Its file. Throws StoreError not_found. */
export async function loadAudioFile(
  db: Db,
  subscriberId: string,
  id: string,
): Promise<{ readonly file: string; readonly name: string }> {
  const row = await db
    .selectFrom('audio_files')
    .select(['file', 'name'])
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return row
}

/** Throws StoreError limit when there is no room for one more. */
export async function checkAudioRoom(
  db: Db,
  subscriberId: string,
  kind: AudioKind,
): Promise<void> {
  const { count } = await db
    .selectFrom('audio_files')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subscriber_id', '=', subscriberId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow()
  if (Number(count) >= maxAudio) throw new StoreError('limit', { max: maxAudio })
}

/** Adds an uploaded file. Throws StoreError limit. */
export async function addAudio(
  db: Db,
  subscriberId: string,
  audio: NewAudio,
  wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await checkAudioRoom(trx, subscriberId, audio.kind)
    await trx
      .insertInto('audio_files')
      .values({
        id: audio.id,
        subscriber_id: subscriberId,
        kind: audio.kind,
        source: 'upload',
        name: audio.name,
        file: audio.file,
        created_at: wallMs,
        duration_ms: audio.durationMs,
        peaks: audio.peaks,
      })
      .execute()
    await mark(trx, subscriberId, 'settings')
  })
}

/**
 * Deletes it and answers its file; where it was chosen the standard one is played again. Throws
 * StoreError not_found, audio_in_use while rules play it.
 */
export async function deleteAudio(db: Db, subscriberId: string, id: string): Promise<string> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const { file } = await loadAudioFile(trx, subscriberId, id)
    const rules = (await usersOf(trx, subscriberId, [id])).get(id) ?? []
    if (rules.length > 0) throw new StoreError('audio_in_use', { rules: rules.join(', ') })
    await trx.deleteFrom('audio_files').where('id', '=', id).execute()
    for (const column of ['greeting_id', 'music_id'] as const) {
      await trx
        .updateTable('subscribers')
        .set((eb) => ({ [column]: null, settings_version: eb('settings_version', '+', 1) }))
        .where('id', '=', subscriberId)
        .where(column, '=', id)
        .execute()
    }
    await storeRuleSet(trx, subscriberId)
    await mark(trx, subscriberId, 'settings')
    return file
  })
}

/** Chooses greeting and music; undefined stays, null is the standard one. Throws unknown_audio. */
export async function chooseAudio(
  db: Db,
  subscriberId: string,
  chosen: {
    readonly greetingId?: string | null | undefined
    readonly musicId?: string | null | undefined
  },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await checkKind(trx, subscriberId, chosen.greetingId, 'greeting', 'greetingId')
    await checkKind(trx, subscriberId, chosen.musicId, 'music', 'musicId')
    await trx
      .updateTable('subscribers')
      .set((eb) => ({
        ...(chosen.greetingId === undefined ? {} : { greeting_id: chosen.greetingId }),
        ...(chosen.musicId === undefined ? {} : { music_id: chosen.musicId }),
        settings_version: eb('settings_version', '+', 1),
      }))
      .where('id', '=', subscriberId)
      .execute()
    await storeRuleSet(trx, subscriberId)
    await mark(trx, subscriberId, 'settings')
  })
}

async function checkKind(
  trx: Trx,
  subscriberId: string,
  id: string | null | undefined,
  kind: AudioKind,
  field: string,
): Promise<void> {
  if (id === undefined || id === null) return
  const row = await trx
    .selectFrom('audio_files')
    .select('id')
    .where('id', '=', id)
    .where('kind', '=', kind)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('unknown_audio', {}, field)
}

/** Names of the rules that play these greetings. */
async function usersOf(
  db: Db,
  subscriberId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, string[]>()
  if (ids.length === 0) return users
  const rules = await db
    .selectFrom('rules')
    .select(['name', 'extra'])
    .where('subscriber_id', '=', subscriberId)
    .where('extra', 'is not', null)
    .orderBy('position')
    .execute()
  for (const { name, extra } of rules) {
    const { greetingId } = JSON.parse(extra ?? '{}') as { readonly greetingId?: string }
    if (greetingId === undefined || !ids.includes(greetingId)) continue
    users.set(greetingId, [...(users.get(greetingId) ?? []), name])
  }
  return users
}
