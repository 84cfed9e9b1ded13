/**
 * A stage: the targets of one rule, or the default number, ringing all at once or one by one. It
 * dials, hears how each leg goes, tells the caller that it rings, and says when it is over. What
 * comes after it is the chain's business; who won is the machine's.
 */
import { recordOf } from './call-record.ts'
import type { Call, Leg, Stage } from './call-state.ts'
import { setTimer, sinceStart, stopTimer, timerDue } from './call-state.ts'
import type { CallEvent, Ms } from './events.ts'
import { legOutcome } from './outcome.ts'
import type { LegOutcome } from './record.ts'
import type { Rule, RuleTarget } from './rule.ts'

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
  const waiting = dialable(call, targets)
  const stage: Stage = {
    rule,
    serial: rule === undefined || rule.mode === 'serial',
    single: waiting.length === 1,
    waiting,
    firstLeg: call.legs.length,
  }
  call.stage = stage
  if (stage.serial) return dialNext(call, stage)
  const ringSeconds = rule?.waitSeconds ?? call.subscriber.settings.ringSeconds
  for (const target of waiting) dial(call, stage, target, ringSeconds)
  stage.waiting.length = 0
  if (call.legs.length === stage.firstLeg) return 'over'
  setTimer(call, 'wait', call.nowMs + ringSeconds * 1000)
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
  // Several phones would talk at once; and there is no answer to give to an INVITE without offer.
  if (media && call.stage?.single === true && call.incoming.hasOffer) {
    if (call.earlyMediaLeg !== leg) call.commands.push({ do: 'passEarlyMedia', leg: leg.id })
    call.earlyMediaLeg = leg
    call.ringback = true
  } else if (isRinging(status) && (!call.ringback || hearsDeadLeg(call, leg))) {
    call.commands.push({ do: 'ringCaller' })
    call.earlyMediaLeg = undefined
    call.ringback = true
  }
  if (firstRing) call.commands.push({ do: 'updateRecord', record: recordOf(call) })
}

/** A leg ended without answer; a serial stage rings the next number. */
export function legFailed(
  call: Call,
  leg: Leg,
  event: Extract<CallEvent, { type: 'legFailed' }>,
): StageState {
  endLeg(call, leg, legOutcome(event.status, leg.ringMs !== undefined))
  leg.status = event.status
  leg.attempts = event.attempts
  if (leg.outcome === 'unknownNumber') noteDeadNumber(call, leg)
  return afterLeg(call, leg)
}

/** The ring time of one number of a serial stage is over. */
export function legTimedOut(call: Call, leg: Leg): StageState {
  dropLeg(call, leg, 'noAnswer', '')
  return afterLeg(call, leg)
}

/**
 * Ends every leg that still rings, except the winner's. `elsewhere` goes with 'answeredElsewhere'
 * only: a phone that is told so shows no missed call, and must not be told so otherwise.
 */
export function dropLegs(call: Call, outcome: LegOutcome, reason: string): void {
  for (const leg of call.legs) {
    if (leg.live && leg !== call.winner) dropLeg(call, leg, outcome, reason)
  }
}

/** The leg lives no more; its outcome and time go to the record. */
export function endLeg(call: Call, leg: Leg, outcome: LegOutcome): void {
  leg.live = false
  leg.outcome = outcome
  leg.endMs = sinceStart(call)
}

function dropLeg(call: Call, leg: Leg, outcome: LegOutcome, reason: string): void {
  endLeg(call, leg, outcome)
  call.commands.push({
    do: 'dropLeg', leg: leg.id, elsewhere: outcome === 'answeredElsewhere', reason,
  })
}

function afterLeg(call: Call, leg: Leg): StageState {
  const stage = call.stage
  if (stage === undefined) return 'over'
  if (stage.serial) {
    stopTimer(call, 'leg', leg.id)
    return dialNext(call, stage)
  }
  for (let i = stage.firstLeg; i < call.legs.length; i += 1) {
    if (call.legs[i]?.live === true) return 'ringing'
  }
  stopTimer(call, 'wait')
  return 'over'
}

function dialNext(call: Call, stage: Stage): StageState {
  // Nothing more is dialled for a blink; the limit, not the end of the rule, ends the stage.
  if (stage.waiting.length > 0 && limitNear(call, call.nowMs) !== undefined) {
    stage.waiting.length = 0
    return 'ringing'
  }
  const target = stage.waiting.shift()
  if (target === undefined) return 'over'
  const ringSeconds = target.ringSeconds ?? call.subscriber.settings.ringSeconds
  const leg = dial(call, stage, target, ringSeconds)
  setTimer(call, 'leg', call.nowMs + ringSeconds * 1000, leg.id)
  return 'ringing'
}

function dial(call: Call, stage: Stage, target: RuleTarget, ringSeconds: number): Leg {
  const leg: Leg = {
    id: String(call.legs.length + 1),
    address: target.address,
    target,
    rule: stage.rule,
    description: target.description,
    startMs: sinceStart(call),
    live: true,
    ringMs: undefined,
    answerMs: undefined,
    endMs: undefined,
    outcome: 'ringing',
    status: 0,
    attempts: [],
  }
  call.legs.push(leg)
  call.commands.push({
    do: 'dial', leg: leg.id, address: leg.address, ringSeconds,
    earlyMedia: stage.single && call.incoming.hasOffer,
  })
  return leg
}

/** Each number once, and no personal number: ringing it would bring the call back. */
function dialable(call: Call, targets: readonly RuleTarget[]): RuleTarget[] {
  const allowed: RuleTarget[] = []
  for (const target of targets) {
    const { address } = target
    if (address === call.subscriber.number || address === call.incoming.dialled ||
      call.options.personalNumbers.includes(address)) {
      noteOnce(call, 'loopTarget', address)
    } else if (!allowed.some((other) => other.address === address)) {
      allowed.push(target)
    }
  }
  return allowed
}

/** 181 (forwarded) and 199 (early dialog ended) do not ring. */
function isRinging(status: number): boolean {
  return status === 180 || status === 182 || status === 183
}

/** The caller was left with the early media of a leg that is gone: silence. */
function hearsDeadLeg(call: Call, leg: Leg): boolean {
  return call.earlyMediaLeg !== undefined && call.earlyMediaLeg !== leg
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
