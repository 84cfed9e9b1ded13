/**
 * Chance that cannot be guessed, for both servers: tags, branches and Call-IDs of SIP (RFC 3261
 * §19.3 asks for at least 32 cryptographically random bits), SSRCs, sequence numbers and timestamps
 * of RTP (RFC 3550 §8.1). Drawn from the system in bulk, since a call needs a dozen.
 */
import { randomFillSync } from 'node:crypto'

const pool = new Uint32Array(1024)
let next = pool.length

/** A number from 0 (included) to 1 (excluded) with 32 random bits. */
export function secureRandom(): number {
  if (next >= pool.length) {
    randomFillSync(pool)
    next = 0
  }
  return (pool[next++] ?? 0) / 2 ** 32
}
