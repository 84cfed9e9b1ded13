/**
 * Safe reading of what peers send. drachtio-srf's own header parsers throw on garbage and keep CR
 * and LF in names, so every header the application looks at is read here, by character scans over
 * the raw text: the answer is a value or undefined, never an exception, and no control character
 * survives. Syntax after RFC 3261 §25.1, leniently; it does not judge what the values mean.
 */
import type { SipMessage } from './sip-port.ts'

/** A name-addr or addr-spec with its header parameters (RFC 3261 §20.10). */
export interface AddressText {
  /** Display name, unquoted, clean; '' when there is none. */
  readonly name: string
  readonly uri: string
  /** Header parameters, names in lower case, quotes removed. */
  readonly params: ReadonlyMap<string, string>
}

export interface UriText {
  readonly scheme: 'sip' | 'sips' | 'tel'
  /** User part without password and user parameters, percent-decoded; '' when absent. */
  readonly user: string
  /** Lower case, IPv6 in brackets; '' for tel. */
  readonly host: string
}

const maxHeaderChars = 16 * 1024 // far above any honest list; a longer one is not worth a scan
const maxListEntries = 32

/** Text of a header with folds opened and control characters made spaces; undefined if absent. */
export function headerText(message: SipMessage, name: string): string | undefined {
  const text = message.header(name)
  if (text === undefined) return undefined
  return text.length > maxHeaderChars ? undefined : cleanText(text)
}

/** Control characters (CR, LF, NUL, DEL …) become spaces; other text is returned as it is. */
export function cleanText(text: string): string {
  let i = 0
  while (i < text.length && !isControl(text.charCodeAt(i))) i++
  if (i === text.length) return text.trim()
  let out = text.slice(0, i)
  for (; i < text.length; i++) out += isControl(text.charCodeAt(i)) ? ' ' : text[i]
  return out.trim()
}

function isControl(code: number): boolean {
  // C1 controls and the Unicode line separators too: some receivers treat them as line ends.
  return code < 0x20 || code === 0x7f || (code >= 0x80 && code < 0xa0) ||
    code === 0x2028 || code === 0x2029
}

/** A name for people: no controls, quotes, backslashes, angle brackets; `max` characters. */
export function cleanName(text: string, max: number): string {
  let out = ''
  for (const char of cleanText(text)) {
    if (char === '"' || char === '\\' || char === '<' || char === '>') continue
    if (out.length + char.length > max) break
    out += char
  }
  return out.trim()
}

/** Digits only, at most ten of them; undefined for anything else (signs, blanks inside, lists). */
export function readUnsigned(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 10) return undefined
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

/** 'a, B;x, c' → ['a', 'b', 'c']: option tags and the like, lower case, parameters dropped. */
export function readTokens(text: string | undefined, separator = ','): string[] {
  if (text === undefined) return []
  const tokens: string[] = []
  for (const part of text.split(separator, maxListEntries)) {
    const end = part.indexOf(';')
    const token = (end < 0 ? part : part.slice(0, end)).trim().toLowerCase()
    if (token !== '') tokens.push(token)
  }
  return tokens
}

/** Splits a header list at commas outside quotes and angle brackets. */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let start = 0
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length && parts.length < maxListEntries; i++) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code === 92) i++ // backslash: the next character is literal
      else if (code === 34) quoted = false
    } else if (code === 34) quoted = true
    else if (code === 60) depth = 1
    else if (code === 62) depth = 0
    else if (code === 44 && depth === 0) {
      pushTrimmed(parts, text, start, i)
      start = i + 1
    }
  }
  if (parts.length < maxListEntries) pushTrimmed(parts, text, start, text.length)
  return parts
}

function pushTrimmed(parts: string[], text: string, start: number, end: number): void {
  const part = text.slice(start, end).trim()
  if (part !== '') parts.push(part)
}

