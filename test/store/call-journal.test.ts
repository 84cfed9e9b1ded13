/** The journal: what is grouped, what wins, and that no outage loses the last word about a call. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { CallRecord } from '../../src/call/record.ts'
import { systemClock } from '../../src/clock.ts'
import { CallJournal } from '../../src/store/call-journal.ts'
import { batchSize, recordFrom } from '../../src/store/call-rows.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import { openDatabase, waitForDatabase } from '../../src/store/database.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { closeOrphans } from '../../src/store/orphans.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import { callRecord, endedCall, legRecord } from '../support/call-records.ts'
import { silentLog, sqlFolder, testDatabase } from '../support/database.ts'

const owner = 'a'.repeat(32)

/** A database that counts its writes, can be slow, down, or choosy. */
function watched(database: Database) {
  const writes: number[] = []
  const state = { down: false, refuse: '', wait: Promise.resolve() }
  return {
    ...database,
    writes,
    state,
    execute: async <Row>(
      sql: string,
      values: readonly (string | number | null)[],
      timeoutMs: number,
    ) => {
      if (sql.startsWith('INSERT INTO calls')) {
        if (state.down) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
        if (state.refuse !== '' && values.includes(state.refuse))
          throw Object.assign(new Error('bad'), { errno: 1406, sqlState: '22001' })
        writes.push(values.length / 26)
        await state.wait
      }
      return database.execute<Row>(sql, values, timeoutMs)
    },
  }
}

async function testJournal(t: Test, more: { maxInMemory?: number } = {}) {
  const database = watched(await testDatabase(t))
  const spillFolder = t.testdir()
  const journal = new CallJournal({
    database,
    clock: systemClock,
    log: silentLog,
    spillFolder,
    owner,
    ...more,
  })
  t.teardown(() => journal.stop(1000))
  const stored = async () =>
    (await database.kysely.selectFrom('calls').selectAll().orderBy('id').execute()).map(recordFrom)
  return { database, journal, spillFolder, stored }
}

