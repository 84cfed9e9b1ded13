/**
 * How long frames must wait in the jitter buffer: remembers how late the last packets were against
 * the quickest of them, and sets the wait so that all but a few would have come in time. It holds
 * no frames (jitter-buffer.ts).
 */

/** Bounds of the wait. */
export interface JitterBounds {
  /** Never wait less, ms; one frame is the sensible least. */
  readonly minMs: number
  /** Never wait more: beyond 200 ms people talk over each other (ITU-T G.114). */
  readonly maxMs: number
  /** The wait before anything was measured. */
  readonly startMs: number
}

/** Suits speech that is only recorded: nobody waits for it, so no network is too unsteady. */
export const recordingJitter: JitterBounds = { minMs: 240, maxMs: 600, startMs: 240 }

/** Suits a telephone call. */
export const telephoneJitter: JitterBounds = { minMs: 20, maxMs: 200, startMs: 40 }

/** Transits remembered: 2.56 s at 20 ms. */
const memory = 128
/** The target is reckoned again after so many packets. */
const reckonEvery = 16
/** Excess transits are sorted into classes of 5 ms. */
const classMs = 5
const classes = 64
/** So many of the remembered packets may come too late: 3 %. */
const tolerated = 4
/** Pulls come every 20 ms: so much later than the due time may a frame be asked for. */
const gridMs = 20

/** Transits of one stream, and the wait that follows from them. All times in ms. */
export class Wait {
  /** The wait aimed at. */
  targetMs: number
  /** Least and mean transit of the remembered packets. */
  smallestMs = 0
  meanMs = 0
  #bounds: JitterBounds
  readonly #transits = new Float64Array(memory)
  #seen = 0
  readonly #histogram = new Uint16Array(classes)

  constructor(bounds: JitterBounds) {
    this.#bounds = bounds
    this.targetMs = bounds.startMs
  }

  /** Waits within other bounds from now on. */
  bind(bounds: JitterBounds): void {
    this.#bounds = bounds
    this.targetMs = bounds.startMs
    if (this.#seen > 0) this.reckon()
  }

  /** Notes the transit of a packet: its arrival less its position. */
  remember(transitMs: number): void {
    if (this.#seen === 0) this.smallestMs = this.meanMs = transitMs
    this.#transits[this.#seen % memory] = transitMs
    this.#seen++
    if (transitMs < this.smallestMs) this.smallestMs = transitMs
    if (this.#seen % reckonEvery === 0) this.reckon()
  }

  /**
   * The target that all but 3 % of the remembered packets would have met, and a frame for the
   * pulls' grid.
   */
  reckon(): void {
    const known = Math.min(this.#seen, memory)
    let smallest = Infinity
    let sum = 0
    for (let index = 0; index < known; index++) {
      const transit = this.#transits[index]!
      sum += transit
      if (transit < smallest) smallest = transit
    }
    this.smallestMs = smallest
    this.meanMs = sum / known
    this.#histogram.fill(0)
    for (let index = 0; index < known; index++) {
      const excess = Math.floor((this.#transits[index]! - smallest) / classMs)
      this.#histogram[excess < classes ? excess : classes - 1]!++
    }
    let above = 0
    let top = classes - 1
    while (top > 0 && above + this.#histogram[top]! <= tolerated) above += this.#histogram[top--]!
    const wanted = top === 0 ? this.#bounds.minMs : (top + 1) * classMs + gridMs
    // What was assumed at the start stands until there is enough to judge by.
    const least = known < memory ? this.#bounds.startMs : this.#bounds.minMs
    this.targetMs = Math.min(this.#bounds.maxMs, Math.max(least, wanted))
  }
}
