/**
 * kill -9 in the middle of sending: nothing is lost, and repeated is at most what was under way, under
 * the same Message-ID.
 */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { createMailChannel } from '../../src/notify/mail.ts'
import { startMailSink } from '../../src/notify/mail-sink.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import { inTransaction } from '../../src/store/database.ts'
import { tell } from '../../src/store/outbox.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { someSubscriber } from '../support/media-files.ts'
import { house, notices } from '../support/notices.ts'

const count = 120
const program = `
import { pino } from 'pino'
import { systemClock } from './src/clock.ts'
import { openDatabase } from './src/store/database.ts'
import { createMailChannel } from './src/notify/mail.ts'
import { createNotifier } from './src/notify/notifier.ts'
const [url, smtp, owner] = process.argv.slice(1)
const channel = createMailChannel({ url: smtp, from: 'noreply@panel.example', house: ${JSON.stringify(house)} })
const notifier = createNotifier({
  db: openDatabase({ url }).kysely, clock: systemClock, log: pino({ level: 'silent' }), owner, channels: [channel],
  verifyNumbers: false,
})
await notifier.turn()
console.log('done')
setInterval(() => {}, 1000)`

t.test('kill -9 of senders, one after the other', async (t) => {
  const database = await testDatabase(t)
  const db = database.kysely
  const folder = t.testdir()
  const sink = await startMailSink({ folder, clock: systemClock, log: silentLog })
  t.teardown(() => sink.stop())
  const id = await someSubscriber(db)
  await changeSettings(db, id, undefined, { options: { email: 'a@b.ru' } })
  await inTransaction(db, async (trx) => {
    for (let index = 0; index < count; index++)
      await tell(trx, { subscriberId: id, key: `event${index}`, notice: notices.payment }, Date.now())
  })
  const arrived = () => readdirSync(folder).filter((name) => name.endsWith('.eml'))
  let killed = 0
  for (const digit of ['1', '2', '3']) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, database.url, sink.url, digit.repeat(32)],
      { cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'pipe', 'inherit'] })
    const before = arrived().length
    let isDone = false
    child.stdout.on('data', () => { isDone = true })
    await eventually(() => arrived().length >= before + 15 || isDone, () => arrived().length, 20_000)
    if (!isDone) killed++
    child.kill('SIGKILL')
    await new Promise((done) => child.once('exit', done))
  }
  t.ok(killed > 0, 'somebody died in the middle')
  const left = await db.selectFrom('outbox').select('id').where('state', '=', 'waiting').execute()
  t.ok(left.length > 0, `${left.length} were left to the survivor`)
  const channel = createMailChannel({ url: sink.url, from: 'noreply@panel.example', house })
  const survivor = createNotifier({
    db, clock: systemClock, log: silentLog, owner: '9'.repeat(32), channels: [channel], verifyNumbers: false,
  })
  await survivor.tidy()
  await survivor.turn()
  await survivor.stop(1000)
  const ids = arrived().map((name) => /^Message-ID: (.*)$/im.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.[1])
  t.equal(new Set(ids).size, count, 'nothing is lost')
  t.ok(ids.length - count <= killed * 4, `${ids.length - count} repeated by ${killed} deaths with four under way each`)
  const states = await db.selectFrom('outbox').select('state').distinct().orderBy('state').execute()
  t.strictSame(states.map((row) => row.state), ['routed', 'sent'])
})
