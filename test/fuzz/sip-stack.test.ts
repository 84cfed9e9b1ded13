/**
 * The whole engine against torture messages and mutants of them: nothing a peer sends makes it
 * throw, no ACK is answered, and what it sends has its line ends where they belong.
 */
import fc from 'fast-check'
import t from 'tap'
import type { Octets } from '../../src/sip/events.ts'
import { sipFile, sipFiles } from '../support/sip-text.ts'
import { alice, connection, StackProbe } from '../support/stack-probe.ts'

const factor = Number(process.env['FUZZ_RUNS'] ?? '1')
const corpus = ['rfc4475/', 'rfc5118/'].flatMap((folder) =>
  sipFiles(folder).map((file) => ({ name: file.replace('.sip', ''), data: sipFile(folder + file) })))

/** Statuses of what the engine sends when `data` arrives, in order. */
function answers(probe: StackProbe, data: Octets, overTcp = false): number[] {
  const flow = overTcp ? connection('192.0.2.9', 1) : alice
  const outputs = probe.stack.handle({ type: 'received', now: probe.nowMs, flow, data })
  return outputs.filter((output) => output.type === 'send')
    .map((output) => statusOf(output.data))
}

/** Of a response that has no line end too many or too few: its status. */
function statusOf(data: Octets): number {
  const [head = '', body] = data.split('\r\n\r\n')
  const isWhole = body !== undefined && !/[^\r]\n|\r[^\n]/.test(head)
  return isWhole && head.startsWith('SIP/2.0 ') ? Number(head.slice(8, 11)) : 0
}

/** What the sender of a torture message is told, as far as the engine decides it (RFC 4475). */
const expected: Readonly<Record<string, readonly number[]>> = {
  badinv01: [400], clerr: [400], ncl: [400], scalar02: [400], scalarlg: [], quotbal: [400],
  ltgtruri: [400], lwsruri: [400], lwsstart: [400], baddn: [400], badvers: [505],
  mismatch01: [400], mismatch02: [400], bigcode: [], multi01: [400], mcl01: [400], bcast: [],
  insuf: [], unreason: [], noreason: []
}

for (const { name, data } of corpus) {
  t.test(`the engine gets ${name}`, async (t) => {
    const told = answers(new StackProbe(), data)
    const wanted = expected[name]
    if (wanted === undefined) t.ok(told.every((status) => status >= 100), `answers ${told.join() || 'nothing'}`)
    else t.strictSame(told, wanted)
    t.ok(answers(new StackProbe(), data, true).every((status) => status >= 100), 'over TCP, too')
  })
}

const nasty = fc.constantFrom('\r\n', '\n', '\0', ' ', ':', ';', ',', '"', '<', '>', '=', '@', '%', '\x01', '-1', '99999999999', 'ACK', 'CANCEL', 'BYE', 'sip:', ';tag=', '')
const mutant = fc.record({
  seed: fc.constantFrom(...corpus.map(({ data }) => data)),
  edits: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(10), nasty), { minLength: 1, maxLength: 4 })
}).map(({ seed, edits }) => edits.reduce((data, [at, length, added]) => {
  const position = Math.floor(at * data.length)
  return data.slice(0, position) + added + data.slice(position + length)
}, seed))

t.test('mutants', async (t) => {
  const probe = new StackProbe()
  fc.assert(fc.property(mutant, fc.boolean(), (data, overTcp) => {
    probe.nowMs += 20
    const told = answers(probe, data, overTcp)
    return told.every((status) => status >= 100) && !(data.startsWith('ACK ') && told.length > 0)
  }), { numRuns: Math.ceil(4000 * factor), seed: 20_260_102 })
  probe.stack.handle({ type: 'time', now: probe.nowMs + 400_000 })
  t.pass('nothing thrown, all that was sent is whole')
})
