/**
 * Calls whose speech goes through a media server, in virtual time with phones and made-up media:
 * press 1, recording, own ringback, announcements, and each race at its instant. After every call
 * nothing is left at the SIP server or at the media server.
 */
import t from 'tap'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { MediaSettings, Subscriber } from '../../src/call/subscriber.ts'
import { answers, call, clean, phoneA, phoneB, rings, world } from '../support/app-world.ts'
import type { World } from '../support/app-world.ts'
import { invite, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { FakeCaller } from '../support/fake-sip-server.ts'
import type { Phone } from '../support/fake-sip-server.ts'

const early = [trunk({ earlyMedia: true })]

/** A subscriber with phones A (and B), nobody asked to press a key unless `media` says so. */
function who(media: Partial<MediaSettings>, settings: Partial<Subscriber['settings']> = {}, phones = [phoneA]): Subscriber {
  const one = subscriber([rule(phones)])
  return { ...one, media: { ...defaultMedia, confirmMobiles: false, ...media }, settings: { ...one.settings, ...settings } }
}

const asking = (phones = [phoneA], settings: Partial<Subscriber['settings']> = {}): Subscriber =>
  who({ confirmMobiles: true }, settings, phones)
const recorded = (media: Partial<MediaSettings> = {}): Subscriber => who(media, { recordCalls: true })

function pressAt(w: World, atMs: number, key: string, endpoint = 0): void {
  w.clock.wakeAt(atMs, () => w.media.endpoints[endpoint]?.press(key))
}

/** Legs of the first closed record: outcome and status. */
function legs(w: World): unknown[] {
  return w.journal.closed[0]?.legs.map((leg) => leg.outcome) ?? []
}

t.test('press 1: the caller hears ringing until then, and is joined to the phone', async (t) => {
  const w = world(asking(), { [phoneA]: answers }, { media: true })
  const caller = call(w)
  pressAt(w, 3000, '1')
  await w.clock.run(2900)
  const [phoneEnd] = w.media.endpoints
  t.equal(w.server.invites[0]?.body, phoneEnd?.sdp, 'the offer is the media server\'s')
  t.equal(phoneEnd?.far, 'v=0 answer', 'and the answer goes there')
  t.same(caller.responses.map((r) => [r.status, r.body ?? '']), [[180, '']])
  await w.clock.run(400)
  const [, callerEnd] = w.media.endpoints
  t.equal(callerEnd?.far, 'v=0 offer')
  t.same(caller.responses.at(-1)?.status, 200)
  t.equal(caller.responses.at(-1)?.body, callerEnd?.sdp)
  t.equal(callerEnd?.bridged, phoneEnd, 'joined')
  caller.hangUp()
  await w.clock.run(40_000)
  t.match(w.journal.closed[0], { outcome: 'answered', endedBy: 'caller', anchored: true })
  clean(t, w)
})

const keys: { name: string; key: string | undefined; voicemail?: boolean; final: number; legs: string[]; outcome: string }[] = [
  { name: '2: declined', key: '2', final: 480, legs: ['declined'], outcome: 'missed' },
  { name: '3 with voicemail: it takes the call', key: '3', voicemail: true, final: 200, legs: ['toVoicemail'], outcome: 'voicemail' },
  { name: '3 without voicemail: nobody gets the call', key: '3', final: 480, legs: ['declined'], outcome: 'missed' },
  { name: 'a key that means nothing', key: '7', final: 480, legs: ['notConfirmed'], outcome: 'missed' },
  { name: 'nothing', key: undefined, final: 480, legs: ['notConfirmed'], outcome: 'missed' },
]
for (const row of keys) {
  t.test(`pressing ${row.name}`, async (t) => {
    const w = world(asking([phoneA], { voicemail: row.voicemail ?? false }), { [phoneA]: answers }, { media: true })
    const caller = call(w)
    if (row.key !== undefined) pressAt(w, 3000, row.key)
    w.clock.wakeAt(30_000, () => caller.hangUp())
    await w.clock.run(90_000)
    t.equal(caller.final, row.final)
    t.same(legs(w), row.legs)
    t.equal(w.journal.closed[0]?.outcome, row.outcome)
    t.ok(w.server.sent.some((s) => s.what === 'BYE out-1'), 'the phone is hung up')
    clean(t, w)
  })
}

t.test('two phones answer, one presses: the other hears that the call was taken', async (t) => {
  const w = world(asking([phoneA, phoneB]), { [phoneA]: answers, [phoneB]: answers }, { media: true })
  const caller = call(w)
  pressAt(w, 3000, '1', 1)
  await w.clock.run(6000)
  t.equal(caller.final, 200)
  const [loser, winner, callerEnd] = w.media.endpoints
  t.ok(loser?.did.includes('play taken'))
  t.equal(callerEnd?.bridged, winner)
  t.match(w.server.sent.find((s) => s.what === 'BYE out-1')?.headers, { Reason: /completed elsewhere/ })
  caller.hangUp()
  await w.clock.run(40_000)
  t.same(legs(w), ['answeredElsewhere', 'answered'])
  clean(t, w)
})

// Both press: every distance around the instant at which the first one's key does its work.
for (const apart of [-2, -1, 0, 1, 2, 15]) {
  t.test(`two press at once, ${apart} ms apart: one wins`, async (t) => {
    const w = world(asking([phoneA, phoneB]), { [phoneA]: answers, [phoneB]: answers }, { media: true })
    const caller = call(w)
    pressAt(w, 3000, '1', 0)
    pressAt(w, 3000 + apart, '1', 1)
    await w.clock.run(9000)
    t.equal(caller.final, 200)
    t.equal(w.media.endpoints.filter((one) => one.bridged !== undefined).length, 2)
    t.equal(w.media.endpoints.filter((one) => one.did.includes('play taken')).length, 1)
    caller.hangUp()
    await w.clock.run(40_000)
    t.equal(w.journal.closed[0]?.legs.filter((leg) => leg.outcome === 'answered').length, 1)
    clean(t, w)
  })
}

t.test('a phone is told at most five seconds, and may hang up meanwhile', async (t) => {
  for (const hangsUpAfter of [undefined, 3000]) {
    const w = world(asking([phoneA, phoneB]), {
      [phoneA]: { ...answers, ...(hangsUpAfter === undefined ? {} : { hangsUpAfter }) }, [phoneB]: answers,
    }, { media: true })
    w.media.lengths.set('taken', 60_000)
    const caller = call(w)
    pressAt(w, 3000, '1', 1)
    await w.clock.run(9000)
    t.notOk(w.server.dialogs.has('out-1'), `hangs up after ${hangsUpAfter}`)
    t.equal(caller.final, 200)
    caller.hangUp()
    await w.clock.run(40_000)
    clean(t, w)
  }
})

t.test('the called person hangs up while he is asked: not confirmed, the other still rings', async (t) => {
  const w = world(asking([phoneA, phoneB]), { [phoneA]: { ...answers, hangsUpAfter: 1500 }, [phoneB]: rings }, { media: true })
  const caller = call(w)
  await w.clock.run(90_000)
  t.equal(caller.final, 480)
  t.same(legs(w), ['notConfirmed', 'noAnswer'])
  const [asked] = w.journal.closed[0]?.legs ?? []
  t.ok((asked?.endMs ?? Infinity) - (asked?.answerMs ?? 0) < 1600, 'known by the BYE, not by the end of the question')
  clean(t, w)
})

t.test('the only phone hangs up while it is asked: the caller waits no longer', async (t) => {
  const w = world(asking(), { [phoneA]: { ...answers, hangsUpAfter: 1500 } }, { media: true })
  const caller = call(w)
  await w.clock.run(5000)
  t.equal(caller.final, 480)
  t.same(legs(w), ['notConfirmed'])
  await w.clock.run(40_000)
  clean(t, w)
})

t.test('the key comes by INFO in the dialog of the phone', async (t) => {
  const w = world(asking(), { [phoneA]: answers }, { media: true })
  const caller = call(w)
  await w.clock.run(3000)
  const answer = await w.server.receive('out-1', 'INFO', { 'content-type': 'application/dtmf-relay' }, 'Signal=1\r\nDuration=160')
  t.equal(answer.status, 200)
  await w.clock.run(100)
  t.equal(caller.final, 200)
  t.notOk(w.server.sent.some((s) => s.what.startsWith('INFO')), 'it goes no further')
  caller.hangUp()
  await w.clock.run(40_000)
  clean(t, w)
})

// The caller leaves at every stage of the question: nobody is left behind, and the phone is told.
for (const atMs of [0, 1, 2, 3, 5, 8, 11, 12, 13, 14, 20, 500, 1010, 1013, 1014, 1015, 1016, 1100, 2500, 3000, 3001, 3005, 3011, 3012, 3013]) {
  t.test(`CANCEL after ${atMs} ms of an anchored call`, async (t) => {
    const w = world(asking(), { [phoneA]: answers }, { media: true })
    const caller = call(w)
    pressAt(w, 3000, '1')
    w.clock.wakeAt(atMs, () => caller.cancel('SIP;cause=487'))
    w.clock.wakeAt(8000, () => caller.hangUp())
    await w.clock.run(60_000)
    t.equal(w.journal.closed[0]?.outcome, caller.final === 200 ? 'answered' : 'abandoned')
    if (atMs === 2500) t.ok(w.media.endpoints[0]?.did.includes('play callerGone'))
    clean(t, w)
  })
}

// The media server dies at every stage: the call ends or goes on without it, and nothing is left.
for (const confirm of [true, false]) {
  for (let atMs = 0; atMs <= 6000; atMs += atMs < 40 ? 2 : 230) {
    t.test(`the media server dies after ${atMs} ms, ${confirm ? 'press 1' : 'recording'}`, async (t) => {
      const one = confirm ? asking([phoneA, phoneB]) : recorded()
      const w = world(one, { [phoneA]: answers, [phoneB]: rings }, { media: true })
      const caller = call(w)
      pressAt(w, 3000, '1')
      w.clock.wakeAt(atMs, () => w.media.kill())
      w.clock.wakeAt(20_000, () => caller.hangUp())
      await w.clock.run(120_000)
      t.ok(caller.final >= 200, `final ${caller.final}`)
      clean(t, w)
    })
  }
}

for (const stage of ['phone', 'caller'] as const) {
  for (const atMs of [30, 1000, 1012, 1020, 1024, 1026, 1500, 2500, 4000]) {
    t.test(`the ${stage}'s endpoint alone dies after ${atMs} ms of a recorded call`, async (t) => {
      const w = world(recorded(), { [phoneA]: answers }, { media: true })
      const caller = call(w)
      w.clock.wakeAt(atMs, () => w.media.endpoints[stage === 'phone' ? 0 : 1]?.drop())
      w.clock.wakeAt(20_000, () => caller.hangUp())
      await w.clock.run(120_000)
      clean(t, w)
      const { outcome, reason } = w.journal.closed[0] ?? {}
      if (atMs >= 1500) t.same([outcome, reason], ['answered', 'mediaLost'])
    })
  }
}

t.test('media that comes when the call is over is let go at once', async (t) => {
  for (const latencyMs of [100, 3000, 4900]) {
    const w = world(asking(), { [phoneA]: answers }, { media: true })
    w.media.latencyMs = latencyMs
    const caller = call(w)
    w.clock.wakeAt(50, () => caller.cancel())
    await w.clock.run(90)
    t.equal(w.journal.closed.length, 1, 'the record does not wait')
    t.ok(w.reception.counts().endpoints > 0, 'the endpoint is still counted')
    await w.clock.run(60_000)
    t.equal(w.server.invites.length, 0)
    clean(t, w)
  }
})

t.test('no media for a leg: it is dialled directly, under its own id', async (t) => {
  const w = world(recorded(), { [phoneA]: { ...answers, hangsUpAfter: 3000 } }, { media: true })
  w.media.failures = 1
  const caller = call(w)
  await w.clock.run(60_000)
  t.equal(w.server.invites.length, 1)
  t.equal(w.server.invites[0]?.body, 'v=0 offer')
  t.equal(caller.responses.at(-1)?.body, 'v=0 answer')
  t.match(w.journal.closed[0]?.trace, [{}, { step: 'recording', running: false }])
  clean(t, w)
})

const busyPhones: [string, Phone, string, ...string[]][] = [
  ['busy', { finalAfter: 5, status: 486 }, 'busy'],
  ['declined', { ringsAfter: 20, finalAfter: 100, status: 603 }, 'declined'],
  ['moved: never followed', { finalAfter: 5, status: 302, headers: { contact: '<sip:+79000000000@evil>' } }, 'redirected'],
  ['answered without session description: rung once more, directly', { ringsAfter: 20, finalAfter: 100, sdp: '' }, 'cancelled', 'answered'],
]
for (const [name, phone, ...outcomes] of busyPhones) {
  t.test(`an anchored leg is ${name}`, async (t) => {
    const w = world(recorded(), { [phoneA]: phone }, { media: true })
    const caller = call(w)
    w.clock.wakeAt(5000, () => caller.hangUp())
    await w.clock.run(90_000)
    t.same(legs(w), outcomes)
    clean(t, w)
  })
}

t.test('early media of a phone does not reach the caller of an anchored call', async (t) => {
  const w = world(recorded(), { [phoneA]: { ...answers, early: 'v=0 early' } }, { media: true })
  const caller = call(w)
  await w.clock.run(1200)
  t.same(caller.responses.map((r) => r.status), [180, 200])
  caller.hangUp()
  await w.clock.run(40_000)
  clean(t, w)
})

t.test('the second trunk is tried with the same endpoint', async (t) => {
  const trunks = [trunk({ id: 'a', host: 'a.example' }), trunk({ id: 'b', name: 'Second', host: 'b.example', order: 2 })]
  const w = world(recorded(), {}, { media: true, trunks })
  w.server.phone = (uri) => uri.includes('a.example') ? { finalAfter: 5, status: 503 } : { ...answers, hangsUpAfter: 4000 }
  call(w)
  await w.clock.run(60_000)
  t.equal(w.server.invites.length, 2)
  t.equal(w.server.invites[0]?.body, w.server.invites[1]?.body)
  t.equal(w.media.endpoints.length, 2)
  t.equal(w.journal.closed[0]?.outcome, 'answered')
  clean(t, w)
})

t.test('an INVITE without offer: ours goes in the 200, the answer comes with the ACK', async (t) => {
  const w = world(recorded(), { [phoneA]: answers }, { media: true })
  const caller = new FakeCaller(w.server, invite({}, { body: '' }))
  caller.ackBody = 'v=0 his answer'
  w.reception.invite(caller, undefined)
  await w.clock.run(4000)
  const [phoneEnd, callerEnd] = w.media.endpoints
  t.equal(caller.responses.at(-1)?.body, callerEnd?.sdp)
  t.equal(callerEnd?.far, 'v=0 his answer')
  t.equal(callerEnd?.bridged, phoneEnd)
  t.equal(w.server.invites[0]?.headers['Content-Type'], 'application/sdp')
  caller.hangUp()
  await w.clock.run(40_000)
  clean(t, w)
})

t.test('an INVITE without offer whose ACK never comes', async (t) => {
  const w = world(recorded(), { [phoneA]: answers }, { media: true })
  const caller = new FakeCaller(w.server, invite({}, { body: '' }))
  caller.ackAfter = undefined
  w.reception.invite(caller, undefined)
  await w.clock.run(90_000)
  t.same(w.library.did, [], 'nothing is recorded of it')
  clean(t, w)
})

const ringbacks: [MediaSettings['ringback'], boolean, number, string | undefined][] = [
  ['network', true, 180, undefined], ['operator', true, 183, 'ringback-operator'], ['operator', false, 180, undefined],
]
for (const [ringback, hears, status, plays] of ringbacks) {
  t.test(`ringback ${ringback}, the trunk ${hears ? 'passes' : 'cuts'} early media: ${status}`, async (t) => {
    const w = world(who({ ringback }), { [phoneA]: { ...answers, finalAfter: 5000 } }, { media: true, ...hears ? { trunks: early } : {} })
    const caller = call(w)
    await w.clock.run(6000)
    t.same(caller.responses.map((r) => r.status), [status, 200])
    if (plays !== undefined) {
      const heard = w.media.endpoints.find((one) => one.did.includes(`play ${plays}`))
      t.equal(caller.responses[0]?.body, heard?.sdp)
      t.equal(caller.responses[1]?.body, heard?.sdp, 'the 200 repeats what the 183 said')
      t.ok(heard?.bridged)
    }
    caller.hangUp()
    await w.clock.run(40_000)
    clean(t, w)
  })
}

t.test('ringback that takes long: a 180 first; ringback that fails: a 180', async (t) => {
  for (const [latencyMs, kill, statuses] of [[2500, false, [180, 183]], [200, true, [183, 180]]] as const) {
    const w = world(who({ ringback: 'operator' }), { [phoneA]: rings }, { media: true, trunks: early })
    w.media.latencyMs = latencyMs
    const caller = call(w)
    await w.clock.run(6000)
    if (kill) w.media.endpoints.find((one) => one.far === 'v=0 offer')?.drop()
    await w.clock.run(3000)
    t.same(caller.responses.map((r) => r.status), statuses)
    caller.cancel()
    await w.clock.run(60_000)
    clean(t, w)
  }
})

t.test('own ringback, then no media for the next phone: it answers directly, what he heard ends', async (t) => {
  const one = { ...who({ ringback: 'operator' }), rules: [rule([phoneA, phoneB], { mode: 'serial' })] }
  const w = world(one, { [phoneA]: rings, [phoneB]: answers }, { media: true, trunks: early })
  const caller = call(w)
  await w.clock.run(5000)
  w.media.failures = 1
  await w.clock.run(15_000)
  t.same(caller.responses.map((r) => [r.status, r.body === 'v=0 answer']), [[183, false], [200, true]])
  t.same(w.media.live, [])
  t.equal(w.reception.counts().endpoints, 0)
  caller.hangUp()
  await w.clock.run(40_000)
  clean(t, w)
})

t.test('ringback goes on each minute with the same 183', async (t) => {
  const w = world({ ...who({ ringback: 'operator' }), rules: [rule([phoneA], { waitSeconds: 120 })] },
    { [phoneA]: rings }, { media: true, trunks: early })
  const caller = call(w)
  await w.clock.run(110_000)
  t.equal(new Set(caller.responses.map((r) => `${r.status} ${r.body}`)).size, 1)
  t.ok(caller.responses.length > 1)
  t.equal(w.media.endpoints.filter((one) => one.far === 'v=0 offer').length, 1)
  caller.cancel()
  await w.clock.run(60_000)
  clean(t, w)
})

t.test('nobody answers: the caller hears why, then 480', async (t) => {
  const w = world(who({}), { [phoneA]: rings }, { media: true, trunks: early })
  const caller = call(w)
  await w.clock.run(60_000)
  t.same(caller.responses.map((r) => r.status), [180, 183, 480])
  t.same(w.media.endpoints.map((one) => one.did), [['play unavailable', 'destroy']])
  t.equal(w.journal.closed[0]?.outcome, 'missed')
  clean(t, w)
})

// He leaves, or media fails, at each stage of the announcement: the call stays what it was.
for (const [name, atMs, act] of [
  ['he cancels while its endpoint is made', 20_010, 'cancel'], ['he cancels in the middle', 20_500, 'cancel'],
  ['the media server dies in the middle', 20_500, 'kill'], ['there is none', 19_000, 'kill'], ['it cannot be made', 10, 'fail'],
  ['it never ends', 10, 'long'],
] as const) {
  t.test(`announcement: ${name}`, async (t) => {
    const w = world(who({}), { [phoneA]: rings }, { media: true, trunks: early })
    const caller = call(w)
    w.clock.wakeAt(atMs, () => {
      if (act === 'cancel') caller.cancel()
      if (act === 'kill') w.media.kill()
      if (act === 'fail') w.media.failures = 1
      if (act === 'long') w.media.lengths.set('unavailable', 600_000)
    })
    await w.clock.run(120_000)
    t.equal(caller.final, act === 'cancel' ? 487 : 480)
    t.equal(w.journal.closed[0]?.outcome, 'missed')
    clean(t, w)
  })
}
