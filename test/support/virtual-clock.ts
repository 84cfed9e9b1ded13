/**
 * A clock that moves only when told to: an hour passes at once, and what was to happen meanwhile
 * happens in order. Wake-ups run from `advance`, never on their own.
 */
import type { Cancel, Clock, Ms } from '../../src/clock.ts'

interface WakeUp {
  readonly at: Ms
  readonly run: () => void
  readonly order: number
}

export class VirtualClock implements Clock {
  #now: Ms
  readonly #wallStart: Ms
  readonly #wakeUps = new Set<WakeUp>()
  #order = 0

  /** Starts at `now`; the wall clock stands at `wall` then. */
  constructor(now: Ms = 0, wall: Ms = Date.UTC(2026, 0, 5, 9)) {
    this.#now = now
    this.#wallStart = wall - now
  }

  nowMs(): Ms {
    return this.#now
  }

  wallMs(): Ms {
    return this.#wallStart + this.#now
  }

  wakeAt(at: Ms, run: () => void): Cancel {
    const wakeUp: WakeUp = { at, run, order: this.#order++ }
    this.#wakeUps.add(wakeUp)
    return () => { this.#wakeUps.delete(wakeUp) }
  }

  /** Wake-ups that are still to come. */
  get pending(): number {
    return this.#wakeUps.size
  }

  /** Lets time pass; everything due runs at its own time, also what is arranged on the way. */
  advance(by: Ms): void {
    const end = this.#now + by
    for (let next = this.#earliest(end); next !== undefined; next = this.#earliest(end)) {
      this.#wakeUps.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
    }
    this.#now = end
  }

  #earliest(until: Ms): WakeUp | undefined {
    let best: WakeUp | undefined
    for (const one of this.#wakeUps) {
      if (one.at > until) continue
      if (best === undefined || one.at < best.at || (one.at === best.at && one.order < best.order)) best = one
    }
    return best
  }
}
