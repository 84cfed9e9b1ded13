/**
 * RTCP compounds: a golden one, cut at every octet, print → read → same value, each fault, and that
 * nothing throws.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { middleOfNtp, ntpOfUnixMs, parseRtcp, roundTripMs, rtcpIntervalMs, writeRtcp } from '../../src/rtp/rtcp.ts'
import type { RtcpPacket } from '../../src/rtp/rtcp.ts'
import { hexOf, octetsOf } from '../support/octets.ts'

const goldenBytes = octetsOf(readFileSync(join(import.meta.dirname, '../fixtures/rtp/rtcp-sr-sdes-bye.hex'), 'utf8'))
const report = {
  ssrc: 0x55667788, fractionLost: 25, packetsLost: -2, highestSequence: 0x10005,
  jitterTicks: 32, lastSr: 0x90919293, delaySinceLastSr: 0x8000,
}
const sender = { ntpSeconds: 0xe8000000, ntpFraction: 0x80000000, timestamp: 16000, packets: 100, octets: 16000 }

t.test('a golden compound reads', (t) => {
  t.strictSame(parseRtcp(goldenBytes), [
    { kind: 'sr', ssrc: 0x11223344, sender, reports: [report] },
    { kind: 'sdes', names: [{ ssrc: 0x11223344, cname: 'a@b.c' }] },
    { kind: 'bye', ssrcs: [0x11223344], reason: 'bye' },
  ])
  t.end()
})

t.test('and prints the same octets', (t) => {
  const into = new Uint8Array(700).fill(0xee)
  const octets = writeRtcp(into, { ssrc: 0x11223344, cname: 'a@b.c', sender, reports: [report], bye: 'bye' })
  t.equal(hexOf(into.subarray(0, octets)), hexOf(goldenBytes))
  t.end()
})

t.test('cut at every octet it is a fault, except between packets', (t) => {
  for (let octets = 0; octets < goldenBytes.length; octets++) {
    const read = parseRtcp(goldenBytes, octets)
    if (octets === 52 || octets === 68) t.type(read, Array, `${octets} octets`)
    else t.type(read, 'string', `${octets} octets`)
  }
  t.end()
})

const faults = [
  { name: 'short', text: '80c9 0001', fault: 'rtcp_too_short' },
  { name: 'version 1', text: '40c9 0001 00000001', fault: 'rtcp_wrong_version' },
  { name: 'begins with BYE', text: '81cb 0001 00000001', fault: 'rtcp_wrong_first' },
  { name: 'length past the end', text: '80c9 0002 00000001', fault: 'rtcp_truncated' },
  { name: 'RR with reports it does not have', text: '9fc9 0001 00000001', fault: 'rtcp_truncated' },
  { name: 'SR without sender information', text: '80c8 0001 00000001', fault: 'rtcp_truncated' },
  { name: 'BYE with sources it does not have', text: '80c9 0001 00000001 82cb 0001 00000001', fault: 'rtcp_truncated' },
  { name: 'BYE with a reason too long', text: '80c9 0001 00000001 81cb 0002 00000001 ff616263', fault: 'rtcp_truncated' },
  { name: 'SDES item past the end', text: '80c9 0001 00000001 81ca 0002 00000001 01ff6162', fault: 'rtcp_truncated' },
  { name: 'padding in the middle', text: 'a0c9 0002 00000001 00000004 80c9 0001 00000001', fault: 'rtcp_bad_padding' },
  { name: 'padding of 0', text: 'a0c9 0002 00000001 00000000', fault: 'rtcp_bad_padding' },
  { name: 'second of another version', text: '80c9 0001 00000001 00c9 0001 00000001', fault: 'rtcp_wrong_version' },
]
for (const { name, text, fault } of faults) {
  t.test(name, (t) => {
    t.equal(parseRtcp(octetsOf(text)), fault)
    t.end()
  })
}

t.test('padding at the end, unknown types, empty SDES', (t) => {
  t.strictSame(parseRtcp(octetsOf('80c9 0001 00000001  80ca 0000  a0cc 0002 00000001 00000004')), [
    { kind: 'rr', ssrc: 1, reports: [] }, { kind: 'sdes', names: [] }, { kind: 'other', type: 204 },
  ])
  t.end()
})

t.test('names of every length are filled up to words', (t) => {
  const into = new Uint8Array(700)
  for (let length = 0; length < 9; length++) {
    const cname = 'abcdefgh'.slice(0, length)
    const octets = writeRtcp(into, { ssrc: 7, cname, sender: undefined, reports: [] })
    t.equal(octets % 4, 0)
    t.strictSame(parseRtcp(into, octets), [{ kind: 'rr', ssrc: 7, reports: [] }, { kind: 'sdes', names: [{ ssrc: 7, cname }] }])
  }
  t.end()
})

const uint32 = fc.nat(0xffffffff)
t.test('print → read → same value', (t) => {
  const reports = fc.array(fc.record({
    ssrc: uint32, fractionLost: fc.nat(255), packetsLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
    highestSequence: uint32, jitterTicks: uint32, lastSr: uint32, delaySinceLastSr: uint32,
  }, { noNullPrototype: true }), { maxLength: 31 })
  const senders = fc.option(fc.record({
    ntpSeconds: uint32, ntpFraction: uint32, timestamp: uint32, packets: uint32, octets: uint32,
  }, { noNullPrototype: true }), { nil: undefined })
  const into = new Uint8Array(2000)
  fc.assert(fc.property(uint32, reports, senders, (ssrc, reports, sender) => {
    const octets = writeRtcp(into, { ssrc, cname: 'pn@host', sender, reports, bye: '' })
    const expected: RtcpPacket[] = [
      sender === undefined ? { kind: 'rr', ssrc, reports } : { kind: 'sr', ssrc, sender, reports },
      { kind: 'sdes', names: [{ ssrc, cname: 'pn@host' }] },
      { kind: 'bye', ssrcs: [ssrc], reason: '' },
    ]
    t.strictSame(parseRtcp(into, octets), expected)
  }), { seed: 3, numRuns: 100 })
  t.end()
})

t.test('nothing throws', (t) => {
  const start = fc.constantFrom('80c9000100000001', '81c8000c', '81ca', 'a1cb')
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 100 }), (start, tail) => {
    const bytes = new Uint8Array([...octetsOf(start), ...tail])
    const read = parseRtcp(bytes)
    return typeof read === 'string' || read.length > 0
  }), { seed: 4, numRuns: 5000 })
  t.end()
})

t.test('NTP and round trips', (t) => {
  // RFC 3550 §6.4.1 figure 2: report at 46864.500, SR at 46853.125, delay 5.250 s: 6.125 s.
  const { ntpSeconds, ntpFraction } = ntpOfUnixMs(1_700_000_000_500)
  t.equal(ntpSeconds, 1_700_000_000 + 2_208_988_800)
  t.equal(ntpFraction, 0x80000000)
  t.equal(middleOfNtp(0xb44db705, 0x20000000), 0xb7052000)
  t.equal(roundTripMs({ ...report, lastSr: 0xb7052000, delaySinceLastSr: 0x54000 }, 0xb7108000), 6125)
  t.equal(roundTripMs({ ...report, lastSr: 0 }, 5), undefined)
  t.equal(roundTripMs({ ...report, lastSr: 10, delaySinceLastSr: 20 }, 15), 0, 'never negative')
  t.end()
})

t.test('interval', (t) => {
  t.ok(rtcpIntervalMs(0) > 2000 && rtcpIntervalMs(0) < 2100)
  t.ok(rtcpIntervalMs(0.999) < 6200)
  t.end()
})
