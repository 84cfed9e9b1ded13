/** What happens inside calls, both ways: `in-dialog.ts`, `dialog.ts`. */
import t from 'tap'
import { answeredCall, fromCallee, placedCall } from '../support/established-call.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { alice, bob, connection, draft, field, peer, sdp, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }
const cseqOf = (data: string): number => Number(field(data, 'CSeq').split(' ')[0])

t.test('requests of the user: placeholder, tags, CSeq, Contact', (t) => {
  const { probe, far, dialog, invite, answer } = answeredCall()
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0', 'Content-Type: text/plain', 'From: <sip:x>',
    'To: <sip:y>', 'CSeq: 99 INFO', '', 'hello')
  const { data } = probe.one('send')
  t.match(data, /^INFO sip:alice@192.0.2.2:5060 SIP/)
  t.equal(field(data, 'From'), field(answer, 'To'))
  t.equal(field(data, 'To'), field(invite, 'From'))
  t.equal(field(data, 'Call-ID'), far.callId)
  t.equal(field(data, 'Contact'), '')
  t.ok(data.endsWith('\r\n\r\nhello'))
  const first = cseqOf(data)
  t.not(first, 99)
  const accepted = probe.one('accepted')
  t.equal(accepted.dialog, dialog)
  probe.receive(far.reply(data, '200 OK'))
  t.match(probe.one('response'), { transaction: accepted.transaction, dialog, owner: 1 })
  for (const [method, contact] of [['REFER', '<sip:192.0.2.1:5060>'], ['MESSAGE', '']] as const) {
    probe.request(dialog, `${method} sip:placeholder SIP/2.0`)
    const next = probe.one('send').data
    t.equal(field(next, 'Contact'), contact, method)
    t.equal(cseqOf(next), first + (method === 'REFER' ? 1 : 2))
  }
  t.end()
})

for (const { name, dialog, lines, reason } of [
  { name: 'unknown dialog', dialog: 'nobody', lines: ['INFO sip:placeholder SIP/2.0'], reason: 'Server error: unable to find dialog for dialog id provided' },
  { name: 'body of no type', dialog: undefined, lines: ['INFO sip:placeholder SIP/2.0', '', 'hello'], reason: 'Server error: missing content-type' },
  { name: 'not a URI', dialog: undefined, lines: ['INFO nonsense SIP/2.0'], reason: 'invalid request-uri: INFO nonsense SIP/2.0' },
]) {
  t.test(`refused inside a dialog: ${name}`, (t) => {
    const call = answeredCall()
    call.probe.request(dialog ?? call.dialog, ...lines)
    t.equal(call.probe.one('refused').reason, reason)
    t.end()
  })
}

t.test('a dialog of another owner is not found', (t) => {
  const { probe, dialog } = answeredCall()
  probe.command({
    type: 'request', token: 'r', owner: 2, dialog, draft: draft(['BYE sip:placeholder SIP/2.0']),
  })
  t.match(probe.one('refused').reason, 'unable to find dialog')
  probe.command({
    type: 'ack', token: 'a', owner: 2, dialog, draft: draft(['ACK sip:placeholder SIP/2.0']),
  })
  t.match(probe.one('refused').reason, 'ACK for non-success')
  t.end()
})

t.test('route set: as recorded for the callee, reversed for the caller', (t) => {
  const routes = ['Record-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.51;lr>']
  const answered = answeredCall({ more: routes })
  t.equal(field(answered.answer, 'Record-Route'), '<sip:192.0.2.50;lr>')
  answered.probe.request(answered.dialog, 'INFO sip:placeholder SIP/2.0')
  const one = answered.probe.one('send')
  t.match(one.data, /Route: <sip:192.0.2.50;lr>\r\nRoute: <sip:192.0.2.51;lr>\r\n/)
  t.equal(one.flow.remoteAddress, '192.0.2.50')

  const placed = placedCall({ more: routes })
  placed.probe.request(placed.dialog, 'INFO sip:placeholder SIP/2.0')
  const two = placed.probe.one('send')
  t.match(two.data, /Route: <sip:192.0.2.51;lr>\r\nRoute: <sip:192.0.2.50;lr>\r\n/)
  t.equal(two.flow.remoteAddress, '192.0.2.51')
  t.match(two.data, /^INFO sip:bob@192.0.2.3:5060 SIP/)
  t.end()
})

