/**
 * Properties of the SIP codec over generated and mutated messages: nothing but SipParseError is
 * ever thrown, what is printed reads back the same, no value carries a line end, and time stays
 * linear. `FUZZ_RUNS` multiplies the runs; the seed is printed by fast-check when a run fails.
 */
import fc from 'fast-check'
import t from 'tap'
import type { Octets } from '../../src/sip/events.ts'
import { parseAddressList, parseContacts, parseNameAddr } from '../../src/sip/address.ts'
import { parseChallenge, parseCredentials } from '../../src/sip/digest.ts'
import { SipParseError } from '../../src/sip/errors.ts'
import { StreamFramer } from '../../src/sip/framer.ts'
import { SipMessage } from '../../src/sip/message.ts'
import { splitList } from '../../src/sip/parameters.ts'
import { parseDraft, parseMessage, salvageRequest } from '../../src/sip/parser.ts'
import { formatMessage, patchTopVia } from '../../src/sip/serializer.ts'
import { equalUris, formatUri, parseUri } from '../../src/sip/uri.ts'
import { parseVia } from '../../src/sip/via.ts'
import { sipFile, sipFiles } from '../support/sip-text.ts'

const factor = Number(process.env['FUZZ_RUNS'] ?? '1')
const options = (numRuns: number) => ({ numRuns: Math.ceil(numRuns * factor), seed: 20_260_101 })

const corpus = ['rfc4475/', 'rfc5118/'].flatMap((folder) => sipFiles(folder).map((file) => sipFile(folder + file)))

/** Runs `read`; undefined when the input was refused. Any other error passes, and fails the test. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}

/** Reads all that anybody may ask of a message. */
function readAll(message: SipMessage): void {
  tried(() => message.topVia.params)
  tried(() => message.from.params)
  tried(() => message.to.displayName)
  tried(() => message.cseqMethod)
  tried(() => parseUri(message.uri))
  tried(() => parseContacts(message.list('Contact')))
  for (const route of message.list('Route')) tried(() => parseNameAddr(route))
  for (const value of message.list('Proxy-Authenticate')) tried(() => parseChallenge(value))
  for (const value of message.list('Authorization')) tried(() => parseCredentials(value))
}

/** What must hold for whatever the parser lets through. */
function checkParsed(data: Octets, framing: 'datagram' | 'stream'): boolean {
  const message = tried(() => parseMessage(data, framing))
  if (message === undefined) {
    const salvaged = salvageRequest(data)
    return salvaged === undefined || !/[\r\n]/.test(salvaged.values.join(''))
  }
  // These were checked by the parser: they do not throw.
  const known = [message.topVia.host, message.from.uri, message.to.uri, message.callId]
  readAll(message)
  const printed = formatMessage(message)
  const again = parseMessage(printed, 'stream')
  const rebuilt = message.clone()
  rebuilt.append('X-Added', '1')
  const third = parseMessage(formatMessage(rebuilt), 'stream')
  const patched = patchTopVia(message, 5061, '192.0.2.9')
  const filled = parseMessage(patched, 'datagram')
  return known.every((text) => text !== '') && !/[\r\n]/.test(message.values.join('')) &&
    again.body === message.body && again.values.length >= message.names.length &&
    third.values.length >= message.names.length + 1 && third.get('X-Added') === '1' &&
    filled.topVia.rport === 5061 && filled.topVia.received === '192.0.2.9' &&
    filled.topVia.branch === message.topVia.branch
}

const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
/** Octets that mean something to a SIP parser come up often. */
const nasty = fc.oneof(
  { arbitrary: fc.constantFrom('\r\n', '\n', '\r', '\0', ' ', '\t', ':', ';', ',', '"', '<', '>', '\\', '=', '@', '%', '[', ']', '\r\n ', '\r\n\r\n', '-1', '4294967296', '\x01', '\xd0\xb6', 'Via: ', 'l: ', 'f: ', 'SIP/2.0', 'A'.repeat(255), 'B'.repeat(4096)), weight: 4 },
  { arbitrary: octet, weight: 1 }
)
const text = fc.array(nasty, { maxLength: 40 }).map((parts) => parts.join(''))

