/**
 * Tones made and heard: levels, cadences and phase of the generator; the detector against the limits
 * of ITU-T Q.24, noise, and sounds that resemble speech.
 */
import t from 'tap'
import { encodeUlaw, decodeUlaw } from '../../src/rtp/g711.ts'
import { levelOfRms, rmsOf } from '../../src/rtp/level.ts'
import { ProgressDetector } from '../../src/rtp/progress-detector.ts'
import { DigitDetector } from '../../src/rtp/tone-detector.ts'
import { parseToneScript } from '../../src/rtp/tone-script.ts'
import { ToneGenerator, digitTone, frequenciesOfDigit, peakOfLevel, tones } from '../../src/rtp/tone.ts'
import type { Tone } from '../../src/rtp/tone.ts'
import { seededRandom } from '../support/seeded-random.ts'

/** `ms` of a tone, asked for in frames of `frame` samples. */
function samplesOf(tone: Tone, ms: number, frame = 160): Int16Array {
  const generator = new ToneGenerator(tone)
  const samples = new Int16Array(Math.ceil(ms * 8 / frame) * frame)
  for (let at = 0; at < samples.length; at += frame) generator.generate(samples.subarray(at, at + frame))
  return samples.subarray(0, ms * 8)
}

/** Sums of sines, each with frequency in Hz, level in dBm0, from `fromMs` to `toMs`. */
function mix(ms: number, parts: readonly [frequency: number, level: number, fromMs: number, toMs: number][], noiseLevel = -Infinity, seed = 1): Int16Array {
  const random = seededRandom(seed)
  const noisePeak = noiseLevel === -Infinity ? 0 : peakOfLevel(noiseLevel) / Math.SQRT2 * Math.sqrt(3)
  return Int16Array.from({ length: ms * 8 }, (_, index) => {
    let value = (random() * 2 - 1) * noisePeak
    for (const [frequency, level, fromMs, toMs] of parts) {
      if (index >= fromMs * 8 && index < toMs * 8) value += peakOfLevel(level) * Math.sin(2 * Math.PI * frequency * index / 8000 + frequency)
    }
    return Math.max(-32768, Math.min(32767, value))
  })
}

function heard(samples: Int16Array): string {
  const detector = new DigitDetector()
  let digits = ''
  const silence = new Int16Array(800)
  for (let at = 0; at < samples.length; at += 160) detector.process(samples.subarray(at, at + 160))
  detector.process(silence)
  for (let digit = detector.take(); digit !== undefined; digit = detector.take()) digits += digit.digit
  return digits
}

t.test('levels are dBm0', (t) => {
  const samples = samplesOf(tones.dial, 1000)
  t.ok(Math.abs(levelOfRms(rmsOf(samples)) - -12) < 0.05)
  t.ok(Math.abs(peakOfLevel(3.14) - 32768) < 1)
  t.end()
})

t.test('the phase runs on from frame to frame', (t) => {
  const inFrames = samplesOf(tones.dial, 2000, 160)
  t.strictSame(inFrames, samplesOf(tones.dial, 2000, 16_000))
  const expected = new Int16Array(inFrames.length)
  const peak = peakOfLevel(-12)
  for (let index = 0; index < expected.length; index++) expected[index] = peak * Math.sin(2 * Math.PI * 425 * index / 8000)
  t.ok(inFrames.every((value, index) => Math.abs(value - expected[index]!) <= 1))
  t.end()
})

t.test('an hour later level and frequency are the same', (t) => {
  const generator = new ToneGenerator(tones.dial)
  const frame = new Int16Array(8000)
  for (let second = 0; second < 3600; second++) generator.generate(frame)
  t.ok(Math.abs(levelOfRms(rmsOf(frame)) - -12) < 0.05)
  t.end()
})

/** 'on off on …' in ms, by energy of 5 ms pieces. */
function cadenceOf(samples: Int16Array): number[] {
  const runs: number[] = []
  let isOn = true
  let length = 0
  for (let at = 0; at < samples.length; at += 40) {
    const loud = rmsOf(samples.subarray(at, at + 40)) > 100
    if (loud !== isOn) {
      runs.push(length)
      length = 0
      isOn = loud
    }
    length += 5
  }
  return runs
}

