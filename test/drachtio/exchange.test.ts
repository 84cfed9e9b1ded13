/** Between applications and engine: each side's words, with the other side written down. */
import t from 'tap'
import { Exchange } from '../../src/drachtio/exchange.ts'
import type { ExchangeOptions } from '../../src/drachtio/exchange.ts'
import { formatFrame } from '../../src/drachtio/frame.ts'
import type { Flow, Input, Output } from '../../src/sip/events.ts'
import { parseDraft } from '../../src/sip/parser.ts'

const flow: Flow = {
  transport: 'udp', localAddress: '10.0.0.1', localPort: 5060, remoteAddress: '10.0.0.2', remotePort: 5070, connection: 0,
}

const inviteText = 'INVITE sip:a@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK1\r\nFrom: <sip:b@10.0.0.2>;tag=f\r\n' +
  'To: <sip:a@10.0.0.1>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n'

class Bench {
  readonly inputs: Input[] = []
  readonly written: string[] = []
  readonly closed: string[] = []
  readonly exchange: Exchange
  #ids = 0

  constructor(options: Partial<ExchangeOptions> = {}) {
    this.exchange = new Exchange({
      spammers: { userAgent: ['sipcli'], from: [], to: [] },
      optionsAutoRespond: undefined,
      rejectRegisterWithNoRealm: false,
      secretMatches: (offered) => offered === 'cymru',
      version: 'v0.9.10',
      hostPorts: () => ({ external: 'udp/1.2.3.4:5060', local: 'udp/10.0.0.1:5060' }),
      alwaysSend180: false,
      cdrs: false,
      ...options,
    }, {
      submit: (input) => { this.inputs.push(input) },
      write: (client, payload) => { this.written.push(`${client}> ${payload.split('\r\n')[0]}`) },
      close: (client, why) => { this.closed.push(`${client}: ${why}`) },
      nowMs: () => 0,
      timeOfDay: () => 'TIME',
      newId: () => `id${++this.#ids}`,
    })
  }

  client(id: number, ...routes: string[]): this {
    this.exchange.connected(id)
    this.say(id, 'a|authenticate|cymru|')
    for (const route of routes) this.say(id, `r|route|${route}`)
    this.written.length = 0
    return this
  }

  say(id: number, payload: string): this {
    this.exchange.received(id, formatFrame(payload))
    return this
  }

  request(text = inviteText, fields: Partial<Output & { type: 'request' }> = {}): this {
    const message = parseDraft(text)
    this.exchange.output({ type: 'request', transaction: 't1', dialog: '', owner: 0, flow, message, data: text, bytes: text.length, ...fields })
    return this
  }
}

t.test('the door', async (t) => {
  t.test('the secret opens it', async (t) => {
    const bench = new Bench()
    bench.exchange.connected(1)
    bench.say(1, 'm|authenticate|cymru|tag1')
    t.strictSame(bench.written, ['1> id1|response|m|OK|udp/1.2.3.4:5060|v0.9.10|udp/10.0.0.1:5060'])
    t.ok(bench.exchange.isAuthenticated(1))
    t.equal(bench.exchange.applications, 1)
  })
  const closing: { name: string; payload: string; authenticated?: boolean; answer: string }[] = [
    { name: 'a wrong secret', payload: 'm|authenticate|wrong|', answer: '1> id1|response|m|NO|incorrect secret' },
    { name: 'a route before authentication', payload: 'm|route|invite', answer: '1> id1|response|m|NO|not authenticated' },
    { name: 'a request before authentication', payload: 'm|sip||\r\nINVITE sip:a@b SIP/2.0', answer: '1> id1|response|m|NO|not authenticated' },
    { name: 'an unknown verb', payload: 'm|frobnicate', answer: '1> id1|response|m|NO|Unknown message type' },
    { name: 'no verb', payload: 'hello', answer: '1> id1|response|hello|NO|Invalid message format' },
    { name: 'a response without a transaction', payload: 'm|sip||\r\nSIP/2.0 200 OK\r\n', authenticated: true, answer: '1> id2|response|m|NO|transaction id missing' },
  ]
  for (const c of closing) {
    t.test(`${c.name} closes it`, async (t) => {
      const bench = new Bench()
      if (c.authenticated === true) bench.client(1)
      else bench.exchange.connected(1)
      bench.say(1, c.payload).say(1, 'm2|ping')
      t.strictSame(bench.written, [c.answer], 'and what follows is not heard')
      t.equal(bench.closed.length, 1)
    })
  }
  t.test('a broken frame closes it without a word', async (t) => {
    const bench = new Bench().client(1)
    bench.exchange.received(1, 'nonsense')
    t.strictSame(bench.closed, ['1: frame length is not a number'])
    t.match(bench.inputs.at(-1), { type: 'release', owner: 1 })
  })
})

