/**
 * Shapes of requests and replies about what was: filters and notes of the journal, statistics; and
 * about who asks: keys of programs, requests to the support. Requests are valibot schemas, replies
 * are types. All instants are milliseconds since 1970 (UTC).
 */
import * as v from 'valibot'
import { digits, id, title, visibleLines } from './schema-fields.ts'

/** «Пропущенные» are all that reached nobody. */
const callFilters = [
  'answered', 'missed', 'voicemail', 'abandoned', 'refused', 'live',
] as const

/** Which calls: the journal, its export and the links from the statistics share them. */
export const callFilter = {
  outcome: v.optional(v.picklist(callFilters)),
  /** Part of a number or of a name, or the name of a rule. */
  q: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** Calls that this rule took; 'none': no rule acted. */
  rule: v.optional(v.union([id, v.literal('none')])),
  /** Calls that rang this one of «Мои номера». */
  number: v.optional(id),
  /** Exactly this caller; 'anonymous': withheld. */
  caller: v.optional(v.pipe(v.string(), v.maxLength(128))),
  /** Begun at or after `from`, before `to`. */
  from: v.optional(digits(15)),
  to: v.optional(digits(15)),
  hasRecording: v.optional(v.picklist(['yes', 'no'])),
  hasNote: v.optional(v.literal('yes')),
  /** An hour of the week in the subscriber's zone: 0 = Monday 00:00 … 167 = Sunday 23:00. */
  cell: v.optional(v.pipe(digits(3), v.maxValue(167))),
}

/** GET /api/calls */
export const callsQuery = v.object({
  ...callFilter,
  before: v.optional(digits(14)),
  beforeId: v.optional(id),
  limit: v.optional(v.pipe(digits(3), v.minValue(1), v.maxValue(100)), '50'),
})

/** GET /api/calls/export.csv, GET /api/calls/export.xlsx: at most 50,000 rows. */
export const exportQuery = v.object({
  ...callFilter,
  lang: v.optional(v.picklist(['ru', 'en']), 'ru'),
})

/** A caller found in the subscriber's lists. */
export interface KnownCaller {
  /** '' = his entry has no name. */
  readonly name: string
  /** Names of the lists he stands in. */
  readonly lists: readonly string[]
}

/** POST /api/calls/:id/note; '' takes it away. Answers the CallReply. */
export const noteRequest = v.object({
  text: v.pipe(v.string(), v.trim(), v.maxLength(1000), visibleLines),
})
// POST /api/calls/:id/block and /allow put the caller on the list of blocked ones, or take him off
// it; both answer the CallReply. 422 caller_unknown: there is no number to go by.

/** GET /api/statistics: at most 400 days; without bounds the last 30 whole local days. */
export const statisticsQuery = v.object({
  from: v.optional(digits(15)),
  to: v.optional(digits(15)),
})

export interface CallTotals {
  readonly calls: number
  readonly answered: number
  /** Nobody answered: missed, refused for want of a destination, interrupted; not `abandoned`. */
  readonly missed: number
  readonly voicemail: number
  /** The caller gave up while phones rang. */
  readonly abandoned: number
  /** Refused by his own will: blocked, do not disturb, a rule. */
  readonly refused: number
  /** Mean seconds from the INVITE to the answer; null = none was answered. */
  readonly answerSeconds: number | null
  readonly talkSeconds: number
}

export interface StatisticsReply {
  readonly zone: string
  readonly from: number
  readonly to: number
  readonly totals: CallTotals
  /** The same number of days before `from`; null = there was no call before. */
  readonly previous: CallTotals | null
  /** Days from the first call to `to`, at most the window: under 7 there is little to see. */
  readonly days: number
  /** Every local day of the window, also those without calls. */
  readonly byDay: readonly DayCount[]
  /** Most calls first; `ruleId` null: no rule acted. */
  readonly byRule: readonly {
    readonly ruleId: string | null
    readonly name: string
    readonly calls: number
    readonly answered: number
    readonly missed: number
  }[]
  /** Most answers first. `numberId` null: voicemail. */
  readonly byNumber: readonly {
    readonly numberId: string | null
    readonly address: string
    readonly description: string
    readonly rang: number
    readonly answered: number
    readonly answerSeconds: number | null
  }[]
  /** 168 cells, Monday 00:00 first, in the subscriber's zone. */
  readonly byHour: readonly { readonly calls: number; readonly missed: number }[]
  /** At most 20, most calls first. `caller` '' = withheld. */
  readonly byCaller: readonly {
    readonly caller: string
    readonly name: string
    readonly known: KnownCaller | null
    readonly calls: number
    readonly answered: number
    readonly missed: number
    readonly lastAt: number
  }[]
  /** Where most calls are lost, if they are lost somewhere in particular. */
  readonly finding: Finding | null
}

export interface DayCount {
  readonly date: string
  readonly from: number
  readonly to: number
  readonly answered: number
  readonly missed: number
  readonly voicemail: number
}

export interface Finding {
  /** 'noRule': no rule acted then; 'rule': this rule did, and nobody answered. */
  readonly kind: 'noRule' | 'rule'
  readonly ruleId: string | null
  readonly ruleName: string | null
  readonly weekdays: readonly (1 | 2 | 3 | 4 | 5 | 6 | 7)[]
  /** Minutes of the local day. */
  readonly hours: { readonly from: number; readonly to: number }
  readonly missed: number
  readonly missedInAll: number
  /** The number that answers most often, for the rule to be made; null = none does. */
  readonly targetId: string | null
}

/** What a key may do: look, change, hear recordings and messages. */
export const keyScopes = ['read', 'write', 'media'] as const
export type KeyScope = (typeof keyScopes)[number]

/** POST /api/keys */
export const keyRequest = v.object({
  name: title(64),
  scopes: v.pipe(v.array(v.picklist(keyScopes)), v.minLength(1), v.maxLength(3)),
})

export interface KeyReply {
  readonly id: string
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** Its beginning, to tell keys apart. */
  readonly prefix: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

/** Reply to POST /api/keys: the key itself, this once. */
export interface NewKeyReply extends KeyReply {
  readonly key: string
}

