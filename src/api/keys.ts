/**
 * Keys of programs over HTTP. A key makes no keys: these routes want a login (guards.ts).
 */
import { Hono } from 'hono'
import { addKey, deleteKey, listKeys } from '../store/api-keys.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { requireFresh } from './fresh.ts'
import { keyRequest } from './schema-insight.ts'
import type { KeyReply, NewKeyReply } from './schema-insight.ts'

/** /api/keys: list, make, end. */
export function keyRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const keys: readonly KeyReply[] = await listKeys(db, c.get('session').subscriberId)
      return c.json(keys)
    })
    .post('/', async (c) => {
      const { subscriberId } = c.get('session')
      const wanted = await readBody(c, keyRequest)
      // A key outlives the session that made it.
      await requireFresh(deps, c)
      const made = await addKey(db, subscriberId, wanted, nowMs(deps))
      return c.json(made satisfies NewKeyReply, 201)
    })
    .delete('/:id', async (c) => {
      await deleteKey(db, c.get('session').subscriberId, readId(c))
      return c.json({})
    })
}
