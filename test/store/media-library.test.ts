/** What calls say of messages, recordings and greetings, and that no outage loses it. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import type { Database } from '../../src/store/database.ts'
import { listAudio } from '../../src/store/audio-files.ts'
import { writeDeed } from '../../src/store/media-deeds.ts'
import { createMediaLibrary } from '../../src/store/media-library.ts'
import { MediaWriter } from '../../src/store/media-writer.ts'
import { setPin } from '../../src/store/mailbox-pin.ts'
import { listMessages, restoreMessage } from '../../src/store/messages.ts'
import { hashPassword } from '../../src/store/password.ts'
import { createSubscriberFinder } from '../../src/store/subscribers.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { newMessage, newRecording, noon, someSubscriber } from '../support/media-files.ts'

const owner = 'b'.repeat(32)
const all = { limit: 100, filter: 'all' } as const

/** A database whose transactions can be refused or hang. */
function fragile(database: Database) {
  const state: { fault: Error | undefined; left: number; hangs: boolean } =
    { fault: undefined, left: 0, hangs: false }
  const kysely = new Proxy(database.kysely, {
    get(target, name) {
      if (name === 'transaction' && state.hangs)
        return () => ({ execute: () => new Promise(() => {}) })
      if (name === 'transaction' && state.fault && state.left-- <= 0)
        return () => ({ execute: () => Promise.reject(state.fault) })
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...database, kysely, state }
}

async function setUp(test: Test) {
  const database = fragile(await testDatabase(test))
  const spillFolder = join(test.testdir({}), 'media')
  const finished: string[] = []
  const clock = { ...systemClock, wall: noon, wallMs: () => clock.wall }
  const library = createMediaLibrary({
    database, clock, log: silentLog, spillFolder, owner,
    finished: (what, id) => finished.push(`${what} ${id}`),
  })
  test.teardown(() => library.stop(0))
  const subscriberId = await someSubscriber(database.kysely)
  return { database, db: database.kysely, spillFolder, library, finished, clock, subscriberId }
}

const gone = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })

t.test('a message is there when it is whole, not before', async (t) => {
  const { db, library, finished, subscriberId } = await setUp(t)
  const message = newMessage(subscriberId)
  await library.beginMessage(message)
  t.equal((await listMessages(db, subscriberId, all)).total, 0, 'still being spoken')
  await library.finishMessage(message.id, 4210.4)
  const page = await listMessages(db, subscriberId, all)
  t.match(page, { total: 1, unheard: 1, more: false, max: 100 })
  t.match(page.messages, [{
    id: message.id, callId: message.callId, caller: '+79161234567', callerName: 'Анна',
    anonymous: false, durationMs: 4210, heardAt: null, state: 'ready', peaks: [],
  }])
  t.strictSame(finished, [`message ${message.id}`])
  await library.finishMessage(message.id, 9)
  t.equal((await listMessages(db, subscriberId, all)).messages[0]?.durationMs, 4210, 'said once')
})

t.test('a message of nothing is not there', async (t) => {
  const { db, library, finished, subscriberId } = await setUp(t)
  const message = newMessage(subscriberId)
  await library.beginMessage(message)
  await library.discardMessage(message.id)
  t.equal((await listMessages(db, subscriberId, all)).total, 0)
  t.strictSame(finished, [])
})

t.test('unheard first, then newest first, as the mailbox tells them', async (t) => {
  const { library, clock, subscriberId } = await setUp(t)
  const messages = [0, 1, 2, 3].map((hour) =>
    newMessage(subscriberId, { startedAt: noon + hour * 3_600_000 }))
  for (const message of messages) {
    await library.beginMessage(message)
    await library.finishMessage(message.id, 3000)
  }
  await library.messageHeard(subscriberId, messages[3]!.id, '+79160000001')
  clock.wall += 1000
  await library.messageHeard(subscriberId, messages[1]!.id, '+79160000001')
  await library.removeMessage(subscriberId, messages[0]!.id)
  t.match((await library.messages(subscriberId)).map(({ id, heardAt }) => [id, heardAt]), [
    [messages[2]!.id, undefined], [messages[3]!.id, noon], [messages[1]!.id, noon + 1000],
  ])
})

t.test('another subscriber can neither hear nor remove it', async (t) => {
  const { db, library, subscriberId } = await setUp(t)
  const stranger = await someSubscriber(db)
  const message = newMessage(subscriberId)
  await library.beginMessage(message)
  await library.finishMessage(message.id, 3000)
  await library.messageHeard(stranger, message.id, '+79160000001')
  await library.removeMessage(stranger, message.id)
  t.match(await library.messages(subscriberId), [{ id: message.id, heardAt: undefined }])
  t.strictSame(await library.messages(stranger), [])
})

