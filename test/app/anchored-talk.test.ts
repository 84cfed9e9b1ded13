/**
 * Recorded calls in which the sides talk: what each asks inside its dialog, and the recording itself.
 * Beside each case of an anchored call stands what a direct one does with the same request.
 */
import t from 'tap'
import { defaultMedia } from '../../src/call/subscriber.ts'
import type { MediaSettings } from '../../src/call/subscriber.ts'
import type { ServerTransaction } from '../../src/app/sip-port.ts'
import { answers, call, clean, phoneA, world } from '../support/app-world.ts'
import type { World } from '../support/app-world.ts'
import { rule, subscriber } from '../support/call-fixtures.ts'
import { request } from '../support/fake-sip-server.ts'
import type { FakeCaller, Phone } from '../support/fake-sip-server.ts'
import type { FakeEndpoint } from '../support/fake-media.ts'

const sdpType = { 'content-type': 'application/sdp' }
const fax = 'v=0\r\nm=audio 0 RTP/AVP 0\r\nm=image 4000 udptl t38\r\n'

interface Talk extends World {
  readonly caller: FakeCaller
  readonly phoneEnd: FakeEndpoint
  readonly callerEnd: FakeEndpoint
}

async function talk(over: Partial<MediaSettings> = {}, phone: Phone = answers): Promise<Talk> {
  const one = subscriber([rule([phoneA])])
  const w = world({
    ...one, settings: { ...one.settings, recordCalls: true },
    media: { ...defaultMedia, confirmMobiles: false, ...over },
  }, { [phoneA]: phone }, { media: true })
  const caller = call(w)
  await w.clock.run(4000)
  return { ...w, caller, phoneEnd: w.media.endpoints[0]!, callerEnd: w.media.endpoints[1]! }
}

async function direct(): Promise<World & { readonly caller: FakeCaller }> {
  const w = world(subscriber([rule([phoneA])]), { [phoneA]: answers })
  const caller = call(w)
  await w.clock.run(4000)
  return { ...w, caller }
}

async function end(w: World & { readonly caller: FakeCaller }): Promise<void> {
  w.caller.hangUp()
  await w.clock.run(40_000)
}

t.test('recorded from the answer to the end, with consent on both sides, the caller left', async (t) => {
  const w = await talk()
  t.same(w.phoneEnd.did, ['connect', 'play consent'], 'the phone hears the consent')
  const file = '/rec/calls/2026/01/05/<id>.wav'
  const did = (): string[] => w.callerEnd.did.map((what) => what.replace(/[0-9a-f]{32}/, '<id>'))
  t.same(did(), [`start ${file}`, 'play consent', 'bridge 1'], 'recording begins before the consent')
  await end(w)
  t.same(did(), [`start ${file}`, 'play consent', 'bridge 1', `stop ${file}`, 'destroy'])
  t.equal(w.library.did[0], 'begin recording calls/2026/01/05/<id>.wav')
  t.match(w.library.did[1], /^finish recording 29\d\d$/)
  t.match(w.journal.closed[0], { id: /^[0-9a-f]{32}$/, trace: [{}, { step: 'recording', running: true }] })
  clean(t, w)
})

t.test('the endpoint stays until the recording has stopped', async (t) => {
  const w = await talk()
  const { stopRecording } = w.callerEnd
  w.callerEnd.stopRecording = async (file) => {
    await new Promise<void>((resolve) => { w.clock.wakeAt(w.clock.nowMs() + 500, resolve) })
    await stopRecording.call(w.callerEnd, file)
  }
  await end(w)
  t.match(w.callerEnd.did.slice(-2), [/^stop \/rec/, 'destroy'])
  clean(t, w)
})

t.test('a server that never says that the recording has stopped: the call ends all the same', async (t) => {
  const w = await talk()
  w.callerEnd.stopRecording = () => new Promise(() => {})
  await end(w)
  t.match(w.library.did.at(-1), /^finish recording/)
  clean(t, w)
})

t.test('without consent nothing is played', async (t) => {
  const w = await talk({ recordConsent: false })
  t.notOk(w.callerEnd.did.includes('play consent'))
  t.ok(w.callerEnd.bridged)
  await end(w)
  clean(t, w)
})

