/**
 * The document in subscribers.options: wishes of a subscriber that no query looks for. Only what
 * he chose is stored; defaults are merged on reading, so that a new choice needs no migration. The
 * API checks values, this file trusts them.
 */
import { defaultMedia } from '../call/subscriber.ts'
import type { MediaSettings } from '../call/subscriber.ts'

/** What of MediaSettings is chosen as a value; files and the PIN have columns of their own. */
export type MediaChoices = Omit<MediaSettings, 'greetingFile' | 'musicFile' | 'mailboxOpen'>

/** Where and how notices reach the subscriber, besides his e-mail address. */
export interface NoticeDelivery {
  /** One of «Мои номера»; null = the first mobile of them. */
  readonly smsNumberId: string | null
  /** What becomes of a voicemail message that was sent by mail. */
  readonly afterMail: 'keep' | 'heard' | 'delete'
  /** '' = none. */
  readonly webhookUrl: string
  /** With it we sign; made with the address. */
  readonly webhookSecret: string
  /** '' = none. */
  readonly telegramChat: string
}

const defaultDelivery: NoticeDelivery = {
  smsNumberId: null, afterMail: 'keep', webhookUrl: '', webhookSecret: '', telegramChat: '',
}

/** Only the channels he touched. */
type ChosenChannels = Partial<Readonly<Record<'email' | 'sms' | 'webhook' | 'telegram', boolean>>>

export interface SubscriberOptions {
  readonly media: MediaChoices
  /** Days a recording is kept; 0 = for ever. */
  readonly retentionDays: number
  /** '' = none. */
  readonly email: string
  /** Language of the panel. */
  readonly language: 'ru' | 'en'
  /** Chosen channels by kind of notice; kinds never touched are absent. */
  readonly notifications: Readonly<Record<string, ChosenChannels>>
  readonly delivery: NoticeDelivery
}

/** What is stored: the chosen part of each. */
export interface OptionsChange {
  readonly media?: Partial<MediaChoices>
  readonly retentionDays?: number
  readonly email?: string
  readonly language?: 'ru' | 'en'
  readonly notifications?: Readonly<Record<string, ChosenChannels>>
  readonly delivery?: Partial<NoticeDelivery>
}

/** Half a year: long enough for a dispute, short enough for a disk. */
export const defaultRetentionDays = 180

const { mailboxOpen: _, ...mediaDefaults } = defaultMedia

/** The options in a document; null = nothing chosen yet. */
export function readOptions(text: string | null): SubscriberOptions {
  const chosen = text === null ? {} : JSON.parse(text) as OptionsChange
  return {
    media: { ...mediaDefaults, ...chosen.media },
    retentionDays: chosen.retentionDays ?? defaultRetentionDays,
    email: chosen.email ?? '',
    language: chosen.language ?? 'ru',
    notifications: { ...chosen.notifications },
    delivery: { ...defaultDelivery, ...chosen.delivery },
  }
}

/** The document after a change. */
export function changeOptions(text: string | null, change: OptionsChange): string {
  const old = text === null ? {} : JSON.parse(text) as OptionsChange
  return JSON.stringify({
    ...old,
    ...change,
    media: { ...old.media, ...change.media },
    notifications: mergeKinds(old.notifications, change.notifications),
    ...(old.delivery || change.delivery
      ? { delivery: { ...old.delivery, ...change.delivery } }
      : {}),
  } satisfies OptionsChange)
}

type Kinds = NonNullable<OptionsChange['notifications']>

/** A channel left out of a kind's change stays as it was. */
function mergeKinds(old: Kinds = {}, change: Kinds = {}): Kinds {
  const merged: Record<string, ChosenChannels> = { ...old }
  for (const [kind, channels] of Object.entries(change)) {
    merged[kind] = { ...old[kind], ...channels }
  }
  return merged
}
