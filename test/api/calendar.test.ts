/** The calendar over HTTP: the country's days, own days, iCalendar files. */
import t from 'tap'
import { readDays } from '../../src/api/ics.ts'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import { testApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'

function ics(...events: readonly (readonly string[])[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//', ...events.flatMap((lines, index) =>
    ['BEGIN:VEVENT', `UID:${index}@test`, 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT']),
  'END:VCALENDAR', ''].join('\r\n')
}

t.test('a year shows public holidays and own days over them', async (t) => {
  const { database, subscriber } = await testApi(t)
  const anna = await subscriber('anna', { number: '+74996740705' })
  const { body: year } = await anna.get('/api/calendar?year=2026')
  t.match(year, { year: 2026, country: 'RU', known: true, provisional: false })
  const on = (date: string) => year.days.find((one: { date: string }) => one.date === date)
  t.match(on('2026-05-09'), { kind: 'holiday', own: false, official: 'holiday' })
  t.equal(on('2026-07-15'), undefined, 'ordinary days are left out')
  t.match((await anna.get('/api/calendar?year=1999')).body, { known: false, days: [] })
  t.equal((await anna.get('/api/calendar?year=12')).status, 400)

  t.match(await anna.put('/api/calendar/2026-07-15', { kind: 'holiday', name: 'День рождения' }),
    { status: 200, body: { own: true, official: 'working', name: 'День рождения' } })
  await anna.put('/api/calendar/2026-05-09', { kind: 'working' })
  const mine = (await anna.get('/api/calendar?year=2026')).body.days
  t.match(mine.find((one: { date: string }) => one.date === '2026-05-09'),
    { kind: 'working', own: true, official: 'holiday', name: /\S/ }, 'the name of the day stays')
  const calendar = (await createSubscriberFinder(database, 2000)('+74996740705'))?.calendar
  t.match(calendar?.days,
    { '2026-07-15': 'holiday', '2026-05-09': 'working', '2026-01-01': 'holiday' })

  t.equal((await anna.delete('/api/calendar/2026-05-09')).status, 200)
  t.equal((await anna.delete('/api/calendar/2026-05-09')).status, 404)
  for (const date of ['2026-02-31', '2026-2-3', 'tomorrow'])
    t.equal((await anna.put(`/api/calendar/${date}`, { kind: 'holiday' })).status, 404, date)
  t.match((await anna.put('/api/calendar/2026-03-03', { kind: 'sunny' })).body, { field: 'kind' })
})

t.test('a rule of days off follows the calendar', async (t) => {
  const { clock, subscriber } = await testApi(t)
  /** Wednesday 2026-07-15, 12:00 in Moscow. */
  const noon = Date.UTC(2026, 6, 15, 9)
  clock.wallAheadMs = noon - Date.now()
  const anna = await subscriber('anna')
  const id = (await anna.post('/api/numbers', { address: '+79161234567', description: '' })).body.id
  const { body: rule } = await anna.post('/api/rules', ruleBody({
    targetIds: [id],
    blocks: [{ weekdays: [], dates: [], hours: [], dayKinds: ['dayOff', 'holiday'] }],
  }))
  t.match(rule.verdict, { verdict: 'dayKind', kind: 'working' })
  await anna.put('/api/calendar/2026-07-15', { kind: 'holiday', name: '' })
  t.match((await anna.get('/api/overview')).body.acts, { kind: 'rule', ruleId: rule.id })
})

t.test('an iCalendar file is shown first and then taken', async (t) => {
  const { clock, subscriber } = await testApi(t)
  clock.wallAheadMs = Date.UTC(2026, 2, 1, 9) - Date.now()
  const anna = await subscriber('anna')
  await anna.put('/api/calendar/2026-08-01', { kind: 'working', name: 'Дежурство' })
  const text = ics(
    ['SUMMARY:Отпуск', 'DTSTART;VALUE=DATE:20260801', 'DTEND;VALUE=DATE:20260804'],
    ['SUMMARY:Планёрка', 'DTSTART:20260805T090000Z', 'DTEND:20260805T100000Z'],
  )
  const preview = await anna.post('/api/calendar/import', { text, confirm: false })
  t.strictSame(preview.body, {
    days: [
      { date: '2026-08-01', name: 'Отпуск', own: true },
      { date: '2026-08-02', name: 'Отпуск', own: false },
      { date: '2026-08-03', name: 'Отпуск', own: false },
    ],
    skipped: 1,
    imported: false,
  })
  t.match((await anna.get('/api/calendar?year=2026')).body.days.filter(
    (one: { own: boolean }) => one.own), [{ name: 'Дежурство' }], 'nothing is stored yet')
  t.match((await anna.post('/api/calendar/import', { text, confirm: true, kind: 'dayOff' })).body,
    { imported: true })
  t.strictSame((await anna.get('/api/calendar?year=2026')).body.days
    .filter((one: { own: boolean }) => one.own)
    .map((one: { date: string; kind: string }) => `${one.date} ${one.kind}`),
  ['2026-08-01 dayOff', '2026-08-02 dayOff', '2026-08-03 dayOff'])
  t.match(await anna.post('/api/calendar/import', { text: 'hello', confirm: false }),
    { status: 422, body: { code: 'bad_calendar', field: 'text' } })
  const large = `${text}${'X'.repeat(200_000)}`
  t.equal((await anna.post('/api/calendar/import', { text: large, confirm: false })).status, 422,
    'larger than other requests may be')
  t.equal((await anna.post('/api/calendar/import', { text: 'я'.repeat(1_100_000), confirm: false }))
    .status, 413)
})

t.test('events of every kind become days or are left out', async (t) => {
  const cases: [name: string, lines: string[], dates: string[]][] = [
    ['one day without an end', ['DTSTART;VALUE=DATE:20260612'], ['2026-06-12']],
    ['with a duration', ['DTSTART;VALUE=DATE:20261231', 'DURATION:P2D'],
      ['2026-12-31', '2027-01-01']],
    ['each year', ['DTSTART;VALUE=DATE:20200308', 'RRULE:FREQ=YEARLY'],
      ['2026-03-08', '2027-03-08', '2028-03-08']],
    ['every week, three times', ['DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=WEEKLY;COUNT=3'],
      ['2026-01-05', '2026-01-12', '2026-01-19']],
    ['with an exception', ['DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=DAILY;COUNT=3',
      'EXDATE;VALUE=DATE:20260106'], ['2026-01-05', '2026-01-07']],
    ['long ago', ['DTSTART;VALUE=DATE:20250612'], []],
    ['too far off', ['DTSTART;VALUE=DATE:20290612'], []],
    ['a year long', ['DTSTART;VALUE=DATE:20260101', 'DTEND;VALUE=DATE:20270101'], []],
    ['an hour', ['DTSTART:20260612T090000', 'DTEND:20260612T100000'], []],
  ]
  for (const [name, lines, dates] of cases) {
    const read = readDays(ics([`SUMMARY:${name}`, ...lines]), '2026-03-01')
    t.strictSame(read?.days.map((one) => one.date), dates, name)
    t.equal(read?.skipped, dates.length === 0 ? 1 : 0, name)
  }
  for (const rule of ['DAILY;BYMONTH=2;BYMONTHDAY=30', 'SECONDLY', 'WEEKLY;INTERVAL=999'])
    t.strictSame(readDays(ics(['SUMMARY:x', 'DTSTART;VALUE=DATE:20260101', `RRULE:FREQ=${rule}`]),
      '2026-03-01'), { days: [], skipped: 1 }, rule)
  t.equal(readDays('', '2026-03-01'), undefined)
  t.equal(readDays('BEGIN:VCARD\r\nEND:VCARD\r\n', '2026-03-01'), undefined)
  t.match(readDays(ics(['SUMMARY:a\\nb‮c', 'DTSTART;VALUE=DATE:20260612']), '2026-03-01')?.days,
    [{ name: 'a b c' }], 'names are plain text')
})

t.test('a file that would take for ever does not keep the others waiting', async (t) => {
  const { subscriber } = await testApi(t)
  const anna = await subscriber('anna')
  /** Searches thousands of years for a Monday, 30 February. */
  const never = ['DTSTART;VALUE=DATE:20000101',
    'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYDAY=MO']
  const endless = ics(...Array.from({ length: 100 }, () => never))
  let longestGap = 0
  let last = performance.now()
  const ticking = setInterval(() => {
    longestGap = Math.max(longestGap, performance.now() - last)
    last = performance.now()
  }, 20)
  t.teardown(() => clearInterval(ticking))
  const replies = await Promise.all([1, 2].map(() =>
    anna.post('/api/calendar/import', { text: endless, confirm: false })))
  t.strictSame(replies.map(({ status, body }) => `${status} ${body.code}`).toSorted(),
    ['422 bad_calendar', '503 busy'], 'one at a time')
  t.ok(longestGap < 2500,
    `the process went on meanwhile (longest gap ${Math.round(longestGap)} ms)`)
})
