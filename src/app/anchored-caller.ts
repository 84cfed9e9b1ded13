/**
 * The caller's end of a call at a media server: what he hears before the answer (own ringback, an
 * announcement), the answer that joins him to a leg and the recording of the two, or voicemail and
 * the mailbox, which answer him themselves. One endpoint serves him throughout, so that 183 and 200
 * carry the same session description (RFC 3261 §13.2.1). What is due, and what follows from its
 * end, is the call machine's.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Announcement, CallCommand, CallEvent } from '../call/events.ts'
import { AnchoredSide } from './anchored-side.ts'
import { Bridge } from './bridge.ts'
import type { CallMedia } from './call-media.ts'
import type { CallerSide } from './caller-side.ts'
import type { Dialogues } from './dialogues.ts'
import { goDirect } from './go-direct.ts'
import type { Endpoint } from './media-port.ts'
import { CallRecording } from './recording.ts'
import type { RecordingPorts } from './recording.ts'
import type { SipDialog } from './sip-dialog.ts'
import { atMost } from './time-limit.ts'

export interface AnchoredCallerPorts extends RecordingPorts {
  readonly callId: string
  readonly subscriberId: string
  /** '' when he sent none and wants ours. */
  readonly offer: string
  readonly caller: CallerSide
  readonly media: CallMedia
  readonly dialogues: Dialogues
  readonly clock: Clock
  readonly post: (event: CallEvent) => void
  /** Watches over work of this call that goes on by itself. */
  readonly go: (work: Promise<void>) => void
  /** 200 with this description; undefined when he is gone. */
  readonly answer: (sdp: string, done: (dialog: SipDialog | undefined) => void) => void
  /** His dialog stands, and the machine is to know. */
  readonly connected: (dialog: SipDialog, event: CallEvent) => void
  /** He knows nothing of the call any more. */
  readonly vanished: () => void
}

type Recording = NonNullable<Extract<CallCommand, { do: 'answerCaller' }>['record']>

/** Silence before a 180 tells him that something goes on, when his ringback takes long. */
const patienceMs = 1000
/** A greeting waits so long for the ACK, lest its beginning be cut off. */
const ackMs = 2000
/** So long after its endpoints a server is known to be lost. */
const lossMs = 500
/** How long the end of the call waits for what is being said or written. */
const endMs = 5000

export class AnchoredCaller {
  readonly #ports: AnchoredCallerPorts
  #endpoint: Promise<Endpoint> | undefined
  #side: AnchoredSide | undefined
  #speech: AbortController | undefined
  #said: Promise<unknown> | undefined
  #acknowledged: (() => void) | undefined
  #recording: CallRecording | undefined
  /** Why he left voicemail or the mailbox; undefined while he has not. */
  #left: string | undefined
  /** The other side of the conversation. */
  #other: AnchoredSide | undefined
  #mustRecord = false
  /** The two without the media server that is lost. */
  #direct: Bridge | undefined
  #isAcknowledged = false
  #isServed = false
  #isTalking = false
  #isLost = false
  #isOver = false

  constructor(ports: AnchoredCallerPorts) {
    this.#ports = ports
  }

