/**
 * Ids made by the application (RFC 9562 §5.7, UUIDv7 as 32 hex digits): sorted by time, so that new
 * rows land at the end of an index, and unique without asking the database.
 */
import { randomFillSync } from 'node:crypto'

const pool = new Uint8Array(9 * 256)
let used = pool.length
let lastMs = 0
let count = 0

/**
 * A new id for the wall-clock instant `wallMs` (milliseconds since 1970); ids of one process rise.
 */
export function newId(wallMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.subarray(used, (used += 9))
  const ms = Math.floor(wallMs)
  // §6.2 method 1: ids of the same millisecond count on in the 12 bits after the version.
  count = ms > lastMs ? random[8]! : count + 1
  lastMs = Math.max(lastMs, ms)
  if (count > 0xfff) {
    count = 0
    lastMs++
  }
  const tail = Buffer.from(random.subarray(0, 8))
  tail[0] = 0x80 | (tail[0]! & 0x3f) // variant 10
  return (
    lastMs.toString(16).padStart(12, '0') + (0x7000 | count).toString(16) + tail.toString('hex')
  )
}
