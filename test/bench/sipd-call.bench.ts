/**
 * What a complete back-to-back call costs inside the SIP server: engine and control protocol
 * without sockets, 13 SIP messages and 18 control messages. Prints µs per call; run it with
 * `node test/bench/sipd-call.bench.ts [calls]`.
 */
import { randomUUID } from 'node:crypto'
import { Exchange } from '../../src/drachtio/exchange.ts'
import { formatFrame } from '../../src/drachtio/frame.ts'
import type { Flow, Input, Output } from '../../src/sip/events.ts'
import { Stack } from '../../src/sip/stack.ts'

const sdp = 'v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6004 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n'

function flowOf(port: number): Flow {
  return { transport: 'udp', localAddress: '127.0.0.1', localPort: 5060, remoteAddress: '127.0.0.1', remotePort: port, connection: 0 }
}
const callerFlow = flowOf(5070)
const calleeFlow = flowOf(5080)

class Bench {
  now = 0
  readonly stack = new Stack({
    listenPoints: [{ transport: 'udp', address: '127.0.0.1', port: 5060 }], random: Math.random, newId: randomUUID,
  })
  readonly toCaller: string[] = []
  readonly toCallee: string[] = []
  readonly told: string[] = []
  readonly #inputs: Input[] = []
  #busy = false
  readonly exchange = new Exchange({
    spammers: { userAgent: ['sipcli', 'friendly-scanner'], from: [], to: [] }, optionsAutoRespond: undefined,
    rejectRegisterWithNoRealm: false, secretMatches: () => true, version: 'v0.9.10',
    hostPorts: () => ({ external: '', local: '' }), alwaysSend180: false, cdrs: false,
  }, {
    submit: (input) => this.submit(input),
    write: (_client, payload) => { this.told.push(formatFrame(payload)) },
    close: () => {}, nowMs: () => this.now, timeOfDay: () => '12:00:00.000000', newId: randomUUID,
  })

  submit(input: Input): void {
    this.#inputs.push(input)
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      for (const output of this.stack.handle(next)) this.#act(output)
    }
    this.#busy = false
  }

  receive(flow: Flow, data: string): void {
    this.submit({ type: 'received', now: this.now, flow, data })
  }

  say(payload: string): void {
    this.exchange.received(1, formatFrame(payload))
  }

  #act(output: Output): void {
    if (output.type !== 'send') this.exchange.output(output)
    else if (output.flow.remotePort === 5070) this.toCaller.push(output.data)
    else this.toCallee.push(output.data)
  }
}

