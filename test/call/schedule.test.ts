/**
 * When rules act (R-2 … R-6): a row per case, then the same asked at every minute of hard days.
 */
import t from 'tap'
import type { Rule } from '../../src/call/rule.ts'
import { localDays, localMidnight, occurrences, verdictAt } from '../../src/call/schedule.ts'
import { block, rule, wall } from './fixtures.ts'

function ruleOf(...texts: string[]): Rule {
  return rule('r', undefined, { blocks: texts.map(block) })
}

/** 2025-11-17 is a Monday. */
const cases: readonly {
  readonly name: string
  readonly blocks: readonly string[]
  readonly zone?: string
  readonly acts: readonly string[]
  readonly rests: readonly (readonly [at: string, why: string])[]
}[] = [
  { name: 'no block: always', blocks: [], acts: ['2025-11-17 00:00', '2025-11-23 23:59'],
    rests: [] },
  { name: 'an empty block: always', blocks: [''], acts: ['2025-11-17 00:00'], rests: [] },
  {
    name: 'weekdays AND hours (R-2)', blocks: ['пн–пт 09:00–18:00'],
    acts: ['2025-11-17 09:00', '2025-11-21 17:59'],
    rests: [['2025-11-17 08:59', 'hours'], ['2025-11-17 18:00', 'hours'],
      ['2025-11-22 12:00', 'weekday']],
  },
  {
    name: 'inside a kind OR (R-2)', blocks: ['пн ср 09:00–10:00 14:00–15:00'],
    acts: ['2025-11-17 09:30', '2025-11-19 14:30'],
    rests: [['2025-11-18 09:30', 'weekday'], ['2025-11-19 12:00', 'hours']],
  },
  {
    name: 'blocks OR', blocks: ['пн–пт 18:00–23:00', 'сб–вс'],
    acts: ['2025-11-17 18:00', '2025-11-22 03:00'],
    rests: [['2025-11-17 12:00', 'hours'], ['2025-11-17 23:00', 'hours']],
  },
  {
    name: 'half-open minutes (R-4)', blocks: ['10:00–10:01'],
    acts: ['2025-11-17 10:00'], rests: [['2025-11-17 09:59', 'hours'],
      ['2025-11-17 10:01', 'hours']],
  },
  {
    name: '24:00 is the end of the day (R-4)', blocks: ['пн 18:00–24:00'],
    acts: ['2025-11-17 23:59'], rests: [['2025-11-18 00:00', 'weekday']],
  },
  {
    name: 'from = to is the whole day (R-4)', blocks: ['пн 09:00–09:00'],
    acts: ['2025-11-17 00:00', '2025-11-17 23:59'],
    rests: [['2025-11-16 23:59', 'weekday'], ['2025-11-18 00:00', 'weekday']],
  },
  {
    name: '00:00–24:00 is the whole day', blocks: ['пн 00:00–24:00'],
    acts: ['2025-11-17 00:00', '2025-11-17 23:59'], rests: [['2025-11-18 00:00', 'weekday']],
  },
  {
    name: 'Friday 22–06 covers Saturday 05:00 and not Friday 05:00 (R-3)',
      blocks: ['пт 22:00–06:00'],
    acts: ['2025-11-21 22:00', '2025-11-21 23:59', '2025-11-22 00:00', '2025-11-22 05:59'],
    rests: [['2025-11-21 05:00', 'hours'], ['2025-11-22 06:00', 'weekday'],
      ['2025-11-22 22:00', 'weekday']],
  },
  {
    name: 'a window past midnight belongs to its first date (R-3)',
      blocks: ['2025-11-20…2025-11-20 22:00–06:00'],
    acts: ['2025-11-20 22:00', '2025-11-21 05:59'],
    rests: [['2025-11-20 05:00', 'hours'], ['2025-11-21 22:00', 'date']],
  },
  {
    name: 'dates include both ends (R-5)', blocks: ['2025-11-12…2025-11-23'],
    acts: ['2025-11-12 00:00', '2025-11-23 23:59'],
    rests: [['2025-11-11 23:59', 'date'], ['2025-11-24 00:00', 'date']],
  },
  {
    name: 'either end of the dates may be open', blocks: ['…2025-11-12', '2025-11-20…'],
    acts: ['2025-11-01 00:00', '2025-11-12 23:59', '2026-05-01 00:00'],
      rests: [['2025-11-15 12:00', 'date']],
  },
  {
    name: 'dates AND weekdays: the dates are named first', blocks: ['2025-11-12…2025-11-23 сб–вс'],
    acts: ['2025-11-22 12:00'], rests: [['2025-11-17 12:00', 'weekday'],
      ['2025-11-29 12:00', 'date']],
  },
  {
    name: 'over New Year', blocks: ['2025-12-31…2025-12-31 23:00–01:00'],
    acts: ['2025-12-31 23:00', '2026-01-01 00:59'],
      rests: [['2026-01-01 01:00', 'date'], ['2026-01-01 23:30', 'date']],
  },
  {
    name: 'a leap day', blocks: ['2028-02-29…2028-02-29'],
    acts: ['2028-02-29 00:00', '2028-02-29 23:59'],
      rests: [['2028-02-28 23:59', 'date'], ['2028-03-01 00:00', 'date']],
  },
  {
    name: 'a window wholly in a skipped hour does not fire (R-6)', blocks: ['вс 02:00–03:00'],
      zone: 'Europe/Berlin',
    acts: ['2025-03-23 02:30', '2025-04-06 02:30'],
      rests: [['2025-03-30 01:59', 'hours'], ['2025-03-30 03:00', 'hours']],
  },
  {
    name: 'a skipped hour shortens a window', blocks: ['вс 01:00–04:00'], zone: 'Europe/Berlin',
    acts: ['2025-03-30 01:59', '2025-03-30 03:00'], rests: [['2025-03-30 04:00', 'hours']],
  },
  {
    name: 'the subscriber lives elsewhere', blocks: ['пн 09:00–18:00'], zone: 'Asia/Kolkata',
    acts: ['2025-11-17 09:00', '2025-11-17 17:59'], rests: [['2025-11-17 18:00', 'hours']],
  },
]

