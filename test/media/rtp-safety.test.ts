/**
 * What the network may send to a call's port without harm: packets of strangers, probes, rubbish,
 * nothing at all. ES2017-04, CVE-2025-53399, CVE-2021-41105.
 */
import { join } from 'node:path'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording, runMedia } from '../support/running-media.ts'
import type { TestMedia } from '../support/running-media.ts'
import { seededRandom } from '../support/seeded-random.ts'

let world: TestMedia

t.before(async () => {
  world = await runMedia(t)
})

t.test('a third address is neither heard nor recorded, gets nothing and redirects nothing', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const stranger = await RtpPeer.open(0x6666)
  t.teardown(() => stranger.close())
  peer.talk(port, 700)
  await pause(150)
  const file = join(world.folder, 'safe.wav')
  const recording = endpoint.record(file, { timeLimitSecs: 1 })
  stranger.talk(port, 1500, 16_000)
  const from = peer.packets.length
  await recording
  const { channels: [samples = new Int16Array()] } = readRecording(file)
  t.ok(toneShare(samples, 700) > 0.9)
  t.ok(toneShare(samples, 1500) < 0.01, 'the stranger is not in the recording')
  t.equal(stranger.packets.length, 0, 'and got nothing')
  t.ok(peer.packets.length - from > 30, 'the far end still gets everything')
  await endpoint.destroy()
})

t.test('a stranger that speaks with the source and sequence of the far end is no better off', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const forger = await RtpPeer.open(peer.ssrc)
  t.teardown(() => forger.close())
  peer.talk(port, 700)
  await pause(200)
  forger.talk(port, 1500)
  await pause(300)
  const counts = await endpoint.getChannelVariables(true)
  t.ok(Number(counts.variable_rtp_audio_in_flush_packet_count) >= 10, 'refused and counted')
  t.equal(forger.packets.length, 0)
  await endpoint.destroy()
})

t.test('behind address translation another port of the same address is learnt, once, and then kept', async (t) => {
  const announced = await RtpPeer.open()
  const translated = await RtpPeer.open(0x1234)
  const late = await RtpPeer.open(0x4321)
  t.teardown(() => [announced, translated, late].forEach((peer) => peer.close()))
  const endpoint = await world.server.createEndpoint({ remoteSdp: announced.sdp() })
  const port = Number(endpoint.local.mediaPort)
  await eventually(() => announced.packets.length > 2)
  translated.talk(port, 700)
  await eventually(() => translated.packets.length > 5)
  const before = announced.packets.length
  await pause(100)
  t.ok(announced.packets.length <= before + 1, 'the announced port gets nothing more')
  late.talk(port, 900)
  await pause(300)
  t.equal(late.packets.length, 0, 'nobody is learnt after that')
  await endpoint.destroy()
})

t.test('probing every port without a call to it yields nothing', async (t) => {
  const { endpoint, port } = await world.call()
  const prober = await RtpPeer.open(0x9999)
  t.teardown(() => prober.close())
  for (const near of [port - 2, port - 1, port, port + 1, port + 2]) {
    prober.sendFrame(near, 0)
    prober.raw(near, Buffer.from([0x80, 0xc9, 0, 1, 0, 0, 0, 1]))
    prober.raw(near, Buffer.alloc(0))
  }
  await pause(150)
  t.equal(prober.packets.length, 0)
  const silent = await world.server.createEndpoint()
  for (let i = 0; i < 20; i++) prober.sendFrame(Number(silent.local.mediaPort), 700)
  await pause(100)
  t.equal(prober.packets.length, 0, 'a leg without far end sends to nobody, whoever knocks')
  await Promise.all([endpoint.destroy(), silent.destroy()])
})

t.test('a thousand bad packets end no call', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const random = seededRandom(3)
  peer.talk(port, 700)
  for (let i = 0; i < 1000; i++) {
    const datagram = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)))
    if (i % 3 === 0 && datagram.length > 1) datagram[0] = 0x80
    if (i % 5 === 0 && datagram.length > 1) datagram[1] = 101
    peer.raw(port, datagram)
    if (i % 50 === 0) await pause(5)
  }
  await pause(500)
  t.ok(endpoint.connected)
  const recording = join(world.folder, 'after.wav')
  await endpoint.record(recording, { timeLimitSecs: 1 })
  t.ok(toneShare(readRecording(recording).channels[0]!, 700) > 0.8, 'and the far end is heard as before')
  await endpoint.destroy()
})

