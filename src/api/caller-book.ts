/**
 * Who a caller is by the subscriber's own lists: the name he gave him, the lists he stands in,
 * whether he is refused. The same masks as for calls (`call/caller-match.ts`).
 */
import { matchesMask, matchingEntry } from '../call/caller-match.ts'
import { blockedList, listCallerLists } from '../store/caller-lists.ts'
import type { StoredCallerList } from '../store/caller-lists.ts'
import type { Db } from '../store/database.ts'
import type { KnownCaller } from './schema-insight.ts'

export interface BookedCaller {
  /** null = in none of the lists. */
  readonly known: KnownCaller | null
  readonly blocked: boolean
}

interface CallerSeen {
  /** As a trunk told it; '' = withheld. */
  readonly number: string
  readonly name: string
  readonly anonymous: boolean
}

/** Looks callers up in the lists of one subscriber; each number once. */
export async function openCallerBook(
  db: Db,
  subscriberId: string,
): Promise<(caller: CallerSeen) => BookedCaller> {
  const lists = await listCallerLists(db, subscriberId)
  const masks = lists.map(({ id, name, entries }) =>
    ({ id, name, entries: entries.map(({ mask }) => mask) }))
  const seen = new Map<string, BookedCaller>()
  return (caller) => {
    const key = caller.anonymous ? '' : caller.number
    const known = seen.get(key)
    if (known !== undefined) return known
    const found = lookUp(lists, masks, caller)
    seen.set(key, found)
    return found
  }
}

/** The masks of the blocked list that take in this caller. */
export function blockingMasks(
  lists: readonly StoredCallerList[],
  caller: CallerSeen,
): readonly string[] {
  const blocked = lists.find((list) => list.id === blockedList)
  return (blocked?.entries ?? []).map(({ mask }) => mask).filter((mask) =>
    matchingEntry({ id: blockedList, name: '', entries: [mask] }, caller) !== undefined)
}

function lookUp(
  lists: readonly StoredCallerList[],
  masks: readonly { readonly id: string; readonly name: string;
    readonly entries: readonly string[] }[],
  caller: CallerSeen,
): BookedCaller {
  let name = ''
  let blocked = false
  let found = false
  const names: string[] = []
  for (const [index, list] of masks.entries()) {
    const mask = matchingEntry(list, caller)
    if (mask === undefined) continue
    found = true
    if (list.id === blockedList) blocked = true
    else names.push(list.name)
    // A name given to the very number says more than one given to a whole town.
    const entries = lists[index]?.entries ?? []
    const own = entries.find((entry) => entry.name !== '' && !entry.mask.endsWith('*') &&
      matchesMask(entry.mask, mask)) ?? entries.find((entry) => entry.mask === mask)
    if (name === '' && own !== undefined) name = own.name
  }
  return { known: found ? { name, lists: names } : null, blocked }
}
