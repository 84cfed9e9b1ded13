/**
 * What an anchored leg has besides its SIP side: the endpoint that made its offer, the judge of its
 * dialog once it has answered, and the question whether the called person takes the call.
 */
import type { AnchoredSide } from './anchored-side.ts'
import type { Endpoint } from './media-port.ts'

export class LegMedia {
  readonly endpoint: Endpoint
  /** Stands once the leg has answered and its endpoint knows where to send. */
  side: AnchoredSide | undefined
  #speech: AbortController | undefined
  #said: Promise<unknown> | undefined

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
  }

  /** Somebody was spoken to: what becomes of the leg is for that to say. */
  get isQuestioned(): boolean {
    return this.#said !== undefined
  }

  /** Asks or tells something, after what was said before; undefined when it was stopped. */
  async speak<T>(say: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    await this.stop()
    const abort = new AbortController()
    this.#speech = abort
    const said = say(abort.signal)
    this.#said = said
    const result = await said
    return abort.signal.aborted ? undefined : result
  }

  /** Settles when nothing is being said any more. */
  async stop(): Promise<void> {
    this.#speech?.abort()
    await this.#said
  }
}
