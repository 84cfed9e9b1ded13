/** «Статистика» over HTTP: every figure agrees with the journal, in the subscriber's zone. */
import t from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import { localTimeAt, weekdayOfDay } from '../../src/call/zone.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog } from '../support/database.ts'
import { testApi } from '../support/panel-api.ts'
import type { TestApi } from '../support/panel-api.ts'
import { ruleBody } from '../support/rules.ts'
import { seededRandom } from '../support/seeded-random.ts'

const hour = 3_600_000
const day = 24 * hour
/** Monday 2026-11-23, 00:00 in Moscow. */
const midnight = Date.UTC(2026, 10, 22, 21)

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

function taken(ruleId: string): CallRecord['trace'] {
  return [{ step: 'ruleTaken', atMs: 0, ruleId, ruleName: '', via: 'schedule', priority: 0 }]
}

t.test('totals, days, rules, numbers and callers', async (t) => {
  const api = await testApi(t)
  api.clock.wallAheadMs = midnight + 20 * hour - Date.now()
  const anna = await api.subscriber('anna')
  t.match((await anna.get('/api/statistics')).body, {
    zone: 'Europe/Moscow', totals: { calls: 0, answerSeconds: null }, previous: null, days: 0,
    byRule: [], byNumber: [], byCaller: [], finding: null,
  }, 'without a call there is nothing, and no fault')

  const mobile = (await anna.post('/api/numbers',
    { address: '+79161234567', description: 'Мобильный' })).body.id
  const office = (await anna.post('/api/numbers',
    { address: '+74951234567', description: 'Офис' })).body.id
  const { body: rule } = await anna.post('/api/rules',
    ruleBody({ name: 'Работа', targetIds: [mobile] }))
  await anna.post('/api/caller-lists',
    { name: 'Клиенты', entries: [{ mask: '+79031112233', name: 'Вера' }] })
  const both = (answers: string) => [mobile, office].map((targetId, index) => legRecord({
    id: String(index), targetId, ruleId: rule.id, startMs: 0,
    ...(targetId === answers ? { outcome: 'answered',
      answerMs: 6000 } : { outcome: 'answeredElsewhere' }),
  }))
  const call = (startedAt: number, wanted: Partial<CallRecord> = {},
    end: Partial<CallRecord> = {}) =>
    endedCall(callRecord({ subscriberId: anna.id, startedAt, ...wanted }), end)
  const journal = journalOf(t, api)
  await Promise.all([
    call(midnight + 9 * hour, { trace: taken(rule.id), legs: both(mobile) }),
    call(midnight + 10 * hour, { trace: taken(rule.id), legs: both(mobile) },
      { answeredAt: midnight + 10 * hour + 9000 }),
    call(midnight - day + 9 * hour, { trace: taken(rule.id), legs: both(office) }),
    call(midnight + 11 * hour,
      { trace: taken(rule.id), legs: [legRecord({ targetId: mobile, outcome: 'noAnswer' })] },
      { outcome: 'missed', answeredAt: undefined }),
    call(midnight + 12 * hour, { caller: '', anonymous: true },
      { outcome: 'abandoned', answeredAt: undefined }),
    call(midnight + 13 * hour, {}, { outcome: 'voicemail' }),
    call(midnight + 14 * hour, {},
      { outcome: 'refused', reason: 'doNotDisturb', answeredAt: undefined }),
    call(midnight + 14 * hour, {},
      { outcome: 'refused', reason: 'nothingActs', answeredAt: undefined }),
    call(midnight + 15 * hour, {}, { outcome: 'mailbox' }),
    callRecord({ subscriberId: anna.id, startedAt: midnight + 19 * hour }),
    call(midnight - 31 * day),
  ].map((record) => journal.open(record)))

  const { body } = await anna.get('/api/statistics')
  t.equal(body.from, midnight - 29 * day)
  t.equal(body.to, midnight + day)
  t.strictSame(body.totals, {
    calls: 8, answered: 3, missed: 3, voicemail: 1, abandoned: 1, refused: 1,
    answerSeconds: 5, talkSeconds: 60 + 54 + 60,
  }, 'neither a living call nor the mailbox counts')
  t.match(body.previous, { calls: 1, answered: 1 })
  t.equal(body.days, 30)
  t.equal(body.byDay.length, 30)
  t.match(body.byDay.slice(-2), [
    { date: '2026-11-22', answered: 1, missed: 0 },
    { date: '2026-11-23', answered: 2, missed: 3, voicemail: 1 },
  ])
  t.strictSame(body.byRule, [
    { ruleId: rule.id, name: 'Работа', calls: 4, answered: 3, missed: 1 },
    { ruleId: null, name: '', calls: 4, answered: 0, missed: 2 },
  ])
  t.strictSame(body.byNumber, [
    { numberId: mobile, address: '+79161234567', description: 'Мобильный', rang: 3, answered: 2,
      answerSeconds: 6 },
    { numberId: office, address: '+74951234567', description: 'Офис', rang: 1, answered: 1,
      answerSeconds: 6 },
    { numberId: null, address: '', description: '', rang: 1, answered: 1, answerSeconds: null },
  ], 'a phone that another one was quicker than is not to blame')
  t.strictSame(body.byCaller[0], {
    caller: '+79031112233', name: '', known: { name: 'Вера', lists: ['Клиенты'] },
    calls: 7, answered: 3, missed: 2, lastAt: midnight + 14 * hour,
  })
  t.match(body.byCaller[1], { caller: '', known: null, calls: 1, missed: 1 })
  t.match(body.byHour[9], { calls: 1 }, 'Monday 09:00')
  t.match(body.byHour[6 * 24 + 9], { calls: 1 }, 'Sunday 09:00')

  t.match(await anna.get(`/api/statistics?from=${midnight}&to=${midnight - 1}`), { status: 400 })
  t.match(await anna.get(`/api/statistics?from=${midnight - 500 * day}&to=${midnight}`),
    { status: 400, body: { code: 'too_wide' } })
})

