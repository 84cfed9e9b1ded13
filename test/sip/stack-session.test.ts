/** Session timers (RFC 4028, control protocol §11): `session-timer.ts` and `refresh.ts`. */
import t from 'tap'
import { SipMessage } from '../../src/sip/message.ts'
import {
  acceptSession, answerSession, isTooBrief, offerSession, sessionExpiresOf,
} from '../../src/sip/session-timer.ts'
import { answeredCall, fromCallee, placedCall } from '../support/established-call.ts'
import { ScriptedPeer } from '../support/scripted-peer.ts'
import { alice, bob, field, sdp, StackProbe } from '../support/stack-probe.ts'

const empty = { transactions: 0, dialogs: 0, timers: 0, resolving: 0, awaited: 0 }

function message(...fields: readonly (readonly [string, string])[]): SipMessage {
  const made = SipMessage.request('INVITE', 'sip:x')
  for (const [name, value] of fields) made.append(name, value)
  return made
}

t.test('Session-Expires read', (t) => {
  for (const [value, wanted] of [
    ['1800', { seconds: 1800, refresher: undefined }],
    ['90;refresher=uac', { seconds: 90, refresher: 'uac' }],
    ['90 ; Refresher = UAS', { seconds: 90, refresher: 'uas' }],
    ['90;foo=1;refresher=uas', { seconds: 90, refresher: 'uas' }],
    ['999999999', { seconds: 86_400, refresher: undefined }],
    ['soon', undefined], ['', undefined], ['-5', undefined], ['1.5', undefined],
  ] as const) {
    t.same(sessionExpiresOf(message(['Session-Expires', value])), wanted, value)
  }
  t.equal(sessionExpiresOf(message()), undefined)
  t.equal(isTooBrief(message(['Session-Expires', '89'])), true)
  t.equal(isTooBrief(message(['Session-Expires', '90'])), false)
  t.equal(isTooBrief(message()), false)
  t.end()
})

t.test('what our 2xx settles', (t) => {
  const present = { seconds: 300, weRefresh: true }
  const theirs = { seconds: 300, weRefresh: false }
  for (const { name, asked, drafted, supported, now, fallback, terms, header } of [
    { name: 'nobody asks', terms: undefined, header: undefined },
    { name: 'asked, refresher uac', asked: '300;refresher=uac', terms: theirs, header: '300;refresher=uac' },
    { name: 'asked, refresher uas', asked: '300;refresher=uas', terms: present, header: '300;refresher=uas' },
    { name: 'raised to 90', asked: '30;refresher=uac', terms: { seconds: 90, weRefresh: false }, header: '90;refresher=uac' },
    { name: 'refresher left open, none', asked: '300', terms: undefined, header: undefined },
    { name: 'refresher left open, uas', asked: '300', fallback: 'uas' as const, terms: present, header: '300;refresher=uas' },
    { name: 'refresher left open, uac', asked: '300', fallback: 'uac' as const, terms: theirs, header: '300;refresher=uac' },
    { name: 'the draft decides', asked: '300;refresher=uac', drafted: '600;refresher=uas', terms: { seconds: 600, weRefresh: true }, header: undefined },
    { name: 'the draft without refresher', drafted: '600', terms: { seconds: 600, weRefresh: false }, header: undefined },
    { name: 'goes on with a peer that knows timers', supported: 'timer', now: theirs, terms: theirs, header: '300;refresher=uac' },
    { name: 'goes on, we refresh', supported: 'timer', now: present, terms: present, header: '300;refresher=uas' },
    { name: 'a peer without timers ends its part', now: theirs, terms: undefined, header: undefined },
    { name: 'ours goes on all the same', now: present, terms: present, header: undefined },
  ]) {
    const request = message(
      ...asked === undefined ? [] : [['Session-Expires', asked] as const],
      ...supported === undefined ? [] : [['Supported', supported] as const])
    const draft = message(...drafted === undefined ? [] : [['Session-Expires', drafted] as const])
    t.same(answerSession(request, draft, now, fallback ?? 'none'), { terms, header }, name)
  }
  t.end()
})

