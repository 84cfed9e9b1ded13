/**
 * RTCP (RFC 3550 §6): compound packets of SR or RR, SDES with the CNAME, and BYE, built and read.
 * One goes out about every five seconds, so these may allocate. It does not keep the numbers that
 * a report carries (stream.ts) and reads over what it does not know.
 */
import type { PacketFault } from './fault.ts'
import { readUint32, writeUint32 } from './packet.ts'

/** What a receiver tells of one sender (RFC 3550 §6.4.1). */
export interface ReportBlock {
  /** Whom it is about. */
  readonly ssrc: number
  /** Lost since the last report, in 256ths of what was expected. */
  readonly fractionLost: number
  /** Lost since the beginning, signed 24 bits: duplicates count as -1. */
  readonly packetsLost: number
  /** Cycles in the upper, the highest sequence number in the lower 16 bits. */
  readonly highestSequence: number
  /** Interarrival jitter in ticks. */
  readonly jitterTicks: number
  /** Middle 32 bits of the NTP time of the last SR; 0 = none came. */
  readonly lastSr: number
  /** Time since that SR came, in 65536ths of a second. */
  readonly delaySinceLastSr: number
}

/** What a sender tells of itself (RFC 3550 §6.4.1). */
export interface SenderInfo {
  /** Seconds since 1900, and 2^-32ths of a second. */
  readonly ntpSeconds: number
  readonly ntpFraction: number
  /** The same instant in ticks of the stream. */
  readonly timestamp: number
  readonly packets: number
  readonly octets: number
}

/** One packet of a compound. Types that we do not use are kept as 'other'. */
export type RtcpPacket =
  | { readonly kind: 'sr', readonly ssrc: number, readonly sender: SenderInfo,
      readonly reports: readonly ReportBlock[] }
  | { readonly kind: 'rr', readonly ssrc: number, readonly reports: readonly ReportBlock[] }
  | { readonly kind: 'sdes', readonly names: readonly { ssrc: number, cname: string }[] }
  | { readonly kind: 'bye', readonly ssrcs: readonly number[], readonly reason: string }
  | { readonly kind: 'other', readonly type: number }

/** What `writeRtcp` puts together. */
export interface RtcpCompound {
  readonly ssrc: number
  readonly cname: string
  /** Present = SR, we sent lately; undefined = RR. */
  readonly sender: SenderInfo | undefined
  readonly reports: readonly ReportBlock[]
  /** With a BYE at the end; '' = without a reason. */
  readonly bye?: string
}

const senderReport = 200
const receiverReport = 201
const sourceDescription = 202
const goodbye = 203
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const ntpUnixOffset = 2_208_988_800

/**
 * Reads a compound packet; a fault where it breaks the checks of RFC 3550 appendix A.2.
 *
 * ```
 * |V=2|P|    RC   |   PT=200..204 |   length in words less one    |
 * ```
 */
export function parseRtcp(
  bytes: Uint8Array, octets: number = bytes.length,
): RtcpPacket[] | PacketFault {
  if (octets < 8) return 'rtcp_too_short'
  const packets: RtcpPacket[] = []
  let at = 0
  while (at < octets) {
    if (at + 4 > octets) return 'rtcp_truncated'
    const first = bytes[at]!
    if (first >> 6 !== 2) return 'rtcp_wrong_version'
    const type = bytes[at + 1]!
    if (at === 0 && type !== senderReport && type !== receiverReport) return 'rtcp_wrong_first'
    const next = at + 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!) * 4
    if (next > octets) return 'rtcp_truncated'
    let end = next
    if ((first & 0x20) !== 0) {
      // Only the last packet of a compound may be padded (RFC 3550 §6.4.1).
      const padding = bytes[next - 1]!
      if (next !== octets || padding === 0 || padding > next - at - 4) return 'rtcp_bad_padding'
      end = next - padding
    }
    const packet = parseOne(bytes, at, end, type, first & 0x1f)
    if (packet === undefined) return 'rtcp_truncated'
    packets.push(packet)
    at = next
  }
  return packets
}

