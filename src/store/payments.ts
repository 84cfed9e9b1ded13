/**
 * Payments that were begun, and their crediting: once per payment, whatever comes how often, in one
 * transaction with the ledger's entry and the message that told of it. Whether a message is true is
 * src/pay.
 */
import type { Kopecks } from '../money/tariff.ts'
import { judgeNotice } from '../pay/order.ts'
import type { CreditDecision, Notice, Order } from '../pay/order.ts'
import { raiseAlarm } from './alarms.ts'
import { nextNumber } from './counters.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { append, lockBalance } from './ledger.ts'
import { mark } from './marks.ts'
import { settleFee } from './monthly-fee.ts'
import type { PaymentOrdersTable } from './money-tables.ts'
import { readOptions } from './options.ts'
import { tell } from './outbox.ts'
import { keepNotice } from './payment-notices.ts'
import type { PaymentSystem, RawNotice } from './payment-notices.ts'
import { rewardInviter } from './referral.ts'

/** What a subscriber chooses; QIWI's tile may be paid through another system. */
export type PaymentTile = 'robokassa' | 'qiwi' | 'card'
export type OrderState = 'made' | 'open' | 'paid' | 'failed' | 'expired'

export interface PaymentOrder extends Order {
  readonly tile: PaymentTile
  readonly system: PaymentSystem
  readonly state: OrderState
  readonly providerId: string | undefined
  readonly pageUrl: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly paidAt: number | undefined
  readonly refundedKopecks: Kopecks
  /** How often its system was asked about it. */
  readonly checks: number
}

export interface OrderDraft {
  /** Of the form: the same form sent twice is one order. */
  readonly formKey: string
  readonly tile: PaymentTile
  readonly system: PaymentSystem
  readonly kopecks: Kopecks
  readonly description: string
  readonly test: boolean
  readonly expiresAt: number
}

export interface Credit {
  readonly decision: 'credited' | 'repeated' | 'otherPayment' | Exclude<CreditDecision, 'credit'>
  readonly order: PaymentOrder | undefined
}

export type Paid = Extract<Notice, { kind: 'paid' }>

/** So many begun payments within an hour are no person's. */
const mostAnHour = 30
const hourMs = 3_600_000
/** The first number of all; four digits look like an order to everybody. */
const firstNumber = 1001

/**
 * The order of a form: made, or as it is when the form was sent before. Throws StoreError
 * form_reused for the same form with another amount or tile, too_many_payments, not_found.
 */
export async function beginOrder(
  db: Db,
  subscriberId: string,
  draft: OrderDraft,
  wallMs: number,
): Promise<PaymentOrder> {
  return inTransaction(db, async (trx) => {
    await lockBalance(trx, subscriberId)
    const there = await trx
      .selectFrom('payment_orders')
      .selectAll()
      .where('subscriber_id', '=', subscriberId)
      .where('form_key', '=', draft.formKey)
      .executeTakeFirst()
    if (there) return sameForm(orderFrom(there), draft)
    await limitOrders(trx, subscriberId, wallMs)
    const { options } = await trx
      .selectFrom('subscribers')
      .select('options')
      .where('id', '=', subscriberId)
      .executeTakeFirstOrThrow()
    const { email } = readOptions(options)
    const number = await nextNumber(trx, 'paymentOrder', firstNumber)
    await trx
      .insertInto('payment_orders')
      .values({
        number, subscriber_id: subscriberId, form_key: draft.formKey, tile: draft.tile,
        payment_system: draft.system, kopecks: draft.kopecks, description: draft.description,
        email: email === '' ? null : email, test: Number(draft.test), state: 'made',
        provider_id: null, page_url: null, created_at: wallMs, expires_at: draft.expiresAt,
        paid_at: null, refunded_kopecks: 0, next_check_at: null, checks: 0,
      })
      .execute()
    return loadOrder(trx, number)
  })
}