const cadences = [
  { name: 'ringback', tone: tones.ringback, ms: 6100, runs: [1000, 4000, 1000] },
  { name: 'busy', tone: tones.busy, ms: 1410, runs: [350, 350, 350, 350] },
  { name: 'congestion', tone: tones.congestion, ms: 800, runs: [175, 175, 175, 175] },
  { name: 'beep', tone: tones.beep, ms: 1000, runs: [400] },
  { name: 'information', tone: tones.information, ms: 3000, runs: [330, 30, 330, 30, 330] },
  { name: 'a key', tone: digitTone('5', 80, 40)!, ms: 200, runs: [80] },
]
for (const { name, tone, ms, runs } of cadences) {
  t.test(`cadence of ${name}`, (t) => {
    t.strictSame(cadenceOf(samplesOf(tone, ms)), runs)
    t.end()
  })
}

t.test('a tone ends, and says so', (t) => {
  const generator = new ToneGenerator(digitTone('1', 10, 15)!)
  const frame = new Int16Array(160).fill(7)
  t.equal(generator.generate(frame), 160)
  t.equal(generator.isDone, false)
  t.equal(generator.generate(frame), 40)
  t.equal(generator.isDone, true)
  t.strictSame(frame, new Int16Array(160))
  t.equal(generator.generate(frame), 0)
  t.equal(new ToneGenerator({ steps: [], level: 0, loops: Infinity }).isDone, true, 'nothing to play')
  t.equal(new ToneGenerator({ steps: [{ frequencies: [], ms: 0 }], level: 0, loops: Infinity }).isDone, true)
  t.end()
})

t.test('keys', (t) => {
  t.strictSame(frequenciesOfDigit('1'), [697, 1209])
  t.strictSame(frequenciesOfDigit('#'), [941, 1477])
  t.strictSame(frequenciesOfDigit('a'), [697, 1633])
  t.equal(frequenciesOfDigit('x'), undefined)
  t.equal(digitTone(''), undefined)
  t.end()
})

t.test('every key is heard, made by us, through µ-law', (t) => {
  for (const key of '0123456789*#ABCD') {
    const samples = samplesOf(digitTone(key, 60, 60)!, 120)
    const coded = new Uint8Array(samples.length)
    encodeUlaw(samples, coded)
    decodeUlaw(coded, samples)
    t.equal(heard(samples), key, key)
  }
  t.end()
})

t.test('durations are told', (t) => {
  for (const ms of [40, 80, 200, 1000]) {
    const detector = new DigitDetector()
    detector.process(samplesOf(digitTone('8', ms, 200)!, ms + 200))
    const digit = detector.take()
    t.equal(digit?.source, 'inband')
    t.ok(Math.abs(digit!.durationTicks / 8 - ms) <= 15, `${digit!.durationTicks / 8} of ${ms} ms`)
  }
  t.end()
})

const low = 770
const high = 1336
const q24: { name: string, samples: (seed: number) => Int16Array, heard: string }[] = [
  { name: '40 ms on', samples: (seed) => mix(150, [[low, -8, 20 + seed, 60 + seed], [high, -8, 20 + seed, 60 + seed]]), heard: '5' },
  { name: '23 ms on', samples: (seed) => mix(150, [[low, -8, 20 + seed, 43 + seed], [high, -8, 20 + seed, 43 + seed]]), heard: '' },
  { name: '40 ms on, 40 ms off, twice', samples: (seed) => mix(250, [[low, -8, 20 + seed, 60 + seed], [high, -8, 20 + seed, 60 + seed], [low, -8, 100 + seed, 140 + seed], [high, -8, 100 + seed, 140 + seed]]), heard: '55' },
  { name: 'interrupted for 10 ms', samples: (seed) => mix(250, [[low, -8, 20 + seed, 70 + seed], [high, -8, 20 + seed, 70 + seed], [low, -8, 80 + seed, 140 + seed], [high, -8, 80 + seed, 140 + seed]]), heard: '5' },
  { name: '-25 dBm0', samples: () => mix(150, [[low, -25, 20, 80], [high, -25, 20, 80]]), heard: '5' },
  { name: '-40 dBm0', samples: () => mix(150, [[low, -40, 20, 80], [high, -40, 20, 80]]), heard: '' },
  { name: '0 dBm0 each', samples: () => mix(150, [[low, -3, 20, 80], [high, -3, 20, 80]]), heard: '5' },
  { name: 'high group 4 dB stronger', samples: () => mix(150, [[low, -12, 20, 80], [high, -8, 20, 80]]), heard: '5' },
  { name: 'high group 8 dB stronger', samples: () => mix(150, [[low, -16, 20, 80], [high, -8, 20, 80]]), heard: '' },
  { name: 'high group 8 dB weaker', samples: () => mix(150, [[low, -8, 20, 80], [high, -16, 20, 80]]), heard: '5' },
  { name: 'high group 12 dB weaker', samples: () => mix(150, [[low, -8, 20, 80], [high, -20, 20, 80]]), heard: '' },
  { name: 'noise 15 dB below', samples: (seed) => mix(150, [[low, -8, 20, 80], [high, -8, 20, 80]], -20, seed), heard: '5' },
  { name: 'one frequency only', samples: () => mix(150, [[low, -8, 20, 80]]), heard: '' },
  { name: 'two of one group', samples: () => mix(150, [[697, -8, 20, 80], [852, -8, 20, 80]]), heard: '' },
  { name: 'dial tone beside', samples: () => mix(150, [[low, -8, 20, 80], [high, -8, 20, 80], [425, -22, 0, 150]]), heard: '5' },
]
for (const one of q24) {
  t.test(`Q.24: ${one.name}`, (t) => {
    for (let seed = 0; seed < 14; seed++) t.equal(heard(one.samples(seed)), one.heard, `${seed} ms later`)
    t.end()
  })
}

