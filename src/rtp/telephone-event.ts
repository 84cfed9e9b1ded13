/**
 * Digits as telephone-events (RFC 4733 §2): receives them, one digit for each press however many of
 * its packets come twice, late or never; and sends them. What packets carry events is agreed in
 * SDP, digits in the sound are tone-detector.ts.
 *
 * One press of 60 ms, sent at 20 ms (M = marker, E = end bit, ts = RTP timestamp of its start):
 *
 *   time        0     20    40    60    80
 *   packet      M ts  ts    E ts  E ts  E ts
 *   duration    160   320   480   480   480
 *
 * The timestamp identifies the press: another timestamp is another press.
 */
import { digits, eventOfDigit } from './digit.ts'
import type { Digit } from './digit.ts'

/** Octets of the payload. */
export const eventOctets = 4
/** Ticks of 20 ms. */
const updateTicks = 160
/**
 * Without an update for so long the key counts as released: three updates lost, and some jitter.
 */
const releaseMs = 100
/** Times that the final packet is sent (§2.5.1.4). */
const finalPackets = 3
/** The duration field's largest value; a longer press continues as a new segment (§2.5.1.3). */
const maxSegmentTicks = 0xffff
/** Presses that wait to be taken, or to be sent; more is nobody's typing. */
const maxWaiting = 64
/** What bears an older timestamp so soon after the last packet was overtaken by it. */
const stragglerMs = 1000
/** A sender that moves the timestamp with each update moves it by at most this. */
const driftTicks = 800

/** The digits of one receiving stream. */
export class EventReceiver {
  /**
   * Packets that were no digit: shorter than four octets, or another event (flash, modem tones).
   */
  ignored = 0
  readonly #done: Digit[] = []
  #event = -1
  #timestamp = 0
  #duration = 0
  /** Ticks of the segments before the present one. */
  #earlier = 0
  #updatedMs = 0
  #isPressed = false
  #hasAny = false

  /** The key that is being held down, '' = none. */
  get pressed(): string {
    return this.#isPressed ? digits.charAt(this.#event) : ''
  }