/** The payment page is there; `nextCheckAt`: when its system is asked, null for never. */
export async function pageMade(
  db: Db,
  number: number,
  page: { readonly url: string; readonly providerId: string | undefined },
  nextCheckAt: number | null,
): Promise<PaymentOrder> {
  await db
    .updateTable('payment_orders')
    .set({
      state: 'open', page_url: page.url, provider_id: page.providerId ?? null,
      next_check_at: nextCheckAt,
    })
    .where('number', '=', String(number))
    .where('state', '=', 'made')
    .execute()
  return loadOrder(db, number)
}

/** Throws StoreError not_found. */
export async function loadOrder(db: Db, number: number): Promise<PaymentOrder> {
  const row = await db
    .selectFrom('payment_orders')
    .selectAll()
    .where('number', '=', String(number))
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return orderFrom(row)
}

/** An order of this subscriber. Throws StoreError not_found, also for somebody else's. */
export async function loadOwnOrder(
  db: Db,
  subscriberId: string,
  number: number,
): Promise<PaymentOrder> {
  const order = await loadOrder(db, number)
  if (order.subscriberId !== subscriberId) throw new StoreError('not_found')
  return order
}

/**
 * Credits a proved payment, keeping the message that told of it. 'repeated' was credited before, by
 * this payment. What cannot be credited although it is proved raises an alarm: money may have come.
 */
export async function creditOrder(
  db: Db,
  system: PaymentSystem,
  notice: Paid,
  raw: RawNotice,
  wallMs: number,
): Promise<Credit> {
  return inTransaction(db, async (trx) => {
    const order = await lockOrder(trx, system, notice.orderNumber)
    const judged = judgeNotice(notice, order)
    const decision = judged !== 'credit' ? judged
      : order!.state !== 'paid' ? 'credited'
      : order!.providerId === notice.providerId ? 'repeated' : 'otherPayment'
    const { orderNumber, providerId } = notice
    await keepNotice(trx, system, raw, { verdict: decision, orderNumber, providerId }, wallMs)
    if (decision === 'credited') await enter(trx, order!, notice, wallMs)
    else if (decision !== 'repeated')
      await raiseAlarm(trx, oddPayment(system, notice, order, decision), wallMs)
    return { decision, order }
  })
}

/** The payment ended without money; an order that was paid meanwhile stays paid. */
export async function failOrder(
  db: Db,
  system: PaymentSystem,
  { orderNumber }: { readonly orderNumber: number },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const order = await lockOrder(trx, system, orderNumber)
    if (order === undefined || (order.state !== 'open' && order.state !== 'made')) return
    await trx
      .updateTable('payment_orders')
      .set({ state: 'failed', next_check_at: null })
      .where('number', '=', String(orderNumber))
      .execute()
    await mark(trx, order.subscriberId, 'balance')
  })
}

/** Orders without a word until their end. A payment that comes yet is credited all the same. */
export async function expireOrders(db: Db, wallMs: number): Promise<void> {
  await db
    .updateTable('payment_orders')
    .set({ state: 'expired', next_check_at: null })
    .where('state', 'in', ['made', 'open'])
    .where('expires_at', '<', String(wallMs))
    // What is to be asked about once more is asked first.
    .where('next_check_at', 'is', null)
    .execute()
}

/** Its system has answered after its end: it is asked no more. */
export async function endChecks(db: Db, number: number): Promise<void> {
  await db
    .updateTable('payment_orders')
    .set({ next_check_at: null })
    .where('number', '=', String(number))
    .execute()
}

/**
 * Takes orders whose systems are to be asked now, each for one process: it is due again at
 * `nextAt(order)`, null for never.
 */
export async function claimDueOrders(
  db: Db,
  wallMs: number,
  nextAt: (order: PaymentOrder) => number | null,
  limit = 20,
): Promise<readonly PaymentOrder[]> {
  const rows = await db
    .selectFrom('payment_orders')
    .selectAll()
    .where('next_check_at', '<=', String(wallMs))
    .orderBy('next_check_at')
    .limit(limit)
    .execute()
  const taken: PaymentOrder[] = []
  for (const row of rows) {
    const order = orderFrom(row)
    const { numUpdatedRows } = await db
      .updateTable('payment_orders')
      .set({ next_check_at: nextAt(order), checks: order.checks + 1 })
      .where('number', '=', row.number)
      .where('next_check_at', '=', row.next_check_at)
      .executeTakeFirst()
    if (numUpdatedRows === 1n) taken.push(order)
  }
  return taken
}

