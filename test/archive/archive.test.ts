/** Rows and files in order: waveforms, repair after a death, retention, what is given up. */
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { startArchive } from '../../src/archive/archive.ts'
import { systemClock } from '../../src/clock.ts'
import { readWavHeader, wavMs } from '../../src/rtp/wav.ts'
import { holdLease } from '../../src/store/leases.ts'
import { createMediaLibrary } from '../../src/store/media-library.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { readPeaks } from '../../src/store/waveform.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { newMessage, newRecording, noon, putWav, someSubscriber } from '../support/media-files.ts'

const dayMs = 86_400_000

/** An archive and the library of a process that never held a lease: to the archive it is dead. */
async function setUp(test: Test) {
  const database = await testDatabase(test)
  const db = database.kysely
  const folder = test.testdir({ recordings: {} })
  const recordings = join(folder, 'recordings')
  const clock = { ...systemClock, wall: noon, wallMs: () => clock.wall }
  const library = createMediaLibrary({
    database, clock, log: silentLog, spillFolder: join(folder, 'spill'), owner: 'f'.repeat(32),
    finished: (what, id) => archive.measure(what, id),
  })
  const archive = startArchive({ db, clock, log: silentLog, folder: recordings, quietMs: 0 })
  test.teardown(() => archive.stop())
  const subscriberId = await someSubscriber(db)
  return { db, recordings, clock, library, archive, subscriberId }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000
  while (!(await holds()) && performance.now() < end)
    await new Promise((done) => setTimeout(done, 20))
}

const message = (db: Awaited<ReturnType<typeof setUp>>['db'], id: string) =>
  db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()
const recording = (db: Awaited<ReturnType<typeof setUp>>['db'], id: string) =>
  db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

t.test('a whole message gets its true length and its waveform', async (t) => {
  const { db, recordings, library, subscriberId } = await setUp(t)
  const one = newMessage(subscriberId)
  putWav(recordings, one.file, { seconds: 3, peaks: [16_000], encoding: 'ulaw' })
  await library.beginMessage(one)
  await library.finishMessage(one.id, 2900)
  await until(async () => (await message(db, one.id))?.peaks !== null)
  const row = await message(db, one.id)
  t.equal(row?.duration_ms, 3000)
  const peaks = readPeaks(row?.peaks ?? null)
  t.equal(peaks.length, 600)
  t.ok(peaks.every((peak) => peak > 90 && peak < 130), `${Math.min(...peaks)} to ${Math.max(...peaks)}`)
})

t.test('a recording has a waveform for each side', async (t) => {
  const { db, recordings, library, subscriberId } = await setUp(t)
  const one = newRecording(subscriberId)
  putWav(recordings, one.file, { seconds: 2, peaks: [32_000, 4000] })
  await library.beginRecording(one)
  await library.finishRecording(one.id, 2000, false)
  await until(async () => (await recording(db, one.id)).peaks_left !== null)
  const row = await recording(db, one.id)
  t.ok(readPeaks(row.peaks_left).every((peak) => peak > 200))
  t.ok(readPeaks(row.peaks_right).every((peak) => peak > 20 && peak < 40))
  t.match(row, { state: 'ready', interrupted: 0, duration_ms: 2000 })
})

t.test('a process that died: what was written is mended and listed', async (t) => {
  const { db, recordings, library, archive, subscriberId } = await setUp(t)
  const spoken = newMessage(subscriberId)
  const short = newMessage(subscriberId)
  const empty = newMessage(subscriberId)
  const missing = newMessage(subscriberId)
  const call = newRecording(subscriberId)
  const noise = newRecording(subscriberId, noon + 1)
  // The header tells of the first second only: so it stands when the server died in the third.
  const path = putWav(recordings, spoken.file, { seconds: 3, peaks: [9000], claims: 1 })
  putWav(recordings, short.file, { seconds: 0.5, peaks: [9000], claims: 0 })
  putWav(recordings, empty.file, { seconds: 0, peaks: [9000] })
  putWav(recordings, call.file, { seconds: 4, peaks: [9000, 9000], claims: 2, encoding: 'alaw' })
  writeFileSync(join(recordings, noise.file), 'not a sound at all, but long enough to be one')
  for (const one of [spoken, short, empty, missing]) await library.beginMessage(one)
  for (const one of [call, noise]) await library.beginRecording(one)
  await archive.sweep()
  t.match(await message(db, spoken.id), { state: 'ready', duration_ms: 3000, heard_at: null })
  t.match(await message(db, short.id), { state: 'discarded' }, 'less than a second')
  t.match(await message(db, empty.id), { state: 'discarded' })
  t.match(await message(db, missing.id), { state: 'lost' })
  t.match(await recording(db, call.id), { state: 'ready', interrupted: 1, duration_ms: 4000 })
  t.match(await recording(db, noise.id), { state: 'lost' })
  const head = readFileSync(path)
  t.equal(wavMs(readWavHeader(head, head.length)), 3000, 'the file itself is whole again')
  t.equal(head.readUInt32LE(40), 3 * 16_000, 'its header says so')
})

t.test('the owner of a row that was taken for lost has the last word', async (t) => {
  const { db, recordings, library, archive, subscriberId } = await setUp(t)
  const one = newMessage(subscriberId)
  await library.beginMessage(one)
  await archive.sweep()
  t.match(await message(db, one.id), { state: 'lost' })
  putWav(recordings, one.file, { seconds: 2, peaks: [9000] })
  await library.finishMessage(one.id, 2000)
  t.match(await message(db, one.id), { state: 'ready', duration_ms: 2000 })
})

