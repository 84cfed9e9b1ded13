/**
 * Money as managers type it: «150», «2,50», «1 000.00». Pure.
 */

/** Kopecks of what was typed; undefined when it is no sum. */
export function readRoubles(text: string): number | undefined {
  const match = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(text.replaceAll(/[\s\u00a0\u202f]/g, ''))
  if (match === null) return undefined
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

/** The same for a field: '2,50', '150'. */
export function roublesText(kopecks: number): string {
  const rest = Math.abs(kopecks % 100)
  return `${Math.trunc(kopecks / 100)}${rest === 0 ? '' : `,${String(rest).padStart(2, '0')}`}`
}
