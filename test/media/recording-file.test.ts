import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Folders } from '../../src/media/folders.ts'
import { OpenList, RecordingFile, repairRecordings } from '../../src/media/recording-file.ts'
import { eventually } from '../support/eventually.ts'
import { readRecording } from '../support/running-media.ts'

const frame = Int16Array.from({ length: 160 }, (_, i) => i * 100)

t.test('what is written is there, samples and sizes', async (t) => {
  const folder = t.testdir()
  const list = new OpenList(folder)
  const file = RecordingFile.open(join(folder, 'new', 'a.wav'), 1, list)
  for (let i = 0; i < 60; i++) file.write(frame)
  t.equal(file.samples, 9600)
  t.equal(file.close(), 44 + 19_200)
  const { channels, header } = readRecording(join(folder, 'new', 'a.wav'))
  t.strictSame(channels[0]!.subarray(9440), frame)
  t.equal(header.readUInt32LE(4), 36 + 19_200)
  t.equal(header.readUInt32LE(40), 19_200)
  t.strictSame(repairRecordings(folder), [], 'a closed file needs no repair')
})

t.test('stereo counts the samples of one channel', async (t) => {
  const folder = t.testdir()
  const file = RecordingFile.open(join(folder, 's.wav'), 2, new OpenList(folder))
  file.write(new Int16Array(320))
  t.equal(file.samples, 160)
  file.close()
  t.equal(readRecording(join(folder, 's.wav')).channels.length, 2)
})

t.test('while it is written no more than half a second is missing from the disk', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'a.wav')
  const file = RecordingFile.open(path, 1, new OpenList(folder))
  for (let i = 1; i <= 200; i++) {
    file.write(frame)
    t.ok(44 + file.samples * 2 - statSync(path).size <= 8000)
  }
  file.close()
})

t.test('appending goes on behind a file of the same kind, and replaces another', async (t) => {
  const folder = t.testdir()
  const list = new OpenList(folder)
  const path = join(folder, 'a.wav')
  for (const mustAppend of [true, true]) {
    const file = RecordingFile.open(path, 1, list, mustAppend)
    file.write(frame)
    file.close()
  }
  t.equal(readRecording(path).channels[0]!.length, 320)
  const stereo = RecordingFile.open(path, 2, list, true)
  stereo.write(new Int16Array(320))
  stereo.close()
  t.strictSame(readRecording(path).channels.map((channel) => channel.length), [160, 160])
})

t.test('a file that cannot be had throws the system\'s error', async (t) => {
  const folder = t.testdir({ taken: 'a file' })
  t.throws(() => RecordingFile.open(join(folder, 'taken', 'a.wav'), 1, new OpenList(folder)), { code: /ENOTDIR|EEXIST/ })
})

t.test('a process that is killed loses no more than a second; the next one completes the files', async (t) => {
  const folder = t.testdir({
    'writer.ts': `
      import { OpenList, RecordingFile } from ${JSON.stringify(join(import.meta.dirname, '../../src/media/recording-file.ts'))}
      const list = new OpenList(import.meta.dirname)
      const file = RecordingFile.open(import.meta.dirname + '/killed.wav', 1, list)
      const other = RecordingFile.open(import.meta.dirname + '/closed.wav', 1, list)
      other.write(new Int16Array(160))
      other.close()
      let frames = 0
      setInterval(() => {
        file.write(new Int16Array(160).fill(1000))
        process.send(++frames)
      }, 5)
    `,
  })
  const child = fork(join(folder, 'writer.ts'))
  let frames = 0
  child.on('message', (count) => { frames = Number(count) })
  await eventually(() => frames >= 120, () => frames, 20_000)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const path = join(folder, 'killed.wav')
  t.equal(readRecording(path).header.readUInt32LE(40), 0, 'the header was left as it was')
  const repaired = repairRecordings(folder)
  t.strictSame(repaired.map((one) => one.path), [path])
  const { channels, header } = readRecording(path)
  t.equal(header.readUInt32LE(40), channels[0]!.length * 2)
  t.ok(frames * 160 - channels[0]!.length <= 8000, `${channels[0]!.length} of ${frames * 160} samples`)
  t.equal(repaired[0]?.ms, channels[0]!.length / 8)
  t.strictSame(repairRecordings(folder), [], 'once')
})

t.test('repair stands what it may find', async (t) => {
  const folder = t.testdir({ 'no-wave.wav': 'rubbish', 'empty.wav': '' })
  t.strictSame(repairRecordings(folder), [], 'no list')
  const list = new OpenList(folder)
  const odd = RecordingFile.open(join(folder, 'odd.wav'), 2, list)
  for (let i = 0; i < 30; i++) odd.write(new Int16Array(320).fill(7))
  const { size } = statSync(join(folder, 'odd.wav'))
  truncateSync(join(folder, 'odd.wav'), size - 3)
  for (const name of ['no-wave.wav', 'empty.wav', 'gone.wav']) list.opened(join(folder, name))
  appendFileSync(join(folder, '.open-recordings'), '\n\nnonsense\n-')
  const repaired = repairRecordings(folder)
  t.strictSame(repaired.map(({ path }) => path), [join(folder, 'odd.wav')])
  t.equal(readRecording(join(folder, 'odd.wav')).header.readUInt32LE(40) % 4, 0, 'whole frames only')
  t.equal(readFileSync(join(folder, 'no-wave.wav'), 'utf8'), 'rubbish')
})

t.test('folders: what leads out is not there', async (t) => {
  const root = t.testdir({ recordings: {}, sounds: { 'a.wav': '', sub: {} }, outside: { 'b.wav': '' }, extra: {} })
  symlinkSync(join(root, 'outside'), join(root, 'sounds', 'link'))
  const folders = new Folders(join(root, 'recordings'), join(root, 'sounds'), [join(root, 'extra')])
  const rows: [string, string | undefined][] = [
    ['a.wav', join(root, 'sounds', 'a.wav')],
    ['sub/../a.wav', join(root, 'sounds', 'a.wav')],
    [join(root, 'sounds', 'a.wav'), join(root, 'sounds', 'a.wav')],
    [join(root, 'recordings', 'new', 'x.wav'), join(root, 'recordings', 'new', 'x.wav')],
    [join(root, 'extra', 'y.wav'), join(root, 'extra', 'y.wav')],
    ['../outside/b.wav', undefined],
    ['link/b.wav', undefined],
    [join(root, 'outside', 'b.wav'), undefined],
    [`${join(root, 'sounds')}-too/x.wav`, undefined],
    ['/etc/passwd', undefined],
    ['a.wav\0.txt', undefined],
    ['', undefined],
    ['x'.repeat(2000), undefined],
    ['.', undefined],
  ]
  for (const [name, path] of rows) t.equal(folders.soundPath(name), path, name.slice(0, 60))
  t.equal(folders.recordingPath('b.wav'), join(root, 'recordings', 'b.wav'))
  t.equal(folders.soundPath('\xd0\x9f.wav'), join(root, 'sounds', 'П.wav'), 'names are UTF-8 on the wire')
  t.notOk(existsSync(join(root, 'recordings', 'b.wav')))
  writeFileSync(join(root, 'extra', 'y.wav'), '')
})
