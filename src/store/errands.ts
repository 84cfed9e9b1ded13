/**
 * Errands: calls that the panel asks for (a greeting to be recorded by telephone, a code to be
 * spoken, a test call). The panel writes a row, one application process takes it, the row tells
 * both what came of it. Implements ErrandBoard of `app/ports.ts`.
 */
import type { Errand, ErrandBoard, LegProgress } from '../app/ports.ts'
import type { Clock } from '../clock.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { mark } from './marks.ts'

/** What an errand is about: all that is not of its subscriber or its row. */
export type ErrandDraft =
  | { readonly kind: 'greeting'; readonly address: string; readonly greetingId: string;
      readonly file: string }
  | { readonly kind: 'code'; readonly address: string; readonly code: string }
  /** `number`: the personal number to be called; undefined = his first. */
  | { readonly kind: 'test'; readonly caller: string; readonly number?: string }

export type ErrandState = 'open' | 'taken' | 'done' | 'noAnswer' | 'noMedia' | 'failed' | 'expired'

export interface StoredErrand {
  readonly id: string
  readonly kind: ErrandDraft['kind']
  readonly state: ErrandState
  readonly expiresAt: number
  readonly greetingId: string | undefined
}

/** Whoever asks waits at the screen: what is not begun by then is not wanted any more. */
const openMs = 60_000
/** A taken errand that is never finished: its process died. Longer than any dialogue. */
const takenMs = 10 * 60_000
/** Errands of one subscriber at a time; a ringing phone must not become a weapon. */
const atOnce = 1
const perHour = 20

/**
 * Asks for a call and answers the errand's id. Throws StoreError errand_running while another one
 * is, limit (20 within an hour).
 */
export async function addErrand(
  db: Db,
  subscriberId: string,
  draft: ErrandDraft,
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await inTransaction(db, async (trx) => {
    // Queues askers of the same subscriber, whose counts must be right.
    await trx.selectFrom('subscribers').select('id').where('id', '=', subscriberId).forUpdate()
      .execute()
    const recent = await trx
      .selectFrom('errands')
      .select(['state', 'expires_at', 'created_at'])
      .where('subscriber_id', '=', subscriberId)
      .where('created_at', '>', String(wallMs - 3_600_000))
      .execute()
    const running = recent.filter((row) => lives(row, wallMs)).length
    if (running >= atOnce) throw new StoreError('errand_running')
    if (recent.length >= perHour) throw new StoreError('limit', { max: perHour })
    const { kind, ...details } = draft
    await trx
      .insertInto('errands')
      .values({
        id,
        subscriber_id: subscriberId,
        kind,
        details: JSON.stringify(details),
        state: 'open',
        owner: '',
        created_at: wallMs,
        expires_at: wallMs + openMs,
      })
      .execute()
    await mark(trx, subscriberId, 'errands')
  })
  return id
}

/** A test of a trunk, as the desk watches it. */
export interface TrunkTest extends Partial<LegProgress> {
  readonly id: string
  readonly trunkId: string
  readonly address: string
  readonly state: ErrandState
}

/**
 * Asks for a call to `address` through one trunk alone and answers the errand's id; one at a time
 * over the whole service. Throws StoreError errand_running, limit, not_found, trunk_off.
 */
export async function addTrunkTest(
  trx: Trx, trunkId: string, address: string, wallMs: number,
): Promise<string> {
  // Queues all who test trunks.
  const trunks = await trx.selectFrom('trunks').select(['id', 'enabled']).forUpdate().execute()
  const trunk = trunks.find(({ id: one }) => one === trunkId)
  if (!trunk) throw new StoreError('not_found')
  // Processes know of trunks that are switched on only.
  if (trunk.enabled !== 1) throw new StoreError('trunk_off')
  const recent = await trx.selectFrom('errands').select(['state', 'expires_at', 'created_at'])
    .where('subscriber_id', '=', '').where('created_at', '>', String(wallMs - 3_600_000)).execute()
  if (recent.some((row) => lives(row, wallMs))) throw new StoreError('errand_running')
  if (recent.length >= perHour) throw new StoreError('limit', { max: perHour })
  const shown = await trx.selectFrom('personal_numbers').select('address').orderBy('address')
    .limit(1).executeTakeFirst()
  const id = newId(wallMs)
  await trx
    .insertInto('errands')
    .values({
      id, subscriber_id: '', kind: 'trunkTest', state: 'open', owner: '', created_at: wallMs,
      details: JSON.stringify({ trunkId, address, number: shown?.address ?? '' }),
      expires_at: wallMs + openMs,
    })
    .execute()
  return id
}