t.test('a strict router goes to the Request-URI, the target to the end of Route', (t) => {
  const { probe, dialog } = answeredCall({ more: ['Record-Route: <sip:192.0.2.50>, <sip:192.0.2.51;lr>'] })
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  const { data, flow } = probe.one('send')
  t.match(data, /^INFO sip:192.0.2.50 SIP/)
  t.match(data, /Route: <sip:192.0.2.51;lr>\r\nRoute: <sip:alice@192.0.2.2:5060>\r\n/)
  t.equal(flow.remoteAddress, '192.0.2.50')
  t.end()
})

t.test('re-INVITE of the peer: 100, the user answers, its Contact becomes the target', (t) => {
  const { probe, far, dialog } = answeredCall()
  probe.receive(far.invite({ contact: '<sip:alice@192.0.2.2:5062>' }))
  t.same(probe.sent(), ['100 Trying (INVITE)'])
  const { transaction } = probe.one('request')
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  t.match(probe.one('send').data, /^INFO sip:alice@192.0.2.2:5060 /, 'not before the 2xx')
  probe.respond(transaction, 'SIP/2.0 200 OK', '', sdp)
  t.equal(field(probe.take('accepted').at(-1)?.data ?? '', 'Contact'), '<sip:192.0.2.1:5060>')
  probe.receive(far.request('ACK'))
  t.equal(probe.one('ack').transaction, transaction)
  probe.outputs()
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  t.match(probe.one('send').data, /^INFO sip:alice@192.0.2.2:5062 /)
  t.end()
})

t.test('a re-INVITE of the peer is cancelled: the call goes on', (t) => {
  const { probe, far, dialog } = answeredCall()
  probe.receive(far.invite())
  const { transaction } = probe.one('request')
  probe.outputs()
  probe.receive(far.request('CANCEL'))
  t.match(probe.one('cancelled'), { transaction, dialog, owner: 1 })
  t.same(probe.sent(), ['200 OK (CANCEL)', '487 Request Terminated (INVITE)'])
  probe.receive(far.request('ACK', { branch: far.branch }))
  probe.receive(far.request('INFO'))
  t.equal(probe.one('request').dialog, dialog)
  t.end()
})

t.test('a re-INVITE of the user is cancelled: the call goes on', (t) => {
  const { probe, far, dialog } = placedCall()
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  const { data, transaction } = probe.one('accepted')
  probe.receive(far.reply(data, '100 Trying'), bob).outputs()
  probe.cancel(transaction)
  t.same(probe.sent(), ['CANCEL'])
  probe.receive(far.reply(data, '487 Request Terminated'), bob)
  t.match(probe.one('accepted'), { dialog })
  t.match(probe.one('response'), { message: { status: 487 }, dialog })
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  t.equal(probe.sent().at(-1), 'INFO')
  t.end()
})

t.test('a refused re-INVITE changes nothing', (t) => {
  const { probe, far, dialog } = answeredCall()
  probe.receive(far.invite({ contact: '<sip:alice@192.0.2.2:5062>' }))
  probe.respond(probe.one('request').transaction, 'SIP/2.0 488 Not Acceptable Here').outputs()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  t.match(probe.one('send').data, /^BYE sip:alice@192.0.2.2:5060 /)
  t.end()
})

t.test('re-INVITE of the user: 180 and 200 are passed up, the target of the 2xx is used', (t) => {
  const { probe, far, dialog, invite } = placedCall()
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  const { data } = probe.one('send')
  t.equal(cseqOf(data), cseqOf(invite) + 1)
  t.match(field(data, 'To'), 'tag=tag-of-bob')
  probe.outputs()
  probe.receive(far.reply(data, '180 Ringing'), bob)
  probe.receive(far.reply(data, '200 OK', ['Contact: <sip:bob@192.0.2.3:5099>']), bob)
  t.same(probe.take('response').map((response) => response.message.status), [180, 200])
  probe.ack(dialog)
  const ack = probe.one('send').data
  t.match(ack, /^ACK sip:bob@192.0.2.3:5099 /)
  t.equal(cseqOf(ack), cseqOf(data))
  t.end()
})

