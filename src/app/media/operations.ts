/**
 * What runs on one endpoint at the moment (plays, questions, records), each as a promise that
 * settles: by its completion, because the endpoint went, or because its time is up. Stopping
 * repeats itself: a command still on its way to the channel is not hit by the first `uuid_break`.
 */
import type { Cancel, Clock, Ms } from '../../clock.ts'

export type Finished<T> =
  | { readonly how: 'done'; readonly value: T; readonly stopped: boolean }
  | { readonly how: 'gone' | 'late' | 'failed'; readonly stopped: boolean }

interface Operation {
  stopped: boolean
  gone(): void
  late(): void
}

/** A command reaches the channel with the next tick of 20 ms; then the next break hits it. */
const breakAgainMs = 40
const breakTries = 25

export class Operations {
  readonly #clock: Clock
  readonly #sendBreak: () => void
  readonly #running = new Set<Operation>()
  #breakAgain: Cancel | undefined
  #gone = false

  /** `sendBreak` ends whatever the channel runs now. */
  constructor(clock: Clock, sendBreak: () => void) {
    this.#clock = clock
    this.#sendBreak = sendBreak
  }

  get isGone(): boolean {
    return this.#gone
  }

  /**
   * Waits for `work`. `graceMs`: when the endpoint goes, the completion is still waited for so
   * long, since it says how much was recorded.
   */
  perform<T>(work: Promise<T>, limitMs: Ms = Infinity, graceMs: Ms = 0): Promise<Finished<T>> {
    return new Promise((resolve) => {
      let stopLimit: Cancel = () => {}
      const end = (finished: Finished<T>): void => {
        if (!this.#running.delete(operation)) return
        stopLimit()
        if (operation.stopped && !this.#isStopping) this.#breakAgain?.()
        resolve(finished)
      }
      const operation: Operation = {
        stopped: false,
        gone: () => {
          stopLimit()
          const leave = (): void => end({ how: 'gone', stopped: operation.stopped })
          if (graceMs === 0) leave()
          else stopLimit = this.#clock.wakeAt(this.#clock.nowMs() + graceMs, leave)
        },
        late: () => end({ how: 'late', stopped: operation.stopped }),
      }
      this.#running.add(operation)
      if (limitMs !== Infinity) {
        stopLimit = this.#clock.wakeAt(this.#clock.nowMs() + limitMs, () => operation.late())
      }
      work.then(
        (value) => end({ how: 'done', value, stopped: operation.stopped }),
        () => end({ how: this.#gone ? 'gone' : 'failed', stopped: operation.stopped }))
      if (this.#gone) operation.gone()
    })
  }

  /** Ends what runs now; each operation says so by `stopped`. */
  stop(): void {
    if (this.#gone || this.#running.size === 0) return
    for (const operation of this.#running) operation.stopped = true
    this.#breakAgain?.()
    this.#break(breakTries)
  }

  /** The endpoint went: everything that runs is over. */
  leave(): void {
    if (this.#gone) return
    this.#gone = true
    this.#breakAgain?.()
    for (const operation of [...this.#running]) operation.gone()
  }

  get #isStopping(): boolean {
    for (const operation of this.#running) if (operation.stopped) return true
    return false
  }

  #break(triesLeft: number): void {
    const stopped = [...this.#running].filter((operation) => operation.stopped)
    if (stopped.length === 0 || this.#gone) return
    if (triesLeft === 0) return stopped.forEach((operation) => operation.late())
    this.#sendBreak()
    if (!this.#isStopping) return // it hit at once
    this.#breakAgain = this.#clock.wakeAt(
      this.#clock.nowMs() + breakAgainMs, () => this.#break(triesLeft - 1))
  }
}
