/**
 * The filters of «Детализация» as its address holds them, and the sums of a month by their sign.
 * Pure.
 */
import type { ChargesReply } from '../src/api/schema-money.ts'
import type { EntryKind } from './api-money.ts'

/** The kinds of the ledger in the order they are offered; the record keeps the list whole. */
const kinds: Readonly<Record<EntryKind, number>> = {
  call: 1, monthlyFee: 2, payment: 3, bonus: 4, refund: 5, correction: 6,
}

export interface ChargesQuery {
  /** 'YYYY-MM'; '' is the present one. */
  readonly month: string
  readonly kind: EntryKind | ''
  /** The number of the oldest line of the page before this one; '' is the newest page. */
  readonly before: string
}

function isKind(text: string): text is EntryKind {
  return Object.hasOwn(kinds, text)
}

/** Reads an address; what does not fit is as if it were not there. */
export function readChargesQuery(search: URLSearchParams): ChargesQuery {
  const fit = (name: string, pattern: RegExp): string =>
    pattern.exec(search.get(name) ?? '')?.[0] ?? ''
  const kind = search.get('kind') ?? ''
  return {
    month: fit('month', /^20\d\d-(?:0[1-9]|1[0-2])$/), kind: isKind(kind) ? kind : '',
    before: fit('before', /^[1-9]\d{0,11}$/),
  }
}

/** The address of the page with these filters. */
export function chargesHref(query: ChargesQuery): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  const text = search.toString()
  return text === '' ? '/charges' : `/charges?${text}`
}

type KindSum = Pick<ChargesReply['byKind'][number], 'kind' | 'kopecks'>

/** The kinds to choose from: those the month has, and the chosen one even if it has none. */
export function offeredKinds(byKind: readonly KindSum[], chosen: ChargesQuery['kind']): KindSum[] {
  const missing = chosen === '' || byKind.some(({ kind }) => kind === chosen)
    ? [] : [{ kind: chosen, kopecks: 0 }]
  return [...byKind, ...missing].sort((a, b) => kinds[a.kind] - kinds[b.kind])
}

/** What came and what went, both positive. A kind counts by what it comes to in the month. */
export function inAndOut(
  byKind: ChargesReply['byKind'],
): { readonly income: number; readonly outgo: number } {
  let income = 0
  let outgo = 0
  for (const { kopecks } of byKind) {
    if (kopecks > 0) income += kopecks
    else outgo -= kopecks
  }
  return { income, outgo }
}
