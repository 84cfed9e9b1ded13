/** Loudness, silence with hysteresis, and putting two directions together. */
import t from 'tap'
import { SilenceDetector, levelOfRms, meanAbsoluteOf, rmsOf, rmsOfLevel } from '../../src/rtp/level.ts'
import { Take, amplify, interleave, sum } from '../../src/rtp/mixer.ts'

const frameOf = (value: number): Int16Array => Int16Array.from({ length: 160 }, (_, index) => (index % 2 === 0 ? value : -value))

t.test('measures', (t) => {
  t.equal(rmsOf(frameOf(1000)), 1000)
  t.equal(meanAbsoluteOf(frameOf(1000)), 1000)
  t.equal(meanAbsoluteOf(Int16Array.of(-32768, 0)), 16384)
  t.equal(rmsOf(new Int16Array(0)), 0)
  t.equal(meanAbsoluteOf(new Int16Array(0)), 0)
  t.equal(levelOfRms(0), -Infinity)
  t.ok(Math.abs(levelOfRms(rmsOfLevel(-23)) - -23) < 1e-9)
  t.end()
})

t.test('silence is entered below one level and left above another', (t) => {
  const detector = new SilenceDetector({ silentBelow: 100, loudAbove: 200 })
  const levels: [number, number][] = [[0, 20], [150, 40], [250, 0], [150, 0], [101, 0], [99, 20], [150, 40], [199, 60], [201, 0], [0, 20]]
  t.equal(detector.hasHeard, false)
  for (const [level, silentMs] of levels) {
    t.equal(detector.process(frameOf(level)), silentMs > 0, `level ${level}`)
    t.equal(detector.silentMs, silentMs, `after ${level}`)
  }
  t.equal(detector.hasHeard, true)
  t.end()
})

t.test('silence by mean level, and by frames of other length', (t) => {
  const detector = new SilenceDetector({ silentBelow: 50, loudAbove: 50 }, meanAbsoluteOf)
  detector.process(frameOf(60))
  detector.process(frameOf(40), 30)
  detector.process(frameOf(40), 30)
  t.equal(detector.silentMs, 60)
  t.end()
})

t.test('side by side', (t) => {
  const into = new Int16Array(4)
  interleave(Int16Array.of(1, 2), Int16Array.of(-1, -2), into)
  t.strictSame([...into], [1, -1, 2, -2])
  t.end()
})

t.test('the sum is held at full scale', (t) => {
  const one = Int16Array.of(30_000, -30_000, 100, 32767, -32768)
  sum(one, Int16Array.of(30_000, -30_000, -50, 1, -1), one)
  t.strictSame([...one], [32767, -32768, 50, 32767, -32768], 'also in place')
  t.end()
})

t.test('amplified', (t) => {
  const samples = Int16Array.of(100, -100, 20_000)
  amplify(samples, 2)
  t.strictSame([...samples], [200, -200, 32767])
  amplify(samples, 1)
  t.strictSame([...samples], [200, -200, 32767])
  amplify(samples, 0)
  t.ok(samples.every((value) => value === 0))
  t.end()
})

for (const isStereo of [true, false]) {
  t.test(`a ${isStereo ? 'stereo' : 'mono'} take: running, masked, paused`, (t) => {
    const take = new Take(isStereo)
    const into = new Int16Array(4).fill(9)
    const received = Int16Array.of(1, 2)
    const sent = Int16Array.of(10, 20)
    const count = isStereo ? 4 : 2
    t.equal(take.channels, isStereo ? 2 : 1)
    t.equal(take.mix(received, sent, into), count)
    t.strictSame([...into], isStereo ? [1, 10, 2, 20] : [11, 22, 9, 9])
    take.mode = 'masked'
    t.equal(take.mix(received, sent, into), count)
    t.ok(into.subarray(0, count).every((value) => value === 0))
    take.mode = 'paused'
    t.equal(take.mix(received, sent, into), 0)
    t.equal(take.frames, 2)
    t.end()
  })
}
