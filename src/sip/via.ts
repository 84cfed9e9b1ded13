/**
 * The Via header (RFC 3261 §20.42, RFC 3581): one element of it, read and printed. Who sent what
 * to whom is the business of the transport and transaction code.
 */
import type { Octets } from './events.ts'
import {
  bracketClose, bracketOpen, colon, decimal, hostClass, ipv6Class, isBlank, isWord, skipBlanks,
  skipClass, slash, tokenClass
} from './characters.ts'
import { SipParseError } from './errors.ts'
import type { Parameters } from './parameters.ts'
import { formatParameters, ParameterCursor, parseParameters } from './parameters.ts'

/** One hop. Hosts are without the brackets of IPv6. */
export interface Via {
  /** As written, in practice `UDP`, `TCP`, `TLS`, `WS` or `WSS`. */
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  /** '' when there is none (RFC 2543). */
  readonly branch: Octets
  readonly received: string | undefined
  /** '' when asked for but not filled in, undefined when not asked for (RFC 3581 §3). */
  readonly rport: number | '' | undefined
  readonly maddr: string | undefined
  readonly params: Parameters
}

/** A Via that was read; knows where in the header value it ends. */
export class ParsedVia implements Via {
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  branch: Octets = ''
  received: string | undefined = undefined
  rport: number | '' | undefined = undefined
  maddr: string | undefined = undefined
  /** Position where the parameters begin. */
  readonly paramStart: number
  /** Position behind the last parameter. */
  paramEnd: number
  /** Position behind the name of an `rport` without `=`; -1 if there is none. */
  rportEnd = -1
  /** Position of the comma behind this element, or the end of the text. */
  readonly end: number
  private readonly text: Octets
  private paramMap: Parameters | undefined = undefined

  constructor(text: Octets, transport: string, sentBy: SentBy) {
    this.text = text
    this.transport = transport
    this.host = sentBy.host
    this.port = sentBy.port
    this.paramStart = sentBy.end
    this.paramEnd = sentBy.end
    const cursor = new ParameterCursor(text, sentBy.end, true)
    while (cursor.next()) this.take(cursor)
    this.end = cursor.position
  }

  get params(): Parameters {
    this.paramMap ??= parseParameters(this.text, this.paramStart, true)
    return this.paramMap
  }

  private take(cursor: ParameterCursor): void {
    const { text, nameStart, nameEnd, valueStart, valueEnd } = cursor
    this.paramEnd = valueStart < 0 ? nameEnd : valueEnd
    if (isWord(text, nameStart, nameEnd, 'branch')) {
      // Two branches would match two transactions (RFC 3261 §7.3.1 forbids the repetition).
      if (this.branch !== '') throw new SipParseError(400, 'Repeated Branch', nameStart)
      this.branch = cursor.currentValue ?? ''
    } else if (isWord(text, nameStart, nameEnd, 'rport')) {
      const port = decimal(text, valueStart, valueEnd, 65535)
      this.rport = port > 0 ? port : ''
      if (valueStart < 0) this.rportEnd = nameEnd
    } else if (isWord(text, nameStart, nameEnd, 'received')) {
      this.received = withoutBrackets(cursor.currentValue ?? '')
    } else if (isWord(text, nameStart, nameEnd, 'maddr')) {
      this.maddr = withoutBrackets(cursor.currentValue ?? '')
    }
  }
}

interface SentBy {
  host: string
  port: number | undefined
  end: number
}

/**
 * Reads the first element of a Via value. Blanks may stand around the slashes and the colon
 * (RFC 3261 §25.1 sent-protocol, sent-by). Throws SipParseError 400.
 */
export function parseVia(value: Octets): ParsedVia {
  const end = value.length
  let i = value.startsWith('SIP/2.0/') ? 8 : protocolEnd(value)
  const transportStart = i
  i = skipClass(value, i, end, tokenClass)
  if (i === transportStart || !isBlank(value.charCodeAt(i))) {
    throw new SipParseError(400, 'Bad Via', i)
  }
  const transport = transportName(value, transportStart, i)
  return new ParsedVia(value, transport, sentBy(value, skipBlanks(value, i, end)))
}

/** `SIP/2.0/TRANSPORT host:port;params`, in the order of the map. */
export function formatVia(via: Pick<Via, 'transport' | 'host' | 'port' | 'params'>): Octets {
  const host = via.host.includes(':') ? `[${via.host}]` : via.host
  const port = via.port === undefined ? '' : `:${via.port}`
  return `SIP/2.0/${via.transport} ${host}${port}${formatParameters(via.params)}`
}

