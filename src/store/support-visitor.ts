/**
 * «Вопрос ONLINE» of people who are not logged in: one thread per visitor, found by the token in
 * his cookie, of which only the hash is kept. The thread is his for thirty days; half a year after
 * the last word his name and address are forgotten with all of it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'
import { newId } from './ids.ts'
import { untell } from './outbox.ts'
import { changeRequest, onceFor, readThreads, writeMessage } from './support-rows.ts'
import type { RequestRow, StoredThread } from './support-rows.ts'

const dayMs = 86_400_000
/** How long the browser keeps the token, and how long it opens the thread. */
export const visitorDays = 30
/** Words of one visitor within an hour. */
const perHour = 20
/** After so long without a word a visitor's thread is deleted. */
const keptMs = 180 * dayMs
const batch = 100

export interface VisitorThread {
  readonly thread: StoredThread
  readonly name: string
  readonly email: string
}

/**
 * Begins a thread and answers the token that opens it. The token is made of the form's key, where
 * there is one: the same form sent again is the same thread.
 */
export async function beginAsking(
  db: Db,
  asker: {
    readonly name: string; readonly email: string; readonly text: string
    readonly key?: string | undefined
  },
  wallMs: number,
): Promise<string> {
  const token = asker.key === undefined ? randomBytes(32).toString('base64url')
    : createHash('sha256').update(`ask ${asker.key}`).digest('base64url')
  const id = newId(wallMs)
  const written = inTransaction(db, async (trx) => {
    await trx
      .insertInto('support_requests')
      .values({
        id, subscriber_id: '', kind: 'question', subject: '', state: 'new', call_id: null,
        created_at: wallMs, changed_at: wallMs, waiting_since: wallMs, visitor_name: asker.name,
        visitor_email: asker.email, visitor_hash: hashOf(token),
        visitor_until: wallMs + visitorDays * dayMs,
      })
      .execute()
    await writeMessage(
      trx, { id, subscriber_id: '', state: 'new', waiting_since: String(wallMs) },
      { author: 'visitor', text: asker.text, files: [], uploader: '' }, wallMs)
  })
  await written.catch((fault: unknown) => {
    if (!isDuplicate(fault)) throw fault
  })
  return token
}

/** The visitor's thread; undefined when the token opens none. */
export async function loadVisitor(
  db: Db, token: string, wallMs: number,
): Promise<VisitorThread | undefined> {
  const row = await rowOf(db, token, wallMs)
  if (!row) return undefined
  const [thread] = await readThreads(db, [row])
  return thread && { thread, name: row.visitor_name, email: row.visitor_email }
}

/** Id of the visitor's thread; undefined when the token opens none. */
export async function visitorThread(
  db: Db, token: string, wallMs: number,
): Promise<string | undefined> {
  return (await rowOf(db, token, wallMs))?.id
}

/** Adds his words; a closed thread opens again. Throws StoreError not_found, limit. */
export async function askMore(
  db: Db, token: string, { text, key }: { readonly text: string; readonly key?: string | undefined },
  wallMs: number,
): Promise<void> {
  const found = await rowOf(db, token, wallMs)
  if (!found) throw new StoreError('not_found')
  const form = key === undefined ? undefined : { sender: found.id, key }
  await inTransaction(db, (trx) => onceFor(trx, form, ['more', text], wallMs, async () => {
    const request = await trx
      .selectFrom('support_requests')
      .selectAll()
      .where('id', '=', found.id)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const { count } = await trx
      .selectFrom('support_messages')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('request_id', '=', request.id)
      .where('author', '=', 'visitor')
      .where('written_at', '>', String(wallMs - 3_600_000))
      .executeTakeFirstOrThrow()
    if (Number(count) >= perHour) throw new StoreError('limit', { limit: perHour })
    return writeMessage(
      trx, request, { author: 'visitor', text, files: [], uploader: '' }, wallMs)
  }))
}

/** He has looked at the answers: a letter with them that is still held back is not sent. */
export async function noteVisitorSeen(db: Db, token: string, wallMs: number): Promise<void> {
  const found = await loadVisitor(db, token, wallMs)
  if (!found) throw new StoreError('not_found')
  if (!found.thread.unread) return
  const { id } = found.thread
  await inTransaction(db, async (trx) => {
    await changeRequest(trx, { id, subscriber_id: '' }, { seen_at: wallMs })
    await untell(trx, `support:${id}:`, wallMs)
  })
}

/** Somebody has the page of this thread open until then: the desk shows it. */
export async function noteLive(db: Db, id: string, untilMs: number): Promise<void> {
  await db
    .updateTable('support_requests')
    .set({ live_until: untilMs })
    .where('id', '=', id)
    .execute()
}

/** Deletes threads of visitors that are too old; their files are removed by the keeper. */
export async function forgetVisitors(db: Db, wallMs: number): Promise<number> {
  const old = await db
    .selectFrom('support_requests')
    .select('id')
    .where('subscriber_id', '=', '')
    .where('changed_at', '<', String(wallMs - keptMs))
    .limit(batch)
    .execute()
  if (old.length === 0) return 0
  const ids = old.map(({ id }) => id)
  await inTransaction(db, async (trx) => {
    await trx.deleteFrom('support_messages').where('request_id', 'in', ids).execute()
    await trx.deleteFrom('support_notes').where('request_id', 'in', ids).execute()
    await trx.deleteFrom('support_requests').where('id', 'in', ids).execute()
  })
  return ids.length
}

async function rowOf(db: Db, token: string, wallMs: number): Promise<RequestRow | undefined> {
  return db
    .selectFrom('support_requests')
    .selectAll()
    .where('visitor_hash', '=', hashOf(token))
    .where('visitor_until', '>', String(wallMs))
    .executeTakeFirst()
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
