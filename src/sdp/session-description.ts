/**
 * The description that our side of one dialog sends, from offer to offer: it keeps the identity of
 * o= and raises its version by one whenever anything else changed (RFC 3264 §8). What its streams
 * are is offer-answer.ts.
 */
import { formatDescription } from './description.ts'
import type { Description, Stream } from './description.ts'
import { connectionOf } from './offer-answer.ts'

/** Our descriptions in one dialog. */
export class SessionDescription {
  readonly #name: string
  readonly #sessionId: number
  #version: number
  #text = ''
  #printed = ''

  /**
   * `sessionId` is unlike those of other dialogs of ours (RFC 8866 §5.2: e.g. seconds since 1900).
   */
  constructor(name: string, sessionId: number) {
    this.#name = name
    this.#sessionId = sessionId
    this.#version = sessionId
  }

  /** What was sent last, '' = nothing yet. */
  get text(): string {
    return this.#text
  }

  /**
   * Prints `streams` for `address`; the same as before has the same version, anything else the
   * next.
   */
  print(address: string, streams: readonly Stream[]): string {
    const printed = formatDescription(this.#describe(address, streams, 0))
    if (printed !== this.#printed) {
      this.#printed = printed
      this.#version++
      this.#text = formatDescription(this.#describe(address, streams, this.#version))
    }
    return this.#text
  }

  #describe(address: string, streams: readonly Stream[], version: number): Description {
    const connection = connectionOf(address)
    const origin = {
      user: this.#name, sessionId: String(this.#sessionId), version: String(version), ...connection,
    }
    return {
      origin, name: this.#name, emails: [], phones: [], connection, bandwidths: [],
      timings: [{ time: '0 0', repeats: [] }], attributes: [], streams,
    }
  }
}
