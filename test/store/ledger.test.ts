/**
 * The ledger against a real MariaDB: entries once per effect, balances that follow from entries
 * whoever writes at the same time, and a process that is killed while it credits.
 */
import { spawn } from 'node:child_process'
import fc from 'fast-check'
import t from 'tap'
import { LedgerError } from '../../src/money/ledger.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { Db } from '../../src/store/database.ts'
import { append } from '../../src/store/ledger.ts'
import type { Effect } from '../../src/store/ledger.ts'
import { checkLedgers } from '../../src/store/ledger-check.ts'
import { createSubscriber } from '../../src/store/subscribers.ts'
import { testDatabase } from '../support/database.ts'

let made = 0
const now = 1_760_000_000_000

async function account(db: Db, balanceKopecks = 0): Promise<string> {
  const number = `+7499${String(++made).padStart(7, '0')}`
  return createSubscriber(
    db, { name: number, number, login: number, passwordHash: 'x', balanceKopecks }, now)
}

function effect(key: string, kopecks: number, more: Partial<Effect> = {}): Effect {
  return { key, kind: 'correction', kopecks, atMs: now, text: 'Проверка', ...more }
}

async function book(db: Db, id: string): Promise<{ sum: number; last: number; copy: number; count: number }> {
  const rows = await db.selectFrom('ledger').selectAll().where('subscriber_id', '=', id)
    .orderBy('number').execute()
  const { balance_kopecks: copy } = await db.selectFrom('subscribers').select('balance_kopecks')
    .where('id', '=', id).executeTakeFirstOrThrow()
  return {
    sum: rows.reduce((sum, row) => sum + Number(row.kopecks), 0),
    last: Number(rows.at(-1)?.balance_kopecks ?? 0), copy: Number(copy), count: rows.length,
  }
}

t.test('an account begins with its opening, and grows by entries', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await account(db, 380_00)
  const call = { key: 'call:1', kind: 'call', kopecks: -183, callId: 'c'.repeat(32) } as const
  const first = await append(db, id, { ...effect('x', 0), ...call })
  t.match(first, { isNew: true, entry: { number: 2, balanceKopecks: 378_17, callId: call.callId } })
  const again = await append(db, id, { ...effect('x', 0), ...call, atMs: now + 5, text: 'anders' })
  t.match(again, { isNew: false, entry: { number: 2, atMs: now, text: 'Проверка' } })
  t.strictSame(await book(db, id), { sum: 378_17, last: 378_17, copy: 378_17, count: 2 })
  const early = await append(db, id, effect('early', 1, { atMs: now - 60_000 }))
  t.equal(early.entry.atMs, now, 'no entry is before the one before it')
  t.equal((await append(db, await account(db), effect('first', 1))).entry.number, 1)
})

t.test('what cannot be right is refused and changes nothing', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await account(db, 100_00)
  await append(db, id, effect('key', 5))
  const before = await book(db, id)
  const rows: [string, Effect][] = [
    ['a key with another amount', effect('key', 6)],
    ['a key with another kind', effect('key', 5, { kind: 'bonus' })],
    ['a payment that takes', effect('p', -1, { kind: 'payment' })],
    ['a fraction', effect('f', 0.5)],
  ]
  for (const [name, wrong] of rows) await t.rejects(append(db, id, wrong), LedgerError, name)
  await t.rejects(append(db, 'f'.repeat(32), effect('k', 1)), { code: 'not_found' })
  t.strictSame(await book(db, id), before)
})

t.test('a copy that somebody moved raises an alarm and is put right by the next entry', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await account(db, 100_00)
  await db.updateTable('subscribers').set({ balance_kopecks: 999_00 }).where('id', '=', id).execute()
  await append(db, id, effect('next', 1_00))
  t.strictSame(await book(db, id), { sum: 101_00, last: 101_00, copy: 101_00, count: 2 })
  const [alarm] = await db.selectFrom('alarms').selectAll().execute()
  t.match(alarm, { alarm_key: `ledger:${id}:copy`, kind: 'ledger', times: 1 })
  t.strictSame(JSON.parse(alarm!.details), { fault: 'copy', ledgerKopecks: 100_00, copyKopecks: 999_00 })
})

