/**
 * From rule to rule when nobody answers (§1.4 point 9, R-7 … R-9), or by what the rule says for
 * phones that are busy or cannot be reached. Rules may call each other in a circle: that is legal,
 * and bounded by the subscriber's cycle time from the first dial, by a count of transitions, and by
 * a pause before a rule is started again when a pass rang nothing. A rule
 * that a limit would cut before its phones have rung is not started: the chain ends there.
 *
 *     rule A ──no answer──▶ rule B ──no answer──▶ rule A …   until the cycle time cuts it
 */
import { giveUp, refuse } from './announcement.ts'
import type { Call, Visit } from './call-state.ts'
import { setTimer, sinceStart, timerDue } from './call-state.ts'
import type { Ms } from './events.ts'
import { dropLegs } from './leg.ts'
import { noteRecording, recordingImpossible } from './media-path.ts'
import { stageOutcome } from './outcome.ts'
import { conditionVerdict } from './plan.ts'
import type { TraceStep } from './record.ts'
import { refusalFor } from './refusal.ts'
import type { NoAnswer, Rule, RuleTarget } from './rule.ts'
import { verdictAt } from './schedule.ts'
import { limitNear, startStage } from './stage.ts'
import type { Target } from './subscriber.ts'
import { takeVoicemail, voicemailOrGiveUp } from './voicemail.ts'

type ChainEnd = Extract<TraceStep, { step: 'chainEnded' }>['why']
type Link = Extract<NoAnswer, { action: 'rule' }>

/** Starts the chain with the rule that acts; the plan's trace names it already. */
export function startWithRule(call: Call, rule: Rule): void {
  call.rule = rule
  if (!beginChain(call)) return
  if (isCyclic(call, rule)) setTimer(call, 'cycle', cycleEnd(call))
  runRule(call, rule)
}

/** Rings the default number, or the one of the override, for one ring time. */
export function startWithDefault(call: Call, target: Target): void {
  if (beginChain(call)) ring(call, undefined, [{ ...target, ringSeconds: undefined }])
}

/** Nobody answered in this stage: do what its rule says, or a limit that has waited for it. */
export function stageOver(call: Call): void {
  const { stage, held } = call
  const rule = stage?.rule
  call.stage = undefined
  if (held !== undefined) return reachLimit(call, held)
  if (stage === undefined || rule === undefined) return voicemailOrGiveUp(call)
  const action = actionOf(call, rule, stage.firstLeg)
  if (action.action === 'rule') follow(call, action)
  else if (action.action === 'voicemail' && call.subscriber.settings.voicemail) {
    takeVoicemail(call, 'noAnswerAction')
  } else giveUp(call) // voicemail chosen but switched off is a hang-up.
}

/** The pause of a cycle is over. */
export function pauseOver(call: Call): void {
  const next = call.next
  call.next = undefined
  call.pauseEndMs = call.nowMs
  call.phase = 'ringing'
  if (next === undefined) voicemailOrGiveUp(call)
  else moveTo(call, next.rule, next.via)
}

/** A limit cuts whatever rings, and the call falls back to voicemail. */
export function cutChain(call: Call, why: ChainEnd): void {
  dropLegs(call, 'noAnswer', '')
  endChain(call, why)
}

/**
 * Fixes the instant from which T_voicemail and the cycle time count: our first dial.
 * A phone that never says it rings must not stop these clocks. False: voicemail takes the call.
 */
function beginChain(call: Call): boolean {
  const { voicemail, voicemailAfterSeconds } = call.subscriber.settings
  call.chainStartMs = call.nowMs
  if (voicemail && voicemailAfterSeconds <= 0) {
    takeVoicemail(call, 'timeout')
    return false
  }
  setTimer(call, 'total', call.startMs + call.options.totalSeconds * 1000)
  setTimer(call, 'keepAlive', call.startMs + call.options.keepAliveMs)
  if (voicemail) setTimer(call, 'voicemail', call.nowMs + voicemailAfterSeconds * 1000)
  return true
}

function runRule(call: Call, rule: Rule): void {
  call.visits.set(rule.id, { startedMs: call.nowMs, rang: false })
  ring(call, rule, rule.targets)
}

function ring(call: Call, rule: Rule | undefined, targets: readonly RuleTarget[]): void {
  if (recordingImpossible(call, rule)) {
    noteRecording(call, false)
    return refuse(call, refusalFor('recordingUnavailable'))
  }
  if (startStage(call, rule, targets) === 'over') stageOver(call)
}

/** A rule may have actions of its own for phones that are all busy, or cannot be reached. */
function actionOf(call: Call, rule: Rule, firstLeg: number): NoAnswer {
  if (rule.busy === undefined && rule.unreachable === undefined) return rule.noAnswer
  return rule[stageOutcome(call.legs.slice(firstLeg))] ?? rule.noAnswer
}

