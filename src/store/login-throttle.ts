/**
 * Slows the guessing of passwords: tries are counted per account and per address, in the database
 * so that all processes count together. A success forgives the account, not the address.
 */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from './database.ts'

const windowMs = 15 * 60_000
/** An account bears 10 wrong passwords in a quarter of an hour, an address (maybe an office) 50. */
const limits = { account: 10, address: 50 } as const

export interface LoginAttempt {
  readonly login: string
  /** The client's address, as text. */
  readonly address: string
}

/**
 * Counts a try before its password is looked at (many at once must not slip through together) and
 * answers the seconds until another one is allowed; 0 = this one may go on.
 */
export async function countLogin(db: Db, attempt: LoginAttempt, wallMs: number): Promise<number> {
  const old = wallMs - windowMs
  const both = buckets(attempt)
  for (const bucket of both) {
    await db
      .insertInto('login_failures')
      .values({ bucket, window_start: wallMs, failures: 1 })
      // MySQL assigns from left to right: `failures` still sees the old window.
      .onDuplicateKeyUpdate({
        failures: sql<number>`IF(window_start < ${old}, 1, failures + 1)`,
        window_start: sql<number>`IF(window_start < ${old}, ${wallMs}, window_start)`,
      })
      .execute()
  }
  await db.deleteFrom('login_failures').where('window_start', '<', String(old)).limit(100).execute()
  const rows = await db
    .selectFrom('login_failures')
    .selectAll()
    .where('bucket', 'in', both)
    .execute()
  const waits = rows.map((row) => {
    const limit = row.bucket === both[0] ? limits.account : limits.address
    return row.failures > limit
      ? Math.ceil((Number(row.window_start) + windowMs - wallMs) / 1000)
      : 0
  })
  return Math.max(0, ...waits)
}

/** Forgets the tries of an account that has logged in, and this one of its address. */
export async function forgiveLogin(db: Db, attempt: LoginAttempt): Promise<void> {
  const [account, address] = buckets(attempt)
  await db.deleteFrom('login_failures').where('bucket', '=', account).execute()
  await db
    .updateTable('login_failures')
    .set((eb) => ({ failures: eb('failures', '-', 1) }))
    .where('bucket', '=', address)
    .where('failures', '>', 0)
    .execute()
}

function buckets({ login, address }: LoginAttempt): [account: string, address: string] {
  return [digest(`account:${login.toLowerCase()}`), digest(`address:${address}`)]
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
