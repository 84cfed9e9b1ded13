/**
 * Leases and what follows from them: who has one, whose have run out, which calls nobody has any
 * more. The server of this file lives where clocks are put back in October.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import type { PoolConnection } from 'mysql2'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { databaseNowText, holdLease } from '../../src/store/leases.ts'
import { createChargeBook } from '../../src/store/live-charges.ts'
import { append } from '../../src/store/ledger.ts'
import { closeOrphans, isDeadOwner, journalLease } from '../../src/store/orphans.ts'
import { thisProcess } from '../../src/store/process-identity.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { TariffShelf } from '../../src/store/tariff-shelf.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import type { Tables } from '../../src/store/tables.ts'
import { callRecord, legRecord } from '../support/call-records.ts'
import { silentLog, testDatabase } from '../support/database.ts'

// Berlin's, for machines that know no names of zones. The server is started with it.
process.env['TZ'] = 'CET-1CEST,M3.5.0,M10.5.0/3'
const database = await testDatabase(t)
const db = database.kysely

const gone = JSON.stringify({ ...thisProcess(), startTicks: '1' })
const elsewhere = '{}'

/** A lease that ran out `agoMs` before now, and a call of its holder. */
async function lostProcess(
  test: { testdir(): string; teardown(end: () => unknown): unknown }, agoMs: number, holder: string,
) {
  const owner = randomUUID().replaceAll('-', '')
  const journal = new CallJournal({
    database, clock: systemClock, log: silentLog, spillFolder: test.testdir(), owner,
  })
  const call = callRecord()
  await journal.open(call)
  await journal.stop(1000)
  const [{ now } = { now: '0' }] =
    await database.execute<{ now: string }>(`SELECT ${databaseNowText} AS now`, [], 5000)
  await db.insertInto('leases')
    .values({ name: journalLease(owner), owner, holder, until_ms: Number(now) - agoMs, fence: 1 })
    .execute()
  const outcome = async () => (await db.selectFrom('calls').select('outcome')
    .where('id', '=', call.id).executeTakeFirstOrThrow()).outcome
  test.teardown(() => db.deleteFrom('calls').where('id', '=', call.id).execute())
  return { owner, call, outcome }
}

t.test('the database’s clock does not leap when clocks are put back', async (t) => {
  const one = openDatabase({ url: database.url, connections: 1 })
  t.teardown(() => one.close())
  const fold = Date.UTC(2026, 9, 25, 1) / 1000
  let leaps = 0
  for (const seconds of [fold - 3601, fold - 3599, fold - 1, fold + 1, fold + 3601]) {
    await one.execute(`SET timestamp=${seconds}.25`, [], 5000)
    const [row] = await one.execute<{ now: string; local: string }>(
      `SELECT ${databaseNowText} AS now, FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000) AS local`, [], 5000)
    t.equal(Number(row!.now), seconds * 1000 + 250)
    if (row!.local !== row!.now) leaps += 1
  }
  t.ok(leaps > 0, 'as the obvious way to ask does')
})

t.test('a renewal that is under way does not take back what is given back', async (t) => {
  const pool = createPool({ uri: database.url, socketPath: new URL(database.url).searchParams.get('socketPath')! })
  t.teardown(() => new Promise<void>((done) => pool.end(() => done())))
  let lateMs = 0
  const slow = new Kysely<Tables>({ dialect: new MysqlDialect({ pool: {
    getConnection: (done: (fault: unknown, connection: PoolConnection) => void) => {
      setTimeout(() => pool.getConnection(done), lateMs)
    },
    end: (done: () => void) => done(),
  } as never }) })
  const lease = await holdLease(slow as unknown as Db, 'slow', 'a', 300)
  lateMs = 250
  await sleep(150) // one renewal has begun, and waits
  lateMs = 0
  await lease!.release()
  await sleep(250)
  const other = await holdLease(db, 'slow', 'b', 60_000)
  t.ok(other, 'somebody else gets it at once')
  await other?.release()
})

