/**
 * One call is one record with its legs and its trace. Opened first, closed last.
 * These shapes are what the journal stores and what «почему так» shows.
 */
import type { DayKind } from './calendar.ts'
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
      readonly why: 'timeout' | 'noAnswerAction' | 'nothingActs' | 'ordered';
      readonly taken: boolean }
  | { readonly step: 'refused'; readonly atMs: number; readonly why: RefusalReason;
      readonly status: number }
  /** «Сейчас всё на …» or «не беспокоить» decided. */
  | { readonly step: 'override'; readonly atMs: number;
      readonly action: 'ring' | 'voicemail' | 'refuse'; readonly untilMs: number | undefined }
  /** A caller on the list of blocked ones; `entry` is the mask that matched, 'anonymous' otherwise. */
  | { readonly step: 'blocked'; readonly atMs: number; readonly entry: string }
  /** A rule that acts without ringing anybody. */
  | { readonly step: 'reaction'; readonly atMs: number; readonly ruleId: string;
      readonly action: 'voicemail' | 'refuse' }
  /** The subscriber called his own number: his mailbox answers. */
  | { readonly step: 'mailbox'; readonly atMs: number; readonly taken: boolean }
  /** An answered phone was asked to press a key. */
  | { readonly step: 'confirm'; readonly atMs: number; readonly legId: string;
      readonly choice: ConfirmChoice | 'asked' | 'cannotAsk' }
  /** Recording was due: it runs, or could not. */
  | { readonly step: 'recording'; readonly atMs: number; readonly running: boolean }
  /** Somebody at the panel or the desk ordered this, and it was done. */
  | { readonly step: 'ordered'; readonly atMs: number; readonly order: OrderKind;
      readonly by: 'subscriber' | 'manager' }
  | { readonly step: 'note'; readonly atMs: number; readonly code: string; readonly detail: string }

/** What may be ordered of a call that lives. */
export type OrderKind = 'toVoicemail' | 'pauseRecording' | 'resumeRecording' | 'end'

/** What a called person pressed, or that nobody did, or that he could not be asked to the end. */
export type ConfirmChoice = 'accept' | 'decline' | 'voicemail' | 'nobody' | 'failed'

export type RuleVerdict =
  | { readonly verdict: 'disabled' }
  | { readonly verdict: 'weekday'; readonly weekday: number }
  | { readonly verdict: 'date'; readonly date: string }
  | { readonly verdict: 'hours'; readonly minute: number }
  | { readonly verdict: 'dayKind'; readonly date: string; readonly kind: DayKind }
  /**
   * It is for other callers; '' = his number is withheld. `anybody`: no caller was named, and it is
   * not for ordinary ones.
   */
  | { readonly verdict: 'caller'; readonly number: Address; readonly anybody?: true }
  /** It is for another personal number than the one dialled. */
  | { readonly verdict: 'dialled'; readonly number: Address }
  /** It would act, but a rule above it won. */
  | { readonly verdict: 'outranked'; readonly byRuleId: string; readonly byRuleName: string;
      readonly byPriority: number; readonly priority: number }

export type RefusalReason =
  | 'unknownNumber' | 'notActive' | 'noMoney' | 'dayLimit' | 'nothingActs' | 'tooManyCalls' | 'tooManyHops'
  | 'loop' | 'merged' | 'overload' | 'databaseDown' | 'malformed' | 'noAnswer'
  | 'blocked' | 'doNotDisturb' | 'ruleRefuses' | 'recordingUnavailable' | 'callerTooOften'

export type LegOutcome =
  | 'ringing' | 'answered' | 'busy' | 'declined' | 'noAnswer' | 'unknownNumber' | 'failed'
  | 'cancelled' | 'answeredElsewhere' | 'redirected'
  /** Answered, but nobody pressed 1: a mailbox or a pocket. */
  | 'notConfirmed'
  /** The called person sent the caller to voicemail. */
  | 'toVoicemail'

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
  /** The subscriber heard his messages. */
  | 'mailbox'

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
  /** Speech went through a media server. */
  readonly anchored?: boolean
  /** Money was reserved for it: its end is charged when it is stored. */
  readonly metered?: boolean
  /** What it came to, once that is stored. */
  readonly charge?: CallCharge
}

export interface CallCharge {
  readonly kopecks: number
  /** What the rate is called: 'Россия, мобильные'. */
  readonly rateName: string
  /** By the steps of the rate; 0 for an answer shorter than the free seconds. */
  readonly seconds: number
  /** Of these, taken from the month's included ones. */
  readonly includedSeconds: number
}