t.test('re-INVITE refused: acknowledged by the stack, the dialog stays', (t) => {
  const { probe, far, dialog } = placedCall()
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  const { data } = probe.one('send')
  probe.outputs()
  probe.receive(far.reply(data, '488 Not Acceptable Here'), bob)
  t.same(probe.sent(), ['ACK'])
  probe.ack(dialog)
  t.match(probe.take('refused').at(-1)?.reason, /ACK for non-success/)
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  t.same(probe.sent(), ['INVITE'], 'another may follow')
  t.end()
})

t.test('glare and disorder (RFC 3261 §12.2.2, §14)', (t) => {
  t.test('their INVITE crosses ours: 491', (t) => {
    const call = placedCall()
    call.probe.request(call.dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp).outputs()
    call.probe.receive(fromCallee(call, 'INVITE', [], sdp), bob)
    t.same(call.probe.sent(), ['491 Request Pending (INVITE)'])
    t.same(call.probe.outputs(), [])
    t.end()
  })
  t.test('a second INVITE while one is unanswered: 500 with Retry-After', (t) => {
    const { probe, far } = answeredCall()
    probe.receive(far.invite()).outputs()
    probe.receive(far.invite())
    const { data } = probe.one('send')
    t.match(data, /^SIP\/2.0 500 /)
    t.ok(Number(field(data, 'Retry-After')) <= 10)
    t.same(probe.take('request'), [])
    t.end()
  })
  t.test('the user may not send an INVITE while one is pending', (t) => {
    const { probe, far, dialog } = answeredCall()
    probe.receive(far.invite()).outputs()
    probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
    t.equal(probe.one('refused').reason, 'Server error: another INVITE is pending in this dialog')
    t.end()
  })
  t.test('an overtaken request: 500', (t) => {
    const { probe, far } = answeredCall()
    probe.receive(far.request('INFO', { cseq: 9 })).outputs()
    probe.receive(far.request('INFO', { cseq: 8 }))
    t.same(probe.sent(), ['500 Server Internal Error (INFO)'])
    t.end()
  })
  t.test('a re-INVITE right behind the ACK, or before it, is not refused', (t) => {
    const probe = new StackProbe()
    const far = new ScriptedPeer(alice)
    probe.receive(far.invite())
    probe.respond(probe.one('request').transaction, 'SIP/2.0 200 OK')
    far.learn(probe.one('accepted').data)
    const ack = far.request('ACK')
    probe.outputs()
    probe.receive(far.invite())
    t.equal(probe.take('request').length, 1)
    probe.receive(ack)
    t.equal(probe.take('ack').length, 1, 'the ACK finds its own answer')
    t.end()
  })
  t.test('their re-INVITE before the user has acknowledged their 200', (t) => {
    const probe = new StackProbe()
    const far = new ScriptedPeer(bob, 'bob')
    probe.request(undefined, 'INVITE sip:bob@192.0.2.3 SIP/2.0', '', sdp)
    const { data } = probe.one('send')
    probe.receive(far.reply(data, '200 OK'), bob).outputs()
    const toTag = /;tag=(.*)$/.exec(field(data, 'From'))?.[1] ?? ''
    probe.receive(far.invite({ callId: field(data, 'Call-ID'), toTag }), bob)
    t.equal(probe.take('request').length, 1)
    t.end()
  })
  t.end()
})

