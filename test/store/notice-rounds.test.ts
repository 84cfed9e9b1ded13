/** What is told by the calendar: when it is due in each zone, what it says, and that it is said once. */
import t from 'tap'
import type { Test } from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { doRounds, nextRound } from '../../src/store/notice-rounds.ts'
import { addNumber } from '../../src/store/numbers.ts'
import type { OptionsChange } from '../../src/store/options.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { someSubscriber } from '../support/media-files.ts'
import { noticeMs } from '../support/notices.ts'

const at = (text: string) => Date.parse(text)
const hour = 3_600_000
const day = 24 * hour

const dues: [kind: 'dailyDigest' | 'weeklyDigest' | 'silentTarget', zone: string, now: string, due: string][] = [
  ['dailyDigest', 'Europe/Moscow', '2026-11-23T15:00:00+03:00', '2026-11-24T09:00:00+03:00'],
  ['dailyDigest', 'Europe/Moscow', '2026-11-23T08:59:59+03:00', '2026-11-23T09:00:00+03:00'],
  ['dailyDigest', 'Europe/Moscow', '2026-11-23T09:00:00+03:00', '2026-11-24T09:00:00+03:00'],
  ['weeklyDigest', 'Europe/Moscow', '2026-11-23T15:00:00+03:00', '2026-11-30T09:05:00+03:00'],
  ['weeklyDigest', 'Europe/Moscow', '2026-11-22T23:59:00+03:00', '2026-11-23T09:05:00+03:00'],
  ['silentTarget', 'Asia/Vladivostok', '2026-11-23T15:00:00+03:00', '2026-11-24T10:00:00+10:00'],
  ['dailyDigest', 'America/New_York', '2026-11-23T15:00:00+03:00', '2026-11-23T09:00:00-05:00'],
  ['dailyDigest', 'Europe/Berlin', '2026-03-28T12:00:00+01:00', '2026-03-29T09:00:00+02:00'],
  ['dailyDigest', 'Europe/Berlin', '2026-10-24T12:00:00+02:00', '2026-10-25T09:00:00+01:00'],
]
for (const [kind, zone, now, due] of dues) {
  t.test(`${kind} in ${zone} after ${now}`, async (t) => {
    t.equal(new Date(nextRound(kind, zone, at(now))).toISOString(), new Date(at(due)).toISOString())
  })
}

async function world(t: Test, options: OptionsChange) {
  const database = await testDatabase(t)
  const db = database.kysely
  const id = await someSubscriber(db)
  await changeSettings(db, id, undefined, { options: { email: 'a@b.ru', ...options } }, { atMs: noticeMs, from: '', agent: '' })
  const journal = new CallJournal({ database, clock: systemClock, log: silentLog, spillFolder: t.testdir(), owner: 'a'.repeat(32) })
  t.teardown(() => journal.stop(1000))
  const call = (startedAt: number, more: Partial<CallRecord>) =>
    journal.close(endedCall(callRecord({ subscriberId: id, startedAt }), { endedAt: startedAt + 63_000, ...more }))
  const told = async () => (await db.selectFrom('outbox').select(['kind', 'notice_key', 'payload', 'created_at'])
    .where('kind', 'in', ['dailyDigest', 'weeklyDigest', 'silentTarget']).orderBy('created_at').execute())
    .map((row) => ({ key: row.notice_key, ...JSON.parse(row.payload) }))
  const rounds = async () => (await db.selectFrom('notice_rounds').select('kind').orderBy('kind').execute()).map((row) => row.kind)
  return { db, id, call, told, rounds }
}

const missed = { answeredAt: undefined, answeredLegId: undefined, outcome: 'missed', status: 480 } as const

t.test('a digest of yesterday, in the subscriber’s zone, once', async (t) => {
  const { db, id, call, told, rounds } = await world(t, { notifications: { dailyDigest: { email: true } } })
  t.strictSame(await rounds(), ['dailyDigest', 'silentTarget'])
  const midnight = at('2026-11-23T00:00:00+03:00')
  await call(midnight - 1, {}) // the day before
  await call(midnight, {})
  await call(midnight + hour, missed)
  await call(midnight + 2 * hour, missed)
  await call(midnight + 3 * hour, { ...missed, caller: '+79161234567' })
  await call(midnight + 4 * hour, { outcome: 'voicemail', answeredLegId: undefined })
  await call(midnight + day - 1, {})
  await call(midnight + day, {}) // the day after
  await doRounds(db, at('2026-11-24T08:59:59+03:00'))
  t.strictSame(await told(), [], 'not before nine')
  const nine = at('2026-11-24T09:00:00+03:00')
  await Promise.all([doRounds(db, nine), doRounds(db, nine), doRounds(db, nine)])
  await doRounds(db, nine + hour)
  const found = (await told()).filter((one) => one.kind === 'dailyDigest')
  t.equal(found.length, 1)
  t.match(found[0], {
    key: `dailyDigest:${id}:2026-11-23`, from: '2026-11-23', to: '2026-11-23', calls: 6, answered: 2, missed: 3, messages: 1, talkSeconds: 120,
    callers: [{ caller: '+79031112233', missed: 2 }, { caller: '+79161234567', missed: 1 }],
  })
})