/**
 * The account, then the order are locked; undefined when there is none, or it is another system's.
 */
export async function lockOrder(
  trx: Trx,
  system: PaymentSystem,
  number: number,
): Promise<PaymentOrder | undefined> {
  const found = await trx
    .selectFrom('payment_orders')
    .select('subscriber_id')
    .where('number', '=', String(number))
    .where('payment_system', '=', system)
    .executeTakeFirst()
  if (!found) return undefined
  await lockBalance(trx, found.subscriber_id)
  const row = await trx
    .selectFrom('payment_orders')
    .selectAll()
    .where('number', '=', String(number))
    .forUpdate()
    .executeTakeFirstOrThrow()
  return orderFrom(row)
}

async function enter(trx: Trx, order: PaymentOrder, notice: Paid, wallMs: number): Promise<void> {
  const { number: orderNumber, subscriberId, system, kopecks } = order
  const { entry } = await append(trx, subscriberId, {
    key: `payment:${system}:${notice.providerId}`, kind: 'payment', kopecks, atMs: wallMs,
    text: order.description, orderNumber,
  })
  await trx
    .updateTable('payment_orders')
    .set({
      state: 'paid', paid_at: wallMs, provider_id: notice.providerId, next_check_at: null,
    })
    .where('number', '=', String(orderNumber))
    .execute()
  await tell(trx, {
    subscriberId, key: `payment:${orderNumber}`,
    notice: { kind: 'payment', amountKopecks: kopecks, balanceKopecks: entry.balanceKopecks },
  }, wallMs)
  await rewardInviter(trx, { subscriberId, orderNumber, kopecks }, wallMs)
  await settleFee(trx, subscriberId, wallMs)
}

function oddPayment(
  system: PaymentSystem, notice: Paid, order: PaymentOrder | undefined, why: string,
) {
  return {
    key: `payment:${system}:${notice.providerId}`, kind: 'payment',
    subscriberId: order?.subscriberId,
    details: { why, order: notice.orderNumber, paidKopecks: notice.kopecks },
  } as const
}

async function limitOrders(trx: Trx, subscriberId: string, wallMs: number): Promise<void> {
  const { count } = await trx
    .selectFrom('payment_orders')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subscriber_id', '=', subscriberId)
    .where('created_at', '>', String(wallMs - hourMs))
    .executeTakeFirstOrThrow()
  if (Number(count) >= mostAnHour) throw new StoreError('too_many_payments', { limit: mostAnHour })
}

function sameForm(order: PaymentOrder, draft: OrderDraft): PaymentOrder {
  if (order.kopecks === draft.kopecks && order.tile === draft.tile) return order
  throw new StoreError('form_reused')
}

type OrderRow = {
  readonly [K in keyof PaymentOrdersTable]:
  PaymentOrdersTable[K] extends string | number | null ? PaymentOrdersTable[K]
    : K extends 'paid_at' | 'next_check_at' ? string | null : string
}

function orderFrom(row: OrderRow): PaymentOrder {
  return {
    number: Number(row.number),
    subscriberId: row.subscriber_id,
    kopecks: Number(row.kopecks),
    description: row.description,
    email: row.email ?? undefined,
    test: row.test === 1,
    tile: row.tile as PaymentTile,
    system: row.payment_system as PaymentSystem,
    state: row.state as OrderState,
    providerId: row.provider_id ?? undefined,
    pageUrl: row.page_url ?? undefined,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    paidAt: row.paid_at === null ? undefined : Number(row.paid_at),
    refundedKopecks: Number(row.refunded_kopecks),
    checks: row.checks,
  }
}
