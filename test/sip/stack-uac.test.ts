/** Calls that we make: `uac.ts`, `outgoing.ts`, `outgoing-invite.ts`, `fill-in.ts`. */
import t from 'tap'
import type { StackOptions } from '../../src/sip/core.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { bob, draft, field, peer, sdp, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }
const inviteBob = 'INVITE sip:bob@192.0.2.3 SIP/2.0'

interface Calling {
  readonly probe: StackProbe
  readonly callee: ScriptedPeer
  /** The INVITE as it went out. */
  readonly invite: string
  readonly id: string
  readonly dialog: string
}

function call(options: Partial<StackOptions> = {}, more: readonly string[] = ['', sdp]): Calling {
  const probe = new StackProbe(options)
  probe.request(undefined, inviteBob, ...more)
  const { data, transaction, dialog } = probe.one('accepted')
  probe.outputs()
  return { probe, callee: new ScriptedPeer(bob, 'bob'), invite: data, id: transaction, dialog }
}

/** A call that is up, nothing left in the outputs. */
function talk(options: Partial<StackOptions> = {}): Calling {
  const calling = call(options)
  const { probe, callee, invite, dialog } = calling
  probe.receive(callee.reply(invite, '200 OK'), bob)
  probe.ack(dialog).outputs()
  return calling
}

t.test('everything missing is filled in', (t) => {
  const { invite, id, dialog } = call()
  t.match(invite, /^INVITE sip:bob@192.0.2.3 SIP\/2.0\r\n/)
  t.match(field(invite, 'Via'), /^SIP\/2.0\/UDP 192.0.2.1;rport;branch=z9hG4bK\w{12}$/)
  t.equal(field(invite, 'Max-Forwards'), '70')
  t.match(field(invite, 'From'), /^<sip:192.0.2.1:5060>;tag=\w{12}$/)
  t.equal(field(invite, 'To'), '<sip:bob@192.0.2.3>')
  t.match(field(invite, 'Call-ID'), 'id-')
  t.match(field(invite, 'CSeq'), /^\d+ INVITE$/)
  t.equal(field(invite, 'Contact'), '<sip:192.0.2.1:5060>')
  t.equal(field(invite, 'Content-Type'), 'application/sdp')
  t.match(id, 'id-')
  t.equal(dialog, `${field(invite, 'Call-ID')};from-tag=${field(invite, 'From').split('tag=')[1]}`)
  t.end()
})

t.test('what the user supplies is kept, localhost replaced, routing fields ignored', (t) => {
  const { invite } = call({}, [
    'Max-Forwards: 9', 'from: "Me" <sip:me@localhost>;tag=mine', 'to: sip:you@example.net',
    'Call-ID: my-call', 'CSeq: 41 INVITE', 'contact: sip:15551234@localhost',
    'Via: SIP/2.0/UDP 9.9.9.9', 'Route: <sip:r;lr>', 'Record-Route: <sip:rr>', 'RSeq: 5',
    'p-asserted-identity: <sip:a@localhost>', 'x-lower: stays', 'p-custom-tag: v', '', 'v=0',
  ])
  t.equal(field(invite, 'Max-Forwards'), '9')
  t.equal(field(invite, 'From'), '"Me" <sip:me@192.0.2.1:5060>;tag=mine')
  t.equal(field(invite, 'To'), '<sip:you@example.net>')
  t.equal(field(invite, 'Call-ID'), 'my-call')
  t.equal(field(invite, 'CSeq'), '41 INVITE')
  t.equal(field(invite, 'Contact'), '<sip:15551234@192.0.2.1:5060>')
  t.equal(field(invite, 'P-Asserted-Identity'), '<sip:a@192.0.2.1:5060>')
  t.match(invite, '\r\nx-lower: stays\r\n')
  t.match(invite, '\r\nP-Custom-Tag: v\r\n')
  for (const name of ['Route', 'Record-Route', 'RSeq']) t.equal(field(invite, name), '')
  t.notMatch(invite, '9.9.9.9')
  t.end()
})

