/**
 * Calls that the service itself places to one phone, a media server as the other end: to record a
 * greeting, to speak a code. No caller, no rules, no journal; the same legs as any call's.
 */
import type { Address } from '../call/subscriber.ts'
import { AnchoredSide } from './anchored-side.ts'
import { routesTo } from './call-legs.ts'
import type { CallLegsOptions } from './call-legs.ts'
import type { CallOrigin } from './identity.ts'
import { Leg } from './leg.ts'
import type { Endpoint } from './media-port.ts'

export interface OwnCall {
  /** The personal number, which the phone is shown; '' = none, its number is withheld. */
  readonly number: Address
  readonly address: Address
  /** Has made an offer and waits for the answer. It stays its maker's to destroy. */
  readonly endpoint: Endpoint
  readonly ringSeconds: number
  /** Through this trunk alone; left out = through the first that can. */
  readonly trunkId?: string
  /** Told each status of the leg as it comes. */
  readonly told?: (status: number) => void
}

export interface AnsweredPhone {
  hangUp(): void
  /** Told once when the phone hung up; not after `hangUp`. */
  onHungUp(run: () => void): void
}

const maxForwards = 70 // RFC 3261 §8.1.1.6

export class OwnCalls {
  readonly #options: CallLegsOptions
  readonly #legs = new Set<Leg>()
  #count = 0

  constructor(options: CallLegsOptions) {
    this.#options = options
  }

  /** Legs that are not gone from the server. */
  get size(): number {
    return this.#legs.size
  }

  /**
   * Rings the phone; settles when it has answered and its endpoint knows where to send. Undefined
   * when it did not within `ringSeconds`, cannot speak with the endpoint, or `signal` was aborted.
   */
  ring(call: OwnCall, signal: AbortSignal): Promise<AnsweredPhone | undefined> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      let hungUp = (): void => settle(undefined)
      const settle = (phone: AnsweredPhone | undefined): void => {
        cancel()
        signal.removeEventListener('abort', giveUp)
        if (phone === undefined) leg.drop('')
        resolve(phone)
      }
      const giveUp = (): void => settle(undefined)
      const leg = this.#make(call, () => {
        call.endpoint.connect(leg.sdp).then(() => {
          if (!leg.answered) return settle(undefined)
          judge(leg, call.endpoint)
          settle({ hangUp: () => leg.drop(''), onHungUp: (run) => { hungUp = run } })
        }, giveUp)
      }, giveUp, () => hungUp())
      const cancel = clock.wakeAt(clock.nowMs() + call.ringSeconds * 1000, giveUp)
      signal.addEventListener('abort', giveUp)
      if (signal.aborted) giveUp()
      else leg.dial(call.endpoint.sdp)
    })
  }

  dropAll(): void {
    for (const leg of [...this.#legs]) leg.drop('')
  }

  /** The control connection is gone. */
  lost(): void {
    for (const leg of [...this.#legs]) leg.lost()
  }

  #make(call: OwnCall, answered: () => void, failed: () => void, hungUp: () => void): Leg {
    const { address, number, trunkId, told } = call
    const origin: CallOrigin = {
      own: true, caller: { number: '', name: '', anonymous: true }, dialled: number,
      privacy: false, maxForwards, diversions: [], history: [],
    }
    const callerId = number === '' ? 'caller' : 'personal'
    const routes = routesTo(
      address, origin, this.#options.trunks, { contentType: 'application/sdp', callerId })
    const leg = new Leg({
      ...this.#options, id: `own-${++this.#count}`, address,
      routes: trunkId === undefined ? routes : routes.filter(({ trunk }) => trunk?.id === trunkId),
    }, {
      progress: (_, status) => told?.(status),
      answered: () => {
        told?.(200)
        answered()
      },
      failed: (_, status) => {
        told?.(status)
        failed()
      },
      hungUp,
      gone: () => {
        this.#legs.delete(leg)
        failed() // the connection was lost while it rang; else nobody waits any more
      },
    })
    this.#legs.add(leg)
    return leg
  }
}

/** Changes of the session are settled with the endpoint. */
function judge(leg: Leg, endpoint: Endpoint): AnchoredSide | undefined {
  if (leg.dialog === undefined) return undefined
  return new AnchoredSide(leg.dialog, endpoint, { acknowledged() {}, vanished() {} })
}
