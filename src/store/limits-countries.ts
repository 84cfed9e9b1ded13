/**
 * Opening countries abroad for the rules of a subscriber, by himself. What is not open is refused
 * when it is saved and barred in the document that calls read, so closing a country holds at once.
 */
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { openedCountries } from './limits.ts'
import { mark } from './marks.ts'
import type { Origin } from './notice.ts'
import { openableCountries } from './number-class.ts'
import { tell } from './outbox.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

/**
 * Opens these countries and closes all others; the owner is told of those that are new. Throws
 * StoreError not_found, bad_country for one that has no numbers or is open to everybody.
 */
export async function openCountries(
  db: Db, subscriberId: string, countries: readonly string[], by: Origin,
): Promise<void> {
  const known = await openableCountries()
  const wrong = countries.find((country) => !known.includes(country))
  if (wrong !== undefined) throw new StoreError('bad_country', { country: wrong }, 'countries')
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const old = await openedCountries(trx, subscriberId)
    const fresh = [...new Set(countries)].filter((country) => !old.includes(country))
    const closed = old.filter((country) => !countries.includes(country))
    if (fresh.length === 0 && closed.length === 0) return
    await write(trx, subscriberId, fresh, closed, by.atMs)
    await storeRuleSet(trx, subscriberId)
    await mark(trx, subscriberId, 'settings')
    if (fresh.length === 0) return
    const notice = {
      kind: 'accountChange', what: 'countries', countries: fresh.toSorted(), ...by,
    } as const
    await tell(trx, { subscriberId, key: `account:${newId(by.atMs)}`, notice }, by.atMs)
  })
}

async function write(
  trx: Trx, subscriberId: string, fresh: readonly string[], closed: readonly string[],
  wallMs: number,
): Promise<void> {
  if (fresh.length > 0) {
    await trx
      .insertInto('subscriber_countries')
      .values(fresh.map((country) => ({ subscriber_id: subscriberId, country, since: wallMs })))
      .execute()
  }
  if (closed.length > 0) {
    await trx
      .deleteFrom('subscriber_countries')
      .where('subscriber_id', '=', subscriberId)
      .where('country', 'in', closed)
      .execute()
  }
}
