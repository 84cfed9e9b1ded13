/**
 * The outbox: events are written with what they tell, once; each becomes the letters that were
 * chosen; each letter has one sender at a time.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { CallRecord, RefusalReason } from '../../src/call/record.ts'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import { inTransaction } from '../../src/store/database.ts'
import { writeDeed } from '../../src/store/media-deeds.ts'
import { newId } from '../../src/store/ids.ts'
import { addNumber } from '../../src/store/numbers.ts'
import type { Notice } from '../../src/store/notice.ts'
import { closeOrphans } from '../../src/store/orphans.ts'
import type { OptionsChange } from '../../src/store/options.ts'
import { listDeadLetters } from '../../src/store/desk-letters.ts'
import {
  freeLetters, giveUp, leaseMs, markSent, noteReceipt, purgeOutbox, putBack, reviveLetter, takeLetters,
} from '../../src/store/outbox-letters.ts'
import { routeEvents } from '../../src/store/outbox-routing.ts'
import { tell } from '../../src/store/outbox.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { someSubscriber } from '../support/media-files.ts'
import { noticeMs, notices } from '../support/notices.ts'

const owner = 'a'.repeat(32)
const all = { channels: ['email', 'sms', 'webhook', 'telegram'] as const, verifyNumbers: false }

async function world(t: Test, options: OptionsChange = { email: 'a@b.ru' }, shared?: TestDatabase) {
  const database = shared ?? await testDatabase(t)
  const db = database.kysely
  const id = await someSubscriber(db)
  await changeSettings(db, id, undefined, { options })
  const clock = { ...systemClock, wallMs: () => noticeMs }
  const journal = new CallJournal({ database, clock, log: silentLog, spillFolder: t.testdir(), owner })
  t.teardown(() => journal.stop(1000))
  return { database, db, id, journal }
}

const rows = (database: TestDatabase) =>
  database.kysely.selectFrom('outbox').selectAll().orderBy('notice_key').execute()

const shown = async (database: TestDatabase) =>
  (await rows(database)).map(({ state, kind, channel, address }) => `${state} ${kind} ${channel} ${address}`.trim())

function unanswered(subscriberId: string, more: Partial<CallRecord> = {}): CallRecord {
  const live = callRecord({ subscriberId, startedAt: noticeMs - 30_000, legs: [legRecord()] })
  return endedCall(live, { answeredAt: undefined, answeredLegId: undefined, status: 480, outcome: 'missed', endedAt: noticeMs, ...more })
}

function refusal(why: RefusalReason): Partial<CallRecord> {
  return { outcome: 'refused', trace: [{ step: 'refused', atMs: 0, why, status: 480 }] }
}

const ends: [name: string, record: Partial<CallRecord>, kind: string | undefined][] = [
  ['answered', { outcome: 'answered', answeredAt: 1, answeredLegId: '1' }, undefined],
  ['missed', {}, 'missedCall'],
  ['abandoned', { outcome: 'abandoned', status: 487 }, 'missedCall'],
  ['answered by a mailbox, not confirmed', { legs: [legRecord({ outcome: 'notConfirmed' })] }, 'missedCall'],
  ['interrupted', { outcome: 'interrupted' }, 'refused'],
  ['mailbox', { outcome: 'mailbox' }, undefined],
  ['voicemail away', { reason: 'voicemailUnavailable' }, 'refused'],
  ['no money', refusal('noMoney'), 'refused'],
  ['do not disturb', refusal('doNotDisturb'), 'missedCall'],
  ['blocked', refusal('blocked'), undefined],
]
t.test('one event per call on every unanswered end, however often it is written', async (t) => {
  const { database, db, id, journal } = await world(t)
  const records = ends.map(([, more]) => unanswered(id, more))
  await Promise.all(records.map((record) => journal.open({ ...record, endedAt: undefined, outcome: undefined })))
  t.strictSame(await rows(database), [], 'a call that lives is no news')
  await Promise.all(records.map((record) => journal.close(record)))
  await Promise.all(records.map((record) => journal.close(record)))
  for (const [index, [name, , kind]] of ends.entries()) {
    const found = (await rows(database)).filter((row) => row.notice_key === `call:${records[index]!.id}`)
    t.strictSame(found.map((row) => row.kind), kind === undefined ? [] : [kind], name)
  }
  await routeEvents(db, all, noticeMs + 60_000)
  const letters = (await rows(database)).filter((row) => row.state === 'waiting')
  t.equal(letters.length, ends.filter(([, , kind]) => kind !== undefined).length, 'and one letter each')
  t.strictSame(new Set(letters.map((row) => row.channel)), new Set(['email']))
})

t.test('a call and its event are written together or not at all', async (t) => {
  const { database, db, id } = await world(t)
  let refuse = true
  const choosy = {
    ...database,
    executeTogether: async (...args: Parameters<typeof database.executeTogether>) => {
      const [statements, timeoutMs] = args
      const broken = { sql: 'INSERT INTO no_such_table VALUES (1)', values: [] }
      return database.executeTogether(refuse ? [...statements, broken] : statements, timeoutMs)
    },
  }
  const journal = new CallJournal({ database: choosy, clock: systemClock, log: silentLog, spillFolder: t.testdir(), owner })
  const record = unanswered(id)
  await journal.close(record)
  t.strictSame([await db.selectFrom('calls').select('id').execute(), await rows(database)], [[], []], 'rolled back, both')
  refuse = false
  await journal.stop(5000)
  t.equal((await db.selectFrom('calls').select('outcome').executeTakeFirst())?.outcome, 'missed')
  t.equal((await rows(database)).length, 1)
})

t.test('the hot path: one statement more at most, none when nobody is to be told', async (t) => {
  const { database, id } = await world(t)
  const used: string[] = []
  const counting = {
    ...database,
    execute: async <Row>(sql: string, values: readonly (string | number | null)[], ms: number) => {
      used.push('one')
      return database.execute<Row>(sql, values, ms)
    },
    executeTogether: async (...args: Parameters<typeof database.executeTogether>) => {
      used.push(`${args[0].length} together`)
      return database.executeTogether(...args)
    },
  }
  const journal = new CallJournal({
    database: counting, clock: systemClock, log: silentLog, spillFolder: t.testdir(), owner, isQuiet: (who) => who === 'q'.repeat(32),
  })
  t.teardown(() => journal.stop(1000))
  const close = (count: number, more: Partial<CallRecord> = {}) =>
    Promise.all(Array.from({ length: count }, () => journal.close(unanswered(id, more))))
  await close(50, { outcome: 'answered', answeredLegId: '1' })
  t.ok(used.every((one) => one === 'one'), 'answered calls')
  used.length = 0
  await close(32, { subscriberId: 'q'.repeat(32) })
  t.ok(used.every((one) => one === 'one'), 'nobody wants to know')
  used.length = 0
  await close(48)
  t.ok(used.every((one) => one === '2 together') && used.length <= 3, used.join())
  t.equal((await rows(database)).length, 48, 'filled up statements write nothing twice')
})

t.test('quiet are those whom no call can tell anything', async (t) => {
  const { database, db, id } = await world(t, {})
  const { address: number } = await db.selectFrom('personal_numbers').select('address').executeTakeFirstOrThrow()
  const store = await createCallStore({ database, clock: systemClock, log: silentLog, spillFolder: t.testdir() })
  t.teardown(() => store.stop())
  const eventsAfter = async (options: OptionsChange) => {
    await changeSettings(db, id, undefined, { options })
    await store.findSubscriber(number)
    const before = (await rows(database)).length
    await store.close(unanswered(id))
    return (await rows(database)).length - before
  }
  t.equal(await eventsAfter({}), 0, 'no address at all')
  t.equal(await eventsAfter({ email: 'a@b.ru' }), 1, 'mail is chosen unless it was unchosen')
  const off = { email: false, sms: false }
  t.equal(await eventsAfter({ notifications: { missedCall: off, voicemail: off, refused: off } }), 0)
  t.equal(await eventsAfter({ notifications: { voicemail: { email: true } } }), 1)
  t.equal(await eventsAfter({ email: '', delivery: { telegramChat: '1' } }), 1)
  t.equal(await eventsAfter({ delivery: { telegramChat: '' }, notifications: { missedCall: { sms: true } } }), 0, 'SMS without a mobile')
  await addNumber(db, id, { address: '+79161234567', description: '' }, noticeMs)
  t.equal(await eventsAfter({}), 1, 'with one')
})

t.test('events of a spill file and of a dead process are written, too, and once', async (t) => {
  const { database, id, journal } = await world(t)
  const record = unanswered(id)
  const line = `${JSON.stringify({ owner: 'b'.repeat(32), changed: 1, record })}\n`
  const file = join(t.testdir({}), 'old.jsonl')
  writeFileSync(file, line + line)
  await journal.replay(file)
  await journal.replay(file)
  t.strictSame(await shown(database), ['new missedCall'])
  const live = callRecord({ subscriberId: id, startedAt: Date.now() - 60_000 })
  await new CallJournal({ database, clock: systemClock, log: silentLog, spillFolder: t.testdir(), owner: 'd'.repeat(32) }).open(live)
  for (const closed of [1, 0]) t.equal(await closeOrphans(database.kysely, Date.now()), closed)
  t.strictSame((await rows(database)).filter((row) => row.notice_key === `call:${live.id}`).map((row) => row.kind), ['refused'])
})

const message = (id: string, callId: string) => ({
  id: newId(noticeMs), subscriberId: id, callId, caller: '+79031112233', callerName: '', anonymous: false, dialled: '+74996740782',
  file: 'm.wav', startedAt: noticeMs - 20_000,
})

const voicemail: Partial<CallRecord> = {
  outcome: 'voicemail', answeredAt: noticeMs - 20_000, trace: [{ step: 'voicemail', atMs: 1, why: 'timeout', taken: true }],
}

t.test('a call that left a message is told as that message, whichever is written first', async (t) => {
  for (const order of ['message first', 'call first'] as const) {
    const { database, db, id, journal } = await world(t)
    const record = unanswered(id, voicemail)
    const said = message(id, record.id)
    const deed = { kind: 'message', id: said.id, owner, message: said, durationMs: 12_000 } as const
    await writeDeed(db, { ...deed, state: 'writing', durationMs: 0 })
    if (order === 'call first') {
      await journal.close(record)
      await routeEvents(db, all, noticeMs + 10_000)
      t.strictSame(await shown(database), ['new missedCall'], 'it waits for the message')
    }
    await writeDeed(db, { ...deed, state: 'ready' })
    await writeDeed(db, { ...deed, state: 'ready' })
    if (order === 'message first') await journal.close(record)
    await routeEvents(db, all, noticeMs + 20_000)
    const [event, letter] = await rows(database)
    t.strictSame((await shown(database)).map((one) => one.split(' ')[0]), ['routed', 'waiting'], order)
    t.equal(event?.notice_key, `call:${record.id}`)
    t.match(JSON.parse(letter!.payload), { kind: 'voicemail', messageId: said.id, durationMs: 12_000, call: { callId: record.id } })
  }
})

t.test('no message came: it was a missed call', async (t) => {
  const { database, db, id, journal } = await world(t)
  await journal.close(unanswered(id, voicemail))
  await routeEvents(db, all, noticeMs + 1000)
  t.strictSame(await shown(database), ['new missedCall'], 'too early to say')
  await routeEvents(db, all, noticeMs + 10_000)
  t.strictSame(await shown(database), ['new missedCall'])
  await routeEvents(db, all, noticeMs + 20_000)
  t.strictSame(await shown(database), ['routed missedCall', 'waiting missedCall email a@b.ru'])
  const discarded = unanswered(id, { ...voicemail, outcome: 'missed' })
  const said = message(id, discarded.id)
  await writeDeed(db, { kind: 'message', id: said.id, owner, message: said, state: 'discarded', durationMs: 0 })
  await journal.close(discarded)
  await routeEvents(db, all, noticeMs + 5000)
  t.equal((await rows(database)).filter((row) => row.state === 'waiting').length, 2, 'nothing was said: told at once')
})

t.test('a call that was answered after all is not told', async (t) => {
  const { database, db, id, journal } = await world(t)
  const record = unanswered(id, { outcome: 'interrupted' })
  await journal.close(record)
  await journal.close({ ...record, outcome: 'answered', answeredLegId: '1' })
  await routeEvents(db, all, noticeMs + 60_000)
  t.strictSame(await shown(database), ['routed refused'])
})

t.test('a recording is told to those who asked for it', async (t) => {
  const { database, db, id } = await world(t)
  const record = { id: newId(noticeMs), subscriberId: id, callId: newId(noticeMs), file: 'r.wav', startedAt: noticeMs }
  const deed = { kind: 'recording', id: record.id, owner, recording: record, durationMs: 9000, interrupted: false } as const
  await writeDeed(db, { ...deed, state: 'ready' })
  t.strictSame(await rows(database), [])
  await changeSettings(db, id, undefined, { options: { notifications: { recording: { email: true } } } })
  await writeDeed(db, { ...deed, state: 'ready' })
  await writeDeed(db, { ...deed, state: 'ready' })
  t.strictSame(await shown(database), ['new recording'])
})

/** One event of a new subscriber with these choices, addressed. */
async function addressed(
  t: Test, database: TestDatabase, notice: Notice, options: OptionsChange, phones: readonly string[] = [], routing = all,
) {
  const { db, id } = await world(t, options, database)
  for (const address of phones) await addNumber(db, id, { address, description: '' }, noticeMs)
  await inTransaction(db, (trx) => tell(trx, { subscriberId: id, key: `x${id}`, notice }, noticeMs))
  await routeEvents(db, routing, noticeMs)
  return (await rows(database)).filter((row) => row.channel !== '' && row.subscriber_id === id)
    .map((row) => `${row.kind} ${row.channel} ${row.address}`).sort()
}

