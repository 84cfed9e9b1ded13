/**
 * A SIP telephone that does what a script line says: builds requests and responses from what it
 * has sent and heard, and checks of everything it hears that it belongs to what it said. It has no
 * timers and repeats nothing by itself. Its own text handling is naive on purpose: it must not
 * share the mistakes of the parser under test.
 */

export interface Message {
  readonly text: string
  readonly startLine: string
  /** '' in a response. */
  readonly method: string
  /** 0 in a request. */
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** Splits a message at its line ends; header names keep their case. */
export function readMessage(text: string): Message {
  const end = text.indexOf('\r\n\r\n')
  const [startLine = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n')
  const headers = lines.filter((line) => line !== '').map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const
  })
  const status = startLine.startsWith('SIP/2.0 ') ? Number(startLine.slice(8, 11)) : 0
  return {
    text, startLine, status, headers,
    method: status === 0 ? startLine.slice(0, startLine.indexOf(' ')) : '',
    body: end < 0 ? '' : text.slice(end + 4),
  }
}

const compactForms: Readonly<Record<string, string>> = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', l: 'content-length' }

/** First value of a header, also where it stands in compact form. */
export function header(message: Message, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return message.headers.find(([n]) => n.toLowerCase() === wanted || compactForms[n] === wanted)?.[1]
}

export function need(message: Message, name: string): string {
  const value = header(message, name)
  if (value === undefined) throw new Error(`${message.startLine}: no ${name}`)
  return value
}

export function parameter(value: string, name: string): string {
  return new RegExp(`;\\s*${name}=([^;>\\s]*)`, 'i').exec(value)?.[1] ?? ''
}

export function cseqMethod(message: Message): string {
  return need(message, 'CSeq').split(' ')[1] ?? ''
}

export function sdpOf(address: string): string {
  return ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', 'm=audio 40000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''].join('\r\n')
}

/** What a script line adds: `Name: value` sets a header, `-Name` removes it, `body: none|sdp`. */
export type Details = readonly string[]

interface Call {
  callId: string
  localTag: string
  remoteTag: string
  localUri: string
  remoteUri: string
  /** Where requests inside the dialog go: the Contact heard last. */
  target: string
  cseq: number
}

interface SentRequest {
  readonly method: string
  readonly branch: string
  readonly uri: string
  readonly cseq: number
  readonly callId: string
  readonly to: string
  /** To tag of the answers; all of them must agree (RFC 3261 §8.2.6.2). */
  answeredTag: string
}

const reasons: Readonly<Record<number, string>> = {
  100: 'Trying', 180: 'Ringing', 183: 'Session Progress', 200: 'OK', 202: 'Accepted', 302: 'Moved', 401: 'Unauthorized',
  404: 'Not Found', 407: 'Proxy Authentication Required', 480: 'Temporarily Unavailable', 481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here', 487: 'Request Terminated', 488: 'Not Acceptable Here', 491: 'Request Pending', 500: 'Server Error',
}

export function reasonOf(status: number): string {
  return reasons[status] ?? 'Whatever'
}

export class SipPeer {
  readonly name: string
  readonly address: string
  readonly port = 5060
  transport: 'udp' | 'tcp' = 'udp'
  lastSent = ''
  readonly #server: string
  #call: Call | undefined
  readonly #sent: SentRequest[] = []
  readonly #heard: Message[] = []
  #rseq = ''
  #serial = 0

  constructor(name: string, address: string, server: string) {
    this.name = name
    this.address = address
    this.#server = server
  }

