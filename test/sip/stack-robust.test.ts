/**
 * What hostile, broken and overloading peers can do: nothing throws, nothing grows without bound
 * (`receive.ts`, limits of `core.ts`).
 */
import t from 'tap'
import type { Input, Output } from '../../src/sip/events.ts'
import { GarbageMeter } from '../../src/sip/receive.ts'
import { answeredCall } from '../support/established-call.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { alice, bob, field, peer, sdp, sip, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }

/** A sound OPTIONS with one header line replaced or removed. */
function options(name: string, line: string): string {
  const sound = new ScriptedPeer(alice).request('OPTIONS')
  return sound.replace(new RegExp(`${name}: .*\\r\\n`), line === '' ? '' : line + '\r\n')
}

for (const { name, text, answer } of [
  { name: 'no CSeq', text: options('CSeq', ''), answer: [] },
  { name: 'CSeq of another method', text: options('CSeq', 'CSeq: 1 INVITE'), answer: [/^400 /] },
  { name: 'CSeq not a number', text: options('CSeq', 'CSeq: x OPTIONS'), answer: [/^400 /] },
  { name: 'no Via', text: options('Via', ''), answer: [] },
  { name: 'a Via that is none', text: options('Via', 'Via: hello'), answer: [] },
  { name: 'From of garbage', text: options('From', 'From: <<<'), answer: [/^400 /] },
  { name: 'To of garbage', text: options('To', 'To: <<<'), answer: [/^400 /] },
  { name: 'two To tags', text: options('To', 'To: <sip:a@b>;tag=1;tag=2'), answer: [/^400 /] },
  { name: 'no To', text: options('To', ''), answer: [] },
  { name: 'two From tags', text: options('From', 'From: <sip:a@b>;tag=1;tag=2'), answer: [/^400 /] },
  { name: 'not SIP at all', text: 'GET / HTTP/1.0\r\n\r\n', answer: [] },
  { name: 'version 3', text: new ScriptedPeer(alice).request('OPTIONS').replace('SIP/2.0\r\n', 'SIP/3.0\r\n'), answer: [/^505 /] },
  { name: 'a response to nothing', text: sip('SIP/2.0 200 OK', 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx', 'From: <sip:a@b>;tag=1', 'To: <sip:c@d>;tag=2', 'Call-ID: x', 'CSeq: 1 INVITE'), answer: [] },
  { name: 'a broken response', text: sip('SIP/2.0 200 OK', 'Via: nothing'), answer: [] },
  { name: 'empty', text: '', answer: [] },
  { name: 'keep-alive', text: '\r\n\r\n', answer: [] },
]) {
  t.test(`malformed: ${name}`, (t) => {
    const probe = new StackProbe()
    probe.receive(text)
    t.match(probe.sent(), answer)
    t.same(probe.outputs(), [], 'nobody is told')
    t.match(probe.stack.counts, empty, 'nothing is kept')
    t.end()
  })
}

t.test('a malformed ACK is never answered', (t) => {
  const probe = new StackProbe()
  probe.receive(new ScriptedPeer(alice).request('ACK').replace(/CSeq: .*\r\n/, 'CSeq: 1 INVITE\r\n'))
  t.same(probe.outputs(), [])
  t.end()
})

t.test('a 400 says why, goes where the request came from, and is the same for the same request', (t) => {
  const probe = new StackProbe()
  const text = options('CSeq', 'CSeq: 1 INVITE')
  probe.receive(text, peer('203.0.113.9', 999)).receive(text, peer('203.0.113.9', 999))
  const [first, second] = probe.take('send')
  t.match(first?.data ?? '', /^SIP\/2.0 400 CSeq Method Mismatch\r\n/)
  t.match(first?.flow, { remoteAddress: '203.0.113.9', remotePort: 999 })
  t.match(field(first?.data ?? '', 'To'), /;tag=s[0-9a-f]+$/)
  t.equal(first?.data, second?.data, 'RFC 3261 §8.2.7')
  t.end()
})

t.test('garbage of one sender is answered ten times a second, others are not affected', (t) => {
  const probe = new StackProbe()
  const text = options('CSeq', 'CSeq: 1 INVITE')
  for (let count = 0; count < 50; count++) probe.receive(text, peer('203.0.113.9'))
  t.equal(probe.sent().length, 10)
  probe.receive(text, peer('203.0.113.10'))
  t.equal(probe.sent().length, 1)
  probe.wait(1000)
  probe.receive(text, peer('203.0.113.9'))
  t.equal(probe.sent().length, 1)
  const meter = new GarbageMeter(1)
  for (let sender = 0; sender < 20_000; sender++) meter.mayAnswer('a' + sender, 0)
  t.equal(meter.mayAnswer('b', 0), true)
  t.equal(meter.mayAnswer('b', 1), false)
  t.end()
})

t.test('full tables: 503 with Retry-After, the user is refused, what runs goes on', (t) => {
  const probe = new StackProbe({ limits: { transactions: 3, dialogs: 100 } })
  for (let count = 0; count < 5; count++) {
    probe.receive(new ScriptedPeer(alice, 'a' + count).request('OPTIONS'))
  }
  const requests = probe.take('request')
  t.equal(requests.length, 3)
  const refused = probe.take('send')
  t.equal(refused.length, 2)
  t.match(refused[0]?.data ?? '', /^SIP\/2.0 503 /)
  t.equal(field(refused[0]?.data ?? '', 'Retry-After'), '10')
  probe.request(undefined, 'OPTIONS sip:bob@192.0.2.3 SIP/2.0')
  t.equal(probe.one('refused').reason, 'too many transactions')
  probe.respond(requests[0]?.transaction ?? '', 'SIP/2.0 200 OK')
  t.same(probe.sent(), ['200 OK (OPTIONS)'])
  t.end()
})

t.test('full tables do not keep a call from ending', (t) => {
  const { probe, far, dialog } = answeredCall({ options: { limits: { transactions: 1 } } })
  probe.receive(new ScriptedPeer(bob, 'bob').request('OPTIONS'), bob)
  t.same(probe.sent(), ['503 Service Unavailable (OPTIONS)'])
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  t.same(probe.sent(), ['INFO'])
  probe.wait(40_000)
  probe.receive(far.request('BYE'))
  t.equal(probe.take('request').length, 1)
  t.end()
})

t.test('a callee that invents To tags gets 64 early dialogs and no more', (t) => {
  const probe = new StackProbe()
  const far = new ScriptedPeer(bob, 'bob')
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', '', sdp)
  const { data } = probe.one('send')
  for (let fork = 0; fork < 200; fork++) probe.receive(far.reply(data, '180 Ringing', [], 'f' + fork), bob)
  t.equal(probe.stack.counts.dialogs, 64)
  probe.outputs()
  for (let fork = 0; fork < 200; fork++) probe.receive(far.reply(data, '200 OK', [], 'f' + fork), bob)
  t.equal(probe.take('response').length, 1)
  t.equal(probe.take('send').length, 128, 'ACK and BYE for 64 of them')
  t.equal(probe.stack.counts.dialogs, 1)
  t.end()
})

t.test('an INVITE of ours that rings for an hour is cancelled', (t) => {
  const probe = new StackProbe()
  const far = new ScriptedPeer(bob, 'bob')
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', '', sdp)
  probe.receive(far.reply(probe.one('send').data, '180 Ringing'), bob).outputs()
  probe.wait(3600_000)
  t.equal(probe.sent()[0], 'CANCEL')
  probe.wait(100_000)
  t.match(probe.one('response'), { message: { status: 487 } })
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a message too large even for TCP: 513', (t) => {
  const probe = new StackProbe()
  const big = new ScriptedPeer(alice).request('MESSAGE', { body: 'x'.repeat(66_000), more: ['Content-Type: a/b'] })
  probe.receive(big)
  t.same(probe.sent(), ['513 Message Too Large (MESSAGE)'])
  t.same(probe.outputs(), [])
  t.end()
})

t.test('Server is written where the engine answers by itself', (t) => {
  const probe = new StackProbe({ serverName: 'personal-number' })
  probe.receive(new ScriptedPeer(alice).request('BYE'))
  t.equal(field(probe.one('send').data, 'Server'), 'personal-number')
  t.end()
})

t.test('inputs that name nothing are dropped', (t) => {
  const probe = new StackProbe()
  const inputs: Input[] = [
    { type: 'sendFailed', now: 0, transaction: 'nothing', cause: 'x' },
    { type: 'flowClosed', now: 0, connection: 77 },
    { type: 'resolved', now: 0, query: 5, addresses: [] },
    { type: 'claim', now: 0, transaction: 'nothing', owner: 3 },
    { type: 'release', now: 0, owner: 9 },
    { type: 'release', now: 0, owner: 0 },
    { type: 'time', now: 0 },
  ]
  for (const input of inputs) probe.input(input)
  t.same(probe.outputs(), [])
  t.equal(probe.stack.nextTimeout(), undefined)
  t.end()
})

/** A call's worth of messages to disfigure. */
function seeds(): string[] {
  const { far, invite, answer } = answeredCall({ more: ['Record-Route: <sip:p;lr>', 'Session-Expires: 90;refresher=uac', 'Supported: 100rel, timer'] })
  const methods = ['INVITE', 'ACK', 'BYE', 'UPDATE', 'PRACK', 'INFO', 'NOTIFY', 'CANCEL', 'SUBSCRIBE', 'REGISTER', 'REFER']
  const requests = methods.flatMap((method) => [
    far.request(method, { body: method === 'INVITE' ? sdp : '', more: ['RAck: 1 1 INVITE', 'Expires: 5', 'Subscription-State: terminated'] }),
    far.request(method, { toTag: '', callId: 'other' + method, via: 'Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKf' + method }),
  ])
  return [invite, answer, ...requests]
}

/** Changes a few octets, cuts, repeats or splices, by chance. */
function disfigure(text: string, other: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  const choice = random()
  const junk = String.fromCharCode(Math.floor(random() * 256))
  if (choice < 0.3) return text.slice(0, at) + junk + text.slice(at + 1)
  if (choice < 0.45) return text.slice(0, at) + text.slice(at + Math.floor(random() * 40))
  if (choice < 0.6) return text.slice(0, at) + junk.repeat(Math.floor(random() * 30)) + text.slice(at)
  if (choice < 0.7) return text.slice(0, at)
  if (choice < 0.85) return text.slice(0, at) + other.slice(Math.floor(random() * other.length))
  const lines = text.split('\r\n')
  const line = Math.floor(random() * lines.length)
  lines.splice(line, choice < 0.92 ? 1 : 0, ...(choice < 0.92 ? [] : [lines[line] ?? '']))
  return lines.join('\r\n')
}

t.test('20,000 disfigured messages into a running stack: it neither throws nor keeps anything', (t) => {
  const random = seededRandom(Number(process.env['FUZZ_SEED'] ?? 11))
  const texts = seeds()
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  let probe = new StackProbe()
  const react = (output: Output): void => {
    if (output.type !== 'request') return
    const { transaction } = output
    probe.command({ type: 'claim', transaction, owner: 1 })
    if (random() < 0.3) probe.respond(transaction, 'SIP/2.0 183 Progress', 'Require: 100rel', '', sdp)
    const choice = random()
    if (choice < 0.5) probe.respond(transaction, 'SIP/2.0 200 OK', '', sdp)
    else if (choice < 0.75) probe.respond(transaction, 'SIP/2.0 486 Busy Here')
  }
  let requests = 0
  for (let round = 0; round < 20_000; round++) {
    if (round % 2000 === 0) {
      probe.command({ type: 'release', owner: 1 })
      probe.wait(8 * 24 * 3600_000)
      t.match(probe.stack.counts, empty, `round ${round}`)
      probe = new StackProbe()
      probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', '', sdp)
      const [sent] = probe.take('send')
      const bobs = new ScriptedPeer(bob, 'bob')
      for (const status of ['180 Ringing', '200 OK', '486 Busy Here']) texts.push(bobs.reply(sent?.data ?? '', status, ['Require: 100rel', 'RSeq: 3']))
    }
    // Mostly new requests: under an old branch they would only be repetitions.
    const text = random() < 0.7 ? pick(texts).replace('branch=z9hG4bK', `branch=z9hG4bK${round}`) : pick(texts)
    // Some come whole, so that there is something for the others to harm.
    const data = random() < 0.2 ? text : disfigure(text, pick(texts), random)
    probe.receive(data, pick([alice, bob]))
    for (const output of probe.outputs()) {
      if (output.type === 'request') requests++
      react(output)
    }
    probe.wait(Math.floor(random() * 200))
  }
  t.ok(requests > 500, `${requests} of them reached the user`)
  t.end()
})
