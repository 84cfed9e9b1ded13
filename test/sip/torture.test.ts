/**
 * The torture messages of RFC 4475 (all but mpart01, whose point is a binary body: see
 * `parser.test.ts`) and RFC 5118: what the parser makes of each. Where the RFC allows to be
 * liberal, the row says what we chose; 'later' faults are found by who uses the value.
 */
import t from 'tap'
import { parseContacts } from '../../src/sip/address.ts'
import type { SipMessage } from '../../src/sip/message.ts'
import { parseMessage, salvageRequest } from '../../src/sip/parser.ts'
import { parseUri } from '../../src/sip/uri.ts'
import { faultOf, sipFile, sipFiles } from '../support/sip-text.ts'

interface Row {
  readonly file: string
  /** What parseMessage says. */
  readonly fault: string
  readonly why: string
}

const rows: readonly Row[] = [
  { file: 'wsinv', fault: 'none', why: '§3.1.1.1 valid' },
  { file: 'intmeth', fault: 'none', why: '§3.1.1.2 valid; unknown method is answered by the stack' },
  { file: 'esc01', fault: 'none', why: '§3.1.1.3 valid' },
  { file: 'escnull', fault: 'none', why: '§3.1.1.4 valid' },
  { file: 'esc02', fault: 'none', why: '§3.1.1.5 valid: an unknown method, an unknown header' },
  { file: 'lwsdisp', fault: 'none', why: '§3.1.1.6 valid' },
  { file: 'longreq', fault: 'none', why: '§3.1.1.7 valid' },
  { file: 'dblreq', fault: 'none', why: '§3.1.1.8 octets behind the first request are ignored' },
  { file: 'semiuri', fault: 'none', why: '§3.1.1.9 valid' },
  { file: 'transports', fault: 'none', why: '§3.1.1.10 valid' },
  { file: 'unreason', fault: 'none', why: '§3.1.1.12 valid' },
  { file: 'noreason', fault: 'none', why: '§3.1.1.13 valid' },
  { file: 'badinv01', fault: '400 Malformed Parameter', why: '§3.1.2.1' },
  { file: 'clerr', fault: '400 Content Length Mismatch', why: '§3.1.2.2' },
  { file: 'ncl', fault: '400 Bad Content-Length', why: '§3.1.2.3' },
  { file: 'scalar02', fault: '400 Bad Max-Forwards', why: '§3.1.2.4, the first of its faults' },
  { file: 'scalarlg', fault: '400 Bad CSeq', why: '§3.1.2.5, the response is dropped' },
  { file: 'quotbal', fault: '400 Unbalanced Quotes', why: '§3.1.2.6' },
  { file: 'ltgtruri', fault: '400 Malformed Request Line', why: '§3.1.2.7' },
  { file: 'lwsruri', fault: '400 Malformed Request Line', why: '§3.1.2.8, not liberal: two readings' },
  { file: 'lwsstart', fault: '400 Malformed Request Line', why: '§3.1.2.9' },
  { file: 'trws', fault: 'none', why: '§3.1.2.10, liberal: one reading' },
  { file: 'escruri', fault: 'none', why: '§3.1.2.11, later: headers in the Request-URI' },
  { file: 'baddate', fault: 'none', why: '§3.1.2.12, liberal: we use no Date' },
  { file: 'regbadct', fault: 'none', why: '§3.1.2.13, later: Contact' },
  { file: 'badaspec', fault: 'none', why: '§3.1.2.14, liberal: blanks inside the brackets' },
  { file: 'baddn', fault: '400 Malformed Address', why: '§3.1.2.15' },
  { file: 'badvers', fault: '505 Version Not Supported', why: '§3.1.2.16' },
  { file: 'mismatch01', fault: '400 CSeq Method Mismatch', why: '§3.1.2.17' },
  { file: 'mismatch02', fault: '400 CSeq Method Mismatch', why: '§3.1.2.18' },
  { file: 'bigcode', fault: '400 Malformed Status Line', why: '§3.1.2.19, dropped' },
  { file: 'badbranch', fault: 'none', why: '§3.2.1, the transaction layer makes up an id' },
  { file: 'insuf', fault: '400 Missing From Header', why: '§3.3.1' },
  { file: 'unkscm', fault: 'none', why: '§3.3.2, later: 416' },
  { file: 'novelsc', fault: 'none', why: '§3.3.3, later: 416' },
  { file: 'unksm2', fault: 'none', why: '§3.3.4' },
  { file: 'bext01', fault: 'none', why: '§3.3.5' },
  { file: 'invut', fault: 'none', why: '§3.3.6' },
  { file: 'regaut01', fault: 'none', why: '§3.3.7' },
  { file: 'multi01', fault: '400 Repeated CSeq Header', why: '§3.3.8, the first of its faults' },
  { file: 'mcl01', fault: '400 Repeated Content-Length Header', why: '§3.3.9' },
  { file: 'bcast', fault: 'none', why: '§3.3.10, the response matches no transaction' },
  { file: 'zeromf', fault: 'none', why: '§3.3.11' },
  { file: 'cparam01', fault: 'none', why: '§3.3.12' },
  { file: 'cparam02', fault: 'none', why: '§3.3.13' },
  { file: 'regescrt', fault: 'none', why: '§3.3.14' },
  { file: 'sdp01', fault: 'none', why: '§3.3.15' },
  { file: 'inv2543', fault: 'none', why: '§3.4.1, no branch, no tag, no length' }
]

