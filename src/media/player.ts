/**
 * Plays a list of sources one after the other with a pause between them, as the `playback`
 * application does and `play_and_get_digits` for its prompts, and reports what has been played in
 * the channel's variables and events.
 */
import { frameSamples, sampleRate } from '../rtp/codec.ts'
import type { Octets } from '../esl/frame.ts'
import type { AudioSource } from './audio-source.ts'
import { openSource } from './audio-source.ts'
import type { Folders } from './folders.ts'

/** What the player tells and remembers: its channel. */
export interface PlayerChannel {
  readonly folders: Folders
  getVariable(name: string): string | undefined
  setVariable(name: string, value: string): void
  /** Fires an event of the channel with its variables. */
  fire(name: string, headers: readonly (readonly [string, string])[]): void
}

/**
 * Length is told in blocks of so many samples when a play is cut short: what had been read ahead.
 */
const blockSamples = 16_384
/** Pause between two elements, unless the variable `playback_sleep_val` says otherwise. */
const pauseMs = 250
/** Elements of one list. */
const maxElements = 100

export class Player {
  readonly #channel: PlayerChannel
  readonly #names: readonly Octets[]
  readonly #pauseTicks: number
  readonly #limitSamples: number
  #next = 0
  #source: AudioSource | undefined
  /** Samples of the present element that were played. */
  #played = 0
  /** Samples played over all elements, seek included. */
  #position = 0
  /** Samples played over all elements without what was skipped. */
  #total = 0
  #pauseLeft = 0
  #hasPlayed = false

  /**
   * `names` as given, each with an optional `@@OFFSET` in samples. `limitSeconds` 0 = none,
   * `pause` in ms between elements. Opens the first source at once.
   */
  constructor(
    channel: PlayerChannel,
    names: readonly Octets[],
    limitSeconds = 0,
    pause = Number(channel.getVariable('playback_sleep_val') ?? pauseMs),
  ) {
    this.#channel = channel
    this.#names = names.slice(0, maxElements)
    const samples = (pause >= 0 && pause <= 60_000 ? pause : pauseMs) * sampleRate / 1000
    this.#pauseTicks = Math.ceil(samples / frameSamples)
    this.#limitSamples = limitSeconds > 0 ? limitSeconds * sampleRate : Infinity
    this.#advance()
  }

  /** Nothing of the list could be opened. */
  get isMissing(): boolean {
    return this.isDone && !this.#hasPlayed
  }

  get isDone(): boolean {
    return this.#source === undefined && this.#next >= this.#names.length
  }

  /** The time limit has been reached; the player has to be stopped. */
  get isOverLimit(): boolean {
    return this.#total >= this.#limitSamples
  }

  /** Fills a frame with what is to be heard now. */
  tick(into: Int16Array): void {
    if (this.#source === undefined) {
      into.fill(0)
      if (--this.#pauseLeft <= 0) this.#advance()
      return
    }
    const samples = this.#source.read(into)
    this.#played += samples
    this.#position += samples
    this.#total += samples
    if (!this.#source.isDone) return
    this.#finish('done')
    if (!this.#mustPause()) this.#advance()
  }

  /** Ends what is being played. */
  stop(status: 'done' | 'break'): void {
    this.#next = this.#names.length
    if (this.#source !== undefined) this.#finish(status)
  }

  /** Opens the next element; a missing one is left out, the pause after it is not. */
  #advance(): void {
    while (this.#source === undefined && this.#next < this.#names.length) {
      this.#open(this.#names[this.#next++] ?? '')
      if (this.#source === undefined && this.#mustPause()) return
    }
  }

  #mustPause(): boolean {
    if (this.#next >= this.#names.length || this.#pauseTicks === 0) return false
    this.#pauseLeft = this.#pauseTicks
    return true
  }

  #open(given: Octets): void {
    const at = given.lastIndexOf('@@')
    const offset = at < 0 ? 0 : Number(given.slice(at + 2))
    const source = openSource(at < 0 ? given : given.slice(0, at), this.#channel.folders)
    if (source === undefined) return
    this.#source = source
    this.#played = 0
    if (Number.isInteger(offset) && offset > 0) {
      source.skip(offset)
      this.#position += offset
    }
    this.#hasPlayed = true
    this.#channel.fire('PLAYBACK_START', headersOf(source))
    if (source.isDone) this.#finish('done')
  }

  #finish(status: 'done' | 'break'): void {
    const source = this.#source
    if (source === undefined) return
    this.#source = undefined
    const isWhole = source.isDone
    source.close()
    const samples = isWhole ? this.#played : Math.ceil(this.#played / blockSamples) * blockSamples
    const channel = this.#channel
    channel.setVariable('playback_last_offset_pos', String(this.#position))
    channel.setVariable('playback_seconds', String(Math.floor(samples / sampleRate)))
    channel.setVariable('playback_ms', String(Math.floor(samples * 1000 / sampleRate)))
    channel.setVariable('playback_samples', String(samples))
    channel.fire('PLAYBACK_STOP', [...headersOf(source), ['Playback-Status', status]])
  }
}

function headersOf(source: AudioSource): [string, string][] {
  return source.streamType === ''
    ? [['Playback-File-Path', source.path]]
    : [['Playback-File-Type', source.streamType], ['Playback-File-Path', source.path]]
}
