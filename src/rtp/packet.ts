/**
 * The RTP header (RFC 3550 §5.1, extension §5.3.1): reads a datagram into a view that is used over
 * again, writes the twelve octets of ours. It copies no payload, allocates nothing, and knows no
 * stream: order, loss and time are stream.ts.
 */
import type { PacketFault } from './fault.ts'

/** Octets of the header that we write: no CSRC, no extension. */
export const rtpHeaderOctets = 12

/** What a sender chooses for a packet. */
export interface RtpHeader {
  readonly marker: boolean
  /** 0–127. */
  readonly payloadType: number
  /** 0–65535. */
  readonly sequence: number
  /** Unsigned 32 bits, in ticks of the codec's clock. */
  readonly timestamp: number
  /** Unsigned 32 bits. */
  readonly ssrc: number
}

/**
 * One received packet: `read` fills the fields and they hold until the next `read`.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |            contributing source (CSRC) identifiers             |
 * |                             ....                              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      defined by profile       |           length              |  with X
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        header extension                       |
 * |                             ....                              |
 * ```
 */
export class RtpPacket implements RtpHeader {
  marker = false
  payloadType = 0
  sequence = 0
  timestamp = 0
  ssrc = 0
  csrcCount = 0
  /** 'Defined by profile' of the extension; -1 = there is none. */
  extensionProfile = -1
  /** The extension's words without its own four octets. */
  extensionOffset = 0
  extensionOctets = 0
  /** Where the payload begins in `bytes`, and its octets without padding. */
  payloadOffset = 0
  payloadOctets = 0
  /** The datagram; it belongs to the socket that read it. */
  bytes: Uint8Array = nothing

  /**
   * Reads `octets` octets of `bytes`. Returns undefined, or the fault; after a fault the fields are
   * not to be used.
   */
  read(bytes: Uint8Array, octets: number = bytes.length): PacketFault | undefined {
    if (octets < rtpHeaderOctets) return 'rtp_too_short'
    const first = bytes[0]!
    if (first >> 6 !== 2) return 'rtp_wrong_version'
    const second = bytes[1]!
    this.bytes = bytes
    this.marker = second >= 0x80
    this.payloadType = second & 0x7f
    this.sequence = (bytes[2]! << 8) | bytes[3]!
    this.timestamp = readUint32(bytes, 4)
    this.ssrc = readUint32(bytes, 8)
    this.csrcCount = first & 0x0f
    this.extensionProfile = -1
    this.extensionOctets = 0
    const start = rtpHeaderOctets + this.csrcCount * 4
    if (start > octets) return 'rtp_csrc_truncated'
    this.payloadOffset = start
    this.payloadOctets = octets - start
    if ((first & 0x10) !== 0 && !this.#readExtension(octets)) return 'rtp_extension_truncated'
    if ((first & 0x20) !== 0 && !this.#readPadding(octets)) return 'rtp_bad_padding'
    return undefined
  }

  /** Contributing source `index`, 0 … csrcCount - 1. */
  csrc(index: number): number {
    return readUint32(this.bytes, rtpHeaderOctets + index * 4)
  }

  #readExtension(octets: number): boolean {
    const start = this.payloadOffset
    if (start + 4 > octets) return false
    this.extensionProfile = (this.bytes[start]! << 8) | this.bytes[start + 1]!
    this.extensionOctets = ((this.bytes[start + 2]! << 8) | this.bytes[start + 3]!) * 4
    this.extensionOffset = start + 4
    const end = this.extensionOffset + this.extensionOctets
    if (end > octets) return false
    this.payloadOffset = end
    this.payloadOctets = octets - end
    return true
  }

  /** RFC 3550 §5.1: the last octet counts the octets to be ignored, itself included. */
  #readPadding(octets: number): boolean {
    const padding = this.bytes[octets - 1]!
    if (padding === 0 || padding > this.payloadOctets) return false
    this.payloadOctets -= padding
    return true
  }
}

/** Writes the fixed header at the start of `into` and returns its octets, 12. */
export function writeRtpHeader(into: Uint8Array, header: RtpHeader): number {
  into[0] = 0x80
  into[1] = header.payloadType | (header.marker ? 0x80 : 0)
  into[2] = header.sequence >>> 8
  into[3] = header.sequence
  writeUint32(into, 4, header.timestamp)
  writeUint32(into, 8, header.ssrc)
  return rtpHeaderOctets
}

/**
 * Whether a datagram that came to a shared port is RTCP: types 192–223 where RTP would have payload
 * types 64–95, which nobody may use then (RFC 5761 §4).
 */
export function isRtcp(bytes: Uint8Array, octets: number = bytes.length): boolean {
  return octets >= 4 && bytes[0]! >> 6 === 2 && bytes[1]! >= 192 && bytes[1]! <= 223
}

/** Unsigned 32 bits in network order. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16)
    | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0
}

/** Writes the low 32 bits of `value` in network order. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24
  bytes[offset + 1] = value >>> 16
  bytes[offset + 2] = value >>> 8
  bytes[offset + 3] = value
}

const nothing = new Uint8Array(0)