function parse(file: string): SipMessage {
  return parseMessage(sipFile(`${file}.sip`), 'datagram')
}

t.strictSame(sipFiles('rfc4475/'), rows.map((row) => `${row.file}.sip`).toSorted(), 'a row for each file')

for (const row of rows) {
  t.test(`RFC 4475 ${row.file}: ${row.why}`, async (t) => {
    const data = sipFile(`rfc4475/${row.file}.sip`)
    t.ok(data.includes('\r\n\r\n') && !/[^\r]\n/.test(data), 'the file has its CRLFs')
    t.equal(faultOf(() => parseMessage(data, 'datagram')), row.fault)
    for (let length = 0; length < data.length; length++) {
      const cut = data.slice(0, length)
      faultOf(() => parseMessage(cut, 'datagram'))
      salvageRequest(cut)
    }
    t.pass('cut anywhere it throws nothing but SipParseError')
  })
}

t.test('faulty requests that can be answered without state', async (t) => {
  const answerable = rows.filter((row) => row.fault !== 'none').map((row) => row.file)
    .filter((file) => salvageRequest(sipFile(`rfc4475/${file}.sip`)) !== undefined)
  t.strictSame(answerable, [
    'badinv01', 'clerr', 'ncl', 'scalar02', 'quotbal', 'ltgtruri', 'lwsruri', 'lwsstart', 'baddn',
    'badvers', 'mismatch01', 'mismatch02', 'multi01', 'mcl01'
  ])
  t.equal(salvageRequest(sipFile('rfc4475/badinv01.sip'))?.get('Via'), 'SIP/2.0/UDP 192.0.2.15')
})

t.test('faults found later', async (t) => {
  t.equal(parseUri(parse('rfc4475/escruri').uri).headers, 'Route=%3Csip:example.com%3E')
  t.equal(faultOf(() => parseUri(parse('rfc4475/unkscm').uri)), '416 Unsupported URI Scheme')
  t.equal(faultOf(() => parseUri(parse('rfc4475/novelsc').uri)), '416 Unsupported URI Scheme')
  const contact = parse('rfc4475/regbadct').list('Contact')
  t.equal(faultOf(() => parseContacts(contact)), '400 Malformed Address')
})

t.test('wsinv: every value as the RFC means it', async (t) => {
  const message = parse('rfc4475/wsinv')
  t.equal(message.uri, 'sip:vivekg@chair-dnrc.example.com;unknownparam')
  t.equal(message.to.uri, 'sip:vivekg@chair-dnrc.example.com')
  t.equal(message.toTag, '1918181833n')
  t.equal(message.from.displayName, 'J Rosenberg \\"')
  t.equal(message.fromTag, '98asjd8')
  t.equal(message.get('Max-Forwards'), '0068')
  t.equal(message.cseqNumber, 9)
  t.equal(message.get('Subject'), '')
  t.equal(message.get('newfangledheader'), 'newfangled value continued newfangled value')
  t.equal(message.topVia.branch, '390skdjuw')
  t.strictSame(message.list('Via'), [
    'SIP  /   2.0 /UDP 192.0.2.2;branch=390skdjuw',
    'SIP  / 2.0  / TCP     spindle.example.com   ; branch  =   z9hG4bK9ikj8',
    'SIP  /    2.0   / UDP  192.168.255.111   ; branch= z9hG4bK30239'
  ])
  const contacts = parseContacts(message.list('Contact'))
  t.ok(contacts !== '*')
  if (contacts === '*') return
  t.equal(contacts[0]?.displayName, 'Quoted string ""')
  t.equal(contacts[0]?.params.get('newparam'), 'newvalue')
  t.equal(contacts[0]?.params.get('q'), '0.33')
  t.equal(message.body.length, 150)
  t.equal(message.raw, undefined, 'folded text is not passed on as it came')
})

