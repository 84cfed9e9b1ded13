/**
 * Brings uploaded sound to 8 kHz: a polyphase FIR filter (Kaiser-windowed sinc, passing 3.4 kHz)
 * from any rate that a sound file usually has. It keeps its history, so a file may come in pieces.
 * Not for the network: codecs there bring 8 kHz.
 */
import { sampleRate } from './codec.ts'

/** Rates that are taken: those of files, and no more than a filter of sensible size can serve. */
const lowestRate = 4000
const highestRate = 192_000
/** Width of the filter in periods of the lower rate, each side; 16 give a 400 Hz slope. */
const sideLobes = 16
/** Kaiser's β for 60 dB of rejection. */
const kaiserBeta = 5.65
/** Part of half the lower rate that passes: 3.6 of 4 kHz. */
const passed = 0.9

/** Whether `Resampler` takes a rate: one whose ratio to 8 kHz is of small numbers. */
export function isResampleRate(rate: number): boolean {
  return Number.isInteger(rate) && rate >= lowestRate && rate <= highestRate
    && sampleRate / commonDivisor(rate, sampleRate) <= 640
}

/** One stream of samples on its way to 8 kHz. */
export class Resampler {
  /** Output samples = input samples · up / down. */
  readonly #up: number
  readonly #down: number
  /** `taps` coefficients for each of `up` phases, newest sample first. */
  readonly #filter: Float32Array
  readonly #taps: number
  readonly #history: Float32Array
  /** Newest sample's place; the history is written twice so that it can be read in one piece. */
  #newest = 0
  /** Place of the next output between input samples, in `up`ths. */
  #phase = 0

  /** `rate` as `isResampleRate` admits it, Hz; another throws. */
  constructor(rate: number) {
    if (!isResampleRate(rate)) throw new Error(`cannot resample from ${rate} Hz`)
    const divisor = commonDivisor(rate, sampleRate)
    this.#up = sampleRate / divisor
    this.#down = rate / divisor
    this.#taps = Math.ceil(2 * sideLobes * Math.max(1, rate / sampleRate))
    this.#filter = designFilter(this.#up, this.#taps, Math.min(1, sampleRate / rate))
    this.#history = new Float32Array(this.#taps * 2)
  }

  /** Most samples that `process` writes for `count` samples. */
  outputOf(count: number): number {
    return Math.ceil(count * this.#up / this.#down) + 1
  }

  /**
   * Takes `count` samples of `from`, writes to the start of `into`, returns the samples written.
   */
  process(from: Int16Array, count: number, into: Int16Array): number {
    let written = 0
    for (let index = 0; index < count; index++) {
      this.#push(from[index]!)
      while (this.#phase < this.#up) {
        into[written++] = this.#output()
        this.#phase += this.#down
      }
      this.#phase -= this.#up
    }
    return written
  }

  #push(sample: number): void {
    this.#newest = this.#newest === 0 ? this.#taps - 1 : this.#newest - 1
    this.#history[this.#newest] = sample
    this.#history[this.#newest + this.#taps] = sample
  }

  #output(): number {
    const base = this.#phase * this.#taps
    let sum = 0
    for (let tap = 0; tap < this.#taps; tap++) {
      sum += this.#filter[base + tap]! * this.#history[this.#newest + tap]!
    }
    const rounded = Math.round(sum)
    return rounded > 32767 ? 32767 : rounded < -32768 ? -32768 : rounded
  }
}

/** Phase by phase; `ratio` is the cut-off against the input's half rate. */
function designFilter(up: number, taps: number, ratio: number): Float32Array {
  const filter = new Float32Array(up * taps)
  const cutoff = ratio * passed
  const half = taps / 2
  for (let phase = 0; phase < up; phase++) {
    let total = 0
    for (let tap = 0; tap < taps; tap++) {
      const time = tap + phase / up - half
      const value = sinc(time * cutoff) * kaiser(time / half)
      filter[phase * taps + tap] = value
      total += value
    }
    // Every phase passes a constant unchanged.
    for (let tap = 0; tap < taps; tap++) filter[phase * taps + tap]! /= total
  }
  return filter
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** `x` from -1 to 1. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - x * x)) / bessel(kaiserBeta)
}

/** Modified Bessel function of order 0, by its series. */
function bessel(x: number): number {
  let term = 1
  let sum = 1
  for (let index = 1; term > sum * 1e-9; index++) {
    term *= (x / (2 * index)) ** 2
    sum += term
  }
  return sum
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other)
}
