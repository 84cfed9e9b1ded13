/**
 * The parts of a call's snapshot that are no rules: the override, the lists of callers, the own
 * days of the calendar. Read from their tables whenever the document is written (rule-set.ts).
 */
import type { DayKind } from '../call/calendar.ts'
import type { CallerList } from '../call/caller-list.ts'
import type { Override, Target } from '../call/subscriber.ts'
import type { Db } from './database.ts'

/** What stands in subscribers.override_now. */
export interface StoredOverride {
  readonly action: Override['action']
  /** With 'ring'. */
  readonly numberId?: string
  readonly sinceMs: number
  readonly untilMs: number | null
}

/** The override of a document; undefined when there is none or its number is gone. */
export function readOverride<T extends Target>(
  text: string | null,
  numbers: ReadonlyMap<string, T>,
): Override | undefined {
  if (text === null) return undefined
  const { action, numberId, sinceMs, untilMs } = JSON.parse(text) as StoredOverride
  const times = { sinceMs, untilMs: untilMs ?? undefined }
  if (action !== 'ring') return { action, ...times }
  const target = numbers.get(numberId ?? '')
  return target === undefined ? undefined : { action, target, ...times }
}

/** All lists with their masks, without the names of entries; undefined when there is none. */
export async function loadCallerLists(
  db: Db,
  subscriberId: string,
): Promise<readonly CallerList[] | undefined> {
  const rows = await db
    .selectFrom('caller_lists as l')
    .leftJoin('caller_entries as e', (join) => join
      .onRef('e.list_id', '=', 'l.id')
      .onRef('e.subscriber_id', '=', 'l.subscriber_id'))
    .select(['l.id', 'l.name', 'e.mask'])
    .where('l.subscriber_id', '=', subscriberId)
    .orderBy('l.id')
    .orderBy('e.mask')
    .execute()
  if (rows.length === 0) return undefined
  const lists = new Map<string, { id: string; name: string; entries: string[] }>()
  for (const { id, name, mask } of rows) {
    const list = lists.get(id) ?? { id, name, entries: [] }
    if (mask !== null) list.entries.push(mask)
    lists.set(id, list)
  }
  return [...lists.values()]
}

/** Days the subscriber changed, by date; undefined when there is none. */
export async function loadOwnDays(
  db: Db,
  subscriberId: string,
): Promise<Readonly<Record<string, DayKind>> | undefined> {
  const rows = await db
    .selectFrom('subscriber_days')
    .select(['date', 'kind'])
    .where('subscriber_id', '=', subscriberId)
    .execute()
  if (rows.length === 0) return undefined
  return Object.fromEntries(rows.map((row) => [row.date, row.kind as DayKind]))
}
