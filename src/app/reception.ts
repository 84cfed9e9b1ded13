/**
 * What happens to a request that belongs to no dialog: an INVITE is checked in the order of cost
 * (who sends it, is it new, is there room, can it be read), its subscriber is asked for once, and a
 * runner takes over. Everything else is answered here. RFC 3261 §8.2, §11 (OPTIONS).
 */
import type { Clock } from '../clock.ts'
import { maskNumber } from '../log.ts'
import type { Log } from '../log.ts'
import type { IncomingCall } from '../call/events.ts'
import type { CallRecord, RefusalReason } from '../call/record.ts'
import { refuseCall } from '../call/refusal.ts'
import type { Address, Subscriber } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { Admission } from './admission.ts'
import { allowedMethods, capabilities } from './allowed-methods.ts'
import { callIdentifier } from './call-identifier.ts'
import { CallLimits } from './call-limits.ts'
import { CallTable } from './call-table.ts'
import { noMedia } from './call-media.ts'
import { CallerSide } from './caller-side.ts'
import type { DialoguesFor } from './dialogues.ts'
import { headerText } from './guard.ts'
import { isMerged, readInvite } from './inbound.ts'
import type { Invitation } from './inbound.ts'
import type { LadderRecorder } from './ladder-recorder.ts'
import type { LiveCalls } from './live-commands.ts'
import type { MediaPool } from './media-port.ts'
import type { Meter } from './meter.ts'
import { OwnCalls } from './own-calls.ts'
import type { AnsweredPhone, OwnCall } from './own-calls.ts'
import type { CallDirectory, CallJournal, MediaLibrary } from './ports.ts'
import { CallRunner } from './runner.ts'
import { reasonText } from './sip-dialog.ts'
import type { Answer, Headers, ServerTransaction, SipRequest, SipServer } from './sip-port.ts'
import { TrunkTable } from './trunk-table.ts'
import { VirtualCall } from './virtual-call.ts'
import type { VirtualPhone } from './virtual-call.ts'
import type { Velocity } from './velocity.ts'

export interface ReceptionOptions {
  readonly maxCps: number
  readonly maxLiveCalls: number
  readonly maxCallSeconds: number
  readonly sessionSeconds: number
  /** The recordings folder as media servers see it. */
  readonly recordingsFolder: string
}

export interface ReceptionPorts {
  readonly directory: CallDirectory
  readonly journal: CallJournal
  readonly clock: Clock
  readonly log: Log
  /** undefined: there is no media server. */
  readonly media: MediaPool | undefined
  readonly library: MediaLibrary | undefined
  readonly dialogues: DialoguesFor
  /** Counts for the limits against fraud; left out = each process for itself. */
  readonly velocity?: Velocity | undefined
  /** What calls cost and until when that is paid; left out = they cost nothing. */
  readonly meter?: Meter | undefined
  /** Whom the panel and the desk reach live calls by; left out = nobody. */
  readonly live?: LiveCalls | undefined
}

/** A call of nobody's network to a personal number. */
export interface PlacedCall {
  readonly number: Address
  /** Who calls; '' = withheld. */
  readonly caller: Address
  readonly phone: VirtualPhone
}

/** A call from its INVITE on; `runner` stands once the subscriber is known. */
interface LiveCall {
  readonly request: SipRequest
  readonly caller: CallerSide
  /** It comes from no network. */
  readonly virtual: VirtualCall | undefined
  runner: CallRunner | undefined
  readonly ladder: LadderRecorder | undefined
}

const retryAfter: Headers = { 'Retry-After': '5' }

export class Reception {
  readonly #options: ReceptionOptions
  readonly #ports: ReceptionPorts
  readonly #server: SipServer
  readonly #trunks: TrunkTable
  readonly #admission: Admission
  readonly #limits: CallLimits
  readonly #table = new CallTable<LiveCall>()
  readonly #ownCalls: OwnCalls
  /** Runners with anything left at the server, also after their call has ended; and whose. */
  readonly #runners = new Map<CallRunner, string>()
  readonly #storing = new Set<Promise<void>>()
  #draining = false

