/**
 * What a call costs on its whole way in one process: engine, control protocol, drachtio-srf, rules
 * and legs; caller and phones are texts handed to the engine and taken from it. The control
 * connection is the only socket, the journal only counts; many calls go on at a time.
 * Prints CPU µs per call to one phone and to three: node test/bench/whole-path.bench.ts [calls]
 */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { startApp } from '../../src/app/app.ts'
import { systemClock } from '../../src/clock.ts'
import { Exchange } from '../../src/drachtio/exchange.ts'
import { ControlListener } from '../../src/sipd/control.ts'
import type { Flow, Input, Output } from '../../src/sip/events.ts'
import { Stack } from '../../src/sip/stack.ts'
import {
  directory, NotingJournal, personalNumber, quiet, rule, subscriber, trunk,
} from '../support/call-fixtures.ts'

/** Lines of a message, each ended by CRLF. */
function lines(...all: string[]): string {
  return `${all.join('\r\n')}\r\n`
}

const sdp = lines(
  'v=0', 'o=- 53655765 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0',
  'm=audio 6000 RTP/AVP 8 0 101', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:0 PCMU/8000', 'a=sendrecv')
const callerPort = 5070
const firstPhonePort = 5080
/** Calls going on at once. */
const together = 40

class World {
  /** Told when the caller's BYE is answered. */
  ended: () => void = () => {}
  readonly #stack = new Stack({
    listenPoints: [{ transport: 'udp', address: '127.0.0.1', port: 5060 }],
    random: Math.random, newId: randomUUID, timers: { t1x64Ms: 2000 },
  })
  readonly #exchange = new Exchange({
    spammers: { userAgent: [], from: [], to: [] }, optionsAutoRespond: undefined,
    rejectRegisterWithNoRealm: false, secretMatches: () => true, version: 'v0.9.10',
    hostPorts: () => ({ external: 'udp/127.0.0.1:5060', local: '' }),
    alwaysSend180: false, cdrs: false,
  }, {
    submit: (input) => this.submit(input),
    write: (client, payload) => this.#control?.write(client, payload),
    close: () => {}, nowMs: () => systemClock.nowMs(), timeOfDay: () => '12:00:00.000000',
    newId: randomUUID,
  })
  readonly #inputs: Input[] = []
  #control: ControlListener | undefined
  #busy = false

  async open(): Promise<number> {
    this.#control = await ControlListener.open(
      { address: '127.0.0.1', port: 0, keepAliveSeconds: 0, clock: systemClock, log: quiet },
      this.#exchange)
    return this.#control.port
  }

  async close(): Promise<void> {
    await this.#control?.close()
  }

  submit(input: Input): void {
    this.#inputs.push(input)
    if (this.#busy) return
    this.#busy = true
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      for (const output of this.#stack.handle(next)) this.#act(output)
    }
    this.#busy = false
  }

  receive(port: number, data: string): void {
    const flow: Flow = {
      transport: 'udp', localAddress: '127.0.0.1', localPort: 5060,
      remoteAddress: '127.0.0.1', remotePort: port, connection: 0,
    }
    this.submit({ type: 'received', now: systemClock.nowMs(), flow, data })
  }

  #act(output: Output): void {
    if (output.type !== 'send') this.#exchange.output(output)
    else if (output.flow.remotePort === callerPort) this.#caller(output.data)
    else this.#phone(output.flow.remotePort, output.data)
  }

  #caller(data: string): void {
    if (!data.startsWith('SIP/2.0 200')) return
    if (field(data, 'CSeq') === '2 BYE') return this.ended()
    const call = field(data, 'Call-ID')
    this.receive(callerPort, inDialog('ACK', 1, call, field(data, 'To')))
    this.receive(callerPort, inDialog('BYE', 2, call, field(data, 'To')))
  }

  /** The first phone answers at once; the others ring until they are cancelled. */
  #phone(port: number, data: string): void {
    if (data.startsWith('INVITE')) {
      this.receive(port, respond(data, port, '180 Ringing', ''))
      if (port === firstPhonePort) this.receive(port, respond(data, port, '200 OK', sdp))
    } else if (data.startsWith('CANCEL')) {
      this.receive(port, respond(data, port, '200 OK', ''))
      const invite = data.replace('CANCEL', 'INVITE').replace(' CANCEL\r\n', ' INVITE\r\n')
      this.receive(port, respond(invite, port, '487 Request Terminated', ''))
    } else if (data.startsWith('BYE')) this.receive(port, respond(data, port, '200 OK', ''))
  }
}

