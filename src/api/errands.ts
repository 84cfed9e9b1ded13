/**
 * GET /api/errands/:id: what became of a call that the panel asked for.
 */
import { Hono } from 'hono'
import { loadErrand } from '../store/errands.ts'
import { nowMs, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import type { ErrandReply } from './schema-media.ts'

/** The one route. */
export function errandRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get('/:id', async (c) =>
    c.json(await errandReply(deps, c.get('session').subscriberId, readId(c))))
}

/** The reply to what begins an errand, too. Throws StoreError not_found. */
export async function errandReply(
  deps: ApiDeps, subscriberId: string, id: string,
): Promise<ErrandReply> {
  const { greetingId, ...errand } =
    await loadErrand(deps.database.kysely, subscriberId, id, nowMs(deps))
  return { ...errand, audioId: errand.state === 'done' ? greetingId ?? null : null }
}
