/**
 * What managers do with requests. One works on a request at a time: opening it claims it for half an
 * hour and keeps a number of the pool; each deed begins that anew and is logged in its transaction.
 * A decision is final.
 */
import type { Selectable } from 'kysely'
import { sendLink } from './account-links.ts'
import { writeAudit } from './audit.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { settleFee } from './monthly-fee.ts'
import {
  checkFree, releaseFor, reserveFor, reserveNumber, reservedFor,
} from './number-pool.ts'
import type { LetterReader } from './notice.ts'
import { addNumber } from './numbers.ts'
import { tell } from './outbox.ts'
import { noPassword } from './password.ts'
import type { RegistrationsTable } from './people-tables.ts'
import { linkInvitee } from './referral.ts'
import { freeLogin } from './registration-list.ts'
import { createSubscriber, setDefaultNumber } from './subscribers.ts'
import { assignTariff, loadTariff } from './tariffs.ts'

/** Long enough for a telephone call, short enough for a manager who went home. */
export const claimMs = 30 * 60_000

export interface Manager {
  readonly id: string
  readonly login: string
  /** IP address, for the log. */
  readonly from: string
}

type Row = Selectable<RegistrationsTable>

/**
 * Opens a request for work; nothing happens when a colleague works on it, or when it is decided.
 * Throws StoreError not_found.
 */
export async function claimRequest(
  db: Db, id: string, manager: Manager, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockRequest(trx, id)
    if (row.decided_at !== null || isOthers(row, manager, wallMs)) {
      await log(trx, row, manager, 'request.look', {}, wallMs)
      return
    }
    if (!isMine(row, manager, wallMs)) await log(trx, row, manager, 'request.open', {}, wallMs)
    await keep(trx, row, manager, {}, wallMs)
  })
}

/** Leaves a request to colleagues; one that nothing was done with is new again. */
export async function releaseRequest(
  db: Db, id: string, manager: Manager, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockRequest(trx, id)
    if (row.decided_at !== null || !isMine(row, manager, wallMs)) return
    const note = await trx.selectFrom('registration_notes').select('id')
      .where('registration_id', '=', id)
      .executeTakeFirst()
    const untouched = row.missed_calls === 0 && row.waits_documents === 0 && note === undefined
    await trx.updateTable('registrations')
      .set({
        state: untouched ? 'new' : 'inWork', claimed_by: null, claimed_at: null, claim_until: null,
      })
      .where('id', '=', id)
      .execute()
    await releaseFor(trx, id, wallMs)
    await log(trx, row, manager, 'request.release', {}, wallMs)
  })
}

/**
 * Keeps another number for a request; null = any free one by its wish. Throws StoreError
 * number_taken, request_claimed, request_changed.
 */
export async function chooseNumber(
  db: Db, id: string, manager: Manager, number: string | null, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockForWork(trx, id, manager, undefined, wallMs)
    if (number === null) await releaseFor(trx, id, wallMs)
    else await reserveNumber(trx, number, id, Math.floor(wallMs) + claimMs, wallMs)
    await keep(trx, row, manager, {}, wallMs)
    const kept = await reservedFor(trx, id, wallMs)
    await log(trx, row, manager, 'request.number', { kept: kept?.number ?? '' }, wallMs)
  })
}

/** Adds a note; any manager may, at any time. */
export async function noteRequest(
  db: Db, id: string, manager: Manager, text: string, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockRequest(trx, id)
    const note = newId(wallMs)
    await trx.insertInto('registration_notes')
      .values({
        id: note, registration_id: id, author: manager.login, text,
        written_at: Math.floor(wallMs),
      })
      .execute()
    await log(trx, row, manager, 'request.note', { note }, wallMs)
  })
}

/** «Не дозвонились»: counted. Throws StoreError request_claimed, request_changed. */
export async function noteMissedCall(
  db: Db, id: string, manager: Manager, version: number, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockForWork(trx, id, manager, version, wallMs)
    const times = row.missed_calls + 1
    await keep(trx, row, manager, { missed_calls: times, version: row.version + 1 }, wallMs)
    await log(trx, row, manager, 'request.missed', { times }, wallMs)
  })
}

