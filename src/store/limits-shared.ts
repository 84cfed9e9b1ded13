/**
 * What processes of the call application tell each other for the limits of `app/velocity.ts`: how
 * often callers have called, which calls live elsewhere, and the alarms of what was refused. Asked
 * once a second at most, never by a call. Calls of other processes are read from the journal's own
 * index; a process that is alone pays for an empty answer.
 */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { CallerCount, SharedCounts } from '../app/limits-port.ts'
import type { FraudSign } from '../limits/fraud-sign.ts'
import { raiseOnce } from './alarms.ts'
import type { NewAlarm } from './alarms.ts'
import type { Db } from './database.ts'

/** Hours whose counts nobody asks for any more. */
const keptHours = 2
const purgeBatch = 10_000
/** Callers written at once. */
const batch = 500

/** Implements SharedCounts of `app/limits-port.ts`. `owner`: this process in `calls.owner`. */
export function createSharedCounts(db: Db, owner: string): SharedCounts {
  return {
    async addCalls(counts) {
      const totals = new Map<string, number>()
      for (let at = 0; at < counts.length; at += batch) {
        const part = counts.slice(at, at + batch)
        await write(db, part)
        for (const [key, calls] of await read(db, part)) totals.set(key, calls)
      }
      return totals
    },
    async liveElsewhere() {
      const rows = await db
        .selectFrom('calls')
        .select(['subscriber_id', (eb) => eb.fn.countAll<string>().as('calls')])
        .where('ended_at', 'is', null)
        .where((eb) => eb.or([eb('owner', '<', owner), eb('owner', '>', owner)]))
        .where('subscriber_id', 'is not', null)
        .groupBy('subscriber_id')
        .execute()
      return new Map(rows.map((row) => [row.subscriber_id ?? '', Number(row.calls)]))
    },
    async forget(beforeHour) {
      for (;;) {
        const { numDeletedRows } = await db
          .deleteFrom('caller_counts')
          .where('hour', '<', beforeHour - keptHours)
          .limit(purgeBatch)
          .executeTakeFirst()
        if (numDeletedRows < purgeBatch) return
      }
    },
    async raise(sign, wallMs) {
      await raiseOnce(db, fraudAlarm(sign, wallMs), wallMs)
    },
  }
}

/** An alarm of fraud: the same trouble of the same subscriber on the same day is one. */
export function fraudAlarm(
  { fault, subscriberId, key, facts }: FraudSign, wallMs: number,
): NewAlarm {
  const day = new Date(wallMs).toISOString().slice(0, 10)
  const about = key === '' ? '' : `:${hash(key).slice(0, 16)}`
  return {
    key: `fraud:${fault}:${subscriberId ?? ''}${about}:${day}`, kind: 'fraud',
    subscriberId, details: { fault, ...facts },
  }
}

async function write(db: Db, counts: readonly CallerCount[]): Promise<void> {
  await db
    .insertInto('caller_counts')
    .values(counts.map(({ key, hour, calls }) => ({ bucket: bucketOf(key), hour, calls })))
    .onDuplicateKeyUpdate({ calls: sql<number>`calls + VALUES(calls)` })
    .execute()
}

/** By `key@hour`. */
async function read(
  db: Db, counts: readonly CallerCount[],
): Promise<readonly (readonly [key: string, calls: number])[]> {
  const rows = await db
    .selectFrom('caller_counts')
    .selectAll()
    .where('bucket', 'in', counts.map(({ key }) => bucketOf(key)))
    .execute()
  const found = new Map(rows.map((row) => [`${row.bucket}@${row.hour}`, row.calls]))
  return counts.map(({ key, hour, calls }) =>
    [`${key}@${hour}`, found.get(`${bucketOf(key)}@${hour}`) ?? calls])
}

/** Who called whom is nobody's business who looks into this table. */
function bucketOf(key: string): string {
  return hash(key).slice(0, 32)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
