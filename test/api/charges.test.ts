/**
 * «Детализация»: every figure is a sum of ledger rows, months are the subscriber's own, files carry
 * no formulas, and the printed page no markup of strangers.
 */
import t from 'tap'
import { monthOf } from '../../src/api/charge-rows.ts'
import { decimalText } from '../../src/api/charge-words.ts'
import { append } from '../../src/store/ledger.ts'
import type { Effect } from '../../src/store/ledger.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'

/** An account of Moscow: opened in October, and what came in November and December 2025. */
async function account(api: TestApi) {
  api.clock.wallAheadMs = Date.parse('2025-10-05T12:00:00Z') - Date.now()
  const anna = await api.subscriber('anna', { balanceKopecks: 380_00, zone: 'Europe/Moscow' })
  const enter = (at: string, effect: Omit<Effect, 'atMs'>) =>
    append(api.database.kysely, anna.id, { ...effect, atMs: Date.parse(at) })
  await enter('2025-10-31T20:59:59Z', { key: 'fee:10', kind: 'monthlyFee', kopecks: -150_00, text: 'Абонентская плата' })
  await enter('2025-10-31T21:00:00Z', { key: 'call:1', kind: 'call', kopecks: -1_83, text: '=HYPERLINK("http://x")', callId: 'c'.repeat(32) })
  await enter('2025-11-10T10:00:00Z', { key: 'payment:x:1', kind: 'payment', kopecks: 500_00, text: 'Пополнение счёта', orderNumber: 1001 })
  await enter('2025-11-10T10:05:07Z', { key: 'call:2', kind: 'call', kopecks: -7, text: '<b>"Вера" & Ко</b>; до +7 916' })
  await enter('2025-11-30T21:00:00Z', { key: 'bonus', kind: 'bonus', kopecks: 50_00, text: 'За друга' })
  const at = async (path: string) => {
    api.clock.wallAheadMs = Date.parse('2025-11-20T09:00:00Z') - Date.now()
    const login = await anna.post('/api/login', { login: 'anna', password: 'anna' })
    t.equal(login.status, 200)
    return anna.get(path)
  }
  return { anna, at }
}

t.test('a month: lines, totals, balances', async (t) => {
  const api = await testApi(t)
  const { at } = await account(api)
  const { body } = await at('/api/charges')
  t.match(body, {
    month: '2025-11', zone: 'Europe/Moscow', firstMonth: '2025-10', more: false,
    from: Date.parse('2025-11-01T00:00:00+03:00'), to: Date.parse('2025-12-01T00:00:00+03:00'),
    openingKopecks: 230_00, closingKopecks: 728_10,
    byKind: [{ kind: 'call', count: 2, kopecks: -1_90 }, { kind: 'payment', count: 1, kopecks: 500_00 }],
    lines: [
      { number: 3, kind: 'call', kopecks: -1_83, balanceKopecks: 228_17, callId: 'c'.repeat(32), order: null },
      { number: 4, kind: 'payment', kopecks: 500_00, balanceKopecks: 728_17, order: 1001, callId: null },
      { number: 5, kind: 'call', kopecks: -7, balanceKopecks: 728_10 },
    ],
  })
  t.equal(body.lines.length, 3)
  for (const [month, opening, closing, lines] of [
    ['2025-09', 0, 0, 0], ['2025-10', 0, 230_00, 2], ['2025-12', 728_10, 778_10, 1], ['2026-01', 778_10, 778_10, 0],
  ] as const) {
    const reply = await at(`/api/charges?month=${month}`)
    t.match(reply.body, { openingKopecks: opening, closingKopecks: closing }, month)
    t.equal(reply.body.lines.length, lines, month)
  }
})

