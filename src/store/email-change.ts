/**
 * Another e-mail address for an account: it counts once the link that was sent there is followed.
 * The old address is told when it is asked for and when it is done.
 */
import { findLink, overtake, pendingLink, sendLink, useLink } from './account-links.ts'
import { tellAccount } from './account-notices.ts'
import { findPerson } from './accounts.ts'
import type { Person } from './accounts.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { readerOf } from './new-password.ts'
import type { Notice, Origin } from './notice.ts'
import { tell } from './outbox.ts'
import { changeSettings } from './settings.ts'

export interface EmailState {
  /** '' = none. */
  readonly email: string
  readonly pending: { readonly email: string; readonly until: number } | null
}

/** The address of an account and the one that waits for its link. Throws StoreError not_found. */
export async function emailState(db: Db, accountId: string, wallMs: number): Promise<EmailState> {
  const { email } = await mustFind(db, accountId)
  const link = await pendingLink(db, accountId, 'email', wallMs)
  return { email, pending: link === undefined ? null : { email: link.email, until: link.expiresAt } }
}

/** Sends a link to the new address and a notice to the old one. */
export async function askForEmail(
  db: Db, accountId: string, email: string, by: Origin,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const person = await mustFind(trx, accountId)
    const reader = await readerOf(trx, person)
    await sendLink(trx, { accountId, login: person.login, purpose: 'email', email, reader }, by.atMs)
    const notice = { kind: 'accountChange', what: 'emailAsked', email, ...by } as const
    await tellAddress(trx, person, person.email, notice, by.atMs)
  })
}

/** What was asked for is asked for no more. */
export async function dropEmailChange(db: Db, accountId: string): Promise<void> {
  await overtake(db, accountId, ['email'])
}

/** The link was followed: answers the address. Throws StoreError link_expired, link_used. */
export async function confirmEmail(db: Db, token: string, by: Origin): Promise<string> {
  return inTransaction(db, async (trx) => {
    const link = await findLink(trx, token, ['email'], by.atMs)
    await useLink(trx, link.id, by.atMs)
    const person = await findPerson(trx, link.accountId)
    if (person === undefined || person.status !== 'active') throw new StoreError('link_expired')
    // Whoever reads the old mailbox must not set a password with what lies there.
    await overtake(trx, person.id)
    if (person.subscriberId !== '') {
      // Tells both addresses, too.
      await changeSettings(
        trx, person.subscriberId, undefined, { options: { email: link.email } }, by)
      return link.email
    }
    await trx.updateTable('accounts').set({ email: link.email.toLowerCase() })
      .where('id', '=', person.id)
      .execute()
    const notice = { kind: 'accountChange', what: 'email', email: link.email, ...by } as const
    await tellAddress(trx, person, person.email, notice, by.atMs)
    await tellAccount(trx, { ...person, email: link.email }, notice, by.atMs)
    return link.email
  })
}

/** Goes there whatever was chosen: whoever has taken the account over may have chosen it. */
async function tellAddress(
  trx: Trx, person: Person, address: string, notice: Notice, wallMs: number,
): Promise<void> {
  if (address === '') return
  await tell(trx, {
    subscriberId: person.subscriberId, key: `account:${newId(wallMs)}`, notice,
    to: { channel: 'email', address }, reader: await readerOf(trx, person),
  }, wallMs)
}

async function mustFind(db: Db, accountId: string): Promise<Person> {
  const person = await findPerson(db, accountId)
  if (person === undefined) throw new StoreError('not_found')
  return person
}
