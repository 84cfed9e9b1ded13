/**
 * Reservations and charges against a real MariaDB: what is decided at the answer, what other
 * processes see, what a call came to when it is stored, also by the repair of a process that died;
 * and a thousand seeds of calls, payments and refunds in three processes, some of them killed.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { systemClock } from '../../src/clock.ts'
import type { Rate, Tariff } from '../../src/money/tariff.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { loadCall } from '../../src/store/calls.ts'
import { inTransaction } from '../../src/store/database.ts'
import type { Database, Db } from '../../src/store/database.ts'
import { append, lockBalance } from '../../src/store/ledger.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { createChargeBook, spendable } from '../../src/store/live-charges.ts'
import { closeOrphans } from '../../src/store/orphans.ts'
import { listEntries } from '../../src/store/statement.ts'
import { createSubscriber, createSubscriberFinder } from '../../src/store/subscribers.ts'
import { TariffShelf } from '../../src/store/tariff-shelf.ts'
import { addTariff, assignTariff } from '../../src/store/tariffs.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import type { Deed, Told } from '../support/charging-process.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { seededRandom } from '../support/seeded-random.ts'

const moscow = '+74951234567'
const mobile = '+79161234567'
const now = Date.UTC(2026, 10, 23, 12)
const owner = 'a'.repeat(32)

function rate(prefix: string, name: string, kopecksPerMinute: number, more: Partial<Rate> = {}): Rate {
  return {
    prefix, name, kopecksPerMinute, connectionKopecks: 0, firstStepSeconds: 1, nextStepSeconds: 1,
    ...more,
  }
}

const plain: Omit<Tariff, 'id'> = {
  name: 'Проверка', monthlyKopecks: 0, includedSeconds: 0, includedPrefixes: [],
  freeAnswerSeconds: 3, validFromMs: undefined, validToMs: undefined,
  rates: [rate('7495', 'Москва', 60), rate('79', 'Мобильные', 120, { firstStepSeconds: 60 })],
}

let made = 0
async function account(
  db: Db, balanceKopecks: number, tariff: Omit<Tariff, 'id'> = plain,
): Promise<string> {
  const number = `+7499${String(++made).padStart(7, '0')}`
  const id = await createSubscriber(
    db, { name: number, number, login: number, passwordHash: 'x', balanceKopecks }, now)
  await assignTariff(db, id, await addTariff(db, tariff, now), 0)
  return id
}

/** One for the whole file: every test has accounts of its own. */
const database = await testDatabase(t)

async function scene(t: Test, balanceKopecks: number, tariff?: Omit<Tariff, 'id'>) {
  const tariffs = new TariffShelf()
  const id = await account(database.kysely, balanceKopecks, tariff)
  const book = createChargeBook({ database, owner, tariffs })
  const journal = new CallJournal({
    database, clock: systemClock, log: silentLog, spillFolder: t.testdir(), owner, tariffs,
  })
  t.teardown(() => journal.stop(1000))
  return { database, db: database.kysely, tariffs, id, book, journal }
}

/** A call to that phone that talked so long and is metered. */
function talked(subscriberId: string, address: string, seconds: number, startedAt = now): CallRecord {
  const leg = legRecord({ address, answerMs: 3000, outcome: 'answered' })
  const record = callRecord({ subscriberId, legs: [leg], startedAt })
  return endedCall(record, {
    metered: true, answeredAt: startedAt + 3000, endedAt: startedAt + 3000 + seconds * 1000,
  })
}

async function balanceOf(db: Db, id: string): Promise<number> {
  const row = await db.selectFrom('subscribers').select('balance_kopecks').where('id', '=', id)
    .executeTakeFirstOrThrow()
  return Number(row.balance_kopecks)
}

async function reservations(db: Db, id: string): Promise<number> {
  const rows = await db.selectFrom('live_charges').select('call_id').where('subscriber_id', '=', id)
    .execute()
  return rows.length
}

