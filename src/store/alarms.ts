/**
 * Alarms: what somebody of the operator has to look at, such as a ledger that does not add up. A
 * trouble has a key; raised again it is the same row, open anew.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { newId } from './ids.ts'

export interface NewAlarm {
  /** Names the trouble: 'ledger:<subscriber>:17:balance'. At most 160 characters, ASCII. */
  readonly key: string
  readonly kind: 'ledger' | 'payment' | 'fraud'
  readonly subscriberId: string | undefined
  readonly details: Readonly<Record<string, string | number>>
}

export interface Alarm extends NewAlarm {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly raisedAt: number
  readonly lastAt: number
  readonly times: number
}

/** Raises an alarm, inside of a transaction with what it is about. */
export async function raiseAlarm(db: Db, alarm: NewAlarm, wallMs: number): Promise<void> {
  const details = JSON.stringify(alarm.details)
  await db
    .insertInto('alarms')
    .values({
      id: newId(wallMs), alarm_key: alarm.key, kind: alarm.kind,
      subscriber_id: alarm.subscriberId ?? null, details, raised_at: wallMs, last_at: wallMs,
      times: 1, closed_at: null,
    })
    .onDuplicateKeyUpdate({
      details, last_at: wallMs, times: sql<number>`times + 1`, closed_at: null,
    })
    .execute()
}

/** Alarms that nobody has closed, the latest first; at most `limit`. */
export async function openAlarms(db: Db, limit = 100): Promise<readonly Alarm[]> {
  const rows = await db
    .selectFrom('alarms')
    .selectAll()
    .where('closed_at', 'is', null)
    .orderBy('last_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    key: row.alarm_key,
    kind: row.kind as Alarm['kind'],
    subscriberId: row.subscriber_id ?? undefined,
    details: JSON.parse(row.details) as Alarm['details'],
    raisedAt: Number(row.raised_at),
    lastAt: Number(row.last_at),
    times: row.times,
  }))
}

/** Somebody has seen to it; raised again it is open again. */
export async function closeAlarm(db: Db, id: string, wallMs: number): Promise<void> {
  await db.updateTable('alarms').set({ closed_at: wallMs }).where('id', '=', id).execute()
}

/**
 * Raises an alarm that is one for its key: when it is there already its facts are brought up to
 * date, and it stays closed if somebody has closed it. Whether it is new.
 */
export async function raiseOnce(db: Db, alarm: NewAlarm, wallMs: number): Promise<boolean> {
  const there = await db
    .updateTable('alarms')
    .set({ details: JSON.stringify(alarm.details), last_at: wallMs })
    .where('alarm_key', '=', alarm.key)
    .executeTakeFirst()
  if (there.numUpdatedRows > 0n) return false
  await raiseAlarm(db, alarm, wallMs)
  return true
}
