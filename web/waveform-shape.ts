/**
 * Arithmetic of a waveform: so many columns of so many peaks, and the stretches in which nobody
 * speaks. Pure; a peak is the largest amplitude of its stretch, 0–255.
 */
import type { Peaks } from '../src/api/schema-media.ts'

/** A stretch of sound, milliseconds from its start. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Below this an amplitude is the noise of a line. */
const quiet = 6
/** Shorter pauses belong to speech. */
const leastPauseMs = 1500

/** The peaks as `columns` values 0–1: the largest of each column's share; empty for no peaks. */
export function columnsOf(peaks: Peaks, columns: number): number[] {
  if (peaks.length === 0) return []
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(column * peaks.length / columns)
    const to = Math.max(from + 1, Math.floor((column + 1) * peaks.length / columns))
    let most = 0
    for (let at = from; at < to; at += 1) most = Math.max(most, peaks[at] ?? 0)
    return most / 255
  })
}

/** Where all channels are silent for long enough to be passed over. */
export function pausesOf(channels: readonly Peaks[], durationMs: number): Stretch[] {
  const known = channels.filter((peaks) => peaks.length > 0)
  const points = Math.max(0, ...known.map((peaks) => peaks.length))
  const silent = (at: number): boolean => known.every((peaks) =>
    (peaks[Math.floor(at * peaks.length / points)] ?? 0) < quiet)
  const found: Stretch[] = []
  let begun: number | undefined
  for (let at = 0; at <= points; at += 1) {
    if (at < points && silent(at)) begun ??= at
    else if (begun !== undefined) {
      const stretch = { from: begun / points * durationMs, to: at / points * durationMs }
      if (stretch.to - stretch.from >= leastPauseMs) found.push(stretch)
      begun = undefined
    }
  }
  return found
}

/** How much of a pause is left at its edges, so that words do not run into each other. */
const edgeMs = 250

/** Where to go on from `atMs` when pauses are passed over; undefined: nowhere in particular. */
export function skipFrom(pauses: readonly Stretch[], atMs: number): number | undefined {
  const pause = pauses.find(({ from, to }) => atMs >= from + edgeMs && atMs < to - edgeMs)
  return pause === undefined ? undefined : pause.to - edgeMs
}
