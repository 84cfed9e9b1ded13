/**
 * From where RTP is taken: rows of what arrives after an SDP, among them the probes of ES2017-04
 * ("RTP bleed") and injection during a call.
 */
import t from 'tap'
import { AddressLatch } from '../../src/rtp/address-latch.ts'
import { RtpPacket, writeRtpHeader } from '../../src/rtp/packet.ts'
import { seededRandom } from '../support/seeded-random.ts'

const sdp = { phone: '192.0.2.10:4000', samePhone: '192.0.2.10:61000', nat: '198.51.100.7:30000', evil: '203.0.113.66:666' }

function packetOf(sequence: number, ssrc: number): RtpPacket {
  const bytes = new Uint8Array(172)
  writeRtpHeader(bytes, { marker: false, payloadType: 0, sequence: sequence & 0xffff, timestamp: sequence * 160 >>> 0, ssrc })
  const packet = new RtpPacket()
  packet.read(bytes)
  return packet
}

interface Row {
  readonly name: string
  /** '0 phone 10' = at 0 ms from the phone sequence 10; 'evil/7' = of SSRC 7. Answers follow: + taken, - refused. */
  readonly script: string
  readonly answers: string
  /** Where we send at the end. */
  readonly to: keyof typeof sdp
}

const rows: Row[] = [
  { name: 'the SDP’s own address, from the first packet', script: '100 phone 1, 120 phone 2', answers: '++', to: 'phone' },
  { name: 'one probe', script: '100 evil 1', answers: '-', to: 'phone' },
  { name: 'four packets in sequence are not enough for a stranger', script: '100 evil 1, 120 evil 2, 140 evil 3, 160 evil 4', answers: '----', to: 'phone' },
  { name: 'NAT: another address is learnt at the fifth', script: '100 nat 1, 120 nat 2, 140 nat 3, 160 nat 4, 180 nat 5, 200 nat 6', answers: '----++', to: 'nat' },
  { name: 'NAT: another port of the same address at the second', script: '100 samePhone 1, 120 samePhone 2', answers: '-+', to: 'samePhone' },
  { name: 'only once', script: '100 samePhone 1, 120 samePhone 2, 200 evil 1, 220 evil 2, 240 evil 3, 260 evil 4, 280 evil 5, 300 evil 6', answers: '-+------', to: 'samePhone' },
  { name: 'not while the phone itself is heard', script: '50 phone 1, 100 evil 1, 120 evil 2, 140 evil 3, 160 evil 4, 180 evil 5, 200 evil 6', answers: '+------', to: 'phone' },
  { name: 'not after the window', script: '5000 nat 1, 5020 nat 2, 5040 nat 3, 5060 nat 4, 5080 nat 5, 5100 nat 6', answers: '------', to: 'phone' },
  { name: 'not by packets that never follow each other', script: '100 evil 1, 120 evil 100, 140 evil 200, 160 evil 300, 180 evil 400, 200 evil 500', answers: '------', to: 'phone' },
  { name: 'not by one packet over and over', script: '100 evil 1, 120 evil 1, 140 evil 1, 160 evil 1, 180 evil 1, 200 evil 1', answers: '------', to: 'phone' },
  { name: 'not by another source with each packet', script: '100 evil/1 1, 120 evil/2 2, 140 evil/3 3, 160 evil/4 4, 180 evil/5 5, 200 evil/6 6', answers: '------', to: 'phone' },
  { name: 'with some loss', script: '100 nat 1, 140 nat 3, 160 nat 4, 220 nat 7, 240 nat 8', answers: '----+', to: 'nat' },
  { name: 'a second stranger does not disturb the first', script: '100 nat 1, 110 evil 1, 120 nat 2, 130 evil 2, 140 nat 3, 150 evil 3, 160 nat 4, 170 evil 4, 180 nat 5, 190 evil 5', answers: '--------+-', to: 'nat' },
  { name: 'a stranger that falls silent gives way', script: '100 evil 1, 120 evil 2, 400 nat 1, 420 nat 2, 440 nat 3, 460 nat 4, 480 nat 5', answers: '------+', to: 'nat' },
  { name: 'the SDP’s address is preferred to a stranger', script: '100 evil 1, 120 evil 2, 130 samePhone 9, 140 evil 3, 150 samePhone 10', answers: '----+', to: 'samePhone' },
  { name: 'who was learnt in error gives way to the phone, for good',
    script: '100 evil 1, 120 evil 2, 140 evil 3, 160 evil 4, 180 evil 5, 500 phone 1, 520 evil 6, 540 evil 7, 560 evil 8, 580 evil 9, 600 evil 10, 620 evil 11',
    answers: '----++------', to: 'phone' },
  { name: 'sequence numbers may wrap', script: '100 nat 65534, 120 nat 65535, 140 nat 0, 160 nat 1, 180 nat 2', answers: '----+', to: 'nat' },
]
for (const { name, script, answers, to } of rows) {
  t.test(name, (t) => {
    const latch = new AddressLatch()
    const [address = '', port = ''] = sdp.phone.split(':')
    latch.expect(address, Number(port), 0)
    const given = script.split(', ').map((step) => {
      const [atMs = '', from = '', sequence = ''] = step.split(' ')
      const [who = '', ssrc = '7'] = from.split('/')
      const [host = '', hostPort = ''] = sdp[who as keyof typeof sdp].split(':')
      return latch.accept(host, Number(hostPort), packetOf(Number(sequence), Number(ssrc)), Number(atMs)) ? '+' : '-'
    })
    t.equal(given.join(''), answers)
    t.equal(`${latch.address}:${latch.port}`, sdp[to])
    t.equal(latch.isLearnt, to !== 'phone')
    t.equal(latch.refused, [...answers].filter((answer) => answer === '-').length)
    t.end()
  })
}

