/**
 * Shapes of requests and replies of the panel's HTTP API. Requests are valibot schemas (checked at
 * the door), replies are types. The panel imports the types and nothing else from the server.
 * All instants are milliseconds since 1970 (UTC); all money is integer kopecks.
 */
import * as v from 'valibot'
import type { DayKind } from '../call/calendar.ts'
import type { CallRecord, RefusalReason, RuleVerdict } from '../call/record.ts'
import { date, id, title, visible, whole } from './schema-fields.ts'
import type { KnownCaller } from './schema-insight.ts'
import type { NumberDestination } from './schema-limits.ts'
import type { NumberPrice } from '../store/number-prices.ts'
import type { RecordingState, SettingsReply } from './schema-media.ts'
import type { NumberWatch, OverrideReply, Verification } from './schema-rules.ts'

const minute = whole(0, 1440)

/** POST /api/login */
export const loginRequest = v.object({
  login: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
})

/** POST /api/numbers, PUT /api/numbers/:id. `address` as people write it; the server normalises. */
export const numberRequest = v.object({
  address: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(128)),
  description: v.pipe(v.string(), v.trim(), v.maxLength(120), visible),
  /** "Press 1"; null = for mobile numbers when the settings say so. Left out: stays. */
  confirm: v.exactOptional(v.nullable(v.boolean())),
  /** Whose number this phone is shown; null = as the trunk has it. Left out: stays. */
  callerId: v.exactOptional(v.nullable(v.picklist(['caller', 'personal']))),
})

/** GET /api/numbers?q=text&page=1&size=10; without `page` all of them (there are at most 50). */
export const numbersQuery = v.object({
  q: v.optional(v.pipe(v.string(), v.maxLength(64))),
  page: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1))),
  size: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,2}$/), v.transform(Number), v.minValue(1)), '10'),
})

export const scheduleBlock = v.object({
  weekdays: v.pipe(v.array(v.picklist([1, 2, 3, 4, 5, 6, 7])), v.maxLength(7)),
  dates: v.pipe(
    v.array(v.object({ from: v.nullable(date), to: v.nullable(date) })), v.maxLength(20)),
  hours: v.pipe(v.array(v.object({ from: minute, to: minute })), v.maxLength(20)),
  /** Kinds of day in the production calendar; left out or empty = no limit. */
  dayKinds: v.exactOptional(
    v.pipe(v.array(v.picklist(['working', 'short', 'dayOff', 'holiday'])), v.maxLength(4))),
})

export const noAnswer = v.variant('action', [
  v.object({ action: v.literal('hangUp') }),
  v.object({ action: v.literal('voicemail') }),
  v.object({ action: v.literal('rule'), ruleId: id, ignoreSchedule: v.boolean() }),
])

/** Which callers a rule is for. `masks` as people write them; the server normalises. */
const callerCondition = v.object({
  lists: v.pipe(v.array(v.union([id, v.literal('blocked')])), v.maxLength(20)),
  masks: v.pipe(
    v.array(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64))), v.maxLength(50)),
  anonymous: v.boolean(),
  unknown: v.boolean(),
  /** All callers but these. */
  except: v.boolean(),
})

const ruleTarget = v.object({
  targetId: id,
  ringSeconds: v.nullable(whole(5, 60)),
  /** Parallel mode: seconds until this number is dialled. */
  delaySeconds: v.exactOptional(v.nullable(whole(0, 119))),
  /** "Press 1" and shown number in this rule; null = as the number has it. */
  confirm: v.exactOptional(v.nullable(v.boolean())),
  callerId: v.exactOptional(v.nullable(v.picklist(['caller', 'personal']))),
})

/**
 * POST /api/rules, PUT /api/rules/:id (there with `version`, 409 rule_changed when it moved). What
 * is optional is beyond the manual; left out or null it has the default of the manual.
 */
