/** Addresses, Vias, parameters and comma lists: read, refused, printed. */
import t from 'tap'
import { formatNameAddr, parseAddressList, parseContacts, parseNameAddr } from '../../src/sip/address.ts'
import { formatParameters, parseParameters, quoteText, splitList, unquote } from '../../src/sip/parameters.ts'
import { formatVia, legibleVia, parseVia } from '../../src/sip/via.ts'
import { faultOf, octets } from '../support/sip-text.ts'

interface Row {
  readonly value: string
  readonly name?: string
  readonly uri: string
  readonly tag?: string
}

const addresses: readonly Row[] = [
  { value: '<sip:a@h>', uri: 'sip:a@h' },
  { value: 'sip:a@h', uri: 'sip:a@h' },
  { value: 'sip:a@h;tag=1', uri: 'sip:a@h', tag: '1' },
  { value: 'sip:a@h ; tag = 1', uri: 'sip:a@h', tag: '1' },
  { value: '<sip:a@h;user=phone>;tag=1', uri: 'sip:a@h;user=phone', tag: '1' },
  { value: '<sip:a@h>;TAG=1', uri: 'sip:a@h', tag: '1' },
  { value: '<sip:a@h>;tag', uri: 'sip:a@h', tag: '' },
  { value: '<sip:a@h>;x="tag=9;";tag=1', uri: 'sip:a@h', tag: '1' },
  { value: 'Bob <sip:a@h>', name: 'Bob', uri: 'sip:a@h' },
  { value: 'Bob Dylan<sip:a@h>', name: 'Bob Dylan', uri: 'sip:a@h' },
  { value: '"Bob" <sip:a@h>', name: 'Bob', uri: 'sip:a@h' },
  { value: '"" <sip:a@h>', name: '', uri: 'sip:a@h' },
  { value: '"B \\"o\\\\b\\"" <sip:a@h>', name: 'B "o\\b"', uri: 'sip:a@h' },
  { value: '"<sip:x@h>;tag=no, " <sip:a@h>;tag=yes', name: '<sip:x@h>;tag=no, ', uri: 'sip:a@h', tag: 'yes' },
  { value: '< sip:a@h\t>', uri: 'sip:a@h' },
  { value: '<tel:+7495>;tag=1', uri: 'tel:+7495', tag: '1' },
  { value: '<urn:service:sos>', uri: 'urn:service:sos' },
  { value: octets('Жук <sip:a@h>'), name: octets('Жук'), uri: 'sip:a@h' }
]

for (const { value, name = '', uri, tag } of addresses) {
  t.test(`address ${value}`, async (t) => {
    const address = parseNameAddr(value)
    t.equal(address.displayName, name)
    t.equal(address.uri, uri)
    t.equal(address.tag, tag)
    const again = parseNameAddr(formatNameAddr(address))
    t.equal(again.displayName, name, 'print, parse: same name')
    t.equal(again.uri, uri)
    t.strictSame([...again.params], [...address.params])
  })
}

const badAddresses: readonly [string, string][] = [
  ['', '400 Malformed Address'], ['garbage', '400 Malformed Address'], ['<>', '400 Malformed Address'],
  [':h', '400 Malformed Address'], ['<:h>', '400 Malformed Address'], ['<sip:a@h', '400 Unbalanced Brackets'],
  ['"a <sip:a@h>', '400 Unbalanced Quotes'], ['"a\\" <sip:a@h>', '400 Unbalanced Quotes'], ['"a"', '400 Malformed Address'],
  ['"a" sip:a@h', '400 Malformed Address'], ['a "b" <sip:a@h>', '400 Malformed Address'], ['<sip:a b@h>', '400 Malformed Address'],
  ['<sip:a@h<sip:b@h>', '400 Malformed Address'], ['Bell, A <sip:a@h>', '400 Malformed Address'], ['sip:a@h>', '400 Malformed Address'],
  ['sip:a@h?x=y', '400 Malformed Address'], ['<sip:a@h> x', '400 Malformed Parameter'], ['<sip:a@h>;;tag=1', '400 Malformed Parameter'],
  ['<sip:a@h>;tag=1 2', '400 Malformed Parameter'], ['<sip:a@h>;tag="1', '400 Unbalanced Quotes'], ['<sip:a@h>;=1', '400 Malformed Parameter'],
  ['<sip:a@h>;tag=1;tag=1', '400 Repeated Tag'], ['<sip:a@h>, <sip:b@h>', '400 Malformed Parameter']
]

for (const [value, fault] of badAddresses) {
  t.equal(faultOf(() => parseNameAddr(value).tag), fault, `refused: ${JSON.stringify(value)}`)
}

