import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import t from 'tap'
import { systemClock } from '../../src/clock.ts'
import { launch } from '../../src/launcher/launcher.ts'
import type { PartPlan } from '../../src/launcher/part.ts'

const folder = mkdtempSync(join(tmpdir(), 'pn-launcher-'))
const diary = join(folder, 'diary')

/** A child that writes what happens to it into the diary. */
function part(name: string, body: string): PartPlan {
  const file = join(folder, `${name}-${Math.floor(process.hrtime()[1])}.mjs`)
  writeFileSync(file, `
    import { appendFileSync } from 'node:fs'
    const note = (word) => appendFileSync(${JSON.stringify(diary)}, '${name} ' + word + '\\n')
    process.on('SIGTERM', () => { note('stops'); process.exit(0) })
    process.on('disconnect', () => process.exit(0))
    note('starts')
    ${body}
  `)
  return { name, command: [process.execPath, file], env: {}, readyMs: 60_000, stopMs: 60_000 }
}
const servesForever = `process.send({ ready: { port: 1 } }); setInterval(() => {}, 1000)`

function pages(): string[] {
  return readFileSync(diary, 'utf8').trim().split('\n')
}

t.beforeEach(() => writeFileSync(diary, ''))

t.test('parts start in order, each after the one before is ready, and stop in reverse', async (t) => {
  const launcher = await launch([part('one', servesForever), part('two', servesForever)], systemClock, () => {})
  t.strictSame(launcher.ready.get('one'), { port: 1 })
  t.strictSame(Object.keys(launcher.pids()), ['one', 'two'])
  await launcher.stop()
  t.strictSame(pages(), ['one starts', 'two starts', 'two stops', 'one stops'])
  t.strictSame(launcher.pids(), {})
})

t.test('a part that dies is started again, and that is said', async (t) => {
  const said: string[] = []
  const back = Promise.withResolvers<void>()
  const launcher = await launch([part('sip', servesForever)], systemClock, (line) => {
    said.push(line)
    if (line === 'sip is back') back.resolve()
  })
  const first = launcher.pids().sip!
  const pidsWhenBack: (number | undefined)[] = []
  launcher.whenBack(() => pidsWhenBack.push(launcher.pids().sip))
  process.kill(first, 'SIGKILL')
  await back.promise
  t.not(launcher.pids().sip, first)
  t.strictSame(pidsWhenBack, [launcher.pids().sip])
  t.match(said[0], /^sip ended \(SIGKILL\); starting it again in \d+ ms$/)
  await launcher.stop()
})

t.test('a part that cannot start stops the others and says which', async (t) => {
  await t.rejects(launch([part('base', servesForever), part('broken', 'process.exit(3)')], systemClock, () => {}), {
    message: 'broken could not start (exit code 3)',
  })
  t.strictSame(pages(), ['base starts', 'broken starts', 'base stops'])
})

t.test('an optional part is not waited for, and tried again when it does not start', async (t) => {
  const turn = join(folder, 'optional')
  writeFileSync(turn, '')
  const body = `
    const { readFileSync } = await import('node:fs')
    const before = readFileSync(${JSON.stringify(turn)}, 'utf8')
    appendFileSync(${JSON.stringify(turn)}, 'x')
    if (before === '') process.exit(3)
    ${servesForever}`
  const said: string[] = []
  const launcher = await launch([{ ...part('media', body), optional: true }, part('app', servesForever)],
    systemClock, (line) => said.push(line))
  t.ok(launcher.ready.has('app'), 'the others serve')
  while (!launcher.ready.has('media')) await new Promise((done) => setTimeout(done, 20))
  t.match(said, [/^media could not start \(exit code 3\); trying again in \d+ ms$/])
  const first = launcher.pids().media!
  process.kill(first, 'SIGKILL')
  while (!said.includes('media is back')) await new Promise((done) => setTimeout(done, 20))
  t.not(launcher.pids().media, first)
  await launcher.stop()
  t.match(pages().at(-1), 'media stops')
})

t.test('an optional part that is configured wrongly is done without', async (t) => {
  const said: string[] = []
  const launcher = await launch([{ ...part('media', 'process.exit(78)'), optional: true },
    part('app', servesForever)], systemClock, (line) => said.push(line))
  while (said.length === 0) await new Promise((done) => setTimeout(done, 20))
  t.strictSame(said, ['media could not start (exit code 78); the others go on without it'])
  t.strictSame(Object.keys(launcher.pids()), ['app'])
  await launcher.stop()
})

t.test('asked to stop while a part starts, it does not wait for that part', async (t) => {
  const asked = Promise.withResolvers<void>()
  const plans = [part('base', servesForever), part('slow', `process.send({ slow: true }); setInterval(() => {}, 1000)`)]
  const launched = launch(plans, systemClock, () => {}, asked.promise)
  while (!pages().includes('slow starts')) await new Promise((done) => setTimeout(done, 20))
  asked.resolve()
  await t.rejects(launched, { message: 'stopped before everything was up' })
  t.strictSame(pages(), ['base starts', 'slow starts', 'slow stops', 'base stops'])
})

t.test('a wrong configuration found at a restart ends the product instead of a restart loop', async (t) => {
  const turn = join(folder, 'turn')
  writeFileSync(turn, '')
  const body = `
    const { readFileSync } = await import('node:fs')
    const before = readFileSync(${JSON.stringify(turn)}, 'utf8')
    appendFileSync(${JSON.stringify(turn)}, 'x')
    if (before !== '') process.exit(78)
    ${servesForever}`
  const launcher = await launch([part('app', body)], systemClock, () => {})
  process.kill(launcher.pids().app!, 'SIGKILL')
  t.equal(await launcher.failed, 'app could not start (exit code 78)')
  await launcher.stop()
})

t.test('a part that ignores SIGTERM is killed after its time', async (t) => {
  const stubborn = part('stubborn', `process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {}); ${servesForever}`)
  const said: string[] = []
  const launcher = await launch([{ ...stubborn, stopMs: 100 }], systemClock, (line) => said.push(line))
  await launcher.stop()
  t.strictSame(said, ['stubborn did not stop in 0.1 s and is killed'])
})
