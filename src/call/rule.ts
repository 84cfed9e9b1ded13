/**
 * A rule of a subscriber: when it acts, whom it rings and what happens when nobody answers.
 */
import type { DayKind } from './calendar.ts'
import type { CallerCondition } from './caller-list.ts'
import type { Address, Target } from './subscriber.ts'

/** ISO weekday: 1 Monday … 7 Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7
/** Local calendar date 'YYYY-MM-DD'. */
export type LocalDate = string
/** Minute of the local day, 0–1440; 1440 is 24:00. */
export type Minute = number

/** Both ends inclusive. Either end may be open. */
export interface DateRange {
  readonly from: LocalDate | undefined
  readonly to: LocalDate | undefined
}

/** Half-open [from, to); from > to crosses midnight; from = to is the whole day. */
export interface Hours {
  readonly from: Minute
  readonly to: Minute
}

/** Weekdays AND dates AND hours; inside a kind OR; an empty kind is no limit. */
export interface ScheduleBlock {
  readonly weekdays: readonly Weekday[]
  readonly dates: readonly DateRange[]
  readonly hours: readonly Hours[]
  /** Kinds of day in the production calendar; absent or empty = no limit. */
  readonly dayKinds?: readonly DayKind[]
}

export interface RuleTarget extends Target {
  /** Ring time of this number in serial mode; undefined = the subscriber's setting. */
  readonly ringSeconds: number | undefined
  /** Parallel mode: seconds after the start of the stage until this number is dialled. */
  readonly delaySeconds?: number
}

export type NoAnswer =
  | { readonly action: 'hangUp' }
  | { readonly action: 'voicemail' }
  /** `ignoreSchedule`: run it outside its own hours, too. */
  | { readonly action: 'rule'; readonly ruleId: string; readonly ignoreSchedule: boolean }

export interface Rule {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  /** 0–100, larger wins. */
  readonly priority: number
  /** Place in the list, from 1; smaller wins among equal priorities. */
  readonly position: number
  /** Blocks are OR-ed; none means always. */
  readonly blocks: readonly ScheduleBlock[]
  readonly mode: 'parallel' | 'serial'
  /** «Ожидание», parallel only: seconds to ring, 5–120. */
  readonly waitSeconds: number
  /** 1–5, in the order of the list. */
  readonly targets: readonly RuleTarget[]
  readonly noAnswer: NoAnswer
  /** Which callers it is for; absent = all. */
  readonly callers?: CallerCondition
  /** Personal numbers of the subscriber for which it acts; absent or empty = all of them. */
  readonly dialled?: readonly Address[]
  /** 'voicemail' and 'refuse' act at once and ring nobody; absent = 'ring'. */
  readonly reaction?: 'ring' | 'voicemail' | 'refuse'
  /** Instead of `noAnswer` when every phone was busy, or none could be reached. */
  readonly busy?: NoAnswer
  readonly unreachable?: NoAnswer
  /** 'everywhere': a phone that declines ends the whole stage; absent = 'here', that phone only. */
  readonly decline?: 'here' | 'everywhere'
  /** Recording of the calls of this rule; absent = as the subscriber's settings say. */
  readonly record?: boolean
  /** The greeting of its voicemail, relative to the recordings folder; absent = the subscriber's. */
  readonly greetingFile?: string
}
