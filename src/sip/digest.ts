/**
 * Digest authentication (RFC 7616, RFC 8760; RFC 3261 §22.4): challenges and credentials read,
 * the response computed. The hash functions are handed in. It holds no nonce and no password, and
 * decides nothing about trust.
 */
import type { Octets } from './events.ts'
import {
  comma, equalsSign, isBlank, isWord, quote, skipBlanks, skipClass, skipQuoted, toLower, tokenClass,
  valueClass
} from './characters.ts'
import { SipParseError } from './errors.ts'
import { quoteText, unquote } from './parameters.ts'

/** More parameters than any scheme has; 500 of them were a known attack. */
const maxParameters = 32

export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess'

/** Hex digest, small letters, of the octets of the text. */
export type Hash = (algorithm: 'MD5' | 'SHA-256', text: Octets) => string

/** WWW-Authenticate or Proxy-Authenticate. Values are unquoted. */
export interface Challenge {
  readonly realm: Octets
  readonly nonce: Octets
  readonly opaque: Octets | undefined
  readonly stale: boolean
  /** As written; 'MD5' when there is none. `digestResponse` knows `DigestAlgorithm`. */
  readonly algorithm: string
  /** Small letters, in the order given; empty for RFC 2069 servers. */
  readonly qop: readonly string[]
  readonly userhash: boolean
}

/** Authorization or Proxy-Authorization. Values are unquoted. */
export interface Credentials {
  readonly username: Octets
  readonly realm: Octets
  readonly nonce: Octets
  readonly uri: Octets
  readonly response: string
  readonly algorithm: string
  readonly cnonce: Octets | undefined
  readonly opaque: Octets | undefined
  /** Small letters. */
  readonly qop: string | undefined
  /** Eight hex digits as written. */
  readonly nc: string | undefined
  readonly userhash: boolean
}

/** What goes into a response. `cnonce` and `nc` (1, 2, …) count only with `qop`. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm
  readonly username: Octets
  readonly realm: Octets
  readonly password: Octets
  readonly nonce: Octets
  readonly method: string
  readonly uri: Octets
  readonly qop: 'auth' | undefined
  readonly cnonce: Octets
  readonly nc: number
}

/** Throws SipParseError 400: not Digest, no realm, no nonce, or malformed. */
export function parseChallenge(value: Octets): Challenge {
  const params = parseDigest(value)
  return {
    realm: required(params, 'realm'),
    nonce: required(params, 'nonce'),
    opaque: params.get('opaque'),
    stale: toLower(params.get('stale') ?? '') === 'true',
    algorithm: params.get('algorithm') ?? 'MD5',
    qop: toLower(params.get('qop') ?? '').split(',').map((q) => q.trim()).filter((q) => q !== ''),
    userhash: toLower(params.get('userhash') ?? '') === 'true'
  }
}

/** Throws SipParseError 400: not Digest, a mandatory parameter is missing, or malformed. */
export function parseCredentials(value: Octets): Credentials {
  const params = parseDigest(value)
  const qop = params.get('qop')
  return {
    username: required(params, 'username'),
    realm: required(params, 'realm'),
    nonce: required(params, 'nonce'),
    uri: required(params, 'uri'),
    response: toLower(required(params, 'response')),
    algorithm: params.get('algorithm') ?? 'MD5',
    cnonce: params.get('cnonce'),
    opaque: params.get('opaque'),
    qop: qop === undefined ? undefined : toLower(qop),
    nc: params.get('nc'),
    userhash: toLower(params.get('userhash') ?? '') === 'true'
  }
}

/** The algorithm of that name in any letter case, undefined when it is none of ours. */
export function digestAlgorithm(name: string): DigestAlgorithm | undefined {
  const known: readonly DigestAlgorithm[] = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess']
  return known.find((algorithm) => toLower(algorithm) === toLower(name))
}