function parseOne(
  bytes: Uint8Array, at: number, end: number, type: number, count: number,
): RtcpPacket | undefined {
  if (type === sourceDescription) return parseNames(bytes, at + 4, end, count)
  if (type === goodbye) return parseBye(bytes, at + 4, end, count)
  if (type !== senderReport && type !== receiverReport) return { kind: 'other', type }
  const reportsAt = type === senderReport ? at + 28 : at + 8
  if (reportsAt + count * 24 > end) return undefined
  const ssrc = readUint32(bytes, at + 4)
  const reports = Array.from(
    { length: count }, (_, index) => parseReport(bytes, reportsAt + index * 24))
  if (type === receiverReport) return { kind: 'rr', ssrc, reports }
  const sender: SenderInfo = {
    ntpSeconds: readUint32(bytes, at + 8),
    ntpFraction: readUint32(bytes, at + 12),
    timestamp: readUint32(bytes, at + 16),
    packets: readUint32(bytes, at + 20),
    octets: readUint32(bytes, at + 24),
  }
  return { kind: 'sr', ssrc, sender, reports }
}

function parseReport(bytes: Uint8Array, at: number): ReportBlock {
  const lossWord = readUint32(bytes, at + 4)
  return {
    ssrc: readUint32(bytes, at),
    fractionLost: lossWord >>> 24,
    packetsLost: (lossWord << 8) >> 8,
    highestSequence: readUint32(bytes, at + 8),
    jitterTicks: readUint32(bytes, at + 12),
    lastSr: readUint32(bytes, at + 16),
    delaySinceLastSr: readUint32(bytes, at + 20),
  }
}

function parseNames(
  bytes: Uint8Array, from: number, end: number, count: number,
): RtcpPacket | undefined {
  const names: { ssrc: number, cname: string }[] = []
  let at = from
  for (let chunk = 0; chunk < count; chunk++) {
    if (at + 4 > end) return undefined
    const ssrc = readUint32(bytes, at)
    let cname = ''
    at += 4
    while (at < end && bytes[at] !== 0) {
      const length = bytes[at + 1]
      if (length === undefined || at + 2 + length > end) return undefined
      if (bytes[at] === 1) cname = textOf(bytes, at + 2, length)
      at += 2 + length
    }
    // The list ends with a zero octet, and is filled up to a word with more.
    at = from + ((at - from) & ~3) + 4
    names.push({ ssrc, cname })
  }
  return { kind: 'sdes', names }
}

function parseBye(
  bytes: Uint8Array, from: number, end: number, count: number,
): RtcpPacket | undefined {
  const reasonAt = from + count * 4
  if (reasonAt > end) return undefined
  const ssrcs = Array.from({ length: count }, (_, index) => readUint32(bytes, from + index * 4))
  if (reasonAt >= end) return { kind: 'bye', ssrcs, reason: '' }
  const length = bytes[reasonAt]!
  if (reasonAt + 1 + length > end) return undefined
  return { kind: 'bye', ssrcs, reason: textOf(bytes, reasonAt + 1, length) }
}

/**
 * Writes a compound packet at the start of `into` and returns its octets. At most 31 reports; the
 * name and the reason are cut to 255 octets. `into` needs 600 octets, and 24 for each report.
 */
export function writeRtcp(into: Uint8Array, compound: RtcpCompound): number {
  const count = Math.min(compound.reports.length, 31)
  let at = 8
  if (compound.sender !== undefined) at = writeSender(into, compound.sender)
  for (let index = 0; index < count; index++) at = writeReport(into, at, compound.reports[index]!)
  writeHead(into, 0, at, count, compound.sender === undefined ? receiverReport : senderReport)
  writeUint32(into, 4, compound.ssrc)
  at = writeName(into, at, compound.ssrc, compound.cname)
  return compound.bye === undefined ? at : writeBye(into, at, compound.ssrc, compound.bye)
}

