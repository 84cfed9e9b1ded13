/**
 * Counts tries of what must not be tried without end: a number of them in a window of time, per
 * account, per address or in all, in the database so that all processes count together. Log-ins have
 * their own counting (login-throttle.ts), which forgives.
 */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'

export interface Limit {
  /** Names what is counted and for whom: 'register:203.0.113.9'. Kept hashed. */
  readonly key: string
  /** So many tries … */
  readonly tries: number
  /** … in so many milliseconds, beginning with the first. */
  readonly windowMs: number
}

/**
 * Counts a try under each limit, before it is done (many at once must not slip through together),
 * and answers the seconds until another one is allowed; 0 = this one may go on. What one limit
 * refuses is not counted under those after it: one person's tries do not use up what all have.
 */
export async function countTry(
  db: Db, limits: readonly Limit[], wallMs: number,
): Promise<number> {
  const now = Math.floor(wallMs)
  let wait = 0
  for (const limit of limits) {
    const { tries, endsAt } = await count(db, limit, now)
    if (tries <= limit.tries) continue
    wait = Math.max(1, Math.ceil((endsAt - now) / 1000))
    break
  }
  await db.deleteFrom('throttles').where('ends_at', '<=', String(now)).limit(20).execute()
  return wait
}

/** In one transaction, whose row lock makes each try see the ones before it and no other. */
async function count(
  db: Db, { key, windowMs }: Limit, now: number,
): Promise<{ readonly tries: number; readonly endsAt: number }> {
  const bucket = createHash('sha256').update(key).digest('hex')
  return inTransaction(db, async (trx) => {
    await trx
      .insertInto('throttles')
      .values({ bucket, tries: 1, ends_at: now + windowMs })
      // MySQL assigns from left to right: `tries` still sees the old window.
      .onDuplicateKeyUpdate({
        tries: sql<number>`IF(ends_at <= ${now}, 1, tries + 1)`,
        ends_at: sql<number>`IF(ends_at <= ${now}, ${now + windowMs}, ends_at)`,
      })
      .execute()
    const row = await trx.selectFrom('throttles').select(['tries', 'ends_at'])
      .where('bucket', '=', bucket)
      .executeTakeFirstOrThrow()
    return { tries: row.tries, endsAt: Number(row.ends_at) }
  })
}
