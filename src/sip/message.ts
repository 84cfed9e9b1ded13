/**
 * A SIP message in memory (RFC 3261 §7): start line, header fields in wire order, body.
 *
 * Values are text; the few that every layer asks for (Via, From, To, CSeq) are read once and kept.
 * Reading a message from the wire is `parser.ts`, writing it `serializer.ts`. A message that came
 * from the wire remembers its text until it is changed: nothing is written anew without need.
 */
import type { NameAddr } from './address.ts'
import type { Octets } from './events.ts'
import type { ParsedVia } from './via.ts'
import { parseAnsweredTo, parseNameAddr } from './address.ts'
import { decimal, isBlank, skipBlanks, skipClass, tokenClass } from './characters.ts'
import { SipParseError } from './errors.ts'
import { canonicalName, headerField, sameName } from './headers.ts'
import { splitList } from './parameters.ts'
import { parseVia } from './via.ts'

/** RFC 3261 §8.1.1.5: a CSeq number is less than 2^31 (§20.16 lets peers use 32 bits). */
const maxCseq = 2 ** 32 - 1

export class SipMessage {
  /** Names in canonical form ('Via', 'Call-ID'; unknown ones as written), parallel to `values`. */
  readonly names: readonly string[] = []
  /** Whole field values, unfolded and trimmed, never with CR or LF inside, parallel to `names`. */
  readonly values: readonly Octets[] = []
  private methodText = ''
  private uriText: Octets = ''
  private statusCode = 0
  private reasonText: Octets = ''
  private bodyText: Octets = ''
  private wireText: Octets | undefined = undefined
  private wireVia = -1
  private wireHasLength = false
  private viaRead: ParsedVia | undefined = undefined
  private fromRead: NameAddr | undefined = undefined
  private toRead: NameAddr | undefined = undefined
  private cseqNumberRead = -1
  private cseqMethodRead = ''

  /** A request without header fields. */
  static request(method: string, uri: Octets): SipMessage {
    const message = new SipMessage()
    message.methodText = method
    message.uriText = uri
    return message
  }

  /** A response without header fields. */
  static response(status: number, reason: Octets): SipMessage {
    const message = new SipMessage()
    message.statusCode = status
    message.reasonText = reason
    return message
  }

  /** Method of a request, '' in a response. */
  get method(): string {
    return this.methodText
  }

  set method(method: string) {
    this.methodText = method
    this.wireText = undefined
  }

  /** Request-URI, '' in a response. Any text without blanks: judge it with `parseUri`. */
  get uri(): Octets {
    return this.uriText
  }

  set uri(uri: Octets) {
    this.uriText = uri
    this.wireText = undefined
  }

  /** Status code of a response, 0 in a request. */
  get status(): number {
    return this.statusCode
  }

  set status(status: number) {
    this.statusCode = status
    this.wireText = undefined
  }

  /** Reason phrase of a response, '' in a request. */
  get reason(): Octets {
    return this.reasonText
  }

  set reason(reason: Octets) {
    this.reasonText = reason
    this.wireText = undefined
  }

  get body(): Octets {
    return this.bodyText
  }

  set body(body: Octets) {
    this.bodyText = body
    this.wireText = undefined
  }

  get isRequest(): boolean {
    return this.methodText !== ''
  }

  /**
   * The text as received from start line to end of body; undefined when the message was made here,
   * was changed since, or was written unusually (folded lines, bare line feeds, blanks before a
   * colon), because a second reader might see other fields in such a text than this one did.
   */
  get raw(): Octets | undefined {
    return this.wireText
  }

  /** `raw`, if its Content-Length tells the length of the body. */
  get completeRaw(): Octets | undefined {
    return this.wireHasLength ? this.wireText : undefined
  }

  /** Offset of the first Via value in `raw`. */
  get rawViaOffset(): number {
    return this.wireVia
  }