const everything = { email: 'a@b.ru', delivery: { webhookUrl: 'https://h.example/', telegramChat: '7' } }
const routes: [name: string, notice: Notice, options: OptionsChange, phones: string[], letters: string[]][] = [
  ['mail by default', notices.missedCall, { email: 'a@b.ru' }, ['+79161234567'], ['missedCall email a@b.ru']],
  ['nowhere to send to', notices.missedCall, {}, [], []],
  ['what was set up gets what mail gets', notices.payment, everything, [],
    ['payment email a@b.ru', 'payment telegram 7', 'payment webhook https://h.example/']],
  ['unchosen', notices.payment, { ...everything, notifications: { payment: { email: false, telegram: false } } }, [],
    ['payment webhook https://h.example/']],
  ['an SMS goes to the first mobile', notices.lowBalance, { email: '' }, ['+74951234567', '+79161234567', '+79161234568'],
    ['lowBalance sms +79161234567']],
  ['not to a SIP address, nor to a number at home', notices.lowBalance, {}, ['+74951234567', 'sip:a@b.example'], []],
  ['a digest only when chosen', notices.dailyDigest, { email: 'a@b.ru' }, [], []],
  ['a digest', notices.dailyDigest, { email: 'a@b.ru', notifications: { dailyDigest: { email: true } } }, [], ['dailyDigest email a@b.ru']],
  ['a message to one who only wants missed calls', notices.voicemail, { email: 'a@b.ru', notifications: { voicemail: { email: false } } }, [],
    ['voicemail email a@b.ru']],
  ['a refused call to one who only wants missed calls', notices.refused, { email: 'a@b.ru', notifications: { refused: { email: false } } }, [],
    ['refused email a@b.ru']],
  ['a missed call is no message', notices.missedCall, { email: 'a@b.ru', notifications: { missedCall: { email: false } } }, [], []],
]
t.test('each event goes where it was chosen', async (t) => {
  const database = await testDatabase(t)
  for (const [name, notice, options, phones, letters] of routes)
    t.strictSame(await addressed(t, database, notice, options, phones), letters, name)
  t.strictSame(await addressed(t, database, notices.payment, everything, [], { ...all, channels: ['email'] as never }),
    ['payment email a@b.ru'], 'channels the operator does not have get nothing')
  t.strictSame(await addressed(t, database, notices.lowBalance, {}, ['+79161234567'], { ...all, verifyNumbers: true }), [],
    'unproved numbers neither')
})

