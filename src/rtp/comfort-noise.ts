/**
 * Comfort noise of RFC 3389: reads the payload that a sender gives at the start of a silence, and
 * makes noise of that level and colour until it speaks again. It is accepted and never sent.
 */

/**
 * Level and spectrum of a payload are used up to this order; RFC 3389 §3.2 sees no need for more.
 */
const maxOrder = 12
/** Without a payload: about what a quiet room gives, dB below overload. */
const defaultLevel = 60
/** RMS of a uniform variable over its peak. */
const uniformRms = 1 / Math.sqrt(3)

/** The noise of one stream. */
export class ComfortNoise {
  readonly #reflection = new Float64Array(maxOrder)
  readonly #memory = new Float64Array(maxOrder + 1)
  #order = 0
  #peak = 0
  #state: number

  /** `seed` makes the noise; any 32 bits. */
  constructor(seed = 1) {
    this.#state = seed >>> 0
    this.#setLevel(defaultLevel)
  }

  /**
   * Takes a payload: an octet of level in -dBov (0–127), then quantised reflection coefficients
   * (RFC 3389 §3.1, §3.2). An empty one changes nothing.
   */
  update(bytes: Uint8Array, offset: number, octets: number): void {
    if (octets < 1) return
    this.#order = Math.min(octets - 1, maxOrder)
    for (let index = 0; index < this.#order; index++) {
      const code = Math.min(bytes[offset + 1 + index]!, 254)
      this.#reflection[index] = (code - 127) * 258 / 32768
    }
    this.#setLevel(bytes[offset]! & 0x7f)
  }

  /** Fills `into` with noise. */
  generate(into: Int16Array): void {
    for (let index = 0; index < into.length; index++) {
      this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
      const white = (this.#state / 0x8000_0000 - 1) * this.#peak
      const value = this.#order === 0 ? white : this.#shape(white)
      into[index] = value > 32767 ? 32767 : value < -32768 ? -32768 : value
    }
  }

  /** All-pole lattice: its coefficients are the reflection coefficients themselves. */
  #shape(excitation: number): number {
    const memory = this.#memory
    let forward = excitation
    for (let stage = this.#order - 1; stage >= 0; stage--) {
      const reflection = this.#reflection[stage]!
      forward -= reflection * memory[stage]!
      memory[stage + 1] = memory[stage]! + reflection * forward
    }
    memory[0] = forward
    return forward
  }

  /** The filter amplifies by 1 / Π(1 - k²); what goes in is made quieter by as much. */
  #setLevel(level: number): void {
    let gain = 1
    for (let index = 0; index < this.#order; index++) gain *= 1 - this.#reflection[index]! ** 2
    this.#peak = 32768 * 10 ** (-level / 20) / uniformRms * Math.sqrt(Math.max(gain, 0))
  }
}
