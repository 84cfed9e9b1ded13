/**
 * The subscriber as a call needs him: everything one indexed query loads when an INVITE arrives.
 * A snapshot: a call runs on the copy taken at its start, whatever is edited meanwhile.
 */
import type { Calendar } from './calendar.ts'
import type { CallerList } from './caller-list.ts'
import type { Rule } from './rule.ts'

/** A telephone number in E.164 with plus ('+74996740782'), or a SIP URI ('sip:anna@10.0.0.7'). */
export type Address = string

/** One of «Мои номера»: a phone that rules may ring. */
export interface Target {
  readonly id: string
  readonly address: Address
  readonly description: string
  /** "Press 1 to accept"; absent = on for mobile numbers when the subscriber's settings say so. */
  readonly confirm?: boolean
  /** Whose number this phone is shown; absent = as the trunk has it. */
  readonly callerId?: 'caller' | 'personal'
  /** It is not rung: what line it is, or its country is not open to the subscriber. */
  readonly barred?: 'class' | 'country'
  /** It is not rung before; milliseconds since 1970. Absent = it is. */
  readonly ringsFrom?: number
}

/** Limits against fraud as they hold for the calls of one subscriber; 0 = no limit. */
export interface CallLimits {
  /** Longest conversation. */
  readonly callSeconds: number
  /** Legs of all his calls at once. */
  readonly concurrentLegs: number
  /** Calls of one caller to him. */
  readonly callerCallsPerHour: number
}

export interface CallSettings {
  readonly voicemail: boolean
  /** Seconds from the start of ringing until voicemail takes the call. 0 = at once. */
  readonly voicemailAfterSeconds: number
  readonly recordCalls: boolean
  /** Limit of a rule cycle, from the first ring of the chain. 10–300. */
  readonly cycleLimitSeconds: number
  /** Ring time of one number in serial mode and of the default number. 5–60. */
  readonly ringSeconds: number
  /** «занято важнее»: busy + rang out is told as 486 instead of 480. */
  readonly busyMattersMore: boolean
  /** «отбой = отказ»: all declined is told as 603 instead of 480. */
  readonly declineIsRefusal: boolean
}

/** What a subscriber wishes where media is concerned. `defaultMedia` is what a new one has. */
export interface MediaSettings {
  /** Language of the prompts that his callers and he hear. */
  readonly language: 'ru' | 'en'
  /** A recording begins with an announcement to both sides. */
  readonly recordConsent: boolean
  /** When no media server can record: connect all the same, or not at all. */
  readonly recordPolicy: 'ifPossible' | 'required'
  /** What a caller hears while phones ring: his network's tone, the operator's or own music. */
  readonly ringback: 'network' | 'operator' | 'music'
  /** Files relative to the recordings folder; absent = the standard ones. */
  readonly greetingFile?: string
  readonly musicFile?: string
  /** "Press 1" for mobile numbers that do not say otherwise. */
  readonly confirmMobiles: boolean
  /** How long a called person has to hear the question and press, 5–30. */
  readonly confirmSeconds: number
  /** Longest voicemail message, 3–180. */
  readonly messageSeconds: number
  /** Silence that ends a message, 2–30; 0 = never. */
  readonly silenceSeconds: number
  /** A PIN is set: from an own phone the messages can be heard by calling the personal number. */
  readonly mailboxOpen: boolean
}

export const defaultMedia: MediaSettings = {
  language: 'ru', recordConsent: true, recordPolicy: 'ifPossible', ringback: 'network',
  confirmMobiles: true, confirmSeconds: 15, messageSeconds: 180, silenceSeconds: 5,
  mailboxOpen: false,
}

/** «Сейчас всё на …» and «не беспокоить»: before every rule, until it expires. */
export type Override = {
  /** Milliseconds since 1970 from which it holds; absent = always has. */
  readonly sinceMs?: number
  /** Milliseconds since 1970; undefined = until it is taken back. */
  readonly untilMs: number | undefined
} & (
  | { readonly action: 'ring'; readonly target: Target }
  | { readonly action: 'voicemail' }
  | { readonly action: 'refuse' }
)

export interface Subscriber {
  readonly id: string
  readonly name: string
  /** The personal number that was called, E.164. */
  readonly number: Address
  /** IANA zone in which rules are read. */
  readonly zone: string
  readonly status: 'active' | 'frozen' | 'suspended' | 'closed'
  readonly balanceKopecks: number
  /** The tariff by which his calls are charged; absent = he has none. */
  readonly tariffId?: string
  /** The fee of this month, which is not paid: nothing is forwarded until it is. */
  readonly feeDueKopecks?: number | undefined
  /** Simultaneous calls allowed by the tariff. */
  readonly maxCalls: number
  readonly settings: CallSettings
  /** Where calls go when no rule acts; undefined when none was chosen. */
  readonly defaultTarget: Target | undefined
  /** In winning order: priority descending, position ascending. Disabled ones included. */
  readonly rules: readonly Rule[]
  /** Absent = `defaultMedia`. */
  readonly media?: MediaSettings
  /** All of «Мои номера»: from these he may reach his mailbox. */
  readonly ownNumbers?: readonly Address[]
  readonly override?: Override
  /** His lists of callers; the one with id 'blocked' is refused before every rule. */
  readonly callerLists?: readonly CallerList[]
  /** Absent = Saturday and Sunday are off, nothing else. */
  readonly calendar?: Calendar
  /** Absent = none. */
  readonly callLimits?: CallLimits
}
