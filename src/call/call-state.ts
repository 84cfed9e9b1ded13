/**
 * The state of one call while it lives, and the few moves every part of the machine makes on it:
 * set a timer, find a leg, tell the time. The state is changed in place, for a call has one owner
 * who keeps only the latest; what leaves the machine (records) is copied. No policy here.
 */
import type { CallCommand, IncomingCall, LegId, MediaPath, Ms, TimerName } from './events.ts'
import type { CallOutcome, CallRecord, LegOutcome, LegRecord, TraceStep } from './record.ts'
import type { Rule, RuleTarget } from './rule.ts'
import type { Address, Subscriber } from './subscriber.ts'

/** Limits and circumstances of a call; what is left out has the default of `defaultOptions`. */
export interface CallOptions {
  /** Longest time until somebody answers. Carriers give up soon after; Timer C is > 3 min. */
  readonly totalSeconds: number
  /** Longest conversation. */
  readonly maxCallSeconds: number
  /** How often a call may go from one rule to the next. */
  readonly maxTransitions: number
  /** Least time between two starts of the same rule when a pass rang nothing. */
  readonly pauseMs: Ms
  /**
   * The caller's network wants a provisional at least each minute (RFC 3261 §13.3.1.1), and the SIP
   * server answers 480 by itself when the first word takes longer than 128·T1, 64 s. That counts
   * from the INVITE: with the subscriber's data (2 s) before it and a voicemail that cannot be
   * taken (10 s) behind it, 50 s are in time.
   */
  readonly keepAliveMs: Ms
  /** How long the runner may take to answer the caller: beyond Timer H, 32 s. */
  readonly answerMs: Ms
  /** How long media may take to take a voicemail. */
  readonly voicemailMs: Ms
  /** Longest announcement to a caller who is refused: below the minute of `keepAliveMs`. */
  readonly announceMs: Ms
  /** Calls of this subscriber that live already, without this one. */
  readonly liveCalls: number
  /** A call of the same caller to the same number rings now: a phone forwards back to us. */
  readonly alreadyRinging: boolean
  /** Personal numbers of this platform among the targets: ringing them would be a loop. */
  readonly personalNumbers: readonly Address[]
  /** A media server takes calls at this moment. */
  readonly mediaAvailable: boolean
  /** The caller's trunk passes early media on to him. */
  readonly callerHearsEarlyMedia: boolean
  /** What a leg to this address would cost, as far as the call knew when it began. */
  readonly priceOf: (address: Address) => LegPrice
}

/**
 * 'short': charged, and the money may be over before the talk is, so its phone is to be warned.
 * 'noRate', 'noMoney': such a leg is not dialled.
 */
export type LegPrice = 'free' | 'charged' | 'short' | 'noRate' | 'noMoney'

export const defaultOptions: CallOptions = {
  totalSeconds: 180,
  maxCallSeconds: 4 * 3600,
  maxTransitions: 10,
  pauseMs: 2000,
  keepAliveMs: 50_000,
  answerMs: 40_000,
  voicemailMs: 10_000,
  announceMs: 30_000,
  liveCalls: 0,
  alreadyRinging: false,
  personalNumbers: [],
  mediaAvailable: false,
  callerHearsEarlyMedia: false,
  priceOf: () => 'free',
}

/**
 * ringing → connecting → talking → ended; or ringing → pausing → ringing; or ringing →
 * fetchingVoicemail → voicemail → ended (the mailbox, too); or ringing → announcing → ended. From
 * everywhere to ended.
 */
export type CallPhase =
  | 'ringing' | 'pausing' | 'connecting' | 'talking' | 'fetchingVoicemail' | 'voicemail'
  | 'announcing' | 'ended'

