/**
 * From which address a channel takes RTP, and to which it may send: the address of the SDP; another
 * one may be learnt once, shortly after the SDP, by packets in sequence (a telephone behind NAT);
 * then it is latched. Meant against probes and injection (ES2017-04 "RTP bleed", CVE-2025-53399):
 * nothing is ever sent to an address because it sent us something, until it has proved itself so.
 * Pure policy: no sockets; changes of the SSRC within the latched address are stream.ts.
 */
import type { RtpPacket } from './packet.ts'

/** Bounds of learning. */
export interface LatchBounds {
  /** After the SDP another address may be learnt for so long, ms; 0 = never. */
  readonly windowMs: number
  /** Packets in sequence that a stranger must show: 100 ms of speech. */
  readonly packets: number
  /** Packets that suffice from the SDP's own IP at another port: the usual NAT, harder to forge. */
  readonly packetsSameIp: number
}

/** Answering a call and speaking takes a telephone less than five seconds. */
export const usualLatch: LatchBounds = { windowMs: 5000, packets: 5, packetsSameIp: 2 }

/** A candidate that falls silent so long gives way to another, ms. */
const candidateTimeoutMs = 200
/** Loss and reordering that 'in sequence' allows. */
const maxStep = 4

/** The remote address of one channel. */
export class AddressLatch {
  /** Datagrams that were refused. */
  refused = 0
  /** Whether another address than the SDP's was learnt. */
  isLearnt = false
  readonly #bounds: LatchBounds
  #sdpAddress = ''
  #sdpPort = 0
  #address = ''
  #port = 0
  #isConfirmed = false
  #windowEndMs = -Infinity
  #candidateAddress = ''
  #candidatePort = 0
  #candidateSsrc = 0
  #candidateSequence = 0
  #candidateCount = 0
  #candidateMs = -Infinity

  constructor(bounds: LatchBounds = usualLatch) {
    this.#bounds = bounds
  }

  /** Where to send, '' = nowhere yet. */
  get address(): string {
    return this.#address
  }

  /** The port to send to, 0 = nowhere yet. */
  get port(): number {
    return this.#port
  }

  /** Whether packets came from the address that is sent to. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /**
   * The SDP names an address; '' = it names none (hold by 0.0.0.0, no far end yet). The same
   * address again changes nothing: what was learnt stays, and no new window opens.
   */
  expect(address: string, port: number, nowMs: number): void {
    if (address === this.#sdpAddress && port === this.#sdpPort) return
    this.#sdpAddress = address
    this.#sdpPort = port
    this.#address = address
    this.#port = address === '' ? 0 : port
    this.#isConfirmed = false
    this.isLearnt = false
    this.#candidateCount = 0
    // Who said nothing of an address cannot be found by listening for one.
    this.#windowEndMs = address === '' ? -Infinity : nowMs + this.#bounds.windowMs
  }

  /** Whether a well-formed packet from `address`:`port` may be used. */
  accept(address: string, port: number, packet: RtpPacket, nowMs: number): boolean {
    if (this.#port !== 0) {
      if (port === this.#port && address === this.#address) {
        this.#isConfirmed = true
        return true
      }
      if (port === this.#sdpPort && address === this.#sdpAddress) return this.#returnToSdp()
      if (this.#mayLearn(nowMs) && this.#isProved(address, port, packet, nowMs)) {
        this.#learn(address, port)
        return true
      }
    }
    this.refused++
    return false
  }

  /** RTCP comes from the same IP as RTP; its port is not known when NAT is between. */
  acceptControl(address: string): boolean {
    if (this.#port !== 0 && address === this.#address) return true
    this.refused++
    return false
  }

  /** Whoever was learnt in error gives way when the address of the SDP itself speaks. */
  #returnToSdp(): boolean {
    this.#address = this.#sdpAddress
    this.#port = this.#sdpPort
    this.#isConfirmed = true
    this.isLearnt = false
    this.#windowEndMs = -Infinity
    return true
  }

  /** Once, in the window, and only while the SDP's own address is silent. */
  #mayLearn(nowMs: number): boolean {
    return !this.#isConfirmed && nowMs < this.#windowEndMs
  }

  #isProved(address: string, port: number, packet: RtpPacket, nowMs: number): boolean {
    const isSame = address === this.#candidateAddress && port === this.#candidatePort
      && packet.ssrc === this.#candidateSsrc && this.#candidateCount > 0
    if (!isSame) {
      if (!this.#mayReplace(address, nowMs)) return false
      this.#candidateAddress = address
      this.#candidatePort = port
      this.#candidateSsrc = packet.ssrc
      this.#candidateCount = 0
    }
    const step = (packet.sequence - this.#candidateSequence) & 0xffff
    const follows = this.#candidateCount === 0 || (step >= 1 && step <= maxStep)
    this.#candidateCount = follows ? this.#candidateCount + 1 : 1
    this.#candidateSequence = packet.sequence
    this.#candidateMs = nowMs
    const needed = address === this.#sdpAddress ? this.#bounds.packetsSameIp : this.#bounds.packets
    return this.#candidateCount >= needed
  }

  /**
   * The SDP's IP is preferred; else the candidate that is there keeps its place until it falls
   * silent.
   */
  #mayReplace(address: string, nowMs: number): boolean {
    if (this.#candidateCount === 0 || nowMs - this.#candidateMs > candidateTimeoutMs) return true
    return address === this.#sdpAddress && this.#candidateAddress !== this.#sdpAddress
  }

  #learn(address: string, port: number): void {
    this.#address = address
    this.#port = port
    this.#isConfirmed = true
    this.isLearnt = true
    this.#windowEndMs = -Infinity
  }
}
