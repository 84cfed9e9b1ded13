/**
 * «Журнал» over HTTP: the list with its filters, one call, its note, and what one does to a caller
 * from there.
 */
import { Hono } from 'hono'
import { anonymousEntry, callerNumber, isHidden, parseMask } from '../call/caller-match.ts'
import type { CallRecord } from '../call/record.ts'
import { setNote } from '../store/call-notes.ts'
import {
  addCallerEntry, blockedList, listCallerLists, removeCallerEntries,
} from '../store/caller-lists.ts'
import { listCalls, loadCall } from '../store/calls.ts'
import { filterOf } from './call-query.ts'
import { callReplies } from './call-reply.ts'
import { blockingMasks } from './caller-book.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { exportRoutes } from './export.ts'
import { callsQuery, noteRequest } from './schema-insight.ts'
import type { CallsReply } from './schema.ts'

/** /api/calls: list, export, read, note, block, allow. */
export function callRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (c: ApiContext, id: string) => {
    const { subscriberId } = c.get('session')
    const call = await loadCall(db, subscriberId, id)
    return c.json((await callReplies(deps, subscriberId, [call]))[0])
  }
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { subscriberId } = c.get('session')
      const { before, beforeId, limit, ...asked } = check(callsQuery, c.req.query())
      const filter = await filterOf(deps, subscriberId, asked)
      const { calls, more } = await listCalls(
        db, subscriberId, { ...filter, before, beforeId, limit })
      const answer: CallsReply = { calls: await callReplies(deps, subscriberId, calls), more }
      return c.json(answer)
    })
    .route('/', exportRoutes(deps))
    .get('/:id', (c) => reply(c, readId(c)))
    .post('/:id/note', async (c) => {
      const id = readId(c)
      const { text } = await readBody(c, noteRequest)
      await setNote(db, c.get('session').subscriberId, id, text, nowMs(deps))
      return reply(c, id)
    })
    .post('/:id/block', async (c) => {
      const { subscriberId } = c.get('session')
      const call = await loadCall(db, subscriberId, readId(c))
      const entry = { mask: maskOf(call), name: call.anonymous ? '' : call.callerName.slice(0, 64) }
      await addCallerEntry(db, subscriberId, blockedList, entry, nowMs(deps))
      return reply(c, call.id)
    })
    .post('/:id/allow', async (c) => {
      const { subscriberId } = c.get('session')
      const call = await loadCall(db, subscriberId, readId(c))
      const caller = callerOf(call)
      const masks = blockingMasks(await listCallerLists(db, subscriberId), caller)
      await removeCallerEntries(db, subscriberId, blockedList, masks)
      return reply(c, call.id)
    })
}

function callerOf(call: CallRecord) {
  return { number: call.caller, name: call.callerName, anonymous: call.anonymous }
}

/** What goes on the list of blocked callers. Throws ApiError 422 caller_unknown. */
function maskOf(call: CallRecord): string {
  const caller = callerOf(call)
  if (isHidden(caller)) return anonymousEntry
  const reading = parseMask(callerNumber(caller))
  if (!reading.ok) throw new ApiError(422, 'caller_unknown')
  return reading.mask
}