/** What became of a test of a trunk. Throws StoreError not_found. */
export async function loadTrunkTest(db: Db, id: string, wallMs: number): Promise<TrunkTest> {
  const row = await db.selectFrom('errands').selectAll().where('id', '=', id)
    .where('kind', '=', 'trunkTest').executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const over = (row.state === 'open' || row.state === 'taken') && !lives(row, wallMs)
  const details = JSON.parse(row.details) as Omit<TrunkTest, 'id' | 'state'>
  return { ...details, id, state: over ? 'expired' : row.state as ErrandState }
}

/** One errand. Throws StoreError not_found, also for one of somebody else. */
export async function loadErrand(
  db: Db,
  subscriberId: string,
  id: string,
  wallMs: number,
): Promise<StoredErrand> {
  const row = await db
    .selectFrom('errands')
    .selectAll()
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  const over = row.state === 'open' || row.state === 'taken' ? !lives(row, wallMs) : false
  const details = JSON.parse(row.details) as { readonly greetingId?: string }
  return {
    id: row.id,
    kind: row.kind as ErrandDraft['kind'],
    state: over ? 'expired' : (row.state as ErrandState),
    expiresAt: Number(row.expires_at),
    greetingId: details.greetingId,
  }
}

/** The board of one application process, named `owner`. */
export function createErrandBoard(db: Db, clock: Clock, owner: string): ErrandBoard {
  return {
    async take() {
      const wallMs = Math.floor(clock.wallMs())
      const open = await db
        .selectFrom('errands')
        .select('id')
        .where('state', '=', 'open')
        .where('expires_at', '>', String(wallMs))
        .orderBy('created_at')
        .limit(5)
        .execute()
      for (const { id } of open) {
        // Whoever changes the row first has it; no lock is held meanwhile.
        const taken = await db
          .updateTable('errands')
          .set({ state: 'taken', owner })
          .where('id', '=', id)
          .where('state', '=', 'open')
          .executeTakeFirst()
        if (taken.numUpdatedRows === 1n) return loadTaken(db, id)
      }
      return undefined
    },
    async finish(id, outcome, leg) {
      await inTransaction(db, async (trx) => {
        const row = await trx
          .selectFrom('errands')
          .select(['subscriber_id', 'details'])
          .where('id', '=', id)
          .where('owner', '=', owner)
          .forUpdate()
          .executeTakeFirst()
        if (!row) return
        // The code has been spoken: from here on nobody needs to be able to read it.
        const { code: _, ...details } = JSON.parse(row.details) as Record<string, unknown>
        await trx
          .updateTable('errands')
          .set({ state: outcome, details: JSON.stringify({ ...details, ...leg }) })
          .where('id', '=', id)
          .execute()
        await mark(trx, row.subscriber_id, 'errands')
      })
    },
  }
}

/** Forgets errands older than a day. */
export async function forgetErrands(db: Db, wallMs: number): Promise<void> {
  await db
    .deleteFrom('errands')
    .where('created_at', '<', String(wallMs - 86_400_000))
    .execute()
}

async function loadTaken(db: Db, id: string): Promise<Errand | undefined> {
  const row = await db
    .selectFrom('errands as e')
    .leftJoin('personal_numbers as p', 'p.subscriber_id', 'e.subscriber_id')
    .select(['e.id', 'e.subscriber_id', 'e.kind', 'e.details', 'e.expires_at', 'p.address'])
    .where('e.id', '=', id)
    .orderBy('p.address')
    .executeTakeFirst()
  // A test of a trunk is nobody's.
  if (!row || (row.address === null && row.kind !== 'trunkTest')) return undefined
  await mark(db, row.subscriber_id, 'errands')
  return {
    number: row.address,
    ...(JSON.parse(row.details) as object),
    id: row.id,
    kind: row.kind,
    subscriberId: row.subscriber_id,
    expiresAt: Number(row.expires_at),
  } as Errand
}

function lives(
  row: { readonly state: string; readonly expires_at: string; readonly created_at: string },
  wallMs: number,
): boolean {
  if (row.state === 'open') return wallMs < Number(row.expires_at)
  return row.state === 'taken' && wallMs < Number(row.created_at) + takenMs
}
