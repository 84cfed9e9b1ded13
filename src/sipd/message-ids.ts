/**
 * Names for messages to applications. They must be unique, nobody need fail to guess them, and a
 * call takes a dozen: cheaper than a random UUID each.
 */
import { randomUUID } from 'node:crypto'

/** Makes ids of a UUID's shape; a random beginning keeps two servers apart. */
export function messageIds(): () => string {
  const beginning = randomUUID().slice(0, 24)
  let count = 0
  return () => beginning + String(++count).padStart(12, '0')
}
