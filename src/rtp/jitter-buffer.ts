/**
 * Puts coded frames in order and holds them long enough that late ones still come in time. It has a
 * virtual clock: `push` and `pull` are told the time. It knows nothing of codecs beyond how many
 * ticks a frame lasts, and decodes nothing (playout.ts); which packets belong to the stream is
 * decided before (address-latch.ts, stream.ts).
 *
 * Every frame has a *position*: its timestamp on a line that never wraps, in ticks. Its *transit*
 * is arrival minus position. The smallest transit of the last 128 packets stands for the network at
 * rest; how far the others exceed it says how long to wait (the *target*). A frame is due at
 * position + smallest transit + target:
 *
 *   sent      |0|1|2|3|4|5|
 *   arrives     0 1   3 2     4 5        2 late by reordering, 4 by jitter
 *   due             0 1 2 3 4 5          the target covers both
 *
 * The play position moves by what was played. When it runs ahead of the target a pull returns
 * 'lost' without moving on (the gap is concealed, time is stretched by a frame); when it lags, a
 * frame is left out. After a silence (DTX, hold, a stalled caller) the position is set anew, so
 * that a stall is skipped and not caught up in a burst.
 */
import { Wait, telephoneJitter } from './wait.ts'
import type { JitterBounds } from './wait.ts'

/**
 * What a pull gave: a frame in `bytes`; nothing where something should be; nothing is being sent.
 */
export type Pulled = 'frame' | 'lost' | 'empty'
/** What became of a packet. */
export type Pushed = 'kept' | 'late' | 'duplicate'

/** Frames held at most; at 20 ms more than a second, so that a burst after a stall fits. */
const capacity = 64
/** Largest payload kept: 120 ms of G.711. */
const maxPayloadOctets = 960
/** 20 ms of G.711. */
const usualPayloadOctets = 160
/**
 * Pulls without any frame after which the sender is held to be silent: 200 ms, as much as is
 * concealed.
 */
const missesToSilence = 10
/** A wait longer than the target by this is cut, one frame a second. */
const slackMs = 40
const pullsBetweenCuts = 50
const pullsBetweenStretches = 10
/** A transit off by so much is a sender that set its clock anew. */
const clockJumpMs = 1000
/**
 * So many late packets in a row are no accident: the sender's clock stands behind (a pause it did
 * not count).
 */
const lateToRemap = 5
const frameMs = 20

/** The buffer of one stream. */
export class JitterBuffer {
  /**
   * After 'frame': payload of `octets` octets at the start of `bytes`, valid until the next push.
   */
  bytes: Uint8Array = nothing
  octets = 0
  payloadType = 0
  /**
   * How long the frame lasts in the codec's ticks; after 'lost' and 'empty' how much is to be made
   * up.
   */
  ticks = 0
  /** Counters for statistics: came too late to be played, came twice, cut out, stretched. */
  late = 0
  duplicates = 0
  cut = 0
  stretched = 0
  /** Largest number of frames ever held. */
  largest = 0
  #bounds: JitterBounds
  readonly #ticksPerMs: number
  readonly #frameTicks: number
  readonly #slots: Slot[]
  /** Indexes of slots by position; the first `#count` are used, the others are free. */
  readonly #order: Uint8Array
  #count = 0
  readonly #wait: Wait
  #isPlaying = false
  #isFresh = true
  #isMapping = true
  #play = 0
  #lateInARow = 0
  #misses = 0
  #pullsSinceChange = 0
  #pullsTooLong = 0
  #lastTimestamp = 0
  #lastPosition = 0
  #lastSequence = 0
  #earlierTimestamp = 0
  #earlierPosition = 0
  /** End of the newest frame. */
  #end = 0
  #playedSequence = -1

  /** `clockRate` in ticks per second. */
  constructor(clockRate: number, bounds: JitterBounds = telephoneJitter) {
    this.#bounds = bounds
    this.#ticksPerMs = clockRate / 1000
    this.#frameTicks = this.#ticksPerMs * frameMs
    this.#wait = new Wait(bounds)
    this.#slots = Array.from({ length: capacity }, () => new Slot())
    this.#order = Uint8Array.from({ length: capacity }, (_, index) => index)
  }

  /** Frames held now. */
  get held(): number {
    return this.#count
  }

  /** The wait aimed at, ms. */
  get targetMs(): number {
    return this.#wait.targetMs
  }

  /** Frames that came wait for their time to begin, or none come. */
  get isWaiting(): boolean {
    return !this.#isPlaying
  }

  /** Other bounds from now on: what is held waits anew by them. */
  settle(bounds: JitterBounds): void {
    this.#bounds = bounds
    this.#wait.bind(bounds)
    this.#isPlaying = false
    this.#playedSequence = -1
    this.#misses = 0
  }