t.test('a box of 100: the oldest goes, heard ones first, and can be brought back', async (t) => {
  const { db, library, subscriberId } = await setUp(t)
  const messages = Array.from({ length: 102 }, (_, n) =>
    newMessage(subscriberId, { startedAt: noon + n * 1000 }))
  for (const [n, message] of messages.entries()) {
    await library.beginMessage(message)
    await library.finishMessage(message.id, 3000)
    if (n === 50) await library.messageHeard(subscriberId, message.id, '+79160000001')
  }
  const page = await listMessages(db, subscriberId, all)
  t.match(page, { total: 100, unheard: 100 })
  const left = page.messages.map(({ id }) => id)
  t.notOk(left.includes(messages[50]!.id), 'the heard one')
  t.notOk(left.includes(messages[0]!.id), 'then the oldest')
  t.ok(left.includes(messages[1]!.id))
  await t.rejects(restoreMessage(db, subscriberId, messages[0]!.id), { code: 'limit' })
})

t.test('a recording: writing, then ready', async (t) => {
  const { db, library, finished, subscriberId } = await setUp(t)
  const recording = newRecording(subscriberId)
  const state = () => db.selectFrom('recordings').select(['state', 'interrupted', 'duration_ms'])
    .executeTakeFirst()
  await library.beginRecording(recording)
  t.match(await state(), { state: 'writing', interrupted: 0 })
  await library.finishRecording(recording.id, 61_000, true)
  t.match(await state(), { state: 'ready', interrupted: 1, duration_ms: 61_000 })
  t.strictSame(finished, [`recording ${recording.id}`])
})

t.test('a greeting kept on the telephone is the one in force', async (t) => {
  const { database, db, library, subscriberId } = await setUp(t)
  const id = 'c'.repeat(32)
  await library.keepGreeting(subscriberId, id, 'greetings/x.wav', 5000)
  await library.keepGreeting(subscriberId, id, 'greetings/x.wav', 5000)
  t.match(await listAudio(db, subscriberId), [
    { id, kind: 'greeting', source: 'phone', durationMs: 5000, chosen: true, usedBy: [] },
  ])
  const { address } = await db.selectFrom('personal_numbers').select('address')
    .where('subscriber_id', '=', subscriberId).executeTakeFirstOrThrow()
  const found = await createSubscriberFinder(database, 2000)(address)
  t.match(found?.media, { greetingFile: 'greetings/x.wav', language: 'ru', mailboxOpen: false })
})

t.test('the PIN: five wrong ones within an hour lock it, for the right one, too', async (t) => {
  const { db, library, clock, subscriberId } = await setUp(t)
  t.equal(await library.checkPin(subscriberId, '2580'), 'none', 'no PIN, no way in')
  await setPin(db, subscriberId, await hashPassword('2580'))
  t.equal(await library.checkPin(subscriberId, '2580'), 'right')
  for (let n = 0; n < 5; n++) t.equal(await library.checkPin(subscriberId, '0000'), 'wrong')
  t.equal(await library.checkPin(subscriberId, '2580'), 'locked')
  clock.wall += 3_600_001
  t.equal(await library.checkPin(subscriberId, '2580'), 'right', 'an hour later')
  for (let n = 0; n < 4; n++) t.equal(await library.checkPin(subscriberId, '0000'), 'wrong')
  t.equal(await library.checkPin(subscriberId, '2580'), 'right', 'forgives those before')
  t.equal(await library.checkPin(subscriberId, '0000'), 'wrong')
  await setPin(db, subscriberId, null)
  t.equal(await library.checkPin(subscriberId, '2580'), 'none')
})

t.test('at most five tries, even all at once', async (t) => {
  const { db, library, subscriberId } = await setUp(t)
  await setPin(db, subscriberId, await hashPassword('2580'))
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => library.checkPin(subscriberId, `100${n}`)))
  t.equal(answers.filter((answer) => answer === 'wrong').length, 5)
  t.equal(answers.filter((answer) => answer === 'locked').length, 7)
})

t.test('an outage: kept on the disk, written when the database is back', async (t) => {
  const { database, db, library, spillFolder, subscriberId } = await setUp(t)
  const message = newMessage(subscriberId)
  const recording = newRecording(subscriberId)
  database.state.fault = gone
  await library.beginMessage(message)
  await library.beginRecording(recording)
  await library.finishMessage(message.id, 3000)
  await library.finishRecording(recording.id, 9000, false)
  t.equal(library.waiting(), 2, 'a newer word takes the place of the older')
  const [file] = readdirSync(spillFolder)
  t.equal(file, `${owner}.jsonl`)
  t.equal(readFileSync(join(spillFolder, file!), 'utf8').trim().split('\n').length, 4)
  database.state.fault = undefined
  await eventually(() => library.waiting() === 0)
  t.match(await listMessages(db, subscriberId, all), { total: 1 })
  t.match(await db.selectFrom('recordings').select('state').execute(), [{ state: 'ready' }])
  await eventually(() => readdirSync(spillFolder).length === 0)
})

