/**
 * `make prompts`: speaks prompts/texts.json with espeak-ng into prompts/ru and prompts/en, and
 * plays the melody of the operator's ringback. Files are 8 kHz µ-law, silence at the ends cut off,
 * all equally loud. A recording made in a studio replaces a file by its name.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Resampler } from '../../src/rtp/resample.ts'
import { decodeWav, encodeWav } from '../../src/rtp/wav-samples.ts'
import { formatWavHeader, readWavHeader } from '../../src/rtp/wav.ts'

const folder = join(import.meta.dirname, '../../prompts')
/** Voices of espeak-ng: words a minute and pitch as they are understood best at 8 kHz. */
const voices = {
  ru: ['-v', 'ru', '-s', '165', '-p', '42'], en: ['-v', 'en-gb', '-s', '165', '-p', '42'],
}
/** Mean level of speech where there is any: -22 dB of full scale; peaks are held below -3 dB. */
const speechLevel = 2600
const highestPeak = 23_000
/** Below this a sample at the ends is silence. */
const quietLevel = 250
const leadSamples = 160
const tailSamples = 400

type Texts = Record<string, Record<keyof typeof voices, string>>

const texts = JSON.parse(readFileSync(join(folder, 'texts.json'), 'utf8')) as Texts
const scratch = mkdtempSync(join(tmpdir(), 'prompts-'))
let octets = 0
try {
  for (const language of ['ru', 'en'] as const) {
    mkdirSync(join(folder, language), { recursive: true })
    for (const [id, text] of Object.entries(texts)) {
      const spoken = level(trim(speak(language, text[language])))
      octets += write(join(folder, language, `${id}.wav`), spoken)
    }
  }
  octets += write(join(folder, 'music.wav'), melody())
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(`${2 * Object.keys(texts).length + 1} files, ${Math.ceil(octets / 1024)} KiB`)

function speak(language: keyof typeof voices, text: string): Int16Array {
  const file = join(scratch, 'spoken.wav')
  execFileSync('espeak-ng', [...voices[language], '-w', file, '--', text])
  const bytes = readFileSync(file)
  const info = readWavHeader(bytes, bytes.length)
  const samples = new Int16Array(info.frames)
  decodeWav(info, bytes.subarray(info.dataOffset), samples, info.frames * info.frameOctets)
  const resampler = new Resampler(info.sampleRate)
  const out = new Int16Array(resampler.outputOf(samples.length) + 1)
  return out.subarray(0, resampler.process(samples, samples.length, out))
}

function trim(samples: Int16Array): Int16Array {
  const isLoud = (sample: number): boolean => Math.abs(sample) > quietLevel
  const start = Math.max(0, samples.findIndex(isLoud) - leadSamples)
  const end = Math.min(samples.length, samples.findLastIndex(isLoud) + tailSamples)
  return samples.slice(start, end)
}

function level(samples: Int16Array): Int16Array {
  const loud = samples.filter((sample) => Math.abs(sample) > quietLevel)
  const power = loud.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, loud.length)
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1)
  const gain = Math.min(speechLevel / Math.sqrt(power), highestPeak / peak)
  return samples.map((sample) => Math.round(sample * gain))
}

/** Twelve seconds of plucked strings, made up for this product: sixteen notes over four chords. */
function melody(): Int16Array {
  const noteSamples = 6000
  const chords = [
    [262, 330, 392, 523], [220, 262, 330, 440], [175, 262, 349, 440], [196, 294, 392, 494],
  ]
  const order = [0, 2, 3, 1]
  const sound = new Float64Array(16 * noteSamples)
  chords.forEach((chord, bar) => order.forEach((string, beat) => {
    const start = (bar * 4 + beat) * noteSamples
    pluck(sound, start, chord[string] ?? 0, 2200)
    if (beat === 0) pluck(sound, start, (chord[0] ?? 0) / 2, 1800)
  }))
  return Int16Array.from(sound, Math.round)
}

/** A string that fades within a second and a half; it rings on over the end into the beginning. */
function pluck(sound: Float64Array, start: number, frequency: number, peak: number): void {
  for (let i = 0; i < 12_000; i++) {
    const attack = Math.min(1, i / 80)
    const phase = 2 * Math.PI * frequency * i / 8000
    const tone = Math.sin(phase) + 0.4 * Math.sin(2 * phase) * Math.exp(-i / 1500)
    sound[(start + i) % sound.length]! += peak * attack * Math.exp(-i / 2800) * tone
  }
}

function write(file: string, samples: Int16Array): number {
  const format = { encoding: 'ulaw', channels: 1, sampleRate: 8000 } as const
  const data = new Uint8Array(samples.length + (samples.length & 1))
  encodeWav('ulaw', samples, samples.length, data)
  const bytes = Buffer.concat([formatWavHeader(format, samples.length), data])
  writeFileSync(file, bytes)
  return bytes.length
}