/** Reads one name-addr or addr-spec. Undefined when no URI can be found in it. */
export function readAddress(text: string | undefined): AddressText | undefined {
  if (text === undefined) return undefined
  let at = 0
  let name = ''
  if (text.charCodeAt(0) === 34) {
    const end = closingQuote(text, 0)
    if (end < 0) return undefined
    name = text.slice(1, end)
    at = end + 1
  }
  const open = text.indexOf('<', at)
  if (open < 0) return name === '' ? bareAddress(text) : undefined
  const close = text.indexOf('>', open)
  if (close < 0) return undefined
  if (name === '') name = text.slice(at, open)
  const uri = text.slice(open + 1, close).trim()
  if (uri === '') return undefined
  return { name: cleanName(name, 64), uri, params: readParams(text, close + 1) }
}

/** addr-spec without brackets: parameters belong to the header (RFC 3261 §20). */
function bareAddress(text: string): AddressText | undefined {
  const end = text.indexOf(';')
  const uri = (end < 0 ? text : text.slice(0, end)).trim()
  if (uri === '' || uri.includes(' ')) return undefined
  return { name: '', uri, params: end < 0 ? noParams : readParams(text, end) }
}

const noParams: ReadonlyMap<string, string> = new Map()

/** ';a=b;c="d;e"' from `at` on. Rubbish between is skipped. */
export function readParams(text: string, at: number): ReadonlyMap<string, string> {
  let i = text.indexOf(';', at)
  if (i < 0) return noParams
  const params = new Map<string, string>()
  while (i >= 0 && i < text.length && params.size < maxListEntries) {
    const end = paramEnd(text, i + 1)
    const equals = text.indexOf('=', i + 1)
    const hasValue = equals >= 0 && equals < end
    const name = text.slice(i + 1, hasValue ? equals : end).trim().toLowerCase()
    let value = hasValue ? text.slice(equals + 1, end).trim() : ''
    if (value.startsWith('"') && value.endsWith('"')) value = value.slice(1, -1)
    if (name !== '' && !params.has(name)) params.set(name, value)
    i = end < text.length ? end : -1
  }
  return params
}

function paramEnd(text: string, from: number): number {
  let quoted = false
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (quoted && code === 92) i++
    else if (!quoted && code === 59) return i
  }
  return text.length
}

function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i
  }
  return -1
}

/** Reads scheme, user and host of a URI; schemes in any letter case (RFC 3261 §19.1.4). */
export function readUri(text: string): UriText | undefined {
  const colon = text.indexOf(':')
  if (colon < 3 || colon > 4) return undefined
  const scheme = text.slice(0, colon).toLowerCase()
  if (scheme === 'tel') {
    return { scheme, user: decode(text.slice(colon + 1, userEnd(text, colon + 1))), host: '' }
  }
  if (scheme !== 'sip' && scheme !== 'sips') return undefined
  const query = text.indexOf('?', colon)
  const at = text.lastIndexOf('@', query < 0 ? text.length : query)
  const start = at < 0 ? colon + 1 : at + 1
  const user = at < 0 ? '' : text.slice(colon + 1, Math.min(at, userEnd(text, colon + 1)))
  const host = text.slice(start, hostEnd(text, start)).toLowerCase()
  if (host === '' || host.includes(' ')) return undefined
  return { scheme, user: decode(user), host }
}

/** Where the user part stops: at a password, parameters or the host. */
function userEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 58 || code === 59 || code === 63 || code === 64) return i // : ; ? @
  }
  return text.length
}

function hostEnd(text: string, from: number): number {
  if (text.charCodeAt(from) === 91) { // [IPv6]
    const close = text.indexOf(']', from)
    return close < 0 ? text.length : close + 1
  }
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 58 || code === 59 || code === 62 || code === 63) return i // : ; > ?
  }
  return text.length
}

function decode(user: string): string {
  if (!user.includes('%')) return user
  try {
    return cleanText(decodeURIComponent(user))
  } catch {
    return user // a stray percent sign: take it as written
  }
}
