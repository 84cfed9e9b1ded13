/**
 * Letters of the outbox on their way: taken by a lease that only one sender has, with a fence so
 * that one who was too slow cannot overwrite what the next did; then sent, put back or given up.
 * Leases go by the wall clock of the application: machines that share the work keep their clocks
 * within a minute, a lease is two minutes long, and a try ends within one.
 */
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { deleteMessage, setHeard } from './messages.ts'
import type { NoticeChannel } from './notice-choices.ts'
import type { LetterReader, Notice } from './notice.ts'
import { readOptions } from './options.ts'
import type { NoticeDelivery } from './options.ts'
import { isDeadOwner } from './orphans.ts'
import { StoreError } from './errors.ts'
import type { OutboxTable } from './tables.ts'

/** Whom a letter is written to. */
export interface Reader {
  /** '' = no subscriber. */
  readonly subscriberId: string
  readonly name: string
  readonly zone: string
  readonly language: 'ru' | 'en'
  readonly delivery: NoticeDelivery
}

/** A letter that this sender holds. */
export interface Letter {
  readonly id: string
  /** The same at every try: the other side can tell a repetition by it. */
  readonly key: string
  readonly channel: NoticeChannel
  readonly address: string
  readonly notice: Notice
  readonly reader: Reader
  /** This one included. */
  readonly tries: number
  readonly createdAt: number
  readonly owner: string
  readonly fence: number
}

export const leaseMs = 120_000
const keptMs = 30 * 86_400_000
/** A dead letter is looked at by people. */
const keptDeadMs = 90 * 86_400_000
const purgeBatch = 1000

/** Takes at most `limit` letters of a channel that are due, oldest first. */
export async function takeLetters(
  db: Db,
  channel: NoticeChannel,
  owner: string,
  limit: number,
  wallMs: number,
): Promise<readonly Letter[]> {
  const due = await db
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'waiting')
    .where('channel', '=', channel)
    .where('next_at', '<=', String(wallMs))
    .where('lease_until', '<=', String(wallMs))
    .orderBy('next_at')
    .limit(limit)
    .execute()
  if (due.length === 0) return []
  const ids = due.map(({ id }) => id)
  const until = wallMs + leaseMs
  await inTransaction(db, (trx) => trx
    .updateTable('outbox')
    .set({
      lease_owner: owner, lease_until: until,
      fence: sql<number>`fence + 1`, tries: sql<number>`tries + 1`,
    })
    .where('id', 'in', ids)
    .where('state', '=', 'waiting')
    .where('lease_until', '<=', String(wallMs))
    .execute())
  const rows = await db
    .selectFrom('outbox as o')
    .leftJoin('subscribers as s', 's.id', 'o.subscriber_id')
    .selectAll('o')
    .select(['s.name', 's.zone', 's.options'])
    .where('o.id', 'in', ids)
    .where('o.state', '=', 'waiting')
    .where('o.lease_owner', '=', owner)
    .where('o.lease_until', '=', String(until))
    .orderBy('o.next_at')
    .execute()
  return rows.map((row) => letterFrom(row, channel, owner))
}

type LetterRow = Selectable<OutboxTable> & {
  readonly name: string | null
  readonly zone: string | null
  readonly options: string | null
}

function letterFrom(row: LetterRow, channel: NoticeChannel, owner: string): Letter {
  const { language, delivery } = readOptions(row.options)
  const { subscriber_id: subscriberId, name, zone } = row
  const { reader, ...notice } = JSON.parse(row.payload) as Notice & { reader?: LetterReader }
  return {
    id: row.id,
    key: row.notice_key,
    channel,
    address: row.address,
    notice,
    reader: {
      subscriberId, name: name ?? '', zone: zone ?? 'Europe/Moscow', language, delivery,
      ...reader,
    },
    tries: row.tries,
    createdAt: Number(row.created_at),
    owner,
    fence: row.fence,
  }
}

/**
 * The letter is with the next one on its way. `after`: what becomes of the voicemail message that
 * went with it, in the same transaction. False when the lease was lost meanwhile.
 */