t.test('a caller without end fills no mailbox and sends few SMS; what else is to be said is said', async (t) => {
  const { database, db, id } = await world(t, { email: 'a@b.ru', notifications: { missedCall: { sms: true } } })
  await addNumber(db, id, { address: '+79161234567', description: '' }, noticeMs)
  const event = (key: string, notice: Notice, atMs: number) =>
    inTransaction(db, (trx) => tell(trx, { subscriberId: id, key, notice }, atMs))
  for (let calls = 0; calls < 230; calls++) await event(`call${calls}`, notices.missedCall, noticeMs)
  for (let turns = 0; turns < 3; turns++) await routeEvents(db, all, noticeMs)
  const counts = async () => {
    const channels = (await rows(database)).map((row) => row.channel)
    return ['email', 'sms'].map((wanted) => channels.filter((channel) => channel === wanted).length)
  }
  t.strictSame(await counts(), [200, 20])
  await event('money', notices.lowBalance, noticeMs)
  await routeEvents(db, all, noticeMs)
  t.strictSame(await counts(), [201, 21], 'money is not calls')
  await event('later', notices.missedCall, noticeMs + 3_600_001)
  await routeEvents(db, all, noticeMs + 3_600_001)
  t.strictSame(await counts(), [202, 22], 'an hour later there is room again')
})

