/**
 * Session descriptions: text → value → same text, value → text → same value, the ugly ones of the
 * field and of other stacks' advisories, bounds, and that nothing but SdpParseError is thrown.
 */
import fc from 'fast-check'
import t from 'tap'
import { kindOfAddress } from '../../src/sdp/address.ts'
import { formatDescription, parseDescription } from '../../src/sdp/description.ts'
import type { Description } from '../../src/sdp/description.ts'
import { SdpParseError } from '../../src/sdp/errors.ts'

const lines = (text: string): string => `${text.trim().split('\n').map((line) => line.trim()).join('\r\n')}\r\n`

/** The example of RFC 8866 §5, and one with every line there is. */
const rfcExample = lines(`
  v=0
  o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1
  s=Call to John Smith
  i=SDP Offer #1
  u=http://www.jdoe.example.com/home.html
  e=Jane Doe <jane@jdoe.example.com>
  p=+1 617 555-6011
  c=IN IP4 198.51.100.1
  t=0 0
  m=audio 49170 RTP/AVP 0
  m=audio 49180 RTP/AVP 0
  m=video 51372 RTP/AVP 99
  c=IN IP6 2001:db8::2
  a=rtpmap:99 h263-1998/90000`)
const everything = lines(`
  v=0
  o=- 18446744073709551615 18446744073709551615 IN IP6 2001:db8::1
  s=-
  c=IN IP6 2001:db8::1
  b=AS:84
  b=X-YZ:128
  t=2873397496 2873404696
  r=7d 1h 0 25h
  r=604800 3600 0 90000
  t=0 0
  z=2882844526 -1h 2898848070 0
  k=prompt
  a=recvonly
  a=group:BUNDLE 1 2
  m=audio 49170/2 RTP/AVP 0 8 101
  i=speech
  c=IN IP4 233.252.0.1/127
  b=TIAS:64000
  k=clear:secret
  a=rtpmap:101 telephone-event/8000
  a=fmtp:101 0-15,66
  a=sendrecv
  m=image 0 udptl t38
  m=application 9 UDP/DTLS/SCTP webrtc-datachannel
  a=candidate:1 1 UDP 2130706431 198.51.100.1 49170 typ host`)

for (const [name, text] of [['the example of RFC 8866', rfcExample], ['every kind of line', everything]] as const) {
  t.test(`${name}: the same text again`, (t) => {
    t.equal(formatDescription(parseDescription(text)), text)
    t.end()
  })
  t.test(`${name}: LF only, bare CR LF mixes, no end of line at the end`, (t) => {
    const value = parseDescription(text)
    t.strictSame(parseDescription(text.replaceAll('\r\n', '\n')), value)
    t.strictSame(parseDescription(text.trimEnd()), value)
    t.strictSame(parseDescription(text.replaceAll('\r\n', '\r\r\n')), value)
    t.strictSame(parseDescription(text.replaceAll('\r\n', '\r\n\r\n')), value)
    t.end()
  })
}

t.test('what was read', (t) => {
  const { origin, streams, connection, timings } = parseDescription(everything)
  t.match(origin, { sessionId: '18446744073709551615', addressType: 'IP6' })
  t.match(connection, { address: '2001:db8::1' })
  t.match(timings[0], { time: '2873397496 2873404696', repeats: { length: 2 } })
  t.match(streams[0], { media: 'audio', port: 49170, portCount: 2, formats: ['0', '8', '101'], title: 'speech' })
  t.match(streams[1], { media: 'image', port: 0, protocol: 'udptl', formats: ['t38'], attributes: [] })
  t.end()
})

const minimal = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

const tolerated: { name: string, text: string, first: object }[] = [
  { name: 'm= before c= (CVE-2013-5642)', text: 'v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\nc=IN IP4 192.0.2.9\n', first: { connection: { address: '192.0.2.9' } } },
  { name: 'b= without colon (CVE-2026-46334)', text: `${minimal}b=AS\r\nb=AS:64`, first: { bandwidths: ['AS:64'] } },
  { name: 'fmtp with NUL (AST-2018-003)', text: `${minimal}a=fmtp\0:\r\na=fmtp:0 a\0b\r\na=sendonly`, first: { attributes: [{ name: 'sendonly', value: undefined }] } },
  { name: 'a lone CR within a line', text: `${minimal}a=x:1\r2\r\na=sendonly`, first: { attributes: [{ name: 'sendonly', value: undefined }] } },
  { name: 'unknown lines', text: `${minimal}y=0106000110\r\nf=v/////a/1/8/1\r\nnonsense\r\n=\r\na=sendonly`, first: { attributes: [{ name: 'sendonly', value: undefined }] } },
  { name: 'payload type 4294967296 (AST-2018-002)', text: minimal.replace('AVP 0', 'AVP 4294967296 0'), first: { formats: ['4294967296', '0'] } },
  { name: 'duplicate formats (GHSA-gjj5)', text: minimal.replace('AVP 0', 'AVP 0 8 0 8 0'), first: { formats: ['0', '8'] } },
  { name: 'port 0', text: minimal.replace('4000', '0'), first: { port: 0 } },
  { name: 'no formats', text: minimal.replace('AVP 0', 'AVP'), first: { formats: [] } },
  { name: 'several spaces', text: minimal.replace('audio 4000', 'audio  4000 '), first: { port: 4000, protocol: 'RTP/AVP' } },
  { name: 'attribute without value, with empty value, without name', text: `${minimal}a=x\r\na=y:\r\na=:z\r\na=`, first: { attributes: [{ name: 'x', value: undefined }, { name: 'y', value: '' }] } },
  { name: 'an attribute called constructor', text: `${minimal}a=constructor:1\r\na=__proto__:2`, first: { attributes: [{ name: 'constructor', value: '1' }, { name: '__proto__', value: '2' }] } },
  { name: 'no origin', text: 'v=0\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0', first: { port: 4000 } },
]
for (const { name, text, first } of tolerated) {
  t.test(`tolerated: ${name}`, (t) => {
    t.match(parseDescription(text).streams[0], first)
    t.end()
  })
}

