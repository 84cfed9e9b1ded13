/**
 * Applications and peers that say anything in any order: the control protocol and the engine must
 * not throw, must answer in well-formed frames, and must hold nothing once everybody is gone.
 */
import fc from 'fast-check'
import t from 'tap'
import { Exchange } from '../../src/drachtio/exchange.ts'
import { FrameReader, formatFrame } from '../../src/drachtio/frame.ts'
import type { Flow, Input, Output } from '../../src/sip/events.ts'
import { Stack } from '../../src/sip/stack.ts'

const flow: Flow = {
  transport: 'udp', localAddress: '127.0.0.1', localPort: 5060, remoteAddress: '127.0.0.2', remotePort: 5060, connection: 0,
}

class World {
  now = 0
  readonly stack: Stack
  readonly exchange: Exchange
  readonly sent: string[] = []
  readonly transactions: string[] = ['no-such']
  readonly dialogs: string[] = ['no-such;from-tag=x']
  readonly #readers = new Map([1, 2].map((id) => [id, new FrameReader()]))
  readonly #inputs: Input[] = []
  #busy = false
  #ids = 0

  constructor() {
    let seed = 1
    const random = (): number => { seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32; return seed / 2 ** 32 }
    const newId = (): string => `id-${++this.#ids}`
    this.stack = new Stack({ listenPoints: [{ transport: 'udp', address: '127.0.0.1', port: 5060 }], random, newId })
    this.exchange = new Exchange({
      spammers: { userAgent: ['bad'], from: ['bad'], to: ['bad'] }, optionsAutoRespond: 'ping', rejectRegisterWithNoRealm: true,
      secretMatches: (offered) => offered === 's', version: 'v0.9.10', hostPorts: () => ({ external: '', local: '' }),
      alwaysSend180: false, cdrs: true,
    }, {
      submit: (input) => this.submit(input), write: (client, payload) => this.#told(client, payload), close: () => {},
      nowMs: () => this.now, timeOfDay: () => '00:00:00.000000', newId,
    })
    for (const id of [1, 2]) {
      this.exchange.connected(id)
      for (const line of ['a|authenticate|s|', 'a|route|invite', 'a|route|options', 'a|route|cdr:stop']) this.say(id, line)
    }
  }

  say(client: number, payload: string): void {
    this.exchange.received(client, formatFrame(payload))
  }

  submit(input: Input): void {
    this.#inputs.push(input)
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      for (const output of this.stack.handle(next)) this.#act(output)
    }
    this.#busy = false
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (let due = this.stack.nextTimeout(); due !== undefined && due <= end; due = this.stack.nextTimeout()) {
      this.now = Math.max(this.now, due)
      this.submit({ type: 'time', now: this.now })
    }
    this.now = end
  }

  #act(output: Output): void {
    if (output.type === 'send') this.sent.push(output.data)
    else if (output.type === 'resolve') this.#inputs.push({ type: 'resolved', now: this.now, query: output.query, addresses: [] })
    else this.exchange.output(output)
  }

  #told(client: number, payload: string): void {
    const [frame] = this.#readers.get(client)?.push(formatFrame(payload)) ?? []
    if (frame !== payload) throw new Error('a frame that does not come back')
    const fields = (payload.split('\r\n')[0] ?? '').split('|')
    if (fields[1] === 'sip') {
      if (fields[8] !== undefined) this.transactions.push(fields[8])
      if (fields[9]) this.dialogs.push(fields[9])
    } else if (fields[3] === 'OK' && fields[10] !== undefined) this.transactions.push(fields[10])
  }
}

const methods = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'SUBSCRIBE', 'NOTIFY', 'REGISTER', 'FROB']
const uris = ['sip:placeholder', 'sip:b@127.0.0.2', 'sip:b@127.0.0.1', 'tel:1', 'nonsense', 'sip:b@host.example', 'sip:b@127.0.0.2;transport=tcp', '']
const oddities = ['Require: 100rel', 'RSeq: 1', 'RAck: 1 1 INVITE', 'Session-Expires: 90;refresher=uac', 'Session-Expires: x', 'Contact: *', 'Contact: <sip:b@127.0.0.2>', 'From: bad', 'To: <sip:x@y>;tag=q', 'CSeq: 5 INVITE', 'CSeq: -1 X', 'Call-ID: c1', 'Expires: 0', 'Content-Type: x/y', 'X: \u00ff', 'Subscription-State: terminated', 'User-Agent: bad', 'Route: <sip:1.1.1.1;lr>', 'Record-Route: <sip:127.0.0.3;lr>', ': nameless', 'no colon']

