/**
 * A stage: the targets of one rule, or the default number, ringing all at once, late ones after
 * their delay, or one by one. It dials, hears how each leg goes, and says when it is over. What
 * comes after it is the chain's business; who won is the machine's.
 *
 *     parallel  A ├──────────────┤      a delayed number is dialled when its time comes, or as soon
 *               B      ├─────────┤      as nothing else rings; never when its delay ends with the
 *               0    delay      wait    wait or after it
 */
import { recordOf } from './call-record.ts'
import type { Call, Leg, Stage } from './call-state.ts'
import { setTimer, sinceStart, stopTimer, timerDue } from './call-state.ts'
import type { CallEvent, Ms } from './events.ts'
import { dialLeg, dropLeg, dropLegs, endLeg, redialDirect } from './leg.ts'
import { noteRecording, recordingImpossible, recordingRequired } from './media-path.ts'
import { legOutcome } from './outcome.ts'
import type { LegOutcome } from './record.ts'
import { passProgress } from './ringback.ts'
import type { Rule, RuleTarget } from './rule.ts'
import type { Address } from './subscriber.ts'

/** A phone that rings for less only blinks: its user finds a missed call and could not answer. */
const leastRingMs: Ms = 1000

/** The timers that cut a stage from outside. */
const limits = ['total', 'cycle', 'voicemail'] as const

/** 'over': nothing of the stage rings any more and nobody answered. */
export type StageState = 'ringing' | 'over'

/** Rings the targets of a rule; without a rule the one default number. */
export function startStage(
  call: Call,
  rule: Rule | undefined,
  targets: readonly RuleTarget[],
): StageState {
  const serial = rule === undefined || rule.mode === 'serial'
  const waitMs = serial ? Infinity : rule.waitSeconds * 1000
  const waiting = dialable(call, targets, waitMs)
  const stage: Stage = {
    rule,
    serial,
    single: waiting.length === 1,
    waiting,
    firstLeg: call.legs.length,
    startMs: call.nowMs,
    endMs: call.nowMs + waitMs,
    held: false,
  }
  call.stage = stage
  if (serial) return dialNext(call, stage)
  if (waiting.length === 0) return 'over'
  dialGroup(call, stage)
  setTimer(call, 'wait', stage.endMs)
  return 'ringing'
}

/** The limit that would cut a leg dialled at `atMs` before it has rung; the first if several. */
export function limitNear(call: Call, atMs: Ms): typeof limits[number] | undefined {
  let near: typeof limits[number] | undefined
  let nearMs = atMs + leastRingMs
  for (const limit of limits) {
    const due = timerDue(call, limit)
    if (due === undefined || due >= nearMs) continue
    near = limit
    nearMs = due
  }
  return near
}

/** A leg got a provisional response: the caller hears ringback, or the phone's own early media. */
export function legProgressed(
  call: Call,
  leg: Leg,
  event: Extract<CallEvent, { type: 'legProgress' }>,
): void {
  const { status, media } = event
  // A leg that is cancelled later tells no more of itself.
  if (event.attempts !== undefined) leg.attempts = event.attempts
  const firstRing = status === 180 && leg.ringMs === undefined
  if (firstRing) {
    leg.ringMs = sinceStart(call)
    for (const visit of call.visits.values()) visit.rang = true
  }
  passProgress(call, leg, status, media)
  if (firstRing) call.commands.push({ do: 'updateRecord', record: recordOf(call) })
}

/** A leg ended without answer, or one that was being asked hung up; a serial stage goes on. */
export function legFailed(
  call: Call,
  leg: Leg,
  event: Extract<CallEvent, { type: 'legFailed' }>,
): StageState {
  const { asking } = leg
  endLeg(call, leg, asking ? 'notConfirmed' : legOutcome(event.status, leg.ringMs !== undefined))
  if (!asking) {
    leg.status = event.status
    leg.attempts = event.attempts
  }
  if (leg.outcome === 'unknownNumber') noteDeadNumber(call, leg)
  return afterLeg(call, leg)
}

