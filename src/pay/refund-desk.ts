/**
 * Giving money back, as a manager asks for it: by ЮKassa over its API; for the other systems, whose
 * refunds are made in their own cabinets, the manager's word that it was done there.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Db } from '../store/database.ts'
import { loadOrder } from '../store/payments.ts'
import { askRefund, refundDone, refundFailed } from '../store/refunds.ts'
import type { Refund, RefundDraft } from '../store/refunds.ts'
import type { Send } from './send.ts'
import type { Shops } from './shops.ts'
import { readYookassaRefund, yookassaRefund } from './yookassa.ts'

export interface RefundDeskOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  readonly shops: () => Shops
  readonly send: Send
}

/** Another process or the poller tries again after this; longer than an answer may take. */
const againMs = 60_000
/**
 * 4xx is a word about the refund, but for these: our key is not taken (an earlier try, whose answer
 * was lost, may have come through with it), we were slow, we were in haste.
 */
const noWords: readonly number[] = [401, 408, 429]

/**
 * Refunds (a part of) a payment; the same draft again is the same refund. Answers its state:
 * 'asked' when the system has not said yet, the poller goes on. Throws StoreError as askRefund
 * does.
 */
export async function refundPayment(
  options: RefundDeskOptions, draft: RefundDraft,
): Promise<Refund['state']> {
  const wallMs = Math.floor(options.clock.wallMs())
  const refund = await askRefund(options.db, draft, wallMs + againMs, wallMs)
  return refund.state === 'asked' ? sendRefund(options, refund) : refund.state
}

/** Tells the payment system of a refund that was asked for; may be repeated. */
export async function sendRefund(
  { db, clock, log, shops, send }: RefundDeskOptions, refund: Refund,
): Promise<Refund['state']> {
  const wallMs = Math.floor(clock.wallMs())
  const { system, providerId } = await loadOrder(db, refund.orderNumber)
  if (system !== 'yookassa') {
    await refundDone(db, refund.id, 'cabinet', wallMs)
    return 'done'
  }
  const shop = shops().yookassa?.shop
  if (!shop || providerId === undefined) return 'asked'
  const call = yookassaRefund(shop, providerId, refund.kopecks, refund.id)
  const answer = await send(call).catch(() => undefined)
  const told = answer?.status === 200 ? readYookassaRefund(answer.body) : undefined
  if (told?.state === 'done') {
    await refundDone(db, refund.id, told.id, wallMs)
    return 'done'
  }
  const { status = 0 } = answer ?? {}
  const refused = told?.state === 'failed' ||
    (status >= 400 && status < 500 && !noWords.includes(status))
  if (!refused) {
    if (status >= 400) log.warn({ order: refund.orderNumber, status }, 'a refund is asked for again')
    return 'asked'
  }
  log.warn({ order: refund.orderNumber, status }, 'a refund was refused by its payment system')
  await refundFailed(db, refund, wallMs)
  return 'failed'
}
