/**
 * Setting a password by a link: forgotten ones, first ones. Asking for a link tells nothing of who
 * has an account; the link works once, ends all sessions, and its use is told to the owner.
 */
import { accountsNamed, findPerson } from './accounts.ts'
import type { Person } from './accounts.ts'
import { findLink, knownLink, sendLink, useLink } from './account-links.ts'
import { tellAccount } from './account-notices.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import type { LetterReader, LinkPurpose, Origin } from './notice.ts'
import { readOptions } from './options.ts'
import { hashPassword, noPassword } from './password.ts'
import { setPassword } from './sessions.ts'
import { countTry } from './throttle.ts'

const byMail: readonly LinkPurpose[] = ['first', 'reset']
/** Letters to one account: a mailbox must not be filled by others. */
const perAccount = { tries: 3, windowMs: 3_600_000 }

/**
 * Sends links to the accounts with this login or e-mail address; who has none, or asked too often,
 * gets none. Nothing is answered.
 */
export async function askForPassword(db: Db, named: string, wallMs: number): Promise<void> {
  for (const person of await accountsNamed(db, named)) {
    if (person.email === '') continue
    const wait = await countTry(db, [{ key: `link:${person.id}`, ...perAccount }], wallMs)
    if (wait === 0) await inTransaction(db, (trx) => sendPasswordLink(trx, person, wallMs))
  }
}

/**
 * Sends a link to set a password, a first or a new one, to the address of the account. Answers the
 * link's id. Throws StoreError no_address.
 */
export async function sendPasswordLink(
  trx: Trx, person: Person, wallMs: number,
): Promise<string> {
  if (person.email === '') throw new StoreError('no_address')
  const { id: accountId, login, email } = person
  const row = await trx.selectFrom('accounts').select('password_hash').where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  const purpose = row.password_hash === noPassword ? 'first' : 'reset'
  const reader = await readerOf(trx, person)
  return sendLink(trx, { accountId, login, purpose, email, reader }, wallMs)
}

/** To whom letters about an account speak. */
export async function readerOf(db: Db, person: Person): Promise<LetterReader> {
  if (person.subscriberId === '')
    return { name: person.name, language: 'ru', zone: 'Europe/Moscow' }
  const row = await db.selectFrom('subscribers').select(['name', 'zone', 'options'])
    .where('id', '=', person.subscriberId)
    .executeTakeFirst()
  const { language } = readOptions(row?.options ?? null)
  return { name: row?.name ?? '', language, zone: row?.zone ?? 'Europe/Moscow' }
}

export interface PasswordLink {
  readonly login: string
  readonly purpose: 'first' | 'reset'
  readonly expiresAt: number
}

/** Whose password a link sets. Throws StoreError link_expired, link_used. */
export async function readPasswordLink(
  db: Db, token: string, wallMs: number,
): Promise<PasswordLink> {
  const { accountId, purpose, expiresAt } = await findLink(db, token, byMail, wallMs)
  const person = await ownerOf(db, accountId)
  return { login: person.login, purpose: purpose === 'first' ? 'first' : 'reset', expiresAt }
}

/**
 * Sets the password of a link's account and ends all its sessions. Throws StoreError link_expired,
 * link_used.
 */
export async function setPasswordByLink(
  db: Db, token: string, password: string, by: Origin,
): Promise<void> {
  const link = await findLink(db, token, byMail, by.atMs)
  const hash = await hashPassword(password) // outside of the transaction: it takes 25 ms
  await inTransaction(db, async (trx) => {
    await useLink(trx, link.id, by.atMs)
    const person = await ownerOf(trx, link.accountId)
    await setPassword(trx, person.id, hash)
    // The first password of all is no change.
    if (link.purpose !== 'first')
      await tellAccount(trx, person, { kind: 'accountChange', what: 'password', ...by }, by.atMs)
  })
}

/**
 * A new link for one that has expired, to the same account; for the hash of an unknown token
 * nothing.
 */
export async function renewPasswordLink(db: Db, hash: string, wallMs: number): Promise<void> {
  const link = await knownLink(db, hash, byMail)
  if (link === undefined || link.used) return
  const person = await findPerson(db, link.accountId)
  if (person === undefined || person.status !== 'active' || person.email === '') return
  const wait = await countTry(db, [{ key: `link:${person.id}`, ...perAccount }], wallMs)
  if (wait === 0) await inTransaction(db, (trx) => sendPasswordLink(trx, person, wallMs))
}

async function ownerOf(db: Db, accountId: string): Promise<Person> {
  const person = await findPerson(db, accountId)
  if (person === undefined || person.status !== 'active') throw new StoreError('link_expired')
  return person
}
