/**
 * The queue of requests over HTTP, for managers: lists, opening one, and what is done with it. Every
 * deed answers the request as it is afterwards.
 */
import { Hono } from 'hono'
import { writeAudit } from '../store/audit.ts'
import {
  awaitDocuments, chooseNumber, claimRequest, confirmRequest, noteMissedCall, noteRequest,
  rejectRequest, releaseRequest,
} from '../store/registration-desk.ts'
import type { Manager } from '../store/registration-desk.ts'
import { countRequests, listRequests, loadRequest } from '../store/registration-list.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { clientAddress } from './guards.ts'
import {
  requestConfirmRequest, requestDocumentsRequest, requestMissedRequest, requestNoteRequest,
  requestNumberRequest, requestRejectRequest, requestsQuery,
} from './schema-people.ts'
import type { RequestReply, RequestsReply } from './schema-people.ts'

/** /api/desk/requests. */
export function deskRequestRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const one = async (c: ApiContext): Promise<RequestReply> =>
    loadRequest(db, readId(c), c.get('session').id, nowMs(deps))
  /** Does something with the request of the path and answers it. */
  const deed = async (
    c: ApiContext, work: (id: string, who: Manager, wallMs: number) => Promise<unknown>,
  ): Promise<RequestReply> => {
    const { id: managerId, login } = c.get('session')
    const who = { id: managerId, login, from: clientAddress(deps, c) }
    await work(readId(c), who, nowMs(deps))
    return one(c)
  }
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { id } = c.get('session')
      const page = await listRequests(db, check(requestsQuery, c.req.query()), id, nowMs(deps))
      const counts = await countRequests(db, id, nowMs(deps))
      return c.json({ ...page, counts } satisfies RequestsReply)
    })
    .get('/:id', async (c) => c.json(await deed(c, async (id, { login: actor, from }, wallMs) => {
      await one(c) // what does not exist was not looked at
      await writeAudit(db, { actor, action: 'request.look', subject: `request:${id}`, from }, wallMs)
    })))
    .post('/:id/claim', async (c) => c.json(await deed(c, (...at) => claimRequest(db, ...at))))
    .post('/:id/release', async (c) => c.json(await deed(c, (...at) => releaseRequest(db, ...at))))
    .post('/:id/number', async (c) => {
      const { number } = await readBody(c, requestNumberRequest)
      return c.json(await deed(c, (id, who, at) => chooseNumber(db, id, who, number, at)))
    })
    .post('/:id/notes', async (c) => {
      const { text } = await readBody(c, requestNoteRequest)
      return c.json(await deed(c, (id, who, at) => noteRequest(db, id, who, text, at)), 201)
    })
    .post('/:id/missed', async (c) => {
      const { version } = await readBody(c, requestMissedRequest)
      return c.json(await deed(c, (id, who, at) => noteMissedCall(db, id, who, version, at)))
    })
    .post('/:id/documents', async (c) => {
      const wanted = await readBody(c, requestDocumentsRequest)
      return c.json(await deed(c, (id, who, at) => awaitDocuments(db, id, who, wanted, at)))
    })
    .post('/:id/reject', async (c) => {
      const wanted = await readBody(c, requestRejectRequest)
      return c.json(await deed(c, (id, who, at) => rejectRequest(db, id, who, wanted, at)))
    })
    .post('/:id/confirm', async (c) => {
      const { temporaryPassword = false } = deps
      const wanted = { ...await readBody(c, requestConfirmRequest), temporaryPassword }
      return c.json(await deed(c, (id, who, at) => confirmRequest(db, id, who, wanted, at)))
    })
}
