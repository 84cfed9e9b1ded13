/**
 * The personal numbers that the operator has: free, kept for a request, assigned, resting after a
 * subscriber has left (quarantine), or gone to another operator (ported). What is assigned stands in
 * personal_numbers, too, and both change in one transaction. Reservations and quarantines that are
 * over are free without anybody's deed: every look counts them so.
 */
import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'
import { announce } from './topics.ts'

export type PoolState = 'free' | 'reserved' | 'assigned' | 'quarantine' | 'ported'

/** Callers of the last owner must have found out before the next one gets the number. */
export const quarantineDays = 90
const dayMs = 86_400_000
const pageSize = 50
const insertBatch = 500

/**
 * A free number for a request, kept for it until `untilMs`; the one it already has is kept longer.
 * `wish`: the beginning of the wished number; when none of these is free any other is taken.
 * undefined: there is no free number at all.
 */
export async function reserveFor(
  trx: Trx, request: { readonly id: string; readonly wish: string }, untilMs: number,
  wallMs: number,
): Promise<string | undefined> {
  const has = await reservedFor(trx, request.id, wallMs)
  if (has !== undefined) {
    const { numUpdatedRows } = await trx.updateTable('number_pool').set({ until: untilMs })
      .where('address', '=', has.number)
      .where('registration_id', '=', request.id)
      .where('state', '=', 'reserved')
      .executeTakeFirst()
    // A manager may have taken it for something else at this very moment.
    if (numUpdatedRows === 1n) return has.number
  }
  for (const prefix of request.wish === '' ? [''] : [request.wish, '']) {
    const candidates = await trx.selectFrom('number_pool').select('address')
      .where(isFree(wallMs))
      .where('address', 'like', `${prefix}%`)
      .orderBy('address')
      .limit(20)
      .execute()
    for (const { address } of candidates) {
      // A colleague may just have taken this one: then it is the next.
      if (await reserve(trx, address, request.id, untilMs, wallMs)) return address
    }
  }
  return undefined
}

/** Keeps a certain number for a request instead. Throws StoreError number_taken. */
export async function reserveNumber(
  trx: Trx, address: string, requestId: string, untilMs: number, wallMs: number,
): Promise<void> {
  await checkFree(trx, address, wallMs, requestId)
  await releaseFor(trx, requestId, wallMs)
  await reserve(trx, address, requestId, untilMs, wallMs)
}

/** The number kept for a request now. */
export async function reservedFor(
  db: Db, requestId: string, wallMs: number,
): Promise<{ readonly number: string; readonly until: number } | undefined> {
  const row = await db.selectFrom('number_pool').select(['address', 'until'])
    .where('registration_id', '=', requestId)
    .where('state', '=', 'reserved')
    .where('until', '>', String(wallMs))
    .executeTakeFirst()
  return row && { number: row.address, until: Number(row.until) }
}

/** What was kept for a request is free again. */
export async function releaseFor(trx: Trx, requestId: string, wallMs: number): Promise<void> {
  await trx.updateTable('number_pool')
    .set({ state: 'free', until: null, registration_id: null, changed_at: Math.floor(wallMs) })
    .where('registration_id', '=', requestId)
    .where('state', '=', 'reserved')
    .execute()
}

/**
 * Locks a number of the pool that is free, or kept for the request named. Throws StoreError
 * number_taken, also for one the pool does not have.
 */
export async function checkFree(
  trx: Trx, address: string, wallMs: number, requestId = '',
): Promise<void> {
  const row = await lockNumber(trx, address)
  const isKept = row?.state === 'reserved' && row.registration_id === requestId
  if (row === undefined || !(isKept || isFreeRow(row, wallMs)))
    throw new StoreError('number_taken', {}, 'number')
}

/** Gives a free number of the pool to a subscriber. Throws StoreError number_taken. */
export async function assignNumber(
  trx: Trx, address: string, subscriberId: string, wallMs: number,
): Promise<void> {
  await checkFree(trx, address, wallMs)
  await addPersonalNumber(trx, address, subscriberId, wallMs)
}

/**
 * Gives a subscriber a number whether the pool has it or not: it is in the pool afterwards. Throws
 * StoreError number_taken when it is somebody's.
 */
