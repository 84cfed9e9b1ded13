/**
 * A virtual clock for code with promises in it: runs from one wake-up to the next and lets every
 * promise that became ready settle in between.
 */
import type { Cancel, Ms } from '../../src/clock.ts'
import { VirtualClock } from './virtual-clock.ts'

export class SteppingClock extends VirtualClock {
  readonly #due = new Map<object, Ms>()

  override wakeAt(at: Ms, run: () => void): Cancel {
    const key = {}
    this.#due.set(key, at)
    const cancel = super.wakeAt(at, () => {
      this.#due.delete(key)
      run()
    })
    return () => {
      this.#due.delete(key)
      cancel()
    }
  }

  /** Lets `by` milliseconds pass. */
  async run(by: Ms): Promise<void> {
    const end = this.nowMs() + by
    await settle()
    for (;;) {
      let next = Infinity
      for (const at of this.#due.values()) if (at < next) next = at
      if (next > end) break
      this.advance(Math.max(0, next - this.nowMs()))
      await settle()
    }
    this.advance(Math.max(0, end - this.nowMs()))
  }
}

/** Long enough for chains of a dozen awaits; nothing here waits for real I/O. */
async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await undefined
}
