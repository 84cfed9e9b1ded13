/**
 * One target being rung: an INVITE to it through the trunks in order, and the dialog it becomes.
 * Decides the races of a leg where they happen; whether the leg is wanted is the call's business.
 * RFC 3261 §9 (CANCEL), §13.2 (INVITE as UAC), RFC 4028 §7 (422).
 */
import type { Cancel, Clock } from '../clock.ts'
import type { LegId, Ms } from '../call/events.ts'
import type { Address } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { headerText, readUnsigned } from './guard.ts'
import type { LegMedia } from './leg-media.ts'
import { refuseOffer } from './offer.ts'
import { agreedTimer, offerTimer } from './session-timer.ts'
import { SipDialog } from './sip-dialog.ts'
import type {
  ClientTransaction, Credentials, Headers, SipResponse, SipServer,
} from './sip-port.ts'
import type { TrunkTable } from './trunk-table.ts'

/** One way to the target. */
export interface Route {
  /** Name of the trunk as the journal keeps it, or 'direct' for a SIP URI. */
  readonly label: string
  readonly trunk: Trunk | undefined
  readonly uri: string
  readonly headers: Headers
  readonly credentials: Credentials | undefined
  /** Time without a provisional response until the next route is tried. */
  readonly provisionalMs: Ms
}

export interface TriedRoute {
  readonly trunk: string
  readonly status: number
}

export interface LegEvents {
  progress(leg: Leg, status: number, body: string): void
  answered(leg: Leg): void
  failed(leg: Leg, status: number): void
  /** BYE from the far end after the answer. */
  hungUp(leg: Leg, reason: string): void
  /** Nothing of this leg is left at the server. */
  gone(leg: Leg): void
}

export interface LegOptions {
  readonly id: LegId
  readonly address: Address
  readonly routes: readonly Route[]
  /** Session interval offered, 0 = none. */
  readonly sessionSeconds: number
  readonly server: SipServer
  readonly clock: Clock
  readonly trunks: TrunkTable
}

interface Attempt {
  readonly route: Route
  transaction: ClientTransaction | undefined
  rang: boolean
  /** Something of it is still at the server: no final response yet, or a dialog to end. */
  open: boolean
  stopTimer: Cancel | undefined
  sessionSeconds: number
}

/** After CANCEL the server owes a final response within 64·T1 = 32 s (RFC 3261 §9.1). */
const cancelledMs = 40_000

export class Leg {
  readonly id: LegId
  readonly address: Address
  readonly tried: TriedRoute[] = []
  /** Session description and its type of the 200. */
  sdp = ''
  contentType = ''
  dialog: SipDialog | undefined
  /** Its end at the media server when its speech goes through one. */
  media: LegMedia | undefined
  readonly #options: LegOptions
  readonly #events: LegEvents
  #state: 'dialling' | 'answered' | 'failed' | 'dropped' = 'dialling'
  #next = 0
  #current: Attempt | undefined
  #openAttempts: Attempt[] = []
  #owedAck: ((body: string) => void) | undefined
  #dropReason = ''
  #offer = ''

  constructor(options: LegOptions, events: LegEvents) {
    this.id = options.id
    this.address = options.address
    this.#options = options
    this.#events = events
  }

