/**
 * «Кто зазвонит, если …»: a call that nobody places, played through the real machine in virtual
 * time, with phones that do what the question says. Tells why each rule was taken or not, which
 * phones rang when, what the caller heard, and how it ended; everything in it is JSON. No policy
 * here: whatever the machine orders is obeyed by a network that never fails.
 */
import type { Call, CallOptions } from './call-state.ts'
import type { CallCommand, CallEvent, Caller, IncomingCall, LegId, Ms } from './events.ts'
import { isOver, startCall, step } from './machine.ts'
import type { PlanKind, RuleJudgement } from './plan.ts'
import { judgeRules, planCall } from './plan.ts'
import type {
  CallOutcome, CallRecord, ConfirmChoice, LegRecord, TraceStep,
} from './record.ts'
import type { Address, Subscriber } from './subscriber.ts'

/**
 * What a phone does when it is rung. 'answers': a person, who presses 1 if he is asked;
 * 'answersSilently': a mailbox or a pocket, which presses nothing.
 */
export type PhoneDoes =
  | 'silent' | 'busy' | 'declines' | 'unreachable' | 'unknownNumber' | 'answers'
  | 'answersSilently' | 'answersAndDeclines' | 'answersAndSendsToVoicemail'

export interface PhoneHabit {
  readonly does: PhoneDoes
  /** Seconds after it was dialled; absent = what is usual. */
  readonly afterSeconds?: number
}

export interface Question {
  /** Milliseconds since 1970. */
  readonly atMs: number
  /** `number` '' with `anonymous`: withheld. */
  readonly caller: Caller
  /** The personal number that is called; absent = the subscriber's own. */
  readonly dialled?: Address
  /** Phones that are not named ring and are not answered. */
  readonly phones: Readonly<Record<Address, PhoneHabit>>
  /** A media server works: voicemail, "press 1", announcements, recording. */
  readonly mediaAvailable: boolean
  /** The caller's network lets him hear what is played before the answer; absent = yes. */
  readonly callerHearsEarlyMedia?: boolean
  /** What a leg would cost as things stand; absent = nothing. */
  readonly priceOf?: CallOptions['priceOf']
}

/** What the caller hears from `fromMs` until `toMs`, milliseconds after his call arrived. */
export interface Heard {
  readonly what:
    | 'silence' | 'ringback' | 'operatorRingback' | 'music' | 'announcement'
    | 'talk' | 'voicemail' | 'mailbox'
    /** The end of the call: `status` tells how; `toMs` = `fromMs`. */
    | 'refusal'
  readonly fromMs: Ms
  readonly toMs: Ms
  readonly status?: number
  /** Which announcement. */
  readonly prompt?: string
  /** The phone he talks with. */
  readonly leg?: LegId
}

/** A leg of the record, and when its phone was asked to press a key. */
export interface StoryLeg extends LegRecord {
  readonly asked?: { readonly fromMs: Ms; readonly toMs: Ms; readonly choice: ConfirmChoice | null }
}

export interface Story {
  readonly atMs: number
  /** What the plan decided; `ruleId` null when no rule did, `address` of a single number. */
  readonly decision: {
    readonly kind: PlanKind
    readonly why: string | null
    readonly ruleId: string | null
    readonly targetId: string | null
    readonly address: Address | null
  }
  /** Every rule in winning order, for this caller; also when none was asked. */
  readonly verdicts: readonly RuleJudgement[]
  /** In the order of dialling. */
  readonly legs: readonly StoryLeg[]
  /** Consecutive, from 0 to the end; talk and messages are cut short. */
  readonly hears: readonly Heard[]
  readonly outcome: CallOutcome
  /** The final SIP status the caller got. */
  readonly status: number
  readonly reason: string
  readonly answeredLegId: string | null
  readonly endMs: Ms
  readonly trace: readonly TraceStep[]
  /** The call did not end within the steps allowed: what is told is its beginning. */
  readonly cut: boolean
}

/** Far more than the longest cycle takes. */
const maxSteps = 3000
const talkMs = 10_000
const messageMs = 15_000
const announcementMs = 4000
const pressMs = 3000

/** How long each kind of phone takes, seconds. */
const usualSeconds: Readonly<Record<PhoneDoes, number>> = {
  silent: 0, busy: 1, declines: 5, unreachable: 2, unknownNumber: 1, answers: 5,
  answersSilently: 5, answersAndDeclines: 5, answersAndSendsToVoicemail: 5,
}

const failures: Readonly<Partial<Record<PhoneDoes, number>>> = {
  busy: 486, declines: 603, unreachable: 408, unknownNumber: 404,
}

const presses: Readonly<Partial<Record<PhoneDoes, ConfirmChoice>>> = {
  answers: 'accept', answersAndDeclines: 'decline', answersAndSendsToVoicemail: 'voicemail',
}

