/**
 * A call in virtual time: phones with habits, a caller with patience, a runner without a network.
 * Executes the machine's commands as the application does and checks at every step that they can be
 * obeyed: nothing is dialled twice, answered twice, hung up twice, or done after the end.
 */
import type { CallOptions } from '../../src/call/call-state.ts'
import type { CallCommand, CallEvent, IncomingCall } from '../../src/call/events.ts'
import { isOver, startCall, step } from '../../src/call/machine.ts'
import type { CallRecord } from '../../src/call/record.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'

/** What a phone does, in milliseconds after its INVITE. */
export interface PhoneHabit {
  readonly ringMs?: number
  readonly earlyMediaMs?: number
  readonly answerMs?: number
  readonly fail?: { readonly afterMs: number; readonly status: number }
  readonly hangUpMs?: number
  /** Its 200 crosses our CANCEL: the machine hears of it although the leg was dropped. */
  readonly crosses?: boolean
}

export interface Story {
  readonly incoming: IncomingCall
  readonly subscriber: Subscriber
  readonly wallMs: number
  /** How the phone with this number behaves when it is dialled for the nth time (from 0). */
  readonly phone: (address: string, nth: number) => PhoneHabit
  readonly options?: Partial<CallOptions>
  readonly cancelAtMs?: number
  readonly shutdownAtMs?: number
  /** From the answer on. */
  readonly callerHangsUpAfterMs?: number
  /** How long the caller's 200 takes; undefined: it never comes. */
  readonly connectMs?: number
  readonly callerLost?: boolean
  /** Media takes voicemail after so many ms (default: it cannot). */
  readonly voicemailTakesMs?: number
  readonly voicemailLastsMs?: number
  /** Timers that were stopped fire all the same, as they do when they are on their way already. */
  readonly staleTimers?: boolean
}

interface SimulatedLeg {
  readonly address: string
  readonly dialledAt: number
  state: 'ringing' | 'answered' | 'late' | 'ended'
}

interface Due {
  readonly at: number
  readonly order: number
  readonly event: CallEvent
  /** Not delivered when it says no: a phone that was dropped is silent. */
  readonly still: () => boolean
}

export interface Outcome {
  readonly log: readonly { readonly at: number; readonly command: CallCommand }[]
  readonly record: CallRecord
  readonly endedAt: number
  readonly faults: readonly string[]
  /** `1500 dial 1 +7916…`: the commands as lines, timers and records left out. */
  readonly lines: readonly string[]
}

const startMs = 1_000_000

export class Simulation {
  readonly story: Story
  readonly log: { at: number; command: CallCommand }[] = []
  readonly faults: string[] = []
  readonly legs = new Map<string, SimulatedLeg>()
  readonly timers = new Map<string, number>()
  private due: Due[] = []
  private order = 0
  private now = startMs
  private cause: CallEvent['type'] = 'start'
  private caller: 'waiting' | 'answering' | 'connected' | 'gone' = 'waiting'
  private finals = 0
  private closed: CallRecord | undefined
  private readonly dialCounts = new Map<string, number>()

  constructor(story: Story) {
    this.story = story
  }

  run(): Outcome {
    const { story } = this
    const started = startCall(story.incoming, story.subscriber, startMs, story.wallMs,
      story.options)
    if (story.cancelAtMs !== undefined) {
      this.later(story.cancelAtMs, { type: 'callerCancelled', reason: 'SIP;cause=487' },
        () => this.caller === 'waiting' || this.caller === 'answering')
    }
    if (story.shutdownAtMs !== undefined) this.later(story.shutdownAtMs, { type: 'shutdown' })
    this.execute(started.commands)
    for (let steps = 0; this.due.length > 0; steps += 1) {
      if (steps > 5000) {
        this.fault('more than 5000 events')
        break
      }
      this.due.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.due.shift()
      if (next === undefined) break
      this.now = Math.max(this.now, next.at)
      if (!next.still()) continue
      this.before(next.event)
      this.cause = next.event.type
      const wallMs = story.wallMs + this.now - startMs
      this.execute(step(started.call, next.event, this.now, wallMs).commands)
    }
    if (!isOver(started.call)) this.fault('the call never ended')
    this.checkEnd()
    return {
      log: this.log,
      record: this.closed ?? emptyRecord,
      endedAt: (this.log.at(-1)?.at ?? 0),
      faults: this.faults,
      lines: this.log.flatMap(({ at, command }) => line(at, command)),
    }
  }

  private later(delay: number, event: CallEvent, still: () => boolean = () => true): void {
    this.order += 1
    this.due.push({ at: this.now + delay, order: this.order, event, still })
  }

