/**
 * Shapes of requests and replies about people: registration and its queue, links for passwords, the
 * second factor, the e-mail address, the number pool. As in schema.ts: instants are milliseconds
 * since 1970 (UTC).
 */
import * as v from 'valibot'
import { title, visible, visibleLines, whole } from './schema-fields.ts'
import type { MeReply } from './schema.ts'

/** An address of one person; what stands before the @ is not judged beyond that. */
export const emailAddress = v.pipe(
  v.string(), v.trim(), v.maxLength(254),
  v.regex(/^[^\s@<>",;:()[\]\\]{1,64}@[^\s@<>",;:()[\]\\]+\.[^\s@<>",;:()[\]\\.]+$/, 'badEmail'))

/** Counted in characters as JavaScript has them; what is too common is refused by its text. */
const newPassword = v.pipe(v.string(), v.minLength(12), v.maxLength(128))
const password = v.pipe(v.string(), v.minLength(1), v.maxLength(128))
/** Six digits, or a recovery code; blanks and hyphens are left out by the server. */
const code = v.pipe(v.string(), v.trim(), v.minLength(6), v.maxLength(32))
const version = whole(0, 2_147_483_647)
const cursor = v.pipe(v.string(), v.maxLength(200))

// ——— Registration (manual §1), for anybody ———

/**
 * POST /api/register → 202 RegisterReply. `formKey`: made by the page, at random, once per form: the
 * same form sent twice is one request. Whether the person is known already is not told.
 */
export const registerRequest = v.object({
  formKey: v.pipe(v.string(), v.regex(/^[\w-]{22,64}$/)),
  name: title(120),
  /** As people write it; the server normalises. Errors: bad_number, refused_number. */
  phone: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)),
  email: emailAddress,
  /** Beginning of the wished number, one of RegisterForm.wishes; '' = any. */
  wish: v.optional(v.pipe(v.string(), v.regex(/^(?:\+\d{1,11})?$/)), ''),
  comment: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(1000), visibleLines), ''),
  /** Of the link /register?from=CODE. */
  referralCode: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{0,32}$/)), ''),
  /** Language of the letters. */
  language: v.optional(v.picklist(['ru', 'en']), 'ru'),
  /** To the processing of personal data. */
  consent: v.literal(true),
})

/** GET /api/register: what the form offers. */
export interface RegisterForm {
  /** Beginnings of numbers that are free, such as '+7499'. */
  readonly wishes: readonly { readonly prefix: string }[]
}

export interface RegisterReply {
  /** «Заявка № …» */
  readonly number: number
  /** The page /register/<token> shows what became of it. */
  readonly token: string
}

/** GET /api/register/:token. 404 not_found for an unknown token. */
export interface RegistrationReply {
  readonly number: number
  readonly name: string
  readonly email: string
  readonly state: RegistrationState
  /** A manager waits for documents; a manager could not reach the applicant so often. */
  readonly waitsDocuments: boolean
  readonly missedCalls: number
  /** Why it was rejected; '' = it was not. */
  readonly reason: string
  readonly createdAt: number
  readonly changedAt: number
}

export type RegistrationState = 'new' | 'inWork' | 'confirmed' | 'rejected'

// ——— The queue of requests, for managers ———

/** GET /api/desk/requests. 'open' = new and in work, who waits longest first. */
export const requestsQuery = v.object({
  view: v.optional(v.picklist(['open', 'mine', 'confirmed', 'rejected']), 'open'),
  q: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** Of the page before. */
  cursor: v.optional(cursor),
})

export interface RequestsReply {
  readonly requests: readonly RequestRow[]
  /** For GET …?cursor=; null = there are no more. */
  readonly cursor: string | null
  readonly counts: { readonly open: number; readonly mine: number }
}

export interface RequestRow {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly phone: string
  readonly email: string
  readonly wish: string
  readonly state: RegistrationState
  readonly waitsDocuments: boolean
  readonly missedCalls: number
  /** Who works on it now; null = nobody does. */
  readonly claim: RequestClaim | null
  readonly createdAt: number
  readonly changedAt: number
}

export interface RequestClaim {
  readonly login: string
  readonly name: string
  readonly since: number
  /** The work of a manager who went away is free for others then. */
  readonly until: number
  readonly mine: boolean
}

/**
 * Something to look at before confirming. samePhone, sameEmail: as a subscriber or another request;
 * phoneInUse: stands among «Мои номера» of a subscriber; manyFromAddress: `n` requests came from
 * the same IP address within a day; ownReferral: the inviter is the applicant himself;
 * unknownReferral: there is no such code; foreignPhone: a telephone of another country.
 */
