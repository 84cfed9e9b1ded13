/**
 * Two calls joined, and conferences, as the transcripts 12, 15 and 21 show them. What a recording of
 * a joined call must stand is recording-quality.test.ts.
 */
import { join } from 'node:path'
import type Mrf from 'drachtio-fsmrf'
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { pause, readRecording, runMedia } from '../support/running-media.ts'
import type { TestCall, TestMedia } from '../support/running-media.ts'

// Sound takes as long as it lasts: the calls of this file are placed side by side.
t.jobs = 6

let world: TestMedia

t.before(async () => {
  world = await runMedia(t)
})

async function twoTalking(): Promise<[TestCall, TestCall]> {
  const pair = await Promise.all([world.call(), world.call()])
  pair[0].peer.talk(pair[0].port, 700)
  pair[1].peer.talk(pair[1].port, 1100)
  await pause(150)
  return pair
}

function states(endpoint: Mrf.Endpoint): string[] {
  const log: string[] = []
  endpoint.on('channelCallState', ({ state }: { state: string }) => log.push(state))
  endpoint.on('destroy', (event?: { reason: string }) => log.push(`destroy ${event?.reason ?? ''}`))
  return log
}

/** Resolves when a call hears this tone and no other, 0 = silence. The machine may be busy. */
async function hears({ peer }: TestCall, frequency: number): Promise<void> {
  const from = peer.packets.length
  const isIt = (samples: Int16Array): boolean => (frequency === 0
    ? samples.every((sample) => Math.abs(sample) < 10)
    : toneShare(samples, frequency) > 0.9)
  await eventually(() => peer.packets.length > from + 10 && isIt(peer.recent()), () => frequency)
}

t.test('12 bridge, mute, unbridge, bridge again, hang-up of one', async (t) => {
  const [a, b] = await twoTalking()
  const logA = states(a.endpoint)
  const logB = states(b.endpoint)
  await a.endpoint.bridge(b.endpoint)
  await Promise.all([hears(a, 1100), hears(b, 700)])
  await a.endpoint.mute()
  await hears(b, 0)
  await a.endpoint.unmute()
  await a.endpoint.unbridge()
  await eventually(() => logA.length === 2 && logB.length === 2)
  t.strictSame([logA, logB], [['RINGING', 'ACTIVE'], ['RINGING', 'ACTIVE']])
  await hears(a, 0)
  const played = await Promise.all([a.endpoint.play('silence_stream://100'), b.endpoint.play('silence_stream://100')])
  t.match(played, [{ playbackMilliseconds: '100' }, { playbackMilliseconds: '100' }], 'both take orders')
  await a.endpoint.bridge(b.endpoint)
  await pause(100)
  a.endpoint.dialog.destroy()
  await eventually(() => logA.includes('destroy NORMAL_CLEARING'))
  await pause(60)
  t.notOk(logB.includes('HANGUP'), 'B survives and is told nothing')
  t.match(await b.endpoint.play('silence_stream://100'), { playbackMilliseconds: '100' })
  for (const uuid of [a.endpoint.uuid, b.endpoint.uuid]) {
    const refusal = await b.endpoint.bridge(uuid).then(() => 'joined', (error: unknown) => String(error))
    t.match(refusal, '-ERR Invalid uuid', 'not with a call that is gone, nor with itself')
  }
  logB.length = 0
  await b.endpoint.unbridge()
  await eventually(() => logB.length === 2)
  await b.endpoint.destroy()
})