const faults: { name: string, text: string, code: string, line: number }[] = [
  { name: 'empty', text: '', code: 'sdp_version', line: 0 },
  { name: 'only line ends', text: '\r\n\r\n', code: 'sdp_version', line: 0 },
  { name: 'version 1', text: minimal.replace('v=0', 'v=1'), code: 'sdp_version', line: 1 },
  { name: 'begins elsewhere', text: minimal.slice(5), code: 'sdp_version', line: 1 },
  { name: 'no SDP at all', text: '<xml/>', code: 'sdp_version', line: 1 },
  { name: 'port 65536', text: minimal.replace('4000', '65536'), code: 'sdp_media', line: 6 },
  { name: 'port -1', text: minimal.replace('4000', '-1'), code: 'sdp_media', line: 6 },
  { name: 'port 4e3', text: minimal.replace('4000', '4e3'), code: 'sdp_media', line: 6 },
  { name: 'port count of nothing', text: minimal.replace('4000', '4000/'), code: 'sdp_media', line: 6 },
  { name: 'm= of two words', text: minimal.replace(' RTP/AVP 0', ''), code: 'sdp_media', line: 6 },
  { name: 'empty m=', text: minimal.replace('audio 4000 RTP/AVP 0', ''), code: 'sdp_media', line: 6 },
  { name: 'o= of five words', text: minimal.replace(' 192.0.2.1\r\ns', '\r\ns'), code: 'sdp_origin', line: 2 },
  { name: 'c= of two words', text: minimal.replace('c=IN IP4 192.0.2.1', 'c=IN IP4'), code: 'sdp_connection', line: 4 },
  { name: 'c= of the stream empty', text: `${minimal}c=`, code: 'sdp_connection', line: 7 },
  { name: 'media type of 1 kB', text: minimal.replace('audio', 'a'.repeat(1024)), code: 'sdp_too_large', line: 6 },
  { name: 'address of 1 kB', text: minimal.replace('c=IN IP4 192.0.2.1', `c=IN IP4 ${'1'.repeat(1024)}`), code: 'sdp_connection', line: 4 },
  { name: '129 formats', text: minimal.replace('AVP 0', `AVP ${Array.from({ length: 129 }, (_, type) => type).join(' ')}`), code: 'sdp_too_large', line: 6 },
  { name: 'a line of 5 kB', text: `${minimal}a=${'x'.repeat(5000)}`, code: 'sdp_too_large', line: 7 },
  { name: '33 streams', text: minimal + 'm=audio 4000 RTP/AVP 0\r\n'.repeat(32), code: 'sdp_too_large', line: 38 },
  { name: '3000 lines', text: minimal + 'a=x\r\n'.repeat(3000), code: 'sdp_too_large', line: 2001 },
  { name: '100 kB', text: minimal + 'a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n'.repeat(2000), code: 'sdp_too_large', line: 0 },
]
for (const { name, text, code, line } of faults) {
  t.test(`refused: ${name}`, (t) => {
    t.throws(() => parseDescription(text), { name: 'SdpParseError', code, line, status: 400 })
    t.end()
  })
}

