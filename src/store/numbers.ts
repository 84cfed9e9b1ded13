/**
 * «Мои номера»: the phones of a subscriber that rules may ring. Every function takes the
 * subscriber's id, so that nobody reaches another's rows.
 */
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

export const maxNumbers = 50

export interface NumberDraft {
  /** E.164 with plus or a SIP URI. */
  readonly address: string
  readonly description: string
}

export interface StoredNumber extends NumberDraft {
  readonly id: string
  /** Names of the rules that use it, in winning order. */
  readonly usedBy: readonly string[]
  readonly isDefault: boolean
  /** The same address stands in the list more than once. */
  readonly repeated: boolean
}

/** All numbers, oldest first. */
export async function listNumbers(db: Db, subscriberId: string): Promise<readonly StoredNumber[]> {
  const rows = await db
    .selectFrom('numbers as n')
    .innerJoin('subscribers as s', 's.id', 'n.subscriber_id')
    .select(['n.id', 'n.address', 'n.description', 's.default_number_id'])
    .where('n.subscriber_id', '=', subscriberId)
    .orderBy('n.id')
    .execute()
  const uses = await db
    .selectFrom('rule_targets as t')
    .innerJoin('rules as r', 'r.id', 't.rule_id')
    .select(['t.number_id', 'r.name'])
    .distinct()
    .select(['r.priority', 'r.position', 'r.id'])
    .where('r.subscriber_id', '=', subscriberId)
    .orderBy('r.priority', 'desc')
    .orderBy('r.position')
    .execute()
  const count = new Map<string, number>()
  for (const { address } of rows) count.set(address, (count.get(address) ?? 0) + 1)
  return rows.map((row) => ({
    id: row.id,
    address: row.address,
    description: row.description,
    usedBy: uses.filter((use) => use.number_id === row.id).map((use) => use.name),
    isDefault: row.default_number_id === row.id,
    repeated: count.get(row.address) !== 1,
  }))
}

/** One number. Throws StoreError not_found, also for a number of somebody else. */
export async function loadNumber(db: Db, subscriberId: string, id: string): Promise<StoredNumber> {
  const found = (await listNumbers(db, subscriberId)).find((number) => number.id === id)
  if (!found) throw new StoreError('not_found')
  return found
}

/** Adds a number and answers its id. Throws StoreError limit. */
export async function addNumber(
  db: Db,
  subscriberId: string,
  draft: NumberDraft,
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const { count } = await trx
      .selectFrom('numbers')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirstOrThrow()
    if (Number(count) >= maxNumbers) throw new StoreError('limit', { limit: maxNumbers })
    await trx
      .insertInto('numbers')
      .values({ id, subscriber_id: subscriberId, ...draft })
      .execute()
    await storeRuleSet(trx, subscriberId)
  })
  return id
}

/** Changes a number; rules that use it ring the new address from the next call on. */
export async function updateNumber(
  db: Db,
  subscriberId: string,
  id: string,
  draft: NumberDraft,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const changed = await trx
      .updateTable('numbers')
      .set({ address: draft.address, description: draft.description })
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) throw new StoreError('not_found')
    await storeRuleSet(trx, subscriberId)
  })
}

/**
 * Deletes a number. Throws StoreError number_in_use (naming the rules), number_is_default,
 * not_found.
 */
export async function deleteNumber(db: Db, subscriberId: string, id: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await refuseWhenUsed(trx, subscriberId, id)
    const deleted = await trx
      .deleteFrom('numbers')
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (deleted.numDeletedRows === 0n) throw new StoreError('not_found')
    await storeRuleSet(trx, subscriberId)
  })
}

async function refuseWhenUsed(trx: Trx, subscriberId: string, id: string): Promise<void> {
  const number = (await listNumbers(trx, subscriberId)).find((one) => one.id === id)
  if (!number) throw new StoreError('not_found')
  if (number.usedBy.length > 0) {
    throw new StoreError('number_in_use', {
      rules: number.usedBy.join(', '),
      count: number.usedBy.length,
    })
  }
  if (number.isDefault) throw new StoreError('number_is_default')
}