t.test('what a 2xx to us settles, and what we offer', (t) => {
  t.same(acceptSession(message(['Session-Expires', '300'])), { seconds: 300, weRefresh: true })
  t.same(acceptSession(message(['Session-Expires', '300;refresher=uac'])), { seconds: 300, weRefresh: true })
  t.same(acceptSession(message(['Session-Expires', '300;refresher=uas'])), { seconds: 300, weRefresh: false })
  t.equal(acceptSession(message()), undefined)
  t.equal(offerSession({ seconds: 300, weRefresh: true }), '300;refresher=uac')
  t.equal(offerSession({ seconds: 300, weRefresh: false }), '300;refresher=uas')
  t.end()
})

t.test('we refresh as UAS: re-INVITE at half time with our SDP, unseen by the user', (t) => {
  const { probe, far, answer } = answeredCall({ more: ['Session-Expires: 90;refresher=uas'] })
  t.equal(field(answer, 'Session-Expires'), '90;refresher=uas')
  probe.wait(39_999)
  t.same(probe.outputs(), [])
  probe.wait(10_001)
  const refresh = probe.one('send').data
  t.match(refresh, /^INVITE sip:alice@192.0.2.2:5060 /)
  t.equal(field(refresh, 'Session-Expires'), '90;refresher=uac')
  t.equal(field(refresh, 'Min-SE'), '90')
  t.ok(refresh.includes('m=audio 40000'))
  t.equal(field(refresh, 'Contact'), '<sip:192.0.2.1:5060>')
  t.same(probe.outputs(), [])
  const ok = far.reply(refresh, '200 OK', ['Session-Expires: 90;refresher=uac'], undefined, sdp)
  probe.receive(ok)
  t.same(probe.sent(), ['ACK'])
  probe.receive(ok)
  t.same(probe.sent(), ['ACK'], 'repeated for a repeated 2xx')
  t.same(probe.outputs(), [], 'the user knows nothing')
  probe.wait(50_000)
  t.equal(probe.sent()[0], 'INVITE', 'and again')
  t.end()
})

t.test('we refresh as UAC', (t) => {
  const { probe } = placedCall({ more: ['Session-Expires: 100'] })
  probe.wait(55_000)
  t.match(probe.take('send').map(({ data }) => data.split(' ')[0]), ['INVITE'])
  t.end()
})

