/**
 * Every journal process holds a lease for as long as it lives. Calls whose owner holds none any
 * more can have no other end than this: they were interrupted. A dead process of this machine is
 * known at once, one elsewhere when its lease runs out.
 */
import { sql } from 'kysely'
import type { CallRecord, LegRecord } from '../call/record.ts'
import type { Log } from '../log.ts'
import { raiseAlarm } from './alarms.ts'
import type { NewAlarm } from './alarms.ts'
import { recordFrom } from './call-rows.ts'
import { settleCalls } from './charge-call.ts'
import type { Settlement } from './charge-call.ts'
import { inTransaction, runIn } from './database.ts'
import type { Db, Trx } from './database.ts'
import { isRetryable } from './errors.ts'
import { databaseNowMs } from './leases.ts'
import { callEvent, tell } from './outbox.ts'
import { fateOf, readIdentity } from './process-identity.ts'
import { TariffShelf } from './tariff-shelf.ts'

const leaseName = (owner: string) => `journal:${owner}`
export const journalLeaseMs = 15_000
/**
 * A process that cannot be seen from here is dead when its lease ran out so long ago. It tries each
 * five seconds: a machine that stood still for twenty, or a database that did, costs nobody his call.
 */
const graceMs = 15_000
const batch = 200
/** A reservation this old is no news that is still under way. */
const strayMs = 60_000

/** The name under which a journal holds its lease. */
export function journalLease(owner: string): string {
  return leaseName(owner)
}

export interface Repair {
  readonly tariffs?: TariffShelf
  /**
   * Whether this process has reached the database all the time lately. Who has not does not know who
   * else has not: then only the calls of those who are seen to be dead are closed. Default: yes.
   */
  readonly isInTouch?: () => boolean
  readonly log?: Log
}

/**
 * Closes the calls of dead owners as interrupted; answers how many. One that cost money is charged
 * until the last instant at which its owner is proved to have lived, which is the end it gets.
 */
export async function closeOrphans(
  db: Db, wallMs: number, { tariffs = new TariffShelf(), isInTouch = () => true, log }: Repair = {},
): Promise<number> {
  const owners = await db
    .selectFrom('calls')
    .select('owner')
    .distinct()
    .where('ended_at', 'is', null)
    .execute()
  let closed = 0
  for (const { owner } of owners) {
    const death = await deathOf(db, owner)
    // Asked after the database has answered: it may have kept us waiting for as long as others.
    if (death === undefined || !(death.isSeen || isInTouch())) continue
    closed += await closeCallsOf({ db, tariffs, log }, owner, death.atMs, wallMs)
  }
  if (!isInTouch()) return closed
  await dropStrayReservations(db, wallMs)
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

interface Death {
  /** When its lease was last renewed, by the database's clock. */
  readonly atMs: number
  /** It was a process of this machine, and is none any more. */
  readonly isSeen: boolean
}

/** undefined while it lives. */
async function deathOf(db: Db, owner: string): Promise<Death | undefined> {
  const lease = await db
    .selectFrom('leases')
    .select(['until_ms', 'holder'])
    .select(databaseNowMs.as('now'))
    .where('name', '=', leaseName(owner))
    .executeTakeFirst()
  if (!lease) return { atMs: 0, isSeen: false }
  const until = Number(lease.until_ms)
  const identity = readIdentity(lease.holder)
  const fate = identity === undefined ? 'elsewhere' : fateOf(identity)
  // Who can be seen lives, also when the database was away for longer than his lease.
  const lives = fate === 'alive' || (fate === 'elsewhere' && until + graceMs > Number(lease.now))
  return lives ? undefined
    : { atMs: Math.max(0, until - journalLeaseMs), isSeen: fate === 'dead' }
}

interface Places {
  readonly db: Db
  readonly tariffs: TariffShelf
  readonly log: Log | undefined
}

async function closeCallsOf(
  { db, tariffs, log }: Places,
  owner: string,
  diedAt: number,
  wallMs: number,
): Promise<number> {
  let closed = 0
  let last = ''
  for (;;) {
    const rows = await db
      .selectFrom('calls')
      .selectAll()
      .where('owner', '=', owner)
      .where('ended_at', 'is', null)
      .where('id', '>', last)
      .orderBy('id')
      .limit(batch)
      .execute()
    for (const row of rows) {
      last = row.id
      const record = interrupted(recordFrom(row), diedAt)
      try {
        const alarms = await inTransaction(db, (trx) =>
          closeCall(trx, tariffs, record, Number(row.changed), wallMs))
        for (const alarm of alarms) await raiseAlarm(db, alarm, Math.floor(wallMs))
        closed += 1
      } catch (fault) {
        if (isRetryable(fault)) throw fault
        // One account that is out of order must not keep all others, or a whole start, waiting.
        log?.error({ err: fault, call: row.id }, 'a call of a dead process cannot be closed')
      }
    }
    if (rows.length < batch) return closed
  }
}

async function closeCall(
  trx: Trx,
  tariffs: TariffShelf,
  record: CallRecord,
  changed: number,
  wallMs: number,
): Promise<readonly NewAlarm[]> {
  const settled = await settle(trx, tariffs, record, Math.floor(wallMs))
  const charge = settled?.charges.get(record.id)
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
      ...(charge === undefined ? {} : {
        cost_kopecks: charge.kopecks, rate_name: charge.rateName,
        charged_seconds: charge.seconds, included_seconds: charge.includedSeconds,
      }),
    })
    .where('id', '=', record.id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  const event = numUpdatedRows === 1n ? callEvent(record) : undefined
  if (event !== undefined) await tell(trx, event, Math.floor(wallMs))
  for (const notice of settled?.events ?? []) await tell(trx, notice, Math.floor(wallMs))
  return settled?.alarms ?? []
}

