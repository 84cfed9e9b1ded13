/** Calls that come to us: `uas.ts`, `respond.ts`, `answer.ts`, and CANCEL in `receive.ts`. */
import t from 'tap'
import type { StackOptions } from '../../src/sip/core.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { alice, connection, field, peer, sdp, sip, StackProbe } from '../support/stack-probe.ts'

interface Ringing {
  readonly probe: StackProbe
  readonly caller: ScriptedPeer
  /** Transaction of the INVITE. */
  readonly id: string
}

function ring(options: Partial<StackOptions> = {}, more: readonly string[] = []): Ringing {
  const probe = new StackProbe(options)
  const caller = new ScriptedPeer(alice)
  probe.receive(caller.invite({ more }))
  const id = probe.one('request').transaction
  probe.command({ type: 'claim', transaction: id, owner: 1 })
  probe.outputs()
  return { probe, caller, id }
}

/** A call that is up; nothing is left in the list of outputs. */
function talk(options: Partial<StackOptions> = {}): Ringing & { dialog: string } {
  const { probe, caller, id } = ring(options)
  probe.respond(id, 'SIP/2.0 200 OK', '', sdp)
  const accepted = probe.one('accepted')
  caller.learn(accepted.data)
  probe.receive(caller.request('ACK'))
  probe.outputs()
  return { probe, caller, id, dialog: accepted.dialog }
}

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }

t.test('an INVITE gets 100 before the user hears of it, with rport filled in', (t) => {
  const probe = new StackProbe()
  const caller = new ScriptedPeer(alice)
  const text = caller.invite({ more: ['Timestamp: 54', 'X-Mine: kept  as is'] })
  const outputs = probe.receive(text).outputs()
  t.same(outputs.map(({ type }) => type), ['send', 'request'])
  const [send, request] = outputs
  if (send?.type !== 'send' || request?.type !== 'request') throw new Error('unexpected')
  t.match(send.data, /^SIP\/2.0 100 Trying\r\n/)
  t.equal(field(send.data, 'Via'), 'SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK-tag-of-alice-1;rport=5060')
  t.equal(field(send.data, 'To'), '<sip:service@192.0.2.1>', 'a 100 has no To tag')
  t.equal(field(send.data, 'Timestamp'), '54')
  t.equal(request.dialog, '')
  t.equal(request.owner, 0)
  t.equal(request.bytes, text.length)
  t.equal(request.data, text.replace(/(branch=\S+)/, '$1;rport=5060'), 'the rest as received')
  t.end()
})

t.test('a source other than sent-by is written to received; responses go there', (t) => {
  const probe = new StackProbe()
  const caller = new ScriptedPeer(alice)
  const behindNat = peer('203.0.113.9', 1024)
  probe.receive(caller.invite(), behindNat)
  const trying = probe.one('send')
  t.match(field(trying.data, 'Via'), /;rport=1024;received=203\.0\.113\.9$/)
  t.equal(trying.flow.remoteAddress, '203.0.113.9')
  t.equal(trying.flow.remotePort, 1024)
  t.end()
})

t.test('maddr in the Via takes the response elsewhere', (t) => {
  const probe = new StackProbe()
  const caller = new ScriptedPeer(alice)
  probe.receive(caller.invite({ via: 'Via: SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bKm;maddr=192.0.2.77' }))
  const { flow } = probe.one('send')
  t.same([flow.remoteAddress, flow.remotePort], ['192.0.2.77', 5070])
  t.end()
})

