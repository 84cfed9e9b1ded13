/**
 * Shapes of requests and replies of the panel's HTTP API about voicemail, recordings, greetings,
 * music and settings, as `schema.ts` has those of rules and the journal. Requests are valibot
 * schemas, replies are types. All instants are milliseconds since 1970 (UTC).
 */
import * as v from 'valibot'
import { noticeChannels, noticeKinds } from '../store/notice-choices.ts'
import type { NoticeChannel } from '../store/notice-choices.ts'
import { id, visible, whole } from './schema-fields.ts'
import type { KnownCaller } from './schema-insight.ts'

const password = v.pipe(v.string(), v.minLength(1), v.maxLength(128))

/** A waveform: the largest amplitude of each of equal stretches, 0–255. */
export type Peaks = readonly number[]

/** GET /api/messages?before=ms&beforeId=id&limit=25&filter=new|all. Newest first. */
export const messagesQuery = v.object({
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,14}$/), v.transform(Number))),
  beforeId: v.optional(id),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
    '25',
  ),
  filter: v.optional(v.picklist(['new', 'all']), 'all'),
})

export interface MessageReply {
  readonly id: string
  readonly callId: string
  /** E.164, '' when withheld. */
  readonly caller: string
  readonly callerName: string
  readonly anonymous: boolean
  /** Who the caller is by the subscriber's own lists; null = in none of them. */
  readonly known: KnownCaller | null
  /** The personal number that was called. */
  readonly dialled: string
  readonly startedAt: number
  readonly durationMs: number
  readonly heardAt: number | null
  /** 'lost': the file is gone; 'deleted': can be restored for 30 days. */
  readonly state: 'ready' | 'lost' | 'deleted'
  /** At most 200 points; empty while they are not known. */
  readonly peaks: Peaks
}

export interface MessagesReply {
  readonly messages: readonly MessageReply[]
  readonly more: boolean
  readonly unheard: number
  readonly total: number
  /** Beyond so many the oldest are deleted, heard ones first. */
  readonly max: number
}

/** POST /api/messages/:id/heard; answers the MessageReply. */
export const heardRequest = v.object({ heard: v.boolean() })
// DELETE /api/messages/:id and POST /api/messages/:id/restore answer the MessageReply, too.

export type RecordingState = 'none' | 'writing' | 'ready' | 'expired' | 'lost'

/** GET /api/calls/:id/recording */
export interface RecordingReply {
  readonly state: RecordingState
  readonly durationMs: number
  /** The caller's and the called person's channel, 600 points each; empty unless 'ready'. */
  readonly peaks: readonly [left: Peaks, right: Peaks]
  readonly startedAt: number | null
  /** When retention takes it; null = never. */
  readonly expiresAt: number | null
  /** Media was lost before the call ended. */
  readonly interrupted: boolean
}

/**
 * POST /api/messages/:id/link, /api/calls/:id/recording/link, /api/audio/:id/link. `download`: the
 * reply of the link names a file to be kept.
 */
export const linkRequest = v.object({ download: v.optional(v.boolean(), false) })

export interface LinkReply {
  /** '/media/…', valid in this login only; answers Range. */
  readonly url: string
  readonly expiresAt: number
}

/** GET /api/calls/:id/listenings: of the call's recording and message, newest first. */
export interface ListeningsReply {
  readonly listenings: readonly {
    readonly at: number
    /** Login of the listener, or '' for one who called from a phone. */
    readonly by: string
    /** IP address or telephone number. */
    readonly from: string
    readonly what: 'message' | 'recording'
    readonly how: 'played' | 'downloaded' | 'byPhone'
  }[]
}

export type NoticeKind = (typeof noticeKinds)[number]

const profileSettings = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(120), visible),
  /** IANA name. */
  zone: v.pipe(v.string(), v.maxLength(64)),
  /** Of the panel. */
  language: v.picklist(['ru', 'en']),
})

