/**
 * Endpoints against the embedded media server over real sockets: sound both ways, keys by every way
 * they come, records and why they ended, bridges, stereo recordings, changes of the far end, and what
 * happens to each when the far end goes.
 */
import { join } from 'node:path'
import t from 'tap'
import type { Question, RecordLimits } from '../../src/app/media-port.ts'
import { eventually } from '../support/eventually.ts'
import { loudPart, RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording, startTestMedia } from '../support/running-media.ts'
import { callEndpoint, rtpPort, runPool } from '../support/running-pool.ts'

const { media, options } = await startTestMedia(t)
const { pool } = await runPool(t, [media.eslPort])
await eventually(() => pool.available)
const share = pool.open()
const recording = (name: string): string => join(options.recordingsFolder, name)

const question: Question = {
  files: ['silence_stream://3000'], min: 1, max: 1, tries: 1, firstDigitMs: 1000, nextDigitMs: 1000,
  endKey: '#',
}
const limits: RecordLimits = { maxSeconds: 10, silenceSeconds: 0, endKey: '#' }
const tone = (hertz: number, ms: number): string => `tone_stream://%(${ms},0,${hertz})`

/** A key as sound: two tones at once, 20 ms by 20 ms. */
function dualTone(peer: RtpPeer, port: number, low: number, high: number): NodeJS.Timeout {
  let at = 0
  return setInterval(() => {
    const payload = Buffer.alloc(160)
    for (let i = 0; i < 160; i++, at++) {
      const wave = Math.sin(2 * Math.PI * low * at / 8000) + Math.sin(2 * Math.PI * high * at / 8000)
      payload[i] = ulaw(Math.round(5000 * wave))
    }
    peer.send(port, 0, payload, false, at)
  }, 20)
}

/** ITU-T G.711 µ-law by its formula. */
function ulaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132
  const segment = Math.max(0, Math.floor(Math.log2(magnitude)) - 7)
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff
}

