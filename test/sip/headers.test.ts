/** The header table: every name is found in every spelling, nothing else is. */
import t from 'tap'
import { canonicalName, draftName, findHeader, headerField, sameName } from '../../src/sip/headers.ts'

const canonical: readonly [string, string][] = [
  ['v', 'Via'], ['V', 'Via'], ['via', 'Via'], ['VIA', 'Via'], ['Via', 'Via'],
  ['i', 'Call-ID'], ['call-id', 'Call-ID'], ['f', 'From'], ['t', 'To'], ['m', 'Contact'],
  ['l', 'Content-Length'], ['c', 'Content-Type'], ['e', 'Content-Encoding'], ['k', 'Supported'],
  ['s', 'Subject'], ['o', 'Event'], ['u', 'Allow-Events'], ['r', 'Refer-To'], ['b', 'Referred-By'],
  ['x', 'Session-Expires'], ['a', 'Accept-Contact'], ['j', 'Reject-Contact'],
  ['d', 'Request-Disposition'], ['y', 'Identity'], ['n', 'Identity-Info'],
  ['cseq', 'CSeq'], ['rack', 'RAck'], ['rseq', 'RSeq'], ['www-authenticate', 'WWW-Authenticate'],
  ['mime-version', 'MIME-Version'], ['p-asserted-identity', 'P-Asserted-Identity'],
  ['X-Custom', 'X-Custom'], ['x-custom', 'x-custom'], ['z', 'z'], ['Vi', 'Vi'], ['Viaa', 'Viaa'],
  ['constructor', 'constructor'], ['__proto__', '__proto__'], ['', '']
]

for (const [name, expected] of canonical) {
  t.equal(canonicalName(name), expected, `canonicalName('${name}')`)
}

const drafts: readonly [string, string][] = [
  ['user-agent', 'User-Agent'], ['p-custom-tag', 'P-Custom-Tag'], ['my-header', 'My-Header'],
  ['x-test', 'x-test'], ['X-test', 'X-test'], ['foo', 'Foo'], ['fooBar-bAz', 'FooBar-BAz'],
  ['a--b', 'A--B'], ['x', 'Session-Expires'], ['call-id', 'Call-ID'], ['content-type', 'Content-Type']
]

for (const [name, expected] of drafts) t.equal(draftName(name), expected, `draftName('${name}')`)

t.test('multiplicity', async (t) => {
  for (const name of ['Via', 'Route', 'Record-Route', 'Contact', 'Allow', 'Supported', 'Diversion']) {
    t.equal(headerField(name)?.multiplicity, 'list', name)
  }
  for (const name of ['From', 'To', 'Call-ID', 'CSeq', 'Date', 'Subject', 'User-Agent']) {
    t.equal(headerField(name)?.multiplicity, 'single', name)
  }
  for (const name of ['Authorization', 'Proxy-Authorization', 'WWW-Authenticate']) {
    t.equal(headerField(name)?.multiplicity, 'repeated', name)
  }
  t.equal(headerField('X-Custom'), undefined)
  t.equal(headerField('via'), undefined, 'only canonical names')
})

t.test('found inside a text', async (t) => {
  const text = 'xxCALL-id: 1'
  t.equal(findHeader(text, 2, 9)?.name, 'Call-ID')
  t.equal(findHeader(text, 2, 8), undefined)
  t.equal(findHeader(text, 2, 2), undefined)
  t.equal(findHeader('\xff\xffa', 0, 3), undefined)
})

t.test('letter case is ASCII only', async (t) => {
  t.equal(sameName('X-Ab', 'x-aB'), true)
  t.equal(sameName('X-Ab', 'X-Abc'), false)
  t.equal(sameName('\xc0', '\xe0'), false, 'octets of UTF-8 have no case')
  t.equal(canonicalName('@ia'), '@ia', 'only letters differ by the case bit')
})
