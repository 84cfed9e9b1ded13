/**
 * Trunks as managers keep them: edits under a version, and how each does now, read from the journal
 * of calls. Processes that route calls hear of every edit (topics.ts).
 */
import type { LegRecord } from '../call/record.ts'
import type { Trunk } from '../call/trunk.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { idFrom, logDeed, onceForForm } from './desk-deed.ts'
import type { Deed } from './desk-deed.ts'
import { StoreError } from './errors.ts'
import { addTrunk, listTrunks, updateTrunk } from './trunks.ts'

export interface KeptTrunk {
  readonly trunk: Trunk
  readonly version: number
  readonly state: TrunkState
}

/** How a trunk does. Instants are milliseconds since 1970. */
export interface TrunkState {
  readonly callsIn: number
  readonly legsOut: number
  readonly hour: { readonly legs: number; readonly answered: number; readonly failed: number }
  readonly lastAnswerAt: number | null
  readonly lastFailure: { readonly at: number; readonly status: number } | null
}

/** A trunk as a form has it: the password only when it is to be another one. */
export interface TrunkForm extends Omit<Trunk, 'id' | 'credentials'> {
  /** '' = its challenges are not answered. */
  readonly user: string
  readonly password?: string | undefined
}

const hourMs = 3_600_000
/** So many calls tell how trunks do; on a busy service they are of the last minutes. */
const mostCalls = 2000

/** All trunks in outgoing order, with their state at `wallMs`. */
export async function listKeptTrunks(db: Db, wallMs: number): Promise<readonly KeptTrunk[]> {
  const trunks = await listTrunks(db)
  const rows = await db.selectFrom('trunks').select(['id', 'version']).execute()
  const versions = new Map(rows.map(({ id, version }) => [id, version]))
  const calls = await recentCalls(db, wallMs)
  return trunks.map((trunk) => ({
    trunk, version: versions.get(trunk.id) ?? 0, state: stateOf(trunk, calls),
  }))
}

/** One of them. Throws StoreError not_found. */
export async function loadKeptTrunk(db: Db, id: string, wallMs: number): Promise<KeptTrunk> {
  const found = (await listKeptTrunks(db, wallMs)).find(({ trunk }) => trunk.id === id)
  if (!found) throw new StoreError('not_found')
  return found
}

/**
 * Adds a trunk and answers its id; the same form again answers the one that is there. Throws
 * StoreError trunk_taken, form_reused.
 */
export async function makeTrunk(
  db: Db, form: TrunkForm & { readonly key: string }, by: Deed,
): Promise<string> {
  const { key, ...wish } = form
  return inTransaction(db, async (trx) => {
    const { id } = await onceForForm(trx, by, { key, wish }, async () => {
      await nameIsFree(trx, form.name, '')
      const made = await addTrunk(trx, trunkFrom(wish, undefined), by.atMs)
      await logDeed(trx, by, {
        action: 'trunk.add', subject: `trunk:${made}`, details: loggable(wish),
      })
      return made
    })
    return id
  })
}

/** Replaces a trunk. Throws StoreError not_found, trunk_changed, trunk_taken, trunk_password. */
export async function changeTrunk(
  db: Db, id: string, version: number, form: TrunkForm, by: Deed,
): Promise<void> {
  await edit(db, id, version, by, 'trunk.change', loggable(form), (old) => {
    // A password is kept for whom it was given: another host must not be answered with it.
    const isKept = form.user !== '' && form.password === undefined
    if (isKept && form.host !== old.host && (old.credentials?.password ?? '') !== '')
      throw new StoreError('trunk_password', {}, 'password')
    return { ...trunkFrom(form, old.credentials), id }
  })
}

/** Switches a trunk on or off. Throws StoreError not_found, trunk_changed. */
export async function enableTrunk(
  db: Db, id: string, version: number, enabled: boolean, by: Deed,
): Promise<void> {
  const action = enabled ? 'trunk.enable' : 'trunk.disable'
  await edit(db, id, version, by, action, {}, (old) => ({ ...old, enabled }))
}