interface Edit {
  readonly at: number
  readonly length: number
  readonly added: string
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(12), added: fc.oneof(nasty, fc.constant(''))
})

/** A torture message with some octets replaced, removed or added. */
const mutant = fc.record({
  seed: fc.constantFrom(...corpus), edits: fc.array(edit, { minLength: 1, maxLength: 6 })
}).map(({ seed, edits }) => edits.reduce((data, { at, length, added }) => {
  const position = Math.floor(at * data.length)
  return data.slice(0, position) + added + data.slice(position + length)
}, seed))

t.test('mutated torture messages', async (t) => {
  fc.assert(fc.property(mutant, fc.constantFrom('datagram' as const, 'stream' as const), checkParsed), options(6000))
  t.pass('only SipParseError, and what is let through holds together')
})

t.test('arbitrary octets', async (t) => {
  fc.assert(fc.property(text, (data) => {
    for (const read of [parseUri, parseNameAddr, parseAddressList, parseVia, parseChallenge, parseCredentials, splitList, parseDraft]) {
      tried<unknown>(() => read(data))
    }
    return checkParsed(data, 'datagram')
  }), options(3000))
  t.pass('only SipParseError')
})

const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,20}$/)
const value = fc.stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/)
const host = fc.oneof(fc.constantFrom('192.0.2.1', '[2001:db8::1]', 'h.example'), fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/))

interface Generated {
  readonly method: string
  readonly via: string
  readonly tag: string
  readonly callId: string
  readonly cseq: number
  readonly fields: readonly (readonly [string, string])[]
  readonly body: string
}

const generated: fc.Arbitrary<Generated> = fc.record({
  method: token,
  via: fc.tuple(host, fc.integer({ min: 1, max: 65_535 }), token)
    .map(([name, port, branch]) => `SIP/2.0/UDP ${name}:${port};branch=${branch}`),
  tag: token,
  callId: value,
  cseq: fc.nat(0xffffffff),
  fields: fc.array(fc.tuple(token.map((name) => `X-${name}`), value), { maxLength: 8 }),
  body: fc.array(octet, { maxLength: 60 }).map((octets) => octets.join(''))
})

function build(parts: Generated): SipMessage {
  const message = SipMessage.request(parts.method, 'sip:b@h')
  message.append('Via', parts.via)
  message.append('From', `<sip:a@h>;tag=${parts.tag}`)
  message.append('To', '<sip:b@h>')
  message.append('Call-ID', parts.callId)
  message.append('CSeq', `${parts.cseq} ${parts.method}`)
  for (const [name, text] of parts.fields) message.append(name, text)
  message.body = parts.body
  return message
}

t.test('print, parse: the same message; parse, print: the same octets', async (t) => {
  fc.assert(fc.property(generated, (parts) => {
    const message = build(parts)
    const printed = formatMessage(message)
    const read = parseMessage(printed, 'datagram')
    const same = read.method === parts.method && read.callId === parts.callId && read.body === parts.body &&
      read.fromTag === parts.tag && read.cseqNumber === parts.cseq &&
      read.values.slice(0, message.values.length).join('\n') === message.values.join('\n') &&
      read.names.slice(0, message.names.length).join('\n') === message.names.join('\n')
    const anew = read.clone()
    anew.body = read.body
    return same && formatMessage(read) === printed && anew.raw === undefined && formatMessage(anew) === printed
  }), options(2000))
  t.pass('round trips')
})

const uriText = fc.tuple(
  fc.constantFrom('sip:', 'sips:'), fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z0-9&=+$,;?/]{1,10}@$/)), host,
  fc.oneof(fc.constant(''), fc.integer({ min: 1, max: 65_535 }).map((port) => `:${port}`)),
  fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}(=[a-z0-9%:]{0,0}[a-z0-9]{1,5})?$/), { maxLength: 3, selector: (p) => p.split('=')[0] })
    .map((params) => params.map((param) => `;${param}`).join(''))
).map((parts) => parts.join(''))

t.test('URIs: parse, print, compare', async (t) => {
  fc.assert(fc.property(uriText, (uri) => {
    const parsed = parseUri(uri)
    return formatUri(parsed) === uri && equalUris(parsed, parseUri(uri))
  }), options(2000))
  t.pass('round trips')
})

