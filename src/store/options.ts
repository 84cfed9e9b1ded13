/**
 * The document in subscribers.options: wishes of a subscriber that no query looks for. Only what
 * he chose is stored; defaults are merged on reading, so that a new choice needs no migration. The
 * API checks values, this file trusts them.
 */
import { defaultMedia } from '../call/subscriber.ts'
import type { MediaSettings } from '../call/subscriber.ts'

/** What of MediaSettings is chosen as a value; files and the PIN have columns of their own. */
export type MediaChoices = Omit<MediaSettings, 'greetingFile' | 'musicFile' | 'mailboxOpen'>

export interface Channels {
  readonly email: boolean
  readonly sms: boolean
}

export interface SubscriberOptions {
  readonly media: MediaChoices
  /** Days a recording is kept; 0 = for ever. */
  readonly retentionDays: number
  /** '' = none. */
  readonly email: string
  /** Language of the panel. */
  readonly language: 'ru' | 'en'
  /** Chosen channels by kind of notice; kinds never touched are absent. */
  readonly notifications: Readonly<Record<string, Channels>>
}

/** What is stored: the chosen part of each. */
export interface OptionsChange {
  readonly media?: Partial<MediaChoices>
  readonly retentionDays?: number
  readonly email?: string
  readonly language?: 'ru' | 'en'
  readonly notifications?: Readonly<Record<string, Channels>>
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
  }
}

/** The document after a change. */
export function changeOptions(text: string | null, change: OptionsChange): string {
  const old = text === null ? {} : JSON.parse(text) as OptionsChange
  return JSON.stringify({
    ...old,
    ...change,
    media: { ...old.media, ...change.media },
    notifications: { ...old.notifications, ...change.notifications },
  } satisfies OptionsChange)
}
