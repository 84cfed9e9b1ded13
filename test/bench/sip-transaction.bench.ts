/**
 * What a whole call costs in the SIP engine, without sockets: INVITE, 100, 180, 200, ACK, BYE, 200
 * through one stack as UAS and as UAC. `node test/bench/sip-transaction.bench.ts [calls]`. The
 * script of the other side is made by cutting and pasting text and is part of the measurement.
 */
import process from 'node:process'
import type { Flow, Output } from '../../src/sip/events.ts'
import { SipMessage } from '../../src/sip/message.ts'
import { Stack } from '../../src/sip/stack.ts'
import { seededRandom } from '../support/seeded-random.ts'

const calls = Number(process.argv[2] ?? 30_000)
/** Calls for each second of virtual time: old transactions go at the rate at which new ones come. */
const callsPerSecond = 300

const flow: Flow = {
  transport: 'udp', localAddress: '192.0.2.1', localPort: 5060, remoteAddress: '192.0.2.2',
  remotePort: 5060, connection: 0,
}
const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n'
  + 'm=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n'

function newStack(): Stack {
  let ids = 0
  return new Stack({
    listenPoints: [{ transport: 'udp', address: '192.0.2.1', port: 5060 }],
    random: seededRandom(1),
    newId: () => 'f81d4fae-7dec-11d0-a765-' + String(++ids).padStart(12, '0'),
  })
}

function find<T extends Output['type']>(outputs: Output[], type: T): Extract<Output, { type: T }> {
  const found = outputs.find((output) => output.type === type)
  if (found === undefined) throw new Error('no ' + type)
  return found as Extract<Output, { type: T }>
}

/** One line of a header, from the text. */
function line(text: string, name: string): string {
  const start = text.indexOf('\r\n' + name + ': ') + 2
  return text.slice(start, text.indexOf('\r\n', start) + 2)
}

function answer(status: number, reason: string, body = ''): SipMessage {
  const draft = SipMessage.response(status, reason)
  draft.body = body
  return draft
}

function callAsUas(stack: Stack, call: number, now: number): void {
  const start = 'sip:+74951234567@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK'
  const rest = '\r\nMax-Forwards: 70\r\nFrom: "A" <sip:+79030000000@192.0.2.2>;tag=t' + call
    + '\r\nCall-ID: ' + call + '-c@192.0.2.2\r\nContact: <sip:a@192.0.2.2:5060>\r\n'
  const body = 'Content-Type: application/sdp\r\nContent-Length: ' + sdp.length + '\r\n\r\n' + sdp
  const to = 'To: <sip:+74951234567@192.0.2.1>\r\n'
  const received = (data: string): Output[] => stack.handle({ type: 'received', now, flow, data })
  const { transaction } = find(
    received('INVITE ' + start + call + 'i' + rest + to + 'CSeq: 1 INVITE\r\n' + body), 'request')
  stack.handle({ type: 'claim', now, transaction, owner: 1 })
  stack.handle({ type: 'respond', now, token: 't', transaction, draft: answer(180, 'Ringing') })
  const ok = find(stack.handle(
    { type: 'respond', now, token: 't', transaction, draft: answer(200, 'OK', sdp) }), 'accepted')
  const tagged = line(ok.data, 'To')
  const empty = 'Content-Length: 0\r\n\r\n'
  find(received('ACK ' + start + call + 'a' + rest + tagged + 'CSeq: 1 ACK\r\n' + empty), 'ack')
  const bye = find(
    received('BYE ' + start + call + 'b' + rest + tagged + 'CSeq: 2 BYE\r\n' + empty), 'request')
  stack.handle(
    { type: 'respond', now, token: 't', transaction: bye.transaction, draft: answer(200, 'OK') })
}

function callAsUac(stack: Stack, call: number, now: number): void {
  const invite = SipMessage.request('INVITE', 'sip:b@192.0.2.2')
  invite.append('From', '<sip:a@localhost>')
  invite.body = sdp
  const sent = find(
    stack.handle({ type: 'request', now, token: 't', owner: 1, draft: invite }), 'accepted')
  const reply = (request: string, status: string, body: string): string => {
    const tag = request.includes(';tag=b\r\n') ? '' : ';tag=b'
    return 'SIP/2.0 ' + status + '\r\n' + line(request, 'Via') + line(request, 'From')
      + line(request, 'To').trimEnd() + tag + '\r\n' + line(request, 'Call-ID')
      + line(request, 'CSeq') + 'Contact: <sip:b@192.0.2.2:5060>\r\nContent-Length: ' + body.length
      + '\r\n\r\n' + body
  }
  const received = (data: string): Output[] => stack.handle({ type: 'received', now, flow, data })
  received(reply(sent.data, '100 Trying', ''))
  find(received(reply(sent.data, '180 Ringing', '')), 'response')
  find(received(reply(sent.data, '200 OK', sdp)), 'response')
  const { dialog } = sent
  const ack = SipMessage.request('ACK', 'sip:placeholder')
  find(stack.handle({ type: 'ack', now, token: 't', owner: 1, dialog, draft: ack }), 'accepted')
  const bye = find(stack.handle({
    type: 'request', now, token: 't', owner: 1, dialog,
    draft: SipMessage.request('BYE', 'sip:placeholder'),
  }), 'accepted')
  find(received(reply(bye.data, '200 OK', '')), 'response')
}

function measure(name: string, play: (stack: Stack, call: number, now: number) => void): void {
  const stack = newStack()
  let now = 0
  const run = (from: number, until: number): void => {
    for (let call = from; call < until; call++) {
      now += 1000 / callsPerSecond
      stack.handle({ type: 'time', now })
      play(stack, call, now)
    }
  }
  // Enough calls first that as many transactions end as begin.
  const warm = Math.max(12_000, calls / 3)
  run(0, warm)
  // Processor time, garbage collection included: other work on the machine does not count.
  const before = process.cpuUsage()
  run(warm, warm + calls)
  const { user, system } = process.cpuUsage(before)
  const perCall = (user + system) / calls
  const { transactions, timers } = stack.counts
  console.log(`${name}: ${perCall.toFixed(1)} µs of CPU a call (${transactions} transactions and `
    + `${timers} timers alive)`)
}

measure('UAS, INVITE 180 200 ACK BYE 200', callAsUas)
measure('UAC, INVITE 180 200 ACK BYE 200', callAsUac)
