/**
 * Counting of one direction: order, loss, wrap, restart, other sources, jitter and reports, after
 * RFC 3550 appendix A; and what a sender stamps.
 */
import t from 'tap'
import { RtpPacket, writeRtpHeader } from '../../src/rtp/packet.ts'
import { ReceiveStream, SendStream } from '../../src/rtp/stream.ts'
import type { Arrival } from '../../src/rtp/stream.ts'
import { ntpOfUnixMs } from '../../src/rtp/rtcp.ts'

const packet = new RtpPacket()

function packetOf(sequence: number, ssrc = 1, timestamp = sequence * 160): RtpPacket {
  const bytes = new Uint8Array(32)
  writeRtpHeader(bytes, { marker: false, payloadType: 0, sequence: sequence & 0xffff, timestamp: timestamp >>> 0, ssrc })
  packet.read(bytes)
  return packet
}

/** '10 11' = sequence numbers of source 1, '10@2' of source 2, one each 20 ms; '+500' = so much later. */
function run(script: string): { stream: ReceiveStream, arrivals: Arrival[], nowMs: number } {
  const stream = new ReceiveStream(8000)
  const arrivals: Arrival[] = []
  let nowMs = 0
  for (const word of script.split(' ')) {
    if (word.startsWith('+')) {
      nowMs += Number(word)
      continue
    }
    const [sequence = 0, ssrc = 1] = word.split('@').map(Number)
    arrivals.push(stream.receive(packetOf(sequence, ssrc), nowMs))
    nowMs += 20
  }
  return { stream, arrivals, nowMs }
}

const cases: { name: string, script: string, arrivals: string, lost: number, highest: number }[] = [
  { name: 'in order', script: '1 2 3', arrivals: 'first next next', lost: 0, highest: 3 },
  { name: 'one lost', script: '1 2 4', arrivals: 'first next next', lost: 1, highest: 4 },
  { name: 'reordered', script: '1 3 2 4', arrivals: 'first next late next', lost: 0, highest: 4 },
  { name: 'duplicate', script: '1 2 2 3', arrivals: 'first next late next', lost: -1, highest: 3 },
  { name: 'wrap', script: '65534 65535 0 1', arrivals: 'first next next next', lost: 0, highest: 65537 },
  { name: 'reordered at the wrap', script: '65534 0 65535 1', arrivals: 'first next late next', lost: 0, highest: 65537 },
  { name: '2999 lost', script: '1 3000', arrivals: 'first next', lost: 2998, highest: 3000 },
  { name: 'one stray far ahead', script: '1 20000 2', arrivals: 'first suspect next', lost: 0, highest: 2 },
  { name: 'restart: two in sequence far ahead', script: '1 20000 20001 20002', arrivals: 'first suspect restarted next', lost: 0, highest: 20002 },
  { name: 'restart backwards', script: '30000 10 11', arrivals: 'first suspect restarted', lost: 0, highest: 11 },
  { name: 'loss before a restart is kept', script: '1 4 20000 20001', arrivals: 'first next suspect restarted', lost: 2, highest: 20001 },
  { name: 'new source', script: '1 2 500@2 501@2 502@2', arrivals: 'first next suspect newSource next', lost: 0, highest: 502 },
  { name: 'new source, its packets reordered', script: '1 2 501@2 500@2 502@2', arrivals: 'first next suspect newSource next', lost: 1, highest: 502 },
  { name: 'new source after a silence', script: '1 2 +200 500@2', arrivals: 'first next newSource', lost: 0, highest: 500 },
  { name: 'packets under way when the source changed', script: '1 2 500@2 501@2 3 502@2 4', arrivals: 'first next suspect newSource straggler next straggler', lost: 0, highest: 502 },
  { name: 'a packet held for lost comes after the source changed', script: '1 3 500@2 501@2 2', arrivals: 'first next suspect newSource straggler', lost: 0, highest: 501 },
  { name: 'one forged packet', script: '1 2 900@7 3 4', arrivals: 'first next suspect next next', lost: 0, highest: 4 },
  { name: 'forged packets of changing sources', script: '1 900@7 2 900@8 3 900@9 4', arrivals: 'first suspect next suspect next suspect next', lost: 0, highest: 4 },
  { name: 'the source before comes back', script: '1 2 500@2 501@2 +300 3 4', arrivals: 'first next suspect newSource newSource next', lost: 0, highest: 4 },
]
for (const { name, script, arrivals, lost, highest } of cases) {
  t.test(name, (t) => {
    const seen = run(script)
    t.equal(seen.arrivals.join(' '), arrivals)
    t.equal(seen.stream.lost, lost, 'lost')
    t.equal(seen.stream.extendedSequence, highest, 'highest')
    t.equal(seen.stream.packets + seen.stream.suspects, seen.arrivals.length)
    t.end()
  })
}

