/**
 * Codes that prove a number to be the subscriber's: spoken by a call (an errand) or sent by SMS,
 * typed into the panel. Only a hash is kept; tries, time and codes per day are limited.
 */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { addErrand } from './errands.ts'
import { StoreError } from './errors.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'
import type { NumberCodesTable } from './tables.ts'

const validMs = 10 * 60_000
const againMs = 60_000
const maxTries = 5
/** To one number: a stranger's phone must not ring all day. */
const perDay = 5
const dayMs = 86_400_000

export interface NumberCode {
  readonly by: 'call' | 'sms'
  readonly sentAt: number
  readonly expiresAt: number
  readonly triesLeft: number
  readonly againAt: number
  readonly errandId: string | null
}

/**
 * Makes a code for a number and, for a call, the errand that speaks it; by SMS the caller of this
 * function sends `code`. Throws StoreError not_found, code_too_soon, limit, errand_running.
 */
export async function startCode(
  db: Db,
  subscriberId: string,
  numberId: string,
  by: 'call' | 'sms',
  wallMs: number,
): Promise<{ readonly code: string; readonly address: string; readonly state: NumberCode }> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const address = await addressOf(trx, subscriberId, numberId)
    const old = await trx
      .selectFrom('number_codes')
      .selectAll()
      .where('number_id', '=', numberId)
      .executeTakeFirst()
    const sameDay = old !== undefined && wallMs - Number(old.day_start) < dayMs
    if (old && wallMs < Number(old.sent_at) + againMs) {
      const seconds = Math.ceil((Number(old.sent_at) + againMs - wallMs) / 1000)
      throw new StoreError('code_too_soon', { seconds })
    }
    if (sameDay && old.sent_today >= perDay) throw new StoreError('limit', { limit: perDay })
    const code = String(randomInt(10_000)).padStart(4, '0')
    const errandId = by === 'sms'
      ? null
      : await addErrand(trx, subscriberId, { kind: 'code', address, code }, wallMs)
    const row = {
      subscriber_id: subscriberId,
      by_way: by,
      code_hash: hashCode(numberId, code),
      sent_at: wallMs,
      expires_at: wallMs + validMs,
      tries: 0,
      sent_today: sameDay ? old.sent_today + 1 : 1,
      day_start: sameDay ? Number(old.day_start) : wallMs,
      errand_id: errandId,
    }
    await trx
      .insertInto('number_codes')
      .values({ number_id: numberId, ...row })
      .onDuplicateKeyUpdate(row)
      .execute()
    const state: NumberCode = {
      by, sentAt: wallMs, expiresAt: row.expires_at, triesLeft: maxTries,
      againAt: wallMs + againMs, errandId,
    }
    return { code, address, state }
  })
}

/**
 * Tries a code; the right one proves the number. Throws StoreError not_found, code_gone (expired,
 * used up, or never asked for), wrong_code (with `triesLeft`).
 */
export async function tryCode(
  db: Db,
  subscriberId: string,
  numberId: string,
  code: string,
  wallMs: number,
): Promise<void> {
  const triesLeft = await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const address = await addressOf(trx, subscriberId, numberId)
    const row = await trx
      .selectFrom('number_codes')
      .selectAll()
      .where('number_id', '=', numberId)
      .executeTakeFirst()
    if (!row || !isValid(row, wallMs)) throw new StoreError('code_gone')
    const wanted = Buffer.from(row.code_hash)
    if (timingSafeEqual(Buffer.from(hashCode(numberId, code)), wanted)) {
      await prove(trx, subscriberId, address, wallMs)
      return undefined
    }
    // A wrong try must be counted: no fault may roll this back.
    await trx
      .updateTable('number_codes')
      .set({ tries: row.tries + 1 })
      .where('number_id', '=', numberId)
      .execute()
    return maxTries - row.tries - 1
  })
  if (triesLeft !== undefined) throw new StoreError('wrong_code', { triesLeft }, 'code')
}

/** Codes that may still be typed, by the number's id. */
export async function codesUnderWay(
  db: Db,
  subscriberId: string,
  wallMs: number,
): Promise<ReadonlyMap<string, NumberCode>> {
  const rows = await db
    .selectFrom('number_codes')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .execute()
  return new Map(rows.filter((row) => isValid(row, wallMs)).map((row) => [row.number_id, {
    by: row.by_way as NumberCode['by'],
    sentAt: Number(row.sent_at),
    expiresAt: Number(row.expires_at),
    triesLeft: maxTries - row.tries,
    againAt: Number(row.sent_at) + againMs,
    errandId: row.errand_id,
  }]))
}

type Limits = Pick<NumberCodesTable, 'tries'> & { readonly expires_at: string }

function isValid(row: Limits, wallMs: number): boolean {
  return wallMs < Number(row.expires_at) && row.tries < maxTries
}

async function addressOf(trx: Trx, subscriberId: string, numberId: string): Promise<string> {
  const row = await trx
    .selectFrom('numbers')
    .select('address')
    .where('id', '=', numberId)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return row.address
}

async function prove(
  trx: Trx,
  subscriberId: string,
  address: string,
  wallMs: number,
): Promise<void> {
  const rows = await trx
    .selectFrom('numbers')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('address', '=', address)
    .execute()
  const ids = rows.map((row) => row.id)
  await trx.updateTable('numbers').set({ verified_at: wallMs }).where('id', 'in', ids).execute()
  // The row stays for the limit of the day; its code is used up.
  await trx
    .updateTable('number_codes')
    .set({ tries: maxTries })
    .where('number_id', 'in', ids)
    .execute()
  await storeRuleSet(trx, subscriberId)
}

function hashCode(numberId: string, code: string): string {
  return createHash('sha256').update(`${numberId}:${code}`).digest('hex')
}
