/**
 * The application over real sockets: drachtio-srf against the embedded SIP server, callers and
 * phones as scripted UDP peers. What the fake server of the other tests assumes is checked here.
 */
import t from 'tap'
import type { Test } from 'tap'
import { startApp } from '../../src/app/app.ts'
import type { App } from '../../src/app/app.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import type { Trunk } from '../../src/call/trunk.ts'
import { systemClock } from '../../src/clock.ts'
import { defaultOptions } from '../../src/sipd/options.ts'
import { startSipd } from '../../src/sipd/server.ts'
import { directory, NotingJournal, personalNumber, quiet, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { SipPeer } from '../support/sip-peer.ts'
import type { PeerDialog, PeerInvite, PeerMessage } from '../support/sip-peer.ts'

interface World {
  readonly app: App
  readonly journal: NotingJournal
  readonly caller: SipPeer
  readonly phones: SipPeer[]
  readonly sipPort: number
}

interface Setting {
  /** Rules for the phones' SIP addresses or numbers. */
  readonly who?: (phones: SipPeer[]) => Subscriber
  readonly trunks?: (phones: SipPeer[]) => Trunk[]
  readonly databaseMs?: number
  readonly phones?: number
  readonly sessionSeconds?: number
  /** 64·T1 of the SIP server; its patience with a silent application is twice that. */
  readonly t1x64Ms?: number
}

const inboundOnly = trunk({ id: 'in', inboundNets: ['127.0.0.0/8'], host: '127.0.0.1', port: 9 })

async function world(t: Test, setting: Setting = {}): Promise<World> {
  const sipd = await startSipd({
    ...defaultOptions, adminAddress: '127.0.0.1', adminPort: 0, secret: 'test',
    contacts: [{ uri: 'sip:127.0.0.1:0;transport=udp', localNets: [], dnsNames: [] }],
    t1x64Ms: setting.t1x64Ms ?? 32_000,
  }, quiet)
  const sipPort = sipd.listenPoints[0]!.port
  const phones: SipPeer[] = []
  for (let i = 0; i < (setting.phones ?? 1); i++) phones.push(await SipPeer.open(sipPort))
  const caller = await SipPeer.open(sipPort)
  const who = setting.who?.(phones) ?? subscriber([rule(phones.map((p) => p.uri))])
  const trunks = setting.trunks?.(phones) ?? [inboundOnly]
  const journal = new NotingJournal()
  const app = await startApp(
    { controlHost: '127.0.0.1', controlPort: sipd.controlPort, secret: 'test', sessionSeconds: setting.sessionSeconds ?? 0 },
    {
      directory: directory(async (number) => {
        await new Promise((resolve) => setTimeout(resolve, setting.databaseMs ?? 0))
        return number === who.number ? who : undefined
      }, trunks),
      journal, clock: systemClock, log: quiet,
    })
  await app.ready
  t.teardown(async () => {
    await app.stop(0)
    await sipd.stop()
    for (const peer of [caller, ...phones]) peer.close()
  })
  return { app, journal, caller, phones, sipPort }
}

async function clean(t: Test, w: World, records = 1): Promise<void> {
  await eventually(() => w.app.counts().ending === 0 && w.journal.closed.length >= records, () => w.app.counts())
  t.same(w.app.counts(), { calls: 0, legs: 0, timers: 0, trunkLegs: 0, ending: 0, dialogs: 0 })
  t.equal(w.journal.closed.length, records)
}

interface Talk {
  readonly invite: PeerInvite
  readonly caller: PeerDialog
  readonly phone: PeerDialog
  readonly atPhone: PeerMessage
  readonly ok: PeerMessage
}

/** Places a call and has the first phone answer it. */
async function talk(w: World, options: Parameters<SipPeer['invite']>[1] = {}): Promise<Talk> {
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber, options)
  const atPhone = await phone.expect('INVITE')
  phone.reply(atPhone, 180)
  await w.caller.expect(180)
  phone.reply(atPhone, 200, phone.sdp())
  const ok = await w.caller.expect(200)
  const caller = w.caller.ack(invite, ok)
  await phone.expect('ACK')
  return { invite, caller, phone: phone.dialogOf(atPhone), atPhone, ok }
}

async function endTalk(w: World, talk: Talk): Promise<void> {
  w.caller.request(talk.caller, 'BYE')
  await w.caller.expect(200)
  w.phones[0]!.reply(await w.phones[0]!.expect('BYE'), 200)
}

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

t.test('trunk: 503 goes to the next one, digest on its challenge, identity by policy', async (t) => {
  const w = await world(t, {
    phones: 2,
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
        trunk({ id: 'slow', name: 'slow', inboundNets: [], host: '127.0.0.1', port: slow!.port, provisionalSeconds: 0.2 }),
        trunk({ id: 'next', name: 'next', inboundNets: [], host: '127.0.0.1', port: next!.port }),
        inboundOnly,
      ],
    })
    const [slow, next] = w.phones as [SipPeer, SipPeer]
    w.caller.invite(personalNumber)
    const atSlow = await slow.expect('INVITE')
    if (trying) {
      slow.reply(atSlow, 100)
      await new Promise((resolve) => setTimeout(resolve, 400))
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

function isAnswered(peer: SipPeer): boolean {
  return peer.has(200) || peer.has(491) || peer.has(500)
}