t.test('who has lost a lease knows it, and when it comes back', async (t) => {
  const lease = (await holdLease(db, 'mine', 'a', 90))!
  const becomes = async (wanted: boolean) => {
    for (let tries = 0; tries < 200 && lease.isHeld() !== wanted; tries++) await sleep(20)
    return lease.isHeld() === wanted
  }
  t.ok(lease.isHeld())
  const set = (owner: string, untilMs: number) => db.updateTable('leases')
    .set({ owner, until_ms: untilMs }).where('name', '=', 'mine').execute()
  await set('b', Date.now() + 600_000)
  t.ok(await becomes(false))
  await set('b', 0)
  t.ok(await becomes(true))
  await lease.release()
  t.notOk(lease.isHeld())
})

const deaths: readonly [name: string, agoMs: number, holder: string, inTouch: boolean, dead: boolean][] = [
  ['of another machine, late by a second', 1000, elsewhere, true, false],
  ['of another machine, late by twenty', 20_000, elsewhere, true, true],
  ['the same, as one sees it who was away himself', 20_000, elsewhere, false, false],
  ['of this machine, gone', -10_000, gone, true, true],
  ['the same, as one sees it who was away himself', -10_000, gone, false, true],
  ['of this machine, alive', 20_000, JSON.stringify(thisProcess()), true, false],
]

for (const [name, agoMs, holder, inTouch, dead] of deaths) {
  t.test(`a process ${name}${dead ? '' : ' is not dead'}`, async (t) => {
    const lost = await lostProcess(t, agoMs, holder)
    t.equal(await closeOrphans(db, Date.now(), { isInTouch: () => inTouch }), dead ? 1 : 0)
    t.equal(await lost.outcome(), dead ? 'interrupted' : null)
    if (inTouch) t.equal(await isDeadOwner(db, lost.owner), dead)
  })
}

t.test('who starts when the database has just come back leaves others the time to say that they live', async (t) => {
  const waits = await lostProcess(t, 600_000, elsewhere)
  const dead = await lostProcess(t, 600_000, gone)
  const store = await createCallStore({
    database, clock: systemClock, log: silentLog, spillFolder: t.testdir(),
  })
  t.teardown(() => store.stop())
  t.equal(await waits.outcome(), null)
  t.equal(await dead.outcome(), 'interrupted')
})

t.test('one account that is out of order does not keep the calls of others', async (t) => {
  const tariffs = new TariffShelf()
  const now = Math.floor(Date.now())
  const id = await createSubscriber(db, {
    name: 'Анна', number: '+74990000001', login: 'anna', passwordHash: 'x', balanceKopecks: 1000,
  }, now)
  await assignTariff(db, id, await addTariff(db, {
    name: 'Проверка', monthlyKopecks: 0, includedSeconds: 0, includedPrefixes: [],
    freeAnswerSeconds: 0, validFromMs: undefined, validToMs: undefined,
    rates: [{ prefix: '7', name: 'Россия', kopecksPerMinute: 600, connectionKopecks: 100, firstStepSeconds: 1, nextStepSeconds: 1 }],
  }, now), 0)
  const first = await lostProcess(t, -15_000, gone)
  const second = await lostProcess(t, 60_000, gone)
  const book = createChargeBook({ database, owner: first.owner, tariffs })
  const asked = { callId: first.call.id, subscriberId: id, address: '+79161234567' }
  t.notMatch(await book.reserve(asked, () => now - 60_000), { why: String })
  await db.updateTable('calls').where('id', '=', first.call.id).set({
    subscriber_id: id, answered_at: now - 60_000, answered_leg_id: '1', legs: JSON.stringify([legRecord()]),
  }).execute()
  await append(db, id, { key: 'x', kind: 'correction', kopecks: 0, atMs: now, text: '' })
  await db.updateTable('ledger').set({ balance_kopecks: -Number.MAX_SAFE_INTEGER })
    .where('subscriber_id', '=', id).where('entry_key', '=', 'x').execute()
  const faults: unknown[] = []
  const log = { ...silentLog, error: (fault: unknown) => faults.push(fault) } as unknown as typeof silentLog
  t.equal(await closeOrphans(db, now + 1000, { log }), 1)
  t.match(faults, [{ call: first.call.id, err: { name: 'LedgerError' } }])
  t.equal(await first.outcome(), null)
  t.equal(await second.outcome(), 'interrupted')
})
