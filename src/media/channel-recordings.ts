/**
 * The recordings of a whole conversation on one channel (`record_session`, `uuid_record`): they go
 * on through plays, bridges, hold and re-INVITE until they are stopped or the call ends. In stereo
 * the first channel is what the far end said, the second what it was sent, which in a bridge is the
 * other party.
 */
import { frameSamples, sampleRate } from '../rtp/codec.ts'
import { Take } from '../rtp/mixer.ts'
import type { TakeMode } from '../rtp/mixer.ts'
import type { Octets } from '../esl/frame.ts'
import type { PlayerChannel } from './player.ts'
import type { RecordingFile } from './recording-file.ts'

export interface RecordingChannel extends PlayerChannel {
  openRecording(file: Octets, channels: 1 | 2): RecordingFile | string
}

interface Recording {
  readonly name: Octets
  readonly file: RecordingFile
  readonly take: Take
  readonly limitSamples: number
}

/** Recordings of one channel at a time. */
const maxRecordings = 10

export class ChannelRecordings {
  readonly #channel: RecordingChannel
  readonly #running = new Map<Octets, Recording>()
  readonly #mixed = new Int16Array(frameSamples * 2)

  constructor(channel: RecordingChannel) {
    this.#channel = channel
  }

  get isEmpty(): boolean {
    return this.#running.size === 0
  }

  /**
   * `limitSeconds` 0 = none. False when it cannot be recorded; true also when it is recorded
   * already.
   */
  start(name: Octets, limitSeconds = 0): boolean {
    if (this.#running.has(name)) return true
    if (this.#running.size >= maxRecordings) return false
    const channel = this.#channel
    const isStereo = channel.getVariable('RECORD_STEREO') === 'true'
    const file = channel.openRecording(name, isStereo ? 2 : 1)
    if (typeof file === 'string') {
      channel.setVariable('record_completion_cause', 'uri-failure')
      return false
    }
    this.#running.set(name, {
      name,
      file,
      take: new Take(isStereo),
      limitSamples: limitSeconds > 0 ? limitSeconds * sampleRate : Infinity,
    })
    channel.fire('RECORD_START', [['Record-File-Path', name]])
    channel.fire('MEDIA_BUG_START', bugHeaders(name))
    return true
  }

  /** `name` `all` stops every one. False when nothing of that name runs. */
  stop(name: Octets): boolean {
    const chosen = name === 'all' ? [...this.#running.values()] : [this.#running.get(name)]
    let hasStopped = false
    for (const recording of chosen) {
      if (recording === undefined) continue
      this.#finish(recording, 'success-silence')
      hasStopped = true
    }
    return hasStopped
  }

  /** Masks (silence in place of sound), pauses (time left out) or goes on. */
  setMode(name: Octets, mode: TakeMode): boolean {
    if (name === 'all') {
      for (const { take } of this.#running.values()) take.mode = mode
      return !this.isEmpty
    }
    const recording = this.#running.get(name)
    if (recording !== undefined) recording.take.mode = mode
    return recording !== undefined
  }

  /** 20 ms of both directions. */
  tick(heard: Int16Array, said: Int16Array): void {
    for (const recording of this.#running.values()) {
      const count = recording.take.mix(heard, said, this.#mixed)
      if (count > 0) {
        recording.file.write(
          count === this.#mixed.length ? this.#mixed : this.#mixed.subarray(0, count),
        )
      }
      if (recording.file.hasFailed) this.#finish(recording, 'error')
      else if (recording.file.samples >= recording.limitSamples)
        this.#finish(recording, 'success-maxtime')
    }
  }

  #finish(recording: Recording, cause: string): void {
    const { name, file } = recording
    this.#running.delete(name)
    const { samples } = file
    const octets = file.close()
    const channel = this.#channel
    channel.setVariable('record_file_size', String(octets))
    channel.setVariable('record_samples', String(samples))
    channel.setVariable('record_seconds', String(Math.floor(samples / sampleRate)))
    channel.setVariable('record_ms', String(Math.floor(samples * 1000 / sampleRate)))
    channel.setVariable('record_completion_cause', cause)
    channel.fire('RECORD_STOP', [['Record-File-Path', name], ['Record-Completion-Cause', cause]])
    channel.fire('MEDIA_BUG_STOP', bugHeaders(name))
  }
}

function bugHeaders(name: Octets): [string, string][] {
  return [['Media-Bug-Function', 'session_record'], ['Media-Bug-Target', name]]
}