/** A world with letters that wait. */
async function waiting(t: Test, count: number) {
  const { database, db, id } = await world(t)
  const to = { channel: 'email', address: 'a@b.ru' } as const
  await inTransaction(db, async (trx) => {
    for (let index = 0; index < count; index++)
      await tell(trx, { subscriberId: id, key: `k${index}`, notice: notices.test, to }, noticeMs + index)
  })
  return { database, db, take: (who: string, limit = 100, at = noticeMs + 1000) => takeLetters(db, 'email', who, limit, at) }
}

t.test('each letter has one sender at a time', async (t) => {
  const { take, db } = await waiting(t, 40)
  const senders = Array.from({ length: 8 }, (_, index) => String(index).repeat(32))
  const taken = (await Promise.all(senders.map((who) => take(who, 10)))).flat()
  const rest = (await Promise.all(senders.map((who) => take(who, 40)))).flat()
  const ids = [...taken, ...rest].map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length, 'none twice')
  t.equal(ids.length, 40, 'none left')
  t.match(taken[0], { notice: { kind: 'test' }, reader: { zone: 'Europe/Moscow', language: 'ru' }, tries: 1, fence: 1 })
  t.strictSame((await takeLetters(db, 'sms', owner, 10, noticeMs + 1000)).length, 0, 'of its own channel')
})

