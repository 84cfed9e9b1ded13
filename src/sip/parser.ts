/**
 * Octets to a message (RFC 3261 §7, §18.3, §25).
 *
 * One pass cuts the text into fields; values are slices of it. Lenient where peers are sloppy and
 * the meaning is clear: compact names, folded lines, line feeds without CR throughout, blanks
 * before a colon. Strict where two readers could see two different messages: anything but a token
 * as header name, mixed line ends, CR and NUL in values, contradicting repetitions, lengths that
 * do not fit. Checked here once, so that the getters of a parsed message do not throw:
 * top Via, From, To, Call-ID, CSeq. The Request-URI and all other values are judged by who uses
 * them.
 * Cutting a stream into messages is `framer.ts`.
 */
import type { Octets } from './events.ts'
import {
  cr, decimal, isBlank, isToken, isWord, lf, skipClass, space, tokenClass, trimBlanks
} from './characters.ts'
import { SipParseError } from './errors.ts'
import { HeaderLines } from './header-lines.ts'
import { draftName } from './headers.ts'
import { SipMessage } from './message.ts'
import { legibleVia } from './via.ts'

/** RFC 3261 §8.1.1.6, §20.22: Max-Forwards is 0 … 255. */
const maxForwardsLimit = 255

/**
 * Reads one message.
 *
 * `datagram`: without Content-Length the body is the rest of `data`; octets behind the body are
 * ignored. `stream`: `data` is what the framer cut; without Content-Length there is no body.
 * Line ends before the start line are skipped (RFC 3261 §7.5).
 *
 * Throws SipParseError 400, or 505 for a SIP version other than 2.0; see `salvageRequest`.
 */
export function parseMessage(data: Octets, framing: 'datagram' | 'stream'): SipMessage {
  const start = skipLineEnds(data)
  const lines = new HeaderLines(data, start)
  const line = lines.nextStartLine()
  const message = readStartLine(data, line.start, line.end)
  const viaOffset = readFields(message, lines)
  checkMandatory(message)
  const length = contentLength(message, lines.position)
  const available = data.length - lines.position
  if (length > available) throw new SipParseError(400, 'Content Length Mismatch', lines.position)
  const rest = framing === 'datagram' ? available : 0
  const end = lines.position + (length < 0 ? rest : length)
  if (end > lines.position) message.body = data.slice(lines.position, end)
  if (lines.isPlain && isPlainStart(message, data, line.start, line.end)) {
    const raw = start === 0 && end === data.length ? data : data.slice(start, end)
    message.keepRaw(raw, viaOffset - start, length >= 0)
  }
  return message
}

/**
 * What is needed to answer a faulty request without state: its method and URI, all Via, From, To,
 * Call-ID and CSeq as far as they are legible text. Undefined when the data is not a request, when
 * one of these is missing, or when not even host and port of the top Via can be read (what is
 * illegible behind them is cut off). The getters of the result do not throw: an illegible address
 * has no tag, an illegible CSeq is 0. An ACK comes out, too: never answer that (RFC 3261 §17).
 */
