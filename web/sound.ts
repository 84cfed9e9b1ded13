/**
 * One sound being played: its state as signals, a link that is fetched when it is first played and
 * renewed when it has expired, seeking, speed, pauses passed over. At most one sound plays at a
 * time. The `<audio>` element is handed in; nothing here is drawn.
 */
import { effect, signal } from '@preact/signals'
import type { LinkReply } from '../src/api/schema-media.ts'
import { problemText } from './api.ts'
import { remember, remembered } from './device.ts'
import { noteFault, serverNow } from './state.ts'
import { t } from './text.ts'
import { skipFrom } from './waveform-shape.ts'
import type { Stretch } from './waveform-shape.ts'
import './text-insight-ru.ts'

/** What is used of HTMLAudioElement. */
export type AudioElement = Pick<HTMLAudioElement,
  'src' | 'currentTime' | 'duration' | 'playbackRate' | 'defaultPlaybackRate' | 'play' | 'pause'
  | 'addEventListener' | 'removeAttribute' | 'load'>

export interface SoundSource {
  readonly durationMs: number
  /** Stretches to be passed over when pauses are. */
  readonly pauses: () => readonly Stretch[]
  readonly link: (download: boolean) => Promise<LinkReply>
  /** Called when it begins to sound for the first time. */
  readonly onHeard?: (() => void) | undefined
}

export const speeds = [1, 1.5, 2] as const
/** Chosen on this device, for all sounds. */
export const speed = signal<number>(
  speeds.find((each) => String(each) === remembered('playerSpeed')) ?? 1)
export const skipPauses = signal(remembered('playerSkip') === 'yes')

/** Chooses the speed of this and all later sounds. */
export function chooseSpeed(value: number): void {
  speed.value = value
  remember('playerSpeed', String(value))
}

/** Chooses whether pauses are passed over. */
export function chooseSkipping(value: boolean): void {
  skipPauses.value = value
  remember('playerSkip', value ? 'yes' : 'no')
}

/** A link that ends sooner is renewed first, milliseconds. */
const leastLifeMs = 5000

let sounding: Sound | undefined

/** Pauses the sound that plays, if it is another one. */
function playOnly(sound: Sound): void {
  if (sounding !== sound) sounding?.pause()
  sounding = sound
}

export class Sound {
  readonly playing = signal(false)
  /** The link or the first octets are on their way. */
  readonly loading = signal(false)
  readonly positionMs = signal(0)
  readonly durationMs = signal(0)
  /** Why it does not play, in words. */
  readonly fault = signal<string | undefined>(undefined)
  private readonly source: SoundSource
  private readonly audio: AudioElement
  private readonly stopSpeed: () => void
  private link: LinkReply | undefined
  private wanted = false
  private heard = false
  /** A fault was answered with a new link already; it is not asked for again and again. */
  private renewed = false
  private frame = 0

  constructor(source: SoundSource, audio: AudioElement = new Audio()) {
    this.source = source
    this.audio = audio
    this.durationMs.value = source.durationMs
    this.stopSpeed = effect(() => {
      audio.defaultPlaybackRate = speed.value
      audio.playbackRate = speed.value
    })
    audio.addEventListener('playing', () => this.began())
    audio.addEventListener('waiting', () => { this.loading.value = this.wanted })
    audio.addEventListener('pause', () => { this.playing.value = false })
    audio.addEventListener('timeupdate', () => this.moved())
    audio.addEventListener('ended', () => this.ended())
    audio.addEventListener('error', () => void this.broke())
    audio.addEventListener('loadedmetadata', () => {
      if (Number.isFinite(audio.duration)) this.durationMs.value = audio.duration * 1000
    })
  }

  /** Plays or pauses. */
  toggle(): void {
    if (this.wanted) this.pause()
    else void this.play()
  }

  async play(): Promise<void> {
    playOnly(this)
    this.wanted = true
    this.fault.value = undefined
    this.renewed = false
    if (this.positionMs.value >= this.durationMs.value - 50) this.seek(0)
    await this.start()
  }

  pause(): void {
    this.wanted = false
    this.loading.value = false
    this.audio.pause()
  }

  /** Goes to a place, milliseconds from the start; what is beyond the ends means the end. */
  seek(ms: number): void {
    const to = Math.max(0, Math.min(ms, this.durationMs.value))
    this.positionMs.value = to
    if (this.link !== undefined) this.audio.currentTime = to / 1000
  }

  /** Gives the sound and its connection back. */
  dispose(): void {
    this.pause()
    this.stopSpeed()
    cancelAnimationFrame(this.frame)
    if (this.link !== undefined) {
      this.audio.removeAttribute('src')
      this.audio.load()
    }
    if (sounding === this) sounding = undefined
  }

  /** Fetches the link if there is none that lasts, then plays if that is still wanted. */
  private async start(): Promise<void> {
    this.loading.value = true
    try {
      if (this.link === undefined || this.link.expiresAt - serverNow() < leastLifeMs) {
        this.link = await this.source.link(false)
        this.audio.src = this.link.url
        this.audio.currentTime = this.positionMs.value / 1000
      }
      if (this.wanted) await this.audio.play()
    } catch (fault) {
      // A pause or a new link meanwhile ends the promise of play(); the element tells its faults.
      if (fault instanceof DOMException) return
      noteFault(fault)
      this.fail(problemText(fault))
    }
  }

  private began(): void {
    this.playing.value = true
    this.loading.value = false
    if (!this.heard) this.source.onHeard?.()
    this.heard = true
    cancelAnimationFrame(this.frame)
    const follow = (): void => {
      this.moved()
      if (this.playing.value) this.frame = requestAnimationFrame(follow)
    }
    // `timeupdate` comes four times a second: a cursor that jumps is what less motion asks for.
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) follow()
  }

  private moved(): void {
    if (!this.playing.value) return
    const at = this.audio.currentTime * 1000
    const to = skipPauses.value ? skipFrom(this.source.pauses(), at) : undefined
    if (to === undefined) this.positionMs.value = at
    else this.seek(to)
    this.renewed = false
  }

  private ended(): void {
    this.wanted = false
    this.playing.value = false
    this.positionMs.value = this.durationMs.value
  }

  /** The rest could not be loaded: with an expired link that is to be expected, once. */
  private async broke(): Promise<void> {
    if (this.link === undefined) return
    this.link = undefined
    if (this.renewed || !this.wanted) {
      if (this.wanted) this.fail(t('player.broken'))
      return
    }
    this.renewed = true
    await this.start()
  }

  private fail(reason: string): void {
    this.wanted = false
    this.playing.value = false
    this.loading.value = false
    this.fault.value = t('player.failed', { reason })
  }
}
