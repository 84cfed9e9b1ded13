/**
 * Ids of calls: UUIDv7 (RFC 9562 §5.7) as 32 hex digits, so that they sort by the time of the call.
 */
import { randomUUID } from 'node:crypto'

/** A new id for a call that begins at `wallMs`, milliseconds since 1970. */
export function callIdentifier(wallMs: number): string {
  const random = randomUUID()
  const time = Math.floor(wallMs).toString(16).padStart(12, '0')
  // Version 7 and twelve random bits, then the variant and 62 random bits as randomUUID made them.
  return `${time}7${random.slice(15, 18)}${random.slice(19, 23)}${random.slice(24)}`
}