t.test('a database that hangs keeps the call waiting for two seconds at most', async (t) => {
  const { database, library, subscriberId } = await setUp(t)
  database.state.hangs = true
  const message = newMessage(subscriberId)
  const began = performance.now()
  await library.beginMessage(message)
  const took = performance.now() - began
  t.ok(took > 1900 && took < 8000, `${Math.round(took)} ms`)
  const again = performance.now()
  await library.finishMessage(message.id, 3000)
  t.ok(performance.now() - again < 1500, 'the next word does not wait again')
  database.state.hangs = false
})

t.test('what the database will never take is no reason to wait', async (t) => {
  const { database, library, subscriberId } = await setUp(t)
  database.state.fault = Object.assign(new Error('bad'), { errno: 1406, sqlState: '22001' })
  await library.beginMessage(newMessage(subscriberId))
  t.equal(library.waiting(), 0)
})

t.test('more than memory holds, and a database that goes again while the rest is written', async (t) => {
  const { database, db, spillFolder, subscriberId } = await setUp(t)
  const folder = join(spillFolder, 'many')
  const writer = new MediaWriter({
    database, clock: systemClock, log: silentLog, folder, owner, maxWaiting: 1,
  })
  t.teardown(() => writer.stop(0))
  database.state.fault = gone
  for (let count = 0; count < 3; count++) {
    const message = newMessage(subscriberId)
    await writer.write({ kind: 'message', id: message.id, owner, message, state: 'ready', durationMs: 3000 })
  }
  t.equal(writer.waiting, 1)
  // Room for what memory holds; then it is gone again.
  database.state.left = 1
  await eventually(() => writer.waiting === 0)
  // A transaction is tried five times.
  await eventually(() => database.state.left <= -5)
  t.equal(readdirSync(folder).length, 1, 'the disk still has the rest')
  database.state.fault = undefined
  await eventually(() => readdirSync(folder).length === 0)
  t.match(await listMessages(db, subscriberId, all), { total: 3 })
})

t.test('a line that the database never takes does not keep the others waiting', async (t) => {
  const { db, library, spillFolder, subscriberId } = await setUp(t)
  const dead = 'f'.repeat(32)
  const [bad, good] = [newMessage('x'.repeat(99)), newMessage(subscriberId)]
  mkdirSync(spillFolder, { recursive: true })
  writeFileSync(join(spillFolder, `${dead}.jsonl`), [bad, good].map((message) => `${JSON.stringify({
    kind: 'message', id: message.id, owner: dead, message, state: 'ready', durationMs: 3000,
  })}\n`).join(''))
  t.equal(await library.replay(), 1)
  t.match(await listMessages(db, subscriberId, all), { total: 1 })
  t.strictSame(readdirSync(spillFolder), [])
})

t.test('a hearing told twice, because the answer was lost, is one', async (t) => {
  const { db, library, subscriberId } = await setUp(t)
  const message = newMessage(subscriberId)
  await library.beginMessage(message)
  await library.finishMessage(message.id, 3000)
  const deed = { kind: 'heard', id: message.id, subscriberId, address: '+79161234501', atMs: noon } as const
  await writeDeed(db, deed)
  await writeDeed(db, deed)
  await writeDeed(db, { ...deed, atMs: noon + 1 })
  t.equal((await db.selectFrom('listenings').select('id').execute()).length, 2)
})

t.test('what a dead process left on the disk is written by the next start', async (t) => {
  const { db, library, spillFolder, database, subscriberId } = await setUp(t)
  const message = newMessage(subscriberId)
  database.state.fault = gone
  await library.beginMessage(message)
  await library.finishMessage(message.id, 3000)
  database.state.fault = undefined
  await eventually(() => library.waiting() === 0)
  await eventually(() => readdirSync(spillFolder).length === 0)
  const dead = 'd'.repeat(32)
  const late = newMessage(subscriberId, { caller: '+79160000009' })
  const line = { kind: 'message', id: late.id, owner: dead, message: late, durationMs: 7000 }
  const text = ['writing', 'ready'].map((state) => `${JSON.stringify({ ...line, state })}\n`)
  writeFileSync(join(spillFolder, `${dead}.jsonl`), `${text.join('')}{"kind":"mess`)
  t.equal(await library.replay(), 2, 'the line that was cut off is left out')
  t.equal(await library.replay(), 0)
  t.match((await listMessages(db, subscriberId, all)).messages.map((one) => one.durationMs).sort(),
    [3000, 7000])
})

t.test('words in the wrong order: the end first, the beginning later', async (t) => {
  const { db, spillFolder, library, subscriberId } = await setUp(t)
  const message = newMessage(subscriberId)
  await library.beginMessage(message)
  await library.finishMessage(message.id, 3000)
  const dead = 'e'.repeat(32)
  mkdirSync(spillFolder, { recursive: true })
  writeFileSync(join(spillFolder, `${dead}.jsonl`), `${JSON.stringify({
    kind: 'message', id: message.id, owner: dead, message, state: 'writing', durationMs: 0,
  })}\n`)
  await library.replay()
  t.match((await listMessages(db, subscriberId, all)).messages, [{ durationMs: 3000 }])
})
