/**
 * Reservations: before an answered leg is joined to its caller, one transaction that locks the
 * account decides whether all of its live calls together can pay for one more, and writes the row
 * that every process sees. Implements `ChargeBook` of app/ports.ts. What a call costs in the end is
 * charge-call.ts.
 *
 * Calls alone never take a balance below zero: who is answered can pay for a second more than other
 * processes need to hear of it, and a call ends for the ledger where its money did, however late
 * its timer was. Refunds take only what live calls leave (`spendable`). A manager's correction may
 * take more than that: then the balance ends below zero by what the live calls had cost, and by one
 * step of each at most for the 200 ms until they are cut. A process that has lost the database keeps
 * to the last cut-off it knew; what it talks beyond a newer one, while others still reach the
 * database, is what can be lost. Clocks of machines are kept together by their operator.
 */
import type { ChargeBook, LookedAt, Reservation, Reserved } from '../app/ports.ts'
import type { LegPrice } from '../call/call-state.ts'
import type { MoneyOver } from '../call/events.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { costAt, cutOffAt, mayAnswer } from '../money/live-calls.ts'
import type { LiveCall } from '../money/live-calls.ts'
import { chargeFor } from '../money/rating.ts'
import { isIncluded, rateFor } from '../money/tariff.ts'
import type { Kopecks, Tariff } from '../money/tariff.ts'
import { runIn } from './database.ts'
import type { Database, Run, Trx } from './database.ts'
import { isRetryable } from './errors.ts'
import {
  balanceMarksSql, liveCallOf, marksFor, padded, readAccounts, versionOf,
} from './live-accounts.ts'
import type { LiveAccount } from './live-accounts.ts'
import { TariffShelf } from './tariff-shelf.ts'

export interface ChargeBookOptions {
  readonly database: Database
  /** Names this process in `live_charges.owner`. */
  readonly owner: string
  readonly tariffs: TariffShelf
  /** How long an answered phone waits for its caller; milliseconds, default 2000. */
  readonly timeoutMs?: number
  /**
   * What each account may still spend today, whatever its balance; who is not there has no such
   * limit. Asked within the transaction that locks the account.
   */
  readonly spendLeft?: (
    run: Run, subscribers: readonly { readonly id: string; readonly zone: string }[],
    wallMs: number,
  ) => Promise<ReadonlyMap<string, Kopecks>>
}

/** Cut-offs later than this are not told: one looks again before. No call lives as long. */
const horizonMs = 24 * 3_600_000
/**
 * Nobody is answered who would be cut within this: it is longer than other processes need to hear
 * of the answer, so none of their calls runs on beyond a cut-off that it does not know yet.
 */
const leastMs = 1000
/**
 * What is taken from an account otherwise leaves its live calls so long: the transaction that takes
 * it has more to write than an answer's, and others hear of it only after its COMMIT.
 */
const takingMs = 2 * leastMs
/** Whose money lasts for less is to be warned, if it comes to that. */
const shortMs = 600_000
const lockSql = 'SELECT id FROM subscribers WHERE id = ? FOR UPDATE'
/** The second try of a transaction whose COMMIT was lost finds its own row. */
const reserveSql = `INSERT INTO live_charges
  (call_id, subscriber_id, owner, address, tariff_id, prefix, answered_at, month)
  VALUES (?,?,?,?,?,?,?,?) ON DUPLICATE KEY UPDATE answered_at = VALUES(answered_at)`
const tries = 3

/** The book over one database, for one process. */
export function createChargeBook(options: ChargeBookOptions): ChargeBook {
  const { database, tariffs, timeoutMs = 2000 } = options
  const look = (run: Run, ids: readonly string[], wallMs: number) =>
    limitedAccounts(options, run, ids, wallMs)
  return {
    priceOf: (subscriber, address, committed) => priceOf(tariffs, subscriber, address, committed),
    reserve: (asked, wallMs) => reserve(options, asked, wallMs),
    release: (callId) => database.transact((run) => releaseIn(run, callId), timeoutMs),
    async look(known, wallMs) {
      const run: Run = (sql, values) => database.execute(sql, values, timeoutMs)
      const changed = await changedOf(run, known)
      if (changed.length === 0) return new Map()
      const accounts = await look(run, changed, wallMs)
      return new Map(accounts.map((one) => [one.id, lookedAt(one, one.calls, wallMs)]))
    },
  }
}

/**
 * What may be taken from an account otherwise while it talks: its balance without what its live
 * calls have cost until now, or will before they can be cut. `trx` has locked the account.
 */
export async function spendable(
  trx: Trx, subscriberId: string, wallMs: number,
): Promise<Kopecks> {
  const shelf = new TariffShelf()
  const [account] = await readAccounts(runIn(trx), shelf, [subscriberId], wallMs, { latest: true })
  if (account === undefined) return 0
  const { calls, funds } = account
  return funds.balanceKopecks - costAt(calls, funds, Math.floor(wallMs) + takingMs)
}

async function reserve(
  options: ChargeBookOptions, asked: Reservation, wallMs: () => number,
): Promise<Reserved> {
  const { database, timeoutMs = 2000 } = options
  for (let left = tries; ; left -= 1) {
    try {
      return await database.transact((run) => reserveIn(run, options, asked, wallMs), timeoutMs)
    } catch (fault) {
      if (left === 1 || !isRetryable(fault)) throw fault
    }
  }
}

