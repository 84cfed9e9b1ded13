import t from 'tap'
import { Execution } from '../../src/media/execution.ts'
import type { Execute, Running, StopReason, Tick } from '../../src/media/execution.ts'

/** An application that runs for some ticks and takes the digit it is told to. */
class Script implements Running {
  readonly isSpeaking = false
  readonly #name: string
  readonly #log: string[]
  #left: number

  constructor(name: string, ticks: number, log: string[]) {
    this.#name = name
    this.#left = ticks
    this.#log = log
  }

  tick(): string | undefined {
    if (this.#name === 'faulty') throw new Error('a fault of ours')
    return --this.#left <= 0 ? `${this.#name} done` : undefined
  }

  digit(digit: string): boolean {
    return digit === this.#name
  }

  stop(why: StopReason): string {
    this.#log.push(`stop ${this.#name} ${why}`)
    return `${this.#name} stopped`
  }
}

const tick: Tick = { nowMs: 0, heard: new Int16Array(160), hasHeard: false, said: new Int16Array(160) }

function scripted(): { execution: Execution; log: string[]; send: (name: string, ticks: number, more?: Partial<Execute>) => boolean } {
  const log: string[] = []
  const execution = new Execution({
    start(message) {
      if (message.application === 'broken') throw new Error('a fault of ours')
      const ticks = Number(message.argument)
      return ticks === 0 ? 'at once' : new Script(message.application, ticks, log)
    },
    executing: ({ application }) => log.push(`execute ${application}`),
    completed: ({ application }, response) => log.push(`complete ${application}: ${response}`),
    failed: ({ application }) => log.push(`failed ${application}`),
  })
  const send = (application: string, ticks: number, more: Partial<Execute> = {}): boolean =>
    execution.submit({ call: 'execute', application, argument: String(ticks), id: application, loops: 1, isLocked: false, ...more })
  return { execution, log, send }
}

t.test('what is sent is run at the next tick, and what takes no time is complete at once', async (t) => {
  const { execution, log, send } = scripted()
  t.ok(execution.isIdle)
  send('set', 0)
  t.strictSame(log, [])
  t.notOk(execution.isIdle)
  execution.tick(tick)
  t.strictSame(log, ['execute set', 'complete set: at once'])
  t.ok(execution.isIdle)
})

t.test('applications nest: the inner one runs, the outer one goes on after it', async (t) => {
  const { execution, log, send } = scripted()
  send('A', 3)
  execution.tick(tick)
  send('B', 2)
  send('set', 0)
  for (let i = 0; i < 4; i++) execution.tick(tick)
  t.strictSame(log, [
    'execute A', 'execute B', 'execute set', 'complete set: at once', 'complete B: B done', 'complete A: A done',
  ])
})

t.test('a lock keeps others out until it is opened', async (t) => {
  const { execution, log, send } = scripted()
  send('A', 2, { isLocked: true })
  send('set', 0)
  execution.tick(tick)
  t.strictSame(log, ['execute A'])
  execution.tick(tick)
  execution.tick(tick)
  t.strictSame(log.slice(1), ['complete A: A done', 'execute set', 'complete set: at once'])
  log.length = 0
  send('A', 2)
  execution.tick(tick)
  send('locked', 1, { isLocked: true })
  for (let i = 0; i < 3; i++) execution.tick(tick)
  t.strictSame(log, ['execute A', 'complete A: A done', 'execute locked', 'complete locked: locked done'])
})

t.test('loops run again, tick by tick', async (t) => {
  const { execution, log, send } = scripted()
  send('set', 0, { loops: 3 })
  for (let i = 0; i < 5; i++) execution.tick(tick)
  t.equal(log.filter((line) => line.startsWith('execute')).length, 3)
  send('A', 1, { loops: -1 })
  for (let i = 0; i < 50; i++) execution.tick(tick)
  t.ok(log.length > 50)
})

t.test('digits go to the innermost', async (t) => {
  const { execution, send } = scripted()
  t.notOk(execution.digit('A'))
  send('A', 9)
  send('B', 9)
  execution.tick(tick)
  t.ok(execution.digit('B'))
  t.notOk(execution.digit('A'))
})

t.test('a break ends the innermost; all ends everything, innermost first, and keeps what waits', async (t) => {
  const { execution, log, send } = scripted()
  for (const name of ['A', 'B', 'C']) send(name, 9)
  execution.tick(tick)
  log.length = 0
  t.ok(execution.breakInnermost())
  send('later', 0)
  execution.stopAll('break')
  t.notOk(execution.breakInnermost())
  execution.tick(tick)
  t.strictSame(log, [
    'stop C break', 'complete C: C stopped', 'stop B break', 'complete B: B stopped', 'stop A break', 'complete A: A stopped',
    'execute later', 'complete later: at once',
  ])
})

t.test('the end of the call owes a completion also to what waited', async (t) => {
  const { execution, log, send } = scripted()
  send('A', 9)
  execution.tick(tick)
  send('never run', 9)
  log.length = 0
  execution.stopAll('farHangup')
  t.strictSame(log, ['stop A farHangup', 'complete A: A stopped', 'complete never run: -ERR the call has ended'])
})

t.test('a fault of ours costs the application, not the call', async (t) => {
  const { execution, log, send } = scripted()
  send('broken', 1)
  send('faulty', 5)
  send('set', 0)
  execution.tick(tick)
  t.strictSame(log, [
    'execute broken', 'failed broken', 'complete broken: -ERR failed', 'execute faulty', 'execute set', 'complete set: at once',
    'failed faulty', 'complete faulty: -ERR failed',
  ])
})

t.test('a client cannot pile up messages or nest without end', async (t) => {
  const { execution, log, send } = scripted()
  let taken = 0
  for (let i = 0; i < 500; i++) if (send('A', 1000)) taken++
  t.equal(taken, 200)
  execution.tick(tick)
  t.equal(log.filter((line) => line === 'execute A').length, 20)
})
