/**
 * The logins of an account that live: seen and ended by their owner.
 */
import { Hono } from 'hono'
import { endSessionOf, listSessions } from '../store/sessions.ts'
import { nowMs, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import type { SessionsReply } from './schema-media.ts'
import { shownAccount } from './shown-account.ts'

/** A session is told by the beginning of its token's hash: enough to name it, not to be it. */
const idLength = 32

/** GET /api/sessions, DELETE /api/sessions/:id. */
export function sessionRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { tokenHash: own } = c.get('session')
      const rows = await listSessions(db, await shownAccount(deps, c), nowMs(deps))
      return c.json({
        sessions: rows.map(({ tokenHash, ...row }) => ({
          ...row, id: tokenHash.slice(0, idLength), current: tokenHash === own,
        })),
      } satisfies SessionsReply)
    })
    .delete('/:id', async (c) => {
      const ended = await endSessionOf(db, c.get('session').id, readId(c))
      if (!ended) throw new ApiError(404, 'not_found')
      return c.json({})
    })
}
