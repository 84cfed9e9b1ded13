/**
 * Octets to messages: what is let pass, what is refused, and with which words; drafts of
 * applications; what can be salvaged of a faulty request.
 */
import t from 'tap'
import type { Octets } from '../../src/sip/events.ts'
import { parseDraft, parseMessage, salvageRequest } from '../../src/sip/parser.ts'
import { formatMessage } from '../../src/sip/serializer.ts'
import { faultOf, octets, sipText } from '../support/sip-text.ts'

/** An OPTIONS whose lines are replaced or added by name; '' as value leaves one out. */
function request(changes: Record<string, string> = {}, startLine = 'OPTIONS sip:b@h.example SIP/2.0'): string {
  const lines: Record<string, string> = {
    Via: 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
    From: 'From: <sip:a@h.example>;tag=f1',
    To: 'To: <sip:b@h.example>',
    'Call-ID': 'Call-ID: c1',
    CSeq: 'CSeq: 1 OPTIONS',
    'Max-Forwards': 'Max-Forwards: 70',
    'Content-Length': 'Content-Length: 0',
    ...changes
  }
  return sipText([startLine, ...Object.values(lines).filter((line) => line !== '')].join('\n'))
}

t.equal(faultOf(() => parseMessage(request(), 'datagram')), 'none', 'the pattern itself is fine')

const accepted: readonly { name: string; data: string }[] = [
  { name: 'compact names', data: request({ Via: 'v: SIP/2.0/UDP h;branch=z9hG4bK1', From: 'f: <sip:a@h>;tag=1', To: 't: sip:b@h', 'Call-ID': 'i: 1', 'Content-Length': 'l: 0' }) },
  { name: 'names in any case', data: request({ CSeq: 'cSEQ: 1 OPTIONS', Via: 'VIA: SIP/2.0/UDP h;branch=z9hG4bK1' }) },
  { name: 'no blank after the colon', data: request({ 'Call-ID': 'Call-ID:c1', CSeq: 'CSeq:1 OPTIONS' }) },
  { name: 'blanks before the colon', data: request({ 'Call-ID': 'Call-ID \t: c1' }) },
  { name: 'folded lines', data: request({ From: 'From:\n <sip:a@h>\n\t;tag=1' }) },
  { name: 'a fold with nothing in it', data: request({ Subject: 'Subject: a\n \n b' }) },
  { name: 'LF as line end throughout', data: request().replaceAll('\r\n', '\n') },
  { name: 'line ends before the start line', data: `\r\n\r\n${request()}` },
  { name: 'no Max-Forwards', data: request({ 'Max-Forwards': '' }) },
  { name: 'no Content-Length in a datagram', data: request({ 'Content-Length': '' }) },
  { name: 'unknown method', data: request({ CSeq: 'CSeq: 1 DANCE' }, 'DANCE sip:b@h SIP/2.0') },
  { name: 'version in small letters', data: request({}, 'OPTIONS sip:b@h sip/2.0') },
  { name: 'illegal characters in the user part', data: request({}, 'OPTIONS sip:a<b"@h SIP/2.0') },
  { name: 'UTF-8', data: octets(request({ From: 'From: "Jörg ☃" <sip:jörg@h>;tag=1' })) },
  { name: 'unquoted display name beyond tokens', data: octets(request({ From: 'From: Иванов (отдел) <sip:a@h>;tag=1' })) },
  { name: 'the same header said twice in the same words', data: request({ again: 'Call-ID: c1', len: 'l: 0' }) },
  { name: 'empty header value', data: request({ Subject: 'Subject:' }) },
  { name: 'CSeq of 32 bits', data: request({ CSeq: 'CSeq: 4294967295 OPTIONS' }) },
  { name: 'no From tag', data: request({ From: 'From: <sip:a@h>' }) },
  { name: 'a semicolon at the end of From', data: request({ From: 'From: <sip:a@h>;tag=1;' }) },
  { name: 'tokens of 4,000 characters', data: request({ 'Call-ID': `Call-ID: ${'c'.repeat(4000)}`, From: `From: <sip:a@h>;tag=${'t'.repeat(4000)}` }) },
  { name: '250 headers', data: request({ more: Array(243).fill('Accept: a/b').join('\n') }) },
  { name: 'escaped NUL in a quoted string', data: request({ To: 'To: "\\\0" <sip:b@h>' }) }
]

for (const { name, data } of accepted) {
  t.test(`accepted: ${name}`, async (t) => {
    t.equal(faultOf(() => parseMessage(data, 'datagram')), 'none')
  })
}

