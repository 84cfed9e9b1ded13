/**
 * Runs one call: tells the call machine what happened and carries out what it orders, one command
 * one case, strictly one event after the other. No policy: that is `call/machine.ts`. A fault in
 * here ends this call with 500 and closes its record, and touches no other.
 */
import type { CallOptions } from '../call/call-state.ts'
import type {
  CallCommand, CallEvent, CallOrder, IncomingCall, MoneyEvent, OrderEvent, OrderVerdict,
} from '../call/events.ts'
import { startCall, step } from '../call/machine.ts'
import type { CallRecord } from '../call/record.ts'
import type { Address, Subscriber } from '../call/subscriber.ts'
import { allowedMethods } from './allowed-methods.ts'
import { AnchoredCall } from './anchored-call.ts'
import { Bridge } from './bridge.ts'
import { CallLegs } from './call-legs.ts'
import { CallOrders } from './call-orders.ts'
import { CallTimers } from './call-timers.ts'
import type { CallerSide } from './caller-side.ts'
import { chargeLeg } from './charge-leg.ts'
import { guardClock, guardServer } from './fault-guard.ts'
import type { Invitation } from './inbound.ts'
import { seenServer } from './ladder-recorder.ts'
import type { Leg } from './leg.ts'
import { RecordKeeper } from './record-keeper.ts'
import type { RunnerEvents, RunnerPorts } from './runner-ports.ts'
import { answerTimer } from './session-timer.ts'
import { SipDialog } from './sip-dialog.ts'
import type { Headers } from './sip-port.ts'

type MachineCall = ReturnType<typeof startCall>['call']

/** RFC 3326; the phone then shows no missed call. */
const elsewhere = 'SIP;cause=200;text="Call completed elsewhere"'

export class CallRunner {
  readonly #ports: RunnerPorts
  readonly #invitation: Invitation
  readonly #caller: CallerSide
  readonly #events: RunnerEvents
  readonly #legs: CallLegs
  readonly #timers: CallTimers
  readonly #record: RecordKeeper
  readonly #orders = new CallOrders()
  readonly #queue: (CallEvent | MoneyEvent | OrderEvent)[] = []
  #call: MachineCall | undefined
  #running = false
  #ended = false
  #gone = false
  #dialog: SipDialog | undefined
  #bridge: Bridge | undefined
  #incoming: IncomingCall | undefined
  #subscriber: Subscriber | undefined
  /** What it has at a media server; only a call that needs one has it. */
  #anchored: AnchoredCall | undefined

