/**
 * Accounts as people: whose they are, their names and e-mail addresses, managers. Passwords and
 * sessions stand in sessions.ts, links to set a password in account-links.ts.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'
import { newId } from './ids.ts'
import { noPassword } from './password.ts'
import { endSessions } from './sessions.ts'
import type { Account, Role } from './sessions.ts'

export interface Person extends Account {
  /** A manager's; '' for a subscriber, whose name stands elsewhere. */
  readonly name: string
  /** In lower case; '' = none. */
  readonly email: string
  readonly status: 'active' | 'suspended'
}

/** The account with this id; undefined when there is none. */
export async function findPerson(db: Db, accountId: string): Promise<Person | undefined> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', accountId)
    .executeTakeFirst()
  return row && personFrom(row)
}

/** The account with this login in any case; undefined when there is none. */
export async function findPersonByLogin(db: Db, login: string): Promise<Person | undefined> {
  const row = await db.selectFrom('accounts').selectAll().where('login', '=', login.toLowerCase())
    .executeTakeFirst()
  return row && personFrom(row)
}

/** The account of a subscriber. Throws StoreError not_found. */
export async function accountOf(db: Db, subscriberId: string): Promise<Person> {
  const row = await db.selectFrom('accounts').selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('id')
    .executeTakeFirst()
  if (!row || subscriberId === '') throw new StoreError('not_found')
  return personFrom(row)
}

/** Accounts with this login or this e-mail address, in any case; at most five. */
export async function accountsNamed(db: Db, text: string): Promise<readonly Person[]> {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return []
  const rows = await db.selectFrom('accounts').selectAll()
    .where((eb) => eb.or([eb('login', '=', wanted), eb('email', '=', wanted)]))
    .where('status', '=', 'active')
    .orderBy('id')
    .limit(5)
    .execute()
  return rows.map(personFrom)
}

/** Writes the address of a subscriber's account, as his settings have it. */
export async function setAccountEmail(db: Db, subscriberId: string, email: string): Promise<void> {
  await db.updateTable('accounts').set({ email: email.toLowerCase() })
    .where('subscriber_id', '=', subscriberId)
    .execute()
}

export interface NewManager {
  readonly login: string
  readonly name: string
  readonly email: string
  /** Left out: no password fits until one is set by a link. */
  readonly passwordHash?: string
}

/** Makes a manager's account and answers its id. Throws StoreError login_taken. */
export async function addManager(db: Db, manager: NewManager, wallMs: number): Promise<string> {
  const id = newId(wallMs)
  await db.insertInto('accounts')
    .values({
      id,
      subscriber_id: '',
      login: manager.login.toLowerCase(),
      password_hash: manager.passwordHash ?? noPassword,
      role: 'manager',
      name: manager.name,
      email: manager.email.toLowerCase(),
    })
    .execute()
    .catch((fault: unknown) => {
      throw isDuplicate(fault) ? new StoreError('login_taken', {}, 'login') : fault
    })
  return id
}

/** All managers by login. */
export async function listManagers(db: Db): Promise<readonly Person[]> {
  const rows = await db.selectFrom('accounts').selectAll().where('role', '=', 'manager')
    .orderBy('login')
    .execute()
  return rows.map(personFrom)
}

/** Suspends a manager, whose sessions end, or lets him in again. Throws StoreError not_found. */
export async function setManagerStatus(
  db: Db, login: string, status: Person['status'],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await trx.selectFrom('accounts').select('id')
      .where('login', '=', login.toLowerCase())
      .where('role', '=', 'manager')
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw new StoreError('not_found')
    await trx.updateTable('accounts').set({ status }).where('id', '=', row.id).execute()
    if (status === 'suspended') await endSessions(trx, row.id)
  })
}

function personFrom(row: {
  id: string; subscriber_id: string; login: string; role: string; name: string; email: string
  status: string
}): Person {
  return {
    id: row.id,
    subscriberId: row.subscriber_id,
    login: row.login,
    role: row.role as Role,
    name: row.name,
    email: row.email,
    status: row.status as Person['status'],
  }
}
