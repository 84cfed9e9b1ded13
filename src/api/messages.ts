/**
 * «Голосовая почта» over HTTP.
 */
import { Hono } from 'hono'
import {
  deleteMessage, listMessages, loadMessage, restoreMessage, setHeard,
} from '../store/messages.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { makeLink } from './media-link.ts'
import { heardRequest, linkRequest, messagesQuery } from './schema-media.ts'
import type { MessageReply, MessagesReply } from './schema-media.ts'

/** /api/messages: list, mark, delete, restore, link. */
export function messageRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (c: ApiContext) => {
    const { file: _, ...message } = await loadMessage(db, c.get('session').subscriberId, readId(c))
    return c.json(message satisfies MessageReply)
  }
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const query = check(messagesQuery, c.req.query())
      const page: MessagesReply = await listMessages(db, c.get('session').subscriberId, query)
      return c.json(page)
    })
    .post('/:id/heard', async (c) => {
      const { heard } = await readBody(c, heardRequest)
      const at = heard ? nowMs(deps) : undefined
      await setHeard(db, c.get('session').subscriberId, readId(c), at)
      return reply(c)
    })
    .delete('/:id', async (c) => {
      await deleteMessage(db, c.get('session').subscriberId, readId(c), nowMs(deps))
      return reply(c)
    })
    .post('/:id/restore', async (c) => {
      await restoreMessage(db, c.get('session').subscriberId, readId(c))
      return reply(c)
    })
    .post('/:id/link', async (c) => {
      const id = readId(c)
      const { download } = await readBody(c, linkRequest)
      const { state } = await loadMessage(db, c.get('session').subscriberId, id)
      if (state === 'lost') throw new ApiError(404, 'not_found')
      return c.json(makeLink(deps, c, { kind: 'message', id, download }))
    })
}