function follow(call: Call, link: Link): void {
  const rule = call.subscriber.rules.find((candidate) => candidate.id === link.ruleId)
  if (rule === undefined) return endChain(call, 'nextMissing')
  if (!rule.enabled) return endChain(call, 'nextDisabled')
  if (isForOthers(call, rule)) return voicemailOrGiveUp(call)
  const inTime = isInTime(call, rule)
  if (!inTime && !link.ignoreSchedule) return endChain(call, 'nextOutsideSchedule')
  if (call.transitions >= call.options.maxTransitions) return endChain(call, 'transitions')
  const via = inTime ? 'chain' : 'chainIgnoringSchedule'
  const visit = call.visits.get(rule.id)
  // The circle closed although it was none when the call began: its clock runs all the same.
  if (visit !== undefined && timerDue(call, 'cycle') === undefined) {
    setTimer(call, 'cycle', cycleEnd(call))
  }
  const ms = visit === undefined ? 0 : Math.max(0, pauseBefore(call, visit))
  const limit = limitNear(call, call.nowMs + ms)
  if (limit !== undefined) return reachLimit(call, limit)
  if (ms === 0) return moveTo(call, rule, via)
  call.phase = 'pausing'
  call.next = { rule, via }
  call.trace.push({ step: 'paused', atMs: sinceStart(call), ms: Math.round(ms) })
  setTimer(call, 'pause', call.nowMs + ms)
}

function isInTime(call: Call, rule: Rule): boolean {
  const { zone, calendar } = call.subscriber
  return verdictAt(rule, call.wallMs, zone, calendar).verdict === 'acts'
}

/** Other callers or another number than this one: a link does not change whom a rule is for. */
function isForOthers(call: Call, rule: Rule): boolean {
  const why = conditionVerdict(rule, call.subscriber, call.incoming)
  if (why === undefined) return false
  const { id: ruleId, name: ruleName } = rule
  call.trace.push({ step: 'ruleSkipped', atMs: sinceStart(call), ruleId, ruleName, why })
  return true
}

/**
 * A pass, from the rule's last start until now, that rang nothing and had no pause yet costs a
 * whole pause. One that rang, if only for a blink, lasts as long as a pause at least.
 */
function pauseBefore(call: Call, visit: Visit): Ms {
  const { pauseMs } = call.options
  const pausedSince = call.pauseEndMs !== undefined && call.pauseEndMs > visit.startedMs
  if (!visit.rang && !pausedSince) return pauseMs
  return visit.startedMs + pauseMs - call.nowMs
}

function moveTo(call: Call, rule: Rule, via: 'chain' | 'chainIgnoringSchedule'): void {
  call.transitions += 1
  call.rule = rule
  const atMs = sinceStart(call)
  const { id: ruleId, name: ruleName, priority, reaction = 'ring' } = rule
  call.trace.push({ step: 'ruleTaken', atMs, ruleId, ruleName, via, priority })
  if (reaction === 'ring') return runRule(call, rule)
  call.trace.push({ step: 'reaction', atMs, ruleId, action: reaction })
  if (reaction === 'refuse') refuse(call, refusalFor('ruleRefuses'))
  else if (call.subscriber.settings.voicemail) takeVoicemail(call, 'noAnswerAction')
  else giveUp(call)
}

/** Does now what the limit would do in a moment. */
function reachLimit(call: Call, limit: 'total' | 'cycle' | 'voicemail'): void {
  switch (limit) {
    case 'total': return endChain(call, 'totalTime')
    case 'cycle': return endChain(call, 'cycleTime')
    case 'voicemail': return takeVoicemail(call, 'timeout')
  }
}

function endChain(call: Call, why: ChainEnd): void {
  call.trace.push({ step: 'chainEnded', atMs: sinceStart(call), why })
  voicemailOrGiveUp(call)
}

function cycleEnd(call: Call): number {
  return (call.chainStartMs ?? call.nowMs) + call.subscriber.settings.cycleLimitSeconds * 1000
}

/** Whether the links from `first`, as far as they can be followed now, lead into a circle. */
function isCyclic(call: Call, first: Rule): boolean {
  const seen = new Set<string>()
  let rule: Rule | undefined = first
  while (rule !== undefined) {
    if (seen.has(rule.id)) return true
    seen.add(rule.id)
    if (rule.reaction === 'voicemail' || rule.reaction === 'refuse') return false
    const link: NoAnswer = rule.noAnswer
    if (link.action !== 'rule') return false
    rule = call.subscriber.rules.find((candidate) => candidate.id === link.ruleId)
    if (rule === undefined || !rule.enabled) return false
    if (!link.ignoreSchedule && !isInTime(call, rule)) return false
  }
  return false
}
