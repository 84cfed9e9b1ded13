/**
 * What can be played: `silence_stream://MS[,NOISE]`, `tone_stream://%(ON,OFF,F1[,F2])[;loops=N]`,
 * and files. A source gives 8 kHz samples in order and knows where it is. When to play what is the
 * player's business.
 */
import type { Octets } from '../esl/frame.ts'
import { sampleRate } from '../rtp/codec.ts'
import { ComfortNoise } from '../rtp/comfort-noise.ts'
import { parseToneScript } from '../rtp/tone-script.ts'
import { ToneGenerator } from '../rtp/tone.ts'
import type { Tone } from '../rtp/tone.ts'
import { openFileSource } from './file-source.ts'
import type { Folders } from './folders.ts'

export interface AudioSource {
  /** As told in PLAYBACK events: the full path, or the stream as given. */
  readonly path: Octets
  /** `tone_stream` and the like; '' for a file. */
  readonly streamType: string
  /** Nothing is left: told with the last samples, not after them. */
  readonly isDone: boolean
  /** Fills `into` and returns how many samples are the source's; the rest is silence. */
  read(into: Int16Array): number
  /** Leaves out so many samples at the start. */
  skip(samples: number): void
  close(): void
}

/** The longest stream that is no endless one, ms: a day. */
const maxStreamMs = 86_400_000

/** Opens what `name` stands for; undefined when there is no such thing, as the field calls it. */
export function openSource(name: Octets, folders: Folders): AudioSource | undefined {
  const scheme = name.indexOf('://')
  if (scheme < 0) return openFileSource(name, folders)
  const type = name.slice(0, scheme)
  const rest = name.slice(scheme + 3)
  if (type === 'silence_stream') return openSilence(name, rest)
  if (type === 'tone_stream') {
    const tone = parseToneScript(rest)
    return tone === undefined ? undefined : new ToneSource(name, tone)
  }
  return type === 'file' ? openFileSource(rest, folders) : undefined
}

function openSilence(name: Octets, rest: string): AudioSource | undefined {
  const [length = '', noise] = rest.split(',')
  const ms = Number(length)
  if (!Number.isInteger(ms) || length === '' || ms < -1 || ms > maxStreamMs) return undefined
  return new SilenceSource(
    name,
    ms < 0 ? Infinity : Math.round((ms * sampleRate) / 1000),
    Number(noise ?? '0') > 0,
  )
}

class SilenceSource implements AudioSource {
  readonly path: Octets
  readonly streamType = 'silence_stream'
  readonly #noise: ComfortNoise | undefined
  #left: number

  constructor(path: Octets, samples: number, isNoisy: boolean) {
    this.path = path
    this.#left = samples
    this.#noise = isNoisy ? new ComfortNoise() : undefined
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  read(into: Int16Array): number {
    const samples = Math.min(this.#left, into.length)
    this.#left -= samples
    if (this.#noise === undefined) into.fill(0)
    else this.#noise.generate(into)
    return samples
  }

  skip(samples: number): void {
    this.#left = Math.max(0, this.#left - samples)
  }

  close(): void {}
}

class ToneSource implements AudioSource {
  readonly path: Octets
  readonly streamType = 'tone_stream'
  readonly #generator: ToneGenerator

  constructor(path: Octets, tone: Tone) {
    this.path = path
    this.#generator = new ToneGenerator(tone)
  }

  get isDone(): boolean {
    return this.#generator.isDone
  }

  read(into: Int16Array): number {
    return this.#generator.generate(into)
  }

  skip(samples: number): void {
    const waste = new Int16Array(sampleRate)
    for (
      let left = Math.min(samples, maxStreamMs * 8);
      left > 0 && !this.isDone;
      left -= waste.length
    ) {
      this.read(left < waste.length ? waste.subarray(0, left) : waste)
    }
  }

  close(): void {}
}
