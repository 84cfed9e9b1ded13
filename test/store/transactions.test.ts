/** Transactions that lose a race are run again, whole; other faults are passed on. */
import { CompiledQuery } from 'kysely'
import t from 'tap'
import { inTransaction, openDatabase, waitForDatabase } from '../../src/store/database.ts'
import type { Trx } from '../../src/store/database.ts'
import {
  DatabaseTimeout,
  isBadData,
  isConflict,
  isDuplicate,
  isRetryable,
} from '../../src/store/errors.ts'
import { testDatabase } from '../support/database.ts'

const run = (trx: Trx, sql: string) => trx.executeQuery(CompiledQuery.raw(sql))

/** Resolves for everybody when all `count` have come. */
function barrier(count: number): () => Promise<void> {
  let open = () => {}
  const opened = new Promise<void>((done) => {
    open = done
  })
  let here = 0
  return () => {
    here++
    if (here >= count) open()
    return opened
  }
}

t.test('of two that lock each other out both succeed in the end', async (t) => {
  const { kysely, execute } = await testDatabase(t, { migrated: false })
  await execute('CREATE TABLE a (id INT PRIMARY KEY, n INT NOT NULL)', [], 1000)
  await execute('INSERT INTO a VALUES (1, 0), (2, 0)', [], 1000)
  const bothHoldOne = barrier(2)
  let runs = 0
  const cross = (first: number, second: number) =>
    inTransaction(kysely, async (trx) => {
      runs++
      await run(trx, `UPDATE a SET n = n + 1 WHERE id = ${first}`)
      await bothHoldOne()
      await run(trx, `UPDATE a SET n = n + 1 WHERE id = ${second}`)
    })
  await Promise.all([cross(1, 2), cross(2, 1)])
  t.ok(runs >= 3, 'one was a victim and ran again')
  t.same(
    await execute('SELECT n FROM a ORDER BY id', [], 1000),
    [{ n: 2 }, { n: 2 }],
    'nothing twice, nothing half',
  )
})

t.test('who has waited for a lock decides by what there is then, however the server is set', async (t) => {
  const { kysely: root, execute, url } = await testDatabase(t, { migrated: false })
  const level = (name: string) =>
    root.executeQuery(CompiledQuery.raw(`SET GLOBAL TRANSACTION ISOLATION LEVEL ${name}`))
  t.teardown(() => level('READ COMMITTED'))
  await level('REPEATABLE READ')
  await execute('CREATE TABLE a (id INT PRIMARY KEY, n INT NOT NULL)', [], 1000)
  await execute('INSERT INTO a VALUES (1, 0)', [], 1000)
  const own = openDatabase({ url, connections: 2 })
  t.teardown(() => own.close())
  const seen = async (trx: Trx) => (await trx.executeQuery<{ n: number }>(CompiledQuery.raw('SELECT n FROM a'))).rows[0]?.n
  t.strictSame(await inTransaction(own.kysely, async (trx) => {
    const before = await seen(trx)
    await execute('UPDATE a SET n = 1', [], 1000)
    return [before, await seen(trx)]
  }), [0, 1])
})

t.test('a connection that dies in the middle costs nothing but time', async (t) => {
  const { kysely, execute } = await testDatabase(t, { migrated: false })
  await execute('CREATE TABLE a (id INT PRIMARY KEY)', [], 1000)
  let runs = 0
  await inTransaction(kysely, async (trx) => {
    await run(trx, 'INSERT INTO a VALUES (1)')
    if (++runs > 1) return
    const { rows } = await trx.executeQuery<{ id: string }>(
      CompiledQuery.raw('SELECT CONNECTION_ID() AS id'),
    )
    await execute(`KILL ${rows[0]!.id}`, [], 1000)
    await run(trx, 'INSERT INTO a VALUES (2)')
  })
  t.equal(runs, 2)
  t.same(await execute('SELECT id FROM a', [], 1000), [{ id: 1 }])
})

