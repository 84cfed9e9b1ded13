/**
 * Leases: rows that say who does a thing now, until when, and for the how-manieth time (`fence`).
 * Time is the database's own, so that clocks of machines need not agree. A holder renews at a third
 * of the time; who stops renewing has lost it.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { thisProcess } from './process-identity.ts'

export interface Lease {
  /** Gives it back and stops renewing. */
  release(): Promise<void>
}

/** Milliseconds since 1970 by the database's clock. */
export const databaseNowMs = sql<number>`FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)`

/**
 * Takes the lease when it is free or run out; undefined when somebody else holds it. Renews itself.
 */
export async function holdLease(
  db: Db,
  name: string,
  owner: string,
  forMs: number,
): Promise<Lease | undefined> {
  await db
    .insertInto('leases')
    .ignore()
    .values({ name, owner: '', holder: '', until_ms: 0, fence: 0 })
    .execute()
  const taken = await db
    .updateTable('leases')
    .set({
      owner,
      holder: JSON.stringify(thisProcess()),
      until_ms: sql<number>`${databaseNowMs} + ${forMs}`,
      fence: sql<number>`fence + 1`,
    })
    .where('name', '=', name)
    .where((eb) =>
      eb.or([eb('until_ms', '<', sql<string>`${databaseNowMs}`), eb('owner', '=', owner)]),
    )
    .executeTakeFirst()
  if (taken.numUpdatedRows === 0n) return undefined
  const timer = setInterval(() => {
    renew(db, name, owner, forMs).catch(() => {})
  }, forMs / 3)
  timer.unref()
  return {
    async release() {
      clearInterval(timer)
      await db
        .updateTable('leases')
        .set({ until_ms: 0 })
        .where('name', '=', name)
        .where('owner', '=', owner)
        .execute()
    },
  }
}

/** Prolongs a lease one still holds; false when it was lost to somebody else. */
export async function renew(db: Db, name: string, owner: string, forMs: number): Promise<boolean> {
  const renewed = await db
    .updateTable('leases')
    .set({ until_ms: sql<number>`${databaseNowMs} + ${forMs}` })
    .where('name', '=', name)
    .where('owner', '=', owner)
    .executeTakeFirst()
  return renewed.numUpdatedRows === 1n
}