  constructor(
    ports: RunnerPorts, invitation: Invitation, caller: CallerSide, events: RunnerEvents,
  ) {
    const guarded = (run: () => void): void => this.#guarded(run)
    this.#ports = {
      ...ports, server: guardServer(ports.server, guarded), clock: guardClock(ports.clock, guarded),
    }
    this.#timers = new CallTimers(this.#ports.clock, (event) => this.post(event))
    this.#record = new RecordKeeper(ports.journal, ports.log)
    this.#invitation = invitation
    this.#caller = caller
    this.#events = events
    this.#legs = new CallLegs(this.#ports, invitation, {
      progress: (leg, status, body) => this.post({
        type: 'legProgress', leg: leg.id, status, media: this.#keepMedia(leg, body),
        attempts: leg.triedSoFar(status),
      }),
      answered: (leg) => {
        if (leg.media !== undefined) this.#anchor().legs.answered(leg)
        else this.post({ type: 'legAnswered', leg: leg.id, attempts: [...leg.tried] })
      },
      failed: (leg, status) =>
        this.post({ type: 'legFailed', leg: leg.id, status, attempts: [...leg.tried] }),
      hungUp: (leg, reason) => {
        if (leg.media === undefined || !this.#anchor().legs.hungUp(leg)) {
          this.#hungUp('callee', reason)
        }
      },
      gone: (leg) => {
        this.#anchored?.legs.gone(leg)
        this.#checkGone()
      },
    })
  }

  /** Begins the call. Call once, before `post`. */
  start(incoming: IncomingCall, subscriber: Subscriber, options: Partial<CallOptions>): void {
    this.#caller.listen(
      (reason) => this.post({ type: 'callerCancelled', reason }),
      () => this.post({ type: 'callerLost' }))
    // A CANCEL that came while the database was asked: the machine hears of it right behind the
    // start, and `dial` below sends nothing meanwhile.
    const reason = this.#caller.cancelled
    if (reason !== undefined) this.#queue.push({ type: 'callerCancelled', reason })
    this.#incoming = incoming
    this.#subscriber = subscriber
    this.#run(() => {
      const { clock } = this.#ports
      const started = startCall(incoming, subscriber, clock.nowMs(), clock.wallMs(), options)
      this.#call = started.call
      this.#execute(started.commands)
    })
  }

  /** Tells the machine; when it is at work already, after that. */
  post(event: CallEvent | MoneyEvent | OrderEvent): void {
    this.#queue.push(event)
    if (!this.#running) this.#run(() => {})
  }

  /** Orders something of this call; settles when that is decided. Never rejects. */
  order(order: CallOrder): Promise<OrderVerdict> {
    if (this.#ended) return Promise.resolve({ state: 'tooLate' })
    const verdict = this.#orders.wait(order.id)
    this.post(order)
    return verdict
  }

  /** The control connection is gone: nothing of this call can be reached any more. */
  lost(): void {
    this.#caller.lost()
    this.#legs.lost()
    this.#dialog?.abandon()
    this.post({ type: 'shutdown' })
    this.post({ type: 'callerLost' })
    this.#checkGone()
  }

  /** A BYE of the caller before his INVITE is answered (RFC 3261 §15). */
  earlyBye(reason: string): void {
    this.#hungUp('caller', reason)
  }

  get timerCount(): number {
    return this.#timers.size
  }

  get endpointCount(): number {
    return this.#anchored?.count ?? 0
  }

  get legCount(): number {
    return this.#legs.size
  }

  #run(first: () => void): void {
    this.#running = true
    try {
      first()
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        if (this.#call === undefined || this.#ended) continue
        const { clock } = this.#ports
        this.#execute(step(this.#call, event, clock.nowMs(), clock.wallMs()).commands)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#running = false
    this.#checkGone()
  }

  #execute(commands: readonly CallCommand[]): void {
    for (const command of commands) this.#carryOut(command)
  }

  #carryOut(command: CallCommand): void {
    switch (command.do) {
      case 'openRecord': return this.#record.open(command.record)
      case 'updateRecord': return this.#record.update(command.record)
      case 'closeRecord': return this.#close(command.record)
      case 'dial': return this.#dial(command)
      case 'dropLeg': return this.#dropLeg(command)
      case 'confirmLeg': return this.#anchor().legs.confirm(command.leg, command.seconds)
      case 'ringCaller': {
        const { ringback = 'network' } = command
        if (ringback === 'network') return this.#caller.ring()
        return this.#anchor().caller.ring(ringback)
      }
      case 'passEarlyMedia': return this.#passEarlyMedia(command.leg)
      case 'answerCaller': return this.#answerCaller(command)
      case 'refuseCaller': return this.#caller.refuseAs(command)
      case 'hangUp': return this.#hangUpSide(command.side, command.reason)
      case 'takeVoicemail': {
        // A message could be spoken, but not kept.
        if (this.#ports.library === undefined) {
          return this.post({ type: 'voicemailTaken', taken: false })
        }
        return this.#anchor().caller.takeMessage(command.greetingFile)
      }
      case 'openMailbox': return this.#anchor().caller.openMailbox()
      case 'announce': return this.#anchor().caller.announce(command.prompt)
      case 'charge': return this.#charge(command.address)
      case 'warnCallee': return this.#anchored?.legs.warn()
      case 'maskRecording': return this.#mask(command)
      case 'tellOrder': return this.#orders.tell(command.order, command.verdict)
      case 'setTimer': return this.#timers.set(command)
      case 'stopTimer': return this.#timers.stop(command)
    }
  }

  #close(record: CallRecord): void {
    this.#ended = true
    this.#timers.stopAll()
    this.#tellEnd(this.#record.close(record))
  }

  #charge(address: Address): void {
    const leg = { callId: this.#incoming!.id, subscriberId: this.#subscriber!.id, address }
    chargeLeg(this.#ports.meter, leg, this.#record.opened, (event) => this.post(event))
  }

  #tellEnd(stored: Promise<void>): void {
    this.#ports.meter?.end(this.#incoming?.id ?? '')
    this.#orders.end()
    const anchored = this.#anchored?.end()
    this.#events.ended(anchored === undefined ? stored : both(stored, anchored))
  }

  #keepMedia(leg: Leg, body: string): boolean {
    // An offer cannot travel in an unreliable provisional response (RFC 3261 §13.2.1).
    if (body === '' || this.#invitation.offer === '' || leg.media !== undefined) return false
    leg.sdp = body
    return true
  }

  #passEarlyMedia(legId: string): void {
    const leg = this.#legs.get(legId)
    if (leg !== undefined) this.#caller.earlyMedia(leg.sdp, leg.contentType || 'application/sdp')
  }

  #dial(command: Extract<CallCommand, { do: 'dial' }>): void {
    // The caller has left between the order and now: no new INVITE (§4.1).
    if (this.#caller.over) return
    const { leg, address, callerId } = command
    if (this.#ports.mayDial?.(address) === false)
      return this.post({ type: 'legFailed', leg, status: 486, attempts: [] })
    if (command.media === 'anchored') this.#anchor().legs.dial(leg, address, callerId)
    else this.#legs.dial(leg, address, callerId)
  }

  #dropLeg(command: Extract<CallCommand, { do: 'dropLeg' }>): void {
    const leg = this.#legs.get(command.leg)
    if (leg === undefined) return
    const reason = command.elsewhere ? elsewhere : command.reason
    if (this.#anchored === undefined) leg.drop(reason)
    else this.#anchored.legs.drop(leg, reason, command.tell)
  }

  #answerCaller(command: Extract<CallCommand, { do: 'answerCaller' }>): void {
    const leg = this.#legs.get(command.leg)
    if (leg === undefined) return this.post({ type: 'callerLost' })
    if (command.media === 'anchored') {
      const { caller, legs } = this.#anchor()
      return caller.answer(legs.win(leg), command.record)
    }
    this.#anchored?.caller.letGo()
    this.#answer(leg.sdp, leg.contentType, (dialog) => {
      // He vanished while we answered: the machine hangs up the winner.
      if (dialog === undefined) return this.post({ type: 'callerLost' })
      dialog.sent = leg.sdp
      dialog.received = this.#invitation.offer
      this.#connect(dialog, leg)
    })
  }

  #mask({ masked, order }: Extract<CallCommand, { do: 'maskRecording' }>): void {
    void this.#anchor().caller.maskRecording(masked).then((ok) =>
      this.post({ type: 'recordingMasked', order, ok }))
  }

  /** 200 to the caller; `done` gets his dialog, or undefined when he is gone. */
  #answer(
    sdp: string, contentType: string, done: (dialog: SipDialog | undefined) => void,
  ): void {
    const { session, supportsTimer } = this.#invitation
    const { headers, timer } = answerTimer(session, supportsTimer, this.#ports.sessionSeconds)
    const answer: Headers = { ...headers, Allow: allowedMethods, Supported: 'timer' }
    if (sdp !== '') answer['Content-Type'] = contentType
    this.#caller.answer(sdp, answer, (dialogId) => {
      if (dialogId === undefined) return done(undefined)
      const server = seenServer(this.#ports.ladder, 'caller', this.#ports.server)
      const dialog = new SipDialog(server, dialogId, (reason) => this.#callerHungUp(reason))
      dialog.timer = timer
      this.#dialog = dialog
      done(dialog)
    })
  }

  #connect(caller: SipDialog, leg: Leg): void {
    if (leg.dialog !== undefined) {
      const callee = leg.dialog
      this.#bridge = new Bridge(caller, callee, {
        acknowledged: (sdp) => {
          if (this.#invitation.offer !== '') return
          caller.received = sdp
          callee.sent = sdp
          leg.acknowledge(sdp)
        },
        vanished: (side) => this.#vanished(side === 'caller' ? side : leg),
      })
    }
    this.#connected(caller, { type: 'callerConnected' })
  }

  #connected(caller: SipDialog, event: CallEvent): void {
    this.#events.connected()
    this.post(event)
    // The record was closed while his 200 was under way: nobody is left to talk to.
    if (this.#ended && caller.open) caller.bye('', () => this.#checkGone())
  }

  /** One side knows nothing of the call any more: for the other it has hung up. */
  #vanished(side: 'caller' | Leg): void {
    if (side === 'caller') this.#dialog?.bye('', () => this.#checkGone())
    else side.drop('')
    this.#hungUp(side === 'caller' ? 'caller' : 'callee', '')
  }

  #callerHungUp(reason: string): void {
    if (this.#anchored?.caller.hungUp(reason) !== true) this.#hungUp('caller', reason)
  }

  #hungUp(by: 'caller' | 'callee', reason: string): void {
    this.#bridge?.close()
    this.post({ type: 'hungUp', by, reason })
  }

  #hangUpSide(side: 'caller' | 'callee', reason: string): void {
    this.#bridge?.close()
    if (side === 'caller') this.#dialog?.bye(reason, () => this.#checkGone())
    else for (const leg of this.#legs.answered()) leg.drop(reason)
  }

  /** What the call has at a media server, from now on. */
  #anchor(): AnchoredCall {
    if (this.#anchored !== undefined) return this.#anchored
    const { pool, dialogues, library, recordingsFolder, clock, log } = this.#ports
    const incoming = this.#incoming!
    const subscriber = this.#subscriber!
    const anchored = new AnchoredCall({
      pool, library, recordingsFolder, clock, log, legs: this.#legs, caller: this.#caller,
      callId: incoming.id, subscriberId: subscriber.id, offer: this.#invitation.offer,
      dialogues: dialogues(incoming, subscriber),
      post: (event) => this.post(event),
      go: (work) => void work.catch((error: unknown) => this.#guarded(() => { throw error })),
      guarded: (run) => this.#guarded(run),
      answer: (sdp, done) => this.#answer(sdp, 'application/sdp', done),
      connected: (dialog, event) => this.#connected(dialog, event),
      changed: () => this.#checkGone(),
      vanished: (side) => this.#vanished(side),
    })
    this.#anchored = anchored
    return anchored
  }

  /** For what the server or the clock tell this call outside its queue. */
  #guarded(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#fail(error)
      this.#checkGone()
    }
  }

  /** Something in this call threw. Whatever state it left: everybody is let go, once. */
  #fail(error: unknown): void {
    const { log, clock } = this.#ports
    const stack = error instanceof Error ? error.stack : undefined
    log.error({ call: this.#record.id, error: String(error), stack }, 'fault in a call')
    this.#queue.length = 0
    this.#caller.refuse(500, '')
    this.#bridge?.close()
    this.#legs.dropAll('')
    this.#dialog?.bye('', () => this.#checkGone())
    this.#timers.stopAll()
    if (this.#ended) return
    this.#ended = true
    this.#tellEnd(this.#record.closeAsFault(clock.wallMs(), this.#call?.metered === true))
  }

  #checkGone(): void {
    if (this.#gone || !this.#ended || this.#running || this.#legs.size > 0) return
    if (this.endpointCount > 0) return
    if (this.#dialog !== undefined && !this.#dialog.closed) return
    this.#gone = true
    this.#events.gone()
  }
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  await Promise.all([one, other])
}
