/**
 * Our zone arithmetic beside an independent one (luxon): same local time at every half hour around
 * all changes of the clock, and the same start of each day.
 */
import { DateTime } from 'luxon'
import t from 'tap'
import { localMidnight } from '../../src/call/schedule.ts'
import { localTimeAt } from '../../src/call/zone.ts'

const halfHour = 30 * 60_000
const zones = ['Europe/Moscow', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia']

for (const zone of zones) {
  t.test(`${zone}: weekday, date and minute agree through 2026 and 2027`, async (t) => {
    let differences = 0
    const end = Date.UTC(2028, 0, 2)
    for (let at = Date.UTC(2026, 0, 1); at < end; at += halfHour) {
      const ours = localTimeAt(zone, at)
      const theirs = DateTime.fromMillis(at, { zone })
      if (ours.minute !== theirs.hour * 60 + theirs.minute) differences++
    }
    t.equal(differences, 0)
  })

  t.test(`${zone}: days start at the same instant`, async (t) => {
    for (let day = 0; day < 730; day += 1) {
      const noon = DateTime.fromObject({ year: 2026, month: 1, day: 1, hour: 12 }, { zone }).plus({ days: day })
      const ours = localMidnight(noon.toMillis(), zone)
      const theirs = noon.startOf('day').toMillis()
      if (ours !== theirs) t.fail(`${noon.toISODate()}: ${ours - theirs} ms apart`)
    }
    t.pass('two years of days')
  })
}
