/**
 * The header of RIFF/WAVE files: written first with sizes that are patched later, repaired after a
 * crash, and read as leniently as files of the field need (any order of chunks, unknown ones, wrong
 * sizes, a cut end: the file's own length decides). Bytes in, values out; files are the caller's,
 * samples are wav-samples.ts.
 */

/** How a sample is coded. */
export type WavEncoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'alaw' | 'ulaw'

/** What the samples are. */
export interface WavFormat {
  readonly encoding: WavEncoding
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
}

/** A header as read. */
export interface WavInfo extends WavFormat {
  /** Where the samples begin in the file. */
  readonly dataOffset: number
  /** Whole frames only, and never past the file's end. */
  readonly dataOctets: number
  /** Octets of one sample of every channel. */
  readonly frameOctets: number
  /** Samples of each channel. */
  readonly frames: number
}

/** Why a file is not taken. */
export type WavFault =
  /** No RIFF/WAVE at the start. */
  | 'wav_not_riff'
  /** There is no usable 'fmt ' chunk. */
  | 'wav_no_format'
  /** An encoding, a rate or a number of channels that we do not read. */
  | 'wav_unsupported'
  /** No 'data' chunk within the octets that were given; more may help, up to `wavHeadOctets`. */
  | 'wav_no_data'

/** A file that cannot be read as RIFF/WAVE. */
export class WavError extends Error {
  override readonly name = 'WavError'
  readonly code: WavFault

