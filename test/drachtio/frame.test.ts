/** Framing of the control connection: whole, split, glued and broken frames. */
import fc from 'fast-check'
import t from 'tap'
import { FrameError, FrameReader, formatFrame, maxFrameOctets } from '../../src/drachtio/frame.ts'

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

t.test('lengths count octets, not characters', async (t) => {
  t.equal(formatFrame('m-1|ping'), '8#m-1|ping')
  t.equal(formatFrame(utf8('Ж')), `2#${utf8('Ж')}`)
  t.strictSame(new FrameReader().push(`5#${utf8('Жук').slice(0, 5)}`), [utf8('Жук').slice(0, 5)])
})

const cases: { name: string; chunks: string[]; payloads: string[] }[] = [
  { name: 'one frame in one chunk', chunks: ['5#hello'], payloads: ['hello'] },
  { name: 'two frames in one chunk', chunks: ['5#hello3#abc'], payloads: ['hello', 'abc'] },
  { name: 'split inside the length', chunks: ['1', '2#hello world!'], payloads: ['hello world!'] },
  { name: 'split behind the mark', chunks: ['5#', 'hello'], payloads: ['hello'] },
  { name: 'split inside the payload, next frame behind it', chunks: ['5#he', 'll', 'o3#a', 'bc'], payloads: ['hello', 'abc'] },
  { name: 'a payload that contains the mark', chunks: ['7#a#5#b#c'], payloads: ['a#5#b#c'] },
  { name: 'an empty payload', chunks: ['0#5#hello'], payloads: ['', 'hello'] },
  { name: 'more digits than drachtio-server takes', chunks: [`000005#hello`], payloads: ['hello'] },
  { name: 'an empty chunk', chunks: ['', '5#hello', ''], payloads: ['hello'] },
]

for (const c of cases) {
  t.test(c.name, async (t) => {
    const reader = new FrameReader()
    t.strictSame(c.chunks.flatMap((chunk) => reader.push(chunk)), c.payloads)
    t.equal(reader.heldOctets, 0)
  })
}

const broken: { name: string; chunks: string[] }[] = [
  { name: 'a letter for a length', chunks: ['abc#x'] },
  { name: 'a letter within the length', chunks: ['1x#'] },
  { name: 'a negative length', chunks: ['-1#'] },
  { name: 'no length at all', chunks: ['#x'] },
  { name: 'too many digits, before the mark comes', chunks: ['123456789'] },
  { name: 'too many digits, one at a time', chunks: [...'123456789'] },
  { name: 'more than the limit', chunks: [`${maxFrameOctets + 1}#`] },
  { name: 'garbage behind a good frame', chunks: ['5#hello', '\r\n'] },
]

for (const c of broken) {
  t.test(`refused: ${c.name}`, async (t) => {
    const reader = new FrameReader()
    t.throws(() => c.chunks.forEach((chunk) => reader.push(chunk)), FrameError)
  })
}

t.test('any payloads, cut anywhere, come out as they went in', async (t) => {
  const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)), maxLength: 40 })
  fc.assert(fc.property(fc.array(octets, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 12 }), (payloads, cuts) => {
    const stream = payloads.map(formatFrame).join('')
    const at = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort((a, b) => a - b)
    const reader = new FrameReader()
    const found = at.flatMap((from, i) => reader.push(stream.slice(from, at[i + 1] ?? stream.length)))
    t.strictSame(found, payloads)
  }), { numRuns: 200, seed: 7 })
})

t.test('a large frame octet by octet costs linear time', async (t) => {
  const payload = 'x'.repeat(300_000)
  const reader = new FrameReader()
  let found: string[] = []
  for (const octet of formatFrame(payload)) found = found.concat(reader.push(octet))
  t.strictSame(found.map((p) => p.length), [300_000])
})
