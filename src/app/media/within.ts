/**
 * A limit for promises of a library that may never settle (drachtio-fsmrf#9, #21, #73): what takes
 * longer is an error, what comes later is handed to somebody who clears it away.
 */
import type { Clock, Ms } from '../../clock.ts'
import { MediaUnavailable } from '../media-port.ts'

/**
 * The result of `work`; throws MediaUnavailable naming `what` when it fails or takes longer than
 * `limitMs`. A result that comes after that goes to `late`.
 */
export function within<T>(
  clock: Clock, limitMs: Ms, what: string, work: Promise<T>, late: (result: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const stop = clock.wakeAt(clock.nowMs() + limitMs, () => {
      isOver = true
      reject(new MediaUnavailable(`${what}: no answer in ${limitMs} ms`))
    })
    work.then(
      (result) => {
        stop()
        if (isOver) late(result)
        else resolve(result)
      },
      (error: unknown) => {
        stop()
        reject(new MediaUnavailable(`${what}: ${textOf(error)}`))
      })
  })
}

/** What an error of a library says, whatever it is. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
