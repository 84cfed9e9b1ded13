/**
 * Character classes of RFC 3261 §25.1 as one table of bits, so that a scan costs one load and one
 * test per octet. It knows no header and no structure.
 */
import type { Octets } from './events.ts'

export const htab = 0x09
export const lf = 0x0a
export const cr = 0x0d
export const space = 0x20
export const quote = 0x22
export const percent = 0x25
export const comma = 0x2c
export const slash = 0x2f
export const colon = 0x3a
export const semicolon = 0x3b
export const lessThan = 0x3c
export const equalsSign = 0x3d
export const greaterThan = 0x3e
export const questionMark = 0x3f
export const bracketOpen = 0x5b
export const backslash = 0x5c
export const bracketClose = 0x5d

/** token: letters, digits and `-.!%*_+`'~`. */
export const tokenClass = 1
/** What may stand in a parameter's unquoted value: the visible octets, UTF-8, no separators. */
export const valueClass = 2
/** Host names; the underscore is not in the grammar but in many names of inner networks. */
export const hostClass = 4
/** An IPv6 address with dotted IPv4 tail. */
export const ipv6Class = 8
/** User part of a SIP URI: unreserved, `&=+$,;?/`, `%`; leniently `#` (dial codes) and UTF-8. */
export const userClass = 16
/** Parameters and headers of a SIP URI: unreserved, `[]/:&+$?=`, `%`, UTF-8. */
export const uriClass = 32
export const digitClass = 64
/** Space and tab. */
export const blankClass = 128

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digits = '0123456789'
const unreserved = letters + digits + "-_.!~*'()"

/** Bits of each octet. */
const classes = new Uint8Array(256)

function mark(characters: string, bit: number): void {
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i)
    classes[code] = (classes[code] ?? 0) | bit
  }
}

function markRange(first: number, last: number, bit: number): void {
  for (let code = first; code <= last; code++) classes[code] = (classes[code] ?? 0) | bit
}

mark(`${letters}${digits}-.!%*_+\`'~`, tokenClass)
markRange(0x21, 0x7e, valueClass)
for (const separator of '",;<>') classes[separator.charCodeAt(0)] = 0
mark(`${letters}${digits}-._`, hostClass)
mark('0123456789abcdefABCDEF:.', ipv6Class)
mark(`${unreserved}&=+$,;?/%#`, userClass)
mark(`${unreserved}[]/:&+$?=%`, uriClass)
mark(digits, digitClass)
mark(' \t', blankClass)
markRange(0x80, 0xff, valueClass | userClass | uriClass)

/** Has the octet `code` one of the classes `bits`? False for NaN, that is, past the end. */
export function isIn(code: number, bits: number): boolean {
  return ((classes[code] ?? 0) & bits) !== 0
}

/** First position in `start … end` whose octet is not in `bits`; `end` if there is none. */
export function skipClass(text: Octets, start: number, end: number, bits: number): number {
  let i = start
  while (i < end && ((classes[text.charCodeAt(i)] ?? 0) & bits) !== 0) i++
  return i
}

/** Position after the spaces and tabs at `start`. */
export function skipBlanks(text: Octets, start: number, end: number): number {
  let i = start
  while (i < end && isBlank(text.charCodeAt(i))) i++
  return i
}

/** Position after the last octet of `start … end` that is neither space nor tab. */
export function trimBlanks(text: Octets, start: number, end: number): number {
  let i = end
  while (i > start && isBlank(text.charCodeAt(i - 1))) i--
  return i
}

/** Space or tab. */
export function isBlank(code: number): boolean {
  return code === space || code === htab
}

/** A non-empty token (RFC 3261 §25.1). */
export function isToken(text: Octets): boolean {
  return text.length > 0 && skipClass(text, 0, text.length, tokenClass) === text.length
}

/** Is `text` from `start` to `end` the lower-case word `word`, but for letter case? */
export function isWord(text: Octets, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let i = 0; i < word.length; i++) {
    const code = text.charCodeAt(start + i)
    const wanted = word.charCodeAt(i)
    if (code !== wanted && lowerCase(code) !== wanted) return false
  }
  return true
}

/** A capital's small letter; ASCII only, RFC 3261 §7.3.1 knows no other case. */
export function lowerCase(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code
}

/** `text` with A–Z made small; octets of UTF-8 are left alone, unlike with `toLowerCase`. */
export function toLower(text: Octets): Octets {
  for (let i = 0; i < text.length; i++) {
    if (lowerCase(text.charCodeAt(i)) !== text.charCodeAt(i)) return lowered(text)
  }
  return text
}

function lowered(text: Octets): Octets {
  let result = ''
  for (let i = 0; i < text.length; i++) {
    result += String.fromCharCode(lowerCase(text.charCodeAt(i)))
  }
  return result
}

/**
 * Position after the closing quote of the quoted string that opens at `start`, or -1 when it never
 * closes before `end` (RFC 3261 §25.1 quoted-string, with quoted-pairs).
 */
export function skipQuoted(text: Octets, start: number, end: number): number {
  let i = start + 1
  while (i < end) {
    const code = text.charCodeAt(i)
    if (code === quote) return i + 1
    i += code === backslash ? 2 : 1
  }
  return -1
}

/**
 * Value of the decimal digits in `start … end`, or -1 if there are none, something else is among
 * them, or the value exceeds `max` (below 2^53). Leading zeros are fine (RFC 4475 §3.1.1.1).
 */
export function decimal(text: Octets, start: number, end: number, max: number): number {
  if (start >= end) return -1
  let value = 0
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
    if (value > max) return -1
  }
  return value
}