t.test('jitter: a steady stream has none, one that alternates by 8 ms has 64 ticks', (t) => {
  const steady = new ReceiveStream(8000)
  const shaky = new ReceiveStream(8000)
  for (let index = 0; index < 500; index++) {
    steady.receive(packetOf(index), index * 20 + 3)
    shaky.receive(packetOf(index), index * 20 + (index % 2) * 8)
  }
  t.equal(steady.jitterTicks, 0)
  t.ok(Math.abs(shaky.jitterTicks - 64) < 1, `${shaky.jitterTicks}`)
  t.end()
})

t.test('jitter is not shaken by timestamp wrap, a repeated timestamp or a jump', (t) => {
  const stream = new ReceiveStream(8000)
  for (let index = 0; index < 20; index++) stream.receive(packetOf(index, 1, 2 ** 32 - 1600 + index * 160), index * 20)
  t.equal(stream.jitterTicks, 0)
  stream.receive(packetOf(20, 1, 1600 - 160), 400)
  stream.receive(packetOf(21, 1, 5_000_000), 420)
  stream.receive(packetOf(22, 1, 5_000_160), 440)
  t.equal(stream.jitterTicks, 0)
  t.end()
})

t.test('reports: fraction since the last one, sum over all', (t) => {
  const { stream } = run('1 2 3 5 6 7 9 10')
  t.match(stream.report(1000), { ssrc: 1, fractionLost: Math.floor(2 * 256 / 10), packetsLost: 2, highestSequence: 10, lastSr: 0, delaySinceLastSr: 0 })
  t.match(stream.report(2000), { fractionLost: 0, packetsLost: 2 }, 'nothing was expected since')
  stream.receive(packetOf(12), 2000)
  t.match(stream.report(3000), { fractionLost: 128, packetsLost: 3 })
  t.equal(new ReceiveStream(8000).report(0), undefined)
  t.end()
})

t.test('reports name the last sender report', (t) => {
  const { stream } = run('1 2')
  stream.noteSenderReport({ ntpSeconds: 0xb44db705, ntpFraction: 0x20000000, timestamp: 0, packets: 0, octets: 0 }, 1000)
  t.match(stream.report(6250), { lastSr: 0xb7052000, delaySinceLastSr: 0x54000 })
  t.end()
})

t.test('a sender stamps sequence, clock and marker', (t) => {
  const stream = new SendStream(0xdeadbeef, 65535, 2 ** 32 - 160)
  const bytes = new Uint8Array(200)
  t.equal(stream.stamp(bytes, 8, 160, true), 12)
  packet.read(bytes)
  t.match(packet, { marker: true, payloadType: 8, sequence: 65535, timestamp: 2 ** 32 - 160, ssrc: 0xdeadbeef })
  stream.advance(160)
  stream.stamp(bytes, 8, 160)
  packet.read(bytes)
  t.match(packet, { marker: false, sequence: 0, timestamp: 0 })
  stream.advance(160)
  stream.stamp(bytes, 101, 4, true, 160)
  stream.advance(160)
  stream.stamp(bytes, 101, 4, false, 160)
  packet.read(bytes)
  t.match(packet, { payloadType: 101, sequence: 2, timestamp: 160 }, 'an event keeps its start')
  t.strictSame(stream.senderInfo(ntpOfUnixMs(0)), { ntpSeconds: 2_208_988_800, ntpFraction: 0, timestamp: 320, packets: 4, octets: 328 })
  t.end()
})
