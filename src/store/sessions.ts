/**
 * Accounts and their sessions. A session is a random token whose SHA-256 stands in the database; it
 * ends after 30 minutes of silence and after 12 hours in any case.
 */
import { createHash, randomBytes } from 'node:crypto'
import { allPurposes, overtake } from './account-links.ts'
import type { Db } from './database.ts'

const idleMs = 30 * 60_000
const absoluteMs = 12 * 3_600_000
/** `seen_at` is written this seldom: a request should not cost a write. */
const touchMs = 60_000

export type Role = 'subscriber' | 'manager'

export interface Account {
  readonly id: string
  /** '' for a manager. */
  readonly subscriberId: string
  readonly login: string
  readonly role: Role
}

/** `id` and `login` are those of who is logged in; `subscriberId` is whose panel is shown. */
export interface Session extends Account {
  /** SHA-256 of the token, hex: names the session without being it. */
  readonly tokenHash: string
  /** A manager looks at the panel of `subscriberId`: his account. */
  readonly viewedBy?: string
  /** A code of the second factor counts until then; 0 = none was given. */
  readonly freshUntil: number
  /** The password is to be changed before anything else. */
  readonly mustChangePassword: boolean
}

/** An account with what a log-in needs. */
export interface StoredAccount extends Account {
  readonly passwordHash: string
  /** A suspended account cannot log in. */
  readonly status: 'active' | 'suspended'
}

/** The account of a login in any case; undefined when there is none. */
export async function findAccount(db: Db, login: string): Promise<StoredAccount | undefined> {
  const row = await db
    .selectFrom('accounts')
    .selectAll()
    .where('login', '=', login.toLowerCase())
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      subscriberId: row.subscriber_id,
      login: row.login,
      role: row.role as Role,
      passwordHash: row.password_hash,
      status: row.status as StoredAccount['status'],
    }
  )
}

/** The password hash of an account. */
export async function passwordHashOf(db: Db, accountId: string): Promise<string> {
  const row = await db
    .selectFrom('accounts')
    .select('password_hash')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  return row.password_hash
}

/** Gives an account a new password and ends its sessions, all but `exceptHash`. */
export async function setPassword(
  db: Db,
  accountId: string,
  passwordHash: string,
  exceptHash = '',
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ password_hash: passwordHash, password_temporary: 0 })
    .where('id', '=', accountId)
    .execute()
  await db
    .deleteFrom('sessions')
    .where('account_id', '=', accountId)
    .where('token_hash', '<>', exceptHash)
    .execute()
  // A link that was sent for the old password must not set another one later, nor may an address
  // that somebody else has asked for meanwhile become the account's.
  await overtake(db, accountId, allPurposes)
}

/** Where a session began: the client's IP address and its User-Agent, as they were told. */
export interface SessionOrigin {
  readonly address: string
  readonly agent: string
}

/** Begins a session and answers its token. */
export async function createSession(
  db: Db,
  accountId: string,
  wallMs: number,
  origin: SessionOrigin = { address: '', agent: '' },
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db
    .insertInto('sessions')
    .values({
      token_hash: hashToken(token),
      account_id: accountId,
      created_at: wallMs,
      seen_at: wallMs,
      address: origin.address.slice(0, 64),
      agent: origin.agent.slice(0, 255),
    })
    .execute()
  await db
    .deleteFrom('sessions')
    .where('seen_at', '<', String(wallMs - idleMs))
    .limit(100)
    .execute()
  return token
}

/**
 * The session of a token while it is valid. `touch`: this is a sign of life, not a background look.
 */
export async function findSession(
  db: Db,
  token: string,
  wallMs: number,
  touch = true,
): Promise<Session | undefined> {
  const tokenHash = hashToken(token)
  const row = await db
    .selectFrom('sessions as s')
    .innerJoin('accounts as a', 'a.id', 's.account_id')
    .select(['a.id', 'a.subscriber_id', 'a.login', 'a.role', 'a.status', 'a.password_temporary'])
    .select(['s.created_at', 's.seen_at', 's.viewed_id', 's.fresh_until'])
    .where('s.token_hash', '=', tokenHash)
    .executeTakeFirst()
  if (!row || row.status !== 'active') return undefined
  const silent = wallMs - Number(row.seen_at)
  if (silent > idleMs || wallMs - Number(row.created_at) > absoluteMs) return undefined
  if (touch && silent > touchMs)
    await db
      .updateTable('sessions')
      .set({ seen_at: wallMs })
      .where('token_hash', '=', tokenHash)
      .execute()
  // Only a manager looks at others, whatever stands in the row.
  const viewed = row.role === 'manager' ? row.viewed_id : null
  return {
    id: row.id,
    subscriberId: viewed ?? row.subscriber_id,
    login: row.login,
    role: row.role as Role,
    tokenHash,
    freshUntil: Number(row.fresh_until),
    mustChangePassword: row.password_temporary === 1,
    ...(viewed === null ? {} : { viewedBy: row.id }),
  }
}

/**
 * A manager's session looks at the panel of a subscriber from now on; undefined = at none. Who may,
 * and the log of it, are the caller's.
 */
export async function setView(
  db: Db, tokenHash: string, subscriberId: string | undefined,
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ viewed_id: subscriberId ?? null })
    .where('token_hash', '=', tokenHash)
    .execute()
}

/** Ends all sessions of an account; answers how many there were. */
export async function endSessions(db: Db, accountId: string): Promise<number> {
  const gone = await db.deleteFrom('sessions').where('account_id', '=', accountId)
    .executeTakeFirst()
  return Number(gone.numDeletedRows)
}

/** Ends a session. */
export async function endSession(db: Db, tokenHash: string): Promise<void> {
  await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
}

export interface SessionRow extends SessionOrigin {
  readonly tokenHash: string
  readonly createdAt: number
  readonly seenAt: number
}

/** Valid sessions of an account, the one last seen first; at most 100. */
export async function listSessions(
  db: Db,
  accountId: string,
  wallMs: number,
): Promise<readonly SessionRow[]> {
  const rows = await db
    .selectFrom('sessions')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('seen_at', '>=', String(wallMs - idleMs))
    .where('created_at', '>=', String(wallMs - absoluteMs))
    .orderBy('seen_at', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => ({
    tokenHash: row.token_hash,
    createdAt: Number(row.created_at),
    seenAt: Number(row.seen_at),
    address: row.address,
    agent: row.agent,
  }))
}

/** Ends the session of this account whose hash begins so; false when there is none. */
export async function endSessionOf(db: Db, accountId: string, begins: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('sessions')
    .where('account_id', '=', accountId)
    .where('token_hash', 'like', `${begins}%`)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
