/**
 * The wall clock: offsets against Intl over years, calendar arithmetic against the language's own.
 */
import t from 'tap'
import { dateOfDay, dayOfDate, isZone, localTimeAt, offsetAt, weekdayOfDay,
  zoneSegments } from '../../src/call/zone.ts'

const dayMs = 86_400_000

t.test('dates and days since 1970 go both ways', async (t) => {
  const rows: readonly (readonly [string, number, number])[] = [
    ['1970-01-01', 0, 4], ['1969-12-31', -1, 3], ['2000-02-29', 11_016, 2],
      ['2025-11-17', 20_409, 1],
    ['2100-02-28', 47_540, 7], ['2100-03-01', 47_541, 1],
  ]
  for (const [date, day, weekday] of rows) {
    t.equal(dayOfDate(date), day, date)
    t.equal(dateOfDay(day), date, date)
    t.equal(weekdayOfDay(day), weekday, date)
  }
  for (let day = -30_000; day < 60_000; day += 1) {
    const date = dateOfDay(day)
    if (dayOfDate(date) !== day || new Date(day * dayMs).toISOString().slice(0,
      10) !== date) t.fail(date)
  }
})

t.test('what is no date equals no day', async (t) => {
  for (const text of ['', '2025-1-1', '2025-11-1x', 'завтра 123', '20251117']) {
    t.ok(Number.isNaN(dayOfDate(text)), text)
  }
})

t.test('known zones and unknown ones', async (t) => {
  t.ok(isZone('Europe/Moscow'))
  t.notOk(isZone('Europe/Mosсow'), 'with a Russian с')
  t.throws(() => offsetAt('Mars/Base', 0), RangeError)
})

for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata',
  'Africa/Casablanca', 'Africa/Cairo', 'Pacific/Apia']) {
  t.test(`${zone}: every three hours of twenty years as Intl says`, async (t) => {
    const format = new Intl.DateTimeFormat('sv-SE',
      { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
    let wrong = 0
    for (let at = Date.UTC(2010, 0, 1); at < Date.UTC(2030, 0, 1);
      at += 3 * 3_600_000 + 7 * 60_000) {
      const { day, minute } = localTimeAt(zone, at)
      const two = (value: number) => String(value).padStart(2, '0')
      const clock = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
      if (format.format(at) !== `${dateOfDay(day)} ${clock}`) wrong += 1
    }
    t.equal(wrong, 0)
  })
}

t.test('segments are gapless and change exactly where the clock does', async (t) => {
  const from = Date.UTC(2025, 0, 1)
  const to = Date.UTC(2026, 0, 1)
  const segments = zoneSegments('Europe/Berlin', from, to)
  t.strictSame(segments, [
    { from, to: Date.UTC(2025, 2, 30, 1), offsetMs: 3_600_000 },
    { from: Date.UTC(2025, 2, 30, 1), to: Date.UTC(2025, 9, 26, 1), offsetMs: 7_200_000 },
    { from: Date.UTC(2025, 9, 26, 1), to, offsetMs: 3_600_000 },
  ])
  t.strictSame(zoneSegments('Europe/Moscow', from, to), [{ from, to, offsetMs: 10_800_000 }])
})
