/**
 * The support for managers over HTTP: the inbox, a thread, answers, notes, whose it is. Stands
 * behind the guard of the desk; what is done is logged by the store.
 */
import { Hono } from 'hono'
import {
  addDeskNote, answerThread, assignThread, logFileLook, lookAtThread, setThreadState,
} from '../store/support-desk.ts'
import type { DeskHand } from '../store/support-desk.ts'
import { findSession } from '../store/sessions.ts'
import { loadAnyFile, uploaderOf } from '../store/support-files.ts'
import { countDesk, listDesk } from '../store/support-inbox.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { StreamCount, streamChanges } from './event-stream.ts'
import { clientAddress, sessionToken } from './guards.ts'
import {
  deskAssignRequest, deskNoteRequest, deskStateRequest, deskSupportQuery, supportMessageRequest,
} from './schema-talk.ts'
import type { DeskSupportReply, DeskThread, SupportFile } from './schema-talk.ts'
import { sendFile, takeUpload } from './support-files.ts'
import type { SupportHub } from './support-hub.ts'

const streams = { each: 6, inAll: 500 }

/** /api/desk/support */
export function deskSupportRoutes(deps: ApiDeps, hub: SupportHub): Hono<ApiEnv> {
  const db = deps.database.kysely
  const count = new StreamCount(streams)
  const hand = (c: ApiContext): DeskHand => {
    const { id: account, login } = c.get('session')
    return { account, login, from: clientAddress(deps, c) }
  }
  const one = async (c: ApiContext, id: string): Promise<DeskThread> =>
    lookAtThread(db, id, hand(c), nowMs(deps))
  /** Does it, tells the pages, answers the thread. */
  const done = async (c: ApiContext, work: (id: string) => Promise<void>): Promise<DeskThread> => {
    const id = readId(c)
    await work(id)
    hub.look()
    return one(c, id)
  }
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const query = check(deskSupportQuery, c.req.query())
      const { id: account } = c.get('session')
      const page = await listDesk(db, query, account, nowMs(deps))
      const counts = await countDesk(db, account)
      return c.json({ ...page, counts } satisfies DeskSupportReply)
    })
    .get('/events', (c) => {
      const token = sessionToken(deps, c) ?? ''
      return streamChanges(c, deps.clock, {
        end: count.take(c.get('session').tokenHash),
        listen: (tell) => hub.listen('', () => tell('support')),
        still: async () => (await findSession(db, token, nowMs(deps), false)) !== undefined,
      })
    })
    .post('/files', async (c) => {
      const uploader = uploaderOf({ manager: hand(c).account })
      return c.json(await takeUpload(deps, c, uploader) satisfies SupportFile, 201)
    })
    .get('/files/:id', async (c) => {
      const found = await loadAnyFile(db, readId(c))
      await logFileLook(db, found.requestId, found.name, hand(c), nowMs(deps))
      return sendFile(deps, c, found)
    })
    .get('/:id', async (c) => c.json(await one(c, readId(c))))
    .post('/:id/messages', async (c) => {
      const message = await readBody(c, supportMessageRequest)
      return c.json(await done(c, (id) => answerThread(db, id, message, hand(c), nowMs(deps))), 201)
    })
    .post('/:id/notes', async (c) => {
      const note = await readBody(c, deskNoteRequest)
      return c.json(await done(c, (id) => addDeskNote(db, id, note, hand(c), nowMs(deps))), 201)
    })
    .post('/:id/assign', async (c) => {
      const { to } = await readBody(c, deskAssignRequest)
      return c.json(await done(c, (id) => assignThread(db, id, to, hand(c), nowMs(deps))))
    })
    .post('/:id/state', async (c) => {
      const { state } = await readBody(c, deskStateRequest)
      return c.json(await done(c, (id) => setThreadState(db, id, state, hand(c), nowMs(deps))))
    })
}