t.test('180, 200, ACK, BYE of the caller', (t) => {
  const { probe, caller, id } = ring()
  probe.respond(id, 'SIP/2.0 180 Ringing', 'X-Test: one')
  const ringing = probe.one('accepted')
  t.equal(ringing.dialog, 'call-of-alice;from-tag=tag-of-alice')
  t.equal(field(ringing.data, 'Contact'), '', 'an ordinary 1xx has no Contact')
  t.equal(field(ringing.data, 'X-Test'), 'one')
  probe.respond(id, 'SIP/2.0 200 OK', '', sdp)
  const answered = probe.one('accepted')
  t.equal(field(answered.data, 'To'), field(ringing.data, 'To'), 'one To tag for all responses')
  t.equal(field(answered.data, 'Contact'), '<sip:192.0.2.1:5060>')
  t.equal(field(answered.data, 'Content-Type'), 'application/sdp')
  caller.learn(answered.data)
  probe.outputs()

  probe.receive(caller.request('ACK'))
  const ack = probe.one('ack')
  t.equal(ack.transaction, id)
  t.equal(ack.owner, 1)
  t.equal(ack.dialog, answered.dialog)
  probe.receive(caller.request('ACK'))
  t.same(probe.outputs(), [], 'a repeated ACK is not news')

  probe.receive(caller.request('BYE'))
  const bye = probe.one('request')
  t.equal(bye.dialog, answered.dialog)
  t.equal(bye.owner, 1)
  t.not(bye.transaction, id)
  probe.respond(bye.transaction, 'SIP/2.0 200 OK')
  t.equal(probe.one('accepted').dialog, '', 'the dialog is forgotten')
  t.same(probe.sent(), ['200 OK (BYE)'])
  probe.receive(caller.request('INFO'))
  t.same(probe.sent(), ['481 Call/Transaction Does Not Exist (INFO)'])
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('repeated INVITEs never reach the user', (t) => {
  const probe = new StackProbe()
  const caller = new ScriptedPeer(alice)
  const invite = caller.invite()
  probe.receive(invite)
  const { transaction } = probe.one('request')
  probe.outputs()
  probe.receive(invite)
  t.same(probe.sent(), ['100 Trying (INVITE)'])
  probe.respond(transaction, 'SIP/2.0 180 Ringing')
  probe.outputs()
  probe.receive(invite)
  t.same(probe.sent(), ['180 Ringing (INVITE)'])
  probe.respond(transaction, 'SIP/2.0 200 OK')
  probe.outputs()
  probe.receive(invite)
  t.same(probe.outputs(), [], 'RFC 6026 §7.1: absorbed, the 200 has its own timer')
  t.end()
})

t.test('a 2xx is repeated at T1 doubling to T2, until the ACK', (t) => {
  const { probe, caller, id } = ring()
  probe.respond(id, 'SIP/2.0 200 OK')
  caller.learn(probe.one('accepted').data)
  probe.outputs()
  const times: number[] = []
  const start = probe.nowMs
  for (let step = 0; step < 120; step++) {
    probe.wait(100)
    if (probe.sent().length > 0) times.push(probe.nowMs - start)
  }
  t.same(times, [500, 1500, 3500, 7500, 11_500])
  probe.receive(caller.request('ACK'))
  probe.outputs()
  probe.wait(10_000)
  t.same(probe.sent(), [])
  t.end()
})

t.test('without an ACK the call ends after 32 s with BYE, and the user is told', (t) => {
  const { probe, id } = ring()
  probe.respond(id, 'SIP/2.0 200 OK')
  const { dialog } = probe.one('accepted')
  probe.outputs()
  probe.wait(31_999)
  t.same(probe.take('dialogEnded'), [])
  probe.outputs()
  probe.wait(1)
  const bye = probe.one('send')
  t.match(bye.data, /^BYE sip:alice@192.0.2.2:5060 SIP/)
  t.equal(field(bye.data, 'Reason'), 'SIP;cause=200;text="ACK timeout"')
  const ended = probe.one('dialogEnded')
  t.match(ended, { dialog, owner: 1, cause: 'ackTimeout', data: bye.data })
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a failure is repeated until its ACK, which the user does not see', (t) => {
  const { probe, caller, id } = ring()
  probe.respond(id, 'SIP/2.0 486 Busy Here')
  const refused = probe.one('accepted')
  t.equal(refused.dialog, 'call-of-alice;from-tag=tag-of-alice')
  caller.learn(refused.data)
  probe.outputs()
  probe.wait(1500)
  t.same(probe.sent(), ['486 Busy Here (INVITE)', '486 Busy Here (INVITE)'])
  probe.receive(caller.request('ACK', { branch: caller.branch }))
  probe.wait(100_000)
  t.same(probe.outputs(), [])
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a failure never acknowledged is forgotten after 32 s', (t) => {
  const { probe, id } = ring()
  probe.respond(id, 'SIP/2.0 486 Busy Here')
  probe.outputs()
  probe.wait(40_000)
  t.equal(probe.sent().length, 10, '0.5, 1.5, 3.5, 7.5 … 31.5 s')
  t.match(probe.stack.counts, empty)
  t.end()
})

for (const { name, before, dialog } of [
  { name: 'before any answer', before: undefined, dialog: '' },
  { name: 'after 180', before: 'SIP/2.0 180 Ringing', dialog: 'call-of-alice;from-tag=tag-of-alice' },
]) {
  t.test(`CANCEL ${name}: 200, 487, and the user is told`, (t) => {
    const { probe, caller, id } = ring()
    if (before !== undefined) probe.respond(id, before)
    probe.outputs()
    probe.receive(caller.request('CANCEL'))
    const cancelled = probe.one('cancelled')
    t.match(cancelled, { transaction: id, dialog, owner: 1 })
    t.match(cancelled.data, /^CANCEL .*\r\nVia: .*;rport=5060\r\n/)
    const [ok, terminated] = probe.take('send')
    t.match(ok?.data ?? '', /^SIP\/2.0 200 OK/)
    t.match(terminated?.data ?? '', /^SIP\/2.0 487 /)
    t.equal(field(ok?.data ?? '', 'To'), field(terminated?.data ?? '', 'To'), 'one To tag')
    probe.respond(id, 'SIP/2.0 200 OK')
    t.equal(probe.one('refused').reason, 'Response not sent due to unknown transaction')
    probe.receive(caller.learn(terminated?.data ?? '').request('ACK', { branch: caller.branch }))
    t.same(probe.outputs(), [], 'the ACK is absorbed')
    probe.wait(100_000)
    t.match(probe.stack.counts, empty)
    t.end()
  })
}

t.test('a CANCEL repeated gets its 200 again and nothing else', (t) => {
  const { probe, caller } = ring()
  probe.receive(caller.request('CANCEL')).outputs()
  probe.receive(caller.request('CANCEL'))
  t.same(probe.sent(), ['200 OK (CANCEL)'])
  t.same(probe.outputs(), [])
  t.end()
})

t.test('a CANCEL after our 200 has no effect; one for nothing gets 481', (t) => {
  const { probe, caller, id } = ring()
  probe.respond(id, 'SIP/2.0 200 OK').outputs()
  probe.receive(caller.request('CANCEL'))
  t.same(probe.sent(), ['200 OK (CANCEL)'])
  t.same(probe.outputs(), [])
  probe.receive(caller.request('CANCEL', { branch: 'z9hG4bKother' }))
  t.same(probe.sent(), ['481 Call/Transaction Does Not Exist (CANCEL)'])
  t.end()
})

t.test('the user is silent', (t) => {
  const { probe } = ring()
  probe.wait(63_999)
  t.same(probe.sent(), [])
  probe.wait(1)
  t.same(probe.outputs().map(({ type }) => type), ['send', 'cancelled'], 'the caller first')
  probe.respond('id-1', 'SIP/2.0 200 OK')
  t.equal(probe.one('refused').reason, 'Response not sent due to unknown transaction')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)

  const other = new StackProbe()
  other.receive(new ScriptedPeer(alice).request('OPTIONS'))
  other.outputs()
  other.wait(100_000)
  t.same(other.outputs(), [], 'RFC 4320: no late 408 to OPTIONS')
  t.match(other.stack.counts, empty)
  t.end()
})

t.test('a silent user is told of the 480 by a CANCEL that nobody sent', (t) => {
  const { probe, caller, id } = ring({}, ['Route: <sip:us@192.0.2.1;lr>'])
  const [, branch] = /branch=([^;\r]+)/.exec(caller.lastInvite) ?? []
  probe.wait(64_000)
  t.same(probe.sent(), ['480 Temporarily Unavailable (INVITE)'])
  const told = probe.one('cancelled')
  t.match(told, { transaction: id, dialog: '', owner: 1, bytes: 0, flow: alice })
  t.match(told.data, /^CANCEL sip:service@192\.0\.2\.1 SIP\/2\.0\r\n/)
  t.equal(told.message.method, 'CANCEL')
  t.equal(told.message.topVia.branch, branch, 'RFC 3261 §9.1: the branch of the INVITE')
  t.equal(field(told.data, 'Call-ID'), 'call-of-alice')
  t.equal(field(told.data, 'CSeq'), '1 CANCEL')
  t.match(field(told.data, 'From'), ';tag=tag-of-alice')
  t.equal(field(told.data, 'Reason'), 'SIP;cause=480;text="Application did not answer"')
  probe.receive(caller.request('CANCEL'))
  t.same(probe.outputs().map(({ type }) => type), ['send'], 'a real one comes too late: 200 only')

  const rung = ring()
  rung.probe.respond(rung.id, 'SIP/2.0 180 Ringing')
  rung.probe.wait(61 * 60_000)
  t.equal(rung.probe.take('cancelled').length, 1, 'also when it rang for an hour')

  const nobody = new StackProbe()
  nobody.receive(new ScriptedPeer(alice).invite()).outputs()
  nobody.wait(64_000)
  t.same(nobody.take('cancelled'), [], 'an INVITE that nobody claimed: nobody to tell')
  t.end()
})

t.test('a silent user is told of the 480 to a re-INVITE, and the call goes on', (t) => {
  const { probe, caller, dialog } = talk()
  probe.receive(caller.invite()).outputs()
  probe.wait(64_000)
  t.same(probe.sent(), ['480 Temporarily Unavailable (INVITE)'])
  t.match(probe.one('cancelled'), { dialog, owner: 1, bytes: 0 })
  t.equal(probe.stack.counts.dialogs, 1)
  t.end()
})

t.test('while it rings the 180 goes out again each minute (RFC 3261 §13.3.1.1)', (t) => {
  const { probe, caller, id } = ring()
  probe.respond(id, 'SIP/2.0 180 Ringing').outputs()
  probe.wait(180_000)
  t.same(probe.sent(), Array(3).fill('180 Ringing (INVITE)'))
  probe.receive(caller.request('CANCEL'))
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)

  const forgotten = ring()
  forgotten.probe.respond(forgotten.id, 'SIP/2.0 180 Ringing').outputs()
  forgotten.probe.wait(2 * 3600_000)
  t.equal(forgotten.probe.sent().filter((line) => line.startsWith('480')).length > 0, true)
  t.match(forgotten.probe.stack.counts, empty, 'nobody rings for ever')
  t.end()
})

