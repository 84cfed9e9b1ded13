/**
 * Notices by e-mail over SMTP (nodemailer; RFC 5321, 5322). The Message-ID is made of the notice's
 * key: a letter that goes out twice, because a crash came between the server's 250 and our note of
 * it, is one letter to mailboxes that look. A voicemail message goes along as a WAV file.
 */
import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { Letter } from '../store/outbox-letters.ts'
import { faultText } from './channel.ts'
import type { Channel, House, Sent } from './channel.ts'
import { wordsOf } from './words.ts'

export interface Sound {
  readonly name: string
  readonly content: Uint8Array
}

export interface MailOptions {
  readonly house: House
  /** smtp://user:password@host:port or smtps://… */
  readonly url: string
  /** Address of the sender; its name is the brand. */
  readonly from: string
  /** The sound of a message; undefined while it is not whole, or when it is gone. */
  readonly soundOf?: (subscriberId: string, messageId: string) => Promise<Sound | undefined>
  /**
   * Makes the secret of an account's letter (the token of its link, or a password), which is nowhere
   * else; undefined when the link has been used or has expired.
   */
  readonly secretOf?: (linkId: string) => Promise<string | undefined>
}

const connectMs = 10_000
const silenceMs = 30_000
const width = 4
/** Larger ones are refused by many mailboxes; the letter then only links to it. */
const largestSound = 8 * 1024 * 1024
/** The server is not reached, or does not let us in: nothing was said of this letter. */
const awayCodes: readonly string[] = [
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EDNS', 'ETLS', 'EAUTH',
  'ENOAUTH',
]

/** Sends over one server with few connections, kept open. */
export function createMailChannel(options: MailOptions): Channel {
  const { url, from, house } = options
  checkLine('from', from)
  const transport = createTransport({
    ...transportOptions(url),
    pool: true, maxConnections: width, maxMessages: 100,
    connectionTimeout: connectMs, greetingTimeout: connectMs, socketTimeout: silenceMs,
    disableFileAccess: true, disableUrlAccess: true,
  })
  const host = from.slice(from.lastIndexOf('@') + 1)
  return {
    name: 'email',
    width,
    async send(letter) {
      if (!isAddress(letter.address)) return { result: 'never', why: 'not an e-mail address' }
      const made = await compose(options, letter)
      if (made === undefined) return { result: 'never', why: 'its link counts no more' }
      try {
        const { messageId } = await transport.sendMail({
          from: { name: house.brand, address: from },
          to: { name: '', address: letter.address },
          subject: oneLine(made.subject),
          text: made.text,
          messageId: `<${digest(letter.key)}@${host}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
          attachments: made.sound === undefined ? [] : [{
            filename: made.sound.name,
            content: Buffer.from(made.sound.content),
            contentType: 'audio/wav',
          }],
        })
        return { result: 'sent', externalId: messageId, ...made.after }
      } catch (fault) {
        return judge(fault)
      }
    },
    async stop() {
      transport.close()
    },
  }
}

interface Composed {
  readonly subject: string
  readonly text: string
  readonly sound: Sound | undefined
  readonly after: Pick<Extract<Sent, { result: 'sent' }>, 'after'>
}

/** undefined when the letter has no sense any more. */
async function compose(options: MailOptions, letter: Letter): Promise<Composed | undefined> {
  const { reader, notice } = letter
  const secret = notice.kind === 'accountLink' ? await options.secretOf?.(notice.linkId) : ''
  if (secret === undefined) return undefined
  const { afterMail } = reader.delivery
  const sound = notice.kind === 'voicemail'
    ? await options.soundOf?.(reader.subscriberId, notice.messageId).catch(() => undefined)
    : undefined
  const attached = sound !== undefined && sound.content.length <= largestSound
  const { subject, text } = wordsOf(notice, {
    ...options.house, ...reader, attached, afterMail, secret,
  })
  const gone = attached && notice.kind === 'voicemail' && afterMail !== 'keep'
  return {
    subject, text,
    sound: attached ? sound : undefined,
    after: gone ? { after: { messageId: notice.messageId, do: afterMail } } : {},
  }
}

/** A 5xx about this letter is final, a 4xx is not (RFC 5321 §4.2.1). */
function judge(fault: unknown): Sent {
  const { responseCode, code = '', originalCode = '', command = '' } = fault as {
    readonly responseCode?: number
    readonly code?: string
    /** The socket's own. */
    readonly originalCode?: string
    /** The one that was answered; 'CONN' also for any loss of the connection. */
    readonly command?: string
  }
  const why = faultText(fault)
  if (responseCode === 421 || awayCodes.includes(code) || awayCodes.includes(originalCode))
    return { result: 'down', why }
  const isGreeting = command === 'CONN' || command === 'EHLO' || command === 'HELO'
  if (responseCode !== undefined && isGreeting) return { result: 'down', why }
  if (responseCode !== undefined && responseCode >= 500) return { result: 'never', why }
  // A connection that was lost may have been lost because of this letter: the try counts.
  return { result: 'later', why }
}

/** Options of the URL's query, such as requireTLS=true, are nodemailer's own. */
function transportOptions(url: string) {
  const at = new URL(url)
  const secure = at.protocol === 'smtps:'
  return {
    host: at.hostname.replace(/^\[|\]$/g, ''),
    port: at.port === '' ? (secure ? 465 : 587) : Number(at.port),
    secure,
    requireTLS: at.searchParams.get('requireTLS') === 'true',
    ignoreTLS: at.searchParams.get('ignoreTLS') === 'true',
    ...(at.username === '' ? {} : {
      auth: { user: decodeURIComponent(at.username), pass: decodeURIComponent(at.password) },
    }),
  }
}

/** Nothing that could end a header, or name a second reader. */
function isAddress(text: string): boolean {
  return text.length <= 254 && !/\p{Cc}/u.test(text)
    && /^[^\s@<>",;:()[\]\\]{1,64}@[^\s@<>",;:()[\]\\]+$/.test(text)
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200)
}

function checkLine(what: string, text: string): void {
  if (!isAddress(text)) throw new Error(`${what} must be an e-mail address`)
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}
