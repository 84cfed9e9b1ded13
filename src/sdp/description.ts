/**
 * Session descriptions (RFC 8866): text to value and back. Everything is kept that the RFC defines,
 * in its order, so that a description of ours prints as it was read. Lenient where peers are known
 * to be careless (line ends, order, unknown lines, control characters), bounded everywhere. What an
 * offer means is offer-answer.ts.
 */
import { SdpParseError } from './errors.ts'
import type { SdpFault } from './errors.ts'

/** Bounds on what is read. A description in the field has 1–3 kB and 1–3 streams. */
export const sdpLimits = {
  octets: 64 * 1024,
  lines: 2000,
  /** One line; fmtp lines of video reach some hundred. */
  lineOctets: 4096,
  streams: 32,
  /** Payload types of one stream: there are 128. */
  formats: 128,
  /** Media type, protocol, format, network type. */
  tokenOctets: 255,
} as const

/** `a=name` or `a=name:value`. */
export interface Attribute {
  readonly name: string
  readonly value: string | undefined
}

/** c= line. `address` may carry a TTL or count, as multicast does. */
export interface Connection {
  readonly networkType: string
  readonly addressType: string
  readonly address: string
}

/** o= line. The numbers may exceed 2^53 and stay text. */
export interface Origin extends Connection {
  readonly user: string
  readonly sessionId: string
  readonly version: string
}

/** m= line and what follows it. */
export interface Stream {
  readonly media: string
  /** 0 = refused or ended. */
  readonly port: number
  /** Number of ports, usually 1. */
  readonly portCount: number
  readonly protocol: string
  readonly formats: readonly string[]
  readonly title?: string | undefined
  readonly connection?: Connection | undefined
  /** b= lines, e.g. 'AS:64'. */
  readonly bandwidths: readonly string[]
  readonly key?: string | undefined
  readonly attributes: readonly Attribute[]
}

/** t= line with its r= lines, as text. */
export interface Timing {
  readonly time: string
  readonly repeats: readonly string[]
}

/** A whole description. */
export interface Description {
  readonly origin: Origin
  readonly name: string
  readonly info?: string | undefined
  readonly uri?: string | undefined
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly connection?: Connection | undefined
  readonly bandwidths: readonly string[]
  readonly timings: readonly Timing[]
  readonly zone?: string | undefined
  readonly key?: string | undefined
  readonly attributes: readonly Attribute[]
  readonly streams: readonly Stream[]
}

/** What an absent o= line is taken for: some gateways of the field leave it out. */
const unknownOrigin: Origin = {
  user: '-', sessionId: '0', version: '0',
  networkType: 'IN', addressType: 'IP4', address: '0.0.0.0',
}

type Loose<T> = {
  -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key]
}
type OpenTiming = Loose<Timing>
type OpenStream = Loose<Stream>
type OpenDescription = Loose<Omit<Description, 'streams' | 'timings'>>
  & { streams: OpenStream[], timings: OpenTiming[] }

/** Reads a description; lines may end with CRLF, LF or the text. Throws SdpParseError. */
export function parseDescription(text: string): Description {
  return new Reader(text).read()
}

class Reader {
  readonly #text: string
  #line = 0
  readonly #session: OpenDescription = {
    origin: unknownOrigin, name: '-', emails: [], phones: [], bandwidths: [], timings: [],
    attributes: [], streams: [],
  }

  #stream: OpenStream | undefined

  constructor(text: string) {
    this.#text = text
  }

  read(): Description {
    const text = this.#text
    if (text.length > sdpLimits.octets) throw this.#error('sdp_too_large', 'description too long')
    let at = 0
    while (at < text.length) {
      let end = text.indexOf('\n', at)
      if (end < 0) end = text.length
      const next = end + 1
      while (end > at && text.charCodeAt(end - 1) === 0x0d) end--
      if (end > at) this.#take(at, end)
      at = next
    }
    if (this.#line === 0) throw this.#error('sdp_version', 'empty description')
    return this.#session
  }

  #take(from: number, end: number): void {
    const line = ++this.#line
    if (line > sdpLimits.lines) throw this.#error('sdp_too_large', 'too many lines')
    if (end - from > sdpLimits.lineOctets) throw this.#error('sdp_too_large', 'line too long')
    const text = this.#text
    const type = text.charCodeAt(from + 1) === 0x3d ? text.charAt(from) : ''
    const value = text.slice(from + 2, end)
    if (line === 1 && (type !== 'v' || value.trim() !== '0')) {
      throw this.#error('sdp_version', 'version is not 0')
    }
    // NUL and a lone CR are not byte-string (RFC 8866 §9): what they stand in is nothing to act
    // upon.
    if (hasForbidden(value)) return
    if (type === 'm') this.#startStream(value)
    else if (this.#stream !== undefined) this.#takeStreamLine(this.#stream, type, value)
    else this.#takeSessionLine(type, value)
  }

  #takeSessionLine(type: string, value: string): void {
    const session = this.#session
    switch (type) {
      case 'o': session.origin = this.#origin(value); break
      case 's': session.name = value; break
      case 'i': session.info ??= value; break
      case 'u': session.uri ??= value; break
      case 'e': session.emails.push(value); break
      case 'p': session.phones.push(value); break
      case 'c': session.connection ??= this.#connection(value); break
      case 'b': if (value.includes(':')) session.bandwidths.push(value); break
      case 't': session.timings.push({ time: value, repeats: [] }); break
      case 'r': session.timings.at(-1)?.repeats.push(value); break
      case 'z': session.zone ??= value; break
      case 'k': session.key ??= value; break
      case 'a': pushAttribute(session.attributes, value); break
      default: // v again, or a type that RFC 8866 §5 does not know and tells to ignore
    }
  }

  #takeStreamLine(stream: OpenStream, type: string, value: string): void {
    switch (type) {
      case 'i': stream.title ??= value; break
      // RFC 8866 §5.7 allows several for multicast layers; the first is the address.
      case 'c': stream.connection ??= this.#connection(value); break
      // Without a colon it says nothing (CVE-2026-46334 is a parser that looked behind it).
      case 'b': if (value.includes(':')) stream.bandwidths.push(value); break
      case 'k': stream.key ??= value; break
      case 'a': pushAttribute(stream.attributes, value); break
      default: // as above
    }
  }

  /** m=<media> <port>[/<count>] <proto> <fmt> … */
  #startStream(value: string): void {
    if (this.#session.streams.length >= sdpLimits.streams) {
      throw this.#error('sdp_too_large', 'too many streams')
    }
    const words = value.split(' ').filter((word) => word !== '')
    const [media, ports, protocol, ...formats] = words
    if (media === undefined || ports === undefined || protocol === undefined) {
      throw this.#error('sdp_media', 'm= line of too few fields')
    }
    if (words.some((word) => word.length > sdpLimits.tokenOctets)) {
      throw this.#error('sdp_too_large', 'token too long')
    }
    if (formats.length > sdpLimits.formats) throw this.#error('sdp_too_large', 'too many formats')
    const slash = ports.indexOf('/')
    const port = smallNumber(slash < 0 ? ports : ports.slice(0, slash))
    const portCount = slash < 0 ? 1 : smallNumber(ports.slice(slash + 1))
    if (port > 65535 || portCount > 65535) {
      throw this.#error('sdp_media', 'm= line with a port that is none')
    }
    this.#stream = {
      media, port, portCount, protocol, formats: [...new Set(formats)],
      bandwidths: [], attributes: [],
    }
    this.#session.streams.push(this.#stream)
  }

  #origin(value: string): Origin {
    const [user, sessionId, version, ...rest] = value.split(' ').filter((word) => word !== '')
    const connection = rest.length === 3 ? connectionOf(rest) : undefined
    if (user === undefined || sessionId === undefined || version === undefined || !connection) {
      throw this.#error('sdp_origin', 'o= line of too few fields')
    }
    return { user, sessionId, version, ...connection }
  }

  #connection(value: string): Connection {
    const connection = connectionOf(value.split(' ').filter((word) => word !== ''))
    if (connection === undefined) throw this.#error('sdp_connection', 'c= line of too few fields')
    return connection
  }

  #error(code: SdpFault, reason: string): SdpParseError {
    return new SdpParseError(code, this.#line, reason)
  }
}