  constructor(code: WavFault, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * As much of a file's start as is worth reading for its header: pictures and texts may come before
 * the sound.
 */
export const wavHeadOctets = 64 * 1024

const sampleOctets: Readonly<Record<WavEncoding, number>> = {
  pcm8: 1, pcm16: 2, pcm24: 3, pcm32: 4, float32: 4, alaw: 1, ulaw: 1,
}
const formatTags: Readonly<Partial<Record<WavEncoding, number>>> = { float32: 3, alaw: 6, ulaw: 7 }
const pcmTag = 1
const pcmEncodings: ReadonlyMap<number, WavEncoding> = new Map([
  [8, 'pcm8'], [16, 'pcm16'], [24, 'pcm24'], [32, 'pcm32'],
])
/** The true tag is then in the first two octets of the sub-format. */
const extensibleTag = 0xfffe
const maxSize = 0xffff_ffff

/** Octets of one sample of every channel. */
export function wavFrameOctets(format: WavFormat): number {
  return sampleOctets[format.encoding] * format.channels
}

/** Octets of the header that we write: 44 for PCM, 58 for others, which need `fact`. */
export function wavHeaderOctets(format: WavFormat): number {
  return isPcm(format.encoding) ? 44 : 58
}

/**
 * The header for `dataOctets` octets of samples. A streaming writer writes it with 0, appends, and
 * writes it over again with the true number, at any time; a file beyond 4 GiB says the largest.
 * Samples of an odd number of octets must be followed by one of padding.
 */
export function formatWavHeader(format: WavFormat, dataOctets: number): Uint8Array {
  const header = new Uint8Array(wavHeaderOctets(format))
  const view = new DataView(header.buffer)
  const frameOctets = wavFrameOctets(format)
  const size = Math.min(dataOctets, maxSize - header.length - 1)
  writeTag(view, 0, 'RIFF')
  view.setUint32(4, header.length - 8 + size + (size & 1), true)
  writeTag(view, 8, 'WAVE')
  writeTag(view, 12, 'fmt ')
  view.setUint32(16, isPcm(format.encoding) ? 16 : 18, true)
  view.setUint16(20, formatTags[format.encoding] ?? pcmTag, true)
  view.setUint16(22, format.channels, true)
  view.setUint32(24, format.sampleRate, true)
  view.setUint32(28, format.sampleRate * frameOctets, true)
  view.setUint16(32, frameOctets, true)
  view.setUint16(34, sampleOctets[format.encoding] * 8, true)
  if (header.length === 58) {
    writeTag(view, 38, 'fact')
    view.setUint32(42, 4, true)
    view.setUint32(46, Math.floor(size / frameOctets), true)
  }
  writeTag(view, header.length - 8, 'data')
  view.setUint32(header.length - 4, size, true)
  return header
}

/**
 * Reads a header from the first octets of a file of `fileOctets`. A data size of 0, of all ones (a
 * writer that never came back) or past the end means: up to the end of the file. Throws WavError.
 */
export function readWavHeader(head: Uint8Array, fileOctets: number): WavInfo {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const riff = tagAt(view, 0)
  if ((riff !== 'RIFF' && riff !== 'RF64') || tagAt(view, 8) !== 'WAVE') {
    throw new WavError('wav_not_riff', 'not a RIFF/WAVE file')
  }
  let format: WavFormat | undefined
  let data: { offset: number, size: number } | undefined
  let at = 12
  while (at + 8 <= head.length) {
    const tag = tagAt(view, at)
    const size = view.getUint32(at + 4, true)
    if (tag === 'fmt ') format ??= readFormat(view, at + 8, size)
    if (tag === 'data') data ??= { offset: at + 8, size }
    if (format !== undefined && data !== undefined) return infoOf(format, data, fileOctets)
    at += 8 + size + (size & 1)
  }
  if (format === undefined) throw new WavError('wav_no_format', 'no format chunk')
  throw new WavError('wav_no_data', `no samples in the first ${head.length} octets`)
}

/**
 * The header of a file that a crash left with sizes too small, put right: from the file's first
 * octets and its present length. To be written over the start of the file; nothing may follow the
 * samples. Octets of an incomplete frame at the end are not counted. Throws WavError when the
 * header was not written.
 */
export function repairWav(head: Uint8Array, fileOctets: number): Uint8Array {
  const info = readWavHeader(head, fileOctets)
  const present = Math.min(Math.max(0, fileOctets - info.dataOffset), maxSize - info.dataOffset - 1)
  const frames = Math.floor(present / info.frameOctets)
  const size = frames * info.frameOctets
  const header = head.slice(0, info.dataOffset)
  const view = new DataView(header.buffer)
  view.setUint32(4, header.length - 8 + size + (size & 1), true)
  view.setUint32(header.length - 4, size, true)
  for (let at = 12; at + 12 <= header.length; at += 8 + view.getUint32(at + 4, true)) {
    if (tagAt(view, at) === 'fact') view.setUint32(at + 8, frames, true)
  }
  return header
}

/** Length in milliseconds. */
export function wavMs(info: WavInfo): number {
  return Math.round(info.frames * 1000 / info.sampleRate)
}

function infoOf(
  format: WavFormat, data: { offset: number, size: number }, fileOctets: number,
): WavInfo {
  const frameOctets = wavFrameOctets(format)
  const present = Math.max(0, fileOctets - data.offset)
  const claimed = data.size === 0 || data.size > present ? present : data.size
  const frames = Math.floor(claimed / frameOctets)
  const dataOctets = frames * frameOctets
  return { ...format, dataOffset: data.offset, dataOctets, frameOctets, frames }
}

function readFormat(view: DataView, at: number, size: number): WavFormat {
  if (size < 16 || at + 16 > view.byteLength) {
    throw new WavError('wav_no_format', 'the format chunk is cut')
  }
  let tag = view.getUint16(at, true)
  const channels = view.getUint16(at + 2, true)
  const rate = view.getUint32(at + 4, true)
  const bits = view.getUint16(at + 14, true)
  const isExtensible = tag === extensibleTag && size >= 26 && at + 26 <= view.byteLength
  if (isExtensible) tag = view.getUint16(at + 24, true)
  const encoding = encodingOf(tag, bits)
  if (encoding === undefined || channels < 1 || channels > 8 || rate < 1 || rate > 384_000) {
    const what = `format ${tag}, ${bits} bits, ${channels} channels, ${rate} Hz`
    throw new WavError('wav_unsupported', what)
  }
  return { encoding, channels, sampleRate: rate }
}

function encodingOf(tag: number, bits: number): WavEncoding | undefined {
  if (tag === 6 && bits === 8) return 'alaw'
  if (tag === 7 && bits === 8) return 'ulaw'
  if (tag === 3 && bits === 32) return 'float32'
  return tag === pcmTag ? pcmEncodings.get(bits) : undefined
}

function isPcm(encoding: WavEncoding): boolean {
  return formatTags[encoding] === undefined
}

function tagAt(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return ''
  let tag = ''
  for (let index = at; index < at + 4; index++) tag += String.fromCharCode(view.getUint8(index))
  return tag
}

function writeTag(view: DataView, at: number, tag: string): void {
  for (let index = 0; index < 4; index++) view.setUint8(at + index, tag.charCodeAt(index))
}
