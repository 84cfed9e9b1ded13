/**
 * Runs one call: tells the call machine what happened and carries out what it orders, one command
 * one case, strictly one event after the other. No policy: that is `call/machine.ts`. A fault in
 * here ends this call with 500 and closes its record, and touches no other.
 */
import type { Cancel } from '../clock.ts'
import type { Log } from '../log.ts'
import type { CallOptions } from '../call/call-state.ts'
import type { CallCommand, CallEvent, IncomingCall } from '../call/events.ts'
import { startCall, step } from '../call/machine.ts'
import type { CallRecord } from '../call/record.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { allowedMethods } from './allowed-methods.ts'
import { Bridge } from './bridge.ts'
import { CallLegs } from './call-legs.ts'
import type { CallLegsOptions } from './call-legs.ts'
import type { CallerSide } from './caller-side.ts'
import { guardClock, guardServer } from './fault-guard.ts'
import type { Invitation } from './inbound.ts'
import type { Leg } from './leg.ts'
import type { CallJournal } from './ports.ts'
import { answerTimer } from './session-timer.ts'
import { SipDialog } from './sip-dialog.ts'
import type { Headers } from './sip-port.ts'

export interface RunnerPorts extends CallLegsOptions {
  readonly journal: CallJournal
  readonly log: Log
}

export interface RunnerEvents {
  /** The caller is connected: nothing of this call rings any more. */
  connected(): void
  /** The record is closed; `stored` settles when the journal has it. */
  ended(stored: Promise<void>): void
  /** Neither legs nor dialogs of this call are left at the server. */
  gone(): void
}

type MachineCall = ReturnType<typeof startCall>['call']

/** RFC 3326; the phone then shows no missed call. */
const elsewhere = 'SIP;cause=200;text="Call completed elsewhere"'

export class CallRunner {
  readonly #ports: RunnerPorts
  readonly #invitation: Invitation
  readonly #caller: CallerSide
  readonly #events: RunnerEvents
  readonly #legs: CallLegs
  readonly #timers = new Map<string, Cancel>()
  readonly #queue: CallEvent[] = []
  #call: MachineCall | undefined
  #running = false
  #record: CallRecord | undefined
  #ended = false
  #gone = false
  #dialog: SipDialog | undefined
  #bridge: Bridge | undefined

