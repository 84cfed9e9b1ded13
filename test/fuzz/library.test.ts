/**
 * What our parser lets through must be legible to the application's library as well: drachtio-srf
 * drops what it cannot read, with a line on its error output, and the request stays unanswered.
 * Both read messages with some octets changed, cut out or doubled.
 */
import { createRequire } from 'node:module'
import t from 'tap'
import { parseMessage } from '../../src/sip/parser.ts'
import type { SipMessage } from '../../src/sip/message.ts'
import { formatMessage } from '../../src/sip/serializer.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { faultOf, sipFile, sipFiles } from '../support/sip-text.ts'

type LibraryMessage = { readonly method?: string, readonly status?: number, readonly uri?: string }
const library = createRequire(import.meta.url)('drachtio-srf/lib/sip-parser/message.js') as
  new (text: string) => LibraryMessage

const invite = [
  'INVITE sip:+74950000000@127.0.0.1;user=phone SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKa;rport',
  'From: "Anna" <sip:+79161112233@127.0.0.1>;tag=1',
  'To: <sip:+74950000000@127.0.0.1>', 'Call-ID: c1', 'CSeq: 1 INVITE', 'Max-Forwards: 70',
  'Contact: <sip:anna@127.0.0.1:5070>', 'Content-Type: application/sdp', 'Content-Length: 12',
  '', 'v=0\r\ns=-\r\nt=0',
].join('\r\n')

/** As the library's socket decodes what the control connection carries. */
function asLibraryReads(message: SipMessage): string {
  return Buffer.from(formatMessage(message), 'latin1').toString('utf8')
}

/** Octets that one reader may take for a blank, a line end or a quote, and another not. */
const odd = [
  '\t', '\v', '\f', '\u00a0', '\u00c2\u00a0', '\u00e2\u0080\u0083', '\0', '\x7f', '%', '"', '<',
  ' ', '\r', '\n',
]

function mutate(text: string, below: (n: number) => number): string {
  let out = text
  for (let changes = 1 + below(3); changes > 0; changes--) {
    const at = below(Math.min(out.length, below(2) === 0 ? 60 : out.length) || 1)
    const how = below(4)
    if (how === 0) out = out.slice(0, at) + String.fromCharCode(below(256)) + out.slice(at + 1)
    else if (how === 1) out = out.slice(0, at) + odd[below(odd.length)]! + out.slice(at + below(2))
    else if (how === 2) out = out.slice(0, at) + out.slice(at + 1 + below(8))
    else out = out.slice(0, at) + out.slice(Math.max(0, at - below(20)))
  }
  return out
}

function libraryFault(message: SipMessage): string {
  try {
    const read = new library(asLibraryReads(message))
    // It takes %49 in a method for I; such methods are no routes of ours and never reach it.
    const isPlain = !message.method.includes('%')
    if (!message.isRequest) return 'none'
    if (isPlain && read.method !== message.method) return `method ${read.method}`
    return read.uri === message.uri ? 'none' : `uri ${read.uri}`
  } catch (error) {
    return String(error)
  }
}

t.test('the library reads what our parser accepts', (t) => {
  const random = seededRandom(Number(process.env['FUZZ_SEED'] ?? 3))
  const below = (n: number): number => Math.floor(random() * n)
  const files = sipFiles('rfc4475').map((file) => sipFile(`rfc4475/${file}`))
  const originals = [invite, invite.replaceAll('INVITE', 'BYE'), ...files]
  const faults = new Map<string, string>()
  let accepted = 0
  for (let run = Number(process.env['FUZZ_RUNS'] ?? 20_000); run > 0; run--) {
    const text = mutate(originals[below(below(2) === 0 ? 2 : originals.length)] ?? invite, below)
    if (faultOf(() => parseMessage(text, 'datagram')) !== 'none') continue
    accepted++
    const fault = libraryFault(parseMessage(text, 'datagram'))
    if (fault !== 'none') faults.set(fault, text)
  }
  t.same([...faults], [], 'nothing it cannot read')
  t.ok(accepted > 1000, `${accepted} of them were accepted`)
  t.end()
})