function writeSender(into: Uint8Array, sender: SenderInfo): number {
  writeUint32(into, 8, sender.ntpSeconds)
  writeUint32(into, 12, sender.ntpFraction)
  writeUint32(into, 16, sender.timestamp)
  writeUint32(into, 20, sender.packets)
  writeUint32(into, 24, sender.octets)
  return 28
}

function writeReport(into: Uint8Array, at: number, report: ReportBlock): number {
  writeUint32(into, at, report.ssrc)
  writeUint32(into, at + 4, (report.fractionLost << 24) | (report.packetsLost & 0xffffff))
  writeUint32(into, at + 8, report.highestSequence)
  writeUint32(into, at + 12, report.jitterTicks)
  writeUint32(into, at + 16, report.lastSr)
  writeUint32(into, at + 20, report.delaySinceLastSr)
  return at + 24
}

function writeName(into: Uint8Array, start: number, ssrc: number, cname: string): number {
  writeUint32(into, start + 4, ssrc)
  into[start + 8] = 1
  const length = writeText(into, start + 10, cname)
  into[start + 9] = length
  const end = fillToWord(into, start + 10 + length, 1)
  writeHead(into, start, end, 1, sourceDescription)
  return end
}

function writeBye(into: Uint8Array, start: number, ssrc: number, reason: string): number {
  writeUint32(into, start + 4, ssrc)
  let end = start + 8
  if (reason !== '') {
    const length = writeText(into, start + 9, reason)
    into[start + 8] = length
    end = fillToWord(into, start + 9 + length, 0)
  }
  writeHead(into, start, end, 1, goodbye)
  return end
}

function writeHead(
  into: Uint8Array, start: number, end: number, count: number, type: number,
): void {
  const words = (end - start) / 4 - 1
  into[start] = 0x80 | count
  into[start + 1] = type
  into[start + 2] = words >> 8
  into[start + 3] = words
}

/** Zeros up to the next word, at least `least`; every packet starts on a word. */
function fillToWord(into: Uint8Array, from: number, least: number): number {
  const end = (from + least + 3) & ~3
  into.fill(0, from, end)
  return end
}

/** ASCII only: names and reasons are ours; anything else becomes '?'. */
function writeText(into: Uint8Array, at: number, text: string): number {
  const length = Math.min(text.length, 255)
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    into[at + index] = code >= 0x20 && code < 0x7f ? code : 0x3f
  }
  return length
}

function textOf(bytes: Uint8Array, at: number, length: number): string {
  let text = ''
  for (let index = at; index < at + length; index++) text += String.fromCharCode(bytes[index]!)
  return text
}

/** Unix milliseconds as the two words of an NTP timestamp (RFC 3550 §4). */
export function ntpOfUnixMs(unixMs: number): { ntpSeconds: number, ntpFraction: number } {
  const seconds = Math.floor(unixMs / 1000)
  const fraction = Math.floor((unixMs - seconds * 1000) / 1000 * 2 ** 32)
  return { ntpSeconds: (seconds + ntpUnixOffset) >>> 0, ntpFraction: fraction >>> 0 }
}

/** The middle 32 bits of an NTP timestamp, as LSR carries them. */
export function middleOfNtp(ntpSeconds: number, ntpFraction: number): number {
  return ((ntpSeconds << 16) | (ntpFraction >>> 16)) >>> 0
}

/**
 * Round-trip time in milliseconds from a report on our own stream (RFC 3550 §6.4.1): `arrival` is
 * the middle of the NTP time at which it came; undefined when the peer had no SR of ours yet.
 */
export function roundTripMs(report: ReportBlock, arrival: number): number | undefined {
  if (report.lastSr === 0) return undefined
  const units = (arrival - report.lastSr - report.delaySinceLastSr) | 0
  // Clocks that differ in rate may give a small negative value.
  return Math.max(0, units) * 1000 / 65536
}

/**
 * Milliseconds to the next report: five seconds, spread by half each way and corrected for the
 * shortening that the spread brings (RFC 3550 §6.3.1). `chance` is uniform in [0, 1).
 */
export function rtcpIntervalMs(chance: number): number {
  return 5000 * (0.5 + chance) / 1.21828
}
