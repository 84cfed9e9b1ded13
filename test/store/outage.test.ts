/** A database that is killed and comes back: what calls and the panel see meanwhile. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createChangeHub } from '../../src/api/change-hub.ts'
import { systemClock } from '../../src/clock.ts'
import { createCallStore } from '../../src/store/call-store.ts'
import { liveCalls, loadCall } from '../../src/store/calls.ts'
import { openDatabase } from '../../src/store/database.ts'
import { seedDemo } from '../../src/store/demo.ts'
import { migrate } from '../../src/store/migrate.ts'
import { addNumber } from '../../src/store/numbers.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import { callRecord, endedCall } from '../support/call-records.ts'
import { silentLog, sqlFolder } from '../support/database.ts'

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

t.test('calls go on without the database, and everything is there afterwards', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'pn-db-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const options = { dir, log: silentLog, settings: 'fast' as const }
  let server = await startPrivateDatabase(options)
  const database = openDatabase({ url: server.url })
  const db = database.kysely
  await migrate(db, { folder: sqlFolder, log: silentLog })
  const demo = await seedDemo(db, {
    file: join(dir, 'demo.json'),
    trunkPort: 5070,
    wallMs: Date.now(),
  })
  const spillFolder = join(dir, 'journal')
  const store = await createCallStore({
    database,
    clock: systemClock,
    log: silentLog,
    spillFolder,
    findTimeoutMs: 500,
  })
  const subscriber = (await store.findSubscriber(demo!.number))!
  const hub = createChangeHub(db, systemClock, silentLog)
  const heard: string[] = []
  const silence = hub.listen(subscriber.id, (change) => heard.push(change))
  await pause(200)
  const early = callRecord({ subscriberId: subscriber.id })
  await store.open(early)

  process.kill(server.pid, 'SIGKILL')
  await server.exited
  await server.stop()
  const began = performance.now()
  await t.rejects(store.findSubscriber(demo!.number), 'a call without its subscriber is refused …')
  t.ok(performance.now() - began < 8000, '… soon')
  t.equal(store.trunks().length, 1, 'trunks are known by heart')
  t.ok(store.isPersonalNumber(demo!.number))
  const during = callRecord({ subscriberId: subscriber.id })
  await Promise.all([store.close(endedCall(early)), store.open(during)])
  t.equal(store.waiting(), 2)
  t.equal(readdirSync(spillFolder).length, 1, 'the disk has what the database has not')

  server = await startPrivateDatabase(options)
  for (let i = 0; i < 1200 && store.waiting() > 0; i++) await pause(50)
  t.equal((await store.findSubscriber(demo!.number))?.id, subscriber.id, 'the pool has recovered')
  t.equal((await loadCall(db, subscriber.id, early.id)).outcome, 'answered')
  t.strictSame(
    (await liveCalls(db, subscriber.id)).map((call) => call.id),
    [during.id],
  )
  for (let i = 0; i < 600 && heard.length === 0; i++) await pause(50)
  t.ok(heard.includes('calls'), 'open windows learn of it')
  await addNumber(db, subscriber.id, { address: '+79160000009', description: '' }, Date.now())
  for (let i = 0; i < 600 && !heard.includes('rules'); i++) await pause(50)
  t.ok(heard.includes('rules'))
  silence()
  hub.stop()
  await store.close(endedCall(during))
  await store.stop()
  await database.close()
  await server.stop()
})
