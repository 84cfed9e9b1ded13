/**
 * Calls being set up over real sockets: drachtio-srf against the embedded SIP server. What the fake
 * server of the other tests assumes is checked here.
 */
import t from 'tap'
import { clean, inboundOnly, talk, world } from '../support/app-over-sockets.ts'
import { personalNumber, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { NotingBoard, ladderLine } from '../support/noting-board.ts'
import type { PeerMessage, SipPeer } from '../support/sip-peer.ts'

t.test('answered, SDP end to end, caller hangs up with a Reason', async (t) => {
  const w = await world(t)
  const made = await talk(w)
  t.equal(made.atPhone.body, w.caller.sdp())
  t.equal(made.ok.body, w.phones[0]!.sdp())
  t.equal(made.atPhone.headers.get('max-forwards'), '69')
  t.match(made.atPhone.headers.get('from'), /^"Anna" <sip:\+79161234567@127\.0\.0\.1:\d+>;tag=/)
  w.caller.request(made.caller, 'BYE', '', ['Reason: Q.850;cause=16'])
  await w.caller.expect(200)
  const bye = await w.phones[0]!.expect('BYE')
  t.equal(bye.headers.get('reason'), 'Q.850;cause=16')
  w.phones[0]!.reply(bye, 200)
  await clean(t, w)
  t.match(w.journal.closed[0], { outcome: 'answered', endedBy: 'caller' })
})

t.test('the phone hangs up', async (t) => {
  const w = await world(t)
  const made = await talk(w)
  w.phones[0]!.request(made.phone, 'BYE')
  await w.phones[0]!.expect(200)
  w.caller.reply(await w.caller.expect('BYE'), 200)
  await clean(t, w)
  t.equal(w.journal.closed[0]?.endedBy, 'callee')
})

for (const afterMs of [0, 5, 50, 300]) {
  t.test(`caller cancels after ${afterMs} ms`, async (t) => {
    const w = await world(t, { databaseMs: 3 })
    let ringing: PeerMessage | undefined
    w.phones[0]!.react = (message) => {
      if (message.what === 'INVITE') w.phones[0]!.reply(ringing = message, 180)
      if (message.what === 'CANCEL') {
        w.phones[0]!.reply(message, 200)
        w.phones[0]!.reply(ringing!, 487)
      }
      return true
    }
    const invite = w.caller.invite(personalNumber)
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs))
    w.caller.cancel(invite)
    w.caller.ack(invite, await w.caller.expect(487))
    await clean(t, w)
    t.match(w.journal.closed[0], { outcome: 'abandoned', status: 487 })
    const seen = w.phones[0]!.log
    t.equal(seen.filter((l) => l.startsWith('< INVITE')).length, seen.filter((l) => l.startsWith('< CANCEL')).length, 'each INVITE has its CANCEL')
    t.equal(w.app.live(), 0)
  })
}

t.test('CANCEL crossing the 200 of the phone: it is acknowledged and hung up', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber)
  const atPhone = await phone.expect('INVITE')
  phone.reply(atPhone, 180)
  await w.caller.expect(180)
  w.caller.cancel(invite)
  w.caller.ack(invite, await w.caller.expect(487))
  const cancel = await phone.expect('CANCEL')
  phone.reply(atPhone, 200, phone.sdp())
  phone.reply(cancel, 200)
  await phone.expect('ACK')
  phone.reply(await phone.expect('BYE'), 200)
  await clean(t, w)
})

t.test('two phones answer within a millisecond', async (t) => {
  const w = await world(t, { phones: 2 })
  const [one, two] = w.phones as [SipPeer, SipPeer]
  const invite = w.caller.invite(personalNumber)
  const first = await one.expect('INVITE')
  const second = await two.expect('INVITE')
  one.reply(first, 200, one.sdp())
  two.reply(second, 200, two.sdp())
  const ok = await w.caller.expect(200)
  const dialog = w.caller.ack(invite, ok)
  t.equal(ok.body, one.sdp())
  await one.expect('ACK')
  await two.expect('ACK')
  const bye = await two.expect('BYE')
  t.match(bye.headers.get('reason') ?? '', /completed elsewhere|cancel/i)
  two.reply(bye, 200)
  w.caller.request(dialog, 'BYE')
  one.reply(await one.expect('BYE'), 200)
  await clean(t, w)
})

