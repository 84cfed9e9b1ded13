/**
 * Accounts with what they have to talk for and who talks at their cost now, in one statement for
 * any number of them. Reading only; src/money/live-calls.ts says what follows from it.
 */
import { localTimeAt } from '../call/zone.ts'
import { billingMonth } from '../money/billing-month.ts'
import type { Funds, LiveCall } from '../money/live-calls.ts'
import { isIncluded } from '../money/tariff.ts'
import type { Kopecks, Rate, Tariff } from '../money/tariff.ts'
import type { Run, SqlValue } from './database.ts'
import type { TariffShelf } from './tariff-shelf.ts'

export interface LiveAccount {
  readonly id: string
  readonly zone: string
  /** Changes with the money and with who talks. */
  readonly version: string
  /** The tariff he has now; undefined: none. */
  readonly tariffId: string | undefined
  /** 'YYYY-MM', the billing month in which the instant of the question lies. */
  readonly month: string
  readonly funds: Funds
  readonly calls: readonly LiveCall[]
  /** The newest entry of its ledger; undefined: none, or not asked for. */
  readonly last: LastEntry | undefined
}

export interface LastEntry {
  readonly number: number
  readonly balanceKopecks: Kopecks
  readonly atMs: number
}

/** How accounts are to be read. */
export interface Reading {
  /** For a transaction that read something before it locked the account, and sees the past else. */
  readonly latest?: true
  /** With `last`, which only those need who append to the ledger. */
  readonly ledger?: true
}

interface AccountRow {
  readonly id: string
  readonly zone: string
  readonly balance_kopecks: string
  readonly version: string | null
  readonly tariff_id: string | null
  readonly activated: string | null
  readonly used: string | null
  readonly call_id: string | null
  readonly call_tariff: string | null
  readonly prefix: string | null
  readonly answered_at: string | null
  readonly month: string | null
  readonly last?: string | null
}

/** Included seconds of months before are of no use to any call that lives. */
const rememberedMs = 100 * 86_400_000

const statements = new Map<string, string>()
const markStatements = new Map<number, string>()

/** Lists of ids come in few sizes, so that few statements are prepared: the last id fills them up. */
export function padded<T>(ids: readonly T[]): T[] {
  let size = 1
  while (size < ids.length) size *= 2
  return Array.from({ length: size }, (_, at) => ids[Math.min(at, ids.length - 1)]!)
}

/** `?,?,…` */
export function marksFor(count: number): string {
  return Array(count).fill('?').join(',')
}

/** The accounts of these subscribers as they are at `wallMs`, in no particular order. */
export async function readAccounts(
  run: Run, shelf: TariffShelf, subscriberIds: readonly string[], wallMs: number,
  reading: Reading = {},
): Promise<readonly LiveAccount[]> {
  const ids = padded(subscriberIds)
  const since = Math.floor(wallMs)
  const values: SqlValue[] = [since, since, firstMonth(wallMs), ...ids]
  const rows = await run<AccountRow>(accountsSql(ids.length, reading), values)
  const byId = new Map<string, AccountRow[]>()
  for (const row of rows) {
    const known = byId.get(row.id)
    if (known === undefined) byId.set(row.id, [row])
    else known.push(row)
  }
  const accounts: LiveAccount[] = []
  for (const own of byId.values()) accounts.push(await accountOf(own, run, shelf, wallMs))
  return accounts
}

/** Text of the version of an account: what `readAccounts` and the look for changes agree on. */
export function versionOf(version: string | null, calls: number | string): string {
  return `${version ?? 0} ${calls}`
}

/** Tells all processes that so many accounts are others than they know. */
export function balanceMarksSql(accounts: number): string {
  let sql = markStatements.get(accounts)
  if (sql === undefined) {
    sql = 'INSERT INTO marks (subscriber_id, topic, version) ' +
      `VALUES ${Array(accounts).fill("(?,'balance',1)").join(',')} ` +
      'ON DUPLICATE KEY UPDATE version = marks.version + 1'
    markStatements.set(accounts, sql)
  }
  return sql
}

/** A call by this rate of this tariff, answered in `month`. */
export function liveCallOf(
  id: string, tariff: Tariff, rate: Rate, answeredMs: number, month: string,
): LiveCall {
  const includedIn = isIncluded(tariff, rate) ? month : undefined
  return { id, rate, answeredMs, freeAnswerSeconds: tariff.freeAnswerSeconds, includedIn }
}

