/**
 * From packets to 20 ms of samples: jitter buffer, codec, concealment and comfort noise of one
 * receiving direction put in a row. Whoever plays it calls `pull` every 20 ms and gets 160 samples
 * whatever came. It decides nothing about addresses, sources or digits.
 */
import { frameSamples, sampleRate } from './codec.ts'
import type { Codec } from './codec.ts'
import { ComfortNoise } from './comfort-noise.ts'
import { JitterBuffer } from './jitter-buffer.ts'
import type { Pulled } from './jitter-buffer.ts'
import type { RtpPacket } from './packet.ts'
import type { Arrival } from './stream.ts'
import type { JitterBounds } from './wait.ts'

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
  /** Samples that were decoded and not yet played: of packets that are not 20 ms long. */
  readonly #waiting = new Int16Array(maxSamples + frameSamples)
  #ready = 0
  #isNoisy = false
  #last: Played = 'silence'

  constructor(options: PlayoutOptions) {
    this.#codec = options.codec
    this.#payloadType = options.payloadType
    this.#noisePayloadType = options.noisePayloadType ?? -1
    this.buffer = new JitterBuffer(options.codec.clockRate, options.bounds)
  }

  /**
   * Takes a packet at `nowMs`, with what ReceiveStream says of it; false = of a payload type that
   * is not played here.
   */
  push(packet: RtpPacket, arrival: Arrival, nowMs: number): boolean {
    // Before anything else: the first packet of a new source may be a digit.
    if (arrival === 'newSource' || arrival === 'restarted') this.buffer.remap()
    if (arrival === 'suspect') return true
    const isNoise = packet.payloadType === this.#noisePayloadType
    if (!isNoise && packet.payloadType !== this.#payloadType) return false
    const ticks = isNoise ? this.#codec.frameTicks : this.#codec.ticksOf(packet.payloadOctets)
    if (ticks === 0 || ticks > maxSamples) return true
    this.buffer.push(
      packet.sequence, packet.timestamp, packet.payloadType, ticks,
      packet.bytes, packet.payloadOffset, packet.payloadOctets, nowMs, arrival === 'straggler')
    return true
  }

  /** Fills `into`, 160 samples, with what is to be heard for the 20 ms from `nowMs`. */
  pull(into: Int16Array, nowMs: number): Played {
    const played = this.#fill(into, nowMs)
    this.counts[played]++
    return played
  }

  /** As `pull`, of what waits for its time; false when nothing does any more. */
  drain(into: Int16Array): boolean {
    const waiting = this.#waiting
    if (this.#ready === 0 && this.buffer.held === 0) return false
    while (this.#ready < frameSamples && this.buffer.held > 0) this.#append(this.buffer.drain())
    if (this.#ready < frameSamples) waiting.fill(0, this.#ready, frameSamples)
    into.set(waiting.subarray(0, frameSamples))
    this.#ready = Math.max(0, this.#ready - frameSamples)
    waiting.copyWithin(0, frameSamples, frameSamples + this.#ready)
    return true
  }

  #fill(into: Int16Array, nowMs: number): Played {
    if (this.#ready === 0 && into.length === frameSamples) {
      const pulled = this.buffer.pull(nowMs)
      // The usual case, a frame of just 20 ms, goes straight to the caller.
      if (this.buffer.ticks === this.#codec.frameTicks) return this.#take(pulled, into)
      this.#append(pulled)
    }
    while (this.#ready < frameSamples) this.#append(this.buffer.pull(nowMs))
    const waiting = this.#waiting
    for (let index = 0; index < frameSamples; index++) into[index] = waiting[index]!
    this.#ready -= frameSamples
    waiting.copyWithin(0, frameSamples, frameSamples + this.#ready)
    return this.#last
  }

  /**
   * A piece of another length is joined to what waits; packets of 30 ms leave samples for the next
   * pull.
   */
  #append(pulled: Pulled): void {
    const samples = this.buffer.ticks * frameSamples / this.#codec.frameTicks
    this.#take(pulled, this.#waiting.subarray(this.#ready, this.#ready + samples))
    this.#ready += samples
  }

  #take(pulled: Pulled, into: Int16Array): Played {
    const { buffer } = this
    if (pulled === 'frame' && buffer.payloadType !== this.#noisePayloadType) {
      this.#isNoisy = false
      this.#codec.decode(buffer.bytes, into, 0, buffer.octets)
      this.#last = 'voice'
      return 'voice'
    }
    if (pulled === 'frame') {
      this.#noise.update(buffer.bytes, 0, buffer.octets)
      this.#isNoisy = true
    }
    this.#last = this.#isNoisy ? 'noise' : pulled === 'lost' ? 'concealed' : 'silence'
    if (this.#isNoisy) this.#noise.generate(into)
    else if (pulled === 'lost') this.#codec.conceal(into)
    else into.fill(0)
    return this.#last
  }
}
