/**
 * How loud a frame is, and since when a line is silent, with hysteresis so that a level on the edge
 * does not flicker. What silence leads to (the end of a message) is the caller's business.
 */
import { peakOfLevel } from './tone.ts'

/** Root mean square of samples, in 16-bit units. */
export function rmsOf(samples: Int16Array): number {
  let sum = 0
  for (let index = 0; index < samples.length; index++) sum += samples[index]! * samples[index]!
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length)
}

/**
 * Mean of the absolute samples, the measure that `silenceThresh` of a recording is compared with.
 */
export function meanAbsoluteOf(samples: Int16Array): number {
  let sum = 0
  for (let index = 0; index < samples.length; index++) sum += Math.abs(samples[index]!)
  return samples.length === 0 ? 0 : sum / samples.length
}

/** Level of an RMS in dBm0; -Infinity for nothing. */
export function levelOfRms(rms: number): number {
  return 20 * Math.log10(rms * Math.SQRT2 / peakOfLevel(0))
}

/** RMS of a sine of `level` dBm0. */
export function rmsOfLevel(level: number): number {
  return peakOfLevel(level) / Math.SQRT2
}

/** Below the first a line becomes silent, above the second it speaks; both in 16-bit units. */
export interface SilenceLimits {
  readonly silentBelow: number
  readonly loudAbove: number
}

/** -48 and -42 dBm0: under quiet speech, over the noise of a mobile call. */
export const speechLimits: SilenceLimits = {
  silentBelow: rmsOfLevel(-48), loudAbove: rmsOfLevel(-42),
}

/** Listens for silence, frame by frame. */
export class SilenceDetector {
  readonly #limits: SilenceLimits
  readonly #measure: (samples: Int16Array) => number
  #isSilent = true
  #silentMs = 0
  #heard = false

  /** `measure` is `rmsOf` or `meanAbsoluteOf`; the limits are in its units. */
  constructor(
    limits: SilenceLimits = speechLimits, measure: (samples: Int16Array) => number = rmsOf,
  ) {
    this.#limits = limits
    this.#measure = measure
  }

  /** Milliseconds of silence up to now, those before the first word included. */
  get silentMs(): number {
    return this.#silentMs
  }

  /** Whether anything was loud yet. */
  get hasHeard(): boolean {
    return this.#heard
  }

  /** Listens to samples that last `ms`; returns whether the line is silent. */
  process(samples: Int16Array, ms = 20): boolean {
    const level = this.#measure(samples)
    if (level > this.#limits.loudAbove) {
      this.#isSilent = false
      this.#heard = true
    } else if (level < this.#limits.silentBelow) this.#isSilent = true
    this.#silentMs = this.#isSilent ? this.#silentMs + ms : 0
    return this.#isSilent
  }
}