t.test('commands become inputs', async (t) => {
  const cases: { name: string; payload: string; input: Record<string, unknown> }[] = [
    { name: 'a response', payload: 'm|sip|t1|\r\nSIP/2.0 180 Ringing\r\n\r\n', input: { type: 'respond', token: 'r1|m', transaction: 't1', draft: { status: 180 } } },
    { name: 'a request', payload: 'm|sip||\r\nINVITE sip:a@b SIP/2.0\r\n\r\n', input: { type: 'request', token: 'q1|m', owner: 1, draft: { method: 'INVITE' } } },
    { name: 'a request with a next hop', payload: 'm|sip|||sip:9.9.9.9\r\nINVITE sip:a@b SIP/2.0\r\n\r\n', input: { type: 'request', route: 'sip:9.9.9.9' } },
    { name: 'a request in a dialog', payload: 'm|sip||c1;from-tag=f\r\nBYE sip:placeholder SIP/2.0\r\n\r\n', input: { type: 'request', dialog: 'c1;from-tag=f' } },
    { name: 'ACK', payload: 'm|sip||c1;from-tag=f\r\nACK sip:a SIP/2.0\r\n\r\n', input: { type: 'ack', dialog: 'c1;from-tag=f', owner: 1 } },
    { name: 'CANCEL', payload: 'm|sip|t1|\r\nCANCEL sip:a@b SIP/2.0\r\n\r\n', input: { type: 'cancel', token: 'c1|m|t1', transaction: 't1' } },
  ]
  for (const c of cases) {
    t.test(c.name, async (t) => { t.match(new Bench().client(1).say(1, c.payload).inputs.at(-1), c.input) })
  }
  const refused: { name: string; payload: string; answer: RegExp }[] = [
    { name: 'proxy', payload: 'm|proxy|t1|||||||sip:a@b\r\nINVITE sip:a@b SIP/2.0\r\n', answer: /NOK\|proxy is not supported/ },
    { name: 'a request that names a transaction', payload: 'm|sip|t1|\r\nBYE sip:a@b SIP/2.0\r\n\r\n', answer: /NOK\|only CANCEL/ },
    { name: 'no SIP message at all', payload: 'm|sip||', answer: /NOK\|invalid request-uri: / },
    { name: 'a start line that is none', payload: 'm|sip||\r\nhello\r\n\r\n', answer: /NOK\|invalid request-uri: hello/ },
    { name: 'a response that cannot be read', payload: 'm|sip|t1|\r\nSIP/2.0 abc\r\n\r\n', answer: /NOK\|Unknown server error sending response/ },
  ]
  for (const c of refused) {
    t.test(`refused: ${c.name}`, async (t) => {
      const bench = new Bench().client(1)
      const before = bench.inputs.length
      bench.say(1, c.payload)
      t.match(bench.written, [c.answer])
      t.equal(bench.inputs.length, before)
      t.strictSame(bench.closed, [], 'the connection stays')
    })
  }
  t.test('ping, route and remove_route', async (t) => {
    const bench = new Bench().client(1).say(1, 'p|ping').say(1, 'q|route|invite').say(1, 'r|remove_route|invite')
    t.match(bench.written, [/response\|p\|OK\|pong$/, /response\|q\|OK$/, /response\|r\|OK$/])
  })
})

t.test('outputs become notifications', async (t) => {
  const accepted = (fields: Partial<Output & { type: 'accepted' }>): Output => ({
    type: 'accepted', token: '', transaction: 't9', dialog: '', flow, data: 'SIP/2.0 180 Ringing\r\n\r\n', message: undefined, ...fields,
  })
  const cases: { name: string; output: Output; line: string }[] = [
    { name: 'a response was sent', output: accepted({ token: 'r1|m', dialog: 'd' }), line: '1> id|response|m|OK|application|23|udp|10.0.0.2|5070|TIME|t9|d||Msg sent:|' },
    { name: 'a request was sent', output: accepted({ token: 'q1|m', dialog: 'd' }), line: '1> id|response|m|OK|application|23|udp|10.0.0.1|5060|TIME|t9|Msg sent:|' },
    { name: 'a request was sent over TCP', output: accepted({ token: 'q1|m', flow: { ...flow, transport: 'tcp' } }), line: '1> id|response|m|OK|application|23|tcp|10.0.0.2|5070|TIME|t9|Msg sent:|' },
    { name: 'a CANCEL was accepted', output: accepted({ token: 'c1|m|t1' }), line: '1> id|response|m|OK|application|23|udp|10.0.0.1|5060|TIME|t9|Msg sent:|' },
    { name: 'something was refused', output: { type: 'refused', token: 'c1|m|t1', reason: 'no' }, line: '1> id|response|m|NOK|no' },
    { name: 'a made-up 408', output: { type: 'response', transaction: 't9', dialog: 'd', owner: 1, flow: undefined, message: parseDraft('SIP/2.0 408 Request Timeout\r\n\r\n'), data: 'x', bytes: 0 }, line: '1> id|sip|network|0|udp||0|TIME|t9|d|' },
    { name: 'a BYE of the engine', output: { type: 'dialogEnded', dialog: 'd', owner: 1, flow, message: parseDraft('BYE sip:a SIP/2.0\r\n\r\n'), data: 'BYE', cause: 'ackTimeout' }, line: '1> id|sip|application|3|udp|10.0.0.1|5060|TIME|unsolicited|d|' },
  ]
  for (const c of cases) {
    t.test(c.name, async (t) => {
      const bench = new Bench().client(1)
      bench.exchange.output(c.output)
      t.strictSame(bench.written.map((line) => line.replace(/id\d+\|/, 'id|')), [c.line])
    })
  }
  t.test('the server\'s own answers are nobody\'s news', async (t) => {
    const bench = new Bench().client(1)
    bench.exchange.output(accepted({ token: 's' }))
    bench.exchange.output({ type: 'refused', token: 's', reason: 'no' })
    t.strictSame(bench.written, [])
  })
})

