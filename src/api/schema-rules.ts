/**
 * Shapes of requests and replies about what goes beyond the manual's rules: the preview of a rule
 * that is not saved, «сейчас всё на …», lists of callers, the calendar, the simulator, the proof of
 * a number. Requests are valibot schemas, replies are types; rules themselves are in `schema.ts`.
 * All instants are milliseconds since 1970 (UTC).
 */
import * as v from 'valibot'
import type { DayKind } from '../call/calendar.ts'
import type { Story } from '../call/simulate.ts'
import { digits, id, instant, title, visible, whole } from './schema-fields.ts'
import { ruleRequest } from './schema.ts'
import type { OverviewReply, RuleReply } from './schema.ts'
import type { ErrandReply } from './schema-media.ts'

/**
 * POST /api/rules/preview: what the form would do if it were saved now. `id` is the rule that is
 * being edited; without it the rule is a new one at the end of the list.
 */
export const previewRequest = v.object({
  id: v.exactOptional(id),
  rule: ruleRequest,
  /** The window of `bars` and `result`, at most five weeks. */
  from: instant,
  to: instant,
})
export type PreviewRequest = v.InferOutput<typeof previewRequest>

/** A rule that this one covers, or that covers this one, within the next seven days. */
export interface Shadow {
  readonly ruleId: string
  readonly name: string
  readonly minutes: number
  /** The first such stretch. */
  readonly from: number
  readonly to: number
}

export interface PreviewReply {
  readonly now: number
  /** The rule as it would be, names filled in, its warnings and its verdict at `now`; the sentence
   * is made of it. A new rule has the id 'new' and version 0. */
  readonly rule: RuleReply
  readonly window: OverviewReply['window']
  readonly days: OverviewReply['days']
  /** Of this rule only. */
  readonly bars: OverviewReply['bars']
  /** The lane «Итог» with this rule in it; its stretches have the rule's id. */
  readonly result: OverviewReply['result']
  /** Stretches other rules would lose to it … */
  readonly shadows: readonly Shadow[]
  /** … and it loses to others. */
  readonly shadowedBy: readonly Shadow[]
  /** When it acts next, or the stretch it acts in now; null = not within seven days. */
  readonly next: { readonly from: number; readonly to: number } | null
  /** Warnings of other rules and of the account that would be new. */
  readonly elsewhere: readonly {
    readonly ruleId: string | null
    readonly code: string
    readonly details: Readonly<Record<string, string | number>>
  }[]
}

/** PUT /api/override; DELETE takes it back. «Не беспокоить» is 'refuse' or 'voicemail'. */
export const overrideRequest = v.variant('action', [
  v.object({ action: v.literal('ring'), targetId: id, untilMs: v.nullable(instant) }),
  v.object({ action: v.literal('voicemail'), untilMs: v.nullable(instant) }),
  v.object({ action: v.literal('refuse'), untilMs: v.nullable(instant) }),
])
export type OverrideRequest = v.InferOutput<typeof overrideRequest>

/** Also the reply to PUT and DELETE (there null). */
export interface OverrideReply {
  readonly action: 'ring' | 'voicemail' | 'refuse'
  /** With 'ring'; null otherwise. */
  readonly targetId: string | null
  readonly address: string | null
  readonly description: string | null
  /** null = until it is taken back. */
  readonly untilMs: number | null
}

/** What a phone does in a simulated call. Seconds count from its first ring. */
export const phoneDoes = v.picklist([
  'silent', 'busy', 'declines', 'unreachable', 'unknownNumber', 'answers', 'answersSilently',
  'answersAndDeclines', 'answersAndSendsToVoicemail',
])

/** POST /api/simulate: «кто зазвонит, если …» */
export const simulateRequest = v.object({
  at: instant,
  /** As people write it; '' = withheld. */
  caller: v.pipe(v.string(), v.trim(), v.maxLength(64), visible),
  /** Which of his personal numbers is called; left out = the first. */
  dialled: v.exactOptional(v.pipe(v.string(), v.trim(), v.maxLength(128))),
  /** By address (E.164); phones left out do not answer. */
  phones: v.exactOptional(v.pipe(
    v.record(
      v.pipe(v.string(), v.maxLength(128)),
      v.object({ does: phoneDoes, afterSeconds: v.exactOptional(whole(0, 300)) }),
    ),
    v.maxEntries(50),
  )),
})
export type SimulateRequest = v.InferOutput<typeof simulateRequest>

