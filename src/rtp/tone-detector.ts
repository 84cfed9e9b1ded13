/**
 * Hears DTMF in the sound, by Goertzel filters and within the limits of ITU-T Q.24: tones of 40 ms
 * and more with pauses of 40 ms and more are heard, those of 23 ms and less are not, interruptions
 * of 10 ms are looked over; frequencies off by 1.5 % are taken and by 3.5 % refused; the high group
 * may be 4 dB stronger or 8 dB weaker. Speech must not sound like a digit (talk-off). Network tones
 * are progress-detector.ts.
 *
 * Two banks of filters look at windows of 102 samples, each beginning in the middle of the other's,
 * so that there is a verdict every 51 samples (6.4 ms):
 *
 *   bank 0   |-----------|-----------|-----------|
 *   bank 1         |-----------|-----------|------
 *   tone of 40 ms    ############################     five hits at least
 *   tone of 23 ms        ################             four at most
 */
import { sampleRate } from './codec.ts'
import type { Digit } from './digit.ts'
import { peakOfLevel } from './tone.ts'

/** 78 Hz wide: the frequencies of a group lie 73 Hz apart and more. */
const windowSamples = 102
const hopSamples = 51
/** Q.24: 40 ms must be heard, 23 ms must not; see above. */
const hitsToBegin = 5
/** 25 ms without the tone: less than a pause, more than an interruption. */
const missesToEnd = 4
/** Each frequency must have this level, dBm0; Q.24 asks for -25 and less. */
const leastLevel = -32
/**
 * High over low group and back, as ratios of power. 1.5 dB over the limits: a frequency off by 1.5
 * % reads lower.
 */
const maxHighOverLow = 10 ** 0.55
const maxLowOverHigh = 10 ** 0.95
/** The strongest of a group exceeds the others by 8 dB. */
const leastPeakRatio = 6.3
/** Part of the window's energy that the two frequencies hold; speech and music hold less. */
const leastShare = 0.63
/** Between the 1.5 % to take and the 3.5 % to refuse. */
const maxDeviation = 0.024
const maxWaiting = 64

const frequencies = [697, 770, 852, 941, 1209, 1336, 1477, 1633] as const
const keypad = '123A456B789C*0#D'
const omegas = Float64Array.from(frequencies, (frequency) => 2 * Math.PI * frequency / sampleRate)
const cosines = omegas.map(Math.cos)
const sines = omegas.map(Math.sin)
/** Smallest power of a filter that is taken: a sine of peak A gives A² · N² / 4. */
const leastPower = (peakOfLevel(leastLevel) * windowSamples / 2) ** 2

/** Eight filters over one window after the other. */
class Bank {
  readonly first = new Float64Array(8)
  readonly second = new Float64Array(8)
  energy = 0
  filled: number

  constructor(filled: number) {
    this.filled = filled
  }

  /** Takes samples `from` … `to` (exclusive), which do not exceed the window. */
  run(samples: Int16Array, from: number, to: number): void {
    let energy = 0
    for (let index = from; index < to; index++) energy += samples[index]! * samples[index]!
    this.energy += energy
    for (let filter = 0; filter < 8; filter++) {
      const coefficient = 2 * cosines[filter]!
      let first = this.first[filter]!
      let second = this.second[filter]!
      for (let index = from; index < to; index++) {
        const next = samples[index]! + coefficient * first - second
        second = first
        first = next
      }
      this.first[filter] = first
      this.second[filter] = second
    }
    this.filled += to - from
  }

  power(filter: number): number {
    const first = this.first[filter]!
    const second = this.second[filter]!
    return first * first + second * second - 2 * cosines[filter]! * first * second
  }

  /** Phase of a filter's frequency at the window's last sample, radians. */
  phase(filter: number): number {
    const second = this.second[filter]!
    return Math.atan2(second * sines[filter]!, this.first[filter]! - second * cosines[filter]!)
  }

  clear(): void {
    this.first.fill(0)
    this.second.fill(0)
    this.energy = 0
    this.filled = 0
  }
}

/** The digits in the sound of one direction. */
export class DigitDetector {
  readonly #banks: readonly [Bank, Bank]
  readonly #done: Digit[] = []
  /** Place on the keypad of the run of hits, -1 = none. */
  #candidate = -1
  #hits = 0
  #lowPhase = 0
  #highPhase = 0
  /** Sums of deviations in radians for each hop. */
  #lowDrift = 0
  #highDrift = 0
  /** Place on the keypad of the digit that sounds, -1 = none. */
  #digit = -1
  #misses = 0
  #hops = 0

