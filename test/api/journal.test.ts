/** «Журнал» over HTTP: its filters, notes and files. */
import { inflateRawSync } from 'node:zlib'
import t from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import { csvCell } from '../../src/api/export.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

const hour = 3_600_000
/** Monday 2026-11-23, 12:00 in Moscow. */
const noon = Date.UTC(2026, 10, 23, 9)

function journalOf(
  t: { testdir(): string; teardown(end: () => unknown): unknown },
  { database, clock }: TestApi,
): CallJournal {
  const journal = new CallJournal({
    database, clock, log: silentLog, spillFolder: t.testdir(), owner: 'f'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  return journal
}

function taken(ruleId: string, ruleName: string): CallRecord['trace'] {
  return [{ step: 'ruleTaken', atMs: 0, ruleId, ruleName, via: 'schedule', priority: 0 }]
}

t.test('calls are found by every filter, and by several at once', async (t) => {
  const api = await testApi(t)
  api.clock.wallAheadMs = noon + 10 * hour - Date.now()
  const anna = await api.subscriber('anna')
  const id = (await anna.post('/api/numbers', { address: '+79161234567', description: '' })).body.id
  const { body: rule } = await anna.post('/api/rules',
    ruleBody({ name: 'Рабочее время', targetIds: [id] }))
  const journal = journalOf(t, api)
  const at = (hours: number, wanted: Partial<CallRecord>) =>
    endedCall(callRecord({ subscriberId: anna.id, startedAt: noon + hours * hour, ...wanted }), {
      ...('outcome' in wanted ? { outcome: wanted.outcome } : {}),
      ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
    })
  const leg = legRecord({ targetId: id, ruleId: rule.id, outcome: 'answered' })
  const calls = [
    at(0, { trace: taken(rule.id, rule.name), legs: [leg] }),
    at(1, { outcome: 'missed', caller: '+74950001122' }),
    at(2, { outcome: 'refused', reason: 'blocked' }),
    at(3, { outcome: 'refused', reason: 'nothingActs' }),
    at(4, { outcome: 'abandoned', anonymous: true, caller: '' }),
    at(5, { outcome: 'voicemail' }),
    callRecord({ subscriberId: anna.id, startedAt: noon + 6 * hour }),
    at(7 * 24 - 24 * 14, {}), // a Monday, one hour earlier in the day
  ]
  await Promise.all(calls.map((record) => journal.open(record)))
  await anna.post(`/api/calls/${calls[1]!.id}/note`, { text: 'Перезвонить' })
  await api.database.kysely.insertInto('recordings').values({
    id: 'e'.repeat(32), owner: 'f'.repeat(32), subscriber_id: anna.id, call_id: calls[0]!.id,
    file: 'x.wav', state: 'ready', interrupted: 0, started_at: noon, duration_ms: 1000,
    peaks_left: null, peaks_right: null,
  }).execute()
  const cases: [query: string, found: number[]][] = [
    ['', [6, 5, 4, 3, 2, 1, 0, 7]],
    ['outcome=answered', [0, 7]],
    ['outcome=missed', [4, 3, 1]],
    ['outcome=refused', [2]],
    ['outcome=abandoned', [4]],
    ['outcome=live', [6]],
    [`rule=${rule.id}`, [0]],
    ['rule=none', [5, 4, 3, 2, 1, 7]],
    [`number=${id}`, [0]],
    ['caller=anonymous', [4]],
    ['caller=%2B74950001122', [1]],
    ['q=рабочее', [0]],
    [`from=${noon + hour}&to=${noon + 3 * hour}`, [2, 1]],
    ['hasRecording=yes', [0]],
    ['hasRecording=no&outcome=answered', [7]],
    ['hasNote=yes', [1]],
    ['cell=12', [0, 7]],
    ['cell=14', [2]],
    [`cell=12&from=${noon}`, [0]],
    ['outcome=missed&rule=none&caller=anonymous', [4]],
    ["q='%20OR%201=1", []],
  ]
  for (const [query, wanted] of cases) {
    const reply = await anna.get(`/api/calls?${query}`)
    t.strictSame(reply.body.calls.map((call: { id: string }) =>
      calls.findIndex((record) => record.id === call.id)), wanted,
        decodeURIComponent(query) || 'all')
  }
  for (const wrong of ['cell=168', 'rule=x', 'number=1', 'hasRecording=maybe', 'outcome=lost',
    'from=x'])
    t.match(await anna.get(`/api/calls?${wrong}`), { status: 400, body: { code: 'invalid' } },
      wrong)
})

t.test('a note is kept as text and shown to its subscriber only', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const boris = await api.subscriber('boris')
  const record = endedCall(callRecord({ subscriberId: anna.id }))
  await journalOf(t, api).open(record)
  const path = `/api/calls/${record.id}/note`
  t.match(await anna.post(path, { text: ' <b>Важно</b>\nвторая строка ' }),
    { status: 200, body: { note: '<b>Важно</b>\nвторая строка' } })
  t.equal((await boris.post(path, { text: 'чужая' })).status, 404)
  t.match((await anna.get(`/api/calls/${record.id}`)).body, { note: /Важно/ })
  t.equal((await anna.post(path, { text: 'x'.repeat(1001) })).status, 400)
  t.equal((await anna.post(path, { text: 'a‮b' })).status, 400)
  t.match((await anna.post(path, { text: '' })).body, { note: '' })
})

t.test('the export has the filtered calls and begins no formula', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const journal = journalOf(t, api)
  await anna.post('/api/caller-lists',
    { name: 'Клиенты', entries: [{ mask: '+79160001122', name: '=HYPERLINK("x")' }] })
  const first = endedCall(callRecord({
    subscriberId: anna.id, startedAt: noon, caller: '+79160001122',
    trace: taken('a'.repeat(32), 'Дома; всегда'), legs: [legRecord({ outcome: 'answered' })],
  }))
  const second = endedCall(callRecord({
    subscriberId: anna.id, startedAt: noon + 1000, callerName: '@SUM(1)\r\n"x"', anonymous: false,
  }), { outcome: 'missed', answeredAt: undefined })
  await Promise.all([first, second].map((record) => journal.open(record)))
  await anna.post(`/api/calls/${first.id}/note`, { text: '-1+1' })

  const csv = await anna.get('/api/calls/export.csv')
  t.equal(csv.status, 200)
  t.equal(csv.headers.get('content-disposition'), 'attachment; filename="calls.csv"')
  const raw = csv.body as string
  // The client's text decoder takes the mark away; the octets are looked at below.
  const lines = raw.replace(/^\ufeff/, '').split('\r\n')
  t.match(lines[0], /^Дата;Время;Номер звонившего;/)
  t.ok(raw.includes('"\'@SUM(1)\r\n""x"""'), 'quoted, and no formula')
  t.ok(raw.includes(
    `2026-11-23;12:00:00;'+79160001122;"'=HYPERLINK(""x"")";'+74996740782;"Дома; всегда";` +
    "Мобильный;отвечен;3;60;'-1+1"))
  const response = await api.app.request('/api/calls/export.csv?outcome=missed&lang=en',
    { headers: { host: 'panel.test', cookie: anna.cookie() } })
  const octets = new Uint8Array(await response.arrayBuffer())
  t.strictSame([...octets.slice(0, 3)], [0xef, 0xbb, 0xbf], 'UTF-8 with its mark')
  const english = new TextDecoder().decode(octets)
  t.match(english, /^Date,Time,Caller,/)
  t.notOk(english.includes('+79160001122'), 'filtered')
  t.match(english, /missed,63,0,/)

  const xlsx = await api.app.request('/api/calls/export.xlsx',
    { headers: { host: 'panel.test', cookie: anna.cookie() } })
  t.match(xlsx.headers.get('content-type'), /spreadsheetml/)
  const file = Buffer.from(await xlsx.arrayBuffer())
  t.equal(file.subarray(0, 2).toString('latin1'), 'PK')
  const sheet = unzipped(file, 'xl/worksheets/sheet1.xml')
  t.notMatch(sheet, /<f[ >]/, 'no formula')
  t.equal((sheet.match(/<row /g) ?? []).length, 3)
  const two = await Promise.all([1, 2].map(() => anna.get('/api/calls/export.xlsx')))
  t.strictSame(two.map((reply) => reply.status).sort(), [200, 503], 'one is written at a time')
  for (const wrong of ['lang=de', 'outcome=lost'])
    t.equal((await anna.get(`/api/calls/export.csv?${wrong}`)).status, 400)
})

