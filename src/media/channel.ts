/**
 * One call: its media, its applications, its recordings and what is told of it. Every 20 ms it
 * listens (what the far end said, digits), then speaks (what an application plays, else the other
 * party of a bridge, else silence). SIP and the event socket are the server's; what each
 * application does is in `applications.ts`.
 */
import type { Ms } from '../clock.ts'
import type { HeaderValue } from '../esl/event.ts'
import type { Octets } from '../esl/frame.ts'
import type { Log } from '../log.ts'
import type { Digit } from '../rtp/digit.ts'
import type { Agreement } from '../sdp/offer-answer.ts'
import { startApplication } from './applications.ts'
import { ChannelHeaders } from './channel-headers.ts'
import type { CallerProfile } from './channel-headers.ts'
import { ChannelRecordings } from './channel-recordings.ts'
import { mediaVariables } from './channel-variables.ts'
import type { ConferenceTable } from './conference-table.ts'
import type { EventHub } from './event-hub.ts'
import { Execution } from './execution.ts'
import { expandNames } from './expand.ts'
import type { Execute, Executor, Running } from './execution.ts'
import type { Folders } from './folders.ts'
import type { Negotiation } from './negotiation.ts'
import { OpenList, RecordingFile } from './recording-file.ts'
import { silentFrame } from './rtp-session.ts'
import type { RtpSession } from './rtp-session.ts'
import { ToneWatches } from './tone-watch.ts'

/** What all channels share. */
export interface ChannelServices {
  readonly hub: EventHub
  readonly folders: Folders
  readonly openList: OpenList
  readonly conferences: ConferenceTable
  readonly log: Log
  /** A call that should be sending RTP is ended after so long; 0 = never. */
  readonly mediaTimeoutMs: Ms
  readonly nowMs: () => Ms
  readonly wallMs: () => number
  readonly newId: () => string
  /** Sends the BYE. */
  sayBye(channel: Channel, cause: string): void
  /** The channel is over: it leaves the table. */
  ended(channel: Channel): void
}

/** The channel's own event socket. */
export interface ChannelConnection {
  /** The last event has been told: notice, then close. */
  farewell(): void
}

const digitSources: Readonly<Record<Digit['source'], string>> = {
  rtp: 'RTP',
  info: 'INFO',
  inband: 'INBAND_AUDIO',
}

export class Channel implements Executor {
  readonly uuid: string
  /** Names the call to the SIP engine. */
  readonly owner: number
  readonly headers: ChannelHeaders
  readonly session: RtpSession
  readonly negotiation: Negotiation
  readonly execution: Execution
  readonly recordings: ChannelRecordings
  readonly watches = new ToneWatches()
  /** What the far end said in this tick. */
  readonly heard = silentFrame()
  isEnded = false
  /** What the far end says is replaced by silence; what it is sent likewise. */
  isMutedHeard = false
  isMutedSaid = false
  /** The other party of a bridge. */
  peer: Channel | undefined
  connection: ChannelConnection | undefined
  readonly #services: ChannelServices
  readonly #said = silentFrame()
  /** The present 20 ms as applications get them: one object for the whole call. */
  readonly #tick = { nowMs: 0, heard: this.heard, hasHeard: false, said: this.#said }
  #hangupCause = ''
  #isHeld = false

  constructor(
    owner: number,
    profile: CallerProfile,
    session: RtpSession,
    negotiation: Negotiation,
    services: ChannelServices,
  ) {
    this.owner = owner
    this.uuid = profile.uuid
    this.session = session
    this.negotiation = negotiation
    this.#services = services
    this.headers = new ChannelHeaders(services.hub, profile)
    this.execution = new Execution(this)
    this.recordings = new ChannelRecordings(this)
  }

  get folders(): Folders {
    return this.#services.folders
  }

  get conferences(): ConferenceTable {
    return this.#services.conferences
  }

  getVariable(name: string): string | undefined {
    return this.headers.getVariable(name)
  }

  setVariable(name: string, value: HeaderValue): void {
    this.headers.setVariable(name, value)
  }

  setVariables(variables: readonly (readonly [string, HeaderValue])[]): void {
    for (const [name, value] of variables) this.headers.setVariable(name, value)
  }

  unsetVariable(name: string): void {
    this.headers.unsetVariable(name)
  }

  fire(name: string, headers: readonly (readonly [string, HeaderValue])[]): void {
    this.headers.fire(name, headers)
  }

  openRecording(file: Octets, channels: 1 | 2): RecordingFile | string {
    const path = this.folders.recordingPath(file)
    if (path === undefined) return 'not in a folder for recordings'
    if (!path.toLowerCase().endsWith('.wav')) return 'unknown kind of file'
    try {
      return RecordingFile.open(
        path,
        channels,
        this.#services.openList,
        this.getVariable('record_append') === 'true',
      )
    } catch (error) {
      this.#services.log.warn({ path, err: error }, 'cannot record')
      return 'cannot open file'
    }
  }

