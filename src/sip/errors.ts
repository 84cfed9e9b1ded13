/**
 * The one error that a faulty message of a peer causes, with the status that answers it
 * (RFC 3261 §16.3 step 1, §21.4.1). It does not cover faults of our own code: those throw `Error`.
 */

/**
 * A message, or a part of one, breaks the grammar of RFC 3261 §25 or a limit of ours.
 *
 * `status` is the final response for a request with this fault (400, 416, 505; a faulty response
 * is dropped), `reason` names the fault in a form fit for a reason phrase, `offset` counts octets
 * from the start of the text that was parsed.
 */
export class SipParseError extends Error {
  readonly status: number
  readonly reason: string
  readonly offset: number

  constructor(status: number, reason: string, offset: number) {
    super(`${reason} (at octet ${offset})`)
    this.name = 'SipParseError'
    this.status = status
    this.reason = reason
    this.offset = offset
  }
}