export function salvageRequest(data: Octets): SipMessage | undefined {
  const lines = new HeaderLines(data, skipLineEnds(data))
  try {
    const line = lines.nextStartLine()
    const message = readRequestWord(data, line.start, line.end)
    if (message === undefined) return undefined
    while (lines.nextLegible()) salvageField(message, lines)
    if (!salvaged.every((name) => message.has(name))) return undefined
    message.readSalvaged()
    return message
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

const salvaged: readonly string[] = ['Via', 'From', 'To', 'Call-ID', 'CSeq']

/** RFC 3261 §8.2.6.2: a response repeats all Vias, and the others once. */
function salvageField(message: SipMessage, lines: HeaderLines): void {
  const { name } = lines
  if (!salvaged.includes(name)) return
  const isFirst = !message.has(name)
  if (!isFirst && name !== 'Via') return
  const value = isFirst && name === 'Via' ? legibleVia(lines.value) : lines.value
  if (value === undefined) throw new SipParseError(400, 'Bad Via', lines.offset)
  message.append(name, value)
}

/**
 * Reads what an application wrote: a start line (the version may be missing), fields in any letter
 * case, a body behind the first empty line. Content-Length is left out, the body's length counts.
 * No field is mandatory. Lines may end in CRLF or LF; folded lines are refused, since an
 * application does not fold and a value with a line end inside looks just so.
 * Throws SipParseError 400.
 */
export function parseDraft(data: Octets): SipMessage {
  const lines = new HeaderLines(data, skipLineEnds(data), true)
  const line = lines.nextStartLine()
  const message = readDraftStart(data, line.start, line.end)
  while (lines.next()) {
    const name = draftName(lines.name)
    if (name === 'Content-Length') continue
    const isKnown = decisiveBit(name) !== 0 && message.has(name)
    if (!isKnown || !isRepetition(message, name, lines)) message.addParsed(name, lines.value)
  }
  if (lines.position < data.length) message.body = data.slice(lines.position)
  return message
}

/** Adds the fields to `message`; returns the offset of the first Via value. */
function readFields(message: SipMessage, lines: HeaderLines): number {
  let viaOffset = -1
  let seen = 0
  while (lines.next()) {
    const { name, value } = lines
    const bit = decisiveBit(name)
    if (bit !== 0) {
      if ((seen & bit) !== 0 && isRepetition(message, name, lines)) {
        lines.isPlain = false
        continue
      }
      seen |= bit
      if (name === 'Max-Forwards') checkMaxForwards(lines)
    } else if (viaOffset < 0 && name === 'Via') {
      viaOffset = lines.offset
    }
    message.addParsed(name, value)
  }
  return viaOffset
}

/**
 * One bit for each of the headers that decide what a message is, 0 for others. They may not be
 * said twice in two ways: two elements on the path could each believe another one
 * (RFC 4475 §3.3.8, §3.3.9).
 */
function decisiveBit(name: string): number {
  switch (name) {
    case 'From': return 1
    case 'To': return 2
    case 'Call-ID': return 4
    case 'CSeq': return 8
    case 'Content-Length': return 16
    case 'Max-Forwards': return 32
    default: return 0
  }
}

/** Was this said before in the same words? Throws if it was said otherwise. */
function isRepetition(message: SipMessage, name: string, lines: HeaderLines): boolean {
  if (message.get(name) === lines.value) return true
  throw new SipParseError(400, `Repeated ${name} Header`, lines.offset)
}

function checkMaxForwards(lines: HeaderLines): void {
  const { value } = lines
  if (decimal(value, 0, value.length, maxForwardsLimit) < 0) {
    throw new SipParseError(400, 'Bad Max-Forwards', lines.offset)
  }
}

function checkMandatory(message: SipMessage): void {
  message.readMandatory()
  if (message.callId === '') throw new SipParseError(400, 'Empty Call-ID', 0)
  // RFC 3261 §8.1.1.5: the method of CSeq is the request's (RFC 4475 §3.1.2.17, §3.1.2.18).
  if (message.isRequest && message.cseqMethod !== message.method) {
    throw new SipParseError(400, 'CSeq Method Mismatch', 0)
  }
}

/** Content-Length, -1 when absent. No value beyond 2^31 fits anything. */
function contentLength(message: SipMessage, offset: number): number {
  const text = message.get('Content-Length')
  if (text === undefined) return -1
  const length = decimal(text, 0, text.length, 0x7fffffff)
  if (length < 0) throw new SipParseError(400, 'Bad Content-Length', offset)
  return length
}

/** Is the start line as §7.1 and §7.2 write it, without what only a lenient reader accepts? */
function isPlainStart(message: SipMessage, data: Octets, start: number, end: number): boolean {
  if (message.isRequest) return data.startsWith(' SIP/2.0', end - 8)
  return data.startsWith('SIP/2.0 ', start) && data.charCodeAt(start + 11) === space
}

function skipLineEnds(data: Octets): number {
  let i = 0
  while (data.charCodeAt(i) === cr || data.charCodeAt(i) === lf) i++
  return i
}

const methods = [
  'INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'REFER',
  'NOTIFY', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH'
]

/** The method from `start` to `end`; a known one is always the same string object. */
function methodName(data: Octets, start: number, end: number): string {
  for (let i = 0; i < methods.length; i++) {
    const method = methods[i] ?? ''
    if (method.length === end - start && data.startsWith(method, start)) return method
  }
  const method = data.slice(start, end)
  if (!isToken(method)) throw new SipParseError(400, 'Malformed Request Line', start)
  return method
}

function readStartLine(data: Octets, start: number, lineEnd: number): SipMessage {
  // Blanks at the end of the line are harmless (RFC 4475 §3.1.2.16).
  const end = trimBlanks(data, start, lineEnd)
  const wordEnd = data.indexOf(' ', start)
  if (wordEnd < 0 || wordEnd >= end) throw new SipParseError(400, 'Malformed Start Line', start)
  if (isWord(data, start, start + 4, 'sip/')) return readStatusLine(data, start, wordEnd, end)
  const uriStart = wordEnd + 1
  const uriEnd = data.indexOf(' ', uriStart)
  // One space each (RFC 4475 §3.1.2.8, §3.1.2.9); a URI in angle brackets is none (§3.1.2.7).
  const isSplit = uriEnd > uriStart && uriEnd < end && data.charAt(uriStart) !== '<'
  if (!isSplit) throw new SipParseError(400, 'Malformed Request Line', start)
  const method = methodName(data, start, wordEnd)
  checkVersion(data, uriEnd + 1, end)
  const uri = data.slice(uriStart, uriEnd)
  if (!isVisible(uri)) throw new SipParseError(400, 'Malformed Request-URI', uriStart)
  return SipMessage.request(method, uri)
}

/** RFC 3261 §7.1: the version is written in capitals, and read in any case. */
function checkVersion(data: Octets, start: number, end: number): void {
  if (end - start === 7 && data.startsWith('SIP/2.0', start)) return
  if (isWord(data, start, end, 'sip/2.0')) return
  const isOther = isWord(data, start, start + 4, 'sip/') && !data.slice(start, end).includes(' ')
  throw isOther
    ? new SipParseError(505, 'Version Not Supported', start)
    : new SipParseError(400, 'Malformed Request Line', start)
}

function readStatusLine(data: Octets, start: number, versionEnd: number, end: number): SipMessage {
  if (!isWord(data, start, versionEnd, 'sip/2.0')) {
    throw new SipParseError(505, 'Version Not Supported', start)
  }
  const codeStart = versionEnd + 1
  const codeEnd = codeStart + 3
  const status = decimal(data, codeStart, codeEnd, 699)
  // The reason may be empty, and the space before it may be missing then (RFC 4475 §3.1.1.13).
  const isCut = codeEnd === end || (codeEnd < end && data.charCodeAt(codeEnd) === space)
  if (status < 100 || !isCut) throw new SipParseError(400, 'Malformed Status Line', codeStart)
  return SipMessage.response(status, data.slice(codeEnd + 1, end))
}

/** The first line as far as a response needs it: a method, and whatever stands for the URI. */
function readRequestWord(data: Octets, start: number, end: number): SipMessage | undefined {
  const wordEnd = skipClass(data, start, end, tokenClass)
  if (wordEnd === start || !isBlank(data.charCodeAt(wordEnd))) return undefined
  const rest = data.slice(wordEnd, end).trim()
  const uriEnd = rest.lastIndexOf(' ')
  return SipMessage.request(methodName(data, start, wordEnd), rest.slice(0, Math.max(0, uriEnd)))
}

function readDraftStart(data: Octets, start: number, lineEnd: number): SipMessage {
  const end = trimBlanks(data, start, lineEnd)
  if (isWord(data, start, start + 8, 'sip/2.0 ')) {
    return readStatusLine(data, start, start + 7, end)
  }
  const parts = data.slice(start, end).split(' ')
  const [method = '', uri = '', version = 'SIP/2.0'] = parts
  const isLegal = uri !== '' && parts.length <= 3
  if (!isLegal || !isWord(version, 0, version.length, 'sip/2.0')) {
    throw new SipParseError(400, 'Malformed Request Line', start)
  }
  if (!isVisible(uri)) throw new SipParseError(400, 'Malformed Request-URI', start)
  return SipMessage.request(methodName(method, 0, method.length), uri)
}

/**
 * Nothing but visible ASCII, as in every URI (RFC 3261 §25.1). What comes after us may take other
 * octets for blanks: as Unicode C2 A0 is one.
 */
function isVisible(uri: Octets): boolean {
  for (let i = 0; i < uri.length; i++) {
    const code = uri.charCodeAt(i)
    if (code <= space || code >= 0x7f) return false
  }
  return true
}
