/**
 * Packet loss concealment after the idea of ITU-T G.711 Appendix I, for 8 kHz: what is lost is
 * replaced by repeating the last pitch period, ever more quietly, and the first good frame is faded
 * in. It differs from the appendix in having no output delay (the seam is smoothed within the
 * repeated period, not in samples that were played already), in repeating one period throughout,
 * and in growing quiet half as fast: at 10 % loss four packets in a row are lost every few minutes,
 * and a recording is to have no hole then.
 */

/** Samples of history: what is compared, and the longest period before it. */
const historySamples = 280
/** Pitch of 66 to 200 Hz. */
const longestPeriod = 120
const shortestPeriod = 40
/** Samples that are compared to find the pitch: 20 ms. */
const compared = 160
/** 10 ms, the step in which it grows quieter: full for the first, then 10 % less each. */
const stepSamples = 80
const fadePerSample = 0.1 / stepSamples
/** After 110 ms nothing is left to say. */
const longestLoss = 11 * stepSamples

/** Keeps what was heard of one stream, and makes up what was not. */
export class Concealment {
  readonly #history = new Int16Array(historySamples)
  /** The repeated period, seam smoothed. */
  readonly #period = new Float64Array(longestPeriod)
  #periodSamples = 0
  #at = 0
  /** Samples concealed since the last good frame. */
  #lost = 0

  /** A good frame: it is remembered, and after a loss its start is faded in, in place. */
  accept(samples: Int16Array, count: number = samples.length): void {
    if (this.#lost > 0) this.#fadeIn(samples, count)
    this.#remember(samples, count)
  }

  /** Fills `into` with what most likely was lost: fading speech, and silence after 110 ms. */
  conceal(into: Int16Array): void {
    if (this.#lost === 0) this.#findPeriod()
    for (let index = 0; index < into.length; index++) into[index] = this.#next()
    this.#remember(into, into.length)
  }

  #next(): number {
    const gain = this.#gain()
    this.#lost++
    if (gain <= 0) return 0
    const value = this.#period[this.#at]! * gain
    this.#at = this.#at + 1 < this.#periodSamples ? this.#at + 1 : 0
    return value
  }

  #gain(): number {
    if (this.#lost < stepSamples) return 1
    return this.#lost >= longestLoss ? 0 : 1 - (this.#lost - stepSamples) * fadePerSample
  }

  /**
   * Takes the last period that was heard. Its last quarter is blended with the quarter before it,
   * so that its end runs into its start.
   */
  #findPeriod(): void {
    const size = this.#findPitch()
    const start = historySamples - size
    const overlap = size >> 2
    for (let index = 0; index < size; index++) this.#period[index] = this.#history[start + index]!
    for (let index = 0; index < overlap; index++) {
      const weight = (index + 1) / (overlap + 1)
      const tail = size - overlap + index
      const before = this.#history[start - overlap + index]!
      this.#period[tail] = this.#period[tail]! * (1 - weight) + before * weight
    }
    this.#periodSamples = size
    this.#at = 0
  }

  /** The lag with the best normalised correlation; coarse by two, then exact. */
  #findPitch(): number {
    let best = this.#bestLag(shortestPeriod, longestPeriod, 2)
    best = this.#bestLag(Math.max(shortestPeriod, best - 1), Math.min(longestPeriod, best + 1), 1)
    return best
  }

  #bestLag(from: number, to: number, step: number): number {
    const history = this.#history
    const start = historySamples - compared
    let best = to
    let bestScore = -Infinity
    for (let lag = to; lag >= from; lag -= step) {
      let product = 0
      let energy = 1
      for (let index = start; index < historySamples; index += step) {
        const before = history[index - lag]!
        product += history[index]! * before
        energy += before * before
      }
      const score = product > 0 ? product * product / energy : 0
      if (score > bestScore) {
        bestScore = score
        best = lag
      }
    }
    return best
  }

  /**
   * The made-up signal goes on under the first 5 ms or more (4 ms for each 10 ms lost, at most 10
   * ms).
   */
  #fadeIn(samples: Int16Array, count: number): void {
    const overlap = Math.min(count, stepSamples, 40 + Math.floor(this.#lost / stepSamples) * 32)
    for (let index = 0; index < overlap; index++) {
      const weight = (index + 1) / (overlap + 1)
      samples[index] = samples[index]! * weight + this.#next() * (1 - weight)
    }
    this.#lost = 0
  }

  #remember(samples: Int16Array, count: number): void {
    const history = this.#history
    const kept = Math.min(count, historySamples)
    history.copyWithin(0, kept)
    const from = count - kept
    const to = historySamples - kept
    for (let index = 0; index < kept; index++) history[to + index] = samples[from + index]!
  }
}
