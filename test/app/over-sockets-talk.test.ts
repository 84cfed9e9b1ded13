/**
 * Conversations over real sockets: hold, glare, late offers, INFO, hang-ups, session timers; and
 * what is refused or survives at the edges of the application's life.
 */
import t from 'tap'
import { startApp } from '../../src/app/app.ts'
import { systemClock } from '../../src/clock.ts'
import { defaultOptions } from '../../src/sipd/options.ts'
import { startSipd } from '../../src/sipd/server.ts'
import { clean, endTalk, inboundOnly, talk, world } from '../support/app-over-sockets.ts'
import { directory, NotingJournal, personalNumber, quiet, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { SipPeer } from '../support/sip-peer.ts'

t.test('hold and back from the caller, then from the phone', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const made = await talk(w)
  for (const [version, direction] of [[2, 'sendonly'], [3, 'sendrecv']] as const) {
    w.caller.request(made.caller, 'INVITE', w.caller.sdp(version, direction))
    const got = await phone.expect('INVITE')
    t.equal(got.body, w.caller.sdp(version, direction))
    phone.reply(got, 200, phone.sdp(version))
    await phone.expect('ACK')
    const ok = await w.caller.expect(200)
    t.equal(ok.body, phone.sdp(version))
    w.caller.request(made.caller, 'ACK')
  }
  for (const [version, direction] of [[12, 'inactive'], [13, 'sendrecv']] as const) {
    phone.request(made.phone, 'INVITE', phone.sdp(version, direction))
    const got = await w.caller.expect('INVITE')
    t.equal(got.body, phone.sdp(version, direction))
    w.caller.reply(got, 200, w.caller.sdp(version))
    await w.caller.expect('ACK')
    t.equal((await phone.expect(200)).body, w.caller.sdp(version))
    phone.request(made.phone, 'ACK')
  }
  await endTalk(w, made)
  await clean(t, w)
})

t.test('glare: both re-INVITE at once, 491, the call lives and the next one passes', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const made = await talk(w)
  for (const peer of [w.caller, phone]) {
    peer.react = (message) => {
      if (message.what === 'INVITE') peer.reply(message, 200, peer.sdp(9))
      return message.what === 'INVITE' || message.what === 'ACK'
    }
  }
  w.caller.request(made.caller, 'INVITE', w.caller.sdp(2, 'sendonly'))
  phone.request(made.phone, 'INVITE', phone.sdp(2, 'sendonly'))
  await eventually(() => isAnswered(w.caller) && isAnswered(phone))
  t.ok(w.caller.has(491) || phone.has(491), 'at least one has to wait')
  t.notOk(w.caller.has(500) || phone.has(500), 'RFC 3261 §14.1: glare is 491')
  for (const [peer, dialog] of [[w.caller, made.caller], [phone, made.phone]] as const) {
    if (peer.has(200)) peer.request(dialog, 'ACK')
    await peer.expect(peer.has(200) ? 200 : 491)
  }
  w.caller.request(made.caller, 'INVITE', w.caller.sdp(3, 'sendonly'))
  t.equal((await w.caller.expect(200)).body, phone.sdp(9))
  w.caller.request(made.caller, 'ACK')
  await endTalk(w, made)
  await clean(t, w)
})

t.test('late offer, mid-call and at the start', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber, { body: '' })
  const atPhone = await phone.expect('INVITE')
  t.equal(atPhone.body, '')
  phone.reply(atPhone, 200, phone.sdp(1))
  const ok = await w.caller.expect(200)
  t.equal(ok.body, phone.sdp(1))
  const dialog = w.caller.ack(invite, ok, w.caller.sdp(1))
  t.equal((await phone.expect('ACK')).body, w.caller.sdp(1))
  w.caller.request(dialog, 'INVITE')
  const again = await phone.expect('INVITE')
  t.equal(again.body, '')
  phone.reply(again, 200, phone.sdp(2))
  t.equal((await w.caller.expect(200)).body, phone.sdp(2))
  w.caller.request(dialog, 'ACK', w.caller.sdp(2))
  t.equal((await phone.expect('ACK')).body, w.caller.sdp(2))
  w.caller.request(dialog, 'BYE')
  phone.reply(await phone.expect('BYE'), 200)
  await clean(t, w)
})

