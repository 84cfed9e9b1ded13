/**
 * RIFF/WAVE headers: of ours, golden; of others, ugly; repaired after a crash; samples of every
 * encoding; and files of other rates brought to 8 kHz.
 */
import fc from 'fast-check'
import t from 'tap'
import { rmsOf } from '../../src/rtp/level.ts'
import { Resampler, isResampleRate } from '../../src/rtp/resample.ts'
import { decodeWav, encodeWav } from '../../src/rtp/wav-samples.ts'
import { WavError, formatWavHeader, readWavHeader, repairWav, wavFrameOctets, wavHeaderOctets, wavMs } from '../../src/rtp/wav.ts'
import type { WavEncoding, WavFormat } from '../../src/rtp/wav.ts'
import { hexOf, octetsOf } from '../support/octets.ts'

const stereoAlaw: WavFormat = { encoding: 'alaw', channels: 2, sampleRate: 8000 }
const monoPcm: WavFormat = { encoding: 'pcm16', channels: 1, sampleRate: 8000 }

t.test('golden: PCM, mono, 320 octets', (t) => {
  t.equal(hexOf(formatWavHeader(monoPcm, 320)), hexOf(octetsOf(`
    52494646 64010000 57415645          # RIFF, 356 octets follow, WAVE
    666d7420 10000000 0100 0100         # fmt, 16 octets, PCM, one channel
    401f0000 803e0000 0200 1000         # 8000 Hz, 16000 octets/s, 2 octets, 16 bits
    64617461 40010000                   # data, 320 octets`)))
  t.end()
})

t.test('golden: A-law, stereo, 320 octets', (t) => {
  t.equal(hexOf(formatWavHeader(stereoAlaw, 320)), hexOf(octetsOf(`
    52494646 72010000 57415645
    666d7420 12000000 0600 0200         # fmt, 18 octets, A-law, two channels
    401f0000 803e0000 0200 0800 0000    # 8000 Hz, 16000 octets/s, 2 octets, 8 bits, no extension
    66616374 04000000 a0000000          # fact, 160 samples
    64617461 40010000`)))
  t.end()
})

const encodings: WavEncoding[] = ['pcm8', 'pcm16', 'pcm24', 'pcm32', 'float32', 'alaw', 'ulaw']
t.test('what is printed reads back', (t) => {
  fc.assert(fc.property(
    fc.constantFrom(...encodings), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 192_000 }), fc.nat(100_000),
    (encoding, channels, sampleRate, frames) => {
      const format = { encoding, channels, sampleRate }
      const octets = frames * wavFrameOctets(format)
      const header = formatWavHeader(format, octets)
      t.equal(header.length, wavHeaderOctets(format))
      t.match(readWavHeader(header, header.length + octets + (octets & 1)), {
        ...format, dataOffset: header.length, dataOctets: octets, frames, frameOctets: wavFrameOctets(format),
      })
    }), { seed: 1, numRuns: 100 })
  t.end()
})

/** Chunks after RIFF….WAVE; 'fmt' stands for that of 16-bit mono at 8 kHz. */
function riff(...chunks: [tag: string, size: number, body: string][]): Uint8Array {
  const parts = chunks.flatMap(([tag, size, body]) => [
    ...Buffer.from(tag, 'latin1'), size & 0xff, (size >> 8) & 0xff, (size >> 16) & 0xff, size >>> 24, ...octetsOf(body),
  ])
  return Uint8Array.from([...Buffer.from('RIFF\xff\xff\xff\xffWAVE', 'latin1'), ...parts])
}
const fmt: [string, number, string] = ['fmt ', 16, '0100 0100 401f0000 803e0000 0200 1000']
const extensible = 'feff 0200 80bb0000 00ee0200 0400 1000 1600 1000 03000000 0100 000000001000800000aa00389b71'

