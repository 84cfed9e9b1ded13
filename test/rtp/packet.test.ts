/**
 * The RTP header: golden packets whole and cut at every octet, each fault by name, print → read.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { RtpPacket, isRtcp, rtpHeaderOctets, writeRtpHeader } from '../../src/rtp/packet.ts'
import { hexOf, octetsOf } from '../support/octets.ts'

function golden(name: string): Uint8Array {
  return octetsOf(readFileSync(join(import.meta.dirname, '../fixtures/rtp', `${name}.hex`), 'utf8'))
}

const packet = new RtpPacket()

t.test('a plain packet', (t) => {
  const bytes = golden('pcma-first')
  t.equal(packet.read(bytes), undefined)
  t.match(packet, {
    marker: true, payloadType: 8, sequence: 6699, timestamp: 160, ssrc: 0xdeadbeef,
    csrcCount: 0, extensionProfile: -1, payloadOffset: 12, payloadOctets: 4,
  })
  t.equal(hexOf(bytes.subarray(packet.payloadOffset)), 'd5d55555')
  t.end()
})

t.test('CSRC, extension and padding', (t) => {
  t.equal(packet.read(golden('csrc-extension-padding')), undefined)
  t.match(packet, {
    marker: false, payloadType: 0, sequence: 65535, timestamp: 0xffffffff, ssrc: 1, csrcCount: 2,
    extensionProfile: 0xbede, extensionOffset: 24, extensionOctets: 4, payloadOffset: 28, payloadOctets: 3,
  })
  t.equal(packet.csrc(0), 2)
  t.equal(packet.csrc(1), 0x80000003)
  t.end()
})

t.test('the view forgets the packet before', (t) => {
  packet.read(golden('csrc-extension-padding'))
  packet.read(golden('telephone-event-end'))
  t.match(packet, { extensionProfile: -1, extensionOctets: 0, csrcCount: 0, payloadOffset: 12, payloadOctets: 4 })
  t.end()
})

t.test('only so many octets of a larger buffer are the packet', (t) => {
  const bytes = new Uint8Array(1500).fill(0xff)
  bytes.set(golden('pcma-first'))
  t.equal(packet.read(bytes, 16), undefined)
  t.equal(packet.payloadOctets, 4)
  t.equal(packet.read(bytes, 11), 'rtp_too_short')
  t.end()
})

const cuts = [
  { name: 'pcma-first', faults: { '0-11': 'rtp_too_short', '12-15': undefined } },
  {
    name: 'csrc-extension-padding',
    // Cut behind the extension the last octet is no longer the padding's count.
    faults: { '0-11': 'rtp_too_short', '12-19': 'rtp_csrc_truncated', '20-27': 'rtp_extension_truncated', '28-28': 'rtp_bad_padding' },
  },
]
for (const { name, faults } of cuts) {
  t.test(`${name}, cut`, (t) => {
    const bytes = golden(name)
    for (const [range, fault] of Object.entries(faults)) {
      const [from = 0, to = 0] = range.split('-').map(Number)
      for (let octets = from; octets <= to; octets++) t.equal(packet.read(bytes, octets), fault, `${octets} octets`)
    }
    t.end()
  })
}

const wrong = [
  { name: 'nothing', text: '', fault: 'rtp_too_short' },
  { name: 'version 1', text: '4000 0001 00000001 00000001', fault: 'rtp_wrong_version' },
  { name: 'version 0: STUN', text: '0001 0000 2112a442 00000001 00000002', fault: 'rtp_wrong_version' },
  { name: 'version 3', text: 'c000 0001 00000001 00000001', fault: 'rtp_wrong_version' },
  { name: 'fifteen CSRC without room', text: '8f00 0001 00000001 00000001 00000001', fault: 'rtp_csrc_truncated' },
  { name: 'extension without its header', text: '9000 0001 00000001 00000001 bede', fault: 'rtp_extension_truncated' },
  { name: 'extension of 65535 words', text: '9000 0001 00000001 00000001 bedeffff 00', fault: 'rtp_extension_truncated' },
  { name: 'padding of 0', text: 'a000 0001 00000001 00000001 aabb00', fault: 'rtp_bad_padding' },
  { name: 'padding into the header', text: 'a000 0001 00000001 00000001 aabb04', fault: 'rtp_bad_padding' },
  { name: 'padding without payload', text: 'a000 0001 00000001 00000001', fault: 'rtp_bad_padding' },
  { name: 'padding only', text: 'a000 0001 00000001 00000001 00000003', fault: 'rtp_bad_padding', ok: true },
]
for (const { name, text, fault, ok } of wrong) {
  t.test(name, (t) => {
    const bytes = octetsOf(text)
    if (ok === true) bytes[bytes.length - 1] = 4
    t.equal(packet.read(bytes), ok === true ? undefined : fault)
    if (ok === true) t.equal(packet.payloadOctets, 0)
    t.end()
  })
}

t.test('what is written reads back', (t) => {
  const header = fc.record({
    marker: fc.boolean(), payloadType: fc.nat(127), sequence: fc.nat(65535),
    timestamp: fc.nat(0xffffffff), ssrc: fc.nat(0xffffffff),
  }, { noNullPrototype: true })
  fc.assert(fc.property(header, fc.uint8Array({ maxLength: 40 }), (header, payload) => {
    const bytes = new Uint8Array(rtpHeaderOctets + payload.length)
    t.equal(writeRtpHeader(bytes, header), rtpHeaderOctets)
    bytes.set(payload, rtpHeaderOctets)
    t.equal(packet.read(bytes), undefined)
    const { marker, payloadType, sequence, timestamp, ssrc } = packet
    t.strictSame({ marker, payloadType, sequence, timestamp, ssrc }, header)
    t.equal(packet.payloadOctets, payload.length)
  }), { seed: 1, numRuns: 300 })
  t.end()
})

t.test('no octets make it throw, or point outside', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
    if (bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f)
    const fault = packet.read(bytes)
    return fault !== undefined
      || (packet.payloadOctets >= 0 && packet.payloadOffset + packet.payloadOctets <= bytes.length)
  }), { seed: 2, numRuns: 5000 })
  t.end()
})

t.test('RTCP on the RTP port is told apart', (t) => {
  t.equal(isRtcp(golden('rtcp-sr-sdes-bye')), true)
  t.equal(isRtcp(golden('pcma-first')), false)
  t.equal(isRtcp(golden('telephone-event-end')), false)
  t.equal(isRtcp(octetsOf('80c8')), false, 'too short')
  t.end()
})
