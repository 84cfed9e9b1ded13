/** Migrations: once each, in order, by one of many that start together. */
import { spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { holdLease, renew } from '../../src/store/leases.ts'
import { migrate, splitStatements } from '../../src/store/migrate.ts'
import { closeOrphans, isDeadOwner, journalLease } from '../../src/store/orphans.ts'
import { silentLog, sqlFolder, testDatabase } from '../support/database.ts'

t.test('every file is applied once', async (t) => {
  const { kysely } = await testDatabase(t, { migrated: false })
  const all = readdirSync(sqlFolder).sort()
  t.strictSame(await migrate(kysely, { folder: sqlFolder, log: silentLog }), all)
  t.strictSame(
    await migrate(kysely, { folder: sqlFolder, log: silentLog }),
    [],
    'nothing left to do',
  )
})

t.test('five processes start at once', async (t) => {
  const { url } = await testDatabase(t, { migrated: false })
  const pools = Array.from({ length: 5 }, () => openDatabase({ url, connections: 2 }))
  t.teardown(() => Promise.all(pools.map((pool) => pool.close())))
  const folder = t.testdir({
    '001-a.sql': 'CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a VALUES (1);',
    '002-b.sql': 'INSERT INTO a VALUES (2);',
  })
  const applied = await Promise.all(
    pools.map((pool) => migrate(pool.kysely, { folder, log: silentLog })),
  )
  t.strictSame(
    applied.filter((names) => names.length > 0),
    [['001-a.sql', '002-b.sql']],
    'one worked, the others waited',
  )
  t.same(await pools[0]!.execute('SELECT COUNT(*) AS count FROM a', [], 1000), [{ count: '2' }])
})

t.test('a new file is applied on top, an edited old one is refused', async (t) => {
  const { kysely, execute } = await testDatabase(t, { migrated: false })
  const folder = t.testdir({ '001-a.sql': 'CREATE TABLE a (id INT PRIMARY KEY);' })
  await migrate(kysely, { folder, log: silentLog })
  writeFileSync(
    join(folder, '002-b.sql'),
    '-- why\nALTER TABLE a ADD COLUMN name VARCHAR(9) NOT NULL;\n',
  )
  t.strictSame(await migrate(kysely, { folder, log: silentLog }), ['002-b.sql'])
  await execute('INSERT INTO a (id, name) VALUES (1, ?)', ['Анна'], 1000)
  writeFileSync(join(folder, '001-a.sql'), 'CREATE TABLE a (id BIGINT PRIMARY KEY);')
  await t.rejects(migrate(kysely, { folder, log: silentLog }), /001-a\.sql was edited/)
  await t.rejects(
    migrate(kysely, { folder: t.testdir({}), log: silentLog }),
    /holds no NNN-name\.sql/,
  )
})

t.test('a crash between statements is mended by the next start', async (t) => {
  const { kysely } = await testDatabase(t, { migrated: false })
  const folder = t.testdir({
    '001-a.sql': 'CREATE TABLE IF NOT EXISTS a (id INT PRIMARY KEY);\nnonsense;',
  })
  await t.rejects(migrate(kysely, { folder, log: silentLog }), /syntax/)
  writeFileSync(
    join(folder, '001-a.sql'),
    'CREATE TABLE IF NOT EXISTS a (id INT PRIMARY KEY);\nCREATE TABLE IF NOT EXISTS b (id INT PRIMARY KEY);',
  )
  t.strictSame(await migrate(kysely, { folder, log: silentLog }), ['001-a.sql'])
})

t.test('a column that a crashed start added already is no fault', async (t) => {
  const { kysely, execute } = await testDatabase(t, { migrated: false })
  const folder = t.testdir({
    '001-a.sql': 'CREATE TABLE IF NOT EXISTS a (id INT PRIMARY KEY);',
    '002-b.sql':
      'ALTER TABLE a ADD COLUMN b INT NULL;\nALTER TABLE a ADD KEY a_b (b);\nnonsense;',
  })
  await t.rejects(migrate(kysely, { folder, log: silentLog }), /syntax/)
  writeFileSync(
    join(folder, '002-b.sql'),
    'ALTER TABLE a ADD COLUMN b INT NULL;\nALTER TABLE a ADD KEY a_b (b);\n',
  )
  t.strictSame(await migrate(kysely, { folder, log: silentLog }), ['002-b.sql'])
  await execute('INSERT INTO a (id, b) VALUES (1, 2)', [], 1000)
})

t.test('the lease of a process that has died passes on at once', async (t) => {
  const { kysely, url } = await testDatabase(t)
  const program = `
    import { openDatabase } from './src/store/database.ts'
    import { holdLease } from './src/store/leases.ts'
    const { kysely } = openDatabase({ url: process.argv[1] })
    await holdLease(kysely, 'y', 'dead', 60_000)
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, url],
    { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((held) => child.stdout.once('data', held))
  t.equal(await holdLease(kysely, 'y', 'heir', 60_000), undefined, 'it lives')
  child.kill('SIGKILL')
  await new Promise((gone) => child.once('exit', gone))
  const heirs = await Promise.all(['heir', 'other'].map((owner) => holdLease(kysely, 'y', owner, 60_000)))
  t.equal(heirs.filter((lease) => lease !== undefined).length, 1, 'one heir')
})

t.test('who starts while others clear away old leases keeps his own, and gets it back', async (t) => {
  const { kysely } = await testDatabase(t)
  const names = Array.from({ length: 60 }, (_, n) => journalLease(String(n).padStart(32, '0')))
  const [leases] = await Promise.all([
    Promise.all(names.map((name) => holdLease(kysely, name, name.slice(-32), 60_000))),
    Promise.all(names.map(() => closeOrphans(kysely, Date.now()))),
  ])
  t.equal(leases.filter((one) => one === undefined).length, 0, 'each has his own')
  const rows = await kysely.selectFrom('leases').select('owner').where('name', 'in', names).execute()
  t.equal(rows.length, names.length)
  const owner = 'f'.repeat(32)
  const short = await holdLease(kysely, journalLease(owner), owner, 900)
  await kysely.deleteFrom('leases').where('name', '=', journalLease(owner)).execute()
  for (let tries = 0; tries < 1000 && await isDeadOwner(kysely, owner); tries++)
    await new Promise((done) => setTimeout(done, 20))
  t.notOk(await isDeadOwner(kysely, owner), 'taken anew with the next renewal')
  await Promise.all([...leases, short].map((one) => one?.release()))
})

t.test('a lease has one holder and passes on when it runs out', async (t) => {
  const { kysely } = await testDatabase(t)
  const first = await holdLease(kysely, 'x', 'a', 60_000)
  t.ok(first)
  t.equal(await holdLease(kysely, 'x', 'b', 60_000), undefined)
  t.ok(await renew(kysely, 'x', 'a', 60_000))
  t.notOk(await renew(kysely, 'x', 'b', 60_000))
  await kysely.executeQuery(CompiledQuery.raw("UPDATE leases SET until_ms = 1 WHERE name = 'x'"))
  const second = await holdLease(kysely, 'x', 'b', 60_000)
  t.ok(second, 'it ran out')
  t.notOk(await renew(kysely, 'x', 'a', 60_000), 'the old holder learns that it lost it')
  await first?.release()
  t.equal(
    await holdLease(kysely, 'x', 'c', 60_000),
    undefined,
    'and cannot give away what is not its own',
  )
  await second?.release()
  t.ok(await holdLease(kysely, 'x', 'c', 60_000).then((lease) => lease?.release().then(() => true)))
  const { fence } = await kysely
    .selectFrom('leases')
    .select('fence')
    .where('name', '=', 'x')
    .executeTakeFirstOrThrow()
  t.equal(fence, '3', 'the fence counts the holders')
})

t.test('statements end with a semicolon at the end of a line', async (t) => {
  const cases: [name: string, text: string, statements: string[]][] = [
    ['two', 'A;\nB;\n', ['A', 'B']],
    ['without the last semicolon', 'A;\nB', ['A', 'B']],
    ['a semicolon inside', "INSERT INTO a VALUES ('x;y');", ["INSERT INTO a VALUES ('x;y')"]],
    ['comments', '-- a; b\nA;\n  -- c\n\n', ['A']],
    ['nothing', '\n-- only words\n', []],
  ]
  for (const [name, text, statements] of cases)
    t.strictSame(splitStatements(text), statements, name)
})
