/**
 * Rows of files as the archive keeps them in order: what dead processes left unfinished, what has
 * no waveform yet, what retention takes. It opens no file (src/archive).
 */
import { sql } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { mark } from './marks.ts'
import type { MarkTopic } from './marks.ts'
import { tellMessage, tellRecording } from './media-notices.ts'
import { trimBox } from './message-box.ts'
import { defaultRetentionDays } from './options.ts'
import { isDeadOwner } from './orphans.ts'

export type MediaTable = 'messages' | 'recordings' | 'audio_files'

export interface FileRow {
  readonly table: MediaTable
  readonly id: string
  readonly subscriberId: string
  readonly file: string
}

const dayMs = 86_400_000
const batch = 200
/**
 * No message and no call lasts so long: its process lives, but has lost it. `started_at` is read.
 */
const longest: Readonly<Record<'messages' | 'recordings', number>> = {
  messages: 30 * 60_000, recordings: 25 * 3_600_000,
}
/** How long what was deleted can be restored. */
const restorableMs = 30 * dayMs
/** A discarded message may still be being closed by the media server. */
const discardedMs = 60 * 60_000

/** Rows that are being written by nobody who lives. */
export async function abandonedRows(db: Db, wallMs: number): Promise<readonly FileRow[]> {
  const found: FileRow[] = []
  const dead = new Map<string, boolean>()
  for (const table of ['messages', 'recordings'] as const) {
    const rows = await db
      .selectFrom(table)
      .select(['id', 'owner', 'subscriber_id', 'file', 'started_at'])
      .where('state', '=', 'writing')
      .limit(batch)
      .execute()
    for (const { id, owner, subscriber_id: subscriberId, file, started_at: startedAt } of rows) {
      if (!dead.has(owner)) dead.set(owner, await isDeadOwner(db, owner))
      if (dead.get(owner) === true || wallMs - Number(startedAt) > longest[table])
        found.push({ table, id, subscriberId, file })
    }
  }
  return found
}

/** Rows of whole files without a waveform; `wallMs`: only those that began a minute before. */
export async function unmeasuredRows(db: Db, wallMs: number): Promise<readonly FileRow[]> {
  const messages = await db
    .selectFrom('messages')
    .select(['id', 'subscriber_id', 'file'])
    .where('state', '=', 'ready')
    .where('peaks', 'is', null)
    .where('started_at', '<', String(wallMs - 60_000))
    .limit(batch)
    .execute()
  const recordings = await db
    .selectFrom('recordings')
    .select(['id', 'subscriber_id', 'file'])
    .where('state', '=', 'ready')
    .where('peaks_left', 'is', null)
    .where('started_at', '<', String(wallMs - 60_000))
    .limit(batch)
    .execute()
  const row = (table: MediaTable) =>
    ({ id, subscriber_id: subscriberId, file }: (typeof messages)[number]): FileRow =>
      ({ table, id, subscriberId, file })
  return [...messages.map(row('messages')), ...recordings.map(row('recordings'))]
}

/** One row; undefined when it is not there or is not 'ready'. */
export async function fileRow(
  db: Db,
  table: MediaTable,
  id: string,
): Promise<FileRow | undefined> {
  const row = table === 'audio_files'
    ? await db
      .selectFrom(table)
      .select(['id', 'subscriber_id', 'file'])
      .where('id', '=', id)
      .executeTakeFirst()
    : await db
      .selectFrom(table)
      .select(['id', 'subscriber_id', 'file'])
      .where('id', '=', id)
      .where('state', '=', 'ready')
      .executeTakeFirst()
  return row && { table, id, subscriberId: row.subscriber_id, file: row.file }
}

/**
 * The file was read. `repaired`: the row was abandoned and becomes ready, a recording as
 * interrupted. `peaks` as `packPeaks` makes them.
 */
