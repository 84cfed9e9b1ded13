/**
 * What an offer may hold and what becomes of it on the wire: IPv6 beside IPv4, refused video, T.38,
 * hold by the null address, comfort noise; and the reason a dead call is ended with.
 */
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording, runMedia } from '../support/running-media.ts'
import type { TestMedia } from '../support/running-media.ts'

const hasIp6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)

// Sound takes as long as it lasts: the calls of this file are placed side by side.
t.jobs = 6

let world: TestMedia

t.before(async () => {
  world = await runMedia(t, {
    rtpAddress: '127.0.0.1',
    ...(hasIp6 ? { rtpAddressOther: '::1' } : {}),
  })
})

t.test(
  'a far end with IPv6 gets an IPv6 port, is heard, hears, and is recorded',
  { skip: !hasIp6 && 'no ::1 here' },
  async (t) => {
    const peer = await RtpPeer.open(0x6666, '::1')
    t.teardown(() => peer.close())
    const endpoint = await world.server.createEndpoint({ remoteSdp: peer.sdp() })
    t.match(endpoint.local.sdp, /c=IN IP6 ::1\r\n/)
    const port = Number(endpoint.local.mediaPort)
    t.equal(endpoint.local.mediaIp, '::1')
    peer.talk(port, 700)
    const playing = endpoint.play('tone_stream://%(60000,0,440)')
    await eventually(() => toneShare(peer.recent(), 440) > 0.6)
    await endpoint.api('uuid_break', endpoint.uuid)
    await playing
    await endpoint.record(`${world.folder}/six.wav`, { timeLimitSecs: 1 })
    t.ok(
      toneShare(readRecording(`${world.folder}/six.wav`).channels[0]!, 700) > 0.6,
      'it is recorded',
    )
    const digits: unknown[] = []
    endpoint.on('dtmf', (event: unknown) => digits.push(event))
    peer.hush()
    await peer.press(port, '4')
    await eventually(() => digits.length === 1)

    const four = await world.call()
    four.peer.talk(four.port, 900)
    await endpoint.bridge(four.endpoint)
    await eventually(() => toneShare(peer.recent(), 900) > 0.6)
    await t.rejects(endpoint.modify(four.peer.sdp()), /488/, 'a call does not change its family')
    t.ok(endpoint.connected)
    await Promise.all([endpoint.destroy(), four.endpoint.destroy()])
  },
)

t.test('without an address of its family a far end gets 488', async (t) => {
  const single = await runMedia(t)
  const offer = (await single.call()).peer.sdp().replaceAll('IP4 127.0.0.1', 'IP6 2001:db8::1')
  await t.rejects(
    single.server.createEndpoint({ remoteSdp: offer }),
    new Error('Sip non-success response: 488'),
  )
})

t.test('video beside sound is refused in its place', async (t) => {
  const peer = await RtpPeer.open()
  t.teardown(() => peer.close())
  const video = 'm=video 50000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n'
  const endpoint = await world.server.createEndpoint({ remoteSdp: peer.sdp() + video })
  t.match(endpoint.local.sdp, /m=audio \d+ RTP\/AVP 0 101\r\n[^]*m=video 0 RTP\/AVP 96\r\n/)
  await endpoint.destroy()
  const before = await world.server.createEndpoint({
    remoteSdp: peer.sdp().replace('m=audio', `${video}m=audio`),
  })
  t.match(before.local.sdp, /m=video 0 RTP\/AVP 96\r\n[^]*m=audio \d+ RTP\/AVP 0 101\r\n/)
  await eventually(() => peer.packets.length > 3)
  await before.destroy()
})

t.test('a T.38 re-INVITE gets 488 and the call goes on; a T.38 call gets 488', async (t) => {
  const { endpoint, peer } = await world.call()
  const fax = peer
    .sdp()
    .replace(/m=audio[^]*/, `m=image ${peer.port} udptl t38\r\na=T38FaxVersion:0\r\n`)
  await t.rejects(endpoint.modify(fax), /488/)
  const before = peer.packets.length
  await eventually(() => peer.packets.length > before + 5)
  t.ok(endpoint.connected)
  await t.rejects(
    world.server.createEndpoint({ remoteSdp: fax }),
    new Error('Sip non-success response: 488'),
  )
  await endpoint.destroy()
})

t.test('hold by the null address: nothing is sent, and on again', async (t) => {
  const { endpoint, peer } = await world.call()
  const states: string[] = []
  endpoint.on('channelCallState', ({ state }: { state: string }) => states.push(state))
  await endpoint.set('subscribed', 'by now')
  await endpoint.modify(
    peer.sdp('0 101', 'sendrecv', 2).replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0'),
  )
  await pause(60)
  const silent = peer.packets.length
  await pause(100)
  t.equal(peer.packets.length, silent)
  await endpoint.modify(peer.sdp('0 101', 'sendrecv', 3))
  await eventually(() => peer.packets.length > silent + 3)
  t.strictSame(states, ['HELD', 'UNHELD', 'ACTIVE'])
  await endpoint.destroy()
})

t.test('comfort noise is agreed upon and taken for what it is', async (t) => {
  const peer = await RtpPeer.open()
  t.teardown(() => peer.close())
  const endpoint = await world.server.createEndpoint({ remoteSdp: peer.sdp('0 101 13') })
  t.match(endpoint.local.sdp, /m=audio \d+ RTP\/AVP 0 101 13\r\n/)
  const port = Number(endpoint.local.mediaPort)
  peer.talk(port, 700)
  await pause(300)
  peer.hush()
  for (let index = 0; index < 5; index++) {
    peer.send(port, 13, Buffer.from([50]), index === 0, 160_000 + index * 1600)
    await pause(40)
  }
  const variables = await endpoint.getChannelVariables(true)
  t.equal(variables.variable_rtp_audio_in_cng_packet_count, 5)
  await endpoint.destroy()
})

t.test('a call without RTP is ended with a reason that says so', async (t) => {
  const short = await runMedia(t, { mediaTimeoutSeconds: 1 })
  const { endpoint } = await short.call()
  const reasons: string[] = []
  endpoint.on('destroy', ({ reason }: { reason: string }) => reasons.push(reason))
  const [bye] = await once(endpoint.dialog, 'destroy') as { get(name: string): string }[]
  t.equal(bye?.get('Reason'), 'Mediaserver;cause=604;text="MEDIA_TIMEOUT"')
  await eventually(() => reasons.length === 1)
  t.strictSame(reasons, ['MEDIA_TIMEOUT'])
})