t.test('a call that should send RTP and does not is ended as such; on hold or without far end it is not', async (t) => {
  const short = await runMedia(t, { mediaTimeoutSeconds: 1 })
  const silent = await short.call()
  const held = await short.call({ direction: 'recvonly' })
  const resumed = await short.call({ direction: 'sendonly' })
  const unconnected = await short.server.createEndpoint()
  const speaking = await short.call()
  speaking.peer.talk(speaking.port, 0)
  const reasons: string[] = []
  silent.endpoint.on('destroy', ({ reason }: { reason: string }) => reasons.push(reason))
  const begun = performance.now()
  await eventually(() => reasons.length > 0)
  t.strictSame(reasons, ['MEDIA_TIMEOUT'])
  t.ok(performance.now() - begun > 700)
  await pause(600)
  t.ok(held.endpoint.connected && unconnected.connected && speaking.endpoint.connected)
  t.ok(resumed.endpoint.connected, 'who holds need not send')
  await resumed.endpoint.modify(resumed.peer.sdp('0 101', 'sendrecv', 2))
  resumed.peer.talk(resumed.port, 0)
  await pause(100)
  t.ok(resumed.endpoint.connected, 'and has its time again when it is back')
  await resumed.endpoint.destroy()
  speaking.peer.hush()
  await eventually(() => short.media.counts().channels === 2)
  await Promise.all([held.endpoint.destroy(), unconnected.destroy()])
})

t.test('more calls than may be get 503', async (t) => {
  const small = await runMedia(t, { maxSessions: 1 })
  const { endpoint } = await small.call()
  await t.rejects(small.call(), new Error('Sip non-success response: 503'))
  await endpoint.destroy()
  const again = await small.call()
  await again.endpoint.destroy()
})

t.test('stopping the server says BYE to every call', async (t) => {
  const short = await runMedia(t)
  const { endpoint } = await short.call()
  const ended = new Promise((resolve) => endpoint.dialog.once('destroy', resolve))
  await short.media.stop()
  await ended
  t.equal(short.media.counts().channels, 0)
})

t.test('probing every port of the range, call or no call, yields nothing', async (t) => {
  const ranged = await runMedia(t, { rtpPortMin: 61_000, rtpPortMax: 61_079 })
  const { endpoint, peer, port } = await ranged.call()
  t.ok(port >= 61_000 && port < 61_080)
  peer.talk(port, 700)
  const prober = await RtpPeer.open(0x9999)
  t.teardown(() => prober.close())
  for (let round = 0; round < 5; round++) {
    for (let probed = 61_000; probed < 61_080; probed++) prober.sendFrame(probed, 700)
    await pause(40)
  }
  t.equal(prober.packets.length, 0)
  const heard = peer.packets.length
  await eventually(() => peer.packets.length > heard + 5)
  t.ok(endpoint.connected, 'and who has a call still has it')
  await endpoint.destroy()
})

t.test('a flood at one port ends no call and starves no other', async (t) => {
  const [flooded, other] = await Promise.all([world.call(), world.call()])
  flooded.peer.talk(flooded.port, 700)
  other.peer.talk(other.port, 900)
  await pause(200)
  const file = join(world.folder, 'flooded.wav')
  const recording = other.endpoint.record(file, { timeLimitSecs: 1 })
  const flooder = await RtpPeer.open(0x4444)
  t.teardown(() => flooder.close())
  const random = seededRandom(9)
  const noise = Buffer.from(Array.from({ length: 1200 }, () => Math.floor(random() * 256)))
  const end = performance.now() + 1000
  let sent = 0
  while (performance.now() < end) {
    for (let burst = 0; burst < 40; burst++, sent++) {
      if (burst % 2 === 0) flooder.raw(flooded.port, noise)
      else flooder.sendFrame(flooded.port, 300)
    }
    await pause(4)
  }
  await recording
  t.ok(sent > 2000, `${sent} datagrams, of the call's 50`)
  t.ok(flooded.endpoint.connected && other.endpoint.connected)
  t.ok(toneShare(readRecording(file).channels[0]!, 900) > 0.8, 'the other call is recorded as ever')
  const second = join(world.folder, 'after-flood.wav')
  await flooded.endpoint.record(second, { timeLimitSecs: 1 })
  const { channels: [samples = new Int16Array()] } = readRecording(second)
  t.ok(toneShare(samples, 700) > 0.8 && toneShare(samples, 300) < 0.05, 'and the flooded one is not overheard')
  await Promise.all([flooded.endpoint.destroy(), other.endpoint.destroy()])
})
