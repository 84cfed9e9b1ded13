/**
 * Payments as managers look at them: all of the service by filters, one with its refunds and with
 * what its payment system told, word for word.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { containing } from './desk-deed.ts'
import { StoreError } from './errors.ts'
import type { PaymentSystem } from './payment-notices.ts'
import type { OrderState, PaymentTile } from './payments.ts'

export interface PaymentFilter {
  readonly state?: OrderState | undefined
  readonly system?: PaymentSystem | undefined
  /** Order number, id at the payment system, or part of the subscriber's name. */
  readonly q?: string | undefined
  readonly subscriber?: string | undefined
  /** [from, to) of the beginning, milliseconds since 1970. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface PaymentLine {
  readonly number: number
  readonly subscriber: { readonly id: string; readonly name: string }
  readonly tile: PaymentTile
  readonly system: PaymentSystem
  readonly kopecks: number
  readonly refundedKopecks: number
  readonly state: OrderState
  readonly test: boolean
  readonly providerId: string | null
  readonly createdAt: number
  readonly paidAt: number | null
}

export interface PaymentCard extends PaymentLine {
  readonly description: string
  readonly email: string | null
  readonly refundableKopecks: number
  readonly refunds: readonly {
    readonly id: string
    readonly kopecks: number
    readonly reason: string
    readonly manager: string
    readonly state: 'asked' | 'done' | 'failed'
    readonly createdAt: number
    readonly settledAt: number | null
  }[]
  readonly notices: readonly {
    readonly id: string
    readonly at: number
    readonly from: string
    readonly verdict: string
    readonly signature: string
    readonly body: string
  }[]
}

/** More notices of one payment are repetitions. */
const shownNotices = 50

const columns = [
  'o.number', 'o.subscriber_id', 's.name', 'o.tile', 'o.payment_system', 'o.kopecks',
  'o.refunded_kopecks', 'o.state', 'o.test', 'o.provider_id', 'o.created_at', 'o.paid_at',
] as const

/** A page of payments, the newest first, `before` an order's number. */
export async function listPayments(
  db: Db,
  filter: PaymentFilter,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ readonly payments: readonly PaymentLine[]; readonly next: number | null }> {
  const { state, system, q = '', subscriber, from, to } = filter
  let select = ordersOf(db).select(columns)
  if (state !== undefined) select = select.where('o.state', '=', state)
  if (system !== undefined) select = select.where('o.payment_system', '=', system)
  if (subscriber !== undefined) select = select.where('o.subscriber_id', '=', subscriber)
  if (from !== undefined) select = select.where('o.created_at', '>=', String(from))
  if (to !== undefined) select = select.where('o.created_at', '<', String(to))
  if (page.before !== undefined) select = select.where('o.number', '<', String(page.before))
  if (q !== '') {
    // A column in ASCII is not compared with text that is none.
    const providerId = /^[!-~]+$/.test(q) ? q : ''
    select = select.where(sql<boolean>`(o.provider_id = ${providerId} OR s.name LIKE ${
      containing(q)} OR o.number = ${/^\d{1,12}$/.test(q) ? q : '0'})`)
  }
  const rows = await select.orderBy('o.number', 'desc').limit(page.limit + 1).execute()
  const payments = rows.slice(0, page.limit).map(lineFrom)
  return { payments, next: rows.length > page.limit ? payments.at(-1)?.number ?? null : null }
}

/** One payment. Throws StoreError not_found. */
export async function loadPayment(db: Db, number: number): Promise<PaymentCard> {
  const row = await ordersOf(db)
    .select([...columns, 'o.description', 'o.email', 's.balance_kopecks'])
    .where('o.number', '=', String(number)).executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const line = lineFrom(row)
  const refunds = await db.selectFrom('payment_refunds').selectAll()
    .where('order_number', '=', String(number)).orderBy('id', 'desc').execute()
  const notices = await db.selectFrom('payment_notices').selectAll()
    .where('order_number', '=', String(number)).orderBy('id', 'desc').limit(shownNotices).execute()
  const left = line.state === 'paid' ? line.kopecks - line.refundedKopecks : 0
  return {
    ...line,
    description: row.description,
    email: row.email,
    refundableKopecks: Math.max(0, Math.min(left, Number(row.balance_kopecks))),
    refunds: refunds.map((one) => ({
      id: one.id, kopecks: Number(one.kopecks), reason: one.reason, manager: one.manager,
      state: one.state as 'asked' | 'done' | 'failed', createdAt: Number(one.created_at),
      settledAt: one.settled_at === null ? null : Number(one.settled_at),
    })),
    notices: notices.map((one) => ({
      id: one.id, at: Number(one.received_at), from: one.address, verdict: one.verdict,
      signature: one.signature, body: one.body,
    })),
  }
}

function ordersOf(db: Db) {
  return db.selectFrom('payment_orders as o')
    .innerJoin('subscribers as s', 's.id', 'o.subscriber_id')
}

function lineFrom(row: {
  readonly number: string; readonly subscriber_id: string; readonly name: string
  readonly tile: string; readonly payment_system: string; readonly kopecks: string
  readonly refunded_kopecks: string; readonly state: string; readonly test: number
  readonly provider_id: string | null; readonly created_at: string
  readonly paid_at: string | null
}): PaymentLine {
  return {
    number: Number(row.number),
    subscriber: { id: row.subscriber_id, name: row.name },
    tile: row.tile as PaymentTile,
    system: row.payment_system as PaymentSystem,
    kopecks: Number(row.kopecks),
    refundedKopecks: Number(row.refunded_kopecks),
    state: row.state as OrderState,
    test: row.test === 1,
    providerId: row.provider_id,
    createdAt: Number(row.created_at),
    paidAt: row.paid_at === null ? null : Number(row.paid_at),
  }
}
