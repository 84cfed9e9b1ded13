/**
 * A small conference: everybody hears the others, sound can be played to all or to one, the whole
 * can be recorded. As much as the client library's conference methods ask for; no floor control, no
 * automatic gain, no video. What applications ask by `api conference` is `conference-commands.ts`.
 */
import type { Octets } from '../esl/frame.ts'
import { frameSamples } from '../rtp/codec.ts'
import { meanAbsoluteOf } from '../rtp/level.ts'
import type { AudioSource } from './audio-source.ts'
import { openSource } from './audio-source.ts'
import type { Channel } from './channel.ts'
import type { RecordingFile } from './recording-file.ts'

/**
 * Mean absolute level above which a member counts as talking, and ticks of quiet after which not.
 */
const talkLevel = 300
const quietTicks = 25
const subclass = 'conference::maintenance'

export interface Member {
  readonly id: number
  readonly channel: Channel
  /** The conference ends when this one leaves. */
  readonly endsConference: boolean
  isMuted: boolean
  isDeaf: boolean
  isTalking: boolean
  quiet: number
  /** Played to this member only. */
  source: AudioSource | undefined
}

interface Recording {
  readonly file: RecordingFile
  isPaused: boolean
}

export class Conference {
  readonly name: string
  readonly uuid: string
  readonly members = new Map<number, Member>()
  isLocked = false
  /** 0 = no limit. */
  maxMembers = 0
  readonly #recordings = new Map<Octets, Recording>()
  readonly #queue: { readonly name: Octets; readonly source: AudioSource; samples: number }[] = []
  readonly #total = new Int32Array(frameSamples)
  readonly #played = new Int16Array(frameSamples)
  readonly #scratch = new Int16Array(frameSamples)
  #tickMs = -1

  constructor(name: string, uuid: string) {
    this.name = name
    this.uuid = uuid
  }

  get isFull(): boolean {
    return this.isLocked || (this.maxMembers > 0 && this.members.size >= this.maxMembers)
  }

  add(member: Member): void {
    this.members.set(member.id, member)
    this.tell('add-member', [], member)
  }

