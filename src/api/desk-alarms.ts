/**
 * Alarms at the desk over HTTP: what somebody has to look at, and that he did.
 */
import { Hono } from 'hono'
import { closeWithNote, listAlarms, readPlace } from '../store/desk-alarms.ts'
import { check, readBody, readId } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { deskAlarmCloseRequest, deskAlarmsQuery } from './schema-desk.ts'
import type { DeskAlarm, DeskAlarmsReply } from './schema-desk.ts'

/** /api/desk/alarms */
export function deskAlarmRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { before, limit, ...filter } = check(deskAlarmsQuery, c.req.query())
      const page = { before: before === undefined ? undefined : readPlace(before), limit }
      return c.json(await listAlarms(db, filter, page) satisfies DeskAlarmsReply)
    })
    .post('/:id/close', async (c) => {
      const { note } = await readBody(c, deskAlarmCloseRequest)
      const alarm = await closeWithNote(db, readId(c), note, deedOf(deps, c))
      return c.json(alarm satisfies DeskAlarm)
    })
}