const refused: readonly { name: string; data: string; fault: string }[] = [
  { name: 'nothing', data: '', fault: '400 Unterminated Header' },
  { name: 'keep-alive', data: '\r\n\r\n', fault: '400 Unterminated Header' },
  { name: 'no empty line', data: request().slice(0, -2), fault: '400 Unterminated Header' },
  { name: 'HTTP', data: request({}, 'GET / HTTP/1.1'), fault: '400 Malformed Request Line' },
  { name: 'SIP/3.0', data: request({}, 'OPTIONS sip:b@h SIP/3.0'), fault: '505 Version Not Supported' },
  { name: 'no version', data: request({}, 'OPTIONS sip:b@h'), fault: '400 Malformed Request Line' },
  { name: 'no URI', data: request({}, 'OPTIONS  SIP/2.0'), fault: '400 Malformed Request Line' },
  { name: 'method no token', data: request({}, 'OPT(IONS sip:b@h SIP/2.0'), fault: '400 Malformed Request Line' },
  { name: 'tab in the start line', data: request({}, 'OPTIONS\tsip:b@h SIP/2.0'), fault: '400 Malformed Request Line' },
  { name: 'first field folded', data: request({}, 'OPTIONS sip:b@h SIP/2.0\n ;x'), fault: '400 Malformed Header' },
  { name: 'control character in a name', data: request({ x: 'X-PN\x01: 1' }), fault: '400 Malformed Header' },
  { name: 'blank inside a name', data: request({ x: 'X PN: 1' }), fault: '400 Malformed Header' },
  { name: 'no name', data: request({ x: ': 1' }), fault: '400 Malformed Header' },
  { name: 'only blanks for a name', data: request({ x: 'X: 1', y: '\u000b: 2' }), fault: '400 Malformed Header' },
  { name: 'no colon', data: request({ x: 'nonsense' }), fault: '400 Malformed Header' },
  { name: 'UTF-8 in a name', data: octets(request({ x: 'Тема: 1' })), fault: '400 Malformed Header' },
  { name: 'CR in a value', data: request({ x: 'Subject: a\rX-Evil: 1' }), fault: '400 Malformed Line End' },
  { name: 'two CRs', data: request({ x: 'Subject: a\r\nY: b' }), fault: '400 Malformed Line End' },
  { name: 'NUL in a value', data: request({ x: 'Subject: a\0b' }), fault: '400 Illegal Character' },
  { name: 'NUL in the start line', data: request({}, 'OPTIONS sip:b\0@h SIP/2.0'), fault: '400 Illegal Character' },
  { name: 'one LF among CRLFs', data: request({ x: 'Subject: a' }).replace('a\r\n', 'a\n'), fault: '400 Malformed Line End' },
  { name: 'one CRLF among LFs', data: request({ x: 'Subject: a' }).replaceAll('\r\n', '\n').replace('a\n', 'a\r\n'), fault: '400 Malformed Line End' },
  { name: 'line of 17 kB', data: request({ x: `Subject: ${'a'.repeat(17_000)}` }), fault: '400 Header Too Long' },
  { name: 'folded line of 17 kB', data: request({ x: `Subject: a\n ${Array(17).fill('b'.repeat(1000)).join('\n ')}` }), fault: '400 Header Too Long' },
  { name: '300 headers', data: request({ x: Array(300).fill('Accept: a/b').join('\n') }), fault: '400 Too Many Headers' },
  { name: 'no Via', data: request({ Via: '' }), fault: '400 Missing Via Header' },
  { name: 'no From', data: request({ From: '' }), fault: '400 Missing From Header' },
  { name: 'no To', data: request({ To: '' }), fault: '400 Missing To Header' },
  { name: 'no Call-ID', data: request({ 'Call-ID': '' }), fault: '400 Missing Call-ID Header' },
  { name: 'no CSeq', data: request({ CSeq: '' }), fault: '400 Missing CSeq Header' },
  { name: 'empty Call-ID', data: request({ 'Call-ID': 'Call-ID: ' }), fault: '400 Empty Call-ID' },
  { name: 'empty From', data: request({ From: 'From:' }), fault: '400 Malformed Address' },
  { name: 'From without scheme', data: request({ From: 'From: garbage' }), fault: '400 Malformed Address' },
  { name: 'From with unclosed bracket', data: request({ From: 'From: <sip:a@h;tag=1' }), fault: '400 Unbalanced Brackets' },
  { name: 'two From', data: request({ x: 'f: <sip:x@h>;tag=2' }), fault: '400 Repeated From Header' },
  { name: 'From list', data: request({ From: 'From: <sip:a@h>;tag=1, <sip:c@h>' }), fault: '400 Malformed Parameter' },
  { name: 'two tags', data: request({ From: 'From: <sip:a@h>;tag=1;tag=2' }), fault: '400 Repeated Tag' },
  { name: 'two To', data: request({ x: 'To: <sip:x@h>' }), fault: '400 Repeated To Header' },
  { name: 'two Call-ID', data: request({ x: 'Call-ID: c2' }), fault: '400 Repeated Call-ID Header' },
  { name: 'two CSeq', data: request({ x: 'CSeq: 2 OPTIONS' }), fault: '400 Repeated CSeq Header' },
  { name: 'two Max-Forwards', data: request({ x: 'Max-Forwards: 71' }), fault: '400 Repeated Max-Forwards Header' },
  { name: 'two Content-Length', data: request({ x: 'Content-Length: 1' }), fault: '400 Repeated Content-Length Header' },
  { name: 'Max-Forwards 256', data: request({ 'Max-Forwards': 'Max-Forwards: 256' }), fault: '400 Bad Max-Forwards' },
  { name: 'Max-Forwards -1', data: request({ 'Max-Forwards': 'Max-Forwards: -1' }), fault: '400 Bad Max-Forwards' },
  { name: 'CSeq x', data: request({ CSeq: 'CSeq: x' }), fault: '400 Bad CSeq' },
  { name: 'CSeq without method', data: request({ CSeq: 'CSeq: 1' }), fault: '400 Bad CSeq' },
  { name: 'CSeq negative', data: request({ CSeq: 'CSeq: -1 OPTIONS' }), fault: '400 Bad CSeq' },
  { name: 'CSeq of 33 bits', data: request({ CSeq: 'CSeq: 4294967296 OPTIONS' }), fault: '400 Bad CSeq' },
  { name: 'CSeq with more behind', data: request({ CSeq: 'CSeq: 1 OPTIONS x' }), fault: '400 Bad CSeq' },
  { name: 'CSeq of another method', data: request({ CSeq: 'CSeq: 1 INVITE' }), fault: '400 CSeq Method Mismatch' },
  { name: 'Via garbage', data: request({ Via: 'Via: garbage' }), fault: '400 Bad Via' },
  { name: 'Via of a known attack', data: request({ Via: 'Via: SIP/2.0/\x16UD~PTo :::]' }), fault: '400 Bad Via' },
  { name: 'Via without host', data: request({ Via: 'Via: SIP/2.0/UDP ;branch=z9hG4bK1' }), fault: '400 Bad Via' },
  { name: 'Via with port 0', data: request({ Via: 'Via: SIP/2.0/UDP h:0;branch=z9hG4bK1' }), fault: '400 Bad Via' },
  { name: 'Via with port 65536', data: request({ Via: 'Via: SIP/2.0/UDP h:65536;branch=z9hG4bK1' }), fault: '400 Bad Via' },
  { name: 'Via with two branches', data: request({ Via: 'Via: SIP/2.0/UDP h;branch=z9hG4bK1;branch=z9hG4bK2' }), fault: '400 Repeated Branch' },
  ...['-1', '0x10', '1e3', '2147483648', '9007199254740993', '+5', '', '5 5', '5,5'].map((value) => ({
    name: `Content-Length '${value}'`,
    data: request({ 'Content-Length': `Content-Length: ${value}` }),
    fault: '400 Bad Content-Length'
  })),
  { name: 'Content-Length beyond the datagram', data: request({ 'Content-Length': 'Content-Length: 1' }), fault: '400 Content Length Mismatch' },
  { name: 'status 99', data: request({}, 'SIP/2.0 099 x'), fault: '400 Malformed Status Line' },
  { name: 'status 700', data: request({}, 'SIP/2.0 700 x'), fault: '400 Malformed Status Line' },
  { name: 'status of four digits', data: request({}, 'SIP/2.0 2000 x'), fault: '400 Malformed Status Line' },
  { name: 'response of another version', data: request({}, 'SIP/3.0 200 OK'), fault: '505 Version Not Supported' }
]

