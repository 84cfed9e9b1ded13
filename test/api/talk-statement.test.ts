/** The statement as PDF: read back page by page, its figures are those of the ledger. */
import t from 'tap'
import { monthOf } from '../../src/api/charge-rows.ts'
import { drawStatement } from '../../src/api/statement-pdf.ts'
import type { Statement } from '../../src/api/statement-page.ts'
import { append } from '../../src/store/ledger.ts'
import type { StoredEntry } from '../../src/store/ledger.ts'
import { testApi } from '../support/panel-api.ts'
import { readPdf } from '../support/pdf-text.ts'

const month = monthOf('Europe/Moscow', '2025-11', 0)

function statementOf(count: number, more: Partial<Statement> = {}): Statement {
  const entries = Array.from({ length: count }, (_, index): StoredEntry => ({
    number: index + 1, key: `k${index}`, kind: 'call', kopecks: -183, atMs: month.from + index * 60_000,
    balanceKopecks: 1_000_00 - 183 * (index + 1), text: `Звонок на +7 916 123-45-${index % 90 + 10}`,
  }))
  return {
    lang: 'ru', month, entries, whole: true, brand: 'OneTel', name: 'Михаил Миронов',
    number: '+74996740782', tariff: 'Базовый',
    totals: { openingKopecks: 1_000_00, closingKopecks: 1_000_00 - 183 * count,
      byKind: [{ kind: 'call', count, kopecks: -183 * count }] },
    ...more,
  }
}

const made = Date.parse('2025-12-01T09:30:00Z')

t.test('one page: head, balances, entries with the balance after each', async (t) => {
  const pages = readPdf(await drawStatement(statementOf(2), made))
  t.equal(pages.length, 1)
  const text = pages[0]!.join('|')
  for (const piece of ['OneTel', 'Детализация счёта: ноябрь 2025', 'Абонент: |Михаил Миронов',
    'Номер: |+74996740782', 'Период: |2025-11-01 – 2025-11-30', 'Баланс на начало|1000,00 ₽',
    'звонок (2)|-3,66 ₽', 'Баланс на конец|996,34 ₽', 'Итого|-3,66', 'стр. 1 из 1',
    'составлено 2025-12-01 12:30',
    '2|2025-11-01|00:01:00|звонок|Звонок на +7 916 123-45-11|-1,83|996,34'])
    t.ok(text.includes(piece), piece)
})

t.test('many pages: the table’s head on each, no line lost, numbered', async (t) => {
  const pages = readPdf(await drawStatement(statementOf(400), made))
  t.ok(pages.length > 5)
  for (const [index, page] of pages.entries()) {
    t.ok(page.includes(`стр. ${index + 1} из ${pages.length}`), `page ${index + 1}`)
    t.equal(page.filter((piece) => piece === 'Баланс после,').length
      + page.filter((piece) => piece === 'Баланс после, ₽').length, 1)
  }
  const numbers = pages.flatMap((page) => page.filter((piece) => /^\d{1,3}$/.test(piece)))
    .map(Number).filter((number) => number <= 400)
  t.strictSame(new Set(numbers).size, 400)
  t.ok(pages.at(-1)!.includes('-732,00'), 'the sum stands at the end')
})

t.test('long and strange texts stay in their lines; an empty month says so', async (t) => {
  const odd = statementOf(1)
  const long = `Платёж\nс переносом ${'и очень длинным описанием '.repeat(12)}`
  const text = readPdf(await drawStatement(
    { ...odd, entries: [{ ...odd.entries[0]!, text: long }] }, made))[0]!.join(' ')
  t.match(text, /Платёж с переносом/)
  t.equal(text.match(/длинным/g)?.length, 12, 'all of it, over several lines')
  const empty = readPdf(await drawStatement(statementOf(0, { lang: 'en' }), made))[0]!
  t.ok(empty.includes('Nothing happened in this month.'))
  t.ok(empty.includes('page 1 of 1'))
  const cut = readPdf(await drawStatement(statementOf(1, { whole: false }), made))[0]!
  t.ok(cut.includes('Показаны первые строки; все они есть в файле CSV.'))
})

t.test('over HTTP: one’s own, as a file, drawn beside the loop', async (t) => {
  const { app, database, clock, subscriber } = await testApi(t)
  const anna = await subscriber('anna', { name: 'Анна', balanceKopecks: 0 })
  const boris = await subscriber('boris', { name: 'Борис', balanceKopecks: 0 })
  await append(database.kysely, anna.id, { key: 'p', kind: 'payment', kopecks: 250_00,
    atMs: Math.floor(clock.wallMs()), text: 'Пополнение' })
  const get = async (cookie: string) =>
    app.request('/api/charges/statement.pdf', { headers: { cookie } })
  const response = await get(anna.cookie())
  t.equal(response.headers.get('content-type'), 'application/pdf')
  t.match(response.headers.get('content-disposition'),
    /^attachment; filename="charges-\d{4}-\d\d\.pdf"$/)
  const text = readPdf(new Uint8Array(await response.arrayBuffer()))[0]!.join('|')
  t.match(text, /Анна/)
  t.match(text, /Пополнение\|250,00\|250,00/)
  const his = readPdf(new Uint8Array(await (await get(boris.cookie())).arrayBuffer()))[0]!.join('|')
  t.notMatch(his, /Пополнение|Анна/)
  const both = await Promise.all([get(anna.cookie()), get(boris.cookie())])
  t.strictSame(both.map(({ status }) => status).toSorted(), [200, 503], 'one at a time')
  t.equal((await anna.get('/api/charges/statement.pdf?month=2025-13')).status, 400)
})
