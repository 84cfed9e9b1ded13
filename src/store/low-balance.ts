/**
 * The notice that little money is left: told once when an entry takes the balance below what the
 * subscriber wants to be told of, and again only after it was above. Belongs to every entry that
 * takes money, whoever makes it.
 */
import type { Entry } from '../money/ledger.ts'
import type { Kopecks } from '../money/tariff.ts'
import type { Db } from './database.ts'
import type { NoticeEvent } from './outbox.ts'

/** The event of an entry after which less than `lowKopecks` is left; undefined for any other. */
export function lowBalanceEvent(
  subscriberId: string, beforeKopecks: Kopecks, entry: Entry, lowKopecks: Kopecks,
): NoticeEvent | undefined {
  const { balanceKopecks, number } = entry
  if (beforeKopecks < lowKopecks || balanceKopecks >= lowKopecks) return undefined
  return {
    subscriberId, key: `lowBalance:${subscriberId}:${number}`,
    notice: { kind: 'lowBalance', balanceKopecks },
  }
}

/** What a subscriber wants to be told of: less than this is little. */
export async function lowBalanceOf(db: Db, subscriberId: string): Promise<Kopecks> {
  const row = await db.selectFrom('subscribers').select('low_balance_kopecks')
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  return Number(row?.low_balance_kopecks ?? 0)
}