for (const policy of ['ifPossible', 'required'] as const) {
  for (const why of ['the server cannot write', 'the database is away', 'there is no library'] as const) {
    t.test(`recording ${policy}, ${why}`, async (t) => {
      const one = subscriber([rule([phoneA])])
      const w = world({
        ...one, settings: { ...one.settings, recordCalls: true },
        media: { ...defaultMedia, confirmMobiles: false, recordPolicy: policy },
      }, { [phoneA]: answers }, { media: true, withoutLibrary: why === 'there is no library' })
      w.media.onEndpoint = (endpoint) => { endpoint.cannotRecord = why === 'the server cannot write' }
      if (why === 'the database is away') w.library.failing = 'beginRecording'
      const caller = call(w)
      await w.clock.run(4000)
      t.equal(w.media.endpoints.filter((end) => end.bridged !== undefined).length, policy === 'required' ? 0 : 2)
      caller.hangUp()
      await w.clock.run(40_000)
      t.equal(w.journal.closed[0]?.reason, policy === 'required' ? 'recordingUnavailable' : '')
      t.match(w.journal.closed[0]?.trace.at(-1), { step: 'recording', running: false })
      clean(t, w)
    })
  }
}

t.test('a library that refuses the end of a recording does not hold up the call', async (t) => {
  const w = await talk()
  w.library.failing = 'finishRecording'
  await end(w)
  clean(t, w)
})

for (const atMs of [4500, 9000]) {
  t.test(`the media server dies after ${atMs} ms: both are hung up, the recording is marked`, async (t) => {
    const w = await talk()
    w.clock.wakeAt(atMs, () => w.media.kill())
    await w.clock.run(60_000)
    t.match(w.library.did.at(-1), /^finish recording \d+ interrupted$/)
    t.same([w.journal.closed[0]?.outcome, w.journal.closed[0]?.reason], ['answered', 'mediaLost'])
    t.ok(w.server.sent.some((s) => s.what.startsWith('BYE out')) && w.server.sent.some((s) => s.what.startsWith('BYE in')))
    clean(t, w)
  })
}

/** The media server dies in a talk of two who answer re-INVITEs as the row says. */
const losses: { name: string; over?: Partial<MediaSettings>; caller?: number; phone?: number; alone?: boolean; goesOn: boolean }[] = [
  { name: 'both agree: they go on without it', goesOn: true },
  { name: 'the caller refuses', caller: 488, goesOn: false },
  { name: 'the phone refuses', phone: 488, goesOn: false },
  { name: 'a re-INVITE of the phone is under way', phone: 491, goesOn: false },
  { name: 'the call must be recorded', over: { recordPolicy: 'required' }, goesOn: false },
  { name: 'only one endpoint went, for it heard nothing', alone: true, goesOn: false },
]
for (const row of losses) {
  t.test(`the media server is lost: ${row.name}`, async (t) => {
    const w = await talk(row.over)
    w.server.inDialog = (what) => {
      if (what.endsWith('out-1')) return { status: row.phone ?? 200, body: 'v=0 phone again' }
      return { status: row.caller ?? 200, body: 'v=0 caller again' }
    }
    if (row.alone === true) w.phoneEnd.drop()
    else w.media.kill()
    await w.clock.run(2000)
    t.equal(w.journal.closed.length, row.goesOn ? 0 : 1)
    t.match(w.library.did.at(-1), /^finish recording \d+ interrupted$/)
    if (row.goesOn) {
      t.same(w.server.sent.slice(-2).map((s) => [s.what, s.body]), [[`INVITE ${w.caller.dialogId}`, ''], ['INVITE out-1', 'v=0 caller again']])
      t.equal(w.reception.counts().endpoints, 0)
      // From here on it is a direct call: changes are relayed, fax, too.
      const change = w.server.receive('out-1', 'INVITE', sdpType, fax)
      await w.clock.run(10)
      t.same([(await change).status, (await change).body], [200, 'v=0 caller again'])
      void w.server.receive('out-1', 'ACK')
      t.match(w.server.sent.at(-1), { what: `INVITE ${w.caller.dialogId}`, body: fax })
      await end(w)
      t.match(w.journal.closed[0]?.trace.slice(-2), [{ step: 'recording', running: true }, { step: 'recording', running: false }])
    } else t.equal(w.journal.closed[0]?.reason, 'mediaLost')
    await w.clock.run(40_000)
    t.equal(w.journal.closed[0]?.outcome, 'answered')
    clean(t, w)
  })
}

for (const side of ['caller', 'phone'] as const) {
  for (const atMs of [0, 499, 501, 502, 503, 504, 506]) {
    t.test(`the media server is lost, the ${side} hangs up ${atMs} ms later`, async (t) => {
      const w = await talk()
      w.server.inDialog = () => ({ status: 200, body: 'v=0 again' })
      w.media.kill()
      w.clock.wakeAt(4000 + atMs, () => {
        if (side === 'caller') w.caller.hangUp()
        else void w.server.receive('out-1', 'BYE')
      })
      await w.clock.run(60_000)
      t.match(w.journal.closed[0], { outcome: 'answered', endedBy: side === 'caller' ? 'caller' : 'callee' })
      clean(t, w)
    })
  }
}

