/**
 * One tick every 20 ms for all channels. The instants are counted from the start, so no error adds
 * up over hours. A tick that comes late by a few frames is made up for at once, which a receiver's
 * jitter buffer takes; after a longer stall the missed ticks are run without sending, so that time
 * goes on for what is recorded and played, and the far ends get no burst.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'

export const tickMs: Ms = 20
/**
 * Late ticks that are still sent: with the one that is due, as much as jitter buffers hold (100
 * ms).
 */
const madeUpTicks = 4
/** Silent ticks run after a stall; beyond a second nobody needs the details. */
const maxSilentTicks = 50

/** `mustSend` false: time passes, nothing may be put on the wire. */
export type OnTick = (nowMs: Ms, mustSend: boolean) => void

/**
 * How late ticks came, for figures: counts by whole milliseconds, the last for all that were later.
 */
export interface Lateness {
  readonly counts: Uint32Array
  readonly skippedTicks: number
}

export class Pacer {
  readonly #clock: Clock
  readonly #onTick: OnTick
  readonly #counts = new Uint32Array(201)
  #skipped = 0
  #startMs: Ms = 0
  /** Number of the next tick. */
  #next = 0
  #cancel: Cancel | undefined

  constructor(clock: Clock, onTick: OnTick) {
    this.#clock = clock
    this.#onTick = onTick
  }

  get lateness(): Lateness {
    return { counts: this.#counts, skippedTicks: this.#skipped }
  }

  start(): void {
    if (this.#cancel !== undefined) return
    this.#startMs = this.#clock.nowMs()
    this.#next = 1
    this.#arm()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #arm(): void {
    this.#cancel = this.#clock.wakeAt(this.#startMs + this.#next * tickMs, () => this.#wake())
  }

  /**
   * A wake-up that comes a tick late gives way once: after a stall timers run before sockets are
   * read, and what has come meanwhile must not pass for lost.
   */
  #wake(hasGivenWay = false): void {
    const now = this.#clock.nowMs()
    const late = now - (this.#startMs + this.#next * tickMs)
    if (late >= tickMs && !hasGivenWay && this.#cancel !== undefined) {
      this.#cancel = this.#clock.wakeAt(now, () => this.#wake(true))
      return
    }
    this.#counts[Math.min(this.#counts.length - 1, Math.max(0, Math.floor(late)))]!++
    const due = Math.max(1, Math.floor((now - this.#startMs) / tickMs) - this.#next + 1)
    const sent = due > madeUpTicks + 1 ? 1 : due
    const silent = Math.min(due - sent, maxSilentTicks)
    this.#skipped += due - sent
    this.#next += due
    for (let i = due - 1; i >= 0; i--) {
      if (i >= sent + silent) continue
      this.#onTick(now - i * tickMs, i < sent)
    }
    if (this.#cancel !== undefined) this.#arm()
  }
}
