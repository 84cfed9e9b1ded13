/**
 * Seeded simulations of a bad network into jitter buffer, decoder and concealment, pulled every
 * 20 ms of virtual time: the played length is true, sound has no gaps beyond what was lost.
 */
import t from 'tap'
import { createCodec } from '../../src/rtp/codec.ts'
import { encodeUlaw } from '../../src/rtp/g711.ts'
import { rmsOf } from '../../src/rtp/level.ts'
import { RtpPacket, writeRtpHeader } from '../../src/rtp/packet.ts'
import { Playout } from '../../src/rtp/playout.ts'
import type { Played } from '../../src/rtp/playout.ts'
import { ReceiveStream } from '../../src/rtp/stream.ts'
import { ToneGenerator, tones } from '../../src/rtp/tone.ts'
import { recordingJitter } from '../../src/rtp/wait.ts'
import { linkArrivals } from '../support/rtp-link.ts'
import type { Arriving, LinkFaults, Sending } from '../support/rtp-link.ts'
import { seededRandom } from '../support/seeded-random.ts'

interface Run {
  readonly kinds: Played[]
  /** Pulls from the first voice to the last. */
  readonly playedMs: number
  /** Loudness of each 20 ms from the first voice to the last. */
  readonly levels: number[]
  readonly playout: Playout
  readonly stream: ReceiveStream
}

/** Receives all, and pulls from 0 ms until `untilMs`. */
function receive(arrivals: readonly Arriving[], untilMs: number, pullAt: (tick: number) => number = (tick) => tick * 20 + 7): Run {
  const playout = new Playout({ codec: createCodec('PCMU')!, payloadType: 0, noisePayloadType: 13 })
  const stream = new ReceiveStream(8000)
  const packet = new RtpPacket()
  const kinds: Played[] = []
  const levels: number[] = []
  const frame = new Int16Array(160)
  let next = 0
  for (let tick = 0; pullAt(tick) < untilMs; tick++) {
    const nowMs = pullAt(tick)
    for (; next < arrivals.length && arrivals[next]!.atMs <= nowMs; next++) {
      const { bytes, atMs } = arrivals[next]!
      if (packet.read(bytes) !== undefined) throw new Error('the link sent a bad packet')
      playout.push(packet, stream.receive(packet, atMs), atMs)
    }
    kinds.push(playout.pull(frame, nowMs))
    levels.push(rmsOf(frame))
  }
  const first = kinds.indexOf('voice')
  const last = kinds.lastIndexOf('voice')
  return { kinds, levels: levels.slice(first, last + 1), playedMs: (last - first + 1) * 20, playout, stream }
}

/** A continuous tone in packets of `ticks`. */
function toneSending(packets: number, more: Partial<Sending> = {}): Sending {
  const generator = new ToneGenerator(tones.dial)
  const samples = new Int16Array(more.ticks ?? 160)
  return {
    packets,
    payload() {
      generator.generate(samples)
      const payload = new Uint8Array(samples.length)
      encodeUlaw(samples, payload)
      return payload
    },
    ...more,
  }
}

