/**
 * From an INVITE of a trunk to the call the rules understand: who calls whom, over how many hops,
 * through which diversions. The only place where SIP headers become a Caller. Everything a peer
 * wrote is read through `guard.ts`; what cannot be read is answered, not thrown.
 * RFC 3261 §8.2, RFC 3323/3325 (identity, privacy), RFC 5806 and RFC 7044 (diversions).
 */
import { readNumber } from '../call/number.ts'
import type { Caller } from '../call/events.ts'
import type { Address } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import {
  headerText, readAddress, readTokens, readUnsigned, readUri, splitList,
} from './guard.ts'
import type { AddressText } from './guard.ts'
import { minSessionSeconds, readSessionExpires } from './session-timer.ts'
import type { SessionTimer } from './session-timer.ts'
import type { Answer, SipMessage, SipRequest } from './sip-port.ts'

/** What the INVITE says, read and cleaned. */
export interface Invitation {
  readonly callId: string
  readonly caller: Caller
  readonly dialled: Address
  /** The caller asked that his identity be withheld (RFC 3323). */
  readonly privacy: boolean
  readonly maxForwards: number
  readonly diverted: readonly Address[]
  /** Entries of the headers as they came, newest first / in order, for the outgoing legs. */
  readonly diversions: readonly string[]
  readonly history: readonly string[]
  readonly offer: string
  readonly contentType: string
  readonly supportsTimer: boolean
  readonly session: SessionTimer | undefined
}

export type InvitationReading =
  | { readonly ok: true; readonly invitation: Invitation }
  | { readonly ok: false; readonly answer: Answer; readonly why: string }

/** Extensions of RFC 3261 §20.32 this application carries through. 100rel is not among them. */
const supportedExtensions: ReadonlySet<string> = new Set(['timer'])
const maxHops = 70 // RFC 3261 §8.1.1.6 recommends it as start value; more is no sign of good faith
const maxCallIdChars = 512

/** Reads an INVITE that came from `trunk`. */
export function readInvite(request: SipRequest, trunk: Trunk): InvitationReading {
  const callId = headerText(request, 'call-id') ?? ''
  if (callId === '' || callId.length > maxCallIdChars) return bad('no usable Call-ID')
  const from = readAddress(headerText(request, 'from'))
  if (from === undefined || !from.params.get('tag')) return bad('no usable From')
  if (readAddress(headerText(request, 'to')) === undefined) return bad('no usable To')
  if (readSequence(request) === undefined) return bad('no usable CSeq')
  const contact = readAddress(splitList(headerText(request, 'contact') ?? '')[0])
  if (contact === undefined || readUri(contact.uri) === undefined) {
    return bad('no usable Contact') // without it no dialog can be made (RFC 3261 §12.1.1)
  }
  const refusal = refuseExtension(request) ?? refuseContent(request) ?? refuseSession(request)
  if (refusal !== undefined) return refusal
  const hops = request.header('max-forwards')
  const maxForwards = hops === undefined ? maxHops : readUnsigned(hops.trim())
  if (maxForwards === undefined) return bad('no usable Max-Forwards')
  const dialled = readDialled(request.uri, trunk)
  if (!dialled.ok) return dialled.reading
  const privacy = asksPrivacy(request, from)
  const diversions = splitList(headerText(request, 'diversion') ?? '')
  const history = splitList(headerText(request, 'history-info') ?? '')
  return {
    ok: true,
    invitation: {
      callId,
      caller: privacy ? withheld : readCaller(request, from, trunk),
      dialled: dialled.address,
      privacy,
      maxForwards: Math.min(maxForwards, maxHops),
      diverted: divertedNumbers(diversions, history, trunk),
      diversions,
      history,
      offer: request.body,
      contentType: headerText(request, 'content-type') ?? 'application/sdp',
      supportsTimer: readTokens(headerText(request, 'supported')).includes('timer'),
      session: readSessionExpires(request),
    },
  }
}

/**
 * '314159 INVITE' → 314159. Undefined for junk and for numbers of 2^31 or more (RFC 3261 §8.1.1.5).
 */
export function readSequence(message: SipMessage): number | undefined {
  const text = headerText(message, 'cseq') ?? ''
  const end = text.indexOf(' ')
  const number = readUnsigned(end < 0 ? text : text.slice(0, end))
  return number !== undefined && end > 0 && number < 2 ** 31 ? number : undefined
}

/** Whether both are one request that came twice on different paths (RFC 3261 §8.2.2.2). */
export function isMerged(first: SipRequest, second: SipRequest): boolean {
  const tag = readAddress(headerText(second, 'from'))?.params.get('tag')
  return tag !== undefined && tag === readAddress(headerText(first, 'from'))?.params.get('tag') &&
    readSequence(first) === readSequence(second)
}

