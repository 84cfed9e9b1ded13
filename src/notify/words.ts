/**
 * The words of a notice: subject and text of a letter, and the short form for SMS and Telegram, in
 * the reader's language. It tells facts and where to look; it knows no channel.
 */
import { isChosen } from '../store/notice-choices.ts'
import type { LinkPurpose, Notice } from '../store/notice.ts'
import { formatFor, plainSpaces } from './format.ts'
import type { Format, Language } from './format.ts'
import { english } from './text-en.ts'
import { russian } from './text-ru.ts'

/** What a language says of a notice. */
export interface Saying {
  readonly subject: string
  /** Paragraphs. */
  readonly lines: readonly string[]
  /** One line; left out = the subject. */
  readonly short?: string
}

/** A language: one function per kind, and what stands below every letter. */
export interface Sayings {
  readonly greeting: (name: string) => string
  readonly footer: (brand: string, settingsUrl: string) => string
  /** Below letters to people who have no settings, or no choice. */
  readonly plainFooter: (brand: string) => string
  readonly say: {
    readonly [K in Notice['kind']]: (
      notice: NoticeOf<K, Notice>, f: Format, about: About) => Saying
  }
}

/** The member of the union that has this kind among its own. */
type NoticeOf<K, N> = N extends { readonly kind: infer Kinds } ? K extends Kinds ? N : never : never

/** What of the letter itself is said in it. */
export interface About {
  /** The sound goes with the letter. */
  readonly attached: boolean
  /** What becomes of the voicemail message afterwards. */
  readonly afterMail: 'keep' | 'heard' | 'delete'
  readonly brand: string
  /** What only this letter has: the token of its link, or a password; '' = nothing. */
  readonly secret: string
}

export interface WordsFor {
  readonly name: string
  readonly language: Language
  readonly zone: string
  readonly brand: string
  /** Of the panel, without a slash at the end. */
  readonly publicUrl: string
  readonly attached?: boolean
  readonly afterMail?: About['afterMail']
  readonly secret?: string
}

export interface Words {
  readonly subject: string
  /** The whole letter, plain text. */
  readonly text: string
  /** One or two lines. */
  readonly short: string
  /** Where more is to be seen. */
  readonly url: string
}

const languages: Readonly<Record<Language, Sayings>> = { ru: russian, en: english }

const linkPages: Readonly<Record<LinkPurpose, (token: string) => string>> = {
  first: (token) => `/password/${token}`,
  reset: (token) => `/password/${token}`,
  email: (token) => `/email/${token}`,
  temporary: () => '/',
}

/** Where the panel shows it. */
function pageOf(notice: Notice, secret: string): string {
  switch (notice.kind) {
    case 'missedCall':
    case 'refused':
    case 'recording': return `/calls?open=${notice.call.callId}`
    case 'voicemail': return `/voicemail?open=${notice.messageId}`
    case 'lowBalance':
    case 'payment': return '/'
    case 'silentTarget': return '/numbers'
    case 'newLogin':
    case 'accountChange': return '/settings/user'
    case 'dailyDigest':
    case 'weeklyDigest': return '/statistics'
    case 'test': return '/settings/notifications'
    case 'requestTaken': return `/register/${notice.token}`
    case 'requestRejected':
    case 'askAnswer': return '/ask'
    case 'supportAnswer': return `/support?open=${notice.requestId}`
    case 'accountLink': return linkPages[notice.purpose](secret)
  }
}

/** The words of a notice for one reader. */
export function wordsOf(notice: Notice, reader: WordsFor): Words {
  const { language, zone, brand, publicUrl, name, attached = false, afterMail = 'keep' } = reader
  const { secret = '' } = reader
  const { greeting, footer, plainFooter, say } = languages[language]
  const speak = say[notice.kind] as
    (notice: Notice, f: Format, about: About) => Saying
  const { subject, lines, short = subject } =
    speak(notice, formatFor(language, zone), { attached, afterMail, brand, secret })
  const url = `${publicUrl}${pageOf(notice, secret)}`
  const text = [
    greeting(name), ...lines, url,
    isChosen(notice.kind) || notice.kind === 'test'
      ? footer(brand, `${publicUrl}/settings/notifications`) : plainFooter(brand),
  ].join('\n\n')
  return { subject, text: `${text}\n`, short: plainSpaces(short), url }
}
