/**
 * The limits against fraud at the calls of one subscriber: too many of one caller, too many at
 * once, too long, too many legs. What is counted is in velocity.ts; what the values are is the
 * store's; which numbers may be rung at all is in the snapshot. Whatever is refused here people are
 * told.
 */
import { maskNumber } from '../log.ts'
import type { Caller } from '../call/events.ts'
import type { RefusalReason } from '../call/record.ts'
import type { Address, Subscriber } from '../call/subscriber.ts'
import type { Velocity } from './velocity.ts'

export class CallLimits {
  readonly #velocity: Velocity | undefined

  /** Without `velocity` each process counts for itself, and callers are not counted. */
  constructor(velocity: Velocity | undefined) {
    this.#velocity = velocity
  }

  /** Why a call of this caller is not let in; undefined: it is. Counts it. */
  refusal(subscriber: Subscriber, caller: Caller): RefusalReason | undefined {
    const limit = subscriber.callLimits?.callerCallsPerHour ?? 0
    const number = caller.anonymous ? '' : caller.number
    if (this.#velocity?.mayCall(subscriber.id, number, limit) !== false) return undefined
    this.#velocity.tell({
      fault: 'callerRate', subscriberId: subscriber.id, key: number,
      facts: { caller: number, limit },
    })
    return 'callerTooOften'
  }

  /** Calls of the subscriber in all processes; `here`: those of this one, without the new call. */
  liveCalls({ id, maxCalls }: Subscriber, here: number): number {
    const live = here + (this.#velocity?.callsElsewhere(id) ?? 0)
    if (live >= maxCalls) {
      this.#velocity?.tell({
        fault: 'concurrentCalls', subscriberId: id, key: '', facts: { limit: maxCalls },
      })
    }
    return live
  }

  /** Longest conversation; `most`: what the application allows anybody. */
  callSeconds({ callLimits }: Subscriber, most: number): number {
    const own = callLimits?.callSeconds ?? 0
    return own === 0 ? most : Math.min(own, most)
  }

  /** Whether one more leg may be dialled; `legs` counts those of all his calls in this process. */
  mayDial({ id, callLimits }: Subscriber, address: Address, legs: () => number): boolean {
    const limit = callLimits?.concurrentLegs ?? 0
    if (limit === 0 || legs() < limit) return true
    this.#velocity?.tell({
      fault: 'concurrentLegs', subscriberId: id, key: '',
      facts: { limit, address: maskNumber(address) },
    })
    return false
  }
}