export async function addPersonalNumber(
  trx: Trx, address: string, subscriberId: string, wallMs: number,
): Promise<void> {
  await trx.insertInto('personal_numbers')
    .values({ address, subscriber_id: subscriberId })
    .execute()
    .catch((fault: unknown) => {
      throw isDuplicate(fault) ? new StoreError('number_taken', {}, 'number') : fault
    })
  const row = {
    state: 'assigned', until: null, subscriber_id: subscriberId, registration_id: null,
    changed_at: Math.floor(wallMs),
  }
  await trx.insertInto('number_pool')
    .values({ address, note: '', ...row })
    .onDuplicateKeyUpdate(row)
    .execute()
  await announce(trx, 'personalNumbers')
}

/**
 * Takes a number from a subscriber: it rests for `days` and is free then. Throws StoreError
 * not_found when it is not his.
 */
export async function retireNumber(
  trx: Trx, address: string, subscriberId: string, wallMs: number, days = quarantineDays,
): Promise<void> {
  const { numDeletedRows } = await trx.deleteFrom('personal_numbers')
    .where('address', '=', address)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (numDeletedRows !== 1n) throw new StoreError('not_found')
  const row = {
    state: 'quarantine', until: Math.floor(wallMs) + days * dayMs, subscriber_id: subscriberId,
    registration_id: null, changed_at: Math.floor(wallMs),
  }
  await trx.insertInto('number_pool')
    .values({ address, note: '', ...row })
    .onDuplicateKeyUpdate(row)
    .execute()
  await announce(trx, 'personalNumbers')
}

export interface PoolChange {
  readonly state: Exclude<PoolState, 'assigned'>
  /** Of a reservation or quarantine; null = open. */
  readonly days: number | null
  readonly note: string
}

/** Changes a number that nobody has. Throws StoreError not_found, number_assigned. */
export async function changePoolNumber(
  trx: Trx, address: string, { state, days, note }: PoolChange, wallMs: number,
): Promise<{ readonly before: PoolState }> {
  const row = await lockNumber(trx, address)
  if (row === undefined) throw new StoreError('not_found')
  if (row.state === 'assigned') throw new StoreError('number_assigned')
  const ends = (state === 'quarantine' || state === 'reserved') && days !== null
  await trx.updateTable('number_pool')
    .set({
      state, note, until: ends ? Math.floor(wallMs) + days * dayMs : null, registration_id: null,
      changed_at: Math.floor(wallMs),
    })
    .where('address', '=', address)
    .execute()
  return { before: row.state as PoolState }
}

/** Adds numbers as free; those the pool knows stay as they are. Answers how many there are. */
export async function importNumbers(
  db: Db, numbers: readonly string[], note: string, dryRun: boolean, wallMs: number,
): Promise<{ readonly fresh: number; readonly known: number }> {
  return inTransaction(db, async (trx) => {
    let known = 0
    for (let at = 0; at < numbers.length; at += insertBatch) {
      const some = numbers.slice(at, at + insertBatch)
      const there = await trx.selectFrom('number_pool').select('address')
        .where('address', 'in', some)
        .execute()
      known += there.length
      const old = new Set(there.map(({ address }) => address))
      const rows = some.filter((address) => !old.has(address)).map((address) => ({
        address, state: 'free', until: null, note, subscriber_id: null, registration_id: null,
        changed_at: Math.floor(wallMs),
      }))
      if (dryRun || rows.length === 0) continue
      await trx.insertInto('number_pool').values(rows)
        .onDuplicateKeyUpdate((eb) => ({ address: eb.ref('number_pool.address') }))
        .execute()
    }
    return { fresh: numbers.length - known, known }
  })
}

export interface PoolRow {
  readonly address: string
  readonly state: PoolState
  readonly until: number | null
  readonly note: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  readonly request: { readonly id: string; readonly number: number } | null
  readonly changedAt: number
}

export interface PoolFilter {
  readonly state?: PoolState | undefined
  /** Digits of the number, or a part of the subscriber's name. */
  readonly q?: string | undefined
  /** The last address of the page before. */
  readonly after?: string | undefined
}