  /**
   * The next packet comes of a new source, or of one that restarted: its timestamps begin anywhere.
   */
  remap(): void {
    this.#isMapping = true
    this.#earlierTimestamp = this.#lastTimestamp
    this.#earlierPosition = this.#lastPosition
  }

  /**
   * Takes a packet: its payload is `octets` octets of `bytes` from `offset`, copied, lasting
   * `ticks`. `nowMs` never runs backwards. A straggler comes of the source before the last `remap`.
   */
  push(
    sequence: number, timestamp: number, payloadType: number, ticks: number,
    bytes: Uint8Array, offset: number, octets: number, nowMs: number, isStraggler = false,
  ): Pushed {
    const position = isStraggler
      ? this.#earlierPosition + ((timestamp - this.#earlierTimestamp) | 0)
      : this.#locate(sequence, timestamp, ticks, nowMs)
    this.#wait.remember(nowMs - position / this.#ticksPerMs)
    if (this.#isPlaying && position + ticks <= this.#play) {
      this.#noteLate()
      return 'late'
    }
    if (octets > maxPayloadOctets) return 'late'
    if (this.#count === capacity) this.#dropHead()
    const at = this.#placeOf(position)
    if (at < 0) {
      this.duplicates++
      return 'duplicate'
    }
    const index = this.#order[this.#count]!
    this.#order.copyWithin(at + 1, at, this.#count)
    this.#order[at] = index
    this.#count++
    if (this.#count > this.largest) this.largest = this.#count
    const slot = this.#slots[index]!
    this.#lateInARow = 0
    slot.position = position
    slot.ticks = ticks
    slot.sequence = sequence
    slot.payloadType = payloadType
    slot.octets = octets
    if (octets > slot.bytes.length) slot.makeRoom(octets)
    for (let copied = 0; copied < octets; copied++) slot.bytes[copied] = bytes[offset + copied]!
    return 'kept'
  }

  /**
   * Called for every 20 ms of playing time. A frame that lasts longer or shorter counts for its
   * ticks.
   */
  pull(nowMs: number): Pulled {
    this.ticks = this.#frameTicks
    if (this.#isFresh) return 'empty'
    this.#pullsSinceChange++
    const due = (nowMs - this.#wait.smallestMs - this.#wait.targetMs) * this.#ticksPerMs
    if (!this.#isPlaying) return this.#begin(due)
    if (due - this.#play > (this.#bounds.maxMs + slackMs) * this.#ticksPerMs) this.#play = due
    this.#dropPassed()
    if (this.#count === 0) return this.#miss(due)
    const head = this.#slots[this.#order[0]!]!
    if (head.position - this.#play >= this.#frameTicks / 2) return this.#gap(head, due)
    if (this.#mustStretch(due)) return 'lost'
    if (this.#mayCut(due) && this.#count > 1) {
      this.#dropHead()
      this.cut++
    }
    return this.#take()
  }

  /** The next of what is held, without waiting for its time; 'empty' when nothing is. */
  drain(): Pulled {
    this.ticks = this.#frameTicks
    const head = this.#slots[this.#order[0]!]!
    if (this.#count === 0) return 'empty'
    if (!this.#isPlaying) {
      this.#isPlaying = true
      this.#play = head.position
    }
    const missing = head.position - this.#play
    if (missing < this.#frameTicks / 2) return this.#take()
    this.ticks = Math.min(missing, this.#frameTicks)
    this.#play += this.ticks
    return 'lost'
  }

  /** Nothing plays: begin as soon as the first frame has waited its time. */
  #begin(due: number): Pulled {
    if (this.#count === 0) return 'empty'
    const head = this.#slots[this.#order[0]!]!
    // Half a frame: the next pull would be further from the due time than this one.
    if (head.position - due > this.#frameTicks / 2) return 'empty'
    this.#isPlaying = true
    this.#play = head.position
    return this.#take()
  }

  /** Nothing is held. Either the next frame is late, or lost, or nothing is sent any more. */
  #miss(due: number): Pulled {
    this.#misses++
    if (this.#misses > missesToSilence) {
      this.#isPlaying = false
      this.#playedSequence = -1
      return 'empty'
    }
    if (this.#play - due <= this.#frameTicks / 2) this.#play += this.#frameTicks
    else this.stretched++
    return 'lost'
  }

  /** The next frame held is not the next one of the timeline. */
  #gap(head: Slot, due: number): Pulled {
    // The very next packet after a pause in time: the sender was silent (DTX), nothing is lost.
    const isSilence = this.#playedSequence >= 0
      && ((this.#playedSequence + 1) & 0xffff) === head.sequence
    if (isSilence) {
      this.#play = Math.min(head.position, Math.max(this.#play + this.#frameTicks, due))
      return 'empty'
    }
    this.#misses++
    if (this.#mustStretch(due)) return 'lost'
    this.ticks = Math.min(head.position - this.#play, this.#frameTicks)
    this.#play += this.ticks
    return this.#misses > missesToSilence ? 'empty' : 'lost'
  }

  #take(): Pulled {
    const slot = this.#slots[this.#order[0]!]!
    this.bytes = slot.bytes
    this.octets = slot.octets
    this.payloadType = slot.payloadType
    this.ticks = slot.ticks
    this.#play = slot.position + slot.ticks
    this.#playedSequence = slot.sequence
    this.#misses = 0
    this.#dropHead()
    return 'frame'
  }

  #noteLate(): void {
    this.late++
    this.#lateInARow++
    // Not to be late with the next one as well, without waiting for the next reckoning.
    this.#wait.reckon()
    if (this.#lateInARow < lateToRemap) return
    this.#lateInARow = 0
    this.remap()
  }

  /**
   * We are a whole frame ahead of the target: conceal one, at most every 200 ms while frames are
   * there.
   */
  #mustStretch(due: number): boolean {
    if (this.#play - due < this.#frameTicks) return false
    if (this.#pullsSinceChange < pullsBetweenStretches) return false
    this.#pullsSinceChange = 0
    this.stretched++
    return true
  }

  /** We lag behind the target and have done so for a second. */
  #mayCut(due: number): boolean {
    this.#pullsTooLong = due - this.#play > slackMs * this.#ticksPerMs ? this.#pullsTooLong + 1 : 0
    if (this.#pullsTooLong < pullsBetweenCuts) return false
    this.#pullsTooLong = 0
    this.#pullsSinceChange = 0
    return true
  }

  /** Where the packet belongs on the line of positions. */
  #locate(sequence: number, timestamp: number, ticks: number, nowMs: number): number {
    let position = this.#lastPosition + ((timestamp - this.#lastTimestamp) | 0)
    const step = ((sequence - this.#lastSequence) << 16) >> 16
    if (this.#isFresh) {
      position = 0
      this.#end = ticks
    } else if (this.#isMapping) {
      position = this.#continuation(ticks, nowMs)
    } else if (this.#isClockJump(nowMs - position / this.#ticksPerMs)) {
      // The sender set its clock anew, or the network stood still. The sequence number tells.
      if (step < 0 && step > -capacity) return this.#lastPosition + step * ticks
      position = this.#continuation(ticks, nowMs)
    } else if (step < 0) {
      // A straggler: it must not become what the next one is measured by.
      return position
    }
    this.#isFresh = false
    this.#isMapping = false
    this.#lastPosition = position
    this.#lastTimestamp = timestamp
    this.#lastSequence = sequence
    if (position + ticks > this.#end) this.#end = position + ticks
    return position
  }

  #isClockJump(transitMs: number): boolean {
    return Math.abs(transitMs - this.#wait.smallestMs) > clockJumpMs
  }

  /**
   * Where a new source begins: where its packet would be had it come with the usual transit, in
   * whole frames from the end of what is known.
   */
  #continuation(ticks: number, nowMs: number): number {
    const clock = (nowMs - this.#wait.meanMs) * this.#ticksPerMs
    const position = this.#end + Math.round((clock - this.#end) / ticks) * ticks
    return this.#isPlaying ? Math.max(position, this.#play) : position
  }

  /** Index in `#order` for a position, searched from the end; -1 = it is there already. */
  #placeOf(position: number): number {
    let at = this.#count
    while (at > 0) {
      const before = this.#slots[this.#order[at - 1]!]!.position
      if (before === position) return -1
      if (before < position) break
      at--
    }
    return at
  }

  #dropPassed(): void {
    while (this.#count > 0) {
      const head = this.#slots[this.#order[0]!]!
      if (head.position + head.ticks > this.#play) return
      this.#dropHead()
      this.cut++
    }
  }

  #dropHead(): void {
    const index = this.#order[0]!
    this.#order.copyWithin(0, 1, this.#count)
    this.#count--
    this.#order[this.#count] = index
  }
}

/** A frame held. */
class Slot {
  position = 0
  ticks = 0
  sequence = 0
  payloadType = 0
  octets = 0
  /** Of a slot that was never used, nothing: a quiet network needs four of them and not 64. */
  bytes: Uint8Array = nothing

  makeRoom(octets: number): void {
    const isUsual = octets <= usualPayloadOctets
    this.bytes = new Uint8Array(isUsual ? usualPayloadOctets : maxPayloadOctets)
  }
}

const nothing = new Uint8Array(0)