const token = fc.stringMatching(/^[!-9;-~]{1,12}$/)
const phrase = fc.stringMatching(/^[ -~]{1,30}$/).filter((text) => text.trim() === text)
const connection = fc.record({ networkType: fc.constant('IN'), addressType: fc.constantFrom('IP4', 'IP6'), address: token }, { noNullPrototype: true })
const attribute = fc.record({ name: token, value: fc.option(phrase, { nil: undefined }) }, { noNullPrototype: true })
const bandwidth = fc.tuple(token, fc.nat()).map(([type, value]) => `${type}:${value}`)
const stream = fc.record({
  media: fc.constantFrom('audio', 'video', 'image'), port: fc.nat(65535), portCount: fc.integer({ min: 1, max: 9 }),
  protocol: token, formats: fc.uniqueArray(token, { maxLength: 6 }), bandwidths: fc.array(bandwidth, { maxLength: 2 }),
  attributes: fc.array(attribute, { maxLength: 6 }),
}, { noNullPrototype: true })
const description: fc.Arbitrary<Description> = fc.record({
  origin: fc.tuple(connection, token, fc.nat(), fc.nat()).map(([at, user, id, version]) => ({ user, sessionId: String(id), version: String(version), ...at })),
  name: phrase, emails: fc.array(phrase, { maxLength: 1 }), phones: fc.array(phrase, { maxLength: 1 }), connection,
  bandwidths: fc.array(bandwidth, { maxLength: 2 }),
  timings: fc.array(fc.record({ time: phrase, repeats: fc.array(phrase, { maxLength: 2 }) }, { noNullPrototype: true }), { minLength: 1, maxLength: 2 }),
  attributes: fc.array(attribute, { maxLength: 4 }), streams: fc.array(stream, { maxLength: 3 }),
}, { noNullPrototype: true })

t.test('print → read → same value', (t) => {
  fc.assert(fc.property(description, (value) => t.strictSame(parseDescription(formatDescription(value)), value)), { seed: 1, numRuns: 200 })
  t.end()
})

t.test('mutated descriptions cause no other error, and what was read prints stably', (t) => {
  const edit = fc.tuple(fc.nat(900), fc.nat(12), fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('\0', '\r', '\n', '=', ':', '/', ' ', '-1', '65536', '\nm=', '\na=rtpmap:')))
  fc.assert(fc.property(fc.constantFrom(rfcExample, everything), fc.array(edit, { minLength: 1, maxLength: 6 }), (text, edits) => {
    let mutated = text
    for (const [at, count, insert] of edits) mutated = mutated.slice(0, at % (mutated.length + 1)) + insert + mutated.slice((at % (mutated.length + 1)) + count)
    try {
      const printed = formatDescription(parseDescription(mutated))
      return formatDescription(parseDescription(printed)) === printed
    } catch (error) {
      if (error instanceof SdpParseError) return true
      throw error
    }
  }), { seed: 2, numRuns: 5000 })
  t.end()
})

const kinds = [
  { address: '192.0.2.1', kind: 'unicast' }, { address: '10.0.0.1', kind: 'unicast' }, { address: '0.0.0.0', kind: 'none' },
  { address: '127.0.0.1', kind: 'loopback' }, { address: '127.255.255.254', kind: 'loopback' },
  { address: '224.2.1.1', kind: 'multicast' }, { address: '224.2.1.1/127/3', kind: 'multicast' }, { address: '239.255.255.255', kind: 'multicast' },
  { address: '255.255.255.255', kind: 'broadcast' }, { address: '240.0.0.1', kind: 'other' }, { address: '0.0.0.1', kind: 'other' },
  { address: '256.1.1.1', kind: 'other' }, { address: '1.2.3', kind: 'other' }, { address: '1.2.3.4.5', kind: 'other' },
  { address: '1.2.3.', kind: 'other' }, { address: '0x7f.0.0.1', kind: 'other' }, { address: '-1.2.3.4', kind: 'other' },
  { address: 'host.example.com', kind: 'other' }, { address: '', kind: 'other' },
  { type: 'IP6', address: '2001:db8::1', kind: 'unicast' }, { type: 'IP6', address: 'fe80::1', kind: 'unicast' },
  { type: 'IP6', address: '::', kind: 'none' }, { type: 'IP6', address: '0:0:0:0:0:0:0:0', kind: 'none' },
  { type: 'IP6', address: '::1', kind: 'loopback' }, { type: 'IP6', address: 'ff02::1', kind: 'multicast' },
  { type: 'IP6', address: '::ffff:192.0.2.1', kind: 'unicast' }, { type: 'IP6', address: '1:2:3:4:5:6:7:8', kind: 'unicast' },
  { type: 'IP6', address: '1:2:3:4:5:6:7', kind: 'other' }, { type: 'IP6', address: '1::2::3', kind: 'other' },
  { type: 'IP6', address: '12345::', kind: 'other' }, { type: 'IP6', address: 'g::', kind: 'other' },
  { type: 'IP6', address: '::ffff:192.0.2.256', kind: 'other' }, { type: 'IP6', address: '192.0.2.1', kind: 'other' },
  { type: 'IP6', address: '1:2:3:4:5:6:7::8', kind: 'other' }, { type: 'IP4', address: '::1', kind: 'other' },
  { type: 'E164', address: '79030000000', kind: 'other' },
]
for (const { type = 'IP4', address, kind } of kinds) {
  t.test(`${type} ${address}`, (t) => {
    t.equal(kindOfAddress({ networkType: 'IN', addressType: type, address }), kind)
    t.equal(kindOfAddress({ networkType: 'TN', addressType: type, address }), 'other')
    t.end()
  })
}
