/**
 * «Поддержка» and «Вопрос ONLINE» over HTTP: threads of messages, from the subscriber's side.
 */
import { Hono } from 'hono'
import { addMessage, addThread, listThreads, loadThread } from '../store/support.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { supportMessageRequest, supportRequest } from './schema-insight.ts'
import type { SupportReply, SupportThread } from './schema-insight.ts'

/** /api/support: threads, a new one, one more message. */
export function supportRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const one = async (c: ApiContext, id: string): Promise<SupportThread> =>
    loadThread(db, c.get('session').subscriberId, id)
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { phone = '', email = '' } = deps.brand.support ?? {}
      const threads = await listThreads(db, c.get('session').subscriberId)
      return c.json({ threads, phone, email } satisfies SupportReply)
    })
    .post('/', async (c) => {
      const { callId, ...draft } = await readBody(c, supportRequest)
      const id = await addThread(
        db, c.get('session').subscriberId, { ...draft, callId: callId ?? undefined }, nowMs(deps))
      return c.json(await one(c, id), 201)
    })
    .get('/:id', async (c) => c.json(await one(c, readId(c))))
    .post('/:id/messages', async (c) => {
      const id = readId(c)
      const { text } = await readBody(c, supportMessageRequest)
      await addMessage(db, c.get('session').subscriberId, id, text, nowMs(deps))
      return c.json(await one(c, id), 201)
    })
}
