/**
 * Whether rules of a subscriber may ring a number: what line it is, whether its country is open to
 * him, whether it has been in his list long enough. Also the look at a new number before it is
 * saved: how many other accounts ring it.
 */
import { isAbroad, whyBarred } from '../limits/destination.ts'
import type { Destination, DestinationClass } from '../limits/destination.ts'
import { raiseOnce } from './alarms.ts'
import type { Db } from './database.ts'
import { limitsOf, openedCountries } from './limits.ts'
import { fraudAlarm } from './limits-shared.ts'
import { destinationOf } from './number-class.ts'

/** What of a row of `numbers` a verdict depends on. */
export interface JudgedRow {
  readonly address: string
  readonly class: string | null
  readonly country: string | null
  readonly address_since: string | null
}

export interface Verdict {
  readonly destination: Destination
  /** undefined: it may be rung. */
  readonly barred: 'class' | 'country' | undefined
  /** When it may be rung first, milliseconds since 1970; undefined: always could. */
  readonly ringsFrom: number | undefined
}

export type Judge = (row: JudgedRow) => Promise<Verdict>

/** The judge of one subscriber's numbers, as his countries and limits are now. */
export async function judgeOf(db: Db, subscriberId: string): Promise<Judge> {
  const countries = await openedCountries(db, subscriberId)
  const { newTargetMinutes } = await limitsOf(db, subscriberId)
  return async (row) => {
    const destination = row.class === null ? await destinationOf(row.address)
      : { class: row.class as DestinationClass, country: row.country ?? '' }
    const since = row.address_since === null ? undefined : Number(row.address_since)
    const waits = newTargetMinutes > 0 && isAbroad(destination)
    return {
      destination, barred: whyBarred(destination, countries),
      ringsFrom: since === undefined || !waits ? undefined : since + newTargetMinutes * 60_000,
    }
  }
}

/** Why a number may not be saved: its class, its country, or too many accounts that ring it. */
export type SaveFault =
  | { readonly why: Extract<DestinationClass, 'premium' | 'shared' | 'satellite' | 'special'> }
  | { readonly why: 'country'; readonly country: string }
  | { readonly why: 'manyAccounts' }

/**
 * What speaks against saving `address` among the subscriber's numbers; undefined: nothing. A
 * telephone in too many accounts is told to people of the operator as well.
 */
export async function saveFault(
  db: Db, subscriberId: string, address: string, wallMs: number,
): Promise<SaveFault | undefined> {
  const destination = await destinationOf(address)
  const barred = whyBarred(destination, await openedCountries(db, subscriberId))
  if (barred === 'class') {
    const why = destination.class as Extract<SaveFault, { why: 'premium' }>['why']
    return { why }
  }
  if (barred === 'country') return { why: 'country', country: destination.country }
  const { accountsPerTarget: limit } = await limitsOf(db, subscriberId)
  if (limit === 0) return undefined
  const { accounts } = await db
    .selectFrom('numbers')
    .select((eb) => eb.fn.count<string>('subscriber_id').distinct().as('accounts'))
    .where('address', '=', address)
    .where('subscriber_id', '<>', subscriberId)
    .executeTakeFirstOrThrow()
  if (Number(accounts) < limit) return undefined
  await raiseOnce(db, fraudAlarm({
    fault: 'manyAccounts', subscriberId, key: address,
    facts: { address, accounts: Number(accounts) + 1 },
  }, wallMs), wallMs)
  return { why: 'manyAccounts' }
}