/** Without the fields that are undefined: JSON knows none. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2000 && !(await condition()); i++) await pause(25)
}

t.test('a record comes back as it was given', async (t) => {
  const { journal, stored } = await testJournal(t)
  const live = callRecord({
    anonymous: true,
    caller: '',
    callerName: 'Имя 🙂 "x"\\',
    legs: [legRecord(), legRecord({ id: '2' })],
  })
  await journal.open(live)
  t.same(plain(await stored()), plain([live]))
  const ended = endedCall(live, {
    reason: 'Q.850;cause=16',
    trace: [{ step: 'paused', atMs: 5, ms: 2000 }],
  })
  await journal.close(ended)
  t.same(plain(await stored()), plain([ended]))
})

t.test('what comes within milliseconds shares a statement', async (t) => {
  const { database, journal, stored } = await testJournal(t)
  await journal.open(callRecord())
  database.writes.length = 0
  await Promise.all(Array.from({ length: 100 }, () => journal.open(callRecord())))
  t.strictSame(database.writes, [64, 32, 4])
  database.writes.length = 0
  await Promise.all(Array.from({ length: 7 }, () => journal.open(callRecord())))
  t.strictSame(database.writes, [7])
  t.equal((await stored()).length, 108)
})

t.test('batches come in few sizes and take everything', async (t) => {
  const sizes = new Set<number>()
  for (let waiting = 1; waiting <= 1000; waiting++) {
    let left = waiting
    while (left > 0) {
      const size = batchSize(left)
      if (size < 1 || size > left) t.fail(`${size} of ${left}`)
      sizes.add(size)
      left -= size
    }
  }
  t.ok(sizes.size <= 20, `${sizes.size} statements a connection`)
})

t.test('live updates wait, and are not written when the call ends meanwhile', async (t) => {
  const { database, journal, stored } = await testJournal(t)
  const call = callRecord()
  await journal.open(call)
  for (let i = 0; i < 50; i++) journal.update({ ...call, legs: [legRecord({ ringMs: i })] })
  t.equal(database.writes.length, 1)
  await until(async () => (await stored())[0]!.legs.length === 1)
  t.equal((await stored())[0]!.legs[0]!.ringMs, 49, 'the newest of them')
  t.equal(database.writes.length, 2)
  journal.update({ ...call, legs: [] })
  await journal.close(endedCall(call))
  await pause(400)
  t.equal(database.writes.length, 3)
  t.equal((await stored())[0]!.outcome, 'answered')
})

t.test('an end is told when it is stored, not when the beginning is', async (t) => {
  const { database, journal, stored } = await testJournal(t)
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  database.state.wait = first.promise
  const call = callRecord()
  const opened = journal.open(call)
  await until(() => database.writes.length === 1)
  database.state.wait = second.promise
  let isClosed = false
  const closed = journal.close(endedCall(call)).then(() => { isClosed = true })
  first.resolve()
  await opened
  await until(() => database.writes.length === 2)
  t.notOk(isClosed, 'its statement is still under way')
  second.resolve()
  await closed
  t.equal((await stored())[0]!.outcome, 'answered')
})

t.test('an older state never beats a newer one', async (t) => {
  const { database, journal, spillFolder, stored } = await testJournal(t)
  const call = callRecord()
  await journal.close(endedCall(call))
  const old = join(spillFolder, 'old.jsonl')
  writeFileSync(
    old,
    `${JSON.stringify({ owner: 'b'.repeat(32), changed: 1, record: call })}\n{"owner":"cut of`,
  )
  t.equal(await journal.replay(old), 1, 'the line a crash cut off is left out')
  t.equal((await stored())[0]!.outcome, 'answered')
  t.equal(database.writes.length, 2)
})

t.test('while the database is down callers go on and the disk has the records', async (t) => {
  const { database, journal, spillFolder, stored } = await testJournal(t)
  database.state.down = true
  const calls = Array.from({ length: 30 }, () => callRecord())
  await Promise.all(calls.map((call) => journal.open(call)))
  journal.update({ ...calls[0]!, legs: [legRecord()] })
  await Promise.all(calls.slice(0, 20).map((call) => journal.close(endedCall(call))))
  const [file = ''] = readdirSync(spillFolder)
  t.equal(readFileSync(join(spillFolder, file), 'utf8').trimEnd().split('\n').length, 50)
  t.equal(journal.waiting, 30)
  t.strictSame(await stored(), [])
  database.state.down = false
  await until(() => journal.waiting === 0)
  t.strictSame((await stored()).map((call) => call.outcome ?? 'live').sort(), [
    ...Array(20).fill('answered'),
    ...Array(10).fill('live'),
  ])
  await until(() => readdirSync(spillFolder).length === 0)
  t.strictSame(readdirSync(spillFolder), [], 'the file is gone')
})

t.test('memory stays bounded in a long outage, the disk has the rest', async (t) => {
  const { database, journal, stored } = await testJournal(t, { maxInMemory: 10 })
  database.state.down = true
  const calls = Array.from({ length: 100 }, () => callRecord())
  for (let at = 0; at < calls.length; at += 20) {
    await Promise.all(calls.slice(at, at + 20).map((call) => journal.open(call)))
    await Promise.all(calls.slice(at, at + 20).map((call) => journal.close(endedCall(call))))
  }
  database.state.down = false
  await until(() => journal.waiting === 0)
  t.strictSame(new Set((await stored()).map((call) => call.outcome)), new Set(['answered']))
  t.equal((await stored()).length, 100)
})

t.test('a record the database cannot take does not keep the others waiting', async (t) => {
  const { database, journal, spillFolder, stored } = await testJournal(t)
  const calls = Array.from({ length: 9 }, (_, i) =>
    callRecord({ caller: i === 4 ? 'poison' : '+7903' }),
  )
  database.state.refuse = 'poison'
  await Promise.all(calls.map((call) => journal.open(call)))
  t.equal((await stored()).length, 8)
  const [file = ''] = readdirSync(join(spillFolder, 'rejected'))
  t.match(readFileSync(join(spillFolder, 'rejected', file), 'utf8'), /poison/)
  t.equal(journal.waiting, 0)
})

t.test('what strangers write is cut to its place', async (t) => {
  const { journal, stored } = await testJournal(t)
  await journal.open(
    callRecord({
      sipCallId: 'x'.repeat(5000),
      callerName: 'я'.repeat(3000),
      caller: '+'.repeat(500),
      reason: 'r'.repeat(999),
    }),
  )
  const [call] = await stored()
  t.strictSame(
    [call!.sipCallId.length, call!.callerName.length, call!.caller.length, call!.reason.length],
    [255, 255, 128, 255],
  )
})

t.test('stopping writes what waits, or leaves it on the disk', async (t) => {
  const { database, journal, spillFolder, stored } = await testJournal(t)
  const call = callRecord()
  await journal.open(call)
  journal.update({ ...call, reason: 'late' })
  await journal.stop(1000)
  t.equal((await stored())[0]!.reason, 'late')

  database.state.down = true
  const second = new CallJournal({
    database,
    clock: systemClock,
    log: silentLog,
    spillFolder,
    owner,
  })
  second.update(callRecord({ reason: 'on the disk' }))
  await second.stop(100)
  t.match(readFileSync(join(spillFolder, readdirSync(spillFolder)[0]!), 'utf8'), /on the disk/)
})

t.test('kill -9 of the database under load loses no record', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'pn-db-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const options = { dir, log: silentLog, settings: 'fast' as const }
  let server = await startPrivateDatabase(options)
  const database = openDatabase({ url: server.url })
  await migrate(database.kysely, { folder: sqlFolder, log: silentLog })
  const journal = new CallJournal({
    database,
    clock: systemClock,
    log: silentLog,
    spillFolder: t.testdir(),
    owner,
    writeTimeoutMs: 1000,
  })
  const ended: CallRecord[] = []
  const load = async () => {
    for (let i = 0; i < 100; i++) {
      const call = callRecord()
      await journal.open(call)
      await pause(2)
      const end = endedCall(call)
      ended.push(end)
      await journal.close(end)
    }
  }
  const loads = [load(), load(), load()]
  await pause(100)
  process.kill(server.pid, 'SIGKILL')
  await server.exited
  await server.stop()
  await pause(300)
  server = await startPrivateDatabase(options)
  await Promise.all(loads)
  await waitForDatabase(database, 60_000)
  await until(() => journal.waiting === 0)
  const rows = await database.kysely.selectFrom('calls').select(['id', 'outcome']).execute()
  t.equal(ended.length, 300)
  t.strictSame(
    new Set(rows.filter((row) => row.outcome === 'answered').map((row) => row.id)),
    new Set(ended.map((call) => call.id)),
  )
  await journal.stop(1000)
  await database.close()
  await server.stop()
})

t.test(
  'kill -9 of the application: its calls are closed at the next start, its spilled ones written',
  async (t) => {
    const database = await testDatabase(t)
    const spillFolder = t.testdir()
    const call = callRecord({
      startedAt: Date.now() - 10_000,
      legs: [legRecord(), legRecord({ id: '2', outcome: 'busy', endMs: 900 })],
    })
    const program = `
    import { openDatabase } from './src/store/database.ts'
    import { createCallStore } from './src/store/call-store.ts'
    import { SpillFile } from './src/store/spill-file.ts'
    import { systemClock } from './src/clock.ts'
    import { pino } from 'pino'
    const database = openDatabase({ url: process.argv[1] })
    const store = await createCallStore({ database, clock: systemClock, log: pino({ level: 'silent' }), spillFolder: process.argv[2] })
    const call = JSON.parse(process.argv[3])
    await store.open(call)
    const { owner } = await database.kysely.selectFrom('calls').select('owner').executeTakeFirstOrThrow()
    const spilled = { ...call, id: 'c'.repeat(32), outcome: 'missed', endedAt: call.startedAt + 1000, status: 480 }
    await new SpillFile(process.argv[2], owner, 1).append([{ record: spilled, changed: Date.now() * 1000 }])
    console.log('ready')
    setInterval(() => {}, 1000)`
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', program, database.url, spillFolder, JSON.stringify(call)],
      { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await new Promise((done) => child.stdout.once('data', done))

    const options = { database, clock: systemClock, log: silentLog, spillFolder }
    const beside = await createCallStore(options)
    t.equal(
      (await database.kysely.selectFrom('calls').select('outcome').executeTakeFirst())?.outcome,
      null,
      'a living owner keeps its calls',
    )
    child.kill('SIGKILL')
    await new Promise((done) => child.once('exit', done))
    const next = await createCallStore(options)
    const rows = (
      await database.kysely.selectFrom('calls').selectAll().orderBy('id').execute()
    ).map(recordFrom)
    const orphan = rows.find((one) => one.id === call.id)!
    t.match(orphan, { outcome: 'interrupted', endedBy: 'service', reason: /interrupted/ })
    t.ok(orphan.endedAt! >= call.startedAt && orphan.endedAt! <= Date.now())
    t.match(orphan.legs, [
      { outcome: 'cancelled', endMs: Number },
      { outcome: 'busy', endMs: 900 },
    ])
    t.match(
      rows.find((one) => one.id === 'c'.repeat(32)),
      { outcome: 'missed', status: 480 },
    )
    t.strictSame(readdirSync(spillFolder), [])
    await beside.stop()
    await next.stop()
  },
)

t.test('an owner believed dead that lives has the last word', async (t) => {
  const spillFolder = t.testdir()
  const database = await testDatabase(t)
  const store = await createCallStore({ database, clock: systemClock, log: silentLog, spillFolder })
  const call = callRecord()
  await store.open(call)
  await database.kysely
    .updateTable('leases')
    // Of another machine: one that can be seen to live is believed, whatever its lease says.
    .set({ until_ms: 1, holder: '{}' })
    .where('name', 'like', 'journal:%')
    .execute()
  t.equal(await closeOrphans(database.kysely, Date.now()), 1)
  const outcome = async () =>
    (await database.kysely.selectFrom('calls').select('outcome').executeTakeFirst())?.outcome
  t.equal(await outcome(), 'interrupted')
  await store.close(endedCall(call))
  t.equal(await outcome(), 'answered')
  await store.stop()
})
