/**
 * A call in virtual time: phones with habits, a caller with patience, a runner without a network.
 * Executes the machine's commands as the application does and checks at every step that they can be
 * obeyed: nothing is dialled twice, answered twice, hung up twice, or done after the end.
 */
import type {
  CallCommand, CallEvent, MoneyEvent, OrderEvent, OrderVerdict,
} from '../../src/call/events.ts'
import { isOver, startCall, step } from '../../src/call/machine.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { callLine } from './call-lines.ts'
import type { PhoneHabit, Story } from './story.ts'

interface SimulatedLeg {
  readonly address: string
  readonly dialledAt: number
  readonly anchored: boolean
  /** 'offering': no INVITE yet, media is asked for an offer; 'noMedia': it has none. */
  state: 'offering' | 'noMedia' | 'ringing' | 'answered' | 'late' | 'ended'
  /** Of a leg that must press a key. */
  question: 'none' | 'asked' | 'accepted'
}

interface Due {
  readonly at: number
  readonly order: number
  readonly event: CallEvent | MoneyEvent | OrderEvent
  /** Not delivered when it says no: a phone that was dropped is silent. */
  readonly still: () => boolean
}

export interface Outcome {
  /** Of the orders in their sequence; 'over': the call ended before. */
  readonly verdicts: readonly string[]
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
  private cause: (CallEvent | MoneyEvent | OrderEvent)['type'] = 'start'
  private caller: 'waiting' | 'answering' | 'connected' | 'gone' = 'waiting'
  private finals = 0
  private closed: CallRecord | undefined
  private charged = false
  private readonly dialCounts = new Map<string, number>()
  /** What was told of each order. */
  readonly verdicts = new Map<string, OrderVerdict>()

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
    for (const [place, { atMs, kind }] of (story.orders ?? []).entries()) {
      this.later(atMs, { type: 'order', id: String(place), kind, by: 'subscriber' })
    }
    if (story.cutOff !== undefined) {
      const { atMs, paidMs, why = 'noMoney' } = story.cutOff
      this.later(atMs, { type: 'cutOff', atWallMs: story.wallMs + paidMs, why })
    }
    if (story.warnAtMs !== undefined) this.later(story.warnAtMs, { type: 'moneyWarning' })
    if (story.shutdownAtMs !== undefined) this.later(story.shutdownAtMs, { type: 'shutdown' })
    if (story.mediaLostAtMs !== undefined) this.later(story.mediaLostAtMs, { type: 'mediaLost' })
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
      verdicts: (story.orders ?? []).map((_, place) => {
        const verdict = this.verdicts.get(String(place))
        return verdict === undefined ? 'over'
          : verdict.state === 'failed' ? verdict.why : verdict.state
      }),
      lines: this.log.flatMap(({ at, command }) => callLine(at, command)),
    }
  }

  private later(delay: number, event: CallEvent | MoneyEvent | OrderEvent, still: () => boolean = () => true): void {
    this.order += 1
    this.due.push({ at: this.now + delay, order: this.order, event, still })
  }

  /** What the world did to itself before the machine hears of it. */
  private before(event: CallEvent | MoneyEvent | OrderEvent): void {
    if (event.type === 'timer') {
      const key = `${event.timer}/${event.leg ?? ''}`
      // The machine takes a shot that is 20 ms early for the timer itself.
      if ((this.timers.get(key) ?? Infinity) <= this.now + 20) this.timers.delete(key)
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
    if (event.type === 'legMediaFailed') {
      const leg = this.legOf(event.leg)
      if (leg.state === 'offering') leg.state = 'noMedia'
    }
    if (event.type === 'legConfirmed' && event.choice === 'accept') {
      this.legOf(event.leg).question = 'accepted'
    }
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
        if (isGone(leg)) this.fault(`leg ${command.leg} dropped twice`)
        this.checkTell(command, leg)
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
      case 'answerCaller': return this.answer(command)
      case 'confirmLeg': return this.ask(command.leg)
      case 'announce': return this.announce()
      case 'refuseCaller':
        if (this.caller !== 'waiting') this.fault(`refused a caller ${this.caller}`)
        this.finals += 1
        this.caller = 'gone'
        return
      case 'hangUp': return this.hangUp(command.side)
      case 'takeVoicemail':
      case 'openMailbox': return this.takeVoicemail()
      case 'setTimer': return this.setTimer(command)
      case 'stopTimer': {
        const key = `${command.timer}/${command.leg ?? ''}`
        if (!this.timers.delete(key)) this.fault(`timer ${key} stopped but not set`)
        return
      }
      case 'maskRecording': {
        if (this.caller !== 'connected') this.fault(`masked for a caller ${this.caller}`)
        const { order } = command
        const ok = this.story.maskFails !== true
        return this.later(20, { type: 'recordingMasked', order, ok })
      }
      case 'charge': return this.charge(command.leg)
      case 'warnCallee':
        if (this.caller !== 'connected') this.fault(`warned with a caller ${this.caller}`)
        return
      case 'tellOrder':
        if (this.verdicts.has(command.order)) this.fault(`order ${command.order} told twice`)
        this.verdicts.set(command.order, command.verdict)
        return
      case 'closeRecord':
        if (this.timers.size > 0) this.fault(`timers left: ${[...this.timers.keys()].join(' ')}`)
        this.closed = command.record
        return
      case 'openRecord':
      case 'updateRecord':
    }
  }

  private dial(command: Extract<CallCommand, { do: 'dial' }>): void {
    const id = command.leg
    if (this.caller === 'gone') this.fault(`leg ${id} dialled for nobody`)
    const before = this.legs.get(id)
    if (before !== undefined && before.state !== 'noMedia') this.fault(`leg ${id} dialled twice`)
    for (const other of this.legs.values()) {
      if (other.address === command.address && other.state === 'ringing') {
        this.fault(`${command.address} rings already`)
      }
    }
    const nth = this.dialCounts.get(command.address) ?? 0
    this.dialCounts.set(command.address, nth + 1)
    const anchored = command.media === 'anchored'
    if (anchored && command.earlyMedia) this.fault(`early media of anchored leg ${id}`)
    const habit = this.story.phone(command.address, nth)
    const leg: SimulatedLeg = {
      address: command.address, dialledAt: this.now, anchored, state: 'ringing', question: 'none',
    }
    this.legs.set(id, leg)
    if (anchored && habit.mediaFails !== undefined) {
      const { afterMs, dialled } = habit.mediaFails
      if (!dialled) leg.state = 'offering'
      this.later(afterMs, dialled
        ? { type: 'legMediaFailed', leg: id, dialled }
        : { type: 'legMediaFailed', leg: id }, () => this.legs.get(id) === leg &&
        leg.state !== 'ended')
      if (!dialled) return
    }
    this.phoneActs(id, leg, habit)
  }

  private phoneActs(id: string, leg: SimulatedLeg, habit: PhoneHabit): void {
    const rings = () => leg.state === 'ringing'
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
        () => leg.state === 'answered' && leg.question !== 'asked')
    }
  }

  /** Who picked up is asked for a key; keys pressed late are on their way all the same. */
  private ask(id: string): void {
    const leg = this.legOf(id)
    if (leg.state !== 'answered' || !leg.anchored) this.fault(`asked leg ${id}: ${leg.state}`)
    leg.question = 'asked'
    const nth = (this.dialCounts.get(leg.address) ?? 1) - 1
    const { presses, leavesQuestionMs } = this.story.phone(leg.address, nth)
    const asked = () => leg.state === 'answered' && leg.question === 'asked'
    if (presses !== undefined) {
      this.later(presses.afterMs, { type: 'legConfirmed', leg: id, choice: presses.choice },
        () => asked() || this.story.staleTimers === true)
    }
    if (leavesQuestionMs !== undefined) {
      this.later(leavesQuestionMs, { type: 'legFailed', leg: id, status: 200, attempts: [] }, asked)
    }
  }

  private checkTell(command: Extract<CallCommand, { do: 'dropLeg' }>, leg: SimulatedLeg): void {
    const { leg: id, elsewhere, tell } = command
    if (tell !== undefined && leg.question !== 'asked') this.fault(`leg ${id} told unasked`)
    if ((tell === 'taken') !== (elsewhere && leg.question === 'asked')) {
      this.fault(`leg ${id} told ${tell ?? 'nothing'}`)
    }
    const { cause } = this
    const left = cause === 'callerCancelled' || cause === 'callerLost' || cause === 'hungUp'
    if (tell === 'callerGone' && !left) this.fault(`leg ${id} told of ${cause}`)
  }

  private answer(command: Extract<CallCommand, { do: 'answerCaller' }>): void {
    if (this.caller !== 'waiting') this.fault(`answered a caller ${this.caller}`)
    const leg = this.legOf(command.leg)
    if (leg.question === 'asked') this.fault(`leg ${command.leg} pressed nothing`)
    if (leg.anchored !== (command.media === 'anchored')) this.fault(`leg ${command.leg}: media`)
    const price = this.story.options?.priceOf?.(leg.address) ?? 'free'
    if (price !== 'free' && !this.charged) this.fault(`leg ${command.leg} is not paid for`)
    this.caller = 'answering'
    const { connectMs = 5, callerLost, recordingRuns } = this.story
    const answering = () => this.caller === 'answering'
    this.later(connectMs, { type: callerLost === true ? 'callerLost' : 'callerConnected' },
      answering)
    if (command.record !== undefined && recordingRuns !== undefined) {
      this.later(connectMs + 5, { type: 'recordingRuns', running: recordingRuns },
        () => this.caller !== 'gone')
    }
  }

  private charge(id: string): void {
    const { state } = this.legOf(id)
    if (this.caller !== 'waiting' || state !== 'answered') {
      this.fault(`charged leg ${id}, ${state}, for a caller ${this.caller}`)
    }
    const { afterMs = 2, refused } = this.story.charge ?? {}
    this.later(afterMs, refused === undefined ? { type: 'charged' } : { type: 'charged', refused })
    this.charged = refused === undefined
  }

  private announce(): void {
    if (this.caller !== 'waiting') this.fault(`announced to a caller ${this.caller}`)
    for (const [id, leg] of this.legs) {
      if (!isGone(leg)) this.fault(`announced while leg ${id} is ${leg.state}`)
    }
    const { announceMs } = this.story
    if (announceMs !== undefined) {
      this.later(announceMs, { type: 'announced' }, () => this.caller === 'waiting')
    }
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
    const { messageKept, voicemailEndsItself } = this.story
    const by = voicemailEndsItself === true ? 'callee' : 'caller'
    this.later(voicemailTakesMs + voicemailLastsMs, messageKept === undefined
      ? { type: 'hungUp', by, reason: '' }
      : { type: 'hungUp', by, reason: '', messageKept },
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
    for (const [id, leg] of this.legs) {
      if (!isGone(leg)) this.fault(`leg ${id} still ${leg.state}`)
    }
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

function isGone(leg: SimulatedLeg): boolean {
  return leg.state === 'ended' || leg.state === 'noMedia'
}

const emptyRecord = { legs: [], trace: [] } as unknown as CallRecord
