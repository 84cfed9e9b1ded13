/**
 * «Сейчас всё на …» and «не беспокоить»: one choice of a subscriber that stands before his rules
 * until it expires. Expiry needs no job: whoever plans a call compares instants.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'
import type { StoredOverride } from './snapshot-parts.ts'

/** Sets the override, or takes it back. Throws StoreError unknown_number. */
export async function setOverride(
  db: Db,
  subscriberId: string,
  override: StoredOverride | undefined,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    if (override?.numberId !== undefined) {
      const known = await trx
        .selectFrom('numbers')
        .select('id')
        .where('id', '=', override.numberId)
        .where('subscriber_id', '=', subscriberId)
        .executeTakeFirst()
      if (!known) throw new StoreError('unknown_number', {}, 'targetId')
    }
    await trx
      .updateTable('subscribers')
      .set({ override_now: override === undefined ? null : JSON.stringify(override) })
      .where('id', '=', subscriberId)
      .execute()
    await storeRuleSet(trx, subscriberId)
  })
}
