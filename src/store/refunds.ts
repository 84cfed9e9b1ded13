/**
 * Refunds of payments. The money leaves the account when a refund is asked for, before the payment
 * system hears of it, and comes back when the system refuses: it is never in two places. What
 * became of a refund whose answer was lost is asked again with the same key until it is known.
 */
import type { Kopecks } from '../money/tariff.ts'
import { writeAudit } from './audit.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { append, lockBalance } from './ledger.ts'
import { spendable } from './live-charges.ts'
import { loadOrder, lockOrder } from './payments.ts'
import type { PaymentRefundsTable } from './money-tables.ts'
import { takeBackReward } from './referral.ts'

export interface RefundDraft {
  readonly orderNumber: number
  /** Of the manager's form: sent twice it is one refund. */
  readonly formKey: string
  readonly kopecks: Kopecks
  readonly reason: string
  /** Login of the manager. */
  readonly manager: string
  /** IP address he asks from, for the log. */
  readonly from?: string
}

export interface Refund extends RefundDraft {
  readonly id: string
  readonly subscriberId: string
  readonly state: 'asked' | 'done' | 'failed'
  readonly providerId: string | undefined
  readonly tries: number
}

/**
 * Takes the money from the account and notes the refund; the same form again answers what is there.
 * It is due for its system at once, to be asked again at `nextTryAt`. Throws StoreError not_found;
 * not_refundable when the order is not paid or not so much is left of it; balance_low when the
 * money was talked away; form_reused.
 */
export async function askRefund(
  db: Db,
  draft: RefundDraft,
  nextTryAt: number,
  wallMs: number,
): Promise<Refund> {
  return inTransaction(db, async (trx) => {
    const { system } = await loadOrder(trx, draft.orderNumber)
    const order = await lockOrder(trx, system, draft.orderNumber)
    if (!order) throw new StoreError('not_found')
    const there = await findRefund(trx, draft)
    if (there) {
      if (there.kopecks === draft.kopecks) return there
      throw new StoreError('form_reused')
    }
    const left = order.kopecks - order.refundedKopecks
    const isWhole = Number.isSafeInteger(draft.kopecks) && draft.kopecks > 0
    if (order.state !== 'paid' || !isWhole || draft.kopecks > left)
      throw new StoreError('not_refundable', { leftKopecks: order.state === 'paid' ? left : 0 })
    await lockBalance(trx, order.subscriberId)
    const balance = await spendable(trx, order.subscriberId, wallMs)
    if (draft.kopecks > balance) throw new StoreError('balance_low', { balanceKopecks: balance })
    const id = newId(wallMs)
    await trx
      .insertInto('payment_refunds')
      .values({
        id, order_number: draft.orderNumber, subscriber_id: order.subscriberId,
        form_key: draft.formKey, kopecks: draft.kopecks, reason: draft.reason,
        manager: draft.manager, state: 'asked', provider_id: null, created_at: wallMs,
        settled_at: null, next_try_at: nextTryAt, tries: 0,
      })
      .execute()
    const { manager: actor, from, kopecks, reason } = draft
    await writeAudit(trx, {
      actor, from, action: 'payment.refund', subject: `payment:${draft.orderNumber}`,
      subscriberId: order.subscriberId, details: { kopecks, reason },
    }, wallMs)
    await append(trx, order.subscriberId, {
      key: `refund:${id}`, kind: 'refund', kopecks: -draft.kopecks, atMs: wallMs,
      text: `Возврат платежа № ${draft.orderNumber}`, orderNumber: draft.orderNumber,
    })
    await moveRefunded(trx, draft.orderNumber, order.refundedKopecks + draft.kopecks)
    return { ...draft, id, subscriberId: order.subscriberId, state: 'asked', providerId: undefined,
      tries: 0 }
  })
}

/**
 * The payment system has given the money back (`providerId`: its name for that). A referral bonus
 * that the payment brought may go with it.
 */