t.test('a stream comes out the same in any slicing', async (t) => {
  const messages = corpus.filter((data) => new StreamFramer().push(data)[0]?.type === 'message').slice(0, 12)
  const whole = messages.join('')
  const expected = new StreamFramer().push(whole).map((event) => event.type).join()
  fc.assert(fc.property(fc.array(fc.nat(whole.length), { maxLength: 30 }), (cuts) => {
    const framer = new StreamFramer()
    const edges = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
    const events = edges.flatMap((edge, i) => i === 0 ? [] : framer.push(whole.slice(edges[i - 1], edge)))
    return events.map((event) => event.type).join() === expected
  }), options(300))
  fc.assert(fc.property(fc.array(text, { maxLength: 20 }), (slices) => {
    const framer = new StreamFramer()
    for (const slice of slices) framer.push(slice)
    return framer.pendingBytes <= 2 * 65_536
  }), options(1000))
  t.pass('framed')
})

/** Texts whose naive reading takes quadratic time. */
const bombs: Readonly<Record<string, (size: number) => Octets>> = {
  'line feeds only': (size) => `OPTIONS sip:a@h SIP/2.0\n${'A: b\n'.repeat(size / 5)}\n`,
  'folds': (size) => `OPTIONS sip:a@h SIP/2.0\r\nA: b\r\n${' c\r\n'.repeat(size / 4)}\r\n`,
  'colons missing': (size) => `OPTIONS sip:a@h SIP/2.0\r\n${'A\r\n'.repeat(size / 3)}\r\n`,
  'semicolons': (size) => `OPTIONS sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h${';a'.repeat(size / 2)}\r\n\r\n`,
  'commas': (size) => `OPTIONS sip:a@h SIP/2.0\r\nContact: ${'<a:b>,'.repeat(size / 6)}\r\n\r\n`,
  'escaped NULs': (size) => `OPTIONS sip:a@h SIP/2.0\r\nA: ${'\\\0'.repeat(size / 2)}\r\n\r\n`,
  'quotes': (size) => `OPTIONS sip:a@h SIP/2.0\r\nFrom: ${'"\\"'.repeat(size / 3)}\r\n\r\n`,
  'line ends': (size) => '\r\n'.repeat(size / 2)
}

function best(run: () => unknown): number {
  let shortest = Infinity
  for (let i = 0; i < 12; i++) {
    const start = performance.now()
    run()
    shortest = Math.min(shortest, performance.now() - start)
  }
  return shortest
}

for (const [name, bomb] of Object.entries(bombs)) {
  t.test(`time is linear: ${name}`, async (t) => {
    for (const read of [
      (data: Octets) => tried(() => parseMessage(data, 'datagram')),
      (data: Octets) => tried(() => parseDraft(data)),
      (data: Octets) => salvageRequest(data),
      (data: Octets) => tried(() => parseAddressList(data.slice(32))),
      (data: Octets) => tried(() => splitList(data)),
      (data: Octets) => new StreamFramer().push(data)
    ]) {
      const short = bomb(6000)
      const long = bomb(60_000)
      read(short)
      // Half a millisecond at least: a busy machine must not make a suspect of the fastest reader.
      const ratio = best(() => read(long)) / Math.max(best(() => read(short)), 0.5)
      t.ok(ratio < 40, `10 times the octets in ${ratio.toFixed(1)} times the time`)
    }
  })
}

t.test('20,000 mutants leave no memory behind, none takes long', async (t) => {
  const before = process.memoryUsage().heapUsed
  const samples = fc.sample(mutant, { numRuns: 2000, seed: 7 })
  const times: number[] = []
  for (let round = 0; round < 10; round++) {
    for (const data of samples) {
      const start = performance.now()
      tried(() => parseMessage(data, 'datagram'))
      times.push(performance.now() - start)
    }
  }
  times.sort((a, b) => a - b)
  t.ok((times[Math.floor(times.length * 0.99)] ?? 9) < 1, 'p99 below a millisecond')
  t.ok(process.memoryUsage().heapUsed - before < 100 * 1024 * 1024, 'heap drift is garbage at most')
})
