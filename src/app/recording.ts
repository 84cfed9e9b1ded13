/**
 * The recording of one call: announced to the library before a byte is written, so that a process
 * that dies leaves a row to repair, and finished once, when the call ends or its media is lost.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Endpoint } from './media-port.ts'
import type { MediaLibrary } from './ports.ts'
import { atMost } from './time-limit.ts'

export interface RecordingPorts {
  readonly library: MediaLibrary | undefined
  /** The recordings folder as the media server sees it. */
  readonly recordingsFolder: string
  readonly clock: Clock
  readonly log: Log
}

/** How long a server may take to stop. */
const stopMs = 2000

export class CallRecording {
  readonly #ports: RecordingPorts
  readonly #callId: string
  readonly #subscriberId: string
  readonly #endpoint: Endpoint
  readonly #file: string
  #startedMs: number | undefined
  #begun: Promise<boolean> | undefined

  /** `endpoint` is the caller's: his voice is the left channel. */
  constructor(ports: RecordingPorts, callId: string, subscriberId: string, endpoint: Endpoint) {
    this.#ports = ports
    this.#callId = callId
    this.#subscriberId = subscriberId
    this.#endpoint = endpoint
    this.#file = recordingFile(callId, ports.clock.wallMs())
  }

  /** Whether it runs now. Never rejects. Call once. */
  start(): Promise<boolean> {
    this.#begun = this.#start()
    return this.#begun
  }

  /** Writes silence from now on, or sound again; whether the server does. Never rejects. */
  async mask(masked: boolean): Promise<boolean> {
    await this.#begun
    if (this.#startedMs === undefined) return false
    const path = `${this.#ports.recordingsFolder}/${this.#file}`
    try {
      await this.#endpoint.maskRecording(path, masked)
      return true
    } catch (error) {
      this.#note(error, 'a recording could not be paused')
      return false
    }
  }

  /** Ends it, once started; `interrupted`: the media was lost. Never rejects. */
  async stop(interrupted: boolean): Promise<void> {
    await this.#begun
    const startedMs = this.#startedMs
    if (startedMs === undefined) return
    this.#startedMs = undefined
    const { library, clock, recordingsFolder } = this.#ports
    const durationMs = Math.round(clock.nowMs() - startedMs)
    // A server that is going has nothing to say; the end of the endpoint ends the recording, too.
    if (!interrupted) {
      const path = `${recordingsFolder}/${this.#file}`
      await atMost(clock, stopMs, this.#endpoint.stopRecording(path)).catch((error: unknown) =>
        this.#note(error, 'a recording could not be stopped'))
    }
    try {
      await library?.finishRecording(this.#callId, durationMs, interrupted)
    } catch (error) {
      this.#note(error, 'the end of a recording could not be stored')
    }
  }

  async #start(): Promise<boolean> {
    const { library, clock, recordingsFolder } = this.#ports
    if (library === undefined) return false
    const id = this.#callId
    try {
      await library.beginRecording({
        id, callId: id, subscriberId: this.#subscriberId, file: this.#file,
        startedAt: clock.wallMs(),
      })
    } catch (error) {
      this.#note(error, 'a recording could not be stored')
      return false
    }
    try {
      await this.#endpoint.startRecording(`${recordingsFolder}/${this.#file}`)
      this.#startedMs = clock.nowMs()
      return true
    } catch (error) {
      this.#note(error, 'a recording did not start')
      await library.finishRecording(id, 0, true).catch((fault: unknown) =>
        this.#note(fault, 'the end of a recording could not be stored'))
      return false
    }
  }

  #note(error: unknown, what: string): void {
    this.#ports.log.warn({ call: this.#callId, error: String(error) }, what)
  }
}

/** 'calls/2026/01/05/<id>.wav', the day in UTC. */
function recordingFile(callId: string, wallMs: number): string {
  const day = new Date(wallMs).toISOString().slice(0, 10).replaceAll('-', '/')
  return `calls/${day}/${callId}.wav`
}