function connectionOf(words: readonly string[]): Connection | undefined {
  const [networkType, addressType, address] = words
  if (networkType === undefined || addressType === undefined) return undefined
  if (address === undefined) return undefined
  if (words.some((word) => word.length > sdpLimits.tokenOctets)) return undefined
  return { networkType, addressType, address }
}

function pushAttribute(attributes: Attribute[], value: string): void {
  const colon = value.indexOf(':')
  const name = colon < 0 ? value : value.slice(0, colon)
  if (name !== '') attributes.push({ name, value: colon < 0 ? undefined : value.slice(colon + 1) })
}

/** Decimal digits up to 99999; anything else is Infinity. */
function smallNumber(text: string): number {
  if (text.length === 0 || text.length > 5) return Infinity
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x30 || code > 0x39) return Infinity
  }
  return Number(text)
}

function hasForbidden(value: string): boolean {
  return value.includes('\0') || value.includes('\r')
}

/** Prints a description, every line ended with CRLF, in the order of RFC 8866 §5. */
export function formatDescription(description: Description): string {
  const lines = ['v=0', `o=${formatOrigin(description.origin)}`, `s=${description.name}`]
  pushSome(lines, 'i', description.info)
  pushSome(lines, 'u', description.uri)
  for (const email of description.emails) lines.push(`e=${email}`)
  for (const phone of description.phones) lines.push(`p=${phone}`)
  pushSome(lines, 'c', description.connection && formatConnection(description.connection))
  for (const bandwidth of description.bandwidths) lines.push(`b=${bandwidth}`)
  for (const timing of description.timings) {
    lines.push(`t=${timing.time}`)
    for (const repeat of timing.repeats) lines.push(`r=${repeat}`)
  }
  pushSome(lines, 'z', description.zone)
  pushSome(lines, 'k', description.key)
  for (const attribute of description.attributes) lines.push(formatAttribute(attribute))
  for (const stream of description.streams) pushStream(lines, stream)
  lines.push('')
  return lines.join('\r\n')
}

function pushStream(lines: string[], stream: Stream): void {
  const count = stream.portCount === 1 ? '' : `/${stream.portCount}`
  const formats = stream.formats.map((format) => ` ${format}`).join('')
  lines.push(`m=${stream.media} ${stream.port}${count} ${stream.protocol}${formats}`)
  pushSome(lines, 'i', stream.title)
  pushSome(lines, 'c', stream.connection && formatConnection(stream.connection))
  for (const bandwidth of stream.bandwidths) lines.push(`b=${bandwidth}`)
  pushSome(lines, 'k', stream.key)
  for (const attribute of stream.attributes) lines.push(formatAttribute(attribute))
}

function pushSome(lines: string[], type: string, value: string | undefined): void {
  if (value !== undefined) lines.push(`${type}=${value}`)
}

function formatOrigin(origin: Origin): string {
  return `${origin.user} ${origin.sessionId} ${origin.version} ${formatConnection(origin)}`
}

function formatConnection({ networkType, addressType, address }: Connection): string {
  return `${networkType} ${addressType} ${address}`
}

function formatAttribute({ name, value }: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`
}