export const ruleRequest = v.object({
  version: v.optional(v.pipe(v.number(), v.integer())),
  name: title(64),
  enabled: v.boolean(),
  priority: whole(0, 100),
  blocks: v.pipe(v.array(scheduleBlock), v.maxLength(20)),
  mode: v.picklist(['parallel', 'serial']),
  waitSeconds: whole(5, 120),
  /** 1–5; none is allowed with a reaction that rings nobody. */
  targets: v.pipe(v.array(ruleTarget), v.maxLength(5)),
  noAnswer,
  /** 'voicemail' and 'refuse' act at once and ring nobody. */
  reaction: v.exactOptional(v.picklist(['ring', 'voicemail', 'refuse'])),
  callers: v.exactOptional(v.nullable(callerCondition)),
  /** Personal numbers of the subscriber for which it acts; empty = all. */
  dialled: v.exactOptional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(128))), v.maxLength(20))),
  /** Instead of `noAnswer` when every phone was busy, or none could be reached. */
  busy: v.exactOptional(v.nullable(noAnswer)),
  unreachable: v.exactOptional(v.nullable(noAnswer)),
  /** 'everywhere': one phone that declines ends the ringing of all. */
  decline: v.exactOptional(v.picklist(['here', 'everywhere'])),
  /** Recording of its calls; null = as the settings say. */
  record: v.exactOptional(v.nullable(v.boolean())),
  /** Greeting of its voicemail (an id of GET /api/audio?kind=greeting); null = the usual one. */
  greetingId: v.exactOptional(v.nullable(id)),
})

/** POST /api/rules/:id/enabled: switch on or off without opening the editor. */
export const enabledRequest = v.object({ enabled: v.boolean() })
/** POST /api/rules/order: all rule ids in the wished order; priorities rise where needed. */
export const orderRequest = v.object({ ids: v.pipe(v.array(id), v.maxLength(50)) })
/** PUT /api/settings/default-number */
export const defaultNumberRequest = v.object({ targetId: v.nullable(id) })

export type LoginRequest = v.InferOutput<typeof loginRequest>
export type NumberRequest = v.InferOutput<typeof numberRequest>
export type RuleRequest = v.InferOutput<typeof ruleRequest>
export type ScheduleBlockRequest = v.InferOutput<typeof scheduleBlock>

/**
 * Every failure: HTTP status ≥ 400 with this body, as application/problem+json (RFC 9457). `field`
 * names the faulty field, if one is.
 */
export interface Problem {
  /** Where the code is explained. */
  readonly type?: string
  /** The same as `message`, by its name in RFC 9457. */
  readonly title?: string
  readonly status?: number
  readonly code: string
  readonly message: string
  readonly field?: string
  readonly details?: Readonly<Record<string, string | number>>
  /** With code rule_changed: the rule as it is now. */
  readonly rule?: RuleReply
  /** With code settings_changed: the settings as they are now. */
  readonly settings?: SettingsReply
  /** Names the request in the server's log. */
  readonly requestId?: string
}

/** GET /api/me: a subscriber, or a manager, whose place is the desk. */
export type MeReply = Me | ManagerMe

/** A subscriber, or a manager who looks at the panel of one. */
export interface Me {
  readonly role: 'subscriber'
  readonly name: string
  readonly login: string
  readonly number: string
  readonly zone: string
  readonly status: 'active' | 'frozen' | 'suspended' | 'closed'
  readonly tariff: string
  readonly balanceKopecks: number
  /** A balance below it is little. */
  readonly lowBalanceKopecks?: number
  /** This month's fee, which the balance does not cover: nothing is forwarded until it is paid. */
  readonly feeDueKopecks?: number
  readonly voicemail: boolean
  readonly voicemailAfterSeconds: number
  readonly cycleLimitSeconds: number
  readonly ringSeconds: number
  readonly defaultTargetId: string | null
  readonly brand: Brand
  /** His personal numbers, the one of the frame first. */
  readonly numbers?: readonly string[]
  /** New numbers must be confirmed by a code before rules ring them. */
  readonly verifyNumbers?: boolean
  /** A manager looks at this panel: nothing can be changed (403 read_only). */
  readonly viewedBy?: { readonly login: string; readonly name: string }
  /** The password was made by us: 403 password_change_required until another one is set. */
  readonly mustChangePassword?: boolean
}