t.test('INFO passes, OPTIONS is answered, REFER and MESSAGE are refused', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const made = await talk(w)
  w.caller.request(made.caller, 'INFO', 'Signal=5\r\n', ['Content-Type: application/dtmf-relay'])
  const info = await phone.expect('INFO')
  t.equal(info.body, 'Signal=5\r\n')
  t.equal(info.headers.get('content-type'), 'application/dtmf-relay')
  phone.reply(info, 415)
  await w.caller.expect(415)
  for (const [method, status] of [['OPTIONS', 200], ['REFER', 603], ['MESSAGE', 405]] as const) {
    w.caller.request(made.caller, method, '', method === 'REFER' ? ['Refer-To: <sip:x@y>'] : [])
    t.equal((await w.caller.expect(status)).what, status, method)
  }
  w.caller.request(made.caller, 'UPDATE', w.caller.sdp(5))
  const update = await phone.expect('UPDATE')
  phone.reply(update, 200, phone.sdp(5))
  t.equal((await w.caller.expect(200)).body, phone.sdp(5))
  await endTalk(w, made)
  await clean(t, w)
})

t.test('hang-up during a re-INVITE', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const made = await talk(w)
  w.caller.request(made.caller, 'INVITE', w.caller.sdp(2))
  const pending = await phone.expect('INVITE')
  w.caller.request(made.caller, 'BYE')
  await w.caller.expect(200)
  phone.reply(await phone.expect('BYE'), 200)
  phone.reply(pending, 487)
  await clean(t, w)
})

function isAnswered(peer: SipPeer): boolean {
  return peer.has(200) || peer.has(491) || peer.has(500)
}


t.test('session timers: each side its own, a refresh stays on its side', async (t) => {
  const w = await world(t, { sessionSeconds: 600 })
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber, { extra: ['Supported: timer', 'Session-Expires: 1200;refresher=uac'] })
  const atPhone = await phone.expect('INVITE')
  t.match(atPhone.headers.get('session-expires'), /^600/)
  phone.reply(atPhone, 200, phone.sdp(), ['Session-Expires: 300;refresher=uas', 'Require: timer'])
  const ok = await w.caller.expect(200)
  t.match(ok.headers.get('session-expires'), /^1200; ?refresher=uac/)
  t.equal(ok.headers.get('require'), 'timer')
  const dialog = w.caller.ack(invite, ok)
  await phone.expect('ACK')
  const atPhoneDialog = phone.dialogOf(atPhone)
  phone.request(atPhoneDialog, 'INVITE', phone.sdp(), ['Supported: timer', 'Session-Expires: 300;refresher=uac'])
  const refreshed = await phone.expect(200)
  t.equal(refreshed.body, w.caller.sdp())
  phone.request(atPhoneDialog, 'ACK')
  t.notOk(w.caller.has('INVITE'))
  w.caller.request(dialog, 'BYE')
  phone.reply(await phone.expect('BYE'), 200)
  await clean(t, w)
})

t.test('same Call-ID twice: the second is refused, and the CANCEL still finds the first', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const first = w.caller.invite(personalNumber, { callId: 'twice' })
  const atPhone = await phone.expect('INVITE')
  phone.reply(atPhone, 180)
  await w.caller.expect(180)
  const second = w.caller.invite(personalNumber, { callId: 'twice' })
  w.caller.ack(second, await w.caller.expect(486))
  w.caller.cancel(first)
  w.caller.ack(first, await w.caller.expect(487))
  const cancel = await phone.expect('CANCEL')
  phone.reply(cancel, 200)
  phone.reply(atPhone, 487)
  await clean(t, w)
})

