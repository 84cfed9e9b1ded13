/**
 * From packets to 20 ms of samples: jitter buffer, codec, concealment and comfort noise of one
 * receiving direction put in a row. Whoever plays it calls `pull` every 20 ms and gets 160 samples
 * whatever came. It decides nothing about addresses, sources or digits.
 */
import { frameSamples, sampleRate } from './codec.ts'
import type { Codec } from './codec.ts'
import { ComfortNoise } from './comfort-noise.ts'
import { JitterBuffer } from './jitter-buffer.ts'
import type { JitterBounds } from './jitter-buffer.ts'
import type { RtpPacket } from './packet.ts'

/** What a pull gave: speech, made-up speech, comfort noise, or silence as nothing is being sent. */
export type Played = 'voice' | 'concealed' | 'noise' | 'silence'

/** Samples of the longest frame that is taken: 120 ms. */
const maxSamples = sampleRate * 0.12

/** How a stream is to be played. */
export interface PlayoutOptions {
  readonly codec: Codec
  /** Payload type of the codec as agreed; may differ from its static one. */
  readonly payloadType: number
  /** Payload type of comfort noise, 13; undefined = not agreed. */
  readonly noisePayloadType?: number | undefined
  readonly bounds?: JitterBounds | undefined
}

/** One receiving direction. */
export class Playout {
  readonly buffer: JitterBuffer
  /** Frames by what they were. */
  readonly counts: Record<Played, number> = { voice: 0, concealed: 0, noise: 0, silence: 0 }
  readonly #codec: Codec
  readonly #payloadType: number
  readonly #noisePayloadType: number
  readonly #noise = new ComfortNoise()
  readonly #decoded = new Int16Array(maxSamples + frameSamples)
  #ready = 0
  #isNoisy = false

  constructor(options: PlayoutOptions) {
    this.#codec = options.codec
    this.#payloadType = options.payloadType
    this.#noisePayloadType = options.noisePayloadType ?? -1
    this.buffer = new JitterBuffer(options.codec.clockRate, options.bounds)
  }

  /** Takes a packet of the stream at `nowMs`; false = of a payload type that is not played here. */
  push(packet: RtpPacket, nowMs: number): boolean {
    const isNoise = packet.payloadType === this.#noisePayloadType
    if (!isNoise && packet.payloadType !== this.#payloadType) return false
    const ticks = isNoise ? this.#codec.frameTicks : this.#codec.ticksOf(packet.payloadOctets)
    if (ticks === 0 || ticks > maxSamples) return true
    this.buffer.push(
      packet.sequence, packet.timestamp, packet.payloadType, ticks,
      packet.bytes, packet.payloadOffset, packet.payloadOctets, nowMs)
    return true
  }

  /** Fills `into`, 160 samples, with what is to be heard for the 20 ms from `nowMs`. */
  pull(into: Int16Array, nowMs: number): Played {
    const played = this.#fill(into, nowMs)
    this.counts[played]++
    return played
  }

  #fill(into: Int16Array, nowMs: number): Played {
    // A packet of less than 20 ms needs a second pull; one of more leaves samples for the next.
    while (this.#ready < frameSamples) {
      const pulled = this.buffer.pull(nowMs)
      if (pulled !== 'frame') return this.#withoutFrame(into, pulled === 'lost')
      if (this.buffer.payloadType === this.#noisePayloadType) {
        this.#noise.update(this.buffer.bytes, 0, this.buffer.octets)
        this.#isNoisy = true
        return this.#withoutFrame(into, false)
      }
      this.#isNoisy = false
      this.#append()
    }
    into.set(this.#decoded.subarray(0, frameSamples))
    this.#ready -= frameSamples
    if (this.#ready > 0) this.#decoded.copyWithin(0, frameSamples, frameSamples + this.#ready)
    return 'voice'
  }

  #append(): void {
    const { bytes, octets } = this.buffer
    if (this.#ready === 0) {
      this.#ready = this.#codec.decode(bytes, this.#decoded, 0, octets)
      return
    }
    const room = this.#decoded.subarray(this.#ready)
    this.#ready += this.#codec.decode(bytes, room, 0, octets)
  }

  #withoutFrame(into: Int16Array, isLost: boolean): Played {
    // Less than a frame is left of packets of another length: it goes first, the rest is made up.
    const left = this.#ready
    this.#ready = 0
    const rest = left === 0 ? into : into.subarray(left)
    if (left > 0) into.set(this.#decoded.subarray(0, left))
    if (this.#isNoisy) {
      this.#noise.generate(rest)
      return 'noise'
    }
    if (isLost) {
      this.#codec.conceal(rest)
      return 'concealed'
    }
    rest.fill(0)
    return 'silence'
  }
}
