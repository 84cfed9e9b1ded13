/** Concealment and comfort noise: what is made up resembles what was there, fades, and leaves no clicks. */
import t from 'tap'
import { ComfortNoise } from '../../src/rtp/comfort-noise.ts'
import { Concealment } from '../../src/rtp/conceal.ts'
import { createCodec } from '../../src/rtp/codec.ts'
import { rmsOf } from '../../src/rtp/level.ts'

/** A buzz of `hz` with harmonics, as a voice has. */
function buzz(hz: number, from: number, count: number): Int16Array {
  return Int16Array.from({ length: count }, (_, index) => {
    const phase = 2 * Math.PI * hz * (from + index) / 8000
    return 6000 * Math.sin(phase) + 3000 * Math.sin(2 * phase + 1) + 1500 * Math.sin(3 * phase + 2)
  })
}

/** Frames 0 … `frames` of a buzz, those in `lost` concealed. */
function heard(hz: number, frames: number, lost: readonly number[]): Int16Array {
  const concealment = new Concealment()
  const all = new Int16Array(frames * 160)
  for (let frame = 0; frame < frames; frame++) {
    const samples = buzz(hz, frame * 160, 160)
    if (lost.includes(frame)) concealment.conceal(samples)
    else concealment.accept(samples)
    all.set(samples, frame * 160)
  }
  return all
}

function largestStep(samples: Int16Array): number {
  let largest = 0
  for (let index = 1; index < samples.length; index++) largest = Math.max(largest, Math.abs(samples[index]! - samples[index - 1]!))
  return largest
}

for (const hz of [70, 100, 133, 160, 200]) {
  t.test(`one frame lost of a voice of ${hz} Hz`, (t) => {
    const truth = buzz(hz, 0, 20 * 160)
    const samples = heard(hz, 20, [10])
    t.strictSame(samples.subarray(0, 1600), truth.subarray(0, 1600), 'nothing changes before')
    t.strictSame(samples.subarray(12 * 160), truth.subarray(12 * 160), 'nothing changes afterwards')
    const error = samples.subarray(1600, 1680).map((value, index) => value - truth[1600 + index]!)
    t.ok(rmsOf(error) < rmsOf(truth) * 0.45, `error ${rmsOf(error).toFixed(0)} of ${rmsOf(truth).toFixed(0)}`)
    t.ok(largestStep(samples) < largestStep(truth) * 1.6, `steps of ${largestStep(samples)}, ${largestStep(truth)} by nature`)
    t.end()
  })
}

t.test('a long loss fades: full for 10 ms, silent after 110', (t) => {
  const samples = heard(100, 20, [10, 11, 12, 13, 14, 15])
  const level = (fromMs: number, toMs: number): number => rmsOf(samples.subarray(1600 + fromMs * 8, 1600 + toMs * 8))
  const full = rmsOf(samples.subarray(0, 1600))
  t.ok(level(0, 10) > full * 0.85)
  t.ok(level(20, 30) < full * 0.85 && level(20, 30) > full * 0.5)
  t.ok(level(60, 70) < full * 0.55 && level(60, 70) > full * 0.2, 'three packets are bridged')
  t.equal(level(110, 120), 0)
  t.ok(largestStep(samples.subarray(2400)) < largestStep(buzz(100, 0, 800)) * 1.6, 'and comes back without a click')
  t.end()
})

t.test('a loss before anything was heard is silence', (t) => {
  const samples = new Int16Array(160).fill(99)
  new Concealment().conceal(samples)
  t.strictSame(samples, new Int16Array(160))
  t.end()
})

t.test('losses in turn with frames of any size', (t) => {
  const concealment = new Concealment()
  for (let turn = 0; turn < 300; turn++) {
    const samples = buzz(150, turn * 100, 1 + (turn * 37) % 480)
    if (turn % 3 === 0) concealment.conceal(samples)
    else concealment.accept(samples)
    t.ok(samples.every((value) => Math.abs(value) <= 10_500))
  }
  t.end()
})

t.test('codecs by name', (t) => {
  t.match(createCodec('pcma'), { name: 'PCMA', payloadType: 8, clockRate: 8000, frameTicks: 160 })
  t.match(createCodec('PCMU'), { name: 'PCMU', payloadType: 0 })
  t.equal(createCodec('opus'), undefined)
  const codec = createCodec('PCMA')!
  const coded = new Uint8Array(170)
  const samples = buzz(100, 0, 160)
  t.equal(codec.encode(samples, coded, 10), 160)
  t.equal(codec.ticksOf(160), 160)
  const decoded = new Int16Array(160)
  t.equal(codec.decode(coded, decoded, 10, 160), 160)
  t.ok(rmsOf(decoded.map((value, index) => value - samples[index]!)) < 200)
  codec.conceal(decoded)
  t.ok(rmsOf(decoded) > 3000, 'a codec remembers what it decoded')
  t.end()
})

for (const level of [20, 40, 60, 70]) {
  t.test(`comfort noise of -${level} dBov`, (t) => {
    const noise = new ComfortNoise(5)
    noise.update(Uint8Array.of(9, level, 9), 1, 1)
    const samples = new Int16Array(16_000)
    noise.generate(samples)
    const expected = 32768 * 10 ** (-level / 20)
    t.ok(Math.abs(rmsOf(samples) / expected - 1) < 0.06, `${rmsOf(samples)} of ${expected}`)
    t.end()
  })
}

t.test('reflection coefficients colour it and keep its level', (t) => {
  const noise = new ComfortNoise(5)
  // k1 = -0.8: energy at low frequencies, neighbours alike.
  const code = Math.round(127 - 0.8 * 32768 / 258)
  noise.update(Uint8Array.of(40, code, 127, 127), 0, 4)
  const samples = new Int16Array(32_000)
  noise.generate(samples)
  t.ok(Math.abs(rmsOf(samples) / 327.68 - 1) < 0.15, `${rmsOf(samples)}`)
  let product = 0
  for (let index = 1; index < samples.length; index++) product += samples[index]! * samples[index - 1]!
  const correlation = product / samples.length / rmsOf(samples) ** 2
  t.ok(Math.abs(correlation - 0.8) < 0.1, `neighbours correlate by ${correlation}`)
  t.end()
})

t.test('any payload makes finite noise', (t) => {
  const noise = new ComfortNoise(1)
  const samples = new Int16Array(800)
  for (const payload of [[], [0], [255], [0, 255, 255, 0, 0, 255], Array<number>(40).fill(0), Array<number>(40).fill(255)]) {
    noise.update(Uint8Array.from(payload), 0, payload.length)
    noise.generate(samples)
    t.ok(rmsOf(samples) >= 0 && rmsOf(samples) <= 32768, payload.join(' '))
  }
  t.end()
})
