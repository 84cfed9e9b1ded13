/**
 * The SIP side of the media server: answers INVITE (with an offer, or with one of ours), re-INVITE,
 * UPDATE, INFO, BYE and OPTIONS, sends BYE, and nothing else. It never sends INVITE or UPDATE. The
 * engine is `sip/stack.ts`; what a call does is `channel.ts`.
 */
import type { Ms } from '../clock.ts'
import type { SipHost } from '../net/sip-host.ts'
import { parseInfoDigit } from '../rtp/info-digit.ts'
import type { Output } from '../sip/events.ts'
import { SipMessage } from '../sip/message.ts'
import type { Channel } from './channel.ts'
import { reasonHeader } from './hangup-cause.ts'

type Request = Extract<Output, { type: 'request' }>

/** A call that wants to begin. */
export interface Arrival {
  readonly request: Request
  /** Set when the caller gave up meanwhile. */
  isCancelled: boolean
}

/** What the door needs of the server. */
export interface DoorServices {
  readonly nowMs: () => Ms
  isAllowed(address: string): boolean
  channelOf(owner: number): Channel | undefined
  /** A new call: to be answered by `accept` or `refuse`. */
  arrived(arrival: Arrival): void
  /** The far end has acknowledged the first 200. */
  acknowledged(channel: Channel): void
}

const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE'
const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  481: 'Call/Transaction Does Not Exist',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
}

export class SipDoor {
  readonly #services: DoorServices
  readonly #dialogs = new Map<number, string>()
  readonly #arrivals = new Map<string, Arrival>()
  /** Channels whose 200 is being sent: token to owner. */
  readonly #answering = new Map<string, number>()
  #host: SipHost | undefined
  #tokens = 0

  constructor(services: DoorServices) {
    this.#services = services
  }

  open(host: SipHost): void {
    this.#host = host
  }

  /** What the engine says. */
  output(output: Output): void {
    switch (output.type) {
      case 'request':
        return this.#requested(output)
      case 'ack':
        return this.#acknowledged(output.owner, output.message)
      case 'cancelled': {
        const arrival = this.#arrivals.get(output.transaction)
        if (arrival !== undefined) arrival.isCancelled = true
        return
      }
      case 'accepted': {
        const owner = this.#answering.get(output.token)
        this.#answering.delete(output.token)
        if (owner !== undefined && output.dialog !== '') this.#dialogs.set(owner, output.dialog)
        return
      }
      case 'refused': {
        const owner = this.#answering.get(output.token)
        this.#answering.delete(output.token)
        if (owner !== undefined) {
          this.#services.channelOf(owner)?.end('NORMAL_TEMPORARY_FAILURE', 'farHangup')
        }
        return
      }
      case 'dialogEnded':
        this.#services
          .channelOf(output.owner)
          ?.end(
            output.cause === 'ackTimeout' ? 'RECOVERY_ON_TIMER_EXPIRE' : 'NORMAL_TEMPORARY_FAILURE',
            'farHangup',
          )
        return
      default:
        return
    }
  }

