/**
 * Sequence numbers, timestamps and statistics of one direction of an RTP session (RFC 3550
 * appendix A.1, A.3, A.8): what a receiver counts and reports, what a sender stamps. It keeps no
 * payload and puts nothing in order (jitter-buffer.ts); whether the sender's address may be
 * believed is address-latch.ts.
 */
import { rtpHeaderOctets, writeRtpHeader } from './packet.ts'
import type { RtpHeader, RtpPacket } from './packet.ts'
import { middleOfNtp } from './rtcp.ts'
import type { ReportBlock, SenderInfo } from './rtcp.ts'

/** A jump forward of so many packets may still be loss (RFC 3550 A.1: 3000, a minute of audio). */
const maxDropout = 3000
/** A packet so far behind is late; one further behind comes from a restarted sender (A.1: 100). */
const maxMisorder = 100
/** A source that was silent so long makes room for another at once. */
const ssrcHoldMs = 100
/** Sequence numbers of two packets that prove a new source may differ by so much. */
const probationSpread = 10
/** Packets of the source before are still under way for so long after a change. */
const stragglingMs = 200

/**
 * What a packet is to its stream:
 * - 'first': begins it; 'next': in order, or after a loss; 'late': reordered or a duplicate
 * - 'newSource', 'restarted': the sender began anew; whoever keeps packets must map its timestamps
 * anew
 * - 'straggler': of the source before, overtaken by the first packets of the present one
 * - 'suspect': outside the window, or of a source that has not proved itself; to be dropped
 */
export type Arrival =
  'first' | 'next' | 'late' | 'newSource' | 'restarted' | 'straggler' | 'suspect'

/** One direction, as received. */
export class ReceiveStream {
  /** Source that is listened to; -1 = none yet. */
  ssrc = -1
  /** Counters over all sources of this direction, for the record of the call. */
  packets = 0
  octets = 0
  suspects = 0
  sources = 0
  /** When the last good packet came, on the caller's clock. */
  lastArrivalMs = 0
  readonly #ticksPerMs: number
  #baseSequence = 0
  /** Highest sequence number with its cycles. */
  #highest = 0
  #badSequence = -1
  #received = 0
  #expectedPrior = 0
  #receivedPrior = 0
  /** Lost with sources that came before the present one. */
  #lostEarlier = 0
  #jitter = 0
  #transit = 0
  #hasTransit = false
  #lastTimestamp = 0
  #candidateSsrc = -1
  #candidateSequence = 0
  #previousSsrc = -1
  #previousHighest = 0
  #changedMs = -Infinity
  #lastSr = 0
  #lastSrMs = 0