/** A manager. */
export interface ManagerMe {
  readonly role: 'manager'
  readonly name: string
  readonly login: string
  readonly email: string
  readonly brand: Brand
  /** Logging in asks for a code. */
  readonly secondFactor: boolean
  readonly mustChangePassword?: boolean
}

export interface Brand {
  readonly name: string
  readonly copyright: string
  /** Product links of the top bar and the footer; `current` is drawn bold. */
  readonly products: readonly {
    readonly title: string
    readonly url: string
    readonly current: boolean
  }[]
  /** Where the banner's «Заказать» leads; without it the banner has no link. */
  readonly orderUrl?: string
  /** Where people are reached who can help: a telephone number and an e-mail address. */
  readonly support?: { readonly phone: string; readonly email: string }
}

export interface NumberReply {
  readonly id: string
  readonly address: string
  readonly description: string
  /** Names of the rules that use it. */
  readonly usedBy: readonly string[]
  readonly isDefault: boolean
  /** The same address stands in the list more than once. */
  readonly repeated: boolean
  /** "Press 1"; null = for mobile numbers when the settings say so. */
  readonly confirm: boolean | null
  readonly callerId: 'caller' | 'personal' | null
  /** When a code proved that it is his; null = not yet. */
  readonly verifiedAt: number | null
  /** The code that is under way; null = none. */
  readonly verification: Verification | null
  /** How it answered in the last 30 days. */
  readonly watch: NumberWatch
  /**
   * What a minute of a call forwarded to it costs; null: the tariff has no price, so it is not rung.
   * Left out while the subscriber has no tariff.
   */
  readonly price?: NumberPrice | null
  /** What line it is, and whether rules may ring it. */
  readonly destination: NumberDestination
}

export type NextReply =
  | { readonly action: 'hangUp' } | { readonly action: 'voicemail' }
  | { readonly action: 'rule'; readonly ruleId: string; readonly ruleName: string;
      readonly ignoreSchedule: boolean }

export interface RuleReply {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly enabled: boolean
  readonly priority: number
  readonly position: number
  readonly blocks: readonly ScheduleBlockRequest[]
  readonly mode: 'parallel' | 'serial'
  readonly waitSeconds: number
  readonly targets: readonly {
    readonly targetId: string
    readonly address: string
    readonly description: string
    readonly ringSeconds: number | null
    readonly delaySeconds: number | null
    /** As this rule has it; null = as the number has it. */
    readonly confirm: boolean | null
    readonly callerId: 'caller' | 'personal' | null
  }[]
  readonly noAnswer: NextReply
  readonly reaction: 'ring' | 'voicemail' | 'refuse'
  /** null = for all callers. */
  readonly callers: {
    readonly lists: readonly string[]
    readonly masks: readonly string[]
    readonly anonymous: boolean
    readonly unknown: boolean
    readonly except: boolean
    /** Names of `lists`, in their order; '' for one that is gone. */
    readonly listNames: readonly string[]
  } | null
  readonly dialled: readonly string[]
  readonly busy: NextReply | null
  readonly unreachable: NextReply | null
  readonly decline: 'here' | 'everywhere'
  readonly record: boolean | null
  readonly greetingId: string | null
  /** Warnings of the rule set that concern this rule, by code (never fires, shadowed …). */
  readonly warnings: readonly {
    readonly code: string
    readonly details: Readonly<Record<string, string | number>>
  }[]
  /** What the rule does at `OverviewReply.now`. */
  readonly verdict: { readonly verdict: 'acts' } | RuleVerdict
}

/** Reply to POST /api/rules/order: the rules in their new order, and whose priority was raised. */
export interface OrderReply {
  readonly rules: readonly RuleReply[]
  readonly raised: readonly {
    readonly id: string
    readonly name: string
    readonly priority: number
  }[]
}