  /** What the world did to itself before the machine hears of it. */
  private before(event: CallEvent): void {
    if (event.type === 'timer') {
      const key = `${event.timer}/${event.leg ?? ''}`
      if ((this.timers.get(key) ?? Infinity) <= this.now) this.timers.delete(key)
    }
    if (event.type === 'callerCancelled' || event.type === 'callerLost') {
      if (this.caller !== 'gone') this.finals += 1 // the SIP server's own 487
      this.caller = 'gone'
    }
    if (event.type === 'callerConnected') {
      this.caller = 'connected'
      this.finals += 1
      const { callerHangsUpAfterMs } = this.story
      if (callerHangsUpAfterMs !== undefined) {
        this.later(callerHangsUpAfterMs, { type: 'hungUp', by: 'caller', reason: '' },
          () => this.caller === 'connected')
      }
    }
    if (event.type === 'hungUp' && event.by === 'caller') this.caller = 'gone'
    if (event.type === 'voicemailTaken' && event.taken) {
      this.caller = 'connected'
      this.finals += 1
    }
    if (event.type === 'legAnswered') {
      const leg = this.legOf(event.leg)
      leg.state = leg.state === 'ended' ? 'late' : 'answered'
    }
    if (event.type === 'legFailed') this.legOf(event.leg).state = 'ended'
    if (event.type === 'hungUp' && event.by === 'callee') {
      for (const leg of this.legs.values()) if (leg.state === 'answered') leg.state = 'ended'
    }
  }

  private execute(commands: readonly CallCommand[]): void {
    const dialled = commands.flatMap((command) => command.do === 'dial' ? [command.address] : [])
    if (new Set(dialled).size < dialled.length) this.fault(`dialled twice: ${dialled.join(' ')}`)
    for (const command of commands) {
      if (this.closed !== undefined) this.fault(`${command.do} after closeRecord`)
      if ((this.log.length === 0) !== (command.do === 'openRecord')) {
        this.fault(`${command.do} at place ${this.log.length}`)
      }
      this.log.push({ at: this.now - startMs, command })
      this.obey(command)
    }
  }

  private obey(command: CallCommand): void {
    switch (command.do) {
      case 'dial': return this.dial(command)
      case 'dropLeg': {
        const leg = this.legOf(command.leg)
        if (leg.state === 'ended') this.fault(`leg ${command.leg} dropped twice`)
        if (this.cause === 'timer' && this.now - leg.dialledAt < 1000) {
          this.fault(`leg ${command.leg} only blinked: ${this.now - leg.dialledAt} ms`)
        }
        leg.state = 'ended'
        return
      }
      case 'ringCaller':
      case 'passEarlyMedia':
        if (this.caller !== 'waiting') this.fault(`${command.do} to a caller ${this.caller}`)
        return
      case 'answerCaller': return this.answer()
      case 'refuseCaller':
        if (this.caller !== 'waiting') this.fault(`refused a caller ${this.caller}`)
        this.finals += 1
        this.caller = 'gone'
        return
      case 'hangUp': return this.hangUp(command.side)
      case 'takeVoicemail': return this.takeVoicemail()
      case 'setTimer': return this.setTimer(command)
      case 'stopTimer': {
        const key = `${command.timer}/${command.leg ?? ''}`
        if (!this.timers.delete(key)) this.fault(`timer ${key} stopped but not set`)
        return
      }
      case 'closeRecord':
        if (this.timers.size > 0) this.fault(`timers left: ${[...this.timers.keys()].join(' ')}`)
        this.closed = command.record
        return
      case 'openRecord':
      case 'updateRecord':
    }
  }

  private dial(command: Extract<CallCommand, { do: 'dial' }>): void {
    if (this.legs.has(command.leg)) this.fault(`leg ${command.leg} dialled twice`)
    for (const other of this.legs.values()) {
      if (other.address === command.address && other.state === 'ringing') {
        this.fault(`${command.address} rings already`)
      }
    }
    const nth = this.dialCounts.get(command.address) ?? 0
    this.dialCounts.set(command.address, nth + 1)
    const leg: SimulatedLeg = { address: command.address, dialledAt: this.now, state: 'ringing' }
    this.legs.set(command.leg, leg)
    const rings = () => leg.state === 'ringing'
    const habit = this.story.phone(command.address, nth)
    const id = command.leg
    if (habit.ringMs !== undefined) {
      this.later(habit.ringMs, { type: 'legProgress', leg: id, status: 180, media: false }, rings)
    }
    if (habit.earlyMediaMs !== undefined) {
      this.later(habit.earlyMediaMs, { type: 'legProgress', leg: id, status: 183, media: true },
        rings)
    }
    if (habit.answerMs !== undefined) {
      this.later(habit.answerMs, { type: 'legAnswered', leg: id },
        () => rings() || (habit.crosses === true && this.closed === undefined))
    }
    if (habit.fail !== undefined) {
      const { afterMs, status } = habit.fail
      this.later(afterMs, { type: 'legFailed', leg: id, status,
        attempts: [{ trunk: 't1', status }] }, rings)
    }
    if (habit.answerMs !== undefined && habit.hangUpMs !== undefined) {
      this.later(habit.answerMs + habit.hangUpMs,
        { type: 'hungUp', by: 'callee', reason: 'Q.850;cause=16' },
        () => leg.state === 'answered')
    }
  }

