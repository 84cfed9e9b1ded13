/** Sums as they are typed and shown, months, how long money lasts, forms sent twice: without a browser. */
import fc from 'fast-check'
import t from 'tap'
import { chargesHref, inAndOut, offeredKinds, readChargesQuery } from '../../web/charges-query.ts'
import { chargeText } from '../../web/charge-text.ts'
import { columnSum, monthsBetween, monthWords, parseRoubles, plainRoubles } from '../../web/money-words.ts'
import { dailySpend, daysLeft } from '../../web/spend.ts'
import { enMoney } from '../../web/text-money-en.ts'
import { ruMoney } from '../../web/text-money-ru.ts'
import type { Phrase } from '../../web/text.ts'
import { speak } from '../../web/text.ts'
import { formEnded, formOf, formSent, judgeSum } from '../../web/topup-form.ts'

/** No-break spaces as spaces a test can show. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ')

t.test('a sum is taken as people type it', async (t) => {
  const cases = [
    ['350', 350_00], ['99,5', 99_50], ['99.50', 99_50], ['1 234,05', 1234_05], ['1\u00a0000', 1000_00], [' 500 ₽', 500_00],
    ['500 руб.', 500_00], ['500р', 500_00], ['007', 7_00], ['0', 0], ['0,01', 1],
    ['', undefined], ['сто', undefined], ['1,234', undefined], ['1.2.3', undefined], ['-5', undefined], ['1e3', undefined],
    [',5', undefined], ['5,', undefined], ['1234567890', undefined],
  ] as const
  for (const [text, kopecks] of cases) t.equal(parseRoubles(text), kopecks, JSON.stringify(text))
})

t.test('every sum is read back from the address to the kopeck', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 999_999_999_99 }), (kopecks) => parseRoubles(plainRoubles(kopecks)) === kopecks))
})

t.test('sums of a column', async (t) => {
  for (const [kopecks, signed, wanted] of [
    [380_00, false, '380,00'], [-9_00, true, '−9,00'], [300_00, true, '+300,00'], [0, true, '0,00'], [-1_234_567_89, false, '−1 234 567,89'],
  ] as const) t.equal(plain(columnSum(kopecks, signed)), wanted)
  await speak('en')
  t.teardown(() => speak('ru'))
  t.equal(columnSum(-1234_50), '−1,234.50')
  t.equal(monthWords('2025-11', 'full'), 'November 2025')
})

t.test('months', async (t) => {
  t.equal(monthWords('2025-11', 'full'), 'Ноябрь 2025')
  t.equal(monthWords('2025-05', 'plain'), 'май')
  t.strictSame(monthsBetween('2025-10', '2026-02'), ['2026-02', '2026-01', '2025-12', '2025-11', '2025-10'])
  t.strictSame(monthsBetween('2026-02', '2026-02'), ['2026-02'])
  t.strictSame(monthsBetween('2026-05', '2026-02'), ['2026-02'], 'a clock that is wrong is no endless list')
  t.equal(monthsBetween('1900-01', '2026-02').length, 120)
})

const limits = { leastKopecks: 10_00, mostKopecks: 15_000_00 }

t.test('the sum of the first step', async (t) => {
  const cases = [
    ['a tile', 500_00, '', { kopecks: 500_00 }], ['another sum wins', 500_00, '350', { kopecks: 350_00 }],
    ['the least', 0, '10', { kopecks: 10_00 }], ['the most', 0, '15 000', { kopecks: 15_000_00 }],
    ['nothing', 0, '  ', { wrong: 'empty' }], ['no number', 500_00, 'сто', { wrong: 'odd' }],
    ['too small', 500_00, '9,99', { wrong: 'small' }], ['zero', 500_00, '0', { wrong: 'small' }],
    ['too great', 500_00, '15000,01', { wrong: 'great' }],
  ] as const
  for (const [name, tile, other, wanted] of cases) t.strictSame(judgeSum({ tile, other }, limits), wanted, name)
})

t.test('a form is the same payment until it has ended', async (t) => {
  const first = formOf('card', 500_00)
  t.match(first.key, /^[\w-]{8,64}$/)
  t.equal(formOf('card', 500_00).key, first.key, 'a second click')
  t.not(formOf('card', 500_01).key, first.key, 'another sum')
  t.not(formOf('qiwi', 500_00).key, first.key, 'another system')
  t.equal(formOf('card', 500_00).key, first.key, 'and back to the first one')
  formSent(first, 1001)
  t.strictSame(formOf('card', 500_00), { key: first.key, order: 1001 })
  formEnded({ order: 999 })
  t.equal(formOf('card', 500_00).key, first.key, 'another payment ended')
  formEnded({ order: 1001 })
  const second = formOf('card', 500_00)
  t.not(second.key, first.key)
  t.equal(second.order, undefined)
  formEnded({ key: second.key })
  t.not(formOf('card', 500_00).key, second.key)
})

const day = 86_400_000
const at = (text: string): number => Date.parse(`${text}T00:00:00+03:00`)
const month = (name: string, from: string, firstMonth: string, spent: number, first?: string) => ({
  month: name, from: at(from), firstMonth,
  byKind: [
    { kind: 'call' as const, count: 1, kopecks: -spent }, { kind: 'payment' as const, count: 1, kopecks: 900_00 },
    { kind: 'refund' as const, count: 1, kopecks: -100_00 },
  ],
  lines: first === undefined ? [] : [{ number: 1, at: at(first), kind: 'payment' as const, kopecks: 1, balanceKopecks: 1, text: '', callId: null, order: null }],
})

t.test('what calls and fees take a day', async (t) => {
  const october = (firstMonth: string, spent: number, first?: string) => month('2025-10', '2025-10-01', firstMonth, spent, first)
  const november = (firstMonth: string, spent: number, first?: string) => month('2025-11', '2025-11-01', firstMonth, spent, first)
  const cases = [
    ['two whole months', '2025-11-30', [october('2024-01', 300_00, '2025-10-05'), november('2024-01', 300_00)], 10_00],
    ['from the first entry on', '2025-11-30', [october('2025-10', 100_00, '2025-10-31'), november('2025-10', 200_00)], 10_00],
    ['not before it', '2025-11-21', [october('2025-11', 0), november('2025-11', 100_00, '2025-11-11')], 10_00],
    ['a first month without a line', '2025-11-11', [november('2025-11', 100_00)], 10_00],
    ['under a week', '2025-11-17', [november('2025-11', 100_00, '2025-11-11')], undefined],
    ['nothing spent', '2025-11-30', [october('2024-01', 0), november('2024-01', 0)], undefined],
    ['no month at all', '2025-11-30', [], undefined],
    ['next to nothing is a kopeck', '2025-11-30', [november('2024-01', 2)], 1],
  ] as const
  for (const [name, now, months, wanted] of cases) t.equal(dailySpend(at(now), months), wanted, name)
  t.equal(dailySpend(at('2025-11-01') + 7 * day, [november('2024-01', 70_00)]), 10_00, 'a week is enough')
})

t.test('how long it lasts', async (t) => {
  for (const [balance, perDay, wanted] of [
    [880_00, 17_00, 51], [16_99, 17_00, 0], [0, 17_00, undefined], [-5, 17_00, undefined], [380_00, undefined, undefined],
    [365_00, 1_00, 365], [366_00, 1_00, undefined],
  ] as const) t.equal(daysLeft(balance, perDay), wanted, `${balance} at ${perDay}`)
})

t.test('what a line is about, in either language where its kind says it', async (t) => {
  const cases = [
    ['Бонус за приглашённого абонента', 'за приглашённого абонента', 'for someone you invited'],
    ['Бонус возвращён: платёж приглашённого отменён', 'платёж приглашённого отменён', 'the payment of the invited one was returned'],
    ['Абонентская плата, 18.11.2025–17.12.2025', 'за 18.11.2025–17.12.2025', '18.11.2025–17.12.2025'],
    ['Возврат платежа № 1207', 'платёж № 1207', 'payment no. 1207'],
    ['Возврат платежа № 1207 не прошёл', 'возврат платежа № 1207 не прошёл', 'refund of payment no. 1207 failed'],
    ['Начальный остаток', 'начальный остаток', 'opening balance'],
    ['Звонок на +79162041138, Россия, мобильные, 4 мин 7 с', '+7 916 204-11-38, Россия, мобильные, 4:07', '+7 916 204-11-38, Россия, мобильные, 4:07'],
    ['Звонок на +74951234567, Москва, 0 с (включённых 55 с)', '+7 495 123-45-67, Москва, 0:00, из них в тарифе 0:55', '+7 495 123-45-67, Москва, 0:00, 0:55 of it included'],
    ['Извинение за сбой', 'Извинение за сбой', 'Извинение за сбой'], ['', '', ''],
  ] as const
  for (const [text, ru, en] of cases) {
    const given = { text }
    await speak('ru')
    t.equal(plain(chargeText(given)), ru)
    await speak('en')
    t.equal(plain(chargeText(given)), en)
  }
  await speak('ru')
})

t.test('the address of «Детализация»', async (t) => {
  const read = (text: string) => readChargesQuery(new URLSearchParams(text))
  t.strictSame(read('month=2025-11&kind=call&before=51'), { month: '2025-11', kind: 'call', before: '51' })
  t.strictSame(read('month=2025-13&kind=toString&before=0'), { month: '', kind: '', before: '' }, 'what does not fit is left out')
  t.equal(chargesHref({ month: '', kind: '', before: '' }), '/charges')
  for (const href of ['/charges?month=2025-11&kind=monthlyFee', '/charges?before=7']) {
    t.equal(chargesHref(read(href.split('?')[1] ?? '')), href)
  }
})

t.test('sums of a month by sign, and the kinds to choose from', async (t) => {
  const byKind = [
    { kind: 'correction', count: 2, kopecks: -5 }, { kind: 'payment', count: 1, kopecks: 300 }, { kind: 'bonus', count: 1, kopecks: 50 },
    { kind: 'call', count: 9, kopecks: -20 },
  ] as const
  t.strictSame(inAndOut(byKind), { income: 350, outgo: 25 })
  t.strictSame(inAndOut([]), { income: 0, outgo: 0 })
  t.strictSame(offeredKinds(byKind, '').map(({ kind }) => kind), ['call', 'payment', 'bonus', 'correction'])
  t.strictSame(offeredKinds([], 'call'), [{ kind: 'call', kopecks: 0 }], 'the chosen one stays')
})

t.test('both dictionaries have the same places in every phrase', async (t) => {
  const places = (phrase: Phrase): string => {
    const text = typeof phrase === 'string' ? phrase : phrase.other
    return [...new Set([...text.matchAll(/\{\w+\}/g)].map(String))].sort().join()
  }
  const keys = Object.keys(ruMoney) as (keyof typeof ruMoney)[]
  t.strictSame(keys.filter((key) => places(ruMoney[key]) !== places(enMoney[key])), [])
})