export interface SimulateReply {
  readonly now: number
  readonly at: number
  /** The caller as a trunk would tell him: E.164, '' = withheld. */
  readonly caller: string
  readonly dialled: string
  readonly known: { readonly name: string; readonly lists: readonly string[] } | null
  readonly story: Story
  /** Rules by id: name, and place in winning order from 1. */
  readonly rules: Readonly<Record<string, { readonly name: string; readonly place: number }>>
  /** Phones by address: what the subscriber calls them. */
  readonly phones: Readonly<Record<string, string>>
  /** The local day of `at` in the lane «Итог», for the scrub bar. */
  readonly day: {
    readonly from: number
    readonly to: number
    readonly result: OverviewReply['result']
  }
}

/** POST /api/test-call: a real call to one's own rules; `caller` is one of «Мои номера». */
export const testCallRequest = v.object({
  caller: v.exactOptional(v.pipe(v.string(), v.trim(), v.maxLength(64))),
})

/** Reply to POST /api/test-call: what came of it is told by GET /api/errands/:errandId. */
export interface ErrandStarted extends ErrandReply {
  readonly errandId: string
}

const callerEntry = v.object({
  /** A number as people write it, or the beginning of numbers ended by a star. */
  mask: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)),
  name: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(64), visible), ''),
})

const callerEntries = v.pipe(v.array(callerEntry), v.maxLength(500))

/** POST /api/caller-lists */
export const callerListRequest = v.object({ name: title(64), entries: callerEntries })
/** PUT /api/caller-lists/:id: `entries` replace the old ones; left out, they stay. */
export const callerListChange = v.object({
  name: title(64), entries: v.exactOptional(callerEntries),
})
/** POST /api/caller-lists/:id/entries; DELETE /api/caller-lists/:id/entries/:mask takes it off. */
export const callerEntryRequest = callerEntry

export interface CallerListReply {
  /** 'blocked' is always there, is refused before every rule, keeps its name and stays. */
  readonly id: string
  readonly name: string
  /** `mask` is normalised: E.164, '+7495*', or 'anonymous' (in 'blocked' only). */
  readonly entries: readonly { readonly mask: string; readonly name: string;
    readonly addedAt: number }[]
  /** Names of the rules that ask for it. */
  readonly usedBy: readonly string[]
}

/** GET /api/calendar?year=2026 */
export const calendarQuery = v.object({ year: v.optional(digits(4)) })

/** PUT /api/calendar/:date */
export const dayRequest = v.object({
  kind: v.picklist(['working', 'short', 'dayOff', 'holiday']),
  name: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(64), visible), ''),
})

export interface DayReply {
  readonly date: string
  readonly kind: DayKind
  /** He changed it; `official` is what it would be. */
  readonly own: boolean
  readonly official: DayKind
  readonly name: string
}

export interface CalendarReply {
  readonly year: number
  readonly country: string
  /** There is a production calendar for this year. */
  readonly known: boolean
  /** The government has not decided yet which days are moved. */
  readonly provisional: boolean
  /** Days that differ from «Monday to Friday working», public or own. */
  readonly days: readonly DayReply[]
}

/** POST /api/calendar/import: first with `confirm` false for a preview, then with true. */
export const calendarImportRequest = v.object({
  /** An iCalendar file (RFC 5545), at most 1 MB. */
  text: v.pipe(v.string(), v.maxLength(1_048_576)),
  confirm: v.boolean(),
  /** What its days become. */
  kind: v.optional(v.picklist(['working', 'short', 'dayOff', 'holiday']), 'holiday'),
})

export interface CalendarImportReply {
  /** Days of its all-day events; `own`: an own day stands there and would be replaced. */
  readonly days: readonly { readonly date: string; readonly name: string; readonly own: boolean }[]
  /** Events that are no whole days, or too far off. */
  readonly skipped: number
  readonly imported: boolean
}

/** POST /api/numbers/:id/verify; 202 with the Verification. */
export const verifyRequest = v.object({ by: v.picklist(['call', 'sms']) })
/** POST /api/numbers/:id/verify/code; answers the NumberReply, or 422 wrong_code, 409 code_gone. */
export const codeRequest = v.object({ code: v.pipe(v.string(), v.trim(), v.regex(/^\d{4}$/)) })

export interface Verification {
  readonly by: 'call' | 'sms'
  readonly sentAt: number
  readonly expiresAt: number
  readonly triesLeft: number
  /** From then on another code may be asked for. */
  readonly againAt: number
  /** Of the call that speaks it; null = SMS. */
  readonly errandId: string | null
}

/** How a number answered when it was rung; calls that ended elsewhere do not count. */
export interface NumberWatch {
  /** Within the last 30 days. */
  readonly rang: number
  readonly answered: number
  /** Mean seconds until it answered; null = it never did. */
  readonly answerSeconds: number | null
  readonly lastAnswerAt: number | null
  /** Rung at least three times since, and never answered: days. null = it is not silent. */
  readonly silentDays: number | null
  /** The network says that there is no such number, since then; null = it does not. */
  readonly deadSince: number | null
}
