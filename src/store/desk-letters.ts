/**
 * Letters that could not be delivered, as managers see them: why, to whom, once more or never.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import type { Place } from './desk-alarms.ts'
import { logDeed } from './desk-deed.ts'
import type { Deed } from './desk-deed.ts'
import { namesOf } from './desk-subscribers.ts'
import { StoreError } from './errors.ts'
import { reviveLetter } from './outbox-letters.ts'

export interface DeskLetterRow {
  readonly id: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  readonly kind: string
  readonly channel: string
  readonly address: string
  readonly tries: number
  readonly why: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly givenUpAt: number
}

/** A page of letters that were given up, the latest first. */
export async function listDeadLetters(
  db: Db,
  page: {
    readonly channel?: string | undefined
    readonly before?: Place | undefined
    readonly limit: number
  },
): Promise<{
  readonly letters: readonly DeskLetterRow[]
  readonly next: string | null
  readonly total: number
}> {
  const { channel, before, limit } = page
  let dead = db.selectFrom('outbox').where('state', '=', 'dead')
  if (channel !== undefined) dead = dead.where('channel', '=', channel)
  let select = dead.selectAll()
  if (before !== undefined) {
    select = select.where((eb) => eb.or([
      eb('done_at', '<', String(before.at)),
      eb.and([eb('done_at', '=', String(before.at)), eb('id', '<', before.id)]),
    ]))
  }
  const rows = await select.orderBy('done_at', 'desc').orderBy('id', 'desc').limit(limit + 1)
    .execute()
  const { total } = await dead.select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  const nameOf = await namesOf(db, rows.map((row) => row.subscriber_id))
  const letters = rows.slice(0, limit).map((row): DeskLetterRow => ({
    id: row.id, subscriber: nameOf(row.subscriber_id), kind: row.kind, channel: row.channel,
    address: row.address, tries: row.tries, why: row.last_error,
    createdAt: Number(row.created_at), givenUpAt: Number(row.done_at),
  }))
  const last = letters.at(-1)
  return {
    letters, next: rows.length > limit && last ? `${last.givenUpAt}-${last.id}` : null,
    total: Number(total),
  }
}

/** Tries a letter anew. Throws StoreError not_found. */
export async function sendAgain(db: Db, id: string, by: Deed): Promise<void> {
  await inTransaction(db, async (trx) => {
    await note(trx, id, 'letter.again', by)
    await reviveLetter(trx, id, by.atMs)
  })
}

/** Forgets a letter; its event is not told again. Throws StoreError not_found. */
export async function dropLetter(db: Db, id: string, by: Deed): Promise<void> {
  await inTransaction(db, async (trx) => {
    await note(trx, id, 'letter.drop', by)
    await trx.updateTable('outbox').set({ state: 'dropped' }).where('id', '=', id)
      .where('state', '=', 'dead').execute()
  })
}

async function note(db: Db, id: string, action: string, by: Deed): Promise<void> {
  const row = await db.selectFrom('outbox').select(['subscriber_id', 'kind', 'channel'])
    .where('id', '=', id).where('state', '=', 'dead').forUpdate().executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  await logDeed(db, by, {
    action, subject: `letter:${id}`, subscriberId: row.subscriber_id || undefined,
    details: { kind: row.kind, channel: row.channel },
  })
}
