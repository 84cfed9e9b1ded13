/**
 * Somebody on the network who keeps to no rules: sends octets from an address of his choice over
 * UDP or TCP and notes the status of every answer. Knows only as much SIP as an attacker needs.
 */
import { createSocket } from 'node:dgram'
import type { Socket as UdpSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** Answers by status, and whole requests that came without being asked for. */
export interface Heard {
  readonly statuses: Map<number, number>
  readonly requests: string[]
  /** Start line and headers of the last answer. */
  last: string
}

export class UdpStranger {
  readonly heard: Heard = { statuses: new Map(), requests: [], last: '' }
  readonly #socket: UdpSocket
  readonly #target: number

  private constructor(socket: UdpSocket, target: number) {
    this.#socket = socket
    this.#target = target
    socket.on('message', (data) => note(this.heard, data.toString('latin1')))
    socket.on('error', () => {})
  }

  /** `address` is one of 127.0.0.0/8, so that he is or is not one of the trunks. */
  static async open(address: string, targetPort: number): Promise<UdpStranger> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, address, resolve))
    return new UdpStranger(socket, targetPort)
  }

  get port(): number {
    return this.#socket.address().port
  }

  get address(): string {
    return this.#socket.address().address
  }

  send(octets: string): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => resolve()
      this.#socket.send(Buffer.from(octets, 'latin1'), this.#target, '127.0.0.1', done)
    })
  }

  /** Sends all of them, pausing now and then so that loopback's queue does not overflow. */
  async sendAll(messages: Iterable<string>): Promise<void> {
    let count = 0
    for (const message of messages) {
      await this.send(message)
      if (++count % 50 === 0) await pause(5)
    }
  }

  /** Waits until so many answers with this status were heard; tells how many there were. */
  async answers(status: number, count: number, boundMs = 20_000): Promise<number> {
    const end = performance.now() + boundMs
    const seen = (): number => this.heard.statuses.get(status) ?? 0
    while (seen() < count && performance.now() < end) await pause(5)
    return seen()
  }

  close(): void {
    this.#socket.close()
  }
}

/** One TCP connection of a stranger. */
export class TcpStranger {
  readonly heard: Heard = { statuses: new Map(), requests: [], last: '' }
  readonly socket: Socket
  /** Everything received. */
  received = ''
  readonly closed: Promise<void>

  constructor(port: number, address = '127.0.0.2') {
    this.socket = connect({ host: '127.0.0.1', port, localAddress: address })
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    this.socket.on('error', () => {})
    this.socket.on('data', (data) => {
      const text = data.toString('latin1')
      this.received += text
      note(this.heard, text)
    })
  }

  send(octets: string): void {
    this.socket.write(octets, 'latin1')
  }

  /** True when the other side ended the connection within `boundMs`. */
  closes(boundMs: number): Promise<boolean> {
    return Promise.race([this.closed.then(() => true), pause(boundMs).then(() => false)])
  }

  close(): void {
    this.socket.destroy()
  }
}

export interface StrangeRequest {
  readonly method: string
  readonly uri: string
  /** `127.0.0.2:port`, written into Via and Contact. */
  readonly from: string
  readonly transport?: 'UDP' | 'TCP'
  readonly callId: string
  readonly branch: string
  readonly fromTag?: string
  readonly toTag?: string
  /** Header lines added at the end. */
  readonly more?: readonly string[]
  readonly body?: string
}

/** A well-formed request to attack with. */
export function strangeRequest(request: StrangeRequest): string {
  const { method, uri, from, callId, branch, more = [], body = '' } = request
  const toTag = request.toTag === undefined ? '' : `;tag=${request.toTag}`
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${request.transport ?? 'UDP'} ${from};branch=z9hG4bK${branch}`,
    `From: <sip:+79160000000@127.0.0.1>;tag=${request.fromTag ?? 'stranger'}`,
    `To: <${uri}>${toTag}`, `Call-ID: ${callId}`, `CSeq: 7 ${method}`,
    `Contact: <sip:stranger@${from}>`, 'Max-Forwards: 70', ...more,
    `Content-Length: ${body.length}`, '', body,
  ].join('\r\n')
}

function note(heard: Heard, text: string): void {
  const status = /^SIP\/2\.0 (\d{3})/.exec(text)
  if (status === null) heard.requests.push(text)
  else {
    const code = Number(status[1])
    heard.statuses.set(code, (heard.statuses.get(code) ?? 0) + 1)
    heard.last = text
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