  constructor(options: ReceptionOptions, ports: ReceptionPorts, server: SipServer) {
    this.#options = options
    this.#ports = ports
    this.#server = server
    this.#trunks = new TrunkTable(() => ports.directory.trunks())
    this.#admission = new Admission(options.maxCps, options.maxLiveCalls)
    this.#limits = new CallLimits(ports.velocity)
    this.#ownCalls = new OwnCalls({
      server, clock: ports.clock, trunks: this.#trunks, sessionSeconds: options.sessionSeconds,
    })
  }

  /** Calls that are not over. */
  live(): number {
    return this.#table.size
  }

  /** What the live and the ending calls hold; all zero when nothing is going on. */
  counts() {
    let legs = this.#ownCalls.size
    let timers = 0
    let endpoints = 0
    for (const runner of this.#runners.keys()) {
      legs += runner.legCount
      timers += runner.timerCount
      endpoints += runner.endpointCount
    }
    return {
      calls: this.#table.size, legs, timers, trunkLegs: this.#trunks.busyLegs(),
      ending: this.#runners.size, endpoints,
    }
  }

  /** A call from no network; undefined when there is no room for it. It ends with its phone. */
  place(placed: PlacedCall): VirtualCall | undefined {
    const { clock } = this.#ports
    const { phone, caller: number } = placed
    if (this.#draining || !this.#admission.admit(clock.nowMs(), this.live())) return undefined
    const callId = `placed-${callIdentifier(clock.wallMs())}`
    const virtual = new VirtualCall(callId, phone)
    const caller = new CallerSide(virtual)
    const ladder = this.#ports.live?.recorder()
    const call: LiveCall = { request: virtual.request, caller, virtual, runner: undefined, ladder }
    this.#table.add(callId, call)
    void this.#begin(call, {
      callId, caller: { number, name: '', anonymous: number === '' }, dialled: placed.number,
      privacy: number === '', maxForwards: 70, diverted: [], diversions: [], history: [],
      offer: phone.offer, contentType: 'application/sdp', supportsTimer: false, session: undefined,
    }, undefined)
    return virtual
  }

  /** Rings a phone for the service itself; see `own-calls.ts`. */
  ringPhone(call: OwnCall, signal: AbortSignal): Promise<AnsweredPhone | undefined> {
    return this.#draining ? Promise.resolve(undefined) : this.#ownCalls.ring(call, signal)
  }

  invite(transaction: ServerTransaction, pendingTwin: SipRequest | undefined): void {
    // First of all the ear for his CANCEL: it may come while the database is asked.
    const caller = new CallerSide(transaction)
    const { request } = transaction
    const trunk = this.#trunks.bySource(request.sourceAddress)
    if (trunk === undefined) return this.#refuse(caller, { status: 403 }, request, 'address')
    const callId = headerText(request, 'call-id') ?? ''
    const twin = pendingTwin ?? this.#table.get(callId)?.request
    if (twin !== undefined) {
      // RFC 3261 §8.2.2.2; another request under the same Call-ID could not be told from it either.
      const status = isMerged(twin, request) ? 482 : 486
      return this.#refuse(caller, { status }, request, 'same Call-ID')
    }
    const { clock } = this.#ports
    if (this.#draining || !this.#admission.admit(clock.nowMs(), this.live())) {
      return this.#refuse(caller, { status: 503, headers: retryAfter }, request, 'no room')
    }
    const reading = readInvite(request, trunk)
    if (!reading.ok) return this.#refuse(caller, reading.answer, request, reading.why)
    const ladder = this.#ports.live?.recorder()
    if (ladder !== undefined) caller.noteIn(ladder)
    const call: LiveCall = { request, caller, virtual: undefined, runner: undefined, ladder }
    this.#table.add(callId, call)
    void this.#begin(call, reading.invitation, trunk)
  }

  other(transaction: ServerTransaction): void {
    const { request } = transaction
    switch (request.method) {
      case 'ACK': return
      case 'OPTIONS': return transaction.respond(this.#health())
      case 'BYE': return this.#strayBye(transaction)
      case 'PRACK':
      case 'UPDATE':
        return transaction.respond({ status: 481 })
      default: return transaction.respond({ status: 405, headers: { Allow: allowedMethods } })
    }
  }

  /** The control connection is gone: the server drops what it had of every call. */
  disconnected(): void {
    for (const call of this.#table.values()) {
      if (call.runner === undefined) call.caller.lost()
      call.virtual?.hangUp()
    }
    for (const runner of this.#runners.keys()) runner.lost()
    this.#ownCalls.lost()
  }

  /** No new calls from now on. */
  drain(): void {
    this.#draining = true
  }

  /** Ends the calls that live. */
  shutDown(): void {
    this.#draining = true
    for (const runner of this.#runners.keys()) runner.post({ type: 'shutdown' })
    this.#ownCalls.dropAll()
  }

  /** Settles when the journal has taken the records it was given so far. */
  async stored(): Promise<void> {
    await Promise.all(this.#storing)
  }

  #health(): Answer {
    const full = this.#draining || this.#admission.full(this.live())
    return full
      ? { status: 503, headers: retryAfter }
      : { status: 200, headers: capabilities }
  }

  /** BYE in an early dialog is legal for the caller (RFC 3261 §15); any other is out of place. */
  #strayBye(transaction: ServerTransaction): void {
    const runner = this.#table.get(headerText(transaction.request, 'call-id') ?? '')?.runner
    if (runner === undefined) return transaction.respond({ status: 481 })
    transaction.respond({ status: 200 })
    runner.earlyBye(reasonText(transaction.request))
  }

  #refuse(caller: CallerSide, answer: Answer, request: SipRequest, why: string): void {
    const { status } = answer
    this.#ports.log.debug({ from: request.sourceAddress, status, why }, 'INVITE refused')
    caller.refuse(answer.status, answer.phrase ?? '', answer.headers)
  }

  async #begin(
    call: LiveCall, invitation: Invitation, trunk: Trunk | undefined,
  ): Promise<void> {
    const { clock, directory, log } = this.#ports
    const incoming: IncomingCall = {
      id: callIdentifier(clock.wallMs()),
      sipCallId: invitation.callId,
      caller: invitation.caller,
      dialled: invitation.dialled,
      trunkId: trunk?.id,
      maxForwards: invitation.maxForwards,
      diverted: invitation.diverted,
      hasOffer: invitation.offer !== '',
    }
    try {
      const subscriber = await directory.findSubscriber(invitation.dialled)
      // The control connection went meanwhile: there is nobody left to serve or to refuse.
      if (call.caller.over && call.caller.cancelled === undefined) {
        this.#table.remove(invitation.callId)
      } else if (subscriber === undefined) this.#refuseCall(call, incoming, 'unknownNumber')
      else if (this.#draining) this.#refuseCall(call, incoming, 'overload')
      else this.#letIn(call, invitation, incoming, subscriber, trunk)
    } catch (error) {
      const dialled = maskNumber(invitation.dialled)
      log.warn({ call: incoming.id, dialled, error: String(error) }, 'no subscriber data')
      this.#refuseCall(call, incoming, 'databaseDown')
    }
  }

  #letIn(
    call: LiveCall, invitation: Invitation, incoming: IncomingCall, subscriber: Subscriber,
    trunk: Trunk | undefined,
  ): void {
    const why = this.#limits.refusal(subscriber, incoming.caller)
    if (why === undefined) this.#run(call, invitation, incoming, subscriber, trunk)
    else this.#refuseCall(call, incoming, why, subscriber.id)
  }

  /** A call without a machine: its record is opened and closed all the same. */
  #refuseCall(
    call: LiveCall, incoming: IncomingCall, why: RefusalReason, subscriberId?: string,
  ): void {
    this.#table.remove(incoming.sipCallId)
    const { clock } = this.#ports
    for (const command of refuseCall(incoming, subscriberId, why, clock.wallMs())) {
      if (command.do === 'refuseCaller') call.caller.refuseAs(command)
      if (command.do === 'closeRecord') this.#keep(this.#store(command.record))
    }
    if (call.ladder !== undefined) this.#ports.live?.keep(incoming.id, call.ladder)
  }

  async #store(record: CallRecord): Promise<void> {
    try {
      await this.#ports.journal.close(record)
    } catch (error) {
      const { log } = this.#ports
      log.error({ call: record.id, error: String(error) }, 'journal refused a record')
    }
  }

  #run(
    call: LiveCall, invitation: Invitation, incoming: IncomingCall, subscriber: Subscriber,
    trunk: Trunk | undefined,
  ): void {
    const { caller, dialled, callId } = invitation
    const { clock, journal, log, library, dialogues, media, live, meter } = this.#ports
    const { sessionSeconds, recordingsFolder } = this.#options
    const way = trunk?.id ?? ''
    const options = {
      maxCallSeconds: this.#limits.callSeconds(subscriber, this.#options.maxCallSeconds),
      liveCalls: this.#limits.liveCalls(subscriber, this.#table.callsOf(subscriber.id)),
      alreadyRinging: this.#table.rings(caller, dialled, way),
      personalNumbers: this.#personalTargets(subscriber),
      mediaAvailable: media?.available === true,
      callerHearsEarlyMedia: trunk === undefined || trunk.earlyMedia === true,
      ...(meter === undefined ? {} : { priceOf: meter.priceOf(subscriber) }),
    }
    const stopsRinging = this.#table.ringing(caller, dialled, way)
    const uncount = this.#table.count(subscriber.id)
    const runner: CallRunner = new CallRunner({
      server: call.virtual?.serverWith(this.#server) ?? this.#server,
      trunks: this.#trunks, sessionSeconds, clock, journal, log,
      mayDial: (address) =>
        this.#limits.mayDial(subscriber, address, () => this.#legsOf(subscriber.id)),
      pool: media ?? noMedia, library, dialogues, recordingsFolder, ladder: call.ladder, meter,
    }, invitation, call.caller, {
      connected: stopsRinging,
      ended: (stored) => {
        stopsRinging()
        uncount()
        this.#table.remove(callId)
        this.#keep(stored)
      },
      gone: () => {
        this.#runners.delete(runner)
        leave?.()
      },
    })
    const leave = live?.enter(incoming.id, call.ladder, (order) => runner.order(order))
    call.runner = runner
    this.#runners.set(runner, subscriber.id)
    runner.start(incoming, subscriber, options)
  }

  /** Legs of all calls of a subscriber in this process. */
  #legsOf(subscriberId: string): number {
    let legs = 0
    for (const [runner, whose] of this.#runners) if (whose === subscriberId) legs += runner.legCount
    return legs
  }

  /** Targets that are personal numbers of this platform: a leg to one would come back to us. */
  #personalTargets(subscriber: Subscriber): Address[] {
    const { directory } = this.#ports
    const found: Address[] = []
    const look = (address: Address): void => {
      if (directory.isPersonalNumber(address)) found.push(address)
    }
    for (const rule of subscriber.rules) for (const target of rule.targets) look(target.address)
    if (subscriber.defaultTarget !== undefined) look(subscriber.defaultTarget.address)
    if (subscriber.override?.action === 'ring') look(subscriber.override.target.address)
    return found
  }

  #keep(work: Promise<void>): void {
    this.#storing.add(work)
    void work.finally(() => this.#storing.delete(work))
  }
}
