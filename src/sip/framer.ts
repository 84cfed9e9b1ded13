/**
 * Cuts the octets of a stream connection into messages (RFC 3261 §7.5, §18.3) and keep-alives
 * (RFC 5626 §4.4.1). It works in time linear in the octets, however they are sliced, and holds a
 * bounded number of them. It finds the length of a message and nothing else about it: reading is
 * `parser.ts`.
 */
import type { Octets } from './events.ts'
import { cr, decimal, lf } from './characters.ts'
import { SipParseError } from './errors.ts'
import { HeaderLines } from './header-lines.ts'

/**
 * Start line and header fields together. As much as a UDP datagram can carry, so that no message
 * passes on one transport only; sofia-sip and Kamailio stop at 64 kB as well.
 */
export const maxHeaderBytes = 64 * 1024
/**
 * Body of one message. The largest honest ones are presence documents and multipart SDP below
 * 100 kB; the limit bounds what 1,000 open connections can make us hold.
 */
export const maxBodyBytes = 1024 * 1024

/**
 * `message`: one whole message. `ping`: a double CRLF between messages, to be answered with one
 * CRLF. `error`: the stream cannot be followed any more: answer `data` (the header block that
 * could not be framed, perhaps cut short) with `status` if it can be salvaged, and close.
 */
export type FramerEvent =
  | { readonly type: 'message'; readonly data: Octets }
  | { readonly type: 'ping' }
  | FramingError

interface FramingError {
  readonly type: 'error'
  readonly status: number
  readonly reason: string
  readonly data: Octets
}

/** One per connection and direction. */
export class StreamFramer {
  private parts: Octets[] = []
  private heldBytes = 0
  /** Octets of the body still to come; -1 while in the header block or between messages. */
  private missingBytes = -1
  /** What the current line of the header block holds so far. */
  private line: 'nothing' | 'cr' | 'text' = 'nothing'
  /** Line ends seen between messages. */
  private gap = 0
  private failed = false

  /**
   * Takes what the connection delivered, in any slices, and returns what became complete, in
   * order. Nothing more comes after an `error`.
   */
  push(chunk: Octets): FramerEvent[] {
    const events: FramerEvent[] = []
    let position = 0
    while (position < chunk.length && !this.failed) {
      if (this.missingBytes >= 0) position = this.takeBody(chunk, position, events)
      else if (this.heldBytes === 0) position = this.takeGap(chunk, position, events)
      else position = this.takeHeader(chunk, position, events)
    }
    return events
  }

  /** Octets of an unfinished message that are held. */
  get pendingBytes(): number {
    return this.heldBytes
  }

  /** Line ends between messages: two CRLFs are a ping, a single one is the answer to ours. */
  private takeGap(chunk: Octets, start: number, events: FramerEvent[]): number {
    let i = start
    for (; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i)
      if (code === lf) {
        if (++this.gap === 2) {
          events.push({ type: 'ping' })
          this.gap = 0
        }
      } else if (code !== cr) {
        this.gap = 0
        return this.takeHeader(chunk, i, events)
      }
    }
    return i
  }

  /** Looks for the empty line that ends the header block. */
  private takeHeader(chunk: Octets, start: number, events: FramerEvent[]): number {
    let position = start
    while (position < chunk.length) {
      const lineEnd = chunk.indexOf('\n', position)
      const end = lineEnd < 0 ? chunk.length : lineEnd
      this.readLine(chunk, position, end)
      if (this.heldBytes + (end - start) > maxHeaderBytes) {
        this.hold(chunk, start, end)
        this.fail(513, 'Message Too Large', events)
        return chunk.length
      }
      if (lineEnd < 0) break
      position = lineEnd + 1
      if (this.line !== 'text') {
        this.line = 'nothing'
        this.hold(chunk, start, position)
        this.endHeader(events)
        return position
      }
      this.line = 'nothing'
    }
    this.hold(chunk, start, chunk.length)
    return chunk.length
  }

  private readLine(chunk: Octets, start: number, end: number): void {
    if (this.line === 'text' || end === start) return
    const isCr = this.line === 'nothing' && end - start === 1 && chunk.charCodeAt(start) === cr
    this.line = isCr ? 'cr' : 'text'
  }

  private endHeader(events: FramerEvent[]): void {
    const header = this.join()
    try {
      const length = declaredLength(header)
      if (length > maxBodyBytes) throw new SipParseError(513, 'Message Too Large', 0)
      this.parts = [header]
      this.heldBytes = header.length
      if (length === 0) this.finish(events)
      else this.missingBytes = length
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
      this.parts = [header]
      this.fail(error.status, error.reason, events)
    }
  }

  private takeBody(chunk: Octets, start: number, events: FramerEvent[]): number {
    const end = Math.min(chunk.length, start + this.missingBytes)
    this.hold(chunk, start, end)
    this.missingBytes -= end - start
    if (this.missingBytes === 0) this.finish(events)
    return end
  }

  private finish(events: FramerEvent[]): void {
    events.push({ type: 'message', data: this.join() })
    this.missingBytes = -1
  }

  private fail(status: number, reason: string, events: FramerEvent[]): void {
    events.push({ type: 'error', status, reason, data: this.join() })
    this.failed = true
  }

  private hold(chunk: Octets, start: number, end: number): void {
    if (end === start) return
    this.parts.push(start === 0 && end === chunk.length ? chunk : chunk.slice(start, end))
    this.heldBytes += end - start
  }

  private join(): Octets {
    const { parts } = this
    const text = parts.length === 1 ? parts[0] ?? '' : parts.join('')
    this.parts = []
    this.heldBytes = 0
    return text
  }
}

/**
 * Content-Length of a header block. It must be there (RFC 3261 §20.14): a guess of 0 would let a
 * body be read as the next message. All fields of that name must say the same decimal number.
 */
function declaredLength(header: Octets): number {
  const lines = new HeaderLines(header, 0)
  lines.nextStartLine()
  let length = -1
  while (lines.next()) {
    if (lines.name !== 'Content-Length') continue
    const declared = decimal(lines.value, 0, lines.value.length, 0x7fffffff)
    if (declared < 0 || (length >= 0 && declared !== length)) {
      throw new SipParseError(400, 'Bad Content-Length', lines.offset)
    }
    length = declared
  }
  if (length < 0) throw new SipParseError(400, 'Missing Content-Length', 0)
  return length
}
