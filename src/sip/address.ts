/**
 * name-addr and addr-spec: the values of From, To, Contact, Route, Refer-To and their like
 * (RFC 3261 §20.10, §25.1). Finds the parts; the URI inside stays text (`uri.ts` reads it).
 */
import type { Octets } from './events.ts'
import {
  comma, greaterThan, isBlank, isWord, lessThan, questionMark, quote, semicolon, skipBlanks,
  skipQuoted, trimBlanks
} from './characters.ts'
import { SipParseError } from './errors.ts'
import type { Parameters } from './parameters.ts'
import {
  formatParameters, ParameterCursor, parseParameters, quoteText, unquote
} from './parameters.ts'

/** A display name, a URI and header parameters. `tag` is the parameter of that name. */
export interface NameAddr {
  /** Without quotes and quoted-pairs; '' when there is none. */
  readonly displayName: Octets
  /** URI text without angle brackets. */
  readonly uri: Octets
  readonly params: Parameters
  readonly tag: Octets | undefined
}

/** One address in its header value; display name and parameters are cut out when asked for. */
class ParsedAddress implements NameAddr {
  readonly uri: Octets
  readonly tag: Octets | undefined
  /** Position after this address: the end of the text, or the comma before the next one. */
  readonly end: number
  private readonly text: Octets
  private readonly nameStart: number
  private readonly nameEnd: number
  private readonly paramStart: number
  private readonly inList: boolean
  private paramMap: Parameters | undefined = undefined

  constructor(text: Octets, spans: AddressSpans, inList: boolean, firstTagCounts: boolean) {
    this.text = text
    this.nameStart = spans.nameStart
    this.nameEnd = spans.nameEnd
    this.uri = spans.uri
    this.paramStart = spans.paramStart
    this.inList = inList
    const cursor = new ParameterCursor(text, spans.paramStart, inList)
    this.tag = findTag(cursor, firstTagCounts)
    this.end = cursor.position
  }

  get displayName(): Octets {
    return unquote(this.text.slice(this.nameStart, this.nameEnd))
  }

  get params(): Parameters {
    this.paramMap ??= parseParameters(this.text, this.paramStart, this.inList)
    return this.paramMap
  }
}

function findTag(cursor: ParameterCursor, firstTagCounts: boolean): Octets | undefined {
  let tag: Octets | undefined
  while (cursor.next()) {
    if (!isWord(cursor.text, cursor.nameStart, cursor.nameEnd, 'tag')) continue
    // Two tags would let two elements see two dialogs: RFC 3261 §7.3.1 forbids the repetition.
    if (tag !== undefined && firstTagCounts) continue
    if (tag !== undefined) throw new SipParseError(400, 'Repeated Tag', cursor.nameStart)
    tag = cursor.currentValue ?? ''
  }
  return tag
}

interface AddressSpans {
  nameStart: number
  nameEnd: number
  uri: Octets
  paramStart: number
}

/**
 * Reads a value that holds one address, such as From or To. Lenient: the display name may hold
 * characters beyond tokens without quotes, blanks may stand inside the brackets. Throws
 * SipParseError 400.
 */
export function parseNameAddr(value: Octets): NameAddr {
  return parseAddress(value, 0, false)
}

/**
 * The To of a response: some peers (SIPp's scenarios among them) add their tag to one that is
 * there. The first is the one that their request or ours carried; what follows is passed over.
 */
export function parseAnsweredTo(value: Octets): NameAddr {
  return parseAddress(value, 0, false, true)
}

/** Reads a comma list of addresses, such as Route. Throws SipParseError 400. */
export function parseAddressList(value: Octets): NameAddr[] {
  const addresses: NameAddr[] = []
  let position = 0
  for (;;) {
    const address = parseAddress(value, position, true)
    addresses.push(address)
    if (address.end >= value.length) return addresses
    position = address.end + 1
  }
}

/**
 * Reads the values of all Contact fields of a message: `*` alone (a REGISTER that removes every
 * binding, RFC 3261 §10.2.2), or addresses. Throws SipParseError 400.
 */
export function parseContacts(values: readonly Octets[]): NameAddr[] | '*' {
  if (values.length === 1 && values[0] === '*') return '*'
  return values.flatMap((value) => parseAddressList(value))
}

/** `"Display" <uri>;params`. The brackets are always written (RFC 3261 §20.10 wants them often). */
export function formatNameAddr(address: Pick<NameAddr, 'displayName' | 'uri' | 'params'>): Octets {
  const name = address.displayName === '' ? '' : `${quoteText(address.displayName)} `
  return `${name}<${address.uri}>${formatParameters(address.params)}`
}

function parseAddress(
  text: Octets, position: number, inList: boolean, firstTagCounts = false,
): ParsedAddress {
  const start = skipBlanks(text, position, text.length)
  const open = openingBracket(text, start, inList)
  const spans = open < 0 ? addrSpec(text, start, inList) : nameAddr(text, start, open)
  // Every URI has a scheme; what it is, and the rest, is judged by who uses the URI.
  if (spans.uri.indexOf(':') < 1) throw new SipParseError(400, 'Malformed Address', start)
  return new ParsedAddress(text, spans, inList, firstTagCounts)
}

/** Position of the `<` of this element, or -1 when it is a bare URI. */
function openingBracket(text: Octets, start: number, inList: boolean): number {
  if (text.charCodeAt(start) === quote) {
    const after = skipQuoted(text, start, text.length)
    if (after < 0) throw new SipParseError(400, 'Unbalanced Quotes', start)
    const open = skipBlanks(text, after, text.length)
    if (text.charCodeAt(open) !== lessThan) throw new SipParseError(400, 'Malformed Address', open)
    return open
  }
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === lessThan) return i
    // A bare URI comes to its parameters, or a list to its next element, before any bracket.
    if (code === semicolon || (code === comma && inList)) return -1
    if (code === comma || code === quote || code === greaterThan) {
      throw new SipParseError(400, 'Malformed Address', i)
    }
  }
  return -1
}

function nameAddr(text: Octets, start: number, open: number): AddressSpans {
  const close = text.indexOf('>', open)
  if (close < 0) throw new SipParseError(400, 'Unbalanced Brackets', open)
  const uriStart = skipBlanks(text, open + 1, close)
  const uriEnd = trimBlanks(text, uriStart, close)
  const uri = text.slice(uriStart, uriEnd)
  if (uri.includes('<') || uri.includes(' ') || uri.includes('\t')) {
    throw new SipParseError(400, 'Malformed Address', uriStart)
  }
  return { nameStart: start, nameEnd: trimBlanks(text, start, open), uri, paramStart: close + 1 }
}

/**
 * A bare URI ends at the first semicolon: the parameters behind it belong to the header
 * (RFC 3261 §20.10).
 */
function addrSpec(text: Octets, start: number, inList: boolean): AddressSpans {
  let i = start
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === semicolon || isBlank(code) || (code === comma && inList)) break
    // Such a URI must stand in brackets (RFC 3261 §20.10; RFC 4475 §3.3.11).
    if (code === questionMark) throw new SipParseError(400, 'Malformed Address', i)
  }
  return { nameStart: start, nameEnd: start, uri: text.slice(start, i), paramStart: i }
}
