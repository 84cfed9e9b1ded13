/**
 * Leases: rows that say who does a thing now, until when, and for the how-manieth time (`fence`).
 * Time is the database's own, so that clocks of machines need not agree. A holder renews at a third
 * of the time; who stops renewing has lost it, and one of this machine that is seen to be dead at
 * once: what it was at goes on as soon as its successor is there.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { fateOf, readIdentity, thisProcess } from './process-identity.ts'

export interface Lease {
  /** Gives it back and stops renewing. */
  release(): Promise<void>
}

/** Milliseconds since 1970 by the database's clock. */
export const databaseNowMs = sql<number>`FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)`

/**
 * Takes the lease when it is free or run out, or its holder is dead; undefined when somebody else
 * holds it. Renews itself, and takes it anew should its row be gone.
 */
export async function holdLease(
  db: Db,
  name: string,
  owner: string,
  forMs: number,
): Promise<Lease | undefined> {
  if (!await take(db, name, owner, forMs)) return undefined
  const timer = setInterval(() => {
    renew(db, name, owner, forMs)
      .then((held) => held || take(db, name, owner, forMs))
      .catch(() => {}) // the database is away: the next turn tries again
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

async function take(db: Db, name: string, owner: string, forMs: number): Promise<boolean> {
  await db
    .insertInto('leases')
    .ignore()
    // Run out just now. One that has run out for ever would be cleared away (orphans.ts) by a process
    // that starts at the same moment, before the next statement takes it.
    .values({ name, owner: '', holder: '', until_ms: sql<number>`${databaseNowMs} - 1`, fence: 0 })
    .execute()
  const dead = await deadHolder(db, name)
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
      eb.or([
        eb('until_ms', '<', sql<string>`${databaseNowMs}`), eb('owner', '=', owner),
        ...(dead === undefined ? [] : [eb('owner', '=', dead)]),
      ]),
    )
    .executeTakeFirst()
  return taken.numUpdatedRows === 1n
}

/** The owner of a lease whose process is known to be dead. */
async function deadHolder(db: Db, name: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('leases')
    .select(['owner', 'holder'])
    .where('name', '=', name)
    .executeTakeFirst()
  const holder = row && readIdentity(row.holder)
  return row && holder && fateOf(holder) === 'dead' ? row.owner : undefined
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
