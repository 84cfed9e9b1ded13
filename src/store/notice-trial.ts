/**
 * Where notices of a subscriber would go now, and a trial notice to there: he should see that it
 * arrives before he relies on it.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { addressesOf } from './notice-choices.ts'
import type { Addresses, NoticeChannel, OwnNumber } from './notice-choices.ts'
import { readOptions } from './options.ts'
import { tell } from './outbox.ts'
import { lockSubscriber } from './rule-set.ts'

const againMs = 60_000
const perDay = 10
const dayMs = 86_400_000

/** «Мои номера» of these subscribers for SMS: proved ones where that is asked, default first. */
export async function smsNumbers(
  db: Db,
  subscriberIds: readonly string[],
  verifyNumbers: boolean,
): Promise<ReadonlyMap<string, readonly OwnNumber[]>> {
  const found = new Map<string, OwnNumber[]>()
  if (subscriberIds.length === 0) return found
  const rows = await db
    .selectFrom('numbers as n')
    .innerJoin('subscribers as s', 's.id', 'n.subscriber_id')
    .select(['n.id', 'n.address', 'n.subscriber_id', 'n.verified_at', 's.default_number_id'])
    .where('n.subscriber_id', 'in', [...subscriberIds])
    .orderBy((eb) => eb('n.id', '<>', eb.fn.coalesce('s.default_number_id', eb.val(''))))
    .orderBy('n.id')
    .execute()
  for (const { id, address, subscriber_id: owner, verified_at: proved } of rows) {
    if (verifyNumbers && proved === null) continue
    const list = found.get(owner)
    if (list) list.push({ id, address })
    else found.set(owner, [{ id, address }])
  }
  return found
}

/** The number an SMS would go to now; '' = none. */
export async function smsAddressOf(
  db: Db,
  subscriberId: string,
  verifyNumbers: boolean,
): Promise<string> {
  return (await addresses(db, subscriberId, verifyNumbers)).sms
}

/**
 * Puts a trial notice into the outbox and answers its address. Throws StoreError not_found,
 * no_address, too_many_trials (one a minute, ten a day over all channels).
 */
export async function sendTrial(
  db: Db,
  subscriberId: string,
  channel: NoticeChannel,
  { wallMs, verifyNumbers }: { readonly wallMs: number; readonly verifyNumbers: boolean },
): Promise<string> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const address = (await addresses(trx, subscriberId, verifyNumbers))[channel]
    if (address === '') throw new StoreError('no_address', {}, 'channel')
    const sent = await trx
      .selectFrom('outbox')
      .select('created_at')
      .where('subscriber_id', '=', subscriberId)
      .where('kind', '=', 'test')
      .where('created_at', '>', String(wallMs - dayMs))
      .execute()
    if (sent.length >= perDay || sent.some((row) => Number(row.created_at) > wallMs - againMs))
      throw new StoreError('too_many_trials', { limit: perDay })
    const to = { channel, address }
    const key = `test:${newId(wallMs)}`
    await tell(trx, { subscriberId, key, notice: { kind: 'test' }, to }, wallMs)
    return address
  })
}

async function addresses(
  db: Db,
  subscriberId: string,
  verifyNumbers: boolean,
): Promise<Addresses> {
  const row = await db
    .selectFrom('subscribers')
    .select('options')
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const numbers = await smsNumbers(db, [subscriberId], verifyNumbers)
  return addressesOf(readOptions(row.options), numbers.get(subscriberId) ?? [])
}
