/**
 * What both sides of a conversation with the support have in common: how a thread is read, how a
 * message is written into it, how everybody concerned hears of it. Who may do so is the business of
 * those who call.
 */
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Db, Trx } from './database.ts'
import { onceForForm } from './desk-deed.ts'
import { newId } from './ids.ts'
import { mark } from './marks.ts'
import { fileRow, giveFiles } from './support-files.ts'
import type { StoredSupportFile } from './support-files.ts'
import type { SupportRequestsTable } from './talk-tables.ts'
import { announce } from './topics.ts'

export type SupportState = 'new' | 'answered' | 'waiting' | 'closed'
export type SupportAuthor = 'subscriber' | 'visitor' | 'support'

export interface StoredMessage {
  readonly id: string
  readonly author: SupportAuthor
  readonly text: string
  readonly at: number
  readonly files: readonly StoredSupportFile[]
}

export interface StoredThread {
  readonly id: string
  readonly kind: 'request' | 'question'
  readonly subject: string
  readonly state: SupportState
  readonly createdAt: number
  readonly changedAt: number
  readonly callId: string | null
  /** There is an answer later than the last look. */
  readonly unread: boolean
  readonly messages: readonly StoredMessage[]
}

export type RequestRow = Selectable<SupportRequestsTable>

export interface NewMessage {
  readonly author: SupportAuthor
  readonly text: string
  /** Ids of uploaded files. */
  readonly files: readonly string[]
  /** Who uploaded them (support-files.ts). */
  readonly uploader: string
  /** Login of the manager who writes it. */
  readonly manager?: string | undefined
}

/** What was sent under a key: sent again, because no answer came, it is the same message. */
export interface SentForm {
  /** Account of the sender; of a visitor the id of his thread. */
  readonly sender: string
  readonly key: string
}

/** Does what a form asks for, once; answers the id of what it made, then or now. */
export async function onceFor(
  trx: Trx, form: SentForm | undefined, wish: readonly unknown[], wallMs: number,
  make: () => Promise<string>,
): Promise<string> {
  if (form === undefined) return make()
  const by = { accountId: form.sender, atMs: wallMs }
  return (await onceForForm(trx, by, { key: form.key, wish }, make)).id
}

/** Of all threads that are read together, the newest: nobody writes more, and nobody reads it. */
const mostMessages = 2000

/** Threads of rows, each with its messages, oldest first. */
export async function readThreads(
  db: Db, rows: readonly RequestRow[],
): Promise<readonly StoredThread[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const messages = await db
    .selectFrom('support_messages')
    .selectAll()
    .where('request_id', 'in', ids)
    .orderBy('id', 'desc')
    .limit(mostMessages)
    .execute()
  const files = await db
    .selectFrom('support_files')
    .selectAll()
    .where('request_id', 'in', ids)
    .orderBy('id')
    .execute()
  return rows.map((row) => {
    const own = messages.filter((one) => one.request_id === row.id).toReversed()
    return {
      id: row.id,
      kind: row.kind as StoredThread['kind'],
      subject: row.subject,
      state: row.state as SupportState,
      createdAt: Number(row.created_at),
      changedAt: Number(row.changed_at),
      callId: row.call_id,
      unread: own.some((one) =>
        one.author === 'support' && Number(one.written_at) > Number(row.seen_at)),
      messages: own.map((one) => ({
        id: one.id,
        author: one.author as SupportAuthor,
        text: one.text,
        at: Number(one.written_at),
        files: files.filter((file) => file.message_id === one.id).map(fileRow),
      })),
    }
  })
}

/**
 * Writes a message and what it changes of its thread: an answer makes it answered, words of the
 * asker make it wait, whatever it was before. Throws StoreError not_found for files that are not
 * his.
 */
export async function writeMessage(
  trx: Trx,
  request: Pick<RequestRow, 'id' | 'subscriber_id' | 'state' | 'waiting_since'>,
  message: NewMessage,
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await trx
    .insertInto('support_messages')
    .values({
      id, request_id: request.id, author: message.author, text: message.text, written_at: wallMs,
      manager: message.manager ?? '',
    })
    .execute()
  await giveFiles(trx, message.files, message.uploader, { requestId: request.id, messageId: id })
  const isAnswer = message.author === 'support'
  const waits = request.waiting_since === null ? wallMs : Number(request.waiting_since)
  await changeRequest(trx, request, isAnswer
    ? { state: 'answered', waiting_since: null, changed_at: wallMs }
    : {
      // Never answered: still new. It waits since its first unanswered word.
      state: request.state === 'new' ? 'new' : 'waiting', waiting_since: waits,
      changed_at: wallMs,
    })
  return id
}

/** Changes a request; open pages of both sides hear of it. */
export async function changeRequest(
  trx: Trx,
  request: Pick<RequestRow, 'id' | 'subscriber_id'>,
  set: {
    readonly state?: SupportState
    readonly waiting_since?: number | null
    readonly changed_at?: number
    readonly assigned_to?: string | null
    readonly seen_at?: number
  },
): Promise<void> {
  await trx
    .updateTable('support_requests')
    .set({ ...set, version: sql<number>`version + 1` })
    .where('id', '=', request.id)
    .execute()
  if (request.subscriber_id !== '') await mark(trx, request.subscriber_id, 'support')
  await announce(trx, 'support')
}

/**
 * Versions of these requests, and of all of them together under '': they differ when something
 * changed.
 */
export async function supportVersions(
  db: Db, ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const all = await db
    .selectFrom('topics')
    .select('version')
    .where('name', '=', 'support')
    .executeTakeFirst()
  const versions = new Map([['', all?.version ?? '0']])
  if (ids.length === 0) return versions
  const rows = await db
    .selectFrom('support_requests')
    .select(['id', 'version'])
    .where('id', 'in', [...ids])
    .execute()
  for (const { id, version } of rows) versions.set(id, version)
  return versions
}

/** Whether a manager has been seen within the last five minutes: somebody is at his desk. */
export async function isStaffOnline(db: Db, wallMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('accounts as a')
    .innerJoin('sessions as s', 's.account_id', 'a.id')
    .select('s.token_hash')
    .where('a.role', '=', 'manager')
    .where('s.seen_at', '>=', String(Math.floor(wallMs) - 5 * 60_000))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
