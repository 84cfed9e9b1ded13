/** Character classes against the grammar of RFC 3261 §25.1, and the scans built on them. */
import t from 'tap'
import {
  decimal, digitClass, hostClass, ipv6Class, isIn, isToken, isWord, skipBlanks, skipClass,
  skipQuoted, toLower, tokenClass, trimBlanks, uriClass, userClass, valueClass
} from '../../src/sip/characters.ts'

/** All octets of a class, as one string. */
function members(bits: number): string {
  return Array.from({ length: 256 }, (_, code) => isIn(code, bits) ? String.fromCharCode(code) : '').join('')
}

const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const utf8 = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('')

/** The octets of the arguments in order of their codes. */
function sorted(...parts: string[]): string {
  return [...new Set(parts.join(''))].toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0)).join('')
}

t.equal(members(tokenClass), sorted(alphanumeric, "-.!%*_+`'~"), 'token')
t.equal(members(digitClass), '0123456789', 'DIGIT')
t.equal(members(hostClass), sorted(alphanumeric, '-._'), 'host')
t.equal(members(ipv6Class), sorted('0123456789abcdefABCDEF:.'), 'IPv6address')
t.equal(members(userClass), sorted(alphanumeric, "-_.!~*'()", '&=+$,;?/', '%#', utf8), 'user')
t.equal(members(uriClass), sorted(alphanumeric, "-_.!~*'()", '[]/:&+$', '?=%', utf8), 'uri parameters')
t.equal(members(valueClass).includes('"'), false, 'a quote does not stand in a plain value')
for (const separator of ' \t\r\n\0",;<>\x7f') {
  t.equal(isIn(separator.charCodeAt(0), valueClass | tokenClass), false, `separator ${JSON.stringify(separator)}`)
}
t.equal(isIn(Number.NaN, 255), false, 'past the end of a text')

t.test('scans', async (t) => {
  t.equal(skipClass('abc;d', 0, 5, tokenClass), 3)
  t.equal(skipClass('abc', 1, 3, tokenClass), 3)
  t.equal(skipClass('', 0, 0, tokenClass), 0)
  t.equal(skipBlanks(' \t x', 0, 4), 3)
  t.equal(trimBlanks('x \t ', 0, 4), 1)
  t.equal(trimBlanks('   ', 0, 3), 0)
  t.equal(isToken('INVITE'), true)
  t.equal(isToken(''), false)
  t.equal(isToken('IN VITE'), false)
  t.equal(isWord('xTaGx', 1, 4, 'tag'), true)
  t.equal(isWord('xTaGx', 1, 5, 'tag'), false)
  t.equal(isWord('T', 0, 3, 'tag'), false)
})

const quoted: readonly [string, number][] = [
  ['""', 2], ['"a"b', 3], ['"\\""', 4], ['"\\\\"', 4], ['"', -1], ['"a', -1], ['"\\"', -1], ['"\\', -1]
]
for (const [text, end] of quoted) t.equal(skipQuoted(text, 0, text.length), end, `quoted ${text}`)

const numbers: readonly [string, number][] = [
  ['0', 0], ['0070', 70], ['255', 255], ['256', -1], ['', -1], ['-1', -1], ['+1', -1], ['1 ', -1], ['0x1', -1],
  ['1e1', -1], ['9'.repeat(400), -1], ['0'.repeat(400), 0], ['٣', -1]
]
for (const [text, value] of numbers) t.equal(decimal(text, 0, text.length, 255), value, `decimal ${text.slice(0, 9)}`)

t.test('small letters', async (t) => {
  t.equal(toLower('WWW-Authenticate'), 'www-authenticate')
  t.equal(toLower('\xd0\x96@[`'), '\xd0\x96@[`', 'octets of UTF-8 and signs stay')
  t.equal(toLower(''), '')
})
