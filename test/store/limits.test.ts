/**
 * Limits against fraud in the database: numbers that documents bar, values that managers set, the
 * status of an account, counts that processes share, and the watch over calls and money.
 */
import t from 'tap'
import type { Clock } from '../../src/clock.ts'
import { fraudAlarm, createSharedCounts } from '../../src/store/limits-shared.ts'
import { openAlarms } from '../../src/store/alarms.ts'
import type { CallRecord } from '../../src/call/record.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import type { Db } from '../../src/store/database.ts'
import { inTransaction, runIn } from '../../src/store/database.ts'
import { append } from '../../src/store/ledger.ts'
import { limitsOf } from '../../src/store/limits.ts'
import { setLimit } from '../../src/store/limits-change.ts'
import type { LimitChange } from '../../src/store/limits-change.ts'
import { openCountries } from '../../src/store/limits-countries.ts'
import { watchDayMoney } from '../../src/store/limits-day.ts'
import { daySpend, spendLeftToday } from '../../src/store/limits-spend.ts'
import { startLimitsWatch } from '../../src/store/limits-watch.ts'
import { saveFault } from '../../src/store/number-judge.ts'
import { addNumber, listNumbers, updateNumber } from '../../src/store/numbers.ts'
import { addRule } from '../../src/store/rules.ts'
import { setStatus, statusOf } from '../../src/store/subscriber-status.ts'
import type { StatusChange } from '../../src/store/subscriber-status.ts'
import { createSubscriber, createSubscriberFinder, setDefaultNumber } from '../../src/store/subscribers.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const now = Date.UTC(2026, 10, 23, 12)
const minute = 60_000
const day = 86_400_000
let made = 0

/** One for all: every test has accounts of its own. */
const database = await testDatabase(t)
const { kysely: db } = database

/** Alarms that are open, of these subscribers. */
async function alarmsOf(...ids: readonly (string | undefined)[]) {
  return (await openAlarms(db)).filter(({ subscriberId, kind }) => kind === 'fraud' && ids.includes(subscriberId))
}

async function account(db: Db, balanceKopecks = 5000_00): Promise<{ id: string; number: string }> {
  const number = `+7499${String(++made).padStart(7, '0')}`
  const id = await createSubscriber(
    db, { name: number, number, login: number, passwordHash: 'x', balanceKopecks }, now - 20 * day)
  return { id, number }
}

const manager = { actor: 'olga', from: '192.0.2.7' }

function set(db: Db, change: Omit<LimitChange, 'by' | 'reason'>): Promise<void> {
  return inTransaction(db, (trx) => setLimit(trx, { ...change, reason: 'Просил сам', by: manager }, now))
}

function status(db: Db, change: Omit<StatusChange, 'reason'>): Promise<string | undefined> {
  return inTransaction(db, (trx) => setStatus(trx, { ...change, reason: 'Странные звонки' }, now))
}

const opens = { atMs: now, from: '192.0.2.1', agent: 'Firefox' }

