/**
 * Setting limits: by managers, with a reason and a line in the log. A change reaches calls with the
 * next INVITE: of one subscriber through his document, of all through the topic that every process
 * watches.
 */
import { limitTable } from '../limits/limit-table.ts'
import type { LimitName } from '../limits/limit-table.ts'
import { writeAudit } from './audit.ts'
import type { Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { limitRows, limitsOf, ofAll } from './limits.ts'
import { mark } from './marks.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'
import { announce } from './topics.ts'

export interface LimitChange {
  /** undefined = of all. */
  readonly subscriberId: string | undefined
  readonly name: LimitName
  /** null takes the row back. */
  readonly value: number | null
  readonly reason: string
  /** Login of the manager and where he sits. */
  readonly by: { readonly actor: string; readonly from?: string }
}

/**
 * Sets one limit, or takes it back, with its line in the log. `concurrentCalls` of a subscriber is
 * a column of his; that of all is what new subscribers begin with. Throws StoreError bad_limit,
 * not_found.
 */
export async function setLimit(trx: Trx, change: LimitChange, wallMs: number): Promise<void> {
  const { subscriberId, name, value, reason, by } = change
  const { least, most } = limitTable[name]
  if (value !== null && (value < least || value > most))
    throw new StoreError('bad_limit', { least, most }, 'value')
  if (subscriberId !== undefined) await lockSubscriber(trx, subscriberId)
  const old = (await limitRows(trx, subscriberId))[name]
  await writeRow(trx, change, wallMs)
  await writeAudit(trx, {
    actor: by.actor, action: 'limit.set', subject: `limit:${name}`, subscriberId,
    details: { name, from: old?.value ?? null, to: value, reason }, from: by.from,
  }, wallMs)
  if (subscriberId === undefined) return announce(trx, 'limits')
  if (name === 'concurrentCalls') {
    const { concurrentCalls } = await limitsOf(trx, subscriberId)
    await trx
      .updateTable('subscribers')
      .set({ max_calls: concurrentCalls })
      .where('id', '=', subscriberId)
      .execute()
  }
  await storeRuleSet(trx, subscriberId)
  // Calls that live look again at what they may cost.
  await mark(trx, subscriberId, name === 'spendPerDayKopecks' ? 'balance' : 'settings')
}

async function writeRow(trx: Trx, change: LimitChange, wallMs: number): Promise<void> {
  const { subscriberId = ofAll, name, value, reason, by } = change
  if (value === null) {
    await trx
      .deleteFrom('limits')
      .where('subscriber_id', '=', subscriberId)
      .where('name', '=', name)
      .execute()
    return
  }
  const row = { value, reason, changed_by: by.actor.slice(0, 128), changed_at: Math.floor(wallMs) }
  await trx
    .insertInto('limits')
    .values({ subscriber_id: subscriberId, name, ...row })
    .onDuplicateKeyUpdate(row)
    .execute()
}
