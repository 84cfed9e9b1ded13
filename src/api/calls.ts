/**
 * «Журнал» over HTTP.
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { listCalls, loadCall } from '../store/calls.ts'
import { check, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import type { CallsReply } from './schema.ts'

const query = v.object({
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,14}$/), v.transform(Number))),
  beforeId: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
    '50',
  ),
  outcome: v.optional(v.picklist(['answered', 'missed', 'voicemail'])),
  q: v.optional(v.pipe(v.string(), v.maxLength(64))),
})

/** GET /api/calls, GET /api/calls/:id. */
export function callRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { q, ...rest } = check(query, c.req.query())
      const reply: CallsReply = await listCalls(db, c.get('session').subscriberId, {
        ...rest,
        text: q,
      })
      return c.json(reply)
    })
    .get('/:id', async (c) => c.json(await loadCall(db, c.get('session').subscriberId, readId(c))))
}
