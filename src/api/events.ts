/**
 * GET /api/events: a stream of server-sent events (HTML §9.2) that says what changed, not how: the
 * panel asks for what it shows. Streams are counted, kept awake, and end with their session.
 */
import { Hono } from 'hono'
import { findSession } from '../store/sessions.ts'
import { nowMs } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { StreamCount, streamChanges } from './event-stream.ts'
import { sessionToken } from './guards.ts'

/** Browsers open six connections to a server; more tabs than this share. */
const limits = { each: 6, inAll: 5000 }

/** The stream of one process; `stop` of the hub's owner ends all by closing the connections. */
export function eventRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const count = new StreamCount(limits)
  return new Hono<ApiEnv>().get('/', (c) => {
    const { subscriberId, tokenHash } = c.get('session')
    const token = sessionToken(deps, c) ?? ''
    return streamChanges(c, deps.clock, {
      end: count.take(tokenHash),
      listen: (tell) => deps.hub.listen(subscriberId, tell),
      still: async () =>
        (await findSession(deps.database.kysely, token, nowMs(deps), false)) !== undefined,
    })
  })
}