/** «Ждём документы», or no longer. Throws StoreError request_claimed, request_changed. */
export async function awaitDocuments(
  db: Db, id: string, manager: Manager,
  { version, waits }: { readonly version: number; readonly waits: boolean }, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockForWork(trx, id, manager, version, wallMs)
    const change = { waits_documents: waits ? 1 : 0, version: row.version + 1 }
    await keep(trx, row, manager, change, wallMs)
    await log(trx, row, manager, 'request.documents', { waits }, wallMs)
  })
}

/** Rejects a request and writes to the applicant why. As above. */
export async function rejectRequest(
  db: Db, id: string, manager: Manager,
  { version, reason }: { readonly version: number; readonly reason: string }, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await lockForWork(trx, id, manager, version, wallMs)
    await decide(trx, row, manager, { state: 'rejected', reason }, wallMs)
    await releaseFor(trx, id, wallMs)
    await tell(trx, {
      subscriberId: '', key: `request:${id}:rejected`,
      notice: { kind: 'requestRejected', number: Number(row.number), reason },
      to: { channel: 'email', address: row.email },
      reader: readerOf(row),
    }, wallMs)
    await log(trx, row, manager, 'request.reject', { reason }, wallMs)
  })
}

export interface Confirmation {
  readonly version: number
  readonly number: string
  readonly tariffId: string
  /** Left out: made of the e-mail address. */
  readonly login?: string | undefined
  /** The letter has a temporary password instead of a link. */
  readonly temporaryPassword: boolean
}

/**
 * Makes the subscriber of a request, all in one transaction: his number of the pool, his account
 * without a password, his tariff, his telephone as the default number, who invited him, and the
 * letter. Confirmed once more it is the same subscriber. Answers his id. Throws StoreError
 * number_taken, login_taken, bad_tariff, request_claimed, request_changed.
 */
export async function confirmRequest(
  db: Db, id: string, manager: Manager, wanted: Confirmation, wallMs: number,
): Promise<string> {
  return inTransaction(db, async (trx) => {
    const there = await lockRequest(trx, id)
    if (there.state === 'confirmed' && there.subscriber_id !== null) return there.subscriber_id
    const row = await lockForWork(trx, id, manager, wanted.version, wallMs)
    const { number, tariffId } = wanted
    await checkFree(trx, number, wallMs, id)
    const tariff = await validTariff(trx, tariffId, wallMs)
    const login = wanted.login ?? await freeLogin(trx, row.email, Number(row.number))
    const subscriberId = await createSubscriber(trx, {
      name: row.name, number, login, passwordHash: noPassword, tariff, email: row.email,
      language: row.language === 'en' ? 'en' : 'ru',
    }, wallMs)
    await assignTariff(trx, subscriberId, tariffId, wallMs)
    // So that he reads at his first look what the first payment has to cover.
    await settleFee(trx, subscriberId, wallMs)
    await addDefaultNumber(trx, subscriberId, row, wallMs)
    await decide(trx, row, manager, { state: 'confirmed', subscriber_id: subscriberId }, wallMs)
    // What was kept besides the number that was chosen in the end.
    await releaseFor(trx, id, wallMs)
    const referral = row.referral_code === '' ? 'none' : await linkInvitee(trx, {
      code: row.referral_code, subscriberId, phone: row.phone, email: row.email,
    }, wallMs)
    await sendFirstLetter(trx, row, subscriberId, { ...wanted, login }, wallMs)
    await log(trx, row, manager, 'request.confirm',
      { subscriberId, number, tariffId, login, referral }, wallMs, subscriberId)
    return subscriberId
  })
}

async function sendFirstLetter(
  trx: Trx, row: Row, subscriberId: string,
  { login, number, temporaryPassword }: Confirmation & { readonly login: string }, wallMs: number,
): Promise<void> {
  const account = await trx.selectFrom('accounts').select('id')
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirstOrThrow()
  await sendLink(trx, {
    accountId: account.id, login, email: row.email, personalNumber: number,
    purpose: temporaryPassword ? 'temporary' : 'first', reader: readerOf(row),
  }, wallMs)
}

