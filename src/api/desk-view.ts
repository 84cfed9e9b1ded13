/**
 * Looking at the panel as a subscriber sees it: a manager's session shows his pages until he ends
 * it, and changes nothing (guards.ts). Each look is logged.
 */
import { Hono } from 'hono'
import { inTransaction } from '../store/database.ts'
import { logDeed } from '../store/desk-deed.ts'
import { about, mustBe } from '../store/desk-subscribers.ts'
import { setView } from '../store/sessions.ts'
import { readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import type { DeskViewReply } from './schema-desk.ts'

/** POST /api/desk/subscribers/:id/view, DELETE /api/desk/view. */
export function deskViewRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .post('/subscribers/:id/view', async (c) => {
      const id = readId(c)
      const { name } = await inTransaction(db, async (trx) => {
        const found = await mustBe(trx, id)
        await setView(trx, c.get('session').tokenHash, id)
        await logDeed(trx, deedOf(deps, c), { ...about(id), action: 'subscriber.view' })
        return found
      })
      return c.json({ subscriberId: id, name } satisfies DeskViewReply)
    })
    .delete('/view', async (c) => {
      const { tokenHash, viewedBy, subscriberId } = c.get('session')
      if (viewedBy !== undefined) {
        await inTransaction(db, async (trx) => {
          await setView(trx, tokenHash, undefined)
          await logDeed(trx, deedOf(deps, c),
            { ...about(subscriberId), action: 'subscriber.viewEnd' })
        })
      }
      return c.json({})
    })
}
