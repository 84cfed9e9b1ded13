/**
 * The orders to one call that are not decided yet: each gets its verdict once, from the machine or,
 * when the call is over before, 'tooLate'.
 */
import type { OrderVerdict } from '../call/events.ts'

export class CallOrders {
  readonly #waiting = new Map<string, (verdict: OrderVerdict) => void>()

  /** The verdict on this order; settles by the end of the call at the latest. */
  wait(id: string): Promise<OrderVerdict> {
    return new Promise((resolve) => { this.#waiting.set(id, resolve) })
  }

  tell(id: string, verdict: OrderVerdict): void {
    this.#waiting.get(id)?.(verdict)
    this.#waiting.delete(id)
  }

  /** The call is over. */
  end(): void {
    for (const resolve of this.#waiting.values()) resolve({ state: 'tooLate' })
    this.#waiting.clear()
  }
}