t.test('before any SDP nothing is taken and nothing sent, whatever comes', (t) => {
  const latch = new AddressLatch()
  for (let sequence = 0; sequence < 100; sequence++) t.equal(latch.accept('203.0.113.66', 666, packetOf(sequence, 1), sequence * 20), false)
  t.equal(latch.address, '')
  t.equal(latch.port, 0)
  t.equal(latch.acceptControl('203.0.113.66'), false)
  latch.expect('', 4000, 0)
  t.equal(latch.accept('', 4000, packetOf(1, 1), 0), false, 'hold by 0.0.0.0: nowhere')
  t.end()
})

t.test('the same SDP again keeps what was learnt; another one begins anew', (t) => {
  const latch = new AddressLatch()
  latch.expect('192.0.2.10', 4000, 0)
  latch.accept('192.0.2.10', 61000, packetOf(1, 1), 0)
  latch.accept('192.0.2.10', 61000, packetOf(2, 1), 20)
  t.equal(latch.isLearnt, true)
  latch.expect('192.0.2.10', 4000, 60_000)
  t.equal(latch.port, 61000)
  t.equal(latch.isConfirmed, true)
  latch.expect('192.0.2.10', 4002, 61_000)
  t.equal(latch.port, 4002, 'port change by re-INVITE')
  t.equal(latch.accept('192.0.2.10', 61000, packetOf(3, 1), 61_020), false)
  t.equal(latch.accept('192.0.2.10', 4002, packetOf(4, 1), 61_040), true)
  t.end()
})

t.test('RTCP comes from where RTP comes', (t) => {
  const latch = new AddressLatch()
  latch.expect('192.0.2.10', 4000, 0)
  t.equal(latch.acceptControl('192.0.2.10'), true)
  t.equal(latch.acceptControl('203.0.113.66'), false)
  t.end()
})

t.test('a thousand forged packets of random sources and sequence numbers move nothing', (t) => {
  const random = seededRandom(7)
  const latch = new AddressLatch()
  latch.expect('192.0.2.10', 4000, 0)
  for (let index = 0; index < 1000; index++) {
    const forged = packetOf(Math.floor(random() * 65536), Math.floor(random() * 2 ** 32))
    latch.accept(`203.0.113.${index % 256}`, 1024 + index, forged, index * 4)
  }
  t.equal(`${latch.address}:${latch.port}`, sdp.phone)
  t.equal(latch.refused, 1000)
  t.end()
})

t.test('learning may be switched off', (t) => {
  const latch = new AddressLatch({ windowMs: 0, packets: 5, packetsSameIp: 2 })
  latch.expect('192.0.2.10', 4000, 0)
  for (let sequence = 0; sequence < 20; sequence++) t.equal(latch.accept('192.0.2.10', 61000, packetOf(sequence, 1), sequence), false)
  t.end()
})