/** RFC 7616 §3.4.1: the `response` value, hex. */
export function digestResponse(input: DigestInput, hash: Hash): string {
  const base = input.algorithm.startsWith('MD5') ? 'MD5' : 'SHA-256'
  const secret = hash(base, `${input.username}:${input.realm}:${input.password}`)
  const a1 = input.algorithm.endsWith('-sess')
    ? hash(base, `${secret}:${input.nonce}:${input.cnonce}`)
    : secret
  const a2 = hash(base, `${input.method}:${input.uri}`)
  const middle = input.qop === undefined
    ? input.nonce
    : `${input.nonce}:${formatNc(input.nc)}:${input.cnonce}:${input.qop}`
  return hash(base, `${a1}:${middle}:${a2}`)
}

/**
 * Value of an Authorization or Proxy-Authorization header that answers `challenge`; undefined when
 * the challenge wants what we cannot do (an unknown algorithm, only auth-int).
 */
export function answerChallenge(
  challenge: Challenge,
  by: Pick<DigestInput, 'username' | 'password' | 'method' | 'uri' | 'cnonce' | 'nc'>,
  hash: Hash
): Octets | undefined {
  const algorithm = digestAlgorithm(challenge.algorithm)
  const hasAuth = challenge.qop.includes('auth')
  if (algorithm === undefined || (challenge.qop.length > 0 && !hasAuth)) return undefined
  const qop = hasAuth ? 'auth' : undefined
  const { realm, nonce, opaque } = challenge
  const response = digestResponse({ ...by, algorithm, realm, nonce, qop }, hash)
  const usesCnonce = hasAuth || algorithm.endsWith('-sess')
  return `Digest username=${quoteText(by.username)},realm=${quoteText(realm)}` +
    `,nonce=${quoteText(nonce)},uri=${quoteText(by.uri)},response="${response}"` +
    `,algorithm=${algorithm}` +
    (usesCnonce ? `,cnonce=${quoteText(by.cnonce)}` : '') +
    (hasAuth ? `,qop=auth,nc=${formatNc(by.nc)}` : '') +
    (opaque === undefined ? '' : `,opaque=${quoteText(opaque)}`)
}

function formatNc(nc: number): string {
  return nc.toString(16).padStart(8, '0')
}

function required(params: ReadonlyMap<string, Octets>, name: string): Octets {
  const value = params.get(name)
  if (value === undefined) throw new SipParseError(400, `Missing Digest ${name}`, 0)
  return value
}

/** `Digest name=value, …`, names in small letters, values unquoted. */
function parseDigest(value: Octets): Map<string, Octets> {
  const end = value.length
  const schemeEnd = skipClass(value, 0, end, tokenClass)
  if (!isWord(value, 0, schemeEnd, 'digest') || !isBlank(value.charCodeAt(schemeEnd))) {
    throw new SipParseError(400, 'Unsupported Authentication Scheme', 0)
  }
  const params = new Map<string, Octets>()
  let position = skipSeparators(value, schemeEnd)
  while (position < end) {
    position = readParameter(value, position, params)
    const next = skipSeparators(value, position)
    if (next === position && next < end) malformed(next)
    position = next
    if (params.size > maxParameters) malformed(position)
  }
  return params
}

/** Empty elements are let pass: `Digest realm="a",,nonce="b",`. */
function skipSeparators(text: Octets, start: number): number {
  let i = start
  while (text.charCodeAt(i) === comma || isBlank(text.charCodeAt(i))) i++
  return i
}

function readParameter(text: Octets, start: number, params: Map<string, Octets>): number {
  const nameEnd = skipClass(text, start, text.length, tokenClass)
  const sign = skipBlanks(text, nameEnd, text.length)
  if (nameEnd === start || text.charCodeAt(sign) !== equalsSign) malformed(nameEnd)
  const valueStart = skipBlanks(text, sign + 1, text.length)
  const end = text.charCodeAt(valueStart) === quote
    ? skipQuoted(text, valueStart, text.length)
    : skipClass(text, valueStart, text.length, valueClass)
  if (end < 0) malformed(valueStart)
  const name = toLower(text.slice(start, nameEnd))
  if (params.has(name)) malformed(start)
  params.set(name, unquote(text.slice(valueStart, end)))
  return end
}

function malformed(offset: number): never {
  throw new SipParseError(400, 'Malformed Credentials', offset)
}