const callsSettings = v.object({
  voicemail: v.boolean(),
  voicemailAfterSeconds: whole(0, 120),
  recordCalls: v.boolean(),
  recordConsent: v.boolean(),
  recordPolicy: v.picklist(['ifPossible', 'required']),
  /** Days a recording is kept; 0 = for ever. */
  retentionDays: whole(0, 3650),
  cycleLimitSeconds: whole(10, 300),
  ringSeconds: whole(5, 60),
  busyMattersMore: v.boolean(),
  declineIsRefusal: v.boolean(),
  ringback: v.picklist(['network', 'operator', 'music']),
  confirmMobiles: v.boolean(),
  confirmSeconds: whole(5, 30),
  messageSeconds: whole(3, 180),
  silenceSeconds: v.union([v.literal(0), whole(2, 30)]),
  /** Of the prompts. */
  language: v.picklist(['ru', 'en']),
})

/** Channels left out stay as they are chosen. */
const channels = v.object({
  email: v.boolean(),
  sms: v.boolean(),
  webhook: v.optional(v.boolean()),
  telegram: v.optional(v.boolean()),
})
const notificationSettings = v.object(
  Object.fromEntries(noticeKinds.map((kind) => [kind, channels])) as
    Record<NoticeKind, typeof channels>,
)

/** Where notices go, besides the e-mail address. */
const deliverySettings = v.object({
  /** One of «Мои номера» that takes SMS; null = the first mobile of them. */
  smsNumberId: v.nullable(id),
  /** What becomes of a message that was sent by mail: kept as new, marked as heard, deleted. */
  afterMail: v.picklist(['keep', 'heard', 'delete']),
  /** https://…, '' = none. A change needs `password` in the request. */
  webhookUrl: v.pipe(v.string(), v.trim(), v.maxLength(500), v.check(isWebhookUrl)),
  /** Number of a Telegram chat with the operator's bot, or @channel; '' = none. As above. */
  telegramChat: v.pipe(v.string(), v.trim(), v.regex(/^(?:|-?\d{1,20}|@[A-Za-z]\w{4,31})$/)),
  /** «Мало денег» is told when the balance falls below this. */
  lowBalanceKopecks: whole(0, 10_000_000),
})

function isWebhookUrl(text: string): boolean {
  if (text === '') return true
  if (!URL.canParse(text) || !/^[!-~]+$/.test(text)) return false
  const { protocol, username, password: secret, port } = new URL(text)
  return protocol === 'https:' && username === '' && secret === '' && port === ''
}

/**
 * PUT /api/settings: any subset, what is left out stays. With a `version` that is not the present
 * one nothing is changed (409 settings_changed with the settings as they are now).
 */
export const settingsRequest = v.object({
  version: v.optional(v.pipe(v.number(), v.integer())),
  /** Of the login, for a change of webhook or Telegram; else 403 wrong_password. */
  password: v.optional(password),
  /** The e-mail address has a route of its own: PUT /api/settings/email. */
  profile: v.optional(v.object({
    ...v.partial(profileSettings).entries, email: v.exactOptional(v.never('ownRoute')),
  })),
  calls: v.optional(v.partial(callsSettings)),
  notifications: v.optional(v.partial(notificationSettings)),
  delivery: v.optional(v.partial(deliverySettings)),
})

/** GET /api/settings, PUT /api/settings, PUT /api/settings/pin, PUT /api/settings/audio */
export interface SettingsReply {
  readonly version: number
  readonly profile: v.InferOutput<typeof profileSettings> & {
    /** '' = none. */
    readonly email: string
  }
  readonly calls: v.InferOutput<typeof callsSettings>
  readonly notifications: Readonly<Record<NoticeKind, v.InferOutput<typeof channels>>>
  /** Channels over which the operator sends; the choices of others are only kept. */
  readonly delivers: {
    readonly email: boolean
    readonly sms: boolean
    readonly webhook?: boolean
    readonly telegram?: boolean
  }
  readonly delivery: v.InferOutput<typeof deliverySettings> & {
    /** With it notices to the webhook are signed; '' while there is none. */
    readonly webhookSecret: string
    /** The number an SMS would go to now; '' = none. */
    readonly smsAddress: string
  }
  /** A PIN is set: messages can be heard by calling one's own number. */
  readonly pin: boolean
  /** Chosen greeting and music; null = the standard ones. */
  readonly audio: { readonly greetingId: string | null; readonly musicId: string | null }
  /** A media server works now; without one voicemail and recording wait for it. */
  readonly media: boolean
}