t.test('a fault of our own is not tried again, and nothing stays of it', async (t) => {
  const { kysely, execute } = await testDatabase(t, { migrated: false })
  await execute('CREATE TABLE a (id INT PRIMARY KEY)', [], 1000)
  let runs = 0
  await t.rejects(
    inTransaction(kysely, async (trx) => {
      runs++
      await run(trx, 'INSERT INTO a VALUES (1)')
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  t.equal(runs, 1)
  t.same(await execute('SELECT id FROM a', [], 1000), [])
})

t.test('inside a transaction another one joins it', async (t) => {
  const { kysely, execute } = await testDatabase(t, { migrated: false })
  await execute('CREATE TABLE a (id INT PRIMARY KEY)', [], 1000)
  await t.rejects(
    inTransaction(kysely, async (outer) => {
      await inTransaction(outer, (inner) => run(inner, 'INSERT INTO a VALUES (1)'))
      throw new Error('all or nothing')
    }),
    /all or nothing/,
  )
  t.same(await execute('SELECT id FROM a', [], 1000), [])
})

t.test('faults are told apart by what helps', (t) => {
  const cases: [name: string, fault: object, verdict: 'again' | 'bad data' | 'neither'][] = [
    ['deadlock', { errno: 1213, sqlState: '40001' }, 'again'],
    ['lock wait', { errno: 1205 }, 'again'],
    ['Galera has no quorum', { errno: 1047 }, 'again'],
    ['Galera certification', { errno: 1180 }, 'again'],
    ['TiDB write conflict', { errno: 9007 }, 'again'],
    ['server goes down', { errno: 1053 }, 'again'],
    ['connection killed', { errno: 1927 }, 'again'],
    ['read-only after a failover', { errno: 1290 }, 'again'],
    ['connection lost', { code: 'PROTOCOL_CONNECTION_LOST' }, 'again'],
    ['reset', { code: 'ECONNRESET', errno: -104 }, 'again'],
    ['socket not there', { code: 'ENOENT', errno: -2 }, 'again'],
    [
      'closed under our hands',
      Object.assign(new Error("Can't add new command when connection is in closed state"), {
        fatal: true,
      }),
      'again',
    ],
    ['no answer', new DatabaseTimeout(''), 'again'],
    ['too long', { errno: 1406, sqlState: '22001' }, 'bad data'],
    ['wrong characters', { errno: 1366, sqlState: 'HY000' }, 'bad data'],
    ['no JSON', { errno: 4025, sqlState: '23000' }, 'bad data'],
    ['syntax', { errno: 1064, sqlState: '42000' }, 'neither'],
    ['wrong password', { errno: 1045, sqlState: '28000' }, 'neither'],
    ['our own', new Error('x'), 'neither'],
  ]
  for (const [name, fault, verdict] of cases) {
    t.equal(isRetryable(fault), verdict === 'again', name)
    t.equal(isBadData(fault), verdict === 'bad data', name)
  }
  t.ok(isConflict({ errno: 1213 }))
  t.notOk(isConflict({ errno: 1047 }), 'an outage is no race')
  t.ok(isDuplicate({ errno: 1062 }))
  t.notOk(isDuplicate({ errno: 1406 }))
  t.end()
})

t.test('waiting for a database has an end', async (t) => {
  const nowhere = openDatabase({ url: 'mysql://root@localhost/x?socketPath=%2Fnowhere%2Fdb.sock' })
  t.teardown(() => nowhere.close())
  const began = performance.now()
  await t.rejects(waitForDatabase(nowhere, 300), { code: 'ENOENT' })
  t.ok(performance.now() - began < 20_000)
  const wrong = await testDatabase(t, { migrated: false })
  const missing = openDatabase({ url: wrong.url.replace(/test_\d+_\d+/, 'no_such_database') })
  t.teardown(() => missing.close())
  await t.rejects(
    waitForDatabase(missing, 60_000),
    { errno: 1049 } as never,
    'what will not change is not waited for',
  )
})
