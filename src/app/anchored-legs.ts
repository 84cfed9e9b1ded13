/**
 * The legs of one call whose speech goes through a media server: an endpoint makes the offer, the
 * phone's answer is brought to it, and only then the leg counts as answered; the called person may
 * be asked to take the call, and be told why he did not get it. Which legs these are, and what an
 * answer means, is the call machine's.
 */
import type { Clock } from '../clock.ts'
import type { CallEvent, LegId } from '../call/events.ts'
import type { Address } from '../call/subscriber.ts'
import { AnchoredSide } from './anchored-side.ts'
import type { CallLegs } from './call-legs.ts'
import type { CallMedia } from './call-media.ts'
import type { Dialogues } from './dialogues.ts'
import { LegMedia } from './leg-media.ts'
import type { Leg } from './leg.ts'
import type { Endpoint } from './media-port.ts'
import { atMost } from './time-limit.ts'

export interface AnchoredLegsPorts {
  readonly legs: CallLegs
  readonly media: CallMedia
  readonly dialogues: Dialogues
  readonly clock: Clock
  readonly post: (event: CallEvent) => void
  /** Watches over work of this call that goes on by itself. */
  readonly go: (work: Promise<void>) => void
  /** The media of the leg that has the call is gone. */
  readonly mediaLost: () => void
  /** Its phone knows nothing of the call any more. */
  readonly vanished: (leg: Leg) => void
}

/** Three short high tones, unlike anything a network plays. */
const warningTone = 'tone_stream://%(150,150,1400);loops=3'
/** How long a person who does not get the call is spoken to. */
const tellMs = 5000

export class AnchoredLegs {
  readonly #ports: AnchoredLegsPorts
  /** The leg that has the call. */
  #winner: Leg | undefined

  constructor(ports: AnchoredLegsPorts) {
    this.#ports = ports
  }

  /** The leg rings as soon as a media server has made an offer for it. */
  dial(id: LegId, address: Address, callerId: 'caller' | 'personal' | undefined): void {
    this.#ports.go(this.#dial(this.#ports.legs.prepare(id, address, callerId)))
  }

  /** It has answered; the machine hears of it when its endpoint knows where to send. */
  answered(leg: Leg): void {
    this.#ports.go(this.#connect(leg))
  }

  /** BYE from a phone. True: it was not in the conversation, and the machine has been told so. */
  hungUp(leg: Leg): boolean {
    if (leg === this.#winner) return false
    void leg.media?.stop()
    // One that the call has done with is nobody's news. By its BYE it is over for itself already.
    if (this.#ports.legs.get(leg.id) === leg) {
      const { tried } = leg
      this.#ports.post({ type: 'legFailed', leg: leg.id, status: 200, attempts: [...tried] })
    }
    return true
  }

  confirm(id: LegId, seconds: number): void {
    this.#ports.go(this.#confirm(id, seconds))
  }

  /** Ends the leg; who was asked already may be told why before that. */
  drop(leg: Leg, reason: string, tell: 'taken' | 'callerGone' | undefined): void {
    const { media } = leg
    if (tell !== undefined && media?.side !== undefined && leg.answered) {
      this.#ports.legs.release(leg)
      this.#ports.go(this.#tell(leg, media, reason, tell))
    } else {
      void media?.stop()
      leg.drop(reason)
    }
  }

  /** A tone to the phone that has the call; nobody else hears it. */
  warn(): void {
    this.#winner?.media?.endpoint.beep(warningTone)
  }

  /** Nothing of it is left at the SIP server. */
  gone(leg: Leg): void {
    const { media } = leg
    if (media === undefined) return
    media.side?.close()
    void media.stop()
    this.#ports.media.release(media.endpoint)
  }

  /** The leg that gets the call; undefined when its media is not there any more. */
  win(leg: Leg): AnchoredSide | undefined {
    this.#winner = leg
    const side = leg.media?.side
    return side !== undefined && this.#ports.media.holds(side.endpoint) ? side : undefined
  }

  /** The call is over. */
  end(): void {
    const media = this.#winner?.media
    if (media === undefined) return
    media.side?.close()
    this.#ports.media.release(media.endpoint)
  }

  async #dial(leg: Leg): Promise<void> {
    const { media } = this.#ports
    let endpoint: Endpoint
    try {
      endpoint = await media.endpoint('', () => this.#lost(leg))
    } catch {
      return this.#lost(leg)
    }
    if (!this.#isWanted(leg)) return media.release(endpoint)
    leg.media = new LegMedia(endpoint)
    leg.dial(endpoint.sdp)
  }

  async #connect(leg: Leg): Promise<void> {
    const { media } = leg
    if (media === undefined || leg.dialog === undefined) return
    const { dialog } = leg
    if (leg.sdp === '') return this.#lost(leg) // RFC 3264 §4: an offer without its answer
    try {
      await media.endpoint.connect(leg.sdp)
    } catch {
      return this.#lost(leg)
    }
    if (!this.#isWanted(leg) || !leg.answered) return
    media.side = new AnchoredSide(dialog, media.endpoint, {
      acknowledged() {},
      vanished: () => this.#ports.vanished(leg),
    })
    this.#ports.post({ type: 'legAnswered', leg: leg.id, attempts: [...leg.tried] })
  }

  async #confirm(id: LegId, seconds: number): Promise<void> {
    const { legs, dialogues, post } = this.#ports
    const media = legs.get(id)?.media
    if (media === undefined) return post({ type: 'legConfirmed', leg: id, choice: 'failed' })
    const choice = await media.speak((signal) => dialogues.confirm(media.endpoint, seconds, signal))
    if (choice !== undefined) post({ type: 'legConfirmed', leg: id, choice })
  }

  async #tell(
    leg: Leg, media: LegMedia, reason: string, what: 'taken' | 'callerGone',
  ): Promise<void> {
    const { clock, dialogues } = this.#ports
    await atMost(clock, tellMs,
      media.speak((signal) => dialogues.tell(media.endpoint, what, signal)))
    leg.drop(reason)
  }

  /** The endpoint of a leg is gone, or will not do. */
  #lost(leg: Leg): void {
    if (leg === this.#winner) return this.#ports.mediaLost()
    // Who is being asked: the question ends by itself and says that it failed.
    if (!this.#isWanted(leg) || leg.media?.isQuestioned === true) return
    if (leg.media !== undefined) {
      return this.#ports.post({ type: 'legMediaFailed', leg: leg.id, dialled: true })
    }
    this.#ports.legs.release(leg)
    leg.drop('')
    this.#ports.post({ type: 'legMediaFailed', leg: leg.id })
  }

  #isWanted(leg: Leg): boolean {
    return this.#ports.legs.get(leg.id) === leg && leg.wanted
  }
}
