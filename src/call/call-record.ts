/**
 * The record of a call from its state: opened first, closed last, each a copy that later steps do
 * not touch. Knows how a call looks in the journal, not how it is led.
 */
import type { Call, Leg } from './call-state.ts'
import type { IncomingCall } from './events.ts'
import type { CallRecord, LegRecord, RefusalReason } from './record.ts'

/** The record as the call stands now. */
export function recordOf(call: Call): CallRecord {
  const record: CallRecord = {
    ...headOf(call.incoming),
    subscriberId: call.subscriber.id,
    startedAt: call.startWallMs,
    answeredAt: call.answeredWallMs,
    endedAt: call.endedWallMs,
    outcome: call.outcome,
    status: call.status,
    endedBy: call.endedBy,
    reason: call.reason,
    answeredLegId: call.winner?.id,
    legs: call.legs.map(legRecord),
    trace: call.trace.slice(),
  }
  if (!call.anchored && !call.metered) return record
  return {
    ...record,
    ...(call.anchored ? { anchored: true } : {}),
    ...(call.metered ? { metered: true } : {}),
  }
}

/** The record of a call that was refused before it had a state; opened and closed in one. */
export function refusedRecord(
  incoming: IncomingCall,
  subscriberId: string | undefined,
  why: RefusalReason,
  status: number,
  wallMs: number,
): CallRecord {
  return {
    ...headOf(incoming),
    subscriberId,
    startedAt: wallMs,
    answeredAt: undefined,
    endedAt: wallMs,
    outcome: 'refused',
    status,
    endedBy: 'service',
    reason: why,
    answeredLegId: undefined,
    legs: [],
    trace: [{ step: 'refused', atMs: 0, why, status }],
  }
}

/** The same record as it was before its end was known: how it is opened. */
export function stillOpen(record: CallRecord): CallRecord {
  return {
    ...record, endedAt: undefined, outcome: undefined, status: 0, endedBy: undefined, reason: '',
  }
}

function headOf(incoming: IncomingCall) {
  const { caller } = incoming
  return {
    id: incoming.id,
    sipCallId: incoming.sipCallId,
    dialled: incoming.dialled,
    caller: caller.number,
    callerName: caller.name,
    anonymous: caller.anonymous,
    trunkId: incoming.trunkId,
  }
}

function legRecord(leg: Leg): LegRecord {
  return {
    id: leg.id,
    ruleId: leg.rule?.id,
    ruleName: leg.rule?.name,
    targetId: leg.target?.id,
    address: leg.address,
    description: leg.description,
    attempts: leg.attempts,
    startMs: leg.startMs,
    ringMs: leg.ringMs,
    answerMs: leg.answerMs,
    endMs: leg.endMs,
    outcome: leg.outcome,
    status: leg.status,
  }
}
