/** The panel's words: numbers, times, plurals, hours, the rule as a sentence, «почему так». */
import t from 'tap'
import {
  barHours, capital, dateSpan, duration, formatDate, formatPhone, list, money, secondOf, spokenTime, timeOf, zoneName,
} from '../../web/format.ts'
import { dateHull, hullWords, scheduleShort, scheduleWords, weekdayRuns } from '../../web/schedule-words.ts'
import { modeWords, nextWords, ruleSentence, ruleText, waitWords } from '../../web/sentence.ts'
import type { Spoken } from '../../web/sentence.ts'
import { en } from '../../web/text-en.ts'
import { ru } from '../../web/text-ru.ts'
import { pieces, speak, t as say } from '../../web/text.ts'
import type { Phrase } from '../../web/text.ts'

/** No-break spaces as spaces a test can show. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')

t.test('telephone numbers are written by the habits of their country', async (t) => {
  const cases = [
    ['+74996740782', '+7 499 674-07-82'], ['+12125550199', '+1 212 555-0199'], ['+306948123377', '+30 694 812 3377'],
    ['+4930123456', '+49 3012 3456'], ['+35312345678', '+353 1234 5678'], ['sip:anna@10.0.0.7:5062', 'anna@10.0.0.7:5062'],
    ['', 'скрытый номер'], ['abc', 'abc'],
  ] as const
  for (const [address, wanted] of cases) t.equal(plain(formatPhone(address)), wanted, address)
  t.notOk(formatPhone('+74996740782').includes(' '), 'it never breaks across lines')
})

t.test('times, dates, money, lengths of talk', async (t) => {
  t.equal(spokenTime(540), '9:00')
  t.equal(barHours(540, 1080), '09–18')
  t.equal(barHours(570, 1440), '09:30–24')
  const at = Date.parse('2025-11-18T14:32:05+03:00')
  t.equal(timeOf(at, 'Europe/Moscow'), '14:32')
  t.equal(secondOf(at, 'Asia/Kolkata'), '17:02:05')
  t.equal(formatDate('2025-11-18', 'weekday'), 'вт, 18 ноября')
  t.equal(formatDate('2025-11-18', 'short'), 'вт, 18')
  t.equal(plain(dateSpan('2025-11-17', '2025-11-19')), '17–19 ноября 2025')
  t.equal(duration(247), '4:07')
  t.equal(duration(3750), '1:02:30')
  t.equal(plain(money(380_00)), '380 ₽')
  t.equal(plain(money(-23_40)), '−23,40 ₽', 'the minus sign is U+2212')
  t.equal(list(['Мобильный', 'Офис', 'Дача']), 'Мобильный, Офис и Дача')
  t.equal(zoneName('America/New_York'), 'New York')
  t.equal(capital('по будням'), 'По будням')
})

t.test('plural forms', async (t) => {
  const cases = [[1, '1 номер из 50'], [2, '2 номера из 50'], [5, '5 номеров из 50'], [21, '21 номер из 50']] as const
  for (const [n, wanted] of cases) t.equal(say('numbers.count', { n }), wanted)
  t.strictSame(pieces('rule.next', { name: 'Дома' }), [{ text: '«' }, { text: 'Дома', place: 'name' }, { text: '»' }])
})

t.test('both dictionaries have the same places in every phrase', async (t) => {
  const places = (phrase: Phrase): string => {
    const text = typeof phrase === 'string' ? phrase : phrase.other
    return [...new Set([...text.matchAll(/\{\w+\}/g)].map(String))].sort().join()
  }
  const uneven = (Object.keys(ru) as (keyof typeof ru)[]).filter((key) => places(ru[key]) !== places(en[key]))
  t.strictSame(uneven, [])
  const forms = Object.values(ru).filter((phrase) => typeof phrase !== 'string') as Readonly<Record<string, string>>[]
  t.ok(forms.every((phrase) => phrase['other'] !== undefined), 'each has the form that fractions take')
})

const block = (weekdays: number[], hours: [number, number][], dates: [string | null, string | null][] = []) => ({
  weekdays: weekdays as (1 | 2)[], hours: hours.map(([from, to]) => ({ from, to })),
  dates: dates.map(([from, to]) => ({ from, to })),
})

t.test('hours in words', async (t) => {
  const cases = [
    ['always', [], 'всегда', 'всегда'],
    ['weekdays', [block([1, 2, 3, 4, 5], [[540, 1080]])], 'по будням с 9:00 до 18:00', 'пн–пт 9:00–18:00'],
    ['every day', [block([], [[1320, 420]])], 'каждый день с 22:00 до 7:00', '22:00–7:00'],
    ['a break', [block([2], [[540, 780], [840, 1080]])], 'вт 9:00–13:00 и 14:00–18:00', 'вт 9:00–13:00, 14:00–18:00'],
    ['weekend, whole day', [block([6, 7], [[0, 1440]])], 'по выходным', 'сб–вс'],
    ['dates of one month', [block([], [[600, 1140]], [['2025-11-12', '2025-11-23']])], 'с 12 по 23 ноября с 10:00 до 19:00', '10:00–19:00 с 12 по 23 ноября'],
    ['open end', [block([], [], [['2025-05-01', null]])], 'с 1 мая', 'с 1 мая'],
    ['from = to is the whole day', [block([1], [[540, 540]])], 'пн', 'пн'],
    ['two blocks', [block([1], [[540, 600]]), block([6], [])], 'пн с 9:00 до 10:00; сб', 'пн 9:00–10:00; сб'],
  ] as const
  for (const [name, blocks, long, short] of cases) {
    t.equal(scheduleWords(blocks), long, name)
    t.equal(scheduleShort(blocks), short, `${name}, short`)
  }
  t.equal(weekdayRuns([1, 2, 3, 5, 7]), 'пн–ср, пт, вс')
})

t.test('the hull of dates and its label', async (t) => {
  t.equal(dateHull([block([], [])]), undefined, 'a block without dates has no bounds')
  t.strictSame(dateHull([block([], [], [['2025-05-01', '2025-05-09'], ['2025-04-01', null]])]), { from: '2025-04-01', to: null })
  t.equal(hullWords([block([], [], [['2025-11-12', '2025-11-23']])]), '12–23 ноября')
  t.equal(hullWords([block([6, 7], [], [['2025-05-01', '2025-11-30']])]), '1 мая – 30 ноября · только сб–вс')
})

const spoken: Spoken = {
  blocks: [block([1, 2, 3, 4, 5], [[540, 1080]])], mode: 'parallel', waitSeconds: 30, ringSeconds: 25,
  phones: [{ name: 'Мобильный', ringSeconds: null }, { name: 'Офис', ringSeconds: null }],
  next: { action: 'rule', name: 'Секретарь', ignoreSchedule: false },
}

t.test('the rule as a sentence', async (t) => {
  const cases: readonly (readonly [string, Partial<Spoken>, string])[] = [
    ['at once', {}, 'По будням с 9:00 до 18:00 звонят одновременно Мобильный и Офис 30 секунд. Не ответят — «Секретарь».'],
    ['in turn', { mode: 'serial', next: { action: 'voicemail' } }, 'По будням с 9:00 до 18:00 звонят по очереди Мобильный и Офис, по 25 секунд. Не ответят — голосовая почта.'],
    ['one phone', { phones: [{ name: 'Дача', ringSeconds: null }], blocks: [], waitSeconds: 21, next: { action: 'hangUp' } }, 'Всегда звонит Дача 21 секунду. Не ответит — звонок завершится.'],
    ['times of their own', { mode: 'serial', phones: [{ name: 'А', ringSeconds: 10 }, { name: 'Б', ringSeconds: null }] }, 'По будням с 9:00 до 18:00 звонят по очереди А и Б, от 10 до 25 секунд каждый. Не ответят — «Секретарь».'],
    ['nobody yet', { phones: [] }, 'По будням с 9:00 до 18:00 не звонит никто: номера не выбраны.'],
  ]
  for (const [name, patch, wanted] of cases) t.equal(ruleText({ ...spoken, ...patch }), wanted, name)
  t.strictSame(ruleSentence(spoken).flatMap((piece) => piece.place ?? []), ['when', 'mode', 'targets', 'wait', 'next'])
  t.equal(modeWords(spoken), 'звонят одновременно, 30 секунд')
  t.equal(nextWords({ action: 'rule', name: 'Дома', ignoreSchedule: true }), '«Дома» в любое время')
  t.equal(waitWords({ ...spoken, mode: 'serial', phones: [{ name: 'А', ringSeconds: 40 }] }), '40 секунд')
})

t.test('English has the same order of parts', async (t) => {
  await speak('en')
  t.teardown(() => speak('ru'))
  t.equal(ruleText(spoken), 'On weekdays from 9:00 to 18:00 Мобильный and Офис ring at once for 30 seconds. No answer — “Секретарь”.')
  t.equal(say('numbers.count', { n: 1 }), '1 number of 50')
})
