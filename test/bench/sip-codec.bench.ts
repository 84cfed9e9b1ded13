/**
 * Micro-benchmark of the SIP codec: microseconds for one parse and one print of a 785-octet INVITE
 * with SDP, beside what V8's own native readers take for as much text. A plain program, no test:
 * `node test/bench/sip-codec.bench.ts`.
 */
import type { Octets } from '../../src/sip/events.ts'
import { parseMessage } from '../../src/sip/parser.ts'
import { formatMessage, patchTopVia } from '../../src/sip/serializer.ts'
import { StreamFramer } from '../../src/sip/framer.ts'
import { equalUris, parseUri } from '../../src/sip/uri.ts'

/** As SIPp and trunks write it; the call's number makes every text another string. */
function invite(call: number): Octets {
  const id = String(call).padStart(8, '0')
  const sdp = [
    'v=0', `o=user1 53655765 ${id} IN IP4 127.0.0.2`, 's=-', 'c=IN IP4 127.0.0.2', 't=0 0',
    'm=audio 16384 RTP/AVP 8 0 101', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:20', 'a=sendrecv', ''
  ].join('\r\n')
  const head = [
    'INVITE sip:+74951234567@127.0.0.1:5060 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.2:5061;rport;branch=z9hG4bK-14263-${id}-0`,
    `From: "+7 903 000-00-00" <sip:+79030000000@127.0.0.2:5061>;tag=14263SIPp${id}`,
    'To: <sip:+74951234567@127.0.0.1:5060>',
    `Call-ID: ${id}-14263@127.0.0.2`, 'CSeq: 1 INVITE',
    'Contact: <sip:+79030000000@127.0.0.2:5061>', 'Max-Forwards: 70',
    'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS', 'Supported: timer, 100rel, replaces, histinfo',
    'User-Agent: a telephone that tells its name (bench; 1.0)',
    'Content-Type: application/sdp', `Content-Length: ${sdp.length}`, '', ''
  ].join('\r\n')
  return head + sdp
}

const wire = Buffer.alloc(65536)
/** Distinct texts, so that nothing is found in a cache: as many as one busy second brings. */
const buffers = Array.from({ length: 1000 }, (_, call) => Buffer.from(invite(call), 'latin1'))
const texts = buffers.map((buffer) => buffer.toString('latin1'))
const size = texts[0]?.length ?? 0
let sink = 0

/** Best of several rounds, microseconds per call; the best is what the machine can do undisturbed. */
function measure(name: string, run: (text: Octets, index: number) => number): number {
  let best = Infinity
  for (let round = 0; round < 40; round++) {
    const start = performance.now()
    for (let i = 0; i < texts.length; i++) sink += run(texts[i] ?? '', i)
    best = Math.min(best, performance.now() - start)
  }
  const microseconds = best * 1000 / texts.length
  console.log(`${name.padEnd(58)} ${microseconds.toFixed(2).padStart(7)} µs`)
  return microseconds
}

/** As much text as JSON, a member for each line: what a native reader needs for it. */
const json = texts.map((text) =>
  JSON.stringify(Object.fromEntries(text.split('\r\n').map((line, i) => [`line-${i}`, line]))))

console.log(`INVITE of ${size} octets`)
measure('Buffer to latin1 string', (_, i) => (buffers[i] ?? wire).toString('latin1').length)
const parse = measure('parseMessage', (text) => parseMessage(text, 'datagram').values.length)
measure('Buffer to string, parseMessage',
  (_, i) => parseMessage((buffers[i] ?? wire).toString('latin1'), 'datagram').values.length)
const readJson = measure('JSON.parse of as much text', (_, i) => Object.keys(JSON.parse(json[i] ?? '')).length)
measure('parseMessage, patchTopVia, raw text into a Buffer', (text) =>
  wire.write(patchTopVia(parseMessage(text, 'datagram'), 5061, '127.0.0.3'), 'latin1'))
const messages = texts.map((text) => parseMessage(text, 'datagram'))
measure('formatMessage, unchanged, into a Buffer', (_, i) => {
  const message = messages[i]
  return message === undefined ? 0 : wire.write(formatMessage(message), 'latin1')
})
for (const message of messages) message.set('Max-Forwards', '69')
const format = measure('formatMessage, written anew', (_, i) => {
  const message = messages[i]
  return message === undefined ? 0 : formatMessage(message).length
})
measure('formatMessage, written anew, into a Buffer', (_, i) => {
  const message = messages[i]
  return message === undefined ? 0 : wire.write(formatMessage(message), 'latin1')
})
const writeJson = measure('JSON.stringify of as much text',
  (_, i) => JSON.stringify(messages[i]?.values).length)
const framer = new StreamFramer()
measure('StreamFramer, one message a chunk', (text) => framer.push(text).length)
const uri = parseUri('sip:+74951234567@127.0.0.1:5060;transport=udp;user=phone')
measure('parseUri and equalUris', () =>
  equalUris(parseUri('sip:+74951234567@127.0.0.1:5060;transport=udp;user=phone'), uri) ? 1 : 0)
console.log(`parse ${parse.toFixed(2)} µs = ${(parse / readJson).toFixed(2)} × JSON.parse; ` +
  `format ${format.toFixed(2)} µs = ${(format / writeJson).toFixed(2)} × JSON.stringify ` +
  `(aims: 2 µs, 1 µs)${sink === 0 ? ' ' : ''}`)