t.test('an answered call is charged once, with its end', async (t) => {
  const { db, id, book, journal } = await scene(t, 1000)
  const call = talked(id, mobile, 61)
  const reserved = await book.reserve({ callId: call.id, subscriberId: id, address: mobile }, () => now + 3000)
  t.notOk('why' in reserved, 'reserved')
  t.equal(await reservations(db, id), 1)
  await journal.close(call)
  t.equal(await balanceOf(db, id), 1000 - 122, '60+1 at two kopecks a second')
  t.equal(await reservations(db, id), 0)
  const [entry] = await listEntries(db, id, { from: 0, to: now * 2 }, { kind: 'call', limit: 9 })
  t.match(entry, {
    key: `call:${call.id}`, kopecks: -122, callId: call.id,
    text: `Звонок на ${mobile}, Мобильные, 1 мин 1 с`,
  })
  t.strictSame((await loadCall(db, id, call.id)).charge,
    { kopecks: 122, rateName: 'Мобильные', seconds: 61, includedSeconds: 0 })
  await journal.close({ ...call, endedAt: call.endedAt! + 60_000 })
  t.equal(await balanceOf(db, id), 878, 'told again, with another end: charged once')
  t.equal((await loadCall(db, id, call.id)).charge?.kopecks, 122)
})

t.test('what costs nothing makes no entry, and says so', async (t) => {
  const { db, id, book, journal } = await scene(t, 1000)
  const rows: [string, CallRecord, number | undefined][] = [
    ['shorter than the free seconds', talked(id, moscow, 3), 0],
    ['nobody was connected', { ...talked(id, moscow, 9), answeredAt: undefined }, 0],
  ]
  for (const [name, call, kopecks] of rows) {
    await book.reserve({ callId: call.id, subscriberId: id, address: moscow }, () => now)
    await journal.close(call)
    t.equal((await loadCall(db, id, call.id)).charge?.kopecks, kopecks, name)
  }
  const free = { ...talked(id, 'sip:anna@10.0.0.7', 60), metered: false }
  await journal.close(free)
  t.equal((await loadCall(db, id, free.id)).charge, undefined, 'never charged for')
  const never = talked(id, moscow, 60)
  await journal.close(never)
  t.equal((await loadCall(db, id, never.id)).charge, undefined, 'without a reservation there is nothing')
  t.equal(await balanceOf(db, id), 1000)
  t.equal(await reservations(db, id), 0)
})

t.test('a record the database cannot take: its call is charged, nothing stays reserved', async (t) => {
  const { db, id, book, journal } = await scene(t, 1000)
  const call = { ...talked(id, mobile, 61), status: 2 ** 40 }
  await book.reserve({ callId: call.id, subscriberId: id, address: mobile }, () => now + 3000)
  await journal.close(call)
  t.equal(await balanceOf(db, id), 1000 - 122)
  t.equal(await reservations(db, id), 0)
})

t.test('one settlement of many calls of many accounts', async (t) => {
  const { db, journal, tariffs } = await scene(t, 1)
  const book = createChargeBook({ database, owner, tariffs })
  const ids = await Promise.all(Array.from({ length: 5 }, (_, i) => account(db, 1000 * (i + 1))))
  const calls = [...ids, ...ids.slice(2)].map((id, i) => talked(id, mobile, 61 + i))
  for (const { id: callId, subscriberId = '' } of calls) {
    await book.reserve({ callId, subscriberId, address: mobile }, () => now + 3000)
  }
  await Promise.all(calls.map((call) => journal.close(call)))
  const balances = await Promise.all(ids.map((id) => balanceOf(db, id)))
  t.strictSame(balances, [1000 - 122, 2000 - 124, 3000 - 126 - 132, 4000 - 128 - 134, 5000 - 130 - 136])
  t.strictSame((await checkLedgers(db, now)).alarms, [], 'as the ledger says')
})