  /** For the parser: the text that this message was read from. */
  keepRaw(raw: Octets, viaOffset: number, hasLength: boolean): void {
    this.wireText = raw
    this.wireVia = viaOffset
    this.wireHasLength = hasLength
  }

  /** For the parser: a field at the end, name canonical and value checked already. */
  addParsed(name: string, value: Octets): void {
    this.mutableNames.push(name)
    this.mutableValues.push(value)
  }

  /** The first Via field gets another value; those below it stay. */
  replaceTopVia(value: Octets): void {
    this.change('Via', value)
    this.mutableValues[this.indexOf('Via')] = value
  }

  /**
   * First field of that canonical name, or undefined. A name outside the header table is found in
   * any letter case.
   */
  get(name: string): Octets | undefined {
    const at = this.indexOf(name)
    return at < 0 ? undefined : this.values[at]
  }

  /** All elements of a list header, comma lists split, in order; whole fields of other headers. */
  list(name: string): Octets[] {
    const isList = headerField(name)?.multiplicity === 'list'
    const elements: Octets[] = []
    for (let i = this.indexOf(name); i >= 0; i = this.indexOf(name, i + 1)) {
      const value = this.values[i] ?? ''
      if (isList && value.includes(',')) elements.push(...splitList(value))
      else elements.push(value)
    }
    return elements
  }

  has(name: string): boolean {
    return this.indexOf(name) >= 0
  }

  /** Makes `value` the only field of that name, in the place of the first one. */
  set(name: string, value: Octets): void {
    const at = this.indexOf(name)
    if (at < 0) {
      this.append(name, value)
      return
    }
    this.change(name, value)
    this.mutableValues[at] = value
    for (let i = this.indexOf(name, at + 1); i >= 0; i = this.indexOf(name, i)) this.removeAt(i)
  }

  /** Adds a field behind all others. */
  append(name: string, value: Octets): void {
    this.change(name, value)
    this.mutableNames.push(name)
    this.mutableValues.push(value)
  }

  /** Adds a field before the first one of that name, else before all others. */
  prepend(name: string, value: Octets): void {
    const at = Math.max(0, this.indexOf(name))
    this.change(name, value)
    this.mutableNames.splice(at, 0, name)
    this.mutableValues.splice(at, 0, value)
  }

  /** Removes all fields of that name. */
  remove(name: string): void {
    for (let i = this.indexOf(name); i >= 0; i = this.indexOf(name, i)) {
      this.change(name, '')
      this.removeAt(i)
    }
  }

  /** A copy that can be changed without changing this one. */
  clone(): SipMessage {
    const copy = new SipMessage()
    copy.methodText = this.methodText
    copy.uriText = this.uriText
    copy.statusCode = this.statusCode
    copy.reasonText = this.reasonText
    copy.bodyText = this.bodyText
    copy.wireText = this.wireText
    copy.wireVia = this.wireVia
    copy.wireHasLength = this.wireHasLength
    copy.mutableNames.push(...this.names)
    copy.mutableValues.push(...this.values)
    return copy
  }

  /** Throws SipParseError when missing. */
  get callId(): Octets {
    return this.required('Call-ID')
  }

  /** Number of CSeq, 0 … 2^32-1. Throws SipParseError when missing or malformed. */
  get cseqNumber(): number {
    if (this.cseqNumberRead < 0) this.readCseq()
    return this.cseqNumberRead
  }

  /** Method of CSeq. Throws SipParseError when missing or malformed. */
  get cseqMethod(): string {
    if (this.cseqNumberRead < 0) this.readCseq()
    return this.cseqMethodRead
  }

  /** Throws SipParseError when missing or malformed. */
  get from(): NameAddr {
    this.fromRead ??= parseNameAddr(this.required('From'))
    return this.fromRead
  }

  /** Throws SipParseError when missing or malformed. */
  get to(): NameAddr {
    this.toRead ??= this.readTo()
    return this.toRead
  }