export async function markSent(
  db: Db,
  letter: Letter,
  sent: {
    readonly externalId?: string | undefined
    readonly after?: { readonly messageId: string; readonly do: 'heard' | 'delete' } | undefined
  },
  wallMs: number,
): Promise<boolean> {
  const { externalId = '', after } = sent
  const { subscriberId } = letter.reader
  return inTransaction(db, async (trx) => {
    const still = await settle(trx, letter, {
      state: 'sent', done_at: wallMs, external_id: externalId.slice(0, 128), last_error: '',
    })
    if (!still || after === undefined) return still
    try {
      if (after.do === 'heard') await setHeard(trx, subscriberId, after.messageId, wallMs)
      else await deleteMessage(trx, subscriberId, after.messageId, wallMs)
    } catch (fault) {
      // He was faster and has deleted it himself.
      if (!(fault instanceof StoreError)) throw fault
    }
    return still
  })
}

/** It is tried again at `nextAt`. `counts`: this was a try. False when the lease was lost. */
export function putBack(
  db: Db,
  letter: Letter,
  { nextAt, why, counts }: {
    readonly nextAt: number
    readonly why: string
    readonly counts: boolean
  },
): Promise<boolean> {
  return settle(db, letter, {
    next_at: nextAt, last_error: errorText(why), tries: letter.tries - (counts ? 0 : 1),
  })
}

/** It cannot be delivered, or was tried for too long. False when the lease was lost. */
export function giveUp(db: Db, letter: Letter, why: string, wallMs: number): Promise<boolean> {
  return settle(db, letter, { state: 'dead', done_at: wallMs, last_error: errorText(why) })
}

async function settle(
  db: Db,
  { id, owner, fence }: Letter,
  set: {
    readonly state?: string
    readonly done_at?: number
    readonly external_id?: string
    readonly next_at?: number
    readonly tries?: number
    readonly last_error: string
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({ ...set, lease_owner: '', lease_until: 0 })
    .where('id', '=', id)
    .where('lease_owner', '=', owner)
    .where('fence', '=', fence)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** What the network says of an SMS it took: delivered, or not and why. Unknown ids are ignored. */
export async function noteReceipt(
  db: Db,
  externalId: string,
  receipt: { readonly delivered: boolean; readonly why: string },
  wallMs: number,
): Promise<void> {
  if (externalId === '') return
  await db
    .updateTable('outbox')
    .set({
      state: receipt.delivered ? 'delivered' : 'dead',
      last_error: receipt.delivered ? '' : errorText(receipt.why),
      done_at: wallMs,
    })
    .where('external_id', '=', externalId.slice(0, 128))
    .where('channel', '=', 'sms')
    .where('state', '=', 'sent')
    .execute()
}

/** Letters held by processes that are known to be dead need not wait for their lease. */
export async function freeLetters(db: Db, wallMs: number): Promise<number> {
  const owners = await db
    .selectFrom('outbox')
    .select('lease_owner')
    .distinct()
    .where('state', '=', 'waiting')
    .where('lease_until', '>', String(wallMs))
    .execute()
  let freed = 0
  for (const { lease_owner: owner } of owners) {
    if (!(await isDeadOwner(db, owner))) continue
    const { numUpdatedRows } = await db
      .updateTable('outbox')
      .set({ lease_until: 0 })
      .where('state', '=', 'waiting')
      .where('lease_owner', '=', owner)
      .executeTakeFirst()
    freed += Number(numUpdatedRows)
  }
  return freed
}

/** Tries a dead letter anew. Throws StoreError not_found. */
export async function reviveLetter(db: Db, id: string, wallMs: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({
      state: 'waiting', tries: 0, next_at: wallMs, created_at: wallMs, done_at: null,
      external_id: '',
    })
    .where('id', '=', id)
    .where('state', '=', 'dead')
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new StoreError('not_found')
}

/** Forgets what is long done; answers how many rows. Keys of what may still be told are younger. */
export async function purgeOutbox(db: Db, wallMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('outbox')
    .where('done_at', '<', String(wallMs - keptMs))
    .where((eb) => eb.or([
      eb('state', '<>', 'dead'), eb('done_at', '<', String(wallMs - keptDeadMs)),
    ]))
    .limit(purgeBatch)
    .executeTakeFirst()
  return Number(numDeletedRows)
}

function errorText(why: string): string {
  return why.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ').slice(0, 500)
}