/** Reply to DELETE /api/rules/:id: names of the rules that went on to it and now hang up. */
export interface RuleDeletedReply {
  readonly unlinked: readonly string[]
}

/** GET /api/overview?from=ms&to=ms (window of the timeline; default: three days from yesterday). */
export interface OverviewReply {
  readonly now: number
  readonly zone: string
  /** What happens to a call of an ordinary caller at `now`. */
  readonly acts:
    | { readonly kind: 'rule'; readonly ruleId: string }
    | { readonly kind: 'default'; readonly targetId: string }
    | { readonly kind: 'override'; readonly targetId: string }
    /** `ruleId`: a rule whose reaction it is. */
    | { readonly kind: 'voicemail'; readonly why: 'rule' | 'override' | 'nothingActs' | 'frozen';
        readonly ruleId: string | null }
    | { readonly kind: 'nowhere' }
    | { readonly kind: 'refused'; readonly why: RefusalReason; readonly ruleId: string | null }
  /** «Сейчас всё на …», also when it is not yet over only; null = none. */
  readonly override: OverrideReply | null
  /** In winning order. */
  readonly rules: readonly RuleReply[]
  /** A media server takes calls: voicemail can take one that rings. */
  readonly media?: boolean
  /** Warnings that concern no single rule (nowhere, defaultMissing …), by code. */
  readonly warnings?: RuleReply['warnings']
  readonly window: { readonly from: number; readonly to: number }
  /** Local midnights inside the window, for the axis (days may have 23 or 25 hours). */
  readonly days: readonly {
    readonly date: string
    readonly from: number
    readonly to: number
    /** Of the production calendar with his own days. */
    readonly kind: DayKind
    /** A public holiday, or as he named it; null = neither. */
    readonly name: string | null
  }[]
  /** Bars of each rule; `lost` are the stretches a higher rule wins. */
  readonly bars: readonly {
    readonly ruleId: string
    readonly from: number
    readonly to: number
    /** Acts for some callers only: it takes nothing from the lane «Итог». */
    readonly conditional?: boolean
    readonly lost: readonly {
      readonly from: number
      readonly to: number
      readonly byRuleId: string
    }[]
  }[]
  /** The lane «Итог»: consecutive, gapless. */
  readonly result: readonly {
    readonly from: number
    readonly to: number
    readonly kind: 'rule' | 'default' | 'override' | 'voicemail' | 'refused' | 'nowhere'
    /** The rule that rings, takes voicemail or refuses; null = none does. */
    readonly ruleId: string | null
    /** Of 'override': the number all calls go to. */
    readonly targetId?: string
    /** «Сейчас всё …» decides. */
    readonly byOverride?: boolean
  }[]
  readonly live: readonly LiveCall[]
  /** Calls that began since local midnight and are over, and how many of them were answered. */
  readonly today?: { readonly calls: number; readonly answered: number }
}

/** A call that lives. */
export interface LiveCall extends CallRecord {
  /** Who the caller is by the subscriber's own lists; null = in none of them. */
  readonly known?: KnownCaller | null
}

/**
 * GET /api/calls (`callsQuery` in schema-insight.ts): newest first, live calls included. `beforeId`
 * (the last call seen) tells calls of one millisecond apart.
 */
export interface CallsReply {
  readonly calls: readonly CallReply[]
  readonly more: boolean
}

/** A call as the journal shows it. */
export interface CallReply extends CallRecord {
  /** Of its recording; GET /api/calls/:id/recording tells more. */
  readonly recording: RecordingState
  /** The voicemail message it left, if that is there and not deleted. */
  readonly messageId: string | null
  /** What the subscriber noted; '' = nothing. */
  readonly note: string
  /** Who the caller is by the subscriber's own lists; null = in none of them. */
  readonly known: KnownCaller | null
  /** His calls are refused now. */
  readonly blocked: boolean
}
// GET /api/calls/:id answers one CallReply. GET /api/events is a server-sent event stream with
// events `calls` (a call of mine began, changed or ended), `rules` (my rules or numbers changed).
