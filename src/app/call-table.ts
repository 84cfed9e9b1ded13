/**
 * The calls that live in this process, by what has to be looked up about them: Call-ID (a merged or
 * crossed INVITE), caller and number (a phone that forwards back to us), subscriber (his limit).
 */
import type { Caller } from '../call/events.ts'
import type { Address } from '../call/subscriber.ts'

/**
 * Two anonymous callers of one number at once are possible, three within a ring time are rather one
 * of them going round: a withheld number cannot tell (product §4.10).
 */
const anonymousTwins = 2

export class CallTable<Call> {
  readonly #byCallId = new Map<string, Call>()
  readonly #ringing = new Map<string, number>()
  readonly #bySubscriber = new Map<string, number>()

  get size(): number {
    return this.#byCallId.size
  }

  get(callId: string): Call | undefined {
    return this.#byCallId.get(callId)
  }

  values(): IterableIterator<Call> {
    return this.#byCallId.values()
  }

  add(callId: string, call: Call): void {
    this.#byCallId.set(callId, call)
  }

  remove(callId: string): void {
    this.#byCallId.delete(callId)
  }

  /** Whether a call from this caller to this number rings now. */
  rings(caller: Caller, dialled: Address, trunkId: string): boolean {
    const count = this.#ringing.get(ringingKey(caller, dialled, trunkId)) ?? 0
    return count >= (caller.number === '' ? anonymousTwins : 1)
  }

  /** Notes that such a call rings; the returned function takes it back, once. */
  ringing(caller: Caller, dialled: Address, trunkId: string): () => void {
    return counted(this.#ringing, ringingKey(caller, dialled, trunkId))
  }

  callsOf(subscriberId: string): number {
    return this.#bySubscriber.get(subscriberId) ?? 0
  }

  /** Counts a call of the subscriber; the returned function takes it back, once. */
  count(subscriberId: string): () => void {
    return counted(this.#bySubscriber, subscriberId)
  }
}

function ringingKey(caller: Caller, dialled: Address, trunkId: string): string {
  return caller.number === '' ? `${dialled} from ${trunkId}` : `${dialled} by ${caller.number}`
}

function counted(counts: Map<string, number>, key: string): () => void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
  let taken = false
  return () => {
    if (taken) return
    taken = true
    const left = (counts.get(key) ?? 1) - 1
    if (left === 0) counts.delete(key)
    else counts.set(key, left)
  }
}
