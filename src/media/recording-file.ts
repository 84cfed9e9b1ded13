/**
 * A RIFF/WAVE file that is being recorded: 16-bit samples at 8 kHz, appended half a second at a
 * time, so that a killed process loses no more than that. The header's sizes are right once the
 * file is closed; until then its name stands in a list beside the recordings, and
 * `repairRecordings` puts right at the next start what was left open.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { sampleRate } from '../rtp/codec.ts'
import { encodeWav } from '../rtp/wav-samples.ts'
import { formatWavHeader, readWavHeader, repairWav, wavMs } from '../rtp/wav.ts'
import type { WavFormat } from '../rtp/wav.ts'

/** What may be lost with the process. */
const flushMs = 500
const headOctets = 44
/** Names of files that are open, a line each: `+path` when opened, `-path` when closed. */
const openListName = '.open-recordings'
/** The list is begun anew when it has grown to this and nothing is open. */
const maxListOctets = 1024 * 1024

/** The list of files that are open, kept in one folder. */
export class OpenList {
  readonly #path: string
  #open = 0
  #octets = 0

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#path = join(folder, openListName)
  }

  opened(path: string): void {
    this.#open++
    this.#append(`+${path}\n`)
  }

  closed(path: string): void {
    this.#open--
    if (this.#open === 0 && this.#octets > maxListOctets) {
      writeFileSync(this.#path, '')
      this.#octets = 0
    } else this.#append(`-${path}\n`)
  }

  #append(line: string): void {
    appendFileSync(this.#path, line)
    this.#octets += line.length
  }
}

export class RecordingFile {
  /** Samples of each channel that were taken. */
  samples = 0
  /** The disk did not take something; what was written before is kept. */
  hasFailed = false
  readonly #path: string
  readonly #list: OpenList
  readonly #descriptor: number
  readonly #format: WavFormat
  readonly #pending: Uint8Array
  #held = 0
  #octets: number

  private constructor(
    path: string,
    list: OpenList,
    descriptor: number,
    format: WavFormat,
    dataOctets: number,
  ) {
    this.#path = path
    this.#list = list
    this.#descriptor = descriptor
    this.#format = format
    this.#octets = headOctets + dataOctets
    this.#pending = new Uint8Array(((sampleRate * flushMs) / 1000) * 2 * format.channels)
    list.opened(path)
  }

  /**
   * Creates (or empties) a file with its folders; with `mustAppend` goes on behind what is there,
   * if that is of the same kind. Throws the system's error.
   */
  static open(path: string, channels: 1 | 2, list: OpenList, mustAppend = false): RecordingFile {
    mkdirSync(dirname(path), { recursive: true })
    const format: WavFormat = { encoding: 'pcm16', channels, sampleRate }
    if (mustAppend) {
      const appended = RecordingFile.#reopen(path, format, list)
      if (appended !== undefined) return appended
    }
    const descriptor = openSync(path, 'w')
    writeSync(descriptor, formatWavHeader(format, 0), 0, headOctets, 0)
    return new RecordingFile(path, list, descriptor, format, 0)
  }

  static #reopen(path: string, format: WavFormat, list: OpenList): RecordingFile | undefined {
    let descriptor: number
    try {
      descriptor = openSync(path, 'r+')
    } catch {
      return undefined
    }
    const info = readHead(descriptor)
    if (
      info !== undefined
      && info.encoding === 'pcm16'
      && info.channels === format.channels
      && info.dataOffset === headOctets
    ) {
      ftruncateSync(descriptor, headOctets + info.dataOctets)
      return new RecordingFile(path, list, descriptor, format, info.dataOctets)
    }
    closeSync(descriptor)
    return undefined
  }

  /** Samples of all channels in turn. */
  write(samples: Int16Array): void {
    if (this.hasFailed) return
    this.samples += samples.length / this.#format.channels
    this.#held += encodeWav('pcm16', samples, samples.length, this.#pending, this.#held)
    if (this.#held + samples.length * 2 > this.#pending.length) this.#flush()
  }

  /** Completes the file; returns its octets. */
  close(): number {
    this.#flush()
    try {
      writeSync(
        this.#descriptor,
        formatWavHeader(this.#format, this.#octets - headOctets),
        0,
        headOctets,
        0,
      )
      closeSync(this.#descriptor)
      this.#list.closed(this.#path)
    } catch {
      this.hasFailed = true
    }
    return this.#octets
  }

  /** Written at once: it goes to the page cache, which outlives the process. */
  #flush(): void {
    if (this.#held === 0) return
    try {
      this.#octets += writeSync(this.#descriptor, this.#pending, 0, this.#held, this.#octets)
    } catch {
      this.hasFailed = true
    }
    this.#held = 0
  }
}

/** A recording that was found unfinished. */
export interface RepairedRecording {
  readonly path: string
  readonly ms: number
}

/**
 * Gives the files that a killed process left open in `folder`'s list the headers they should have.
 * Call it before anything is recorded; returns what was found, in the order in which it was begun.
 */
export function repairRecordings(folder: string): RepairedRecording[] {
  const listPath = join(folder, openListName)
  const open = new Set<string>()
  let hasLines = false
  for (const line of readLines(listPath)) {
    hasLines = true
    if (line.startsWith('+')) open.add(line.slice(1))
    else open.delete(line.slice(1))
  }
  const repaired: RepairedRecording[] = []
  for (const path of open) {
    const ms = repairFile(path)
    if (ms !== undefined) repaired.push({ path, ms })
  }
  if (hasLines) writeFileSync(listPath, '')
  return repaired
}

function repairFile(path: string): number | undefined {
  try {
    const descriptor = openSync(path, 'r+')
    try {
      const head = new Uint8Array(headOctets)
      readSync(descriptor, head, 0, headOctets, 0)
      const header = repairWav(head, fstatSync(descriptor).size)
      writeSync(descriptor, header, 0, header.length, 0)
      return wavMs(readWavHeader(header, fstatSync(descriptor).size))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // Deleted meanwhile, or killed before its header was written: there is nothing to be heard.
    return undefined
  }
}

function readHead(descriptor: number): ReturnType<typeof readWavHeader> | undefined {
  const head = new Uint8Array(headOctets)
  readSync(descriptor, head, 0, headOctets, 0)
  try {
    return readWavHeader(head, fstatSync(descriptor).size)
  } catch {
    return undefined
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')
  } catch {
    return []
  }
}