t.test('documents bar what may not be rung', async (t) => {
  const { id, number } = await account(db)
  const add = (address: string) => addNumber(db, id, { address, description: '' }, now)
  const [home, greek, dear] = [await add('+74951234502'), await add('+306912345678'), await add('+78091234567')]
  await addRule(db, id, {
    name: 'Все', enabled: true, priority: 0, blocks: [], mode: 'serial', waitSeconds: 30,
    targets: [home, greek, dear].map((targetId) => ({ targetId, ringSeconds: undefined })),
    noAnswer: { action: 'hangUp' },
  }, now)
  await setDefaultNumber(db, id, greek)
  const find = createSubscriberFinder(database, 2000)
  const bars = async () => (await find(number))?.rules[0]?.targets.map(({ barred }) => barred)
  t.strictSame(await bars(), [undefined, 'country', 'class'])
  t.equal((await find(number))?.defaultTarget?.barred, 'country')

  await openCountries(db, id, ['GR', 'DE', 'GR'], opens)
  t.strictSame(await bars(), [undefined, undefined, 'class'], 'an opened country')
  t.equal((await find(number))?.rules[0]?.targets[1]?.ringsFrom, now + 30 * minute, 'after half an hour')
  t.equal((await find(number))?.rules[0]?.targets[0]?.ringsFrom, undefined, 'at home at once')
  await set(db, { subscriberId: id, name: 'newTargetMinutes', value: 0 })
  t.equal((await find(number))?.rules[0]?.targets[1]?.ringsFrom, undefined)
  await t.rejects(openCountries(db, id, ['XX'], opens), { code: 'bad_country', details: { country: 'XX' } })
  await t.rejects(openCountries(db, id, ['RU'], opens), { code: 'bad_country' })
  await openCountries(db, id, ['DE'], opens)
  t.strictSame(await bars(), [undefined, 'country', 'class'], 'closed again')
  const told = await db.selectFrom('outbox').select('payload').where('subscriber_id', '=', id).execute()
  t.match(told.map(({ payload }) => JSON.parse(payload)), [{ what: 'countries', countries: ['DE', 'GR'] }],
    'he is told of what was opened')

  await updateNumber(db, id, greek, { address: '+4915112345678', description: '' }, now + minute)
  t.strictSame((await listNumbers(db, id)).map(({ verdict }) => verdict), [
    { destination: { class: 'fixed', country: 'RU' }, barred: undefined, ringsFrom: undefined },
    { destination: { class: 'mobile', country: 'DE' }, barred: undefined, ringsFrom: undefined },
    { destination: { class: 'premium', country: 'RU' }, barred: 'class', ringsFrom: undefined }])
  // Numbers from before the migration are classed when they are read.
  await db.updateTable('numbers').set({ class: null, country: null, address_since: null })
    .where('subscriber_id', '=', id).execute()
  t.match((await listNumbers(db, id))[1], { verdict: { destination: { country: 'DE' } } })
})

t.test('one telephone in many accounts', async (t) => {
  const address = '+79161234567'
  for (let i = 0; i < 5; i++) {
    const { id } = await account(db)
    t.equal(await saveFault(db, id, address, now), undefined)
    for (const description of ['a', 'b']) await addNumber(db, id, { address, description }, now)
  }
  const { id } = await account(db)
  t.strictSame(await saveFault(db, id, address, now), { why: 'manyAccounts' }, 'the sixth')
  t.match(await alarmsOf(id), [{ kind: 'fraud', subscriberId: id,
    details: { fault: 'manyAccounts', address, accounts: 6 } }])
  await set(db, { subscriberId: id, name: 'accountsPerTarget', value: 0 })
  t.equal(await saveFault(db, id, address, now), undefined)
  t.match(await saveFault(db, id, '+881612345678', now), { why: 'satellite' })
  t.match(await saveFault(db, id, '+448712345678', now), { why: 'premium' })
  t.match(await saveFault(db, id, '+306912345678', now), { why: 'country', country: 'GR' })
})

t.test('limits: of all, of one, taken back; logged; known to calls', async (t) => {
  const { id, number } = await account(db)
  const other = await account(db)
  const clock = new VirtualClock(0, now)
  const store = await createCallStore({ database, clock: clock as Clock, log: silentLog, spillFolder: t.testdir() })
  t.match(await store.findSubscriber(number),
    { maxCalls: 3, callLimits: { callSeconds: 3600, concurrentLegs: 0, callerCallsPerHour: 60 } })
  const before = (await db.selectFrom('audit_log').select('id').execute()).length
  await set(db, { subscriberId: undefined, name: 'callMinutes', value: 30 })
  await set(db, { subscriberId: id, name: 'callerCallsPerHour', value: 5 })
  await set(db, { subscriberId: id, name: 'concurrentCalls', value: 7 })
  await store.refresh()
  t.match(await store.findSubscriber(number),
    { maxCalls: 7, callLimits: { callSeconds: 1800, callerCallsPerHour: 5 } })
  t.match(await store.findSubscriber(other.number),
    { maxCalls: 3, callLimits: { callSeconds: 1800, callerCallsPerHour: 60 } })
  for (const name of ['callerCallsPerHour', 'concurrentCalls'] as const)
    await set(db, { subscriberId: id, name, value: null })
  t.match(await store.findSubscriber(number), { maxCalls: 3, callLimits: { callerCallsPerHour: 60 } })
  t.match(await limitsOf(db, id), { callMinutes: 30, spendPerDayKopecks: 3000_00 })
  for (const value of [0, -1, 10_001])
    await t.rejects(set(db, { subscriberId: id, name: 'concurrentCalls', value }), { code: 'bad_limit' })
  await t.rejects(set(db, { subscriberId: 'f'.repeat(32), name: 'callMinutes', value: 1 }), { code: 'not_found' })
  const log = (await db.selectFrom('audit_log').selectAll().orderBy('id').execute()).slice(before)
  t.match(log[0], { actor: 'olga', action: 'limit.set', address: '192.0.2.7', subscriber_id: null })
  t.match(JSON.parse(log[1]!.details), { name: 'callerCallsPerHour', from: null, to: 5 })
  t.equal(log.length, 5)
  await store.stop()
})