t.test('who was too slow cannot overwrite what the next one did', async (t) => {
  const { take, db, database } = await waiting(t, 1)
  const [slow] = await take('1'.repeat(32))
  t.strictSame(await take('2'.repeat(32)), [], 'it is held')
  const later = noticeMs + 2000 + leaseMs
  const [next] = await take('2'.repeat(32), 1, later)
  t.match(next, { id: slow!.id, fence: 2, tries: 2 })
  t.notOk(await giveUp(db, slow!, 'late', later))
  t.notOk(await markSent(db, slow!, {}, later))
  t.ok(await markSent(db, next!, { externalId: 'x' }, later))
  t.notOk(await putBack(db, next!, { nextAt: 0, why: '', counts: true }), 'and not twice')
  t.match(await rows(database), [{ state: 'sent', external_id: 'x', lease_owner: '' }])
})

t.test('a sender in the same process that comes again is another one', async (t) => {
  const { take, db } = await waiting(t, 1)
  const [first] = await take(owner)
  const [second] = await take(owner, 1, noticeMs + 2000 + leaseMs)
  t.notOk(await markSent(db, first!, {}, noticeMs))
  t.ok(await markSent(db, second!, {}, noticeMs))
})

t.test('put back, given up, looked at, revived', async (t) => {
  const { take, db, database } = await waiting(t, 2)
  const [one, two] = await take(owner)
  await putBack(db, one!, { nextAt: noticeMs + 60_000, why: 'busy\r\nX-Evil: 1', counts: true })
  await putBack(db, two!, { nextAt: noticeMs + 60_000, why: 'down', counts: false })
  t.strictSame((await rows(database)).map(({ tries, last_error: why }) => [tries, why]), [[1, 'busy X-Evil: 1'], [0, 'down']])
  t.strictSame(await take(owner), [])
  const [again] = await take(owner, 1, noticeMs + 60_000)
  await giveUp(db, again!, 'no such user', noticeMs + 60_000)
  t.match((await listDeadLetters(db, { limit: 10 })).letters, [{ kind: 'test', channel: 'email', why: 'no such user', tries: 2 }])
  t.strictSame((await listDeadLetters(db, { limit: 10, before: { at: noticeMs, id: '' } })).letters, [])
  await reviveLetter(db, again!.id, noticeMs + 90_000)
  await t.rejects(reviveLetter(db, again!.id, noticeMs), { code: 'not_found' })
  t.match(await take(owner, 5, noticeMs + 90_000), [{ tries: 1 }, { tries: 1 }])
})

