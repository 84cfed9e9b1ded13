/**
 * ITU-T G.711 by tables: A-law and µ-law to and from 16-bit linear samples, bit for bit as the
 * reference of ITU-T G.191 has them. A-law keeps 13 bits of a sample and µ-law 14, so the tables of
 * encoding are indexed by just these. No packets, no concealment (codec.ts).
 */

/** Writes `samples.length` octets to `into` at `offset`; returns the octets written. */
export type Compress = (samples: Int16Array, into: Uint8Array, offset?: number) => number
/** Writes `octets` samples, read from `bytes` at `offset`, to the start of `into`; returns them. */
export type Expand =
  (bytes: Uint8Array, into: Int16Array, offset?: number, octets?: number) => number

const alawToLinear = Int16Array.from({ length: 256 }, (_, code) => expandAlaw(code))
const ulawToLinear = Int16Array.from({ length: 256 }, (_, code) => expandUlaw(code))
const linearToAlaw = Uint8Array.from({ length: 1 << 12 }, (_, index) => compressAlaw(index))
const linearToUlaw = Uint8Array.from({ length: 1 << 14 }, (_, index) => compressUlaw(index))

/** What a peer hears as nothing: A-law 0xd5 and µ-law 0xff are the smallest positive values. */
export const alawSilence = 0xd5
export const ulawSilence = 0xff

/** A-law. */
export const encodeAlaw: Compress = (samples, into, offset = 0) => {
  for (let index = 0; index < samples.length; index++) {
    into[offset + index] = linearToAlaw[(samples[index]! >> 4) & 0xfff]!
  }
  return samples.length
}

/** µ-law. */
export const encodeUlaw: Compress = (samples, into, offset = 0) => {
  for (let index = 0; index < samples.length; index++) {
    into[offset + index] = linearToUlaw[(samples[index]! >> 2) & 0x3fff]!
  }
  return samples.length
}

/** A-law. */
export const decodeAlaw: Expand = (bytes, into, offset = 0, octets = bytes.length - offset) => {
  for (let index = 0; index < octets; index++) into[index] = alawToLinear[bytes[offset + index]!]!
  return octets
}

/** µ-law. */
export const decodeUlaw: Expand = (bytes, into, offset = 0, octets = bytes.length - offset) => {
  for (let index = 0; index < octets; index++) into[index] = ulawToLinear[bytes[offset + index]!]!
  return octets
}

/**
 * G.711 table 1: sign, three bits of segment, four of mantissa, even bits inverted. Segments 0 and
 * 1 have steps of 16 (in 16 bits), each further one twice as much; a code stands for its step's
 * middle.
 */
function expandAlaw(code: number): number {
  const bits = code ^ 0x55
  const segment = (bits >> 4) & 7
  const mantissa = bits & 0x0f
  const magnitude = segment === 0
    ? (mantissa << 4) + 8
    : ((mantissa << 4) + 0x108) << (segment - 1)
  return (bits & 0x80) !== 0 ? magnitude : -magnitude
}

/**
 * G.711 table 2: all bits inverted, a bias of 33 (132 in 16 bits) makes every segment start at a
 * power of 2.
 */
function expandUlaw(code: number): number {
  const bits = ~code & 0xff
  const segment = (bits >> 4) & 7
  const magnitude = (((bits & 0x0f) << 3) + 0x84 << segment) - 0x84
  return (bits & 0x80) !== 0 ? -magnitude : magnitude
}

/**
 * `index` = the upper 12 bits of a sample. Negative ones are taken by one's complement, as G.191
 * does.
 */
function compressAlaw(index: number): number {
  const isNegative = index >= 0x800
  const magnitude = isNegative ? ~index & 0x7ff : index
  const segment = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude)
  const mantissa = segment < 2 ? magnitude & 0x0f : (magnitude >> (segment - 1)) & 0x0f
  return ((isNegative ? 0 : 0x80) | (segment << 4) | mantissa) ^ 0x55
}

/** `index` = the upper 14 bits of a sample. */
function compressUlaw(index: number): number {
  const isNegative = index >= 0x2000
  const magnitude = Math.min((isNegative ? ~index & 0x1fff : index) + 33, 0x1fff)
  const segment = 26 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (segment + 1)) & 0x0f
  return ~((isNegative ? 0x80 : 0) | (segment << 4) | mantissa) & 0xff
}
