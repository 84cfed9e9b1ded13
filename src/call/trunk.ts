/**
 * A trunk leads to the telephone network: who may call us from there, how we call out through it,
 * and what it wants to see about the caller.
 */

export interface Trunk {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  /** Addresses from which its INVITEs are taken, CIDR. Empty = it sends us nothing. */
  readonly inboundNets: readonly string[]
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  /** Digest credentials for its challenges; undefined = never answer a challenge. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
  /** How numbers are written in URIs: '+7916…', '7916…', or '8916…' (national, Russian). */
  readonly numberFormat: 'e164plus' | 'e164' | 'national'
  /** Whose number stands in From: the caller's, or the personal number. */
  readonly identity: 'caller' | 'personal'
  /** Whether P-Asserted-Identity is sent (and Privacy honoured by leaving it out). */
  readonly assertIdentity: boolean
  readonly diversion: 'none' | 'diversion' | 'historyInfo'
  /** Outgoing trunks are tried in this order, smaller first. */
  readonly order: number
  /** Simultaneous legs; undefined = unlimited. */
  readonly capacity: number | undefined
  /**
   * Seconds without a provisional response until the next trunk is tried. A 100 counts where the
   * SIP server tells of it (the embedded one does); else this must exceed the post-dial delay.
   */
  readonly provisionalSeconds: number
  /** Whether it lets callers hear 183 early media: own ringback and announcements; absent = no. */
  readonly earlyMedia?: boolean
}
