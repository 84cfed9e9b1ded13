/**
 * POST /api/calls/:id/commands: what a subscriber orders of his own running call. The order is
 * written down here; the process that has the call decides it, and the panel hears of it by
 * `calls` of the event stream.
 */
import { Hono } from 'hono'
import { addCallCommand, loadCallCommand } from '../store/call-commands.ts'
import type { CallCommand } from '../store/call-commands.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { callCommandRequest } from './schema-live.ts'
import type { CallCommandReply } from './schema-live.ts'

/** Below /api/calls. */
export function callCommandRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .post('/:id/commands', async (c) => {
      const callId = readId(c)
      const { kind } = await readBody(c, callCommandRequest)
      const { id: accountId, subscriberId } = c.get('session')
      const command = await addCallCommand(
        db, { callId, subscriberId, kind, by: 'subscriber', accountId }, nowMs(deps))
      return c.json(commandReply(command), 202)
    })
    .get('/:id/commands/:commandId', async (c) => {
      const { subscriberId } = c.get('session')
      return c.json(commandReply(
        await loadCallCommand(db, readId(c), readCommandId(c), subscriberId)))
    })
}

/** The id of the command in the path. Throws ApiError 404. */
export function readCommandId(c: ApiContext): string {
  const id = c.req.param('commandId') ?? ''
  if (!/^[0-9a-f]{32}$/.test(id)) throw new ApiError(404, 'not_found')
  return id
}

/** A command as the panel and the desk see it. */
export function commandReply({ id, kind, state, why }: CallCommand): CallCommandReply {
  return { id, kind, state, why: why ?? null }
}
