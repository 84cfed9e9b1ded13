/**
 * Playing, collecting digits and idling as the transcripts 06, 08, 11, 18, 20, 23 and 24 show them.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type Mrf from 'drachtio-fsmrf'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { loudPart, toneShare } from '../support/rtp-peer.ts'
import { pause, runMedia } from '../support/running-media.ts'
import type { TestCall, TestMedia } from '../support/running-media.ts'
import { toneFile } from '../support/wav-file.ts'

// Sound takes as long as it lasts: the calls of this file are placed side by side.
t.jobs = 6

let world: TestMedia

t.before(async () => {
  world = await runMedia(t)
  const sounds = join(world.folder, '..', 'sounds')
  mkdirSync(join(sounds, 'voicemail'), { recursive: true })
  writeFileSync(join(sounds, 'voicemail', 'message.wav'), toneFile({ frequency: 600, samples: 12_345 }))
  writeFileSync(join(sounds, 'wide.wav'), toneFile({ frequency: 600, samples: 16_000, rate: 16_000 }))
  writeFileSync(join(sounds, 'long.wav'), toneFile({ frequency: 500, samples: 28_000 }))
  writeFileSync(join(sounds, 'notes.txt'), 'not a sound')
})

function follow(endpoint: Mrf.Endpoint): string[] {
  const log: string[] = []
  endpoint.on('playback-start', ({ file }: { file: string }) => log.push(`start ${file.split('/sounds/').at(-1) ?? ''}`))
  endpoint.on('playback-stop', ({ file }: { file: string }) => log.push(`stop ${file.split('/sounds/').at(-1) ?? ''}`))
  endpoint.on('dtmf', ({ dtmf, source }: { dtmf: string; source: string }) => log.push(`dtmf ${dtmf} ${source}`))
  return log
}

t.test('06 a file is played whole and its length is told to the sample', async (t) => {
  const { endpoint, peer } = await world.call()
  const log = follow(endpoint)
  const result = await endpoint.play('voicemail/message.wav')
  t.strictSame(result, { playbackSeconds: '1', playbackMilliseconds: '1543', playbackLastOffsetPos: '12345' })
  t.strictSame(log, ['start voicemail/message.wav', 'stop voicemail/message.wav'])
  // To the sample it is held in virtual time; a busy machine may leave out frames here.
  await eventually(() => loudPart(peer.heard()).length > 4000)
  t.ok(toneShare(loudPart(peer.heard()), 600) > 0.7)
  await endpoint.destroy()
})

t.test('06 a list: each element has its events, a pause between them, a missing one is left out', async (t) => {
  const { endpoint } = await world.call()
  const log = follow(endpoint)
  const before = performance.now()
  const result = await endpoint.play(['tone_stream://%(200,100,440)', 'silence_stream://150'])
  const took = performance.now() - before
  t.strictSame(result, { playbackSeconds: '0', playbackMilliseconds: '150', playbackLastOffsetPos: '3600' })
  t.ok(took > 600, `300 + 250 + 150 ms took ${Math.round(took)}`)
  t.strictSame(log, [
    'start tone_stream://%(200,100,440)', 'stop tone_stream://%(200,100,440)', 'start silence_stream://150', 'stop silence_stream://150',
  ])
  const second = await endpoint.play(['silence_stream://100', 'no-such-file.wav', 'silence_stream://100'])
  t.strictSame(second, { playbackSeconds: '0', playbackMilliseconds: '100', playbackLastOffsetPos: '1600' })
  await endpoint.destroy()
})

t.test('06 seek and time limit; 24 both stick until they are unset', async (t) => {
  const { endpoint } = await world.call()
  const result = await endpoint.play({ file: 'long.wav', seekOffset: 8000, timeoutSecs: 2 })
  t.strictSame(result, { playbackSeconds: '2', playbackMilliseconds: '2048', playbackLastOffsetPos: '24000' })
  await endpoint.set('playback_timeout_sec', '1')
  t.match(await endpoint.play('long.wav'), { playbackLastOffsetPos: '8000' })
  await endpoint.set('playback_timeout_sec', '')
  t.match(await endpoint.play({ file: 'long.wav', seekOffset: 26_400 }), { playbackMilliseconds: '200', playbackLastOffsetPos: '28000' })
  await endpoint.destroy()
})

t.test('06 what is missing, outside the folders, or no sound, is File Not Found', async (t) => {
  const { endpoint } = await world.call()
  for (const file of ['no-such-file.wav', 'notes.txt', '../../../etc/passwd', '/etc/hostname', 'voicemail', 'x://y', 'tone_stream://nonsense']) {
    await t.rejects(endpoint.play(file), { message: 'File Not Found' }, file)
  }
  t.match(await endpoint.play('wide.wav'), { playbackMilliseconds: /^(999|1000|1001)$/ }, 'another rate is brought to 8 kHz')
  await endpoint.destroy()
})

t.test('06 two plays at once nest: the second suspends the first', async (t) => {
  const { endpoint } = await world.call()
  const ends: string[] = []
  const outer = endpoint.play('silence_stream://300').then(() => ends.push('outer'))
  const inner = endpoint.play('silence_stream://200').then(() => ends.push('inner'))
  await Promise.all([outer, inner])
  t.strictSame(ends, ['inner', 'outer'])
  await endpoint.destroy()
})

t.test('18 terminators, other digits, and a break from outside', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const log = follow(endpoint)
  await endpoint.set('playback_terminators', 'any')
  const first = endpoint.play('silence_stream://5000')
  await pause(100)
  await peer.press(port, '3')
  t.match(await first, { playbackMilliseconds: '2048' })
  t.equal((await endpoint.getChannelVariables()).variable_playback_terminator_used, 3)
  await endpoint.set('playback_terminators', '#')
  const second = endpoint.play('silence_stream://5000')
  await pause(60)
  await peer.press(port, '4')
  await eventually(() => log.includes('dtmf 4 RTP'))
  await pause(60)
  t.equal(log.filter((word) => word.startsWith('stop')).length, 1, 'another digit is only told')
  t.equal((await endpoint.api('uuid_break', endpoint.uuid)).getBody(), '+OK\n')
  t.match(await second, { playbackMilliseconds: '2048' }, 'ended from outside it is played, not failed')
  t.equal((await endpoint.getChannelVariables()).variable_playback_terminator_used, undefined)
  t.equal((await endpoint.api('uuid_broadcast', `${endpoint.uuid} tone_stream://%(100,0,440) aleg`)).getBody(), '+OK Message sent\n')
  await eventually(() => log.at(-1) === 'stop tone_stream://%(100,0,440)')
  await endpoint.destroy()
})

t.test('11 digits come and go as telephone-events', async (t) => {
  const { endpoint, peer, port } = await world.call()
  const log: unknown[] = []
  endpoint.on('dtmf', (event: unknown) => log.push(event))
  await endpoint.set('subscribed', 'by now')
  for (const key of ['1', '2', '#']) {
    await peer.press(port, key)
    await pause(60)
  }
  await eventually(() => log.length === 3)
  t.match(log, ['1', '2', '#'].map((dtmf) => ({ dtmf, duration: /^\d+$/, source: 'RTP' })))
  let sent: (number | boolean | undefined)[][] = []
  // A machine that is short of time skips ticks, and packets with them: then they are asked for again.
  for (let [tries, skipped] = [0, NaN]; tries < 5 && skipped !== world.media.lateness().skippedTicks; tries++) {
    skipped = world.media.lateness().skippedTicks
    const from = peer.packets.length
    const events = () => peer.packets.slice(from).filter(({ payloadType }) => payloadType === 101)
    await endpoint.execute('send_dtmf', '56@125')
    await eventually(() => events().filter(({ payload }) => payload[0] === 6 && payload[1]! >> 7 === 1).length >= 3)
    sent = events()
      .map(({ payload, marker }) => [payload[0], marker, (payload[1] ?? 0) >> 7, payload.readUInt16BE(2), (payload[1] ?? 0) & 0x3f])
  }
  t.strictSame(sent.slice(0, 9), [
    [5, true, 0, 160, 13], [5, false, 0, 320, 13], [5, false, 0, 480, 13], [5, false, 0, 640, 13], [5, false, 0, 800, 13],
    [5, false, 0, 960, 13], [5, false, 1, 1120, 13], [5, false, 1, 1120, 13], [5, false, 1, 1120, 13],
  ], 'rounded up to 20 ms, three final packets')
  t.equal(sent[9]?.[0], 6)
  t.match((await endpoint.api('uuid_send_dtmf', [endpoint.uuid, '7'])).getBody(), `+OK ${endpoint.uuid} sent DTMF 7.\n`)
  await eventually(() => peer.packets.some(({ payloadType, payload }) => payloadType === 101 && payload[0] === 7))
  await endpoint.destroy()
})

t.test('20 RTP never pauses: silence while nothing plays, one packet each 20 ms', async (t) => {
  const { endpoint, peer } = await world.call()
  const start = performance.now()
  await pause(600)
  const { packets } = peer
  const expected = (performance.now() - start) / 20
  t.ok(packets.length > 5 && packets.length < expected + 10, `${packets.length} of ${expected}`)
  t.ok(packets.every(({ payloadType }) => payloadType === 0))
  t.equal(packets[0]?.marker, true)
  t.ok(packets.slice(1).every((packet, index) => packet.sequence === ((packets[index]!.sequence + 1) & 0xffff)))
  t.ok(packets.slice(1).every((packet, index) => (packet.timestamp - packets[index]!.timestamp) % 160 === 0))
  t.ok(peer.heard().every((sample) => Math.abs(sample) < 10))
  await endpoint.destroy()
})

interface Collect {
  readonly name: string
  readonly options: Mrf.PlayCollectOptions
  /** Keys and when they are pressed, ms from the start. */
  readonly keys: readonly [key: string, atMs: number][]
  readonly result: Partial<Mrf.PlayCollectResult>
}