t.test('only INVITE and SUBSCRIBE get a Contact by themselves', (t) => {
  for (const [method, contact] of [
    ['OPTIONS', ''], ['MESSAGE', ''], ['REGISTER', ''], ['SUBSCRIBE', '<sip:192.0.2.1:5060>'],
  ] as const) {
    const probe = new StackProbe()
    probe.request(undefined, `${method} sip:bob@192.0.2.3 SIP/2.0`)
    t.equal(field(probe.one('send').data, 'Contact'), contact, method)
  }
  const probe = new StackProbe()
  probe.request(undefined, 'REGISTER sip:bob@192.0.2.3 SIP/2.0', 'Contact: *')
  t.equal(field(probe.one('send').data, 'Contact'), '*')
  t.end()
})

for (const { name, lines, reason } of [
  { name: 'our own address', lines: ['INVITE sip:x@192.0.2.1 SIP/2.0'], reason: 'can not send request to myself' },
  { name: 'not a URI', lines: ['INVITE notauri SIP/2.0'], reason: 'invalid request-uri: INVITE notauri SIP/2.0' },
  { name: 'illegal user', lines: ['INVITE sip:a<b@192.0.2.3 SIP/2.0'], reason: 'invalid request-uri: INVITE sip:a<b@192.0.2.3 SIP/2.0' },
  { name: 'unknown method', lines: ['FROB sip:x@192.0.2.3 SIP/2.0'], reason: 'invalid request-uri: FROB sip:x@192.0.2.3 SIP/2.0' },
  { name: 'no such transport', lines: ['OPTIONS sip:x@192.0.2.3;transport=tls SIP/2.0'], reason: 'requested protocol/transport not available' },
  { name: 'no such family', lines: ['OPTIONS sip:x@[2001:db8::3] SIP/2.0'], reason: 'requested protocol/transport not available' },
  { name: 'unheard-of transport', lines: ['OPTIONS sip:x@192.0.2.3;transport=foo SIP/2.0'], reason: 'requested protocol/transport not available' },
  { name: 'tel without a route', lines: ['INVITE tel:+123 SIP/2.0'], reason: 'requested protocol/transport not available' },
  { name: 'body of no type', lines: ['MESSAGE sip:x@192.0.2.3 SIP/2.0', '', 'hello'], reason: 'missing content-type' },
  { name: 'bad From', lines: ['OPTIONS sip:x@192.0.2.3 SIP/2.0', 'From: nonsense'], reason: 'invalid from value provided by client: nonsense' },
  { name: 'too large', lines: ['MESSAGE sip:x@192.0.2.3 SIP/2.0', 'Content-Type: a/b', '', 'x'.repeat(65_507)], reason: 'message too large for a datagram' },
]) {
  t.test(`refused: ${name}`, (t) => {
    const probe = new StackProbe()
    probe.request(undefined, ...lines)
    t.equal(probe.one('refused').reason, reason)
    t.same(probe.outputs(), [])
    t.match(probe.stack.counts, empty)
    t.end()
  })
}

t.test('100 is absorbed, other provisional responses and the final one are passed up', (t) => {
  const { probe, callee, invite, id, dialog } = call()
  probe.receive(callee.reply(invite, '100 Trying', [], ''), bob)
  t.same(probe.outputs(), [])
  probe.receive(callee.reply(invite, '180 Ringing'), bob)
  t.match(probe.one('response'), { transaction: id, dialog, owner: 1, flow: bob, message: { status: 180 } })
  const ok = callee.reply(invite, '200 OK', [], undefined, sdp)
  probe.receive(ok, bob)
  t.match(probe.one('response'), { dialog, data: ok, bytes: ok.length })
  t.same(probe.outputs(), [], 'no ACK before the user says so')
  probe.receive(ok, bob)
  t.same(probe.outputs(), [], 'repetitions are swallowed')
  probe.wait(700)
  probe.ack(dialog)
  const ack = probe.one('send')
  t.match(ack.data, /^ACK sip:bob@192.0.2.3:5060 SIP/)
  t.equal(field(ack.data, 'CSeq'), field(invite, 'CSeq').replace('INVITE', 'ACK'))
  t.not(field(ack.data, 'Via'), field(invite, 'Via'), 'a fresh branch')
  t.equal(probe.one('accepted').data, ack.data)
  probe.receive(ok, bob)
  t.equal(probe.one('send').data, ack.data, 'the same ACK for each repeated 2xx')
  t.same(probe.outputs(), [])
  t.end()
})