export interface RequestCheck {
  readonly code: 'samePhone' | 'sameEmail' | 'phoneInUse' | 'manyFromAddress' | 'ownReferral'
    | 'unknownReferral' | 'foreignPhone'
  readonly subscriberId: string | null
  /** Its number, for words. */
  readonly requestNumber: number | null
  readonly requestId: string | null
  readonly n: number
}

/** GET /api/desk/requests/:id; also the reply to everything that is done with it. */
export interface RequestReply extends RequestRow {
  /** To be sent with changes: 409 request_changed when it moved. */
  readonly version: number
  readonly comment: string
  readonly referralCode: string
  /** IP address. */
  readonly address: string
  readonly checks: readonly RequestCheck[]
  /** Of the pool, kept for it; null = none is. */
  readonly reserved: { readonly number: string; readonly until: number } | null
  /** Login it would get unless another one is given. */
  readonly proposedLogin: string
  /** Tariffs one may choose today. */
  readonly tariffs: readonly {
    readonly id: string
    readonly name: string
    readonly monthlyKopecks: number
  }[]
  readonly notes: readonly RequestNote[]
  /** null = not decided. */
  readonly decided: {
    readonly by: string
    readonly at: number
    readonly reason: string
    readonly subscriberId: string | null
  } | null
}

export interface RequestNote {
  readonly id: string
  /** Login. */
  readonly author: string
  readonly text: string
  readonly at: number
}

/**
 * POST /api/desk/requests/:id/claim {}: opens it for work: for 30 minutes it is this manager's (each
 * change and each further claim begins them anew) and a free number is kept for it. When a colleague
 * has it, or it is decided, the reply is the same with `claim.mine` false: to be read only. Changes
 * then are 409 request_claimed. POST …/release {}: leaves it; the number is free again.
 *
 * POST …/number: keeps another one instead; null = any free one by his wish.
 */
export const requestNumberRequest = v.object({
  number: v.nullable(v.pipe(v.string(), v.regex(/^\+\d{7,15}$/))),
})

/** POST …/notes (any manager, at any time). */
export const requestNoteRequest = v.object({
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2000), visibleLines),
})

/** POST …/missed («Не дозвонились»). */
export const requestMissedRequest = v.object({ version })
/** POST …/documents («Ждём документы»). */
export const requestDocumentsRequest = v.object({ version, waits: v.boolean() })
/** POST …/reject: the applicant is told the reason by mail. */
export const requestRejectRequest = v.object({
  version,
  reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500), visibleLines),
})

/**
 * POST …/confirm: makes the subscriber; twice is one subscriber. Errors: login_taken (field login),
 * number_taken (field number), bad_tariff (field tariffId).
 */
export const requestConfirmRequest = v.object({
  version,
  /** The kept one, or another free one. */
  number: v.pipe(v.string(), v.regex(/^\+\d{7,15}$/)),
  tariffId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  /** Left out: RequestReply.proposedLogin. */
  login: v.exactOptional(
    v.pipe(v.string(), v.trim(), v.toLowerCase(), v.regex(/^[a-z0-9][a-z0-9._@-]{2,63}$/))),
})

// ——— Links for passwords, for anybody ———

/** POST /api/password-links → 202 {} always. `login`: login or e-mail address. */
export const passwordLinkRequest = v.object({
  login: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(254)),
})

/**
 * GET /api/password-links/:token: whose password it sets. 410 link_expired, link_used; an unknown
 * token is 410 link_expired, too.
 */
export interface PasswordLinkReply {
  readonly login: string
  /** first: the account never had a password. */
  readonly purpose: 'first' | 'reset'
  readonly expiresAt: number
}

/**
 * POST /api/password-links/:token → {}; all sessions end, one logs in with it afterwards. 422
 * weak_password (details.why: common, login, simple). POST /api/password-links/:token/again {} → 202
 * {}: a new link for one that has expired, to the same address.
 */
export const newPasswordRequest = v.object({ password: newPassword })

// ——— Logging in with a second factor ———

/** What POST /api/login answers: who one is, or that a code is wanted. */
export type LoginReply = MeReply | SecondFactorWanted

export interface SecondFactorWanted {
  readonly secondFactor: true
  /** For POST /api/login/second, within five minutes. */
  readonly ticket: string
}

/**
 * POST /api/login/second → MeReply. 422 wrong_code; 401 ticket_expired: the password again. `code`:
 * six digits or a recovery code.
 */
export const secondLoginRequest = v.object({
  ticket: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  code,
})

// ——— The second factor of one's own account ———

