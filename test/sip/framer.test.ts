/** Streams cut into messages and keep-alives, in every slicing; limits; time linear in the octets. */
import t from 'tap'
import type { FramerEvent } from '../../src/sip/framer.ts'
import { maxBodyBytes, maxHeaderBytes, StreamFramer } from '../../src/sip/framer.ts'
import { sipFile, sipText } from '../support/sip-text.ts'
import { cpuMsOf } from '../support/cpu-time.ts'

const first = sipText('OPTIONS sip:a@h SIP/2.0\nCall-ID: 1\nContent-Length: 0')
const second = sipText('MESSAGE sip:a@h SIP/2.0\nl : 12\nCall-ID: 2', 'line\n\nline')
const third = 'BYE sip:a@h SIP/2.0\nContent-Length: 4\n\n\r\n\r\n'

/** Events as text: `message N octets`, `ping`, `error 400 reason`. */
function told(events: readonly FramerEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'message') return event.data
    return event.type === 'ping' ? 'ping' : `error ${event.status} ${event.reason}`
  })
}

function slices(text: string, size: number): string[] {
  const parts: string[] = []
  for (let i = 0; i < text.length; i += size) parts.push(text.slice(i, i + size))
  return parts
}

const stream = `\r\n\r\n${first}${second}\r\n${third}\r\n\r\n${first}`
const expected = ['ping', first, second, third, 'ping', first]

for (const size of [1, 2, 3, 5, 7, 16, 61, 200, stream.length]) {
  t.test(`slices of ${size}`, async (t) => {
    const framer = new StreamFramer()
    t.strictSame(slices(stream, size).flatMap((slice) => told(framer.push(slice))), expected)
    t.equal(framer.pendingBytes, 0)
  })
}

t.test('RFC 4475 §3.1.1.8: two requests in one segment are two requests', async (t) => {
  const data = sipFile('rfc4475/dblreq.sip')
  const events = new StreamFramer().push(data)
  const methods = events.map((event) => event.type === 'message' ? event.data.split(' ')[0] : event.type)
  // The second one's body is three octets longer than its Content-Length says.
  t.strictSame(methods, ['REGISTER', 'INVITE', 'error'])
})

t.test('keep-alives (RFC 5626 §4.4.1)', async (t) => {
  const framer = new StreamFramer()
  t.strictSame(told(framer.push('\r\n')), [], 'a single one is an answer to ours')
  t.strictSame(told(framer.push(first)), [first])
  t.strictSame(told(framer.push('\r')), [])
  t.strictSame(told(framer.push('\n\r')), [])
  t.strictSame(told(framer.push('\n')), ['ping'])
  t.strictSame(told(framer.push('\r\n\r\n\r\n\r\n')), ['ping', 'ping'])
})

const withLength = (field: string) => sipText(`OPTIONS sip:a@h SIP/2.0\nCall-ID: 1\n${field}`)

const errors: readonly { name: string; data: string; expected: string }[] = [
  { name: 'no Content-Length', data: withLength('Subject: a'), expected: 'error 400 Missing Content-Length' },
  { name: 'negative', data: withLength('Content-Length: -1'), expected: 'error 400 Bad Content-Length' },
  { name: 'hexadecimal', data: withLength('Content-Length: 0x10'), expected: 'error 400 Bad Content-Length' },
  { name: 'empty', data: withLength('Content-Length:'), expected: 'error 400 Bad Content-Length' },
  { name: '2^31', data: withLength('Content-Length: 2147483648'), expected: 'error 400 Bad Content-Length' },
  { name: '2^53', data: withLength('Content-Length: 9007199254740992'), expected: 'error 400 Bad Content-Length' },
  { name: 'beyond our limit', data: withLength(`Content-Length: ${maxBodyBytes + 1}`), expected: 'error 513 Message Too Large' },
  { name: 'contradicting itself', data: withLength('Content-Length: 0\nl: 1'), expected: 'error 400 Bad Content-Length' },
  { name: 'hidden behind a control character', data: withLength('Content-Length\x01: 5\nl: 0'), expected: 'error 400 Malformed Header' },
  { name: 'behind a bare CR', data: withLength('Subject: a\rl: 5\nl: 0'), expected: 'error 400 Malformed Line End' },
  { name: 'HTTP', data: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', expected: 'error 400 Missing Content-Length' },
  { name: 'garbage that never ends a line', data: 'x'.repeat(maxHeaderBytes + 1), expected: 'error 513 Message Too Large' },
  { name: 'headers without end', data: `OPTIONS sip:a@h SIP/2.0\r\n${'A: b\r\n'.repeat(12_000)}`, expected: 'error 513 Message Too Large' }
]

for (const { name, data, expected } of errors) {
  t.test(`ends the stream: ${name}`, async (t) => {
    for (const size of [data.length, 1000, 1]) {
      const framer = new StreamFramer()
      const events = slices(`${first}${data}`, size).flatMap((slice) => framer.push(slice))
      t.strictSame(told(events), [first, expected], `in slices of ${size}`)
      const error = events[1]
      t.ok(error?.type === 'error' && error.data !== '' && data.startsWith(error.data))
      t.strictSame(framer.push(first), [], 'and nothing comes after it')
    }
  })
}

t.test('said twice in the same words is said once', async (t) => {
  const data = `${withLength('Content-Length: 3\nl: 3')}abc`
  t.strictSame(told(new StreamFramer().push(data)), [data])
})

t.test('the longest body, octet by octet, in linear time', async (t) => {
  const time = (bytes: number): number => {
    const data = withLength(`Content-Length: ${bytes}`) + 'x'.repeat(bytes)
    const framer = new StreamFramer()
    let events: FramerEvent[] = []
    const ms = cpuMsOf(() => {
      for (let i = 0; i < data.length; i++) events = framer.push(data.charAt(i))
    })
    t.strictSame(told(events).map((text) => text.length), [data.length])
    return ms
  }
  time(10_000)
  const short = Math.max(time(65_536), 1)
  t.ok(time(maxBodyBytes) / short < 16 * 8, '16 times the octets take nowhere near 256 times as long')
})

t.test('the longest header block, octet by octet, in linear time', async (t) => {
  const head = `OPTIONS sip:a@h SIP/2.0\r\n${'A: bcdefghijklmnop\r\n'.repeat(250)}`
  const long = `${head}B: ${'x'.repeat(15_000)}\r\nC: ${'x'.repeat(15_000)}\r\nl: 0\r\n\r\n`
  const framer = new StreamFramer()
  let events: FramerEvent[] = []
  const ms = cpuMsOf(() => { events = [...long].flatMap((octet) => framer.push(octet)) })
  t.strictSame(told(events), [long])
  t.ok(ms < 2000)
})
