/**
 * Asks payment systems about payments whose notice did not come, ever more seldom until they
 * expire, and goes on with refunds whose answer was lost. Rows are claimed, so several processes
 * share it.
 */
import type { Cancel, Ms } from '../clock.ts'
import { claimDueOrders, endChecks, expireOrders } from '../store/payments.ts'
import type { PaymentOrder } from '../store/payments.ts'
import { claimDueRefunds } from '../store/refunds.ts'
import type { PaymentDesk } from './desk.ts'
import { sendRefund } from './refund-desk.ts'
import type { RefundDeskOptions } from './refund-desk.ts'

const lookMs: Ms = 5000
const leastPauseMs = 15_000
const mostPauseMs = 600_000
/** A day until the end of an order, and three more for a system that is away. */
const mostChecks = 600

export interface Poller {
  /** Does now what is due. */
  look(): Promise<void>
  /** Ends after what is under way. */
  stop(): Promise<void>
}

/** Starts looking each few seconds; a look without anything due is one query by an index. */
export function startPoller(desk: PaymentDesk, options: RefundDeskOptions): Poller {
  const { clock, log } = options
  let stopped = false
  let under: Promise<void> = Promise.resolve()
  let cancel: Cancel = () => {}
  const look = (): Promise<void> => {
    under = under.then(() => stopped ? undefined : lookOnce(desk, options, () => stopped))
      .catch((fault: unknown) => log.warn({ err: fault }, 'payments cannot be asked about now'))
    return under
  }
  const later = (): void => {
    cancel = clock.wakeAt(clock.nowMs() + lookMs, () => {
      void look().then(() => { if (!stopped) later() })
    })
  }
  later()
  return {
    look,
    async stop() {
      stopped = true
      cancel()
      await under
    },
  }
}

/** What was claimed and not asked about when all is stopped is due again later, as after a crash. */
async function lookOnce(
  desk: PaymentDesk, options: RefundDeskOptions, isStopped: () => boolean,
): Promise<void> {
  const { db, clock, log } = options
  const wallMs = Math.floor(clock.wallMs())
  for (const order of await claimDueOrders(db, wallMs, (one) => nextCheckAt(one, wallMs))) {
    if (isStopped()) return
    if (!await desk.ask(order))
      log.info({ order: order.number, system: order.system }, 'a payment system does not answer')
    else if (wallMs >= order.expiresAt) await endChecks(db, order.number)
  }
  for (const refund of await claimDueRefunds(db, wallMs, ({ tries }) => wallMs + pauseMs(tries))) {
    if (isStopped()) return
    await sendRefund(options, refund)
  }
  await expireOrders(db, wallMs)
}

/**
 * When an order is asked about again unless there is an answer; null once that was vain for too
 * long. After its end it takes one answer: until then nobody knows whether it was paid.
 */
export function nextCheckAt(
  { expiresAt, checks }: Pick<PaymentOrder, 'expiresAt' | 'checks'>, wallMs: number,
): number | null {
  const next = wallMs + pauseMs(checks)
  if (wallMs < expiresAt) return Math.min(next, expiresAt)
  return checks < mostChecks ? next : null
}

/** 15 s, 30 s, 60 s … 10 min. */
function pauseMs(tries: number): number {
  return Math.min(mostPauseMs, leastPauseMs * 2 ** Math.min(tries, 10))
}
