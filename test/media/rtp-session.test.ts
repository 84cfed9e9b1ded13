/**
 * The media of one call in virtual time, over a socket on paper: what goes out and when, and what a
 * hard road (loss, jitter, reordering, another source, wrapped numbers) leaves of what comes in.
 */
import t from 'tap'
import { RtpSession } from '../../src/media/rtp-session.ts'
import { encodeUlaw } from '../../src/rtp/g711.ts'
import type { Agreement } from '../../src/sdp/offer-answer.ts'
import { PaperSocket } from '../support/paper-calls.ts'
import type { Sent } from '../support/paper-calls.ts'
import { toneShare } from '../support/rtp-peer.ts'
import { seededRandom } from '../support/seeded-random.ts'

const agreed: Agreement = {
  index: 0, codec: 'PCMU', clockRate: 8000, channels: 1, sendPayloadType: 0, receivePayloadType: 0, sendEventType: 101, receiveEventType: 101,
  noiseType: undefined, ptimeMs: 20, remote: { address: '192.0.2.9', port: 40_000, controlPort: 40_001 }, direction: 'sendrecv', isHeld: false,
}

function begun(agreement: Agreement | null = agreed): { socket: PaperSocket; session: RtpSession; tick: (ticks?: number, mustSend?: boolean) => void } {
  const socket = new PaperSocket()
  const session = new RtpSession(socket, { random: seededRandom(5), wallMs: () => 1_700_000_000_000, nowMs: () => socket.nowMs }, 0)
  if (agreement !== null) session.agree(agreement, 0)
  const frame = new Int16Array(160)
  const tick = (ticks = 1, mustSend = true): void => {
    for (let i = 0; i < ticks; i++) {
      socket.nowMs += 20
      session.pull(frame, socket.nowMs)
      session.send(new Int16Array(160).fill(1000), socket.nowMs, mustSend)
    }
  }
  return { socket, session, tick }
}

const header = ({ bytes }: Sent): { payloadType: number; marker: boolean; sequence: number; timestamp: number } => ({
  payloadType: bytes[1]! & 0x7f, marker: bytes[1]! > 127, sequence: bytes.readUInt16BE(2), timestamp: bytes.readUInt32BE(4),
})

function packet(sequence: number, timestamp: number, ssrc: number, payload: Uint8Array, payloadType = 0): Uint8Array {
  const bytes = Buffer.alloc(12 + payload.length)
  bytes[0] = 0x80
  bytes[1] = payloadType
  bytes.writeUInt16BE(sequence & 0xffff, 2)
  bytes.writeUInt32BE(timestamp >>> 0, 4)
  bytes.writeUInt32BE(ssrc, 8)
  bytes.set(payload, 12)
  return bytes
}

t.test('nothing is sent before it is known where, nor against what was agreed', async (t) => {
  const silent: [string, Agreement | null][] = [
    ['nothing agreed', null],
    ['no far end', { ...agreed, remote: undefined }],
    ['we only receive', { ...agreed, direction: 'recvonly' }],
    ['inactive', { ...agreed, direction: 'inactive' }],
  ]
  for (const [name, agreement] of silent) {
    const { socket, tick } = begun(agreement)
    socket.events?.rtp(packet(1, 1, 1, new Uint8Array(160)), '203.0.113.5', 5000)
    tick(50)
    t.equal(socket.rtp.length, 0, name)
  }
})

t.test('a packet each tick, marked after each silence, the clock running through it', async (t) => {
  const { socket, session, tick } = begun()
  tick(3)
  tick(5, false)
  tick(2)
  session.agree({ ...agreed, direction: 'recvonly', isHeld: true }, socket.nowMs)
  tick(4)
  session.agree({ ...agreed, remote: { address: '192.0.2.9', port: 41_000, controlPort: 41_001 } }, socket.nowMs)
  tick(1)
  const sent = socket.rtp.map(header)
  const first = sent[0]!
  t.strictSame(sent.map(({ timestamp }) => (timestamp - first.timestamp) >>> 0), [0, 1, 2, 8, 9, 14].map((ticks) => ticks * 160))
  t.strictSame(sent.map(({ sequence }) => (sequence - first.sequence) & 0xffff), [0, 1, 2, 3, 4, 5], 'sequence numbers have no gap')
  t.strictSame(sent.map(({ marker }) => marker), [true, false, false, true, false, true])
  t.equal(socket.rtp.at(-1)?.to, '192.0.2.9:41000', 'the new address at once')
})

t.test('a digit takes the place of sound, or is sound when events were not agreed', async (t) => {
  const events = begun()
  t.ok(events.session.sendDigit('5', 100))
  t.notOk(events.session.sendDigit('x', 100))
  events.tick(10)
  const kinds = events.socket.rtp.map((one) => header(one).payloadType)
  t.strictSame(kinds, [101, 101, 101, 101, 101, 101, 101, 0, 0, 0])
  const plain = begun({ ...agreed, sendEventType: undefined, receiveEventType: undefined })
  t.ok(plain.session.sendDigit('5', 100))
  t.notOk(plain.session.sendDigit('x', 100))
  plain.tick(10)
  t.ok(plain.socket.rtp.every((one) => header(one).payloadType === 0))
  t.not(plain.socket.rtp[0]?.bytes.subarray(12).toString('hex'), plain.socket.rtp[9]?.bytes.subarray(12).toString('hex'))
})