interface Due {
  readonly atMs: Ms
  readonly event: CallEvent
}

type Asked = NonNullable<StoryLeg['asked']>

/** The world around the call while it is played. */
interface Play {
  readonly question: Question
  nowMs: Ms
  /** In the order of their instants, equal ones in the order of posting. */
  readonly due: Due[]
  readonly habits: Map<LegId, PhoneHabit>
  readonly asked: Map<LegId, Asked>
  readonly heard: Heard[]
  record: CallRecord | undefined
}

/** Plays the call that `question` describes. Never throws and always ends. */
export function simulateCall(subscriber: Subscriber, question: Question): Story {
  const play: Play = {
    question, nowMs: 0, due: [], habits: new Map(), asked: new Map(), record: undefined,
    heard: [{ what: 'silence', fromMs: 0, toMs: 0 }],
  }
  const incoming = incomingOf(subscriber, question)
  const { call, commands } = startCall(incoming, subscriber, 0, question.atMs, optionsOf(question))
  for (const command of commands) obey(play, command)
  const cut = !playOn(play, call)
  return tell(play, subscriber, incoming, cut)
}

function incomingOf(subscriber: Subscriber, question: Question): IncomingCall {
  return {
    id: 'simulated', sipCallId: 'simulated', caller: question.caller,
    dialled: question.dialled ?? subscriber.number, trunkId: undefined, maxForwards: 70,
    diverted: [], hasOffer: true,
  }
}

function optionsOf(question: Question): Partial<CallOptions> {
  const { mediaAvailable, callerHearsEarlyMedia = true } = question
  return {
    mediaAvailable, callerHearsEarlyMedia,
    priceOf: (address) => {
      const price = question.priceOf?.(address)
      // What can be paid for is not charged: nobody places this call.
      return price === 'noRate' || price === 'noMoney' ? price : 'free'
    },
  }
}

/** False: the steps were used up. */
function playOn(play: Play, call: Call): boolean {
  for (let steps = 0; steps < maxSteps; steps += 1) {
    if (isOver(call)) return true
    const next = play.due.shift()
    if (next === undefined) return false
    play.nowMs = next.atMs
    happen(play, next.event)
    const { commands } = step(call, next.event, play.nowMs, play.question.atMs + play.nowMs)
    for (const command of commands) obey(play, command)
  }
  return false
}

function obey(play: Play, command: CallCommand): void {
  switch (command.do) {
    case 'dial': return ring(play, command.leg, command.address)
    case 'confirmLeg': return ask(play, command.leg, command.seconds)
    case 'dropLeg': return forgetLeg(play, command.leg)
    case 'ringCaller': return hear(play, { what: ringbackOf(command.ringback) })
    case 'answerCaller': {
      hear(play, { what: 'talk', leg: command.leg })
      post(play, 0, { type: 'callerConnected' })
      if (command.record !== undefined) post(play, 0, recordingRuns(play))
      return post(play, talkMs, { type: 'hungUp', by: 'caller', reason: '' })
    }
    case 'takeVoicemail':
    case 'openMailbox': {
      const taken = play.question.mediaAvailable
      if (taken) hear(play, { what: command.do === 'openMailbox' ? 'mailbox' : 'voicemail' })
      post(play, 0, { type: 'voicemailTaken', taken })
      if (taken) post(play, messageMs, { type: 'hungUp', by: 'caller', reason: '' })
      return
    }
    case 'announce': {
      hear(play, { what: 'announcement', prompt: command.prompt })
      return post(play, announcementMs, { type: 'announced' })
    }
    case 'refuseCaller': return hear(play, { what: 'refusal', status: command.status })
    case 'setTimer': return setTimer(play, command)
    case 'stopTimer': return stopTimer(play, command)
    case 'openRecord':
    case 'updateRecord':
    case 'closeRecord':
      play.record = command.record
      return
    case 'passEarlyMedia': // No phone here sends any.
    case 'charge': // Nothing costs anything here.
    case 'warnCallee':
    case 'hangUp':
  }
}

function recordingRuns(play: Play): CallEvent {
  return { type: 'recordingRuns', running: play.question.mediaAvailable }
}

function ringbackOf(ringback: 'network' | 'operator' | 'music' | undefined): Heard['what'] {
  if (ringback === 'music') return 'music'
  return ringback === 'operator' ? 'operatorRingback' : 'ringback'
}

