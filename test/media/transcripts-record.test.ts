/**
 * Recording as the transcripts 09, 10, 18 and 20 show it, and what a recording of a call must stand.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording, runMedia } from '../support/running-media.ts'
import type { TestMedia } from '../support/running-media.ts'

// Sound takes as long as it lasts: the calls of this file are placed side by side.
t.jobs = 6

let world: TestMedia

t.before(async () => {
  world = await runMedia(t)
})

const isNear = (value: number, wanted: number, off: number): boolean => Math.abs(value - wanted) <= off

t.test('09 a digit among the terminators ends it, others do not', async (t) => {
  const { endpoint, peer, port } = await world.call()
  peer.talk(port, 1000)
  await pause(100)
  await endpoint.set('playback_terminators', '#')
  const file = join(world.folder, 'new', 'folder', 'a.wav')
  const recording = endpoint.record(file, { timeLimitSecs: 10 })
  await pause(300)
  await peer.press(port, '5')
  await pause(200)
  await peer.press(port, '#')
  const result = await recording
  t.equal(result.terminatorUsed, '#')
  const { channels: [samples = new Int16Array()], header } = readRecording(file)
  t.equal(samples.length, Number(result.recordSamples))
  t.ok(samples.length > 3200, `${samples.length} samples`)
  t.equal(Number(result.recordMilliseconds), Math.floor(samples.length / 8))
  t.equal(header.toString('latin1', 0, 4), 'RIFF')
  t.strictSame([header.readUInt16LE(20), header.readUInt16LE(22), header.readUInt32LE(24), header.readUInt16LE(34)], [1, 1, 8000, 16])
  t.equal(header.readUInt32LE(40), samples.length * 2)
  t.ok(toneShare(samples.subarray(0, 1600), 1000) > 0.9)
  await endpoint.destroy()
})

t.test('09 limits, silence, break, hang-up, nothing heard: six calls at once', async (t) => {
  await Promise.all([
    (async () => {
      const { endpoint, peer, port } = await world.call()
      peer.talk(port, 1000)
      await pause(100)
      const result = await endpoint.record(join(world.folder, 'limit.wav'), { timeLimitSecs: 1 })
      t.match(result, { terminatorUsed: null, recordSeconds: '1' }, 'a limit is kept')
      t.ok(isNear(Number(result.recordMilliseconds), 1000, 20))
      await endpoint.destroy()
    })(),
    (async () => {
      const { endpoint, peer, port } = await world.call()
      peer.talk(port, 1000)
      await pause(100)
      const recording = endpoint.record(join(world.folder, 'silence.wav'), { timeLimitSecs: 20, silenceThresh: 200, silenceHits: 1 })
      await pause(500)
      peer.talk(port, 0)
      const result = await recording
      t.ok(Number(result.recordMilliseconds) >= 1000, `silence ends it: ${result.recordMilliseconds ?? ''}`)
      t.equal((await endpoint.getChannelVariables()).variable_silence_hits_exhausted, 'true')
      await endpoint.destroy()
    })(),
    (async () => {
      const { endpoint, peer, port } = await world.call()
      peer.talk(port, 1000)
      await pause(100)
      const recording = endpoint.record(join(world.folder, 'break.wav'), { timeLimitSecs: 20 })
      await pause(300)
      await endpoint.set('in', 'between')
      t.equal((await endpoint.api('uuid_break', endpoint.uuid)).getBody(), '+OK\n')
      t.match(await recording, { terminatorUsed: null }, '18 a set in between runs at once, a break ends it')
      await endpoint.destroy()
    })(),
    (async () => {
      const { endpoint, peer, port } = await world.call()
      peer.talk(port, 1000)
      await pause(100)
      const file = join(world.folder, 'hangup.wav')
      const recording = endpoint.record(file, { timeLimitSecs: 20 })
      await pause(300)
      endpoint.dialog.destroy()
      const { recordSamples } = await recording
      t.ok(Number(recordSamples) > 1000, 'a hang-up ends it with its result')
      t.equal(readFileSync(file).length, 44 + 2 * Number(recordSamples), 'and the file is complete then')
    })(),
    (async () => {
      const { endpoint } = await world.call()
      const before = performance.now()
      const result = await endpoint.record(join(world.folder, 'nothing.wav'), { timeLimitSecs: 1 })
      t.match(result, { recordSeconds: '0', recordMilliseconds: '0', recordSamples: '0' }, 'nobody speaks: nothing is written')
      t.ok(performance.now() - before > 1400, 'and the clock ends it')
      await endpoint.destroy()
    })(),
    (async () => {
      const { endpoint } = await world.call()
      for (const file of ['/proc/none/x.wav', '../../outside.wav', join(world.folder, 'unknown.zzz')]) {
        t.match(await endpoint.record(file, { timeLimitSecs: 1 }), { recordSeconds: null, recordSamples: null }, `${file} cannot be recorded`)
      }
      t.ok(endpoint.connected, 'and the call stays')
      await endpoint.destroy()
    })(),
  ])
})

t.test('an existing file is replaced, or continued when that is asked for', async (t) => {
  const { endpoint, peer, port } = await world.call()
  peer.talk(port, 1000)
  await pause(100)
  const file = join(world.folder, 'again.wav')
  writeFileSync(file, 'something else')
  await endpoint.record(file, { timeLimitSecs: 1 })
  t.ok(isNear(readRecording(file).channels[0]!.length, 8000, 160))
  await endpoint.set('record_append', 'true')
  await endpoint.record(file, { timeLimitSecs: 1 })
  const { channels, header } = readRecording(file)
  t.ok(isNear(channels[0]!.length, 16_000, 320))
  t.equal(header.readUInt32LE(40), channels[0]!.length * 2)
  await endpoint.destroy()
})

t.test('10 stereo: what was said in one channel, what was heard in the other; mask and pause', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const events: string[] = []
  for (const name of ['RECORD_START', 'RECORD_STOP', 'MEDIA_BUG_START', 'MEDIA_BUG_STOP']) {
    endpoint.conn.on(`esl::event::${name}::${endpoint.uuid}`, (event) => {
      events.push(`${name} ${event.getHeader('Record-File-Path') ?? event.getHeader('Media-Bug-Target') ?? ''}`)
    })
  }
  endpoint.conn.subscribe('RECORD_START RECORD_STOP MEDIA_BUG_START MEDIA_BUG_STOP')
  peer.talk(port, 1000)
  await pause(150)
  await endpoint.set({ RECORD_STEREO: 'true', recording_follow_transfer: 'true' })
  const file = join(world.folder, 'stereo.wav')
  const record = async (operation: string, name = file): Promise<string> =>
    (await endpoint.api('uuid_record', [endpoint.uuid, operation, name])).getBody()
  await endpoint.recordSession(file)
  await endpoint.play('tone_stream://%(500,0,800)')
  t.equal(await record('mask'), '+OK Success\n')
  await pause(200)
  t.equal(await record('unmask'), '+OK Success\n')
  await pause(200)
  t.equal(await record('pause'), '+OK Success\n')
  await pause(300)
  t.equal(await record('resume'), '+OK Success\n')
  await pause(200)
  t.equal(await record('stop'), '+OK Success\n')
  const { channels: [said = new Int16Array(), heard = new Int16Array()] } = readRecording(file)
  t.equal(said.length, heard.length)
  t.ok(toneShare(said, 1000) > 0.7 && toneShare(said, 800) < 0.05, 'what the far end said')
  t.ok(toneShare(heard, 800) > 0.7 && toneShare(heard, 1000) < 0.05, 'what it was sent')
  t.equal(await record('stop', 'all'), '-ERR Cannot stop record session!\n')
  t.equal(await record('mask'), '-ERR Cannot stop record session!\n')
  await eventually(() => events.length >= 4, () => events)
  t.strictSame(events, [`RECORD_START ${file}`, `MEDIA_BUG_START ${file}`, `RECORD_STOP ${file}`, `MEDIA_BUG_STOP ${file}`])
  await endpoint.destroy()
})

t.test('10, 20 several recordings at once, twice the same, bad paths, stop all, the end of the call', async (t) => {
  const { endpoint, peer, port } = await world.call()
  peer.talk(port, 1000)
  await pause(150)
  const start = async (name: string): Promise<string> => (await endpoint.api('uuid_record', [endpoint.uuid, 'start', name])).getBody()
  t.equal(await start('x1.wav'), '+OK Success\n')
  t.equal(await start('x2.wav'), '+OK Success\n')
  t.equal(await start('x2.wav'), '+OK Success\n', 'already recorded')
  t.equal(await start('/proc/none/x.wav'), '-ERR Cannot record session!\n')
  await endpoint.recordSession('/proc/none/y.wav')
  await pause(200)
  t.equal((await endpoint.api('uuid_record', [endpoint.uuid, 'stop', 'all'])).getBody(), '+OK Success\n')
  t.ok(existsSync(join(world.folder, 'x1.wav')) && existsSync(join(world.folder, 'x2.wav')))
  await endpoint.execute('stop_record_session', 'never-started.wav')
  await endpoint.recordSession('mono.wav')
  const playing = endpoint.play('tone_stream://%(300,0,800)')
  await pause(250)
  endpoint.mute().catch(() => {})
  await playing
  await pause(100)
  await endpoint.destroy()
  const mono = join(world.folder, 'mono.wav')
  await eventually(() => readRecording(mono).header.readUInt32LE(40) > 0)
  const { channels: [samples = new Int16Array()], header } = readRecording(mono)
  t.ok(samples.length > 2000)
  t.equal(header.readUInt32LE(40), samples.length * 2, 'the end of the call completes the file')
  const isSum = (from: number): boolean =>
    [1000, 800].every((tone) => toneShare(samples.subarray(from, from + 800), tone) > 0.3)
  t.ok([0, 800, 1600].some(isSum), 'mono is the sum')
})

t.test('a recording with a limit of its own stops by itself', async (t) => {
  const { endpoint, peer, port } = await world.call()
  peer.talk(port, 1000)
  await pause(100)
  t.equal((await endpoint.api('uuid_record', [endpoint.uuid, 'start', 'limited.wav', '1'])).getBody(), '+OK Success\n')
  await pause(1300)
  t.equal((await endpoint.api('uuid_record', [endpoint.uuid, 'stop', 'limited.wav'])).getBody(), '-ERR Cannot stop record session!\n')
  t.ok(isNear(readRecording(join(world.folder, 'limited.wav')).channels[0]!.length, 8000, 160))
  await endpoint.destroy()
})
