/**
 * The PIN of the mailbox: kept as a slow hash, guessed at most five times within an hour, whoever
 * calls from wherever. Without a PIN there is no way in by telephone.
 */
import { sql } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { mark } from './marks.ts'
import { checkPassword } from './password.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

const windowMs = 3_600_000
const triesPerWindow = 5

/** Counts the try before it is looked at; a right one forgives those before it. */
export async function tryPin(
  db: Db,
  subscriberId: string,
  digits: string,
  wallMs: number,
): Promise<'right' | 'wrong' | 'locked' | 'none'> {
  const row = await db
    .selectFrom('subscribers')
    .select('mailbox_pin_hash')
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  if (!row || row.mailbox_pin_hash === null) return 'none'
  const old = wallMs - windowMs
  const counted = await db
    .updateTable('subscribers')
    // MySQL assigns from left to right: `pin_failures` still sees the old window.
    .set({
      pin_failures: sql<number>`IF(pin_window_start < ${old}, 1, pin_failures + 1)`,
      pin_window_start: sql<number>`IF(pin_window_start < ${old}, ${wallMs}, pin_window_start)`,
    })
    .where('id', '=', subscriberId)
    .where((eb) => eb.or([
      eb('pin_window_start', '<', String(old)), eb('pin_failures', '<', triesPerWindow),
    ]))
    .executeTakeFirst()
  if (counted.numUpdatedRows !== 1n) return 'locked'
  if (!(await checkPassword(digits, row.mailbox_pin_hash))) return 'wrong'
  await db
    .updateTable('subscribers')
    .set({ pin_failures: 0, pin_window_start: 0 })
    .where('id', '=', subscriberId)
    .execute()
  return 'right'
}

/** Sets the PIN by its hash, or takes it away; the count of wrong tries begins anew. */
export async function setPin(db: Db, subscriberId: string, hash: string | null): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await trx
      .updateTable('subscribers')
      .set((eb) => ({
        mailbox_pin_hash: hash,
        pin_failures: 0,
        pin_window_start: 0,
        settings_version: eb('settings_version', '+', 1),
      }))
      .where('id', '=', subscriberId)
      .execute()
    await storeRuleSet(trx, subscriberId)
    await mark(trx, subscriberId, 'settings')
  })
}