t.test('a BYE which the user does not answer is answered 200 after 32 s', (t) => {
  const { probe, caller } = talk()
  probe.receive(caller.request('BYE')).outputs()
  probe.wait(32_000)
  t.same(probe.sent(), ['200 OK (BYE)'])
  t.end()
})

t.test('refusals of the user\'s answers', (t) => {
  const { probe, id } = ring()
  const reason = (...lines: string[]): string => probe.respond(id, ...lines).one('refused').reason
  t.equal(probe.respond('nobody', 'SIP/2.0 200 OK').one('refused').reason,
    'Response not sent due to unknown transaction')
  t.equal(probe.respond('nobody', 'SIP/2.0 200 OK', 'CSeq: 1 CANCEL').one('refused').reason,
    '200 OK to incoming CANCEL is automatically generated by the stack')
  t.equal(reason('SIP/2.0 183 Session Progress', 'require: 100rel'),
    'Remote endpoint does not support 100rel')
  t.equal(reason('SIP/2.0 200 OK', '', 'x'.repeat(65_500)), 'message too large for a datagram')
  probe.respond(id, 'SIP/2.0 486 Busy Here')
  t.equal(reason('SIP/2.0 200 OK'), 'Response not sent due to unknown transaction', 'one final')
  t.end()
})

