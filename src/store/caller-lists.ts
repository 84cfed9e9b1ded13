/**
 * Lists of callers that a subscriber keeps: rules ask for them, and the one with the id 'blocked',
 * which everybody has, is refused before every rule. Masks come normalised; what they match is
 * call/'s matter.
 */
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'
import { newId } from './ids.ts'
import { readExtra } from './rule-extra.ts'
import { lockSubscriber, storeRuleSet } from './rule-set.ts'

export const blockedList = 'blocked'
const maxLists = 20
/** In all lists of a subscriber together: every call carries them. */
const maxEntries = 1000

export interface CallerEntry {
  /** E.164, '+7495*', a short number, or 'anonymous'. */
  readonly mask: string
  readonly name: string
}

export interface StoredCallerList {
  readonly id: string
  readonly name: string
  readonly entries: readonly (CallerEntry & { readonly addedAt: number })[]
  /** Names of the rules that ask for it, in winning order. */
  readonly usedBy: readonly string[]
}

/** All lists, the blocked one first, the others by name. */
export async function listCallerLists(
  db: Db,
  subscriberId: string,
): Promise<readonly StoredCallerList[]> {
  const lists = await db
    .selectFrom('caller_lists')
    .select(['id', 'name'])
    .where('subscriber_id', '=', subscriberId)
    .orderBy('name')
    .execute()
  const entries = await db
    .selectFrom('caller_entries')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('name')
    .orderBy('mask')
    .execute()
  const rules = await db
    .selectFrom('rules')
    .select(['name', 'extra'])
    .where('subscriber_id', '=', subscriberId)
    .where('extra', 'is not', null)
    .orderBy('priority', 'desc')
    .orderBy('position')
    .execute()
  const asked = rules.map(({ name, extra }) => ({
    name,
    lists: readExtra(extra).callers?.lists ?? [],
  }))
  const others = lists.filter((list) => list.id !== blockedList)
  return [{ id: blockedList, name: '' }, ...others].map(({ id, name }) => ({
    id,
    name,
    entries: entries
      .filter((entry) => entry.list_id === id)
      .map((entry) => ({ mask: entry.mask, name: entry.name, addedAt: Number(entry.added_at) })),
    usedBy: asked.filter((rule) => rule.lists.includes(id)).map((rule) => rule.name),
  }))
}

/** One list. Throws StoreError not_found, also for a list of somebody else. */
export async function loadCallerList(
  db: Db,
  subscriberId: string,
  id: string,
): Promise<StoredCallerList> {
  const found = (await listCallerLists(db, subscriberId)).find((list) => list.id === id)
  if (!found) throw new StoreError('not_found')
  return found
}

/** Adds a list and answers its id. Throws StoreError limit, list_taken (that name). */
export async function addCallerList(
  db: Db,
  subscriberId: string,
  list: { readonly name: string; readonly entries: readonly CallerEntry[] },
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await edit(db, subscriberId, async (trx) => {
    const lists = await trx
      .selectFrom('caller_lists')
      .select('id')
      .where('subscriber_id', '=', subscriberId)
      .where('id', '<>', blockedList)
      .execute()
    if (lists.length >= maxLists) throw new StoreError('limit', { limit: maxLists })
    await checkName(trx, subscriberId, id, list.name)
    await trx
      .insertInto('caller_lists')
      .values({ subscriber_id: subscriberId, id, name: list.name })
      .execute()
    await replaceEntries(trx, subscriberId, id, list.entries, wallMs)
  })
  return id
}

/**
 * Gives a list a new name and new entries, or leaves those (undefined); the blocked one keeps its
 * name. Throws StoreError not_found, limit, list_taken.
 */
export async function changeCallerList(
  db: Db,
  subscriberId: string,
  id: string,
  list: { readonly name: string; readonly entries: readonly CallerEntry[] | undefined },
  wallMs: number,
): Promise<void> {
  await edit(db, subscriberId, async (trx) => {
    await findList(trx, subscriberId, id)
    if (id !== blockedList) {
      await checkName(trx, subscriberId, id, list.name)
      await trx
        .updateTable('caller_lists')
        .set({ name: list.name })
        .where('subscriber_id', '=', subscriberId)
        .where('id', '=', id)
        .execute()
    }
    if (list.entries !== undefined)
      await replaceEntries(trx, subscriberId, id, list.entries, wallMs)
  })
}

/**
 * Deletes a list; the blocked one is emptied. Throws StoreError not_found, list_in_use (naming the
 * rules).
 */