for (const key of ['1', '5', '9', '0', 'D', 'A', '*']) {
  t.test(`Q.24: frequencies of ${key} off by 1.5 % are taken, by 3.5 % refused`, (t) => {
    const [low, high] = frequenciesOfDigit(key)!
    for (const [one, other] of [[1.015, 1], [0.985, 1], [1, 1.015], [1, 0.985], [1.015, 0.985], [0.985, 1.015]] as const) {
      t.equal(heard(mix(150, [[low * one, -8, 20, 80], [high * other, -8, 20, 80]])), key, `${one} ${other}`)
    }
    for (const [one, other] of [[1.035, 1], [0.965, 1], [1, 1.035], [1, 0.965], [1.04, 1.04]] as const) {
      t.equal(heard(mix(150, [[low * one, -8, 20, 80], [high * other, -8, 20, 80]])), '', `${one} ${other}`)
    }
    t.end()
  })
}

/** A voice: pulses of a wandering pitch through wandering formants, in syllables with pauses. */
function voice(seconds: number, seed: number): Int16Array {
  const random = seededRandom(seed)
  const samples = new Int16Array(seconds * 8000)
  const memory = [[0, 0], [0, 0], [0, 0]] as [number, number][]
  let formants = [500, 1500, 2500]
  let pitch = 120
  let untilPulse = 0
  let loud = 1
  for (let index = 0; index < samples.length; index++) {
    if (index % 1200 === 0) {
      formants = [300 + random() * 700, 900 + random() * 1400, 2300 + random() * 800]
      pitch = 80 + random() * 220
      loud = random() < 0.25 ? 0 : 0.4 + random()
    }
    untilPulse--
    let value = 0
    if (untilPulse <= 0) {
      value = loud
      untilPulse = 8000 / (pitch * (0.99 + random() * 0.02))
    }
    value += (random() - 0.5) * 0.03 * loud
    for (const [which, state] of memory.entries()) {
      const radius = Math.exp(-Math.PI * 80 / 8000)
      const output = value + 2 * radius * Math.cos(2 * Math.PI * formants[which]! / 8000) * state[0] - radius * radius * state[1]
      state[1] = state[0]
      state[0] = output
      value = output * 0.35
    }
    samples[index] = Math.max(-32768, Math.min(32767, value * 9000))
  }
  return samples
}

t.test('talk-off: five minutes of voices are no digits', (t) => {
  for (let seed = 1; seed <= 5; seed++) t.equal(heard(voice(60, seed)), '', `voice ${seed}`)
  t.end()
})

