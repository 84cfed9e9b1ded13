/**
 * Waiting for something outside of this process, but not for ever: whoever waits goes on after the
 * limit, and the work is left to itself. `media/within.ts` is for those who need its result.
 */
import type { Clock, Ms } from '../clock.ts'

/** Settles when `work` has, or after `limitMs`. Rejects only if `work` does so in time. */
export function atMost(clock: Clock, limitMs: Ms, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.wakeAt(clock.nowMs() + limitMs, resolve)
    work.then(() => {
      cancel()
      resolve()
    }, (error: unknown) => {
      cancel()
      reject(error)
    })
  })
}