/** A leg of the call; `live` until it failed, was dropped or was hung up. */
export interface Leg {
  readonly id: LegId
  readonly address: Address
  readonly target: RuleTarget | undefined
  readonly rule: Rule | undefined
  readonly description: string
  readonly startMs: Ms
  /** Whoever answers must press a key before he is connected. */
  readonly confirm: boolean
  media: MediaPath
  /** Answered, and being asked to press that key: to everybody else it still rings. */
  asking: boolean
  live: boolean
  ringMs: Ms | undefined
  answerMs: Ms | undefined
  endMs: Ms | undefined
  outcome: LegOutcome
  status: number
  attempts: LegRecord['attempts']
}

/** The rule (or the default number) that rings now. */
export interface Stage {
  readonly rule: Rule | undefined
  readonly serial: boolean
  /** Only a stage of one target may pass early media. */
  readonly single: boolean
  /** Targets not dialled yet, next one first: the numbers of a serial stage, or delayed ones. */
  readonly waiting: RuleTarget[]
  readonly startMs: Ms
  /** When its wait ends; Infinity in a serial stage. */
  readonly endMs: Ms
  /** The wait is over and was extended for a leg that is being asked. */
  held: boolean
  /** Index in `Call.legs` of its first leg. */
  readonly firstLeg: number
}

/** Who ended a call that was only just being connected, and why. */
export interface EarlyEnd {
  readonly endedBy: CallRecord['endedBy']
  readonly reason: string
}

/** What a caller is told when his announcement is over, and what the record then says. */
export interface LastWord {
  readonly command: Extract<CallCommand, { do: 'refuseCaller' }>
  readonly outcome: CallOutcome
  readonly reason: string
}

/** The last visit of the chain to a rule. */
export interface Visit {
  startedMs: Ms
  /** Something rang since that start. */
  rang: boolean
}

/** A timer that is set. */
export interface SetTimer {
  readonly timer: TimerName
  readonly leg: LegId | undefined
  readonly at: Ms
}

export interface Call {
  readonly incoming: IncomingCall
  readonly subscriber: Subscriber
  readonly options: CallOptions
  /** Monotonic and wall time of the start: records count from here. */
  readonly startMs: Ms
  readonly startWallMs: Ms
  /** Monotonic and wall time of the step under way. */
  nowMs: Ms
  wallMs: Ms
  phase: CallPhase
  stage: Stage | undefined
  readonly legs: Leg[]
  readonly trace: TraceStep[]
  readonly timers: SetTimer[]
  /** When the first rule of the chain began to ring. */
  chainStartMs: Ms | undefined
  transitions: number
  readonly visits: Map<string, Visit>
  /** The rule that was taken last: its greeting is the one that voicemail plays. */
  rule: Rule | undefined
  /** A limit that is over and was extended for a leg that is being asked. */
  held: 'voicemail' | 'cycle' | undefined
  /** The rule that follows when the pause ends. */
  next: { readonly rule: Rule; readonly via: 'chain' | 'chainIgnoringSchedule' } | undefined
  /** When the last pause of the cycle ended. */
  pauseEndMs: Ms | undefined
  /** The caller was given a 180 or 183. */
  ringback: boolean
  /** And what he hears with it comes from a media server. */
  ownRingback: boolean
  /** The leg whose early media he hears. */
  earlyMediaLeg: Leg | undefined
  winner: Leg | undefined
  /** The winner is not paid for yet; only then may its caller be answered. */
  charging: boolean
  /** Money was, or may have been, reserved: the end of the call is charged. */
  metered: boolean
  /** A phone was not dialled for want of money. */
  moneyShort: boolean
  /** Set when the call was ended before the runner said whether the caller is connected. */
  endOnConnect: EarlyEnd | undefined
  /** A media server works for this call; false once one failed it. */
  media: boolean
  /** Speech went through a media server. */
  anchored: boolean
  voicemailWhy: 'timeout' | 'noAnswerAction' | 'nothingActs' | 'ordered'
  /** The order that sent the caller to voicemail, until that has taken him. */
  voicemailOrder: string | undefined
  /** It is the mailbox, not voicemail, that takes the call. */
  mailbox: boolean
  lastWord: LastWord | undefined
  answeredWallMs: Ms | undefined
  endedWallMs: Ms | undefined
  outcome: CallRecord['outcome']
  status: number
  endedBy: CallRecord['endedBy']
  reason: string
  /** Orders of the step under way; taken by the machine at its end. */
  commands: CallCommand[]
}

