/**
 * Notices to a subscriber's own program: JSON by POST, signed, to an https address of the public
 * Internet. The connection goes to the very address that was checked, so that a name which resolves
 * differently a moment later leads nowhere; redirects are not followed.
 *
 *     X-PN-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>" with the secret>
 */
import { createHmac } from 'node:crypto'
import { lookup as lookUp } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { request as requestPlain } from 'node:http'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { request as requestTls } from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Letter } from '../store/outbox-letters.ts'
import { faultText } from './channel.ts'
import type { Channel, House, Sent } from './channel.ts'
import { isPublicAddress } from './public-address.ts'
import { wordsOf } from './words.ts'

export interface WebhookOptions {
  readonly house: House
  readonly clock: Clock
  /** For tests: plain HTTP, any port, addresses of this machine. */
  readonly allowPrivate?: boolean
  /** For tests: resolves names as `dns.lookup` with `all` does. */
  readonly resolve?: Resolve
}

type Resolve = (
  host: string,
  done: (fault: Error | null, addresses: readonly LookupAddress[]) => void,
) => void

const timeoutMs = 5000
/** Of the reply, which nobody reads: more is a mistake or an attack. */
const largestReply = 64 * 1024
const width = 8

class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
}

/** Sends to the address of each letter's reader. */
export function createWebhookChannel(options: WebhookOptions): Channel {
  return {
    name: 'webhook',
    width,
    async send(letter, signal) {
      const url = URL.canParse(letter.address) ? new URL(letter.address) : undefined
      const fault = url === undefined ? 'not a URL' : faultOf(url, options.allowPrivate === true)
      if (url === undefined || fault !== undefined)
        return { result: 'never', why: fault ?? 'not a URL' }
      const body = bodyOf(letter, options.house)
      const seconds = Math.floor(options.clock.wallMs() / 1000)
      try {
        const status = await post(url, body, {
          'Content-Type': 'application/json; charset=utf-8',
          'Content-Length': String(Buffer.byteLength(body)),
          'User-Agent': 'personal-number/1',
          'X-PN-Delivery': letter.key,
          'X-PN-Signature': signature(letter.reader.delivery.webhookSecret, seconds, body),
        }, options, signal)
        return judge(status)
      } catch (refused) {
        if (refused instanceof PrivateAddress) return { result: 'never', why: refused.message }
        return { result: 'later', why: faultText(refused) }
      }
    },
    async stop() {},
  }
}

/** What the receiver computes and compares. */
export function signature(secret: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

function bodyOf({ key, notice, reader, createdAt }: Letter, house: House): string {
  const { subject, short, url } = wordsOf(notice, { ...house, ...reader })
  return JSON.stringify({ id: key, at: createdAt, subject, text: short, url, ...notice })
}

function faultOf(url: URL, allowPrivate: boolean): string | undefined {
  if (url.username !== '' || url.password !== '') return 'an address with a password in it'
  if (allowPrivate) return undefined
  if (url.protocol !== 'https:') return 'not https'
  if (url.port !== '') return 'another port than 443'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && !isPublicAddress(host) ? 'not a public address' : undefined
}

function judge(status: number): Sent {
  if (status >= 200 && status < 300) return { result: 'sent' }
  if (status === 410) return { result: 'never', why: 'HTTP 410: gone' }
  if (status >= 300 && status < 400)
    return { result: 'later', why: `HTTP ${status}: redirects are not followed` }
  return { result: 'later', why: `HTTP ${status}` }
}

function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: WebhookOptions,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((done, failed) => {
    const start = url.protocol === 'https:' ? requestTls : requestPlain
    const settings: RequestOptions = {
      method: 'POST', headers, signal, agent: false, lookup: checkedLookup(options),
    }
    const request: ClientRequest = start(url, settings, (reply: IncomingMessage) => {
      let octets = 0
      reply.on('data', (piece: Uint8Array) => {
        octets += piece.length
        if (octets > largestReply) reply.destroy()
      })
      reply.on('close', () => {
        clearTimeout(timer)
        done(reply.statusCode ?? 0)
      })
      reply.on('error', () => {})
    })
    // Of the whole exchange: a reply that comes octet by octet must not hold us.
    const timer = setTimeout(
      () => request.destroy(new Error(`no reply in ${timeoutMs} ms`)), timeoutMs)
    request.on('error', (fault) => {
      clearTimeout(timer)
      failed(fault)
    })
    request.end(body)
  })
}

/** All addresses of the name must be public, or none of them is used. */
function checkedLookup(
  { allowPrivate = false, resolve = resolveAll }: WebhookOptions,
): LookupFunction {
  return (host, wanted, done) => {
    resolve(host, (fault, addresses) => {
      const first = addresses[0]
      if (fault) done(fault, [])
      else if (first === undefined) done(new Error(`${host} has no address`), [])
      else if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
        done(new PrivateAddress('not a public address'), [])
      else if (wanted.all === true) done(null, [...addresses])
      else done(null, first.address, first.family)
    })
  }
}

function resolveAll(host: string, done: Parameters<Resolve>[1]): void {
  lookUp(host, { all: true }, (fault, addresses) => done(fault, fault ? [] : addresses))
}
