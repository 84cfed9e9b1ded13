/** Codes of authenticators by their RFCs, weak passwords, ranges of numbers, proposed logins. */
import { createHmac } from 'node:crypto'
import t from 'tap'
import { decodeBase32, encodeBase32 } from '../../src/people/base32.ts'
import { commonPasswords } from '../../src/people/common-passwords.ts'
import { loginFor } from '../../src/people/login-name.ts'
import { numbersOf, readRanges } from '../../src/people/number-ranges.ts'
import { codeOf, findStep, otpauthUri, stepAt } from '../../src/people/totp.ts'
import type { HmacSha1 } from '../../src/people/totp.ts'
import { weaknessOf } from '../../src/people/weak-password.ts'
import { seededRandom } from '../support/seeded-random.ts'

const hmac: HmacSha1 = (key, message) => createHmac('sha1', key).update(message).digest()
/** The secret of both RFCs: '12345678901234567890' in ASCII. */
const secret = new TextEncoder().encode('12345678901234567890')

t.test('base32: the vectors of RFC 4648 §10', async (t) => {
  const vectors: [plain: string, text: string][] = [
    ['', ''], ['f', 'MY'], ['fo', 'MZXQ'], ['foo', 'MZXW6'], ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'], ['foobar', 'MZXW6YTBOI'],
  ]
  for (const [plain, text] of vectors) {
    t.equal(encodeBase32(new TextEncoder().encode(plain)), text, `${plain} →`)
    t.equal(new TextDecoder().decode(decodeBase32(text)), plain, `← ${text}`)
    t.equal(new TextDecoder().decode(decodeBase32(text.toLowerCase())), plain, 'in either case')
  }
  for (const wrong of ['MZXW0', 'MZ W6', 'MZXW6===', 'Ж']) t.equal(decodeBase32(wrong), undefined, wrong)
  const random = seededRandom(7)
  for (let length = 0; length < 40; length++) {
    const octets = Uint8Array.from({ length }, () => Math.floor(random() * 256))
    t.strictSame(decodeBase32(encodeBase32(octets)), octets, `${length} octets come back`)
  }
})

t.test('codes by counter: RFC 4226 appendix D', async (t) => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489']
  codes.forEach((code, counter) => t.equal(codeOf(secret, counter, hmac), code, `count ${counter}`))
})

t.test('codes by time: RFC 6238 appendix B, of which six digits are the last six', async (t) => {
  const vectors: [seconds: number, code: string][] = [
    [59, '94287082'], [1111111109, '07081804'], [1111111111, '14050471'], [1234567890, '89005924'],
    [2000000000, '69279037'], [20000000000, '65353130'],
  ]
  for (const [seconds, code] of vectors)
    t.equal(codeOf(secret, stepAt(seconds * 1000), hmac), code.slice(2), `${seconds} s`)
})

t.test('a code counts for its step and one around it, and once', async (t) => {
  const now = 1_234_567_890_000
  const step = stepAt(now)
  const find = (code: string, last = 0, at = now) => findStep(secret, code, last, at, hmac)
  t.equal(find(codeOf(secret, step, hmac)), step)
  t.equal(find(codeOf(secret, step - 1, hmac)), step - 1, 'typed slowly')
  t.equal(find(codeOf(secret, step + 1, hmac)), step + 1, 'a clock ahead')
  t.equal(find(codeOf(secret, step - 2, hmac)), undefined, 'a minute old')
  t.equal(find(codeOf(secret, step + 2, hmac)), undefined)
  t.equal(find(codeOf(secret, step, hmac), step), undefined, 'used already')
  t.equal(find(codeOf(secret, step - 1, hmac), step), undefined, 'one before the used one')
  for (const wrong of ['', '0', '00000', '0000000', 'abcdef', ' '.repeat(6)]) t.equal(find(wrong), undefined, `"${wrong}"`)
})

t.test('what authenticators read from the picture', async (t) => {
  const uri = new URL(otpauthUri('JBSWY3DP', 'Персональный номер', 'anna@example.com'))
  t.equal(uri.protocol, 'otpauth:')
  t.equal(decodeURIComponent(uri.pathname), '/Персональный номер:anna@example.com')
  t.strictSame(Object.fromEntries(uri.searchParams), {
    secret: 'JBSWY3DP', issuer: 'Персональный номер', algorithm: 'SHA1', digits: '6', period: '30',
  })
})