  /**
   * Sends the first INVITE, unless the leg was dropped before. `offer` '': the caller sent none and
   * wants that of the phone (late offer). Events come later, never from inside this call, except
   * `failed`.
   */
  dial(offer: string): void {
    if (this.#state !== 'dialling') return
    this.#offer = offer
    this.#tryNext(503)
  }

  /** The routes tried, and the one at work with its latest status. */
  triedSoFar(status: number): TriedRoute[] {
    const trunk = this.#current?.route.label
    return trunk === undefined ? [...this.tried] : [...this.tried, { trunk, status }]
  }

  /** Neither failed nor dropped nor hung up. */
  get wanted(): boolean {
    return this.#state === 'dialling' || this.#state === 'answered'
  }

  get answered(): boolean {
    return this.#state === 'answered'
  }

  /** Late offer: the caller's answer has come with his ACK and goes out with ours. */
  acknowledge(answer: string): void {
    const ack = this.#owedAck
    this.#owedAck = undefined
    ack?.(answer)
  }

  /** Ends the leg whatever it is doing. `reason` is a Reason header text or ''. */
  drop(reason: string): void {
    if (this.#state === 'answered') {
      this.#state = 'dropped'
      this.#hangUp(reason)
    } else if (this.#state === 'dialling') {
      this.#state = 'dropped'
      this.#dropReason = reason
      if (this.#current !== undefined) this.#cancel(this.#current, reason)
      else this.#events.gone(this)
    }
  }

  /** The control connection is gone: nothing can be sent, nothing will come. */
  lost(): void {
    if (this.#state === 'dialling' || this.#state === 'answered') this.#state = 'dropped'
    this.dialog?.abandon()
    if (this.#openAttempts.length === 0) this.#events.gone(this)
    for (const attempt of this.#openAttempts) this.#settle(attempt)
  }

  #tryNext(lastStatus: number): void {
    const { routes, trunks } = this.#options
    while (this.#next < routes.length) {
      const route = routes[this.#next++]!
      if (route.trunk === undefined || trunks.take(route.trunk)) {
        this.#invite(route, this.#options.sessionSeconds)
        return
      }
      this.tried.push({ trunk: route.label, status: 503 }) // all its lines are taken
    }
    this.#state = 'failed'
    this.#events.failed(this, lastStatus)
    if (this.#openAttempts.length === 0) this.#events.gone(this)
  }

  #invite(route: Route, sessionSeconds: number): void {
    const { server, clock } = this.#options
    const attempt: Attempt = {
      route, sessionSeconds, rang: false, open: true, transaction: undefined, stopTimer: undefined,
    }
    this.#current = attempt
    this.#openAttempts.push(attempt)
    // Without another route there is nothing to turn to, and a slow network may still ring.
    if (this.#next < this.#options.routes.length) {
      const at = clock.nowMs() + route.provisionalMs
      attempt.stopTimer = clock.wakeAt(at, () => this.#silent(attempt))
    }
    const headers = { ...route.headers, ...offerTimer(sessionSeconds) }
    const credentials = route.credentials === undefined ? {} : { credentials: route.credentials }
    attempt.transaction = server.send(
      { method: 'INVITE', uri: route.uri, headers, body: this.#offer, ...credentials }, {
        progress: (response) => this.#progress(attempt, response),
        answered: (response, ack) => this.#answered(attempt, response, ack),
        failed: (status, response) => this.#failed(attempt, status, response),
      })
  }

  #progress(attempt: Attempt, response: SipResponse): void {
    if (response.status > 100) attempt.rang = true
    if (attempt !== this.#current || this.#state !== 'dialling') return
    attempt.stopTimer?.()
    attempt.stopTimer = undefined
    if (response.status > 100) this.#events.progress(this, response.status, response.body)
  }

  #silent(attempt: Attempt): void {
    attempt.stopTimer = undefined
    if (attempt !== this.#current || this.#state !== 'dialling') return
    this.tried.push({ trunk: attempt.route.label, status: 0 })
    // The server holds the CANCEL until this trunk says anything; a late 200 is hung up below.
    this.#cancel(attempt, '')
    this.#tryNext(0)
  }

  #answered(attempt: Attempt, response: SipResponse, ack: (body?: string) => void): void {
    attempt.stopTimer?.()
    attempt.stopTimer = undefined
    const lateOffer = this.#offer === ''
    if (!attempt.open || attempt !== this.#current || this.#state !== 'dialling') {
      // The 200 crossed our CANCEL, or a trunk we had given up answered: ACK, then BYE, always.
      ack(lateOffer ? refuseOffer(response.body) : undefined)
      const { server } = this.#options
      const { credentials } = attempt.route
      const late = new SipDialog(
        server, response.dialogId, () => this.#settle(attempt), credentials)
      late.bye(this.#dropReason, () => this.#settle(attempt))
      return
    }
    this.#state = 'answered'
    this.tried.push({ trunk: attempt.route.label, status: response.status })
    if (lateOffer) this.#owedAck = ack
    else ack()
    const dialog = new SipDialog(
      this.#options.server, response.dialogId, (reason) => this.#farEnd(attempt, reason),
      attempt.route.credentials)
    dialog.timer = agreedTimer(response)
    dialog.sent = this.#offer
    dialog.received = response.body
    this.dialog = dialog
    this.sdp = response.body
    this.contentType = headerText(response, 'content-type') ?? 'application/sdp'
    this.#events.answered(this)
  }

  #failed(attempt: Attempt, status: number, response: SipResponse | undefined): void {
    if (!attempt.open) return
    if (attempt === this.#current && this.#state === 'dialling') {
      const longer = status === 422 && response !== undefined ? minSession(response) : undefined
      if (longer !== undefined && longer > attempt.sessionSeconds) {
        // RFC 4028 §7.4: once more with the interval asked for. The line of the trunk is kept.
        this.#drop(attempt)
        this.#invite(attempt.route, longer)
        return
      }
      this.#settleQuietly(attempt)
      this.tried.push({ trunk: attempt.route.label, status })
      if (isTrunkFault(status, attempt.rang)) this.#tryNext(status)
      else {
        this.#state = 'failed'
        this.#events.failed(this, status)
        this.#reportGone()
      }
    } else this.#settle(attempt)
  }

  #farEnd(attempt: Attempt, reason: string): void {
    // BYE while the caller's answer is still awaited: the 200 must have its ACK all the same.
    this.#refuseOwed()
    const wanted = this.#state === 'answered'
    this.#state = 'dropped'
    if (wanted) this.#events.hungUp(this, reason)
    this.#settle(attempt)
  }

  #refuseOwed(): void {
    if (this.#owedAck !== undefined) this.acknowledge(refuseOffer(this.sdp))
  }

  #hangUp(reason: string): void {
    const attempt = this.#current
    this.#refuseOwed()
    this.dialog?.bye(reason, () => {
      if (attempt !== undefined) this.#settle(attempt)
    })
  }

  #cancel(attempt: Attempt, reason: string): void {
    attempt.stopTimer?.()
    const { clock } = this.#options
    attempt.stopTimer = clock.wakeAt(clock.nowMs() + cancelledMs, () => this.#settle(attempt))
    attempt.transaction?.cancel(reason === '' ? {} : { Reason: reason })
  }

  #settle(attempt: Attempt): void {
    if (!attempt.open) return
    this.#settleQuietly(attempt)
    this.#reportGone()
  }

  #settleQuietly(attempt: Attempt): void {
    this.#drop(attempt)
    if (attempt.route.trunk !== undefined) this.#options.trunks.release(attempt.route.trunk)
  }

  #drop(attempt: Attempt): void {
    attempt.open = false
    attempt.stopTimer?.()
    attempt.stopTimer = undefined
    this.#openAttempts = this.#openAttempts.filter((other) => other !== attempt)
  }

  #reportGone(): void {
    if (this.#openAttempts.length === 0 && this.#state !== 'dialling') this.#events.gone(this)
  }
}

/**
 * Whether a failure is the route's and not the target's: the next one may do better. After ringing
 * it is the target's in any case, and dialling again would ring the same phone twice.
 */
function isTrunkFault(status: number, rang: boolean): boolean {
  if (rang) return false
  // 401, 407: it does not take our credentials. 408: nobody answered, the server made it up.
  return status === 0 || status === 401 || status === 407 || status === 408 ||
    (status >= 500 && status < 600)
}

function minSession(response: SipResponse): number | undefined {
  const text = headerText(response, 'min-se') ?? ''
  const end = text.indexOf(';')
  return readUnsigned((end < 0 ? text : text.slice(0, end)).trim())
}