const lastSql = `(SELECT CONCAT_WS(' ', b.number, b.balance_kopecks, b.at) FROM ledger b
    WHERE b.subscriber_id = s.id ORDER BY b.number DESC LIMIT 1) AS last,`

function accountsSql(ids: number, { latest, ledger }: Reading): string {
  const key = `${ids} ${latest} ${ledger}`
  let sql = statements.get(key)
  if (sql === undefined) {
    // A subquery sees the past unless it locks, too.
    const lock = latest === undefined ? '' : ' LOCK IN SHARE MODE'
    sql = `SELECT s.id, s.zone, s.balance_kopecks,
  (SELECT m.version FROM marks m WHERE m.subscriber_id = s.id AND m.topic = 'balance') AS version,
  (SELECT t.tariff_id FROM subscriber_tariffs t WHERE t.subscriber_id = s.id AND t.since <= ?
    ORDER BY t.since DESC LIMIT 1) AS tariff_id,
  (SELECT MIN(t.since) FROM subscriber_tariffs t
    WHERE t.subscriber_id = s.id AND t.since <= ?) AS activated,
  (SELECT GROUP_CONCAT(u.month, ' ', u.seconds) FROM included_use u
    WHERE u.subscriber_id = s.id AND u.month >= ?${lock}) AS used,
  ${ledger === undefined ? '' : lastSql}
  l.call_id, l.tariff_id AS call_tariff, l.prefix, l.answered_at, l.month
FROM subscribers s LEFT JOIN live_charges l ON l.subscriber_id = s.id
WHERE s.id IN (${marksFor(ids)})${lock}`
    statements.set(key, sql)
  }
  return sql
}

async function accountOf(
  rows: readonly AccountRow[], run: Run, shelf: TariffShelf, wallMs: number,
): Promise<LiveAccount> {
  const {
    id, zone, balance_kopecks: balance, version, tariff_id: tariffId, activated, used, last,
  } = rows[0]!
  const calls: LiveCall[] = []
  let count = 0
  for (const row of rows) {
    if (row.call_id === null) continue
    count += 1
    const known = await shelf.rate(row.call_tariff ?? '', row.prefix ?? '', run)
    if (known === undefined) continue
    const { tariff, rate } = known
    calls.push(liveCallOf(row.call_id, tariff, rate, Number(row.answered_at), row.month ?? ''))
  }
  const month = monthName(zone, activated === null ? wallMs : Number(activated), wallMs)
  const months = new Set([month, ...rows.flatMap((row) => row.month ?? [])])
  const tariff = tariffId === null ? undefined : await shelf.get(tariffId, run)
  return {
    id, zone, version: versionOf(version, count), tariffId: tariffId ?? undefined, month, calls,
    last: lastOf(last),
    funds: {
      balanceKopecks: Number(balance),
      includedLeft: leftOf(months, tariff?.includedSeconds ?? 0, used),
    },
  }
}

/** `last` is like '17 9900 1764000000000': number, balance, instant. */
function lastOf(last: string | null | undefined): LastEntry | undefined {
  if (last === null || last === undefined) return undefined
  const [number, balanceKopecks, atMs] = last.split(' ').map(Number)
  return { number: number!, balanceKopecks: balanceKopecks!, atMs: atMs! }
}

/** What each month has left; `used` is like '2026-10 120,2026-11 60'. */
function leftOf(
  months: ReadonlySet<string>, includedSeconds: number, used: string | null,
): ReadonlyMap<string, number> {
  const left = new Map<string, number>()
  for (const month of months) left.set(month, includedSeconds)
  if (used === null) return left
  for (const one of used.split(',')) {
    const [month = '', seconds] = one.split(' ')
    if (left.has(month)) left.set(month, Math.max(0, includedSeconds - Number(seconds)))
  }
  return left
}

function monthName(zone: string, activatedMs: number, wallMs: number): string {
  return billingMonth(localTimeAt(zone, activatedMs).day, localTimeAt(zone, wallMs).day).name
}

function firstMonth(wallMs: number): string {
  return new Date(wallMs - rememberedMs).toISOString().slice(0, 7)
}