t.test('the loser is told that the call was completed elsewhere', async (t) => {
  const w = await world(t, { phones: 2 })
  const [one, two] = w.phones as [SipPeer, SipPeer]
  const invite = w.caller.invite(personalNumber)
  const first = await one.expect('INVITE')
  const second = await two.expect('INVITE')
  two.reply(second, 180)
  one.reply(first, 200, one.sdp())
  const dialog = w.caller.ack(invite, await w.caller.expect(200))
  const cancel = await two.expect('CANCEL')
  t.equal(cancel.headers.get('reason'), 'SIP;cause=200;text="Call completed elsewhere"')
  two.reply(cancel, 200)
  two.reply(second, 487)
  w.caller.request(dialog, 'BYE')
  one.reply(await one.expect('BYE'), 200)
  await clean(t, w)
})

t.test('trunk: 503 goes to the next one, digest on its challenge, identity by policy; the ladder of it', async (t) => {
  const board = new NotingBoard()
  const w = await world(t, {
    phones: 2, board,
    who: () => subscriber([rule(['+79160000001'])]),
    trunks: ([bad, good]) => [
      trunk({ id: 'bad', name: 'bad', inboundNets: [], host: '127.0.0.1', port: bad!.port, numberFormat: 'e164' }),
      trunk({
        id: 'good', name: 'good', inboundNets: [], host: '127.0.0.1', port: good!.port, numberFormat: 'national',
        credentials: { user: 'onetel', password: 'secret' }, assertIdentity: true, diversion: 'diversion',
      }),
      inboundOnly,
    ],
  })
  const [bad, good] = w.phones as [SipPeer, SipPeer]
  w.caller.invite(personalNumber)
  const refused = await bad.expect('INVITE')
  t.match(refused.startLine, /^INVITE sip:79160000001@/)
  t.notOk(refused.headers.get('diversion'))
  bad.reply(refused, 503)
  const challenged = await good.expect('INVITE')
  t.match(challenged.startLine, /^INVITE sip:89160000001@/)
  t.match(challenged.headers.get('diversion'), /^<sip:84996740782@127\.0\.0\.1>;reason=unconditional;counter=1/)
  t.match(challenged.headers.get('p-asserted-identity'), /^<sip:89161234567@/)
  good.reply(challenged, 407, '', ['Proxy-Authenticate: Digest realm="onetel", nonce="n1", qop="auth"'])
  await good.expect('ACK')
  const authorised = await good.expect('INVITE')
  t.match(authorised.headers.get('proxy-authorization'), /username="onetel",realm="onetel"/)
  t.equal(authorised.headers.get('call-id'), challenged.headers.get('call-id'))
  good.reply(authorised, 486)
  await w.caller.expect(486)
  await clean(t, w)
  t.same(w.journal.closed[0]?.legs[0]?.attempts, [{ trunk: 'bad', status: 503 }, { trunk: 'good', status: 486 }])
  await eventually(() => board.kept.size === 1)
  const entries = [...board.kept.values()][0]?.entries ?? []
  t.same(entries.map((entry) => ladderLine(entry).replace(/^\d+ /, '')), [
    'caller < INVITE', '1 > INVITE', '1 < 503 INVITE', '1 > INVITE', '1 < 407 INVITE', '1 > INVITE',
    '1 < 486 INVITE', 'caller > 486 INVITE',
  ])
  t.equal(entries[0]?.text.startsWith(`INVITE sip:${personalNumber}@`), true)
  t.equal(entries[0]?.wire.remote, `127.0.0.1:${w.caller.port}`)
  t.equal(entries[3]?.wire.local, `127.0.0.1:${w.sipPort}`, 'from where it was sent; to where is not told')
  t.equal(entries[4]?.wire.remote, `127.0.0.1:${good.port}`)
  t.same(entries.map(({ exact }) => exact), [true, true, true, true, true, true, true, false],
    'only a refusal is not told by the server')
  t.match(entries[5]?.text, /^Proxy-Authorization: \(cut\)\r$/m, 'no credentials')
  t.match(entries[7]?.text, /^SIP\/2.0 486 .*\r\nVia: SIP\/2.0\/UDP 127/)
})