t.test('an ACK may carry the SDP answer', (t) => {
  const { probe, callee, invite, dialog } = call({}, [])
  probe.receive(callee.reply(invite, '200 OK', [], undefined, sdp), bob).outputs()
  probe.ack(dialog, '', sdp)
  const { data } = probe.one('send')
  t.equal(field(data, 'Content-Type'), 'application/sdp')
  t.ok(data.endsWith('\r\n\r\n' + sdp.trimEnd()) || data.endsWith(sdp))
  t.end()
})

t.test('a failure is acknowledged by the stack, each time it comes', (t) => {
  const { probe, callee, invite, dialog } = call()
  probe.receive(callee.reply(invite, '486 Busy Here'), bob)
  const ack = probe.one('send')
  t.match(ack.data, /^ACK sip:bob@192.0.2.3 SIP/)
  t.equal(field(ack.data, 'Via'), field(invite, 'Via'), 'the INVITE\'s branch')
  t.match(field(ack.data, 'To'), 'tag=tag-of-bob')
  t.match(probe.one('response'), { dialog, message: { status: 486 } })
  probe.receive(callee.reply(invite, '486 Busy Here'), bob)
  t.same(probe.sent(), ['ACK'])
  t.same(probe.outputs(), [])
  probe.ack(dialog)
  t.equal(probe.one('refused').reason,
    'Server error: ACK for non-success final response is automatically generated by server')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a digest retry is a new request of the same call', (t) => {
  const { probe, callee, invite, dialog } = call()
  probe.receive(callee.reply(invite, '407 Proxy Authentication Required'), bob).outputs()
  const cseq = Number(field(invite, 'CSeq').split(' ')[0]) + 1
  probe.request(undefined, inviteBob, `from: ${field(invite, 'From')}`,
    `Call-ID: ${field(invite, 'Call-ID')}`, `CSeq: ${cseq} INVITE`, 'Proxy-Authorization: Digest x', '', sdp)
  const retry = probe.one('accepted')
  t.equal(field(retry.data, 'From'), field(invite, 'From'))
  t.equal(field(retry.data, 'CSeq'), `${cseq} INVITE`)
  t.equal(retry.dialog, dialog, 'the dialog id comes out the same')
  probe.receive(callee.reply(retry.data, '200 OK'), bob).outputs()
  probe.ack(dialog)
  t.equal(field(probe.one('send').data, 'Proxy-Authorization'), 'Digest x', 'RFC 3261 §13.2.2.4')
  t.end()
})