t.test('a side that vanished after the media server was lost', async (t) => {
  const w = await talk()
  w.server.inDialog = () => ({ status: 200, body: 'v=0 again' })
  w.media.kill()
  await w.clock.run(2000)
  w.server.inDialog = () => ({ status: 481 })
  w.server.dialogs.delete('out-1')
  void w.server.receive(w.caller.dialogId, 'INFO')
  await w.clock.run(60_000)
  t.equal(w.journal.closed[0]?.endedBy, 'callee')
  clean(t, w)
})

t.test('hold, and its end, are settled with the own endpoint; recording and the other side go on', async (t) => {
  const w = await talk()
  const sent = w.server.sent.length
  for (const [dialog, endpoint] of [[w.caller.dialogId, w.callerEnd], ['out-1', w.phoneEnd]] as const) {
    const hold = await w.server.receive(dialog, 'INVITE', sdpType, 'v=0 hold\r\na=sendonly\r\n')
    t.equal(hold.status, 200)
    t.match(hold.body, /a=recvonly/)
    t.equal(hold.headers?.['Content-Type'], 'application/sdp')
    void w.server.receive(dialog, 'ACK')
    t.equal(endpoint.far, 'v=0 hold\r\na=sendonly\r\n')
    const moved = await w.server.receive(dialog, 'UPDATE', sdpType, 'v=0 other port')
    t.equal(moved.status, 200)
    t.equal(moved.body, endpoint.sdp)
    t.equal(endpoint.far, 'v=0 other port')
  }
  t.equal(w.server.sent.length, sent, 'nothing was relayed')
  t.equal(w.callerEnd.recording.size, 1)
  t.ok(w.callerEnd.bridged)
  await end(w)
  clean(t, w)
})

t.test('a refresh changes nothing; its session timer is answered', async (t) => {
  const w = await talk()
  const same = await w.server.receive(w.caller.dialogId, 'INVITE', { ...sdpType, 'session-expires': '600;refresher=uac' }, 'v=0 offer')
  t.equal(same.body, w.caller.responses.at(-1)?.body)
  t.equal(same.headers?.['Session-Expires'], '600;refresher=uac')
  void w.server.receive(w.caller.dialogId, 'ACK')
  const bare = await w.server.receive('out-1', 'UPDATE', { 'session-expires': '900;refresher=uac' })
  t.same([bare.status, bare.body ?? ''], [200, ''])
  t.equal(w.callerEnd.did.filter((what) => what === 'renegotiate').length, 0)
  await end(w)
  clean(t, w)
})

t.test('a re-INVITE without offer gets ours with both directions open, and the ACK brings the answer', async (t) => {
  const w = await talk()
  const { dialogId } = w.caller
  await w.server.receive(dialogId, 'INVITE', sdpType, 'v=0 hold\r\na=sendonly\r\n')
  void w.server.receive(dialogId, 'ACK')
  const before = w.callerEnd.sdp
  const offer = await w.server.receive(dialogId, 'INVITE')
  t.match(before, /o=media 2 2 .*a=recvonly/s)
  t.match(offer.body, /o=media 2 3 .*a=sendrecv/s)
  t.equal((await w.server.receive(dialogId, 'INVITE', sdpType, 'v=0 x')).status, 500, 'a second one meanwhile')
  void w.server.receive(dialogId, 'ACK', sdpType, 'v=0 off hold')
  await w.clock.run(10)
  t.equal(w.callerEnd.far, 'v=0 off hold')
  t.equal((await w.server.receive(dialogId, 'INVITE', sdpType, 'v=0 x')).status, 200)
  await end(w)
  clean(t, w)
})

t.test('a second change while the first is pending: 500; the call ends meanwhile: 487', async (t) => {
  const w = await talk()
  let settle: (sdp: string) => void = () => {}
  w.callerEnd.renegotiate = () => new Promise((resolve) => { settle = resolve })
  const first = w.server.receive(w.caller.dialogId, 'INVITE', sdpType, 'v=0 one')
  const second = await w.server.receive(w.caller.dialogId, 'UPDATE', sdpType, 'v=0 two')
  t.same([second.status, second.headers?.['Retry-After']], [500, '3'])
  void w.server.receive('out-1', 'BYE')
  t.equal((await first).status, 487)
  settle('v=0 late')
  await w.clock.run(40_000)
  clean(t, w)
})

t.test('an offer that the media server does not take: 488, and the session stays', async (t) => {
  const w = await talk()
  const { renegotiate } = w.callerEnd
  w.callerEnd.renegotiate = async () => { throw new Error('no codec in common') }
  t.equal((await w.server.receive(w.caller.dialogId, 'INVITE', sdpType, 'v=0 opus')).status, 488)
  w.callerEnd.renegotiate = renegotiate
  t.equal((await w.server.receive(w.caller.dialogId, 'INVITE', sdpType, 'v=0 offer')).status, 200, 'the old one is a refresh')
  await end(w)
  clean(t, w)
})

