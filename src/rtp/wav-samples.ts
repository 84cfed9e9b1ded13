/**
 * The samples of RIFF/WAVE files: any encoding that wav.ts reads to 16-bit mono, and 16-bit samples
 * to what we record. Pieces must be of whole frames; the caller reads and writes the file.
 */
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './g711.ts'
import type { WavEncoding, WavInfo } from './wav.ts'

/** Encodings that are recorded. */
export type RecordedEncoding = Extract<WavEncoding, 'alaw' | 'ulaw' | 'pcm16'>

/**
 * Decodes the whole frames in `octets` octets of `bytes` and writes their mono sum (the channels'
 * mean) to the start of `into`; returns the samples written. `into` needs octets / frameOctets.
 */
export function decodeWav(
  info: WavInfo, bytes: Uint8Array, into: Int16Array, octets: number = bytes.length,
): number {
  const { channels, frameOctets } = info
  const frames = Math.floor(octets / frameOctets)
  if (channels === 1 && info.encoding === 'alaw') return decodeAlaw(bytes, into, 0, frames)
  if (channels === 1 && info.encoding === 'ulaw') return decodeUlaw(bytes, into, 0, frames)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = readers[info.encoding]
  const size = frameOctets / channels
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0
    const at = frame * frameOctets
    for (let channel = 0; channel < channels; channel++) sum += read(view, at + channel * size)
    into[frame] = Math.round(sum / channels)
  }
  return frames
}

/** Codes `count` samples (all channels) to `into` at `offset`; returns the octets written. */
export function encodeWav(
  encoding: RecordedEncoding, samples: Int16Array, count: number, into: Uint8Array, offset = 0,
): number {
  const part = count === samples.length ? samples : samples.subarray(0, count)
  if (encoding === 'alaw') return encodeAlaw(part, into, offset)
  if (encoding === 'ulaw') return encodeUlaw(part, into, offset)
  for (let index = 0; index < count; index++) {
    into[offset + index * 2] = part[index]!
    into[offset + index * 2 + 1] = part[index]! >> 8
  }
  return count * 2
}

/** One sample as 16 bits; RIFF is little endian, and 8 bits are unsigned. */
const readers: Readonly<Record<WavEncoding, (view: DataView, at: number) => number>> = {
  pcm8: (view, at) => (view.getUint8(at) - 128) << 8,
  pcm16: (view, at) => view.getInt16(at, true),
  pcm24: (view, at) => view.getInt16(at + 1, true),
  pcm32: (view, at) => view.getInt16(at + 2, true),
  float32: (view, at) => {
    const value = view.getFloat32(at, true) * 32768
    return value > 32767 ? 32767 : value > -32768 ? value : value <= -32768 ? -32768 : 0
  },
  alaw: (view, at) => lawSample(decodeAlaw, view.getUint8(at)),
  ulaw: (view, at) => lawSample(decodeUlaw, view.getUint8(at)),
}

const oneOctet = new Uint8Array(1)
const oneSample = new Int16Array(1)

function lawSample(expand: typeof decodeAlaw, code: number): number {
  oneOctet[0] = code
  expand(oneOctet, oneSample)
  return oneSample[0]!
}
