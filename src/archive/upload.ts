/**
 * Brings an uploaded WAV file to what media servers play: 8 kHz, one channel, 16 bits. Any usual
 * rate, number of channels and encoding is taken; what is too short or too long for its use is not.
 * The work is done in pieces, so that calls of the same process go on meanwhile.
 */
import { setImmediate } from 'node:timers/promises'
import { Resampler, isResampleRate } from '../rtp/resample.ts'
import { WavError, formatWavHeader, readWavHeader } from '../rtp/wav.ts'
import type { WavInfo } from '../rtp/wav.ts'
import { decodeWav, encodeWav } from '../rtp/wav-samples.ts'

/** Most octets of an uploaded file. */
export const maxUploadOctets = 5 * 1024 * 1024

export type UploadFault = 'notWav' | 'unsupported' | 'tooShort' | 'tooLong'

/** The file cannot be used; `why` is a stable code. */
export class UploadError extends Error {
  override readonly name = 'UploadError'
  readonly why: UploadFault

  constructor(why: UploadFault) {
    super(why)
    this.why = why
  }
}

export interface Converted {
  /** The file: header and samples. */
  readonly parts: readonly Uint8Array[]
  readonly durationMs: number
}

const rate = 8000
const shortestSeconds = 0.5
const pieceFrames = 16_384

/** Converts a whole file. Throws UploadError. */
export async function convertUpload(file: Uint8Array, longestSeconds: number): Promise<Converted> {
  const info = headerOf(file)
  const seconds = info.frames / info.sampleRate
  if (!isResampleRate(info.sampleRate)) throw new UploadError('unsupported')
  if (seconds < shortestSeconds) throw new UploadError('tooShort')
  if (seconds > longestSeconds) throw new UploadError('tooLong')
  const resampler = info.sampleRate === rate ? undefined : new Resampler(info.sampleRate)
  const samples = new Int16Array(pieceFrames)
  const resampled = resampler ? new Int16Array(resampler.outputOf(pieceFrames)) : samples
  const parts: Uint8Array[] = []
  let frames = 0
  for (let done = 0; done < info.frames; done += pieceFrames) {
    const count = Math.min(pieceFrames, info.frames - done)
    const at = info.dataOffset + done * info.frameOctets
    decodeWav(info, file.subarray(at, at + count * info.frameOctets), samples)
    const made = resampler ? resampler.process(samples, count, resampled) : count
    const octets = new Uint8Array(made * 2)
    encodeWav('pcm16', resampled, made, octets)
    parts.push(octets)
    frames += made
    await setImmediate()
  }
  const format = { encoding: 'pcm16', channels: 1, sampleRate: rate } as const
  return {
    parts: [formatWavHeader(format, frames * 2), ...parts],
    durationMs: Math.round((frames * 1000) / rate),
  }
}

function headerOf(file: Uint8Array): WavInfo {
  try {
    return readWavHeader(file, file.length)
  } catch (fault) {
    if (!(fault instanceof WavError)) throw fault
    throw new UploadError(fault.code === 'wav_unsupported' ? 'unsupported' : 'notWav')
  }
}
