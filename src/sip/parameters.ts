/**
 * Header parameters: the `;name=value` tails of Via, From, To, Contact and others
 * (RFC 3261 §25.1 generic-param). A cursor walks them without making strings; who wants a map asks
 * for one. It gives no meaning to any name, and knows nothing of parameters inside URIs.
 */
import type { Octets } from './events.ts'
import {
  comma, equalsSign, isIn, quote, semicolon, skipBlanks, skipClass, skipQuoted, toLower, tokenClass,
  trimBlanks, valueClass
} from './characters.ts'
import { SipParseError } from './errors.ts'

/** Values of parameters by lower-case name; undefined for one without `=`. Quotes are kept. */
export type Parameters = ReadonlyMap<string, Octets | undefined>

/**
 * Walks the parameters that start at `position`, up to the end of the text or, with
 * `stopAtComma`, to the comma that ends this element of a list (`position` then points at it).
 */
export class ParameterCursor {
  readonly text: Octets
  readonly stopAtComma: boolean
  position: number
  nameStart = 0
  nameEnd = 0
  /** -1 for a parameter without `=`. */
  valueStart = -1
  valueEnd = -1

  constructor(text: Octets, position: number, stopAtComma: boolean) {
    this.text = text
    this.position = position
    this.stopAtComma = stopAtComma
  }

  /**
   * Goes to the next parameter; false when there is none left. One semicolon with nothing behind
   * it is let pass at the very end, as some gateways send it; empty parameters elsewhere are not
   * (RFC 4475 §3.1.2.1). Throws SipParseError 400.
   */
  next(): boolean {
    const { text } = this
    const end = text.length
    let i = skipBlanks(text, this.position, end)
    this.position = i
    if (i === end) return false
    const code = text.charCodeAt(i)
    if (code === comma && this.stopAtComma) return false
    if (code !== semicolon) throw new SipParseError(400, 'Malformed Parameter', i)
    i = skipBlanks(text, i + 1, end)
    if (i === end) {
      this.position = i
      return false
    }
    this.nameStart = i
    i = skipClass(text, i, end, tokenClass)
    if (i === this.nameStart) throw new SipParseError(400, 'Malformed Parameter', i)
    this.nameEnd = i
    i = skipBlanks(text, i, end)
    this.position = i < end && text.charCodeAt(i) === equalsSign ? this.value(i + 1) : this.flag(i)
    return true
  }

  private flag(position: number): number {
    this.valueStart = -1
    this.valueEnd = -1
    return position
  }

  private value(position: number): number {
    const { text } = this
    const end = text.length
    const start = skipBlanks(text, position, end)
    let i = start
    if (isIn(text.charCodeAt(i), valueClass)) {
      i = skipClass(text, i, end, valueClass)
    } else if (text.charCodeAt(i) === quote) {
      i = skipQuoted(text, i, end)
      if (i < 0) throw new SipParseError(400, 'Unbalanced Quotes', start)
    }
    this.valueStart = start
    this.valueEnd = i
    return i
  }

  /** The value as written, quotes included; undefined when there is no `=`. */
  get currentValue(): Octets | undefined {
    return this.valueStart < 0 ? undefined : this.text.slice(this.valueStart, this.valueEnd)
  }

  /** The name in small letters. */
  get currentName(): string {
    return toLower(this.text.slice(this.nameStart, this.nameEnd))
  }
}

/** Parameters from `position` on, the first of each name. Throws SipParseError 400. */
export function parseParameters(
  text: Octets, position: number, stopAtComma: boolean
): Map<string, Octets | undefined> {
  const params = new Map<string, Octets | undefined>()
  const cursor = new ParameterCursor(text, position, stopAtComma)
  while (cursor.next()) {
    const name = cursor.currentName
    if (!params.has(name)) params.set(name, cursor.currentValue)
  }
  return params
}

/** `;name=value` for each parameter. */
export function formatParameters(params: Parameters): Octets {
  let text = ''
  for (const [name, value] of params) text += value === undefined ? `;${name}` : `;${name}=${value}`
  return text
}

/** Text without its quotes and quoted-pairs; text that is not quoted comes back as it is. */
export function unquote(text: Octets): Octets {
  if (text.length < 2 || text.charCodeAt(0) !== quote) return text
  const inner = text.slice(1, -1)
  if (!inner.includes('\\')) return inner
  let result = ''
  for (let i = 0; i < inner.length; i++) {
    const letter = inner.charAt(i)
    result += letter === '\\' ? inner.charAt(++i) : letter
  }
  return result
}

/** Text as a quoted string, quotes and backslashes escaped. It must not hold CR, LF or NUL. */
export function quoteText(text: Octets): Octets {
  if (!text.includes('"') && !text.includes('\\')) return `"${text}"`
  let result = '"'
  for (const letter of text) result += letter === '"' || letter === '\\' ? `\\${letter}` : letter
  return `${result}"`
}

/**
 * Elements of a comma-separated value, trimmed, in order (RFC 3261 §7.3.1). Commas inside quotes
 * or angle brackets do not separate; empty elements are left out; an unclosed quote or bracket
 * takes the rest.
 */
export function splitList(value: Octets): Octets[] {
  if (!value.includes(',')) return value === '' ? [] : [value]
  const elements: Octets[] = []
  let start = 0
  let i = 0
  const end = value.length
  while (i < end) {
    const letter = value.charAt(i)
    if (letter === '"') {
      const after = skipQuoted(value, i, end)
      i = after < 0 ? end : after
    } else if (letter === '<') {
      const close = value.indexOf('>', i)
      i = close < 0 ? end : close + 1
    } else {
      if (letter === ',') {
        pushTrimmed(elements, value, start, i)
        start = i + 1
      }
      i++
    }
  }
  pushTrimmed(elements, value, start, end)
  return elements
}

function pushTrimmed(elements: Octets[], text: Octets, start: number, end: number): void {
  const first = skipBlanks(text, start, end)
  const last = trimBlanks(text, first, end)
  if (last > first) elements.push(text.slice(first, last))
}
