/** Prices as tables of text: every way spreadsheets write them, every line that cannot be read. */
import t from 'tap'
import { compareRates, readRateSheet, writeRateSheet } from '../../src/money/rate-sheet.ts'
import type { Rate } from '../../src/money/tariff.ts'

const rate = (prefix: string, kopecksPerMinute: number, more: Partial<Rate> = {}): Rate => ({
  prefix, name: 'Россия', kopecksPerMinute, connectionKopecks: 0, firstStepSeconds: 1,
  nextStepSeconds: 1, ...more,
})

t.test('tables as people have them', async (t) => {
  const cases: readonly { name: string; text: string; rates: readonly Rate[] }[] = [
    { name: 'semicolons and decimal commas', text: '79;Россия;1,90', rates: [rate('79', 190)] },
    { name: 'commas and points', text: '79,Россия,1.9', rates: [rate('79', 190)] },
    { name: 'tabs', text: '79\tРоссия\t1,90', rates: [rate('79', 190)] },
    { name: 'a heading', text: 'Префикс;Направление;Цена\n79;Россия;2', rates: [rate('79', 200)] },
    { name: 'the mark of UTF-8, blank lines, Windows line ends',
      text: '\ufeff79;Россия;2\r\n\r\n7;Россия;1\r\n', rates: [rate('79', 200), rate('7', 100)] },
    { name: 'a plus, blanks, brackets', text: '+7 (916);Россия;2', rates: [rate('7916', 200)] },
    { name: 'all other numbers', text: '*;Россия;35\n', rates: [rate('', 3500)] },
    { name: 'nothing is all others, too', text: ';Россия;35', rates: [rate('', 3500)] },
    { name: 'a currency and thousands', text: '79;Россия;1 234,50 ₽', rates: [rate('79', 123_450)] },
    { name: 'more noughts than kopecks', text: '79;Россия;1,9000', rates: [rate('79', 190)] },
    { name: 'steps in one column', text: '79;Россия;2;1,5;60+1',
      rates: [rate('79', 200, { connectionKopecks: 150, firstStepSeconds: 60 })] },
    { name: 'steps in two', text: '79;Россия;2;;60;30',
      rates: [rate('79', 200, { firstStepSeconds: 60, nextStepSeconds: 30 })] },
    { name: 'one step for both', text: '79;Россия;2;0;60',
      rates: [rate('79', 200, { firstStepSeconds: 60, nextStepSeconds: 60 })] },
    { name: 'quotes around separators and quotes', text: '79;"Россия; ""мобильные""";2',
      rates: [rate('79', 200, { name: 'Россия; "мобильные"' })] },
    { name: 'nothing at all', text: '', rates: [] },
  ]
  for (const { name, text, rates } of cases)
    t.strictSame(readRateSheet(text, 100), { rates, faults: [] }, name)
})

t.test('lines that cannot be read are told, the others are kept', async (t) => {
  const cases = [
    ['79;Россия', 'columns'], ['7x;Россия;2', 'prefix'], ['1234567890123456;Россия;2', 'prefix'],
    ['79;Россия;1,999', 'price'], ['79;Россия;-1', 'price'], ['79;Россия;99999999', 'price'],
    ['79;Россия;2;x', 'price'], ['79;Россия;2;0;0', 'step'], ['79;Россия;2;0;60+0', 'step'],
    ['79;Россия;2;0;4000', 'step'], ['79;;2', 'name'], [`79;${'я'.repeat(65)};2`, 'name'],
    ['7;Россия;2', 'repeated'],
  ] as const
  for (const [line, why] of cases) {
    t.strictSame(readRateSheet(`7;Россия;1\n${line}\n8;Россия;3`, 100), {
      rates: [rate('7', 100), rate('8', 300)], faults: [{ line: 2, text: line, why }],
    }, `${why}: ${line.slice(0, 40)}`)
  }
  const many = Array.from({ length: 500 }, (_, i) => `${1000 + i};Россия;1`).join('\n')
  const { rates, faults } = readRateSheet(many, 300)
  t.equal(rates.length, 300)
  t.equal(faults.length, 100, 'no more faults than anybody reads')
  t.strictSame(new Set(faults.map(({ why }) => why)), new Set(['tooMany']))
  t.strictSame(readRateSheet('79;Россия;дорого\n7;Россия;дорого', 9).faults.map(({ line }) => line),
    [2], 'only the first line can be a heading')
})

t.test('what is written is read as the same', async (t) => {
  const rates = [
    rate('', 3500, { name: 'Остальные', connectionKopecks: 305, firstStepSeconds: 60, nextStepSeconds: 60 }),
    rate('7', 0), rate('79', 190, { name: 'Россия; "мобильные"', firstStepSeconds: 60 }),
  ]
  t.strictSame(readRateSheet(writeRateSheet(rates.toReversed()), 10), { rates, faults: [] })
  t.match(writeRateSheet([rate('7', 1, { name: '=1+1' })]), /;'=1\+1;/, 'no cell is a formula')
})

t.test('how two sets of prices differ', async (t) => {
  const old = [rate('7', 100), rate('79', 200), rate('30', 300)]
  const next = [rate('7', 100), rate('79', 250), rate('31', 300), rate('32', 1)]
  t.strictSame(compareRates(old, next), { added: 2, changed: 1, same: 1, removed: 1 })
  t.strictSame(compareRates(old, old), { added: 0, changed: 0, same: 3, removed: 0 })
  for (const more of [{ name: 'x' }, { connectionKopecks: 1 }, { firstStepSeconds: 2 }, { nextStepSeconds: 2 }])
    t.match(compareRates([rate('7', 1)], [rate('7', 1, more)]), { changed: 1 }, JSON.stringify(more))
})