t.test('what of a draft goes out', (t) => {
  const { probe, id } = ring({}, ['Record-Route: <sip:p2;lr>, <sip:p1;lr>'])
  probe.respond(id, 'SIP/2.0 200 Fine', 'Call-ID: other', 'cseq: 9 INVITE', 'from: <sip:x@y>;tag=1',
    'to: <sip:service@192.0.2.1>;tag=mytag', 'Via: SIP/2.0/UDP 1.2.3.4', 'Route: <sip:r>',
    'Record-Route: <sip:mine>', 'contact: sip:me@localhost', 'p-asserted-identity: <sip:u@localhost>',
    'x-My-header: a', 'some-header: b')
  const { data, message } = probe.one('accepted')
  t.equal(field(data, 'Call-ID'), 'call-of-alice')
  t.equal(field(data, 'CSeq'), '1 INVITE')
  t.match(field(data, 'From'), 'tag=tag-of-alice')
  t.equal(field(data, 'To'), '<sip:service@192.0.2.1>;tag=mytag', 'the draft\'s own tag')
  t.match(field(data, 'Via'), '192.0.2.2')
  t.equal(field(data, 'Route'), '')
  t.same(message?.list('Record-Route'), ['<sip:p2;lr>', '<sip:p1;lr>'])
  t.equal(field(data, 'Contact'), '<sip:me@192.0.2.1:5060>')
  t.equal(field(data, 'P-Asserted-Identity'), '<sip:u@192.0.2.1:5060>')
  t.match(data, '\r\nx-My-header: a\r\n')
  t.match(data, '\r\nSome-Header: b\r\n')
  t.match(data, /^SIP\/2.0 200 Fine\r\n/)
  t.end()
})