function field(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `) + name.length + 4
  return text.slice(at, text.indexOf('\r\n', at))
}

function respond(request: string, line: string, more: string, body = ''): string {
  return `SIP/2.0 ${line}\r\nVia: ${field(request, 'Via')}\r\nFrom: ${field(request, 'From')}\r\nTo: ${field(request, 'To')}${more}\r\nCall-ID: ${field(request, 'Call-ID')}\r\nCSeq: ${field(request, 'CSeq')}\r\nContact: <sip:callee@127.0.0.1:5080>\r\n${body === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${body.length}\r\n\r\n${body}`
}

function invite(n: number): string {
  return `INVITE sip:441632960001@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-${n}-1\r\nMax-Forwards: 70\r\nFrom: "Caller" <sip:caller@127.0.0.1:5070>;tag=f${n}\r\nTo: <sip:441632960001@127.0.0.1:5060>\r\nCall-ID: ${n}-bench@127.0.0.1\r\nCSeq: 1 INVITE\r\nContact: <sip:caller@127.0.0.1:5070>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\nSupported: timer, replaces\r\nUser-Agent: bench/1.0\r\nP-Asserted-Identity: <sip:+79160000000@127.0.0.1>\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`
}

function inDialog(method: string, n: number, cseq: number, to: string): string {
  return `${method} sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-${n}-${method}\r\nMax-Forwards: 70\r\nFrom: "Caller" <sip:caller@127.0.0.1:5070>;tag=f${n}\r\nTo: ${to}\r\nCall-ID: ${n}-bench@127.0.0.1\r\nCSeq: ${cseq} ${method}\r\nContent-Length: 0\r\n\r\n`
}

function transactionOf(frame: string): string {
  return frame.split('|', 9)[8] ?? ''
}

function call(bench: Bench, n: number): void {
  const { toCaller, toCallee, told } = bench
  toCaller.length = toCallee.length = told.length = 0
  bench.receive(callerFlow, invite(n))
  const transaction = transactionOf(told[0] ?? '')
  bench.say(`m1|sip||\r\nINVITE sip:callee@127.0.0.1:5080 SIP/2.0\r\nfrom: "Caller" <sip:caller@localhost>\r\ncontact: sip:caller@localhost\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`)
  const outgoing = toCallee[0] ?? ''
  bench.now += 10
  bench.receive(calleeFlow, respond(outgoing, '180 Ringing', `;tag=t${n}`))
  const answer = (line: string, body: string): string => `m2|sip|${transaction}|\r\nSIP/2.0 ${line}\r\nCall-ID: ${n}-bench@127.0.0.1\r\ncseq: 1 INVITE\r\nfrom: "Caller" <sip:caller@127.0.0.1:5070>;tag=f${n}\r\nto: <sip:441632960001@127.0.0.1:5060>\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  bench.say(answer('180 Ringing', ''))
  bench.now += 40
  bench.receive(calleeFlow, respond(outgoing, '200 OK', `;tag=t${n}`, sdp))
  const dialog = `${field(outgoing, 'Call-ID')};from-tag=${field(outgoing, 'From').split('tag=')[1]}`
  bench.say(`m3|sip||${dialog}\r\nACK sip:callee@127.0.0.1:5080 SIP/2.0\r\nContent-Length: 0\r\n\r\n`)
  bench.say(answer('200 OK', sdp))
  const to = field(toCaller.at(-1) ?? '', 'To')
  bench.receive(callerFlow, inDialog('ACK', n, 1, to))
  bench.now += 500
  bench.receive(callerFlow, inDialog('BYE', n, 2, to))
  const bye = transactionOf(told.at(-1) ?? '')
  bench.say(`m4|sip|${bye}|\r\nSIP/2.0 200 OK\r\nCall-ID: ${n}-bench@127.0.0.1\r\ncseq: 2 BYE\r\nfrom: <sip:caller@127.0.0.1:5070>;tag=f${n}\r\nto: ${to}\r\nContent-Length: 0\r\n\r\n`)
  bench.say(`m5|sip||${dialog}\r\nBYE sip:placeholder SIP/2.0\r\nContent-Length: 0\r\n\r\n`)
  bench.receive(calleeFlow, respond(toCallee.at(-1) ?? '', '200 OK', ''))
  if (toCaller.length !== 4 || toCallee.length !== 3 || told.length !== 12) {
    throw new Error(`call ${n}: ${toCaller.length} to the caller, ${toCallee.length} to the callee, ${told.length} to the application`)
  }
}

const calls = Number(process.argv[2] ?? 20_000)
const bench = new Bench()
bench.exchange.connected(1)
bench.say('m0|authenticate|x|')
bench.say('m0|route|invite')
let n = 0
const batch = Math.max(1, Math.floor(calls / 10))
let best = Number.POSITIVE_INFINITY
for (let round = 0; round < 10; round++) {
  const start = process.cpuUsage()
  for (let i = 0; i < batch; i++) call(bench, ++n)
  const used = process.cpuUsage(start)
  best = Math.min(best, (used.user + used.system) / batch)
  // 32 s pass: what the transactions hold is let go, as it is in a running server.
  bench.now += 70_000
  bench.submit({ type: 'time', now: bench.now })
}
const left = bench.stack.counts
process.stdout.write(`sipd: ${best.toFixed(1)} µs CPU per back-to-back call without sockets (${n} calls, best of 10 rounds; left ${left.transactions} transactions, ${left.dialogs} dialogs)\n`)
