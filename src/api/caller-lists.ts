/**
 * Lists of callers over HTTP: masks are taken as people write them and kept normalised.
 */
import { Hono } from 'hono'
import type * as v from 'valibot'
import {
  addCallerEntry, addCallerList, blockedList, changeCallerList, deleteCallerList, listCallerLists,
  loadCallerList, removeCallerEntries,
} from '../store/caller-lists.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { readMask } from './rule-draft.ts'
import { callerEntryRequest, callerListChange, callerListRequest } from './schema-rules.ts'
import type { CallerListReply } from './schema-rules.ts'

/** /api/caller-lists: list, add, replace, delete; entries one by one. */
export function callerListRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const one = async (c: ApiContext, id: string): Promise<CallerListReply> =>
    loadCallerList(db, c.get('session').subscriberId, id)
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const lists: readonly CallerListReply[] =
        await listCallerLists(db, c.get('session').subscriberId)
      return c.json(lists)
    })
    .post('/', async (c) => {
      const { name, entries } = await readBody(c, callerListRequest)
      const list = { name, entries: readEntries(entries) }
      const id = await addCallerList(db, c.get('session').subscriberId, list, nowMs(deps))
      return c.json(await one(c, id), 201)
    })
    .get('/:id', async (c) => c.json(await one(c, readListId(c))))
    .put('/:id', async (c) => {
      const id = readListId(c)
      const { name, entries } = await readBody(c, callerListChange)
      const list = { name, entries: entries === undefined ? undefined : readEntries(entries) }
      await changeCallerList(db, c.get('session').subscriberId, id, list, nowMs(deps))
      return c.json(await one(c, id))
    })
    .delete('/:id', async (c) => {
      await deleteCallerList(db, c.get('session').subscriberId, readListId(c))
      return c.json({})
    })
    .post('/:id/entries', async (c) => {
      const id = readListId(c)
      const { mask, name } = await readBody(c, callerEntryRequest)
      const entry = { mask: readMask(mask, 'mask'), name }
      await addCallerEntry(db, c.get('session').subscriberId, id, entry, nowMs(deps))
      return c.json(await one(c, id))
    })
    .delete('/:id/entries/:mask', async (c) => {
      const id = readListId(c)
      await removeCallerEntries(db, c.get('session').subscriberId, id, [c.req.param('mask')])
      return c.json(await one(c, id))
    })
}

function readListId(c: ApiContext): string {
  return c.req.param('id') === blockedList ? blockedList : readId(c)
}

function readEntries(entries: v.InferOutput<typeof callerListRequest>['entries']) {
  return entries.map((entry, index) =>
    ({ mask: readMask(entry.mask, `entries.${index}.mask`), name: entry.name }))
}