function bad(why: string): InvitationReading {
  return { ok: false, why, answer: { status: 400, phrase: 'Bad Request' } }
}

function refuseExtension(request: SipRequest): InvitationReading | undefined {
  const required = request.header('require')
  if (required === undefined) return undefined
  const unknown = readTokens(headerText(request, 'require'))
    .filter((tag) => !supportedExtensions.has(tag) && isToken(tag))
  if (unknown.length === 0) return undefined
  const headers = { Unsupported: unknown.join(', ') }
  return { ok: false, why: `requires ${unknown.join(', ')}`, answer: { status: 420, headers } }
}

/** RFC 3261 §25.1 token: nothing else may be echoed into a header. */
function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!"abcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~".includes(text[i]!)) return false
  }
  return true
}

function refuseContent(request: SipRequest): InvitationReading | undefined {
  if (request.body === '') return undefined
  const type = (headerText(request, 'content-type') ?? 'application/sdp').toLowerCase()
  if (type.startsWith('application/sdp') || type.startsWith('multipart/')) return undefined
  const headers = { Accept: 'application/sdp' }
  return { ok: false, why: 'content type', answer: { status: 415, headers } }
}

/** RFC 4028 §9: an interval shorter than we keep up with is refused, and ours is named. */
function refuseSession(request: SipRequest): InvitationReading | undefined {
  const session = readSessionExpires(request)
  if (session === undefined || session.seconds >= minSessionSeconds) return undefined
  const headers = { 'Min-SE': String(minSessionSeconds) }
  return { ok: false, why: 'session interval', answer: { status: 422, headers } }
}

type Dialled =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly reading: InvitationReading }

function readDialled(text: string, trunk: Trunk): Dialled {
  const uri = readUri(text)
  if (uri === undefined) {
    return { ok: false, reading: { ok: false, why: 'scheme', answer: { status: 416 } } }
  }
  const number = readUser(uri.user, trunk)
  if (number !== undefined) return { ok: true, address: number }
  return { ok: false, reading: { ok: false, why: 'not a number', answer: { status: 404 } } }
}

/** User part as this trunk writes numbers, in E.164; undefined when it is none. */
function readUser(user: string, trunk: Trunk): Address | undefined {
  if (user === '' || user.includes('@') || user.includes(':')) return undefined
  const reading = readNumber(user, trunk.numberFormat === 'e164' ? '' : 'RU')
  return reading.ok ? reading.address : undefined
}

/** RFC 3323 §4.2: every value but "none" asks for it, and in older networks a From of nobody. */
function asksPrivacy(request: SipRequest, from: AddressText): boolean {
  const privacy = readTokens(headerText(request, 'privacy'), ';')
  if (privacy.some((value) => value === 'id' || value === 'header' || value === 'user')) return true
  const uri = readUri(from.uri)
  return uri === undefined || uri.user.toLowerCase() === 'anonymous' ||
    uri.host === 'anonymous.invalid'
}

const withheld: Caller = { number: '', name: '', anonymous: true }

/** The network's word (P-Asserted-Identity, RFC 3325 §9.1) goes before what the caller claims. */
function readCaller(request: SipRequest, from: AddressText, trunk: Trunk): Caller {
  let { name } = from
  for (const text of splitList(headerText(request, 'p-asserted-identity') ?? '')) {
    const asserted = readAddress(text)
    const number = asserted && readUser(readUri(asserted.uri)?.user ?? '', trunk)
    if (number === undefined) continue
    if (asserted !== undefined && asserted.name !== '') name = asserted.name
    return { number, name, anonymous: false }
  }
  const user = readUri(from.uri)?.user ?? ''
  const number = readUser(user, trunk) ?? cleanUser(user)
  return { number, name: number === '' ? '' : name, anonymous: number === '' }
}

/** What stands for a caller without number: letters, digits and signs legal in a user part. */
function cleanUser(user: string): string {
  let out = ''
  for (let i = 0; i < user.length && out.length < 64; i++) {
    const char = user[i]!
    if ("-_.!~*'()&=+$,".includes(char) || (char >= '0' && char <= '9') ||
      (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z')) out += char
  }
  return out
}

/** Numbers the call was diverted from, newest first: Diversion has that order, History-Info not. */
function divertedNumbers(
  diversions: readonly string[], history: readonly string[], trunk: Trunk,
): Address[] {
  const numbers: Address[] = []
  for (const text of [...diversions, ...history.slice(0, -1).toReversed()]) {
    const entry = readAddress(text)
    const uri = entry && readUri(entry.uri)
    const number = uri && readUser(uri.user, trunk)
    if (number !== undefined && !numbers.includes(number)) numbers.push(number)
  }
  return numbers
}
