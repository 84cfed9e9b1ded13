/**
 * Calls that media answers by itself: voicemail and the mailbox. The caller leaves, or the media
 * server does, at each stage; the record says whether a message was kept. Then calls of the service
 * itself and test calls, which no network brings.
 */
import t from 'tap'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import type { VirtualPhone } from '../../src/app/virtual-call.ts'
import { answers, busy, call, clean, phoneA, phoneB, rings, world } from '../support/app-world.ts'
import { invite, personalNumber, rule, subscriber, trunk } from '../support/call-fixtures.ts'
import { FakeCaller } from '../support/fake-sip-server.ts'
import type { Phone } from '../support/fake-sip-server.ts'

/** Voicemail takes calls at once: no rule acts. The greeting takes 1 s, its message at most 60 s. */
function owner(over: Partial<Subscriber> = {}): Subscriber {
  const one = subscriber([])
  return { ...one, settings: { ...one.settings, voicemail: true, voicemailAfterSeconds: 5 }, media: { ...defaultMedia, confirmMobiles: false }, ...over }
}

/** The endpoint is there at 12, the 200 at 13, the ACK at 16 ms, the record begins at 1016. */
const stages: { atMs: number; final: number; outcome: string; did: string[] }[] = [
  { atMs: 0, final: 487, outcome: 'abandoned', did: [] },
  { atMs: 5, final: 487, outcome: 'abandoned', did: [] },
  { atMs: 12, final: 487, outcome: 'abandoned', did: [] },
  { atMs: 15, final: 200, outcome: 'missed', did: [] },
  { atMs: 500, final: 200, outcome: 'missed', did: [] },
  { atMs: 1100, final: 200, outcome: 'missed', did: ['begin message messages/<id>.wav', 'discard message'] },
  { atMs: 1900, final: 200, outcome: 'missed', did: ['begin message messages/<id>.wav', 'discard message'] },
  { atMs: 4016, final: 200, outcome: 'voicemail', did: ['begin message messages/<id>.wav', 'finish message 3000'] },
]
for (const { atMs, final, outcome, did } of stages) {
  t.test(`voicemail: the caller leaves after ${atMs} ms`, async (t) => {
    const w = world(owner(), {}, { media: true })
    const caller = call(w)
    w.clock.wakeAt(atMs, () => {
      caller.cancel()
      caller.hangUp()
    })
    await w.clock.run(90_000)
    t.equal(caller.final, final)
    t.match(w.journal.closed[0], { outcome, endedBy: 'caller' })
    t.same(w.library.did, did)
    clean(t, w)
  })
}

for (const ackAfter of [undefined, 1]) {
  t.test(`voicemail, the ACK ${ackAfter === undefined ? 'never comes' : 'comes'}: the greeting begins with it or after 2 s`, async (t) => {
    const w = world(owner(), {}, { media: true })
    const caller = call(w)
    caller.ackAfter = ackAfter
    await w.clock.run(1500)
    t.equal(w.media.endpoints[0]?.did[0], ackAfter === undefined ? undefined : 'play greeting')
    await w.clock.run(120_000)
    t.equal(w.journal.closed[0]?.outcome, 'voicemail')
    clean(t, w)
  })
}

t.test('voicemail ends by silence, by key, by its limit: the caller is hung up, the message is kept', async (t) => {
  for (const how of ['silence', 'key', 'limit'] as const) {
    const w = world(owner(), {}, { media: true })
    w.media.onEndpoint = (endpoint) => { if (how === 'silence') endpoint.talkMs = 7000 }
    call(w)
    if (how === 'key') w.clock.wakeAt(6016, () => w.media.endpoints[0]?.press('#'))
    await w.clock.run(120_000)
    t.equal(w.library.did.at(-1), `finish message ${{ silence: 12_000, key: 5000, limit: 60_000 }[how]}`)
    t.match(w.journal.closed[0], { outcome: 'voicemail', endedBy: 'service', anchored: true })
    clean(t, w)
  }
})

