/**
 * Monthly fees. A subscriber's billing month begins on the day of his activation, which is when he
 * got his first tariff (src/money/billing-month.ts); the first one begins with that instant, later
 * ones with the day. At its beginning the fee of his tariff is taken, once: the entry's
 * key is 'fee:<subscriber>:<yyyy-mm>'. The rules, where one could think otherwise:
 *
 * - A fee is taken only when the balance covers it whole: it never makes a balance negative, or
 *   more so. Otherwise the month waits, calls are not forwarded (subscribers.fee_due_kopecks), and the
 *   fee is taken with the payment that covers it, or at the next look after another entry.
 * - A month is charged whole whenever it is paid, and brings all of its included minutes. A month
 *   that ended unpaid is not charged: it brought nothing. Nobody collects debts of months.
 * - The fee is that of the tariff he has when it is taken; another tariff in the middle of a paid
 *   month counts from the next one on. Who is not active pays nothing; when he is again,
 *   the month in which that happens is charged.
 * - While a call is charged nothing is taken: the balance is its reserve. The look comes again.
 * - After a standstill of ours up to two months before the present one are charged too, if the
 *   balance covers them all; else only the present one. Months that had begun before there were
 *   fees (counters 'monthlyFeesSince') are free.
 */
import { dateOfDay, localTimeAt, startOfDay } from '../call/zone.ts'
import { billingMonth } from '../money/billing-month.ts'
import type { Kopecks } from '../money/tariff.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { append, lockBalance } from './ledger.ts'
import { mark } from './marks.ts'
import { tell } from './outbox.ts'
import { tariffIdAt } from './tariffs.ts'

/** A billing month as instants, [fromMs, toMs), milliseconds since 1970. */
export interface FeeMonth {
  /** 'YYYY-MM' */
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
  /** Its first and its last local day, 'YYYY-MM-DD'. */
  readonly firstDate: string
  readonly lastDate: string
  /** The one of the activation: there was none before it. */
  readonly isFirst: boolean
}

export type FeeOutcome = 'paid' | 'waiting' | 'free' | 'settled' | 'later' | 'none'

/** Months before the present one that a standstill may leave to be charged. */
const caughtUp = 2
/** A call that is being charged, or no tariff yet: one looks again. */
const againMs = 5 * 60_000
const since = 'monthlyFeesSince'

/**
 * The billing month of a subscriber in which `atMs` lies: what his included minutes are counted in.
 * undefined while he has never had a tariff.
 */
export async function billingMonthOf(
  db: Db, subscriberId: string, atMs: number,
): Promise<FeeMonth | undefined> {
  const row = await db
    .selectFrom('subscribers as s')
    .innerJoin('subscriber_tariffs as t', 't.subscriber_id', 's.id')
    .select((eb) => ['s.zone', eb.fn.min('t.since').as('since')])
    .where('s.id', '=', subscriberId)
    .groupBy('s.zone')
    .executeTakeFirst()
  return row && monthAt(row.zone, Number(row.since), atMs)
}

/** Pure: the month in which `atMs` lies, of somebody in `zone` activated at `activatedMs`. */
export function monthAt(zone: string, activatedMs: number, atMs: number): FeeMonth {
  const activatedDay = localTimeAt(zone, activatedMs).day
  const { name, fromDay, toDay } = billingMonth(activatedDay, localTimeAt(zone, atMs).day)
  return {
    name,
    fromMs: Math.max(startOfDay(zone, fromDay), activatedMs),
    toMs: startOfDay(zone, toDay),
    firstDate: dateOfDay(Math.max(fromDay, activatedDay)),
    lastDate: dateOfDay(toDay - 1),
    isFirst: fromDay <= activatedDay,
  }
}

/**
 * Brings a subscriber's fees to the present: charges what is due, if the balance covers it. Joins
 * the transaction it is given; may be repeated at will. Throws StoreError not_found.
 */
