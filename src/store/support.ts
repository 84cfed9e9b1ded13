/**
 * Requests to the support and their threads, from the subscriber's side.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { mark } from './marks.ts'

/** Within an hour, requests and messages together: people write less. */
const perHour = 20
const shown = 50

export interface SupportDraft {
  readonly kind: 'request' | 'question'
  readonly subject: string
  readonly text: string
  readonly callId: string | undefined
}

export interface StoredThread {
  readonly id: string
  readonly kind: 'request' | 'question'
  readonly subject: string
  readonly state: 'open' | 'answered' | 'closed'
  readonly createdAt: number
  readonly changedAt: number
  readonly callId: string | null
  readonly messages: readonly {
    readonly id: string
    readonly author: 'subscriber' | 'support'
    readonly text: string
    readonly at: number
  }[]
}

/** The newest threads, the one changed last first; at most 50. */
export async function listThreads(
  db: Db,
  subscriberId: string,
  id?: string,
): Promise<readonly StoredThread[]> {
  let select = db
    .selectFrom('support_requests')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
  if (id !== undefined) select = select.where('id', '=', id)
  const rows = await select
    .orderBy('changed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(shown)
    .execute()
  if (rows.length === 0) return []
  const messages = await db
    .selectFrom('support_messages')
    .selectAll()
    .where('request_id', 'in', rows.map((row) => row.id))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as StoredThread['kind'],
    subject: row.subject,
    state: row.state as StoredThread['state'],
    createdAt: Number(row.created_at),
    changedAt: Number(row.changed_at),
    callId: row.call_id,
    messages: messages.filter((one) => one.request_id === row.id).map((one) => ({
      id: one.id,
      author: one.author as 'subscriber' | 'support',
      text: one.text,
      at: Number(one.written_at),
    })),
  }))
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

/** Begins a thread and answers its id. Throws StoreError limit, not_found (the call). */
export async function addThread(
  db: Db,
  subscriberId: string,
  draft: SupportDraft,
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await inTransaction(db, async (trx) => {
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
        state: 'open',
        call_id: draft.callId ?? null,
        created_at: wallMs,
        changed_at: wallMs,
      })
      .execute()
    await write(trx, id, draft.text, wallMs)
    await mark(trx, subscriberId, 'support')
  })
  return id
}

/** Adds a message of the subscriber; a closed thread opens again. Throws not_found, limit. */
export async function addMessage(
  db: Db,
  subscriberId: string,
  id: string,
  text: string,
  wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await checkRate(trx, subscriberId, wallMs)
    const changed = await trx
      .updateTable('support_requests')
      .set({ state: 'open', changed_at: wallMs })
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) throw new StoreError('not_found')
    await write(trx, id, text, wallMs)
    await mark(trx, subscriberId, 'support')
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

async function write(db: Db, requestId: string, text: string, wallMs: number): Promise<void> {
  await db
    .insertInto('support_messages')
    .values({
      id: newId(wallMs),
      request_id: requestId,
      author: 'subscriber',
      text,
      written_at: wallMs,
    })
    .execute()
}