t.test('an INVITE without offer leaves a message, too', async (t) => {
  const w = world(owner(), {}, { media: true })
  const caller = new FakeCaller(w.server, invite({}, { body: '' }))
  caller.ackBody = 'v=0 his answer'
  w.reception.invite(caller, undefined)
  w.clock.wakeAt(9000, () => caller.hangUp())
  await w.clock.run(60_000)
  t.equal(w.media.endpoints[0]?.far, 'v=0 his answer')
  t.match(w.library.did.at(-1), /^finish message/)
  clean(t, w)
})

for (const atMs of [0, 5, 11, 13, 15, 500, 1500, 5000]) {
  t.test(`voicemail: the media server dies after ${atMs} ms`, async (t) => {
    const w = world(owner(), {}, { media: true })
    const caller = call(w)
    w.clock.wakeAt(atMs, () => w.media.kill())
    await w.clock.run(90_000)
    t.ok(caller.final === 480 || caller.final === 200, `${caller.final}`)
    const { outcome, reason } = w.journal.closed[0] ?? {}
    t.equal(outcome, atMs >= 5000 ? 'voicemail' : 'missed')
    t.equal(reason, caller.final === 480 ? 'voicemailUnavailable' : 'mediaLost')
    clean(t, w)
  })
}

t.test('voicemail that cannot be: no server, no library, too late; each is a 480', async (t) => {
  for (const how of ['none', 'library', 'late'] as const) {
    const w = world(owner(), {}, { media: how !== 'none', withoutLibrary: how === 'library' })
    if (how === 'late') w.media.latencyMs = 20_000
    const caller = call(w)
    await w.clock.run(90_000)
    t.equal(caller.final, 480, how)
    t.equal(w.journal.closed[0]?.reason, 'voicemailUnavailable', how)
    clean(t, w)
  }
})

t.test('voicemail takes over from own ringback with the same description', async (t) => {
  const one = owner({ rules: [rule([phoneA])] })
  const w = world({ ...one, media: { ...one.media!, ringback: 'operator' } }, { [phoneA]: rings },
    { media: true, trunks: [trunk({ earlyMedia: true })] })
  const caller = call(w)
  w.clock.wakeAt(20_000, () => caller.hangUp())
  await w.clock.run(90_000)
  t.same(caller.responses.map((r) => r.status), [183, 200])
  t.equal(caller.responses[0]?.body, caller.responses[1]?.body)
  const [, heard] = w.media.endpoints
  t.ok(heard?.did.includes('play greeting'))
  t.equal(w.journal.closed[0]?.outcome, 'voicemail')
  clean(t, w)
})

t.test('shutdown while a message is spoken: it is kept', async (t) => {
  const w = world(owner(), {}, { media: true })
  call(w)
  await w.clock.run(5000)
  w.reception.shutDown()
  await w.clock.run(40_000)
  t.match(w.library.did.at(-1), /^finish message/)
  t.equal(w.journal.closed[0]?.reason, 'shutdown')
  await w.reception.stored()
  clean(t, w)
})

t.test('the control connection breaks while a message is spoken', async (t) => {
  const w = world(owner(), {}, { media: true })
  call(w)
  await w.clock.run(5000)
  w.server.disconnect()
  w.reception.disconnected()
  await w.clock.run(60_000)
  t.same([w.reception.counts().ending, w.reception.counts().endpoints, w.media.live.length], [0, 0, 0])
  t.match(w.library.did.at(-1), /^finish message/)
})

t.test('the subscriber calls his own number: the mailbox answers, keys arrive by INFO, too', async (t) => {
  const one = owner({ ownNumbers: ['+79161234567'] })
  const w = world({ ...one, media: { ...one.media!, mailboxOpen: true } }, {}, { media: true })
  w.media.lengths.set('mailbox', 30_000)
  const caller = call(w)
  await w.clock.run(2000)
  t.equal(caller.final, 200)
  t.equal((await w.server.receive(caller.dialogId, 'INFO', { 'content-type': 'application/dtmf-relay' }, 'Signal=1')).status, 200)
  t.match(w.media.endpoints[0]?.did, ['play mailbox', 'inform application/dtmf-relay'])
  await w.clock.run(60_000)
  t.match(w.journal.closed[0], { outcome: 'mailbox', endedBy: 'service' })
  clean(t, w)
})