t.test('any interleaving over several connections: the balance is the sum, each effect once', async (t) => {
  const database = await testDatabase(t)
  const pools = [1, 2, 3].map(() => openDatabase({ url: database.url, connections: 3 }))
  t.teardown(() => Promise.all(pools.map((pool) => pool.close())))
  const effects = fc.array(
    fc.record({ key: fc.integer({ min: 0, max: 12 }), pool: fc.integer({ min: 0, max: 2 }) }),
    { minLength: 5, maxLength: 40 })
  const amountOf = (key: number) => (key % 3 === 0 ? 1 : -1) * (key * 37 + 1)
  await fc.assert(fc.asyncProperty(effects, async (some) => {
    const ids = [await account(database.kysely, 10_00), await account(database.kysely)]
    const done = await Promise.all(some.map(({ key, pool }) =>
      append(pools[pool]!.kysely, ids[key % 2]!, effect(`e${key}`, amountOf(key)))))
    const keys = new Set(some.map(({ key }) => key))
    t.equal(done.filter(({ isNew }) => isNew).length, keys.size)
    for (const [index, id] of ids.entries()) {
      const mine = [...keys].filter((key) => key % 2 === index)
      const sum = mine.reduce((total, key) => total + amountOf(key), index === 0 ? 10_00 : 0)
      const { sum: rows, last, copy, count } = await book(database.kysely, id)
      t.strictSame([rows, last, copy, count], [sum, sum, sum, mine.length + (index === 0 ? 1 : 0)])
    }
  }), { numRuns: 25 })
  t.strictSame((await checkLedgers(database.kysely, now, 7)).alarms, [], 'and the nightly check agrees')
})

t.test('fifty times the same effect at once is one entry', async (t) => {
  const { kysely: db } = await testDatabase(t)
  const id = await account(db)
  const done = await Promise.all(Array.from({ length: 50 }, () => append(db, id, effect('one', 7))))
  t.equal(done.filter(({ isNew }) => isNew).length, 1)
  t.strictSame(new Set(done.map(({ entry }) => entry.number)), new Set([1]))
  t.strictSame(await book(db, id), { sum: 7, last: 7, copy: 7, count: 1 })
})

/** Credits payments 0, 1, 2 … as fast as it can and tells of each that was acknowledged. */
const crediting = (url: string, id: string) => `
  import { openDatabase } from ${JSON.stringify(new URL('../../src/store/database.ts', import.meta.url).href)}
  import { append } from ${JSON.stringify(new URL('../../src/store/ledger.ts', import.meta.url).href)}
  const { kysely } = openDatabase({ url: ${JSON.stringify(url)}, connections: 4 })
  let next = 0
  const work = async () => {
    for (;;) {
      const n = next++
      await append(kysely, ${JSON.stringify(id)}, { key: 'payment:test:' + n, kind: 'payment', kopecks: 100 + n, atMs: ${now}, text: '' })
      process.stdout.write(n + '\\n')
    }
  }
  await Promise.all([work(), work(), work(), work()])`

t.test('a process killed while it credits: nothing acknowledged is lost, nothing is doubled', async (t) => {
  const database = await testDatabase(t)
  const id = await account(database.kysely)
  for (const afterLines of [3, 17, 40]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', crediting(database.url, id)],
      { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    await new Promise<void>((done) => {
      child.stdout.on('data', (part: Buffer) => {
        text += part.toString()
        if (text.split('\n').length > afterLines) {
          child.kill('SIGKILL')
          done()
        }
      })
    })
    await new Promise((done) => child.once('close', done))
    const told = text.trimEnd().split('\n').map(Number)
    const rows = await database.kysely.selectFrom('ledger').select(['entry_key', 'kopecks'])
      .where('subscriber_id', '=', id).execute()
    const there = new Map(rows.map((row) => [row.entry_key, Number(row.kopecks)]))
    t.equal(there.size, rows.length)
    for (const n of told) t.equal(there.get(`payment:test:${n}`), 100 + n)
    const { sum, last, copy } = await book(database.kysely, id)
    t.strictSame([last, copy], [sum, sum], 'the balance is the sum after the kill')
    // Whoever did not hear tells again: what was entered is not entered twice.
    for (const n of [...told, ...told.map((one) => one + 1)])
      await append(database.kysely, id, effect(`payment:test:${n}`, 100 + n, { kind: 'payment' }))
  }
  const { sum, last, copy, count } = await book(database.kysely, id)
  t.strictSame([last, copy], [sum, sum])
  t.equal(sum, Array.from({ length: count }, (_, n) => 100 + n).reduce((a, b) => a + b, 0),
    'payments 0 to the last, each once')
})