t.test('21 in a bridge: a play ends, digits pass on, a prompt is heard by one, collected digits stay', async (t) => {
  const [a, b] = await twoTalking()
  const long = a.endpoint.play('silence_stream://5000')
  await pause(200)
  await a.endpoint.bridge(b.endpoint)
  t.match(await long, { playbackMilliseconds: '2048' }, 'what played is ended')
  const digits: unknown[] = []
  a.endpoint.on('dtmf', (event: unknown) => digits.push(event))
  a.peer.hush()
  const events = (): number[][] => b.peer.packets.filter(({ payloadType }) => payloadType === 101)
    .map(({ payload }) => [payload[0]!, payload[1]! >> 7, payload.readUInt16BE(2)])
  let pressed: number[][] = []
  // A machine that is short of time skips ticks, and packets with them: then it is pressed again.
  for (let [tries, skipped] = [0, NaN]; tries < 5 && skipped !== world.media.lateness().skippedTicks; tries++) {
    skipped = world.media.lateness().skippedTicks
    const [from, known] = [events().length, digits.length]
    await a.peer.press(a.port, '5')
    await eventually(() => events().slice(from).filter(([, end]) => end === 1).length >= 3 && digits.length > known)
    await pause(40)
    pressed = events().slice(from)
  }
  t.match(digits.at(-1), { dtmf: '5', duration: '800', source: 'RTP' })
  t.strictSame(pressed, [[5, 0, 160], [5, 0, 320], [5, 0, 480], [5, 0, 640], [5, 1, 800], [5, 1, 800], [5, 1, 800]])

  const from = b.peer.packets.length
  const prompt = a.endpoint.play('tone_stream://%(20000,0,1900)')
  await hears(a, 1900)
  t.ok(toneShare(b.peer.heard(from), 1900) < 0.1, 'B does not hear the prompt')
  await a.endpoint.api('uuid_break', a.endpoint.uuid)
  await prompt
  t.equal((await a.endpoint.api('uuid_getvar', [a.endpoint.uuid, 'bridge_uuid'])).getBody(), b.endpoint.uuid)

  const before = events().length
  const collecting = a.endpoint.playCollect({ file: 'silence_stream://100', min: 1, max: 1, timeout: 3000 })
  await pause(200)
  await a.peer.press(a.port, '7')
  t.match(await collecting, { digits: '7' })
  await pause(100)
  t.equal(events().length, before, 'a collected digit is used up')
  await b.endpoint.destroy()
  t.match(await a.endpoint.play('silence_stream://100'), { playbackMilliseconds: '100' })
  await a.endpoint.destroy()
})

t.test('a third leg takes the place of the other party, who is parked', async () => {
  const [a, b] = await twoTalking()
  const c = await world.call()
  const logB = states(b.endpoint)
  await a.endpoint.bridge(b.endpoint)
  await pause(60)
  await a.endpoint.bridge(c.endpoint)
  await eventually(() => logB.includes('ACTIVE'))
  await pause(60)
  await Promise.all([hears(c, 700), hears(b, 0)])
  await Promise.all([a, b, c].map(({ endpoint }) => endpoint.destroy()))
})

t.test('15 a conference of two and its control leg', async (t) => {
  const conference = await world.server.createConference('room1', { maxMembers: 5 })
  const [a, b] = await twoTalking()
  const { memberId, confUuid } = await a.endpoint.join(conference)
  t.equal(confUuid, conference.uuid)
  t.ok(memberId > conference.memberId)
  await b.endpoint.join(conference)
  t.equal(await conference.getSize(), 3)
  await hears(a, 1100)
  t.ok(toneShare(a.peer.recent(), 700) < 0.05, 'oneself is not heard')
  const file = join(world.folder, 'conference.wav')
  t.match(await conference.startRecording(file), `+OK Record file ${file}`)
  t.match(await conference.play('tone_stream://%(300,0,440)'), { seconds: 0, milliseconds: 300, samples: 2400 })
  t.match(await conference.pauseRecording(file), 'Pause recording file')
  t.match(await conference.resumeRecording(file), 'Resume recording file')
  t.equal(await a.endpoint.confMute(), `+OK mute ${memberId}\n`)
  await hears(b, 0)
  t.equal(await a.endpoint.confUnmute(), `+OK unmute ${memberId}\n`)
  t.equal(await conference.lock(), '+OK room1 locked\n')
  t.equal(await conference.unlock(), '+OK room1 unlocked\n')
  t.match((await a.endpoint.confPlay('silence_stream://100')).getBody(), /Playing file silence_stream:\/\/100 to member \d+/)
  t.match(await conference.stopRecording(file), `Stopped recording file ${file}\n`)
  t.ok(toneShare(readRecording(file).channels[0]!.subarray(480, 2080), 440) > 0.1)
  const twice = await world.server.createConference('room1').then(() => 'created', (error: unknown) => String(error))
  t.match(twice, 'conference exists')
  t.equal(await a.endpoint.unjoin(), `+OK kicked ${memberId}\n`)
  await eventually(() => a.endpoint.connected)
  await pause(60)
  t.match(await a.endpoint.play('silence_stream://100'), { playbackMilliseconds: '100' })
  await conference.destroy()
  await pause(60)
  t.match(await b.endpoint.play('silence_stream://100'), { playbackMilliseconds: '100' }, 'its end lets the others go')
  await Promise.all([a.endpoint.destroy(), b.endpoint.destroy()])
})

t.after(() => eventually(() => world.media.counts().channels === 0, () => world.media.counts()))