t.test('one kind, page by page, and what is no month', async (t) => {
  const api = await testApi(t)
  const { at } = await account(api)
  const calls = (await at('/api/charges?kind=call')).body
  t.strictSame(calls.lines.map((line: { number: number }) => line.number), [3, 5])
  t.equal(calls.closingKopecks, 728_10, 'totals are of the whole month')
  const first = (await at('/api/charges?limit=2')).body
  t.match(first, { more: true })
  const rest = (await at(`/api/charges?limit=2&after=${first.lines.at(-1).number}`)).body
  t.match(rest, { more: false, lines: [{ number: 5 }] })
  const newest = (await at('/api/charges?order=desc&limit=2')).body
  t.match(newest, { more: true, lines: [{ number: 5 }, { number: 4 }], closingKopecks: 728_10 })
  t.match((await at('/api/charges?order=desc&limit=2&before=4')).body, { more: false, lines: [{ number: 3 }] })
  t.match((await at('/api/charges?order=desc&kind=call&before=5')).body.lines, [{ number: 3 }])
  for (const query of ['order=up', 'before=x', 'month=2025-13', 'month=2025-1', 'month=x', 'kind=gift', 'limit=0', 'limit=501', 'after=-1'])
    t.equal((await at(`/api/charges?${query}`)).status, 400, query)
})

t.test('CSV: summed by Excel, and never a formula', async (t) => {
  const api = await testApi(t)
  const { at } = await account(api)
  const { body, headers } = await at('/api/charges/export.csv?month=2025-11')
  t.match(headers.get('content-disposition'), /charges-2025-11\.csv/)
  t.strictSame(body.replace('\ufeff', '').trimEnd().split('\r\n'), [
    '№;Дата;Время;Операция;За что;Сумма, ₽;Баланс после, ₽',
    `3;2025-11-01;00:00:00;звонок;"'=HYPERLINK(""http://x"")";-1,83;228,17`,
    '4;2025-11-10;13:00:00;пополнение;Пополнение счёта;500,00;728,17',
    '5;2025-11-10;13:05:07;звонок;"<b>""Вера"" & Ко</b>; до +7 916";-0,07;728,10',
  ])
  const english = (await at('/api/charges/export.csv?month=2025-11&lang=en&kind=payment')).body
  t.match(english, /"Amount, RUB","Balance after, RUB"\r\n4,2025-11-10,13:00:00,payment,Пополнение счёта,500\.00,728\.17\r\n$/)
})

t.test('XLSX', async (t) => {
  const api = await testApi(t)
  const { at } = await account(api)
  const { status, headers, body } = await at('/api/charges/export.xlsx?month=2025-11')
  t.equal(status, 200)
  t.match(headers.get('content-type'), /spreadsheetml/)
  t.equal(body.slice(0, 2), 'PK')
})

t.test('the page for paper', async (t) => {
  const api = await testApi(t)
  const { at, anna } = await account(api)
  const { body, headers } = await at('/api/charges/statement?month=2025-11')
  t.match(headers.get('content-type'), /text\/html/)
  t.match(body, /<title>Детализация счёта: ноябрь 2025/)
  t.match(body, '&lt;b&gt;&quot;Вера&quot; &amp; Ко&lt;/b&gt;')
  t.notMatch(body, /<b>|<script/)
  for (const figure of ['230,00', '728,10', '498,10', '-1,83', '-0,07']) t.match(body, `>${figure}<`)
  t.match((await at('/api/charges/statement?month=2026-01&lang=en')).body, /Nothing happened/)
  t.match((await anna.get('/api/charges/statement.css')).body, /@media print/)
})

t.test('amounts as text', async (t) => {
  const rows: [number, string, string][] = [
    [0, '0,00', '0.00'], [7, '0,07', '0.07'], [-7, '-0,07', '-0.07'], [-183, '-1,83', '-1.83'], [1_234_567_00, '1234567,00', '1234567.00'],
  ]
  for (const [kopecks, ru, en] of rows) t.strictSame([decimalText(kopecks, 'ru'), decimalText(kopecks, 'en')], [ru, en])
})

t.test('months of other zones, and the turn of the year', async (t) => {
  const rows: [string, string, string, string][] = [
    ['Europe/Moscow', '2025-12', '2025-12-01T00:00:00+03:00', '2026-01-01T00:00:00+03:00'],
    ['Asia/Kamchatka', '2026-01', '2026-01-01T00:00:00+12:00', '2026-02-01T00:00:00+12:00'],
    ['Europe/Berlin', '2026-03', '2026-03-01T00:00:00+01:00', '2026-04-01T00:00:00+02:00'],
  ]
  for (const [zone, name, from, to] of rows)
    t.match(monthOf(zone, name, 0), { name, zone, from: Date.parse(from), to: Date.parse(to) }, `${zone} ${name}`)
  t.equal(monthOf('Asia/Kamchatka', undefined, Date.parse('2025-12-31T13:00:00Z')).name, '2026-01')
})