  /** Text of a request: `new` starts a call, otherwise it goes into the dialog if there is one. */
  request(method: string, fresh: boolean, details: Details): string {
    if (fresh || this.#call === undefined) this.#call = this.#newCall()
    const call = this.#call
    const invite = this.#lastSent('INVITE')
    const forInvite = method === 'CANCEL' || (method === 'ACK' && call.remoteTag === '') || this.#acksFailure(method)
    let branch = `z9hG4bK-${this.name}-${++this.#serial}`
    let uri = call.target
    let cseq = call.cseq
    let to = `<${call.remoteUri}>${call.remoteTag === '' ? '' : `;tag=${call.remoteTag}`}`
    if (invite !== undefined && forInvite) {
      ({ branch, uri, cseq } = invite)
      const untagged = parameter(invite.to, 'tag') === ''
      to = method === 'ACK' && untagged && invite.answeredTag !== '' ? `${invite.to};tag=${invite.answeredTag}` : invite.to
    } else if (method === 'ACK') cseq = invite?.cseq ?? cseq
    else cseq = ++call.cseq
    this.#sent.push({ method, branch, uri, cseq, callId: call.callId, to, answeredTag: '' })
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.transport.toUpperCase()} ${this.address}:${this.port};branch=${branch}`,
      'Max-Forwards: 70',
      `From: <${call.localUri}>;tag=${call.localTag}`,
      `To: ${to}`,
      `Call-ID: ${call.callId}`,
      `CSeq: ${cseq} ${method}`,
      ...(method === 'CANCEL' ? [] : [`Contact: <sip:${this.name}@${this.address}:${this.port}>`]),
    ]
    return this.#finish(lines, method === 'INVITE', details)
  }

  /** Text of a response to the newest request heard of that method (the newest of all if ''). */
  response(status: number, method: string, details: Details): string {
    const request = this.#heard.findLast((m) => m.method !== '' && m.method !== 'ACK' && (method === '' || m.method === method))
    const call = this.#call
    if (request === undefined || call === undefined) throw new Error(`${this.name} has heard no ${method} to answer`)
    const to = need(request, 'To')
    const tagged = status === 100 || parameter(to, 'tag') !== '' ? to : `${to};tag=${call.localTag}`
    const lines = [
      `SIP/2.0 ${status} ${reasonOf(status)}`,
      ...request.headers.filter(([name]) => name === 'Via' || name === 'Record-Route').map(([name, value]) => `${name}: ${value}`),
      `From: ${need(request, 'From')}`,
      `To: ${tagged}`,
      `Call-ID: ${need(request, 'Call-ID')}`,
      `CSeq: ${need(request, 'CSeq')}`,
      ...(status === 100 || request.method === 'CANCEL' ? [] : [`Contact: <sip:${this.name}@${this.address}:${this.port}>`]),
    ]
    return this.#finish(lines, request.method === 'INVITE' && status >= 200 && status < 300, details)
  }

  /** Takes a message from the server and checks that it fits; throws an Error that says what does not. */
  hear(text: string): Message {
    const message = readMessage(text)
    const length = Number(need(message, 'Content-Length'))
    if (length !== message.body.length) throw new Error(`${message.startLine}: Content-Length ${length}, body ${message.body.length}`)
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) need(message, name)
    if (message.status > 0) this.#hearResponse(message)
    else this.#hearRequest(message)
    this.#heard.push(message)
    return message
  }

  #hearResponse(message: Message): void {
    const branch = parameter(need(message, 'Via'), 'branch')
    const method = cseqMethod(message)
    const request = this.#sent.findLast((r) => r.branch === branch && r.method === method)
    if (request === undefined) {
      if (branch.startsWith('z9hG4bK-raw')) return
      throw new Error(`${message.startLine} answers nothing that ${this.name} sent (branch ${branch})`)
    }
    if (need(message, 'Call-ID') !== request.callId) throw new Error(`${message.startLine}: another Call-ID`)
    const tag = parameter(need(message, 'To'), 'tag')
    if (message.status > 100) {
      if (tag === '') throw new Error(`${message.startLine} has no To tag`)
      if (request.answeredTag !== '' && request.answeredTag !== tag) throw new Error(`${message.startLine} changes its To tag`)
      request.answeredTag = tag
    }
    const rseq = header(message, 'RSeq')
    if (rseq !== undefined) this.#rseq = rseq
    const call = this.#call
    const contact = header(message, 'Contact')
    if (call === undefined || call.callId !== request.callId || message.status <= 100 || message.status >= 300) return
    if (method !== 'INVITE' && method !== 'SUBSCRIBE') return
    call.remoteTag = tag
    if (contact !== undefined) call.target = uriOf(contact)
  }

  #hearRequest(message: Message): void {
    if (need(message, 'Max-Forwards') !== '70') throw new Error(`${message.startLine}: Max-Forwards ${header(message, 'Max-Forwards')}`)
    const via = need(message, 'Via')
    if (!parameter(via, 'branch').startsWith('z9hG4bK')) throw new Error(`${message.startLine}: no magic cookie in ${via}`)
    const from = need(message, 'From')
    const callId = need(message, 'Call-ID')
    if (this.#call?.callId !== callId) {
      this.#call = {
        callId, localTag: `${this.name}tag${++this.#serial}`, remoteTag: parameter(from, 'tag'),
        localUri: uriOf(need(message, 'To')), remoteUri: uriOf(from), target: '', cseq: 100,
      }
    }
    if (parameter(from, 'tag') !== this.#call.remoteTag) throw new Error(`${message.startLine}: another From tag`)
    const contact = header(message, 'Contact')
    if (contact !== undefined) this.#call.target = uriOf(contact)
  }

  #newCall(): Call {
    const serial = ++this.#serial
    return {
      callId: `${this.name}-call-${serial}@${this.address}`, localTag: `${this.name}from${serial}`, remoteTag: '',
      localUri: `sip:${this.name}@${this.address}`, remoteUri: `sip:service@${this.#server}`,
      target: `sip:service@${this.#server}`, cseq: 0,
    }
  }

  #lastSent(method: string): SentRequest | undefined {
    return this.#sent.findLast((r) => r.method === method)
  }

  #acksFailure(method: string): boolean {
    const last = this.#heard.findLast((m) => m.status >= 200 && cseqMethod(m) === 'INVITE')
    return method === 'ACK' && last !== undefined && last.status >= 300
  }

  #finish(lines: string[], withSdp: boolean, details: Details): string {
    let body = withSdp ? sdpOf(this.address) : ''
    const out = [...lines]
    for (const detail of details) {
      const filled = detail.replaceAll('{rseq}', this.#rseq).replaceAll('{tag}', this.#call?.remoteTag ?? '')
      if (filled === 'body: none') body = ''
      else if (filled === 'body: sdp') body = sdpOf(this.address)
      else if (filled.startsWith('body: ')) body = filled.slice(6)
      else setLine(out, filled)
    }
    if (body.startsWith('v=0')) out.push('Content-Type: application/sdp')
    return `${out.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  }
}

/** `R-URI: x` replaces the Request-URI, `-Name` removes, `+Name: v` adds another, `Name: v` replaces. */
function setLine(lines: string[], detail: string): void {
  if (detail.startsWith('R-URI: ')) {
    lines[0] = (lines[0] ?? '').replace(/ \S+ /, ` ${detail.slice(7)} `)
    return
  }
  const adds = detail.startsWith('+')
  const removes = detail.startsWith('-')
  const name = detail.slice(adds || removes ? 1 : 0).split(':')[0]?.toLowerCase() ?? ''
  const at = lines.findIndex((line, i) => i > 0 && line.slice(0, line.indexOf(':')).toLowerCase() === name)
  if (removes) { if (at > 0) lines.splice(at, 1) } else if (adds || at < 0) lines.push(detail.slice(adds ? 1 : 0))
  else lines[at] = detail
}

/** URI of a name-addr or bare address. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? ''
}