/** GET /api/second-factor */
export interface SecondFactorReply {
  readonly on: boolean
  readonly since: number | null
  /** Recovery codes that were not used. */
  readonly recoveryLeft: number
  /** A code was given in this session and counts until then; 0 = none is. */
  readonly freshUntil: number
}

/** POST /api/second-factor → SecondFactorBegun; nothing is on before …/confirm. */
export const secondFactorRequest = v.object({ password })

export interface SecondFactorBegun {
  /** Base32 in groups of four, for typing. */
  readonly secret: string
  /** otpauth://totp/… */
  readonly uri: string
  /** The same as an SVG document. */
  readonly qr: string
}

/** POST /api/second-factor/confirm → RecoveryCodesReply; POST …/fresh → SecondFactorReply. */
export const codeOnlyRequest = v.object({ code })

/** POST …/recovery → RecoveryCodesReply (the old ones end); DELETE /api/second-factor → {}. */
export const passwordAndCodeRequest = v.object({ password, code })

/** Shown this once. */
export interface RecoveryCodesReply {
  readonly recoveryCodes: readonly string[]
}

/*
 * Sensitive acts answer 403 second_factor_required (field `code`) while the second factor is on and
 * no code was given in the last ten minutes of the session. Either POST /api/second-factor/fresh
 * {code} and repeat, or repeat with the header X-Second-Factor: <code>, or `code` in the body. 422
 * wrong_code, 429 too_many_attempts. 403 second_factor_off: the act needs one, and it is off.
 */

// ——— E-mail address ———

/** PUT /api/settings/email → EmailReply: a link goes to the new address; DELETE takes it back. */
export const emailRequest = v.object({
  email: emailAddress,
  password,
  code: v.exactOptional(code),
})

/** GET /api/settings/email */
export interface EmailReply {
  /** '' = none. */
  readonly email: string
  /** The address whose link was not followed yet; null = none. */
  readonly pending: { readonly email: string; readonly until: number } | null
}

/**
 * POST /api/email-links/:token {} → EmailConfirmedReply: what the link /email/<token> of the letter
 * does, without a login. 410 link_expired, link_used.
 */
export interface EmailConfirmedReply {
  readonly email: string
}

// ——— The number pool, for managers ———

export type PoolState = 'free' | 'reserved' | 'assigned' | 'quarantine' | 'ported'

/** GET /api/desk/numbers. `q`: digits of the number, or the subscriber's name. */
export const poolQuery = v.object({
  state: v.optional(v.picklist(['free', 'reserved', 'assigned', 'quarantine', 'ported'])),
  q: v.optional(v.pipe(v.string(), v.maxLength(64))),
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\+\d{1,15}$/))),
})

export interface PoolReply {
  readonly numbers: readonly PoolNumber[]
  readonly cursor: string | null
  readonly counts: Readonly<Record<PoolState, number>>
}

export interface PoolNumber {
  readonly address: string
  readonly state: PoolState
  /** End of the reservation or the quarantine; null = open. */
  readonly until: number | null
  readonly note: string
  /** Whose it is, or was last. */
  readonly subscriber: { readonly id: string; readonly name: string } | null
  /** The request it is reserved for. */
  readonly request: { readonly id: string; readonly number: number } | null
  readonly changedAt: number
}

/**
 * POST /api/desk/numbers/import: numbers and ranges ('+74996740000-+74996740999'), one a line or
 * separated by commas; at most 10,000 numbers at once. `dryRun`: only tell what would be.
 */
export const poolImportRequest = v.object({
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(50_000)),
  dryRun: v.boolean(),
  note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(255), visible), ''),
})

export interface PoolImportReply {
  readonly dryRun: boolean
  /** Not in the pool before. */
  readonly fresh: number
  /** In the pool already; left as they are. */
  readonly known: number
  /** Lines that cannot be read; at most 100 of them. */
  readonly bad: readonly {
    readonly text: string
    readonly why: 'notANumber' | 'backwards' | 'tooMany' | 'lengthsDiffer'
  }[]
}

/**
 * PUT /api/desk/numbers/:address (with its +, encoded): another state, not from or to 'assigned'. 409
 * number_assigned. `days`: of a quarantine or reservation; null = open.
 */
export const poolChangeRequest = v.object({
  state: v.picklist(['free', 'reserved', 'quarantine', 'ported']),
  days: v.optional(v.nullable(whole(1, 3650)), null),
  note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(255), visible), ''),
})

export type RegisterRequest = v.InferInput<typeof registerRequest>
export type RequestConfirm = v.InferInput<typeof requestConfirmRequest>
