/**
 * «Мои номера»: the phones of a subscriber that rules may ring. Every function takes the
 * subscriber's id, so that nobody reaches another's rows.
 */
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { destinationOf } from './number-class.ts'
import type { Destination } from '../limits/destination.ts'
import { judgeOf } from './number-judge.ts'
import type { Verdict } from './number-judge.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

export const maxNumbers = 50

export interface NumberDraft {
  /** E.164 with plus or a SIP URI. */
  readonly address: string
  readonly description: string
  /** "Press 1"; null = for mobiles when the settings say so. Absent: stays, null at first. */
  readonly confirm?: boolean | null
  /** Whose number it is shown; null = as the trunk has it. Absent: stays, null at first. */
  readonly callerId?: 'caller' | 'personal' | null
}

export interface StoredNumber extends Required<NumberDraft> {
  readonly id: string
  /** When a code proved the address; null = not yet. */
  readonly verifiedAt: number | null
  /** Names of the rules that use it, in winning order. */
  readonly usedBy: readonly string[]
  readonly isDefault: boolean
  /** The same address stands in the list more than once. */
  readonly repeated: boolean
  /** What line it is and whether rules may ring it. */
  readonly verdict: Verdict
}

/** All numbers, oldest first. */
export async function listNumbers(db: Db, subscriberId: string): Promise<readonly StoredNumber[]> {
  const rows = await db
    .selectFrom('numbers as n')
    .innerJoin('subscribers as s', 's.id', 'n.subscriber_id')
    .select([
      'n.id', 'n.address', 'n.description', 'n.confirm', 'n.caller_id', 'n.verified_at', 'n.class',
      'n.country', 'n.address_since', 's.default_number_id',
    ])
    .where('n.subscriber_id', '=', subscriberId)
    .orderBy('n.id')
    .execute()
  const uses = await db
    .selectFrom('rule_targets as t')
    .innerJoin('rules as r', 'r.id', 't.rule_id')
    .select(['t.number_id', 'r.name'])
    .distinct()
    .select(['r.priority', 'r.position', 'r.id'])
    .where('r.subscriber_id', '=', subscriberId)
    .orderBy('r.priority', 'desc')
    .orderBy('r.position')
    .execute()
  const count = new Map<string, number>()
  const proved = new Map<string, number>()
  for (const { address, verified_at: at } of rows) {
    count.set(address, (count.get(address) ?? 0) + 1)
    if (at !== null) proved.set(address, Number(at))
  }
  const judge = await judgeOf(db, subscriberId)
  return Promise.all(rows.map(async (row) => ({
    id: row.id,
    address: row.address,
    description: row.description,
    confirm: row.confirm === null ? null : row.confirm === 1,
    callerId: row.caller_id as StoredNumber['callerId'],
    verifiedAt: proved.get(row.address) ?? null,
    usedBy: uses.filter((use) => use.number_id === row.id).map((use) => use.name),
    isDefault: row.default_number_id === row.id,
    repeated: count.get(row.address) !== 1,
    verdict: await judge(row),
  })))
}

/** One number. Throws StoreError not_found, also for a number of somebody else. */
export async function loadNumber(db: Db, subscriberId: string, id: string): Promise<StoredNumber> {
  const found = (await listNumbers(db, subscriberId)).find((number) => number.id === id)
  if (!found) throw new StoreError('not_found')
  return found
}

/** Adds a number and answers its id. Throws StoreError limit. */
export async function addNumber(
  db: Db,
  subscriberId: string,
  draft: NumberDraft,
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  const line = lineColumns(await destinationOf(draft.address), wallMs)
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const { count } = await trx
      .selectFrom('numbers')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirstOrThrow()
    if (Number(count) >= maxNumbers) throw new StoreError('limit', { limit: maxNumbers })
    await trx
      .insertInto('numbers')
      .values({ id, subscriber_id: subscriberId, ...numberColumns(draft), ...line })
      .execute()
    await storeRuleSet(trx, subscriberId)
  })
  return id
}

/** Changes a number; rules that use it ring the new address from the next call on. */
export async function updateNumber(
  db: Db,
  subscriberId: string,
  id: string,
  draft: NumberDraft,
  wallMs: number,
): Promise<void> {
  const line = lineColumns(await destinationOf(draft.address), wallMs)
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const old = await trx
      .selectFrom('numbers')
      .select('address')
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (!old) throw new StoreError('not_found')
    await trx
      .updateTable('numbers')
      .set({
        ...numberColumns(draft),
        // Another address is another telephone: it has to be proved anew.
        ...(old.address === draft.address ? {} : { verified_at: null, ...line }),
      })
      .where('id', '=', id)
      .execute()
    if (old.address !== draft.address)
      await trx.deleteFrom('number_codes').where('number_id', '=', id).execute()
    await storeRuleSet(trx, subscriberId)
  })
}

/**
 * Deletes a number. Throws StoreError number_in_use (naming the rules), number_is_default,
 * not_found.
 */
export async function deleteNumber(db: Db, subscriberId: string, id: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await refuseWhenUsed(trx, subscriberId, id)
    const deleted = await trx
      .deleteFrom('numbers')
      .where('id', '=', id)
      .where('subscriber_id', '=', subscriberId)
      .executeTakeFirst()
    if (deleted.numDeletedRows === 0n) throw new StoreError('not_found')
    await trx.deleteFrom('number_codes').where('number_id', '=', id).execute()
    await storeRuleSet(trx, subscriberId)
  })
}

function numberColumns({ address, description, confirm, callerId }: NumberDraft) {
  return {
    address,
    description,
    ...(confirm === undefined ? {} : { confirm: confirm === null ? null : Number(confirm) }),
    ...(callerId === undefined ? {} : { caller_id: callerId }),
  }
}

function lineColumns({ class: kind, country }: Destination, wallMs: number) {
  return { class: kind, country, address_since: Math.floor(wallMs) }
}

async function refuseWhenUsed(trx: Trx, subscriberId: string, id: string): Promise<void> {
  const number = (await listNumbers(trx, subscriberId)).find((one) => one.id === id)
  if (!number) throw new StoreError('not_found')
  if (number.usedBy.length > 0) {
    throw new StoreError('number_in_use', {
      rules: number.usedBy.join(', '),
      count: number.usedBy.length,
    })
  }
  if (number.isDefault) throw new StoreError('number_is_default')
}
