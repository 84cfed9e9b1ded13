/**
 * Which notices a subscriber wants over which channel, and where each channel reaches him: his
 * choices with the defaults for what he never touched. Whether the operator sends over a channel at
 * all is not known here.
 */
import { isE164, isMobile } from '../call/number.ts'
import type { SubscriberOptions } from './options.ts'

/** In the order in which they are shown. */
export const noticeKinds = [
  'missedCall', 'voicemail', 'recording', 'lowBalance', 'payment', 'refused', 'silentTarget',
  'newLogin', 'accountChange', 'supportAnswer', 'dailyDigest', 'weeklyDigest',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** Whether a subscriber chooses where notices of this kind go. */
export function isChosen(kind: string): kind is NoticeKind {
  return (noticeKinds as readonly string[]).includes(kind)
}

export const noticeChannels = ['email', 'sms', 'webhook', 'telegram'] as const
export type NoticeChannel = (typeof noticeChannels)[number]

/** Choices of one kind. */
export type Channels = Readonly<Record<NoticeChannel, boolean>>

const none: Channels = { email: false, sms: false, webhook: false, telegram: false }
/** A webhook or a bot was set up on purpose: it gets what mail gets, unless told otherwise. */
const byMail: Channels = { ...none, email: true, webhook: true, telegram: true }

/** By mail what one wants to know before the month ends, by SMS what cannot wait. */
const usual: Readonly<Record<NoticeKind, Channels>> = {
  missedCall: byMail,
  voicemail: byMail,
  recording: none,
  lowBalance: { ...byMail, sms: true },
  payment: byMail,
  refused: byMail,
  silentTarget: byMail,
  newLogin: byMail,
  accountChange: byMail,
  supportAnswer: byMail,
  dailyDigest: none,
  weeklyDigest: none,
}

/** The channels chosen for a kind. */
export function channelsOf(options: SubscriberOptions, kind: NoticeKind): Channels {
  return { ...usual[kind], ...options.notifications[kind] }
}

/** One of «Мои номера». */
export interface OwnNumber {
  readonly id: string
  readonly address: string
}

/** Where each channel reaches him; '' = nowhere. */
export type Addresses = Readonly<Record<NoticeChannel, string>>

/**
 * Where notices go. `numbers`: those of «Мои номера» that may be used, the default number first:
 * an SMS goes to the chosen one, else to the first mobile.
 */
export function addressesOf(
  options: SubscriberOptions,
  numbers: readonly OwnNumber[],
): Addresses {
  const { smsNumberId, webhookUrl, telegramChat } = options.delivery
  const phones = numbers.filter(({ address }) => isE164(address))
  const sms = phones.find(({ id }) => id === smsNumberId)
    ?? phones.find(({ address }) => isMobile(address))
  return {
    email: options.email, sms: sms?.address ?? '', webhook: webhookUrl, telegram: telegramChat,
  }
}

/**
 * Whether no call can give a notice: nothing of the kind is chosen where there is an address. Known
 * with the rule set, so that such a subscriber's calls cost nothing.
 */
export function isQuiet(options: SubscriberOptions, numbers: readonly OwnNumber[]): boolean {
  const addresses = addressesOf(options, numbers)
  return !(['missedCall', 'voicemail', 'refused'] as const).some((kind) => {
    const chosen = channelsOf(options, kind)
    return noticeChannels.some((channel) => chosen[channel] && addresses[channel] !== '')
  })
}