const own: { name: string; phone: Phone; answered: boolean; abortAt?: number }[] = [
  { name: 'answers and is hung up', phone: answers, answered: true },
  { name: 'answers and hangs up', phone: { ...answers, hangsUpAfter: 2000 }, answered: true },
  { name: 'is busy', phone: busy, answered: false },
  { name: 'rings for ever', phone: rings, answered: false },
  { name: 'is not wanted any more', phone: rings, answered: false, abortAt: 3000 },
  { name: 'answers in the moment it is given up', phone: { ...answers, answersCancelAfter: 2 }, answered: false, abortAt: 900 },
]
for (const row of own) {
  t.test(`a call of the service to a phone that ${row.name}`, async (t) => {
    const w = world(owner(), { [phoneA]: row.phone }, { media: true })
    const pending = w.media.open().offer()
    await w.clock.run(20)
    const endpoint = await pending
    const abort = new AbortController()
    if (row.abortAt !== undefined) w.clock.wakeAt(row.abortAt, () => abort.abort())
    const ringing = w.reception.ringPhone({ number: personalNumber, address: phoneA, endpoint, ringSeconds: 40 }, abort.signal)
    t.equal(w.reception.counts().legs, 1)
    await w.clock.run(row.abortAt === undefined ? 1500 : 10_000)
    const told: string[] = []
    if (row.answered) {
      const phone = await ringing
      phone?.onHungUp(() => told.push('hung up'))
      t.equal((await w.server.receive('out-1', 'INVITE', { 'content-type': 'application/sdp' }, 'v=0 hold')).body, endpoint.sdp)
      await w.clock.run(3000)
      phone?.hangUp()
    }
    await w.clock.run(60_000)
    t.equal((await ringing) !== undefined, row.answered)
    t.same(told, row.phone.hangsUpAfter === undefined ? [] : ['hung up'])
    const [sent] = w.server.invites
    t.equal(sent?.headers['From'], `<sip:${personalNumber}@localhost>`)
    t.equal(sent?.body.includes('m=audio'), true)
    endpoint.destroy()
    clean(t, w, 0)
  })
}

t.test('a call of the service through one trunk alone', async (t) => {
  const second = trunk({ id: 'trunk-2', name: 'Второй', host: '192.0.2.2' })
  const rows = [
    { name: 'the second of two', trunkId: 'trunk-2', phone: busy, number: personalNumber, host: ['192.0.2.2'], told: [486] },
    { name: 'nobody’s number', trunkId: 'trunk-2', phone: answers, number: '', host: ['192.0.2.2'], told: [180, 200] },
    { name: 'one that is not there', trunkId: 'gone', phone: answers, number: personalNumber, host: [], told: [503] },
  ]
  for (const { name, trunkId, phone, number, host, told } of rows) {
    const w = world(owner(), { [phoneA]: phone }, { media: true, trunks: [trunk(), second] })
    const pending = w.media.open().offer()
    await w.clock.run(20)
    const endpoint = await pending
    const statuses: number[] = []
    const ringing = w.reception.ringPhone({
      number, address: phoneA, endpoint, ringSeconds: 40, trunkId, told: (status) => statuses.push(status),
    }, new AbortController().signal)
    await w.clock.run(5000)
    ;(await ringing)?.hangUp()
    await w.clock.run(60_000)
    t.strictSame(w.server.invites.map(({ uri }) => /@([^:;]+)/.exec(uri)?.[1]), host, name)
    t.strictSame(statuses, told, name)
    if (number === '') t.match(w.server.invites[0]?.headers['From'], /anonymous\.invalid/)
    endpoint.destroy()
    clean(t, w, 0)
  }
})

