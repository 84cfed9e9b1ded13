/**
 * Days that a subscriber changed in his calendar; the country's days lie beneath them
 * (production-calendar.ts).
 */
import type { DayKind } from '../call/calendar.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

/** Three years of days off; every call carries them. */
const maxDays = 500

export interface OwnDay {
  /** Local, YYYY-MM-DD. */
  readonly date: string
  readonly kind: DayKind
  readonly name: string
}

/** Own days from `from` to `to`, both inclusive, in order. */
export async function listOwnDays(
  db: Db,
  subscriberId: string,
  from: string,
  to: string,
): Promise<readonly OwnDay[]> {
  const rows = await db
    .selectFrom('subscriber_days')
    .select(['date', 'kind', 'name'])
    .where('subscriber_id', '=', subscriberId)
    .where('date', '>=', from)
    .where('date', '<=', to)
    .orderBy('date')
    .execute()
  return rows.map(({ date, kind, name }) => ({ date, kind: kind as DayKind, name }))
}

/** Sets these days, replacing what stood there. Throws StoreError limit. */
export async function setOwnDays(
  db: Db,
  subscriberId: string,
  days: readonly OwnDay[],
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    for (const day of days) {
      await trx
        .insertInto('subscriber_days')
        .values({ subscriber_id: subscriberId, ...day })
        .onDuplicateKeyUpdate({ kind: day.kind, name: day.name })
        .execute()
    }
    await checkLimit(trx, subscriberId)
    await storeRuleSet(trx, subscriberId)
  })
}

/** Makes a day what the country has it. Throws StoreError not_found. */
export async function deleteOwnDay(db: Db, subscriberId: string, date: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const gone = await trx
      .deleteFrom('subscriber_days')
      .where('subscriber_id', '=', subscriberId)
      .where('date', '=', date)
      .executeTakeFirst()
    if (gone.numDeletedRows === 0n) throw new StoreError('not_found')
    await storeRuleSet(trx, subscriberId)
  })
}

async function checkLimit(trx: Trx, subscriberId: string): Promise<void> {
  const { count } = await trx
    .selectFrom('subscriber_days')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirstOrThrow()
  if (Number(count) > maxDays) throw new StoreError('limit', { limit: maxDays })
}