  /** What offer and answer say takes effect; a change of hold is told. */
  agree(agreement: Agreement): void {
    this.session.agree(agreement, this.#services.nowMs())
    this.headers.setCodec(agreement.codec)
    this.setVariables(mediaVariables(this.negotiation, this.session, agreement))
    if (agreement.isHeld === this.#isHeld) return
    this.#isHeld = agreement.isHeld
    if (agreement.isHeld) this.headers.changeCallState('HELD')
    else {
      this.headers.changeCallState('UNHELD')
      this.headers.changeCallState('ACTIVE')
    }
  }

  /** First half of a tick. */
  listen(nowMs: Ms): void {
    if (this.isEnded) return
    this.session.pull(this.heard, nowMs)
    if (this.isMutedHeard) this.heard.fill(0)
    for (;;) {
      const digit = this.session.takeDigit(nowMs)
      if (digit === undefined) break
      this.takeDigit(digit)
      if (this.isEnded) return
    }
    const { mediaTimeoutMs } = this.#services
    const silentMs = nowMs - this.session.lastHeardMs
    if (mediaTimeoutMs > 0 && silentMs > mediaTimeoutMs && this.session.mustHear) {
      this.hangUp('MEDIA_TIMEOUT')
    }
  }

  /** Second half of a tick, when all channels have listened. */
  speak(nowMs: Ms, mustSend: boolean): void {
    if (this.isEnded) return
    const said = this.#said
    said.fill(0)
    this.#tick.nowMs = nowMs
    this.#tick.hasHeard = this.session.hasHeard
    this.execution.tick(this.#tick)
    if (this.isEnded) return
    if (this.peer !== undefined && this.execution.innermost?.isSpeaking !== true) {
      said.set(this.peer.heard)
    }
    if (this.isMutedSaid) said.fill(0)
    if (!this.recordings.isEmpty) this.recordings.tick(this.heard, said)
    if (!this.watches.isEmpty) this.#watch(said, nowMs)
    this.session.send(said, nowMs, mustSend)
  }

  #watch(said: Int16Array, nowMs: Ms): void {
    const found = this.watches.tick(this.heard, said, nowMs)
    if (found === undefined) return
    const { key, application, argument } = found
    this.headers.fireBare('DETECTED_TONE', [['Detected-Tone', key]])
    if (application === '') return
    const id = this.#services.newId()
    this.execution.submit({ call: 'execute', application, argument, id, loops: 1, isLocked: false })
  }

  /** A digit of the far end, by whatever way it came. */
  takeDigit(digit: Digit): void {
    const { digit: key, durationTicks, source } = digit
    this.headers.fireBare('DTMF', [
      ['DTMF-Digit', key],
      ['DTMF-Duration', String(durationTicks)],
      ['DTMF-Source', digitSources[source]],
    ])
    if (this.execution.digit(key)) return
    // A digit in the sound has gone to the other party as sound.
    if (source !== 'inband') this.peer?.session.sendDigit(key, durationTicks / 8)
  }

  start(message: Execute): string | Running {
    const argument = expandNames(
      message.argument,
      (name) => this.getVariable(name),
      (name) => this.folders.names[name],
    )
    return startApplication(this, message.application, argument)
  }

  executing({ application, argument, id }: Execute): void {
    this.unsetVariable('current_application_response')
    this.setVariable('current_application', application)
    if (argument === '') this.unsetVariable('current_application_data')
    else this.setVariable('current_application_data', argument)
    this.fire('CHANNEL_EXECUTE', applicationHeaders(application, argument, id))
  }

  completed({ application, argument, id }: Execute, response: string): void {
    if (response !== '_none_') this.setVariable('current_application_response', response)
    this.fire('CHANNEL_EXECUTE_COMPLETE', [
      ...applicationHeaders(application, argument, id),
      ['Application-Response', response],
    ])
    if (this.#hangupCause !== '' && application === 'hangup') this.end(this.#hangupCause, 'hangup')
  }

  failed({ application }: Execute, fault: unknown): void {
    this.#services.log.error(
      { err: fault, uuid: this.uuid, application },
      'fault in an application',
    )
  }

  /** The application `hangup`: BYE now, the end when the application is told to be complete. */
  beginHangup(cause: string): void {
    if (this.#hangupCause !== '') return
    this.#hangupCause = cause
    this.#services.sayBye(this, cause)
    this.headers.setHangup(cause, this.#services.wallMs())
  }

  /** The media server ends the call. */
  hangUp(cause: string): void {
    if (this.isEnded) return
    this.beginHangup(cause)
    this.end(cause, 'hangup')
  }

  /**
   * The call is over. Tells everything that is owed: applications innermost first, recordings, the
   * state, and only then closes.
   */
  end(cause: string, why: 'hangup' | 'farHangup'): void {
    if (this.isEnded) return
    this.isEnded = true
    const { headers } = this
    headers.setHangup(cause, this.#services.wallMs())
    this.setVariable('hangup_cause', cause)
    this.execution.stopAll(why)
    this.recordings.stop('all')
    if (this.peer !== undefined) {
      this.peer.headers.setOther(undefined)
      this.peer.unsetVariable('signal_bond')
      this.peer.peer = undefined
      this.peer = undefined
    }
    headers.setState('CS_HANGUP')
    headers.changeCallState('HANGUP')
    this.fire('CHANNEL_HANGUP', [])
    this.fire('CHANNEL_HANGUP_COMPLETE', [])
    this.connection?.farewell()
    this.session.close(this.#services.nowMs())
    this.#services.ended(this)
  }

  /** The party of a bridge or a transfer: what runs is ended, the call state goes round once. */
  park(newId: string): void {
    if (this.isEnded) return
    this.execution.stopAll('transfer')
    this.headers.setOther(undefined)
    this.unsetVariable('signal_bond')
    this.peer = undefined
    this.headers.setState('CS_ROUTING')
    this.headers.changeCallState('RINGING')
    this.headers.setState('CS_EXECUTE')
    this.headers.changeCallState('ACTIVE')
    this.fire('CHANNEL_EXECUTE', [
      ['Application', 'park'],
      ['Application-UUID', newId],
    ])
  }
}

function applicationHeaders(
  application: string,
  argument: Octets,
  id: string,
): (readonly [string, string])[] {
  const uuid = ['Application-UUID', id] as const
  return argument === ''
    ? [['Application', application], uuid]
    : [['Application', application], ['Application-Data', argument], uuid]
}
