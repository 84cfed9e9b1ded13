/**
 * Shapes of the manager's desk: its first page, subscribers and the look as one of them, alarms,
 * letters that could not be delivered, the log of what managers do. Requests are valibot schemas,
 * replies are types. Tariffs, trunks and money are in schema-desk-trade.ts. All money is integer
 * kopecks, all instants are milliseconds since 1970 (UTC).
 */
import * as v from 'valibot'
import type { EntryKind } from '../money/ledger.ts'
import type { DeskPaymentLine } from './schema-desk-trade.ts'
import { digits, id, instant, title, visible, visibleLines, whole } from './schema-fields.ts'
import { emailAddress } from './schema-people.ts'

/** Made by the page for each form: sent twice it is done once. */
export const formKey = v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/))

/** Why something is done; stands in the log. */
export const reason = v.pipe(v.string(), v.trim(), v.minLength(3), v.maxLength(250), visible)

export const searchText = v.pipe(v.string(), v.trim(), v.maxLength(100), visible)
export const pageSize = v.optional(v.pipe(digits(3), v.minValue(1), v.maxValue(200)), '50')
/** An instant in the query of an address. */
export const instantText = v.pipe(digits(15), instant)

const statuses = ['active', 'frozen', 'suspended', 'closed'] as const
export type DeskStatus = (typeof statuses)[number]

/**
 * GET /api/desk/subscribers. `q`: part of a name, login or e-mail, or digits of a personal number
 * or of one of «Мои номера». `after`: `next` of the page before.
 */
export const deskSubscribersQuery = v.object({
  q: v.optional(searchText),
  status: v.optional(v.picklist(statuses)),
  tariff: v.optional(id),
  /** 'debt': the balance is below zero. */
  balance: v.optional(v.picklist(['debt'])),
  after: v.optional(id),
  limit: pageSize,
})

/**
 * PUT /api/desk/subscribers/:id. 409 subscriber_changed when `version` moved; what is left out
 * stays.
 */
export const deskSubscriberRequest = v.object({
  version: whole(0, Number.MAX_SAFE_INTEGER),
  name: v.exactOptional(title(120)),
  zone: v.exactOptional(v.pipe(v.string(), v.maxLength(64))),
  maxCalls: v.exactOptional(whole(1, 100)),
})

/** POST /api/desk/subscribers/:id/email: a link goes to the new address, which it must confirm. */
export const deskEmailRequest = v.object({ email: emailAddress })

/** POST /api/desk/subscribers/:id/status. 409 status_changed when it is not `was` any more. */
export const deskStatusRequest = v.object({
  was: v.picklist(statuses), status: v.picklist(statuses), reason,
})

/** POST /api/desk/subscribers/:id/tariff: from `since` on; null = now. */
export const deskTariffChangeRequest = v.object({ tariffId: id, since: v.nullable(instant) })

/** POST /api/desk/subscribers/:id/numbers: a free number of the pool becomes his. */
export const deskNumberRequest = v.object({
  address: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(32)),
})

/** POST /api/desk/subscribers/:id/notes: seen by managers only. */
export const deskNoteRequest = v.object({
  key: formKey, text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2000), visibleLines),
})

/** GET /api/desk/alarms, the latest first. `before`: `next` of the page before. */
export const deskAlarmsQuery = v.object({
  state: v.optional(v.picklist(['open', 'closed']), 'open'),
  kind: v.optional(v.pipe(v.string(), v.regex(/^[a-zA-Z]{1,16}$/))),
  subscriber: v.optional(id),
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}-[0-9a-f]{32}$/))),
  limit: pageSize,
})

/** POST /api/desk/alarms/:id/close */
export const deskAlarmCloseRequest = v.object({
  note: v.pipe(v.string(), v.trim(), v.maxLength(500), visibleLines),
})

/** GET /api/desk/letters: letters that were given up, the latest first. */
export const deskLettersQuery = v.object({
  channel: v.optional(v.picklist(['email', 'sms', 'webhook', 'telegram'])),
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}-[0-9a-f]{32}$/))),
  limit: pageSize,
})

const auditFilter = {
  /** Login. */
  actor: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(128))),
  /** 'tariff.change', or 'tariff' for all that begins so. */
  action: v.optional(v.pipe(v.string(), v.regex(/^[\w.]{1,64}$/))),
  /** What it was done to: 'request:…', 'number:+7…'. */
  subject: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(160))),
  subscriber: v.optional(id),
  /** [from, to) */
  from: v.optional(instantText),
  to: v.optional(instantText),
}

/** GET /api/desk/audit, the latest first. `before`: `next` of the page before. */
export const deskAuditQuery = v.object({
  ...auditFilter, before: v.optional(id), limit: pageSize,
})

/** GET /api/desk/audit/export.csv: at most 50,000 rows. */
export const deskAuditExportQuery = v.object({
  ...auditFilter, lang: v.optional(v.picklist(['ru', 'en']), 'ru'),
})