t.test('the answer decides over all live calls', async (t) => {
  const { db, id, book } = await scene(t, 200)
  const reserve = (callId: string, address: string, wallMs = now) =>
    book.reserve({ callId: callId.repeat(32), subscriberId: id, address }, () => wallMs)
  const first = await reserve('1', mobile)
  t.match(first, { cutOffMs: now + 100_000, calls: new Set(['1'.repeat(32)]) })
  t.match(await reserve('2', mobile, now + 1000), { why: 'noMoney' }, 'no second minute')
  t.match(await reserve('3', moscow, now + 5000), { committedKopecks: 120 }, 'but some seconds')
  t.match(await reserve('4', '+4420123', now), { why: 'noRate' }, 'a country without a price')
  t.equal(await reservations(db, id), 2)
  const known = new Map([[id, (first as { version: string }).version]])
  const seen = (await book.look(known, now + 2000)).get(id)
  t.ok(seen && seen.cutOffMs! < now + 100_000, 'another process sees the second call')
  t.equal((await book.look(new Map([[id, seen!.version]]), now)).size, 0, 'nothing new')
  await append(db, id, { key: 'p', kind: 'bonus', kopecks: 100, atMs: now, text: '' })
  t.equal((await book.look(new Map([[id, seen!.version]]), now)).size, 1, 'a payment')
  await inTransaction(db, async (trx) => {
    await lockBalance(trx, id)
    t.equal(await spendable(trx, id, now + 10_000), 300 - 120 - 7)
  })
  const other = await addTariff(db, { ...plain, freeAnswerSeconds: 0 }, now)
  const version = (await book.look(new Map([[id, '']]), now)).get(id)!.version
  await assignTariff(db, id, other, now)
  t.equal((await book.look(new Map([[id, version]]), now)).size, 1, 'a change of tariff')
  const before = (await book.look(new Map([[id, '']]), now)).get(id)!.version
  await book.release('1'.repeat(32))
  t.equal(await reservations(db, id), 1)
  await db.insertInto('live_charges').values({
    call_id: '5'.repeat(32), subscriber_id: id, owner: 'f'.repeat(32), address: moscow,
    tariff_id: other, prefix: '7495', answered_at: now, month: '2026-11',
  }).execute()
  t.equal((await book.look(new Map([[id, before]]), now)).size, 1, 'one call for another is a change')
})

t.test('twenty answers at once find the money for one', async (t) => {
  const { db, id, book } = await scene(t, 130)
  const all = await Promise.all(Array.from({ length: 20 }, (_, n) => book.reserve(
    { callId: `b${String(n).padStart(31, '0')}`, subscriberId: id, address: mobile }, () => now)))
  t.equal(all.filter((one) => !('why' in one)).length, 1)
  t.equal(await reservations(db, id), 1)
})

t.test('answers of many accounts at once: each by its own money, and nobody spoils the others', async (t) => {
  const { db, id, book } = await scene(t, 130)
  const rich = await account(db, 1000)
  const poor = await account(db, 1)
  const asked: [id: string, address: string][] = [
    [id, mobile], [rich, mobile], [poor, mobile], [rich, '+4420123'], [id, mobile], [rich, moscow],
    // No row takes such an address.
    [rich, `+79${'0'.repeat(200)}`],
  ]
  const all = await Promise.allSettled(asked.map(([subscriberId, address], n) => book.reserve(
    { callId: `c${String(n).padStart(31, '0')}`, subscriberId, address }, () => now)))
  const ends = all.map((one) => one.status === 'rejected' ? 'failed' :
    'why' in one.value ? one.value.why : 'reserved')
  t.strictSame(ends.toSpliced(4, 1).toSpliced(0, 1),
    ['reserved', 'noMoney', 'noRate', 'reserved', 'failed'])
  t.strictSame([ends[0], ends[4]].toSorted(), ['noMoney', 'reserved'], 'money for one of two')
  const counts = await Promise.all([id, rich, poor].map((one) => reservations(db, one)))
  t.strictSame(counts, [1, 2, 0])
})

t.test('included seconds are counted by billing month', async (t) => {
  const tariff = { ...plain, includedSeconds: 100, includedPrefixes: ['7495'], freeAnswerSeconds: 0 }
  const { db, id, book, journal } = await scene(t, 1000, tariff)
  const hour = 3_600_000
  const rows: [name: string, seconds: number, startedAt: number, kopecks: number, included: number][] = [
    ['all of it', 60, now, 0, 60],
    ['the rest, then money', 60, now + hour, 20, 40],
    ['nothing left', 10, now + 2 * hour, 10, 0],
    ['the next month', 10, now + 40 * 24 * hour, 0, 10],
  ]
  for (const [name, seconds, startedAt, kopecks, includedSeconds] of rows) {
    const call = talked(id, moscow, seconds, startedAt)
    await book.reserve({ callId: call.id, subscriberId: id, address: moscow }, () => startedAt + 3000)
    await journal.close(call)
    const { charge } = await loadCall(db, id, call.id)
    t.match(charge, { kopecks, includedSeconds, seconds }, name)
  }
})

