/**
 * Framing of the event socket: header lines ended by LF, an empty line, then exactly
 * `Content-Length` octets of body if that header is there. The same shape in both directions,
 * except that a command begins with a line that is no header. What the lines mean is `message.ts`.
 */

/** A string whose characters are octets 0–255, as read from and written to the wire (latin1). */
export type Octets = string

/** One message: its lines without line ends, none of them empty, and its body. */
export interface Frame {
  readonly lines: readonly Octets[]
  readonly body: Octets
}

export type FrameFault = 'esl_headers_too_long' | 'esl_bad_length' | 'esl_body_too_long'

/** What the peer sent cannot be cut into messages; nothing after it can be trusted. */
export class EslFrameError extends Error {
  readonly code: FrameFault

  constructor(code: FrameFault) {
    super(faultTexts[code])
    this.code = code
  }
}

const faultTexts: Readonly<Record<FrameFault, string>> = {
  esl_headers_too_long: 'header block without end',
  esl_bad_length: 'Content-Length is not a number of octets',
  esl_body_too_long: 'body longer than accepted',
}

export interface FrameLimits {
  /** A header block may have this many octets. */
  readonly headerOctets: number
  readonly bodyOctets: number
}

/** A command of the client library has some 300 octets; a dump read by a client some 10,000. */
export const commandLimits: FrameLimits = { headerOctets: 64 * 1024, bodyOctets: 256 * 1024 }
export const replyLimits: FrameLimits = { headerOctets: 256 * 1024, bodyOctets: 16 * 1024 * 1024 }

/** Cuts a stream of octets into messages. */
export class FrameReader {
  readonly #limits: FrameLimits
  #pending: Octets = ''
  /** Where in `#pending` the search for the empty line goes on. */
  #searched = 0
  /** Set while the body of a message whose header block has been read is awaited. */
  #awaited: { readonly lines: readonly Octets[]; readonly length: number } | undefined

  constructor(limits: FrameLimits = commandLimits) {
    this.#limits = limits
  }

  push(data: Octets): void {
    this.#pending = this.#pending === '' ? data : this.#pending + data
  }

  /**
   * The next complete message, or undefined when more octets are needed. Throws EslFrameError when
   * there can be none; the connection has to be closed then.
   */
  next(): Frame | undefined {
    this.#awaited ??= this.#nextHeaders()
    if (this.#awaited === undefined) return undefined
    const { lines, length } = this.#awaited
    if (this.#pending.length < length) return undefined
    const body = this.#pending.slice(0, length)
    this.#pending = this.#pending.slice(length)
    this.#awaited = undefined
    return { lines, body }
  }

  #nextHeaders(): { lines: Octets[]; length: number } | undefined {
    this.#skipEmptyLines()
    for (;;) {
      const end = this.#pending.indexOf('\n', this.#searched)
      if (end < 0 || end > this.#limits.headerOctets) {
        if (this.#pending.length > this.#limits.headerOctets) {
          throw new EslFrameError('esl_headers_too_long')
        }
        return undefined
      }
      const after = end + 1 + (this.#pending[end + 1] === '\r' ? 1 : 0)
      if (after >= this.#pending.length) return undefined
      if (this.#pending[after] === '\n') {
        const lines = splitLines(this.#pending.slice(0, end))
        this.#pending = this.#pending.slice(after + 1)
        this.#searched = 0
        return { lines, length: this.#bodyLength(lines) }
      }
      this.#searched = after
    }
  }

  #skipEmptyLines(): void {
    let start = 0
    while (this.#pending[start] === '\n' || this.#pending[start] === '\r') start++
    if (start === 0) return
    this.#pending = this.#pending.slice(start)
    this.#searched = 0
  }

  /** A negative, huge or doubled length must end the connection, not reach an allocation. */
  #bodyLength(lines: readonly Octets[]): number {
    let length = -1
    for (const line of lines) {
      const value = headerValue(line, 'content-length')
      if (value === undefined) continue
      if (length >= 0 || !isDecimal(value)) throw new EslFrameError('esl_bad_length')
      length = Number(value)
      if (length > this.#limits.bodyOctets) throw new EslFrameError('esl_body_too_long')
    }
    return Math.max(0, length)
  }
}

/** The value of a header line if its name is `name` (written small), in any letter case. */
export function headerValue(line: Octets, name: string): Octets | undefined {
  if (line.charCodeAt(name.length) !== 0x3a || line.length <= name.length) return undefined
  if (line.slice(0, name.length).toLowerCase() !== name) return undefined
  return line.slice(name.length + 1).trim()
}

function splitLines(block: Octets): Octets[] {
  const lines = block.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (line.endsWith('\r')) lines[i] = line.slice(0, -1)
  }
  return lines
}

/** One to ten digits: more cannot be within any limit, and would lose precision. */
function isDecimal(text: Octets): boolean {
  if (text.length === 0 || text.length > 10) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x30 || code > 0x39) return false
  }
  return true
}