export async function settleFee(
  db: Db, subscriberId: string, wallMs: number,
): Promise<FeeOutcome> {
  return inTransaction(db, async (trx) => {
    const balance = await lockBalance(trx, subscriberId)
    const account = await trx
      .selectFrom('subscribers')
      .select(['status', 'fee_due_kopecks'])
      .where('id', '=', subscriberId)
      .executeTakeFirstOrThrow()
    const month = await billingMonthOf(trx, subscriberId, wallMs)
    if (month === undefined || account.status !== 'active') {
      await note(trx, subscriberId, wallMs + againMs, null, account.fee_due_kopecks)
      return 'none'
    }
    if (month.fromMs > wallMs) {
      // His first tariff is one of the future.
      await note(trx, subscriberId, month.fromMs, null, account.fee_due_kopecks)
      return 'none'
    }
    const known = await stateOf(trx, subscriberId, month)
    if (known !== undefined && known !== 'waiting') {
      await note(trx, subscriberId, month.toMs, null, account.fee_due_kopecks)
      return 'settled'
    }
    if (await isTalking(trx, subscriberId)) {
      const same = account.fee_due_kopecks
      await note(trx, subscriberId, wallMs + againMs, same === null ? null : Number(same), same)
      return 'later'
    }
    const owed = await dueMonths(trx, subscriberId, month, known === undefined, wallMs)
    const outcome = await charge(trx, subscriberId, owed, balance, wallMs)
    const due = outcome === 'waiting' ? owed.at(-1)!.kopecks : null
    await note(trx, subscriberId, month.toMs, due, account.fee_due_kopecks)
    // A new subscriber knows that he has not paid yet.
    if (outcome === 'waiting' && known === undefined && !month.isFirst)
      await tellWaiting(trx, subscriberId, { month, balance, due: due ?? 0 }, wallMs)
    return outcome
  })
}

/**
 * The subscribers who are to be looked at now: those whose next month has begun, and those whose
 * money has come meanwhile. At most `limit`.
 */
export async function listDueFees(
  db: Db, wallMs: number, limit: number,
): Promise<readonly string[]> {
  const begun = await db
    .selectFrom('subscribers')
    .select('id')
    .where('status', '=', 'active')
    .where((eb) => eb.or([
      eb('fee_next_at', 'is', null), eb('fee_next_at', '<=', String(Math.floor(wallMs))),
    ]))
    .orderBy('fee_next_at')
    .limit(limit)
    .execute()
  const covered = await db
    .selectFrom('subscribers')
    .select('id')
    .where('status', '=', 'active')
    .where('fee_due_kopecks', 'is not', null)
    .whereRef('fee_due_kopecks', '<=', 'balance_kopecks')
    .limit(limit)
    .execute()
  return [...new Set([...begun, ...covered].map(({ id }) => id))]
}

/** Marks the present month as paid for by nothing: for accounts that are shown, not sold. */
export async function forgiveMonth(
  trx: Trx, subscriberId: string, wallMs: number,
): Promise<void> {
  const month = await billingMonthOf(trx, subscriberId, wallMs)
  if (month === undefined) return
  const tariffId = await tariffIdAt(trx, subscriberId, wallMs) ?? ''
  await keep(trx, subscriberId, { ...month, tariffId, kopecks: 0 }, 'free', wallMs)
  await note(trx, subscriberId, month.toMs, null, null)
}

interface DueMonth extends FeeMonth {
  readonly tariffId: string
  readonly kopecks: Kopecks
}

/** What is to be charged, the present month last; months with nothing to charge are among them. */
async function dueMonths(
  trx: Trx, subscriberId: string, present: FeeMonth, withMissed: boolean, wallMs: number,
): Promise<readonly DueMonth[]> {
  const due: DueMonth[] = [await priced(trx, subscriberId, present, wallMs)]
  for (let count = 0; withMissed && count < caughtUp && !due[0]!.isFirst; count++) {
    const before = await billingMonthOf(trx, subscriberId, due[0]!.fromMs - 1)
    if (before === undefined) break
    if (await stateOf(trx, subscriberId, before) !== undefined) break
    due.unshift(await priced(trx, subscriberId, before, before.fromMs))
  }
  return due
}

async function priced(
  trx: Trx, subscriberId: string, month: FeeMonth, atMs: number,
): Promise<DueMonth> {
  const tariffId = await tariffIdAt(trx, subscriberId, atMs) ?? ''
  const tariff = await trx
    .selectFrom('tariffs')
    .select('monthly_kopecks')
    .where('id', '=', tariffId)
    .executeTakeFirst()
  const begun = await trx
    .selectFrom('counters')
    .select('value')
    .where('name', '=', since)
    .executeTakeFirst()
  const isFree = month.fromMs < Number(begun?.value ?? 0)
  return { ...month, tariffId, kopecks: isFree ? 0 : Number(tariff?.monthly_kopecks ?? 0) }
}