t.test('what a leg would cost, before it is dialled', async (t) => {
  const { tariffs, id, book } = await scene(t, 200,
    { ...plain, includedSeconds: 60, includedPrefixes: ['7495'] })
  const { address } = await database.kysely.selectFrom('personal_numbers').select('address')
    .where('subscriber_id', '=', id).executeTakeFirstOrThrow()
  const found = await createSubscriberFinder(database, 2000)(address)
  await tariffs.get(found!.tariffId!, (sql, values) => database.execute(sql, values, 2000))
  const rich = { ...found!, balanceKopecks: 100_000 }
  const rows: [string, Subscriber, string, number, string][] = [
    ['a phone on the Internet', found!, 'sip:anna@10.0.0.7', 0, 'free'],
    ['no rate', found!, '+4420123', 0, 'noRate'],
    ['money for hours', rich, mobile, 0, 'charged'],
    ['money for less than ten minutes', found!, mobile, 0, 'short'],
    ['live calls have it', found!, mobile, 100, 'noMoney'],
    ['seconds may be included', found!, moscow, 200, 'short'],
    ['without a tariff there is no price', { ...rich, tariffId: 'f'.repeat(32) }, mobile, 0, 'noRate'],
  ]
  for (const [name, who, to, committed, price] of rows) {
    t.equal(book.priceOf(who, to, committed), price, name)
  }
})

t.test('little is left: told once until there is more again', async (t) => {
  const { db, id } = await scene(t, 11_000)
  const move = (key: string, kopecks: number) => append(db, id, {
    key, kopecks, kind: 'correction', atMs: now, text: '',
  })
  for (const [key, kopecks] of [['a', -500], ['b', -600], ['c', -100], ['d', 5000], ['e', -5000]] as const)
    await move(key, kopecks)
  const told = await db.selectFrom('outbox').select('payload').where('kind', '=', 'lowBalance')
    .where('subscriber_id', '=', id).orderBy('id').execute()
  t.same(told.map(({ payload }) => (JSON.parse(payload) as { balanceKopecks: number }).balanceKopecks),
    [9900, 9800])
  const { id: caller, book, journal } = await scene(t, 10_010)
  const call = talked(caller, mobile, 10)
  await book.reserve({ callId: call.id, subscriberId: caller, address: mobile }, () => now)
  await journal.close(call)
  const byCall = await db.selectFrom('outbox').select('id').where('kind', '=', 'lowBalance')
    .where('subscriber_id', '=', caller).execute()
  t.equal(byCall.length, 1, 'by the charge of a call, too')
})

t.test('a process that died: charged until it was last seen, and nothing stays reserved', async (t) => {
  const { db, id, book, journal } = await scene(t, 10_000)
  const lease = { name: `journal:${owner}`, owner, holder: '{}', until_ms: now + 63_000 + 15_000, fence: 1 }
  await db.insertInto('leases').values(lease).execute()
  const live = talked(id, moscow, 0)
  const { endedAt: _, outcome: __, endedBy: ___, ...open } = live
  const ringing = callRecord({ subscriberId: id, startedAt: now })
  const strange = 'e'.repeat(32)
  for (const callId of [live.id, ringing.id, strange])
    await book.reserve({ callId, subscriberId: id, address: moscow }, () => now + 3000)
  await journal.open({ ...open, endedAt: undefined, outcome: undefined, endedBy: undefined })
  await journal.open(ringing)
  t.equal(await closeOrphans(db, now + 200_000), 2)
  t.equal(await closeOrphans(db, now + 200_000), 0)
  t.match(await loadCall(db, id, live.id), {
    outcome: 'interrupted', endedAt: now + 63_000, charge: { kopecks: 60, seconds: 60 },
  }, 'a minute, proved by its lease')
  t.match(await loadCall(db, id, ringing.id), { charge: { kopecks: 0 } }, 'nobody was connected')
  t.equal(await balanceOf(db, id), 10_000 - 60)
  t.equal(await reservations(db, id), 0, 'nor what never became a call')
  await journal.close({ ...live, endedAt: now + 300_000 })
  t.equal(await balanceOf(db, id), 10_000 - 60, 'should it live after all, it is charged no more')
})