t.test('receipts find their SMS', async (t) => {
  const { db, database } = await waiting(t, 0)
  const id = (await db.selectFrom('subscribers').select('id').executeTakeFirstOrThrow()).id
  const to = { channel: 'sms', address: '+79161234567' } as const
  for (const key of ['a', 'b']) await inTransaction(db, (trx) => tell(trx, { subscriberId: id, key, notice: notices.test, to }, noticeMs))
  for (const letter of await takeLetters(db, 'sms', owner, 2, noticeMs)) await markSent(db, letter, { externalId: `id-${letter.key}` }, noticeMs)
  await noteReceipt(db, 'id-a', { delivered: true, why: '' }, noticeMs)
  await noteReceipt(db, 'id-b', { delivered: false, why: 'EXPIRED' }, noticeMs)
  await noteReceipt(db, 'id-a', { delivered: false, why: 'late' }, noticeMs)
  await noteReceipt(db, '', { delivered: false, why: 'nobody' }, noticeMs)
  t.strictSame((await rows(database)).map(({ state, last_error: why }) => [state, why]), [['delivered', ''], ['dead', 'EXPIRED']])
})

t.test('what is long done is forgotten, what waits is not', async (t) => {
  const { take, db, database } = await waiting(t, 3)
  const [one, two] = await take(owner, 2)
  await markSent(db, one!, {}, noticeMs)
  await giveUp(db, two!, 'x', noticeMs)
  const day = 86_400_000
  t.equal(await purgeOutbox(db, noticeMs + 29 * day), 0)
  t.equal(await purgeOutbox(db, noticeMs + 31 * day), 1)
  t.equal(await purgeOutbox(db, noticeMs + 91 * day), 1)
  t.strictSame((await rows(database)).map(({ state }) => state), ['waiting'])
})

t.test('letters of a dead process are freed at once, those of a living one are not', async (t) => {
  const { take, db, database } = await waiting(t, 2)
  const store = await createCallStore({ database, clock: systemClock, log: silentLog, spillFolder: t.testdir() })
  await take(store.owner, 1)
  await take('d'.repeat(32), 1)
  t.equal(await freeLetters(db, noticeMs + 1000), 1)
  t.equal((await take(owner)).length, 1)
  await store.stop()
})
