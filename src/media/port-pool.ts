/**
 * Even UDP ports for RTP (RFC 3550 §11: RTCP takes the odd one above). A port that was given back
 * rests before it is used again, so that packets still under way to the old call do not reach the
 * new one. Binding is the user's; a port that turns out to be taken is given back like any other.
 */
import type { Ms } from '../clock.ts'

interface Resting {
  readonly port: number
  readonly sinceMs: Ms
}

export class PortPool {
  readonly #restMs: Ms
  /** Ports never used yet: from here on. */
  #fresh: number
  readonly #last: number
  /** Given back, oldest first; `#head` of them have been taken again. */
  #resting: Resting[] = []
  #head = 0

  /** Ports from `first` to `last`, both included. 0 and 0: the system chooses. */
  constructor(first: number, last: number, restMs: Ms) {
    this.#fresh = first + (first % 2)
    this.#last = last
    this.#restMs = restMs
  }

  /** Whether the system chooses the ports. */
  get isOpen(): boolean {
    return this.#last === 0
  }

  /** An even port, or undefined when all are in use or resting. */
  take(nowMs: Ms): number | undefined {
    if (this.isOpen) return 0
    if (this.#fresh < this.#last) {
      const port = this.#fresh
      this.#fresh += 2
      return port
    }
    const oldest = this.#resting[this.#head]
    if (oldest === undefined || nowMs - oldest.sinceMs < this.#restMs) return undefined
    this.#head++
    if (this.#head > 64 && this.#head * 2 > this.#resting.length) {
      this.#resting = this.#resting.slice(this.#head)
      this.#head = 0
    }
    return oldest.port
  }

  giveBack(port: number, nowMs: Ms): void {
    if (!this.isOpen) this.#resting.push({ port, sinceMs: nowMs })
  }
}