t.test('a file that still grows is left alone', async (t) => {
  const { db, recordings, library, clock, subscriberId } = await setUp(t)
  const one = newMessage(subscriberId)
  const path = putWav(recordings, one.file, { seconds: 2, peaks: [9000], claims: 0 })
  await library.beginMessage(one)
  const careful = startArchive({ db, clock, log: silentLog, folder: recordings, quietMs: 60_000 })
  t.teardown(() => careful.stop())
  await careful.sweep()
  t.match(await message(db, one.id), { state: 'writing' })
  const old = Date.now() / 1000 - 120
  utimesSync(path, old, old)
  await careful.sweep()
  t.match(await message(db, one.id), { state: 'ready' })
})

t.test('a row of a living process that forgot it is mended in the end', async (t) => {
  const { db, recordings, library, clock, archive, subscriberId } = await setUp(t)
  const lease = await holdLease(db, `journal:${'f'.repeat(32)}`, 'f'.repeat(32), 60_000)
  const one = newMessage(subscriberId)
  putWav(recordings, one.file, { seconds: 2, peaks: [9000] })
  await library.beginMessage(one)
  await archive.sweep()
  t.match(await message(db, one.id), { state: 'writing' }, 'its process lives')
  clock.wall += 31 * 60_000
  await archive.sweep()
  t.match(await message(db, one.id), { state: 'ready' }, 'nobody speaks for half an hour')
  await lease?.release()
})

t.test('a waveform that was not made in time is made later', async (t) => {
  const { db, recordings, library, clock, archive, subscriberId } = await setUp(t)
  const one = newMessage(subscriberId)
  await library.beginMessage(one)
  putWav(recordings, one.file, { seconds: 2, peaks: [9000] })
  await db.updateTable('messages').set({ state: 'ready' }).where('id', '=', one.id).execute()
  await archive.sweep()
  t.match(await message(db, one.id), { peaks: null }, 'it may be under way elsewhere')
  clock.wall += 61_000
  await archive.sweep()
  t.match(await message(db, one.id), { duration_ms: 2000, peaks: String })
})

const rows = [
  { name: 'half a year unless he says otherwise', days: undefined, age: 181, state: 'expired' },
  { name: 'not a day sooner', days: undefined, age: 179, state: 'ready' },
  { name: 'seven days', days: 7, age: 8, state: 'expired' },
  { name: 'seven days, not over yet', days: 7, age: 6, state: 'ready' },
  { name: '0 is for ever', days: 0, age: 5000, state: 'ready' },
]
t.test('a file that cannot be read keeps neither others nor retention waiting', async (t) => {
  const { db, recordings, library, archive, clock, subscriberId } = await setUp(t)
  const [strange, whole, old] = [newRecording(subscriberId), newRecording(subscriberId), newRecording(subscriberId)]
  mkdirSync(join(recordings, strange.file), { recursive: true })
  for (const one of [whole, old]) putWav(recordings, one.file, { seconds: 1, peaks: [1000, 1000] })
  for (const one of [strange, whole, old]) {
    await library.beginRecording(one)
    await library.finishRecording(one.id, 1000, false)
  }
  await db.updateTable('recordings').set({ started_at: noon - 400 * dayMs }).where('id', '=', old.id).execute()
  clock.wall += 2 * 60_000
  await archive.sweep()
  t.not((await recording(db, whole.id)).peaks_left, null)
  t.match(await recording(db, old.id), { state: 'expired' })
  t.match(await recording(db, strange.id), { state: 'ready', peaks_left: null })
})

t.test('retention', async (t) => {
  const { db, recordings, library, clock, archive } = await setUp(t)
  for (const { name, days, age, state } of rows) {
    const subscriberId = await someSubscriber(db)
    if (days !== undefined)
      await changeSettings(db, subscriberId, undefined, { options: { retentionDays: days } })
    clock.wall = noon
    const one = newRecording(subscriberId, noon - age * dayMs)
    const path = putWav(recordings, one.file, { seconds: 1, peaks: [9000, 9000] })
    await library.beginRecording(one)
    await library.finishRecording(one.id, 1000, false)
    await archive.sweep()
    t.match(await recording(db, one.id), { state }, name)
    t.equal(existsSync(path), state === 'ready', `${name}: the file`)
  }
})

t.test('deleted messages are there for 30 days, discarded ones for an hour', async (t) => {
  const { db, recordings, library, clock, archive, subscriberId } = await setUp(t)
  const deleted = newMessage(subscriberId)
  const discarded = newMessage(subscriberId)
  for (const one of [deleted, discarded]) {
    putWav(recordings, one.file, { seconds: 2, peaks: [9000] })
    await library.beginMessage(one)
  }
  await library.finishMessage(deleted.id, 2000)
  await library.removeMessage(subscriberId, deleted.id)
  await library.discardMessage(discarded.id)
  clock.wall = noon + 59 * 60_000
  await archive.sweep()
  t.ok(existsSync(join(recordings, discarded.file)))
  clock.wall = noon + 29 * dayMs
  await archive.sweep()
  t.notOk(existsSync(join(recordings, discarded.file)))
  t.equal(await message(db, discarded.id), undefined)
  t.ok(existsSync(join(recordings, deleted.file)))
  clock.wall = noon + 30 * dayMs + 1
  await archive.sweep()
  t.notOk(existsSync(join(recordings, deleted.file)))
  t.equal(await message(db, deleted.id), undefined)
})