/** The stage takes one leg back, and goes on without it. */
export function giveUpLeg(call: Call, leg: Leg, outcome: LegOutcome): StageState {
  dropLeg(call, leg, outcome, '')
  return afterLeg(call, leg)
}

/** A delayed number is due. */
export function delayOver(call: Call): void {
  const { stage } = call
  if (stage === undefined) return
  forsakeUnrecorded(call, stage)
  if (stage.waiting.length > 0) dialGroup(call, stage)
}

/**
 * No media for a leg (§3.3 #41): it rings without, unless it must be recorded. `dialled`: it rings
 * already with an offer that is worth nothing now; the number gets a new INVITE.
 */
export function legLostMedia(call: Call, leg: Leg, dialled: boolean): StageState {
  call.media = false
  const { stage } = call
  const { target } = leg
  if (stage === undefined || target === undefined) return 'over'
  if (recordingRequired(call, leg.rule)) {
    noteRecording(call, false)
    if (dialled) return giveUpLeg(call, leg, 'failed')
    endLeg(call, leg, 'failed')
    return afterLeg(call, leg)
  }
  const inTime = mayRing(call, stage)
  if (!dialled && inTime) {
    const seconds = secondsLeft(call, stage, target)
    redialDirect(call, stage, leg, seconds)
    limitRinging(call, stage, leg, seconds)
    return 'ringing'
  }
  if (dialled) dropLeg(call, leg, 'cancelled', '')
  else endLeg(call, leg, 'cancelled')
  if (inTime) dialTarget(call, stage, target)
  return afterLeg(call, leg)
}

/** The stage goes on after one of its legs ended, or is over. */
function afterLeg(call: Call, leg: Leg): StageState {
  const { stage } = call
  if (stage === undefined) return 'over'
  if (leg.outcome === 'declined' && stage.rule?.decline === 'everywhere') {
    dropLegs(call, 'cancelled', '')
    stage.waiting.length = 0
  }
  forsakeUnrecorded(call, stage)
  if (ringsStill(call, stage)) return 'ringing'
  if (stage.serial) return dialNext(call, stage)
  if (stage.waiting.length > 0) {
    // He would wait in silence for the delay to end.
    dialGroup(call, stage)
    return 'ringing'
  }
  stopTimer(call, 'delay')
  stopTimer(call, 'wait')
  return 'over'
}

/** Media went while phones rang: whoever answered now could not be recorded. */
function forsakeUnrecorded(call: Call, stage: Stage): void {
  if (recordingImpossible(call, stage.rule)) stage.waiting.length = 0
}

function ringsStill(call: Call, stage: Stage): boolean {
  for (let i = stage.firstLeg; i < call.legs.length; i += 1) {
    if (call.legs[i]?.live === true) return true
  }
  return false
}

function dialNext(call: Call, stage: Stage): StageState {
  if (stopsShort(call, stage)) return 'ringing'
  const target = stage.waiting.shift()
  if (target === undefined) return 'over'
  dialTarget(call, stage, target)
  return 'ringing'
}

/** Dials the next target of a parallel stage and those with the same delay. */
function dialGroup(call: Call, stage: Stage): void {
  if (stopsShort(call, stage)) return
  const { waiting } = stage
  const delay = delayOf(waiting[0])
  while (waiting[0] !== undefined && delayOf(waiting[0]) === delay) {
    dialTarget(call, stage, waiting[0])
    waiting.shift()
  }
  if (waiting[0] === undefined) stopTimer(call, 'delay')
  else setTimer(call, 'delay', stage.startMs + delayOf(waiting[0]))
}

/** Nothing more is dialled for a blink; the limit, not the end of the rule, ends the stage. */
function stopsShort(call: Call, stage: Stage): boolean {
  if (stage.waiting.length === 0 || limitNear(call, call.nowMs) === undefined) return false
  stage.waiting.length = 0
  stopTimer(call, 'delay')
  return true
}

