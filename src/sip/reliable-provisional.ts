/**
 * Reliable provisional responses to one INVITE (RFC 3262): numbered, repeated until their PRACK,
 * one at a time. What follows, also a 2xx while SDP is unacknowledged, waits for its turn.
 */
import type { Octets } from './events.ts'
import type { SipMessage } from './message.ts'
import type { Ms } from './events.ts'
import type { Timer, TimerOwner } from './timer-queue.ts'
import type { IncomingRequest } from './uas.ts'
import { answerByEngine } from './uas.ts'

export class ReliableProvisionals implements TimerOwner {
  readonly #incoming: IncomingRequest
  readonly #waiting: (() => void)[] = []
  #rseq: number
  #isUnacknowledged = false
  #hasSdp = false
  #intervalMs: Ms = 0
  #again: Timer | undefined
  #giveUp: Timer | undefined
  #numbers: number[] = []

  constructor(incoming: IncomingRequest) {
    this.#incoming = incoming
    // RFC 3262 §3: the first is chosen from 1 to 2^31 - 1 and must leave room.
    this.#rseq = Math.floor(incoming.core.options.random() * 0x3fff_ffff)
  }

  /** The RSeq of the next response. */
  nextRseq(): number {
    return ++this.#rseq
  }

  /** Sends it now, or when those before it are acknowledged. */
  send(status: number, rseq: number, data: Octets, hasSdp: boolean): void {
    this.whenFree(true, () => {
      const { core, transaction } = this.#incoming
      core.layer.respond(transaction, status, data)
      this.#incoming.hasRung = true
      this.#isUnacknowledged = true
      this.#hasSdp = hasSdp
      this.#numbers = [rseq]
      this.#intervalMs = core.values.t1Ms
      this.#again = core.startTimer(this.#intervalMs, this, 'again')
      this.#giveUp = core.startTimer(core.values.t1x64Ms, this, 'never')
    })
  }

  /**
   * Does it at once unless a response waits for its PRACK; a 2xx (`always` false) must wait only if
   * that response carried SDP (RFC 3262 §3).
   */
  whenFree(always: boolean, act: () => void): void {
    const mustWait = this.#isUnacknowledged && (always || this.#hasSdp)
    if (mustWait || this.#waiting.length > 0) this.#waiting.push(act)
    else act()
  }

  /** A PRACK; true when it names the response that waits (RFC 3262 §3, §7.2). */
  acknowledge(prack: SipMessage): boolean {
    const [rseq, cseq, method] = (prack.get('RAck') ?? '').split(' ').filter((part) => part !== '')
    const { message } = this.#incoming
    const isMine = this.#isUnacknowledged && method === 'INVITE'
      && Number(cseq) === message.cseqNumber && this.#numbers.includes(Number(rseq))
    if (!isMine) return false
    this.#rest()
    // A 2xx that waited behind it ends the whole; `stop` then empties what is left.
    while (!this.#isUnacknowledged) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      next()
    }
    return true
  }

  /** The INVITE is answered: nothing is repeated any more. */
  stop(): void {
    this.#rest()
    this.#waiting.length = 0
  }

  onTimer(name: string): void {
    const { core, transaction } = this.#incoming
    if (name === 'never') {
      // RFC 3262 §3: without a PRACK the INVITE is rejected with a 5xx.
      return answerByEngine(this.#incoming, 504)
    }
    core.layer.resend(transaction)
    this.#intervalMs *= 2
    this.#again = core.startTimer(this.#intervalMs, this, 'again')
  }

  #rest(): void {
    const { timers } = this.#incoming.core
    timers.cancel(this.#again)
    timers.cancel(this.#giveUp)
    this.#isUnacknowledged = false
  }
}