t.test('they do not refresh: BYE after the whole interval, the user is told', (t) => {
  const { probe, dialog } = placedCall({ more: ['Session-Expires: 90;refresher=uas'] })
  probe.wait(89_999)
  t.same(probe.outputs(), [])
  probe.wait(1)
  const bye = probe.one('send').data
  t.equal(field(bye, 'Reason'), 'SIP;cause=200;text="Session timer expired"')
  t.match(probe.one('dialogEnded'), { cause: 'sessionExpired', dialog, owner: 1, data: bye })
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('their refresh starts the interval anew', (t) => {
  for (const method of ['INVITE', 'UPDATE']) {
    const call = placedCall({ more: ['Session-Expires: 90;refresher=uas'] })
    const { probe } = call
    probe.wait(60_000)
    const body = method === 'INVITE' ? sdp : ''
    probe.receive(fromCallee(call, method, ['Session-Expires: 90;refresher=uac'], body), bob)
    probe.respond(probe.one('request').transaction, 'SIP/2.0 200 OK', '', sdp)
    t.equal(field(probe.one('accepted').data, 'Session-Expires'), '90;refresher=uac')
    probe.receive(fromCallee(call, 'ACK'), bob).outputs()
    probe.wait(89_000)
    t.same(probe.take('dialogEnded'), [], method)
    probe.wait(2000)
    t.equal(probe.take('dialogEnded').length, 1, method)
  }
  t.end()
})

t.test('too brief inside a dialog: 422 with Min-SE, the user is not asked', (t) => {
  const { probe, far } = answeredCall()
  for (const method of ['INVITE', 'UPDATE']) {
    probe.receive(far.request(method, { more: ['Session-Expires: 60'] }))
    const { data } = probe.one('send')
    t.match(data, /^SIP\/2.0 422 Session Interval Too Small/)
    t.equal(field(data, 'Min-SE'), '90')
    t.same(probe.outputs(), [])
  }
  t.end()
})

for (const { name, status, more, then } of [
  { name: '491: again in a moment', status: '491 Request Pending', more: [], then: 'INVITE' },
  { name: '422: again with their least', status: '422 Session Interval Too Small', more: ['Min-SE: 200'], then: 'INVITE' },
  { name: '500: BYE', status: '500 Server Internal Error', more: [], then: 'BYE' },
  { name: '481: BYE', status: '481 Call/Transaction Does Not Exist', more: [], then: 'BYE' },
]) {
  t.test(`our refresh is refused, ${name}`, (t) => {
    const { probe, far, dialog } = answeredCall({ more: ['Session-Expires: 90;refresher=uas'] })
    probe.wait(50_000)
    const refresh = probe.one('send').data
    probe.receive(far.reply(refresh, status, more))
    probe.wait(4000)
    t.same(probe.sent().slice(0, 2), ['ACK', then])
    const ended = probe.take('dialogEnded')
    t.same(ended.map((end) => [end.cause, end.dialog]), then === 'BYE' ? [['refreshFailed', dialog]] : [])
    t.end()
  })
}

t.test('our refresh gets no answer: BYE', (t) => {
  const { probe } = answeredCall({ more: ['Session-Expires: 90;refresher=uas'] })
  probe.wait(50_000 + 32_000)
  t.match(probe.one('dialogEnded'), { cause: 'refreshFailed' })
  probe.wait(100_000)
  t.match(probe.stack.counts, empty)
  t.end()
})

t.test('a refresh waits while a re-INVITE is with the user', (t) => {
  const { probe, far } = answeredCall({ more: ['Session-Expires: 90;refresher=uas'] })
  probe.receive(far.invite()).outputs()
  probe.wait(55_000)
  t.same(probe.sent().filter((line) => line === 'INVITE'), [])
  t.end()
})

t.test('a re-INVITE of the user speaks for the session timer', (t) => {
  const { probe, dialog } = answeredCall({ more: ['Session-Expires: 120;refresher=uac'] })
  probe.request(dialog, 'INVITE sip:placeholder SIP/2.0', '', sdp)
  t.equal(field(probe.one('send').data, 'Session-Expires'), '120;refresher=uas', 'the roles stay')
  t.end()
})

t.test('a 2xx to a refresh without Session-Expires ends the timer', (t) => {
  const { probe, far } = answeredCall({ more: ['Session-Expires: 90;refresher=uas'] })
  probe.wait(50_000)
  probe.receive(far.reply(probe.one('send').data, '200 OK')).outputs()
  probe.wait(200_000)
  t.same(probe.outputs(), [])
  t.end()
})

t.test('without SDP of ours the refresh is an UPDATE', (t) => {
  const start = (): { probe: StackProbe; far: ScriptedPeer } => {
    const probe = new StackProbe()
    const far = new ScriptedPeer(alice)
    probe.receive(far.request('INVITE', { more: ['Session-Expires: 90;refresher=uas'] }))
    const { transaction } = probe.one('request')
    probe.command({ type: 'claim', transaction, owner: 1 })
    probe.respond(transaction, 'SIP/2.0 200 OK')
    far.learn(probe.one('accepted').data)
    probe.receive(far.request('ACK')).outputs()
    probe.wait(50_000)
    return { probe, far }
  }
  const { probe, far } = start()
  const update = probe.one('send').data
  t.match(update, /^UPDATE /)
  t.equal(field(update, 'Session-Expires'), '90;refresher=uac')
  probe.outputs()
  probe.receive(far.reply(update, '200 OK', ['Session-Expires: 90;refresher=uac']))
  t.same(probe.outputs(), [])
  probe.wait(50_000)
  t.equal(probe.sent()[0], 'UPDATE')

  const refusing = start()
  const refused = refusing.probe.one('send').data
  refusing.probe.receive(refusing.far.reply(refused, '405 Method Not Allowed'))
  t.match(refusing.probe.one('dialogEnded'), { cause: 'refreshFailed' })
  t.end()
})
