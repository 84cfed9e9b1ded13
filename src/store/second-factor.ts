/**
 * The second factor of an account: a secret shared with an authenticator, ten recovery codes, and
 * the tickets between the two steps of a log-in. A code counts once; recovery codes are hashed.
 */
import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto'
import { decodeBase32, encodeBase32 } from '../people/base32.ts'
import { findStep } from '../people/totp.ts'
import type { HmacSha1 } from '../people/totp.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'

/** RFC 4226 §4 R6 recommends 160 bits. */
const secretOctets = 20
const recoveryCodes = 10
const ticketMs = 5 * 60_000
/** Wrong codes for one right password; after them the password is asked for again. */
const ticketTries = 5
/** A code given for a sensitive act counts for so long in its session. */
export const freshMs = 10 * 60_000

const hmac: HmacSha1 = (key, message) => createHmac('sha1', key).update(message).digest()

export interface SecondFactor {
  readonly on: boolean
  readonly since: number | null
  readonly recoveryLeft: number
}

/** Whether logging in asks for a code. */
export async function isSecondFactorOn(db: Db, accountId: string): Promise<boolean> {
  const row = await db.selectFrom('second_factors').select('account_id')
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** What the page shows of it. */
export async function loadSecondFactor(db: Db, accountId: string): Promise<SecondFactor> {
  const row = await db.selectFrom('second_factors').select('confirmed_at')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  const since = row?.confirmed_at ?? null
  if (since === null) return { on: false, since: null, recoveryLeft: 0 }
  const left = await db.selectFrom('recovery_codes').select('code_hash')
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .execute()
  return { on: true, since: Number(since), recoveryLeft: left.length }
}

/**
 * Begins anew with another secret (base32), which counts once a code of it was given. Throws
 * StoreError second_factor_on.
 */
export async function beginSecondFactor(
  db: Db, accountId: string, wallMs: number,
): Promise<string> {
  const secret = encodeBase32(randomBytes(secretOctets))
  await inTransaction(db, async (trx) => {
    const row = await lockFactor(trx, accountId)
    if (row !== undefined && row.confirmed_at !== null) throw new StoreError('second_factor_on')
    const values = { secret, confirmed_at: null, last_step: 0, created_at: wallMs }
    await trx.insertInto('second_factors').values({ account_id: accountId, ...values })
      .onDuplicateKeyUpdate(values)
      .execute()
  })
  return secret
}

/** A first code switches it on: answers the recovery codes. Throws StoreError wrong_code. */
export async function confirmSecondFactor(
  db: Db, accountId: string, code: string, wallMs: number,
): Promise<readonly string[]> {
  return inTransaction(db, async (trx) => {
    const row = await lockFactor(trx, accountId)
    if (row === undefined || row.confirmed_at !== null) throw new StoreError('wrong_code')
    const step = stepOf(row, code, wallMs)
    if (step === undefined) throw new StoreError('wrong_code', {}, 'code')
    await trx.updateTable('second_factors').set({ confirmed_at: wallMs, last_step: step })
      .where('account_id', '=', accountId)
      .execute()
    return renewRecoveryCodes(trx, accountId)
  })
}

/** Replaces the recovery codes: ten, shown once. */
export async function renewRecoveryCodes(
  trx: Db, accountId: string,
): Promise<readonly string[]> {
  const codes = Array.from({ length: recoveryCodes }, makeRecoveryCode)
  await inTransaction(trx, async (inner) => {
    await inner.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute()
    await inner.insertInto('recovery_codes')
      .values(codes.map((code) => ({
        account_id: accountId, code_hash: hashCode(accountId, code), used_at: null,
      })))
      .execute()
  })
  return codes
}

/** Switches it off. */
export async function dropSecondFactor(db: Db, accountId: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx.deleteFrom('second_factors').where('account_id', '=', accountId).execute()
    await trx.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute()
  })
}

/**
 * Uses up a code of the authenticator, or a recovery code; false when it is neither, or was used.
 * Of many who bring the same code at once one succeeds.
 */
export async function useCode(
  db: Db, accountId: string, typed: string, wallMs: number,
): Promise<boolean> {
  const code = plain(typed)
  return inTransaction(db, async (trx) => {
    const row = await lockFactor(trx, accountId)
    if (row === undefined || row.confirmed_at === null) return false
    const step = stepOf(row, code, wallMs)
    if (step !== undefined) {
      await trx.updateTable('second_factors').set({ last_step: step })
        .where('account_id', '=', accountId)
        .execute()
      return true
    }
    const { numUpdatedRows } = await trx.updateTable('recovery_codes').set({ used_at: wallMs })
      .where('account_id', '=', accountId)
      .where('code_hash', '=', hashCode(accountId, code))
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  })
}

/** A code was given in this session: it counts until `wallMs` + freshMs. Answers that instant. */
export async function markFresh(db: Db, tokenHash: string, wallMs: number): Promise<number> {
  const until = Math.floor(wallMs) + freshMs
  await db.updateTable('sessions').set({ fresh_until: until })
    .where('token_hash', '=', tokenHash)
    .execute()
  return until
}

/** The password was right: a ticket for the second step. */
export async function openTicket(db: Db, accountId: string, wallMs: number): Promise<string> {
  const ticket = randomBytes(32).toString('base64url')
  await db.deleteFrom('login_tickets').where('expires_at', '<', String(wallMs)).limit(100).execute()
  await db.insertInto('login_tickets')
    .values({
      ticket_hash: sha256(ticket), account_id: accountId, tries: 0, expires_at: wallMs + ticketMs,
    })
    .execute()
  return ticket
}

/**
 * Counts a try with a ticket and answers whose it is; undefined when it has expired or was tried
 * too often.
 */
export async function tryTicket(
  db: Db, ticket: string, wallMs: number,
): Promise<string | undefined> {
  const hash = sha256(ticket)
  const { numUpdatedRows } = await db.updateTable('login_tickets')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('ticket_hash', '=', hash)
    .where('tries', '<', ticketTries)
    .where('expires_at', '>', String(wallMs))
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) return undefined
  const row = await db.selectFrom('login_tickets').select('account_id')
    .where('ticket_hash', '=', hash)
    .executeTakeFirst()
  return row?.account_id
}

/** The ticket has done its work; false when another request was faster. */
export async function closeTicket(db: Db, ticket: string): Promise<boolean> {
  const gone = await db.deleteFrom('login_tickets').where('ticket_hash', '=', sha256(ticket))
    .executeTakeFirst()
  return gone.numDeletedRows === 1n
}

async function lockFactor(trx: Trx, accountId: string) {
  return trx.selectFrom('second_factors').selectAll()
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirst()
}

function stepOf(
  row: { readonly secret: string; readonly last_step: string }, code: string, wallMs: number,
): number | undefined {
  const secret = decodeBase32(row.secret) ?? new Uint8Array()
  return findStep(secret, plain(code), Number(row.last_step), wallMs, hmac)
}

/** Ten digits: with ten codes and throttled tries nobody guesses one. */
function makeRecoveryCode(): string {
  const half = () => String(randomInt(0, 100_000)).padStart(5, '0')
  return `${half()}-${half()}`
}

function plain(typed: string): string {
  return typed.replaceAll(/[\s-]+/g, '')
}

function hashCode(accountId: string, code: string): string {
  return sha256(`${accountId}:${plain(code)}`)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
