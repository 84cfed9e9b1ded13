/** The worker over a real outbox: what it does with each answer, pauses, several at work, stopping. */
import t from 'tap'
import type { Test } from 'tap'
import { inTransaction } from '../../src/store/database.ts'
import type { Channel, Sent } from '../../src/notify/channel.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import { ChannelWorker } from '../../src/notify/worker.ts'
import { addedMessage } from '../support/added-message.ts'
import { tell } from '../../src/store/outbox.ts'
import type { Letter } from '../../src/store/outbox-letters.ts'
import type { Notice } from '../../src/store/notice.ts'
import { changeSettings } from '../../src/store/settings.ts'
import { silentLog, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { someSubscriber } from '../support/media-files.ts'
import { noticeMs, notices, passingClock } from '../support/notices.ts'

const owner = 'a'.repeat(32)
const hour = 3_600_000

/** A channel that answers as it is told, and notes what it was given. */
function stub(answer: (letter: Letter, signal: AbortSignal) => Sent | Promise<Sent> = () => ({ result: 'sent' }), width = 4) {
  const given: Letter[] = []
  let under = 0
  const most = { under: 0 }
  const channel: Channel & { stopped: boolean } = {
    name: 'email', width, stopped: false,
    async send(letter, signal) {
      given.push(letter)
      most.under = Math.max(most.under, ++under)
      try {
        return await answer(letter, signal)
      } finally {
        under--
      }
    },
    async stop() { channel.stopped = true },
  }
  return { channel, given, most }
}

async function world(t: Test) {
  const database = await testDatabase(t)
  const db = database.kysely
  const id = await someSubscriber(db)
  await changeSettings(db, id, undefined, { options: { email: 'a@b.ru' } })
  const clock = passingClock()
  const write = (count: number, notice: Notice = notices.test) => inTransaction(db, async (trx) => {
    for (let index = 0; index < count; index++)
      await tell(trx, { subscriberId: id, key: `k${index}`, notice, to: { channel: 'email', address: 'a@b.ru' } }, noticeMs - 1)
  })
  const rows = () => db.selectFrom('outbox').selectAll().orderBy('notice_key').execute()
  const worker = (channel: Channel, who = owner) =>
    new ChannelWorker({ db, clock, log: silentLog, channel, owner: who, random: () => 0.5 })
  return { db, database, id, clock, write, rows, worker }
}

t.test('a letter to somebody who is no subscriber has a reader of its own', async (t) => {
  const { db, worker, rows } = await world(t)
  await inTransaction(db, (trx) => tell(trx, {
    subscriberId: '', key: 'request:1', notice: notices.requestTaken,
    to: { channel: 'email', address: 'elena@example.com' },
    reader: { name: 'Елена', language: 'en', zone: 'Asia/Tokyo' },
  }, noticeMs - 1))
  const { channel, given } = stub()
  await worker(channel).idle()
  t.match(given, [{ address: 'elena@example.com', reader: { subscriberId: '', name: 'Елена', language: 'en', zone: 'Asia/Tokyo' } }])
  t.strictSame(given[0]?.notice, notices.requestTaken, 'the reader is no fact of the notice')
  t.match(await rows(), [{ state: 'sent' }])
})

t.test('everything that waits is sent, a few at a time', async (t) => {
  const { write, rows, worker } = await world(t)
  await write(30)
  const { channel, given, most } = stub(async () => {
    await new Promise((done) => setImmediate(done))
    return { result: 'sent', externalId: 'x' }
  })
  await worker(channel).idle()
  t.equal(given.length, 30)
  t.equal(new Set(given.map(({ id }) => id)).size, 30)
  t.ok(most.under <= 4 && most.under > 1, `${most.under} at a time`)
  t.ok((await rows()).every((row) => row.state === 'sent' && row.external_id === 'x' && Number(row.done_at) >= noticeMs))
})

t.test('a letter that does not get through is tried with growing pauses, then given up', async (t) => {
  const { clock, write, rows, worker } = await world(t)
  await write(1)
  const { channel, given } = stub(() => ({ result: 'later', why: 'busy' }))
  const one = worker(channel)
  const pauses: number[] = []
  for (let tries = 1; tries < 30; tries++) {
    await one.idle()
    const [row] = await rows()
    if (row!.state !== 'waiting') break
    t.equal(given.length, tries)
    const pause = Number(row!.next_at) - clock.wallMs()
    pauses.push(Math.round(pause / 1000))
    clock.pass(pause - 7000)
    await one.idle()
    t.equal(given.length, tries, 'not before its time')
    clock.pass(7100)
  }
  t.strictSame(pauses.map((one) => Math.round(one / 10) * 10), [10, 30, 120, 300, 900, 1800, 3600, 7200, 14_400, 28_800])
  t.match(await rows(), [{ state: 'dead', tries: 11, last_error: 'busy' }])
})

t.test('what no try helps is given up at once; a channel says when', async (t) => {
  const { clock, write, rows, worker } = await world(t)
  await write(2)
  const { channel } = stub(({ key }) =>
    key === 'k0' ? { result: 'never', why: 'no such user' } : { result: 'later', why: 'slow down', afterMs: 60_000 })
  await worker(channel).idle()
  const [dead, later] = await rows()
  t.match(dead, { state: 'dead', last_error: 'no such user' })
  t.ok(Number(later!.next_at) - clock.wallMs() > 55_000)
})

t.test('while the other side is away nothing is tried for long, and no try is counted', async (t) => {
  const { clock, write, rows, worker } = await world(t)
  await write(10)
  let away = true
  const { channel, given } = stub(() => away ? { result: 'down', why: 'ECONNREFUSED' } : { result: 'sent' })
  const one = worker(channel)
  for (let minutes = 0; minutes < 60; minutes++) {
    await one.idle()
    clock.pass(60_000)
  }
  t.ok(given.length > 10 && given.length < 40, `${given.length} tries in an hour of ten letters`)
  t.ok((await rows()).every((row) => row.state === 'waiting' && row.tries === 0))
  away = false
  clock.pass(300_000)
  for (let turns = 0; turns < 20; turns++) {
    await one.idle()
    clock.pass(60_000)
  }
  t.ok((await rows()).every((row) => row.state === 'sent'), 'all of them at last')
})

t.test('away for days: news grow old', async (t) => {
  const { clock, write, rows, worker } = await world(t)
  await write(1)
  const one = worker(stub(() => ({ result: 'down', why: 'away' })).channel)
  for (let hours = 0; hours < 100; hours++) {
    await one.idle()
    clock.pass(hour)
  }
  t.match(await rows(), [{ state: 'dead', last_error: 'away' }])
})

t.test('several processes share the work, none is sent twice', async (t) => {
  const { write, worker } = await world(t)
  await write(60)
  const stubs = Array.from({ length: 4 }, () => stub(async () => {
    await new Promise((done) => setImmediate(done))
    return { result: 'sent' }
  }))
  await Promise.all(stubs.map(({ channel }, index) => worker(channel, String(index).repeat(32)).idle()))
  const given = stubs.flatMap((one) => one.given.map(({ id }) => id))
  t.equal(given.length, 60)
  t.equal(new Set(given).size, 60)
})

t.test('a fault of ours in a channel is another try, not the end of the worker', async (t) => {
  const { write, rows, worker } = await world(t)
  await write(1)
  await worker(stub(() => { throw new Error('a bug') }).channel).idle()
  t.match(await rows(), [{ state: 'waiting', tries: 1, last_error: 'a bug' }])
})

t.test('stopping lets what is under way end, takes no more, and puts back what does not end', async (t) => {
  const { clock, write, rows, worker } = await world(t)
  await write(6)
  const ends: (() => void)[] = []
  const { channel, given } = stub(() => new Promise((done) => { ends.push(() => done({ result: 'sent' })) }), 2)
  const first = worker(channel)
  void first.fill()
  await eventually(() => given.length === 2)
  const stopped = first.stop(60_000)
  for (const end of ends) end()
  await stopped
  t.equal(given.length, 2)
  t.equal((await rows()).filter((row) => row.state === 'sent').length, 2)
  t.ok(channel.stopped)
  const hanging = stub((_, signal) => new Promise((done) => {
    signal.addEventListener('abort', () => done({ result: 'later', why: 'stopped' }))
  }), 2)
  const second = worker(hanging.channel)
  void second.fill()
  await eventually(() => hanging.given.length === 2)
  await second.stop(20)
  const back = (await rows()).filter((row) => row.state === 'waiting')
  t.equal(back.length, 4)
  t.ok(back.every((row) => row.lease_owner === ''), 'free for others')
  clock.pass(hour)
  await worker(stub().channel, 'b'.repeat(32)).idle()
  t.ok((await rows()).every((row) => row.state === 'sent'))
})

t.test('a database that is away when a letter was sent is waited for: it is not sent again', async (t) => {
  const { db, clock, write, rows } = await world(t)
  await write(1)
  let refusals = 0
  const flaky = new Proxy(db, {
    get(target, name) {
      if (name === 'transaction' && refusals-- > 0) return () => { throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }) }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const { channel, given } = stub(() => {
    refusals = 7 // more than a transaction tries by itself
    return { result: 'sent' }
  })
  await new ChannelWorker({ db: flaky, clock, log: silentLog, channel, owner }).idle()
  t.equal(given.length, 1)
  t.match(await rows(), [{ state: 'sent', tries: 1 }])
})

t.test('a message that was sent is dealt with in the same breath', async (t) => {
  const { db, id, write, worker } = await world(t)
  const messageId = await addedMessage(db, id)
  await write(1, { ...notices.voicemail, messageId })
  const state = () => db.selectFrom('messages').select(['state', 'heard_at']).executeTakeFirstOrThrow()
  await worker(stub(() => ({ result: 'later', why: 'busy', after: { messageId, do: 'heard' } }) as Sent).channel).idle()
  t.match(await state(), { state: 'ready', heard_at: null })
  await db.updateTable('outbox').set({ next_at: 0 }).execute()
  await worker(stub(() => ({ result: 'sent', after: { messageId, do: 'heard' } })).channel).idle()
  t.ok((await state()).heard_at)
  await db.updateTable('outbox').set({ state: 'waiting' }).execute()
  await worker(stub(() => ({ result: 'sent', after: { messageId, do: 'delete' } })).channel).idle()
  t.match(await state(), { state: 'deleted' })
})

t.test('the notifier addresses and sends what is told, and its clockwork runs', async (t) => {
  const { db, id, clock, rows } = await world(t)
  const { channel, given } = stub()
  const notifier = createNotifier({ db, clock, log: silentLog, owner, channels: [channel], verifyNumbers: false })
  const event = (key: string) => inTransaction(db, (trx) =>
    tell(trx, { subscriberId: id, key, notice: notices.payment }, Math.floor(clock.wallMs()) - 1))
  await event('one')
  await notifier.turn()
  t.strictSame(given.map(({ key }) => key), ['one:email'])
  await notifier.turn()
  t.equal(given.length, 1, 'once')
  notifier.begin()
  await event('two')
  await eventually(() => given.length === 2)
  await notifier.stop(1000)
  await event('three')
  t.equal(given.length, 2)
  t.equal((await rows()).filter((row) => row.state === 'new').length, 1, 'the next process has it')
})
