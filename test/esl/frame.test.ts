import t from 'tap'
import { commandLimits, EslFrameError, FrameReader, headerValue } from '../../src/esl/frame.ts'
import type { Frame } from '../../src/esl/frame.ts'
import { seededRandom } from '../support/seeded-random.ts'

/** All messages of a text, pushed in pieces of the given sizes. */
function read(text: string, pieces: readonly number[] = [text.length]): Frame[] {
  const reader = new FrameReader()
  const frames: Frame[] = []
  let at = 0
  for (let turn = 0; at < text.length; turn++) {
    const size = pieces[turn % pieces.length] ?? 1
    reader.push(text.slice(at, at + size))
    at += size
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame)
  }
  return frames
}

const cases: { name: string; text: string; frames: Frame[] }[] = [
  { name: 'a command of one line', text: 'auth ClueCon\n\n', frames: [{ lines: ['auth ClueCon'], body: '' }] },
  {
    name: 'a command with headers',
    text: 'sendmsg 1\ncall-command: execute\nexecute-app-arg: \n\n',
    frames: [{ lines: ['sendmsg 1', 'call-command: execute', 'execute-app-arg: '], body: '' }],
  },
  {
    name: 'two glued together',
    text: 'exit\n\napi status\n\n',
    frames: [{ lines: ['exit'], body: '' }, { lines: ['api status'], body: '' }],
  },
  {
    name: 'a body of exactly Content-Length octets, an empty line in it included',
    text: 'sendmsg 1\nContent-Length: 5\n\na\n\nb!exit\n\n',
    frames: [{ lines: ['sendmsg 1', 'Content-Length: 5'], body: 'a\n\nb!' }, { lines: ['exit'], body: '' }],
  },
  {
    name: 'the name of the length in any case, blanks around it',
    text: 'x\ncontent-LENGTH:  2 \n\nok',
    frames: [{ lines: ['x', 'content-LENGTH:  2 '], body: 'ok' }],
  },
  { name: 'a length of 0', text: 'x\nContent-Length: 0\n\nexit\n\n', frames: [{ lines: ['x', 'Content-Length: 0'], body: '' }, { lines: ['exit'], body: '' }] },
  { name: 'CR LF instead of LF', text: 'api status\r\n\r\n', frames: [{ lines: ['api status'], body: '' }] },
  { name: 'empty lines between messages', text: '\n\r\n\napi status\n\n\n\nexit\n\n', frames: [{ lines: ['api status'], body: '' }, { lines: ['exit'], body: '' }] },
  { name: 'octets beyond ASCII', text: 'api x \xd0\x9f\n\n', frames: [{ lines: ['api x \xd0\x9f'], body: '' }] },
  { name: 'nothing complete', text: 'api status\n', frames: [] },
]

for (const one of cases) {
  t.test(`reads ${one.name}`, async (t) => {
    t.strictSame(read(one.text), one.frames, 'in one piece')
    t.strictSame(read(one.text, [1]), one.frames, 'octet by octet')
    t.strictSame(read(one.text, [3, 1, 7]), one.frames, 'in pieces')
  })
}

t.test('a header block that stops before the blank of CR LF waits for the rest', async (t) => {
  const reader = new FrameReader()
  reader.push('exit\n\r')
  t.equal(reader.next(), undefined)
  reader.push('\n')
  t.strictSame(reader.next(), { lines: ['exit'], body: '' })
})

const faults = [
  { name: 'negative (CVE-2026-49840)', value: '-1', code: 'esl_bad_length' },
  { name: 'hexadecimal', value: '0x10', code: 'esl_bad_length' },
  { name: 'empty', value: '', code: 'esl_bad_length' },
  { name: 'with a sign', value: '+5', code: 'esl_bad_length' },
  { name: 'with a fraction', value: '1.5', code: 'esl_bad_length' },
  { name: '2^31', value: '2147483648', code: 'esl_body_too_long' },
  { name: '2^53', value: '9007199254740992', code: 'esl_bad_length' },
  { name: 'one more than accepted', value: String(commandLimits.bodyOctets + 1), code: 'esl_body_too_long' },
  { name: 'with text behind', value: '5 octets', code: 'esl_bad_length' },
]

for (const { name, value, code } of faults) {
  t.test(`a Content-Length that is ${name} ends the connection`, async (t) => {
    t.throws(() => read(`sendmsg 1\nContent-Length: ${value}\n\nhello`), { code })
  })
}

t.test('two Content-Lengths end the connection', async (t) => {
  t.throws(() => read('x\nContent-Length: 1\ncontent-length: 1\n\na'), { code: 'esl_bad_length' })
})

t.test('a header block without end is not collected for ever', async (t) => {
  t.throws(() => read('a'.repeat(commandLimits.headerOctets + 2)), { code: 'esl_headers_too_long' })
  t.throws(() => read('a: b\n'.repeat(commandLimits.headerOctets)), { code: 'esl_headers_too_long' })
  t.ok(new EslFrameError('esl_bad_length').message)
})

t.test('any cutting gives the same messages', async (t) => {
  const random = seededRandom(7)
  const text = Array.from({ length: 40 }, (_, i) => (i % 3 === 0
    ? `sendmsg ${i}\nContent-Length: ${i}\n\n${'\n'.repeat(i)}` : `api command ${i}\nx: y\n\n`)).join('')
  const whole = read(text)
  t.equal(whole.length, 40)
  for (let round = 0; round < 50; round++) {
    const pieces = Array.from({ length: 20 }, () => 1 + Math.floor(random() * 40))
    t.strictSame(read(text, pieces), whole)
  }
})

t.test('headerValue finds a header in any case and only whole names', async (t) => {
  t.equal(headerValue('Event-UUID: 12 ', 'event-uuid'), '12')
  t.equal(headerValue('event-uuid:', 'event-uuid'), '')
  t.equal(headerValue('event-uuids: 1', 'event-uuid'), undefined)
  t.equal(headerValue('event', 'event-uuid'), undefined)
})