/** Longest run of pulls quieter than a tenth of the tone, ms. */
function longestGapMs(levels: readonly number[]): number {
  const loud = Math.max(...levels)
  let longest = 0
  let run = 0
  for (const level of levels) {
    run = level < loud / 10 ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest * 20
}

const packets = 1500
const cases: { name: string, faults: Omit<LinkFaults, 'seed'>, more?: Partial<Sending>, concealed: number }[] = [
  { name: 'a perfect line', faults: {}, concealed: 0 },
  { name: '10 % loss', faults: { loss: 0.1 }, concealed: 0.13 },
  { name: '60 ms of jitter with reordering', faults: { jitterMs: 60 }, concealed: 0.04 },
  { name: '30 % duplicates', faults: { duplicates: 0.3 }, concealed: 0 },
  { name: 'loss, jitter and duplicates', faults: { loss: 0.1, jitterMs: 60, duplicates: 0.1 }, concealed: 0.16 },
  { name: 'sequence and timestamp wrap', faults: {}, more: { firstSequence: 65500, firstTimestamp: 2 ** 32 - 9000 }, concealed: 0 },
  { name: 'a new source every 5 s', faults: {}, more: { newSourceEvery: 250 }, concealed: 0.005 },
  {
    name: 'everything at once', concealed: 0.17,
    faults: { loss: 0.1, jitterMs: 60, duplicates: 0.1 }, more: { newSourceEvery: 250, firstSequence: 65500 },
  },
  { name: 'packets of 10 ms', faults: { loss: 0.02, jitterMs: 30 }, more: { ticks: 80 }, concealed: 0.08 },
  { name: 'packets of 30 ms', faults: { loss: 0.02, jitterMs: 30 }, more: { ticks: 240 }, concealed: 0.08 },
  { name: 'packets of 60 ms', faults: { jitterMs: 30 }, more: { ticks: 480 }, concealed: 0.04 },
]
for (const { name, faults, more, concealed } of cases) {
  for (const seed of [1, 2, 3]) {
    t.test(`${name}, seed ${seed}`, (t) => {
      const sentMs = packets * (more?.ticks ?? 160) / 8
      const run = receive(linkArrivals(toneSending(packets, more), { ...faults, seed }), sentMs + 2000)
      const errorMs = run.playedMs - sentMs
      t.ok(Math.abs(errorMs) < 100, `played ${run.playedMs} of ${sentMs} ms`)
      const spoken = run.kinds.slice(0, run.kinds.lastIndexOf('voice'))
      const part = spoken.filter((kind) => kind === 'concealed').length * 20 / sentMs
      t.ok(part <= concealed, `concealed ${(part * 100).toFixed(1)} %, late ${run.playout.buffer.late}, cut ${run.playout.buffer.cut}, stretched ${run.playout.buffer.stretched}, target ${run.playout.buffer.targetMs}`)
      // A gap that loss makes is filled for 60 ms.
      t.ok(longestGapMs(run.levels) <= 20, `longest gap ${longestGapMs(run.levels)} ms`)
      t.end()
    })
  }
}

t.test('nothing is heard before anything comes, and nothing after the end', (t) => {
  const { kinds } = receive(linkArrivals(toneSending(50), { seed: 1 }), 3000)
  const first = kinds.indexOf('voice')
  t.strictSame(new Set(kinds.slice(0, first)), new Set(['silence']))
  const last = kinds.lastIndexOf('voice')
  t.strictSame(new Set(kinds.slice(last + 1, last + 11)), new Set(['concealed']), 'it may come yet')
  t.strictSame(new Set(kinds.slice(last + 11)), new Set(['silence']), 'it does not')
  t.end()
})

t.test('the wait follows the jitter up and down again', (t) => {
  const calm = linkArrivals(toneSending(500), { seed: 1 })
  const rough = linkArrivals(toneSending(500, { firstSequence: 1500, firstTimestamp: 85_000 }), { seed: 2, jitterMs: 100 })
    .map((one) => ({ ...one, atMs: one.atMs + 10_000 }))
  const again = linkArrivals(toneSending(1000, { firstSequence: 2000, firstTimestamp: 165_000 }), { seed: 3 })
    .map((one) => ({ ...one, atMs: one.atMs + 20_000 }))
  const all = [...calm, ...rough, ...again].sort((one, other) => one.atMs - other.atMs)
  t.equal(receive(calm, 10_000).playout.buffer.targetMs, 20)
  const inBetween = receive([...calm, ...rough], 20_000).playout.buffer.targetMs
  t.ok(inBetween >= 100 && inBetween <= 125, `${inBetween} ms`)
  const run = receive(all, 42_000)
  t.equal(run.playout.buffer.targetMs, 20)
  t.ok(Math.abs(run.playedMs - 40_000) < 100, `${run.playedMs}`)
  t.end()
})

const pauses = [
  { name: 'the timestamp counts the pause (DTX, hold)', gapTicks: 40_000 },
  { name: 'the timestamp goes on where it stopped', gapTicks: 0 },
  { name: 'the timestamp begins anywhere', gapTicks: 123_456_789 },
]
for (const { name, gapTicks } of pauses) {
  for (const pauseMs of [300, 700, 5000]) {
    t.test(`pause of ${pauseMs} ms: ${name}`, (t) => {
      const before = linkArrivals(toneSending(100), { seed: 1 })
      const skipped = gapTicks === 40_000 ? pauseMs * 8 : gapTicks
      const after = linkArrivals(toneSending(300, { firstSequence: 1100, firstTimestamp: 5000 + 16_000 + skipped }), { seed: 2 })
        .map((one) => ({ ...one, atMs: one.atMs + 2000 + pauseMs }))
      const run = receive([...before, ...after], 2000 + pauseMs + 6000 + 1000)
      const { voice } = run.playout.counts
      t.ok(voice >= 385, `${voice} of 400 frames were played`)
      t.ok(Math.abs(run.playedMs - (8000 + pauseMs)) < 100, `${run.playedMs} ms played`)
      t.end()
    })
  }
}

t.test('a caller that stands still for 800 ms skips, and does not lag behind afterwards', (t) => {
  const stalled = receive(linkArrivals(toneSending(500), { seed: 1 }), 12_000, (tick) => tick * 20 + (tick > 100 ? 807 : 7))
  const last = stalled.kinds.lastIndexOf('voice')
  t.ok(last * 20 + 807 - 10_000 < 200, 'the last frame is played when it is due')
  t.end()
})

t.test('a network that stands still for 2 s and brings everything at once', (t) => {
  const arrivals = linkArrivals(toneSending(500), { seed: 1 })
    .map((one) => (one.atMs > 3000 && one.atMs < 5000 ? { ...one, atMs: 5000 + one.atMs / 1e6 } : one))
  const run = receive(arrivals, 12_000)
  t.ok(Math.abs(run.playedMs - 10_000) < 200, `${run.playedMs} ms`)
  const tail = run.kinds.slice(6000 / 20, 9900 / 20)
  t.strictSame(new Set(tail), new Set(['voice']), 'from a second later it is as before')
  t.end()
})

t.test('comfort noise is made until speech goes on', (t) => {
  const speech = linkArrivals(toneSending(50), { seed: 1 })
  const noise = linkArrivals(toneSending(1, {
    firstSequence: 1050, firstTimestamp: 13_000, payloadType: 13, payload: () => Uint8Array.of(40),
  }), { seed: 1 }).map((one) => ({ ...one, atMs: one.atMs + 1000 }))
  const more = linkArrivals(toneSending(50, { firstSequence: 1051, firstTimestamp: 13_000 + 8000 }), { seed: 1 })
    .map((one) => ({ ...one, atMs: one.atMs + 2000 }))
  const run = receive([...speech, ...noise, ...more], 3300)
  t.equal(run.playout.counts.voice, 100)
  t.ok(run.playout.counts.noise >= 49, `${run.playout.counts.noise}`)
  const first = run.kinds.indexOf('voice')
  t.strictSame(new Set(run.kinds.slice(first + 50, first + 99)), new Set(['noise']))
  const level = run.levels[70]!
  t.ok(level > 250 && level < 400, `-40 dBov has an RMS of 328, was ${level}`)
  t.end()
})

t.test('other payload types and empty payloads are not played', (t) => {
  const playout = new Playout({ codec: createCodec('pcmu')!, payloadType: 0 })
  const packet = new RtpPacket()
  const [arriving] = linkArrivals(toneSending(1, { payloadType: 13 }), { seed: 1 })
  packet.read(arriving!.bytes)
  t.equal(playout.push(packet, 'next', 0), false, 'noise was not agreed')
  const [empty] = linkArrivals(toneSending(1, { payload: () => new Uint8Array(0) }), { seed: 1 })
  packet.read(empty!.bytes)
  t.equal(playout.push(packet, 'next', 0), true)
  t.equal(playout.buffer.held, 0)
  const [huge] = linkArrivals(toneSending(1, { payload: () => new Uint8Array(1400) }), { seed: 1 })
  packet.read(huge!.bytes)
  playout.push(packet, 'next', 0)
  t.equal(playout.buffer.held, 0, 'longer than 120 ms')
  t.end()
})

t.test('for a recording nothing that comes is late, cut or stretched, and the end is not lost', (t) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = seededRandom(seed)
    // Four stalls, after which everything comes at once.
    const stalls = [40, 90, 130, 170].map((frame) => [frame * 20 + 40, frame * 20 + 40 + 60 + random() * 150] as const)
    const arrivals = linkArrivals(toneSending(200), { seed, jitterMs: 40 }).map((one) => {
      const stall = stalls.find(([from, to]) => one.atMs > from && one.atMs < to)
      return stall === undefined ? one : { ...one, atMs: stall[1] }
    }).sort((one, other) => one.atMs - other.atMs)
    const playout = new Playout({ codec: createCodec('PCMU')!, payloadType: 0 })
    const stream = new ReceiveStream(8000)
    const packet = new RtpPacket()
    const frame = new Int16Array(160)
    let next = 0
    let voiced = 0
    const beginMs = 600
    for (let nowMs = 0; nowMs < 4100; nowMs += 20) {
      for (; next < arrivals.length && arrivals[next]!.atMs <= nowMs; next++) {
        packet.read(arrivals[next]!.bytes)
        playout.push(packet, stream.receive(packet, arrivals[next]!.atMs), arrivals[next]!.atMs)
      }
      if (nowMs === beginMs) playout.buffer.settle(recordingJitter)
      const played = playout.pull(frame, nowMs)
      if (nowMs >= beginMs && played === 'voice') voiced++
      else if (nowMs > beginMs + 400) t.fail(`${played} at ${nowMs} ms, seed ${seed}`)
    }
    const { late, cut, stretched } = playout.buffer
    t.same({ late, cut, stretched: stretched < 6 }, { late: 0, cut: 0, stretched: true }, 'before it began perhaps')
    while (playout.drain(frame)) voiced++
    t.equal(playout.buffer.held, 0)
    t.ok(voiced >= 200 - beginMs / 20 - 1, `seed ${seed}: ${voiced} frames`)
  }
  t.end()
})

