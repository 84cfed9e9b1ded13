/**
 * The status of an account (src/limits/status.ts says which and what follows): changed here and
 * nowhere else, with its reason, its line in the log and, when it is frozen or free again, a letter
 * to its owner. Calls ask for the status anew each time, so a change holds from the next call on.
 */
import { mayBecome } from '../limits/status.ts'
import type { AccountStatus } from '../limits/status.ts'
import { writeAudit } from './audit.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { mark } from './marks.ts'
import { tell } from './outbox.ts'

export interface StatusChange {
  readonly subscriberId: string
  readonly to: AccountStatus
  /** In the manager's words, or the code of the alarm that froze it; at most 255 characters. */
  readonly reason: string
  /** Login of the manager and where he sits; 'service' = nobody asked for it. */
  readonly by: { readonly actor: string; readonly from?: string } | 'service'
}

/**
 * Changes the status; answers what it was, or undefined when it was so already or, for the service,
 * when it is not its to change. Closing leaves numbers and money to the caller of this function.
 * Throws StoreError not_found, status_refused for a way that does not exist (out of 'closed').
 */
export async function setStatus(
  trx: Trx,
  { subscriberId, to, reason, by }: StatusChange,
  wallMs: number,
): Promise<AccountStatus | undefined> {
  const row = await trx
    .selectFrom('subscribers')
    .select('status')
    .where('id', '=', subscriberId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const from = row.status as AccountStatus
  if (from === to) return undefined
  if (!mayBecome(from, to, by === 'service' ? by : 'manager')) {
    if (by === 'service') return undefined
    throw new StoreError('status_refused', { from, to }, 'status')
  }
  const actor = by === 'service' ? 'system' : by.actor
  await trx
    .updateTable('subscribers')
    .set({
      status: to, status_reason: reason.slice(0, 255), status_by: actor.slice(0, 128),
      status_since: Math.floor(wallMs),
    })
    .where('id', '=', subscriberId)
    .execute()
  await writeAudit(trx, {
    actor, action: 'subscriber.status', subject: `subscriber:${subscriberId}`, subscriberId,
    details: { from, to, reason }, from: by === 'service' ? undefined : by.from,
  }, wallMs)
  await mark(trx, subscriberId, 'settings')
  await tellOwner(trx, subscriberId, to, wallMs)
  return from
}

/** What is closed or suspended has been talked about with a person; these two may come by night. */
async function tellOwner(
  trx: Trx, subscriberId: string, to: AccountStatus, wallMs: number,
): Promise<void> {
  if (to !== 'frozen' && to !== 'active') return
  const notice = {
    kind: 'accountChange', what: to, atMs: Math.floor(wallMs), from: '', agent: '',
  } as const
  await tell(trx, { subscriberId, key: `account:${newId(wallMs)}`, notice }, wallMs)
}

/** The status with its instant (null: since ever), and the calls allowed at once. */
export async function statusOf(db: Db, subscriberId: string): Promise<{
  readonly status: AccountStatus
  readonly since: number | null
  readonly maxCalls: number
}> {
  const row = await db
    .selectFrom('subscribers')
    .select(['status', 'status_since', 'max_calls'])
    .where('id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return {
    status: row.status as AccountStatus,
    since: row.status_since === null ? null : Number(row.status_since),
    maxCalls: row.max_calls,
  }
}