t.test('the status of an account', async (t) => {
  const { id } = await account(db)
  const by = manager
  t.equal(await status(db, { subscriberId: id, to: 'suspended', by: 'service' }), undefined, 'not its business')
  t.equal(await status(db, { subscriberId: id, to: 'frozen', by: 'service' }), 'active')
  t.match(await statusOf(db, id), { status: 'frozen', since: now })
  t.equal(await status(db, { subscriberId: id, to: 'frozen', by }), undefined, 'it is so')
  t.equal(await status(db, { subscriberId: id, to: 'active', by: 'service' }), undefined, 'nothing thaws by itself')
  t.equal(await status(db, { subscriberId: id, to: 'active', by }), 'frozen')
  for (const to of ['suspended', 'frozen', 'closed'] as const) t.ok(await status(db, { subscriberId: id, to, by }), to)
  await t.rejects(status(db, { subscriberId: id, to: 'active', by }), { code: 'status_refused' })
  await t.rejects(status(db, { subscriberId: 'f'.repeat(32), to: 'active', by }), { code: 'not_found' })
  const log = await db.selectFrom('audit_log').select(['actor', 'details']).where('subscriber_id', '=', id)
    .orderBy('id').execute()
  t.strictSame(log.map(({ actor, details }) => [actor, (JSON.parse(details) as { to: string }).to]),
    [['system', 'frozen'], ['olga', 'active'], ['olga', 'suspended'], ['olga', 'frozen'], ['olga', 'closed']])
  const letters = await db.selectFrom('outbox').select('payload').where('subscriber_id', '=', id)
    .orderBy('id').execute()
  t.strictSame(letters.map(({ payload }) => (JSON.parse(payload) as { what: string }).what),
    ['frozen', 'active', 'frozen'], 'the owner reads of it')
})

t.test('processes share counts and see each other\'s calls', async (t) => {
  const { id } = await account(db)
  const [a, b] = ['a', 'b'].map((sign) => createSharedCounts(db, sign.repeat(32)))
  const one = { key: `${id} +7`, hour: 100, calls: 4 }
  t.strictSame(await a!.addCalls([one]), new Map([[`${one.key}@100`, 4]]))
  const many = Array.from({ length: 700 }, (_, i) => ({ ...one, key: `${id} +x${i}` }))
  t.equal((await b!.addCalls([...many, one])).get(`${one.key}@100`), 8)
  t.equal((await a!.addCalls([{ ...one, hour: 101 }])).get(`${one.key}@101`), 4)
  t.notMatch(JSON.stringify(await db.selectFrom('caller_counts').selectAll().execute()), id, 'nobody is named')
  await a!.forget(103)
  t.equal((await db.selectFrom('caller_counts').selectAll().execute()).length, 1)
  await insertCalls(database, [callRecord({ subscriberId: id }), callRecord({ subscriberId: id }),
    endedCall(callRecord({ subscriberId: id })), callRecord()], 'a'.repeat(32))
  t.strictSame(await b!.liveElsewhere(), new Map([[id, 2]]))
  t.strictSame(await a!.liveElsewhere(), new Map(), 'its own are not elsewhere')
  for (let i = 0; i < 2; i++)
    await a!.raise({ fault: 'concurrentCalls', subscriberId: id, key: '', facts: { limit: 3 } }, now)
  t.match(await alarmsOf(id), [{ kind: 'fraud', times: 1, details: { fault: 'concurrentCalls', limit: 3 } }])
  t.match(fraudAlarm({ fault: 'concurrentCalls', subscriberId: id, key: 'длинный'.repeat(40), facts: { limit: 1 } }, now).key,
    /^[\x20-\x7e]{1,160}$/)
})

