/**
 * Calls as the transcripts 03–07, 13–17, 19 and 22 show them: how they begin, change and end, seen by
 * drachtio-fsmrf and by the far end. Where the reference says that the observed server errs, what is
 * tested is what it says instead.
 */
import { once } from 'node:events'
import type Mrf from 'drachtio-fsmrf'
import t from 'tap'
import { freeTcpPort } from '../support/baresip.ts'
import { eventually } from '../support/eventually.ts'
import { pause, runMedia } from '../support/running-media.ts'
import type { TestMedia } from '../support/running-media.ts'
import { loudPart, RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { SipPeer } from '../support/sip-peer.ts'

let world: TestMedia

/** Events of an endpoint as they come, in short. */
function follow(endpoint: Mrf.Endpoint): string[] {
  const log: string[] = []
  endpoint.on('playback-start', ({ file }: { file: string }) => log.push(`start ${file}`))
  endpoint.on('playback-stop', ({ file }: { file: string }) => log.push(`stop ${file}`))
  endpoint.on('channelCallState', ({ state }: { state: string }) => log.push(state))
  endpoint.on('destroy', (event?: { reason: string }) => log.push(`destroy ${event?.reason ?? ''}`))
  return log
}

async function nothingLeft(): Promise<void> {
  await eventually(() => world.media.counts().channels === 0, () => world.media.counts())
}

t.before(async () => {
  world = await runMedia(t)
})

t.test('03 createEndpoint with a description, then destroy', async (t) => {
  const { endpoint, peer, port } = await world.call()
  t.match(endpoint.uuid, /^[0-9a-f-]{36}$/)
  t.equal(endpoint.local.mediaIp, '127.0.0.1')
  t.match(endpoint.local.sdp, /^v=0\r\no=Mediaserver \d+ \d+ IN IP4 127\.0\.0\.1\r\ns=Mediaserver\r\n/)
  t.match(endpoint.local.sdp, `m=audio ${port} RTP/AVP 0 101\r\n`, 'one codec, the first of the offer, and its telephone-event')
  t.equal(port % 2, 0)
  t.equal(Number(endpoint.remote.mediaPort), peer.port)
  t.equal(endpoint.remote.sdp, peer.sdp())
  t.equal(endpoint.dtmfType, 'rfc2833')
  t.ok(endpoint.sip.callId)
  const log = follow(endpoint)
  await endpoint.destroy()
  await eventually(() => log.includes('HANGUP'))
  await nothingLeft()
})

t.test('04 without a description the endpoint has no far end: nothing is sent until modify names one', async (t) => {
  const endpoint = await world.server.createEndpoint()
  t.match(endpoint.local.sdp, /m=audio \d+ RTP\/AVP 0 8 101 13\r\n/)
  t.notMatch(endpoint.local.sdp, 'crypto')
  t.equal(endpoint.remote.mediaPort, endpoint.local.mediaPort, 'drachtio-srf acknowledges with our own description')
  const spare = await endpoint.play('silence_stream://100')
  t.equal(spare.playbackMilliseconds, '100', 'clocks run all the same')
  const peer = await RtpPeer.open()
  t.teardown(() => peer.close())
  const answer = await endpoint.modify(peer.sdp('0 8 101 13'))
  t.match(answer, `m=audio ${endpoint.local.mediaPort} RTP/AVP 0 101 13\r\n`, 'same port')
  t.equal(Number(endpoint.remote.mediaPort), peer.port, 'told at once')
  const result = await endpoint.play('tone_stream://%(200,0,440)')
  t.strictSame(result, { playbackSeconds: '0', playbackMilliseconds: '200', playbackLastOffsetPos: '1600' })
  t.ok(peer.packets.length >= 8 && peer.packets.every(({ payloadType }) => payloadType === 0))
  await endpoint.destroy()
  await nothingLeft()
})

t.test('05 connectCaller answers a caller with the description of the endpoint', async (t) => {
  const caller = await SipPeer.open(world.sipPort)
  t.teardown(() => caller.close())
  const connected = new Promise<Mrf.Endpoint>((resolve, reject) => {
    world.srf.invite((req, res) => {
      world.server.connectCaller(req, res).then(({ endpoint }) => resolve(endpoint), reject)
    })
  })
  const invite = caller.invite('1000', { body: caller.sdp() })
  const answer = await caller.expect(200)
  const dialog = caller.ack(invite, answer)
  const endpoint = await connected
  t.equal(answer.body, endpoint.local.sdp)
  t.match(answer.body, / RTP\/AVP 8\r\n/, 'the caller has PCMA only')
  t.equal(endpoint.dtmfType, 'info', 'and no telephone-event')
  t.match(await endpoint.play('tone_stream://%(300,0,440)'), { playbackMilliseconds: '300' })
  caller.request(dialog, 'BYE')
  await caller.expect(200)
  await endpoint.destroy()
  await nothingLeft()
})

t.test('07 hang-up while a file plays, from each side', async (t) => {
  const destroyed = await world.call()
  const first = follow(destroyed.endpoint)
  const playing = destroyed.endpoint.play('silence_stream://10000')
  await pause(150)
  await destroyed.endpoint.destroy()
  t.match(await playing, { playbackSeconds: '2', playbackMilliseconds: '2048' }, 'the application is owed a result')
  await eventually(() => first.includes('HANGUP'))
  t.strictSame(first.slice(0, 3), ['start silence_stream://10000', 'stop silence_stream://10000', 'HANGUP'])

  const left = await world.call()
  const second = follow(left.endpoint)
  const interrupted = left.endpoint.play('silence_stream://10000')
  await pause(150)
  left.endpoint.dialog.destroy()
  await interrupted
  await eventually(() => second.includes('destroy NORMAL_CLEARING'))
  // What is asked before the socket is seen to close would wait for ever: the library's own race.
  await pause(50)
  await t.rejects(left.endpoint.play('silence_stream://100'), { message: 'endpoint no longer active' })
  await left.endpoint.destroy()

  const killed = await world.call()
  const third = follow(killed.endpoint)
  const cut = killed.endpoint.play('silence_stream://10000')
  const bye = once(killed.endpoint.dialog, 'destroy') as Promise<{ get(name: string): string }[]>
  await pause(100)
  t.equal(await world.server.api(`uuid_kill ${killed.endpoint.uuid} USER_BUSY`), '+OK\n')
  const [request] = await bye
  t.equal(request?.get('Reason'), 'Q.850;cause=17;text="USER_BUSY"')
  await cut
  await eventually(() => third.includes('destroy USER_BUSY'), () => third)

  const own = await world.call()
  t.equal((await own.endpoint.api('uuid_kill', own.endpoint.uuid)).getBody(), '+OK\n', 'answered also on the socket that it closes')
  await nothingLeft()
})

t.test('13 variables, mute, sleep, what is unknown', async (t) => {
  const { endpoint, peer, port } = await world.call()
  peer.talk(port, 0)
  await endpoint.set('foo', 'bar')
  await endpoint.set({ a1: 'x', a2: 'y z', a3: "it's", quote: 'say "hi"' })
  await endpoint.export('exported', '1')
  await endpoint.mute()
  t.ok(endpoint.muted)
  await endpoint.unmute()
  await eventually(() => peer.packets.length > 5)
  const variables = await endpoint.getChannelVariables(true)
  t.match(variables, {
    variable_foo: 'bar', variable_a1: 'x', variable_a2: 'y z', variable_a3: "it's", variable_quote: 'say "hi"',
    variable_exported: '1', variable_rtp_use_codec_string: 'PCMU,PCMA', variable_local_media_port: String(port),
  })
  t.type(variables.variable_rtp_audio_in_media_packet_count, 'number')
  t.ok(Number(variables.variable_rtp_audio_out_packet_count) > 0)
  t.equal((await endpoint.api('uuid_getvar', [endpoint.uuid, 'foo'])).getBody(), 'bar')
  t.equal((await endpoint.api('uuid_setvar', [endpoint.uuid, 'foo', 'other words'])).getBody(), '+OK\n')
  t.equal((await endpoint.api('uuid_getvar', [endpoint.uuid, 'foo'])).getBody(), 'other words')
  await endpoint.set('foo', '')
  t.equal((await endpoint.api('uuid_getvar', [endpoint.uuid, 'foo'])).getBody(), '_undef_')
  t.equal((await endpoint.api('uuid_exists', endpoint.uuid)).getBody(), 'true')
  t.equal((await endpoint.api('no_such_api')).getBody(), '-ERR no_such_api Command not found!\n')
  t.equal((await endpoint.api('uuid_dump', 'deadbeef')).getBody(), '-ERR No such channel!\n')
  const before = performance.now()
  await endpoint.execute('sleep', '100')
  t.ok(performance.now() - before >= 80)
  const unknown = await endpoint.execute('no_such_application', 'x')
  t.equal(unknown.getHeader('Application-Response'), '-ERR unknown application', 'told, and the call stays')
  t.ok(endpoint.connected)
  t.match(await endpoint.say('123', { sayType: 'number', sayMethod: 'iterated' }), { playbackSeconds: null })
  await endpoint.speak({ ttsEngine: 'none', voice: 'x', text: 'hello' })
  await endpoint.destroy()
  await nothingLeft()
})

t.test('14 modify: another port at once, hold, inactive, back again', async (t) => {
  const { endpoint, peer } = await world.call()
  const log = follow(endpoint)
  const other = await RtpPeer.open()
  t.teardown(() => other.close())
  const version = (sdp: string): number => Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1])
  const first = await endpoint.modify(other.sdp('0 101'))
  t.equal(version(first), version(endpoint.local.sdp))
  await pause(60)
  const before = peer.packets.length
  await endpoint.play('tone_stream://%(300,0,440)')
  t.equal(peer.packets.length, before, 'the old port hears nothing more')
  t.ok(toneShare(loudPart(other.heard()), 440) > 0.95)

  const held = await endpoint.modify(other.sdp('0 101', 'sendonly', 2))
  t.match(held, 'a=recvonly\r\n')
  await eventually(() => log.includes('HELD'))
  await pause(60)
  const silent = other.packets.length
  await pause(100)
  t.equal(other.packets.length, silent, 'nothing is sent to who does not want it')
  t.match(await endpoint.modify(other.sdp('0 101', 'inactive', 3)), 'a=inactive\r\n')
  const resumed = await endpoint.modify(other.sdp('0 101', 'sendrecv', 4))
  t.ok(version(resumed) > version(first), 'the version counts the changes')
  await eventually(() => other.packets.length > silent)
  t.strictSame(log.filter((word) => !word.includes('stream')), ['HELD', 'UNHELD', 'ACTIVE'])
  await endpoint.destroy()
  await nothingLeft()
})

