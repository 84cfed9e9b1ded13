/**
 * The one error that a faulty session description causes. A description that is well formed but of
 * no use to us causes none: `answerOffer` returns undefined and the server answers 488.
 */

/** Stable codes. */
export type SdpFault =
  /** Longer than `sdpLimits`, in whole or in a part. */
  | 'sdp_too_large'
  /** It does not begin with v=0. */
  | 'sdp_version'
  /** An m= line that cannot be answered: too few fields, or a port that is none. */
  | 'sdp_media'
  /** An o= or c= line that names no address. */
  | 'sdp_origin'
  | 'sdp_connection'

/**
 * A peer's session description breaks RFC 8866; `line` counts from 1. A request with it gets 400.
 */
export class SdpParseError extends Error {
  override readonly name = 'SdpParseError'
  readonly code: SdpFault
  readonly line: number
  readonly status = 400

  constructor(code: SdpFault, line: number, reason: string) {
    super(`${reason} (line ${line})`)
    this.code = code
    this.line = line
  }
}