/** Charges what was reserved; undefined where nothing was, or its owner has had the last word. */
async function settle(
  trx: Trx, tariffs: TariffShelf, record: CallRecord, wallMs: number,
): Promise<Settlement | undefined> {
  const { id, subscriberId, answeredAt, endedAt = wallMs } = record
  if (subscriberId === undefined) return undefined
  // As in the journal: the account is locked first, then it is looked at what there is.
  const run = runIn(trx)
  await run('SELECT id FROM subscribers WHERE id = ? FOR UPDATE', [subscriberId])
  const [call] = await run<{ ended_at: string | null }>(
    'SELECT ended_at FROM calls WHERE id = ? FOR UPDATE', [id])
  if (call === undefined || call.ended_at !== null) return undefined
  const [reserved] = await run<{ address: string }>(
    'SELECT address FROM live_charges WHERE call_id = ? AND subscriber_id = ?', [id, subscriberId])
  if (reserved === undefined) return undefined
  const { address } = reserved
  return settleCalls(run, tariffs, [{ id, subscriberId, address, answeredAt, endedAt }], wallMs)
}

/**
 * Reservations whose call is stored with its end, or never was stored: their transaction came
 * through after everybody had given it up. Nobody was connected by them, so they cost nothing.
 */
async function dropStrayReservations(db: Db, wallMs: number): Promise<void> {
  const rows = await db
    .selectFrom('live_charges as l')
    .leftJoin('calls as c', 'c.id', 'l.call_id')
    .select(['l.call_id', 'l.owner', 'c.id'])
    .where('l.answered_at', '<', String(Math.floor(wallMs) - strayMs))
    .where((eb) => eb.or([eb('c.id', 'is', null), eb('c.ended_at', 'is not', null)]))
    .limit(batch)
    .execute()
  for (const { call_id: callId, owner, id } of rows) {
    if (id === null && !await isDeadOwner(db, owner)) continue
    await db.deleteFrom('live_charges').where('call_id', '=', callId).execute()
  }
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