const readable: { name: string, head: Uint8Array, fileOctets: number, info: object }[] = [
  { name: 'size right', head: riff(fmt, ['data', 100, '']), fileOctets: 144, info: { dataOctets: 100, frames: 50, dataOffset: 44 } },
  { name: 'size 0: to the end of the file', head: riff(fmt, ['data', 0, '']), fileOctets: 144, info: { dataOctets: 100 } },
  { name: 'size all ones', head: riff(fmt, ['data', 0xffffffff, '']), fileOctets: 144, info: { dataOctets: 100 } },
  { name: 'file cut', head: riff(fmt, ['data', 1000, '']), fileOctets: 144, info: { dataOctets: 100 } },
  { name: 'file cut within a frame', head: riff(fmt, ['data', 1000, '']), fileOctets: 145, info: { dataOctets: 100 } },
  { name: 'file is only a header', head: riff(fmt, ['data', 0, '']), fileOctets: 44, info: { dataOctets: 0, frames: 0 } },
  { name: 'chunks behind the samples', head: riff(fmt, ['data', 100, '']), fileOctets: 500, info: { dataOctets: 100 } },
  { name: 'an unknown chunk of odd size before', head: riff(['LIST', 3, '01020300'], fmt, ['data', 4, '']), fileOctets: 60, info: { dataOffset: 56, dataOctets: 4 } },
  { name: 'samples before the format', head: riff(['data', 4, '00010002'], fmt), fileOctets: 48, info: { dataOffset: 20, dataOctets: 4 } },
  { name: 'fmt of 40 octets, extensible PCM', head: riff(['fmt ', 40, extensible], ['data', 8, '']), fileOctets: 76, info: { encoding: 'pcm16', channels: 2, sampleRate: 48_000, frames: 2 } },
]
for (const { name, head, fileOctets, info } of readable) {
  t.test(`reads: ${name}`, (t) => {
    t.match(readWavHeader(head, fileOctets), info)
    t.end()
  })
}

const refused: { name: string, head: Uint8Array, code: string }[] = [
  { name: 'nothing', head: new Uint8Array(0), code: 'wav_not_riff' },
  { name: 'an MP3', head: octetsOf('494433030000000000000000'), code: 'wav_not_riff' },
  { name: 'RIFF of another kind', head: Uint8Array.from(Buffer.from('RIFF\0\0\0\0AVI LIST')), code: 'wav_not_riff' },
  { name: 'no format', head: riff(['data', 4, '00000000']), code: 'wav_no_format' },
  { name: 'format cut', head: riff(fmt).subarray(0, 30), code: 'wav_no_format' },
  { name: 'format of 8 octets', head: riff(['fmt ', 8, '0100010000000000'], ['data', 0, '']), code: 'wav_no_format' },
  { name: 'no samples', head: riff(fmt, ['LIST', 4, '00000000']), code: 'wav_no_data' },
  { name: 'ADPCM', head: riff(['fmt ', 16, '0200 0100 401f0000 803e0000 0200 0400']), code: 'wav_unsupported' },
  { name: 'no channels', head: riff(['fmt ', 16, '0100 0000 401f0000 803e0000 0200 1000']), code: 'wav_unsupported' },
  { name: 'rate 0', head: riff(['fmt ', 16, '0100 0100 00000000 803e0000 0200 1000']), code: 'wav_unsupported' },
  { name: '12 bits', head: riff(['fmt ', 16, '0100 0100 401f0000 803e0000 0200 0c00']), code: 'wav_unsupported' },
]
for (const { name, head, code } of refused) {
  t.test(`refuses: ${name}`, (t) => {
    t.throws(() => readWavHeader(head, head.length), { code })
    t.end()
  })
}

t.test('no octets cause anything but a WavError', (t) => {
  const start = fc.constantFrom(riff(), riff(fmt), riff(fmt, ['data', 9, '']), riff(['LIST', 0xfffffff0, '']))
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 80 }), fc.nat(500), (start, tail, fileOctets) => {
    try {
      const info = readWavHeader(Uint8Array.from([...start, ...tail]), fileOctets)
      return info.dataOctets >= 0 && (info.dataOctets === 0 || info.dataOffset + info.dataOctets <= fileOctets)
    } catch (error) {
      if (error instanceof WavError) return true
      throw error
    }
  }), { seed: 2, numRuns: 3000 })
  t.end()
})

for (const format of [monoPcm, stereoAlaw]) {
  t.test(`after a crash: ${format.encoding}`, (t) => {
    for (const [written, present] of [[0, 1000], [500, 1000], [500, 1001], [0, 0], [2000, 1000]] as const) {
      const header = formatWavHeader(format, written)
      const repaired = repairWav(header, header.length + present)
      t.equal(hexOf(repaired), hexOf(formatWavHeader(format, present & ~1)), `${written} claimed, ${present} there`)
    }
    t.equal(repairWav(new Uint8Array([...formatWavHeader(format, 4), 1, 2, 3, 4]), 62).length, wavHeaderOctets(format), 'only the header')
    t.throws(() => repairWav(new Uint8Array(20), 20), { code: 'wav_not_riff' })
    t.end()
  })
}

t.test('more than a header can say', (t) => {
  const info = readWavHeader(formatWavHeader(monoPcm, 6e9), 6e9 + 44)
  t.ok(info.dataOctets > 4e9)
  t.end()
})