t.test('a copy that somebody moved raises an alarm and follows the ledger again', async (t) => {
  const { db, id, book, journal } = await scene(t, 1000)
  await db.updateTable('subscribers').set({ balance_kopecks: 5000 }).where('id', '=', id).execute()
  const call = talked(id, moscow, 60)
  await book.reserve({ callId: call.id, subscriberId: id, address: moscow }, () => now)
  await journal.close(call)
  t.equal(await balanceOf(db, id), 940)
  const alarms = await db.selectFrom('alarms').select('alarm_key').where('subscriber_id', '=', id)
    .execute()
  t.same(alarms, [{ alarm_key: `ledger:${id}:copy` }])
})

/** Ten roubles a second: a second is a long time, a seed is over in three. */
const dear: Omit<Tariff, 'id'> = {
  ...plain, freeAnswerSeconds: 0, rates: [rate('7', 'Дорого', 60_000)],
}
const withIncluded: Omit<Tariff, 'id'> = { ...dear, includedSeconds: 2, includedPrefixes: ['7'] }

class Worker {
  readonly #child: ChildProcess
  readonly told: Told[] = []
  #listeners: (() => void)[] = []

  constructor(url: string, folder: string) {
    const file = fileURLToPath(new URL('../support/charging-process.ts', import.meta.url))
    this.#child = spawn(process.execPath, [file, url, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.told.push(JSON.parse(line) as Told)
      for (const run of this.#listeners) run()
    })
  }

  until(told: Told['told']): Promise<Told> {
    return new Promise((done) => {
      const look = (): void => {
        const at = this.told.findIndex((one) => one.told === told)
        if (at < 0) return
        this.#listeners = this.#listeners.filter((one) => one !== look)
        done(this.told.splice(at, 1)[0]!)
      }
      this.#listeners.push(look)
      look()
    })
  }

  send(deeds: readonly Deed[]): void {
    this.#child.stdin!.write(`${JSON.stringify(deeds)}\n`)
  }

  end(signal: NodeJS.Signals): Promise<void> {
    return new Promise((done) => {
      this.#child.once('close', () => done())
      if (signal === 'SIGTERM') this.#child.stdin!.end()
      else this.#child.kill(signal)
    })
  }
}

/** What happens to one account; `which` process does it. */
function script(seed: number, account: string, startMs: number): { which: number; deed: Deed }[] {
  const random = seededRandom(seed)
  const pick = (n: number): number => Math.floor(random() * n)
  const deeds: { which: number; deed: Deed }[] = []
  const add = (deed: object): void => {
    const common = { account, atMs: startMs + pick(1500), key: `s:${seed}:${deeds.length}` }
    deeds.push({ which: pick(3), deed: { ...common, ...deed } as Deed })
  }
  for (let n = 1 + pick(3); n > 0; n--) add({ do: 'call', talkMs: pick(2500), address: moscow })
  if (pick(3) === 0) add({ do: 'pay', kopecks: 100 + pick(1500) })
  if (pick(4) === 0) add({ do: 'refund', kopecks: 100 + pick(3000) })
  return deeds
}

