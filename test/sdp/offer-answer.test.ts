/**
 * Offer and answer: what is chosen of an offer, hold and return, refused streams in their place, late
 * offers, ports and versions from offer to offer.
 */
import fc from 'fast-check'
import t from 'tap'
import { formatDescription, parseDescription } from '../../src/sdp/description.ts'
import { SdpParseError } from '../../src/sdp/errors.ts'
import { answerOffer, connectionOf, offerStreams, readAnswer, refusedStreams } from '../../src/sdp/offer-answer.ts'
import type { Agreement, LocalMedia } from '../../src/sdp/offer-answer.ts'
import { SessionDescription } from '../../src/sdp/session-description.ts'

const local: LocalMedia = {
  address: '192.0.2.100', port: 20_000, eventPayloadType: 101, takesNoise: true,
  codecs: [{ name: 'PCMU', clockRate: 8000, payloadType: 0 }, { name: 'PCMA', clockRate: 8000, payloadType: 8 }],
}

/** A description around the lines of its streams. */
function description(streams: string, session = 'c=IN IP4 192.0.2.1'): string {
  return ['v=0', 'o=peer 1 1 IN IP4 192.0.2.1', 's=-', ...session.split('|'), 't=0 0', ...streams.split('|')]
    .filter((line) => line !== '').join('\r\n') + '\r\n'
}

function answered(streams: string, session?: string, more: Partial<LocalMedia> = {}): { lines: string, agreement: Agreement } | undefined {
  const answer = answerOffer(parseDescription(description(streams, session)), { ...local, ...more })
  if (answer === undefined) return undefined
  const text = new SessionDescription('pn', 1).print('192.0.2.100', answer.streams)
  return { lines: text.slice(text.indexOf('m=')).trim().replaceAll('\r\n', '|'), agreement: answer.agreement }
}

const fsmrf = 'm=audio 4000 RTP/AVP 0 8 101|a=rtpmap:0 PCMU/8000|a=rtpmap:8 PCMA/8000|a=rtpmap:101 telephone-event/8000|a=fmtp:101 0-15|a=ptime:20|a=sendrecv'
const plainAnswer = 'm=audio 20000 RTP/AVP 0 101|a=rtpmap:0 PCMU/8000|a=rtpmap:101 telephone-event/8000|a=fmtp:101 0-15|a=ptime:20|a=sendrecv'