async function reserveIn(
  run: Run, options: ChargeBookOptions, { callId, subscriberId, address }: Reservation,
  wallMs: () => number,
): Promise<Reserved> {
  const { tariffs, owner } = options
  await run(lockSql, [subscriberId])
  // Not before: the wait for the account must not shorten the time others have to hear of it.
  const answeredMs = Math.floor(wallMs())
  const [account] = await limitedAccounts(options, run, [subscriberId], answeredMs)
  const tariff = account?.tariffId === undefined ? undefined : await tariffs.get(account.tariffId, run)
  const rate = tariff && rateFor(tariff, address)
  if (account === undefined || tariff === undefined || rate === undefined) return { why: 'noRate' }
  const { funds, month } = account
  const others = account.calls.filter((one) => one.id !== callId)
  const next = liveCallOf(callId, tariff, rate, answeredMs, month)
  if (!mayAnswer(others, funds, next, answeredMs, leastMs)) {
    return { why: account.over }
  }
  await run(reserveSql, [
    callId, subscriberId, owner, address, tariff.id, rate.prefix, answeredMs, month,
  ])
  const calls = [...others, next]
  const [marked = ''] = account.version.split(' ')
  return lookedAt({ ...account, version: versionOf(marked, calls.length) }, calls, answeredMs)
}

/**
 * With a mark, as every end of a call: a count of calls that fell and rose again would look like the
 * one that is known.
 */
async function releaseIn(run: Run, callId: string): Promise<void> {
  const [row] = await run<{ readonly subscriber_id: string }>(
    'SELECT subscriber_id FROM live_charges WHERE call_id = ?', [callId])
  if (row === undefined) return
  const { subscriber_id: subscriberId } = row
  await run(lockSql, [subscriberId])
  await run(balanceMarksSql(1), [subscriberId])
  await run('DELETE FROM live_charges WHERE call_id = ?', [callId])
}

/** What would be over first: the balance, or what the day's limit leaves of it. */
interface LimitedAccount extends LiveAccount {
  readonly over: MoneyOver
}

/** Accounts whose funds are no more than what a limit leaves of them. */
async function limitedAccounts(
  { tariffs, spendLeft }: ChargeBookOptions, run: Run, ids: readonly string[], wallMs: number,
): Promise<readonly LimitedAccount[]> {
  const accounts = await readAccounts(run, tariffs, ids, wallMs)
  const left = await spendLeft?.(run, accounts, wallMs)
  return accounts.map((one) => {
    const { balanceKopecks } = one.funds
    const limit = left?.get(one.id) ?? balanceKopecks
    if (limit >= balanceKopecks) return { ...one, over: 'noMoney' }
    return { ...one, over: 'dayLimit', funds: { ...one.funds, balanceKopecks: limit } }
  })
}

function lookedAt(
  { version, funds, over }: LimitedAccount, calls: readonly LiveCall[], wallMs: number,
): LookedAt {
  const now = Math.floor(wallMs)
  const latest = now + horizonMs
  const cutOff = cutOffAt(calls, funds, now, latest)
  return {
    version,
    cutOffMs: cutOff < latest ? cutOff : undefined,
    over,
    committedKopecks: costAt(calls, funds, now + leastMs),
    calls: new Set(calls.map((one) => one.id)),
  }
}

interface VersionRow { readonly id: string; readonly version: string | null; readonly calls: string }

/** Which of the accounts are not what was known of them. */
async function changedOf(run: Run, known: ReadonlyMap<string, string>): Promise<readonly string[]> {
  if (known.size === 0) return []
  const ids = padded([...known.keys()])
  const rows = await run<VersionRow>(versionsSql(ids.length), ids)
  return rows.filter((row) => versionOf(row.version, row.calls) !== known.get(row.id))
    .map((row) => row.id)
}

const versionStatements = new Map<number, string>()

function versionsSql(ids: number): string {
  let sql = versionStatements.get(ids)
  if (sql === undefined) {
    sql = `SELECT s.id,
  (SELECT m.version FROM marks m WHERE m.subscriber_id = s.id AND m.topic = 'balance') AS version,
  (SELECT COUNT(*) FROM live_charges l WHERE l.subscriber_id = s.id) AS calls
FROM subscribers s WHERE s.id IN (${marksFor(ids)})`
    versionStatements.set(ids, sql)
  }
  return sql
}

/** What a leg to this address would be; from memory, with the balance the call came with. */
function priceOf(
  shelf: TariffShelf, subscriber: Subscriber, address: string, committed: Kopecks,
): LegPrice {
  return legPrice(shelf.peek(subscriber.tariffId ?? ''), address,
    subscriber.balanceKopecks - committed)
}

/** What a leg would be by this tariff, with so much that may be spent. */
export function legPrice(
  tariff: Tariff | undefined, address: string, spendable: Kopecks,
): LegPrice {
  // A SIP URI is a phone on the Internet: nobody charges us for a call to it.
  if (!address.startsWith('+')) return 'free'
  const rate = tariff && rateFor(tariff, address)
  if (tariff === undefined || rate === undefined) return 'noRate'
  const { freeAnswerSeconds: free } = tariff
  const covered = (talkMs: number) => chargeFor(rate, talkMs, free, 0).kopecks <= spendable
  // Whether included seconds are left is not known here: the answer tells.
  const mayBeIncluded = tariff.includedSeconds > 0 && isIncluded(tariff, rate)
  if (!mayBeIncluded && !covered(free * 1000 + 1)) return 'noMoney'
  return covered(shortMs) ? 'charged' : 'short'
}
