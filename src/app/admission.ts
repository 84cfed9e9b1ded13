/**
 * Admission of new calls before any database work (product §4.19): a bucket of calls per second and
 * a ceiling of live calls. What is over either gets 503 with Retry-After.
 */
import type { Ms } from '../call/events.ts'

export class Admission {
  readonly #maxCps: number
  readonly #maxLive: number
  #tokens: number
  #filledAt: Ms = 0

  /** Either limit 0: none. A burst may take one second's calls at once. */
  constructor(maxCps: number, maxLive: number) {
    this.#maxCps = maxCps
    this.#maxLive = maxLive
    this.#tokens = maxCps
  }

  /** Takes a place for one more call; false when there is none. */
  admit(nowMs: Ms, live: number): boolean {
    if (this.full(live)) return false
    if (this.#maxCps === 0) return true
    const elapsed = Math.max(0, nowMs - this.#filledAt)
    this.#filledAt = nowMs
    this.#tokens = Math.min(this.#maxCps, this.#tokens + (elapsed * this.#maxCps) / 1000)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  full(live: number): boolean {
    return this.#maxLive > 0 && live >= this.#maxLive
  }
}
