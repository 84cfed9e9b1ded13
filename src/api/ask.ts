/**
 * «Вопрос ONLINE» of visitors: a thread of one's own without a log-in, by a cookie of thirty days.
 * The page hears of answers at once (server-sent events). Strangers are counted: by address and in
 * all, how often they begin, how much they write, how many pages they keep open.
 */
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { isStaffOnline } from '../store/support-rows.ts'
import {
  askMore, beginAsking, loadVisitor, noteLive, noteVisitorSeen, visitorDays, visitorThread,
} from '../store/support-visitor.ts'
import { countTry } from '../store/throttle.ts'
import type { Limit } from '../store/throttle.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { StreamCount, streamChanges } from './event-stream.ts'
import { clientNetwork } from './guards.ts'
import { askMessageRequest, askRequest } from './schema-talk.ts'
import type { AskReply } from './schema-talk.ts'
import type { SupportHub } from './support-hub.ts'

const hourMs = 3_600_000
/** Begun threads: an office of people behind one address, and what a desk can bear of floods. */
const beginnings = { address: 10, inAll: 300 }
const words = { address: 60, inAll: 3000 }
const streams = { each: 6, inAll: 500 }
/** The page counts as open this much longer than its stream was last seen. */
const liveMs = 40_000

/** /api/ask: the visitor's thread. */
export function askRoutes(deps: ApiDeps, hub: SupportHub): Hono<ApiEnv> {
  const db = deps.database.kysely
  const count = new StreamCount(streams)
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await answer(deps, tokenOf(deps, c))))
    .post('/', async (c) => {
      const asker = await readBody(c, askRequest)
      await throttle(deps, c, 'ask', beginnings)
      const token = await beginAsking(db, asker, nowMs(deps))
      keepToken(deps, c, token)
      hub.look()
      return c.json(await answer(deps, token), 201)
    })
    .post('/messages', async (c) => {
      const message = await readBody(c, askMessageRequest)
      const token = ownToken(deps, c)
      await throttle(deps, c, 'askMore', words)
      await askMore(db, token, message, nowMs(deps))
      hub.look()
      return c.json(await answer(deps, token), 201)
    })
    .post('/seen', async (c) => {
      const token = ownToken(deps, c)
      await noteVisitorSeen(db, token, nowMs(deps))
      return c.json(await answer(deps, token))
    })
    .get('/events', async (c) => {
      const token = ownToken(deps, c)
      const id = await visitorThread(db, token, nowMs(deps))
      if (id === undefined) throw new ApiError(404, 'not_found')
      const end = count.take(clientNetwork(deps, c))
      const live = async () => {
        await noteLive(db, id, nowMs(deps) + liveMs)
        return (await visitorThread(db, token, nowMs(deps))) !== undefined
      }
      await live().catch((fault: unknown) => {
        end()
        throw fault
      })
      return streamChanges(c, deps.clock, {
        listen: (tell) => hub.listen(id, () => tell('support')), still: live, end,
      })
    })
}

async function answer(deps: ApiDeps, token: string | undefined): Promise<AskReply> {
  const db = deps.database.kysely
  const now = nowMs(deps)
  const visitor = token === undefined ? undefined : await loadVisitor(db, token, now)
  const { phone = '', email = '' } = deps.brand.support ?? {}
  return {
    thread: visitor?.thread ?? null, name: visitor?.name ?? '', askerEmail: visitor?.email ?? '',
    phone, email, staffOnline: await isStaffOnline(db, now),
  }
}

async function throttle(
  deps: ApiDeps, c: ApiContext, what: string,
  { address, inAll }: { readonly address: number; readonly inAll: number },
): Promise<void> {
  const limits: Limit[] = [
    { key: `${what}:${clientNetwork(deps, c)}`, tries: address, windowMs: hourMs },
    { key: `${what}:all`, tries: inAll, windowMs: hourMs },
  ]
  const seconds = await countTry(deps.database.kysely, limits, nowMs(deps))
  if (seconds === 0) return
  throw new ApiError(429, 'too_many_attempts', {
    retryAfterSeconds: seconds, details: { n: Math.ceil(seconds / 60) },
  })
}

/** The token of this browser. Throws ApiError 404 not_found without one. */
function ownToken(deps: ApiDeps, c: ApiContext): string {
  const token = tokenOf(deps, c)
  if (token === undefined) throw new ApiError(404, 'not_found')
  return token
}

function tokenOf(deps: ApiDeps, c: ApiContext): string | undefined {
  const token = getCookie(c, 'pn_ask', deps.behindProxy ? 'host' : undefined)
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined
}

function keepToken(deps: ApiDeps, c: ApiContext, token: string): void {
  const secure = deps.behindProxy
    ? ({ prefix: 'host', secure: true, path: '/' } as const)
    : ({ path: '/' } as const)
  setCookie(c, 'pn_ask', token, {
    httpOnly: true, sameSite: 'Lax', maxAge: visitorDays * 86_400, ...secure,
  })
}
