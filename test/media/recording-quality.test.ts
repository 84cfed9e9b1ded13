/**
 * A stereo recording of a joined call: each party in its own channel from the first frame to the
 * last, without a hole, whatever the network and the far ends do meanwhile. Many seeded calls in
 * virtual time, and one over real sockets.
 */
import { existsSync, statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import fc from 'fast-check'
import t from 'tap'
import { MediaLoad } from '../bench/media-load.ts'
import { eventually } from '../support/eventually.ts'
import { decodeUlaw } from '../../src/rtp/g711.ts'
import { loudPart, RtpPeer, toneShare } from '../support/rtp-peer.ts'
import { PaperCalls } from '../support/paper-calls.ts'
import type { PaperCall, Road } from '../support/paper-calls.ts'
import { pause, readRecording, runMedia, startTestMedia } from '../support/running-media.ts'
import { seededRandom } from '../support/seeded-random.ts'

const leftTone = 500
const rightTone = 1100

/** Milliseconds of the longest stretch without sound. */
function longestHole(samples: Int16Array, level = 250): number {
  let run = 0
  let longest = 0
  for (const sample of samples) {
    run = Math.abs(sample) < level ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest / 8
}

/** What far ends do in the middle of a call; each lasts some ticks. */
const acts: Record<string, (call: PaperCall, run: (ticks: number) => void) => void> = {
  holds(call, run) {
    call.modify(call.far.sdp('sendonly'))
    run(40)
    call.modify(call.far.sdp('sendrecv'))
  },
  changesPort(call) {
    call.far.port += 2
    call.modify(call.far.sdp())
  },
  changesSource: (call) => call.far.changeSource(),
  describesItselfAgain(call) {
    call.modify(call.far.sdp())
  },
  offersFax(call) {
    const fax = call.far.sdp().replace(/m=audio.*/s, 'm=image 9 udptl t38\r\n')
    if (call.modify(fax) !== 488) throw new Error('T.38 was taken')
  },
}

interface Story {
  readonly seed: number
  readonly firstSequence: number
  readonly road: Road
  readonly acts: readonly [who: 0 | 1, act: string, ticksBefore: number][]
}

/** Plays a story and returns the two channels and the ticks that were recorded. */
function record(folder: string, { seed, firstSequence, road, acts: chosen }: Story): {
  left: Int16Array, right: Int16Array, ticks: number,
} {
  const world = new PaperCalls(folder)
  const pair = [world.call(leftTone, seed, firstSequence), world.call(rightTone, seed + 1)] as const
  for (const { far } of pair) far.road = road
  world.bridges.join(pair[0].channel, pair[1].channel)
  world.run(60)
  world.execute(pair[0], 'set', 'RECORD_STEREO=true')
  const file = `story-${seed}-${firstSequence}.wav`
  world.execute(pair[0], 'record_session', file)
  let ticks = 1
  const run = (count: number): void => {
    world.run(count)
    ticks += count
  }
  for (const [who, act, before] of chosen) {
    run(before)
    acts[act]!(pair[who], run)
  }
  run(50)
  world.execute(pair[0], 'stop_record_session', file)
  const {
    channels: [left = new Int16Array(), right = new Int16Array()],
  } = readRecording(world.path(file))
  return { left, right, ticks }
}

t.test(
  'two tones, one in each channel, without a hole: seeded calls in virtual time',
  async (t) => {
    const folder = t.testdir()
    const stories = fc.record({
      seed: fc.nat(1_000_000),
      firstSequence: fc.constantFrom(1, 30_000, 65_400, 65_535),
      road: fc.record({
        loss: fc.constantFrom(0, 0.05, 0.1),
        lossesInARow: fc.constant(4),
        jitterMs: fc.constantFrom(0, 20, 60),
      }),
      acts: fc.array(
        fc.tuple(
          fc.constantFrom<0 | 1>(0, 1),
          fc.constantFrom(...Object.keys(acts)),
          fc.integer({ min: 20, max: 120 }),
        ),
        { maxLength: 6 },
      ),
    })
    fc.assert(
      fc.property(stories, (story) => {
        const { left, right, ticks } = record(folder, story)
        if (left.length !== ticks * 160 || right.length !== left.length) {
          throw new Error(`${left.length / 160} of ${ticks} ticks`)
        }
        const holes = [longestHole(left), longestHole(right)]
        if (Math.max(...holes) > 20) throw new Error(`holes of ${holes.join(' and ')} ms`)
        const pure = [toneShare(left, leftTone), toneShare(right, rightTone)]
        const foreign = [toneShare(left, rightTone), toneShare(right, leftTone)]
        if (Math.min(...pure) < 0.7 || Math.max(...foreign) > 0.05) {
          throw new Error(`${pure.join(' ')} / ${foreign.join(' ')}`)
        }
      }),
      { numRuns: 40, seed: 20_260_105 },
    )
    t.pass('forty calls')
  },
)

t.test('each trouble alone leaves more than nine tenths of the tone', async (t) => {
  const clean: Road = { loss: 0, lossesInARow: 0, jitterMs: 0 }
  const rows: [string, Partial<Story>, number][] = [
    ['none', {}, 0.99],
    ['hold', { acts: [[0, 'holds', 50], [1, 'holds', 50]] }, 0.99],
    ['port change', { acts: [[0, 'changesPort', 50]] }, 0.99],
    ['10 % loss', { road: { loss: 0.1, lossesInARow: 4, jitterMs: 0 } }, 0.9],
    ['60 ms of jitter, so reordering', { road: { loss: 0, lossesInARow: 0, jitterMs: 60 } }, 0.9],
    ['SSRC change', { acts: [[0, 'changesSource', 50], [1, 'changesSource', 50]] }, 0.97],
    ['sequence wrap', { firstSequence: 65_480 }, 0.99],
    ['a T.38 offer, refused', { acts: [[1, 'offersFax', 50]] }, 0.99],
  ]
  for (const [index, [name, story, least]] of rows.entries()) {
    const long: Story['acts'] = [[0, 'describesItselfAgain', 100], [1, 'describesItselfAgain', 100]]
    const { left, right } = record(t.testdir(), {
      seed: 7 + index, firstSequence: 1, road: clean, acts: long, ...story,
    })
    const shares = [toneShare(left, leftTone), toneShare(right, rightTone)]
    t.ok(
      Math.min(...shares) > least,
      `${name}: ${shares.map((share) => share.toFixed(3)).join(' and ')}`,
    )
    t.ok(Math.max(longestHole(left), longestHole(right)) <= 20, name)
  }
})

t.test('mask is silence in its time, pause leaves it out, a limit stops by itself', async (t) => {
  const world = new PaperCalls(t.testdir())
  const call = world.call(leftTone)
  world.run(20)
  world.execute(call, 'set', 'RECORD_STEREO=true')
  world.execute(call, 'record_session', 'modes.wav')
  world.execute(call, 'playback', 'tone_stream://%(20000,0,1100)')
  const { recordings } = call.channel
  world.run(24)
  const modes = [['masked', 10], ['running', 10], ['paused', 15], ['running', 10]] as const
  for (const [mode, ticks] of modes) {
    t.ok(recordings.setMode('modes.wav', mode))
    world.run(ticks)
  }
  world.execute(call, 'stop_record_session', 'modes.wav')
  const { channels } = readRecording(world.path('modes.wav'))
  const [said = new Int16Array(), heard = new Int16Array()] = channels
  t.equal(said.length, (26 + 10 + 10 + 10) * 160, 'the pause is left out')
  for (const [samples, tone] of [[said, leftTone], [heard, rightTone]] as const) {
    t.ok(samples.subarray(26 * 160, 36 * 160).every((sample) => sample === 0), 'masked')
    t.ok(toneShare(samples.subarray(320, 26 * 160), tone) > 0.95)
    t.ok(toneShare(samples.subarray(36 * 160), tone) > 0.95, 'and on again')
  }
  world.execute(call, 'record_session', 'limited.wav 1')
  world.run(60)
  t.ok(recordings.isEmpty)
  t.equal(readRecording(world.path('limited.wav')).channels[0]!.length, 8000)
})

t.test('what is played is sent to the sample', async (t) => {
  const world = new PaperCalls(t.testdir())
  const call = world.call(0)
  world.run(5)
  call.socket.rtp.length = 0
  world.execute(call, 'playback', 'tone_stream://%(1000,0,600)')
  world.run(60)
  const sent = new Int16Array(call.socket.rtp.length * 160)
  call.socket.rtp.forEach(({ bytes }, index) => {
    decodeUlaw(bytes.subarray(12), sent.subarray(index * 160))
  })
  const loud = loudPart(sent)
  t.ok(Math.abs(loud.length - 8000) < 20, `${loud.length} samples`)
  t.ok(toneShare(loud, 600) > 0.99)
})

t.test(
  'the file grows as the call goes on: at no time is more than half a second missing',
  async (t) => {
    const world = new PaperCalls(t.testdir())
    const one = world.call(leftTone)
    const other = world.call(rightTone)
    world.bridges.join(one.channel, other.channel)
    world.run(10)
    world.execute(one, 'set', 'RECORD_STEREO=true')
    world.execute(one, 'record_session', 'growing.wav')
    for (let second = 0; second < 20; second++) {
      world.run(13)
      const onDisk = (statSync(world.path('growing.wav')).size - 44) / 4 / 160
      const behind = second * 13 + 14 - onDisk
      t.ok(behind >= 0 && behind <= 25, `${behind} ticks are missing`)
    }
  },
)

t.test(
  'a media server that is killed loses at most a second; the next one lists what it repaired',
  async (t) => {
    const load = await MediaLoad.start()
    t.teardown(() => load.stop())
    const one = await load.call()
    const other = await load.call()
    one.api(`uuid_bridge ${one.uuid} ${other.uuid}`)
    one.execute('set', 'RECORD_STEREO=true')
    const call = `${load.folder}/call.wav`
    const message = `${load.folder}/message.wav`
    one.execute('record_session', call)
    other.execute('record', `${message} 60 0 0`)
    await eventually(() => existsSync(call) && existsSync(message))
    const start = performance.now()
    await pause(1700)
    const lastedMs = performance.now() - start
    await load.kill()
    t.equal(readRecording(call).header.readUInt32LE(40), 0, 'the header was left as it was')
    const { media } = await startTestMedia(t, { recordingsFolder: load.folder })
    t.strictSame(media.repaired.map(({ path }) => path).toSorted(), [call, message])
    for (const path of [call, message]) {
      const { channels, header } = readRecording(path)
      const ms = channels[0]!.length / 8
      t.ok(lastedMs - ms < 1000, `${ms} of ${Math.round(lastedMs)} ms`)
      t.equal(header.readUInt32LE(40), channels.length * channels[0]!.length * 2)
      t.equal(media.repaired.find((one) => one.path === path)?.ms, ms)
    }
    t.ok(toneShare(readRecording(call).channels[1]!, 500) > 0.8, 'with what was said in it')
  },
)

t.test('over real sockets: loss, jitter, hold, another port and another source', async (t) => {
  const world = await runMedia(t)
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  const [a, b] = await Promise.all([world.call(), world.call()])
  const random = seededRandom(4)
  for (const { peer } of [a, b]) {
    peer.delay = () => (random() < 0.1 ? Infinity : random() * 60)
    peer.changeSource(peer.ssrc)
  }
  a.peer.talk(a.port, leftTone)
  b.peer.talk(b.port, rightTone)
  await a.endpoint.bridge(b.endpoint)
  await a.endpoint.set('RECORD_STEREO', 'true')
  await pause(1000)
  const file = `${world.folder}/real.wav`
  await a.endpoint.recordSession(file)
  await pause(500)
  b.peer.changeSource(0x9999, 7, 7)
  const moved = await RtpPeer.open(0x7777)
  t.teardown(() => moved.close())
  moved.delay = a.peer.delay
  await a.endpoint.modify(moved.sdp('0 101'))
  a.peer.hush()
  moved.talk(a.port, leftTone)
  await pause(500)
  await b.endpoint.modify(b.peer.sdp('0 101', 'sendonly', 2))
  await pause(300)
  await b.endpoint.modify(b.peer.sdp('0 101', 'sendrecv', 3))
  await pause(500)
  await a.endpoint.api('uuid_record', [a.endpoint.uuid, 'stop', file])
  // Both far ends and the server are of this process: one stall is felt by each of them.
  const stallsMs = 3 * Math.max(0, delays.max / 1e6 - 15)
  const { channels: [left = new Int16Array(), right = new Int16Array()] } = readRecording(file)
  t.ok(left.length > 1500 * 8, `${left.length / 8} ms`)
  for (const [name, samples, own, foreign] of [
    ['left', left, leftTone, rightTone],
    ['right', right, rightTone, leftTone],
  ] as const) {
    // Stalls of a busy machine add to the jitter; on an idle one 20 ms are kept here as well.
    const hole = longestHole(samples)
    t.ok(hole <= 20 + stallsMs, `${name}: a hole of ${hole} ms, stalls of ${stallsMs} ms`)
    t.ok(toneShare(samples, own) > 0.5, `${name}: ${toneShare(samples, own)}`)
    t.ok(toneShare(samples, foreign) < 0.05, name)
  }
  await Promise.all([a.endpoint.destroy(), b.endpoint.destroy()])
})
