/**
 * Hears the tones of the telephone network in the sound: dial tone, ringback, busy, congestion, by
 * one Goertzel filter at 425 Hz and the cadence of what it finds. Cadences are as wide as E.180
 * knows them for 425 Hz, since calls come from other countries too. Digits are tone-detector.ts.
 */
import { sampleRate } from './codec.ts'
import { peakOfLevel } from './tone.ts'

/** What was recognised. */
export type Progress = 'dial' | 'ringback' | 'busy' | 'congestion'

/** 20 ms: a filter 50 Hz wide. */
const windowSamples = 160
const windowMs = 20
/** Part of the energy that belongs to the tone, and its least level in dBm0. */
const leastShare = 0.6
const leastLevel = -40
/** On and off times are compared with one window of tolerance on each side, ms. */
const cadences = [
  { name: 'congestion', on: [120, 270], off: [120, 270] },
  { name: 'busy', on: [271, 600], off: [271, 600] },
  { name: 'ringback', on: [700, 2000], off: [2500, 5000] },
] as const
/** A tone without end so long is a dial tone. */
const dialMs = 2500
/** Cadences that must be seen in a row before a name is given to them. */
const cyclesToTell = 2

/** Whether one frequency sounds, window by window. */
export class ToneFilter {
  readonly #coefficient: number
  #first = 0
  #second = 0
  #energy = 0
  #filled = 0

  constructor(frequency: number) {
    this.#coefficient = 2 * Math.cos(2 * Math.PI * frequency / sampleRate)
  }

  /**
   * Listens to one sample; at the end of each 20 ms window returns whether it was the tone, else
   * undefined.
   */
  push(sample: number): boolean | undefined {
    const next = sample + this.#coefficient * this.#first - this.#second
    this.#second = this.#first
    this.#first = next
    this.#energy += sample * sample
    if (++this.#filled < windowSamples) return undefined
    const power = this.#first ** 2 + this.#second ** 2
      - this.#coefficient * this.#first * this.#second
    const isLoud = power >= (peakOfLevel(leastLevel) * windowSamples / 2) ** 2
    const isPure = power * 2 >= leastShare * windowSamples * this.#energy
    this.#first = 0
    this.#second = 0
    this.#energy = 0
    this.#filled = 0
    return isLoud && isPure
  }
}

/** The network's tones in the sound of one direction. */
export class ProgressDetector {
  readonly #filter = new ToneFilter(425)
  #isOn = false
  #lastedMs = 0
  #onMs = 0
  #named: Progress | undefined
  #seen: Progress | undefined
  #cycles = 0

  /** What is heard at present, once it was recognised; undefined = nothing, or something else. */
  get current(): Progress | undefined {
    return this.#named
  }

  /** Listens to samples of 8 kHz; returns a tone in the moment it is recognised, else undefined. */
  process(samples: Int16Array): Progress | undefined {
    const before = this.#named
    for (let index = 0; index < samples.length; index++) {
      const isOn = this.#filter.push(samples[index]!)
      if (isOn !== undefined) this.#step(isOn)
    }
    return this.#named === before ? undefined : this.#named
  }

  #step(isOn: boolean): void {
    if (isOn !== this.#isOn) {
      if (isOn) this.#endCycle(this.#onMs, this.#lastedMs)
      else this.#onMs = this.#lastedMs
      this.#isOn = isOn
      this.#lastedMs = 0
    }
    this.#lastedMs += windowMs
    if (isOn && this.#lastedMs >= dialMs) this.#named = 'dial'
    if (!isOn && this.#lastedMs > 6000) this.#forget()
  }

  #endCycle(onMs: number, offMs: number): void {
    const match = cadences.find(({ on, off }) =>
      onMs >= on[0] && onMs <= on[1] && offMs >= off[0] && offMs <= off[1])
    if (match === undefined) {
      this.#forget()
      return
    }
    this.#cycles = match.name === this.#seen ? this.#cycles + 1 : 1
    this.#seen = match.name
    // The pause of ringback is long enough to be sure after one.
    if (this.#cycles >= cyclesToTell || match.name === 'ringback') this.#named = match.name
  }

  #forget(): void {
    this.#seen = undefined
    this.#named = undefined
    this.#cycles = 0
  }
}
