/**
 * G.711 against the reference algorithm of ITU-T G.191, written down here as the standard's loops,
 * for every sample and every code.
 */
import t from 'tap'
import {
  alawSilence, decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw, ulawSilence,
} from '../../src/rtp/g711.ts'

/** G.191 alaw_compress for one sample. */
function referenceAlaw(sample: number): number {
  let value = sample < 0 ? ~sample >> 4 : sample >> 4
  if (value > 15) {
    let exponent = 1
    while (value > 16 + 15) {
      value >>= 1
      exponent++
    }
    value = value - 16 + (exponent << 4)
  }
  return (sample >= 0 ? value | 0x80 : value) ^ 0x55
}

/** G.191 ulaw_compress. */
function referenceUlaw(sample: number): number {
  const absolute = Math.min((sample < 0 ? ~sample >> 2 : sample >> 2) + 33, 0x1fff)
  let segment = 1
  for (let rest = absolute >> 6; rest !== 0; rest >>= 1) segment++
  const code = (8 - segment << 4) | (0x0f - ((absolute >> segment) & 0x0f))
  return sample >= 0 ? code | 0x80 : code
}

/** G.191 alaw_expand. */
function referenceLinearOfAlaw(code: number): number {
  const bits = (code ^ 0x55) & 0x7f
  const exponent = bits >> 4
  let mantissa = bits & 0x0f
  if (exponent > 0) mantissa += 16
  mantissa = (mantissa << 4) + 8
  if (exponent > 1) mantissa <<= exponent - 1
  return code > 127 ? mantissa : -mantissa
}

/** G.191 ulaw_expand. */
function referenceLinearOfUlaw(code: number): number {
  const exponent = (~code >> 4) & 7
  const mantissa = ~code & 0x0f
  const step = 4 << (exponent + 1)
  const magnitude = (0x80 << exponent) + step * mantissa + step / 2 - 4 * 33
  return code < 0x80 ? -magnitude : magnitude
}

const samples = Int16Array.from({ length: 65536 }, (_, index) => index - 32768)
const codes = Uint8Array.from({ length: 256 }, (_, index) => index)

for (const [name, encode, reference] of [
  ['A-law', encodeAlaw, referenceAlaw], ['µ-law', encodeUlaw, referenceUlaw],
] as const) {
  t.test(`${name}: all samples as the reference codes them`, (t) => {
    const coded = new Uint8Array(samples.length)
    t.equal(encode(samples, coded), samples.length)
    const different = [...samples].filter((sample, index) => coded[index] !== reference(sample))
    t.strictSame(different, [])
    t.end()
  })
}

for (const [name, decode, reference] of [
  ['A-law', decodeAlaw, referenceLinearOfAlaw], ['µ-law', decodeUlaw, referenceLinearOfUlaw],
] as const) {
  t.test(`${name}: all codes as the reference expands them`, (t) => {
    const linear = new Int16Array(codes.length)
    t.equal(decode(codes, linear), codes.length)
    t.strictSame([...linear], [...codes].map((code) => reference(code) + 0))
    t.end()
  })
}

t.test('code → sample → code is the same code, but for the two zeros of µ-law', (t) => {
  const linear = new Int16Array(256)
  const again = new Uint8Array(256)
  decodeAlaw(codes, linear)
  encodeAlaw(linear, again)
  t.strictSame(again, codes)
  decodeUlaw(codes, linear)
  encodeUlaw(linear, again)
  t.strictSame([...again].filter((code, index) => code !== index), [0xff], 'negative zero becomes positive')
  t.end()
})

const known = [
  { sample: 0, alaw: 0xd5, ulaw: 0xff },
  { sample: -1, alaw: 0x55, ulaw: 0x7f },
  { sample: 32767, alaw: 0xaa, ulaw: 0x80 },
  { sample: -32768, alaw: 0x2a, ulaw: 0x00 },
  { sample: 1000, alaw: 0xfa, ulaw: 0xce },
]
for (const { sample, alaw, ulaw } of known) {
  t.test(`sample ${sample}`, (t) => {
    const coded = new Uint8Array(3).fill(9)
    encodeAlaw(Int16Array.of(sample), coded, 1)
    t.strictSame([...coded], [9, alaw, 9], 'at the offset and nowhere else')
    encodeUlaw(Int16Array.of(sample), coded, 2)
    t.strictSame([...coded], [9, alaw, ulaw])
    t.end()
  })
}

t.test('silence is what the smallest samples become', (t) => {
  const linear = new Int16Array(1)
  decodeAlaw(Uint8Array.of(alawSilence), linear)
  t.equal(linear[0], 8)
  decodeUlaw(Uint8Array.of(0, ulawSilence), linear, 1, 1)
  t.equal(linear[0], 0)
  t.end()
})