t.test('other values', async (t) => {
  t.equal(parse('rfc4475/intmeth').to.displayName, 'BEL:\x07 NUL:\0 DEL:\x7f')
  t.equal(parse('rfc4475/intmeth').fromTag, "_token~1'+`*%!-.")
  t.equal(parse('rfc4475/lwsdisp').from.displayName, 'caller')
  t.equal(parse('rfc4475/dblreq').method, 'REGISTER')
  t.equal(parse('rfc4475/dblreq').raw?.endsWith('Content-Length: 0\r\n\r\n'), true)
  t.equal(parse('rfc4475/noreason').reason, '')
  t.equal(Buffer.from(parse('rfc4475/unreason').reason, 'latin1').toString(),
    '= 2**3 * 5**2 но сто девяносто девять - простое')
  t.equal(parse('rfc4475/longreq').list('Via').length, 34)
  t.equal(parse('rfc4475/inv2543').topVia.branch, '')
  t.equal(parse('rfc4475/esc02').get('C%6Fntact'), '<sip:alias2@host2.example.com>')
  t.strictSame(parse('rfc4475/transports').list('Via').map((via) => via.split(/[/ ]/)[2]),
    ['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'])
})

const ipv6: readonly { file: string; uri: string; why: string }[] = [
  { file: '4.1-reference-in-uri', uri: '2001:db8::10 undefined', why: 'valid' },
  { file: '4.2-no-delimiters', uri: '400 Malformed URI', why: 'brackets are needed' },
  { file: '4.3-port-inside-delimiters', uri: '2001:db8::10:5070 undefined', why: 'an address' },
  { file: '4.4-port-outside-delimiters', uri: '2001:db8::10 5070', why: 'a port' },
  { file: '4.5-received-with-delimiters', uri: '2001:db8::10 undefined', why: 'valid' },
  { file: '4.5-received-without-delimiters', uri: '2001:db8::10 undefined', why: 'liberal' },
  { file: '4.6-sdp', uri: '2001:db8::10 undefined', why: 'valid' },
  { file: '4.7-several-addresses', uri: 'host.example.net undefined', why: 'valid' },
  { file: '4.8-several-addresses-in-sdp', uri: '2001:db8::10 undefined', why: 'valid' },
  { file: '4.9-mapped-ipv4', uri: 'example.com undefined', why: 'valid' },
  { file: '4.10-three-colons', uri: '2001:db8:::192.0.2.1 undefined', why: 'liberal: an old ABNF' }
]

t.strictSame(sipFiles('rfc5118/'), ipv6.map((row) => `${row.file}.sip`).toSorted(), 'a row for each file')

for (const row of ipv6) {
  t.test(`RFC 5118 §${row.file}: ${row.why}`, async (t) => {
    const message = parseMessage(sipFile(`rfc5118/${row.file}.sip`), 'datagram')
    let found = ''
    const fault = faultOf(() => {
      const { host, port } = parseUri(message.uri)
      found = `${host} ${port}`
    })
    t.equal(fault === 'none' ? found : fault, row.uri)
  })
}

t.test('RFC 5118 §4.5, §4.7, §4.9: addresses in Via', async (t) => {
  t.equal(parse('rfc5118/4.5-received-with-delimiters').topVia.received, '2001:db8::9:255')
  t.equal(parse('rfc5118/4.5-received-without-delimiters').topVia.received, '2001:db8::9:255')
  t.equal(parse('rfc5118/4.7-several-addresses').topVia.host, '2001:db8::9:1')
  t.equal(parse('rfc5118/4.7-several-addresses').topVia.port, 6050)
  t.equal(parse('rfc5118/4.9-mapped-ipv4').topVia.host, '::ffff:192.0.2.10')
})
