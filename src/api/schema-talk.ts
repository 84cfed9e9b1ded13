/**
 * Shapes of requests and replies of people who talk to each other: requests to the support from the
 * subscriber's, the visitor's and the manager's side, and the referral programme. Requests are
 * valibot schemas, replies are types. All instants are milliseconds since 1970 (UTC), all money is
 * integer kopecks.
 */
import * as v from 'valibot'
import { digits, id, title, visible, visibleLines } from './schema-fields.ts'

const words = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4000), visibleLines)
/** Ids of files that were uploaded before. */
const files = v.optional(v.pipe(v.array(id), v.maxLength(5)), [])

/** Of what is sent, made by the page: sent again under the same key it is the same message. */
const key = v.optional(v.pipe(v.string(), v.regex(/^[\w-]{22,64}$/)))

/** What a file may be and weigh; a message has at most so many. */
export const supportFiles = {
  maxBytes: 5 * 1024 * 1024, maxFiles: 5, types: ['png', 'jpg', 'pdf', 'txt', 'wav'],
} as const

/** POST /api/support */
export const supportRequest = v.object({
  subject: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(120), visible), ''),
  text: words,
  /** 'question': from «Вопрос ONLINE». */
  kind: v.optional(v.picklist(['request', 'question']), 'request'),
  /** A call it is about. */
  callId: v.exactOptional(v.nullable(id)),
  files,
  key,
})

/** POST /api/support/:id/messages, /api/desk/support/:id/messages. */
export const supportMessageRequest = v.object({ text: words, files, key })

/** POST /api/support/files and /api/desk/support/files: the file is the body, octets as they are. */
export const supportFileQuery = v.object({ name: title(120) })

/** POST /api/ask */
export const askRequest = v.object({
  name: title(120),
  /** Where the answer goes when nobody sits at the desk; '' = he waits on the page. */
  email: v.optional(
    v.union([v.literal(''), v.pipe(v.string(), v.trim(), v.email(), v.maxLength(254))]), ''),
  text: words,
  key,
})

/** POST /api/ask/messages */
export const askMessageRequest = v.object({ text: words, key })

/** GET /api/desk/support. `cursor`: `next` of the page before. */
export const deskSupportQuery = v.object({
  /** 'open': new and waiting, who waits longest first; the others newest first. */
  tab: v.optional(v.picklist(['open', 'mine', 'answered', 'closed', 'all']), 'open'),
  /** In subject, text, name, e-mail, login or personal number. */
  search: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(100)), ''),
  cursor: v.optional(v.pipe(v.string(), v.regex(/^\d{1,16}-[0-9a-f]{32}$/))),
  limit: v.optional(v.pipe(digits(3), v.minValue(1), v.maxValue(100)), '50'),
})

/** POST /api/desk/support/:id/notes: for colleagues only. */
export const deskNoteRequest = v.object({ text: words, key })

/** POST /api/desk/support/:id/assign: to oneself or to nobody. */
export const deskAssignRequest = v.object({ to: v.picklist(['me', 'nobody']) })

/** POST /api/desk/support/:id/state: done, or open again. */
export const deskStateRequest = v.object({ state: v.picklist(['closed', 'waiting']) })

/**
 * 'new': nobody has answered; 'answered': it is the asker's turn; 'waiting': he has written again;
 * 'closed': done until he writes again.
 */
export type SupportState = 'new' | 'answered' | 'waiting' | 'closed'

export interface SupportFile {
  readonly id: string
  readonly name: string
  readonly type: (typeof supportFiles.types)[number]
  readonly bytes: number
  /** It was kept as long as files are kept. */
  readonly gone: boolean
}

export interface SupportMessage {
  readonly id: string
  readonly author: 'subscriber' | 'visitor' | 'support'
  readonly text: string
  readonly at: number
  readonly files: readonly SupportFile[]
}

export interface SupportThread {
  readonly id: string
  readonly kind: 'request' | 'question'
  readonly subject: string
  readonly state: SupportState
  readonly createdAt: number
  readonly changedAt: number
  readonly callId: string | null
  /** There is an answer that was not looked at. */
  readonly unread: boolean
  /** Oldest first. */
  readonly messages: readonly SupportMessage[]
}

/** GET /api/support: newest first, at most 50. */
export interface SupportReply {
  readonly threads: readonly SupportThread[]
  /** '' = there is none. */
  readonly phone: string
  readonly email: string
  /** Somebody of the staff is at his desk now. */
  readonly staffOnline: boolean
}

/** GET /api/ask, POST /api/ask and /api/ask/messages: the visitor's own thread, by his cookie. */
export interface AskReply {
  readonly thread: SupportThread | null
  readonly name: string
  readonly askerEmail: string
  readonly phone: string
  readonly email: string
  readonly staffOnline: boolean
}

/** Who asks. */
export type DeskAsker =
  | {
    readonly kind: 'subscriber'
    readonly subscriberId: string
    readonly name: string
    /** Personal number, E.164; '' = none. */
    readonly number: string
    readonly email: string
  }
  | { readonly kind: 'visitor'; readonly name: string; readonly email: string }

/** A line of the manager's inbox. */
export interface DeskThreadHead {
  readonly id: string
  readonly kind: 'request' | 'question'
  readonly subject: string
  readonly state: SupportState
  readonly asker: DeskAsker
  /** The beginning of the last message. */
  readonly last: string
  readonly lastBy: SupportMessage['author']
  readonly createdAt: number
  readonly changedAt: number
  /** Since when somebody waits for us; null = nobody does. */
  readonly waitingSince: number | null
  /** Whose it is; null = nobody's. */
  readonly assignedTo: { readonly login: string; readonly mine: boolean } | null
  readonly files: number
  /** He has the page open and sees an answer at once. */
  readonly live: boolean
}

/** GET /api/desk/support */
export interface DeskSupportReply {
  readonly threads: readonly DeskThreadHead[]
  readonly next: string | null
  readonly counts: { readonly open: number; readonly mine: number; readonly unassigned: number }
}

/** A line of a thread as the desk sees it: what was written, and internal notes, by time. */
export interface DeskMessage extends Omit<SupportMessage, 'author'> {
  readonly author: SupportMessage['author'] | 'note'
  /** Login of the manager who wrote it; '' = not a manager's. */
  readonly by: string
}

/** GET /api/desk/support/:id and what every POST below it answers. */
export interface DeskThread extends DeskThreadHead {
  readonly callId: string | null
  readonly messages: readonly DeskMessage[]
}

/** GET /api/referral */
export interface ReferralReply {
  readonly code: string
  /** Path with the code, to be put behind the panel's address: '/register?from=…'. */
  readonly path: string
  /** What an invitee's first payment of at least `minPaymentKopecks` brings; 0 = nothing. */
  readonly bonusKopecks: number
  readonly minPaymentKopecks: number
  /** Newest first, at most 200. */
  readonly invitees: readonly {
    /** Shortened: 'Анна К.' */
    readonly name: string
    readonly joinedAt: number
    /** 'joined': has not paid yet; 'takenBack': his payment was returned. */
    readonly state: 'joined' | 'paid' | 'takenBack'
    readonly bonusKopecks: number
  }[]
  /** Over all invitees, what was taken back not counted. */
  readonly totalKopecks: number
}