async function insertCalls(
  { kysely: db }: TestDatabase, calls: readonly CallRecord[], owner = 'c'.repeat(32),
): Promise<void> {
  await db.insertInto('calls').values(calls.map((call) => ({
    id: call.id, owner, changed: 1, sip_call_id: call.sipCallId, subscriber_id: call.subscriberId ?? null,
    dialled: call.dialled, caller: call.caller, caller_name: '', anonymous: 0, trunk_id: null,
    started_at: call.startedAt, answered_at: call.answeredAt ?? null, ended_at: call.endedAt ?? null,
    outcome: call.outcome ?? null, status: call.status, ended_by: call.endedBy ?? null, reason: call.reason,
    answered_leg_id: call.answeredLegId ?? null, phones: '', legs: JSON.stringify(call.legs), trace: '[]',
  }))).execute()
}

/** A talk that ended `agoMs` before now. */
function talk(subscriberId: string, agoMs: number, more: { address?: string; caller?: string; dialled?: string; answerMs?: number; talkMs?: number } = {}): CallRecord {
  const { address = '+79161234567', caller = '+79031112233', dialled = '+74996740782', answerMs = 9000, talkMs = 60_000 } = more
  const endedAt = now - agoMs
  const startedAt = endedAt - talkMs - answerMs
  const legs = [legRecord({ address, startMs: 0, answerMs, outcome: 'answered' })]
  return endedCall(callRecord({ subscriberId, startedAt, legs, caller, dialled }),
    { answeredAt: startedAt + answerMs, endedAt })
}

t.test('the watch finds what is strange, tells it once, and leaves it closed', async (t) => {
  const clock = { nowMs: () => 0, wallMs: () => now, wakeAt: () => () => {} } satisfies Clock
  const [busy, quick, calm, rich] = [await account(db), await account(db), await account(db), await account(db)]
  await insertCalls(database, [
    ...Array.from({ length: 21 }, (_, i) => talk(busy.id, i * 10_000, { talkMs: 30_000 + i * 2000 })),
    // Four calls on each day before.
    ...Array.from({ length: 56 }, (_, i) => talk(busy.id, day + i * day / 4 + minute)),
    ...Array.from({ length: 5 }, () => talk(quick.id, minute, { answerMs: 500, talkMs: 31_000 })),
    ...Array.from({ length: 8 }, (_, i) =>
      talk(calm.id, minute + i, { caller: '+79990000001', dialled: `+7499000000${i}`, talkMs: 61_000 + i * 3000 })),
    talk(calm.id, 16 * minute, { answerMs: 100 }), // seen before
    talk(calm.id, minute, { address: '+306912345678' }), // abroad by day
    { ...talk(rich.id, minute), reason: 'noMoney' },
  ])
  const watch = startLimitsWatch({ db, clock, log: silentLog })
  const other = startLimitsWatch({ db, clock, log: silentLog })
  const found = await Promise.all([watch.look(), other.look()])
  t.equal(found[0] + found[1], 4)
  t.match(await alarmsOf(rich.id), [{ details: { fault: 'spend', percent: 100 } }], 'cut by the cap, with money left')
  const alarms = (await alarmsOf(busy.id, quick.id, calm.id, undefined)).map(({ subscriberId, details }) => ({ subscriberId, ...details }))
  const byFault = (one: object) => 'fault' in one ? String(one.fault) : ''
  t.strictSame(alarms.sort((a, b) => byFault(a) < byFault(b) ? -1 : 1), [
    { subscriberId: quick.id, fault: 'machineAnswers', calls: 5, seconds: 31, address: '+79161234567' },
    { subscriberId: undefined, fault: 'manyNumbers', caller: '+79990000001', numbers: 8 },
    { subscriberId: busy.id, fault: 'velocity', calls: 21, median: 4 }])
  t.equal(await watch.look(), 0, 'not again')
  await db.updateTable('alarms').set({ closed_at: now }).execute()
  t.equal(await watch.look(), 0)
  t.strictSame(await alarmsOf(busy.id, quick.id, calm.id, undefined), [], 'what somebody has seen to stays closed')

  // Three in the morning in Moscow, Greece was opened.
  const night = Date.UTC(2026, 10, 24, 0, 10)
  const watchman = startLimitsWatch({ db, clock: { ...clock, wallMs: () => night }, log: silentLog })
  await insertCalls(database, [talk(calm.id, now - night + 5 * minute, { address: '+306912345678' })])
  t.equal(await watchman.look(), 1)
  t.match(await alarmsOf(calm.id), [{ subscriberId: calm.id,
    details: { fault: 'nightAbroad', calls: 1, country: 'GR', address: '+306912345678' } }])
  for (const one of [watch, other, watchman]) await one.stop()
  t.equal(await watch.look(), 0, 'stopped')
})