t.test('INVITE over UDP is repeated 0.5, 1, 2 … s; after 32 s the user gets 408', (t) => {
  const { probe, id, dialog } = call()
  const times: number[] = []
  const start = probe.nowMs
  for (let step = 0; step < 400; step++) {
    probe.wait(100)
    if (probe.sent().length > 0) times.push(probe.nowMs - start)
  }
  t.same(times, [500, 1500, 3500, 7500, 15_500, 31_500])
  const response = probe.one('response')
  t.match(response, { transaction: id, dialog, flow: undefined, bytes: 0, message: { status: 408 } })
  t.match(response.data, /^SIP\/2.0 408 Request Timeout\r\nVia: /)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('OPTIONS is repeated at 0.5, 1.5, 3.5, 7.5, 11.5 … s and times out alike', (t) => {
  const probe = new StackProbe()
  probe.request(undefined, 'OPTIONS sip:bob@192.0.2.3 SIP/2.0').outputs()
  const times: number[] = []
  for (let step = 0; step < 320; step++) {
    probe.wait(100)
    if (probe.sent().length > 0) times.push((step + 1) * 100)
  }
  t.same(times, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
  t.match(probe.one('response'), { dialog: '', message: { status: 408 } })
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('over TCP nothing is repeated, the connection told by the response is used', (t) => {
  const probe = new StackProbe()
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3;transport=tcp SIP/2.0', '', sdp)
  const { flow, data } = probe.one('send')
  t.match(flow, { transport: 'tcp', connection: 0, remotePort: 5060 })
  t.match(field(data, 'Via'), /^SIP\/2.0\/TCP 192.0.2.1;branch=/, 'no rport over TCP')
  t.equal(field(data, 'Contact'), '<sip:192.0.2.1:5060;transport=tcp>')
  probe.wait(5000)
  t.same(probe.sent(), [])
  const { dialog } = probe.one('accepted')
  const opened = { ...flow, connection: 12 }
  const callee = new ScriptedPeer(bob, 'bob')
  probe.receive(callee.reply(data, '200 OK', ['Contact: <sip:bob@10.0.0.3;transport=tcp>']), opened).outputs()
  probe.ack(dialog)
  t.equal(probe.one('send').flow.connection, 12)
  t.end()
})

t.test('over TCP CANCEL takes the connection of the responses; its loss ends what waits on it', (t) => {
  const probe = new StackProbe()
  const callee = new ScriptedPeer(bob, 'bob')
  probe.request(undefined, 'INVITE sip:bob@192.0.2.3;transport=tcp SIP/2.0', '', sdp)
  const { flow, data, transaction } = probe.one('send')
  probe.receive(callee.reply(data, '180 Ringing'), { ...flow, connection: 12 }).outputs()
  probe.cancel(transaction)
  t.equal(probe.one('send').flow.connection, 12)
  probe.request(undefined, 'OPTIONS sip:bob@192.0.2.3;transport=tcp SIP/2.0')
  const options = probe.one('send')
  probe.receive(callee.reply(options.data, '100 Trying'), { ...flow, connection: 12 }).outputs()
  probe.input({ type: 'flowClosed', now: probe.nowMs, connection: 12 })
  t.match(probe.one('response'), { transaction: options.transaction, message: { status: 503 } })
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a connection lost before the answer is a 503, one lost in a call is not', (t) => {
  const probe = new StackProbe()
  probe.request(undefined, 'OPTIONS sip:bob@192.0.2.3;transport=tcp SIP/2.0')
  const { transaction } = probe.one('send')
  probe.outputs()
  probe.input({ type: 'sendFailed', now: probe.nowMs, transaction, cause: 'ECONNREFUSED' })
  t.match(probe.one('response'), { message: { status: 503 }, flow: undefined })
  t.match(probe.stack.counts, empty)

  const up = talk()
  up.probe.input({ type: 'flowClosed', now: up.probe.nowMs, connection: 5 })
  t.same(up.probe.outputs(), [])
  t.equal(up.probe.stack.counts.dialogs, 1)
  t.end()
})

t.test('CANCEL after a provisional response goes at once; its answers are absorbed', (t) => {
  const { probe, callee, invite, id } = call()
  probe.receive(callee.reply(invite, '180 Ringing'), bob).outputs()
  probe.cancel(id, 'Reason: SIP;cause=200;text="Call completed elsewhere"', 'X-More: 1')
  const cancel = probe.one('send')
  t.equal(probe.one('accepted').data, cancel.data)
  t.match(cancel.data, /^CANCEL sip:bob@192.0.2.3 SIP/)
  t.equal(field(cancel.data, 'Via'), field(invite, 'Via'))
  t.equal(field(cancel.data, 'To'), '<sip:bob@192.0.2.3>')
  t.equal(field(cancel.data, 'CSeq'), field(invite, 'CSeq').replace('INVITE', 'CANCEL'))
  t.equal(field(cancel.data, 'Reason'), 'SIP;cause=200;text="Call completed elsewhere"')
  probe.receive(callee.reply(cancel.data, '200 OK'), bob)
  t.same(probe.outputs(), [])
  probe.receive(callee.reply(invite, '487 Request Terminated'), bob)
  t.match(probe.one('response'), { transaction: id, message: { status: 487 } })
  t.same(probe.sent(), ['ACK'])
  probe.cancel(id)
  t.equal(probe.one('refused').reason, `unable to cancel unknown transaction id: ${id}`)
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('CANCEL before any provisional response is held until one comes', (t) => {
  const { probe, callee, invite, id } = call()
  probe.cancel(id)
  t.match(probe.one('accepted'), { data: '', message: { method: 'CANCEL' } })
  t.same(probe.outputs(), [])
  probe.receive(callee.reply(invite, '100 Trying', [], ''), bob)
  t.same(probe.sent(), ['CANCEL'], 'a 100 will do')
  t.end()
})

t.test('a CANCELled INVITE that is never answered ends with 487 after 32 s', (t) => {
  const { probe, callee, invite, id } = call()
  probe.receive(callee.reply(invite, '180 Ringing'), bob)
  probe.cancel(id).outputs()
  probe.wait(32_000)
  t.match(probe.take('response').at(-1), { transaction: id, message: { status: 487 } })
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('the 200 wins against CANCEL: the user acknowledges, the stack hangs up', (t) => {
  const { probe, callee, invite, id, dialog } = call()
  probe.receive(callee.reply(invite, '180 Ringing'), bob)
  probe.cancel(id).outputs()
  probe.receive(callee.reply(invite, '200 OK'), bob)
  t.match(probe.one('response'), { message: { status: 200 } })
  t.same(probe.outputs(), [])
  probe.ack(dialog)
  const [ack, accepted, bye, ended] = probe.outputs()
  t.same([ack?.type, accepted?.type, bye?.type, ended?.type], ['send', 'accepted', 'send', 'dialogEnded'])
  if (bye?.type !== 'send' || ended?.type !== 'dialogEnded') throw new Error('no BYE')
  t.equal(field(bye.data, 'Reason'), 'SIP;cause=200;text="ACK-BYE due to cancel race condition"')
  t.match(ended, { cause: 'cancelRace', dialog, owner: 1, data: bye.data })
  probe.receive(callee.reply(bye.data, '200 OK'), bob)
  t.same(probe.outputs(), [], 'nobody asked for the answer to that BYE')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('unknown transactions cannot be cancelled, nor requests other than INVITE', (t) => {
  const probe = new StackProbe()
  t.equal(probe.cancel('no-such-txn').one('refused').reason,
    'unable to cancel unknown transaction id: no-such-txn')
  probe.request(undefined, 'OPTIONS sip:bob@192.0.2.3 SIP/2.0')
  const { transaction } = probe.one('accepted')
  t.equal(probe.cancel(transaction).one('refused').reason,
    `unable to cancel unknown transaction id: ${transaction}`)
  t.end()
})

t.test('forks: 1xx of all, the first 2xx wins, a second one gets ACK and BYE unseen', (t) => {
  const { probe, callee, invite, dialog } = call()
  const carol = peer('192.0.2.4')
  const fork = (status: string): string =>
    callee.reply(invite, status, ['Contact: <sip:carol@192.0.2.4>'], 'tag-of-carol')
  probe.receive(callee.reply(invite, '180 Ringing'), bob)
  probe.receive(fork('180 Ringing'), carol)
  t.same(probe.take('response').map((response) => response.dialog), [dialog, dialog])
  t.equal(probe.stack.counts.dialogs, 2, 'an early dialog each')
  probe.receive(callee.reply(invite, '200 OK'), bob)
  t.equal(probe.take('response').length, 1)
  t.equal(probe.stack.counts.dialogs, 1)
  probe.receive(fork('200 OK'), carol)
  const [ack, bye] = probe.take('send')
  t.match(ack?.data ?? '', /^ACK sip:carol@192.0.2.4 SIP/)
  t.match(bye?.data ?? '', /^BYE sip:carol@192.0.2.4 SIP/)
  t.match(field(bye?.data ?? '', 'To'), 'tag=tag-of-carol')
  t.same(probe.outputs(), [], 'the user hears nothing of it')
  probe.receive(fork('200 OK'), carol)
  t.equal(probe.one('send').data, ack?.data, 'its ACK is repeated too')
  probe.ack(dialog)
  t.match(probe.one('send').data, /^ACK sip:bob@192.0.2.3:5060/, 'the name means the winner')
  t.end()
})

t.test('BYE of ours: gone at the final answer, kept at 401 and 407', (t) => {
  const { probe, callee, dialog } = talk()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0', 'X-Why: done')
  const first = probe.one('send')
  t.match(first.data, /^BYE sip:bob@192.0.2.3:5060 SIP/)
  probe.receive(callee.reply(first.data, '407 Proxy Authentication Required'), bob).outputs()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0', 'Proxy-Authorization: Digest y')
  const second = probe.one('send')
  t.equal(Number(field(second.data, 'CSeq').split(' ')[0]), Number(field(first.data, 'CSeq').split(' ')[0]) + 1)
  probe.receive(callee.reply(second.data, '200 OK'), bob)
  t.match(probe.one('response'), { dialog, message: { status: 200 } })
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  t.equal(probe.one('refused').reason, 'Server error: unable to find dialog for dialog id provided')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a BYE that times out ends the dialog as well', (t) => {
  const { probe, dialog } = talk()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0').outputs()
  probe.wait(32_000)
  t.match(probe.one('response'), { message: { status: 408 } })
  t.equal(probe.stack.counts.dialogs, 0)
  t.end()
})

t.test('route is the next hop only; outboundProxy where there is none', (t) => {
  const probe = new StackProbe({ outboundProxy: 'sip:192.0.2.50:5070' })
  probe.request(undefined, 'OPTIONS sip:x@example.net SIP/2.0')
  const proxied = probe.one('send')
  t.match(proxied.flow, { remoteAddress: '192.0.2.50', remotePort: 5070 })
  t.match(proxied.data, /^OPTIONS sip:x@example.net SIP/)
  t.equal(field(proxied.data, 'Route'), '')
  probe.outputs()
  probe.command({
    type: 'request', token: 'r', owner: 1, route: '<sip:192.0.2.60;transport=tcp>',
    draft: draft(['OPTIONS sip:x@example.net SIP/2.0']),
  })
  t.match(probe.one('send').flow, { transport: 'tcp', remoteAddress: '192.0.2.60', remotePort: 5060 })
  t.end()
})

t.test('the owner goes: its ringing INVITE is cancelled, a late 200 gets ACK and BYE', (t) => {
  const { probe, callee, invite } = call()
  probe.receive(callee.reply(invite, '180 Ringing'), bob).outputs()
  probe.command({ type: 'release', owner: 1 })
  t.same(probe.sent(), ['CANCEL'])
  probe.receive(callee.reply(invite, '200 OK'), bob)
  t.same(probe.sent(), ['ACK', 'BYE'])
  t.same(probe.outputs(), [])
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('the owner goes between the 200 and its ACK', (t) => {
  const { probe, callee, invite } = call()
  probe.receive(callee.reply(invite, '200 OK'), bob).outputs()
  probe.command({ type: 'release', owner: 1 })
  t.same(probe.sent(), ['ACK', 'BYE'])
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('an orphaned call that we placed ends with BYE, an orphaned subscription without', (t) => {
  const { probe, invite } = talk()
  probe.command({ type: 'release', owner: 1 }).wait(3600_000)
  const [bye] = probe.take('send')
  t.equal(field(bye?.data ?? '', 'Call-ID'), field(invite, 'Call-ID'))
  t.equal(field(bye?.data ?? '', 'Reason'), 'SIP;cause=200;text="Application gone"')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)

  const other = new StackProbe()
  other.request(undefined, 'SUBSCRIBE sip:bob@192.0.2.3 SIP/2.0', 'Event: presence', 'Expires: 86400')
  other.receive(new ScriptedPeer(bob, 'bob').reply(other.one('send').data, '200 OK', ['Expires: 86400']), bob)
  other.outputs()
  other.command({ type: 'release', owner: 1 }).wait(3600_000)
  t.same(other.outputs(), [])
  t.match(other.stack.counts, empty, 'not kept for the day it was granted')
  t.end()
})

t.test('100: told once to a user that asked, before anything else; to others never', (t) => {
  for (const { name, trying, told } of [
    { name: 'asked', trying: { trying: true }, told: [100, 180] },
    { name: 'not asked', trying: {}, told: [180] },
  ]) {
    const probe = new StackProbe()
    const far = new ScriptedPeer(bob, 'bob')
    const lines = ['INVITE sip:bob@192.0.2.3 SIP/2.0', '', sdp]
    probe.command({ type: 'request', token: 'x', owner: 1, draft: draft(lines), ...trying })
    const accepted = probe.one('accepted')
    const { data } = probe.one('send')
    for (let count = 0; count < 2; count++) probe.receive(far.reply(data, '100 Trying', [], ''), bob)
    probe.receive(far.reply(data, '180 Ringing'), bob)
    probe.receive(far.reply(data, '100 Trying', [], ''), bob)
    const responses = probe.take('response')
    t.same(responses.map(({ message }) => message.status), told, name)
    for (const response of responses) t.match(response, { transaction: accepted.transaction, dialog: accepted.dialog, owner: 1 })
    t.same(probe.sent(), [], 'and no INVITE is repeated')
  }
  t.end()
})

t.test('100 lets out a CANCEL that was held, whoever is told', (t) => {
  const probe = new StackProbe()
  const far = new ScriptedPeer(bob, 'bob')
  const lines = ['INVITE sip:bob@192.0.2.3 SIP/2.0', '', sdp]
  probe.command({ type: 'request', token: 'x', owner: 1, draft: draft(lines), trying: true })
  const { transaction, data } = probe.one('accepted')
  probe.cancel(transaction).outputs()
  probe.receive(far.reply(data, '100 Trying', [], ''), bob)
  t.same(probe.outputs().map(({ type }) => type), ['send', 'response'])
  t.end()
})

t.test('a draft with the Call-ID of a call of the owner goes inside it', (t) => {
  const { probe, invite } = talk()
  probe.request(undefined, 'INFO sip:whoever@192.0.2.3 SIP/2.0', `Call-ID: ${field(invite, 'Call-ID')}`)
  const { data } = probe.one('send')
  t.match(field(data, 'To'), 'tag=tag-of-bob')
  t.equal(field(data, 'From'), field(invite, 'From'))
  t.match(data, /^INFO sip:whoever@192.0.2.3 SIP/, 'another URI is used as given')
  t.end()
})

t.test('our own call comes back to us: two dialogs, two names', (t) => {
  const { probe, invite, dialog } = call()
  const returned = invite.replace(/Via: (.*)\r\n/,
    'Via: SIP/2.0/UDP 192.0.2.3:5060;branch=z9hG4bKproxy\r\nVia: $1\r\n')
  probe.receive(returned, bob)
  const { transaction } = probe.one('request')
  probe.command({ type: 'claim', transaction, owner: 1 }).outputs()
  probe.respond(transaction, 'SIP/2.0 200 OK')
  const inner = probe.one('accepted')
  t.not(inner.dialog, dialog)
  const callee = new ScriptedPeer(bob, 'bob')
  probe.receive(callee.reply(invite, '200 OK', [], callee.learn(inner.data).ourTag), bob).outputs()
  probe.ack(dialog)
  t.match(field(probe.one('send').data, 'To'), inner.data.split('To: ')[1]?.split('\r\n')[0] ?? 'x')
  t.equal(probe.stack.counts.dialogs, 2)
  t.end()
})
