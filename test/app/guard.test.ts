/** Reading of headers: rows a person can check, and arbitrary text that must never throw or leak. */
import fc from 'fast-check'
import t from 'tap'
import {
  cleanName, cleanText, headerText, readAddress, readParams, readTokens, readUnsigned, readUri, splitList,
} from '../../src/app/guard.ts'
import { message } from '../support/fake-sip-server.ts'

t.test('addresses', async (t) => {
  const rows: [text: string, name: string, uri: string, tag: string | undefined][] = [
    ['<sip:a@h>;tag=1', '', 'sip:a@h', '1'],
    ['"Анна К." <sip:+7916@h;user=phone>;tag=x;y', 'Анна К.', 'sip:+7916@h;user=phone', 'x'],
    ['Anna Karenina <sip:a@h>', 'Anna Karenina', 'sip:a@h', undefined],
    ['sip:a@h;tag=5', '', 'sip:a@h', '5'],
    ['"quoted \\" mark, <b>" <sip:a@h>;tag=2', 'quoted  mark, b', 'sip:a@h', '2'],
    ['<tel:+79161234567>;TAG=Z', '', 'tel:+79161234567', 'Z'],
    ['  <sip:a@h>  ; tag = 7 ;x="a;b"', '', 'sip:a@h', '7'],
    ['"a\u0001b" <sip:a@h>', 'a b', 'sip:a@h', undefined],
  ]
  for (const [text, name, uri, tag] of rows) {
    const address = readAddress(text)
    t.same([address?.name, address?.uri, address?.params.get('tag')], [name, uri, tag], text)
  }
  for (const text of [undefined, '', ' ', '"open', '<>', '<sip:a', '"a" sip:b', 'two words']) {
    t.equal(readAddress(text), undefined, String(text))
  }
})

t.test('URIs, in any letter case', async (t) => {
  const rows: [text: string, scheme: string, user: string, host: string][] = [
    ['sip:anna@Example.COM', 'sip', 'anna', 'example.com'],
    ['SIP:a@h', 'sip', 'a', 'h'],
    ['sips:a@h:5061;transport=tls', 'sips', 'a', 'h'],
    ['sip:+7916@h;user=phone?Subject=x', 'sip', '+7916', 'h'],
    ['sip:+7916;npdi=yes@h', 'sip', '+7916', 'h'],
    ['sip:a:secret@h', 'sip', 'a', 'h'],
    ['sip:%2B7916@[2001:db8::1]:5060', 'sip', '+7916', '[2001:db8::1]'],
    ['sip:h', 'sip', '', 'h'],
    ['tel:+7-916-123;phone-context=x', 'tel', '+7-916-123', ''],
    ['sip:%zz@h', 'sip', '%zz', 'h'],
    ['sip:a%0D%0Ab@h', 'sip', 'a  b', 'h'],
  ]
  for (const [text, scheme, user, host] of rows) t.same(readUri(text), { scheme, user, host }, text)
  for (const text of ['', 'sip:', 'http://h', 'sip', 'mailto:a@b', 'sip:a@', 'sip:a@h h']) {
    t.equal(readUri(text), undefined, text)
  }
})

t.test('numbers, tokens, lists', async (t) => {
  for (const [text, value] of [['70', 70], ['0', 0], ['007', 7]] as const) t.equal(readUnsigned(text), value)
  for (const text of [undefined, '', '-1', '+1', '1 ', '7x', '70,70', '99999999999', '1e3']) t.equal(readUnsigned(text), undefined)
  t.same(readTokens('Timer, 100rel;x , ,,FOO'), ['timer', '100rel', 'foo'])
  t.same(readTokens('id;critical', ';'), ['id', 'critical'])
  t.same(readTokens(undefined), [])
  t.same(splitList('<sip:a,b@h>;x="1,2", "c,d" <sip:e@f>,,g'), ['<sip:a,b@h>;x="1,2"', '"c,d" <sip:e@f>', 'g'])
  t.equal(splitList(','.repeat(9) + 'a,'.repeat(1000)).length, 32, 'bounded')
  t.same([...readParams('x;A=1;b="q;\\";w";c;a=2', 0)], [['a', '1'], ['b', 'q;\\";w'], ['c', '']])
})

t.test('folds are opened, control characters never stay', async (t) => {
  t.equal(headerText(message({ subject: 'a\r\n b' }), 'subject'), 'a   b')
  t.equal(headerText(message({}), 'subject'), undefined)
  t.equal(headerText(message({ subject: 'x'.repeat(20_000) }), 'subject'), undefined)
  t.equal(cleanText('a\u0000b\u0085c\u2028d\u007f'), 'a b c d')
  t.equal(cleanName('  "A\\B" <c>\r\nX: y ', 64), 'AB c  X: y')
  t.equal(cleanName('абвгд', 3), 'абв')
})

t.test('arbitrary text throws nothing and brings no control character out', async (t) => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom('"', '<', '>', ';', '=', ',', ':', '@', '\\', '\r', '\n', '\0', ' ', '%', 'a', '1', '[', ']'), maxLength: 40 }))
  fc.assert(fc.property(odd, (text) => {
    const clean = headerText(message({ x: text }), 'x') ?? ''
    // eslint-disable-next-line no-control-regex
    t.notMatch(clean, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    const address = readAddress(clean)
    // eslint-disable-next-line no-control-regex
    t.notMatch(address?.name ?? '', /["\\<>\u0000-\u001f]/)
    readUri(clean)
    readUri(text)
    readAddress(text)
    splitList(text)
    readTokens(text)
    readParams(text, 0)
  }), { numRuns: 800 })
})
