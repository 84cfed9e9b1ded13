/**
 * Puts two directions of a call together: side by side for a stereo recording, summed for a mono
 * one or a conversation of three, and leaves out what is masked or paused. Samples in, samples out;
 * the file is wav.ts.
 */

/** Left and right in turn: `into` holds twice as many samples as either. */
export function interleave(left: Int16Array, right: Int16Array, into: Int16Array): void {
  for (let index = 0; index < left.length; index++) {
    into[index * 2] = left[index]!
    into[index * 2 + 1] = right[index]!
  }
}

/** The sum, held at full scale where it would wrap. `into` may be one of the two. */
export function sum(one: Int16Array, other: Int16Array, into: Int16Array): void {
  for (let index = 0; index < one.length; index++) {
    const value = one[index]! + other[index]!
    into[index] = value > 32767 ? 32767 : value < -32768 ? -32768 : value
  }
}

/** Multiplies in place; `factor` 1 = as it is. */
export function amplify(samples: Int16Array, factor: number): void {
  if (factor === 1) return
  for (let index = 0; index < samples.length; index++) {
    const value = samples[index]! * factor
    samples[index] = value > 32767 ? 32767 : value < -32768 ? -32768 : value
  }
}

/** Records; keeps time but no sound (a card number is being told); leaves the time out. */
export type TakeMode = 'running' | 'masked' | 'paused'

/** Both directions of one recording. */
export class Take {
  mode: TakeMode = 'running'
  /** 20 ms steps that went into the recording. */
  frames = 0
  readonly #isStereo: boolean

  constructor(isStereo: boolean) {
    this.#isStereo = isStereo
  }

  get channels(): 1 | 2 {
    return this.#isStereo ? 2 : 1
  }

  /**
   * Puts a frame of what was received and of what was sent into `into`: received left, sent right,
   * or their sum. Returns the samples written, all channels counted; 0 while paused.
   */
  mix(received: Int16Array, sent: Int16Array, into: Int16Array): number {
    if (this.mode === 'paused') return 0
    this.frames++
    const count = received.length * this.channels
    if (this.mode === 'masked') into.fill(0, 0, count)
    else if (this.#isStereo) interleave(received, sent, into)
    else sum(received, sent, into)
    return count
  }
}