t.test('lists of addresses', async (t) => {
  const list = parseAddressList('"A, <x>" <sip:a@h>;q=0.5;x="1,2" , sip:b@h;expires=5,<sip:c@h,d>')
  t.strictSame(list.map((address) => [address.displayName, address.uri, [...address.params]]), [
    ['A, <x>', 'sip:a@h', [['q', '0.5'], ['x', '"1,2"']]],
    ['', 'sip:b@h', [['expires', '5']]],
    ['', 'sip:c@h,d', []]
  ])
  t.equal(faultOf(() => parseAddressList('<sip:a@h>,')), '400 Malformed Address')
  t.equal(faultOf(() => parseAddressList('<sip:a@h>,,<sip:b@h>')), '400 Malformed Address')
  t.equal(parseContacts(['*']), '*')
  t.equal(faultOf(() => parseContacts(['*', '<sip:a@h>'])), '400 Malformed Address')
  const contacts = parseContacts(['<sip:a@h>', '<sip:b@h>, <sip:c@h>'])
  t.equal(contacts.length, 3)
  t.strictSame(parseContacts([]), [])
})

t.test('parameters', async (t) => {
  const text = ';a;b=1;C="x;\\"y";d='
  const params = parseParameters(text, 0, false)
  t.strictSame([...params], [['a', undefined], ['b', '1'], ['c', '"x;\\"y"'], ['d', '']])
  t.equal(formatParameters(params), text.replace('C', 'c'))
  t.equal(unquote('"x;\\"y"'), 'x;"y')
  t.equal(unquote('plain'), 'plain')
  t.equal(unquote('"'), '"')
  t.equal(quoteText('a "b" \\'), '"a \\"b\\" \\\\"')
  t.equal(unquote(quoteText('a "b" \\')), 'a "b" \\')
})

const lists: readonly [string, readonly string[]][] = [
  ['', []], ['a', ['a']], ['a,b', ['a', 'b']], [' a , b ', ['a', 'b']], ['a,,b,', ['a', 'b']],
  ['"a,b",c', ['"a,b"', 'c']], ['<sip:a,b>,c', ['<sip:a,b>', 'c']], ['"a\\",b",c', ['"a\\",b"', 'c']],
  ['"a,b', ['"a,b']], ['<a,b', ['<a,b']], [',', []]
]

for (const [value, elements] of lists) t.strictSame(splitList(value), elements, `list ${value}`)

t.test('Via', async (t) => {
  const via = parseVia('SIP/2.0/UDP h.example:5062;rport=7;received=192.0.2.1;maddr=[::1];branch=z9hG4bKa;ttl=1 , SIP/2.0/TCP i')
  t.equal(via.transport, 'UDP')
  t.equal(via.host, 'h.example')
  t.equal(via.port, 5062)
  t.equal(via.rport, 7)
  t.equal(via.received, '192.0.2.1')
  t.equal(via.maddr, '::1')
  t.equal(via.branch, 'z9hG4bKa')
  t.equal(via.params.get('ttl'), '1')
  t.equal(formatVia(via), 'SIP/2.0/UDP h.example:5062;rport=7;received=192.0.2.1;maddr=[::1];branch=z9hG4bKa;ttl=1')
  t.equal(parseVia('SIP/2.0/UDP h').rport, undefined)
  t.equal(parseVia('SIP/2.0/UDP h;rport').rport, '')
  t.equal(parseVia('SIP/2.0/UDP h;rport=0').rport, '')
  t.equal(parseVia('sip / 2.0 / tls [::1] : 5061').port, 5061)
  t.equal(formatVia(parseVia('SIP/2.0/TLS [::1]:5061')), 'SIP/2.0/TLS [::1]:5061')
})

const badVias: readonly string[] = [
  '', 'garbage', 'SIP/2.0', 'SIP/2.0/', 'SIP/2.0/UDP', 'SIP/2.0/UDP ', 'SIP/2.0/UDP;branch=1', '/2.0/UDP h', 'SIP//UDP h',
  'SIP/2.0/UDP h:', 'SIP/2.0/UDP h:x', 'SIP/2.0/UDP h:0', 'SIP/2.0/UDP h:99999', 'SIP/2.0/UDP [::1', 'SIP/2.0/UDP []',
  'SIP/2.0/UDP [h]', 'SIP/2.0/UDP h i', 'SIP/2.0/UDP h;', 'SIP/2.0/UDP h;;a'
]

for (const value of badVias) {
  const expected = value === 'SIP/2.0/UDP h;' ? 'none' : '400'
  t.equal(faultOf(() => parseVia(value)).slice(0, 4).trim(), expected, `Via ${JSON.stringify(value)}`)
}

t.test('what is legible of a Via', async (t) => {
  t.equal(legibleVia('SIP/2.0/UDP h:1;branch=z'), 'SIP/2.0/UDP h:1;branch=z')
  t.equal(legibleVia('SIP/2.0/UDP h:1;;x,'), 'SIP/2.0/UDP h:1')
  t.equal(legibleVia('garbage'), undefined)
  t.equal(legibleVia('garbage;x'), undefined)
})
