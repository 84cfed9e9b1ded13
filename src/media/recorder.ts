/**
 * The application `record`: writes what the far end says into a file until a limit, a silence, a
 * digit or a break ends it. Nobody is listening meanwhile, so what comes may wait longer than in a
 * conversation: the file begins when its first frame has, and takes at its end what still waits.
 *
 *     said by the far end   |abcdefgh|
 *     waits                 ···abcdefgh       the file: abcdefgh, as long as the record ran
 *     record runs           |--------|
 */
import { frameSamples, sampleRate } from '../rtp/codec.ts'
import { meanAbsoluteOf } from '../rtp/level.ts'
import { recordingJitter } from '../rtp/wait.ts'
import type { Octets } from '../esl/frame.ts'
import type { Running, Tick } from './execution.ts'
import { isTerminator } from './playback.ts'
import type { PlaybackChannel } from './playback.ts'
import type { RecordingFile } from './recording-file.ts'
import { silentFrame } from './rtp-session.ts'
import type { RtpSession } from './rtp-session.ts'
import { splitWords } from './words.ts'

export interface RecordArguments {
  readonly file: Octets
  /** Seconds; 0 = none. */
  readonly limitSeconds: number
  /** Mean absolute level below which a frame is silent; 0 = silence does not end it. */
  readonly silenceLevel: number
  /** Seconds of silence in a row that end it. */
  readonly silenceSeconds: number
}

export interface RecordChannel extends PlaybackChannel {
  /** Opens a file to record into, or says why not. */
  openRecording(file: Octets, channels: 1 | 2): RecordingFile | string
  readonly session: Pick<RtpSession, 'isWaiting' | 'listenPatiently' | 'drain'>
  readonly isMutedHeard: boolean
}

/** Frames that a far end which sends may wait for their time; nothing is lost by them. */
const longestWait = recordingJitter.minMs / 20
/** What may be held at the end, with what is lost in between. */
const mostHeld = 2 * recordingJitter.maxMs / 20
/** Silence in a row that ends a record, unless the application says otherwise. */
const usualSilenceSeconds = 3
const results = [
  'record_file_size',
  'record_record_file_size',
  'record_seconds',
  'record_ms',
  'record_samples',
  'silence_hits_exhausted',
]

/** `FILE [LIMIT] [LEVEL] [HITS]`; a name with blanks stands between single quotes. */
export function parseRecordArgument(argument: Octets): RecordArguments {
  const [file = '', limit, level, hits] = splitWords(argument)
  return {
    file, limitSeconds: positive(limit, 0), silenceLevel: positive(level, 0),
    silenceSeconds: positive(hits, usualSilenceSeconds),
  }
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text ?? Number.NaN)
  return Number.isFinite(value) && value > 0 ? value : otherwise
}

/** Starts recording; the response at once when the file cannot be had. */
export function startRecord(channel: RecordChannel, argument: Octets): Running | string {
  const wanted = parseRecordArgument(argument)
  for (const name of results) channel.unsetVariable(name)
  channel.unsetVariable('playback_terminator_used')
  const file = channel.openRecording(wanted.file, 1)
  return typeof file === 'string' ? `-ERR ${file}` : new Recorder(channel, wanted, file)
}

class Recorder implements Running {
  readonly isSpeaking = false
  readonly #channel: RecordChannel
  readonly #wanted: RecordArguments
  readonly #file: RecordingFile
  #startMs = -1
  #waited = 0
  #hasBegun = false
  #silentFrames = 0
  #isTerminated = false

  constructor(channel: RecordChannel, wanted: RecordArguments, file: RecordingFile) {
    this.#channel = channel
    this.#wanted = wanted
    this.#file = file
    channel.session.listenPatiently(true)
  }

  tick(tick: Tick): string | undefined {
    if (this.#startMs < 0) this.#startMs = tick.nowMs
    if (this.#isTerminated) return this.#finish(false)
    if (!this.#hasBegun && this.#waited < longestWait && this.#channel.session.isWaiting) {
      this.#waited++
      return undefined
    }
    this.#hasBegun = true
    const { limitSeconds, silenceLevel, silenceSeconds } = this.#wanted
    // Before the first packet there is nothing to write; after it, a gap is time that passed.
    if (tick.hasHeard) {
      this.#file.write(tick.heard)
      if (silenceLevel > 0) {
        this.#silentFrames = meanAbsoluteOf(tick.heard) < silenceLevel ? this.#silentFrames + 1 : 0
        if (this.#silentFrames * frameSamples >= silenceSeconds * sampleRate) {
          return this.#finish(true)
        }
      }
    }
    if (this.#file.hasFailed) return this.#finish(false)
    if (limitSeconds === 0) return undefined
    const isFull = this.#room <= this.#waited
    // A far end that sends nothing must not make a record last for ever.
    const isOver = tick.nowMs - this.#startMs >= (limitSeconds + 1) * 1000
    return isFull || isOver ? this.#finish(false) : undefined
  }

  digit(digit: string): boolean {
    if (!isTerminator(digit, this.#channel.getVariable('playback_terminators'))) return false
    this.#channel.setVariable('playback_terminator_used', digit)
    this.#isTerminated = true
    return true
  }

  stop(): string {
    return this.#finish(false)
  }

  /** Frames that still fit in. */
  get #room(): number {
    const { limitSeconds } = this.#wanted
    return limitSeconds === 0 ? Infinity
      : (limitSeconds * sampleRate - this.#file.samples) / frameSamples
  }

  /** Takes what was said until now and waits to be heard. */
  #takeHeld(): void {
    const frame = silentFrame()
    const channel = this.#channel
    for (let most = Math.min(mostHeld, this.#room); most > 0 && channel.session.drain(frame); most--) {
      if (channel.isMutedHeard) frame.fill(0)
      this.#file.write(frame)
    }
  }

  #finish(isSilence: boolean): string {
    if (!this.#file.hasFailed) this.#takeHeld()
    const { samples } = this.#file
    const octets = this.#file.close()
    const channel = this.#channel
    channel.session.listenPatiently(false)
    channel.setVariable('silence_hits_exhausted', String(isSilence))
    channel.setVariable('record_record_file_size', String(octets))
    channel.setVariable('record_file_size', String(octets))
    channel.setVariable('record_seconds', String(Math.floor(samples / sampleRate)))
    channel.setVariable('record_ms', String(Math.floor(samples * 1000 / sampleRate)))
    channel.setVariable('record_samples', String(samples))
    return this.#file.hasFailed ? '-ERR cannot write' : '_none_'
  }
}
