/**
 * Why a call ended, by the names that event sockets use and the numbers of ITU-T Q.850 that go into
 * the Reason header of a BYE (RFC 3326).
 */
const numbers: Readonly<Record<string, number>> = {
  UNALLOCATED_NUMBER: 1,
  NO_ROUTE_DESTINATION: 3,
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  CALL_REJECTED: 21,
  DESTINATION_OUT_OF_ORDER: 27,
  NORMAL_UNSPECIFIED: 31,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41,
  SWITCH_CONGESTION: 42,
  BEARERCAPABILITY_NOTAVAIL: 58,
  INCOMPATIBLE_DESTINATION: 88,
  MANDATORY_IE_MISSING: 96,
  RECOVERY_ON_TIMER_EXPIRE: 102,
  INTERWORKING: 127,
  ORIGINATOR_CANCEL: 487,
  MANAGER_REQUEST: 503,
  ALLOTTED_TIMEOUT: 602,
  MEDIA_TIMEOUT: 604,
}

/** A cause by its name; unknown ones become NORMAL_CLEARING. */
export function hangupCause(name: string): string {
  const upper = name.trim().toUpperCase()
  return Object.hasOwn(numbers, upper) ? upper : 'NORMAL_CLEARING'
}

/**
 * Value of a Reason header for a cause (RFC 3326 §2). Q.850 ends at 127; beyond are SIP's own
 * 487 and numbers that only media servers know, which must not pass for Q.850.
 */
export function reasonHeader(cause: string): string {
  const number = numbers[cause] ?? 16
  const protocol = number < 128 ? 'Q.850' : number < 600 ? 'SIP' : 'Mediaserver'
  return `${protocol};cause=${number};text="${cause}"`
}