for (const c of cases) {
  t.test(c.name, async (t) => {
    const zone = c.zone ?? 'Europe/Moscow'
    const tested = ruleOf(...c.blocks)
    for (const at of c.acts) t.equal(verdictAt(tested, wall(at, zone), zone).verdict, 'acts', at)
    for (const [at, why] of c.rests) t.equal(verdictAt(tested, wall(at, zone), zone).verdict, why,
      at)
  })
}

t.test('a disabled rule never acts, but has its times', async (t) => {
  const off = { ...ruleOf('09:00–18:00'), enabled: false }
  const noon = wall('2025-11-17 12:00')
  t.strictSame(verdictAt(off, noon, 'Europe/Moscow'), { verdict: 'disabled' })
  t.equal(occurrences(off, noon, noon + 60_000, 'Europe/Moscow').length, 1)
})

t.test('verdicts name the minute, the date, the weekday', async (t) => {
  const at = wall('2025-11-17 07:35')
  t.strictSame(verdictAt(ruleOf('09:00–18:00'), at, 'Europe/Moscow'),
    { verdict: 'hours', minute: 455 })
  t.strictSame(verdictAt(ruleOf('…2025-11-16'), at, 'Europe/Moscow'),
    { verdict: 'date', date: '2025-11-17' })
  t.strictSame(verdictAt(ruleOf('сб'), at, 'Europe/Moscow'), { verdict: 'weekday', weekday: 1 })
})

t.test('a repeated hour acts in both passes (R-6)', async (t) => {
  const zone = 'Europe/Berlin'
  const first = wall('2025-10-26 02:15', zone)
  const tested = ruleOf('вс 02:00–02:30')
  for (const at of [first, first + 3_600_000]) t.equal(verdictAt(tested, at, zone).verdict, 'acts')
  t.equal(verdictAt(tested, first + 1_800_000, zone).verdict, 'hours')
  const found = occurrences(tested, first - 3_600_000, first + 7_200_000, zone)
  t.strictSame(found.map(({ from, to }) => (to - from) / 60_000), [30, 30])
})

