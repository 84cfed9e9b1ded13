/** URIs: parts, print, refusals, and the equality tables of RFC 3261 §19.1.4 and RFC 3966 §4. */
import t from 'tap'
import { equalUris, formatUri, parseUri, unescapeUri } from '../../src/sip/uri.ts'
import { faultOf, octets } from '../support/sip-text.ts'

const same: readonly string[] = [
  'sip:h', 'sip:h:5060', 'sip:alice@atlanta.com', 'sip:alice:secretword@atlanta.com;transport=tcp',
  'sips:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:+1-212-555-1212:1234@gateway.com;user=phone',
  'sips:1212@gateway.com', 'sip:alice@192.0.2.4', 'sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com',
  'sip:alice;day=tuesday@atlanta.com', 'sip:[2001:db8::10]', 'sip:u@[2001:db8::10]:5070;lr', 'sip:u@h;maddr=[::1]',
  'sip:sips%3Auser%40example.com@example.net', 'sip:*98%23@h', 'sip:*98#@h', 'sip:u:@h', 'sip:under_score.local',
  'tel:+358-555-1234567;postd=pp22', 'tel:+7(495)123-45-67', 'tel:*111#;phone-context=example.ru', 'tel:112',
  "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com"
]

for (const text of same) t.equal(formatUri(parseUri(text)), text, `parse, print: ${text}`)

t.test('parts', async (t) => {
  t.strictSame(parseUri('SIP:alice:pw@[::1]:5061;Transport=TCP;lr?a=b&c=d'), {
    scheme: 'sip', user: 'alice', password: 'pw', host: '::1', port: 5061,
    params: new Map([['transport', 'TCP'], ['lr', undefined]]), headers: 'a=b&c=d'
  })
  t.strictSame(parseUri('TEL:+7-495;ext=5'), {
    scheme: 'tel', user: '+7-495', password: undefined, host: '', port: undefined,
    params: new Map([['ext', '5']]), headers: ''
  })
  t.equal(parseUri('sip:u@h;;lr;').params.size, 1, 'empty parameters mean nothing')
  t.equal(parseUri('sip:u@h;a=1;a=2').params.get('a'), '1', 'the first one counts')
  t.equal(parseUri(octets('sip:жук@h')).user, octets('жук'), 'UTF-8 in the user part')
})

const refused: readonly [string, string][] = [
  ['', '400 Malformed URI'], ['sip', '400 Malformed URI'], [':h', '400 Malformed URI'], ['sip:', '400 Malformed URI'],
  ['sip:@h', '400 Malformed URI'], ['sip:u@', '400 Malformed URI'], ['sip:u@h@i', '400 Malformed URI'],
  ['sip:a<b@h', '400 Malformed URI'], ['sip:a"b@h', '400 Malformed URI'], ['sip:a b@h', '400 Malformed URI'],
  ['sip:a\r\nb@h', '400 Malformed URI'], ['sip:a@h\r\nX: 1', '400 Malformed URI'], ['<sip:a@h>', '400 Malformed URI'],
  ['sip:a@h i', '400 Malformed URI'], ['sip:a@h:0', '400 Malformed URI'], ['sip:a@h:65536', '400 Malformed URI'],
  ['sip:a@h:', '400 Malformed URI'], ['sip:a@h:x', '400 Malformed URI'], ['sip:a@[::1', '400 Malformed URI'],
  ['sip:a@[]', '400 Malformed URI'], ['sip:a@[h]', '400 Malformed URI'], ['sip:2001:db8::10', '400 Malformed URI'],
  ['sip:a%zz@h', '400 Malformed URI'], ['sip:a%4@h', '400 Malformed URI'], ['sip:a@h;x=%', '400 Malformed URI'],
  ['sip:a@h;=x', '400 Malformed URI'], ['sip:a@h;x=<', '400 Malformed URI'], ['sip:a@h?', '400 Malformed URI'],
  ['sip:a@h?x="', '400 Malformed URI'], ['sip:a:b:c@h', '400 Malformed URI'], ['tel:', '400 Malformed URI'],
  ['tel:+', '400 Malformed URI'], ['tel:12+3', '400 Malformed URI'], ['tel:hello', '400 Malformed URI'],
  ['tel:1?x=y', '400 Malformed URI'], ['s p:a@h', '400 Malformed URI'],
  ['http://h/', '416 Unsupported URI Scheme'], ['mailto:a@h', '416 Unsupported URI Scheme'],
  ['soap.beep://192.0.2.103:3002', '416 Unsupported URI Scheme'], ['urn:service:sos', '416 Unsupported URI Scheme']
]

for (const [text, fault] of refused) {
  t.equal(faultOf(() => parseUri(text)), fault, `refused: ${JSON.stringify(text)}`)
}

/** RFC 3261 §19.1.4 has most of these. */
const equal: readonly [string, string][] = [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
  ['sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com', 'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com'],
  ['sip:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:alice@atlanta.com?priority=urgent&subject=project%20x'],
  ['sip:u@h;lr', 'sip:u@h'],
  ['tel:+7(495)123-45-67', 'tel:+74951234567'],
  ['tel:1;phone-context=+7-495', 'tel:1;Phone-Context=+7495']
]

const different: readonly [string, string][] = [
  ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ['sip:u@h', 'sips:u@h'], ['sip:u@h', 'sip:h'], ['sip:u@h', 'sip:u:p@h'], ['sip:u@h', 'sip:u@h;maddr=i'],
  ['sip:u@h', 'sip:u@h;user=phone'], ['sip:u@h', 'sip:u@h;ttl=1'], ['sip:u@h', 'sip:u@h;method=INVITE'],
  ['sip:u@h;lr', 'sip:u@h;lr=on'], ['tel:+7495', 'tel:7495'], ['tel:1', 'tel:1;ext=2'], ['tel:1;a', 'tel:1;b'],
  ['tel:1;ext=1', 'tel:1;ext=2'], ['tel:1', 'sip:1@h']
]

t.test('equality', async (t) => {
  for (const [a, b] of equal) {
    t.equal(equalUris(parseUri(a), parseUri(b)), true, `${a} = ${b}`)
    t.equal(equalUris(parseUri(b), parseUri(a)), true, 'and the other way')
  }
  for (const [a, b] of different) {
    t.equal(equalUris(parseUri(a), parseUri(b)), false, `${a} ≠ ${b}`)
    t.equal(equalUris(parseUri(b), parseUri(a)), false, 'and the other way')
  }
})

t.test('escapes undone', async (t) => {
  t.equal(unescapeUri('a%40b%zz%4'), 'a@b%zz%4')
  t.equal(unescapeUri('%D0%B6'), octets('ж'))
  t.equal(unescapeUri('%0d%0A'), '\r\n', 'whoever writes this to a header must refuse it')
})