t.test('reports go to the control port about each five seconds, and a last one with BYE', async (t) => {
  const { socket, session, tick } = begun()
  tick(50 * 60)
  t.ok(socket.rtcp.length >= 8 && socket.rtcp.length <= 25, `${socket.rtcp.length} in a minute`)
  t.ok(socket.rtcp.every(({ to, bytes }) => to === '192.0.2.9:40001' && bytes[1] === 200))
  const before = socket.rtcp.length
  session.close(socket.nowMs)
  t.equal(socket.rtcp.length, before + 1)
  t.ok(socket.rtcp.at(-1)?.bytes.includes(Buffer.from([0x81, 203])))
})

interface Road {
  readonly name: string
  readonly loss: number
  readonly jitterMs: number
  /** Another source from this frame on. */
  readonly newSourceAt?: number
  readonly firstSequence?: number
  /** Least part of the tone that must be left. */
  readonly share: number
}

const roads: Road[] = [
  { name: 'a clean one', loss: 0, jitterMs: 0, share: 0.99 },
  { name: 'with sequence and timestamp that wrap', loss: 0, jitterMs: 5, firstSequence: 65_400, share: 0.98 },
  { name: 'with 10 % loss', loss: 0.1, jitterMs: 5, share: 0.9 },
  { name: 'with 60 ms of jitter, so reordered', loss: 0, jitterMs: 60, share: 0.85 },
  { name: 'with 10 % loss and 60 ms of jitter', loss: 0.1, jitterMs: 60, share: 0.8 },
  { name: 'with another source half-way', loss: 0, jitterMs: 5, newSourceAt: 300, share: 0.95 },
]

for (const { name, loss, jitterMs, newSourceAt, firstSequence, share } of roads) {
  t.test(`what comes over a road ${name} lasts as long as it did, without holes`, async (t) => {
    const { socket, session } = begun()
    const random = seededRandom(11)
    const frames = 600
    const arrivals: { atMs: number; bytes: Uint8Array }[] = []
    for (let i = 0; i < frames; i++) {
      const samples = Int16Array.from({ length: 160 }, (_, at) => Math.round(8000 * Math.sin(2 * Math.PI * 500 * (i * 160 + at) / 8000)))
      const payload = new Uint8Array(160)
      encodeUlaw(samples, payload)
      const isNew = newSourceAt !== undefined && i >= newSourceAt
      const bytes = isNew
        ? packet(7 + i, 3_000_000 + i * 160, 0x2222, payload)
        : packet((firstSequence ?? 1) + i, 0xffff_ff00 + i * 160, 0x1111, payload)
      if (random() >= loss) arrivals.push({ atMs: 10 + i * 20 + random() * jitterMs, bytes })
    }
    arrivals.sort((one, other) => one.atMs - other.atMs)
    const heard = new Int16Array((frames + 30) * 160)
    let next = 0
    for (let i = 0; i < frames + 30; i++) {
      const tickMs = (i + 1) * 20
      for (; next < arrivals.length && arrivals[next]!.atMs <= tickMs; next++) {
        socket.nowMs = arrivals[next]!.atMs
        socket.events?.rtp(arrivals[next]!.bytes, '192.0.2.9', 40_000)
      }
      socket.nowMs = tickMs
      session.pull(heard.subarray(i * 160, (i + 1) * 160), tickMs)
    }
    const isLoud = (sample: number): boolean => Math.abs(sample) > 500
    const from = heard.findIndex(isLoud)
    const to = heard.findLastIndex(isLoud)
    // What is concealed after the last packet fades for 110 ms.
    t.ok(Math.abs(to - from - frames * 160) < 1000 + (loss > 0 ? 800 : 0), `${(to - from) / 8} of ${frames * 20} ms`)
    let hole = 0
    let longest = 0
    for (let i = from; i < to; i++) {
      hole = isLoud(heard[i] ?? 0) ? 0 : hole + 1
      longest = Math.max(longest, hole)
    }
    t.ok(longest <= 160, `longest silence ${longest / 8} ms`)
    t.ok(toneShare(heard.subarray(from, to), 500) > share, String(toneShare(heard.subarray(from, to), 500)))
    t.equal(session.bad, 0)
  })
}

t.test('a flood between two ticks is dropped, the call goes on', async (t) => {
  const { socket, session, tick } = begun()
  for (let i = 0; i < 5000; i++) socket.events?.rtp(packet(i, i * 160, 1, new Uint8Array(160)), '192.0.2.9', 40_000)
  t.ok(session.counts.received <= 50)
  tick()
  socket.events?.rtp(packet(5001, 5001 * 160, 1, new Uint8Array(160)), '192.0.2.9', 40_000)
  t.ok(session.counts.received + session.counts.refused > 0)
})

t.test('who ought to be heard', async (t) => {
  const rows: [string, Agreement, boolean][] = [
    ['a talking far end', agreed, true],
    ['one that holds us', { ...agreed, direction: 'recvonly', isHeld: true }, false],
    ['one that only listens', { ...agreed, direction: 'sendonly' }, false],
    ['none', { ...agreed, remote: undefined }, false],
  ]
  for (const [name, agreement, mustHear] of rows) t.equal(begun(agreement).session.mustHear, mustHear, name)
})