  remove(member: Member): void {
    if (!this.members.delete(member.id)) return
    member.source?.close()
    this.tell('del-member', [], member)
    if (this.members.size > 0) return
    for (const name of this.#recordings.keys()) this.stopRecording(name)
    for (const { source } of this.#queue) source.close()
  }

  /** What one member hears in this tick. */
  mixFor(member: Member, nowMs: number, into: Int16Array): void {
    if (nowMs !== this.#tickMs) this.#mix(nowMs)
    if (!member.isDeaf) {
      const own = member.isMuted ? undefined : member.channel.heard
      for (let i = 0; i < frameSamples; i++) into[i] = clip((this.#total[i] ?? 0) - (own?.[i] ?? 0))
    }
    if (member.source === undefined) return
    member.source.read(this.#scratch)
    for (let i = 0; i < frameSamples; i++) into[i] = clip((into[i] ?? 0) + (this.#scratch[i] ?? 0))
    if (member.source.isDone) {
      member.source.close()
      member.source = undefined
      this.tell('play-file-member-done', [], member)
    }
  }

  /** Queues a file for all; false when there is no such file. */
  play(name: Octets, channel: Channel): boolean {
    const source = openSource(name, channel.folders)
    if (source === undefined) return false
    this.#queue.push({ name, source, samples: 0 })
    if (this.#queue.length === 1) this.tell('play-file', [['File', name], ['Async', 'false']])
    return true
  }

  /** Plays a file to one member; false when there is no such file. */
  playTo(member: Member, name: Octets): boolean {
    const source = openSource(name, member.channel.folders)
    if (source === undefined) return false
    member.source?.close()
    member.source = source
    this.tell('play-file-member', [['File', name]], member)
    return true
  }

  startRecording(name: Octets, channel: Channel): boolean {
    if (this.#recordings.has(name)) return true
    const file = channel.openRecording(name, 1)
    if (typeof file === 'string') return false
    this.#recordings.set(name, { file, isPaused: false })
    this.tell('start-recording', [['Path', name]])
    return true
  }

  pauseRecording(name: Octets, isPaused: boolean): boolean {
    const recording = this.#recordings.get(name)
    if (recording === undefined) return false
    recording.isPaused = isPaused
    this.tell(isPaused ? 'pause-recording' : 'resume-recording', [['Path', name]])
    return true
  }

  stopRecording(name: Octets): boolean {
    const recording = this.#recordings.get(name)
    if (recording === undefined) return false
    this.#recordings.delete(name)
    const { samples } = recording.file
    recording.file.close()
    this.tell('stop-recording', [
      ['Path', name],
      ['Samples-Out', String(samples)],
      ['Milliseconds-Elapsed', String(samples / 8)],
    ])
    return true
  }

  /** Fires conference::maintenance, of a member or of the conference as a whole. */
  tell(action: string, headers: readonly (readonly [string, string])[], member?: Member): void {
    const own: (readonly [string, string])[] = [
      ['Conference-Name', this.name],
      ['Conference-Size', String(this.members.size)],
      ['Conference-Ghosts', '0'],
      ['Conference-Profile-Name', 'default'],
      ['Conference-Unique-ID', this.uuid],
      ['Action', action],
      ...headers,
    ]
    if (member !== undefined) {
      own.push(
        ['Hear', String(!member.isDeaf)],
        ['Speak', String(!member.isMuted)],
        ['Talking', String(member.isTalking)],
        ['Member-ID', String(member.id)],
        ['Member-Type', 'member'],
        ['Member-Ghost', 'false'],
      )
      member.channel.headers.fireCustom(subclass, own)
      return
    }
    // An event of the conference is told by way of the first member's channel: it has no other
    // voice.
    for (const { channel } of this.members.values()) {
      channel.headers.fireCustom(subclass, own)
      return
    }
  }

  #mix(nowMs: number): void {
    this.#tickMs = nowMs
    this.#total.fill(0)
    for (const member of this.members.values()) {
      if (member.isMuted) continue
      const { heard } = member.channel
      for (let i = 0; i < frameSamples; i++) {
        this.#total[i] = (this.#total[i] ?? 0) + (heard[i] ?? 0)
      }
      this.#followTalking(member)
    }
    this.#mixPlayed()
    if (this.#recordings.size === 0) return
    for (let i = 0; i < frameSamples; i++) this.#scratch[i] = clip(this.#total[i] ?? 0)
    for (const { file, isPaused } of this.#recordings.values()) {
      if (!isPaused) file.write(this.#scratch)
    }
  }

  #mixPlayed(): void {
    const playing = this.#queue[0]
    if (playing === undefined) return
    playing.samples += playing.source.read(this.#played)
    for (let i = 0; i < frameSamples; i++) {
      this.#total[i] = (this.#total[i] ?? 0) + (this.#played[i] ?? 0)
    }
    if (!playing.source.isDone) return
    playing.source.close()
    this.#queue.shift()
    this.tell('play-file-done', [
      ['File', playing.name],
      ['seconds', String(Math.floor(playing.samples / 8000))],
      ['milliseconds', String(Math.floor(playing.samples / 8))],
      ['samples', String(playing.samples)],
    ])
    const next = this.#queue[0]
    if (next !== undefined) this.tell('play-file', [['File', next.name], ['Async', 'false']])
  }

  #followTalking(member: Member): void {
    const isLoud = meanAbsoluteOf(member.channel.heard) > talkLevel
    member.quiet = isLoud ? 0 : member.quiet + 1
    if (isLoud && !member.isTalking) {
      member.isTalking = true
      this.tell('start-talking', [], member)
    } else if (member.isTalking && member.quiet > quietTicks) {
      member.isTalking = false
      this.tell('stop-talking', [], member)
    }
  }
}

function clip(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value
}
