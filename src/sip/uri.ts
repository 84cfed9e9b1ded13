/**
 * SIP, SIPS and tel URIs: read, print, compare (RFC 3261 §19.1, RFC 3966). Escapes stay as they
 * are written; only a comparison looks through them. Other schemes are refused with 416. It does
 * not resolve hosts.
 */
import type { Octets } from './events.ts'
import {
  bracketClose, bracketOpen, colon, decimal, hostClass, ipv6Class, isWord, percent,
  questionMark, semicolon, skipClass, toLower, tokenClass, uriClass, userClass
} from './characters.ts'
import { SipParseError } from './errors.ts'
import type { Parameters } from './parameters.ts'
import { formatParameters } from './parameters.ts'

/** A URI taken apart. In a tel URI `user` is the number and `host` is ''. */
export interface Uri {
  readonly scheme: 'sip' | 'sips' | 'tel'
  /** As written, escapes included; undefined when the URI has none. */
  readonly user: Octets | undefined
  readonly password: Octets | undefined
  /** Name or address; IPv6 without its brackets. */
  readonly host: string
  readonly port: number | undefined
  /** By lower-case name; undefined for one without `=`. Escapes are kept. */
  readonly params: Parameters
  /** What follows `?`, as written, '' if nothing. */
  readonly headers: Octets
}

const noParameters: Parameters = new Map()

/**
 * Reads a URI without angle brackets. Throws SipParseError: 416 for an unknown scheme
 * (RFC 3261 §8.2.2.1), 400 for a malformed URI of a known one. Lenient in the user part: `#` and
 * octets of UTF-8 may stand there unescaped.
 */
export function parseUri(text: Octets): Uri {
  const schemeEnd = text.indexOf(':')
  if (schemeEnd < 1) throw new SipParseError(400, 'Malformed URI', 0)
  if (isWord(text, 0, schemeEnd, 'sip')) return parseSipUri(text, 'sip', 4)
  if (isWord(text, 0, schemeEnd, 'sips')) return parseSipUri(text, 'sips', 5)
  if (isWord(text, 0, schemeEnd, 'tel')) return parseTelUri(text)
  const isScheme = skipClass(text, 0, schemeEnd, tokenClass) === schemeEnd
  throw isScheme
    ? new SipParseError(416, 'Unsupported URI Scheme', 0)
    : new SipParseError(400, 'Malformed URI', 0)
}

/** The URI as text. */
export function formatUri(uri: Uri): Octets {
  const tail = formatParameters(uri.params) + (uri.headers === '' ? '' : `?${uri.headers}`)
  if (uri.scheme === 'tel') return `tel:${uri.user ?? ''}${tail}`
  const password = uri.password === undefined ? '' : `:${uri.password}`
  const user = uri.user === undefined ? '' : `${uri.user}${password}@`
  const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host
  const port = uri.port === undefined ? '' : `:${uri.port}`
  return `${uri.scheme}:${user}${host}${port}${tail}`
}

/**
 * Do two URIs mean the same (RFC 3261 §19.1.4, RFC 3966 §4)? An explicit default port or transport
 * differs from a missing one.
 */
export function equalUris(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme) return false
  if (a.scheme === 'tel') {
    return telDigits(a.user ?? '') === telDigits(b.user ?? '') && equalTelParameters(a, b)
  }
  return equalEscaped(a.user, b.user) && equalEscaped(a.password, b.password) &&
    toLower(a.host) === toLower(b.host) && a.port === b.port &&
    equalSipParameters(a.params, b.params) && equalHeaders(a.headers, b.headers)
}

/** Text with its `%hh` escapes undone; what is no escape stays. May hold any octet, even CR. */
export function unescapeUri(text: Octets): Octets {
  if (!text.includes('%')) return text
  let result = ''
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) === percent ? hexPair(text, i + 1) : -1
    if (code >= 0) i += 2
    result += code < 0 ? text.charAt(i) : String.fromCharCode(code)
  }
  return result
}