  /** `clockRate` in ticks per second: 8000 for G.711. */
  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000
  }

  /** Counts a packet that came at `nowMs` and says what it is. */
  receive(packet: RtpPacket, nowMs: number): Arrival {
    const arrival = this.#judge(packet, nowMs)
    if (arrival === 'suspect') {
      this.suspects++
      return arrival
    }
    this.packets++
    this.octets += packet.payloadOctets
    if (arrival === 'straggler') {
      // One that was counted as lost when its source was left.
      if (((packet.sequence - this.#previousHighest) << 16) < 0) this.#lostEarlier--
      return arrival
    }
    this.#received++
    this.lastArrivalMs = nowMs
    this.#measureJitter(packet.timestamp, nowMs)
    return arrival
  }

  /** The highest sequence number received, cycles included. */
  get extendedSequence(): number {
    return this.#highest
  }

  /** Interarrival jitter in ticks (A.8). */
  get jitterTicks(): number {
    return this.#jitter
  }

  /** Packets that never came, over all sources; negative when duplicates came. */
  get lost(): number {
    return this.#lostEarlier + this.#lostNow()
  }

  /** Notes a sender report, so that our next block can refer to it. */
  noteSenderReport(sender: SenderInfo, nowMs: number): void {
    this.#lastSr = middleOfNtp(sender.ntpSeconds, sender.ntpFraction)
    this.#lastSrMs = nowMs
  }

  /**
   * The block of our next report (A.3), and the start of its next interval; undefined = no source.
   */
  report(nowMs: number): ReportBlock | undefined {
    if (this.ssrc < 0) return undefined
    const expected = this.#highest - this.#baseSequence + 1
    const expectedNow = expected - this.#expectedPrior
    const lostNow = expectedNow - (this.#received - this.#receivedPrior)
    this.#expectedPrior = expected
    this.#receivedPrior = this.#received
    const sinceSr = this.#lastSr === 0 ? 0 : Math.round((nowMs - this.#lastSrMs) * 65.536)
    return {
      ssrc: this.ssrc,
      fractionLost: expectedNow <= 0 || lostNow <= 0
        ? 0
        : Math.min(255, Math.floor(lostNow * 256 / expectedNow)),
      packetsLost: Math.max(-0x800000, Math.min(0x7fffff, this.#lostNow())),
      highestSequence: this.#highest >>> 0,
      jitterTicks: Math.floor(this.#jitter),
      lastSr: this.#lastSr,
      delaySinceLastSr: sinceSr >>> 0,
    }
  }

  #lostNow(): number {
    return this.ssrc < 0 ? 0 : this.#highest - this.#baseSequence + 1 - this.#received
  }

  #judge(packet: RtpPacket, nowMs: number): Arrival {
    if (packet.ssrc !== this.ssrc) return this.#judgeSource(packet, nowMs)
    const step = (packet.sequence - this.#highest) & 0xffff
    if (step > 0 && step < maxDropout) {
      this.#highest += step
      this.#badSequence = -1
      return 'next'
    }
    if (step === 0 || step > 0x10000 - maxMisorder) return 'late'
    // A.1: two in sequence after a very large jump prove that the sender restarted.
    if (packet.sequence === this.#badSequence) {
      this.#begin(packet)
      return 'restarted'
    }
    this.#badSequence = (packet.sequence + 1) & 0xffff
    return 'suspect'
  }

  /**
   * Another source. While the present one is heard the other must show two packets (A.1:
   * MIN_SEQUENTIAL), so that one forged datagram does not turn the call over.
   */
  #judgeSource(packet: RtpPacket, nowMs: number): Arrival {
    const isFirst = this.ssrc < 0
    if (this.#isStraggler(packet, nowMs)) return 'straggler'
    if (!isFirst && nowMs - this.lastArrivalMs < ssrcHoldMs && !this.#isProved(packet)) {
      this.#candidateSsrc = packet.ssrc
      this.#candidateSequence = packet.sequence
      return 'suspect'
    }
    this.#lostEarlier += this.#lostNow()
    this.#previousSsrc = this.ssrc
    this.#previousHighest = this.#highest
    this.#changedMs = nowMs
    this.#begin(packet)
    this.ssrc = packet.ssrc
    this.sources++
    this.#lastSr = 0
    return isFirst ? 'first' : 'newSource'
  }

  #isStraggler(packet: RtpPacket, nowMs: number): boolean {
    if (packet.ssrc !== this.#previousSsrc || nowMs - this.#changedMs > stragglingMs) return false
    return Math.abs(((packet.sequence - this.#previousHighest) << 16) >> 16) <= probationSpread
  }

  #isProved(packet: RtpPacket): boolean {
    if (packet.ssrc !== this.#candidateSsrc) return false
    const step = ((packet.sequence - this.#candidateSequence) << 16) >> 16
    return step !== 0 && Math.abs(step) <= probationSpread
  }

  #begin(packet: RtpPacket): void {
    if (packet.ssrc === this.ssrc) this.#lostEarlier += this.#lostNow()
    this.#baseSequence = packet.sequence
    this.#highest = packet.sequence
    this.#badSequence = -1
    this.#candidateSsrc = -1
    this.#received = 0
    this.#expectedPrior = 0
    this.#receivedPrior = 0
    this.#hasTransit = false
    this.#jitter = 0
  }

  /**
   * A.8, in ticks. Packets with the timestamp of the one before (telephone-event updates) say
   * nothing about transit and are left out.
   */
  #measureJitter(timestamp: number, nowMs: number): void {
    const arrival = nowMs * this.#ticksPerMs
    if (this.#hasTransit && timestamp === this.#lastTimestamp) return
    const transit = arrival - timestamp
    if (this.#hasTransit) {
      // Timestamps wrap at 2^32; a difference beyond ten seconds is a jump and not jitter.
      let difference = Math.abs(transit - this.#transit)
      if (difference > 2 ** 31) difference = Math.abs(difference - 2 ** 32)
      if (difference < this.#ticksPerMs * 10_000) this.#jitter += (difference - this.#jitter) / 16
    }
    this.#transit = transit
    this.#hasTransit = true
    this.#lastTimestamp = timestamp
  }
}

/** One direction, as sent. It is its own header, so that stamping allocates nothing. */
export class SendStream implements RtpHeader {
  marker = false
  payloadType = 0
  /** Of the next packet. */
  sequence: number
  timestamp: number
  readonly ssrc: number
  packets = 0
  octets = 0
  /** Timestamp of the media clock; `timestamp` may lag behind it while a digit is sent. */
  #clock: number

  /** The three are random (RFC 3550 §5.1): `ssrc` and `timestamp` 32 bits, `sequence` 16. */
  constructor(ssrc: number, sequence: number, timestamp: number) {
    this.ssrc = ssrc >>> 0
    this.sequence = sequence & 0xffff
    this.timestamp = timestamp >>> 0
    this.#clock = this.timestamp
  }

  /** The media clock, ticks: the timestamp that a frame sent now bears. */
  get clock(): number {
    return this.#clock
  }

  /**
   * Writes the header of a packet with `payloadOctets` of payload and returns its octets. Without
   * `timestamp` the packet bears the media clock; a telephone-event bears that of its start.
   */
  stamp(
    into: Uint8Array, payloadType: number, payloadOctets: number, marker = false,
    timestamp: number = this.#clock,
  ): number {
    this.payloadType = payloadType
    this.marker = marker
    this.timestamp = timestamp
    writeRtpHeader(into, this)
    this.sequence = (this.sequence + 1) & 0xffff
    this.packets++
    this.octets += payloadOctets
    return rtpHeaderOctets
  }

  /** Time goes on, whether a packet was sent or not. */
  advance(ticks: number): void {
    this.#clock = (this.#clock + ticks) >>> 0
  }

  /** What a sender report says of this stream; the NTP words name the present instant. */
  senderInfo(ntp: { ntpSeconds: number, ntpFraction: number }): SenderInfo {
    return { ...ntp, timestamp: this.#clock, packets: this.packets, octets: this.octets >>> 0 }
  }
}