export async function setMeasured(
  db: Db,
  row: FileRow,
  measured: {
    readonly durationMs: number
    readonly peaks: readonly string[]
    readonly repaired: boolean
    readonly wallMs: number
  },
): Promise<void> {
  const { durationMs, peaks: [left = '', right = ''], repaired, wallMs } = measured
  const from = repaired ? 'writing' : 'ready'
  await inTransaction(db, async (trx) => {
    if (row.table === 'recordings') {
      await trx
        .updateTable('recordings')
        .set({
          state: 'ready', duration_ms: durationMs, peaks_left: left, peaks_right: right,
          ...(repaired ? { interrupted: 1 } : {}),
        })
        .where('id', '=', row.id)
        .where('state', '=', from)
        .execute()
      if (repaired) await tellRecording(trx, row.id)
    } else if (row.table === 'messages') {
      await trx
        .updateTable('messages')
        .set({ state: 'ready', duration_ms: durationMs, peaks: left })
        .where('id', '=', row.id)
        .where('state', '=', from)
        .execute()
      if (repaired) {
        await trimBox(trx, row.subscriberId, wallMs)
        await tellMessage(trx, row.id)
      }
    } else {
      await trx
        .updateTable('audio_files')
        .set({ duration_ms: durationMs, peaks: left })
        .where('id', '=', row.id)
        .execute()
    }
    await mark(trx, row.subscriberId, topicOf(row))
    if (row.table === 'messages') await mark(trx, row.subscriberId, 'calls')
  })
}

/** The file of this row is not there or cannot be read; an abandoned message may hold nothing. */
export async function setLost(
  db: Db,
  row: FileRow,
  state: 'lost' | 'discarded' = 'lost',
): Promise<void> {
  if (row.table === 'audio_files') return
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable(row.table as 'messages')
      .set({ state })
      .where('id', '=', row.id)
      .where('state', 'in', ['writing', 'ready'])
      .execute()
    await mark(trx, row.subscriberId, topicOf(row))
  })
}

/** Recordings whose days are over. */
export async function expiredRecordings(db: Db, wallMs: number): Promise<readonly FileRow[]> {
  const days = sql<number>`COALESCE(CAST(JSON_UNQUOTE(JSON_EXTRACT(
    s.options, '$.retentionDays')) AS SIGNED), ${sql.lit(defaultRetentionDays)})`
  const rows = await db
    .selectFrom('recordings as r')
    .innerJoin('subscribers as s', 's.id', 'r.subscriber_id')
    .select(['r.id', 'r.subscriber_id', 'r.file'])
    .where('r.state', '=', 'ready')
    .where(sql<boolean>`${days} > 0 AND r.started_at < ${wallMs} - ${days} * ${sql.lit(dayMs)}`)
    .limit(batch)
    .execute()
  return rows.map((row) => ({
    table: 'recordings', id: row.id, subscriberId: row.subscriber_id, file: row.file,
  }))
}

/** The file of an expired recording is gone. */
export async function setExpired(db: Db, row: FileRow): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable('recordings')
      .set({ state: 'expired', peaks_left: null, peaks_right: null })
      .where('id', '=', row.id)
      .execute()
    await mark(trx, row.subscriberId, 'calls')
  })
}

/** Messages that were deleted 30 days ago, or discarded. */
export async function purgeableMessages(db: Db, wallMs: number): Promise<readonly FileRow[]> {
  const rows = await db
    .selectFrom('messages')
    .select(['id', 'subscriber_id', 'file'])
    .where((eb) => eb.or([
      eb.and([
        eb('state', '=', 'deleted'), eb('deleted_at', '<', String(wallMs - restorableMs)),
      ]),
      eb.and([
        eb('state', '=', 'discarded'), eb('started_at', '<', String(wallMs - discardedMs)),
      ]),
    ]))
    .limit(batch)
    .execute()
  return rows.map((row) => ({
    table: 'messages', id: row.id, subscriberId: row.subscriber_id, file: row.file,
  }))
}

/** The file of a purged message is gone. */
export async function forgetMessage(db: Db, row: FileRow): Promise<void> {
  await db.deleteFrom('messages').where('id', '=', row.id).execute()
}

function topicOf(row: FileRow): MarkTopic {
  if (row.table === 'messages') return 'messages'
  return row.table === 'recordings' ? 'calls' : 'settings'
}