t.test('neighbouring days are one stretch, cut at the ends of the question', async (t) => {
  const from = wall('2025-11-15 12:00')
  const to = wall('2025-11-24 12:00')
  t.strictSame(occurrences(ruleOf('пн–ср'), from, to, 'Europe/Moscow'), [
    { from: wall('2025-11-17 00:00'), to: wall('2025-11-20 00:00') },
    { from: wall('2025-11-24 00:00'), to },
  ])
  t.strictSame(occurrences(ruleOf('пн–ср'), to, from, 'Europe/Moscow'), [], 'an empty window')
})

t.test('local days have 23, 24 or 25 hours', async (t) => {
  const hours = (from: string, to: string, zone: string) =>
    localDays(wall(from, zone), wall(to, zone), zone)
      .map((day) => `${day.date} ${(day.to - day.from) / 3_600_000}`)
  t.strictSame(hours('2025-03-29 00:00', '2025-04-01 00:00', 'Europe/Berlin'),
    ['2025-03-29 24', '2025-03-30 23', '2025-03-31 24'])
  t.strictSame(hours('2025-10-26 00:00', '2025-10-27 12:00', 'Europe/Berlin'),
    ['2025-10-26 25', '2025-10-27 12'])
  t.strictSame(hours('2025-04-06 00:00', '2025-04-07 00:00', 'Australia/Lord_Howe'),
    ['2025-04-06 24.5'])
  t.strictSame(hours('2025-04-24 12:00', '2025-04-26 00:00', 'Africa/Cairo'),
    ['2025-04-24 12', '2025-04-25 23'], 'Cairo skips the midnight of 25 April')
  t.strictSame(hours('2011-12-29 00:00', '2011-12-31 00:00', 'Pacific/Apia'), ['2011-12-29 24'])
  const noon = wall('2025-04-25 12:00', 'Africa/Cairo')
  t.equal(localMidnight(noon, 'Africa/Cairo'), wall('2025-04-25 01:00', 'Africa/Cairo'))
  t.equal(localMidnight(noon, 'Africa/Cairo', 1), wall('2025-04-26 00:00', 'Africa/Cairo'))
})

/** Days around every oddity a calendar has. */
const hardDays: readonly (readonly [zone: string, from: string])[] = [
  ['Europe/Moscow', '2025-12-30 00:00'],
  ['Europe/Berlin', '2025-03-29 00:00'],
  ['Europe/Berlin', '2025-10-25 00:00'],
  ['America/New_York', '2025-03-08 00:00'],
  ['America/New_York', '2025-11-01 00:00'],
  ['Australia/Lord_Howe', '2025-04-05 00:00'],
  ['Australia/Lord_Howe', '2025-10-04 00:00'],
  ['Asia/Kolkata', '2028-02-28 00:00'],
  ['Africa/Cairo', '2025-04-24 00:00'],
  ['America/Santiago', '2025-04-05 00:00'],
  ['America/Havana', '2025-11-01 00:00'],
  ['Pacific/Apia', '2011-12-29 00:00'],
  ['Africa/Casablanca', '2026-02-14 00:00'],
]

const hardRules = [
  'пн–пт 09:00–18:00', 'сб–вс 22:00–06:00', '02:00–03:00', '01:30–02:15', '23:30–00:30 12:00–12:00',
  'вс 00:00–24:00', '2025-03-30…2025-03-30 2025-10-26…2025-10-26 22:00–03:00',
    '2025-12-31…2026-01-01',
  '2028-02-29…2028-02-29 18:00–24:00', 'ср 24:00–06:00', '…2025-11-02 00:15–23:45',
]

for (const [zone, from] of hardDays) {
  t.test(`verdict and occurrences agree at every minute: ${zone} from ${from}`, async (t) => {
    const start = wall(from, zone)
    const end = start + 3 * 86_400_000
    for (const text of hardRules) {
      const tested = ruleOf(text)
      const found = occurrences(tested, start, end, zone)
      let disagreements = 0
      for (let at = start; at < end; at += 60_000) {
        const inside = found.some((stretch) => at >= stretch.from && at < stretch.to)
        if (inside !== (verdictAt(tested, at, zone).verdict === 'acts')) disagreements += 1
      }
      t.equal(disagreements, 0, text)
      t.ok(found.every((stretch, i) => i === 0 || stretch.from > (found[i - 1]?.to ?? 0)),
        'disjoint')
    }
  })
}

