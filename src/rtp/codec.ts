/**
 * What a codec is to the media server, and G.711 as one (RFC 3551 §4.5.14). A codec object belongs
 * to one direction of one channel, since concealment and most other codecs remember. It knows no
 * packets. Opus or another one is added by another object of this shape.
 */
import { Concealment } from './conceal.ts'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.ts'
import type { Compress, Expand } from './g711.ts'

/** Samples of 20 ms at the 8 kHz at which the media server mixes, plays and records. */
export const frameSamples = 160
/** The rate of samples, Hz. */
export const sampleRate = 8000

/** One codec of one stream. */
export interface Codec {
  /** As in rtpmap. */
  readonly name: string
  /** Ticks of the RTP timestamp in a second. */
  readonly clockRate: number
  /** Static payload type, -1 = only by rtpmap. */
  readonly payloadType: number
  /** Timestamp ticks of 20 ms. */
  readonly frameTicks: number
  /** What `encode` writes at most for 20 ms, octets. */
  readonly maxFrameOctets: number
  /** Ticks that a payload lasts, told without decoding. */
  ticksOf(octets: number): number
  /** Codes 8 kHz samples into `into` at `offset`; returns the octets. */
  encode(samples: Int16Array, into: Uint8Array, offset?: number): number
  /** Decodes a payload at the start of `into`; returns the 8 kHz samples written. */
  decode(bytes: Uint8Array, into: Int16Array, offset: number, octets: number): number
  /** Fills `into` in place of a frame that did not come. */
  conceal(into: Int16Array): void
}

/** G.711, either law. */
class G711 implements Codec {
  readonly name: string
  readonly clockRate = 8000
  readonly payloadType: number
  readonly frameTicks = frameSamples
  readonly maxFrameOctets = frameSamples
  readonly encode: Compress
  readonly #expand: Expand
  readonly #concealment = new Concealment()

  constructor(name: string, payloadType: number, compress: Compress, expand: Expand) {
    this.name = name
    this.payloadType = payloadType
    this.encode = compress
    this.#expand = expand
  }

  ticksOf(octets: number): number {
    return octets
  }

  decode(bytes: Uint8Array, into: Int16Array, offset: number, octets: number): number {
    const samples = this.#expand(bytes, into, offset, octets)
    this.#concealment.accept(into, samples)
    return samples
  }

  conceal(into: Int16Array): void {
    this.#concealment.conceal(into)
  }
}

/** Codecs by their rtpmap name in capitals: the one table to extend. */
const makers: ReadonlyMap<string, () => Codec> = new Map([
  ['PCMU', () => new G711('PCMU', 0, encodeUlaw, decodeUlaw)],
  ['PCMA', () => new G711('PCMA', 8, encodeAlaw, decodeAlaw)],
])

/** A codec for one direction of one channel; undefined = not one of ours. Case does not matter. */
export function createCodec(name: string): Codec | undefined {
  return makers.get(name.toUpperCase())?.()
}