t.test('passwords that would be guessed', async (t) => {
  const cases: [password: string, why: ReturnType<typeof weaknessOf>][] = [
    ['aaaaaaaaaaaa', 'simple'], ['abababababab', 'simple'], ['123456789012', 'simple'],
    ['987654321098', 'simple'], ['abcdefghijklm', 'simple'], ['ЙЦУКЕНГШЩЗХЪ', 'simple'],
    ['+7 916 123-45-67', 'simple'], ['23.11.2026 - 2027', 'simple'],
    ['mironov-mironov', 'login'], ['Пароль MIRONOV 77', 'login'],
    ['password1234', 'common'], ['Password!2026', 'common'], ['qwertyqwerty', 'common'],
    ['monkeymonkey', 'common'], ['***dragon***', 'common'], ['Пароль123456', 'common'],
    ['correct horse battery', undefined], ['тёплый чай с мятой', undefined],
    ['v9-Kt.uQ2#mB', undefined], ['8f14e45fceea167a', undefined],
  ]
  for (const [password, why] of cases)
    t.equal(weaknessOf(password, 'mironov'), why, password)
  t.equal(weaknessOf('anna reads on sundays', 'ann'), undefined, 'a short login stands in many words')
  t.equal(weaknessOf('ann@example.com', 'ann@example.com'), 'login')
  t.ok(commonPasswords.size > 1000)
  for (const one of commonPasswords) t.equal(one, one.toLowerCase())
})

t.test('lists and ranges of numbers as people write them', async (t) => {
  const cases: [text: string, first: string, last: string, count: number][] = [
    ['+74996740000-+74996740999', '+74996740000', '+74996740999', 1000],
    ['+74996740000 – +74996740009', '+74996740000', '+74996740009', 10],
    ['74996740000-74996740001', '+74996740000', '+74996740001', 2],
    ['84996740000..84996740001', '+74996740000', '+74996740001', 2],
    ['8 (499) 674-07-82', '+74996740782', '+74996740782', 1],
    ['+7 499 674-07-82 - +7 499 674-07-84', '+74996740782', '+74996740784', 3],
    ['+306912345678', '+306912345678', '+306912345678', 1],
  ]
  for (const [text, first, last, count] of cases) {
    const { ranges, faults } = readRanges(text, 10_000)
    const numbers = numbersOf(ranges)
    t.strictSame([numbers[0], numbers.at(-1), numbers.length, faults], [first, last, count, []], text)
  }
  const { ranges, faults } = readRanges('+74996740001\n\n+74996740001; +74996740002,,\r\n', 10)
  t.strictSame([numbersOf(ranges), faults], [['+74996740001', '+74996740002'], []], 'each once')
})

t.test('what is wrong with a list is named', async (t) => {
  const cases: [text: string, why: string][] = [
    ['+74996740999-+74996740000', 'backwards'], ['+7499674000-+74996740999', 'lengthsDiffer'],
    ['привет', 'notANumber'], ['123', 'notANumber'], ['+0123456789', 'notANumber'],
    ['+1234567890123456', 'notANumber'], ['+74996740000-', 'notANumber'], ['1-2-3', 'notANumber'],
    ['+74996740000-+74996840000', 'tooMany'], ['+10000000-+999999999999999', 'lengthsDiffer'],
    ['+100000000000000-+999999999999999', 'tooMany'], ["'; DROP TABLE number_pool; --", 'notANumber'],
  ]
  for (const [text, why] of cases) {
    const { ranges, faults } = readRanges(text, 10_000)
    t.strictSame(ranges, [], text)
    t.equal(faults[0]?.why, why, text)
  }
  t.match(readRanges('+74996740000-+74996740005\n+74996741000-+74996741005', 10),
    { ranges: { length: 1 }, faults: [{ why: 'tooMany' }] }, 'the limit is for all together')
})

t.test('a login is made of the e-mail address', async (t) => {
  const cases: [email: string, attempt: number, login: string][] = [
    ['Anna.Ivanova@example.com', 0, 'anna.ivanova'], ['anna@example.com', 1, 'anna17'],
    ['anna@example.com', 2, 'anna17-2'], ['a@example.com', 0, 'pn17'], ['анна@почта.рф', 0, 'pn17'],
    ['.-_x+tag@example.com', 0, 'xtag'], [`${'x'.repeat(64)}@example.com`, 0, 'x'.repeat(40)],
  ]
  for (const [email, attempt, login] of cases) t.equal(loginFor(email, 17, attempt), login, `${email} ${attempt}`)
})