const prompt = 'silence_stream://100'
const collects: Collect[] = [
  {
    name: 'the first digit ends the prompt and counts, the terminator does not',
    options: { file: 'silence_stream://3000', min: 1, max: 8, timeout: 3000 }, keys: [['4', 150], ['2', 400], ['#', 650]],
    result: { digits: '42', invalidDigits: null, terminatorUsed: '#', playbackMilliseconds: '2048' },
  },
  {
    name: 'the last digit that may come ends it',
    options: { file: prompt, min: 1, max: 2, timeout: 3000 }, keys: [['1', 200], ['2', 450]],
    result: { digits: '12', terminatorUsed: null, playbackMilliseconds: '100' },
  },
  {
    name: 'no input: the invalid prompt is played, then the result',
    options: { file: prompt, min: 1, max: 2, timeout: 1000, tries: 1 }, keys: [],
    result: { digits: null, invalidDigits: null, playbackMilliseconds: '250' },
  },
  {
    name: 'digits that do not match are told, and a second try counts',
    options: { file: prompt, min: 1, max: 1, timeout: 1500, tries: 2, regexp: '[1-3]', invalidFile: prompt }, keys: [['9', 200], ['2', 900]],
    result: { digits: '2', invalidDigits: '9' },
  },
  {
    name: 'the time between digits ends it with fewer than the most',
    options: { file: prompt, min: 1, max: 4, timeout: 3000, digitTimeout: 400 }, keys: [['7', 200]],
    result: { digits: '7', invalidDigits: null },
  },
  {
    name: '23 fewer than the least: the variable holds them all the same',
    options: { file: prompt, min: 3, max: 4, timeout: 1500, digitTimeout: 400 }, keys: [['8', 200]],
    result: { digits: '8', invalidDigits: null, playbackMilliseconds: '250' },
  },
  {
    name: '23 the pattern is searched, not anchored',
    options: { file: prompt, min: 1, max: 2, timeout: 1500, regexp: '[1-3]' }, keys: [['2', 200], ['5', 400]],
    result: { digits: '25', invalidDigits: null },
  },
  {
    name: 'only the terminator is no input',
    options: { file: prompt, min: 1, max: 4, timeout: 1500 }, keys: [['#', 200]],
    result: { digits: null, terminatorUsed: '#', playbackMilliseconds: '250' },
  },
]