/**
 * The Via value `value` (already read as `via`) with the sender's true address filled into its
 * first element (RFC 3261 §18.2.1, RFC 3581 §4). A `received` or `rport` value the sender wrote
 * itself is dropped: it could turn our response to somebody else.
 */
export function fillVia(
  value: Octets, via: ParsedVia, rport: number | undefined, received: string | undefined
): Octets {
  if (via.received !== undefined || typeof via.rport === 'number') {
    return rewriteVia(value, via, rport, received)
  }
  const tail = received === undefined ? '' : `;received=${received}`
  if (rport === undefined) return insert(value, via.paramEnd, tail)
  if (via.rport === undefined) return insert(value, via.paramEnd, `;rport=${rport}${tail}`)
  if (via.rportEnd < 0) return rewriteVia(value, via, rport, received)
  return insert(insert(value, via.paramEnd, tail), via.rportEnd, `=${rport}`)
}

function insert(text: Octets, position: number, added: Octets): Octets {
  return text.slice(0, position) + added + text.slice(position)
}

function rewriteVia(
  value: Octets, via: ParsedVia, rport: number | undefined, received: string | undefined
): Octets {
  let text = value.slice(0, via.paramStart)
  const cursor = new ParameterCursor(value, via.paramStart, true)
  let placed = false
  while (cursor.next()) {
    if (isWord(value, cursor.nameStart, cursor.nameEnd, 'received')) continue
    if (isWord(value, cursor.nameStart, cursor.nameEnd, 'rport')) {
      if (!placed) text += rport === undefined ? ';rport' : `;rport=${rport}`
      placed = true
      continue
    }
    const end = cursor.valueStart < 0 ? cursor.nameEnd : cursor.valueEnd
    text += `;${value.slice(cursor.nameStart, end)}`
  }
  if (!placed && rport !== undefined) text += `;rport=${rport}`
  if (received !== undefined) text += `;received=${received}`
  return text + value.slice(via.end)
}

/**
 * `value`, or, if its first element has an illegible tail, as much of it as tells protocol, host
 * and port (RFC 4475 §3.1.2.1); undefined if not even that. For answers to faulty requests.
 */
export function legibleVia(value: Octets): Octets | undefined {
  if (isVia(value)) return value
  const tail = value.search(/[;,]/)
  return tail >= 0 && isVia(value.slice(0, tail)) ? value.slice(0, tail) : undefined
}

function isVia(value: Octets): boolean {
  try {
    return parseVia(value).end > 0
  } catch (error) {
    if (error instanceof SipParseError) return false
    throw error
  }
}

/** Position of the transport in `SIP / 2.0 / UDP`; name and version are tokens (§25.1). */
function protocolEnd(text: Octets): number {
  const nameEnd = skipClass(text, 0, text.length, tokenClass)
  let i = afterSlash(text, nameEnd)
  const versionStart = i
  i = skipClass(text, i, text.length, tokenClass)
  if (nameEnd === 0 || i === versionStart) throw new SipParseError(400, 'Bad Via', 0)
  return afterSlash(text, i)
}

function afterSlash(text: Octets, position: number): number {
  const i = skipBlanks(text, position, text.length)
  if (text.charCodeAt(i) !== slash) throw new SipParseError(400, 'Bad Via', i)
  return skipBlanks(text, i + 1, text.length)
}

function transportName(text: Octets, start: number, end: number): string {
  if (end - start === 3 && text.startsWith('UDP', start)) return 'UDP'
  if (end - start === 3 && text.startsWith('TCP', start)) return 'TCP'
  return text.slice(start, end)
}

function sentBy(text: Octets, start: number): SentBy {
  const end = text.length
  const bracketed = text.charCodeAt(start) === bracketOpen
  const hostStart = bracketed ? start + 1 : start
  let i = skipClass(text, hostStart, end, bracketed ? ipv6Class : hostClass)
  if (i === hostStart) throw new SipParseError(400, 'Bad Via', i)
  const host = text.slice(hostStart, i)
  if (bracketed) {
    if (text.charCodeAt(i) !== bracketClose) throw new SipParseError(400, 'Bad Via', i)
    i++
  }
  const colonAt = skipBlanks(text, i, end)
  if (text.charCodeAt(colonAt) !== colon) return { host, port: undefined, end: i }
  const portStart = skipBlanks(text, colonAt + 1, end)
  i = portStart
  while (i < end && text.charCodeAt(i) >= 0x30 && text.charCodeAt(i) <= 0x39) i++
  const port = decimal(text, portStart, i, 65535)
  if (port < 1) throw new SipParseError(400, 'Bad Via', portStart)
  return { host, port, end: i }
}

/** RFC 5118 §4.5: `received=[::1]` and `received=::1` both occur. */
function withoutBrackets(address: string): string {
  return address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address
}
