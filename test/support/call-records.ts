/** Call records with everything a test does not care about filled in. */
import type { CallRecord, LegRecord } from '../../src/call/record.ts'
import { newId } from '../../src/store/ids.ts'

/** A call that began at 2026-11-23 12:00:00 UTC and lives; `wanted` says what is different. */
export function callRecord(wanted: Partial<CallRecord> = {}): CallRecord {
  const startedAt = wanted.startedAt ?? Date.UTC(2026, 10, 23, 12)
  const id = newId(startedAt)
  return {
    id,
    sipCallId: `${id}@trunk`,
    subscriberId: undefined,
    dialled: '+74996740782',
    caller: '+79031112233',
    callerName: '',
    anonymous: false,
    trunkId: undefined,
    startedAt,
    answeredAt: undefined,
    endedAt: undefined,
    outcome: undefined,
    status: 0,
    endedBy: undefined,
    reason: '',
    answeredLegId: undefined,
    legs: [],
    trace: [],
    ...wanted,
  }
}

/** The same call after it was answered and ended by the caller. */
export function endedCall(record: CallRecord, wanted: Partial<CallRecord> = {}): CallRecord {
  return {
    ...record,
    answeredAt: record.startedAt + 3000,
    endedAt: record.startedAt + 63_000,
    outcome: 'answered',
    status: 200,
    endedBy: 'caller',
    answeredLegId: record.legs[0]?.id,
    ...wanted,
  }
}

/** A leg that rings. */
export function legRecord(wanted: Partial<LegRecord> = {}): LegRecord {
  return {
    id: '1',
    ruleId: undefined,
    ruleName: undefined,
    targetId: undefined,
    address: '+79161234567',
    description: 'Мобильный',
    attempts: [],
    startMs: 10,
    ringMs: 200,
    answerMs: undefined,
    endMs: undefined,
    outcome: 'ringing',
    status: 0,
    ...wanted,
  }
}