/** GET /api/desk/home */
export interface DeskHomeReply {
  /** The server's clock, for how long somebody waits. */
  readonly now: number
  /** Login of the manager, and the name he is called by. */
  readonly login: string
  readonly name: string
  readonly counts: {
    /** Waiting for a manager: new ones and those in work. */
    readonly requests: number
    readonly liveCalls: number
    readonly subscribers: number
    readonly freeNumbers: number
    readonly openAlarms: number
    /** Threads that wait for an answer. */
    readonly support: number
    readonly deadLetters: number
    /** Corrections that wait for a second manager. */
    readonly corrections: number
  }
  readonly system: {
    /** Everything that is known works. */
    readonly ok: boolean
    readonly database: 'ok'
    /** 'off': this installation has none; 'unknown': this process does not see it. */
    readonly sip: 'ok' | 'down' | 'unknown'
    readonly media: 'ok' | 'down' | 'off'
    readonly payments: 'ok' | 'off'
    /** When the balances were last recomputed; null = never. */
    readonly ledgerCheckedAt: number | null
  }
  /** What this manager may do besides what all may. */
  readonly rights: { readonly listen: boolean }
}

/** A row of GET /api/desk/subscribers. */
export interface DeskSubscriberLine {
  readonly id: string
  readonly name: string
  /** Personal numbers, in order. */
  readonly numbers: readonly string[]
  readonly login: string
  /** '' = none. */
  readonly email: string
  readonly status: DeskStatus
  readonly tariff: { readonly id: string | null; readonly name: string }
  readonly balanceKopecks: number
  readonly createdAt: number
  readonly openAlarms: number
}

/** GET /api/desk/subscribers, the newest first. */
export interface DeskSubscribersReply {
  readonly subscribers: readonly DeskSubscriberLine[]
  /** For `after`; null = the list ends here. */
  readonly next: string | null
  /** How many the filter finds in all. */
  readonly total: number
}

export interface DeskNote {
  readonly id: string
  /** Login of the manager. */
  readonly author: string
  readonly at: number
  readonly text: string
}

export interface DeskCallLine {
  readonly id: string
  readonly startedAt: number
  readonly endedAt: number | null
  /** '' = withheld. */
  readonly caller: string
  readonly dialled: string
  /** null while it lives. */
  readonly outcome: string | null
  /** Seconds of talk; 0 when nobody answered. */
  readonly talkSeconds: number
}

export interface DeskEntryLine {
  readonly number: number
  readonly at: number
  readonly kind: EntryKind
  readonly kopecks: number
  readonly balanceKopecks: number
  readonly text: string
  readonly callId: string | null
  readonly order: number | null
}

/** GET /api/desk/subscribers/:id; answered to every change of him, too. Each look is logged. */
export interface DeskSubscriberCard extends DeskSubscriberLine {
  readonly version: number
  readonly zone: string
  readonly maxCalls: number
  readonly voicemail: boolean
  /** Why the status is what it is: a manager's words or a code; '' = it never changed. */
  readonly statusReason: string
  /** Login; 'system' = the service itself. */
  readonly statusBy: string
  readonly statusSince: number | null
  readonly liveCalls: number
  readonly accounts: readonly {
    readonly login: string
    /** false: the link to set it was not used yet. */
    readonly hasPassword: boolean
    readonly secondFactor: boolean
    readonly seenAt: number | null
  }[]
  /** «Мои номера» and whether a code proved them. */
  readonly targets: readonly {
    readonly address: string
    readonly description: string
    readonly verified: boolean
  }[]
  /** Which tariff since when, the newest first; the future ones, too. */
  readonly tariffs: readonly {
    readonly id: string
    readonly name: string
    readonly since: number
  }[]
  /** The last ten of each. */
  readonly calls: readonly DeskCallLine[]
  readonly entries: readonly DeskEntryLine[]
  readonly payments: readonly DeskPaymentLine[]
  readonly alarms: readonly DeskAlarm[]
  readonly notes: readonly DeskNote[]
}

/** POST /api/desk/subscribers/:id/view: the panel is now shown as he sees it, until DELETE. */
export interface DeskViewReply {
  readonly subscriberId: string
  readonly name: string
}

export interface DeskAlarm {
  readonly id: string
  /** ledger, payment, fraud, … */
  readonly kind: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  /** Facts; which ones depends on the kind, `why` or `fault` says what it is. */
  readonly details: Readonly<Record<string, string | number>>
  readonly raisedAt: number
  readonly lastAt: number
  readonly times: number
  readonly closedAt: number | null
  /** Login; '' = not closed, or by itself. */
  readonly closedBy: string
  readonly note: string
}

/** GET /api/desk/alarms */
export interface DeskAlarmsReply {
  readonly alarms: readonly DeskAlarm[]
  /** For `before`; null = the list ends here. */
  readonly next: string | null
  /** Open ones by kind. */
  readonly open: Readonly<Record<string, number>>
}

export interface DeskLetter {
  readonly id: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  readonly kind: string
  readonly channel: string
  readonly address: string
  readonly tries: number
  /** What the last try ended with. */
  readonly why: string
  readonly createdAt: number
  readonly givenUpAt: number
}

/** GET /api/desk/letters */
export interface DeskLettersReply {
  readonly letters: readonly DeskLetter[]
  readonly next: string | null
  readonly total: number
}

export interface DeskAuditLine {
  readonly id: string
  readonly at: number
  /** Login, 'system' for work that nobody asked for. */
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  readonly details: Readonly<Record<string, unknown>>
  /** IP address. */
  readonly from: string
}

/** GET /api/desk/audit */
export interface DeskAuditReply {
  readonly entries: readonly DeskAuditLine[]
  readonly next: string | null
  /** Logins that stand in the log, for the filter. */
  readonly actors: readonly string[]
}
