/**
 * Leases: rows that say who does a thing now, until when, and for the how-manieth time (`fence`).
 * Time is the database's own, so that clocks of machines need not agree. A holder renews at a third
 * of the time; who stops renewing has lost it, and one of this machine that is seen to be dead at
 * once: what it was at goes on as soon as its successor is there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { fateOf, readIdentity, thisProcess } from './process-identity.ts'

export interface Lease {
  /** False when somebody else was seen to have it; it may come back when that one is done. */
  isHeld(): boolean
  /** Gives it back and stops renewing. */
  release(): Promise<void>
}

const longestTurnMs = 5000

/**
 * Milliseconds since 1970 by the database's clock. Not UNIX_TIMESTAMP(NOW(3)), which leaps by an hour
 * where the server's own zone has summer time: every lease would have run out.
 */
export const databaseNowText =
  "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)"
/** The same for Kysely. */
export const databaseNowMs = sql<number>`${sql.raw(databaseNowText)}`

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
  let held = true
  let released = false
  const turns = new Set<Promise<void>>()
  const prolong = async (): Promise<void> => {
    const kept = await renew(db, name, owner, forMs)
    if (!released) held = kept || await take(db, name, owner, forMs)
  }
  const timer = setInterval(() => {
    const turn = prolong()
      .catch(() => {}) // the database is away: the next turn tries again
      .finally(() => turns.delete(turn))
    turns.add(turn)
  }, forMs / 3)
  timer.unref()
  return {
    isHeld: () => held && !released,
    async release() {
      released = true
      clearInterval(timer)
      // A renewal that arrived after it would take it back. One whose connection is dead never ends.
      await Promise.race([Promise.all(turns), sleep(longestTurnMs, undefined, { ref: false })])
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