function ring(play: Play, leg: LegId, address: Address): void {
  const habit = play.question.phones[address] ?? { does: 'silent' }
  const { does, afterSeconds = usualSeconds[does] } = habit
  play.habits.set(leg, habit)
  if (does !== 'busy' && does !== 'unreachable' && does !== 'unknownNumber') {
    post(play, 0, { type: 'legProgress', leg, status: 180, media: false })
  }
  if (does === 'silent') return
  const status = failures[does]
  post(play, afterSeconds * 1000, status === undefined
    ? { type: 'legAnswered', leg }
    : { type: 'legFailed', leg, status, attempts: [] })
}

/** "Press 1": a person takes a moment, a mailbox listens to the end. */
function ask(play: Play, leg: LegId, seconds: number): void {
  const choice = presses[play.habits.get(leg)?.does ?? 'silent'] ?? 'nobody'
  const ms = choice === 'nobody' ? seconds * 1000 : Math.min(pressMs, seconds * 1000)
  play.asked.set(leg, { fromMs: play.nowMs, toMs: play.nowMs, choice: null })
  post(play, ms, { type: 'legConfirmed', leg, choice })
}

/** What the story keeps of an event before the machine hears of it. */
function happen(play: Play, event: CallEvent): void {
  if (event.type !== 'legConfirmed') return
  const asked = play.asked.get(event.leg)
  if (asked === undefined) return
  play.asked.set(event.leg, { ...asked, toMs: play.nowMs, choice: event.choice })
}

function forgetLeg(play: Play, leg: LegId): void {
  const asked = play.asked.get(leg)
  if (asked?.choice === null) play.asked.set(leg, { ...asked, toMs: play.nowMs })
  removeDue(play, (event) => 'leg' in event && event.leg === leg && event.type !== 'timer')
}

function setTimer(play: Play, command: Extract<CallCommand, { do: 'setTimer' }>): void {
  stopTimer(play, command)
  const { timer, leg, at } = command
  post(play, at - play.nowMs,
    leg === undefined ? { type: 'timer', timer } : { type: 'timer', timer, leg })
}

function stopTimer(
  play: Play,
  command: Extract<CallCommand, { do: 'setTimer' | 'stopTimer' }>,
): void {
  removeDue(play, (event) => event.type === 'timer' && event.timer === command.timer &&
    event.leg === command.leg)
}

function post(play: Play, afterMs: Ms, event: CallEvent): void {
  const atMs = play.nowMs + Math.max(0, afterMs)
  let place = play.due.length
  while (place > 0 && (play.due[place - 1]?.atMs ?? 0) > atMs) place -= 1
  play.due.splice(place, 0, { atMs, event })
}

function removeDue(play: Play, isMeant: (event: CallEvent) => boolean): void {
  for (let i = play.due.length - 1; i >= 0; i -= 1) {
    const due = play.due[i]
    if (due !== undefined && isMeant(due.event)) play.due.splice(i, 1)
  }
}

/** The caller hears something else from now on. */
function hear(play: Play, now: Omit<Heard, 'fromMs' | 'toMs'>): void {
  const last = play.heard.at(-1)
  if (last?.what === now.what && now.what !== 'refusal') return
  endHearing(play)
  play.heard.push({ ...now, fromMs: play.nowMs, toMs: play.nowMs })
}

/** What he heard ends now; what took no time at all was not heard. */
function endHearing(play: Play): void {
  const last = play.heard.pop()
  if (last === undefined) return
  if (last.what === 'refusal' || last.fromMs < play.nowMs) {
    play.heard.push({ ...last, toMs: play.nowMs })
  }
}

function tell(play: Play, subscriber: Subscriber, incoming: IncomingCall, cut: boolean): Story {
  const { question, record } = play
  const { atMs } = question
  endHearing(play)
  return {
    atMs,
    decision: decisionOf(subscriber, atMs, incoming),
    verdicts: judgeRules(subscriber, atMs, incoming),
    legs: (record?.legs ?? []).map((leg) => withAsked(leg, play.asked.get(leg.id))),
    hears: play.heard,
    outcome: record?.outcome ?? 'interrupted',
    status: record?.status ?? 0,
    reason: record?.reason ?? '',
    answeredLegId: record?.answeredLegId ?? null,
    endMs: play.nowMs,
    trace: record?.trace ?? [],
    cut,
  }
}

function withAsked(leg: LegRecord, asked: Asked | undefined): StoryLeg {
  return asked === undefined ? leg : { ...leg, asked }
}

function decisionOf(
  subscriber: Subscriber,
  atMs: number,
  incoming: IncomingCall,
): Story['decision'] {
  const plan = planCall(subscriber, atMs, incoming)
  const target = 'target' in plan ? plan.target : undefined
  return {
    kind: plan.kind,
    why: 'why' in plan ? plan.why : null,
    ruleId: 'rule' in plan ? plan.rule?.id ?? null : null,
    targetId: target?.id ?? null,
    address: target?.address ?? null,
  }
}