/** A page of the pool by number; `more`: there are further ones. */
export async function listPool(
  db: Db, { state, q = '', after }: PoolFilter, wallMs: number,
): Promise<{ readonly rows: readonly PoolRow[]; readonly more: boolean }> {
  const text = q.trim()
  const figures = text.replaceAll(/[\s()+-]/g, '')
  const rows = await db
    .selectFrom('number_pool as p')
    .leftJoin('subscribers as s', 's.id', 'p.subscriber_id')
    .leftJoin('registrations as r', 'r.id', 'p.registration_id')
    .select(['p.address', 'p.until', 'p.note', 'p.subscriber_id', 's.name', 'p.changed_at'])
    .select(['p.registration_id', 'r.number'])
    .select(stateNow('p', wallMs).as('state'))
    .$if(state !== undefined, (qb) => qb.where(stateNow('p', wallMs), '=', state!))
    .$if(after !== undefined, (qb) => qb.where('p.address', '>', after!))
    .$if(text !== '', (qb) => qb.where((eb) => /^\d{2,15}$/.test(figures)
      ? eb('p.address', 'like', `%${figures}%`)
      : eb('s.name', 'like', `%${likeText(text)}%`)))
    .orderBy('p.address')
    .limit(pageSize + 1)
    .execute()
  return {
    more: rows.length > pageSize,
    rows: rows.slice(0, pageSize).map((row): PoolRow => {
      const isKept = row.state === 'reserved' || row.state === 'quarantine'
      return {
        address: row.address,
        state: row.state,
        until: isKept && row.until !== null ? Number(row.until) : null,
        note: row.note,
        subscriber: row.subscriber_id === null ? null
          : { id: row.subscriber_id, name: row.name ?? '' },
        request: row.state !== 'reserved' || row.registration_id === null ? null
          : { id: row.registration_id, number: Number(row.number) },
        changedAt: Number(row.changed_at),
      }
    }),
  }
}

/** How many numbers there are in each state. */
export async function countPool(
  db: Db, wallMs: number,
): Promise<Readonly<Record<PoolState, number>>> {
  const rows = await db
    .selectFrom('number_pool as p')
    .select(stateNow('p', wallMs).as('now_state'))
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .groupBy('now_state')
    .execute()
  const counts = { free: 0, reserved: 0, assigned: 0, quarantine: 0, ported: 0 }
  for (const { now_state: state, count } of rows) counts[state] += Number(count)
  return counts
}

/** Beginnings (+7 and the area code) of which some number is free, at most twenty. */
export async function freePrefixes(db: Db, wallMs: number): Promise<readonly string[]> {
  const rows = await db.selectFrom('number_pool')
    .select(sql<string>`LEFT(address, 5)`.as('prefix'))
    .distinct()
    .where(isFree(wallMs))
    .orderBy('prefix')
    .limit(20)
    .execute()
  return rows.map(({ prefix }) => prefix)
}

/** False when the number is no longer free. */
async function reserve(
  trx: Trx, address: string, requestId: string, untilMs: number, wallMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await trx.updateTable('number_pool')
    .set({
      state: 'reserved', until: untilMs, registration_id: requestId,
      changed_at: Math.floor(wallMs),
    })
    .where('address', '=', address)
    .where(isFree(wallMs))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

function lockNumber(trx: Trx, address: string) {
  return trx.selectFrom('number_pool').selectAll().where('address', '=', address).forUpdate()
    .executeTakeFirst()
}

function isFreeRow(
  { state, until }: { readonly state: string; readonly until: string | null }, wallMs: number,
): boolean {
  if (state === 'free') return true
  return (state === 'reserved' || state === 'quarantine') && until !== null
    && Number(until) <= wallMs
}

/** The same in SQL. */
function isFree(wallMs: number): Expression<SqlBool> {
  return sql<SqlBool>`(state = 'free' OR (state IN ('reserved', 'quarantine') AND until <= ${
    wallMs}))`
}

function stateNow(alias: 'p', wallMs: number) {
  const [state, until] = [sql.ref(`${alias}.state`), sql.ref(`${alias}.until`)]
  return sql<PoolState>`CASE WHEN ${state} IN ('reserved', 'quarantine') AND ${until} <= ${
    wallMs} THEN 'free' ELSE ${state} END`
}

/** What is typed has no wildcards. */
function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}
