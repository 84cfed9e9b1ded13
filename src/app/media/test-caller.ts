/**
 * The caller of a test call that the panel asked for: a phone without a telephone network, played
 * by a media endpoint. Whoever answers hears that this is a test; then it hangs up.
 */
import type { Endpoint } from '../media-port.ts'
import type { VirtualPhone } from '../virtual-call.ts'
import type { Language, Prompts } from './prompts.ts'
import { Talk } from './talk.ts'

/** Time for the answered person to get the phone to the ear. */
const lead = 'silence_stream://700'

export class TestCaller implements VirtualPhone {
  readonly offer: string
  /** Settles when the call is over: whether anybody had answered. */
  readonly over: Promise<boolean>
  readonly #endpoint: Endpoint
  readonly #files: readonly string[]
  readonly #abort = new AbortController()
  #settle: (wasAnswered: boolean) => void = () => {}
  #hangUp: () => void = () => {}
  #wasAnswered = false

  /** `endpoint` has made an offer. It is destroyed with the call. */
  constructor(endpoint: Endpoint, prompts: Prompts, language: Language) {
    this.#endpoint = endpoint
    this.#files = [lead, ...prompts.say(language, 'test-call')]
    this.offer = endpoint.sdp
    this.over = new Promise((resolve) => { this.#settle = resolve })
  }

  /** How to hang up; called at once with `place`. */
  placed(hangUp: () => void): void {
    this.#hangUp = hangUp
    this.#endpoint.onGone(hangUp)
  }

  /** It has no ear for ringback. */
  early(): void {}

  answered(sdp: string): void {
    this.#wasAnswered = true
    void this.#speak(sdp)
  }

  reoffer(sdp: string): Promise<string> {
    return this.#endpoint.renegotiate(sdp)
  }

  ended(): void {
    this.#abort.abort()
    this.#endpoint.destroy()
    this.#settle(this.#wasAnswered)
  }

  async #speak(sdp: string): Promise<void> {
    const talk = new Talk(this.#endpoint, this.#abort.signal)
    try {
      await this.#endpoint.connect(sdp)
      await talk.say(this.#files)
    } catch {
      // Without sound there is nothing to say: the call is over.
    }
    talk.end()
    this.#hangUp()
  }
}