t.test('BYE crosses BYE: both are answered, the user hears only of its own', (t) => {
  const { probe, far, dialog } = answeredCall()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  const ours = probe.one('send').data
  probe.outputs()
  probe.receive(far.request('BYE'))
  t.same(probe.sent(), ['200 OK (BYE)'])
  t.same(probe.outputs(), [])
  probe.receive(far.reply(ours, '481 Call/Transaction Does Not Exist'))
  t.match(probe.one('response'), { message: { status: 481 } })
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('BYE of the peer while its re-INVITE is with the user: 487, and the user\'s answer is late', (t) => {
  const { probe, far } = answeredCall()
  probe.receive(far.invite())
  const { transaction } = probe.one('request')
  probe.outputs()
  probe.receive(far.request('BYE'))
  t.same(probe.sent(), ['487 Request Terminated (INVITE)'])
  probe.respond(transaction, 'SIP/2.0 200 OK')
  t.equal(probe.one('refused').reason, 'Response not sent due to unknown transaction')
  t.end()
})

t.test('BYE during a re-INVITE of ours goes at once; the re-INVITE does not hang', (t) => {
  const { probe, far, dialog } = placedCall()
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  const reinvite = probe.one('send').data
  probe.receive(far.reply(reinvite, '180 Ringing'), bob).outputs()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  const bye = probe.one('send').data
  t.match(bye, /^BYE /)
  probe.receive(far.reply(bye, '200 OK'), bob).outputs()
  probe.receive(far.reply(reinvite, '200 OK'), bob)
  t.same(probe.sent(), ['ACK'], 'a late 2xx is acknowledged by the stack')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)

  const silent = placedCall()
  silent.probe.request(silent.dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  const hanging = silent.probe.one('send').data
  silent.probe.receive(silent.far.reply(hanging, '180 Ringing'), bob)
  silent.probe.request(silent.dialog, 'BYE sip:placeholder SIP/2.0').outputs()
  silent.probe.wait(200_000)
  t.match(silent.probe.stack.counts, empty, 'without any answer too')
  t.end()
})

t.test('BYE of the peer during a re-INVITE of ours that stays unanswered: it does not hang', (t) => {
  const call = placedCall()
  const { probe, far, dialog } = call
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  probe.receive(far.reply(probe.one('send').data, '180 Ringing'), bob).outputs()
  probe.receive(fromCallee(call, 'BYE'), bob)
  probe.respond(probe.one('request').transaction, 'SIP/2.0 200 OK').outputs()
  probe.wait(100_000)
  t.match(probe.one('response'), { dialog, message: { status: 487 } }, 'the user gets an end of it')
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('BYE of ours before the caller acknowledged: the 200 is still repeated', (t) => {
  const probe = new StackProbe()
  const far = new ScriptedPeer(alice)
  probe.receive(far.invite())
  const { transaction } = probe.one('request')
  probe.command({ type: 'claim', transaction, owner: 1 })
  probe.respond(transaction, 'SIP/2.0 200 OK')
  const { data, dialog } = probe.one('accepted')
  far.learn(data)
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  const bye = probe.take('send').at(-1)?.data ?? ''
  probe.receive(far.reply(bye, '200 OK')).outputs()
  probe.wait(500)
  t.same(probe.sent(), ['200 OK (INVITE)'])
  probe.receive(far.request('ACK'))
  t.same(probe.outputs(), [], 'the call is over: nobody is told')
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('UPDATE while the INVITE is with the user shares its transaction id', (t) => {
  const probe = new StackProbe()
  const far = new ScriptedPeer(alice)
  probe.receive(far.invite())
  const { transaction } = probe.one('request')
  probe.command({ type: 'claim', transaction, owner: 1 })
  probe.respond(transaction, 'SIP/2.0 183 Session Progress', '', sdp)
  const { data, dialog } = probe.one('accepted')
  far.learn(data)
  probe.outputs()
  probe.receive(far.request('UPDATE', { body: sdp, contact: '<sip:alice@192.0.2.2:5077>' }))
  t.match(probe.one('request'), { transaction, dialog })
  probe.receive(far.request('UPDATE', { body: sdp }))
  t.same(probe.sent(), ['500 Server Internal Error (UPDATE)'], 'one at a time')
  probe.respond(transaction, 'SIP/2.0 200 OK', 'cseq: 2 UPDATE', '', sdp)
  t.match(probe.one('accepted'), { transaction, dialog: '' })
  t.same(probe.sent(), ['200 OK (UPDATE)'])
  probe.respond(transaction, 'SIP/2.0 200 OK', 'cseq: 1 INVITE', '', sdp)
  t.same(probe.sent(), ['200 OK (INVITE)'])
  probe.receive(far.request('ACK', { cseq: 1 })).outputs()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  t.match(probe.one('send').data, /^BYE sip:alice@192.0.2.2:5077 /, 'UPDATE moved the target')
  t.end()
})

t.test('an offer in UPDATE against our own offer: 491', (t) => {
  const { probe, far, dialog } = answeredCall()
  probe.request(dialog, 'UPDATE sip:placeholder SIP/2.0', '', sdp).outputs()
  probe.receive(far.request('UPDATE', { body: sdp }))
  t.same(probe.sent(), ['491 Request Pending (UPDATE)'])
  probe.receive(far.request('UPDATE'))
  t.equal(probe.take('request').length, 1, 'without an offer it may pass')
  t.end()
})

t.test('NAT: the way back to a caller whose Contact is not where it sends from', (t) => {
  const flow = peer('203.0.113.9', 1024)
  for (const { name, parts, host, port } of [
    { name: 'Contact elsewhere: source', parts: { flow, contact: '<sip:a@10.0.0.9:5060>' }, host: '203.0.113.9', port: 1024 },
    { name: 'Contact with another port: source', parts: { flow, contact: '<sip:a@203.0.113.9:5060>' }, host: '203.0.113.9', port: 1024 },
    { name: 'Contact right: Contact', parts: { flow, contact: '<sip:a@203.0.113.9:1024>' }, host: '203.0.113.9', port: 1024 },
    { name: 'Record-Route: route', parts: { flow, contact: '<sip:a@10.0.0.9>', more: ['Record-Route: <sip:192.0.2.50;lr>'] }, host: '192.0.2.50', port: 5060 },
    { name: 'Record-Route, nat=yes, aggressive: source', parts: { flow, contact: '<sip:a@10.0.0.9>', more: ['Record-Route: <sip:192.0.2.50;lr;nat=yes>'], options: { aggressiveNat: true } }, host: '203.0.113.9', port: 1024 },
    { name: 'switched off: Contact', parts: { flow, contact: '<sip:a@10.0.0.9:5061>', options: { natDetection: false } }, host: '10.0.0.9', port: 5061 },
  ]) {
    const { probe, dialog } = answeredCall(parts)
    probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
    const { flow: way, data } = probe.one('send')
    t.same([way.remoteAddress, way.remotePort], [host, port], name)
    if (name.startsWith('Contact elsewhere')) t.match(data, /^BYE sip:a@10.0.0.9:5060 /, 'URI stays')
  }
  t.end()
})

t.test('NAT: the way to a callee whose Contact host is not where its 200 came from', (t) => {
  const elsewhere = placedCall({ contact: '<sip:bob@10.0.0.3:5061>' })
  elsewhere.probe.request(elsewhere.dialog, 'BYE sip:placeholder SIP/2.0')
  t.match(elsewhere.probe.one('send').flow, { remoteAddress: '192.0.2.3', remotePort: 5060 })
  const otherPort = placedCall({ contact: '<sip:bob@192.0.2.3:5099>' })
  otherPort.probe.request(otherPort.dialog, 'BYE sip:placeholder SIP/2.0')
  t.match(otherPort.probe.one('send').flow, { remoteAddress: '192.0.2.3', remotePort: 5099 })
  t.end()
})

t.test('over TCP requests inside the dialog take the caller\'s connection, while it is open', (t) => {
  const flow = connection('192.0.2.2', 9)
  const { probe, dialog } = answeredCall({ flow, contact: '<sip:alice@192.0.2.2:5060;transport=tcp>' })
  probe.request(dialog, 'INFO sip:placeholder SIP/2.0')
  t.equal(probe.one('send').flow.connection, 9)
  probe.input({ type: 'flowClosed', now: probe.nowMs, connection: 9 })
  probe.outputs()
  probe.request(dialog, 'BYE sip:placeholder SIP/2.0')
  t.match(probe.one('send').flow, { connection: 0, transport: 'tcp', remotePort: 5060 })
  t.end()
})
