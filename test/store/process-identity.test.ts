/** Who lives, who is dead, who cannot be seen; and folders that one living process may use. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { lockFolder } from '../../src/store/folder-lock.ts'
import { fateOf, isRunning, readIdentity, thisProcess } from '../../src/store/process-identity.ts'

const self = thisProcess()

t.test('the fate of a process', async (t) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const pid = child.pid!
  t.ok(isRunning(pid))
  child.kill('SIGKILL')
  await new Promise((done) => child.once('exit', done))
  const cases: [name: string, identity: typeof self, fate: string][] = [
    ['this one', self, 'alive'],
    ['one that ended', { ...self, pid }, 'dead'],
    ['its pid was given out again', { ...self, startTicks: '1' }, 'dead'],
    ['of another machine or boot', { ...self, place: 'elsewhere' }, 'elsewhere'],
    ['a pid that cannot be', { ...self, pid: 2 ** 30 }, 'dead'],
  ]
  for (const [name, identity, fate] of cases) t.equal(fateOf(identity), fate, name)
})

t.test('what is read back is checked', (t) => {
  t.same(readIdentity(JSON.stringify(self)), self)
  for (const text of [
    '',
    'null',
    '7',
    '{}',
    '{"place":1,"pid":1,"startTicks":""}',
    '{"place":"","pid":"1","startTicks":""}',
    '{"pid":',
  ]) {
    t.equal(readIdentity(text), undefined, text)
  }
  t.end()
})

t.test('a folder has one living holder', (t) => {
  const dir = t.testdir()
  const file = join(dir, 'owner.json')
  const lock = lockFolder(dir)
  t.ok(lock)
  t.equal(lockFolder(dir), undefined, 'also within one process')
  lock?.release()
  t.notOk(existsSync(file))
  for (const [name, text] of [
    ['a dead one', JSON.stringify({ ...self, startTicks: '1' })],
    ['one before the last boot', JSON.stringify({ ...self, place: 'old boot' })],
    ['half a file', '{"place":'],
  ] as const) {
    writeFileSync(file, text)
    const next = lockFolder(dir)
    t.ok(next, `${name} does not keep it`)
    next?.release()
  }
  t.strictSame(readdirSync(dir), [], 'nothing is left lying about')
  t.end()
})
