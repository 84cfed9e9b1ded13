/**
 * Chance for the engine and names for messages. Tags, branches and Call-IDs have to be
 * unpredictable: RFC 3261 §19.3 asks for at least 32 cryptographically random bits. They are drawn
 * from the system in bulk, since a call needs a dozen.
 */
import { randomFillSync, randomUUID } from 'node:crypto'

const pool = new Uint32Array(1024)
let next = pool.length

/** A number from 0 (included) to 1 (excluded) with 32 random bits. */
export function cryptoRandom(): number {
  if (next >= pool.length) {
    randomFillSync(pool)
    next = 0
  }
  return (pool[next++] ?? 0) / 2 ** 32
}

/**
 * Ids of messages to applications: they must be unique, nobody need fail to guess them, and a call
 * takes a dozen. The shape is a UUID's; a random beginning keeps two servers apart.
 */
export function messageIds(): () => string {
  const beginning = randomUUID().slice(0, 24)
  let count = 0
  return () => beginning + String(++count).padStart(12, '0')
}