t.test('merged requests: the same request by another way gets 482 (RFC 3261 §8.2.2.2)', (t) => {
  const { probe, caller, id } = ring()
  probe.receive(caller.invite({ cseq: 1, branch: 'z9hG4bKother' }))
  t.same(probe.sent(), ['482 Loop Detected (INVITE)'])
  probe.respond(id, 'SIP/2.0 486 Busy Here').outputs()
  probe.receive(caller.invite({ cseq: 1, branch: 'z9hG4bKthird' }))
  t.equal(probe.take('request').length, 1, 'a serial search after our failure is no loop')
  t.end()
})

t.test('a second call under the same Call-ID and From tag is refused once the first is up', (t) => {
  const { probe, caller } = talk()
  probe.receive(caller.invite({ toTag: '', cseq: 7 }))
  const { transaction } = probe.one('request')
  probe.outputs()
  probe.respond(transaction, 'SIP/2.0 200 OK')
  t.equal(probe.one('refused').reason, 'dialog already exists, rejecting this request')
  t.same(probe.sent(), ['480 Temporarily Unavailable (INVITE)'])
  t.end()
})

t.test('over TCP: the same connection, no failure repeated, and a closed one refuses', (t) => {
  const probe = new StackProbe()
  const flow = connection('192.0.2.2', 3)
  const caller = new ScriptedPeer(flow)
  probe.receive(caller.invite(), flow)
  const { transaction } = probe.one('request')
  t.equal(probe.one('send').flow.connection, 3)
  probe.respond(transaction, 'SIP/2.0 486 Busy Here').outputs()
  probe.wait(10_000)
  t.same(probe.sent(), [])
  probe.receive(caller.invite({ callId: 'second', toTag: '' }), flow)
  const second = probe.one('request')
  probe.input({ type: 'flowClosed', now: probe.nowMs, connection: 3 })
  probe.respond(second.transaction, 'SIP/2.0 200 OK')
  t.equal(probe.one('refused').reason, 'transport for response has been shutdown or closed')
  probe.wait(100_000)
  t.match(probe.stack.counts, { ...empty, connections: 0 })
  t.end()
})

t.test('an RFC 2543 client without the magic cookie is matched all the same', (t) => {
  const probe = new StackProbe()
  const caller = new ScriptedPeer(alice)
  const via = 'Via: SIP/2.0/UDP 192.0.2.2:5060'
  const invite = caller.invite({ via })
  probe.receive(invite)
  const { transaction } = probe.one('request')
  probe.outputs()
  probe.receive(invite)
  t.same(probe.sent(), ['100 Trying (INVITE)'])
  probe.receive(caller.invite({ via, callId: 'another', cseq: 1 }))
  t.equal(probe.take('request').length, 1, 'another call')
  probe.outputs()
  probe.respond(transaction, 'SIP/2.0 486 Busy Here')
  caller.learn(probe.one('accepted').data)
  probe.outputs()
  probe.receive(caller.request('ACK', { via, cseq: 1 }))
  probe.wait(5000)
  t.same(probe.sent(), [], 'the ACK was matched')
  t.end()
})

t.test('ACK to a 2xx under the INVITE\'s own branch, as SIPp sends it', (t) => {
  const { probe, caller, id } = ring()
  probe.respond(id, 'SIP/2.0 200 OK')
  caller.learn(probe.one('accepted').data)
  probe.outputs()
  probe.receive(caller.request('ACK', { branch: caller.branch }))
  t.equal(probe.outputs()[0]?.type, 'ack')
  t.end()
})

t.test('requests outside dialogs that make no dialog', (t) => {
  for (const method of ['OPTIONS', 'REGISTER', 'MESSAGE', 'INFO', 'NOTIFY', 'PUBLISH']) {
    const probe = new StackProbe()
    const caller = new ScriptedPeer(alice)
    probe.receive(caller.request(method))
    const [request] = probe.outputs()
    if (request?.type !== 'request') throw new Error(method)
    probe.respond(request.transaction, 'SIP/2.0 200 OK')
    t.equal(probe.one('accepted').dialog, '', method)
    t.same(probe.sent(), [`200 OK (${method})`])
    probe.receive(caller.request(method, { cseq: 1, branch: caller.branch }))
    t.same(probe.sent(), [`200 OK (${method})`], 'the answer is repeated')
    probe.wait(40_000)
    t.match(probe.stack.counts, empty)
  }
  t.end()
})