t.test('a new request', async (t) => {
  t.test('goes to the application that asked for it, which owns it from then on', async (t) => {
    const bench = new Bench().client(1, 'invite').request()
    t.match(bench.inputs.at(-1), { type: 'claim', transaction: 't1', owner: 1 })
    t.match(bench.written, [new RegExp(`^1> id\\d+\\|sip\\|network\\|${inviteText.length}\\|udp\\|10.0.0.2\\|5070\\|TIME\\|t1\\|\\|10.0.0.1\\|5060\\|$`)])
  })
  t.test('goes round', async (t) => {
    const bench = new Bench().client(1, 'invite').client(2, 'invite')
    for (let i = 0; i < 4; i++) bench.request()
    t.strictSame(bench.written.map((line) => line.slice(0, 1)), ['1', '2', '1', '2'])
  })
  t.test('gets 503 when nobody asked', async (t) => {
    const bench = new Bench().client(1, 'options').request()
    t.match(bench.inputs.at(-1), { type: 'respond', transaction: 't1', token: 's', draft: { status: 503 } })
    t.strictSame(bench.written, [])
  })
  t.test('of a spammer gets 603', async (t) => {
    const bench = new Bench().client(1, 'invite').request(inviteText.replace('Call-ID', 'User-Agent: sipcli\r\nCall-ID'))
    t.match(bench.inputs.at(-1), { type: 'respond', draft: { status: 603 } })
  })
  t.test('gets a 180 at once if so configured', async (t) => {
    const bench = new Bench({ alwaysSend180: true }).client(1, 'invite').request()
    t.match(bench.inputs.slice(-2), [{ type: 'claim' }, { type: 'respond', draft: { status: 180 } }])
  })
  t.test('inside a dialog goes to its owner without the local address', async (t) => {
    const bench = new Bench().client(1, 'invite').client(2).request(inviteText, { dialog: 'd', owner: 2 })
    t.match(bench.written, [/^2> id\d+\|sip\|network\|\d+\|udp\|10.0.0.2\|5070\|TIME\|t1\|d\|$/])
  })
})

t.test('an application that goes', async (t) => {
  const bench = new Bench().client(1, 'invite').client(2, 'invite')
  bench.exchange.disconnected(1)
  t.match(bench.inputs.at(-1), { type: 'release', owner: 1 })
  bench.request().request()
  t.strictSame(bench.written.map((line) => line.slice(0, 1)), ['2', '2'])
  bench.exchange.disconnected(1)
  t.equal(bench.inputs.filter((i) => i.type === 'release').length, 1, 'is released once')
})

t.test('call records', async (t) => {
  const ok = inviteText.replace('INVITE sip:a@10.0.0.1 SIP/2.0', 'SIP/2.0 200 OK').replace('To: <sip:a@10.0.0.1>', 'To: <sip:a@10.0.0.1>;tag=t')
  t.test('of an answered call', async (t) => {
    const bench = new Bench({ cdrs: true }).client(1, 'invite').client(2, 'cdr:attempt', 'cdr:start', 'cdr:stop').request()
    bench.exchange.output({ type: 'accepted', token: 'r1|m', transaction: 't1', dialog: 'd', flow, data: ok, message: parseDraft(ok) })
    bench.request(inviteText.replaceAll('INVITE', 'BYE'), { transaction: 't2', dialog: 'd', owner: 1 })
    const lines = bench.written.filter((line) => line.includes('cdr:')).map((line) => line.replace(/id\d+/, 'id'))
    t.strictSame(lines, ['2> id|cdr:attempt|network|TIME', '2> id|cdr:start|application|TIME|uas', '2> id|cdr:stop|network|TIME|normal-release'])
  })
  t.test('of a call nobody wanted', async (t) => {
    const bench = new Bench({ cdrs: true }).client(2, 'cdr:attempt', 'cdr:stop').request()
    const refusal = ok.replace('200 OK', '503 Service Unavailable')
    bench.exchange.output({ type: 'accepted', token: 's', transaction: 't1', dialog: '', flow, data: refusal, message: parseDraft(refusal) })
    t.match(bench.written, [/cdr:attempt\|network\|TIME$/, /cdr:stop\|application\|TIME\|call-rejected$/])
  })
  t.test('are not written unless configured', async (t) => {
    const bench = new Bench().client(1, 'invite').client(2, 'cdr:attempt').request()
    t.equal(bench.written.filter((line) => line.includes('cdr:')).length, 0)
  })
})
