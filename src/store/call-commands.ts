/**
 * Orders to calls that live: the panel or the desk writes a row, the process that has the call
 * decides it, the row tells both what came of it. Each is decided once; the same order asked again
 * while it is open is that order. What an order does is not known here.
 */
import { sql } from 'kysely'
import type { OrderKind } from '../call/record.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { databaseNowMs, databaseNowText } from './leases.ts'
import { mark } from './marks.ts'

export interface NewCallCommand {
  readonly callId: string
  /** Whose call it must be; undefined: anybody's. */
  readonly subscriberId: string | undefined
  readonly kind: OrderKind
  readonly by: 'subscriber' | 'manager'
  readonly accountId: string
}

/** Why an order failed, besides what the call machine says. */
export type CommandWhy = 'voicemailOff' | 'noMedia' | 'notRecorded' | 'noReply' | 'refused'

export interface CallCommand {
  readonly id: string
  readonly kind: OrderKind
  readonly state: 'open' | 'done' | 'tooLate' | 'failed'
  readonly why: CommandWhy | undefined
}

export interface OpenCallCommand {
  readonly id: string
  readonly callId: string
  readonly kind: OrderKind
  readonly by: 'subscriber' | 'manager'
  readonly isStale: boolean
}

/** The process of a call looks twice a second; whoever waits at the screen waits no longer. */
const patienceMs = 10_000
const dayMs = 86_400_000

/**
 * Orders something of a live call. Throws StoreError not_found (also for somebody else's call),
 * call_over. `also` runs in the same transaction.
 */
export async function addCallCommand(
  db: Db,
  { callId, subscriberId, kind, by, accountId }: NewCallCommand,
  wallMs: number,
  also: (trx: Trx) => Promise<void> = async () => {},
): Promise<CallCommand> {
  return inTransaction(db, async (trx) => {
    const call = await trx
      .selectFrom('calls')
      .select(['subscriber_id', 'ended_at'])
      .where('id', '=', callId)
      // Queues who orders the same at the same moment: it is one order.
      .forUpdate()
      .executeTakeFirst()
    if (!call || (subscriberId !== undefined && call.subscriber_id !== subscriberId))
      throw new StoreError('not_found')
    if (call.ended_at !== null) throw new StoreError('call_over')
    const same = await trx
      .selectFrom('call_commands')
      .select(['id', 'kind', 'state', 'why'])
      .where('call_id', '=', callId)
      .where('kind', '=', kind)
      .where('state', '=', 'open')
      .where('expires_ms', '>', sql<string>`${databaseNowMs}`)
      .executeTakeFirst()
    if (same) return commandFrom(same)
    const id = newId(wallMs)
    await trx
      .insertInto('call_commands')
      .values({
        id,
        call_id: callId,
        subscriber_id: call.subscriber_id,
        kind,
        by_role: by,
        account_id: accountId,
        created_at: Math.floor(wallMs),
        expires_ms: sql<number>`${databaseNowMs} + ${patienceMs}`,
        state: 'open',
        why: '',
      })
      .execute()
    await also(trx)
    return { id, kind, state: 'open', why: undefined }
  })
}

/** One command of a call; `subscriberId` as above. Throws StoreError not_found. */
export async function loadCallCommand(
  db: Db,
  callId: string,
  id: string,
  subscriberId: string | undefined,
): Promise<CallCommand> {
  let select = db
    .selectFrom('call_commands')
    .select(['id', 'kind', 'state', 'why'])
    .select(sql<number>`expires_ms <= ${databaseNowMs}`.as('stale'))
    .where('id', '=', id)
    .where('call_id', '=', callId)
  if (subscriberId !== undefined) select = select.where('subscriber_id', '=', subscriberId)
  const row = await select.executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  if (row.state === 'open' && Number(row.stale) === 1)
    return { ...commandFrom(row), state: 'failed', why: 'noReply' }
  return commandFrom(row)
}

/** What nobody has decided yet, oldest first. Few rows at any time. */
export const openCommandsSql = `
  SELECT id, call_id, kind, by_role, expires_ms <= ${databaseNowText} AS stale
  FROM call_commands WHERE state = 'open' ORDER BY created_at LIMIT 200`

export interface OpenCommandRow {
  readonly id: string
  readonly call_id: string
  readonly kind: string
  readonly by_role: string
  readonly stale: number
}

/** A row of `openCommandsSql`. */
export function openCommandFrom(row: OpenCommandRow): OpenCallCommand {
  return {
    id: row.id,
    callId: row.call_id,
    kind: row.kind as OrderKind,
    by: row.by_role === 'manager' ? 'manager' : 'subscriber',
    isStale: Number(row.stale) === 1,
  }
}

/** Stores a verdict; a command that is decided stays as it is. Open panels hear of it. */
export async function decideCallCommand(
  db: Db,
  id: string,
  verdict: { readonly state: 'done' | 'tooLate' | 'failed'; readonly why?: CommandWhy },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('call_commands')
      .set({ state: verdict.state, why: verdict.why ?? '' })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return
    const row = await trx
      .selectFrom('call_commands')
      .select('subscriber_id')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (row.subscriber_id !== null) await mark(trx, row.subscriber_id, 'calls')
  })
}

/** Forgets commands of the day before. */
export async function forgetCallCommands(db: Db, wallMs: number): Promise<void> {
  await db
    .deleteFrom('call_commands')
    .where('created_at', '<', String(Math.floor(wallMs) - dayMs))
    .execute()
}

function commandFrom(row: {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly why: string
}): CallCommand {
  return {
    id: row.id,
    kind: row.kind as OrderKind,
    state: row.state as CallCommand['state'],
    why: row.why === '' ? undefined : (row.why as CommandWhy),
  }
}
