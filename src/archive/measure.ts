/**
 * What a WAV file holds: its length and the waveform of each channel. The file is read in pieces,
 * so that four hours of speech neither fill the memory nor keep calls waiting. It may also be
 * mended first, when a crash left its header with sizes too small.
 */
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { readWavHeader, repairWav, wavHeadOctets, wavMs } from '../rtp/wav.ts'
import type { WavInfo } from '../rtp/wav.ts'
import { decodeWav } from '../rtp/wav-samples.ts'
import { waveformPoints } from '../store/waveform.ts'
import { pathIn } from './files.ts'

export interface Measured {
  readonly durationMs: number
  /** One waveform per channel; a stretch's largest amplitude, 0–255. */
  readonly peaks: readonly Uint8Array[]
}

/** Frames read at a time. */
const pieceFrames = 8192

/** Rejects with the file system's fault or WavError. */
export async function measureWav(path: string): Promise<Measured> {
  const handle = await open(path, 'r')
  try {
    const info = await headerOf(handle)
    return { durationMs: wavMs(info), peaks: await waveforms(handle, info) }
  } finally {
    await handle.close()
  }
}

/** The same for a file of the recordings folder. */
export function measureFile(folder: string, file: string): Promise<Measured> {
  return measureWav(pathIn(folder, file))
}

/** Writes the sizes of what is really there into the header. Rejects as `measureWav` does. */
export async function mendWav(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    const { head, size } = await headOf(handle)
    const header = repairWav(head, size)
    await handle.write(header, 0, header.length, 0)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

async function headerOf(handle: FileHandle): Promise<WavInfo> {
  const { head, size } = await headOf(handle)
  return readWavHeader(head, size)
}

async function headOf(handle: FileHandle): Promise<{ head: Uint8Array; size: number }> {
  const { size } = await handle.stat()
  const head = new Uint8Array(Math.min(size, wavHeadOctets))
  await handle.read(head, 0, head.length, 0)
  return { head, size }
}

async function waveforms(handle: FileHandle, info: WavInfo): Promise<readonly Uint8Array[]> {
  const { channels, frameOctets, frames } = info
  const points = Math.min(waveformPoints, Math.max(1, frames))
  const peaks = Array.from({ length: channels }, () => new Uint8Array(points))
  const piece = new Uint8Array(pieceFrames * frameOctets)
  const samples = new Int16Array(pieceFrames)
  const one: WavInfo = { ...info, channels: 1, frameOctets: frameOctets / channels }
  const single = new Uint8Array(pieceFrames * one.frameOctets)
  for (let done = 0; done < frames;) {
    const want = Math.min(pieceFrames, frames - done)
    const at = info.dataOffset + done * frameOctets
    const { bytesRead } = await handle.read(piece, 0, want * frameOctets, at)
    const got = Math.floor(bytesRead / frameOctets)
    if (got === 0) break
    for (let channel = 0; channel < channels; channel++) {
      const bytes = channels === 1 ? piece : pick(piece, single, one.frameOctets, channels, channel)
      decodeWav(one, bytes, samples, got * one.frameOctets)
      note(peaks[channel]!, samples, got, done, frames)
    }
    done += got
  }
  return peaks
}

/** The octets of one channel out of those of all. */
function pick(
  from: Uint8Array, into: Uint8Array, size: number, channels: number, channel: number,
): Uint8Array {
  const step = size * channels
  for (let to = 0, at = channel * size; to < into.length; to += size, at += step) {
    for (let octet = 0; octet < size; octet++) into[to + octet] = from[at + octet]!
  }
  return into
}

function note(
  peaks: Uint8Array, samples: Int16Array, count: number, begin: number, frames: number,
): void {
  const perFrame = peaks.length / frames
  for (let index = 0; index < count; index++) {
    const sample = samples[index]!
    const level = (sample < 0 ? -sample : sample) >> 7
    const point = Math.floor((begin + index) * perFrame)
    if (level > peaks[point]!) peaks[point] = level > 255 ? 255 : level
  }
}
