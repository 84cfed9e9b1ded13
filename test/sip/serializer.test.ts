/** Messages printed: canonical text comes back octet for octet; the top Via is filled in by cutting. */
import t from 'tap'
import type { Octets } from '../../src/sip/events.ts'
import { SipMessage } from '../../src/sip/message.ts'
import { parseMessage } from '../../src/sip/parser.ts'
import { formatMessage, patchTopVia } from '../../src/sip/serializer.ts'
import { octets, sipText } from '../support/sip-text.ts'

const head = `
INVITE sip:b@h SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
Max-Forwards: 70
From: "Jörg" <sip:a@h>;tag=f
To: <sip:b@h>
Call-ID: c
CSeq: 1 INVITE
Content-Type: application/sdp`

t.test('a request', async (t) => {
  const m = SipMessage.request('BYE', 'sip:b@h')
  m.append('Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1')
  m.append('CSeq', '2 BYE')
  t.equal(formatMessage(m),
    'BYE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n')
})

t.test('a response with a body: its length in octets', async (t) => {
  const m = SipMessage.response(200, 'OK')
  m.append('Content-Type', 'text/plain')
  m.body = octets('ё☃')
  t.equal(formatMessage(m),
    `SIP/2.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n${octets('ё☃')}`)
})

t.test('a wrong Content-Length is put right in its place, once', async (t) => {
  const m = SipMessage.response(200, 'OK')
  m.append('Content-Length', '99')
  m.append('Subject', 'x')
  m.append('Content-Length', '98')
  t.equal(formatMessage(m), 'SIP/2.0 200 OK\r\nContent-Length: 0\r\nSubject: x\r\n\r\n')
})

t.test('parse, change, print: all else as it was', async (t) => {
  const data = sipText(`${head}\nContent-Length: 5`, 'hello')
  const m = parseMessage(octets(data), 'datagram')
  t.equal(formatMessage(m), octets(data), 'unchanged')
  m.set('Max-Forwards', '69')
  t.equal(formatMessage(m), octets(data).replace('70', '69'))
})

t.test('without Content-Length the text is not complete, and gets one', async (t) => {
  const m = parseMessage(sipText(head, 'hello'), 'datagram')
  t.equal(m.completeRaw, undefined)
  t.equal(formatMessage(m), sipText(`${head}\nContent-Length: 5`, 'hello'))
})

interface Row {
  readonly name: string
  readonly via: string
  readonly rport?: number
  readonly received?: string
  readonly expected: string
}

const rows: readonly Row[] = [
  { name: 'rport asked for', via: 'SIP/2.0/UDP h:1;rport;branch=z9hG4bK1', rport: 5061, expected: 'SIP/2.0/UDP h:1;rport=5061;branch=z9hG4bK1' },
  { name: 'rport and received', via: 'SIP/2.0/UDP h:1;rport;branch=z9hG4bK1', rport: 5061, received: '192.0.2.9', expected: 'SIP/2.0/UDP h:1;rport=5061;branch=z9hG4bK1;received=192.0.2.9' },
  { name: 'forced rport', via: 'SIP/2.0/UDP h:1;branch=z9hG4bK1', rport: 5061, expected: 'SIP/2.0/UDP h:1;branch=z9hG4bK1;rport=5061' },
  { name: 'only received', via: 'SIP/2.0/UDP h;branch=z9hG4bK1', received: '192.0.2.9', expected: 'SIP/2.0/UDP h;branch=z9hG4bK1;received=192.0.2.9' },
  { name: 'only received, rport asked for', via: 'SIP/2.0/UDP h;rport;branch=z9hG4bK1', received: '::1', expected: 'SIP/2.0/UDP h;rport;branch=z9hG4bK1;received=::1' },
  { name: 'nothing', via: 'SIP/2.0/UDP h;rport;branch=z9hG4bK1', expected: 'SIP/2.0/UDP h;rport;branch=z9hG4bK1' },
  { name: 'no parameters', via: 'SIP/2.0/UDP h', rport: 1, expected: 'SIP/2.0/UDP h;rport=1' },
  { name: 'a list', via: 'SIP/2.0/UDP h;branch=z9hG4bK1 , SIP/2.0/UDP i;rport', rport: 1, received: '192.0.2.9', expected: 'SIP/2.0/UDP h;branch=z9hG4bK1;rport=1;received=192.0.2.9 , SIP/2.0/UDP i;rport' },
  { name: 'a received the sender made up', via: 'SIP/2.0/UDP h;received=203.0.113.1;branch=z9hG4bK1', rport: 1, expected: 'SIP/2.0/UDP h;branch=z9hG4bK1;rport=1' },
  { name: 'an rport the sender made up', via: 'SIP/2.0/UDP h;rport=9;branch=z9hG4bK1', rport: 1, received: '192.0.2.9', expected: 'SIP/2.0/UDP h;rport=1;branch=z9hG4bK1;received=192.0.2.9' },
  { name: 'an rport that is no number', via: 'SIP/2.0/UDP h;rport=x;branch=z9hG4bK1', rport: 1, expected: 'SIP/2.0/UDP h;rport=1;branch=z9hG4bK1' },
  { name: 'an empty rport', via: 'SIP/2.0/UDP h;rport=;branch=z9hG4bK1', rport: 1, expected: 'SIP/2.0/UDP h;rport=1;branch=z9hG4bK1' },
  { name: 'other parameters', via: 'SIP/2.0/UDP h;a="x;y,z";received=1;branch=z9hG4bK1;b', rport: 1, expected: 'SIP/2.0/UDP h;a="x;y,z";branch=z9hG4bK1;b;rport=1' },
  { name: 'a semicolon at the end', via: 'SIP/2.0/UDP h;branch=z9hG4bK1;', rport: 1, expected: 'SIP/2.0/UDP h;branch=z9hG4bK1;rport=1;' }
]

function text(via: string): Octets {
  return sipText(`
OPTIONS sip:b@h SIP/2.0
Max-Forwards: 70
v: ${via}
Via: SIP/2.0/UDP below;rport
f: <sip:a@h>;tag=f
t: <sip:b@h>
i: c
CSeq: 1 OPTIONS
l: 2`, 'hi')
}

for (const row of rows) {
  t.test(`patchTopVia: ${row.name}`, async (t) => {
    const m = parseMessage(text(row.via), 'datagram')
    const patched = patchTopVia(m, row.rport, row.received)
    t.equal(patched, text(row.expected), 'all else is the text as received')
    t.equal(m.get('Via'), row.expected, 'the message says the same')
    t.equal(m.raw, patched)
    t.equal(formatMessage(m), patched)
    t.equal(m.topVia.rport ?? undefined, parseMessage(patched, 'datagram').topVia.rport)
    t.equal(m.topVia.received, row.received)
  })
}

t.test('patchTopVia writes a text with unusual line ends anew', async (t) => {
  const m = parseMessage(`\n${sipText(`${head}\nContent-Length: 0`).replaceAll('\r\n', '\n')}`, 'datagram')
  t.equal(patchTopVia(m, 5061, undefined),
    sipText(`${head}\nContent-Length: 0`).replace('branch=z9hG4bK1', 'branch=z9hG4bK1;rport=5061'))
})