/**
 * POST /api/settings/notifications/test: sends a trial notice; 202 with the address. Faults: 422
 * channel_off (the operator does not send so), no_address; 429 too_many_trials.
 */
export const trialRequest = v.object({ channel: v.picklist(noticeChannels) })

export interface TrialReply {
  readonly channel: NoticeChannel
  readonly address: string
}

/** PUT /api/settings/password: ends all other sessions. 403 wrong_password. */
export const passwordRequest = v.object({
  old: password,
  new: v.pipe(v.string(), v.minLength(12), v.maxLength(128)),
})

/** PUT /api/settings/pin; null takes it away. 403 wrong_password, 422 weak_pin. */
export const pinRequest = v.object({
  pin: v.nullable(v.pipe(v.string(), v.regex(/^\d{4,8}$/))),
  password,
})

/** PUT /api/settings/audio: what is left out stays, null = the standard one. */
export const chosenAudioRequest = v.object({
  greetingId: v.optional(v.nullable(id)),
  musicId: v.optional(v.nullable(id)),
})

/** GET /api/sessions. DELETE /api/sessions/:id ends one. */
export interface SessionsReply {
  readonly sessions: readonly {
    readonly id: string
    readonly createdAt: number
    readonly seenAt: number
    /** IP address and User-Agent of the log-in, as they were told. */
    readonly address: string
    readonly agent: string
    readonly current: boolean
  }[]
}

/** GET /api/audio?kind=greeting|music; POST /api/audio answers one of them. */
export const audioKind = v.picklist(['greeting', 'music'])
export type AudioKind = v.InferOutput<typeof audioKind>

export interface AudioReply {
  readonly id: string
  readonly kind: AudioKind
  readonly name: string
  readonly source: 'upload' | 'phone'
  readonly createdAt: number
  readonly durationMs: number
  /** At most 200 points. */
  readonly peaks: Peaks
  /** Chosen in the settings. */
  readonly chosen: boolean
  /** Names of the rules that play it; it cannot be deleted while there are any. */
  readonly usedBy: readonly string[]
}

export interface AudioListReply {
  readonly audio: readonly AudioReply[]
  readonly max: number
}

/**
 * POST /api/audio?kind=…&name=…: the WAV file itself as the body (Content-Type audio/wav, at most
 * 5 MB). Faults: 413 too_large, 422 bad_audio with details.why: notWav, unsupported, tooShort,
 * tooLong; 409 limit.
 */
export const uploadQuery = v.object({
  kind: audioKind,
  name: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(64), visible), ''),
})

/** POST /api/audio/by-phone: rings this one of «Мои номера» and records a greeting there. */
export const greetingByPhoneRequest = v.object({ numberId: id })

/** GET /api/errands/:id; also the reply to what begins one. SSE says `errands` when it changes. */
export interface ErrandReply {
  readonly id: string
  readonly kind: 'greeting' | 'code' | 'test'
  readonly state: 'open' | 'taken' | 'done' | 'noAnswer' | 'noMedia' | 'failed' | 'expired'
  readonly expiresAt: number
  /** Of a greeting that is 'done'. */
  readonly audioId: string | null
}
// GET /api/events has three events more: `messages` (voicemail), `settings` (settings, greetings,
// music), `errands`. A recording that becomes ready is told as `calls`.
