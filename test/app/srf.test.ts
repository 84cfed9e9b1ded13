/**
 * The adapter to drachtio-srf against a control server that says whatever the test wants: garbage
 * that the library's parsers would throw on, twins under one Call-ID, lost connections. The process
 * must live through all of it, and whoever is owed an answer gets one.
 */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { startApp } from '../../src/app/app.ts'
import type { App } from '../../src/app/app.ts'
import { systemClock } from '../../src/clock.ts'
import { directory, NotingJournal, personalNumber, quiet, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { eventually } from '../support/eventually.ts'

/** The server side of the control protocol, just enough: every command is answered OK. */
class ControlServer {
  readonly commands: string[] = []
  readonly writes: number[] = []
  /** Transaction id given to the last request of the application. */
  lastOut = ''
  readonly #server: Server
  #socket: Socket | undefined
  #buffer = Buffer.alloc(0)
  #count = 0

  constructor() {
    this.#server = createServer((socket) => {
      this.#socket = socket
      socket.on('data', (data) => this.#received(data))
      socket.on('error', () => {})
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => { this.#server.listen(0, '127.0.0.1', resolve) })
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#socket?.destroy()
    this.#server.close()
  }

  /** SIP text as if from the network; header lines only, the rest is filled in. */
  network(text: string, transaction: string, dialog = '', source = 'network'): void {
    this.write(`m${++this.#count}|sip|${source}|99|udp|192.0.2.1|5060|00:00:00.000000|${transaction}|${dialog}|\r\n${text}`)
  }

  write(payload: string): void {
    this.#socket?.write(`${Buffer.byteLength(payload)}#${payload}`)
  }

  /** SIP messages the application sent, without ACKs and the like. */
  sip(start: string): string[] {
    return this.commands.filter((command) => command.split('\r\n')[1]?.startsWith(start))
  }

  #received(data: Buffer): void {
    this.writes.push(data.length)
    this.#buffer = Buffer.concat([this.#buffer, data])
    for (;;) {
      const mark = this.#buffer.indexOf('#')
      if (mark < 0) return
      const end = mark + 1 + Number(this.#buffer.toString('latin1', 0, mark))
      if (this.#buffer.length < end) return
      this.#command(this.#buffer.toString('utf8', mark + 1, end))
      this.#buffer = this.#buffer.subarray(end)
    }
  }

  #command(payload: string): void {
    this.commands.push(payload)
    const [meta = '', ...lines] = payload.split('\r\n')
    const [id, verb, transaction] = meta.split('|')
    const reply = `r${++this.#count}|response|${id}|OK`
    if (verb === 'authenticate') this.write(`${reply}|udp/127.0.0.1:5060|v0.9.10|udp/127.0.0.1:5060`)
    else if (verb !== 'sip') this.write(reply)
    else if (lines[0]?.startsWith('SIP/2.0')) {
      this.write(`${reply}|application|9|udp|192.0.2.1|5060|00:00:00.0|${transaction}|dialog-${transaction}||Msg sent:|\r\n${lines.join('\r\n')}`)
    } else {
      const text = [lines[0], 'Call-ID: out-1', 'From: <sip:a@h>;tag=o', 'To: <sip:b@h>', 'CSeq: 1 INVITE', ...lines.slice(1)].join('\r\n')
      this.lastOut = `out-${this.#count}`
      this.write(`${reply}|application|9|udp|127.0.0.1|5060|00:00:00.0|${this.lastOut}|Msg sent:|\r\n${text}`)
    }
  }
}

async function world(t: Test): Promise<{ control: ControlServer; app: App; journal: NotingJournal }> {
  const control = new ControlServer()
  const port = await control.listen()
  const journal = new NotingJournal()
  const app = await startApp({ controlHost: '127.0.0.1', controlPort: port, secret: 's' }, {
    directory: directory(async () => subscriber([rule(['+79160000001'])], { maxCalls: 9 }), [trunk()]),
    journal, clock: systemClock, log: quiet,
  })
  await app.ready
  await eventually(() => control.commands.filter((c) => c.includes('|route|')).length >= 9)
  t.teardown(async () => {
    control.close()
    await eventually(() => !app.connected())
    await app.stop(0)
  })
  return { control, app, journal }
}

function invite(callId: string, branch: string, extra: string[] = [], drop: string[] = []): string {
  const lines = [
    `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=${branch}`, 'From: <sip:+79161234567@192.0.2.1>;tag=f',
    `To: <sip:${personalNumber}@h>`, `Call-ID: ${callId}`, 'CSeq: 1 INVITE',
    'Contact: <sip:gw@192.0.2.1>', 'Max-Forwards: 70', 'Content-Length: 3',
  ].filter((line) => !drop.some((name) => line.startsWith(`${name}:`)))
  return [`INVITE sip:${personalNumber}@h SIP/2.0`, ...lines, ...extra, '', 'v=0'].join('\r\n')
}

t.test('the wanted methods are routed', async (t) => {
  const { control } = await world(t)
  const routed = control.commands.filter((c) => c.includes('|route|')).map((c) => c.split('|')[2])
  for (const method of ['invite', 'options', 'register', 'message', 'subscribe', 'info', 'notify', 'publish', 'refer']) {
    t.ok(routed.includes(method), method)
  }
})

const garbage: [name: string, text: string, status: number | undefined][] = [
  ['Via: garbage', invite('g1', 'b', ['Via: garbage'], ['Via']), undefined],
  ['no Via', invite('g2', 'b', [], ['Via']), undefined],
  ['CSeq: x', invite('g3', 'b', ['CSeq: x'], ['CSeq']), 400],
  ['no CSeq', invite('g4', 'b', [], ['CSeq']), 400],
  ['empty From', invite('g5', 'b', ['From: '], ['From']), 400],
  ['no From', invite('g6', 'b', [], ['From']), 400],
  ['no Call-ID', invite('g7', 'b', [], ['Call-ID']), 400],
  ['no To', invite('g8', 'b', [], ['To']), 400],
  ['no Contact', invite('g9', 'b', [], ['Contact']), 400],
  ['Contact: *', invite('g10', 'b', ['Contact: *'], ['Contact']), 400],
  ['Authorization: Basic x', invite('g11', 'b', ['Authorization: Basic x']), undefined],
  ['header called constructor', invite('g12', 'b', ['constructor: x', '__proto__: y', 'toString: z']), undefined],
  ['unknown body type', invite('g13', 'b', ['Content-Type: text/plain']), 415],
  ['OPTIONS without anything', 'OPTIONS sip:h SIP/2.0\r\nX: y\r\n\r\n', 200],
  ['MESSAGE with garbage', 'MESSAGE sip:h SIP/2.0\r\nVia: \u0000\r\nFrom: <<<\r\n\r\n', 405],
  ['BYE of nobody', 'BYE sip:h SIP/2.0\r\nCall-ID: z\r\n\r\n', 481],
  ['UPDATE of nobody', 'UPDATE sip:h SIP/2.0\r\nCall-ID: z\r\n\r\n', 481],
]
t.test('garbage is answered or rings, and never ends the process', async (t) => {
  const { control, app } = await world(t)
  for (const [i, [name, text, status]] of garbage.entries()) {
    const before = control.commands.length
    control.network(text.replace('+79161234567', `+791612345${10 + i}`), `txn-${i}`)
    const answerTo = (): string | undefined => control.commands.find((command) => command.includes(`|sip|txn-${i}|`))
    await eventually(() => (status === undefined ? control.commands.length > before : answerTo() !== undefined), () => name)
    const answer = answerTo()
    t.equal(answer === undefined ? undefined : Number(/SIP\/2\.0 (\d+)/.exec(answer)?.[1]), status, name)
  }
  control.network('total nonsense', 'x')
  control.network('SIP/2.0 200 OK\r\n\r\n', 'unknown')
  control.network('ACK sip:h SIP/2.0\r\n\r\n', 'y')
  control.network('CANCEL sip:h SIP/2.0\r\nCall-ID: nobody\r\n\r\n', 'z')
  control.network('BYE sip:h SIP/2.0\r\nCall-ID: q\r\nReason: x\r\n\r\n', 'unsolicited', 'no-dialog', 'application')
  await eventually(() => app.connected())
})

t.test('garbage in responses to our INVITE', async (t) => {
  const { control, app, journal } = await world(t)
  for (const [i, text] of [
    'SIP/2.0 180 Ringing\r\nRSeq: x\r\nVia: garbage', 'SIP/2.0 183 Progress\r\nContent-Type: \u0001',
    'SIP/2.0 200 OK\r\nContact: garbage;;<', 'SIP/2.0 699 \r\nTo: ', 'SIP/2.0 302 Moved\r\nContact: "',
    'SIP/2.0 401 Who\r\nWWW-Authenticate: Digest', 'SIP/2.0 422 More\r\nMin-SE: x', 'SIP/2.0 202 Odd',
  ].entries()) {
    const sent = control.sip('INVITE').length
    control.network(invite(`resp-${i}`, `b${i}`).replace('+79161234567', `+791612300${10 + i}`), `in-${i}`)
    await eventually(() => control.sip('INVITE').length > sent)
    const id = control.lastOut
    control.network(`${text}\r\nCall-ID: out-1\r\nCSeq: 1 INVITE\r\n\r\n`, id, `dlg-${i}`)
  }
  await eventually(() => control.sip('ACK').length >= 2)
  t.equal(app.connected(), true)
  t.ok(journal.opened.length === 8)
})

t.test('two INVITEs of one Call-ID: CANCEL goes to the one it names', async (t) => {
  const { control, app } = await world(t)
  control.network(invite('twin', 'z9hG4bK-first'), 'first')
  await eventually(() => control.sip('INVITE').length === 1)
  control.network(invite('twin', 'z9hG4bK-second'), 'second')
  await eventually(() => control.sip('SIP/2.0 482').length === 1)
  t.match(control.sip('SIP/2.0 482')[0], /\|sip\|second\|/)
  t.equal(app.live(), 1, 'the first rings on')
  control.network('CANCEL sip:h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-first\r\nCall-ID: twin\r\nCSeq: 1 CANCEL\r\n\r\n', 'first')
  await eventually(() => control.sip('CANCEL').length === 1)
  await eventually(() => app.live() === 0)
})

t.test('an answer and a BYE of one turn go out in one write', async (t) => {
  const { control } = await world(t)
  control.network(invite('cork', 'b'), 'in')
  await eventually(() => control.sip('INVITE').length === 1)
  const id = control.lastOut
  const before = control.writes.length
  control.network('SIP/2.0 200 OK\r\nCall-ID: out-1\r\nCSeq: 1 INVITE\r\nContact: <sip:b@h>\r\nContent-Length: 3\r\n\r\nv=0', id, 'dlg')
  await eventually(() => control.sip('ACK').length === 1 && control.sip('SIP/2.0 200').length === 1)
  t.equal(control.writes.length - before, 1, 'ACK to the phone and 200 to the caller')
})

t.test('connection lost in the middle: no throw, calls are closed', async (t) => {
  const { control, app, journal } = await world(t)
  control.network(invite('lost', 'b'), 'in')
  await eventually(() => control.sip('INVITE').length === 1)
  control.close()
  await eventually(() => app.counts().ending === 0 && journal.closed.length === 1)
  t.equal(journal.closed[0]?.outcome, 'interrupted')
})

t.test('no server, wrong secret: the application keeps trying and can be stopped', async (t) => {
  const journal = new NotingJournal()
  const app = await startApp({ controlHost: '127.0.0.1', controlPort: 1, secret: 's' }, {
    directory: directory(async () => undefined, []), journal, clock: systemClock, log: quiet,
  })
  t.equal(app.connected(), false)
  await app.stop(0)
  const server = createServer((socket) => socket.on('data', (data) => {
    const id = /#([^|]+)\|/.exec(data.toString())?.[1]
    const payload = `r1|response|${id}|NO|incorrect secret`
    socket.end(`${payload.length}#${payload}`)
  }).on('error', () => {}))
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const refused = await startApp({ controlHost: '127.0.0.1', controlPort: (server.address() as AddressInfo).port, secret: 'x' }, {
    directory: directory(async () => undefined, []), journal, clock: systemClock, log: quiet,
  })
  await new Promise((resolve) => { setTimeout(resolve, 100) })
  t.equal(refused.connected(), false)
  await refused.stop(0)
  server.close()
})