  private readTo(): NameAddr {
    const value = this.required('To')
    return this.status > 0 ? parseAnsweredTo(value) : parseNameAddr(value)
  }

  /** Tag of From, '' if there is none. Throws as `from`. */
  get fromTag(): Octets {
    return this.from.tag ?? ''
  }

  /** Tag of To, '' if there is none. Throws as `to`. */
  get toTag(): Octets {
    return this.to.tag ?? ''
  }

  /** First element of the first Via. Throws SipParseError when missing or malformed. */
  get topVia(): ParsedVia {
    this.viaRead ??= parseVia(this.required('Via'))
    return this.viaRead
  }

  /**
   * Reads Via, From, To and CSeq now, so that their getters will not throw later. Throws
   * SipParseError when one is missing or malformed (RFC 3261 §8.1.1).
   */
  readMandatory(): void {
    this.viaRead = parseVia(this.required('Via'))
    this.fromRead = parseNameAddr(this.required('From'))
    this.toRead = this.readTo()
    this.readCseq()
  }

  /**
   * For a message that could not be parsed: what cannot be read of From, To and CSeq is taken as an
   * address without tag and as number 0, so that their getters do not throw while it is answered.
   */
  readSalvaged(): void {
    this.fromRead = addressOrText(this.get('From') ?? '')
    this.toRead = addressOrText(this.get('To') ?? '')
    try {
      this.readCseq()
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
      this.cseqNumberRead = 0
      this.cseqMethodRead = this.methodText
    }
  }

  /** The lists are readonly for all others, who would change them without dropping `raw`. */
  private get mutableNames(): string[] {
    return this.names as string[]
  }

  private get mutableValues(): Octets[] {
    return this.values as Octets[]
  }

  /** Index of the first field of that name at or after `start`, or -1. */
  private indexOf(name: string, start = 0): number {
    const { names } = this
    for (let i = start; i < names.length; i++) if (names[i] === name) return i
    if (headerField(name) !== undefined) return -1
    for (let i = start; i < names.length; i++) if (sameName(names[i] ?? '', name)) return i
    return -1
  }

  private removeAt(index: number): void {
    this.mutableNames.splice(index, 1)
    this.mutableValues.splice(index, 1)
  }

  private required(name: string): Octets {
    const value = this.get(name)
    if (value === undefined) throw new SipParseError(400, `Missing ${name} Header`, 0)
    return value
  }

  /** Forgets what was read from a header that changes, and the text of the whole. */
  private change(name: string, value: Octets): void {
    // The last wall against header injection; whoever makes a value must have refused this before.
    if (value.includes('\n') || value.includes('\r')) {
      throw new Error(`value of ${canonicalName(name)} holds a line end`)
    }
    this.wireText = undefined
    switch (name) {
      case 'Via': this.viaRead = undefined; break
      case 'From': this.fromRead = undefined; break
      case 'To': this.toRead = undefined; break
      case 'CSeq': this.cseqNumberRead = -1; break
    }
  }

  private readCseq(): void {
    const value = this.required('CSeq')
    const digits = skipClass(value, 0, value.length, tokenClass)
    const number = decimal(value, 0, digits, maxCseq)
    const methodStart = skipBlanks(value, digits, value.length)
    const methodEnd = skipClass(value, methodStart, value.length, tokenClass)
    const isWhole = methodEnd === value.length && methodEnd > methodStart
    if (number < 0 || !isWhole || !isBlank(value.charCodeAt(digits))) {
      throw new SipParseError(400, 'Bad CSeq', 0)
    }
    this.cseqMethodRead = value.slice(methodStart)
    this.cseqNumberRead = number
  }
}

function addressOrText(value: Octets): NameAddr {
  try {
    return parseNameAddr(value)
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error
    return { displayName: '', uri: value, params: new Map(), tag: undefined }
  }
}
