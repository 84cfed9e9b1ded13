/**
 * A live call as the desk lists it: what it is doing, read from its record.
 */
import type { CallRecord } from '../call/record.ts'
import type { AnyCall } from '../store/live-calls.ts'
import type { LiveCallRow, LiveState } from './schema-live.ts'

/** One row of the list. */
export function liveRow({ call, subscriberName, trunkName }: AnyCall): LiveCallRow {
  const round = roundOf(call)
  const state = liveState(call)
  const shown = call.legs.filter((leg) => state === 'talks'
    ? leg.id === call.answeredLegId
    : leg.outcome === 'ringing')
  return {
    id: call.id,
    state,
    round,
    caller: call.caller,
    callerName: call.callerName,
    anonymous: call.anonymous,
    dialled: call.dialled,
    subscriberId: call.subscriberId ?? null,
    subscriberName,
    ruleName: call.trace.findLast((step) => step.step === 'ruleTaken')?.ruleName ?? '',
    trunkName,
    startedAt: call.startedAt,
    answeredAt: call.answeredAt ?? null,
    phones: shown.slice(0, 5).map((leg) => leg.description || leg.address),
    recorded: isRecorded(call),
  }
}

/** What a call that is not over is doing. */
export function liveState(call: CallRecord): LiveState {
  if (call.answeredAt !== undefined) {
    for (const step of call.trace) {
      if (step.step === 'mailbox') return 'mailbox'
      if (step.step === 'voicemail' && step.taken) return 'voicemail'
    }
    return 'talks'
  }
  const ringing = call.legs.filter((leg) => leg.outcome === 'ringing')
  if (ringing.some((leg) => leg.answerMs !== undefined)) return 'waits'
  if (roundOf(call) > 1) return 'loops'
  return ringing.some((leg) => leg.ringMs !== undefined) ? 'rings' : 'connecting'
}

function isRecorded(call: CallRecord): boolean {
  const last = call.trace.findLast((step) => step.step === 'recording')
  return last?.step === 'recording' && last.running
}

/** How often the rule that was taken most often was taken; at least 1. */
function roundOf(call: CallRecord): number {
  const times = new Map<string, number>()
  let most = 1
  for (const step of call.trace) {
    if (step.step !== 'ruleTaken') continue
    const count = (times.get(step.ruleId) ?? 0) + 1
    times.set(step.ruleId, count)
    most = Math.max(most, count)
  }
  return most
}
