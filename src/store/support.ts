/**
 * Requests to the support and their threads, from the subscriber's side.
 */
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { untell } from './outbox.ts'
import { changeRequest, onceFor, readThreads, writeMessage } from './support-rows.ts'
import type { SentForm, StoredThread } from './support-rows.ts'
import { uploaderOf } from './support-files.ts'

/** Within an hour, requests and messages together: people write less. */
const perHour = 20
const shown = 50

export interface SupportDraft {
  readonly kind: 'request' | 'question'
  readonly subject: string
  readonly text: string
  readonly callId: string | undefined
  /** Ids of files he has uploaded. */
  readonly files: readonly string[]
  readonly form?: SentForm | undefined
}

/** The newest threads, the one changed last first; at most 50. */
export async function listThreads(
  db: Db,
  subscriberId: string,
  id?: string,
): Promise<readonly StoredThread[]> {
  // '' is the visitors' side of the table.
  if (subscriberId === '') return []
  let select = db
    .selectFrom('support_requests')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
  if (id !== undefined) select = select.where('id', '=', id)
  return readThreads(db, await select
    .orderBy('changed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(shown)
    .execute())
}

/** One thread. Throws StoreError not_found, also for one of somebody else. */
export async function loadThread(
  db: Db,
  subscriberId: string,
  id: string,
): Promise<StoredThread> {
  const [found] = await listThreads(db, subscriberId, id)
  if (!found) throw new StoreError('not_found')
  return found
}

/** Begins a thread and answers its id. Throws StoreError limit, not_found (the call, a file). */
export async function addThread(
  db: Db,
  subscriberId: string,
  draft: SupportDraft,
  wallMs: number,
): Promise<string> {
  const { form, ...wish } = draft
  return inTransaction(db, (trx) =>
    onceFor(trx, form, ['support', wish], wallMs, () => begin(trx, subscriberId, wish, wallMs)))
}

async function begin(
  trx: Trx, subscriberId: string, draft: SupportDraft, wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await checkRate(trx, subscriberId, wallMs)
  if (draft.callId !== undefined) {
    const call = await trx
      .selectFrom('calls')
      .select('id')
      .where('id', '=', draft.callId)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (!call) throw new StoreError('not_found', {}, 'callId')
  }
  await trx
    .insertInto('support_requests')
    .values({
      id,
      subscriber_id: subscriberId,
      kind: draft.kind,
      subject: draft.subject,
      state: 'new',
      call_id: draft.callId ?? null,
      created_at: wallMs,
      changed_at: wallMs,
      waiting_since: wallMs,
    })
    .execute()
  const { text, files } = draft
  await writeMessage(
    trx, { id, subscriber_id: subscriberId, state: 'new', waiting_since: String(wallMs) },
    { author: 'subscriber', text, files, uploader: uploaderOf({ subscriberId }) }, wallMs)
  return id
}

/** Adds a message of the subscriber; a closed thread opens again. Throws not_found, limit. */
export async function addMessage(
  db: Db,
  subscriberId: string,
  id: string,
  { text, files, form }: {
    readonly text: string; readonly files: readonly string[]
    readonly form?: SentForm | undefined
  },
  wallMs: number,
): Promise<void> {
  await inTransaction(db, (trx) => onceFor(trx, form, ['message', id, text, files], wallMs, async () => {
    await checkRate(trx, subscriberId, wallMs)
    const request = await trx
      .selectFrom('support_requests')
      .selectAll()
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .forUpdate()
      .executeTakeFirst()
    if (!request) throw new StoreError('not_found')
    return writeMessage(
      trx, request, { author: 'subscriber', text, files, uploader: uploaderOf({ subscriberId }) },
      wallMs)
  }))
}

/**
 * The subscriber has looked at a thread: a notice of the answers in it that is still held back is
 * not sent. Throws StoreError not_found.
 */
export async function noteSeen(
  db: Db, subscriberId: string, id: string, wallMs: number,
): Promise<void> {
  const thread = await loadThread(db, subscriberId, id)
  if (!thread.unread) return
  await inTransaction(db, async (trx) => {
    await changeRequest(trx, { id, subscriber_id: subscriberId }, { seen_at: wallMs })
    await untell(trx, `support:${id}:`, wallMs)
  })
}

async function checkRate(db: Db, subscriberId: string, wallMs: number): Promise<void> {
  // Queues askers of the same subscriber, whose count must be right.
  await db
    .selectFrom('subscribers')
    .select('id')
    .where('id', '=', subscriberId)
    .forUpdate()
    .execute()
  const { count } = await db
    .selectFrom('support_messages as m')
    .innerJoin('support_requests as r', 'r.id', 'm.request_id')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('r.subscriber_id', '=', subscriberId)
    .where('m.author', '=', 'subscriber')
    .where('m.written_at', '>', String(wallMs - 3_600_000))
    .executeTakeFirstOrThrow()
  if (Number(count) >= perHour) throw new StoreError('limit', { limit: perHour })
}
