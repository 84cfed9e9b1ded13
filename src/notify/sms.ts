/**
 * Notices by SMS, and what a sender of SMS is. Two senders live here: a folder for development and
 * a gateway that takes HTTP requests of any shape, described by templates. SMPP is in smpp.ts.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { faultText, mayHaveArrived } from './channel.ts'
import type { Channel, House, Sent } from './channel.ts'
import { wordsOf } from './words.ts'

export interface SmsSender {
  /** `to`: E.164. */
  send(to: string, text: string, signal: AbortSignal): Promise<Sent>
  stop(): Promise<void>
}

const width = 4
const timeoutMs = 15_000
/** Four parts of 67 letters: what a person reads, and pays for. */
const longest = 268

/** The channel over any sender. */
export function createSmsChannel(sender: SmsSender, house: House): Channel {
  return {
    name: 'sms',
    width,
    send(letter, signal) {
      const { short } = wordsOf(letter.notice, { ...house, ...letter.reader })
      return sender.send(letter.address, short.slice(0, longest), signal)
    },
    stop: () => sender.stop(),
  }
}

/**
 * For development and tests: each SMS becomes a file `<instant>-<count>-<digits>.txt` with the
 * number in its first line. The text stands in the file only, never in the log.
 */
export function createSmsFolder(folder: string, clock: Clock): SmsSender {
  let count = 0
  return {
    async send(to, text) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const name = `${Math.floor(clock.wallMs())}-${++count}-${to.replaceAll(/\D/g, '')}.txt`
        await writeFile(join(folder, name), `${to}\n${text}\n`, { mode: 0o600 })
        return { result: 'sent' }
      } catch (fault) {
        return { result: 'down', why: faultText(fault) }
      }
    },
    async stop() {},
  }
}

export interface HttpSmsOptions {
  /**
   * Places {to} (+79031112233), {digits} (79031112233), {text} and {from}, percent-encoded there.
   */
  readonly url: string
  /** '' = GET; a JSON text or a form with the same places, written as JSON or a form needs them. */
  readonly body: string
  /** '' = none; goes as a bearer token (RFC 6750). */
  readonly token: string
  readonly from: string
}

/** A gateway over HTTP. Success is a 2xx whose JSON, if it is any, names no error. */
export function createHttpSms(options: HttpSmsOptions): SmsSender {
  const { url, body, token } = options
  const isJson = body.trimStart().startsWith('{') || body.trimStart().startsWith('[')
  return {
    async send(to, text, signal) {
      const values = { to, digits: to.slice(1), text, from: options.from }
      try {
        const response = await fetch(fillIn(url, values, encodeURIComponent), {
          method: body === '' ? 'GET' : 'POST',
          redirect: 'error',
          headers: {
            ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
            ...(body === '' ? {} : {
              'Content-Type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
            }),
          },
          ...(body === '' ? {} : {
            body: fillIn(body, values, isJson ? inJson : encodeURIComponent),
          }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        })
        return judge(response.status, await response.text())
      } catch (fault) {
        // The address of a gateway may hold a password: only the kind of fault is told.
        return { result: mayHaveArrived(fault) ? 'later' : 'down', why: (fault as Error).name }
      }
    },
    async stop() {},
  }
}

type Values = Readonly<Record<string, string>>

/** In one pass: what a text brings in is no place of the template. */
function fillIn(template: string, values: Values, write: (value: string) => string): string {
  return template.replaceAll(/\{(to|digits|text|from)\}/g,
    (_, name: string) => write(values[name] ?? ''))
}

function inJson(value: string): string {
  return JSON.stringify(value.toWellFormed()).slice(1, -1)
}

function judge(status: number, text: string): Sent {
  const reply = readReply(text)
  const error = reply['error'] ?? reply['errors'] ?? reply['error_code'] ?? reply['errorCode']
  const said = error === undefined || error === null
    ? '' : `: ${JSON.stringify(error).slice(0, 200)}`
  const why = `HTTP ${status}${said}`
  if (status === 401 || status === 403 || status === 402) return { result: 'down', why }
  if (status === 408 || status === 429 || status >= 500) return { result: 'later', why }
  if (status < 200 || status >= 300) return { result: 'never', why }
  if (said !== '') return { result: 'later', why }
  const id = reply['message_id'] ?? reply['messageId'] ?? reply['id']
  return typeof id === 'string' || typeof id === 'number'
    ? { result: 'sent', externalId: String(id) } : { result: 'sent' }
}

function readReply(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {}
  } catch {
    return {}
  }
}
