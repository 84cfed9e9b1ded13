/**
 * Whether the end of a call is told to the subscriber, and as what: exactly one notice for every
 * call that reached nobody. Policy over the closed record; which channels he wants, and whether a
 * message was left after all, is decided where notices are addressed (store/outbox-routing.ts).
 */
import type { CallRecord, RefusalReason } from './record.ts'
import type { Address } from './subscriber.ts'

/** What a notice tells of a call. */
export interface CallFacts {
  readonly callId: string
  /** '' when withheld. */
  readonly caller: Address
  readonly callerName: string
  /** The personal number that was called. */
  readonly dialled: Address
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number
}

/** Why nobody was reached; `hungUp`: the caller did not wait. */
export type MissedWhy =
  | 'noAnswer' | 'hungUp' | 'interrupted' | 'voicemailUnavailable' | RefusalReason

export interface CallNotice extends CallFacts {
  /** `refused`: the service did not do what the rules say; `missedCall`: it did, in vain. */
  readonly kind: 'missedCall' | 'refused'
  readonly why: MissedWhy
  /** Voicemail had the call: there may be a message, then that is the notice. */
  readonly mayHaveMessage: boolean
}

/**
 * Refusals that are no news: what he blocked himself, and calls that are not calls of their own (a
 * copy of one that is being handled, his own phone sending one back, nonsense, a program that calls
 * without end).
 */
const silentRefusals: readonly RefusalReason[] = [
  'blocked', 'merged', 'loop', 'malformed', 'unknownNumber', 'callerTooOften',
]
/** What he or nobody asked for; the others are as his rules have it. */
const ourRefusals: readonly RefusalReason[] = [
  'notActive', 'noMoney', 'dayLimit', 'tooManyCalls', 'tooManyHops', 'overload', 'databaseDown',
  'recordingUnavailable',
]

/** The notice that the end of this call gives; undefined for none, and while it lives. */
export function noticeOf(record: CallRecord): CallNotice | undefined {
  if (record.subscriberId === undefined || record.endedAt === undefined) return undefined
  switch (record.outcome) {
    case undefined:
    case 'answered':
    case 'mailbox': return undefined
    case 'missed': return missed(record)
    case 'abandoned':
      return isOwnMailbox(record) ? undefined : notice(record, 'missedCall', 'hungUp')
    case 'voicemail': return notice(record, 'missedCall', 'noAnswer')
    case 'interrupted': {
      const reached = record.answeredLegId !== undefined
      return reached || isOwnMailbox(record) ? undefined : notice(record, 'refused', 'interrupted')
    }
    case 'refused': return refused(record)
  }
}

function missed(record: CallRecord): CallNotice {
  return record.reason === 'voicemailUnavailable'
    ? notice(record, 'refused', 'voicemailUnavailable')
    : notice(record, 'missedCall', 'noAnswer')
}

function refused(record: CallRecord): CallNotice | undefined {
  if (isOwnMailbox(record)) return undefined
  let why: RefusalReason = 'noAnswer'
  for (const step of record.trace) if (step.step === 'refused') why = step.why
  if (silentRefusals.includes(why)) return undefined
  return notice(record, ourRefusals.includes(why) ? 'refused' : 'missedCall', why)
}

/** The subscriber called his own number: nobody else was to be reached. */
function isOwnMailbox({ trace }: CallRecord): boolean {
  return trace.some(({ step }) => step === 'mailbox')
}

function notice(record: CallRecord, kind: CallNotice['kind'], why: MissedWhy): CallNotice {
  const { id, caller, callerName, anonymous, dialled, startedAt, endedAt } = record
  return {
    callId: id,
    caller: anonymous ? '' : caller,
    callerName: anonymous ? '' : callerName,
    dialled,
    startedAt,
    endedAt: endedAt ?? startedAt,
    kind,
    why,
    mayHaveMessage: record.trace.some((step) => step.step === 'voicemail' && step.taken),
  }
}