t.test('16 what createEndpoint cannot have', async (t) => {
  const peer = await RtpPeer.open()
  t.teardown(() => peer.close())
  const offer = (formats: string): string => peer.sdp(formats)
  await t.rejects(world.server.createEndpoint({ remoteSdp: offer('18') }), new Error('Sip non-success response: 488'), 'only G.729')
  const pcma = await world.call({ formats: '8 101' })
  t.match(pcma.endpoint.local.sdp, / RTP\/AVP 8 101\r\n/)
  await pcma.endpoint.destroy()
  const plain = await world.call({ formats: '0' })
  t.equal(plain.endpoint.dtmfType, 'info')
  t.match(plain.endpoint.local.sdp, / RTP\/AVP 0\r\n/)
  await plain.endpoint.destroy()
  const preferring = await world.server.createEndpoint({ remoteSdp: offer('0 8 101'), codecs: ['PCMA'] })
  t.match(preferring.local.sdp, / RTP\/AVP 8 101\r\n/, 'the order of the offer decides')
  await preferring.destroy()
  await nothingLeft()
})

t.test('16 an application that does not listen loses its call', async (t) => {
  const port = await freeTcpPort()
  const peer = await SipPeer.open(world.media.sipPort)
  t.teardown(() => peer.close())
  const invite = (extra: string[]): void => {
    peer.invite('drachtio', { body: peer.sdp(), extra })
  }
  invite(['User-Agent: drachtio-fsmrf:1', `X-esl-outbound: 127.0.0.1:${port}`])
  await peer.expect(200)
  const bye = await peer.expect('BYE')
  t.equal(bye.headers.get('reason'), 'Q.850;cause=16;text="NORMAL_CLEARING"')
  peer.reply(bye, 200)
  invite(['User-Agent: drachtio-fsmrf:2', 'X-esl-outbound: 192.0.2.1:8021'])
  await peer.expect(200)
  peer.reply(await peer.expect('BYE'), 200)
  t.pass('an address that is not allowed is not dialled at all')
  await nothingLeft()
})

