/**
 * One stack under test with a scripted network and user: everything is text, time is virtual,
 * chance is seeded. Keeps what came out since it was last asked.
 */
import type { Command, Flow, Ms, Output } from '../../src/sip/events.ts'
import type { StackOptions } from '../../src/sip/core.ts'
import type { SipMessage } from '../../src/sip/message.ts'
import { parseDraft } from '../../src/sip/parser.ts'
import { Stack } from '../../src/sip/stack.ts'
import { seededRandom } from './seeded-random.ts'

export type OutputOf<T extends Output['type']> = Extract<Output, { type: T }>
type CommandInput = Command extends infer C ? C extends Command ? Omit<C, 'now'> : never : never

/** Our own address in these tests, and where the peers live. */
export const ours = '192.0.2.1'
export const alice: Flow = peer('192.0.2.2')
export const bob: Flow = peer('192.0.2.3')

/** A UDP flow from our listening point to a peer's port 5060. */
export function peer(address: string, port = 5060): Flow {
  return {
    transport: 'udp', localAddress: ours, localPort: 5060, remoteAddress: address,
    remotePort: port, connection: 0,
  }
}

/** A TCP flow with a connection that is open. */
export function connection(address: string, number: number, port = 40_000): Flow {
  return { ...peer(address, port), transport: 'tcp', connection: number }
}

/** Lines to a message: CRLF, an empty line and no body unless the text has them itself. */
export function sip(...lines: string[]): string {
  const text = lines.flatMap((line) => line.split('\n')).map((line) => line.trim()).join('\r\n')
  return text.includes('\r\n\r\n') ? text : text + '\r\n\r\n'
}

export const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n'
  + 'm=audio 40000 RTP/AVP 0\r\n'

export class StackProbe {
  readonly stack: Stack
  nowMs: Ms = 1000
  #outputs: Output[] = []
  #ids = 0
  #tokens = 0

  constructor(options: Partial<StackOptions> = {}) {
    this.stack = new Stack({
      listenPoints: [
        { transport: 'udp', address: ours, port: 5060 },
        { transport: 'tcp', address: ours, port: 5060 },
      ],
      random: seededRandom(7),
      newId: () => 'id-' + ++this.#ids,
      ...options,
    })
  }

  /** A message from the network. */
  receive(text: string, flow: Flow = alice): this {
    return this.#take(this.stack.handle({ type: 'received', now: this.nowMs, flow, data: text }))
  }

  /** A wish of the user. */
  command(command: CommandInput): this {
    return this.#take(this.stack.handle({ ...command, now: this.nowMs } as Command))
  }

  input(input: Parameters<Stack['handle']>[0]): this {
    return this.#take(this.stack.handle(input))
  }

  /** The user answers a request. */
  respond(transaction: string, ...lines: string[]): this {
    return this.command({ type: 'respond', token: this.#token(), transaction, draft: draft(lines) })
  }

  /** The user sends a request; a dialog id makes it one inside that dialog. */
  request(dialog: string | undefined, ...lines: string[]): this {
    const where = dialog === undefined ? {} : { dialog }
    return this.command(
      { type: 'request', token: this.#token(), owner: 1, draft: draft(lines), ...where })
  }

  ack(dialog: string, ...more: string[]): this {
    const lines = ['ACK sip:placeholder SIP/2.0', ...more]
    return this.command({ type: 'ack', token: this.#token(), owner: 1, dialog, draft: draft(lines) })
  }

  cancel(transaction: string, ...more: string[]): this {
    const lines = ['CANCEL sip:placeholder SIP/2.0', ...more]
    return this.command({ type: 'cancel', token: this.#token(), transaction, draft: draft(lines) })
  }

  /** Lets time pass, firing every timer at its instant. */
  wait(ms: Ms): this {
    const end = this.nowMs + ms
    for (;;) {
      const next = this.stack.nextTimeout()
      if (next === undefined || next > end) break
      this.nowMs = Math.max(this.nowMs, next)
      this.#take(this.stack.handle({ type: 'time', now: this.nowMs }))
    }
    this.nowMs = end
    return this
  }

  /** Everything that came out since the last call of this. */
  outputs(): Output[] {
    const taken = this.#outputs
    this.#outputs = []
    return taken
  }

  /** The outputs of one kind that have come since; the others stay. */
  take<T extends Output['type']>(type: T): OutputOf<T>[] {
    const found = this.#outputs.filter((output): output is OutputOf<T> => output.type === type)
    this.#outputs = this.#outputs.filter((output) => output.type !== type)
    return found
  }

  /** The first output of one kind; throws when there is none. */
  one<T extends Output['type']>(type: T): OutputOf<T> {
    const [first] = this.take(type)
    if (first === undefined) {
      const had = this.#outputs.map((output) => JSON.stringify(output).slice(0, 200)).join('\n')
      throw new Error(`no output of type ${type}; there was ${had}`)
    }
    return first
  }

  /** First lines of what was sent since. */
  sent(): string[] {
    return this.take('send').map((output) => firstLine(output.data))
  }

  #take(outputs: readonly Output[]): this {
    this.#outputs.push(...outputs)
    return this
  }

  #token(): string {
    return 'token-' + ++this.#tokens
  }
}

/** Start line with the CSeq behind it where it helps: `SIP/2.0 200 OK (INVITE)`. */
export function firstLine(data: string): string {
  const line = data.slice(0, data.indexOf('\r\n'))
  const method = /^CSeq: \d+ (\w+)/m.exec(data)?.[1] ?? ''
  return line.startsWith('SIP/2.0') ? `${line.slice(8)} (${method})` : line.split(' ')[0] ?? ''
}

/** Value of a header field in a text, '' when it is not there. */
export function field(data: string, name: string): string {
  const head = data.slice(0, data.indexOf('\r\n\r\n'))
  const found = head.split('\r\n').find((line) => line.toLowerCase().startsWith(name.toLowerCase() + ':'))
  return found?.slice(name.length + 1).trim() ?? ''
}

export function draft(lines: readonly string[]): SipMessage {
  return parseDraft(sip(...lines))
}