function parseSipUri(text: Octets, scheme: 'sip' | 'sips', start: number): Uri {
  const atSign = text.indexOf('@', start)
  let user: Octets | undefined
  let password: Octets | undefined
  if (atSign >= 0) {
    const userEnd = skipClass(text, start, atSign, userClass)
    if (userEnd === start) throw new SipParseError(400, 'Malformed URI', userEnd)
    user = text.slice(start, userEnd)
    if (userEnd < atSign) password = readPassword(text, userEnd, atSign)
    checkEscapes(text, start, atSign)
  }
  const hostStart = atSign < 0 ? start : atSign + 1
  const hostEnd = endOfHost(text, hostStart)
  const bracketed = text.charCodeAt(hostStart) === bracketOpen
  const host = bracketed ? text.slice(hostStart + 1, hostEnd - 1) : text.slice(hostStart, hostEnd)
  let position = hostEnd
  let port: number | undefined
  if (text.charCodeAt(position) === colon) {
    const portEnd = skipDigits(text, position + 1)
    port = decimal(text, position + 1, portEnd, 65535)
    if (port < 1) throw new SipParseError(400, 'Malformed URI', position)
    position = portEnd
  }
  const { params, end } = readUriParameters(text, position)
  return { scheme, user, password, host, port, params, headers: readUriHeaders(text, end) }
}

function readPassword(text: Octets, userEnd: number, end: number): Octets {
  const isWhole = text.charCodeAt(userEnd) === colon &&
    skipClass(text, userEnd + 1, end, userClass) === end
  if (!isWhole) throw new SipParseError(400, 'Malformed URI', userEnd)
  return text.slice(userEnd + 1, end)
}

/** Position behind the host at `start`; throws unless something is there. */
function endOfHost(text: Octets, start: number): number {
  if (text.charCodeAt(start) !== bracketOpen) {
    const end = skipClass(text, start, text.length, hostClass)
    if (end === start) throw new SipParseError(400, 'Malformed URI', start)
    return end
  }
  const end = skipClass(text, start + 1, text.length, ipv6Class)
  const isAddress = text.charCodeAt(end) === bracketClose && text.slice(start, end).includes(':')
  if (!isAddress) throw new SipParseError(400, 'Malformed URI', start)
  return end + 1
}

function skipDigits(text: Octets, start: number): number {
  let i = start
  while (text.charCodeAt(i) >= 0x30 && text.charCodeAt(i) <= 0x39) i++
  return i
}

function readUriParameters(text: Octets, start: number): { params: Parameters; end: number } {
  if (text.charCodeAt(start) !== semicolon) return { params: noParameters, end: start }
  const params = new Map<string, Octets | undefined>()
  let position = start
  while (text.charCodeAt(position) === semicolon) {
    const next = endOfParameter(text, position + 1)
    // A semicolon with nothing behind it is common in Contacts of NAT devices; it means nothing.
    if (next > position + 1) readUriParameter(text, position + 1, next, params)
    position = next
  }
  return { params, end: position }
}

function endOfParameter(text: Octets, start: number): number {
  let i = start
  while (i < text.length && text.charCodeAt(i) !== semicolon &&
    text.charCodeAt(i) !== questionMark) i++
  return i
}

function readUriParameter(
  text: Octets, start: number, end: number, params: Map<string, Octets | undefined>
): void {
  if (skipClass(text, start, end, uriClass | tokenClass) !== end) {
    throw new SipParseError(400, 'Malformed URI', start)
  }
  checkEscapes(text, start, end)
  const sign = text.indexOf('=', start)
  const hasValue = sign >= 0 && sign < end
  const name = toLower(text.slice(start, hasValue ? sign : end))
  if (name === '') throw new SipParseError(400, 'Malformed URI', start)
  if (!params.has(name)) params.set(name, hasValue ? text.slice(sign + 1, end) : undefined)
}

