/**
 * What a minute of a call forwarded to a number costs: the rate of the subscriber's present tariff,
 * for the pages that show numbers. What a call is charged is not decided here.
 */
import type { LegPrice } from '../call/call-state.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { isIncluded, rateFor } from '../money/tariff.ts'
import type { Kopecks } from '../money/tariff.ts'
import type { Db } from './database.ts'
import { legPrice } from './live-charges.ts'
import { loadTariff, tariffIdAt } from './tariffs.ts'

export interface NumberPrice {
  readonly kopecksPerMinute: Kopecks
  /** Once for each call. */
  readonly connectionKopecks: Kopecks
  /** The rate's name: 'Россия, мобильные'; '' for a SIP address, which costs nothing. */
  readonly name: string
  /** The minutes that the monthly fee pays for are used first. */
  readonly included: boolean
}

/** null: the tariff has no rate, so it is not rung. */
export type PriceOf = (address: string) => NumberPrice | null

const free: NumberPrice = { kopecksPerMinute: 0, connectionKopecks: 0, name: '', included: false }

/** The prices of a subscriber as of `wallMs`; undefined while he has no tariff. */
export async function pricesOf(
  db: Db, subscriberId: string, wallMs: number,
): Promise<PriceOf | undefined> {
  const id = await tariffIdAt(db, subscriberId, wallMs)
  if (id === undefined) return undefined
  const tariff = await loadTariff(db, id)
  return (address) => {
    if (!address.startsWith('+')) return free
    const rate = rateFor(tariff, address)
    if (rate === undefined) return null
    const { kopecksPerMinute, connectionKopecks, name } = rate
    const included = tariff.includedSeconds > 0 && isIncluded(tariff, rate)
    return { kopecksPerMinute, connectionKopecks, name, included }
  }
}

/**
 * What legs of a call that begins now would be, as for a real call with no other beside it;
 * undefined while he has no tariff.
 */
export async function legPricesOf(
  db: Db, subscriber: Subscriber, wallMs: number,
): Promise<((address: string) => LegPrice) | undefined> {
  const id = await tariffIdAt(db, subscriber.id, wallMs)
  if (id === undefined) return undefined
  const tariff = await loadTariff(db, id)
  return (address) => legPrice(tariff, address, subscriber.balanceKopecks)
}
