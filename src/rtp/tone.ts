/**
 * Makes tones: DTMF (ITU-T Q.23) and the call-progress tones that people in Russia know (425 Hz,
 * ITU-T E.180), any cadence of up to four frequencies. The phase runs on from frame to frame. What
 * a tone means is the caller's business; hearing them is tone-detector.ts.
 */
import { sampleRate } from './codec.ts'
import { digits, eventOfDigit } from './digit.ts'

/** One step of a cadence. */
export interface ToneStep {
  /** Frequencies in Hz sounding together; none = silence. */
  readonly frequencies: readonly number[]
  /** Milliseconds; Infinity = for ever. */
  readonly ms: number
}

/** A tone: its steps, over and over. */
export interface Tone {
  readonly steps: readonly ToneStep[]
  /** Level of each frequency, dBm0. */
  readonly level: number
  /** How often the steps are played; Infinity = for ever. */
  readonly loops: number
}

/** The sine of 0 dBm0 has this peak in 16 bits: full scale is +3.14 dBm0 for A-law (G.711 §5). */
const zeroLevelPeak = 32768 * 10 ** (-3.14 / 20)
/** Within what national networks use (E.180: -10 ± 5 dBm0). */
const progressLevel = -12
const digitLevel = -8

/** Peak amplitude in 16-bit units of a sine at `level` dBm0. */
export function peakOfLevel(level: number): number {
  return zeroLevelPeak * 10 ** (level / 20)
}

const lowGroup = [697, 770, 852, 941] as const
const highGroup = [1209, 1336, 1477, 1633] as const
const keypad = '123A456B789C*0#D'

/** The two frequencies of a key (Q.23), Hz; undefined = no key. */
export function frequenciesOfDigit(digit: string): readonly [number, number] | undefined {
  const event = eventOfDigit(digit)
  if (event < 0) return undefined
  const place = keypad.indexOf(digits.charAt(event))
  return [lowGroup[place >> 2]!, highGroup[place & 3]!]
}

function cadence(
  level: number, loops: number, ...pairs: [frequency: number, onMs: number, offMs: number][]
): Tone {
  const steps = pairs.flatMap(([frequency, onMs, offMs]) => offMs === 0
    ? [{ frequencies: [frequency], ms: onMs }]
    : [{ frequencies: [frequency], ms: onMs }, { frequencies: [], ms: offMs }])
  return { steps, level, loops }
}

/** The tones of the network, by name. */
export const tones = {
  dial: cadence(progressLevel, Infinity, [425, Infinity, 0]),
  ringback: cadence(progressLevel, Infinity, [425, 1000, 4000]),
  busy: cadence(progressLevel, Infinity, [425, 350, 350]),
  congestion: cadence(progressLevel, Infinity, [425, 175, 175]),
  callWaiting: cadence(progressLevel, Infinity, [425, 200, 5000]),
  /** Special information tone (E.180 §5), before an announcement. */
  information: cadence(progressLevel, 1, [950, 330, 30], [1400, 330, 30], [1800, 330, 1000]),
  /** Speak after this one. */
  beep: cadence(progressLevel, 1, [1000, 400, 0]),
  /** This call is being recorded (ITU-T E.180 table 2: 1400 Hz, 0.4 s each 15 s). */
  recording: cadence(-20, Infinity, [1400, 400, 15_000]),
} as const satisfies Record<string, Tone>

/** A key as a tone of `onMs` and a pause of `offMs`; undefined = no key. */
export function digitTone(digit: string, onMs = 100, offMs = 100): Tone | undefined {
  const frequencies = frequenciesOfDigit(digit)
  if (frequencies === undefined) return undefined
  const steps = [{ frequencies, ms: onMs }, { frequencies: [], ms: offMs }]
  return { steps, level: digitLevel, loops: 1 }
}

/** Most frequencies that sound together. */
const maxVoices = 4

/**
 * Plays one tone. Each frequency is a resonator, y[n] = 2 cos ω · y[n-1] - y[n-2]: one product for
 * each sample, and in double precision its level stays for days.
 */
export class ToneGenerator {
  readonly #tone: Tone
  readonly #coefficients = new Float64Array(maxVoices)
  readonly #now = new Float64Array(maxVoices)
  readonly #before = new Float64Array(maxVoices)
  #voices = 0
  #step = -1
  #left = 0
  #loopsLeft: number

  constructor(tone: Tone) {
    this.#tone = tone
    this.#loopsLeft = tone.loops
    this.#nextStep()
  }

  /** Whether the tone has been played to its end. */
  get isDone(): boolean {
    return this.#loopsLeft <= 0
  }

  /** Fills `into`; returns the samples that belong to the tone, the rest is silence. */
  generate(into: Int16Array): number {
    let at = 0
    while (at < into.length && this.#loopsLeft > 0) {
      const count = Math.min(into.length - at, this.#left)
      this.#fill(into, at, count)
      at += count
      this.#left -= count
      if (this.#left === 0) this.#nextStep()
    }
    if (at < into.length) into.fill(0, at)
    return at
  }

  #fill(into: Int16Array, from: number, count: number): void {
    if (this.#voices === 0) {
      into.fill(0, from, from + count)
      return
    }
    if (this.#voices === 1) {
      const coefficient = this.#coefficients[0]!
      let now = this.#now[0]!
      let before = this.#before[0]!
      for (let index = from; index < from + count; index++) {
        into[index] = now
        const next = coefficient * now - before
        before = now
        now = next
      }
      this.#now[0] = now
      this.#before[0] = before
      return
    }
    for (let index = from; index < from + count; index++) into[index] = this.#sum()
  }

  #sum(): number {
    let sum = 0
    for (let voice = 0; voice < this.#voices; voice++) {
      const now = this.#now[voice]!
      sum += now
      this.#now[voice] = this.#coefficients[voice]! * now - this.#before[voice]!
      this.#before[voice] = now
    }
    return sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum
  }

  #nextStep(): void {
    const { steps } = this.#tone
    this.#step++
    if (this.#step >= steps.length) {
      this.#step = 0
      this.#loopsLeft--
    }
    const step = steps[this.#step]
    // A tone without steps, or of steps that last no time, would never let go.
    if (step === undefined || steps.every(({ ms }) => ms * sampleRate < 1000)) {
      this.#loopsLeft = 0
      return
    }
    this.#left = step.ms === Infinity ? Infinity : Math.round(step.ms * sampleRate / 1000)
    this.#voices = Math.min(step.frequencies.length, maxVoices)
    const peak = peakOfLevel(this.#tone.level)
    for (let voice = 0; voice < this.#voices; voice++) {
      const omega = 2 * Math.PI * step.frequencies[voice]! / sampleRate
      this.#coefficients[voice] = 2 * Math.cos(omega)
      this.#now[voice] = 0
      this.#before[voice] = -peak * Math.sin(omega)
    }
  }
}
