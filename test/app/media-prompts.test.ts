/**
 * What is said: phrases as lists of files, the files themselves, and studio files in their place.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openPromptShelf, PromptFolderError, shippedPrompts } from '../../src/app/media/prompt-shelf.ts'
import { Prompts } from '../../src/app/media/prompts.ts'
import type { Language } from '../../src/app/media/prompts.ts'
import { decodeWav } from '../../src/rtp/wav-samples.ts'
import { readWavHeader, wavMs } from '../../src/rtp/wav.ts'

/** Files by their bare names, pauses left out. */
const prompts = new Prompts((file) => file.replace(/^ru\/|\.wav$/g, '').replace(/^en\//, 'en '))
const words = (files: readonly string[]): string =>
  files.filter((file) => !file.startsWith('silence_stream')).join(' ')

const texts = JSON.parse(readFileSync(join(shippedPrompts, 'texts.json'), 'utf8')) as
  Record<string, Record<Language, string>>

t.test('counts agree with their nouns', async (t) => {
  const rows: readonly (readonly [Language, number, string])[] = [
    ['ru', 0, 'no-new-messages'],
    ['ru', 1, 'you-have n-1-neuter new-message'],
    ['ru', 2, 'you-have n-2 new-messages-few'],
    ['ru', 4, 'you-have n-4 new-messages-few'],
    ['ru', 5, 'you-have n-5 new-messages-many'],
    ['ru', 11, 'you-have n-11 new-messages-many'],
    ['ru', 14, 'you-have n-14 new-messages-many'],
    ['ru', 20, 'you-have n-20 new-messages-many'],
    ['ru', 21, 'you-have n-20 n-1-neuter new-message'],
    ['ru', 33, 'you-have n-30 n-3 new-messages-few'],
    ['ru', 100, 'you-have n-100 new-messages-many'],
    ['ru', 250, 'you-have n-100 new-messages-many'],
    ['en', 1, 'en you-have en n-1-neuter en new-message'],
    ['en', 2, 'en you-have en n-2 en new-messages-many'],
    ['en', 21, 'en you-have en n-20 en n-1-neuter en new-messages-many'],
  ]
  for (const [language, count, expected] of rows) {
    t.equal(words(prompts.newMessages(language, count)), expected, `${language} ${count}`)
  }
})

t.test('a moment is a day, hours and minutes', async (t) => {
  const now = { day: 20_000, minute: 600 }
  const rows: readonly (readonly [number, number, string])[] = [
    [20_000, 0, 'today-at n-0 hours-many n-0 minutes-many'],
    [20_000, 61, 'today-at n-1 hour n-1-feminine minute'],
    [20_000, 122, 'today-at n-2 hours-few n-2-feminine minutes-few'],
    [19_999, 845, 'yesterday-at n-14 hours-many n-5 minutes-many'],
    [19_998, 1301, 'earlier-at n-20 n-1 hour n-40 n-1-feminine minute'],
    [19_000, 1439, 'earlier-at n-20 n-3 hours-few n-50 n-9 minutes-many'],
    [20_001, 5, 'today-at n-0 hours-many n-5 minutes-many'],
  ]
  for (const [day, minute, expected] of rows) {
    t.equal(words(prompts.moment('ru', { day, minute }, now)), expected, `${day} ${minute}`)
  }
})

t.test('who calls', async (t) => {
  const rows: readonly (readonly [string, boolean, string, string])[] = [
    ['+79161234567', false, 'n-7 n-9 n-1 n-6 n-1 n-2 n-3 n-4 n-5 n-6 n-7', 'message-from n-7'],
    ['+442071', false, 'plus n-4 n-4 n-2 n-0 n-7 n-1', 'message-from plus n-4'],
    ['112', false, 'n-1 n-1 n-2', 'message-from n-1'],
    ['', false, 'hidden-number', 'message-hidden'],
    ['+79161234567', true, 'hidden-number', 'message-hidden'],
    ['sip:anna@example.com', false, 'internet-phone', 'message-internet'],
    ['anna', false, 'internet-phone', 'message-internet'],
  ]
  for (const [number, anonymous, who, sender] of rows) {
    t.equal(words(prompts.caller('ru', number, anonymous)), who, number)
    t.ok(words(prompts.sender('ru', number, anonymous)).startsWith(sender), `from ${number}`)
  }
  t.equal(prompts.caller('ru', '+79161234567', false).length, 15, 'four breaths in a number of home')
  t.equal(words(prompts.caller('ru', `+${'123456789'.repeat(3)}`, false)).split(' ').length, 19,
    'nobody dials more than eighteen digits')
  t.equal(words(prompts.digits('ru', '40-71')), 'n-4 n-0 n-7 n-1')
})

t.test('every sentence has a text and a file in each language, and nothing else is there', async (t) => {
  const source = readFileSync(join(import.meta.dirname, '../../src/app/media/prompts.ts'), 'utf8')
  const union = source.slice(source.indexOf('export type PromptId'), source.indexOf('/** Path'))
  const ids = [...union.matchAll(/'([a-z0-9-]+)'/g)].map(([, id = '']) => id)
  for (let n = 0; n <= 100; n += n < 20 ? 1 : 10) ids.push(`n-${n}`)
  t.strictSame(Object.keys(texts).sort(), ids.sort(), 'texts.json has what is said')
  const files = ids.map((id) => `${id}.wav`).sort()
  for (const language of ['ru', 'en'] as const) {
    t.strictSame(readdirSync(join(shippedPrompts, language)).sort(), files, language)
    for (const [id, text] of Object.entries(texts)) t.ok(text[language], `${language} ${id}`)
  }
})

t.test('files are 8 kHz mono, of a length one listens to, and equally loud', async (t) => {
  let octets = 0
  const levels: number[] = []
  const names = ['music.wav', ...['ru', 'en'].flatMap((language) =>
    readdirSync(join(shippedPrompts, language)).map((file) => join(language, file)))]
  for (const name of names) {
    const bytes = readFileSync(join(shippedPrompts, name))
    octets += bytes.length
    const info = readWavHeader(bytes, bytes.length)
    const isRight = info.sampleRate === 8000 && info.channels === 1 && info.encoding === 'ulaw'
    const ms = wavMs(info)
    const samples = new Int16Array(info.frames)
    decodeWav(info, bytes.subarray(info.dataOffset), samples)
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    const loud = samples.filter((sample) => Math.abs(sample) > 200)
    if (name !== 'music.wav') levels.push(Math.sqrt(loud.reduce((sum, one) => sum + one * one, 0) / Math.max(1, loud.length)))
    if (!isRight || ms < 200 || ms > 15_000 || peak < 4000 || peak > 32_000) {
      t.fail(`${name}: ${info.encoding}, ${info.sampleRate} Hz, ${ms} ms, peak ${peak}`)
    }
  }
  t.ok(octets < 3 * 1024 * 1024, `${octets} octets in all`)
  const spread = Math.max(...levels) / Math.min(...levels)
  t.ok(spread < 2, `less than 6 dB between the loudest and the softest: ${spread.toFixed(2)}`)
})

t.test('studio files replace those that come with the product, one by one', async (t) => {
  const folder = t.testdir({ ru: { 'greeting.wav': 'x', 'taken.wav': 'x', 'it!s.wav': 'x' }, 'notes.txt': '' })
  const shelf = openPromptShelf(folder)
  t.equal(shelf('ru/greeting.wav'), join(folder, 'ru/greeting.wav'))
  t.equal(shelf('ru/consent.wav'), join(shippedPrompts, 'ru/consent.wav'))
  t.ok(statSync(shelf('ru/consent.wav')).isFile())
  t.equal(openPromptShelf(shippedPrompts)('ru/greeting.wav'), join(shippedPrompts, 'ru/greeting.wav'))
  t.equal(openPromptShelf(undefined)('music.wav'), join(shippedPrompts, 'music.wav'))
  t.equal(openPromptShelf(join(folder, 'none'))('en/greeting.wav'), join(shippedPrompts, 'en/greeting.wav'))
  t.throws(() => openPromptShelf('/srv/prompts!'), PromptFolderError)
})
