/**
 * The SIP ladder of a call as it is kept: what the application saw of each message, in order. Made
 * by `app`, stored by `store`, shown by `api`; here are its shape and its text, cleaned of what
 * nobody may read later: credentials (RFC 7616), keys of media (RFC 4568), keys pressed (RFC 6086).
 * It draws nothing and knows no call.
 */

/** Between which addresses a message went; '' where it was not told. */
export interface LadderWire {
  /** 'udp', 'tcp', 'tls' … */
  readonly protocol: string
  /** 'host:port' of the other side. */
  readonly remote: string
  /** 'host:port' of ours. */
  readonly local: string
}

export interface LadderEntry {
  /** Milliseconds since the INVITE. */
  readonly atMs: number
  /** 'caller', or the id of a leg. */
  readonly lane: string
  readonly direction: 'in' | 'out'
  /** Of the request, or of the request that this answers. */
  readonly method: string
  /** null: a request. */
  readonly status: number | null
  readonly line: string
  readonly hasSdp: boolean
  /** '' when it is beyond the bound of a call. */
  readonly text: string
  /** false: put together of what was ordered; the server did not tell how it went out. */
  readonly exact: boolean
  readonly wire: LadderWire
}

export interface CallLadder {
  /** Milliseconds since 1970 of the INVITE. */
  readonly startedAt: number
  readonly entries: readonly LadderEntry[]
  readonly leftOut: { readonly messages: number; readonly texts: number }
}

const cut = '(cut)'
/** Headers whose value is replaced, lower case. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization', 'proxy-authorization', 'authentication-info', 'proxy-authentication-info',
])
/** What stands for an octet of a secret in a body: its length stays. */
const veil = 'x'

/**
 * A message without credentials, keys of SRTP and pressed keys. Lines that are not understood stay;
 * the length of the body is kept, so that Content-Length stays true.
 */
export function cleanMessage(text: string): string {
  const headEnd = text.indexOf('\r\n\r\n')
  const head = headEnd < 0 ? text : text.slice(0, headEnd)
  const body = headEnd < 0 ? '' : text.slice(headEnd + 4)
  const cleanHead = cleanHeaders(head)
  if (headEnd < 0) return cleanHead
  return `${cleanHead}\r\n\r\n${body === '' ? '' : cleanBody(head, body)}`
}

/** First line of a message. */
export function firstLine(text: string): string {
  const end = text.indexOf('\r\n')
  return end < 0 ? text : text.slice(0, end)
}

/** Whether a message carries a session description. */
export function carriesSdp(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n')
  return headEnd >= 0 && headEnd + 4 < text.length && text.includes('application/sdp')
}

/** A request as far as it was ordered: without what the server adds (Via, From, To, CSeq …). */
export function orderedRequest(
  method: string, uri: string, headers: Readonly<Record<string, string>>, body: string,
): string {
  return `${method} ${uri} SIP/2.0\r\n${headerLines(headers)}\r\n${body}`
}

/** A response as far as it was ordered, with what it takes over from the request it answers. */
export function orderedResponse(
  status: number, phrase: string, headers: Readonly<Record<string, string>>, body: string,
  request: string,
): string {
  return `SIP/2.0 ${status} ${phrase}\r\n${takenOver(request)}${headerLines(headers)}\r\n${body}`
}

function headerLines(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`
  return lines
}

/** RFC 3261 §8.2.6.2: what a response has from its request. */
const repeated: ReadonlySet<string> = new Set([
  'via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq',
])

function takenOver(request: string): string {
  let lines = ''
  const headEnd = request.indexOf('\r\n\r\n')
  const end = headEnd < 0 ? request.length : headEnd
  for (let at = request.indexOf('\r\n') + 2; at > 1 && at < end;) {
    const next = lineEnd(request, at, end)
    if (repeated.has(nameAt(request, at, next))) lines += `${request.slice(at, next)}\r\n`
    at = next + 2
  }
  return lines
}

/** Where a header line ends, its continuations (RFC 3261 §7.3.1) included. */
function lineEnd(text: string, from: number, end: number): number {
  for (let at = from; ;) {
    const next = text.indexOf('\r\n', at)
    if (next < 0 || next >= end) return end
    const char = text[next + 2]
    if (char !== ' ' && char !== '\t') return next
    at = next + 2
  }
}

/** Name of the header that begins at `from`, in lower case; '' when there is none. */
function nameAt(text: string, from: number, end: number): string {
  const colon = text.indexOf(':', from)
  return colon < 0 || colon > end ? '' : text.slice(from, colon).trim().toLowerCase()
}

function cleanHeaders(head: string): string {
  let clean = ''
  let copied = 0
  for (let at = 0; at < head.length;) {
    const next = lineEnd(head, at, head.length)
    // Most lines are told from a secret by their first letter, which costs nothing.
    if (at > 0 && 'AaPp'.includes(head[at]!) && secretHeaders.has(nameAt(head, at, next))) {
      clean += `${head.slice(copied, head.indexOf(':', at) + 1)} ${cut}`
      copied = next
    }
    at = next + 2
  }
  return copied === 0 ? head : clean + head.slice(copied)
}

function cleanBody(head: string, body: string): string {
  if (head.startsWith('INFO ')) return cleanInfo(head, body)
  if (!body.includes('a=crypto:') && !body.includes('k=') && !body.includes('a=ice-pwd:')) {
    return body
  }
  return cleanLines(body, (line) => {
    if (line.startsWith('k=') || line.startsWith('a=ice-pwd:')) {
      return veilFrom(line, line.indexOf(line[0] === 'k' ? '=' : ':') + 1)
    }
    const key = line.startsWith('a=crypto:') ? line.indexOf('inline:') : -1
    return key < 0 ? line : veilFrom(line, key + 7)
  })
}

/** Keys pressed travel as `Signal=5` (application/dtmf-relay) or alone (application/dtmf). */
function cleanInfo(head: string, body: string): string {
  const lower = head.toLowerCase()
  const isOther = lower.includes('content-type:') && !lower.includes('dtmf')
  if (isOther) return body
  return cleanLines(body, (line) => {
    const equals = line.indexOf('=')
    if (equals < 0) return veilFrom(line, 0)
    return line.slice(0, equals).trim().toLowerCase() === 'signal'
      ? veilFrom(line, equals + 1) : line
  })
}

function cleanLines(body: string, clean: (line: string) => string): string {
  return body.split('\r\n').map(clean).join('\r\n')
}

function veilFrom(line: string, from: number): string {
  return line.slice(0, from) + veil.repeat(line.length - from)
}
