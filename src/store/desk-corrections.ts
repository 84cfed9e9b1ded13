/**
 * Corrections of balances by hand: each with its reason, one ledger entry, once. Beyond a limit a
 * second manager must agree; until then the money does not move. What one manager has corrected of
 * one subscriber alone counts together for a day: many small ones are a large one.
 */
import { sql } from 'kysely'
import type { Kopecks } from '../money/tariff.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { idFrom, logDeed, onceForForm } from './desk-deed.ts'
import type { Deed } from './desk-deed.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { append, lockBalance } from './ledger.ts'

const dayMs = 86_400_000

export interface Correction {
  readonly id: string
  readonly subscriber: { readonly id: string; readonly name: string }
  /** Signed. */
  readonly kopecks: Kopecks
  readonly reason: string
  readonly state: 'waiting' | 'done' | 'refused'
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly createdBy: string
  readonly decidedBy: string
  readonly decidedAt: number | null
}

/**
 * Enters a correction, or leaves it for a second manager when it, with those of his own within a
 * day, is beyond ± `limitKopecks`. The same form again answers what is there. Throws StoreError not_found, form_reused.
 */
export async function addCorrection(
  db: Db,
  subscriberId: string,
  draft: { readonly key: string; readonly kopecks: Kopecks; readonly reason: string },
  limitKopecks: Kopecks,
  by: Deed,
): Promise<Correction> {
  const { key, kopecks, reason } = draft
  return inTransaction(db, async (trx) => {
    // Queues his corrections, whose sum must be right.
    await lockBalance(trx, subscriberId)
    const wish = ['correction', subscriberId, kopecks, reason]
    const { id } = await onceForForm(trx, by, { key, wish }, async () => {
      const made = newId(by.atMs)
      const alone = await correctedAlone(trx, subscriberId, by)
      const waits = alone + Math.abs(kopecks) > limitKopecks
      await trx
        .insertInto('desk_corrections')
        .values({
          id: made, subscriber_id: subscriberId, kopecks, reason,
          state: waits ? 'waiting' : 'done', created_by: by.login, created_at: by.atMs,
          decided_by: '', decided_at: waits ? null : by.atMs,
        })
        .execute()
      await logDeed(trx, by, {
        action: waits ? 'correction.ask' : 'correction.enter', subject: `correction:${made}`,
        subscriberId, details: { kopecks, reason },
      })
      if (!waits) await enter(trx, { id: made, subscriberId, kopecks, reason }, by.atMs)
      return made
    })
    return load(trx, id)
  })
}

/**
 * A second manager agrees, or anybody refuses. Throws StoreError not_found; correction_decided when
 * it does not wait any more; same_manager when he who asked for it would agree with himself.
 */
export async function decideCorrection(
  db: Db, id: string, decision: 'confirm' | 'refuse', by: Deed,
): Promise<Correction> {
  return inTransaction(db, async (trx) => {
    const row = await trx.selectFrom('desk_corrections').selectAll().where('id', '=', id)
      .forUpdate().executeTakeFirst()
    if (!row) throw new StoreError('not_found')
    if (row.state !== 'waiting') throw new StoreError('correction_decided', { state: row.state })
    if (decision === 'confirm' && row.created_by === by.login) throw new StoreError('same_manager')
    await trx
      .updateTable('desk_corrections')
      .set({
        state: decision === 'confirm' ? 'done' : 'refused', decided_by: by.login,
        decided_at: by.atMs,
      })
      .where('id', '=', id)
      .execute()
    const { subscriber_id: subscriberId, reason } = row
    const kopecks = Number(row.kopecks)
    await logDeed(trx, by, {
      action: `correction.${decision}`, subject: `correction:${id}`, subscriberId,
      details: { kopecks, reason, askedBy: row.created_by },
    })
    if (decision === 'confirm') await enter(trx, { id, subscriberId, kopecks, reason }, by.atMs)
    return load(trx, id)
  })
}

/** A page of corrections, the newest first, `before` an id. */
export async function listCorrections(
  db: Db,
  filter: {
    readonly state?: Correction['state'] | undefined
    readonly subscriber?: string | undefined
  },
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<{ readonly corrections: readonly Correction[]; readonly next: string | null }> {
  let select = corrections(db)
  if (filter.state !== undefined) select = select.where('c.state', '=', filter.state)
  if (filter.subscriber !== undefined)
    select = select.where('c.subscriber_id', '=', filter.subscriber)
  if (page.before !== undefined) select = select.where('c.id', '<', page.before)
  const rows = await select.orderBy('c.id', 'desc').limit(page.limit + 1).execute()
  const found = rows.slice(0, page.limit).map(correctionFrom)
  return { corrections: found, next: rows.length > page.limit ? found.at(-1)?.id ?? null : null }
}

/** What he has corrected of this subscriber within a day without a second manager, up and down. */
async function correctedAlone(trx: Trx, subscriberId: string, by: Deed): Promise<Kopecks> {
  const { sum } = await trx.selectFrom('desk_corrections')
    .select(sql<string | null>`SUM(ABS(kopecks))`.as('sum'))
    .where('subscriber_id', '=', subscriberId)
    .where('created_by', '=', by.login)
    .where('state', '=', 'done')
    .where('decided_by', '=', '')
    .where('id', '>=', idFrom(by.atMs - dayMs))
    .executeTakeFirstOrThrow()
  return Number(sum ?? 0)
}

async function enter(
  trx: Trx,
  correction: {
    readonly id: string
    readonly subscriberId: string
    readonly kopecks: Kopecks
    readonly reason: string
  },
  atMs: number,
): Promise<void> {
  const { id, subscriberId, kopecks, reason } = correction
  await append(trx, subscriberId, {
    key: `correction:${id}`, kind: 'correction', kopecks, atMs, text: reason,
  })
}

async function load(db: Db, id: string): Promise<Correction> {
  const row = await corrections(db).where('c.id', '=', id).executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return correctionFrom(row)
}

function corrections(db: Db) {
  return db
    .selectFrom('desk_corrections as c')
    .innerJoin('subscribers as s', 's.id', 'c.subscriber_id')
    .selectAll('c')
    .select('s.name')
}

type CorrectionRow = Awaited<ReturnType<ReturnType<typeof corrections>['execute']>>[number]

function correctionFrom(row: CorrectionRow): Correction {
  return {
    id: row.id,
    subscriber: { id: row.subscriber_id, name: row.name },
    kopecks: Number(row.kopecks),
    reason: row.reason,
    state: row.state as Correction['state'],
    createdAt: Number(row.created_at),
    createdBy: row.created_by,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at === null ? null : Number(row.decided_at),
  }
}
