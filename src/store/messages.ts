/**
 * Voicemail messages for the panel. Every function takes the subscriber's id; a message of somebody
 * else is not found.
 */
import type { Selectable } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { mark } from './marks.ts'
import { boxSize } from './message-box.ts'
import type { MessagesTable } from './tables.ts'
import { readPeaks } from './waveform.ts'

export interface PanelMessage {
  readonly id: string
  readonly callId: string
  readonly caller: string
  readonly callerName: string
  readonly anonymous: boolean
  readonly dialled: string
  readonly startedAt: number
  readonly durationMs: number
  readonly heardAt: number | null
  readonly state: 'ready' | 'lost' | 'deleted'
  readonly peaks: readonly number[]
}

export interface MessageQuery {
  /** Only messages that began before this instant. */
  readonly before?: number | undefined
  /** The message at `before` one has seen already. */
  readonly beforeId?: string | undefined
  readonly limit: number
  readonly filter: 'new' | 'all'
}

export interface MessagePage {
  readonly messages: readonly PanelMessage[]
  readonly more: boolean
  readonly unheard: number
  readonly total: number
  readonly max: number
}

/** A waveform in a list is as wide as a phone. */
const listedPoints = 200
const shown = ['ready', 'lost'] as const

/** Newest first. */
export async function listMessages(
  db: Db,
  subscriberId: string,
  query: MessageQuery,
): Promise<MessagePage> {
  const { before, beforeId, limit, filter } = query
  let select = db
    .selectFrom('messages')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .where('state', 'in', [...shown])
  if (filter === 'new') select = select.where('heard_at', 'is', null)
  if (before !== undefined) {
    select = select.where((eb) => {
      const earlier = eb('started_at', '<', String(before))
      if (beforeId === undefined) return earlier
      const same = eb.and([eb('started_at', '=', String(before)), eb('id', '<', beforeId)])
      return eb.or([earlier, same])
    })
  }
  const rows = await select
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const counts = await db
    .selectFrom('messages')
    .select((eb) => [
      eb.fn.countAll<string>().as('total'),
      eb.fn.count<string>('heard_at').as('heard'),
    ])
    .where('subscriber_id', '=', subscriberId)
    .where('state', 'in', [...shown])
    .executeTakeFirstOrThrow()
  const total = Number(counts.total)
  return {
    messages: rows.slice(0, limit).map(messageFrom),
    more: rows.length > limit,
    unheard: total - Number(counts.heard),
    total,
    max: boxSize,
  }
}

/** One message, a deleted one included, and its file. Throws StoreError not_found. */
export async function loadMessage(
  db: Db,
  subscriberId: string,
  id: string,
): Promise<PanelMessage & { readonly file: string }> {
  const row = await db
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .where('state', 'in', [...shown, 'deleted'])
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return { ...messageFrom(row), file: row.file }
}

/** Marks it as heard at `wallMs`, or as new again with undefined. Throws StoreError not_found. */
export async function setHeard(
  db: Db,
  subscriberId: string,
  id: string,
  wallMs: number | undefined,
): Promise<void> {
  await change(db, subscriberId, id, ['ready', 'lost'], async (trx, { heardAt }) => {
    if (wallMs !== undefined && heardAt !== null) return
    await trx
      .updateTable('messages')
      .set({ heard_at: wallMs ?? null })
      .where('id', '=', id)
      .execute()
  })
}

/** Deletes it; it can be restored for 30 days. Throws StoreError not_found. */
export async function deleteMessage(
  db: Db,
  subscriberId: string,
  id: string,
  wallMs: number,
): Promise<void> {
  await change(db, subscriberId, id, ['ready', 'lost', 'deleted'], async (trx, { state }) => {
    if (state === 'deleted') return
    await trx
      .updateTable('messages')
      .set({ state: 'deleted', deleted_at: wallMs })
      .where('id', '=', id)
      .execute()
  })
}

/** Brings a deleted message back. Throws StoreError not_found, limit when the box is full. */
export async function restoreMessage(db: Db, subscriberId: string, id: string): Promise<void> {
  await change(db, subscriberId, id, ['ready', 'lost', 'deleted'], async (trx, { state }) => {
    if (state !== 'deleted') return
    const { count } = await trx
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('subscriber_id', '=', subscriberId)
      .where('state', '=', 'ready')
      .executeTakeFirstOrThrow()
    if (Number(count) >= boxSize) throw new StoreError('limit', { max: boxSize })
    await trx
      .updateTable('messages')
      .set({ state: 'ready', deleted_at: null })
      .where('id', '=', id)
      .execute()
  })
}

async function change(
  db: Db,
  subscriberId: string,
  id: string,
  states: readonly PanelMessage['state'][],
  work: (trx: Trx, message: PanelMessage) => Promise<void>,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await trx
      .selectFrom('messages')
      .selectAll()
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .where('state', 'in', [...states])
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw new StoreError('not_found')
    await work(trx, messageFrom(row))
    await mark(trx, subscriberId, 'messages')
    await mark(trx, subscriberId, 'calls')
  })
}

function messageFrom(row: Selectable<MessagesTable>): PanelMessage {
  return {
    id: row.id,
    callId: row.call_id,
    caller: row.caller,
    callerName: row.caller_name,
    anonymous: row.anonymous === 1,
    dialled: row.dialled,
    startedAt: Number(row.started_at),
    durationMs: row.duration_ms,
    heardAt: row.heard_at === null ? null : Number(row.heard_at),
    state: row.state as PanelMessage['state'],
    peaks: readPeaks(row.peaks, listedPoints),
  }
}
