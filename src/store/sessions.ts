/**
 * Accounts and their sessions. A session is a random token whose SHA-256 stands in the database; it
 * ends after 30 minutes of silence and after 12 hours in any case.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Db } from './database.ts'

const idleMs = 30 * 60_000
const absoluteMs = 12 * 3_600_000
/** `seen_at` is written this seldom: a request should not cost a write. */
const touchMs = 60_000

export interface Account {
  readonly id: string
  readonly subscriberId: string
  readonly login: string
}

export interface Session extends Account {
  /** SHA-256 of the token, hex: names the session without being it. */
  readonly tokenHash: string
}

/** The account of a login in any case, with its password's hash; undefined when there is none. */
export async function findAccount(
  db: Db,
  login: string,
): Promise<(Account & { readonly passwordHash: string }) | undefined> {
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
      passwordHash: row.password_hash,
    }
  )
}

/** Gives an account a new password and ends all its sessions. */
export async function setPassword(db: Db, accountId: string, passwordHash: string): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ password_hash: passwordHash })
    .where('id', '=', accountId)
    .execute()
  await db.deleteFrom('sessions').where('account_id', '=', accountId).execute()
}

/** Begins a session and answers its token. */
export async function createSession(db: Db, accountId: string, wallMs: number): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db
    .insertInto('sessions')
    .values({
      token_hash: hashToken(token),
      account_id: accountId,
      created_at: wallMs,
      seen_at: wallMs,
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
    .select(['a.id', 'a.subscriber_id', 'a.login', 's.created_at', 's.seen_at'])
    .where('s.token_hash', '=', tokenHash)
    .executeTakeFirst()
  if (!row) return undefined
  const silent = wallMs - Number(row.seen_at)
  if (silent > idleMs || wallMs - Number(row.created_at) > absoluteMs) return undefined
  if (touch && silent > touchMs)
    await db
      .updateTable('sessions')
      .set({ seen_at: wallMs })
      .where('token_hash', '=', tokenHash)
      .execute()
  return { id: row.id, subscriberId: row.subscriber_id, login: row.login, tokenHash }
}

/** Ends a session. */
export async function endSession(db: Db, tokenHash: string): Promise<void> {
  await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
