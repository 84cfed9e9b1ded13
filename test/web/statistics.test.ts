/** Figures of the statistics, the order of the voicemail box, and its words. */
import t from 'tap'
import type { CallTotals, DayCount } from '../../src/api/schema-insight.ts'
import type { MessageReply } from '../../src/api/schema-media.ts'
import { boxOrder, nextToGo, senderName, whenLeft } from '../../web/mailbox.ts'
import { readPeriod } from '../../web/page-statistics.ts'
import {
  axisMarks, dayBars, growth, heatStep, isWeekly, share,
} from '../../web/stat-figures.ts'
import { stepCell } from '../../web/stat-keys.ts'
import { percent } from '../../web/stat-tables.ts'
import { now } from '../../web/state.ts'
import { addDays, weekdayOf } from '../../web/zone.ts'

const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ')

const totals = (calls: number): CallTotals => ({
  calls, answered: 0, missed: 0, voicemail: 0, abandoned: 0, refused: 0, answerSeconds: null,
  talkSeconds: 0,
})

t.test('shares and growth', async (t) => {
  t.equal(share(1, 0), undefined, 'of nothing there is no share')
  t.equal(share(318, 365)?.toFixed(2), '0.87')
  t.equal(growth(totals(108), totals(100))?.toFixed(2), '0.08')
  t.equal(growth(totals(5), null), undefined)
  t.equal(growth(totals(5), totals(0)), undefined)
  t.equal(plain(percent(0.874)), '87 %')
})

const days = (count: number): DayCount[] => Array.from({ length: count }, (_, at) => ({
  date: addDays('2025-01-01', at), from: at * 24, to: at * 24 + 24, answered: 2, missed: 1,
  voicemail: at % 2,
}))

t.test('a year of days is drawn as weeks', async (t) => {
  t.notOk(isWeekly(days(62)))
  t.equal(dayBars(days(30), weekdayOf).length, 30)
  const weeks = dayBars(days(365), weekdayOf)
  t.strictSame([weeks[0]?.date, weeks[0]?.last], ['2025-01-01', '2025-01-05'], 'the first is cut')
  t.strictSame([weeks[1]?.date, weeks[1]?.last, weeks[1]?.answered, weeks[1]?.to],
    ['2025-01-06', '2025-01-12', 14, 12 * 24])
  const sum = (of: (day: DayCount) => number, list: readonly DayCount[]): number =>
    list.reduce((all, day) => all + of(day), 0)
  for (const kind of ['answered', 'missed', 'voicemail'] as const) {
    t.equal(sum((day) => day[kind], weeks), sum((day) => day[kind], days(365)),
      `no ${kind} call is lost`)
  }
})

t.test('marks of the axis are round and few', async (t) => {
  const cases = [
    [1, [1]], [2, [1, 2]], [3, [1, 2, 3]], [7, [5, 10]], [21, [10, 20, 30]], [100, [50, 100]],
    [1300, [500, 1000, 1500]],
  ] as const
  for (const [most, wanted] of cases) t.strictSame(axisMarks(most), wanted, String(most))
  for (let most = 1; most < 3000; most += 7) {
    const marks = axisMarks(most)
    if (marks.length > 4 || (marks.at(-1) ?? 0) < most || marks.some((mark) => mark % 1 !== 0)) {
      t.fail(`${most}: ${marks.join()}`)
    }
  }
})

t.test('steps of heat', async (t) => {
  t.strictSame([0, 1, 3, 6, 9, 12, 15].map((count) => heatStep(count, 15)), [0, 1, 1, 2, 3, 4, 5])
  t.equal(heatStep(1, 1000), 1, 'one call is seen')
})

t.test('arrow keys in a picture with one tab stop', async (t) => {
  const cases = [
    ['ArrowRight', 0, 1], ['ArrowLeft', 0, undefined], ['ArrowDown', 0, 24], ['ArrowUp', 25, 1],
    ['ArrowDown', 150, undefined], ['Home', 99, 0], ['End', 3, 167], ['x', 3, undefined],
  ] as const
  for (const [key, at, wanted] of cases) t.equal(stepCell(key, at, 168, 24), wanted,
    `${key} at ${at}`)
})

t.test('the period of the address', async (t) => {
  now.value = Date.parse('2025-11-18T14:32:00+03:00')
  const usual = { from: '2025-10-20', to: '2025-11-18' }
  const cases = [
    ['', usual], ['from=2025-11-01&to=2025-11-10', { from: '2025-11-01', to: '2025-11-10' }],
    ['from=2025-11-10&to=2025-11-01', usual], ['from=2020-01-01&to=2025-11-01', usual],
    ['from=2025-13-01&to=2025-11-01', usual], ['from=x', usual],
  ] as const
  for (const [search, wanted] of cases) {
    t.strictSame(readPeriod(new URLSearchParams(search)), wanted, search)
  }
})

const message = (id: string, startedAt: number, heard: boolean, more: Partial<MessageReply> = {}) =>
  ({
  id, callId: id, caller: '+79161234567', callerName: '', anonymous: false, known: null, dialled: '',
  startedAt,
  durationMs: 4000, heardAt: heard ? 1 : null, state: 'ready', peaks: [], ...more,
} as const)

t.test('the box: new ones first, each newest first; heard ones go first', async (t) => {
  const box = [message('a', 5, true), message('b', 4, false), message('c', 9, true), message('d', 1,
    false)]
  const ids = (messages: readonly MessageReply[]): string => messages.map(({ id }) => id).join('')
  t.equal(ids(boxOrder(box, new Set(['b', 'd']))), 'bdca')
  t.equal(nextToGo(box)?.id, 'a', 'the oldest that was heard')
  t.equal(nextToGo(box.filter((each) => each.heardAt === null))?.id, 'd')
  t.equal(nextToGo([]), undefined)
})

t.test('who left it and when', async (t) => {
  t.equal(senderName(message('a', 0, true, { callerName: 'Вера' })), 'Вера')
  t.equal(senderName(message('a', 0, true, { callerName: 'VERA', known: { name: 'Вера, дача', lists: [] } })), 'Вера, дача')
  t.equal(senderName(message('a', 0, true, { callerName: 'VERA', known: { name: '', lists: ['Свои'] } })), 'VERA')
  t.equal(plain(senderName(message('a', 0, true))), '+7 916 123-45-67')
  t.equal(senderName(message('a', 0, true, { anonymous: true })), 'скрытый номер')
  const cases = [
    ['2025-11-18T14:20:00+03:00', '14:20'], ['2025-11-17T23:59:00+03:00', 'вчера, 23:59'],
    ['2025-11-16T18:12:00+03:00', '16 ноября, 18:12'], ['2024-12-31T18:12:00+03:00',
      '31 декабря 2024, 18:12'],
  ] as const
  for (const [at, wanted] of cases) {
    t.equal(plain(whenLeft(Date.parse(at), 'Europe/Moscow', '2025-11-18')), wanted)
  }
})
