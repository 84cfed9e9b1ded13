/**
 * Every journal process holds a lease for as long as it lives. Calls whose owner holds none any
 * more can have no other end than this: they were interrupted. A dead process of this machine is
 * known at once, one elsewhere when its lease runs out.
 */
import { sql } from 'kysely'
import type { CallRecord, LegRecord } from '../call/record.ts'
import { recordFrom } from './call-rows.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { databaseNowMs } from './leases.ts'
import { callEvent, tell } from './outbox.ts'
import { fateOf, readIdentity } from './process-identity.ts'

const leaseName = (owner: string) => `journal:${owner}`
export const journalLeaseMs = 15_000
const batch = 200

/** The name under which a journal holds its lease. */
export function journalLease(owner: string): string {
  return leaseName(owner)
}

/** Closes the calls of dead owners as interrupted; answers how many. */
export async function closeOrphans(db: Db, wallMs: number): Promise<number> {
  const owners = await db
    .selectFrom('calls')
    .select('owner')
    .distinct()
    .where('ended_at', 'is', null)
    .execute()
  let closed = 0
  for (const { owner } of owners) {
    const diedAt = await deathOf(db, owner)
    if (diedAt !== undefined) closed += await closeCallsOf(db, owner, diedAt, wallMs)
  }
  await db
    .deleteFrom('leases')
    .where('name', 'like', 'journal:%')
    .where('until_ms', '<', sql<string>`${databaseNowMs} - 86400000`)
    .execute()
  return closed
}

/** Whether the journal `owner` is known to be dead. */
export async function isDeadOwner(db: Db, owner: string): Promise<boolean> {
  return (await deathOf(db, owner)) !== undefined
}

/** When its lease was last renewed, by the database's clock; undefined while it lives. */
async function deathOf(db: Db, owner: string): Promise<number | undefined> {
  const lease = await db
    .selectFrom('leases')
    .select(['until_ms', 'holder'])
    .select(databaseNowMs.as('now'))
    .where('name', '=', leaseName(owner))
    .executeTakeFirst()
  if (!lease) return 0
  const until = Number(lease.until_ms)
  const identity = readIdentity(lease.holder)
  const lives = until > Number(lease.now) && (identity === undefined || fateOf(identity) !== 'dead')
  return lives ? undefined : Math.max(0, until - journalLeaseMs)
}

async function closeCallsOf(
  db: Db,
  owner: string,
  diedAt: number,
  wallMs: number,
): Promise<number> {
  let closed = 0
  for (;;) {
    const rows = await db
      .selectFrom('calls')
      .selectAll()
      .where('owner', '=', owner)
      .where('ended_at', 'is', null)
      .limit(batch)
      .execute()
    for (const row of rows) {
      const record = interrupted(recordFrom(row), diedAt)
      await inTransaction(db, (trx) => closeCall(trx, record, Number(row.changed), wallMs))
    }
    closed += rows.length
    if (rows.length < batch) return closed
  }
}

async function closeCall(
  trx: Trx,
  record: CallRecord,
  changed: number,
  wallMs: number,
): Promise<void> {
  // `changed` rises by one only: should the owner live after all, his own next word beats this.
  const { numUpdatedRows } = await trx
    .updateTable('calls')
    .set({
      ended_at: record.endedAt ?? null,
      outcome: 'interrupted',
      ended_by: 'service',
      reason: record.reason,
      legs: JSON.stringify(record.legs),
      changed: changed + 1,
    })
    .where('id', '=', record.id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  const event = numUpdatedRows === 1n ? callEvent(record) : undefined
  if (event !== undefined) await tell(trx, event, Math.floor(wallMs))
}

/** The record of a call whose process died at `diedAt`; what is known of it stays. */
function interrupted(record: CallRecord, diedAt: number): CallRecord {
  const endedAt = Math.max(diedAt, record.startedAt, record.answeredAt ?? 0)
  const legs = record.legs.map((leg): LegRecord =>
    leg.endMs !== undefined
      ? leg
      : {
          ...leg,
          endMs: Math.max(leg.startMs, endedAt - record.startedAt),
          outcome: leg.outcome === 'ringing' ? 'cancelled' : leg.outcome,
        },
  )
  return {
    ...record,
    endedAt,
    outcome: 'interrupted',
    endedBy: 'service',
    reason: 'the service was interrupted',
    legs,
  }
}
