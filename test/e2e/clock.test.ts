/**
 * Which rule acts at night, around midnight and when the clocks change: the application is started
 * with another wall clock (`PN_WALL_CLOCK`) and called. All phones are busy, so that every call ends
 * at once and the trace tells which rule was taken (product.md R-3 … R-6).
 */
import t from 'tap'
import type { Hours, ScheduleBlock, Weekday } from '../../src/call/rule.ts'
import { play } from '../support/call-case.ts'
import type { RulePlan } from '../support/call-case.ts'
import { testDatabase } from '../support/database.ts'
import { loopbackTrunk, nothing, startProduct } from '../support/product.ts'

interface ClockCase {
  readonly name: string
  readonly zone: string
  readonly rules: readonly RulePlan[]
  /** Name of the rule that acts. */
  readonly acts: string
}

interface ClockSetting {
  /** Instant at which the application starts; the calls follow within seconds, less than fifty. */
  readonly instant: string
  readonly about: string
  readonly cases: readonly ClockCase[]
}

const otherwise: RulePlan = { name: 'otherwise' }

function during(name: string, weekdays: readonly Weekday[], from: string, to: string): RulePlan {
  const hours: Hours = { from: minuteOf(from), to: minuteOf(to) }
  return { name, blocks: [{ weekdays, dates: [], hours: [hours] }] }
}

function onDate(name: string, date: string): RulePlan {
  const block: ScheduleBlock = { weekdays: [], dates: [{ from: date, to: date }], hours: [] }
  return { name, blocks: [block] }
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
}

const settings: readonly ClockSetting[] = [
  {
    instant: '2026-11-23T20:58:02Z', about: 'Monday 23:58 in Moscow, the last minutes of the day',
    cases: [
      {
        name: 'until 24:00 still acts', zone: 'Europe/Moscow',
        rules: [during('Monday', [1], '09:00', '24:00'), otherwise], acts: 'Monday',
      },
      {
        name: 'until 23:58 is over: the end does not belong to the range', zone: 'Europe/Moscow',
        rules: [during('early', [1], '09:00', '23:58'), otherwise], acts: 'otherwise',
      },
      {
        name: 'from 23:58 has begun', zone: 'Europe/Moscow',
        rules: [during('late', [1], '23:58', '23:59'), otherwise], acts: 'late',
      },
      {
        name: 'it is Tuesday already in Yekaterinburg', zone: 'Asia/Yekaterinburg',
        rules: [during('Tuesday', [2], '00:00', '24:00'), otherwise], acts: 'Tuesday',
      },
    ],
  },
  {
    instant: '2026-11-23T21:00:01Z', about: 'Tuesday 00:00 in Moscow, the first second of the day',
    cases: [
      {
        name: 'Monday until 24:00 is over', zone: 'Europe/Moscow',
        rules: [during('Monday', [1], '09:00', '24:00'), otherwise], acts: 'otherwise',
      },
      {
        name: 'a window past midnight belongs to Monday, its first day', zone: 'Europe/Moscow',
        rules: [during('night', [1], '22:00', '06:00'), otherwise], acts: 'night',
      },
      {
        name: 'the same window of Tuesday has not begun', zone: 'Europe/Moscow',
        rules: [during('night', [2], '22:00', '06:00'), otherwise], acts: 'otherwise',
      },
      {
        name: 'the date of yesterday is over', zone: 'Europe/Moscow',
        rules: [onDate('yesterday', '2026-11-23'), onDate('today', '2026-11-24'), otherwise], acts: 'today',
      },
    ],
  },
  {
    instant: '2026-10-25T01:30:00Z', about: 'Sunday 02:30 in Berlin for the second time',
    cases: [
      {
        name: 'the repeated hour matches in its second pass, too', zone: 'Europe/Berlin',
        rules: [during('hour', [7], '02:00', '03:00'), otherwise], acts: 'hour',
      },
      {
        name: 'three o’clock has not come', zone: 'Europe/Berlin',
        rules: [during('later', [7], '03:00', '04:00'), otherwise], acts: 'otherwise',
      },
      {
        name: 'Moscow knows no such thing', zone: 'Europe/Moscow',
        rules: [during('hour', [7], '04:00', '05:00'), otherwise], acts: 'hour',
      },
    ],
  },
  {
    instant: '2027-03-28T01:00:01Z', about: 'Sunday 03:00 in Berlin, the hour from two to three was skipped',
    cases: [
      {
        name: 'a window in the skipped hour does not act', zone: 'Europe/Berlin',
        rules: [during('skipped', [7], '02:00', '03:00'), otherwise], acts: 'otherwise',
      },
      {
        name: 'three o’clock has come', zone: 'Europe/Berlin',
        rules: [during('three', [7], '03:00', '04:00'), otherwise], acts: 'three',
      },
      {
        name: 'a window over the gap goes on', zone: 'Europe/Berlin',
        rules: [during('over', [7], '01:30', '03:30'), otherwise], acts: 'over',
      },
      {
        name: 'London changes at the same instant', zone: 'Europe/London',
        rules: [during('two', [7], '02:00', '03:00'), otherwise], acts: 'two',
      },
    ],
  },
]

// Two at a time: a product is three processes, and most of a case is waiting.
t.jobs = 2
for (const { instant, about, cases } of settings) {
  t.test(`${about} (${instant})`, { buffered: true }, async (t) => {
    const database = await testDatabase(t)
    const product = await startProduct({
      database, trunks: [loopbackTrunk(9)], wallClock: instant, env: { PN_MAX_CPS: '100' },
    })
    t.teardown(() => product.stop())
    const results = await Promise.all(cases.map((one) => play(product, {
      name: one.name,
      phones: [{ scenario: 'uas-busy-486' }],
      subscriber: { zone: one.zone },
      rules: one.rules,
      callers: [{ scenario: 'uac-all-busy-expect-486' }],
      records: [{ outcome: 'missed', status: 486, legs: ['busy'], trace: [`ruleTaken:${one.acts}`] }],
    })))
    for (const [i, one] of cases.entries()) t.same(results[i]?.faults, [], one.name)
    const left = await product.quiet(40_000)
    t.same(left, nothing, 'nothing is left')
  })
}