function field(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `) + name.length + 4
  return text.slice(at, text.indexOf('\r\n', at))
}

function respond(request: string, port: number, line: string, body: string): string {
  const to = field(request, 'To')
  return lines(
    `SIP/2.0 ${line}`, `Via: ${field(request, 'Via')}`, `From: ${field(request, 'From')}`,
    `To: ${to}${to.includes('tag=') ? '' : `;tag=p${port}`}`,
    `Call-ID: ${field(request, 'Call-ID')}`, `CSeq: ${field(request, 'CSeq')}`,
    `Contact: <sip:phone@127.0.0.1:${port}>`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`, '') + body
}

function from(call: string): string {
  return `"Caller" <sip:+7916${call.slice(0, 7)}@127.0.0.1:${callerPort}>;tag=f${call}`
}

function invite(call: string): string {
  return lines(
    `INVITE sip:${personalNumber}@127.0.0.1:5060 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${callerPort};branch=z9hG4bK-${call}`, 'Max-Forwards: 70',
    `From: ${from(call)}`, `To: <sip:${personalNumber}@127.0.0.1:5060>`, `Call-ID: ${call}`,
    'CSeq: 1 INVITE', `Contact: <sip:caller@127.0.0.1:${callerPort}>`,
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE', 'Supported: timer',
    'Content-Type: application/sdp', `Content-Length: ${sdp.length}`, '') + sdp
}

function inDialog(method: string, cseq: number, call: string, to: string): string {
  return lines(
    `${method} sip:127.0.0.1:5060 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${callerPort};branch=z9hG4bK-${call}-${method}`,
    'Max-Forwards: 70', `From: ${from(call)}`, `To: ${to}`, `Call-ID: ${call}`,
    `CSeq: ${cseq} ${method}`, 'Content-Length: 0', '')
}

/** Runs so many calls, `together` of them at a time. */
function run(world: World, calls: number): Promise<void> {
  return new Promise((done) => {
    let begun = 0
    let over = 0
    const begin = (): void => {
      if (begun++ < calls) world.receive(callerPort, invite(String(1_000_000 + next++)))
    }
    world.ended = () => {
      over++
      if (over === calls) done()
      else begin()
    }
    for (let i = 0; i < together; i++) begin()
  })
}

let next = 0

async function measure(targets: number, calls: number): Promise<void> {
  const world = new World()
  const controlPort = await world.open()
  const journal = new NotingJournal()
  const phones = Array.from({ length: targets },
    (_, i) => `sip:phone@127.0.0.1:${firstPhonePort + i}`)
  const who = subscriber([rule(phones)], { maxCalls: 10_000 })
  const trunks = [trunk({ inboundNets: ['127.0.0.0/8'], host: '127.0.0.1', port: 9 })]
  const app = await startApp(
    { controlHost: '127.0.0.1', controlPort, secret: 'x', maxCps: 0, maxLiveCalls: 0 },
    { directory: directory(async () => who, trunks), journal, clock: systemClock, log: quiet })
  await app.ready
  await run(world, calls)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round++) {
    const start = process.cpuUsage()
    await run(world, calls)
    const used = process.cpuUsage(start)
    best = Math.min(best, (used.user + used.system) / calls)
  }
  await app.stop(1000)
  await world.close()
  if (journal.closed.length !== calls * 5) {
    throw new Error(`${journal.closed.length} records for ${calls * 5} calls`)
  }
  console.log(`whole path, ${targets} target(s): ${best.toFixed(0)} µs CPU per call`)
}

const calls = Number(process.argv[2] ?? 2000)
for (const targets of [1, 3]) await measure(targets, calls)
process.exit(0)
