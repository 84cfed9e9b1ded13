/**
 * Requests for a personal number as their applicants see them: sent once, looked at by a token. What
 * managers do with them stands in registration-desk.ts.
 */
import { createHash } from 'node:crypto'
import { nextNumber } from './counters.ts'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'
import { newId } from './ids.ts'
import { tell } from './outbox.ts'
import { countTry } from './throttle.ts'

export type RegistrationState = 'new' | 'inWork' | 'confirmed' | 'rejected'

export interface RegistrationDraft {
  /** Of the form, random: the same form sent twice is one request. */
  readonly formKey: string
  readonly name: string
  /** E.164. */
  readonly phone: string
  readonly email: string
  /** Beginning of the wished number; '' = any. */
  readonly wish: string
  readonly comment: string
  readonly referralCode: string
  readonly language: 'ru' | 'en'
  /** IP address it came from. */
  readonly address: string
}

/** A word of a name: 'Анна', 'Петрова-Водкина', 'O’Neil', 'мл.' */
const nameWord = /^[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*\.?$/u

const forgottenAtOnce = 500
/** Letters «Заявка принята» to one address: a mailbox must not be filled by others. */
const lettersPerDay = { tries: 3, windowMs: 86_400_000 }

/**
 * Writes a request and the letter that it was taken; answers its number and the token of its page.
 * Whether the applicant is known plays no part in it.
 */
export async function addRegistration(
  db: Db, draft: RegistrationDraft, wallMs: number,
): Promise<{ readonly number: number; readonly token: string }> {
  const token = sha256(`registration ${draft.formKey}`, 'base64url')
  const there = await numberOf(db, token)
  if (there !== undefined) return { number: there, token }
  const email = draft.email.toLowerCase()
  const wait = await countTry(db, [{ key: `requestTaken:${email}`, ...lettersPerDay }], wallMs)
  try {
    return await inTransaction(db, async (trx) => {
      const number = await nextNumber(trx, 'registration', 1)
      const id = newId(wallMs)
      await trx.insertInto('registrations').values(registrationRow(id, number, token, draft, wallMs))
        .execute()
      if (wait === 0) {
        await tell(trx, {
          subscriberId: '', key: `request:${id}:taken`,
          notice: { kind: 'requestTaken', number, token },
          to: { channel: 'email', address: draft.email },
          reader: { name: plainName(draft.name), language: draft.language, zone: 'Europe/Moscow' },
        }, wallMs)
      }
      return { number, token }
    })
  } catch (fault) {
    if (!isDuplicate(fault)) throw fault
    const number = await numberOf(db, token) // the same form was faster
    if (number === undefined) throw fault
    return { number, token }
  }
}

export interface RegistrationView {
  readonly number: number
  readonly name: string
  readonly email: string
  readonly state: RegistrationState
  readonly waitsDocuments: boolean
  readonly missedCalls: number
  readonly reason: string
  readonly createdAt: number
  readonly changedAt: number
}

/** What became of a request. Throws StoreError not_found. */
export async function viewRegistration(db: Db, token: string): Promise<RegistrationView> {
  const row = await db.selectFrom('registrations').selectAll()
    .where('token_hash', '=', sha256(token, 'hex'))
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return {
    number: Number(row.number),
    name: row.name,
    email: row.email,
    state: row.state as RegistrationState,
    waitsDocuments: row.waits_documents === 1,
    missedCalls: row.missed_calls,
    reason: row.reason,
    createdAt: Number(row.created_at),
    changedAt: Number(row.changed_at),
  }
}

/** Forgets requests that were rejected before `beforeMs`, with the notes on them. */
export async function forgetRejected(db: Db, beforeMs: number): Promise<void> {
  for (;;) {
    const rows = await db.selectFrom('registrations').select('id')
      .where('state', '=', 'rejected')
      .where('decided_at', '<', String(Math.floor(beforeMs)))
      .limit(forgottenAtOnce)
      .execute()
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => id)
    await inTransaction(db, async (trx) => {
      await trx.deleteFrom('registration_notes').where('registration_id', 'in', ids).execute()
      await trx.deleteFrom('registrations').where('id', 'in', ids).execute()
    })
  }
}

/**
 * The name as a letter to an address that nobody has proved may call him; '' for what is none: such
 * letters must not carry a stranger's words or links to others.
 */
function plainName(name: string): string {
  const words = name.split(' ')
  const isName = name.length <= 60 && words.length <= 6 && words.every((word) => nameWord.test(word))
  return isName ? name : ''
}

async function numberOf(db: Db, token: string): Promise<number | undefined> {
  const row = await db.selectFrom('registrations').select('number')
    .where('token_hash', '=', sha256(token, 'hex'))
    .executeTakeFirst()
  return row && Number(row.number)
}

/** The row of a new request. */
export function registrationRow(
  id: string, number: number, token: string, draft: Omit<RegistrationDraft, 'formKey'>,
  wallMs: number,
) {
  const now = Math.floor(wallMs)
  return {
    id,
    number,
    token_hash: sha256(token, 'hex'),
    name: draft.name,
    phone: draft.phone,
    email: draft.email,
    wish: draft.wish,
    comment: draft.comment,
    referral_code: draft.referralCode.toLowerCase(),
    language: draft.language,
    address: draft.address.slice(0, 64),
    state: 'new',
    waits_documents: 0,
    missed_calls: 0,
    claimed_by: null,
    claimed_at: null,
    claim_until: null,
    decided_by: null,
    decided_at: null,
    reason: '',
    subscriber_id: null,
    version: 1,
    created_at: now,
    changed_at: now,
  }
}

function sha256(text: string, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(text).digest(encoding)
}