t.test('what waits is given out at once, with its losses and in odd lengths', (t) => {
  const playout = new Playout({ codec: createCodec('PCMU')!, payloadType: 0 })
  const packet = new RtpPacket()
  const stream = new ReceiveStream(8000)
  const frame = new Int16Array(160)
  t.notOk(playout.drain(frame), 'nothing came')
  const sending = toneSending(5, { ticks: 240, payload: () => new Uint8Array(240).fill(0x10) })
  for (const { bytes, index } of linkArrivals(sending, { seed: 1 })) {
    packet.read(bytes)
    if (index !== 2) playout.push(packet, stream.receive(packet, index * 30), index * 30)
  }
  let frames = 0
  while (playout.drain(frame)) frames++
  t.equal(frames, 8, 'five packets of 30 ms, one of them made up, in frames of 20 ms')
  t.notOk(playout.drain(frame))
  t.end()
})

for (const ppm of [-300, 300]) {
  t.test(`a sender whose clock is off by ${ppm} ppm, for ten minutes`, (t) => {
    const arrivals = linkArrivals(toneSending(30_000), { seed: 1, jitterMs: 15 })
      .map((one) => ({ ...one, atMs: one.atMs * (1 + ppm / 1e6) }))
    const run = receive(arrivals, 600_000)
    const { voice } = run.playout.counts
    t.ok(voice >= 29_900, `${voice} frames`)
    t.ok(Math.abs(run.playedMs - 600_000) < 400, `${run.playedMs} ms`)
    t.ok(run.playout.buffer.held <= 6, `${run.playout.buffer.held} frames are held at the end`)
    t.ok(longestGapMs(run.levels) === 0)
    t.end()
  })
}