t.test('the verdict agrees with Intl, asked word by word', async (t) => {
  for (const [zone, from] of hardDays) {
    const format = new Intl.DateTimeFormat('en-GB',
      { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit' })
    const tested = ruleOf('сб 10:00–20:30')
    let disagreements = 0
    for (let at = wall(from, zone), i = 0; i < 400; i += 1, at += 11 * 60_000) {
      const [weekday, clock = ''] = format.format(at).split(' ')
      const expected = weekday === 'Sat' && clock >= '10:00' && clock < '20:30'
      if (expected !== (verdictAt(tested, at, zone).verdict === 'acts')) disagreements += 1
    }
    t.equal(disagreements, 0, zone)
  }
})

t.test('kinds of day, asked of the day on which a window starts (R-3)', async (t) => {
  const calendar = { days: {
    '2025-11-01': 'short', '2025-11-03': 'dayOff', '2025-11-04': 'holiday',
  } } as const
  const zone = 'Europe/Moscow'
  const work = rule('r', undefined, { blocks: [
    { ...block('09:00–18:00'), dayKinds: ['working', 'short'] }] })
  const festive = rule('r', undefined, { blocks: [
    { ...block('22:00–06:00'), dayKinds: ['holiday'] }] })
  const freeMondays = rule('r', undefined, { blocks: [
    { ...block('пн'), dayKinds: ['dayOff', 'holiday'] }] })
  const rows: readonly (readonly [string, Rule, at: string, verdict: object])[] = [
    ['a Saturday that was made a working day', work, '2025-11-01 12:00', { verdict: 'acts' }],
    ['its hours', work, '2025-11-01 18:00', { verdict: 'hours', minute: 1080 }],
    ['an ordinary Sunday', work, '2025-11-02 12:00',
      { verdict: 'dayKind', date: '2025-11-02', kind: 'dayOff' }],
    ['a Monday off', work, '2025-11-03 12:00',
      { verdict: 'dayKind', date: '2025-11-03', kind: 'dayOff' }],
    ['a holiday', work, '2025-11-04 12:00',
      { verdict: 'dayKind', date: '2025-11-04', kind: 'holiday' }],
    ['an ordinary Wednesday', work, '2025-11-05 12:00', { verdict: 'acts' }],
    ['the night of the holiday', festive, '2025-11-04 23:00', { verdict: 'acts' }],
    ['goes on after midnight', festive, '2025-11-05 05:59', { verdict: 'acts' }],
    ['and ends', festive, '2025-11-05 06:00',
      { verdict: 'dayKind', date: '2025-11-05', kind: 'working' }],
    ['the night before it is not meant', festive, '2025-11-04 05:00',
      { verdict: 'hours', minute: 300 }],
    ['right kind, wrong weekday', freeMondays, '2025-11-04 12:00',
      { verdict: 'weekday', weekday: 2 }],
    ['both right', freeMondays, '2025-11-03 12:00', { verdict: 'acts' }],
    ['right weekday, wrong kind', freeMondays, '2025-11-10 12:00',
      { verdict: 'dayKind', date: '2025-11-10', kind: 'working' }],
  ]
  for (const [name, one, at, verdict] of rows) {
    t.strictSame(verdictAt(one, wall(at), zone, calendar), verdict, name)
    const found = occurrences(one, wall(at), wall(at) + 1, zone, calendar).length > 0
    t.equal(found, 'verdict' in verdict && verdict.verdict === 'acts', `${name}: drawn alike`)
  }
  t.strictSame(verdictAt(work, wall('2025-11-01 12:00'), zone),
    { verdict: 'dayKind', date: '2025-11-01', kind: 'dayOff' }, 'no calendar: weekends are off')
  const noLimit = rule('r', undefined, { blocks: [{ ...block(''), dayKinds: [] }] })
  t.strictSame(verdictAt(noLimit, wall('2025-11-02 12:00'), zone, calendar), { verdict: 'acts' })
  t.strictSame(occurrences(noLimit, 0, 5, zone, calendar), [{ from: 0, to: 5 }])
})