  /** Answers a new call with 200 and our description; false when the caller has given up. */
  accept(arrival: Arrival, owner: number, sdp: string): boolean {
    this.#arrivals.delete(arrival.request.transaction)
    if (arrival.isCancelled) return false
    this.#submit({
      type: 'claim',
      now: this.#services.nowMs(),
      transaction: arrival.request.transaction,
      owner,
    })
    this.#respond(arrival.request, this.#described(sdp), owner)
    return true
  }

  /** Refuses a new call. */
  refuse(
    arrival: Arrival,
    status: number,
    cause = '',
    headers: readonly (readonly [string, string])[] = [],
  ): void {
    this.#arrivals.delete(arrival.request.transaction)
    if (arrival.isCancelled) return
    const draft = this.#draft(status)
    if (cause !== '') draft.append('Reason', reasonHeader(cause))
    for (const [name, value] of headers) draft.append(name, value)
    this.#respond(arrival.request, draft)
  }

  /** Sends BYE, if there is a dialog. */
  sayBye(owner: number, cause: string): void {
    const dialog = this.#dialogs.get(owner)
    if (dialog === undefined) return
    const draft = SipMessage.request('BYE', 'sip:far-end')
    draft.append('Reason', reasonHeader(cause))
    this.#submit({
      type: 'request',
      now: this.#services.nowMs(),
      token: this.#token(),
      owner,
      draft,
      dialog,
    })
  }

  /** The call is over: its dialog is nobody's. */
  forget(owner: number): void {
    this.#dialogs.delete(owner)
  }

  #requested(request: Request): void {
    const { message, flow, dialog, owner } = request
    if (!this.#services.isAllowed(flow.remoteAddress)) {
      return this.#respond(request, this.#draft(403))
    }
    const isNew = dialog === '' && owner === 0
    if (message.method === 'OPTIONS') return this.#respond(request, this.#options())
    if (!isNew) return this.#requestedInDialog(request, this.#services.channelOf(owner))
    if (message.method !== 'INVITE') {
      return this.#respond(request, this.#draft(message.method === 'BYE' ? 481 : 405))
    }
    const arrival: Arrival = { request, isCancelled: false }
    this.#arrivals.set(request.transaction, arrival)
    this.#services.arrived(arrival)
  }

  #requestedInDialog(request: Request, channel: Channel | undefined): void {
    if (channel === undefined || channel.isEnded) return this.#respond(request, this.#draft(481))
    switch (request.message.method) {
      case 'BYE':
        this.#respond(request, this.#draft(200))
        channel.setVariable('proto_specific_hangup_cause', 'sip:200')
        return channel.end('NORMAL_CLEARING', 'farHangup')
      case 'INVITE':
      case 'UPDATE':
        return this.#modify(request, channel)
      case 'INFO':
        return this.#inform(request, channel)
      default:
        return this.#respond(request, this.#draft(405))
    }
  }

  /** RFC 3264 §8: what the far end offers anew takes effect when our answer goes out. */
  #modify(request: Request, channel: Channel): void {
    const { message } = request
    if (message.body === '') {
      // RFC 3311 §5.2: an UPDATE without a description changes none.
      const draft =
        message.method === 'UPDATE'
          ? this.#draft(200)
          : this.#described(channel.negotiation.offer())
      return this.#respond(request, draft)
    }
    const negotiated = channel.negotiation.answer(message.body)
    if (negotiated.type === 'refused') return this.#respond(request, this.#draft(negotiated.status))
    channel.agree(negotiated.agreement)
    this.#respond(request, this.#described(negotiated.sdp))
  }

  #inform(request: Request, channel: Channel): void {
    const { message } = request
    const digit = parseInfoDigit(message.get('Content-Type') ?? '', message.body)
    this.#respond(request, this.#draft(200))
    if (digit !== undefined) channel.takeDigit(digit)
  }

  #acknowledged(owner: number, ack: SipMessage): void {
    const channel = this.#services.channelOf(owner)
    if (channel === undefined || channel.isEnded) return
    const agreement = channel.negotiation.acknowledge(ack.body)
    if (agreement !== undefined) channel.agree(agreement)
    this.#services.acknowledged(channel)
  }

  #options(): SipMessage {
    const draft = this.#draft(200)
    draft.append('Accept', 'application/sdp')
    return draft
  }

  #described(sdp: string): SipMessage {
    const draft = this.#draft(200)
    draft.append('Content-Type', 'application/sdp')
    draft.body = sdp
    return draft
  }

  #draft(status: number): SipMessage {
    const draft = SipMessage.response(status, reasons[status] ?? 'Unknown')
    draft.append('Allow', allow)
    return draft
  }

  /** `owner` 0: nobody waits for how it goes. */
  #respond(request: Request, draft: SipMessage, owner = 0): void {
    const token = this.#token()
    if (owner !== 0) this.#answering.set(token, owner)
    this.#submit({
      type: 'respond',
      now: this.#services.nowMs(),
      token,
      transaction: request.transaction,
      draft,
    })
  }

  #submit(input: Parameters<SipHost['submit']>[0]): void {
    this.#host?.submit(input)
  }

  #token(): string {
    return String(++this.#tokens)
  }
}