  /**
   * Takes a packet's payload with the packet's timestamp and marker.
   *
   * ```
   *  0                   1                   2                   3
   *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
   * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   * |     event     |E|R| volume    |          duration             |
   * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   * ```
   */
  receive(
    bytes: Uint8Array, offset: number, octets: number,
    timestamp: number, marker: boolean, nowMs: number,
  ): void {
    if (octets < eventOctets || bytes[offset]! >= digits.length) {
      this.ignored++
      return
    }
    const event = bytes[offset]!
    const isEnd = (bytes[offset + 1]! & 0x80) !== 0
    const duration = (bytes[offset + 2]! << 8) | bytes[offset + 3]!
    if (this.#hasAny && timestamp === this.#timestamp && event === this.#event) {
      // Packets of a press that was finished already (repeated ends, stragglers) say nothing new.
      if (!this.#isPressed) return
      if (duration > this.#duration) this.#duration = duration
    } else if (this.#isContinued(event, timestamp, duration, marker)) {
      if (duration < this.#duration) this.#earlier += this.#duration
      this.#timestamp = timestamp
      this.#duration = duration
    } else {
      // A straggler of a press before the last one.
      const isOlder = this.#hasAny && ((timestamp - this.#timestamp) | 0) < 0
      if (isOlder && nowMs - this.#updatedMs < stragglerMs) return
      this.#release()
      this.#press(event, timestamp, duration)
    }
    this.#updatedMs = nowMs
    if (isEnd) this.#release()
  }

  /** The next digit that was pressed and released, undefined = none. Call it each 20 ms. */
  take(nowMs: number): Digit | undefined {
    if (this.#isPressed && nowMs - this.#updatedMs >= releaseMs) this.#release()
    return this.#done.length === 0 ? undefined : this.#done.shift()
  }

  /**
   * The same press under another timestamp: a further segment of a very long one (§2.5.1.3), or a
   * sender that wrongly moves the timestamp while the duration grows.
   */
  #isContinued(
    event: number, timestamp: number, duration: number, marker: boolean,
  ): boolean {
    if (!this.#isPressed || marker || event !== this.#event) return false
    const moved = (timestamp - this.#timestamp) | 0
    if (moved === this.#duration && this.#duration >= maxSegmentTicks - updateTicks) return true
    return moved > 0 && moved <= driftTicks && duration > this.#duration
  }

  #press(event: number, timestamp: number, duration: number): void {
    this.#event = event
    this.#timestamp = timestamp
    this.#duration = duration
    this.#earlier = 0
    this.#isPressed = true
    this.#hasAny = true
  }

  #release(): void {
    if (!this.#isPressed) return
    this.#isPressed = false
    if (this.#done.length >= maxWaiting) return
    this.#done.push({
      digit: digits.charAt(this.#event),
      durationTicks: this.#earlier + this.#duration,
      source: 'rtp',
    })
  }
}

/**
 * The digits of one sending stream. Every 20 ms, before the media clock moves on:
 * `octets = sender.next(payload, offset, clock)`; when not 0, send these octets with `timestamp`
 * and `marker` in place of the frame of sound.
 */
export class EventSender {
  /** Of the packet that `next` wrote. */
  marker = false
  timestamp = 0
  readonly #waiting: { event: number, ticks: number, volume: number }[] = []
  /** Pause between digits, in updates of 20 ms. */
  readonly #pauseUpdates: number
  #event = -1
  #ticks = 0
  #volume = 0
  #elapsed = 0
  /** Ticks of segments that were completed. */
  #segmentStart = 0
  #finalsLeft = 0
  #pauseLeft = 0

  /** `pauseMs` between two digits; ITU-T Q.24 wants 40 ms and more. */
  constructor(pauseMs = 60) {
    this.#pauseUpdates = Math.ceil(pauseMs / 20)
  }

  /** Whether digits wait or are being sent. */
  get isBusy(): boolean {
    return this.#event >= 0 || this.#waiting.length > 0
  }

  /**
   * Queues a key, held for `durationMs` (rounded up to 20 ms, at least 40), at `volume` dB below
   * 0 dBm0 (0–63). False = no key, or too many are waiting.
   */
  send(digit: string, durationMs = 100, volume = 10): boolean {
    const event = eventOfDigit(digit)
    if (event < 0 || this.#waiting.length >= maxWaiting) return false
    const updates = Math.max(2, Math.ceil(durationMs / 20))
    this.#waiting.push({
      event, ticks: updates * updateTicks, volume: Math.max(0, Math.min(63, volume)),
    })
    return true
  }

  /** Drops what has not begun; a digit that has begun is ended properly. */
  clear(): void {
    this.#waiting.length = 0
  }

  /** Writes the payload for this 20 ms at `offset` and returns its octets; 0 = no digit now. */
  next(into: Uint8Array, offset: number, clock: number): number {
    this.marker = false
    if (this.#event < 0 && !this.#begin(clock)) return 0
    if (this.#finalsLeft > 0) return this.#writeFinal(into, offset)
    this.#elapsed += updateTicks
    if (this.#elapsed - this.#segmentStart > maxSegmentTicks) {
      this.#segmentStart = this.#elapsed - updateTicks
      this.timestamp = clock
    }
    if (this.#elapsed < this.#ticks) return this.#write(into, offset, false)
    this.#finalsLeft = finalPackets
    return this.#writeFinal(into, offset)
  }

  #begin(clock: number): boolean {
    if (this.#pauseLeft > 0) {
      this.#pauseLeft--
      return false
    }
    const digit = this.#waiting.shift()
    if (digit === undefined) return false
    this.#event = digit.event
    this.#ticks = digit.ticks
    this.#volume = digit.volume
    this.#elapsed = 0
    this.#segmentStart = 0
    this.timestamp = clock
    this.marker = true
    return true
  }

  #writeFinal(into: Uint8Array, offset: number): number {
    const octets = this.#write(into, offset, true)
    this.#finalsLeft--
    if (this.#finalsLeft === 0) {
      this.#event = -1
      this.#pauseLeft = this.#pauseUpdates
    }
    return octets
  }

  #write(into: Uint8Array, offset: number, isEnd: boolean): number {
    const duration = this.#elapsed - this.#segmentStart
    into[offset] = this.#event
    into[offset + 1] = (isEnd ? 0x80 : 0) | this.#volume
    into[offset + 2] = duration >> 8
    into[offset + 3] = duration
    return eventOctets
  }
}