const answers: { name: string, offer: string, session?: string, local?: Partial<LocalMedia>, lines: string, agreement?: Partial<Agreement> }[] = [
  {
    name: 'as the application offers', offer: fsmrf, lines: plainAnswer,
    agreement: {
      index: 0, codec: 'PCMU', clockRate: 8000, sendPayloadType: 0, receivePayloadType: 0, sendEventType: 101, receiveEventType: 101,
      noiseType: undefined, ptimeMs: 20, remote: { address: '192.0.2.1', port: 4000, controlPort: 4001 }, direction: 'sendrecv', isHeld: false,
    },
  },
  { name: 'the offerer’s order decides', offer: 'm=audio 4000 RTP/AVP 8 0', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { codec: 'PCMA', sendEventType: undefined } },
  { name: 'codecs that are not ours are passed over', offer: 'm=audio 4000 RTP/AVP 18 9 96 8|a=rtpmap:96 opus/48000/2', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv' },
  { name: 'the offerer’s number for events', offer: 'm=audio 4000 RTP/AVP 0 97|a=rtpmap:97 TELEPHONE-EVENT/8000', lines: 'm=audio 20000 RTP/AVP 0 97|a=rtpmap:0 PCMU/8000|a=rtpmap:97 telephone-event/8000|a=fmtp:97 0-15|a=ptime:20|a=sendrecv', agreement: { sendEventType: 97, receiveEventType: 97 } },
  { name: 'events of the codec’s clock rate', offer: 'm=audio 4000 RTP/AVP 0 96 97|a=rtpmap:96 telephone-event/48000|a=rtpmap:97 telephone-event/8000', lines: 'm=audio 20000 RTP/AVP 0 97|a=rtpmap:0 PCMU/8000|a=rtpmap:97 telephone-event/8000|a=fmtp:97 0-15|a=ptime:20|a=sendrecv' },
  { name: 'comfort noise', offer: 'm=audio 4000 RTP/AVP 8 13', lines: 'm=audio 20000 RTP/AVP 8 13|a=rtpmap:8 PCMA/8000|a=rtpmap:13 CN/8000|a=ptime:20|a=sendrecv', agreement: { noiseType: 13 } },
  { name: 'comfort noise not wanted', offer: 'm=audio 4000 RTP/AVP 8 13', local: { takesNoise: false }, lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { noiseType: undefined } },
  { name: 'G.711 under a dynamic number', offer: 'm=audio 4000 RTP/AVP 100|a=rtpmap:100 pcma/8000/1', lines: 'm=audio 20000 RTP/AVP 100|a=rtpmap:100 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { sendPayloadType: 100, codec: 'PCMA' } },
  { name: 'a static number that means something else', offer: 'm=audio 4000 RTP/AVP 0 8|a=rtpmap:0 L16/44100', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv' },
  { name: 'a second rtpmap changes nothing', offer: 'm=audio 4000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=rtpmap:8 G729/8000', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv' },
  { name: 'video is refused in its place', offer: 'm=video 5000 RTP/AVP 99 100|a=rtpmap:99 H264/90000|m=audio 4000 RTP/AVP 8|m=application 6000 UDP/BFCP *', lines: 'm=video 0 RTP/AVP 99|m=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv|m=application 0 UDP/BFCP *', agreement: { index: 1 } },
  { name: 'the second stream of audio is refused', offer: 'm=audio 4000 RTP/AVP 8|m=audio 4002 RTP/AVP 0', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv|m=audio 0 RTP/AVP 0' },
  { name: 'SRTP beside plain: the plain one', offer: 'm=audio 4000 RTP/SAVP 8|a=crypto:1 x|m=audio 4002 RTP/AVP 8', lines: 'm=audio 0 RTP/SAVP 8|m=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { index: 1 } },
  { name: 'T.38 beside audio', offer: 'm=audio 4000 RTP/AVP 8|m=image 4002 udptl t38|a=T38FaxVersion:0', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv|m=image 0 udptl t38' },
  { name: 'feedback profile', offer: 'm=audio 4000 RTP/AVPF 8', lines: 'm=audio 20000 RTP/AVPF 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv' },
  { name: 'hold: sendonly', offer: 'm=audio 4000 RTP/AVP 8|a=sendonly', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=recvonly', agreement: { direction: 'recvonly', isHeld: true } },
  { name: 'hold: inactive for the session', offer: 'm=audio 4000 RTP/AVP 8', session: 'c=IN IP4 192.0.2.1|a=inactive', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=inactive', agreement: { direction: 'inactive', isHeld: true } },
  { name: 'the stream’s direction before the session’s', offer: 'm=audio 4000 RTP/AVP 8|a=sendrecv', session: 'c=IN IP4 192.0.2.1|a=inactive', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { isHeld: false } },
  { name: 'hold: 0.0.0.0', offer: 'm=audio 4000 RTP/AVP 8', session: 'c=IN IP4 0.0.0.0', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=recvonly', agreement: { remote: undefined, isHeld: true, direction: 'recvonly' } },
  { name: 'hold: :: and inactive', offer: 'm=audio 4000 RTP/AVP 8|c=IN IP6 ::|a=inactive', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=inactive', agreement: { remote: undefined, isHeld: true } },
  { name: 'recvonly: we only send', offer: 'm=audio 4000 RTP/AVP 8|a=recvonly', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendonly', agreement: { direction: 'sendonly', isHeld: false } },
  { name: 'we hold', offer: 'm=audio 4000 RTP/AVP 8', local: { direction: 'sendonly' }, lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendonly', agreement: { direction: 'sendonly' } },
  { name: 'both hold', offer: 'm=audio 4000 RTP/AVP 8|a=sendonly', local: { direction: 'sendonly' }, lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=inactive' },
  { name: 'address of the stream before the session’s', offer: 'm=audio 4000 RTP/AVP 8|c=IN IP4 192.0.2.77', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { remote: { address: '192.0.2.77', port: 4000, controlPort: 4001 } } },
  { name: 'IPv6, and the RTCP port of RFC 3605', offer: 'm=audio 4000 RTP/AVP 8|a=rtcp:53020 IN IP6 2001:db8::1', session: 'c=IN IP6 2001:db8::1', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { remote: { address: '2001:db8::1', port: 4000, controlPort: 53020 } } },
  { name: 'port 65535', offer: 'm=audio 65535 RTP/AVP 8', lines: 'm=audio 20000 RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv', agreement: { remote: { address: '192.0.2.1', port: 65535, controlPort: 65535 } } },
  { name: 'ICE candidates and groups are not echoed', offer: `${fsmrf}|a=mid:1|a=ice-ufrag:x|a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host|a=rtcp-mux`, session: 'c=IN IP4 192.0.2.1|a=group:BUNDLE 1', lines: plainAnswer },
  { name: 'payload types out of range are none', offer: 'm=audio 4000 RTP/AVP 4294967296 -1 128 0x0 00 8|a=rtpmap:4294967296 PCMU/8000', lines: 'm=audio 20000 RTP/AVP 0|a=rtpmap:0 PCMU/8000|a=ptime:20|a=sendrecv' },
]
for (const { name, offer, session, local: more, lines, agreement } of answers) {
  t.test(`answer: ${name}`, (t) => {
    const answer = answered(offer, session, more)
    t.equal(answer?.lines, lines)
    if (agreement !== undefined) t.match(answer?.agreement, agreement)
    for (const [key, value] of Object.entries(agreement ?? {})) if (value === undefined) t.equal(answer?.agreement[key as keyof Agreement], undefined, key)
    t.end()
  })
}

const useless = [
  { name: 'no stream', offer: '' },
  { name: 'only video', offer: 'm=video 5000 RTP/AVP 99' },
  { name: 'only T.38', offer: 'm=image 4002 udptl t38' },
  { name: 'only SRTP', offer: 'm=audio 4000 RTP/SAVP 0' },
  { name: 'DTLS', offer: 'm=audio 9 UDP/TLS/RTP/SAVPF 0' },
  { name: 'port 0', offer: 'm=audio 0 RTP/AVP 0 8' },
  { name: 'codecs of others', offer: 'm=audio 4000 RTP/AVP 18 9' },
  { name: 'events only', offer: 'm=audio 4000 RTP/AVP 101|a=rtpmap:101 telephone-event/8000' },
  { name: 'no formats', offer: 'm=audio 4000 RTP/AVP' },
  { name: 'G.711 of two channels', offer: 'm=audio 4000 RTP/AVP 96|a=rtpmap:96 PCMA/8000/2' },
  { name: 'no address', offer: 'm=audio 4000 RTP/AVP 0', session: '' },
  { name: 'multicast', offer: 'm=audio 4000 RTP/AVP 0', session: 'c=IN IP4 224.2.1.1/127' },
  { name: 'broadcast', offer: 'm=audio 4000 RTP/AVP 0', session: 'c=IN IP4 255.255.255.255' },
  { name: 'a name', offer: 'm=audio 4000 RTP/AVP 0', session: 'c=IN IP4 media.example.com' },
]
for (const { name, offer, session } of useless) {
  t.test(`nothing usable: ${name}`, (t) => {
    t.equal(answered(offer, session), undefined)
    t.end()
  })
}

t.test('loopback, where it is not allowed', (t) => {
  const offer = parseDescription(description('m=audio 4000 RTP/AVP 0', 'c=IN IP4 127.0.0.1'))
  t.ok(answerOffer(offer, local))
  t.equal(answerOffer(offer, local, { allowLoopback: false }), undefined)
  t.end()
})

const ptimes = [
  ['a=ptime:20', 20], ['a=ptime:30', 20], ['a=ptime:40', 40], ['a=ptime:60', 60], ['a=ptime:1000', 60], ['a=ptime:10', 20],
  ['a=ptime:60|a=maxptime:40', 40], ['a=ptime:0', 20], ['a=ptime:-5', 20], ['a=ptime:abc', 20], ['a=ptime', 20], ['a=ptime:1e999', 60],
] as const
for (const [line, ms] of ptimes) {
  t.test(`packets of ${ms} ms for ${line}`, (t) => {
    t.equal(answered(`m=audio 4000 RTP/AVP 8|${line}`)?.agreement.ptimeMs, ms)
    t.end()
  })
}

t.test('late offer: everything we can, then what the answer chose', (t) => {
  const session = new SessionDescription('pn', 1)
  const offer = session.print(local.address, offerStreams(local))
  t.equal(offer, ['v=0', 'o=pn 1 2 IN IP4 192.0.2.100', 's=pn', 'c=IN IP4 192.0.2.100', 't=0 0', 'm=audio 20000 RTP/AVP 0 8 101 13',
    'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=rtpmap:13 CN/8000',
    'a=ptime:20', 'a=sendrecv', ''].join('\r\n'))
  const answer = parseDescription(description('m=audio 4000 RTP/AVP 96 97|a=rtpmap:96 PCMA/8000|a=rtpmap:97 telephone-event/8000|a=sendonly'))
  t.match(readAnswer(answer, local), {
    codec: 'PCMA', sendPayloadType: 96, receivePayloadType: 8, sendEventType: 97, receiveEventType: 101,
    direction: 'recvonly', isHeld: true, remote: { address: '192.0.2.1', port: 4000 },
  }, 'each side is sent what it calls the codec')
  t.end()
})

t.test('late offer refused, or answered with nonsense', (t) => {
  for (const streams of ['', 'm=audio 0 RTP/AVP 0', 'm=audio 4000 RTP/AVP 18', 'm=video 4000 RTP/AVP 0']) {
    t.equal(readAnswer(parseDescription(description(streams)), local), undefined, streams)
  }
  t.end()
})

t.test('our own offer echoed as answer, as the application does for a leg without far end', (t) => {
  const offer = new SessionDescription('pn', 1).print(local.address, offerStreams(local))
  const echoed = parseDescription(offer.replace('t=0 0\r\n', 't=0 0\r\na=recvonly\r\n').replace('a=sendrecv\r\n', ''))
  t.match(readAnswer(echoed, local), { remote: { address: local.address, port: local.port }, direction: 'sendonly' })
  t.end()
})

t.test('version: raised by every change, and only by these', (t) => {
  const session = new SessionDescription('pn', 100)
  const version = (text: string): string => /^o=pn 100 (\d+)/m.exec(text)![1]!
  const offer = (streams: string) => answerOffer(parseDescription(description(streams)), local)!.streams
  t.equal(version(session.print(local.address, offer('m=audio 4000 RTP/AVP 8'))), '101')
  t.equal(version(session.print(local.address, offer('m=audio 4002 RTP/AVP 8'))), '101', 'the peer’s port is not ours')
  t.equal(version(session.print(local.address, offer('m=audio 4002 RTP/AVP 8|a=sendonly'))), '102')
  t.equal(version(session.print(local.address, offer('m=audio 4002 RTP/AVP 8'))), '103')
  t.equal(version(session.print('2001:db8::5', offer('m=audio 4002 RTP/AVP 8'))), '104')
  t.match(session.text, 'c=IN IP6 2001:db8::5')
  t.end()
})

t.test('everything refused', (t) => {
  const offer = parseDescription(description('m=audio 4000 RTP/AVP|m=image 4002 udptl t38 x'))
  t.match(refusedStreams(offer), [{ media: 'audio', port: 0, formats: ['0'] }, { media: 'image', port: 0, protocol: 'udptl', formats: ['t38'] }])
  t.end()
})

t.test('our connection line', (t) => {
  t.match(connectionOf('192.0.2.1'), { networkType: 'IN', addressType: 'IP4' })
  t.match(connectionOf('::1'), { addressType: 'IP6' })
  t.end()
})

t.test('any offer that reads is answered with as many streams, readable, and one of audio at most', (t) => {
  const word = fc.constantFrom('0', '8', '101', '18', 'x', '4294967296', '-1', '127')
  const media = fc.tuple(fc.constantFrom('audio', 'video', 'AUDIO', 'image'), fc.constantFrom(0, 1, 4000, 65535),
    fc.constantFrom('RTP/AVP', 'rtp/avp', 'RTP/SAVP', 'udptl'), fc.array(word, { maxLength: 5 }))
  const attribute = fc.constantFrom('a=sendonly', 'a=inactive', 'a=rtpmap:101 telephone-event/8000', 'a=rtpmap:0', 'a=rtpmap: ', 'a=rtpmap:8 /8000',
    'a=rtpmap:8 PCMA/x', 'a=fmtp:101', 'a=ptime:x', 'c=IN IP4 0.0.0.0', 'c=IN IP6 ::', 'c=IN IP4 224.0.0.1', 'b=', 'a=rtcp:x')
  fc.assert(fc.property(fc.array(fc.tuple(media, fc.array(attribute, { maxLength: 4 })), { maxLength: 4 }), (streams) => {
    const text = streams.map(([[kind, port, protocol, formats], attributes]) => [`m=${kind} ${port} ${protocol} ${formats.join(' ')}`, ...attributes].join('|')).join('|')
    try {
      const offer = parseDescription(description(text))
      const answer = answerOffer(offer, local)
      if (answer === undefined) return true
      const again = parseDescription(new SessionDescription('pn', 1).print(local.address, answer.streams))
      return again.streams.length === offer.streams.length
        && again.streams.filter(({ port }) => port > 0).length === 1
        && again.streams.every(({ media }, index) => media.toLowerCase() === offer.streams[index]!.media.toLowerCase())
        && formatDescription(again).length < 4000
    } catch (error) {
      if (error instanceof SdpParseError) return true
      throw error
    }
  }), { seed: 3, numRuns: 3000 })
  t.end()
})
