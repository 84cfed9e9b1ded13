/**
 * Stretches of real time: half-open, in milliseconds since 1970.
 */

/** [from, to) */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** Puts intervals in order and joins those that touch or overlap. */
export function mergeIntervals(intervals: Interval[]): Interval[] {
  const sorted = intervals.toSorted((a, b) => a.from - b.from)
  const merged: Interval[] = []
  for (const next of sorted) {
    const last = merged.at(-1)
    if (last === undefined || next.from > last.to) merged.push(next)
    else if (next.to > last.to) merged[merged.length - 1] = { from: last.from, to: next.to }
  }
  return merged
}
