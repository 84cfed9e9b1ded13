/**
 * Calls through the embedded media server over real sockets: the same as with the fake of the other
 * tests, and what is heard. Time is real here, so these are few.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { clean, inboundOnly, world } from '../support/app-over-sockets.ts'
import type { World } from '../support/app-over-sockets.ts'
import { personalNumber, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording } from '../support/running-media.ts'
import type { PeerDialog } from '../support/sip-peer.ts'

const media = { ...defaultMedia, confirmMobiles: false, recordConsent: false }

function settings(over: Partial<Subscriber['settings']>): Subscriber['settings'] {
  return { ...subscriber([]).settings, ...over }
}

function portOf(sdp: string): number {
  return Number(/^m=audio (\d+)/m.exec(sdp)?.[1])
}

async function ear(t: Test): Promise<RtpPeer> {
  const peer = await RtpPeer.open()
  t.teardown(() => peer.close())
  return peer
}

interface Talk {
  readonly caller: PeerDialog
  readonly phone: PeerDialog
  /** Ports at the media server. */
  readonly toCaller: number
  readonly toPhone: number
}

/** The caller is at `a`, the phone at `b`; a key is pressed where one is asked for. */
async function talk(w: World, a: RtpPeer, b: RtpPeer, key?: string): Promise<Talk> {
  const phone = w.phones[0]!
  const invite = w.caller.invite(personalNumber, { body: a.sdp() })
  const atPhone = await phone.expect('INVITE')
  t.match(atPhone.body, /m=audio .*telephone-event/s)
  phone.reply(atPhone, 180)
  await w.caller.expect(180)
  phone.reply(atPhone, 200, b.sdp())
  await phone.expect('ACK')
  if (key !== undefined) {
    await pause(400)
    t.notOk(w.caller.has(200), 'nobody is connected before the key')
    await b.press(portOf(atPhone.body), key)
  }
  const ok = await w.caller.expect(200)
  return {
    caller: w.caller.ack(invite, ok), phone: phone.dialogOf(atPhone), toCaller: portOf(ok.body), toPhone: portOf(atPhone.body),
  }
}