t.test('hours are local ones through both nights of summer time, as the journal has them',
  async (t) => {
  const api = await testApi(t)
  const zone = 'Europe/Berlin'
  const anna = await api.subscriber('anna', { zone })
  const journal = journalOf(t, api)
  const random = seededRandom(7)
  const from = Date.UTC(2026, 2, 20, 23)
  const to = Date.UTC(2026, 10, 1, 23)
  api.clock.wallAheadMs = to - Date.now()
  // Around 29 March and 25 October, where the clock is moved, and in between.
  const nights = [Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 1)]
  const starts = Array.from({ length: 200 }, (_, i) => i < 120
    ? nights[i % 2]! + Math.floor((random() - 0.5) * 8 * hour)
    : from + Math.floor(random() * (to - from)))
  await Promise.all(starts.map((startedAt) =>
    journal.open(endedCall(callRecord({ subscriberId: anna.id, startedAt })))))
  const wanted = Array.from({ length: 168 }, () => 0)
  for (const startedAt of starts) {
    const local = localTimeAt(zone, startedAt)
    wanted[(weekdayOfDay(local.day) - 1) * 24 + Math.floor(local.minute / 60)]! += 1
  }
  await anna.post('/api/login', { login: 'anna', password: 'anna' })
  const { body } = await anna.get(`/api/statistics?from=${from}&to=${to}`)
  t.strictSame(body.byHour.map((cell: { calls: number }) => cell.calls), wanted)
  const busiest = wanted.indexOf(Math.max(...wanted))
  const query = `cell=${busiest}&from=${from}&to=${to}&limit=100`
  const { calls } = (await anna.get(`/api/calls?${query}`)).body
  t.equal(calls.length, wanted[busiest], 'a cell opens the calls it counts')
  t.equal(body.byDay.reduce((sum: number, one: { answered: number }) => sum + one.answered, 0), 200)
})

t.test('the finding names the hours in which calls are lost, and the mend', async (t) => {
  const api = await testApi(t)
  api.clock.wallAheadMs = midnight + 20 * hour - Date.now()
  const anna = await api.subscriber('anna')
  const id = (await anna.post('/api/numbers', { address: '+79161234567', description: '' })).body.id
  const journal = journalOf(t, api)
  const open = (startedAt: number, lost: boolean, ruleId?: string) =>
    journal.open(endedCall(callRecord({
    subscriberId: anna.id, startedAt,
    ...(ruleId === undefined ? {} : { trace: taken(ruleId) }),
    legs: lost ? [] : [legRecord({ targetId: id, outcome: 'answered', answerMs: 3000 })],
  }), lost ? { outcome: 'missed', answeredAt: undefined } : {}))
  await Promise.all([
    ...[0, 1, 2, 3].flatMap((back) => [7, 8].map((at) =>
      open(midnight - 7 * back * day + at * hour, true))), // Mondays 07–09
    ...[1, 2, 3].map((back) => open(midnight - back * day + 15 * hour, true)),
    ...[1, 2, 3, 4, 5].map((back) => open(midnight - back * day + 12 * hour, false)),
  ])
  t.match((await anna.get('/api/statistics')).body.finding, {
    kind: 'noRule', ruleId: null, weekdays: [1], hours: { from: 420, to: 540 },
    missed: 8, missedInAll: 11, targetId: id,
  })

  const { body: rule } = await anna.post('/api/rules', ruleBody({ name: 'Вечер', targetIds: [id] }))
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((back) =>
    open(midnight - back * day + 21 * hour, true, rule.id)))
  t.match((await anna.get('/api/statistics')).body.finding,
    { kind: 'rule', ruleId: rule.id, ruleName: 'Вечер', hours: { from: 1260, to: 1320 },
      missed: 10 })
})

t.test('a year of a busy subscriber is counted in time', async (t) => {
  const api = await testApi(t)
  const to = midnight
  api.clock.wallAheadMs = to - Date.now()
  const anna = await api.subscriber('anna')
  const journal = journalOf(t, api)
  const legs = [legRecord({ targetId: 'a'.repeat(32), outcome: 'answered', answerMs: 3000 }),
    legRecord({ targetId: 'b'.repeat(32), outcome: 'answeredElsewhere' })]
  for (let batch = 0; batch < 10; batch++)
    await Promise.all(Array.from({ length: 600 }, (_, i) => journal.open(endedCall(callRecord({
      subscriberId: anna.id, startedAt: to - 360 * day + (batch * 600 + i) * 5_000_000, legs,
    })))))
  const began = performance.now()
  const { body } = await anna.get(`/api/statistics?from=${to - 365 * day}&to=${to}`)
  const took = Math.round(performance.now() - began)
  t.equal(body.totals.calls, 6000)
  t.ok(took < 15_000, `${took} ms for 6000 calls`)
  t.comment(`${took} ms`)
})