export async function refundDone(
  db: Db,
  id: string,
  providerId: string,
  wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const refund = await trx
      .selectFrom('payment_refunds')
      .select(['order_number', 'subscriber_id', 'created_at'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!refund) return
    await lockBalance(trx, refund.subscriber_id)
    const { numUpdatedRows } = await trx
      .updateTable('payment_refunds')
      .set({ state: 'done', provider_id: providerId, settled_at: wallMs, next_try_at: null })
      .where('id', '=', id)
      .where('state', '=', 'asked')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    const { order_number: orderNumber, created_at: askedAt } = refund
    await takeBackReward(
      trx, { orderNumber: Number(orderNumber), askedAt: Number(askedAt) }, wallMs)
  })
}

/** The payment system refused: the money goes back to the account. */
export async function refundFailed(db: Db, refund: Refund, wallMs: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { system } = await loadOrder(trx, refund.orderNumber)
    const order = await lockOrder(trx, system, refund.orderNumber)
    const { numUpdatedRows } = await trx
      .updateTable('payment_refunds')
      .set({ state: 'failed', settled_at: wallMs, next_try_at: null })
      .where('id', '=', refund.id)
      .where('state', '=', 'asked')
      .executeTakeFirst()
    if (numUpdatedRows === 0n || !order) return
    await append(trx, refund.subscriberId, {
      key: `refund-undone:${refund.id}`, kind: 'correction', kopecks: refund.kopecks, atMs: wallMs,
      text: `Возврат платежа № ${refund.orderNumber} не прошёл`, orderNumber: refund.orderNumber,
    })
    await moveRefunded(trx, refund.orderNumber, order.refundedKopecks - refund.kopecks)
  })
}

/** Takes refunds that are to be tried now, each for one process. */
export async function claimDueRefunds(
  db: Db,
  wallMs: number,
  nextAt: (refund: Refund) => number,
  limit = 20,
): Promise<readonly Refund[]> {
  const rows = await db
    .selectFrom('payment_refunds')
    .selectAll()
    .where('next_try_at', '<=', String(wallMs))
    .orderBy('next_try_at')
    .limit(limit)
    .execute()
  const taken: Refund[] = []
  for (const row of rows) {
    const refund = refundFrom(row)
    const { numUpdatedRows } = await db
      .updateTable('payment_refunds')
      .set({ next_try_at: nextAt(refund), tries: refund.tries + 1 })
      .where('id', '=', row.id)
      .where('next_try_at', '=', row.next_try_at)
      .executeTakeFirst()
    if (numUpdatedRows === 1n) taken.push(refund)
  }
  return taken
}

async function findRefund(trx: Trx, draft: RefundDraft): Promise<Refund | undefined> {
  const row = await trx
    .selectFrom('payment_refunds')
    .selectAll()
    .where('order_number', '=', String(draft.orderNumber))
    .where('form_key', '=', draft.formKey)
    // Not what this transaction saw before it got the order's lock.
    .forUpdate()
    .executeTakeFirst()
  return row && refundFrom(row)
}

async function moveRefunded(trx: Trx, orderNumber: number, kopecks: Kopecks): Promise<void> {
  await trx
    .updateTable('payment_orders')
    .set({ refunded_kopecks: kopecks })
    .where('number', '=', String(orderNumber))
    .execute()
}

type RefundRow = Pick<PaymentRefundsTable, 'id' | 'subscriber_id' | 'form_key' | 'reason' |
  'manager' | 'state' | 'provider_id' | 'tries'> &
  { readonly order_number: string; readonly kopecks: string }

function refundFrom(row: RefundRow): Refund {
  return {
    id: row.id,
    orderNumber: Number(row.order_number),
    subscriberId: row.subscriber_id,
    formKey: row.form_key,
    kopecks: Number(row.kopecks),
    reason: row.reason,
    manager: row.manager,
    state: row.state as Refund['state'],
    providerId: row.provider_id ?? undefined,
    tries: row.tries,
  }
}
