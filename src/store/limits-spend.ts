/**
 * The money of the local day that calls of a subscriber have cost, by the ledger, and what is left
 * of its cap. Calls that still live are not in it: who charges them adds them.
 */
import { localMidnight } from '../call/schedule.ts'
import { limitTable } from '../limits/limit-table.ts'
import { spendLeft } from '../limits/spend.ts'
import type { Db, Run } from './database.ts'
import { StoreError } from './errors.ts'
import { limitsOf } from './limits.ts'
import { marksFor, padded } from './live-accounts.ts'

export interface DaySpend {
  readonly spentKopecks: number
  /** 0 = no cap. */
  readonly capKopecks: number
  /** The local day, milliseconds since 1970; half-open. */
  readonly dayStartsAt: number
  readonly dayEndsAt: number
}

/** Today's spend and its cap. Throws StoreError not_found. */
export async function daySpend(db: Db, subscriberId: string, wallMs: number): Promise<DaySpend> {
  const row = await db
    .selectFrom('subscribers')
    .select('zone')
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const dayStartsAt = localMidnight(wallMs, row.zone)
  const { spendPerDayKopecks: capKopecks } = await limitsOf(db, subscriberId)
  const { sum } = await db
    .selectFrom('ledger')
    .select((eb) => eb.fn.sum<string | null>('kopecks').as('sum'))
    .where('subscriber_id', '=', subscriberId)
    .where('at', '>=', String(dayStartsAt))
    .where('kind', '=', 'call')
    .executeTakeFirstOrThrow()
  return {
    spentKopecks: Math.max(0, -Number(sum ?? 0)), capKopecks, dayStartsAt,
    dayEndsAt: localMidnight(wallMs, row.zone, 1),
  }
}

/**
 * What calls may still cost today, by subscriber; who has no cap is not there. For whoever lets
 * calls in and cuts them, with the statements of his transaction that has locked the accounts: the
 * lesser of this and the balance is what there is to talk away.
 */
export async function spendLeftToday(
  run: Run, subscriberIds: readonly string[], wallMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (subscriberIds.length === 0) return new Map()
  const left = new Map<string, number>()
  for (const [dayStartsAt, caps] of await capsByDay(run, subscriberIds, wallMs)) {
    const ids = padded([...caps.keys()])
    const rows = await run<SpentRow>(spentSql(ids.length), [dayStartsAt, ...ids])
    const spent = new Map(rows.map((row) => [row.subscriber_id, -Number(row.sum)]))
    for (const [id, cap] of caps) {
      const rest = spendLeft(cap, Math.max(0, spent.get(id) ?? 0))
      if (rest !== undefined) left.set(id, rest)
    }
  }
  return left
}

interface CapRow {
  readonly id: string
  readonly zone: string
  readonly own: string | null
  readonly of_all: string | null
}

interface SpentRow {
  readonly subscriber_id: string
  readonly sum: string
}

/** Caps by the instant at which the local day of their subscribers began. */
async function capsByDay(
  run: Run, subscriberIds: readonly string[], wallMs: number,
): Promise<ReadonlyMap<number, ReadonlyMap<string, number>>> {
  const ids = padded(subscriberIds)
  const rows = await run<CapRow>(capsSql(ids.length), ids)
  const days = new Map<number, Map<string, number>>()
  for (const { id, zone, own, of_all: ofAll } of rows) {
    const cap = Number(own ?? ofAll ?? limitTable.spendPerDayKopecks.value)
    if (cap === 0) continue
    const startsAt = localMidnight(wallMs, zone)
    const caps = days.get(startsAt) ?? new Map<string, number>()
    days.set(startsAt, caps.set(id, cap))
  }
  return days
}

function capsSql(ids: number): string {
  return `SELECT s.id, s.zone,
  (SELECT value FROM limits WHERE subscriber_id = s.id AND name = 'spendPerDayKopecks') AS own,
  (SELECT value FROM limits WHERE subscriber_id = '' AND name = 'spendPerDayKopecks') AS of_all
FROM subscribers s WHERE s.id IN (${marksFor(ids)})`
}

function spentSql(ids: number): string {
  return `SELECT subscriber_id, SUM(kopecks) AS sum FROM ledger
WHERE at >= ? AND kind = 'call' AND subscriber_id IN (${marksFor(ids)}) GROUP BY subscriber_id`
}