t.test('each for itself, side by side', async (t) => {
  t.jobs = 4

  t.test('plays', { buffered: true }, async (t) => {
    const { endpoint, peer } = await callEndpoint(t, share)
    const skipped = media.lateness().skippedTicks
    t.equal(await endpoint.play([tone(600, 300), tone(900, 300)]), 'ended')
    const samples = loudPart(peer.heard())
    t.ok(toneShare(samples.slice(0, 2000), 600) > 0.9)
    t.ok(toneShare(samples.slice(-2000), 900) > 0.9)
    const pauseMs = samples.length / 8 - 600
    // A machine that is short of time skips ticks: nothing was sent in them.
    const skippedMs = (media.lateness().skippedTicks - skipped) * 20
    t.ok(pauseMs > 10 - skippedMs && pauseMs < 100 + skippedMs, `words follow each other: ${pauseMs} ms, ${skippedMs} skipped`)
    t.equal(await endpoint.play([]), 'ended')
    t.equal(await endpoint.play(['nothing.wav']), 'missing')
    t.equal(await endpoint.play(['nothing.wav', tone(600, 40)]), 'ended', 'a missing one is left out')
    const first = endpoint.play([`${tone(600, 1000)};loops=-1`])
    endpoint.stopPlaying()
    t.equal(await first, 'stopped', 'stopped before it began')
    const second = endpoint.play([`${tone(600, 1000)};loops=-1`])
    await pause(100)
    endpoint.stopPlaying()
    t.equal(await second, 'stopped')
    t.equal(await endpoint.play([tone(600, 40)]), 'ended', 'and the next is not')
    endpoint.stopPlaying()
    endpoint.destroy()
    t.equal(await endpoint.play([tone(600, 40)]), 'gone')
  })

  t.test('asks', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, share)
    const seen: string[] = []
    endpoint.onDigit((digit) => seen.push(digit))
    const one = endpoint.ask(question)
    await pause(60)
    await peer.press(port, '2')
    t.equal(await one, '2', 'a key ends the question')
    const code = endpoint.ask({ ...question, max: 8 })
    await pause(60)
    for (const key of '40#') await peer.press(port, key)
    t.equal(await code, '40', 'the end key is not part of it')
    const menu = endpoint.ask({ ...question, endKey: '' })
    await pause(60)
    await peer.press(port, '#')
    t.equal(await menu, '#', 'without an end key all are')
    const few = endpoint.ask({ ...question, files: [], min: 3, max: 3 })
    await pause(60)
    await peer.press(port, '7')
    t.equal(await few, undefined, 'too few')
    const stopped = endpoint.ask(question)
    await pause(60)
    endpoint.stopPlaying()
    t.equal(await stopped, undefined, 'stopped')
    t.equal(seen.join(''), '240##7')
  })

  t.test('a beep into a conversation is one party’s alone, and the talk goes on', { buffered: true }, async (t) => {
    const [one, other] = [await callEndpoint(t, share), await callEndpoint(t, share)]
    await one.endpoint.bridge(other.endpoint)
    other.peer.talk(other.port, 600)
    one.peer.talk(one.port, 900)
    await eventually(() => toneShare(one.peer.recent(), 600) > 0.9)
    const [before, beside] = [one.peer.packets.length, other.peer.packets.length]
    one.endpoint.beep('tone_stream://%(150,150,1400);loops=3')
    await eventually(() => toneShare(one.peer.recent(4), 1400) > 0.9)
    await pause(1200)
    // Afterwards the other is heard again.
    await eventually(() => toneShare(one.peer.recent(), 600) > 0.9)
    const heard = one.peer.heard(before)
    const beeps = Array.from({ length: Math.floor(heard.length / 160) }, (_, at) =>
      toneShare(heard.slice(at * 160, at * 160 + 160), 1400, 160) > 0.8 ? '1' : '0').join('')
    t.equal(beeps.match(/1{4,}/g)?.length, 3, beeps)
    t.ok(toneShare(other.peer.heard(beside), 900) > 0.9, 'the other heard nothing but speech')
    one.peer.hush()
    other.peer.hush()
  })

  t.test('keys in INFO and in the sound', { buffered: true }, async (t) => {
    const { endpoint } = await callEndpoint(t, share)
    const info = endpoint.ask(question)
    // What comes before the question is asked is no answer: pressed until it is heard.
    const press = setInterval(() => endpoint.inform('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'), 100)
    t.equal(await info, '5')
    clearInterval(press)
    const deaf = await callEndpoint(t, share, '0')
    t.notMatch(deaf.endpoint.sdp, 'telephone-event')
    const caller = await callEndpoint(t, share, '0')
    await caller.endpoint.bridge(deaf.endpoint)
    // 697 and 1209 Hz are key 1: two peers cannot mix tones, so a file of the server does.
    const keys: string[] = []
    deaf.endpoint.onDigit((digit) => keys.push(digit))
    const link = dualTone(deaf.peer, deaf.port, 697, 1209)
    await pause(300)
    // A key is told when it is let go.
    clearInterval(link)
    await eventually(() => keys.length > 0)
    // A stall of this process is a pause in the tone: then it is pressed twice.
    t.strictSame([...new Set(keys)], ['1'])
  })

  t.test('records, and says why it ended', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, share)
    peer.talk(port, 1000)
    const key = endpoint.record(recording('new/key.wav'), limits)
    await pause(500)
    await peer.press(port, '5')
    await peer.press(port, '#')
    const byKey = await key
    t.match(byKey, { endedBy: 'key' })
    const { channels: [samples = new Int16Array()] } = readRecording(recording('new/key.wav'))
    t.ok(Math.abs(samples.length / 8 - byKey.durationMs) < 1, 'as long as it says')
    t.ok(toneShare(samples.slice(400, 3000), 1000) > 0.9)
    const byLimit = await endpoint.record(recording('limit.wav'), { ...limits, maxSeconds: 1 })
    t.match(byLimit, { endedBy: 'limit' })
    t.ok(byLimit.durationMs > 900 && byLimit.durationMs <= 1000, `${byLimit.durationMs} ms of 1000`)
    const silence = endpoint.record(recording('silence.wav'), { ...limits, silenceSeconds: 1 })
    const spokeMs = performance.now()
    await pause(300)
    peer.talk(port, 0)
    const silentMs = performance.now() - spokeMs
    const bySilence = await silence
    t.match(bySilence, { endedBy: 'silence' })
    t.ok(bySilence.durationMs > 1200 && bySilence.durationMs < silentMs + 2200, `${bySilence.durationMs} ms`)
    const stopped = endpoint.record(recording('stopped.wav'), limits)
    await pause(300)
    endpoint.stopPlaying()
    t.match(await stopped, { endedBy: 'limit' })
    t.match(await endpoint.record('/etc/elsewhere.wav', limits), { durationMs: 0 }, 'not outside of its folder')
    const cut = endpoint.record(recording('cut.wav'), limits)
    const begunMs = performance.now()
    await pause(400)
    const cutMs = performance.now() - begunMs
    endpoint.destroy()
    const byGone = await cut
    t.match(byGone, { endedBy: 'gone' })
    const kept = readRecording(recording('cut.wav')).channels[0]!.length / 8
    t.ok(Math.abs(kept - byGone.durationMs) < 1 && kept >= 300 && kept <= cutMs + 800, `${kept} ms are kept and told`)
  })

  t.test('names with blanks', { buffered: true }, async (t) => {
    const { endpoint, peer, port } = await callEndpoint(t, share)
    const file = recording('my files/message one.wav')
    const whole = recording('my files/call one.wav')
    peer.talk(port, 1000)
    await endpoint.startRecording(whole)
    t.match(await endpoint.record(file, { ...limits, maxSeconds: 1 }), { endedBy: 'limit', durationMs: 1000 })
    peer.talk(port, 0)
    t.equal(await endpoint.play([file, tone(600, 20)]), 'ended')
    const asked = endpoint.ask({ ...question, files: [file, file] })
    await eventually(() => toneShare(peer.heard(-5), 1000) > 0.9)
    await peer.press(port, '4')
    t.equal(await asked, '4')
    await endpoint.stopRecording(whole)
    t.equal(readRecording(whole).channels.length, 2)
  })

  t.test('joins two, records both, follows their changes', { buffered: true }, async (t) => {
    const caller = await callEndpoint(t, share)
    const phone = await RtpPeer.open()
    t.teardown(() => phone.close())
    const callee = await share.offer()
    t.match(callee.sdp, /RTP\/AVP 0 8 101/, 'offers what it can')
    await callee.connect(phone.sdp('0 101'))
    const port = rtpPort(callee.sdp)
    const file = recording('both.wav')
    await caller.endpoint.startRecording(file)
    await caller.endpoint.bridge(callee)
    phone.talk(port, 700)
    caller.peer.talk(caller.port, 1300)
    await eventually(() => toneShare(phone.recent(), 1300) > 0.9)
    await eventually(() => toneShare(caller.peer.recent(), 700) > 0.9)
    await pause(400)
    await caller.peer.press(caller.port, '8')
    await eventually(() => phone.packets.some(({ payloadType }) => payloadType === 101))

    const held = await callee.renegotiate(phone.sdp('0 101', 'sendonly', 2))
    t.match(held, 'a=recvonly', 'hold')
    const moved = await RtpPeer.open(0x7272)
    t.teardown(() => moved.close())
    phone.hush()
    const back = await callee.renegotiate(moved.sdp('0 101', 'sendrecv', 3))
    t.equal(rtpPort(back), port, 'our port stays')
    t.equal(callee.sdp, back)
    moved.talk(port, 700)
    // At another port.
    await eventually(() => toneShare(moved.recent(), 1300) > 0.9)
    await t.rejects(callee.renegotiate('m=image 9 udptl t38'), 'no sound in it')
    const again = await callee.renegotiate(moved.sdp('0 101', 'sendrecv', 4))
    t.equal(rtpPort(again), port, 'a refused change spoils nothing')

    await caller.endpoint.stopRecording(file)
    await caller.endpoint.unbridge()
    const { channels: [left = new Int16Array(), right = new Int16Array()] } = readRecording(file)
    t.ok(toneShare(loudPart(left).slice(0, 2400), 1300) > 0.9, 'his far end left')
    t.ok(toneShare(loudPart(right).slice(0, 2400), 700) > 0.9, 'the other right')
    t.equal(await caller.endpoint.play([tone(500, 40)]), 'ended', 'parted, each can be played to')
    await t.rejects(caller.endpoint.startRecording('/etc/elsewhere.wav'), 'not outside of its folder')
    await t.rejects(caller.endpoint.stopRecording('never.wav'))
    callee.destroy()
    await t.rejects(caller.endpoint.bridge(callee), 'nobody to be joined with')
  })

  t.test('the far end goes while something runs', { buffered: true }, async (t) => {
    const short = await startTestMedia(t, { mediaTimeoutSeconds: 1 })
    const { pool: other } = await runPool(t, [short.media.eslPort])
    await eventually(() => other.available)
    const calls = await Promise.all([1, 2, 3].map(() => callEndpoint(t, other.open())))
    const [playing, asking, taking] = calls.map(({ endpoint }) => endpoint)
    const gone: number[] = []
    calls.forEach(({ endpoint }, index) => endpoint.onGone(() => gone.push(index)))
    const folder = short.options.recordingsFolder
    const results = await Promise.all([
      playing?.play(['silence_stream://-1']),
      asking?.ask({ ...question, files: ['silence_stream://9000'] }),
      taking?.record(join(folder, 'm.wav'), limits),
    ])
    t.match(results, ['gone', undefined, { endedBy: 'gone' }])
    await eventually(() => gone.length === 3)
    t.strictSame(gone.sort(), [0, 1, 2], 'each told once')
    await eventually(() => other.states()[0]?.sessions === 0)
    await eventually(() => short.media.counts().dialogs === 0)
  })

  t.test('own destruction is not told to those who wait for the end', { buffered: true }, async (t) => {
    const { endpoint } = await callEndpoint(t, share)
    let told = 0
    endpoint.onGone(() => { told++ })
    const playing = endpoint.play(['silence_stream://-1'])
    endpoint.destroy()
    endpoint.destroy()
    t.equal(await playing, 'gone')
    endpoint.onGone(() => { told++ })
    endpoint.inform('application/dtmf-relay', 'Signal=1')
    await pause(100)
    t.equal(told, 0)
  })
})

t.test('nothing is left', async (t) => {
  await t.rejects(share.answer('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n'))
  share.close()
  await eventually(() => media.counts().channels === 0 && media.counts().dialogs === 0)
  t.strictSame(pool.states().map(({ sessions }) => sessions), [0])
})