  constructor() {
    this.#banks = [new Bank(0), new Bank(hopSamples)]
  }

  /** The key that sounds now, '' = none. */
  get pressed(): string {
    return this.#digit < 0 ? '' : keypad.charAt(this.#digit)
  }

  /** Listens to samples of 8 kHz, any number of them. */
  process(samples: Int16Array): void {
    let at = 0
    while (at < samples.length) {
      const [one, other] = this.#banks
      const room = windowSamples - Math.max(one.filled, other.filled)
      const to = Math.min(samples.length, at + room)
      one.run(samples, at, to)
      other.run(samples, at, to)
      at = to
      if (one.filled === windowSamples) this.#judge(one)
      else if (other.filled === windowSamples) this.#judge(other)
    }
  }

  /** The next digit that was heard to its end, undefined = none. */
  take(): Digit | undefined {
    return this.#done.length === 0 ? undefined : this.#done.shift()
  }

  /** A window is full: one bank's, never both. */
  #judge(bank: Bank): void {
    const place = placeOf(bank)
    this.#follow(bank, place)
    bank.clear()
    if (this.#digit >= 0) {
      this.#hops++
      this.#misses = place === this.#digit ? 0 : this.#misses + 1
      if (this.#misses >= missesToEnd) this.#release()
    }
    if (this.#digit < 0 && this.#hits >= hitsToBegin && this.#isInTune()) {
      this.#digit = this.#candidate
      this.#misses = 0
      this.#hops = this.#hits
    }
  }

  /**
   * Counts hits of the same key in a row and how far the phases run from those of the true
   * frequencies.
   */
  #follow(bank: Bank, place: number): void {
    if (place < 0) {
      this.#candidate = -1
      this.#hits = 0
      return
    }
    const low = place >> 2
    const high = 4 + (place & 3)
    const lowPhase = bank.phase(low)
    const highPhase = bank.phase(high)
    if (place === this.#candidate) {
      this.#hits++
      this.#lowDrift += turned(lowPhase - this.#lowPhase - omegas[low]! * hopSamples)
      this.#highDrift += turned(highPhase - this.#highPhase - omegas[high]! * hopSamples)
    } else {
      this.#candidate = place
      this.#hits = 1
      this.#lowDrift = 0
      this.#highDrift = 0
    }
    this.#lowPhase = lowPhase
    this.#highPhase = highPhase
  }

  #isInTune(): boolean {
    const perHop = 1 / ((this.#hits - 1) * hopSamples)
    const low = omegas[this.#candidate >> 2]!
    const high = omegas[4 + (this.#candidate & 3)]!
    return Math.abs(this.#lowDrift) * perHop <= low * maxDeviation
      && Math.abs(this.#highDrift) * perHop <= high * maxDeviation
  }

  #release(): void {
    const hits = this.#hops - this.#misses
    const digit = keypad.charAt(this.#digit)
    this.#digit = -1
    if (this.#done.length < maxWaiting) {
      this.#done.push({ digit, durationTicks: (hits + 1) * hopSamples, source: 'inband' })
    }
  }
}

/** Place on the keypad of the key that a window holds, -1 = none. */
function placeOf(bank: Bank): number {
  const low = strongest(bank, 0)
  const high = strongest(bank, 4)
  if (low < 0 || high < 0) return -1
  const lowPower = bank.power(low)
  const highPower = bank.power(high)
  if (highPower > lowPower * maxHighOverLow || lowPower > highPower * maxLowOverHigh) return -1
  if ((lowPower + highPower) * 2 < leastShare * windowSamples * bank.energy) return -1
  return low * 4 + high - 4
}

/** The filter of a group that stands out, -1 = none does. */
function strongest(bank: Bank, from: number): number {
  let best = -1
  let bestPower = 0
  let next = 0
  for (let filter = from; filter < from + 4; filter++) {
    const power = bank.power(filter)
    if (power > bestPower) {
      next = bestPower
      bestPower = power
      best = filter
    } else if (power > next) next = power
  }
  return bestPower >= leastPower && bestPower >= next * leastPeakRatio ? best : -1
}

/** An angle brought to -π … π. */
function turned(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI))
}
