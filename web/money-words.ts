/**
 * Sums as people type them and as tables show them, months in words. Pure: the language is the one
 * of `text.ts`.
 */
import { capital } from './format.ts'
import { locale } from './text.ts'

/**
 * A sum in roubles as it is typed, in kopecks: '1 234,5' → 123450. undefined for what is no sum:
 * nothing, letters, more than two digits behind the comma.
 */
export function parseRoubles(text: string): number | undefined {
  const plain = text.replaceAll(/[\s\u00a0\u202f]/g, '').replace(/(?:₽|руб\.?|р\.?)$/i, '')
  const match = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(plain)
  if (match === null) return undefined
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

/** Kopecks as they stand in an address, and as one types them: 12345 → '123.45', 500_00 → '500'. */
export function plainRoubles(kopecks: number): string {
  const rest = kopecks % 100
  return rest === 0 ? String(kopecks / 100)
    : `${Math.floor(kopecks / 100)}.${String(rest).padStart(2, '0')}`
}

/** Kopecks for a column of a table: 380_00 → '380,00'; with `signed` '+300,00' and '−9,00'. */
export function columnSum(kopecks: number, signed = false): string {
  const text = new Intl.NumberFormat(locale(), {
    minimumFractionDigits: 2, maximumFractionDigits: 2,
  }).format(Math.abs(kopecks) / 100)
  return `${kopecks < 0 ? '−' : signed && kopecks > 0 ? '+' : ''}${text}`
}

/** 'YYYY-MM' as «Ноябрь 2025», or «ноябрь» without its year for sentences. */
export function monthWords(month: string, style: 'full' | 'plain'): string {
  const text = new Intl.DateTimeFormat(locale(), {
    month: 'long', timeZone: 'UTC', ...(style === 'full' ? { year: 'numeric' } : {}),
  }).format(Date.parse(`${month}-01T00:00:00Z`))
  return style === 'full' ? capital(text.replace(/\s?г\.$/, '')) : text
}

/** All months from `first` to `last`, both 'YYYY-MM', the newest first; at most ten years. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = []
  let year = Number(last.slice(0, 4))
  let month = Number(last.slice(5))
  for (let count = 0; count < 120; count += 1) {
    const name = `${year}-${String(month).padStart(2, '0')}`
    months.push(name)
    if (name <= first) break
    month = month === 1 ? 12 : month - 1
    if (month === 12) year -= 1
  }
  return months
}