const action = fc.record({
  kind: fc.constantFrom('request', 'respond', 'dialog', 'network', 'answer', 'network in dialog', 'wait', 'gone', 'noise'),
  client: fc.constantFrom(1, 2),
  method: fc.constantFrom(...methods),
  uri: fc.constantFrom(...uris),
  status: fc.constantFrom(100, 180, 183, 200, 302, 401, 404, 486, 491, 603, 999),
  headers: fc.array(fc.constantFrom(...oddities), { maxLength: 3 }),
  body: fc.constantFrom('', 'v=0\r\n', 'text'),
  pick: fc.nat(1000),
  ms: fc.constantFrom(1, 500, 5000, 33_000),
})
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

const pickOf = (list: readonly string[], pick: number): string => list[pick % list.length] ?? ''
const messageOf = (start: string, { headers, body }: Action): string => [start, ...headers].join('\r\n') + `\r\n\r\n${body}`

function networkRequest(world: World, act: Action, toTag: string): string {
  const number = act.pick % 5
  return [`${act.method} sip:a@127.0.0.1 SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK${act.method}${number}${world.now}`,
    `From: <sip:b@127.0.0.2>;tag=f${number}`, `To: <sip:a@127.0.0.1>${toTag}`, `Call-ID: n${number}`, `CSeq: ${1 + act.ms} ${act.method}`,
    ...act.headers, `Content-Length: ${act.body.length}`, '', act.body].join('\r\n')
}

function answerTo(world: World, act: Action): string {
  const request = pickOf(world.sent.filter((m) => !m.startsWith('SIP/')), act.pick)
  const fields = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
  return [`SIP/2.0 ${act.status} X`, ...fields.map((line) => (line.startsWith('To:') && !line.includes('tag=') ? `${line};tag=t${act.pick % 2}` : line)),
    ...act.headers, `Content-Length: ${act.body.length}`, '', act.body].join('\r\n')
}

function perform(world: World, act: Action): void {
  const { kind, client, method, uri, status, pick } = act
  const receive = (data: string): void => world.submit({ type: 'received', now: world.now, flow, data })
  if (kind === 'request') world.say(client, `m|sip|${method === 'CANCEL' ? pickOf(world.transactions, pick) : ''}|\r\n${messageOf(`${method} ${uri} SIP/2.0`, act)}`)
  else if (kind === 'dialog') world.say(client, `m|sip||${pickOf(world.dialogs, pick)}\r\n${messageOf(`${method} ${uri} SIP/2.0`, act)}`)
  else if (kind === 'respond') world.say(client, `m|sip|${pickOf(world.transactions, pick)}|\r\n${messageOf(`SIP/2.0 ${status} X`, act)}`)
  else if (kind === 'network') receive(networkRequest(world, act, ''))
  else if (kind === 'network in dialog') receive(networkRequest(world, act, /;tag=[^\r]*/.exec(pickOf(world.sent, pick))?.[0] ?? ''))
  else if (kind === 'answer') receive(answerTo(world, act))
  else if (kind === 'wait') world.pass(act.ms)
  else if (kind === 'gone') world.exchange.disconnected(client)
  else receive(messageOf(`${method} ${uri}`, act))
}

t.test('anything in any order', async (t) => {
  let frames = 0
  fc.assert(fc.property(fc.array(action, { minLength: 1, maxLength: 40 }), (acts) => {
    const world = new World()
    for (const act of acts) perform(world, act)
    frames += world.sent.length
    for (const client of [1, 2]) world.exchange.disconnected(client)
    world.pass(4_000_000)
    const { transactions, timers } = world.stack.counts
    if (transactions > 0 || timers > world.stack.counts.dialogs) throw new Error(JSON.stringify(world.stack.counts))
  }), { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1500), seed: Number(process.env['FUZZ_SEED'] ?? 5) })
  t.ok(frames > 1000, `${frames} messages were sent on the way`)
})
