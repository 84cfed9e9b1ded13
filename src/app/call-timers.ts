/**
 * The timers of one call by name and leg, as its machine sets and stops them. Which there are, and
 * whether one that fires late still means anything, is the machine's.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { CallCommand, CallEvent } from '../call/events.ts'

type TimerEvent = Extract<CallEvent, { type: 'timer' }>

export class CallTimers {
  readonly #clock: Clock
  readonly #fired: (event: TimerEvent) => void
  readonly #cancels = new Map<string, Cancel>()

  constructor(clock: Clock, fired: (event: TimerEvent) => void) {
    this.#clock = clock
    this.#fired = fired
  }

  get size(): number {
    return this.#cancels.size
  }

  /** One that runs already is set anew. */
  set(command: Extract<CallCommand, { do: 'setTimer' }>): void {
    const { timer, leg } = command
    const key = timerKey(command)
    this.#cancels.get(key)?.()
    this.#cancels.set(key, this.#clock.wakeAt(command.at, () => {
      this.#cancels.delete(key)
      this.#fired(leg === undefined ? { type: 'timer', timer } : { type: 'timer', timer, leg })
    }))
  }

  stop(command: Extract<CallCommand, { do: 'stopTimer' }>): void {
    const key = timerKey(command)
    this.#cancels.get(key)?.()
    this.#cancels.delete(key)
  }

  stopAll(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
  }
}

function timerKey(command: { readonly timer: string; readonly leg?: string }): string {
  return command.leg === undefined ? command.timer : `${command.timer} ${command.leg}`
}