for (const { name, data, fault } of refused) {
  t.test(`refused: ${name}`, async (t) => {
    t.equal(faultOf(() => parseMessage(data, 'datagram')), fault)
  })
}

t.test('parts of a request', async (t) => {
  const message = parseMessage(sipText(`
INVITE sip:+74951234567@192.0.2.9;user=phone SIP/2.0
v: SIP/2.0/TCP [2001:db8::1]:5062;rport;branch=z9hG4bKx, SIP/2.0/UDP h;branch=z9hG4bKy
Via: SIP/2.0/UDP i;branch=z9hG4bKz
From: "A, B" <sip:a@h;user=phone>;tag=f
To: sip:b@h;tag=t
Call-ID: c@h
CSeq: 7 INVITE
m: "X" <sip:x@h>, <sip:y@h>;q=0.1
X-Account: 1
l: 4`, 'v=0\n!'), 'stream')
  t.equal(message.method, 'INVITE')
  t.equal(message.uri, 'sip:+74951234567@192.0.2.9;user=phone')
  t.equal(message.status, 0)
  t.strictSame(message.names,
    ['Via', 'Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'X-Account', 'Content-Length'])
  t.equal(message.topVia.transport, 'TCP')
  t.equal(message.topVia.host, '2001:db8::1')
  t.equal(message.topVia.port, 5062)
  t.equal(message.topVia.rport, '')
  t.equal(message.list('Via').length, 3)
  t.strictSame(message.list('Contact'), ['"X" <sip:x@h>', '<sip:y@h>;q=0.1'])
  t.equal(message.from.displayName, 'A, B')
  t.equal(message.from.uri, 'sip:a@h;user=phone')
  t.equal(message.to.uri, 'sip:b@h')
  t.equal(message.toTag, 't')
  t.equal(message.cseqNumber, 7)
  t.equal(message.get('x-account'), '1')
  t.equal(message.body, 'v=0\r')
})

t.test('parts of a response', async (t) => {
  const message = parseMessage(request({ CSeq: 'CSeq: 1 INVITE' }, 'SIP/2.0 486 Busy Here'), 'stream')
  t.equal(message.status, 486)
  t.equal(message.reason, 'Busy Here')
  t.equal(message.method, '')
  t.equal(message.isRequest, false)
  t.equal(parseMessage(request({}, 'SIP/2.0 200'), 'stream').reason, '', 'reason left out')
})

t.test('body and framing (§18.3)', async (t) => {
  const noLength = request({ 'Content-Length': '' })
  t.equal(parseMessage(`${noLength}abc`, 'datagram').body, 'abc')
  t.equal(parseMessage(`${noLength}abc`, 'stream').body, '')
  const five = request({ 'Content-Length': 'Content-Length: 5' })
  t.equal(parseMessage(`${five}hello, world`, 'datagram').body, 'hello')
  t.equal(parseMessage(`${five}a\0\r\nb`, 'datagram').body, 'a\0\r\nb', 'any octets')
})

function rawOf(data: Octets): Octets | undefined {
  return parseMessage(data, 'datagram').raw
}

t.test('raw text is kept only when no other reader could see something else in it', async (t) => {
  t.equal(rawOf(request()), request())
  t.equal(rawOf(`\r\n${request()}trailing`), request(), 'what surrounds it is not part of it')
  t.equal(rawOf(request({ x: 'v: SIP/2.0/UDP h' }))?.includes('v: SIP'), true, 'compact names stay')
  t.equal(rawOf(request().replaceAll('\r\n', '\n')), undefined, 'bare line feeds')
  t.equal(rawOf(request({ x: 'X-PN-Account : 1' })), undefined, 'blank before the colon')
  t.equal(rawOf(request({ x: 'Subject: a\n b' })), undefined, 'folded')
  t.equal(rawOf(request({ x: 'Call-ID: c1' })), undefined, 'said twice')
  t.equal(rawOf(request({}, 'OPTIONS sip:b@h SIP/2.0 ')), undefined, 'blank at the end of the start line')
  t.equal(rawOf(request({}, 'OPTIONS sip:b@h sip/2.0')), undefined, 'version in small letters')
  t.equal(rawOf(request({}, 'SIP/2.0 200')), undefined, 'no blank before the reason')
  t.match(formatMessage(parseMessage(request({ x: 'X-PN-Account : 1' }), 'datagram')), '\r\nX-PN-Account: 1\r\n')
})

t.test('what can be salvaged', async (t) => {
  const faulty = request({ Via: 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nVia: SIP/2.0/UDP x', 'Max-Forwards': 'Max-Forwards: x', x: 'bad line\nX\0: 1\nY: \r1' })
  const salvaged = salvageRequest(faulty)
  t.equal(salvaged?.method, 'OPTIONS')
  t.strictSame(salvaged?.names, ['Via', 'Via', 'From', 'To', 'Call-ID', 'CSeq'])
  t.equal(salvaged?.topVia.branch, 'z9hG4bK1')
  const illegible = salvageRequest(request({ From: 'From: "a', To: 'To: <b', CSeq: 'CSeq: x' }))
  t.equal(illegible?.get('To'), '<b')
  t.equal(`${illegible?.fromTag}${illegible?.toTag}${illegible?.cseqNumber}${illegible?.cseqMethod}`, '0OPTIONS')
  t.equal(salvageRequest(request({ Via: 'Via: garbage' })), undefined, 'no Via')
  t.equal(salvageRequest(request({ To: '' })), undefined, 'no To')
  t.equal(salvageRequest(request({}, 'SIP/2.0 999 x')), undefined, 'a response')
  t.equal(salvageRequest(''), undefined)
  t.equal(salvageRequest('OPTIONS'), undefined)
  t.equal(salvageRequest(request({ x: `${'A: 1\n'.repeat(1000)}B: 2` }))?.method, undefined, 'too much of it')
})

t.test('drafts of an application', async (t) => {
  const draft = parseDraft([
    'SIP/2.0 200 OK', 'call-id: 1', 'cseq: 2 UPDATE', 'from: sip:15551234@localhost', 'To: <sip:b@h>;tag=mytag',
    'contact: sip:15551234@localhost', 'p-custom-thing: 1', 'x-lower: 2', 'X-Test: 3', 'Content-Length: 999',
    'allow: INVITE, ACK', '', 'v=0'
  ].join('\r\n'))
  t.equal(draft.status, 200)
  t.strictSame(draft.names, ['Call-ID', 'CSeq', 'From', 'To', 'Contact', 'P-Custom-Thing', 'x-lower', 'X-Test', 'Allow'])
  t.equal(draft.cseqMethod, 'UPDATE')
  t.equal(draft.from.uri, 'sip:15551234@localhost')
  t.equal(draft.toTag, 'mytag')
  t.equal(draft.body, 'v=0')
  t.equal(draft.raw, undefined)
  t.equal(parseDraft('BYE sip:placeholder SIP/2.0\n\n').uri, 'sip:placeholder')
  t.equal(parseDraft('ACK sip:b@h\r\n\r\n').method, 'ACK')
  t.equal(parseDraft('INVITE sip:a<b@h SIP/2.0\r\nSubject: 1\n\r\nbody').body, 'body', 'mixed line ends')
  t.equal(parseDraft('BYE sip:b@h SIP/2.0\r\nReason: SIP;cause=200\r\n\r\n').has('Call-ID'), false)
  t.equal(formatMessage(parseDraft('SIP/2.0 200 \r\n\r\n')), 'SIP/2.0 200 \r\nContent-Length: 0\r\n\r\n')
})

const badDrafts: readonly { name: string; data: string; fault: string }[] = [
  { name: 'empty', data: '', fault: '400 Unterminated Header' },
  { name: 'no empty line', data: 'BYE sip:b@h SIP/2.0\r\nSubject: a\r\n', fault: '400 Unterminated Header' },
  { name: 'CR in a value', data: 'BYE sip:b@h SIP/2.0\r\nSubject: a\rX-Evil: 1\r\n\r\n', fault: '400 Malformed Line End' },
  { name: 'NUL in a value', data: 'BYE sip:b@h SIP/2.0\r\nSubject: a\0\r\n\r\n', fault: '400 Illegal Character' },
  { name: 'folded', data: 'BYE sip:b@h SIP/2.0\r\nSubject: a\r\n b\r\n\r\n', fault: '400 Folded Header' },
  { name: 'line without colon', data: 'BYE sip:b@h SIP/2.0\r\nevil\r\n\r\n', fault: '400 Malformed Header' },
  { name: 'blank in the URI', data: 'BYE sip:b @h SIP/2.0\r\n\r\n', fault: '400 Malformed Request Line' },
  { name: 'tab in the URI', data: 'BYE sip:b\t@h SIP/2.0\r\n\r\n', fault: '400 Malformed Request-URI' },
  { name: 'no URI', data: 'BYE\r\n\r\n', fault: '400 Malformed Request Line' },
  { name: 'contradicting To', data: 'BYE sip:b@h SIP/2.0\r\nTo: sip:a@h\r\nt: sip:c@h\r\n\r\n', fault: '400 Repeated To Header' },
  { name: 'status out of range', data: 'SIP/2.0 99 x\r\n\r\n', fault: '400 Malformed Status Line' }
]

for (const { name, data, fault } of badDrafts) {
  t.test(`refused draft: ${name}`, async (t) => {
    t.equal(faultOf(() => parseDraft(data)), fault)
  })
}

t.test('a line end inside a display name leaves From illegible, not a header', async (t) => {
  const draft = parseDraft('INVITE sip:b@h SIP/2.0\r\nFrom: "a\r\nX-Evil: 1" <sip:a@h>\r\n\r\n')
  t.equal(faultOf(() => draft.from), '400 Unbalanced Quotes')
})