t.test('anything may come at any time: it neither throws nor holds on to more than it should', (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed)
    const playout = new Playout({ codec: createCodec('PCMA')!, payloadType: 8, noisePayloadType: 13 })
    const stream = new ReceiveStream(8000)
    const packet = new RtpPacket()
    const frame = new Int16Array(160)
    let nowMs = 0
    for (let step = 0; step < 2000; step++) {
      const bytes = new Uint8Array(12 + Math.floor(random() ** 4 * 1200))
      writeRtpHeader(bytes, {
        marker: random() < 0.1, payloadType: random() < 0.9 ? 8 : 13,
        sequence: random() < 0.8 ? step & 0xffff : Math.floor(random() * 65536),
        timestamp: random() < 0.8 ? step * 160 : Math.floor(random() * 2 ** 32), ssrc: random() < 0.95 ? 1 : Math.floor(random() * 3),
      })
      packet.read(bytes)
      playout.push(packet, stream.receive(packet, nowMs), nowMs)
      nowMs += random() < 0.01 ? random() * 5000 : random() * 40
      if (random() < 0.7) playout.pull(frame, nowMs)
    }
    t.ok(playout.buffer.held <= 64)
    // Whatever was, a proper stream is heard again within three seconds.
    const sane = linkArrivals(toneSending(300, { payloadType: 8 }), { seed })
    let next = 0
    let voiced = 0
    for (let tick = 0; tick < 290; tick++) {
      for (; next < sane.length && sane[next]!.atMs <= tick * 20; next++) {
        packet.read(sane[next]!.bytes)
        playout.push(packet, stream.receive(packet, nowMs + sane[next]!.atMs), nowMs + sane[next]!.atMs)
      }
      if (playout.pull(frame, nowMs + tick * 20) === 'voice' && tick > 150) voiced++
    }
    t.ok(voiced >= 135, `seed ${seed}: ${voiced} of 139 frames`)
  }
  t.end()
})