t.test('a re-INVITE whose CANCEL crosses the 200: the endpoint goes back to the old session', async (t) => {
  const w = await talk()
  const statuses: number[] = []
  const cancelled: ServerTransaction = {
    request: request('INVITE', sdpType, 'v=0 new', w.caller.dialogId),
    respond: (answer, done) => { statuses.push(answer.status); done?.('transaction is over', '') },
    onCancel() {},
  }
  w.server.deliver(w.caller.dialogId, cancelled)
  await w.clock.run(100)
  t.same(statuses, [200])
  t.equal(w.callerEnd.far, 'v=0 offer')
  await end(w)
  clean(t, w)
})

t.test('T.38: refused with 488 on an anchored call, relayed on a direct one', async (t) => {
  const w = await talk()
  for (const dialog of [w.caller.dialogId, 'out-1']) {
    t.equal((await w.server.receive(dialog, 'INVITE', sdpType, fax)).status, 488)
  }
  t.equal((await w.server.receive('out-1', 'INVITE', sdpType, fax.replace('m=image 4000', 'm=image 0'))).status, 200, 'a refused fax stream is none')
  await end(w)
  clean(t, w)
  const other = await direct()
  other.server.inDialog = (_what, body) => ({ status: 200, body: `${body}accepted` })
  const relayed = other.server.receive('out-1', 'INVITE', sdpType, fax)
  await other.clock.run(10)
  t.same([(await relayed).status, (await relayed).body], [200, `${fax}accepted`])
  t.equal(other.server.sent.at(-1)?.what, `INVITE ${other.caller.dialogId}`)
  void other.server.receive('out-1', 'ACK')
  await end(other)
  clean(t, other)
})

t.test('INFO passes between the sides; OPTIONS, REFER and strangers are answered here', async (t) => {
  const w = await talk()
  const digit = w.server.receive('out-1', 'INFO', { 'content-type': 'application/dtmf-relay' }, 'Signal=5')
  await w.clock.run(10)
  t.equal((await digit).status, 200)
  t.match(w.server.sent.at(-1), { what: `INFO ${w.caller.dialogId}`, body: 'Signal=5', headers: { 'Content-Type': 'application/dtmf-relay' } })
  for (const [method, status] of [['OPTIONS', 200], ['REFER', 603], ['SUBSCRIBE', 489], ['MESSAGE', 405]] as const) {
    t.equal((await w.server.receive(w.caller.dialogId, method)).status, status, method)
  }
  await end(w)
  clean(t, w)
})

// RFC 3261 §12.2.1.2: who answers 481 has gone. Also direct calls must leave nothing behind then.
for (const anchored of [true, false]) {
  for (const side of ['phone', 'caller'] as const) {
    t.test(`the ${side} of ${anchored ? 'an anchored' : 'a direct'} call has vanished`, async (t) => {
      const w = anchored ? await talk() : await direct()
      const [from, to] = side === 'phone' ? [w.caller.dialogId, 'out-1'] : ['out-1', w.caller.dialogId]
      w.server.inDialog = () => ({ status: 481 })
      w.server.dialogs.delete(to)
      const info = w.server.receive(from, 'INFO')
      await w.clock.run(60_000)
      t.equal((await info).status, 500)
      t.equal(w.journal.closed[0]?.endedBy, side === 'phone' ? 'callee' : 'caller')
      clean(t, w)
    })
  }
}

// He hangs up at each instant of the beginning of a recorded call.
for (const side of ['caller', 'phone'] as const) {
  for (const atMs of [1011, 1012, 1013, 1014, 1015, 1016, 1017, 1020, 1500, 2013, 2015, 2020, 3000]) {
    t.test(`the ${side} hangs up after ${atMs} ms`, async (t) => {
      const one = subscriber([rule([phoneA])])
      const w = world({
        ...one, settings: { ...one.settings, recordCalls: true }, media: { ...defaultMedia, confirmMobiles: false },
      }, { [phoneA]: answers }, { media: true })
      const caller = call(w)
      w.clock.wakeAt(atMs, () => {
        if (side === 'caller') caller.hangUp()
        else if (w.server.dialogs.has('out-1')) void w.server.receive('out-1', 'BYE')
      })
      w.clock.wakeAt(9000, () => caller.hangUp())
      await w.clock.run(60_000)
      t.equal(w.journal.closed[0]?.outcome, 'answered')
      t.equal(w.library.did.length % 2, 0, 'what was begun is finished')
      clean(t, w)
    })
  }
}