t.test('a week from Monday to Sunday; a quiet day is not worth a letter', async (t) => {
  const { db, call, told } = await world(t, { notifications: { dailyDigest: { email: true }, weeklyDigest: { email: true } } })
  const monday = at('2026-11-23T00:00:00+03:00')
  await call(monday - 1, {})
  await call(monday, {})
  await call(monday + 7 * day - 1, missed)
  await call(monday + 7 * day, {})
  for (let days = 1; days <= 9; days++) await doRounds(db, monday + days * day + 12 * hour)
  t.strictSame((await told()).map(({ kind, from, to, calls }) => `${kind} ${from} ${to} ${calls}`), [
    'dailyDigest 2026-11-23 2026-11-23 1', 'dailyDigest 2026-11-29 2026-11-29 1', 'weeklyDigest 2026-11-23 2026-11-29 2',
    'dailyDigest 2026-11-30 2026-11-30 1',
  ])
})

t.test('one whose zone this machine does not know keeps others from nothing', async (t) => {
  const { db, id, call, told } = await world(t, { notifications: { dailyDigest: { email: true } } })
  await call(at('2026-11-23T12:00:00+03:00'), {})
  const strange = '0'.repeat(32)
  const row = await db.selectFrom('subscribers').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  await db.insertInto('subscribers').values({ ...row, id: strange, zone: 'Nowhere/None' } as never).execute()
  await db.insertInto('notice_rounds').values({ subscriber_id: strange, kind: 'dailyDigest', next_at: 1 }).execute()
  await t.rejects(doRounds(db, at('2026-11-24T09:00:00+03:00')), /Nowhere/)
  t.match(await told(), [{ kind: 'dailyDigest', calls: 1 }])
})

t.test('rounds go with the choice and with the zone', async (t) => {
  const { db, id, rounds } = await world(t, { notifications: { dailyDigest: { email: true } } })
  const next = async () => Number((await db.selectFrom('notice_rounds').select('next_at').where('kind', '=', 'dailyDigest').executeTakeFirst())?.next_at)
  t.equal(await next(), at('2026-11-24T09:00:00+03:00'))
  await changeSettings(db, id, undefined, { zone: 'Asia/Tokyo' }, { atMs: noticeMs, from: '', agent: '' })
  t.equal(await next(), at('2026-11-24T09:00:00+09:00'))
  const off = { email: false, sms: false, webhook: false, telegram: false }
  await changeSettings(db, id, undefined, { options: { notifications: { dailyDigest: off, silentTarget: off } } })
  t.strictSame(await rounds(), [])
})

t.test('a number that no longer answers is told once for each silence', async (t) => {
  const { db, id, call, told } = await world(t, {})
  const targetId = await addNumber(db, id, { address: '+79161234501', description: 'Мобильный' }, noticeMs)
  const dead = await addNumber(db, id, { address: '+306912345678', description: '' }, noticeMs)
  const ring = (ms: number, outcome: 'answered' | 'noAnswer' | 'unknownNumber', target = targetId) =>
    call(ms, { ...missed, legs: [legRecord({ targetId: target, outcome, endMs: 20_000 })] })
  for (let days = 30; days > 20; days -= 3) await ring(noticeMs - days * day, 'noAnswer')
  await ring(noticeMs - day, 'unknownNumber', dead)
  for (const days of [1, 2, 3]) await doRounds(db, noticeMs + days * day)
  t.match(await told(), [
    { kind: 'silentTarget', address: '+79161234501', description: 'Мобильный', days: Number },
    { kind: 'silentTarget', address: '+306912345678', days: 0 },
  ])
  await ring(noticeMs + 4 * day, 'answered')
  await doRounds(db, noticeMs + 5 * day)
  for (let days = 6; days < 20; days += 4) await ring(noticeMs + days * day, 'noAnswer')
  for (let days = 10; days < 22; days++) await doRounds(db, noticeMs + days * day)
  t.equal((await told()).filter(({ address }) => address === '+79161234501').length, 2, 'silent again: told again')
  t.equal((await told()).length, 3)
})
