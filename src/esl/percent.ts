/**
 * Percent-encoding of header values in plain events, dumps and channel data. The client library
 * runs `decodeURIComponent` on any value with a `%` and does not catch what that throws: a `%` must
 * never go out bare.
 */
import type { Octets } from './frame.ts'

/**
 * What stays as it is besides letters and digits: what the media servers in the field leave alone.
 */
const untouched = new Set("/,.-_~()'*!")
const encoded: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet)
  if (/[A-Za-z0-9]/.test(character) || untouched.has(character)) return character
  return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
})

/** Each octet that is not a letter, a digit or one of `/,.-_~()'*!` as %XX. */
export function percentEncode(text: Octets): Octets {
  for (let i = 0; i < text.length; i++) {
    if (encoded[text.charCodeAt(i)] !== text[i]) return encodeFrom(text, i)
  }
  return text
}

function encodeFrom(text: Octets, start: number): Octets {
  let result = text.slice(0, start)
  // A character beyond 255 is not an octet: it cannot come from the wire, and must not break it.
  for (let i = start; i < text.length; i++) result += encoded[text.charCodeAt(i)] ?? '%3F'
  return result
}

/** The octets of a value; a malformed escape stays as it is. */
export function percentDecode(text: Octets): Octets {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