for (const method of ['BYE', 'UPDATE', 'PRACK']) {
  t.test(`${method} outside a dialog gets 481`, (t) => {
    const probe = new StackProbe()
    probe.receive(new ScriptedPeer(alice).request(method))
    t.same(probe.sent(), [`481 Call/Transaction Does Not Exist (${method})`])
    t.same(probe.outputs(), [])
    t.end()
  })
}

t.test('an unknown To tag gets 481, an ACK with one is dropped', (t) => {
  const probe = new StackProbe()
  const caller = new ScriptedPeer(alice)
  for (const method of ['INVITE', 'INFO', 'BYE', 'OPTIONS']) {
    probe.receive(caller.request(method, { toTag: 'nobody' }))
    t.same(probe.sent(), [`481 Call/Transaction Does Not Exist (${method})`])
  }
  probe.receive(caller.request('ACK', { toTag: 'nobody' }))
  t.same(probe.outputs(), [])
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('the owner goes: 503 to the unanswered, 481 inside its calls, BYE drops them', (t) => {
  const waiting = ring()
  waiting.probe.command({ type: 'release', owner: 1 })
  t.same(waiting.probe.sent(), ['503 Service Unavailable (INVITE)'])

  const { probe, caller } = talk()
  probe.command({ type: 'release', owner: 1 })
  t.same(probe.outputs(), [], 'nothing on the wire')
  probe.receive(caller.invite())
  t.same(probe.sent(), ['481 Call/Transaction Does Not Exist (INVITE)'])
  t.equal(probe.stack.counts.dialogs, 1)
  probe.receive(caller.request('BYE'))
  t.same(probe.sent(), ['481 Call/Transaction Does Not Exist (BYE)'])
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('an orphan is ended after a while: BYE with a Reason, nobody is told, nothing is left', (t) => {
  for (const { name, limits, fromMs, toMs } of [
    { name: 'an hour unless told otherwise', limits: {}, fromMs: 54 * 60_000, toMs: 3600_000 },
    { name: 'ten minutes', limits: { orphanMs: 600_000 }, fromMs: 540_000, toMs: 600_000 },
  ]) {
    const { probe, caller } = talk({ limits })
    probe.command({ type: 'release', owner: 1 })
    probe.wait(fromMs - 1)
    t.same(probe.outputs(), [], `${name}: stays up`)
    probe.wait(toMs - fromMs + 1)
    const [bye] = probe.take('send')
    t.match(bye?.data ?? '', /^BYE sip:alice@192\.0\.2\.2:5060 SIP/, name)
    t.equal(field(bye?.data ?? '', 'Reason'), 'SIP;cause=200;text="Application gone"')
    t.equal(probe.stack.counts.dialogs, 0, 'forgotten at once')
    probe.receive(caller.reply(bye?.data ?? '', '200 OK', [], ''))
    probe.wait(40_000)
    t.same(probe.outputs().map(({ type }) => type).filter((type) => type !== 'send'), [])
    t.match(probe.stack.counts, empty)
  }
  t.end()
})

t.test('orphans of one application do not all end in the same instant', (t) => {
  const probe = new StackProbe()
  for (let call = 0; call < 50; call++) {
    const caller = new ScriptedPeer(alice, `alice${call}`)
    probe.receive(caller.invite())
    const { transaction } = probe.one('request')
    probe.command({ type: 'claim', transaction, owner: 1 })
    probe.respond(transaction, 'SIP/2.0 200 OK', '', sdp)
    probe.receive(caller.learn(probe.one('accepted').data).request('ACK'))
  }
  probe.command({ type: 'release', owner: 1 }).wait(57 * 60_000)
  const left = probe.stack.counts.dialogs
  t.ok(left > 10 && left < 40, `${left} of 50 left at half of the last tenth`)
  probe.wait(4 * 60_000)
  t.match(probe.stack.counts.dialogs, 0)
  t.end()
})

t.test('an orphan whose peer hangs up, or does not take part in its session, ends at once', (t) => {
  const { probe, caller } = talk()
  probe.command({ type: 'release', owner: 1 })
  probe.receive(caller.request('BYE')).outputs()
  probe.wait(40_000)
  t.match(probe.stack.counts, empty, 'no timer waits for it any more')
  probe.wait(2 * 3600_000)
  t.same(probe.outputs(), [])
  t.end()
})

t.test('sip() writes what a peer would', (t) => {
  t.equal(sip('A', 'B'), 'A\r\nB\r\n\r\n')
  t.end()
})