t.test('length', (t) => {
  t.equal(wavMs(readWavHeader(formatWavHeader(stereoAlaw, 16_000), 16_058)), 1000)
  t.end()
})

const sampleRows: { encoding: WavEncoding, channels: number, bytes: string, samples: number[] }[] = [
  { encoding: 'pcm8', channels: 1, bytes: '80 00 ff', samples: [0, -32768, 32512] },
  { encoding: 'pcm16', channels: 1, bytes: '0000 0080 ff7f 55', samples: [0, -32768, 32767] },
  { encoding: 'pcm16', channels: 2, bytes: '6400 c800 9cff 9cff', samples: [150, -100] },
  { encoding: 'pcm24', channels: 1, bytes: 'ff0080 00ff7f', samples: [-32768, 32767] },
  { encoding: 'pcm32', channels: 1, bytes: 'ffff0080 0000ff7f', samples: [-32768, 32767] },
  { encoding: 'float32', channels: 1, bytes: '00000000 0000003f 000080bf 00000040 0000c07f', samples: [0, 16384, -32768, 32767, 0] },
  { encoding: 'alaw', channels: 1, bytes: 'd5 2a aa', samples: [8, -32256, 32256] },
  { encoding: 'ulaw', channels: 2, bytes: 'ff ff 80 00', samples: [0, 0] },
]
for (const { encoding, channels, bytes, samples } of sampleRows) {
  t.test(`samples: ${encoding}, ${channels} channels`, (t) => {
    const info = readWavHeader(formatWavHeader({ encoding, channels, sampleRate: 8000 }, 0), 0)
    const into = new Int16Array(10)
    t.equal(decodeWav(info, octetsOf(bytes), into), samples.length)
    t.strictSame([...into.subarray(0, samples.length)], samples)
    t.end()
  })
}

t.test('recorded and read back', (t) => {
  const samples = Int16Array.from({ length: 320 }, (_, index) => Math.round(8000 * Math.sin(index / 5)))
  for (const encoding of ['pcm16', 'alaw', 'ulaw'] as const) {
    const bytes = new Uint8Array(700)
    const octets = encodeWav(encoding, samples, 300, bytes, 10)
    t.equal(octets, encoding === 'pcm16' ? 600 : 300)
    const info = readWavHeader(formatWavHeader({ encoding, channels: 1, sampleRate: 8000 }, octets), 1000)
    const again = new Int16Array(300)
    t.equal(decodeWav(info, bytes.subarray(10, 10 + octets), again), 300)
    const error = rmsOf(again.map((value, index) => value - samples[index]!))
    t.ok(encoding === 'pcm16' ? error === 0 : error < 150, `${encoding}: ${error}`)
  }
  t.end()
})

function resampled(rate: number, hz: number, piece: number): Int16Array {
  const resampler = new Resampler(rate)
  const into = new Int16Array(9000)
  let written = 0
  for (let at = 0; at < rate; at += piece) {
    const part = Int16Array.from({ length: Math.min(piece, rate - at) }, (_, index) => 10_000 * Math.sin(2 * Math.PI * hz * (at + index) / rate))
    const out = new Int16Array(resampler.outputOf(part.length))
    const count = resampler.process(part, part.length, out)
    into.set(out.subarray(0, count), written)
    written += count
  }
  return into.subarray(0, written)
}

for (const rate of [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000]) {
  t.test(`${rate} Hz to 8 kHz`, (t) => {
    const tone = resampled(rate, 1000, 1000)
    t.ok(Math.abs(tone.length - 8000) <= 1, `${tone.length} samples of a second`)
    t.ok(Math.abs(rmsOf(tone.subarray(500, 7500)) - 7071) < 70, 'what can be heard passes')
    t.ok(rmsOf(resampled(rate, 3300, 1000).subarray(500, 7500)) > 6500, '3.3 kHz too')
    if (rate > 10_000) {
      const alias = rmsOf(resampled(rate, Math.min(5000, rate / 2 - 400), 1000).subarray(500, 7500))
      t.ok(alias < 30, `what cannot be heard does not come back as something else: ${alias}`)
    }
    t.strictSame(resampled(rate, 1000, 1000), resampled(rate, 1000, 333), 'pieces of any size')
    t.end()
  })
}

t.test('rates that are refused', (t) => {
  for (const rate of [0, -8000, 3999, 192_001, 44_100.5, NaN, 47_999]) {
    t.equal(isResampleRate(rate), false, `${rate}`)
    t.throws(() => new Resampler(rate))
  }
  t.end()
})
