/** Time stamps of notifications. */
import t from 'tap'
import { formatTimeOfDay } from '../../src/drachtio/time-of-day.ts'

const cases: { micros: number; text: string }[] = [
  { micros: 0, text: '00:00:00.000000' },
  { micros: 1, text: '00:00:00.000001' },
  { micros: 999_999.9, text: '00:00:00.999999' },
  { micros: 1_000_000, text: '00:00:01.000000' },
  { micros: 86_399_999_999, text: '23:59:59.999999' },
  { micros: 86_400_000_000, text: '00:00:00.000000' },
  { micros: Date.UTC(2026, 10, 23, 3, 44, 30, 528) * 1000 + 197, text: '03:44:30.528197' },
  { micros: Date.UTC(2026, 10, 23, 3, 44, 30, 9) * 1000 + 5, text: '03:44:30.009005' },
  { micros: Date.UTC(2026, 10, 23, 3, 44, 29, 1) * 1000, text: '03:44:29.001000' },
]

for (const c of cases) t.test(c.text, async (t) => { t.equal(formatTimeOfDay(c.micros), c.text) })
