/**
 * Micro-benchmark of the media formats: nanoseconds for each step that a 20 ms frame of one channel
 * takes, and what part of a core 100 channels need of it. A plain program, no test:
 * `node test/bench/rtp.bench.ts`.
 */
import { createCodec } from '../../src/rtp/codec.ts'
import { Concealment } from '../../src/rtp/conceal.ts'
import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '../../src/rtp/g711.ts'
import { JitterBuffer } from '../../src/rtp/jitter-buffer.ts'
import { rmsOf } from '../../src/rtp/level.ts'
import { interleave, sum } from '../../src/rtp/mixer.ts'
import { RtpPacket } from '../../src/rtp/packet.ts'
import { Playout } from '../../src/rtp/playout.ts'
import { ProgressDetector } from '../../src/rtp/progress-detector.ts'
import { Resampler } from '../../src/rtp/resample.ts'
import { ReceiveStream, SendStream } from '../../src/rtp/stream.ts'
import { DigitDetector } from '../../src/rtp/tone-detector.ts'
import { ToneGenerator, tones } from '../../src/rtp/tone.ts'
import { answerOffer } from '../../src/sdp/offer-answer.ts'
import { parseDescription } from '../../src/sdp/description.ts'
import { SessionDescription } from '../../src/sdp/session-description.ts'

let sink = 0

/** Best of several rounds, ns for one `step`; prints it with the share of a core that 100 channels need. */
function measure(name: string, step: (index: number) => number, perFrame = true): number {
  const count = 5000
  let best = Infinity
  for (let round = 0; round < 40; round++) {
    const start = performance.now()
    for (let index = 0; index < count; index++) sink += step(round * count + index)
    best = Math.min(best, performance.now() - start)
  }
  const ns = best * 1e6 / count
  const share = perFrame ? `${(ns * 50 * 100 / 1e7).toFixed(3).padStart(8)} % of a core for 100 channels` : ''
  console.log(`${name.padEnd(46)} ${ns.toFixed(0).padStart(8)} ns ${share}`)
  return ns
}

const samples = Int16Array.from({ length: 160 }, (_, index) => 8000 * Math.sin(index / 3) + 3000 * Math.sin(index / 1.3))
const other = samples.map((value) => -value >> 1)
const frame = new Int16Array(160)
const stereo = new Int16Array(320)
const coded = new Uint8Array(160)
encodeAlaw(samples, coded)

/** Packets in order, header and payload as they lie in a socket's buffer. */
const sender = new SendStream(0x1234, 65_000, 0)
const datagrams = Array.from({ length: 1000 }, (_, index) => {
  const bytes = new Uint8Array(172)
  sender.stamp(bytes, 8, 160, index === 0)
  sender.advance(160)
  bytes.set(coded, 12)
  return bytes
})
const packet = new RtpPacket()
const out = new Uint8Array(172)

measure('packet: read', (index) => {
  packet.read(datagrams[index % 1000]!)
  return packet.payloadOctets
})
measure('packet: stamp', () => sender.stamp(out, 8, 160))
const decode = measure('A-law: decode 160', () => decodeAlaw(coded, frame))
measure('µ-law: decode 160', () => decodeUlaw(coded, frame))
const encode = measure('A-law: encode 160', () => encodeAlaw(samples, out, 12))
measure('µ-law: encode 160', () => encodeUlaw(samples, out, 12))

const buffer = new JitterBuffer(8000)
measure('jitter buffer: push and pull', (index) => {
  buffer.push(index & 0xffff, (index * 160) >>> 0, 8, 160, coded, 0, 160, index * 20)
  return buffer.pull(index * 20 + 10).length
})
const jittered = new JitterBuffer(8000)
measure('jitter buffer: every other pair swapped', (index) => {
  const swapped = index ^ 1
  jittered.push(swapped & 0xffff, (swapped * 160) >>> 0, 8, 160, coded, 0, 160, index * 20)
  return jittered.pull(index * 20 + 10).length
})

const concealment = new Concealment()
measure('concealment: a good frame', () => {
  concealment.accept(samples)
  return 1
})
measure('concealment: a lost frame after a good one', () => {
  concealment.accept(frame)
  concealment.conceal(frame)
  return frame[0]!
})

const digits = new DigitDetector()
measure('DTMF detector: 20 ms', () => {
  digits.process(samples)
  return 1
})
const progress = new ProgressDetector()
measure('425 Hz detector: 20 ms', () => {
  progress.process(samples)
  return 1
})
const ringback = new ToneGenerator(tones.dial)
measure('tone: 20 ms', () => ringback.generate(frame))
measure('level: RMS of 20 ms', () => rmsOf(samples))
measure('mix: sum of two', () => {
  sum(samples, other, frame)
  return frame[5]!
})
measure('mix: interleave two', () => {
  interleave(samples, other, stereo)
  return stereo[5]!
})

/** A channel that receives, decodes, mixes, codes, stamps: what the media server does besides sockets. */
const playout = new Playout({ codec: createCodec('PCMA')!, payloadType: 8 })
const stream = new ReceiveStream(8000)
const sending = new SendStream(1, 2, 3)
const codec = createCodec('PCMA')!
const whole = measure('whole: read, order, decode, encode, stamp', (index) => {
  const bytes = datagrams[index % 1000]!
  packet.read(bytes)
  // The thousand packets come round: their numbers are moved on.
  packet.sequence = index & 0xffff
  packet.timestamp = (index * 160) >>> 0
  playout.push(packet, stream.receive(packet, index * 20), index * 20)
  playout.pull(frame, index * 20 + 10)
  const octets = codec.encode(frame, out, 12)
  sending.advance(160)
  return sending.stamp(out, 8, octets)
})
console.log(`whole / (decode + encode)${' '.repeat(21)} ${(whole / (decode + encode)).toFixed(1).padStart(8)} times`)

const resampler = new Resampler(48_000)
const second = new Int16Array(960)
measure('resample 20 ms from 48 kHz', () => resampler.process(second, 960, frame))

const offer = ['v=0', 'o=peer 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', 'm=audio 4000 RTP/AVP 0 8 101',
  'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:20', 'a=sendrecv', ''].join('\r\n')
const local = {
  address: '192.0.2.2', port: 20_000, eventPayloadType: 101, takesNoise: true,
  codecs: [{ name: 'PCMU', clockRate: 8000, payloadType: 0 }, { name: 'PCMA', clockRate: 8000, payloadType: 8 }],
}
measure('SDP: read an offer', (index) => parseDescription(offer.replace('4000', String(1024 + index % 60_000))).streams.length, false)
measure('SDP: read, answer, print', (index) => {
  const answer = answerOffer(parseDescription(offer.replace('4000', String(1024 + index % 60_000))), local)
  return new SessionDescription('pn', 1).print(local.address, answer?.streams ?? []).length
}, false)

const before = process.memoryUsage().heapUsed
for (let index = 0; index < 200_000; index++) {
  const at = 300_000 + index
  packet.read(datagrams[index % 1000]!)
  packet.sequence = at & 0xffff
  packet.timestamp = (at * 160) >>> 0
  playout.push(packet, stream.receive(packet, at * 20), at * 20)
  playout.pull(frame, at * 20 + 10)
}
const perFrame = Math.max(0, process.memoryUsage().heapUsed - before) / 200_000
console.log(`heap growth for each received frame${' '.repeat(12)} ${perFrame.toFixed(1).padStart(8)} octets`)
console.log(sink === 0.1 ? '' : '')