  constructor(
    ports: RunnerPorts, invitation: Invitation, caller: CallerSide, events: RunnerEvents,
  ) {
    const guarded = (run: () => void): void => this.#guarded(run)
    this.#ports = {
      ...ports, server: guardServer(ports.server, guarded), clock: guardClock(ports.clock, guarded),
    }
    this.#invitation = invitation
    this.#caller = caller
    this.#events = events
    this.#legs = new CallLegs(this.#ports, invitation, {
      progress: (leg, status, body) => this.post({
        type: 'legProgress', leg: leg.id, status, media: this.#keepMedia(leg, body),
        attempts: leg.triedSoFar(status),
      }),
      answered: (leg) => this.post({ type: 'legAnswered', leg: leg.id, attempts: [...leg.tried] }),
      failed: (leg, status) =>
        this.post({ type: 'legFailed', leg: leg.id, status, attempts: [...leg.tried] }),
      hungUp: (_leg, reason) => this.#hungUp('callee', reason),
      gone: () => this.#checkGone(),
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
    this.#run(() => {
      const { clock } = this.#ports
      const started = startCall(incoming, subscriber, clock.nowMs(), clock.wallMs(), options)
      this.#call = started.call
      this.#execute(started.commands)
    })
  }

  /** Tells the machine; when it is at work already, after that. */
  post(event: CallEvent): void {
    this.#queue.push(event)
    if (!this.#running) this.#run(() => {})
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
      case 'openRecord': return this.#open(command.record)
      case 'updateRecord': return this.#update(command.record)
      case 'closeRecord': return this.#close(command.record)
      case 'dial':
        // The caller has left between the order and now: no new INVITE (§4.1).
        if (!this.#caller.over) this.#legs.dial(command.leg, command.address)
        return
      case 'dropLeg':
        return this.#legs.get(command.leg)?.drop(command.elsewhere ? elsewhere : command.reason)
      case 'ringCaller': return this.#caller.ring()
      case 'passEarlyMedia': return this.#passEarlyMedia(command.leg)
      case 'answerCaller': return this.#answerCaller(command.leg)
      case 'refuseCaller': return this.#caller.refuseAs(command)
      case 'hangUp': return this.#hangUpSide(command.side, command.reason)
      // No media server in this version: the machine answers the caller with 480.
      case 'takeVoicemail': return this.post({ type: 'voicemailTaken', taken: false })
      case 'setTimer': return this.#setTimer(command)
      case 'stopTimer': return this.#stopTimer(timerKey(command))
    }
  }

  #open(record: CallRecord): void {
    this.#record = record
    void this.#store(record, () => this.#ports.journal.open(record))
  }

  #update(record: CallRecord): void {
    this.#record = record
    this.#ports.journal.update(record)
  }

  #close(record: CallRecord): void {
    this.#ended = true
    this.#record = record
    for (const key of this.#timers.keys()) this.#stopTimer(key)
    this.#events.ended(this.#store(record, () => this.#ports.journal.close(record)))
  }

  async #store(record: CallRecord, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#ports.log.error({ call: record.id, error: String(error) }, 'journal refused a record')
    }
  }

  #keepMedia(leg: Leg, body: string): boolean {
    // An offer cannot travel in an unreliable provisional response (RFC 3261 §13.2.1).
    if (body === '' || this.#invitation.offer === '') return false
    leg.sdp = body
    return true
  }

  #passEarlyMedia(legId: string): void {
    const leg = this.#legs.get(legId)
    if (leg !== undefined) this.#caller.earlyMedia(leg.sdp, leg.contentType || 'application/sdp')
  }

  #answerCaller(legId: string): void {
    const leg = this.#legs.get(legId)
    if (leg === undefined) return this.post({ type: 'callerLost' })
    const { session, supportsTimer } = this.#invitation
    const { headers, timer } = answerTimer(session, supportsTimer, this.#ports.sessionSeconds)
    const answer: Headers = { ...headers, Allow: allowedMethods, Supported: 'timer' }
    if (leg.sdp !== '') answer['Content-Type'] = leg.contentType
    this.#caller.answer(leg.sdp, answer, (dialogId) => {
      // He vanished while we answered: the machine hangs up the winner.
      if (dialogId === undefined) return this.post({ type: 'callerLost' })
      const dialog = new SipDialog(
        this.#ports.server, dialogId, (reason) => this.#hungUp('caller', reason))
      dialog.timer = timer
      dialog.sent = leg.sdp
      dialog.received = this.#invitation.offer
      this.#dialog = dialog
      this.#connect(dialog, leg)
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
        vanished: (side) => {
          const dialog = side === 'caller' ? caller : callee
          dialog.bye('', () => this.#checkGone())
          this.#hungUp(side, '')
        },
      })
    }
    this.#events.connected()
    this.post({ type: 'callerConnected' })
    // The record was closed while his 200 was under way: nobody is left to talk to.
    if (this.#ended && caller.open) caller.bye('', () => this.#checkGone())
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

  #setTimer(command: Extract<CallCommand, { do: 'setTimer' }>): void {
    const key = timerKey(command)
    this.#stopTimer(key)
    this.#timers.set(key, this.#ports.clock.wakeAt(command.at, () => {
      this.#timers.delete(key)
      this.post(command.leg === undefined
        ? { type: 'timer', timer: command.timer }
        : { type: 'timer', timer: command.timer, leg: command.leg })
    }))
  }

  #stopTimer(key: string): void {
    this.#timers.get(key)?.()
    this.#timers.delete(key)
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
    log.error({ call: this.#record?.id, error: String(error), stack }, 'fault in a call')
    this.#queue.length = 0
    this.#caller.refuse(500, '')
    this.#bridge?.close()
    this.#legs.dropAll('')
    this.#dialog?.bye('', () => this.#checkGone())
    for (const key of this.#timers.keys()) this.#stopTimer(key)
    if (this.#ended) return
    this.#ended = true
    if (this.#record === undefined) return this.#events.ended(Promise.resolve())
    const record: CallRecord = {
      ...this.#record, endedAt: clock.wallMs(), outcome: 'interrupted', status: 500,
      endedBy: 'service', reason: 'fault',
    }
    this.#events.ended(this.#store(record, () => this.#ports.journal.close(record)))
  }

  #checkGone(): void {
    if (this.#gone || !this.#ended || this.#running || this.#legs.size > 0) return
    if (this.#dialog !== undefined && !this.#dialog.closed) return
    this.#gone = true
    this.#events.gone()
  }
}

function timerKey(command: { readonly timer: string; readonly leg?: string }): string {
  return command.leg === undefined ? command.timer : `${command.timer} ${command.leg}`
}
