/**
 * «Голосовая почта» over HTTP.
 */
import { Hono } from 'hono'
import {
  deleteMessage, listMessages, loadMessage, restoreMessage, setHeard,
} from '../store/messages.ts'
import type { PanelMessage } from '../store/messages.ts'
import { openCallerBook } from './caller-book.ts'
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
    const { subscriberId } = c.get('session')
    const { file: _, ...message } = await loadMessage(db, subscriberId, readId(c))
    const [known] = await withCallers(deps, subscriberId, [message])
    return c.json(known satisfies MessageReply | undefined)
  }
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const query = check(messagesQuery, c.req.query())
      const { subscriberId } = c.get('session')
      const page = await listMessages(db, subscriberId, query)
      const messages = await withCallers(deps, subscriberId, page.messages)
      return c.json({ ...page, messages } satisfies MessagesReply)
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

/** The same messages with who left them, by the subscriber's lists. */
async function withCallers(
  deps: ApiDeps,
  subscriberId: string,
  messages: readonly PanelMessage[],
): Promise<readonly MessageReply[]> {
  const book = await openCallerBook(deps.database.kysely, subscriberId)
  return messages.map((message) => ({
    ...message,
    known: book({
      number: message.caller, name: message.callerName, anonymous: message.anonymous,
    }).known,
  }))
}
