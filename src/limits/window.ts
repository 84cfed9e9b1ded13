/**
 * How many calls there were within the last hour, from counts of whole hours: those of this one,
 * and of the one before as much as still lies within sixty minutes. Two numbers instead of a list
 * of instants; off by a few calls when they were uneven, which a limit of dozens can bear.
 */

const hourMs = 3_600_000

/** The hour an instant (milliseconds since 1970) lies in. */
export function hourOf(wallMs: number): number {
  return Math.floor(wallMs / hourMs)
}

/** Calls of the last sixty minutes. */
export function lastHour(thisHour: number, hourBefore: number, wallMs: number): number {
  const passed = (wallMs % hourMs) / hourMs
  return thisHour + hourBefore * (1 - passed)
}