t.test('the money of a day: what is left, alarms, and the end of it', async (t) => {
  const { id } = await account(db)
  const left = (at = now) => inTransaction(db, async (trx) => (await spendLeftToday(runIn(trx), [{ id, zone: 'Europe/Moscow' }], at)).get(id))
  // Midnight in Moscow is 21:00 UTC.
  const midnight = Date.UTC(2026, 10, 22, 21)
  const spend = (key: string, kopecks: number, atMs: number, kind: 'call' | 'correction' = 'call') =>
    append(db, id, { key, kind, kopecks: -kopecks, atMs, text: '' })
  await spend('yesterday', 1000_00, midnight - 1)
  t.equal(await left(), 3000_00)
  await spend('first', 1499_99, midnight)
  await spend('fee', 500_00, now, 'correction')
  t.strictSame(await daySpend(db, id, now),
    { spentKopecks: 1499_99, capKopecks: 3000_00, dayStartsAt: midnight, dayEndsAt: midnight + day })
  t.equal(await watchDayMoney(db, id, now), 0)
  await spend('half', 1, now)
  t.equal(await watchDayMoney(db, id, now), 1, 'half')
  t.equal(await watchDayMoney(db, id, now), 0, 'is said once')
  await spend('more', 900_00, now)
  t.equal(await watchDayMoney(db, id, now), 1, 'four fifths')
  t.equal((await statusOf(db, id)).status, 'active')
  await spend('most', 540_00, now)
  t.equal(await watchDayMoney(db, id, now), 1, 'all')
  t.equal(await left(), 60_00)
  t.match(await statusOf(db, id), { status: 'frozen' })
  t.strictSame((await alarmsOf(id)).map(({ details }) => details['percent']).sort(), [100, 50, 80])
  await status(db, { subscriberId: id, to: 'active', by: manager })
  t.equal(await watchDayMoney(db, id, now), 0)
  t.equal((await statusOf(db, id)).status, 'active', 'a manager has looked: not frozen again today')
  t.equal(await left(now + day), 3000_00, 'tomorrow is another day')

  const { id: other } = await account(db)
  await db.updateTable('subscribers').set({ zone: 'Asia/Vladivostok' }).where('id', '=', other).execute()
  const both = [{ id, zone: 'Europe/Moscow' }, { id: other, zone: 'Asia/Vladivostok' }]
  t.strictSame(await inTransaction(db, (trx) => spendLeftToday(runIn(trx), both, now)),
    new Map([[id, 60_00], [other, 3000_00]]), 'days begin where people live')
  await append(db, other, { key: 'dear', kind: 'call', kopecks: -2400_00, atMs: now, text: '' })
  await watchDayMoney(db, other, now, false)
  t.equal((await statusOf(db, other)).status, 'active')
  await watchDayMoney(db, other, now, true)
  t.equal((await statusOf(db, other)).status, 'frozen', 'a call that did not fit any more says it too')
  const { id: poor } = await account(db, 500_00)
  t.equal(await watchDayMoney(db, poor, now, true), 0, 'whose balance is the lesser is just poor')
  await set(db, { subscriberId: id, name: 'spendPerDayKopecks', value: 0 })
  t.equal(await left(), undefined)
  await watchDayMoney(db, id, now, true)
  t.equal((await statusOf(db, id)).status, 'active', 'without a cap there is nothing to use up')
  await t.rejects(daySpend(db, 'f'.repeat(32), now), { code: 'not_found' })
})
