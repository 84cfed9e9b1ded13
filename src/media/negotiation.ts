/**
 * Offers and answers of one call: keeps the local description with its version and the last word of
 * the far end. An answer whose address is our own port (drachtio-srf acknowledges a late offer with
 * our own description) means that there is no far end yet.
 */
import { parseDescription } from '../sdp/description.ts'
import type { Description } from '../sdp/description.ts'
import { SdpParseError } from '../sdp/errors.ts'
import { answerOffer, offerStreams, readAnswer } from '../sdp/offer-answer.ts'
import type { Agreement, LocalMedia } from '../sdp/offer-answer.ts'
import { SessionDescription } from '../sdp/session-description.ts'

/** Seconds from 1900 to 1970: o= counts like NTP. */
const ntpUnixOffset = 2_208_988_800
const codecs = [
  { name: 'PCMU', clockRate: 8000, payloadType: 0 },
  { name: 'PCMA', clockRate: 8000, payloadType: 8 },
]

/** What an offer comes to. */
export type Negotiated =
  | { readonly type: 'agreed'; readonly agreement: Agreement; readonly sdp: string }
  /** RFC 3261 §21.4.26: nothing in the offer is usable. */
  | { readonly type: 'refused'; readonly status: 400 | 488; readonly reason: string }

export class Negotiation {
  /** The far end's last description as it came; '' = none. */
  remoteText = ''
  readonly #local: LocalMedia
  readonly #description: SessionDescription
  #hasOpenOffer = false

  /** `address` goes into the SDP, `wallMs` names the session. */
  constructor(address: string, port: number, wallMs: number) {
    this.#local = { address, port, codecs, eventPayloadType: 101, takesNoise: true }
    this.#description = new SessionDescription(
      'Mediaserver',
      Math.floor(wallMs / 1000) + ntpUnixOffset,
    )
  }

  /** Our last description; '' = none yet. */
  get localText(): string {
    return this.#description.text
  }

  /** Answers an offer. */
  answer(text: string): Negotiated {
    const offer = parse(text)
    if (offer === undefined) {
      return { type: 'refused', status: 400, reason: 'Bad Session Description' }
    }
    const answer = answerOffer(offer, this.#local)
    if (answer === undefined || !this.#canReach(answer.agreement)) {
      return { type: 'refused', status: 488, reason: 'Not Acceptable Here' }
    }
    this.remoteText = text
    return {
      type: 'agreed',
      agreement: this.#withoutEcho(answer.agreement),
      sdp: this.#description.print(this.#local.address, answer.streams),
    }
  }

  /** An offer of ours, for an INVITE that brought none. */
  offer(): string {
    this.#hasOpenOffer = true
    return this.#description.print(this.#local.address, offerStreams(this.#local))
  }

  /** The answer in an ACK; undefined when it changes nothing. */
  acknowledge(text: string): Agreement | undefined {
    if (!this.#hasOpenOffer) return undefined
    this.#hasOpenOffer = false
    const answer = text === '' ? undefined : parse(text)
    if (answer === undefined) return undefined
    const agreement = readAnswer(answer, this.#local)
    if (agreement === undefined || !this.#canReach(agreement)) return undefined
    this.remoteText = text
    return this.#withoutEcho(agreement)
  }

  /** An IPv4 socket sends to no IPv6 address, nor the other way round (RFC 6157 §3). */
  #canReach({ remote }: Agreement): boolean {
    const isIp6 = this.#local.address.includes(':')
    return remote === undefined || remote.address.includes(':') === isIp6
  }

  #withoutEcho(agreement: Agreement): Agreement {
    const { remote } = agreement
    if (
      remote === undefined
      || remote.port !== this.#local.port
      || remote.address !== this.#local.address
    ) {
      return agreement
    }
    return { ...agreement, remote: undefined, isHeld: false }
  }
}

/**
 * Address and port of a description of the far end as they are told to applications, echo or not.
 */
export function firstAudio(text: string): { address: string; port: number } | undefined {
  const description = parse(text)
  const stream = description?.streams.find(({ media }) => media.toLowerCase() === 'audio')
  if (description === undefined || stream === undefined) return undefined
  return {
    address: (stream.connection ?? description.connection)?.address ?? '',
    port: stream.port,
  }
}

function parse(text: string): Description | undefined {
  try {
    return parseDescription(text)
  } catch (error) {
    if (error instanceof SdpParseError) return undefined
    throw error
  }
}