async function faultsOf(
  database: Database, ids: readonly string[], gapMs: number,
): Promise<string[]> {
  const db = database.kysely
  const faults: string[] = []
  const entries = await db.selectFrom('ledger').selectAll().where('subscriber_id', 'in', [...ids]).execute()
  const calls = await db.selectFrom('calls').selectAll().where('subscriber_id', 'in', [...ids]).execute()
  const accounts = await db.selectFrom('subscribers').select(['id', 'balance_kopecks'])
    .where('id', 'in', [...ids]).execute()
  for (const { id, balance_kopecks: copy } of accounts) {
    const mine = entries.filter((one) => one.subscriber_id === id)
    const sum = mine.reduce((total, one) => total + Number(one.kopecks), 0)
    if (sum !== Number(copy)) faults.push(`${id}: ${sum} in the ledger, ${copy} in the copy`)
    // A machine so busy that news takes as long as the second that nobody is answered without (the
    // answer's transaction, then a look): each of three calls may have begun the steps of that time.
    const tolerance = gapMs < 500 ? 0 : Math.ceil(gapMs / 1000) * 1000 * 3
    if (sum < -tolerance) faults.push(`${id}: ${sum} with looks ${gapMs} ms apart`)
  }
  for (const call of calls) {
    if (call.ended_at === null) faults.push(`${call.id} is open`)
    const charged = entries.filter((one) => one.call_id === call.id)
    const paid = -charged.reduce((total, one) => total + Number(one.kopecks), 0)
    if (charged.length > 1) faults.push(`${call.id} is charged ${charged.length} times`)
    if (paid !== Number(call.cost_kopecks ?? 0)) faults.push(`${call.id}: ${paid}, not ${call.cost_kopecks}`)
    if (call.answered_at === null || call.ended_at === null) continue
    const seconds = Math.ceil((Number(call.ended_at) - Number(call.answered_at)) / 1000)
    const due = (seconds - (call.included_seconds ?? 0)) * 1000
    if (paid !== due) {
      faults.push(`${call.id}: ${paid} for ${seconds} s, ${call.outcome} by ${call.ended_by}, ` +
        `${call.included_seconds} s included, the row says ${call.cost_kopecks}`)
    }
  }
  const { rows } = { rows: await db.selectFrom('live_charges').select('call_id')
    .where('subscriber_id', 'in', [...ids]).execute() }
  if (rows.length > 0) faults.push(`${rows.length} reservations are left`)
  return faults
}

const seeds = Number(process.env['SEEDS'] ?? 1000)
const atOnce = 200

t.test(`${seeds} seeds in three processes, some killed`, { timeout: 290_000 }, async (t) => {
  const db = database.kysely
  const folder = t.testdir()
  const tariffIds = [await addTariff(db, dear, now), await addTariff(db, withIncluded, now)]
  const start = (): Worker => new Worker(database.url, folder)
  const workers = [start(), start(), start()]
  await Promise.all(workers.map((one) => one.until('ready')))
  t.teardown(() => Promise.all(workers.map((one) => one.end('SIGKILL'))))
  const ends = new Map<string, number>()
  const faults: string[] = []
  let longest = 0
  for (let from = 0; from < seeds; from += atOnce) {
    const ids: string[] = []
    await inTransaction(db, async (trx) => {
      for (let seed = from; seed < Math.min(seeds, from + atOnce); seed++) {
        const number = `+7498${String(seed).padStart(7, '0')}`
        const id = await createSubscriber(trx, {
          name: '', number, login: number, passwordHash: 'x', balanceKopecks: 1000 + (seed * 37) % 3000,
        }, now)
        await trx.insertInto('subscriber_tariffs')
          .values({ subscriber_id: id, since: 0, tariff_id: tariffIds[seed % 2]! }).execute()
        ids.push(id)
      }
    })
    const startMs = Date.now() + 200
    const deeds = ids.flatMap((id, n) => script(from + n, id, startMs))
    for (const [which, worker] of workers.entries())
      worker.send(deeds.filter((one) => one.which === which).map((one) => one.deed))
    const kills = (from / atOnce) % 3 === 1
    if (kills) {
      await new Promise((done) => setTimeout(done, 1300))
      await workers[2]!.end('SIGKILL')
      workers[2] = start()
      await workers[2].until('ready')
    }
    let gapMs = 0
    for (const worker of kills ? workers.slice(0, 2) : workers) {
      const done = await worker.until('done')
      if (done.told === 'done') gapMs = Math.max(gapMs, done.gapMs)
    }
    longest = Math.max(longest, gapMs)
    for (const told of workers.flatMap((one) => one.told.splice(0)))
      if (told.told === 'call') ends.set(told.end, (ends.get(told.end) ?? 0) + 1)
    faults.push(...await faultsOf(database, ids, gapMs))
  }
  t.same(faults.slice(0, 20), [], `looks at most ${longest} ms apart`)
  t.same((await checkLedgers(db, now, 500)).alarms, [], 'the nightly check agrees')
  for (const end of ['hungUp', 'cut', 'noMoney']) t.ok((ends.get(end) ?? 0) > seeds / 100, `${end}: ${ends.get(end)}`)
  t.equal(ends.get('databaseDown') ?? 0, 0)
})
