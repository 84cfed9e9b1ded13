/** The private database: its life, its deaths, and that nobody else gets its folder. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { openDatabase, waitForDatabase } from '../../src/store/database.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import { isRunning } from '../../src/store/process-identity.ts'
import { silentLog } from '../support/database.ts'

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'pn-db-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const options = (dir: string) => ({ dir, log: silentLog, settings: 'fast' as const })

async function query(url: string, sql: string): Promise<unknown[]> {
  const database = openDatabase({ url, connections: 1 })
  try {
    await waitForDatabase(database, 60_000)
    return await database.execute(sql, [], 60_000)
  } finally {
    await database.close()
  }
}

t.test('data outlives a stop; the folder is closed to others', async (t) => {
  const dir = join(folder(t), 'a folder with blanks')
  mkdirSync(dir)
  const first = await startPrivateDatabase(options(join(dir, 'db')))
  t.equal(statSync(join(dir, 'db')).mode & 0o777, 0o700)
  await query(first.url, 'CREATE TABLE kept (id INT PRIMARY KEY)')
  await query(first.url, 'INSERT INTO kept VALUES (7)')
  const { pid } = first
  await Promise.all([first.stop(), first.stop()])
  t.notOk(isRunning(pid), 'nothing is left running')
  t.notOk(existsSync(first.socketPath))
  const second = await startPrivateDatabase(options(join(dir, 'db')))
  t.same(await query(second.url, 'SELECT id FROM kept'), [{ id: 7 }])
  await second.stop()
})

t.test('two servers never share a folder', async (t) => {
  const dir = folder(t)
  const first = await startPrivateDatabase(options(dir))
  await t.rejects(startPrivateDatabase(options(dir)), { code: 'already_running' })
  t.same(await query(first.url, 'SELECT 1 AS one'), [{ one: 1 }], 'the first is not disturbed')
  await first.stop()
})

t.test('a server that is killed says so, and recovers', async (t) => {
  const dir = folder(t)
  const first = await startPrivateDatabase(options(dir))
  await query(first.url, 'CREATE TABLE kept (id INT PRIMARY KEY)')
  process.kill(first.pid, 'SIGKILL')
  t.equal(await first.exited, 'signal SIGKILL')
  await first.stop()
  const second = await startPrivateDatabase(options(dir))
  t.same(await query(second.url, 'SELECT COUNT(*) AS count FROM kept'), [{ count: '0' }])
  await second.stop()
})

t.test('what a killed parent left behind does not stand in the way', async (t) => {
  const dir = folder(t)
  const program = `
    import { startPrivateDatabase } from ${JSON.stringify(new URL('../../src/store/private-server.ts', import.meta.url).href)}
    import { pino } from 'pino'
    const { pid } = await startPrivateDatabase({ dir: ${JSON.stringify(dir)}, log: pino({ level: 'silent' }), settings: 'fast' })
    console.log(pid)
    setInterval(() => {}, 1000)`
  const cwd = new URL('../..', import.meta.url).pathname
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = await new Promise<number>((done) =>
    parent.stdout.once('data', (text: Buffer) => done(Number(text.toString()))),
  )
  await t.rejects(
    startPrivateDatabase(options(dir)),
    { code: 'already_running' },
    'while the parent lives',
  )
  parent.kill('SIGKILL')
  await new Promise((done) => parent.once('exit', done))
  const next = await startPrivateDatabase(options(dir))
  t.not(next.pid, pid)
  t.notOk(isRunning(pid))
  await next.stop()
})

t.test('a half-made folder is made anew; a broken one is reported with its log', async (t) => {
  const dir = folder(t)
  mkdirSync(join(dir, 'data.new/mysql'), { recursive: true })
  const server = await startPrivateDatabase(options(dir))
  await server.stop()
  writeFileSync(join(dir, 'data/ibdata1'), 'this is no tablespace')
  await t.rejects(startPrivateDatabase(options(dir)), {
    code: 'start_failed',
    message: /mariadbd\.log ends:\n.*(InnoDB|ibdata1)/s,
  })
  await t.rejects(
    startPrivateDatabase(options(dir)),
    { code: 'start_failed' },
    'the folder is free again',
  )
})

t.test('a deep folder gets a socket with a short name', async (t) => {
  const dir = join(folder(t), 'd'.repeat(60), 'e'.repeat(60))
  const server = await startPrivateDatabase(options(dir))
  const { socketPath } = server
  t.ok(socketPath.length < 100)
  t.same(await query(server.url, 'SELECT 1 AS one'), [{ one: 1 }])
  await server.stop()
  t.notOk(existsSync(dirname(socketPath)), 'and takes it with it')
})
