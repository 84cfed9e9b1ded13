/**
 * Letters that could not be delivered, at the desk over HTTP.
 */
import { Hono } from 'hono'
import { readPlace } from '../store/desk-alarms.ts'
import { dropLetter, listDeadLetters, sendAgain } from '../store/desk-letters.ts'
import { check, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { deskLettersQuery } from './schema-desk.ts'
import type { DeskLettersReply } from './schema-desk.ts'

/** /api/desk/letters */
export function deskLetterRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { before, ...query } = check(deskLettersQuery, c.req.query())
      const place = before === undefined ? undefined : readPlace(before)
      const page = await listDeadLetters(db, { ...query, before: place })
      return c.json(page satisfies DeskLettersReply)
    })
    .post('/:id/again', async (c) => {
      await sendAgain(db, readId(c), deedOf(deps, c))
      return c.json({})
    })
    .delete('/:id', async (c) => {
      await dropLetter(db, readId(c), deedOf(deps, c))
      return c.json({})
    })
}