async function edit(
  db: Db, id: string, version: number, by: Deed, action: string,
  details: Readonly<Record<string, unknown>>, change: (old: Trunk) => Trunk,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const row = await trx.selectFrom('trunks').select('version').where('id', '=', id).forUpdate()
      .executeTakeFirst()
    if (!row) throw new StoreError('not_found')
    if (row.version !== version) throw new StoreError('trunk_changed', { version: row.version })
    const old = (await listTrunks(trx)).find((trunk) => trunk.id === id)!
    const trunk = change(old)
    await nameIsFree(trx, trunk.name, id)
    await updateTrunk(trx, trunk)
    await trx.updateTable('trunks').set({ version: version + 1 }).where('id', '=', id).execute()
    await logDeed(trx, by, {
      action, subject: `trunk:${id}`, details: { name: trunk.name, ...details },
    })
  })
}

/** The journal names trunks: two of one name could not be told apart. */
async function nameIsFree(trx: Trx, name: string, exceptId: string): Promise<void> {
  const other = await trx.selectFrom('trunks').select('id').where('name', '=', name)
    .where('id', '<>', exceptId).executeTakeFirst()
  if (other) throw new StoreError('trunk_taken', {}, 'name')
}

function trunkFrom(form: TrunkForm, old: Trunk['credentials']): Omit<Trunk, 'id'> {
  const { user, password, ...rest } = form
  const credentials = user === ''
    ? undefined : { user, password: password ?? old?.password ?? '' }
  return { ...rest, credentials }
}

/** Never the password, only that there was one. */
function loggable({ password, ...rest }: TrunkForm): Readonly<Record<string, unknown>> {
  return { ...rest, ...(password === undefined ? {} : { newPassword: true }) }
}

interface RecentCall {
  readonly trunkId: string | null
  readonly startedAt: number
  readonly lives: boolean
  readonly legs: readonly LegRecord[]
}

async function recentCalls(db: Db, wallMs: number): Promise<readonly RecentCall[]> {
  const columns = ['id', 'trunk_id', 'started_at', 'ended_at', 'legs'] as const
  const live = await db.selectFrom('calls').select(columns).where('ended_at', 'is', null)
    .limit(mostCalls).execute()
  // Ids rise with time: the primary key is the index.
  const recent = await db.selectFrom('calls').select(columns)
    .where('id', '>=', idFrom(wallMs - hourMs)).where('started_at', '>=', String(wallMs - hourMs))
    .orderBy('id', 'desc').limit(mostCalls).execute()
  const rows = new Map([...live, ...recent].map((row) => [row.id, row]))
  return [...rows.values()].map((row) => ({
    trunkId: row.trunk_id,
    startedAt: Number(row.started_at),
    lives: row.ended_at === null,
    legs: JSON.parse(row.legs) as readonly LegRecord[],
  }))
}

function stateOf(trunk: Trunk, calls: readonly RecentCall[]): TrunkState {
  let [callsIn, legsOut, legs, answered, failed, lastAnswerAt] = [0, 0, 0, 0, 0, 0]
  let lastFailure: { at: number; status: number } | null = null
  for (const call of calls) {
    if (call.lives && call.trunkId === trunk.id) callsIn += 1
    for (const leg of call.legs) {
      if (call.lives && leg.endMs === undefined && leg.attempts.at(-1)?.trunk === trunk.name)
        legsOut += 1
      for (const { trunk: name, status } of leg.attempts) {
        if (name !== trunk.name) continue
        legs += 1
        const at = call.startedAt + (leg.endMs ?? leg.answerMs ?? leg.ringMs ?? leg.startMs)
        if (status >= 200 && status < 300) answered += 1
        if (status !== 0) lastAnswerAt = Math.max(lastAnswerAt, at)
        // 1xx: taken back while it rang, the trunk did its work.
        const isFailure = status >= 500 || (status === 0 && leg.endMs !== undefined)
        if (!isFailure) continue
        failed += 1
        if (lastFailure === null || at > lastFailure.at) lastFailure = { at, status }
      }
    }
  }
  return {
    callsIn, legsOut, hour: { legs, answered, failed },
    lastAnswerAt: lastAnswerAt === 0 ? null : lastAnswerAt, lastFailure,
  }
}
