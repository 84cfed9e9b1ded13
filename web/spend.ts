/**
 * For how long the money lasts: what calls and the monthly fee took a day over this month and the
 * one before. Told only after a week of an account's life: before that it would be a guess.
 */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ChargesReply } from '../src/api/schema-money.ts'
import { moneyApi } from './api-money.ts'
import { monthsBetween } from './money-words.ts'
import { balanceChanged, serverNow, session, today } from './state.ts'

/** A month with its first line, if there is one. */
type Month = Pick<ChargesReply, 'month' | 'from' | 'firstMonth' | 'byKind' | 'lines'>

const dayMs = 86_400_000
const leastDays = 7
/** More days than this are no forecast. */
const mostDays = 365

/**
 * Kopecks a day, whole, at least 1; undefined without a week to reckon from or when nothing was
 * spent. The time before the account's first entry is no time without spending.
 */
export function dailySpend(now: number, months: readonly Month[]): number | undefined {
  const lived = months.filter(({ month, firstMonth }) => month >= firstMonth)
  const from = Math.min(...lived.map(({ month, firstMonth, from, lines }) =>
    month === firstMonth ? lines[0]?.at ?? from : from))
  const days = (now - from) / dayMs
  const spent = lived.flatMap(({ byKind }) => byKind)
    .filter(({ kind }) => kind === 'call' || kind === 'monthlyFee')
    .reduce((sum, { kopecks }) => sum - kopecks, 0)
  if (!(days >= leastDays) || spent <= 0) return undefined
  return Math.max(1, Math.round(spent / days))
}

/** Whole days a balance lasts; undefined when nothing is known, or more than a year. */
export function daysLeft(balance: number, perDay: number | undefined): number | undefined {
  if (perDay === undefined || balance <= 0) return undefined
  const days = Math.floor(balance / perDay)
  return days > mostDays ? undefined : days
}

/** Kopecks a day; undefined while unknown. */
export const perDay = signal<number | undefined>(undefined)

/** Keeps `perDay` right while a page shows it. */
export function useSpend(): void {
  const grown = balanceChanged.value
  const month = today.value.slice(0, 7)
  useEffect(() => {
    let current = true
    const previous = monthsBetween('0000-00', month)[1] ?? month
    Promise.all([previous, month].map((each) => 
      moneyApi.charges({ month: each, order: 'asc', limit: 1 })))
      .then((months) => {
        if (current && session.value === 'in') perDay.value = dailySpend(serverNow(), months)
      })
      // A forecast is no reason to disturb.
      .catch(() => { perDay.value = undefined })
    return () => { current = false }
  }, [grown, month])
}
