/**
 * A 2xx to an INVITE until its ACK comes (RFC 3261 §13.3.1.4): sent again at T1, doubling up to T2,
 * over any transport; without an ACK the call is given up after 64·T1. The INVITE transaction
 * leaves this to its user.
 */
import { endByEngine } from './ending.ts'
import type { Dialog } from './dialog.ts'
import type { Flow, Ms, Octets, TransactionId } from './events.ts'
import type { Timer, TimerOwner } from './timer-queue.ts'

export class Answer implements TimerOwner {
  readonly dialog: Dialog
  /** The INVITE's. */
  readonly transaction: TransactionId
  readonly cseq: number
  readonly flow: Flow
  readonly data: Octets
  #intervalMs: Ms
  #again: Timer
  readonly #giveUp: Timer

  /** Begins to wait; the response has just been sent for the first time. */
  constructor(dialog: Dialog, transaction: TransactionId, cseq: number, flow: Flow, data: Octets) {
    this.dialog = dialog
    this.transaction = transaction
    this.cseq = cseq
    this.flow = flow
    this.data = data
    const { core } = dialog
    this.#intervalMs = core.values.t1Ms
    this.#again = core.startTimer(this.#intervalMs, this, 'again')
    this.#giveUp = core.startTimer(core.values.t1x64Ms, this, 'never')
  }

  /** The ACK came, or nobody waits for it any more. */
  settle(): void {
    this.dialog.core.timers.cancel(this.#again)
    this.dialog.core.timers.cancel(this.#giveUp)
    this.dialog.settle(this)
  }

  onTimer(name: string): void {
    const { core } = this.dialog
    if (name === 'again') {
      core.send(this.flow, this.data, this.transaction)
      this.#intervalMs = Math.min(this.#intervalMs * 2, core.values.t2Ms)
      this.#again = core.startTimer(this.#intervalMs, this, 'again')
      return
    }
    const wasAlive = this.dialog.state === 'confirmed'
    this.settle()
    if (wasAlive) endByEngine(this.dialog, 'ackTimeout')
  }
}
