/**
 * «Поддержка» and «Вопрос ONLINE» over HTTP: threads of messages, from the subscriber's side.
 */
import { Hono } from 'hono'
import { addMessage, addThread, listThreads, loadThread, noteSeen } from '../store/support.ts'
import { loadSubscribersFile, uploaderOf } from '../store/support-files.ts'
import { isStaffOnline } from '../store/support-rows.ts'
import type { SentForm } from '../store/support-rows.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { supportMessageRequest, supportRequest } from './schema-talk.ts'
import type { SupportFile, SupportReply, SupportThread } from './schema-talk.ts'
import { sendFile, takeUpload } from './support-files.ts'

/** /api/support: threads, a new one, one more message, files. */
export function supportRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const one = async (c: ApiContext, id: string): Promise<SupportThread> =>
    loadThread(db, c.get('session').subscriberId, id)
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { phone = '', email = '' } = deps.brand.support ?? {}
      const threads = await listThreads(db, c.get('session').subscriberId)
      const staffOnline = await isStaffOnline(db, nowMs(deps))
      return c.json({ threads, phone, email, staffOnline } satisfies SupportReply)
    })
    .post('/', async (c) => {
      const { callId, key, ...draft } = await readBody(c, supportRequest)
      const id = await addThread(db, c.get('session').subscriberId, {
        ...draft, callId: callId ?? undefined, form: formOf(c, key),
      }, nowMs(deps))
      return c.json(await one(c, id), 201)
    })
    .post('/files', async (c) => {
      const uploader = uploaderOf({ subscriberId: c.get('session').subscriberId })
      return c.json(await takeUpload(deps, c, uploader) satisfies SupportFile, 201)
    })
    .get('/files/:id', async (c) => {
      const found = await loadSubscribersFile(db, c.get('session').subscriberId, readId(c))
      return sendFile(deps, c, found)
    })
    .get('/:id', async (c) => c.json(await one(c, readId(c))))
    .post('/:id/messages', async (c) => {
      const id = readId(c)
      const { key, ...message } = await readBody(c, supportMessageRequest)
      const form = formOf(c, key)
      await addMessage(db, c.get('session').subscriberId, id, { ...message, form }, nowMs(deps))
      return c.json(await one(c, id), 201)
    })
    .post('/:id/seen', async (c) => {
      const id = readId(c)
      await noteSeen(db, c.get('session').subscriberId, id, nowMs(deps))
      return c.json(await one(c, id))
    })
}

function formOf(c: ApiContext, key: string | undefined): SentForm | undefined {
  return key === undefined ? undefined : { sender: c.get('session').id, key }
}