  private answer(): void {
    if (this.caller !== 'waiting') this.fault(`answered a caller ${this.caller}`)
    this.caller = 'answering'
    const { connectMs = 5, callerLost } = this.story
    const answering = () => this.caller === 'answering'
    this.later(connectMs, { type: callerLost === true ? 'callerLost' : 'callerConnected' },
      answering)
  }

  private hangUp(side: 'caller' | 'callee'): void {
    if (side === 'caller') {
      if (this.caller === 'gone' || this.caller === 'waiting') {
        this.fault(`hung up a caller ${this.caller}`)
      }
      if (this.caller === 'answering') this.finals += 1
      this.caller = 'gone'
      return
    }
    const answered = [...this.legs.values()].filter((leg) => leg.state === 'answered')
    if (answered.length !== 1) this.fault(`${answered.length} answered legs to hang up`)
    for (const leg of answered) leg.state = 'ended'
  }

  private takeVoicemail(): void {
    const { voicemailTakesMs, voicemailLastsMs = 8000 } = this.story
    const waiting = () => this.caller === 'waiting'
    if (voicemailTakesMs === undefined) return this.later(1,
      { type: 'voicemailTaken', taken: false }, waiting)
    this.later(voicemailTakesMs, { type: 'voicemailTaken', taken: true }, waiting)
    this.later(voicemailTakesMs + voicemailLastsMs, { type: 'hungUp', by: 'caller', reason: '' },
      () => this.caller === 'connected')
  }

  private setTimer(command: Extract<CallCommand, { do: 'setTimer' }>): void {
    const key = `${command.timer}/${command.leg ?? ''}`
    this.timers.set(key, command.at)
    const event: CallEvent = command.leg === undefined
      ? { type: 'timer', timer: command.timer }
      : { type: 'timer', timer: command.timer, leg: command.leg }
    this.later(command.at - this.now, event,
      () => this.story.staleTimers === true || this.timers.get(key) === command.at)
  }

  private checkEnd(): void {
    for (const [id,
      leg] of this.legs) if (leg.state !== 'ended') this.fault(`leg ${id} still ${leg.state}`)
    if (this.finals !== 1) this.fault(`${this.finals} final responses`)
    const count = (name: string) => this.log.filter(({ command }) => command.do === name).length
    if (count('openRecord') !== 1) this.fault(`${count('openRecord')} openRecord`)
    if (count('closeRecord') !== 1) this.fault(`${count('closeRecord')} closeRecord`)
    if (count('answerCaller') > 1) this.fault('two winners')
    for (const leg of this.closed?.legs ?? []) {
      if (leg.endMs === undefined) this.fault(`leg ${leg.id} has no end in the record`)
      if (leg.outcome === 'ringing') this.fault(`leg ${leg.id} rings in a closed record`)
    }
  }

  private legOf(id: string): SimulatedLeg {
    const leg = this.legs.get(id)
    if (leg === undefined) throw new Error(`no leg ${id}`)
    return leg
  }

  private fault(text: string): void {
    this.faults.push(`${this.now - startMs} ms: ${text}`)
  }
}

/** Plays a story to its end. */
export function play(story: Story): Outcome {
  return new Simulation(story).run()
}

function line(at: number, command: CallCommand): string[] {
  switch (command.do) {
    case 'dial': return [`${at} dial ${command.leg} ${command.address}`]
    case 'dropLeg': return [`${at} drop ${command.leg}${command.elsewhere ? ' elsewhere' : ''}`]
    case 'refuseCaller': return [`${at} refuse ${command.status}`]
    case 'answerCaller': return [`${at} answer with ${command.leg}`]
    case 'passEarlyMedia': return [`${at} early media of ${command.leg}`]
    case 'hangUp': return [`${at} hang up ${command.side}`]
    case 'ringCaller': return [`${at} ring caller`]
    case 'takeVoicemail': return [`${at} take voicemail`]
    case 'openRecord':
    case 'updateRecord':
    case 'closeRecord':
    case 'setTimer':
    case 'stopTimer': return []
  }
}

const emptyRecord = { legs: [], trace: [] } as unknown as CallRecord