async function charge(
  trx: Trx, subscriberId: string, owed: readonly DueMonth[], balance: Kopecks, wallMs: number,
): Promise<'paid' | 'waiting' | 'free'> {
  const sum = owed.reduce((total, { kopecks }) => total + kopecks, 0)
  const present = owed.at(-1)!
  const missed = owed.slice(0, -1)
  const all = sum <= Math.max(0, balance)
  for (const month of missed) {
    if (all) await take(trx, subscriberId, month, wallMs)
    else await keep(trx, subscriberId, month, 'lapsed', wallMs)
  }
  if (!all && present.kopecks > Math.max(0, balance)) {
    await keep(trx, subscriberId, present, 'waiting', wallMs)
    return 'waiting'
  }
  await take(trx, subscriberId, present, wallMs)
  return present.kopecks === 0 ? 'free' : 'paid'
}

async function take(
  trx: Trx, subscriberId: string, month: DueMonth, wallMs: number,
): Promise<void> {
  if (month.kopecks > 0) {
    await append(trx, subscriberId, {
      key: `fee:${subscriberId}:${month.name}`, kind: 'monthlyFee',
      kopecks: -month.kopecks, atMs: wallMs, text: `Абонентская плата, ${dateText(month.firstDate)}–${dateText(month.lastDate)}`,
    })
  }
  await keep(trx, subscriberId, month, month.kopecks === 0 ? 'free' : 'paid', wallMs)
}

async function keep(
  trx: Trx, subscriberId: string, month: DueMonth, state: 'waiting' | 'paid' | 'lapsed' | 'free',
  wallMs: number,
): Promise<void> {
  const { name, tariffId, kopecks, fromMs, toMs } = month
  const paidAt = state === 'paid' ? Math.floor(wallMs) : null
  await trx
    .insertInto('monthly_fees')
    .values({
      subscriber_id: subscriberId, month: name, state, tariff_id: tariffId, kopecks,
      from_at: fromMs, to_at: toMs, paid_at: paidAt,
    })
    .onDuplicateKeyUpdate({ state, tariff_id: tariffId, kopecks, paid_at: paidAt })
    .execute()
  // What waited before it has ended unpaid.
  await trx
    .updateTable('monthly_fees')
    .set({ state: 'lapsed' })
    .where('subscriber_id', '=', subscriberId)
    .where('state', '=', 'waiting')
    .where('month', '<', name)
    .execute()
}

/** When he is looked at next and what is due; open pages hear of a change. */
async function note(
  trx: Trx, subscriberId: string, nextAt: number, due: Kopecks | null, before: string | null,
): Promise<void> {
  await trx
    .updateTable('subscribers')
    .set({ fee_next_at: Math.floor(nextAt), fee_due_kopecks: due })
    .where('id', '=', subscriberId)
    .execute()
  if ((before === null ? null : Number(before)) !== due) await mark(trx, subscriberId, 'balance')
}

async function stateOf(
  trx: Trx, subscriberId: string, month: FeeMonth,
): Promise<string | undefined> {
  const row = await trx
    .selectFrom('monthly_fees')
    .select('state')
    .where('subscriber_id', '=', subscriberId)
    .where('month', '=', month.name)
    .executeTakeFirst()
  return row?.state
}

/** Whether somebody talks at his expense at this moment. */
async function isTalking(trx: Trx, subscriberId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('live_charges')
    .select('call_id')
    .where('subscriber_id', '=', subscriberId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

async function tellWaiting(
  trx: Trx, subscriberId: string,
  { month, balance, due }: {
    readonly month: FeeMonth; readonly balance: Kopecks; readonly due: Kopecks
  },
  wallMs: number,
): Promise<void> {
  await tell(trx, {
    subscriberId, key: `fee:${subscriberId}:${month.name}`,
    notice: { kind: 'lowBalance', balanceKopecks: balance, feeKopecks: due },
  }, wallMs)
}

/** '2025-11-17' → '17.11.2025', as the ledger's texts have dates. */
function dateText(date: string): string {
  return date.split('-').toReversed().join('.')
}