t.test('17 a bridge with an endpoint without far end: no re-INVITE, no call lost', async (t) => {
  const { endpoint } = await world.call()
  const other = await world.server.createEndpoint()
  let modifications = 0
  other.dialog.on('modify', () => { modifications++ })
  await endpoint.bridge(other)
  await endpoint.mute()
  await endpoint.unmute()
  await endpoint.toggleMute()
  t.ok(endpoint.muted)
  await endpoint.toggleMute()
  await endpoint.unbridge()
  await endpoint.set('playback_terminators', '#')
  t.equal(modifications, 0)
  t.ok(endpoint.connected && other.connected)
  await Promise.all([endpoint.destroy(), other.destroy()])
  await nothingLeft()
})

t.test('19 an application that goes takes its call with it, idle or playing', async (t) => {
  for (const mustPlay of [false, true]) {
    const { endpoint } = await world.call()
    if (mustPlay) endpoint.play('silence_stream://3000').catch(() => {})
    await pause(60)
    const bye = once(endpoint.dialog, 'destroy')
    const before = performance.now()
    endpoint.conn.disconnect()
    await bye
    t.ok(performance.now() - before < 2500, mustPlay ? 'at once also while it plays' : 'at once')
  }
  await nothingLeft()
})

t.test('22 a re-INVITE without description gets an offer, and an ACK without answer changes nothing', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const dialog = endpoint.dialog as unknown as { modify(options: { noAck: boolean }): Promise<{ sdp: string; ack: (sdp?: string) => void }> }
  const { sdp, ack } = await dialog.modify({ noAck: true })
  t.match(sdp, `m=audio ${port} RTP/AVP 0 8 101 13\r\n`)
  ack('')
  await pause(50)
  t.ok(endpoint.connected)
  const before = peer.packets.length
  await eventually(() => peer.packets.length > before + 3)
  await endpoint.destroy()
  await nothingLeft()
})

t.test('digits by SIP INFO', async (t) => {
  const { endpoint } = await world.call({ formats: '0' })
  await endpoint.set('subscribed', 'by now')
  const digits: unknown[] = []
  endpoint.on('dtmf', (event: unknown) => digits.push(event))
  const dialog = endpoint.dialog as unknown as { request(options: object): Promise<{ status: number }> }
  const answer = await dialog.request({
    method: 'INFO', headers: { 'Content-Type': 'application/dtmf-relay' }, body: 'Signal=5\r\nDuration=160\r\n',
  })
  t.equal(answer.status, 200)
  await eventually(() => digits.length === 1)
  t.match(digits[0], { dtmf: '5', duration: '1280', source: 'INFO' })
  await endpoint.destroy()
  await nothingLeft()
})