t.test('noise, and chords of music, are no digits', (t) => {
  t.equal(heard(mix(20_000, [], -10)), '')
  const notes = [262, 294, 330, 349, 392, 440, 494, 523, 587, 659, 698, 784, 880, 988, 1047, 1175, 1319, 1397]
  const random = seededRandom(3)
  const chords = Array.from({ length: 60 }, (_, bar) => [0, 1, 2].map(() =>
    [notes[Math.floor(random() * notes.length)]!, -14, bar * 300, bar * 300 + 290] as [number, number, number, number])).flat()
  t.equal(heard(mix(18_000, chords)), '')
  t.end()
})

t.test('a number over a voice in the background', (t) => {
  const samples = voice(6, 9)
  let at = 4000
  for (const key of '8123') {
    const tone = samplesOf(digitTone(key, 100, 100)!, 200)
    for (let index = 0; index < tone.length; index++) samples[at + index] = samples[at + index]! * 0.05 + tone[index]!
    at += 8000
  }
  t.equal(heard(samples), '8123')
  t.end()
})

function progressOf(samples: Int16Array): string {
  const detector = new ProgressDetector()
  const seen: string[] = []
  for (let at = 0; at < samples.length; at += 160) {
    const progress = detector.process(samples.subarray(at, at + 160))
    if (progress !== undefined) seen.push(progress)
  }
  return seen.join(' ')
}

const progresses = [
  { name: 'busy', samples: () => samplesOf(tones.busy, 5000), seen: 'busy' },
  { name: 'busy of 0.5 s', samples: () => samplesOf({ ...tones.busy, steps: [{ frequencies: [425], ms: 500 }, { frequencies: [], ms: 500 }] }, 6000), seen: 'busy' },
  { name: 'ringback', samples: () => samplesOf(tones.ringback, 12_000), seen: 'ringback' },
  { name: 'congestion', samples: () => samplesOf(tones.congestion, 3000), seen: 'congestion' },
  { name: 'dial tone', samples: () => samplesOf(tones.dial, 5000), seen: 'dial' },
  { name: 'busy in noise', samples: () => { const tone = samplesOf(tones.busy, 5000); const noise = mix(5000, [], -35); return tone.map((value, index) => value + noise[index]!) }, seen: 'busy' },
  { name: 'one beep', samples: () => samplesOf(tones.beep, 5000), seen: '' },
  { name: 'voices', samples: () => voice(60, 4), seen: '' },
  { name: 'silence', samples: () => new Int16Array(80_000), seen: '' },
]
for (const { name, samples, seen } of progresses) {
  t.test(`progress: ${name}`, (t) => {
    t.equal(progressOf(samples()), seen)
    t.end()
  })
}

const scripts: { text: string, tone: Partial<Tone> | undefined }[] = [
  { text: '%(1000,4000,425)', tone: { steps: [{ frequencies: [425], ms: 1000 }, { frequencies: [], ms: 4000 }], level: -7, loops: 1 } },
  { text: '%(350,350,425);loops=3', tone: { loops: 3 } },
  { text: 'v=-13;%(100,0,350,440);loops=-1', tone: { level: -13, loops: Infinity, steps: [{ frequencies: [350, 440], ms: 100 }] } },
  { text: '%(330,30,950)%(330,1000,1400)', tone: { steps: [{ frequencies: [950], ms: 330 }, { frequencies: [], ms: 30 }, { frequencies: [1400], ms: 330 }, { frequencies: [], ms: 1000 }] } },
  { text: '%(-1,0,425)', tone: { steps: [{ frequencies: [425], ms: Infinity }] } },
  { text: '%(200,0,0)', tone: { steps: [{ frequencies: [], ms: 200 }] } },
  { text: '12', tone: { steps: [{ frequencies: [697, 1209], ms: 250 }, { frequencies: [], ms: 50 }, { frequencies: [697, 1336], ms: 250 }, { frequencies: [], ms: 50 }] } },
  ...['', '%(', '%()', '%(100)', '%(100,100)', '%(a,b,c)', '%(1,1,1,1,1,1,1)', '%(100,0,5000)', '%(0,0,425)', '%(100,100,425);loops=0',
    '%(1,1,425);v=loud', 'hello', `%(1,1,${'4'.repeat(2000)})`].map((text) => ({ text, tone: undefined })),
]
for (const { text, tone } of scripts) {
  t.test(`script '${text.slice(0, 40)}'`, (t) => {
    const parsed = parseToneScript(text)
    if (tone === undefined) t.equal(parsed, undefined)
    else t.match(parsed, tone)
    t.end()
  })
}
