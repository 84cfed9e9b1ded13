/**
 * Cuts the header block of a message into fields (RFC 3261 §7.3.1): line ends, folding, names.
 * It decides what a line is, for parser and framer alike, and refuses what two readers could cut
 * differently. It gives no meaning to any value.
 */
import type { Octets } from './events.ts'
import {
  backslash, cr, isBlank, skipBlanks, skipClass, tokenClass, trimBlanks
} from './characters.ts'
import { SipParseError } from './errors.ts'
import { findHeader } from './headers.ts'

/**
 * Octets of one field, folded lines included. The longest honest ones seen are STIR Identity
 * headers (some 2 kB) and Record-Route lists; Kamailio and sofia-sip stop at their buffers, 64 kB.
 */
export const maxLineLength = 16 * 1024
/** Fields of one message. Real ones have 10 to 40; 1,000 were a known attack (AST-2018-004). */
export const maxHeaderCount = 256

/**
 * A cursor over the lines of one header block. `next` moves it to a field, whose `name`, `value`
 * and `offset` then stand in the cursor itself: no object is made for each field.
 */
export class HeaderLines {
  /** Where the next line begins; behind the empty line at the end: where the body begins. */
  position: number
  /** False once something was read that only a lenient reader accepts. */
  isPlain = true
  /** Name of the current field: canonical, or as written when it is not in the header table. */
  name = ''
  value: Octets = ''
  /** Where the value begins. */
  offset = 0
  private readonly data: Octets
  private readonly isDraft: boolean
  private start = 0
  private end = 0
  private count = 0
  /** Next CR, cached: a search for what is not there costs the whole text. */
  private nextCr = -1
  /** Next illegal NUL, likewise. */
  private nextNul = -1
  private endsInCrLf = true

  /** With `isDraft`, CRLF and LF may be mixed and lines may not be folded. */
  constructor(data: Octets, position: number, isDraft = false) {
    this.data = data
    this.position = position
    this.isDraft = isDraft
  }

  /** The first line; its end decides how all others must end. Throws SipParseError 400. */
  nextStartLine(): { readonly start: number; readonly end: number } {
    const lineEnd = this.data.indexOf('\n', this.position)
    this.endsInCrLf = lineEnd > 0 && this.data.charCodeAt(lineEnd - 1) === cr
    if (!this.endsInCrLf) this.isPlain = false
    this.cut()
    return { start: this.start, end: this.end }
  }

  /** Moves to the next field; false at the empty line. Throws SipParseError 400. */
  next(): boolean {
    this.cut()
    const { data, start, end } = this
    if (start === end) return false
    if (++this.count > maxHeaderCount) throw new SipParseError(400, 'Too Many Headers', start)
    const colonAt = data.indexOf(':', start)
    if (colonAt < 0 || colonAt >= end) throw new SipParseError(400, 'Malformed Header', start)
    this.name = findHeader(data, start, colonAt)?.name ?? this.unusualName(start, colonAt)
    const offset = skipBlanks(data, colonAt + 1, end)
    const value = data.slice(offset, trimBlanks(data, offset, end))
    this.offset = offset
    this.value = isBlank(data.charCodeAt(this.position)) ? this.unfold(value) : value
    return true
  }

  /** As `next`, but passes over lines that are no fields; false also at the end of the data. */
  nextLegible(): boolean {
    while (this.position < this.data.length) {
      const before = this.position
      try {
        return this.next()
      } catch (error) {
        // Illegible lines count, too: an error for each line of a large datagram costs too much.
        if (!(error instanceof SipParseError) || ++this.count > maxHeaderCount) throw error
        if (this.position === before) {
          const lineEnd = this.data.indexOf('\n', before)
          if (lineEnd < 0) return false
          this.position = lineEnd + 1
        }
      }
    }
    return false
  }

  /** Sets `start` and `end` to the line at `position`, without its end. */
  private cut(): void {
    const { data, position } = this
    const lineEnd = data.indexOf('\n', position)
    if (lineEnd < 0) throw new SipParseError(400, 'Unterminated Header', position)
    if (lineEnd - position > maxLineLength) {
      throw new SipParseError(400, 'Header Too Long', position)
    }
    if (this.nextCr < position) {
      const found = data.indexOf('\r', position)
      this.nextCr = found < 0 ? data.length : found
    }
    const hasCr = this.nextCr === lineEnd - 1
    // A CR elsewhere is a line end to some readers; so is a lone LF among CRLFs (RFC 3261 §25.1).
    if ((!hasCr && this.nextCr < lineEnd) || (hasCr !== this.endsInCrLf && !this.isDraft)) {
      throw new SipParseError(400, 'Malformed Line End', Math.min(this.nextCr, lineEnd))
    }
    if (this.nextNul < position) this.nextNul = illegalNul(data, position)
    if (this.nextNul < lineEnd) throw new SipParseError(400, 'Illegal Character', this.nextNul)
    this.start = position
    this.end = hasCr ? lineEnd - 1 : lineEnd
    this.position = lineEnd + 1
  }

  /**
   * A name outside the table, or with blanks before the colon. Those are legal (§25.1 HCOLON), but
   * other readers take `X-A :` for another name than `X-A`; hence such a text is not passed on raw.
   */
  private unusualName(start: number, colonAt: number): string {
    const { data } = this
    const end = trimBlanks(data, start, colonAt)
    if (end < colonAt) this.isPlain = false
    if (end === start || skipClass(data, start, end, tokenClass) < end) {
      throw new SipParseError(400, 'Malformed Header', start)
    }
    const known = end < colonAt ? findHeader(data, start, end) : undefined
    return known?.name ?? data.slice(start, end)
  }

  /** The value with the folded lines behind it, each fold made one space (RFC 3261 §7.3.1). */
  private unfold(first: Octets): Octets {
    if (this.isDraft) throw new SipParseError(400, 'Folded Header', this.position)
    this.isPlain = false
    const parts = [first]
    let length = first.length
    while (isBlank(this.data.charCodeAt(this.position))) {
      this.cut()
      const start = skipBlanks(this.data, this.start, this.end)
      const part = this.data.slice(start, trimBlanks(this.data, start, this.end))
      length += this.end - this.start
      if (length > maxLineLength) throw new SipParseError(400, 'Header Too Long', this.start)
      if (part !== '') parts.push(part)
    }
    return first === '' ? parts.slice(1).join(' ') : parts.join(' ')
  }
}

/**
 * Position of the first NUL at or behind `start` that is not escaped by a backslash, which the
 * grammar allows (RFC 3261 §25.1 quoted-pair, RFC 4475 §3.1.1.2); the text's length if none.
 */
function illegalNul(text: Octets, start: number): number {
  let i = text.indexOf('\0', start)
  while (i > 0 && text.charCodeAt(i - 1) === backslash) i = text.indexOf('\0', i + 1)
  return i < 0 ? text.length : i
}
