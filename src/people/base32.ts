/**
 * Base32 (RFC 4648 §6) without padding, as authenticators take secrets. Pure.
 */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Octets as base32 text, 8 characters for 5 octets. */
export function encodeBase32(octets: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const octet of octets) {
    held = (held << 8) | octet
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(held >>> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + alphabet[(held << (5 - bits)) & 31]
}

/** The octets of base32 text in either case; undefined for any other sign. */
export function decodeBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const octets = new Uint8Array(Math.floor(text.length * 5 / 8))
  let bits = 0
  let held = 0
  let at = 0
  for (const sign of text.toUpperCase()) {
    const value = alphabet.indexOf(sign)
    if (value < 0) return undefined
    held = (held << 5) | value
    bits += 5
    if (bits < 8) continue
    bits -= 8
    octets[at++] = held >>> bits
    held &= (1 << bits) - 1
  }
  return octets
}
