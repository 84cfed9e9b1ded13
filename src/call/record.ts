/**
 * One call is one record with its legs and its trace. Opened first, closed last.
 * These shapes are what the journal stores and what «почему так» shows.
 */
import type { Address } from './subscriber.ts'

/** Why a rule was or was not taken, as facts with numbers; the panel makes words of them. */
export type TraceStep =
  /** A rule was looked at and not taken. */
  | { readonly step: 'ruleSkipped'; readonly atMs: number; readonly ruleId: string;
      readonly ruleName: string; readonly why: RuleVerdict }
  /** A rule was taken; `via` says how we came to it. */
  | { readonly step: 'ruleTaken'; readonly atMs: number; readonly ruleId: string;
      readonly ruleName: string; readonly via: 'schedule' | 'chain' | 'chainIgnoringSchedule';
      readonly priority: number }
  | { readonly step: 'defaultNumber'; readonly atMs: number; readonly address: Address }
  /** The chain ended: next rule not usable, or a limit was reached. */
  | { readonly step: 'chainEnded'; readonly atMs: number;
      readonly why: 'nextDisabled' | 'nextOutsideSchedule' | 'nextMissing' | 'cycleTime'
        | 'transitions' | 'totalTime' }
  /** A pass rang nothing; the cycle waits before it goes on. */
  | { readonly step: 'paused'; readonly atMs: number; readonly ms: number }
  /** Voicemail was due; `taken` false: it could not take the call (then a 480). */
  | { readonly step: 'voicemail'; readonly atMs: number;
      readonly why: 'timeout' | 'noAnswerAction' | 'nothingActs'; readonly taken: boolean }
  | { readonly step: 'refused'; readonly atMs: number; readonly why: RefusalReason;
      readonly status: number }
  | { readonly step: 'note'; readonly atMs: number; readonly code: string; readonly detail: string }

export type RuleVerdict =
  | { readonly verdict: 'disabled' }
  | { readonly verdict: 'weekday'; readonly weekday: number }
  | { readonly verdict: 'date'; readonly date: string }
  | { readonly verdict: 'hours'; readonly minute: number }
  /** It would act, but a rule above it won. */
  | { readonly verdict: 'outranked'; readonly byRuleId: string; readonly byRuleName: string;
      readonly byPriority: number; readonly priority: number }

export type RefusalReason =
  | 'unknownNumber' | 'notActive' | 'noMoney' | 'nothingActs' | 'tooManyCalls' | 'tooManyHops'
  | 'loop' | 'merged' | 'overload' | 'databaseDown' | 'malformed' | 'noAnswer'

export type LegOutcome =
  | 'ringing' | 'answered' | 'busy' | 'declined' | 'noAnswer' | 'unknownNumber' | 'failed'
  | 'cancelled' | 'answeredElsewhere' | 'redirected'

export interface LegRecord {
  readonly id: string
  readonly ruleId: string | undefined
  readonly ruleName: string | undefined
  readonly targetId: string | undefined
  readonly address: Address
  readonly description: string
  /**
   * Names of the trunks tried, in order, with the status each ended with: 0 = no answer, 1xx = we
   * took the leg back while it rang.
   */
  readonly attempts: readonly { readonly trunk: string; readonly status: number }[]
  /** Milliseconds after the start of the call. */
  readonly startMs: number
  readonly ringMs: number | undefined
  readonly answerMs: number | undefined
  readonly endMs: number | undefined
  readonly outcome: LegOutcome
  /** Final SIP status of the leg, 0 when it got none. */
  readonly status: number
}

export type CallOutcome =
  | 'answered' | 'missed' | 'abandoned' | 'voicemail' | 'refused' | 'interrupted'

export interface CallRecord {
  /** Application-made id (UUIDv7, 32 hex digits). */
  readonly id: string
  readonly sipCallId: string
  readonly subscriberId: string | undefined
  /** Personal number dialled, E.164 where it could be read. */
  readonly dialled: Address
  /** Caller's number, '' when withheld. */
  readonly caller: Address
  readonly callerName: string
  readonly anonymous: boolean
  readonly trunkId: string | undefined
  readonly startedAt: number
  readonly answeredAt: number | undefined
  readonly endedAt: number | undefined
  /** undefined while the call lives. */
  readonly outcome: CallOutcome | undefined
  /** Status given to the caller; 0 while the call lives. */
  readonly status: number
  readonly endedBy: 'caller' | 'callee' | 'service' | undefined
  readonly reason: string
  readonly answeredLegId: string | undefined
  readonly legs: readonly LegRecord[]
  readonly trace: readonly TraceStep[]
}
