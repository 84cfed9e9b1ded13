/**
 * The names of what may be wrong with a packet from the network. They are values and not thrown
 * errors: whoever floods a port with rubbish must not make us build a stack trace for each piece,
 * and a bad packet never ends a call, it only counts. It does not cover files (wav.ts throws).
 */

/** Stable codes, fit for a metric's label. */
export type PacketFault =
  /** Fewer octets than the fixed header. */
  | 'rtp_too_short'
  /** Version other than 2. */
  | 'rtp_wrong_version'
  /** The packet ends within the CSRC list. */
  | 'rtp_csrc_truncated'
  /** The packet ends within the header extension. */
  | 'rtp_extension_truncated'
  /** Padding of zero octets, or more than there is payload. */
  | 'rtp_bad_padding'
  | 'rtcp_too_short'
  | 'rtcp_wrong_version'
  /** A compound packet begins with SR or RR (RFC 3550 §6.1). */
  | 'rtcp_wrong_first'
  /** A length field points past the datagram. */
  | 'rtcp_truncated'
  | 'rtcp_bad_padding'