export async function deleteCallerList(db: Db, subscriberId: string, id: string): Promise<void> {
  await edit(db, subscriberId, async (trx) => {
    const { usedBy } = await loadCallerList(trx, subscriberId, id)
    if (id !== blockedList && usedBy.length > 0)
      throw new StoreError('list_in_use', { rules: usedBy.join(', '), count: usedBy.length })
    for (const table of ['caller_entries', 'caller_lists'] as const) {
      await trx
        .deleteFrom(table)
        .where('subscriber_id', '=', subscriberId)
        .where(table === 'caller_lists' ? 'id' : 'list_id', '=', id)
        .execute()
    }
  })
}

/** Puts one caller on a list; one who is there already gets the new name. */
export async function addCallerEntry(
  db: Db,
  subscriberId: string,
  listId: string,
  entry: CallerEntry,
  wallMs: number,
): Promise<void> {
  await edit(db, subscriberId, async (trx) => {
    await findList(trx, subscriberId, listId)
    await checkRoom(trx, subscriberId, 1)
    await trx
      .insertInto('caller_entries')
      .values(entryRow(subscriberId, listId, entry, wallMs))
      .onDuplicateKeyUpdate({ name: entry.name })
      .execute()
  })
}

/** Takes masks off a list; those that are not there do no harm. Throws StoreError not_found. */
export async function removeCallerEntries(
  db: Db,
  subscriberId: string,
  listId: string,
  masks: readonly string[],
): Promise<void> {
  await edit(db, subscriberId, async (trx) => {
    await findList(trx, subscriberId, listId)
    if (masks.length === 0) return
    await trx
      .deleteFrom('caller_entries')
      .where('subscriber_id', '=', subscriberId)
      .where('list_id', '=', listId)
      .where('mask', 'in', [...masks])
      .execute()
  })
}

async function edit(
  db: Db,
  subscriberId: string,
  work: (trx: Trx) => Promise<void>,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await work(trx)
    await storeRuleSet(trx, subscriberId)
  })
}

/** Throws not_found; the blocked list comes into being when it is first used. */
async function findList(trx: Trx, subscriberId: string, id: string): Promise<void> {
  const row = await trx
    .selectFrom('caller_lists')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row) return
  if (id !== blockedList) throw new StoreError('not_found')
  await trx
    .insertInto('caller_lists')
    .values({ subscriber_id: subscriberId, id, name: '' })
    .execute()
    .catch((fault: unknown) => {
      if (!isDuplicate(fault)) throw fault
    })
}

async function checkName(
  trx: Trx,
  subscriberId: string,
  id: string,
  name: string,
): Promise<void> {
  const same = await trx
    .selectFrom('caller_lists')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('name', '=', name)
    .where('id', '<>', id)
    .executeTakeFirst()
  if (same) throw new StoreError('list_taken', {}, 'name')
}

async function replaceEntries(
  trx: Trx,
  subscriberId: string,
  listId: string,
  entries: readonly CallerEntry[],
  wallMs: number,
): Promise<void> {
  const old = await trx
    .selectFrom('caller_entries')
    .select(['mask', 'added_at'])
    .where('subscriber_id', '=', subscriberId)
    .where('list_id', '=', listId)
    .execute()
  const since = new Map(old.map((row) => [row.mask, Number(row.added_at)]))
  await trx
    .deleteFrom('caller_entries')
    .where('subscriber_id', '=', subscriberId)
    .where('list_id', '=', listId)
    .execute()
  // The same mask twice: the last word counts.
  const wanted = [...new Map(entries.map((entry) => [entry.mask, entry])).values()]
  if (wanted.length === 0) return
  await checkRoom(trx, subscriberId, wanted.length)
  await trx
    .insertInto('caller_entries')
    .values(wanted.map((entry) =>
      entryRow(subscriberId, listId, entry, since.get(entry.mask) ?? wallMs)))
    .execute()
}

async function checkRoom(trx: Trx, subscriberId: string, more: number): Promise<void> {
  const { count } = await trx
    .selectFrom('caller_entries')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirstOrThrow()
  if (Number(count) + more > maxEntries) throw new StoreError('limit', { limit: maxEntries })
}

function entryRow(subscriberId: string, listId: string, entry: CallerEntry, wallMs: number) {
  return {
    subscriber_id: subscriberId,
    list_id: listId,
    mask: entry.mask,
    name: entry.name,
    added_at: wallMs,
  }
}