/** A caller without network that notes what happens to it. */
class NotingPhone implements VirtualPhone {
  readonly offer = 'v=0 virtual'
  readonly did: string[] = []
  early(sdp: string): void { this.did.push(`early ${sdp}`) }
  answered(sdp: string): void { this.did.push(`answered ${sdp}`) }
  ended(): void { this.did.push('ended') }
  async reoffer(sdp: string): Promise<string> {
    if (sdp.includes('image')) throw new Error('no fax')
    return `answer to ${sdp}`
  }
}

const placed: { name: string; phone: Phone; hangUpAt?: number; did: string[]; outcome: string }[] = [
  { name: 'answered, hangs up', phone: answers, hangUpAt: 5000, did: ['answered v=0 answer', 'ended'], outcome: 'answered' },
  { name: 'answered, the phone hangs up', phone: { ...answers, hangsUpAfter: 2000 }, did: ['answered v=0 answer', 'ended'], outcome: 'answered' },
  { name: 'busy', phone: busy, did: ['ended'], outcome: 'missed' },
  { name: 'early media', phone: { ringsAfter: 20, early: 'v=0 early', finalAfter: 500, status: 486 }, did: ['early v=0 early', 'ended'], outcome: 'missed' },
  { name: 'gives up while it rings', phone: rings, hangUpAt: 2000, did: ['ended'], outcome: 'abandoned' },
  { name: 'gives up at once', phone: rings, hangUpAt: 1, did: ['ended'], outcome: 'abandoned' },
  { name: 'gives up as the phone answers', phone: { ...answers, answersCancelAfter: 2 }, hangUpAt: 1004, did: ['answered v=0 answer', 'ended'], outcome: 'answered' },
]
for (const row of placed) {
  t.test(`a call from no network: ${row.name}`, async (t) => {
    const w = world(subscriber([rule([phoneA])]), { [phoneA]: row.phone })
    const phone = new NotingPhone()
    const made = w.reception.place({ number: personalNumber, caller: phoneB, phone })
    if (row.hangUpAt !== undefined) w.clock.wakeAt(row.hangUpAt, () => made?.hangUp())
    await w.clock.run(60_000)
    t.same(phone.did, row.did)
    t.match(w.journal.closed[0], { outcome: row.outcome, caller: phoneB, trunkId: undefined })
    clean(t, w)
  })
}

t.test('a call from no network in conversation: changes go to its endpoint', async (t) => {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: answers })
  const made = w.reception.place({ number: personalNumber, caller: '', phone: new NotingPhone() })
  await w.clock.run(2000)
  const type = { 'content-type': 'application/sdp' }
  const hold = w.server.receive('out-1', 'INVITE', type, 'v=0 hold')
  await w.clock.run(10)
  t.same([(await hold).status, (await hold).body], [200, 'answer to v=0 hold'])
  void w.server.receive('out-1', 'ACK')
  const fax = w.server.receive('out-1', 'INVITE', type, 'm=image 1 udptl t38')
  await w.clock.run(10)
  t.equal((await fax).status, 488)
  const info = w.server.receive('out-1', 'INFO', {}, 'x')
  await w.clock.run(10)
  t.equal((await info).status, 200)
  made?.hangUp()
  await w.clock.run(40_000)
  t.equal(w.journal.closed[0]?.anonymous, true)
  clean(t, w)
})

t.test('no room, no subscriber, no server: a call from no network ends', async (t) => {
  const w = world(undefined, {})
  const phone = new NotingPhone()
  w.reception.place({ number: personalNumber, caller: phoneB, phone })
  await w.clock.run(100)
  t.same(phone.did, ['ended'])
  t.equal(w.journal.closed[0]?.status, 404)
  const lost = new NotingPhone()
  const other = world(subscriber([rule([phoneA])]), { [phoneA]: rings })
  other.reception.place({ number: personalNumber, caller: phoneB, phone: lost })
  await other.clock.run(100)
  other.server.disconnect()
  other.reception.disconnected()
  await other.clock.run(60_000)
  t.same(lost.did, ['ended'])
  w.reception.drain()
  t.equal(w.reception.place({ number: personalNumber, caller: phoneB, phone }), undefined)
  clean(t, w)
})