/** Dials one target, with a ring time of its own where that ends before the stage does. */
function dialTarget(call: Call, stage: Stage, target: RuleTarget): void {
  const seconds = secondsLeft(call, stage, target)
  limitRinging(call, stage, dialLeg(call, stage, target, seconds), seconds)
}

function limitRinging(call: Call, stage: Stage, leg: Leg, seconds: number): void {
  const endMs = call.nowMs + seconds * 1000
  if (stage.serial || (leg.target?.ringSeconds !== undefined && endMs < stage.endMs)) {
    setTimer(call, 'leg', endMs, leg.id)
  } else stopTimer(call, 'leg', leg.id)
}

/** Whether a leg dialled now would ring for more than a blink. */
function mayRing(call: Call, stage: Stage): boolean {
  return !stage.held && call.held === undefined && limitNear(call, call.nowMs) === undefined &&
    stage.endMs >= call.nowMs + leastRingMs
}

/** How long a leg to `target` may ring from now on. */
function secondsLeft(call: Call, stage: Stage, target: RuleTarget): number {
  if (stage.serial) return target.ringSeconds ?? call.subscriber.settings.ringSeconds
  const left = Math.ceil((stage.endMs - call.nowMs) / 1000)
  return target.ringSeconds === undefined ? left : Math.min(left, target.ringSeconds)
}

/**
 * Each number once, no personal number (ringing it would bring the call back), and none that
 * the subscriber may not ring: refused when it was saved, and here again. Of a
 * parallel stage: in the order of the delays, without those that never end in time.
 */
function dialable(call: Call, targets: readonly RuleTarget[], waitMs: Ms): RuleTarget[] {
  const allowed: RuleTarget[] = []
  let delayed = false
  for (const target of targets) {
    const { address } = target
    if (address === call.subscriber.number || address === call.incoming.dialled ||
      call.options.personalNumbers.includes(address)) {
      noteOnce(call, 'loopTarget', address)
    } else if (cannotPay(call, address)) {
      // Noted there.
    } else if (isBarred(call, target)) {
      noteOnce(call, barredCodes[target.barred ?? 'coolOff'], address)
    } else if (waitMs !== Infinity && delayOf(target) + leastRingMs > waitMs) {
      noteOnce(call, 'delayBeyondWait', address)
    } else if (!allowed.some((other) => other.address === address)) {
      allowed.push(target)
      delayed ||= target.delaySeconds !== undefined
    }
  }
  if (delayed && waitMs !== Infinity) allowed.sort((a, b) => delayOf(a) - delayOf(b))
  return allowed
}

/** No rate of the tariff is for this number, or its first step costs more than there is. */
function cannotPay(call: Call, address: Address): boolean {
  const price = call.options.priceOf(address)
  if (price !== 'noRate' && price !== 'noMoney') return false
  if (price === 'noMoney') call.moneyShort = true
  noteOnce(call, price, address)
  return true
}

const barredCodes = {
  class: 'barredClass', country: 'barredCountry', coolOff: 'barredCoolOff',
} as const

function isBarred(call: Call, { barred, ringsFrom }: RuleTarget): boolean {
  return barred !== undefined || (ringsFrom !== undefined && call.wallMs < ringsFrom)
}

function delayOf(target: RuleTarget | undefined): Ms {
  return (target?.delaySeconds ?? 0) * 1000
}

/** §4.5: the subscriber should learn that one of his numbers does not exist. */
function noteDeadNumber(call: Call, leg: Leg): void {
  noteOnce(call, 'deadNumber', leg.address)
}

function noteOnce(call: Call, code: string, detail: string): void {
  for (const step of call.trace) {
    if (step.step === 'note' && step.code === code && step.detail === detail) return
  }
  call.trace.push({ step: 'note', atMs: sinceStart(call), code, detail })
}