/** His telephone is where calls go until he makes rules, as everybody expects. */
async function addDefaultNumber(
  trx: Trx, subscriberId: string, row: Row, wallMs: number,
): Promise<void> {
  const description = row.language === 'en' ? 'My telephone' : 'Мой телефон'
  const numberId = await addNumber(trx, subscriberId, { address: row.phone, description }, wallMs)
  await setDefaultNumber(trx, subscriberId, numberId)
}

/** The name of a tariff that may be given today. Throws StoreError bad_tariff. */
async function validTariff(trx: Trx, id: string, wallMs: number): Promise<string> {
  const fault = new StoreError('bad_tariff', { why: 'not valid now' }, 'tariffId')
  const tariff = await loadTariff(trx, id).catch((reason: unknown) => {
    throw reason instanceof StoreError ? fault : reason
  })
  const { validFromMs = 0, validToMs = Infinity } = tariff
  if (validFromMs > wallMs || validToMs <= wallMs) throw fault
  return tariff.name
}

async function lockRequest(trx: Trx, id: string): Promise<Row> {
  const row = await trx.selectFrom('registrations').selectAll().where('id', '=', id).forUpdate()
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return row
}

/** The request when this manager may change it as he has seen it. */
async function lockForWork(
  trx: Trx, id: string, manager: Manager, version: number | undefined, wallMs: number,
): Promise<Row> {
  const row = await lockRequest(trx, id)
  if (row.decided_at !== null) throw new StoreError('request_changed')
  if (isOthers(row, manager, wallMs)) throw new StoreError('request_claimed')
  if (version !== undefined && version !== row.version) throw new StoreError('request_changed')
  return row
}

/** Claims a request anew and keeps its number as long. */
async function keep(
  trx: Trx, row: Row, manager: Manager,
  change: { readonly missed_calls?: number; readonly waits_documents?: number;
    readonly version?: number },
  wallMs: number,
): Promise<void> {
  const now = Math.floor(wallMs)
  const isNew = !isMine(row, manager, wallMs)
  await trx.updateTable('registrations')
    .set({
      ...change, state: 'inWork', claimed_by: manager.id, claim_until: now + claimMs,
      ...(isNew ? { claimed_at: now } : {}), changed_at: now,
    })
    .where('id', '=', row.id)
    .execute()
  await reserveFor(trx, { id: row.id, wish: row.wish }, now + claimMs, wallMs)
}

async function decide(
  trx: Trx, row: Row, manager: Manager,
  set: { readonly state: 'confirmed' | 'rejected'; readonly reason?: string
    readonly subscriber_id?: string },
  wallMs: number,
): Promise<void> {
  const now = Math.floor(wallMs)
  await trx.updateTable('registrations')
    .set({
      ...set, decided_by: manager.login, decided_at: now, changed_at: now, claimed_by: null,
      claimed_at: null, claim_until: null, waits_documents: 0, version: row.version + 1,
    })
    .where('id', '=', row.id)
    .execute()
}

function isMine(row: Row, manager: Manager, wallMs: number): boolean {
  return row.claimed_by === manager.id && Number(row.claim_until ?? 0) > wallMs
}

function isOthers(row: Row, manager: Manager, wallMs: number): boolean {
  return row.claimed_by !== null && row.claimed_by !== manager.id
    && Number(row.claim_until ?? 0) > wallMs
}

function readerOf({ name, language }: Row): LetterReader {
  return { name, language: language === 'en' ? 'en' : 'ru', zone: 'Europe/Moscow' }
}

function log(
  trx: Trx, row: Row, manager: Manager, action: string,
  details: Readonly<Record<string, unknown>>, wallMs: number, subscriberId?: string,
): Promise<void> {
  const { login: actor, from } = manager
  return writeAudit(trx, {
    actor, action, subject: `request:${row.id}`, subscriberId, from,
    details: { number: Number(row.number), ...details },
  }, wallMs)
}