  /** Ringback of ours instead of his network's tone. */
  ring(kind: 'operator' | 'music'): void {
    if (this.#speech !== undefined) return this.#ports.caller.ring() // again, to keep it alive
    this.#ports.go(this.#ring(kind))
  }

  announce(prompt: Announcement): void {
    this.#ports.go(this.#announce(prompt))
  }

  /** Voicemail answers. */
  takeMessage(greetingFile: string | undefined): void {
    this.#ports.go(this.#serve(async (endpoint, signal) => {
      const { kept } = await this.#ports.dialogues.message(endpoint, greetingFile, signal)
      return { messageKept: kept }
    }, { messageKept: false }))
  }

  openMailbox(): void {
    this.#ports.go(this.#serve(async (endpoint, signal) => {
      await this.#ports.dialogues.mailbox(endpoint, signal)
      return {}
    }, {}))
  }

  /** Answers him and joins him to `other`; undefined: the media of that leg is gone already. */
  answer(other: AnchoredSide | undefined, record: Recording | undefined): void {
    this.#ports.go(this.#answer(other, record))
  }

  /** His BYE. True: voicemail or the mailbox has him, and says itself how that ended. */
  hungUp(reason: string): boolean {
    if (!this.#isServed || this.#left !== undefined) return this.#isServed
    this.#left = reason
    this.#speech?.abort()
    this.#acknowledged?.()
    return true
  }

  /** Silence in the recording from now on, or sound again; whether it is so. Never rejects. */
  maskRecording(masked: boolean): Promise<boolean> {
    return this.#recording?.mask(masked) ?? Promise.resolve(false)
  }

  /** Media of the conversation is gone, his or the other side's. */
  mediaLost(): void {
    if (this.#isLost) return
    this.#isLost = true
    if (this.#isTalking && !this.#isOver) this.#ports.go(this.#endOrGoDirect())
  }

  /** He is answered without media: what he heard until now ends. */
  letGo(): void {
    this.#ports.go(this.#letGo())
  }

  /** The call is over. Settles when nothing more is said or written. */
  async end(): Promise<void> {
    this.#isOver = true
    this.#speech?.abort()
    this.#side?.close()
    this.#direct?.close()
    this.#acknowledged?.()
    await atMost(this.#ports.clock, endMs, this.#finish())
  }

  /**
   * The server that joined the two is lost: they are joined without it, unless the call must be
   * recorded. An endpoint that went alone heard nothing of its far end, and there the call ends.
   */
  async #endOrGoDirect(): Promise<void> {
    const { clock, media, post } = this.#ports
    // The news of the server comes a moment after that of its endpoints, or before.
    await new Promise<void>((resolve) => { clock.wakeAt(clock.nowMs() + lossMs, resolve) })
    if (this.#isOver) return
    const isDirect = media.isServerLost && this.#other !== undefined && !this.#mustRecord &&
      await this.#goDirect(this.#other)
    if (this.#isOver) return
    if (!isDirect) return post({ type: 'mediaLost' })
    const recording = this.#recording
    this.#recording = undefined
    await recording?.stop(true)
    if (recording !== undefined && !this.#isOver) post({ type: 'recordingRuns', running: false })
  }

  async #goDirect(other: AnchoredSide): Promise<boolean> {
    const side = this.#side
    // Before his ACK no re-INVITE may go to him (RFC 3261 §14.1).
    if (side === undefined || !this.#isAcknowledged) return false
    if (!await goDirect(side.dialog, other.dialog) || this.#isOver) return false
    side.close()
    other.close()
    this.#direct = new Bridge(side.dialog, other.dialog, {
      acknowledged() {},
      vanished: (name) => (name === 'caller' ? side : other).vanish(),
    }, true)
    return true
  }

  async #ring(kind: 'operator' | 'music'): Promise<void> {
    const { caller, dialogues, clock, post } = this.#ports
    const soon: Cancel = clock.wakeAt(clock.nowMs() + patienceMs, () => caller.ring())
    const heard = await this.#hear((endpoint, signal) => {
      soon()
      return dialogues.ringback(endpoint, kind, signal)
    })
    soon()
    if (heard === 'stopped' || this.#isOver) return
    caller.endEarlyMedia()
    post({ type: 'mediaLost' })
  }

  async #announce(prompt: Announcement): Promise<void> {
    const { dialogues, post } = this.#ports
    await this.#hear((endpoint, signal) => dialogues.announce(endpoint, prompt, signal))
    if (!this.#isOver) post({ type: 'announced' })
  }

  /** Early media: something is said to him before he is answered. */
  async #hear(
    say: (endpoint: Endpoint, signal: AbortSignal) => Promise<void>,
  ): Promise<'ended' | 'stopped' | 'failed'> {
    const { caller } = this.#ports
    const signal = await this.#begin()
    try {
      const endpoint = await this.#make()
      if (signal.aborted) return 'stopped'
      caller.earlyMedia(endpoint.sdp, 'application/sdp')
      await this.#keep(say(endpoint, signal))
    } catch {
      return signal.aborted ? 'stopped' : 'failed'
    }
    return signal.aborted ? 'stopped' : 'ended'
  }

  /** Answers him with something that speaks to him until one of the two has enough. */
  async #serve(
    say: (endpoint: Endpoint, signal: AbortSignal) => Promise<{ messageKept?: boolean }>,
    unheard: { messageKept?: boolean },
  ): Promise<void> {
    const { post, answer, media, connected, go } = this.#ports
    const signal = await this.#begin()
    let endpoint: Endpoint
    try {
      endpoint = await this.#make()
    } catch {
      return post({ type: 'voicemailTaken', taken: false })
    }
    if (this.#isOver) return
    answer(endpoint.sdp, (dialog) => {
      if (dialog === undefined) return post({ type: 'callerLost' })
      this.#isServed = true
      const ready = this.#settle(dialog, endpoint)
      connected(dialog, { type: 'voicemailTaken', taken: true })
      go((async () => {
        await ready
        const heard = signal.aborted || this.#left !== undefined
          ? unheard
          : await this.#keep(say(endpoint, signal))
        if (this.#isOver) return
        // A BYE from now on finds nobody to wait for.
        this.#isServed = false
        if (this.#left !== undefined) {
          post({ type: 'hungUp', by: 'caller', reason: this.#left, ...heard })
        } else if (!media.holds(endpoint)) {
          post({ type: 'hungUp', by: 'callee', reason: 'mediaLost', ...heard })
        } else post({ type: 'hungUp', by: 'callee', reason: '', ...heard })
      })())
    })
  }

  async #answer(other: AnchoredSide | undefined, record: Recording | undefined): Promise<void> {
    const { post, caller, answer, connected, go } = this.#ports
    let endpoint: Endpoint | undefined
    try {
      endpoint = other === undefined ? undefined : await this.#make()
    } catch {
      // told below
    }
    // Nobody waits for him any more; his transaction may still be open.
    if (this.#isOver) return caller.refuse(480, '')
    if (endpoint === undefined || other === undefined || this.#isLost) {
      caller.refuse(480, '')
      post({ type: 'mediaLost' })
      return post({ type: 'callerLost' })
    }
    answer(endpoint.sdp, (dialog) => {
      if (dialog === undefined) return post({ type: 'callerLost' })
      const ready = this.#settle(dialog, endpoint)
      this.#isTalking = true
      this.#other = other
      this.#mustRecord = record?.required === true
      connected(dialog, { type: 'callerConnected' })
      if (this.#isOver) return
      if (this.#isLost) return go(this.#endOrGoDirect())
      go(this.#join(endpoint, other, ready, record))
    })
  }

  /** Records, asks for consent, and lets the two hear each other. */
  async #join(
    endpoint: Endpoint, other: AnchoredSide, ready: Promise<void>, record: Recording | undefined,
  ): Promise<void> {
    const { post, dialogues, callId, subscriberId, offer } = this.#ports
    const signal = await this.#begin()
    if (offer === '') await ready
    if (signal.aborted) return
    if (record !== undefined) {
      this.#recording = new CallRecording(this.#ports, callId, subscriberId, endpoint)
      const running = await this.#recording.start()
      if (signal.aborted) return
      post({ type: 'recordingRuns', running })
      if (this.#isOver) return // it must not go on without
      if (running && record.consent) {
        await this.#keep(dialogues.consent(endpoint, other.endpoint, signal))
      }
      if (signal.aborted) return
    }
    try {
      await endpoint.bridge(other.endpoint)
    } catch {
      return this.mediaLost()
    }
    const side = this.#side
    if (side === undefined) return
    side.peer = other
    other.peer = side
  }

  /**
   * His dialog is judged from now on. The promise settles when he has acknowledged and, where the
   * offer was ours, his answer has arrived at the endpoint; without ACK after a short while.
   */
  #settle(dialog: SipDialog, endpoint: Endpoint): Promise<void> {
    const { offer, clock, vanished } = this.#ports
    dialog.sent = endpoint.sdp
    dialog.received = offer
    const acknowledged = new Promise<void>((resolve) => { this.#acknowledged = resolve })
    this.#side = new AnchoredSide(dialog, endpoint, {
      acknowledged: (sdp) => {
        this.#isAcknowledged = true
        if (offer !== '') return this.#acknowledged?.()
        dialog.received = sdp
        endpoint.connect(sdp).then(() => this.#acknowledged?.(), () => this.mediaLost())
      },
      vanished,
    })
    return offer === '' ? acknowledged : atMost(clock, ackMs, acknowledged)
  }

  /** His endpoint; made once, and anew when the one before has gone. */
  #make(): Promise<Endpoint> {
    if (this.#endpoint !== undefined) return this.#endpoint
    const made = this.#ports.media.endpoint(this.#ports.offer, () => {
      if (this.#endpoint === made) this.#endpoint = undefined
      if (this.#side !== undefined) this.mediaLost()
    })
    this.#endpoint = made
    made.catch(() => { if (this.#endpoint === made) this.#endpoint = undefined })
    return made
  }

  /** Ends what is being said to him; what begins now is ended by the signal. */
  async #begin(): Promise<AbortSignal> {
    this.#speech?.abort()
    const speech = new AbortController()
    if (this.#isOver) speech.abort()
    this.#speech = speech
    await this.#said
    return speech.signal
  }

  #keep<T>(saying: Promise<T>): Promise<T> {
    this.#said = saying
    return saying
  }

  /** The recording ends before its endpoint does, so that nothing of it is lost. */
  async #finish(): Promise<void> {
    await this.#recording?.stop(this.#isLost)
    await this.#letGo()
  }

  async #letGo(): Promise<void> {
    const { media } = this.#ports
    this.#speech?.abort()
    await this.#said
    const endpoint = await this.#endpoint?.catch(() => undefined)
    if (endpoint !== undefined) media.release(endpoint)
  }
}
