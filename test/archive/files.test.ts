/** Uploads become what media servers play; files never leave their folder; waveforms are true. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { pathIn, putFile, removeFile } from '../../src/archive/files.ts'
import { measureWav, mendWav } from '../../src/archive/measure.ts'
import { convertUpload } from '../../src/archive/upload.ts'
import { readWavHeader } from '../../src/rtp/wav.ts'
import { putWav, wavFile } from '../support/media-files.ts'
import type { Sound } from '../support/media-files.ts'

const uploads: { name: string; sound: Sound }[] = [
  { name: '8 kHz mono', sound: { seconds: 2, peaks: [16_000] } },
  { name: '44.1 kHz stereo', sound: { seconds: 2, peaks: [16_000, 16_000], rate: 44_100 } },
  { name: '48 kHz mono', sound: { seconds: 2, peaks: [16_000], rate: 48_000 } },
  { name: '16 kHz', sound: { seconds: 2, peaks: [16_000], rate: 16_000 } },
  { name: 'A-law', sound: { seconds: 2, peaks: [16_000], encoding: 'alaw' } },
  { name: 'µ-law stereo', sound: { seconds: 2, peaks: [16_000, 16_000], encoding: 'ulaw' } },
]
for (const { name, sound } of uploads) {
  t.test(`an upload of ${name} becomes 8 kHz, mono, 16 bits`, async (t) => {
    const { parts, durationMs } = await convertUpload(wavFile(sound), 60)
    t.ok(Math.abs(durationMs - 2000) < 20, `${durationMs} ms`)
    const folder = t.testdir({})
    await putFile(folder, 'a/b.wav', parts)
    const file = readFileSync(join(folder, 'a/b.wav'))
    t.match(readWavHeader(file, file.length), { encoding: 'pcm16', channels: 1, sampleRate: 8000 })
    const { peaks } = await measureWav(join(folder, 'a/b.wav'))
    const middle = [...peaks[0]!.subarray(30, 570)]
    t.ok(middle.every((peak) => peak > 105 && peak < 140), 'the tone is as loud as it was')
  })
}

const refused: { name: string; file: Uint8Array; why: string }[] = [
  { name: 'nothing', file: new Uint8Array(0), why: 'notWav' },
  { name: 'a text', file: Buffer.from('Здравствуйте, это не звук'), why: 'notWav' },
  { name: 'an MP3', file: Buffer.concat([Buffer.from('ID3\u0004'), Buffer.alloc(1000)]), why: 'notWav' },
  { name: 'a header alone', file: wavFile({ seconds: 0, peaks: [1] }), why: 'tooShort' },
  { name: 'a click', file: wavFile({ seconds: 0.2, peaks: [9000] }), why: 'tooShort' },
  { name: 'an hour', file: wavFile({ seconds: 11, peaks: [9000] }), why: 'tooLong' },
  { name: 'a rate nobody has', file: wavFile({ seconds: 1, peaks: [9000], rate: 8009 }), why: 'unsupported' },
]
for (const { name, file, why } of refused) {
  t.test(`${name} is refused: ${why}`, async (t) => {
    await t.rejects(convertUpload(file, 10), { name: 'UploadError', why })
  })
}

t.test('a cut header is no header', async (t) => {
  const whole = wavFile({ seconds: 1, peaks: [9000] })
  for (const length of [1, 11, 20, 35, 43])
    await t.rejects(convertUpload(whole.subarray(0, length), 10), { name: 'UploadError' }, `${length}`)
})

t.test('calls go on while a file is converted', async (t) => {
  const file = wavFile({ seconds: 26, peaks: [9000, 9000], rate: 48_000 })
  const stood: number[] = []
  // The machine, too, may make the loop stand still, but not at every try.
  for (let tries = 0; tries < 8 && (stood.at(-1) ?? Infinity) >= 100; tries++) {
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    await convertUpload(file, 60)
    clearInterval(timer)
    stood.push(longest)
  }
  t.ok(stood.at(-1)! < 100, `the loop stood still for ${stood.map(Math.round).join(', ')} ms at most`)
})

t.test('names that lead out of the folder are refused', async (t) => {
  const folder = t.testdir({ inside: {} })
  const base = join(folder, 'inside')
  for (const name of ['../x.wav', '/etc/passwd', 'a/../../x.wav', '..', '', '.'])
    t.throws(() => pathIn(base, name), /outside/, JSON.stringify(name))
  t.equal(pathIn(base, 'a/b.wav'), join(base, 'a/b.wav'))
  await t.rejects(removeFile(base, '../x.wav'))
})

t.test('a file that is gone is no fault to remove', async (t) => {
  const folder = t.testdir({})
  await removeFile(folder, 'nothing.wav')
  await putFile(folder, 'one.wav', [Uint8Array.of(1), Uint8Array.of(2)])
  await removeFile(folder, 'one.wav')
  t.notOk(existsSync(join(folder, 'one.wav')))
})

t.test('the waveform of each channel, in pieces', async (t) => {
  const folder = t.testdir({})
  const path = putWav(folder, 'x.wav', { seconds: 5, peaks: [32_000, 0, 16_000] })
  const { durationMs, peaks } = await measureWav(path)
  t.equal(durationMs, 5000)
  t.strictSame(peaks.map((one) => one.length), [600, 600, 600])
  t.ok(peaks[0]!.every((peak) => peak > 230))
  t.ok(peaks[1]!.every((peak) => peak === 0))
  t.ok(peaks[2]!.every((peak) => peak > 110 && peak < 130))
})

t.test('a file of fewer frames than points', async (t) => {
  const path = putWav(t.testdir({}), 'x.wav', { seconds: 0.01, peaks: [9000] })
  t.match(await measureWav(path), { durationMs: 10, peaks: [{ length: 80 }] })
})

t.test('mending changes the header alone', async (t) => {
  const folder = t.testdir({})
  const path = putWav(folder, 'x.wav', { seconds: 2, peaks: [9000, 100], claims: 0 })
  const before = readFileSync(path)
  await mendWav(path)
  const after = readFileSync(path)
  t.equal(after.readUInt32LE(40), 64_000)
  t.ok(after.subarray(44).equals(before.subarray(44)))
  await mendWav(path)
  t.ok(readFileSync(path).equals(after), 'twice is once')
})