const refusals: { name: string; number: string; forwards?: number; extra?: string[]; status: number; records: number }[] = [
  { name: 'unknown number', number: '+74990000001', status: 404, records: 1 },
  { name: 'no number at all', number: 'anna', status: 404, records: 0 },
  { name: 'Max-Forwards 0', number: personalNumber, forwards: 0, status: 483, records: 1 },
  { name: 'Require: foo', number: personalNumber, extra: ['Require: foo'], status: 420, records: 0 },
]
for (const c of refusals) {
  t.test(`refused: ${c.name} → ${c.status}`, async (t) => {
    const w = await world(t)
    w.caller.invite(c.number, { ...(c.forwards === undefined ? {} : { forwards: c.forwards }), ...(c.extra ? { extra: c.extra } : {}) })
    t.ok(await w.caller.expect(c.status))
    await clean(t, w, c.records)
  })
}

t.test('unknown trunk 403, OPTIONS 200, other methods 405', async (t) => {
  const w = await world(t, { trunks: () => [trunk({ inboundNets: ['192.0.2.0/24'] })] })
  w.caller.invite(personalNumber)
  t.ok(await w.caller.expect(403))
  for (const [method, status] of [['OPTIONS', 200], ['MESSAGE', 405], ['SUBSCRIBE', 405]] as const) {
    w.caller.request({
      callId: `${method}-1`, local: '<sip:a@127.0.0.1>;tag=1', remote: '<sip:b@127.0.0.1>',
      target: `sip:b@127.0.0.1:${w.sipPort}`, cseq: 0,
    }, method)
    t.equal((await w.caller.expect(status)).what, status, method)
  }
  await clean(t, w, 0)
})

t.test('stop: ringing ends with 503, a live call is hung up on both sides', async (t) => {
  const w = await world(t)
  const phone = w.phones[0]!
  const made = await talk(w)
  const stopping = w.app.stop(0)
  w.caller.reply(await w.caller.expect('BYE'), 200)
  phone.reply(await phone.expect('BYE'), 200)
  await stopping
  t.equal(w.journal.closed.length, 1)
  t.equal(w.app.counts().ending, 0)
  t.ok(made)
})


t.test('stop with grace: a conversation may end by itself, new calls get 503', async (t) => {
  const w = await world(t)
  const made = await talk(w)
  const stopping = w.app.stop(10_000)
  w.caller.invite(personalNumber, { callId: 'late' })
  await w.caller.expect(503)
  await endTalk(w, made)
  await stopping
  t.match(w.journal.closed, [{ outcome: 'answered', endedBy: 'caller' }])
})


t.test('the SIP server dies: calls are closed, the application reconnects and goes on', async (t) => {
  const options = {
    ...defaultOptions, adminAddress: '127.0.0.1', adminPort: 0, secret: 'test',
    contacts: [{ uri: 'sip:127.0.0.1:0;transport=udp', localNets: [], dnsNames: [] }],
  }
  const first = await startSipd(options, quiet)
  const phone = await SipPeer.open(first.listenPoints[0]!.port)
  const caller = await SipPeer.open(first.listenPoints[0]!.port)
  const journal = new NotingJournal()
  const app = await startApp({ controlHost: '127.0.0.1', controlPort: first.controlPort, secret: 'test' }, {
    directory: directory(async () => subscriber([rule([phone.uri])]), [inboundOnly]), journal, clock: systemClock, log: quiet,
  })
  await app.ready
  caller.invite(personalNumber)
  phone.reply(await phone.expect('INVITE'), 180)
  await caller.expect(180)
  await first.stop()
  await eventually(() => app.live() === 0 && app.counts().ending === 0)
  t.equal(journal.closed[0]?.outcome, 'interrupted')
  t.notOk(app.connected())
  const second = await startSipd({ ...options, adminPort: first.controlPort }, quiet)
  await eventually(() => app.connected())
  const again = await SipPeer.open(second.listenPoints[0]!.port)
  phone.server = second.listenPoints[0]!.port
  again.invite(personalNumber)
  const atPhone = await phone.expect('INVITE')
  phone.reply(atPhone, 486)
  await again.expect(486)
  t.match(atPhone.headers.get('via'), String(second.listenPoints[0]!.port), 'through the new server')
  await app.stop(0)
  await second.stop()
  for (const peer of [phone, caller, again]) peer.close()
})
