/**
 * A RIFF/WAVE file as something to play: opened and begun at once, then read ahead block by block
 * in the background, brought to 8 kHz mono. A disk that does not keep up is heard as silence and
 * never holds up other calls.
 */
import { Buffer } from 'node:buffer'
import { close, closeSync, fstatSync, openSync, read, readSync } from 'node:fs'
import type { Octets } from '../esl/frame.ts'
import { sampleRate } from '../rtp/codec.ts'
import { isResampleRate, Resampler } from '../rtp/resample.ts'
import { decodeWav } from '../rtp/wav-samples.ts'
import { readWavHeader, WavError, wavHeadOctets } from '../rtp/wav.ts'
import type { WavInfo } from '../rtp/wav.ts'
import type { AudioSource } from './audio-source.ts'
import type { Folders } from './folders.ts'

/** Frames of the file in a block: a second at 8 kHz. */
const blockFrames = 8000
/** Most headers end within this. */
const usualHeadOctets = 4096

/** Opens a file; undefined when there is none, or none that can be played. */
export function openFileSource(name: Octets, folders: Folders): AudioSource | undefined {
  const path = folders.soundPath(name)
  if (path === undefined || !/\.wave?$/i.test(path)) return undefined
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const info = readInfo(descriptor)
    if (info !== undefined) {
      return new FileSource(Buffer.from(path, 'utf8').toString('latin1'), descriptor, info)
    }
  } catch {
    // A folder, or a file that cannot be read: as good as missing.
  }
  closeSync(descriptor)
  return undefined
}

function readInfo(descriptor: number): WavInfo | undefined {
  const { size } = fstatSync(descriptor)
  for (const octets of [usualHeadOctets, wavHeadOctets]) {
    const head = new Uint8Array(Math.min(octets, size))
    const count = readSync(descriptor, head, 0, head.length, 0)
    try {
      const info = readWavHeader(head.subarray(0, count), size)
      return info.sampleRate === sampleRate || isResampleRate(info.sampleRate) ? info : undefined
    } catch (error) {
      if (!(error instanceof WavError)) throw error
      if (error.code !== 'wav_no_data' || size <= octets) return undefined
    }
  }
  return undefined
}

class FileSource implements AudioSource {
  readonly path: Octets
  readonly streamType = ''
  readonly #descriptor: number
  readonly #info: WavInfo
  readonly #resampler: Resampler | undefined
  readonly #block: Uint8Array
  readonly #decoded = new Int16Array(blockFrames)
  readonly #ready: Int16Array
  #readyAt = 0
  #readyEnd = 0
  /** Octets of the data chunk that were asked for. */
  #asked = 0
  /** Octets in `#block` that were not decoded yet. */
  #held = 0
  #hasBegun = false
  #isReading = false
  #isClosed = false

  constructor(path: Octets, descriptor: number, info: WavInfo) {
    this.path = path
    this.#descriptor = descriptor
    this.#info = info
    this.#resampler = info.sampleRate === sampleRate ? undefined : new Resampler(info.sampleRate)
    this.#block = new Uint8Array(blockFrames * info.frameOctets)
    this.#ready = new Int16Array(this.#resampler?.outputOf(blockFrames) ?? blockFrames)
  }

  get isDone(): boolean {
    return (
      this.#readyAt === this.#readyEnd
      && !this.#isReading
      && this.#held === 0
      && this.#asked >= this.#info.dataOctets
    )
  }

  read(into: Int16Array): number {
    if (!this.#hasBegun) this.#begin()
    let filled = 0
    while (filled < into.length) {
      if (this.#readyAt === this.#readyEnd && !this.#decode()) break
      const count = Math.min(into.length - filled, this.#readyEnd - this.#readyAt)
      into.set(this.#ready.subarray(this.#readyAt, this.#readyAt + count), filled)
      this.#readyAt += count
      filled += count
    }
    into.fill(0, filled)
    return filled
  }

  /** Before the first read only. */
  skip(samples: number): void {
    const frames = Math.floor(samples * this.#info.sampleRate / sampleRate)
    this.#asked = Math.min(this.#info.dataOctets, frames * this.#info.frameOctets)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (!this.#isReading) close(this.#descriptor, () => {})
  }

  /** The first block is read while everybody waits: it is in the page cache or next to it. */
  #begin(): void {
    this.#hasBegun = true
    const wanted = Math.min(this.#block.length, this.#info.dataOctets - this.#asked)
    this.#held =
      wanted <= 0
        ? 0
        : readSync(this.#descriptor, this.#block, 0, wanted, this.#info.dataOffset + this.#asked)
    this.#asked += Math.max(0, wanted)
    this.#decode()
  }

  /**
   * Makes samples of the block held and asks for the next one; false when there is none yet, or
   * ever.
   */
  #decode(): boolean {
    if (this.#held === 0) return false
    const frames = decodeWav(this.#info, this.#block, this.#decoded, this.#held)
    this.#held = 0
    if (this.#resampler === undefined) {
      this.#ready.set(this.#decoded.subarray(0, frames))
      this.#readyEnd = frames
    } else this.#readyEnd = this.#resampler.process(this.#decoded, frames, this.#ready)
    this.#readyAt = 0
    this.#readAhead()
    return this.#readyEnd > 0
  }

  #readAhead(): void {
    const wanted = Math.min(this.#block.length, this.#info.dataOctets - this.#asked)
    if (wanted <= 0) return
    const position = this.#info.dataOffset + this.#asked
    this.#asked += wanted
    this.#isReading = true
    read(this.#descriptor, this.#block, 0, wanted, position, (error, count) => {
      this.#isReading = false
      if (this.#isClosed) close(this.#descriptor, () => {})
      else if (error !== null || count === 0) this.#asked = this.#info.dataOctets
      else this.#held = count
    })
  }
}