t.test('press 1, recorded: both are heard and recorded, each in its channel, through hold and T.38', async (t) => {
  const w = await world(t, {
    media: true,
    who: (phones) => ({
      ...subscriber([rule([phones[0]!.uri], { targets: [{ id: 't1', address: phones[0]!.uri, description: '', ringSeconds: undefined, confirm: true }] })]),
      settings: settings({ recordCalls: true }), media,
    }),
  })
  const [a, b] = [await ear(t), await ear(t)]
  const made = await talk(w, a, b, '1')
  a.talk(made.toCaller, 1300)
  b.talk(made.toPhone, 700)
  await pause(800)
  // Each hears the other.
  await eventually(() => toneShare(a.recent(), 700) > 0.9)
  await eventually(() => toneShare(b.recent(), 1300) > 0.9)
  w.caller.request(made.caller, 'INVITE', a.sdp('0 8 101', 'sendrecv', 2))
  const refreshed = await w.caller.expect(200)
  w.caller.request(made.caller, 'ACK')
  t.equal(portOf(refreshed.body), made.toCaller)
  w.caller.request(made.caller, 'INVITE', a.sdp().replace(/m=audio.*/s, 'm=image 4000 udptl t38\r\n'))
  await w.caller.expect(488)
  w.caller.request(made.caller, 'ACK')
  await pause(500)
  t.notOk(w.phones[0]!.has('INVITE'), 'nothing of it reached the phone')
  w.caller.request(made.caller, 'BYE')
  await w.caller.expect(200)
  w.phones[0]!.reply(await w.phones[0]!.expect('BYE'), 200)
  await clean(t, w)
  const [file] = readdirSync(w.folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.wav'))
  t.match(file, /^calls\/\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.wav$/)
  const [left, right] = readRecording(join(w.folder, file!)).channels
  t.ok(toneShare(left!, 1300) > 0.8, 'left is the caller')
  t.ok(toneShare(right!, 700) > 0.8, 'right is the phone')
  t.ok(left!.length > 8000)
  t.match(w.library.did, [/^begin recording/, /^finish recording \d{4}$/])
})

t.test('voicemail: what is said is kept, # ends it', async (t) => {
  const w = await world(t, {
    media: true,
    who: () => ({ ...subscriber([]), settings: settings({ voicemail: true, voicemailAfterSeconds: 0 }), media }),
  })
  const a = await ear(t)
  const invite = w.caller.invite(personalNumber, { body: a.sdp() })
  const ok = await w.caller.expect(200)
  const dialog = w.caller.ack(invite, ok)
  const port = portOf(ok.body)
  a.talk(port, 0)
  await eventually(() => w.library.did.length > 0)
  a.talk(port, 1000)
  await pause(2200)
  await a.press(port, '#')
  w.caller.reply(await w.caller.expect('BYE'), 200)
  t.ok(dialog)
  await clean(t, w)
  t.match(w.library.did, [/^begin message messages\/sub-1\//, /^finish message \d{4}$/])
  t.match(w.journal.closed[0], { outcome: 'voicemail', endedBy: 'service' })
})

t.test('nobody answers: an announcement before the refusal, in early media', async (t) => {
  const w = await world(t, {
    media: true, who: () => ({ ...subscriber([]), media }), trunks: () => [trunk({ ...inboundOnly, earlyMedia: true })],
  })
  const a = await ear(t)
  const invite = w.caller.invite(personalNumber, { body: a.sdp() })
  const early = await w.caller.expect(183)
  a.talk(portOf(early.body), 0)
  const final = await w.caller.expect(480)
  w.caller.ack(invite, final)
  t.ok(a.packets.length > 5, 'something was heard')
  await clean(t, w)
  t.equal(w.journal.closed[0]?.outcome, 'missed')
})

t.test('the media server dies in a call that must be recorded: both sides are hung up', async (t) => {
  const w = await world(t, {
    media: true,
    who: (phones) => ({
      ...subscriber([rule([phones[0]!.uri])]), settings: settings({ recordCalls: true }), media: { ...media, recordPolicy: 'required' },
    }),
  })
  await talk(w, await ear(t), await ear(t))
  await pause(300)
  await w.media!.stop()
  w.caller.reply(await w.caller.expect('BYE'), 200)
  w.phones[0]!.reply(await w.phones[0]!.expect('BYE'), 200)
  await clean(t, { ...w, media: undefined })
  t.match(w.journal.closed[0], { outcome: 'answered', endedBy: 'service', reason: 'mediaLost' })
  t.match(w.library.did.at(-1), /interrupted$/)
  // The next one cannot be recorded: it is not connected.
  const invite = w.caller.invite(personalNumber)
  w.caller.ack(invite, await w.caller.expect(480))
  t.notOk(w.phones[0]!.has('INVITE'))
  await clean(t, { ...w, media: undefined }, 2)
})

t.test('the media server dies in any other call: the two speak on directly, and so do the next', async (t) => {
  const w = await world(t, {
    media: true,
    who: (phones) => ({ ...subscriber([rule([phones[0]!.uri])]), settings: settings({ recordCalls: true }), media }),
  })
  const phone = w.phones[0]!
  const [a, b] = [await ear(t), await ear(t)]
  const made = await talk(w, a, b)
  await pause(300)
  await w.media!.stop()
  const asked = await w.caller.expect('INVITE')
  t.equal(asked.body, '')
  w.caller.reply(asked, 200, a.sdp())
  const offered = await phone.expect('INVITE')
  t.equal(offered.body, a.sdp())
  phone.reply(offered, 200, b.sdp())
  await phone.expect('ACK')
  t.equal((await w.caller.expect('ACK')).body, b.sdp())
  w.caller.request(made.caller, 'BYE')
  await w.caller.expect(200)
  phone.reply(await phone.expect('BYE'), 200)
  await clean(t, { ...w, media: undefined })
  t.match(w.journal.closed[0], { outcome: 'answered', endedBy: 'caller' })
  const invite = w.caller.invite(personalNumber)
  const next = await phone.expect('INVITE')
  t.equal(next.body, w.caller.sdp())
  phone.reply(next, 486)
  w.caller.ack(invite, await w.caller.expect(486))
  await clean(t, { ...w, media: undefined }, 2)
})
