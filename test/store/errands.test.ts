/** Errands: asked for by the panel, taken by one process, never twice, never for ever. */
import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../src/clock.ts'
import { addErrand, createErrandBoard, forgetErrands, loadErrand } from '../../src/store/errands.ts'
import { testDatabase } from '../support/database.ts'
import { noon, someSubscriber } from '../support/media-files.ts'

const code = { kind: 'code', address: '+79161112233', code: '482913' } as const

async function setUp(test: Test) {
  const { kysely: db } = await testDatabase(test)
  const clock = { ...systemClock, wall: noon, wallMs: () => clock.wall }
  const boards = ['a', 'b', 'c', 'd'].map((name) => createErrandBoard(db, clock, name.repeat(32)))
  return { db, clock, boards, board: boards[0]!, subscriberId: await someSubscriber(db) }
}

t.test('an errand has all that the call needs', async (t) => {
  const { db, board, subscriberId } = await setUp(t)
  const { address: number } = await db.selectFrom('personal_numbers').select('address').executeTakeFirstOrThrow()
  const id = await addErrand(db, subscriberId, code, noon)
  t.strictSame(await board.take(), { number, ...code, id, subscriberId, expiresAt: noon + 60_000 })
  await board.finish(id, 'noAnswer')
  t.match(await loadErrand(db, subscriberId, id, noon), { state: 'noAnswer', kind: 'code' })
})

t.test('a test call to a number of his choice', async (t) => {
  const { db, board, subscriberId } = await setUp(t)
  await addErrand(db, subscriberId, { kind: 'test', caller: '', number: '+74990000001' }, noon)
  t.match(await board.take(), { kind: 'test', caller: '', number: '+74990000001' })
})

t.test('four processes, one errand: one of them has it', async (t) => {
  const { db, boards, subscriberId } = await setUp(t)
  await addErrand(db, subscriberId, code, noon)
  const taken = await Promise.all(boards.map((board) => board.take()))
  t.equal(taken.filter((errand) => errand !== undefined).length, 1)
})

t.test('the oldest first', async (t) => {
  const { db, clock, board, subscriberId } = await setUp(t)
  const other = await someSubscriber(db)
  const first = await addErrand(db, other, code, noon)
  clock.wall += 1000
  const second = await addErrand(db, subscriberId, code, clock.wall)
  t.equal((await board.take())?.id, first)
  t.equal((await board.take())?.id, second)
  t.equal(await board.take(), undefined)
})

t.test('a spoken code is not kept', async (t) => {
  const { db, board, subscriberId } = await setUp(t)
  const id = await addErrand(db, subscriberId, code, noon)
  await board.take()
  await board.finish(id, 'done')
  const { details } = await db.selectFrom('errands').select('details').executeTakeFirstOrThrow()
  t.notMatch(details, '482913')
  t.match(details, '+79161112233')
})

t.test('who waits too long is not called any more', async (t) => {
  const { db, clock, board, subscriberId } = await setUp(t)
  const id = await addErrand(db, subscriberId, code, noon)
  clock.wall += 60_000
  t.equal(await board.take(), undefined)
  t.match(await loadErrand(db, subscriberId, id, clock.wall), { state: 'expired' })
  t.ok(await addErrand(db, subscriberId, code, clock.wall), 'and may ask again')
})

t.test('one at a time, also when two windows ask at once', async (t) => {
  const { db, clock, board, subscriberId } = await setUp(t)
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => addErrand(db, subscriberId, code, noon)))
  t.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1)
  await t.rejects(addErrand(db, subscriberId, code, noon), { code: 'errand_running' })
  await board.take()
  await t.rejects(addErrand(db, subscriberId, code, noon + 90_000), { code: 'errand_running' }, 'it is being done')
  clock.wall += 601_000
  t.ok(await addErrand(db, subscriberId, code, clock.wall), 'its process died')
})

t.test('twenty within an hour', async (t) => {
  const { db, clock, board, subscriberId } = await setUp(t)
  for (let n = 0; n < 20; n++) {
    const id = await addErrand(db, subscriberId, code, clock.wall)
    await board.take()
    await board.finish(id, 'noAnswer')
    clock.wall += 1000
  }
  await t.rejects(addErrand(db, subscriberId, code, clock.wall), { code: 'limit', details: { max: 20 } })
  t.ok(await addErrand(db, subscriberId, code, clock.wall + 3_600_000))
})

t.test('only its process ends it, and of another subscriber it is not there', async (t) => {
  const { db, boards, board, subscriberId } = await setUp(t)
  const id = await addErrand(db, subscriberId, code, noon)
  await board.take()
  await boards[1]!.finish(id, 'failed')
  t.match(await loadErrand(db, subscriberId, id, noon), { state: 'taken' })
  await t.rejects(loadErrand(db, await someSubscriber(db), id, noon), { code: 'not_found' })
})

t.test('after a day nobody needs to know', async (t) => {
  const { db, subscriberId } = await setUp(t)
  const id = await addErrand(db, subscriberId, code, noon)
  await forgetErrands(db, noon + 86_400_000)
  t.match(await loadErrand(db, subscriberId, id, noon), { id })
  await forgetErrands(db, noon + 86_400_001)
  await t.rejects(loadErrand(db, subscriberId, id, noon), { code: 'not_found' })
})
