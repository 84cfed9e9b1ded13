/**
 * A scripted SIP party over UDP on the loopback interface: sends what the test says, waits for what
 * it expects. It reads messages with its own few lines, on purpose, so that an error in the
 * product's parser cannot hide itself. No retransmissions; repeated datagrams are dropped.
 */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'

export interface PeerMessage {
  /** 'INVITE' or 200. */
  readonly what: string | number
  readonly startLine: string
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
  readonly body: string
  readonly atMs: number
}

/** One dialog as this peer sees it, on either side. */
export interface PeerDialog {
  readonly callId: string
  readonly local: string
  readonly remote: string
  readonly target: string
  cseq: number
}

let count = 0

export class SipPeer {
  readonly #socket: Socket
  /** Port of the SIP server this peer talks to. */
  server: number
  readonly #unread: PeerMessage[] = []
  readonly #seen = new Set<string>()
  #wake: (() => void) | undefined
  /** Called for each fresh message before it can be expected; true = it has been dealt with. */
  react: (message: PeerMessage) => boolean = () => false
  readonly log: string[] = []

  private constructor(socket: Socket, serverPort: number) {
    this.#socket = socket
    this.server = serverPort
    socket.on('message', (data) => this.#received(data.toString('utf8')))
  }

  static async open(serverPort: number, address = '127.0.0.1'): Promise<SipPeer> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, address, resolve))
    return new SipPeer(socket, serverPort)
  }

  get port(): number {
    return this.#socket.address().port
  }

  get uri(): string {
    return `sip:peer@${this.#socket.address().address}:${this.port}`
  }

  close(): void {
    this.#socket.close()
  }

  sdp(version = 1, direction = 'sendrecv'): string {
    return `v=0\r\no=- ${this.port} ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n` +
      `t=0 0\r\nm=audio ${this.port} RTP/AVP 8\r\na=${direction}\r\n`
  }

  /** Next message of this kind ('INVITE', 200 …), waiting up to `boundMs`; others stay unread. */
  async expect(what: string | number, boundMs = 20_000): Promise<PeerMessage> {
    const end = performance.now() + boundMs
    for (;;) {
      const at = this.#unread.findIndex((message) => message.what === what)
      if (at >= 0) return this.#unread.splice(at, 1)[0]!
      const left = end - performance.now()
      if (left <= 0) throw new Error(`no ${what} in ${boundMs} ms; seen: ${this.log.join(' | ')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => { clearTimeout(timer); resolve() }
      })
    }
  }

  /** Whether such a message is here now, unread. */
  has(what: string | number): boolean {
    return this.#unread.some((message) => message.what === what)
  }

  send(text: string): void {
    this.log.push(`> ${text.slice(0, text.indexOf('\r'))}`)
    this.#socket.send(text, this.server, '127.0.0.1')
  }

  /** An INVITE to `number`; `extra` are whole header lines. */
  invite(number: string, options: { body?: string; extra?: string[]; from?: string; callId?: string; forwards?: number } = {}): PeerInvite {
    count += 1
    const branch = `z9hG4bK-peer-${count}`
    const callId = options.callId ?? `peer-${this.port}-${count}`
    const from = options.from ?? `"Anna" <sip:+79161234567@127.0.0.1>`
    const start = `INVITE sip:${number}@127.0.0.1:${this.server} SIP/2.0`
    const body = options.body ?? this.sdp()
    const lines = [
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=${branch}`, `From: ${from};tag=t${count}`,
      `To: <sip:${number}@127.0.0.1>`, `Call-ID: ${callId}`, 'CSeq: 1 INVITE',
      `Contact: <${this.uri}>`, `Max-Forwards: ${options.forwards ?? 70}`,
    ]
    const type = body === '' ? [] : ['Content-Type: application/sdp']
    this.send(compose(start, [...lines, ...(options.extra ?? []), ...type], body))
    return { start, lines, callId, from: `${from};tag=t${count}`, number }
  }

  cancel(invite: PeerInvite, extra: string[] = []): void {
    const lines = invite.lines.filter((line) => !line.startsWith('Contact'))
      .map((line) => line.replace('1 INVITE', '1 CANCEL'))
    this.send(compose(invite.start.replace('INVITE', 'CANCEL'), [...lines, ...extra], ''))
  }

  /** ACK to a final response to our INVITE; for a 2xx it opens the dialog that is returned. */
  ack(invite: PeerInvite, final: PeerMessage, body = ''): PeerDialog {
    const to = final.headers.get('to')!
    const ok = typeof final.what === 'number' && final.what < 300
    const target = ok ? uriOf(final.headers.get('contact')!) : invite.start.split(' ')[1]!
    const via = ok ? `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK-ack-${++count}` : invite.lines[0]!
    const lines = [via, `From: ${invite.from}`, `To: ${to}`, `Call-ID: ${invite.callId}`, 'CSeq: 1 ACK', 'Max-Forwards: 70']
    this.send(compose(`ACK ${target} SIP/2.0`, [...lines, ...(body === '' ? [] : ['Content-Type: application/sdp'])], body))
    return { callId: invite.callId, local: invite.from, remote: to, target, cseq: 1 }
  }

  /** A response to a request we got. A To tag is added where there is none. */
  reply(request: PeerMessage, status: number, body = '', extra: string[] = []): void {
    const to = request.headers.get('to')!
    const tagged = to.includes(';tag=') || status === 100 ? to : `${to};tag=p${this.port}`
    const lines = [
      `Via: ${request.headers.get('via')!}`, `From: ${request.headers.get('from')!}`, `To: ${tagged}`,
      `Call-ID: ${request.headers.get('call-id')!}`, `CSeq: ${request.headers.get('cseq')!}`,
      `Contact: <${this.uri}>`, ...extra,
    ]
    this.send(compose(`SIP/2.0 ${status} Reply`, [...lines, ...(body === '' ? [] : ['Content-Type: application/sdp'])], body))
  }

  /** The dialog a 2xx of ours to this INVITE makes. */
  dialogOf(request: PeerMessage): PeerDialog {
    return {
      callId: request.headers.get('call-id')!, local: `${request.headers.get('to')!};tag=p${this.port}`,
      remote: request.headers.get('from')!, target: uriOf(request.headers.get('contact')!), cseq: 100,
    }
  }

  /** A request inside a dialog; returns what `ackReinvite` needs. */
  request(dialog: PeerDialog, method: string, body = '', extra: string[] = []): void {
    if (method !== 'ACK') dialog.cseq += 1
    const type = body === '' || extra.some((line) => line.startsWith('Content-Type')) ? [] : ['Content-Type: application/sdp']
    this.send(compose(`${method} ${dialog.target} SIP/2.0`, [
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bK-in-${++count}`, `From: ${dialog.local}`,
      `To: ${dialog.remote}`, `Call-ID: ${dialog.callId}`, `CSeq: ${dialog.cseq} ${method}`,
      `Contact: <${this.uri}>`, 'Max-Forwards: 70', ...extra, ...type,
    ], body))
  }

  #received(text: string): void {
    const message = parse(text)
    const key = `${message.startLine} ${message.headers.get('via')} ${message.headers.get('cseq')}`
    if (this.#seen.has(key) && message.what !== 'ACK') return
    this.#seen.add(key)
    this.log.push(`< ${message.startLine}`)
    if (this.react(message)) return
    this.#unread.push(message)
    this.#wake?.()
  }
}

export interface PeerInvite {
  readonly start: string
  readonly lines: readonly string[]
  readonly callId: string
  readonly from: string
  readonly number: string
}

function compose(start: string, lines: readonly string[], body: string): string {
  return [start, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

function parse(text: string): PeerMessage {
  const end = text.indexOf('\r\n\r\n')
  const [startLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  }
  const word = startLine.split(' ')
  const what = word[0] === 'SIP/2.0' ? Number(word[1]) : word[0]!
  return { what, startLine, headers, text, body: text.slice(end + 4), atMs: performance.now() }
}

function uriOf(header: string): string {
  return header.slice(header.indexOf('<') + 1, header.indexOf('>'))
}
