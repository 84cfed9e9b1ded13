/**
 * Shapes of requests and replies of the panel's HTTP API. Requests are valibot schemas (checked at
 * the door), replies are types. The panel imports the types and nothing else from the server.
 * All instants are milliseconds since 1970 (UTC); all money is integer kopecks.
 */
import * as v from 'valibot'
import type { CallRecord, RuleVerdict } from '../call/record.ts'

const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'badId'))
const minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1440))
const date = v.pipe(v.string(), v.isoDate())

/** POST /api/login */
export const loginRequest = v.object({
  login: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
})

/** No control characters and nothing that turns the direction of the text after it around. */
const visible = v.regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u)

/** POST /api/numbers, PUT /api/numbers/:id. `address` as people write it; the server normalises. */
export const numberRequest = v.object({
  address: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(128)),
  description: v.pipe(v.string(), v.trim(), v.maxLength(120), visible),
})

export const scheduleBlock = v.object({
  weekdays: v.pipe(v.array(v.picklist([1, 2, 3, 4, 5, 6, 7])), v.maxLength(7)),
  dates: v.pipe(
    v.array(v.object({ from: v.nullable(date), to: v.nullable(date) })), v.maxLength(20)),
  hours: v.pipe(v.array(v.object({ from: minute, to: minute })), v.maxLength(20)),
})

export const noAnswer = v.variant('action', [
  v.object({ action: v.literal('hangUp') }),
  v.object({ action: v.literal('voicemail') }),
  v.object({ action: v.literal('rule'), ruleId: id, ignoreSchedule: v.boolean() }),
])

/** POST /api/rules, PUT /api/rules/:id (there with `version`, 409 rule_changed when it moved). */
export const ruleRequest = v.object({
  version: v.optional(v.pipe(v.number(), v.integer())),
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64), visible),
  enabled: v.boolean(),
  priority: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  blocks: v.pipe(v.array(scheduleBlock), v.maxLength(20)),
  mode: v.picklist(['parallel', 'serial']),
  waitSeconds: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(120)),
  targets: v.pipe(
    v.array(v.object({
      targetId: id,
      ringSeconds: v.nullable(
        v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(60))),
    })),
    v.minLength(1), v.maxLength(5),
  ),
  noAnswer,
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

/** Every failure: HTTP status ≥ 400 with this body. `field` names the faulty field, if one is. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly field?: string
  readonly details?: Readonly<Record<string, string | number>>
  /** With code rule_changed: the rule as it is now. */
  readonly rule?: RuleReply
  /** Names the request in the server's log. */
  readonly requestId?: string
}

/** GET /api/me; also the reply to POST /api/login. */
export interface Me {
  readonly name: string
  readonly login: string
  readonly number: string
  readonly zone: string
  readonly status: 'active' | 'suspended' | 'closed'
  readonly tariff: string
  readonly balanceKopecks: number
  readonly voicemail: boolean
  readonly voicemailAfterSeconds: number
  readonly cycleLimitSeconds: number
  readonly ringSeconds: number
  readonly defaultTargetId: string | null
  readonly brand: Brand
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
}

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
  }[]
  readonly noAnswer:
    | { readonly action: 'hangUp' } | { readonly action: 'voicemail' }
    | { readonly action: 'rule'; readonly ruleId: string; readonly ruleName: string;
        readonly ignoreSchedule: boolean }
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
  /** What happens to a call at `now`. */
  readonly acts:
    | { readonly kind: 'rule'; readonly ruleId: string }
    | { readonly kind: 'default'; readonly targetId: string }
    | { readonly kind: 'voicemail' }
    | { readonly kind: 'nowhere' }
    | { readonly kind: 'refused'; readonly why: 'notActive' | 'noMoney' }
  /** In winning order. */
  readonly rules: readonly RuleReply[]
  /** Warnings that concern no single rule (nowhere, defaultMissing …), by code. */
  readonly warnings?: RuleReply['warnings']
  readonly window: { readonly from: number; readonly to: number }
  /** Local midnights inside the window, for the axis (days may have 23 or 25 hours). */
  readonly days: readonly { readonly date: string; readonly from: number; readonly to: number }[]
  /** Bars of each rule; `lost` are the stretches a higher rule wins. */
  readonly bars: readonly {
    readonly ruleId: string
    readonly from: number
    readonly to: number
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
    readonly kind: 'rule' | 'default' | 'voicemail' | 'nowhere'
    readonly ruleId: string | null
  }[]
  readonly live: readonly CallRecord[]
}

/**
 * GET /api/calls?before=ms&beforeId=id&limit=50&outcome=answered|missed|voicemail&q=text: newest
 * first, live calls included. `beforeId` (the last call seen) tells calls of one millisecond apart.
 */
export interface CallsReply {
  readonly calls: readonly CallRecord[]
  readonly more: boolean
}
// GET /api/calls/:id answers one CallRecord. GET /api/events is a server-sent event stream with
// events `calls` (a call of mine began, changed or ended), `rules` (my rules or numbers changed).
