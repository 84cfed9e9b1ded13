/**
 * A waveform as the database keeps it: base64 of one octet per point (the largest amplitude of its
 * stretch, 0–255). The archive makes the points, the panel draws them.
 */

/** Points of one channel of a file. */
export const waveformPoints = 600

/** Points as a column keeps them. */
export function packPeaks(points: Uint8Array): string {
  return Buffer.from(points).toString('base64')
}

/** Points of a column, at most `most`: the largest of each stretch. Empty when there are none. */
export function readPeaks(text: string | null, most = waveformPoints): readonly number[] {
  if (text === null) return []
  const points = Buffer.from(text, 'base64')
  if (points.length <= most) return [...points]
  const fewer = Array.from({ length: most }, () => 0)
  for (const [index, point] of points.entries()) {
    const at = Math.floor((index * most) / points.length)
    if (point > fewer[at]!) fewer[at] = point
  }
  return fewer
}
