/**
 * What runs on an endpoint settles although the library's promise does not: by the end of the
 * endpoint, by its limit, by being stopped again and again. Virtual time.
 */
import t from 'tap'
import { MediaUnavailable } from '../../src/app/media-port.ts'
import { Operations } from '../../src/app/media/operations.ts'
import type { Finished } from '../../src/app/media/operations.ts'
import { within } from '../../src/app/media/within.ts'
import { watch } from '../support/dialogue-scene.ts'
import type { Watched } from '../support/dialogue-scene.ts'
import { SteppingClock } from '../support/stepping-clock.ts'

/** A promise of the library and what settles it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

interface Stage {
  readonly clock: SteppingClock
  readonly operations: Operations
  /** When a break was sent. */
  readonly breaks: number[]
  onBreak: () => void
}

function stage(): Stage {
  const clock = new SteppingClock()
  const made: Stage = {
    clock, breaks: [], onBreak: () => {},
    operations: new Operations(clock, () => {
      made.breaks.push(clock.nowMs())
      made.onBreak()
    }),
  }
  return made
}

const never = (): Promise<never> => new Promise(() => {})

t.test('how an operation ends', async (t) => {
  const cases: readonly {
    name: string
    run: (here: Stage, work: ReturnType<typeof deferred<string>>) => Promise<Finished<string>>
    act: (here: Stage, work: ReturnType<typeof deferred<string>>) => Promise<void>
    finished: Finished<string>
  }[] = [
    {
      name: 'by itself', run: ({ operations }, { promise }) => operations.perform(promise),
      act: async (_here, work) => work.resolve('x'), finished: { how: 'done', value: 'x', stopped: false },
    },
    {
      name: 'the library refuses', run: ({ operations }, { promise }) => operations.perform(promise),
      act: async (_here, work) => work.reject(new Error('no')), finished: { how: 'failed', stopped: false },
    },
    {
      name: 'the endpoint goes', run: ({ operations }, { promise }) => operations.perform(promise),
      act: async ({ operations }) => operations.leave(), finished: { how: 'gone', stopped: false },
    },
    {
      name: 'the endpoint had gone before', run: ({ operations }, { promise }) => {
        operations.leave()
        return operations.perform(promise)
      },
      act: async () => {}, finished: { how: 'gone', stopped: false },
    },
    {
      name: 'the library refuses because the endpoint went', run: ({ operations }, { promise }) => operations.perform(promise, 5000, 1000),
      act: async ({ operations }, work) => {
        operations.leave()
        work.reject(new Error('endpoint no longer active'))
      },
      finished: { how: 'gone', stopped: false },
    },
    {
      name: 'its last words come after the end', run: ({ operations }, { promise }) => operations.perform(promise, 5000, 1000),
      act: async ({ operations, clock }, work) => {
        operations.leave()
        await clock.run(999)
        work.resolve('1234 ms')
      },
      finished: { how: 'done', value: '1234 ms', stopped: false },
    },
    {
      name: 'its last words do not come', run: ({ operations }) => operations.perform(never(), 5000, 1000),
      act: async ({ operations, clock }) => {
        operations.leave()
        await clock.run(1000)
      },
      finished: { how: 'gone', stopped: false },
    },
    {
      name: 'its time is up', run: ({ operations }) => operations.perform(never(), 5000),
      act: ({ clock }) => clock.run(5000), finished: { how: 'late', stopped: false },
    },
    {
      name: 'stopped', run: ({ operations }, { promise }) => operations.perform(promise),
      act: async (here, work) => {
        here.onBreak = () => work.resolve('cut')
        here.operations.stop()
      },
      finished: { how: 'done', value: 'cut', stopped: true },
    },
    {
      name: 'stopping is not heard of: given up after a second', run: ({ operations }) => operations.perform(never()),
      act: async ({ operations, clock }) => {
        operations.stop()
        await clock.run(1000)
      },
      finished: { how: 'late', stopped: true },
    },
  ]
  for (const one of cases) {
    t.test(one.name, async (t) => {
      const here = stage()
      const work = deferred<string>()
      const watched = watch(one.run(here, work))
      await one.act(here, work)
      await here.clock.run(0)
      t.strictSame(watched, { settled: true, value: one.finished })
      t.equal(here.clock.pending, 0, 'no wake-up is left')
      work.resolve('too late')
      work.reject(new Error('too late'))
      await here.clock.run(10_000)
      t.strictSame(watched.value, one.finished, 'and nothing changes that')
    })
  }
})

t.test('not before its time', async (t) => {
  const { clock, operations } = stage()
  const watched: Watched<unknown> = watch(operations.perform(never(), 5000, 1000))
  await clock.run(4999)
  t.notOk(watched.settled)
  operations.leave()
  await clock.run(999)
  t.notOk(watched.settled, 'the grace replaces the limit')
  await clock.run(1)
  t.ok(watched.settled)
})

t.test('a break is sent until it hits, and never at what came later', async (t) => {
  const here = stage()
  const first = deferred<string>()
  const begun = watch(here.operations.perform(first.promise))
  here.operations.stop()
  await here.clock.run(85)
  t.strictSame(here.breaks, [0, 40, 80], 'still on its way to the channel')
  first.resolve('cut')
  await here.clock.run(0)
  t.match(begun.value, { how: 'done', stopped: true })
  const second = watch(here.operations.perform(never()))
  await here.clock.run(1000)
  t.equal(here.breaks.length, 3)
  t.notOk(second.settled)
  here.operations.stop()
  here.operations.leave()
  await here.clock.run(1000)
  t.equal(here.breaks.length, 4, 'none after the end')
  here.operations.stop()
  t.equal(here.breaks.length, 4)
})

t.test('nothing runs: there is nothing to be stopped', async (t) => {
  const { clock, operations, breaks } = stage()
  operations.stop()
  t.strictSame([breaks.length, clock.pending], [0, 0])
})

t.test('within', async (t) => {
  const clock = new SteppingClock()
  const late: string[] = []
  const quick = within(clock, 1000, 'ping', Promise.resolve('pong'))
  t.equal(await quick, 'pong')
  await t.rejects(within(clock, 1000, 'ping', Promise.reject(new Error('no'))), new MediaUnavailable('ping: no'))
  await t.rejects(within(clock, 1000, 'ping', Promise.reject('text')), new MediaUnavailable('ping: text'))
  const slow = deferred<string>()
  const failed = t.rejects(
    within(clock, 1000, 'ping', slow.promise, (value) => late.push(value)),
    new MediaUnavailable('ping: no answer in 1000 ms'))
  await clock.run(1000)
  await failed
  slow.resolve('pong')
  await clock.run(1)
  t.strictSame(late, ['pong'], 'what comes later is handed on')
  t.equal(clock.pending, 0)
})
