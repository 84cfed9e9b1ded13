/** A sound being played: links, seeking, one at a time; and the arithmetic of its waveform. */
import t from 'tap'
import type { LinkReply } from '../../src/api/schema-media.ts'
import { keyTarget } from '../../web/player.ts'
import { chooseSkipping, chooseSpeed, Sound } from '../../web/sound.ts'
import type { AudioElement } from '../../web/sound.ts'
import { columnsOf, pausesOf, skipFrom } from '../../web/waveform-shape.ts'

// What a browser has and these modules touch.
Object.assign(globalThis, {
  matchMedia: () => ({ matches: true }), requestAnimationFrame: () => 0, cancelAnimationFrame: () =>
    {},
})

/** An audio element without a browser: events are told by hand. */
class PaperAudio {
  src = ''
  currentTime = 0
  duration = Number.NaN
  playbackRate = 1
  defaultPlaybackRate = 1
  paused = true
  loads = 0
  private readonly listeners = new Map<string, () => void>()
  addEventListener(name: string, hear: () => void): void {
    this.listeners.set(name, hear)
  }
  tell(name: string): void {
    this.listeners.get(name)?.()
  }
  async play(): Promise<void> {
    this.paused = false
    this.tell('playing')
  }
  pause(): void {
    this.paused = true
    this.tell('pause')
  }
  removeAttribute(): void {
    this.src = ''
  }
  load(): void {
    this.loads += 1
  }
  /** Plays on to this second. */
  reach(second: number): void {
    this.currentTime = second
    this.tell('timeupdate')
  }
}

interface Stand {
  readonly sound: Sound
  readonly audio: PaperAudio
  /** Links asked for so far. */
  readonly asked: boolean[]
  heard: number
}

/** A sound of a minute; its links live for `lifeMs`. */
function stand(lifeMs = 300_000, fails = 0): Stand {
  const audio = new PaperAudio()
  const asked: boolean[] = []
  const link = async (download: boolean): Promise<LinkReply> => {
    asked.push(download)
    if (asked.length <= fails) throw new Error('no link')
    return { url: `/media/${asked.length}`, expiresAt: Date.now() + lifeMs }
  }
  const made: Stand = {
    audio, asked, heard: 0,
    sound: new Sound({
      durationMs: 60_000, pauses: () => [{ from: 10_000, to: 20_000 }], link,
      onHeard: () => { made.heard += 1 },
    }, audio as unknown as AudioElement),
  }
  return made
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done))

t.test('the link is asked for when it is first played, and once', async (t) => {
  const { sound, audio, asked } = stand()
  sound.seek(5000)
  t.strictSame(asked, [], 'seeking needs none')
  await sound.play()
  t.strictSame([audio.src, audio.currentTime, sound.playing.value], ['/media/1', 5, true])
  sound.toggle()
  t.strictSame([audio.paused, sound.playing.value], [true, false])
  sound.toggle()
  await settled()
  t.strictSame(asked, [false], 'the same link goes on')
  sound.dispose()
  t.strictSame([audio.src, audio.loads, audio.paused], ['', 1, true],
    'the connection is given back')
})

t.test('it counts as heard when it sounds, once', async (t) => {
  const made = stand()
  await made.sound.play()
  made.sound.pause()
  await made.sound.play()
  t.equal(made.heard, 1)
})

t.test('a link that is about to expire is renewed before it is used', async (t) => {
  const { sound, audio, asked } = stand(4000)
  await sound.play()
  audio.reach(7)
  sound.pause()
  await sound.play()
  t.equal(asked.length, 2)
  t.strictSame([audio.src, audio.currentTime], ['/media/2', 7], 'it goes on where it was')
})

t.test('a link that expired while it played is renewed, a file that is broken is told',
  async (t) => {
  const { sound, audio, asked } = stand()
  await sound.play()
  audio.reach(30)
  audio.tell('error')
  await settled()
  t.strictSame([asked.length, audio.src, audio.currentTime], [2, '/media/2', 30])
  t.equal(sound.fault.value, undefined)
  audio.tell('error')
  await settled()
  t.equal(asked.length, 2, 'without progress it is not asked for again')
  t.equal(sound.fault.value, 'Не воспроизводится: файл не читается.')
  t.equal(sound.playing.value, false)
  await sound.play()
  t.strictSame([asked.length, sound.fault.value], [3, undefined], 'a press tries again')
})

