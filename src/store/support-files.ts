/**
 * Files that were sent to the support or by it, as rows. A file is uploaded first, for nobody but
 * its uploader to see, and becomes part of a message with it. Octets lie in the folder of
 * attachments (src/archive/attachments.ts) under random names.
 */
import type { Selectable } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import type { TalkTables } from './talk-tables.ts'

export type SupportFileType = 'png' | 'jpg' | 'pdf' | 'txt' | 'wav'

export interface StoredSupportFile {
  readonly id: string
  readonly name: string
  readonly type: SupportFileType
  readonly bytes: number
  readonly gone: boolean
}

export interface NewSupportFile {
  readonly name: string
  readonly type: SupportFileType
  readonly bytes: number
  /** Its name in the folder. */
  readonly file: string
}

/** What a reader may fetch: its row and where it lies. */
export interface FoundSupportFile extends StoredSupportFile {
  readonly file: string
}

/** Uploads of one person within an hour; a message has at most five. */
const perHour = 40
const hourMs = 3_600_000
/** An upload that became part of no message. */
const looseMs = 24 * hourMs
const batch = 200

type FileRow = Selectable<TalkTables['support_files']>

/** How a subscriber and a manager stand in `uploader`. */
export function uploaderOf(who: { readonly subscriberId: string } | { readonly manager: string }) {
  return 'manager' in who ? `manager:${who.manager}` : `subscriber:${who.subscriberId}`
}

/** Notes an upload and answers it. Throws StoreError limit. */
export async function addFile(
  db: Db, uploader: string, file: NewSupportFile, wallMs: number,
): Promise<StoredSupportFile> {
  const id = newId(wallMs)
  await checkUploads(db, uploader, wallMs)
  await db
    .insertInto('support_files')
    .values({
      id, uploader, request_id: null, message_id: null, name: file.name, type: file.type,
      bytes: file.bytes, file: file.file, created_at: wallMs,
    })
    .execute()
  return { id, name: file.name, type: file.type, bytes: file.bytes, gone: false }
}

/** Throws StoreError limit when so many were uploaded within an hour. */
export async function checkUploads(db: Db, uploader: string, wallMs: number): Promise<void> {
  const { count } = await db
    .selectFrom('support_files')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('uploader', '=', uploader)
    .where('created_at', '>', String(wallMs - hourMs))
    .executeTakeFirstOrThrow()
  if (Number(count) >= perHour) throw new StoreError('limit', { limit: perHour })
}

/** Makes uploads part of a message. Throws StoreError not_found for what is not his, or used. */
export async function giveFiles(
  trx: Trx, ids: readonly string[], uploader: string,
  to: { readonly requestId: string; readonly messageId: string },
): Promise<void> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const { numUpdatedRows } = await trx
    .updateTable('support_files')
    .set({ request_id: to.requestId, message_id: to.messageId })
    .where('id', 'in', wanted)
    .where('uploader', '=', uploader)
    .where('request_id', 'is', null)
    .executeTakeFirst()
  if (Number(numUpdatedRows) !== wanted.length) throw new StoreError('not_found', {}, 'files')
}

/** A file in a thread of this subscriber. Throws StoreError not_found. */
export async function loadSubscribersFile(
  db: Db, subscriberId: string, id: string,
): Promise<FoundSupportFile> {
  const row = await db
    .selectFrom('support_files as f')
    .innerJoin('support_requests as r', 'r.id', 'f.request_id')
    .selectAll('f')
    .where('f.id', '=', id)
    .where('r.subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  return found(subscriberId === '' ? undefined : row)
}

/** A file in any thread, for managers. Throws StoreError not_found. */
export async function loadAnyFile(
  db: Db, id: string,
): Promise<FoundSupportFile & { readonly requestId: string }> {
  const row = await db
    .selectFrom('support_files')
    .selectAll()
    .where('id', '=', id)
    .where('request_id', 'is not', null)
    .executeTakeFirst()
  return { ...found(row), requestId: row?.request_id ?? '' }
}

export function fileRow(row: FileRow): StoredSupportFile {
  const { id, name, type, bytes, file } = row
  return { id, name, type: type as SupportFileType, bytes, gone: file === '' }
}

/** An old thread or an old upload: names of files to be removed from the folder, some at a time. */
export async function oldFiles(
  db: Db, keptSince: number, wallMs: number,
): Promise<readonly { readonly id: string; readonly file: string }[]> {
  return db
    .selectFrom('support_files as f')
    .leftJoin('support_requests as r', 'r.id', 'f.request_id')
    .select(['f.id', 'f.file'])
    .where('f.file', '<>', '')
    .where((eb) => eb.or([
      eb.and([
        eb('f.request_id', 'is', null), eb('f.created_at', '<', String(wallMs - looseMs)),
      ]),
      eb('r.changed_at', '<', String(keptSince)),
      eb.and([eb('f.request_id', 'is not', null), eb('r.id', 'is', null)]),
    ]))
    .limit(batch)
    .execute()
}

/** Their octets are gone. Rows of a thread stay to say so, others go. */
export async function forgetFiles(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await inTransaction(db, async (trx) => {
    await trx.updateTable('support_files').set({ file: '' }).where('id', 'in', [...ids]).execute()
    await trx
      .deleteFrom('support_files')
      .where('id', 'in', [...ids])
      .where('request_id', 'is', null)
      .execute()
  })
}

function found(row: FileRow | undefined): FoundSupportFile {
  if (!row || row.file === '') throw new StoreError('not_found')
  return { ...fileRow(row), file: row.file }
}
