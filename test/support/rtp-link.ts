/**
 * A seeded network between an RTP sender and whoever receives, under virtual time: packets are lost,
 * delayed, put out of order and doubled as told. Events come out in the order of their arrival.
 */
import { rtpHeaderOctets, writeRtpHeader } from '../../src/rtp/packet.ts'
import { seededRandom } from './seeded-random.ts'

/** What the network does. */
export interface LinkFaults {
  readonly seed: number
  /** 0 … 1. */
  readonly loss?: number
  readonly duplicates?: number
  /** Each packet is delayed by up to so much; packets overtake each other. */
  readonly jitterMs?: number
}

/** What the sender does. */
export interface Sending {
  readonly packets: number
  readonly payloadType?: number
  /** Samples of a packet. */
  readonly ticks?: number
  readonly firstSequence?: number
  readonly firstTimestamp?: number
  /** Every so many packets another SSRC, sequence and timestamp. */
  readonly newSourceEvery?: number
  /** Payload of packet `index`. */
  payload(index: number): Uint8Array
}

/** A datagram that arrives. */
export interface Arriving {
  readonly atMs: number
  readonly index: number
  readonly bytes: Uint8Array
}

/** All datagrams of a sending, by arrival. */
export function linkArrivals(sending: Sending, faults: LinkFaults): Arriving[] {
  const random = seededRandom(faults.seed)
  const ticks = sending.ticks ?? 160
  const arrivals: Arriving[] = []
  let ssrc = 0x1000
  let sequence = sending.firstSequence ?? 1000
  let timestamp = sending.firstTimestamp ?? 5000
  for (let index = 0; index < sending.packets; index++) {
    if (sending.newSourceEvery !== undefined && index > 0 && index % sending.newSourceEvery === 0) {
      ssrc++
      sequence = Math.floor(random() * 65536)
      timestamp = Math.floor(random() * 2 ** 32)
    }
    const payload = sending.payload(index)
    const bytes = new Uint8Array(rtpHeaderOctets + payload.length)
    writeRtpHeader(bytes, { marker: index === 0, payloadType: sending.payloadType ?? 0, sequence, timestamp, ssrc })
    bytes.set(payload, rtpHeaderOctets)
    const copies = random() < (faults.duplicates ?? 0) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const isLost = random() < (faults.loss ?? 0)
      const atMs = index * ticks / 8 + 40 + random() * (faults.jitterMs ?? 0)
      if (!isLost) arrivals.push({ atMs, index, bytes })
    }
    sequence = (sequence + 1) & 0xffff
    timestamp = (timestamp + ticks) >>> 0
  }
  return arrivals.sort((one, other) => one.atMs - other.atMs)
}
