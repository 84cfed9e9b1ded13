/**
 * The money of the local day that calls of a subscriber have cost, by the ledger, and what is left
 * of its cap. Calls that still live are not in it: who charges them adds them.
 */
import { localMidnight } from '../call/schedule.ts'
import { limitTable } from '../limits/limit-table.ts'
import { spendLeft } from '../limits/spend.ts'
import type { Db, Run } from './database.ts'
import { StoreError } from './errors.ts'
import { limitsOf, ofAll } from './limits.ts'
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

/** Whose day it is. */
export interface Local {
  readonly id: string
  readonly zone: string
}

/**
 * What calls may still cost today, by subscriber; who has no cap is not there. For whoever lets
 * calls in and cuts them, with the statements of his transaction that has locked the accounts: the
 * lesser of this and the balance is what there is to talk away.
 */
export async function spendLeftToday(
  run: Run, subscribers: readonly Local[], wallMs: number,
): Promise<ReadonlyMap<string, number>> {
  const left = new Map<string, number>()
  for (const [id, { capKopecks, spentKopecks }] of await spendToday(run, subscribers, wallMs)) {
    const rest = spendLeft(capKopecks, spentKopecks)
    if (rest !== undefined) left.set(id, rest)
  }
  return left
}

/** The sums of today and their caps, by subscriber: a statement for each midnight there is. */
export async function spendToday(
  run: Run, subscribers: readonly Local[], wallMs: number,
): Promise<ReadonlyMap<string, Pick<DaySpend, 'capKopecks' | 'spentKopecks'>>> {
  const days = new Map<number, string[]>()
  for (const { id, zone } of subscribers) {
    const startsAt = localMidnight(wallMs, zone)
    const ids = days.get(startsAt)
    if (ids === undefined) days.set(startsAt, [id])
    else ids.push(id)
  }
  const sums = new Map<string, Pick<DaySpend, 'capKopecks' | 'spentKopecks'>>()
  for (const [startsAt, ids] of days) {
    const asked = padded(ids)
    const rows = await run<SumRow>(spendSql(asked.length), [...asked, startsAt, ...asked])
    const caps = new Map<string, number>()
    const spent = new Map<string, number>()
    for (const { id, what, kopecks } of rows) {
      const known = what === 'cap' ? caps : spent
      known.set(id, Number(kopecks))
    }
    const ofEach = caps.get(ofAll) ?? limitTable.spendPerDayKopecks.value
    for (const id of ids) {
      const spentKopecks = Math.max(0, -(spent.get(id) ?? 0))
      sums.set(id, { capKopecks: caps.get(id) ?? ofEach, spentKopecks })
    }
  }
  return sums
}

interface SumRow {
  readonly id: string
  readonly what: 'spent' | 'cap'
  readonly kopecks: string
}

const statements = new Map<number, string>()

/**
 * Not a subquery for each account: within one, only the account narrows the search, and all that it
 * ever talked would be read for the sum of its day.
 */
function spendSql(ids: number): string {
  let sql = statements.get(ids)
  if (sql === undefined) {
    sql = `SELECT subscriber_id AS id, 'spent' AS what, SUM(kopecks) AS kopecks FROM ledger
  WHERE subscriber_id IN (${marksFor(ids)}) AND at >= ? AND kind = 'call' GROUP BY subscriber_id
UNION ALL SELECT subscriber_id, 'cap', value FROM limits
  WHERE subscriber_id IN ('${ofAll}',${marksFor(ids)}) AND name = 'spendPerDayKopecks'`
    statements.set(ids, sql)
  }
  return sql
}