t.test('08 play and collect', async (t) => {
  const results = await Promise.all(collects.map(async ({ options, keys }) => {
    const { endpoint, peer, port } = await world.call()
    const result = endpoint.playCollect(options)
    const start = performance.now()
    for (const [key, atMs] of keys) {
      await pause(Math.max(0, start + atMs - performance.now()))
      await peer.press(port, key, 60)
    }
    const collected = await result
    await endpoint.destroy()
    return collected
  }))
  collects.forEach(({ name, result }, index) => t.match(results[index], result, name))
})

t.test('08 no type-ahead, the terminator of before is not told again, hang-up gives null', async (t) => {
  const { endpoint, peer, port }: TestCall = await world.call()
  const log = follow(endpoint)
  await endpoint.set('subscribed', 'by now')
  await peer.press(port, '#')
  await eventually(() => log.includes('dtmf # RTP'))
  const first = endpoint.playCollect({ file: prompt, min: 1, max: 2, timeout: 3000 })
  await pause(200)
  await peer.press(port, '1')
  await peer.press(port, '#')
  t.match(await first, { digits: '1', terminatorUsed: '#' })
  t.match(await endpoint.playCollect({ file: prompt, min: 1, max: 1, timeout: 1000 }), { digits: null, terminatorUsed: null })
  const last = endpoint.playCollect({ file: prompt, min: 1, max: 1, timeout: 5000 })
  await pause(200)
  endpoint.dialog.destroy()
  t.match(await last, { digits: null, playbackMilliseconds: '100' })
})

t.test('digits in the sound, where no telephone-event was agreed', async (t) => {
  const { endpoint, peer, port } = await world.call({ formats: '0' })
  const log: unknown[] = []
  endpoint.on('dtmf', (event: unknown) => log.push(event))
  await endpoint.set('subscribed', 'by now')
  const other = await world.call({ formats: '0' })
  peer.talk(port, 0)
  other.peer.talk(other.port, 0)
  await other.endpoint.bridge(endpoint)
  await pause(60)
  // What one leg sends as a tone the far end would hear; here it comes back as what it says.
  await endpoint.execute('send_dtmf', '5@100')
  await eventually(() => loudPart(peer.heard()).length > 600)
  const heard = loudPart(peer.heard())
  t.ok(toneShare(heard, 770) > 0.3 && toneShare(heard, 1336) > 0.3, 'key 5 was sent as its two tones')
  await Promise.all([endpoint.destroy(), other.endpoint.destroy()])
})
