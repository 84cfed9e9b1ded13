/**
 * Frames of the control connection: `<length in octets>#<payload>`, one after the other in either
 * direction. Cuts a byte stream into payloads and wraps payloads into frames. Knows nothing of what
 * a payload says; text is latin1 (one character per octet), so that lengths are byte lengths.
 */
import type { Octets } from '../sip/events.ts'

/**
 * Largest payload taken from an application. drachtio-server stops at 99,999; a SIP message cannot
 * exceed 64 kB on UDP, and 16 MiB is far above anything sent over TCP, yet affordable once.
 */
export const maxFrameOctets = 16 * 1024 * 1024
/** Digits of `maxFrameOctets`: with one more the length is refused before it is complete. */
const maxLengthDigits = 8

const digitZero = 0x30
const digitNine = 0x39
const hash = 0x23

/** The stream is not framed: nothing after this point can be trusted, the connection must close. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/** Puts the length before a payload. */
export function formatFrame(payload: Octets): Octets {
  return `${payload.length}#${payload}`
}

/**
 * Cuts a stream into payloads. Pieces of an incomplete frame are kept apart and joined once, when
 * the frame is whole, so that a frame arriving octet by octet costs linear time.
 */
export class FrameReader {
  #pieces: Octets[] = []
  #heldOctets = 0
  /** Octets that must be held before another look is worth while. */
  #wantedOctets = 1

  /** Octets of the incomplete frame. */
  get heldOctets(): number {
    return this.#heldOctets
  }

  /** Takes what was read and returns the payloads that became complete. Throws FrameError. */
  push(chunk: Octets): Octets[] {
    let text = chunk
    if (this.#heldOctets > 0) {
      this.#pieces.push(chunk)
      this.#heldOctets += chunk.length
      if (this.#heldOctets < this.#wantedOctets) return []
      text = this.#pieces.join('')
      this.#pieces = []
      this.#heldOctets = 0
    }
    return this.#cut(text)
  }

  #cut(text: Octets): Octets[] {
    const payloads: Octets[] = []
    let at = 0
    while (at < text.length) {
      const mark = endOfLength(text, at)
      if (mark < 0) {
        this.#hold(text, at, text.length - at + 1)
        break
      }
      const length = Number(text.slice(at, mark))
      if (length > maxFrameOctets) throw new FrameError(`frame of ${length} octets is too large`)
      const end = mark + 1 + length
      if (end > text.length) {
        this.#hold(text, at, end - at)
        break
      }
      payloads.push(text.slice(mark + 1, end))
      at = end
    }
    return payloads
  }

  #hold(text: Octets, from: number, wantedOctets: number): void {
    this.#pieces = [from === 0 ? text : text.slice(from)]
    this.#heldOctets = text.length - from
    this.#wantedOctets = wantedOctets
  }
}

/** Position of the `#` behind the digits at `at`, or -1 when the text ends before it. */
function endOfLength(text: Octets, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === hash && i > at) return i
    if (code < digitZero || code > digitNine) throw new FrameError('frame length is not a number')
    if (i - at >= maxLengthDigits) throw new FrameError('frame length has too many digits')
  }
  return -1
}
