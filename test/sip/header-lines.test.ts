/** A header block cut into fields: positions, folds, what counts as unusual, and going on after faults. */
import t from 'tap'
import { HeaderLines, maxHeaderCount, maxLineLength } from '../../src/sip/header-lines.ts'
import { faultOf } from '../support/sip-text.ts'

interface Cut {
  readonly fields: readonly string[]
  readonly isPlain: boolean
  readonly body: string
}

/** The block behind a start line, cut: `Name=value` for each field, and what is behind the block. */
function cut(block: string, startLine = 'START\r\n'): Cut {
  const data = startLine + block
  const lines = new HeaderLines(data, 0)
  lines.nextStartLine()
  const fields: string[] = []
  while (lines.next()) {
    fields.push(`${lines.name}=${lines.value}`)
    t.ok(lines.value === '' || !lines.isPlain || data.startsWith(lines.value, lines.offset), 'the offset is the value\'s')
  }
  return { fields, isPlain: lines.isPlain, body: data.slice(lines.position) }
}

const cuts: readonly { name: string; block: string; expected: Cut }[] = [
  { name: 'no fields', block: '\r\nbody', expected: { fields: [], isPlain: true, body: 'body' } },
  { name: 'plain', block: 'Via: a\r\nX-b:c \r\n\r\n', expected: { fields: ['Via=a', 'X-b=c'], isPlain: true, body: '' } },
  { name: 'compact', block: 'v:a\r\nI: b\r\n\r\n', expected: { fields: ['Via=a', 'Call-ID=b'], isPlain: true, body: '' } },
  { name: 'empty values', block: 'Via:\r\nSubject: \t \r\n\r\n', expected: { fields: ['Via=', 'Subject='], isPlain: true, body: '' } },
  { name: 'colons in values', block: 'To: sip:a:b\r\n\r\n', expected: { fields: ['To=sip:a:b'], isPlain: true, body: '' } },
  { name: 'blank before the colon', block: 'via : a\r\nQ \t: b\r\n\r\n', expected: { fields: ['Via=a', 'Q=b'], isPlain: false, body: '' } },
  { name: 'folds', block: 'To: a\r\n b \r\n\t\tc\r\nQ:\r\n d\r\n\r\n', expected: { fields: ['To=a b c', 'Q=d'], isPlain: false, body: '' } },
  { name: 'an empty fold', block: 'To: a\r\n \r\n b\r\n\r\n', expected: { fields: ['To=a b'], isPlain: false, body: '' } },
  { name: 'a body with anything', block: 'l: 3\r\n\r\n\0\r\n\n', expected: { fields: ['Content-Length=3'], isPlain: true, body: '\0\r\n\n' } }
]

for (const { name, block, expected } of cuts) {
  t.test(`cut: ${name}`, async (t) => t.strictSame(cut(block), expected))
}

t.test('line feeds throughout', async (t) => {
  t.strictSame(cut('Via: a\nTo: b\n\nbody', 'START\n'), { fields: ['Via=a', 'To=b'], isPlain: false, body: 'body' })
})

const faults: readonly { name: string; block: string; fault: string }[] = [
  { name: 'no empty line', block: 'Via: a\r\n', fault: '400 Unterminated Header' },
  { name: 'cut in a name', block: 'Vi', fault: '400 Unterminated Header' },
  { name: 'no colon', block: 'Via\r\n: a\r\n\r\n', fault: '400 Malformed Header' },
  { name: 'colon only in the next line', block: 'Via\r\nTo: a\r\n\r\n', fault: '400 Malformed Header' },
  { name: 'no name', block: ' : a\r\n\r\n', fault: '400 Malformed Header' },
  { name: 'control character', block: 'Contact\x01: a\r\n\r\n', fault: '400 Malformed Header' },
  { name: 'bare LF', block: 'Via: a\nTo: b\r\n\r\n', fault: '400 Malformed Line End' },
  { name: 'bare CR', block: 'Via: a\rTo: b\r\n\r\n', fault: '400 Malformed Line End' },
  { name: 'bare CR in a fold', block: 'Via: a\r\n b\rc\r\n\r\n', fault: '400 Malformed Line End' },
  { name: 'NUL', block: 'Via: a\0\r\n\r\n', fault: '400 Illegal Character' },
  { name: 'NUL in a name', block: 'Vi\0a: a\r\n\r\n', fault: '400 Illegal Character' },
  { name: 'second NUL not escaped', block: 'Via: "\\\0\0"\r\n\r\n', fault: '400 Illegal Character' },
  { name: 'too many', block: `${'A: b\r\n'.repeat(maxHeaderCount + 1)}\r\n`, fault: '400 Too Many Headers' },
  { name: 'too long', block: `A: ${'b'.repeat(maxLineLength)}\r\n\r\n`, fault: '400 Header Too Long' },
  { name: 'too long by folding', block: `A: b\r\n${` ${'c'.repeat(1022)}\r\n`.repeat(20)}\r\n`, fault: '400 Header Too Long' }
]

for (const { name, block, fault } of faults) {
  t.test(`fault: ${name}`, async (t) => t.equal(faultOf(() => cut(block)), fault))
}

t.test('as many and as long as may be', async (t) => {
  t.equal(cut(`${'A: b\r\n'.repeat(maxHeaderCount)}\r\n`).fields.length, maxHeaderCount)
  t.equal(cut(`A: ${'b'.repeat(maxLineLength - 10)}\r\n\r\n`).fields.length, 1)
})

t.test('legible fields among faults', async (t) => {
  const lines = new HeaderLines('START\r\nVia: a\r\nnonsense\r\nX\0: 1\r\nTo: b\rc\r\nFrom: d\nCSeq: e\r\n folded\r\nI: f', 0)
  lines.nextStartLine()
  const fields: string[] = []
  while (lines.nextLegible()) fields.push(`${lines.name}=${lines.value}`)
  t.strictSame(fields, ['Via=a', 'CSeq=e folded'])
})

t.test('a draft may mix line ends, and may not fold', async (t) => {
  const lines = new HeaderLines('START\r\nVia: a\nTo: b\r\n\nbody', 0, true)
  lines.nextStartLine()
  while (lines.next()) t.not(lines.name, '')
  t.equal(lines.position, 22)
  const folded = new HeaderLines('START\nVia: a\n b\n\n', 0, true)
  folded.nextStartLine()
  t.equal(faultOf(() => folded.next()), '400 Folded Header')
})