function readUriHeaders(text: Octets, start: number): Octets {
  if (start === text.length) return ''
  const isLegal = text.charCodeAt(start) === questionMark && start + 1 < text.length &&
    skipClass(text, start + 1, text.length, uriClass) === text.length
  // A second `@`, blanks, brackets and quotes all end here.
  if (!isLegal) throw new SipParseError(400, 'Malformed URI', start)
  checkEscapes(text, start, text.length)
  return text.slice(start + 1)
}

/** RFC 3261 §25.1 escaped: a percent sign and two hex digits. */
function checkEscapes(text: Octets, start: number, end: number): void {
  for (let i = text.indexOf('%', start); i >= 0 && i < end; i = text.indexOf('%', i + 1)) {
    if (i + 3 > end || hexPair(text, i + 1) < 0) throw new SipParseError(400, 'Malformed URI', i)
  }
}

function hexPair(text: Octets, start: number): number {
  const high = hexDigit(text.charCodeAt(start))
  const low = hexDigit(text.charCodeAt(start + 1))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function parseTelUri(text: Octets): Uri {
  const end = endOfParameter(text, 4)
  const number = text.slice(4, end)
  if (!isTelNumber(number)) throw new SipParseError(400, 'Malformed URI', 4)
  const { params, end: rest } = readUriParameters(text, end)
  if (rest < text.length) throw new SipParseError(400, 'Malformed URI', rest)
  return {
    scheme: 'tel', user: number, password: undefined, host: '', port: undefined, params, headers: ''
  }
}

/** RFC 3966 §3 global-number-digits or local-number-digits, at least one digit. */
function isTelNumber(number: Octets): boolean {
  return telDigits(number).length > (number.startsWith('+') ? 1 : 0) &&
    [...number].every((letter, i) => '0123456789abcdefABCDEF*#-.()'.includes(letter) ||
      (letter === '+' && i === 0))
}

/** The number without visual separators, in small letters (RFC 3966 §4, §5.1.1). */
function telDigits(number: Octets): string {
  let digits = ''
  for (const letter of toLower(number)) if (!'-.()'.includes(letter)) digits += letter
  return digits
}

function equalTelParameters(a: Uri, b: Uri): boolean {
  if (a.params.size !== b.params.size) return false
  for (const [name, value] of a.params) {
    if (!b.params.has(name)) return false
    const other = b.params.get(name)
    const isNumber = name === 'ext' || (name === 'phone-context' && (value ?? '').startsWith('+'))
    const simplify = isNumber ? telDigits : toLower
    if (simplify(value ?? '') !== simplify(other ?? '')) return false
  }
  return true
}

/** Escaped and plain forms of an octet are the same (RFC 3261 §19.1.4); case counts. */
function equalEscaped(a: Octets | undefined, b: Octets | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a === b || unescapeUri(a) === unescapeUri(b)
}

/**
 * Parameters that never match when only one URI has them. §19.1.4 names user, ttl, method and
 * maddr, and lists a URI with transport=udp as different from one without.
 */
const mustBeInBoth: readonly string[] = ['user', 'ttl', 'method', 'maddr', 'transport']

function equalSipParameters(a: Parameters, b: Parameters): boolean {
  for (const [name, value] of a) {
    if (!b.has(name)) continue
    const other = b.get(name)
    if (value === other) continue
    if (value === undefined || other === undefined) return false
    if (toLower(unescapeUri(value)) !== toLower(unescapeUri(other))) return false
  }
  return mustBeInBoth.every((name) => a.has(name) === b.has(name))
}

/** Header components count, whatever their order; names in any case. */
function equalHeaders(a: Octets, b: Octets): boolean {
  if (a === b) return true
  return sortedHeaders(a).join('&') === sortedHeaders(b).join('&')
}

function sortedHeaders(headers: Octets): string[] {
  return headers.split('&').map((header) => {
    const sign = header.indexOf('=')
    const name = sign < 0 ? header : header.slice(0, sign)
    return `${toLower(name)}=${sign < 0 ? '' : unescapeUri(header.slice(sign + 1))}`
  }).toSorted()
}