for (const { name, trying } of [
  { name: 'a trunk that says 100 and rings late is not given up', trying: true },
  { name: 'a trunk that says nothing at all is', trying: false },
]) {
  t.test(name, async (t) => {
    const w = await world(t, {
      phones: 2,
      who: () => subscriber([rule(['+79160000001'])]),
      trunks: ([slow, next]) => [
        trunk({ id: 'slow', name: 'slow', inboundNets: [], host: '127.0.0.1', port: slow!.port, provisionalSeconds: trying ? 1.5 : 0.2 }),
        trunk({ id: 'next', name: 'next', inboundNets: [], host: '127.0.0.1', port: next!.port }),
        inboundOnly,
      ],
    })
    const [slow, next] = w.phones as [SipPeer, SipPeer]
    w.caller.invite(personalNumber)
    const atSlow = await slow.expect('INVITE')
    if (trying) {
      slow.reply(atSlow, 100)
      await new Promise((resolve) => setTimeout(resolve, 1900))
      t.notOk(next.has('INVITE'), 'not dialled twice')
      slow.reply(atSlow, 180)
      t.ok(await w.caller.expect(180))
      slow.reply(atSlow, 486)
    } else {
      const atNext = await next.expect('INVITE')
      slow.reply(atSlow, 100)
      slow.reply(await slow.expect('CANCEL'), 200)
      slow.reply(atSlow, 487)
      next.reply(atNext, 486)
    }
    await w.caller.expect(486)
    t.same(w.journal.closed[0]?.legs[0]?.attempts, trying
      ? [{ trunk: 'slow', status: 486 }]
      : [{ trunk: 'slow', status: 0 }, { trunk: 'next', status: 486 }])
    await clean(t, w)
  })
}

t.test('the SIP server gives up on our silence: the phones are cancelled, the record is closed', async (t) => {
  // 100 from a phone is no word to the caller; in production the first word is due after 50 s.
  const w = await world(t, { t1x64Ms: 400, phones: 2 })
  const invite = w.caller.invite(personalNumber)
  const ringing = await Promise.all(w.phones.map(async (phone) => {
    const atPhone = await phone.expect('INVITE')
    phone.reply(atPhone, 100)
    return { phone, atPhone }
  }))
  w.caller.ack(invite, await w.caller.expect(480))
  for (const { phone, atPhone } of ringing) {
    const cancel = await phone.expect('CANCEL')
    t.match(cancel.headers.get('reason'), /^SIP;cause=480;text="Application did not answer"/)
    phone.reply(cancel, 200)
    phone.reply(atPhone, 487)
  }
  await clean(t, w)
  t.match(w.journal.closed[0], { outcome: 'abandoned', reason: /cause=480/ })
})

t.test('anonymous caller: nothing of him leaves', async (t) => {
  const w = await world(t, {
    who: () => subscriber([rule(['+79160000001'])]),
    trunks: ([p]) => [trunk({ inboundNets: ['127.0.0.0/8'], host: '127.0.0.1', port: p!.port, assertIdentity: true })],
  })
  w.caller.invite(personalNumber, {
    from: '"Anna Secret" <sip:+79161234567@127.0.0.1>',
    extra: ['P-Asserted-Identity: "Anna Secret" <sip:+79161234567@127.0.0.1>', 'Privacy: id'],
  })
  const atPhone = await w.phones[0]!.expect('INVITE')
  t.match(atPhone.headers.get('from'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/)
  t.equal(atPhone.headers.get('privacy'), 'id')
  t.notMatch(atPhone.text, /9161234567|Secret/)
  w.phones[0]!.reply(atPhone, 486)
  await w.caller.expect(486)
  t.match(w.journal.closed[0], { caller: '', callerName: '', anonymous: true })
  await clean(t, w)
})

t.test('names with line breaks and garbage headers leave no trace in what goes out', async (t) => {
  const w = await world(t)
  w.caller.invite(personalNumber, {
    from: '"Anna\r\n X-Injected: yes" <sip:+79161234567@127.0.0.1>',
    extra: ['Authorization: Basic x', 'Diversion: <<<>>;;"', 'Privacy: ;;;,,', 'Supported: \u0001', 'constructor: x', '__proto__: y'],
  })
  const atPhone = await w.phones[0]!.expect('INVITE')
  t.notMatch(atPhone.text, /\r\nX-Injected/i)
  t.match(atPhone.headers.get('from'), /^"Anna +X-Injected: yes"/)
  w.phones[0]!.reply(atPhone, 603)
  await w.caller.expect(480)
  await clean(t, w)
})

t.test('BYE of the caller on the early dialog ends the call', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber)
  const atPhone = await phone.expect('INVITE')
  phone.reply(atPhone, 180)
  const ringing = await w.caller.expect(180)
  w.caller.request({
    callId: invite.callId, local: invite.from, remote: ringing.headers.get('to')!,
    target: invite.start.split(' ')[1]!, cseq: 1,
  }, 'BYE')
  const cancel = await phone.expect('CANCEL')
  phone.reply(cancel, 200)
  phone.reply(atPhone, 487)
  w.caller.ack(invite, await w.caller.expect(487))
  await clean(t, w)
  t.equal(w.journal.closed[0]?.outcome, 'abandoned')
})