t.test('a cell is safe in every program', async (t) => {
  const cases: [value: string | number, separator: string, cell: string][] = [
    ['=1+1', ',', "'=1+1"], ['+7916', ';', "'+7916"], ['-5', ',', "'-5"], ['@x', ',', "'@x"],
    ['\tx', ',', "'\tx"], ['\rx', ',', '"\'\rx"'], ['a"b', ',', '"a""b"'], ['a;b', ';', '"a;b"'],
    ['a;b', ',', 'a;b'], ['a\nb', ',', '"a\nb"'], ['', ',', ''], [-5, ',', '-5'],
      ['Анна', ';', 'Анна'],
  ]
  for (const [value, separator, cell] of cases) t.equal(csvCell(value, separator), cell, cell)
})

t.test('thousands of calls are sent in time and all of them', async (t) => {
  const api = await testApi(t)
  const anna = await api.subscriber('anna')
  const journal = journalOf(t, api)
  const count = 1203
  await Promise.all(Array.from({ length: count }, (_, i) =>
    journal.open(endedCall(callRecord({ subscriberId: anna.id, startedAt: noon + (i >> 2) })))))
  const csv = await anna.get('/api/calls/export.csv')
  t.equal(csv.body.trimEnd().split('\r\n').length, count + 1, 'none lost or doubled between pages')
})

/** One file of a ZIP archive, by its central directory. */
function unzipped(file: Buffer, name: string): string {
  let at = file.readUInt32LE(file.length - 22 + 16)
  while (file.readUInt32LE(at) === 0x02014b50) {
    const nameLength = file.readUInt16LE(at + 28)
    const found = file.subarray(at + 46, at + 46 + nameLength).toString()
    const size = file.readUInt32LE(at + 20)
    const local = file.readUInt32LE(at + 42)
    if (found === name) {
      const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
      const data = file.subarray(from, from + size)
      return (file.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data)).toString()
    }
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  throw new Error(`${name} is not in the archive`)
}