/** A call at its first instant, with nothing done yet. */
export function newCall(
  incoming: IncomingCall,
  subscriber: Subscriber,
  nowMs: Ms,
  wallMs: Ms,
  options: Partial<CallOptions>,
): Call {
  const circumstances = { ...defaultOptions, ...options }
  return {
    incoming, subscriber, options: circumstances,
    startMs: nowMs, startWallMs: wallMs, nowMs, wallMs,
    phase: 'ringing', stage: undefined, legs: [], trace: [], timers: [],
    chainStartMs: undefined, transitions: 0, visits: new Map(), rule: undefined,
    held: undefined, next: undefined, pauseEndMs: undefined,
    ringback: false, ownRingback: false, earlyMediaLeg: undefined, winner: undefined,
    charging: false, metered: false, moneyShort: false,
    endOnConnect: undefined,
    media: circumstances.mediaAvailable, anchored: false,
    voicemailWhy: 'noAnswerAction', voicemailOrder: undefined, mailbox: false, lastWord: undefined,
    answeredWallMs: undefined, endedWallMs: undefined,
    outcome: undefined, status: 0, endedBy: undefined, reason: '', commands: [],
  }
}

/** Sets a timer to fire at `at` on the monotonic axis; one already set is moved. */
export function setTimer(call: Call, timer: TimerName, at: Ms, leg?: LegId): void {
  const index = indexOfTimer(call, timer, leg)
  const entry = { timer, leg, at }
  if (index >= 0) call.timers[index] = entry
  else call.timers.push(entry)
  call.commands.push(leg === undefined
    ? { do: 'setTimer', timer, at }
    : { do: 'setTimer', timer, leg, at })
}

/** Stops a timer if it is set. */
export function stopTimer(call: Call, timer: TimerName, leg?: LegId): void {
  const index = indexOfTimer(call, timer, leg)
  if (index < 0) return
  call.timers.splice(index, 1)
  call.commands.push(stopCommand(timer, leg))
}

/** Leaving a phase leaves no timer behind. */
export function stopAllTimers(call: Call): void {
  for (const { timer, leg } of call.timers) call.commands.push(stopCommand(timer, leg))
  call.timers.length = 0
}

/** When the timer is due, undefined when it is not set. */
export function timerDue(call: Call, timer: TimerName, leg?: LegId): Ms | undefined {
  return call.timers[indexOfTimer(call, timer, leg)]?.at
}

/** A timer that fired is set no more. */
export function forgetTimer(call: Call, timer: TimerName, leg?: LegId): void {
  const index = indexOfTimer(call, timer, leg)
  if (index >= 0) call.timers.splice(index, 1)
}

/** The leg with this id if it still lives. */
export function liveLeg(call: Call, id: LegId): Leg | undefined {
  const leg = call.legs.find((candidate) => candidate.id === id)
  return leg?.live === true ? leg : undefined
}

/** Milliseconds since the call began, whole ones: what records and traces count in. */
export function sinceStart(call: Call): Ms {
  return Math.round(call.nowMs - call.startMs)
}

function indexOfTimer(call: Call, timer: TimerName, leg: LegId | undefined): number {
  for (let i = 0; i < call.timers.length; i += 1) {
    const entry = call.timers[i]
    if (entry !== undefined && entry.timer === timer && entry.leg === leg) return i
  }
  return -1
}

function stopCommand(timer: TimerName, leg: LegId | undefined): CallCommand {
  return leg === undefined ? { do: 'stopTimer', timer } : { do: 'stopTimer', timer, leg }
}