t.test('a link that cannot be had is told in words', async (t) => {
  const { sound } = stand(300_000, 1)
  await sound.play()
  t.match(sound.fault.value, 'Не воспроизводится: Это ошибка на нашей стороне')
  t.strictSame([sound.playing.value, sound.loading.value], [false, false])
})

t.test('one sound at a time', async (t) => {
  const [first, second] = [stand(), stand()]
  await first.sound.play()
  await second.sound.play()
  t.strictSame([first.audio.paused, second.audio.paused], [true, false])
  first.sound.dispose()
  t.equal(second.audio.paused, false, 'an old one that goes leaves the new one alone')
})

t.test('pauses are passed over when that is wished', async (t) => {
  const { sound, audio } = stand()
  t.teardown(() => chooseSkipping(false))
  await sound.play()
  audio.reach(11)
  t.equal(sound.positionMs.value, 11_000, 'not wished')
  chooseSkipping(true)
  audio.reach(11.5)
  t.strictSame([audio.currentTime, sound.positionMs.value], [19.75, 19_750])
})

t.test('speed is one for all sounds, and stays', async (t) => {
  const { audio } = stand()
  t.teardown(() => chooseSpeed(1))
  chooseSpeed(1.5)
  t.strictSame([audio.playbackRate, audio.defaultPlaybackRate], [1.5, 1.5])
  t.equal(stand().audio.playbackRate, 1.5)
})

t.test('the end, and from the beginning again', async (t) => {
  const { sound, audio } = stand()
  audio.duration = 59.5
  audio.tell('loadedmetadata')
  t.equal(sound.durationMs.value, 59_500, 'the file knows its length best')
  await sound.play()
  audio.tell('ended')
  t.strictSame([sound.positionMs.value, sound.playing.value], [59_500, false])
  await sound.play()
  t.equal(audio.currentTime, 0)
  sound.seek(99_000)
  t.equal(sound.positionMs.value, 59_500, 'beyond the end is the end')
  sound.seek(-1)
  t.equal(sound.positionMs.value, 0)
})

t.test('keys of the player', async (t) => {
  const cases = [
    ['ArrowRight', false, 30_000, 35_000], ['ArrowLeft', false, 30_000, 25_000],
    ['ArrowRight', true, 30_000, 45_000], ['ArrowLeft', true, 3000, 0],
    ['ArrowRight', true, 55_000, 60_000], ['Home', false, 9000, 0], ['End', false, 9000, 60_000],
    ['a', false, 9000, undefined],
  ] as const
  for (const [key, shift, at, wanted] of cases) {
    t.equal(keyTarget(key, shift, at, 60_000), wanted, `${shift ? 'Shift ' : ''}${key} at ${at}`)
  }
})

t.test('columns of a waveform: the loudest of each share', async (t) => {
  t.strictSame(columnsOf([], 4), [], 'no peaks: a plain line')
  t.strictSame(columnsOf([0, 51, 255, 102], 2), [0.2, 1])
  t.strictSame(columnsOf([255, 51], 4), [1, 1, 0.2, 0.2], 'fewer peaks than columns')
  t.equal(columnsOf(Array.from({ length: 600 }, () => 255), 137).length, 137)
})

t.test('pauses: where nobody speaks for long', async (t) => {
  const speech = (turns: string): number[] => [...turns].map((sign) => sign === '.' ? 2 : 90)
  const cases = [
    ['nobody speaks in the middle', ['xx......xx'], 10_000, [[2000, 8000]]],
    ['a breath is no pause', ['xx.xxxxxxx'], 10_000, []],
    ['the other one speaks', ['xx......xx', 'xxxxxxxxxx'], 10_000, []],
    ['both are silent', ['x...x.....', 'x....x....'], 10_000, [[1000, 4000], [6000, 10_000]]],
    ['channels of different fineness', ['....', 'xxxxxxxx....xxxx'], 16_000, [[8000, 12_000]]],
    ['no peaks', [''], 10_000, []],
  ] as const
  for (const [name, channels, ms, wanted] of cases) {
    const found = pausesOf(channels.map(speech), ms).map(({ from, to }) => [from, to])
    t.strictSame(found, wanted, name)
  }
  const pauses = [{ from: 2000, to: 8000 }]
  t.strictSame([1000, 2100, 2300, 7700, 7800].map((at) => skipFrom(pauses, at)),
    [undefined, undefined, 7750, 7750, undefined], 'the edges are left, words do not run together')
})
