/**
 * Calendars: what a date is, files that are read and files that are refused, and the production
 * calendars of Russia that come with the product, checked against the figures officially published.
 */
import { readFileSync, readdirSync } from 'node:fs'
import t from 'tap'
import { dayKindAt, readCalendar } from '../../src/call/calendar.ts'
import { dateOfDay, dayOfDate } from '../../src/call/zone.ts'

const folder = new URL('../../calendars/', import.meta.url)

t.test('what a date is', async (t) => {
  const calendar = { days: { '2025-11-01': 'short', '2025-11-04': 'holiday' } } as const
  const rows = [
    ['2025-11-01', 'short'], ['2025-11-04', 'holiday'], ['2025-11-05', 'working'],
    ['2025-11-08', 'dayOff'], ['2025-11-09', 'dayOff'], ['2025-11-10', 'working'],
  ] as const
  for (const [date, kind] of rows) t.equal(dayKindAt(calendar, date), kind, date)
  t.equal(dayKindAt(undefined, '2025-11-01'), 'dayOff', 'without a calendar: a Saturday')
})

t.test('files that are refused, with the place and the reason', async (t) => {
  const good = { country: 'RU', year: 2026, days: {} }
  const rows: readonly (readonly [string, unknown, RegExp])[] = [
    ['no object', [1], /the file must be an object/],
    ['no country', { ...good, country: undefined }, /country must be two capital letters/],
    ['a country in words', { ...good, country: 'Россия' }, /not "Россия"/],
    ['a year in words', { ...good, year: '2026' }, /year must be a whole number.*not "2026"/],
    ['no days', { ...good, days: undefined }, /days must be an object/],
    ['a date that is none', { ...good, days: { '2026-02-30': 'holiday' } },
      /days: "2026-02-30" is not a date/],
    ['a date written otherwise', { ...good, days: { '01.01.2026': 'holiday' } }, /not a date/],
    ['a date of another year', { ...good, days: { '2025-12-31': 'holiday' } }, /is not in 2026/],
    ['an unknown kind', { ...good, days: { '2026-01-01': 'праздник' } },
      /2026-01-01 is "праздник", must be "working"/],
    ['a name without words', { ...good, names: { '2026-01-01': '' } }, /names: 2026-01-01/],
    ['perhaps provisional', { ...good, provisional: 1 }, /provisional must be true or false/],
  ]
  for (const [name, file, message] of rows) {
    t.throws(() => readCalendar(JSON.stringify(file)), message, name)
  }
  t.throws(() => readCalendar('{'), /not JSON/)
})

t.test('a file that is read', async (t) => {
  const text = JSON.stringify({ country: 'RU', year: 2026, days: { '2026-01-01': 'holiday' },
    source: 'somebody' })
  t.strictSame(readCalendar(text), { country: 'RU', year: 2026, provisional: false, names: {},
    days: { '2026-01-01': 'holiday' } })
})

/** Days that are moved by the government, short days, working days of the year where known. */
const published = new Map([
  [2025, { workingDays: 247, moved: ['05-02', '05-08', '06-13', '11-03', '12-31'],
    short: ['03-07', '04-30', '06-11', '11-01'] }],
  [2026, { workingDays: 247, moved: ['01-09', '03-09', '05-11', '12-31'],
    short: ['04-30', '05-08', '06-11', '11-03'] }],
])

const holidays = ['01-01', '01-02', '01-03', '01-04', '01-05', '01-06', '01-07', '01-08',
  '02-23', '03-08', '05-01', '05-09', '06-12', '11-04']

for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  t.test(name, async (t) => {
    const calendar = readCalendar(readFileSync(new URL(name, folder), 'utf8'))
    const { year, days } = calendar
    t.equal(name, `${calendar.country.toLowerCase()}-${year}.json`)
    const of = (kind: string) => Object.keys(days).filter((date) => days[date] === kind)
      .map((date) => date.slice(5))
    t.strictSame(of('holiday'), holidays, 'Labour Code, article 112')
    t.strictSame(Object.keys(days), Object.keys(days).toSorted(), 'in order')
    for (const date of of('short')) {
      const next = dateOfDay(dayOfDate(`${year}-${date}`) + 1)
      t.not(dayKindAt(calendar, next), 'working', `${date} is before a day that is free`)
    }
    const known = published.get(year)
    t.equal(calendar.provisional, known === undefined, 'decided, or said to be not')
    if (known === undefined) return
    t.strictSame(of('dayOff'), known.moved)
    t.strictSame(of('short'), known.short)
    let working = 0
    for (let day = dayOfDate(`${year}-01-01`); day <= dayOfDate(`${year}-12-31`); day += 1) {
      const kind = dayKindAt(calendar, dateOfDay(day))
      if (kind === 'working' || kind === 'short') working += 1
    }
    t.equal(working, known.workingDays, 'working days of the year')
  })
}
