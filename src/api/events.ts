/**
 * GET /api/events: a stream of server-sent events (HTML §9.2) that says what changed, not how: the
 * panel asks for what it shows. Streams are counted, kept awake, and end with their session.
 */
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { findSession } from '../store/sessions.ts'
import { nowMs } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import type { Change } from './change-hub.ts'
import { sessionToken } from './guards.ts'

/** Browsers open six connections to a server; more tabs than this share. */
const perSession = 6
const inAll = 5000
/** Proxies close what is silent for a minute. */
const heartbeatMs = 15_000

/** The stream of one process; `stop` of the hub's owner ends all by closing the connections. */
export function eventRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const open = new Map<string, number>()
  let total = 0
  return new Hono<ApiEnv>().get('/', (c) => {
    const { subscriberId, tokenHash } = c.get('session')
    const token = sessionToken(deps, c) ?? ''
    const mine = open.get(tokenHash) ?? 0
    if (mine >= perSession || total >= inAll)
      throw new ApiError(429, 'too_many_streams', { retryAfterSeconds: 10 })
    open.set(tokenHash, mine + 1)
    total++
    c.header('X-Accel-Buffering', 'no')
    return streamSSE(c, async (stream) => {
      const waiting = new Set<Change>()
      let wake = () => {}
      const silence = deps.hub.listen(subscriberId, (change) => {
        waiting.add(change)
        wake()
      })
      let gone = false
      stream.onAbort(() => {
        gone = true
        wake()
      })
      try {
        await stream.writeSSE({ event: 'hello', data: '', retry: 3000 })
        while (!gone) {
          const inTime = await new Promise<boolean>((done) => {
            const cancel = deps.clock.wakeAt(deps.clock.nowMs() + heartbeatMs, () => done(false))
            wake = () => {
              cancel()
              done(true)
            }
            if (waiting.size > 0 || gone) wake()
          })
          for (const change of waiting) {
            waiting.delete(change)
            await stream.writeSSE({ event: change, data: '' })
          }
          if (inTime) continue
          if (!(await findSession(deps.database.kysely, token, nowMs(deps), false))) break
          await stream.write(':\n\n')
        }
      } finally {
        silence()
        total--
        const left = (open.get(tokenHash) ?? 1) - 1
        if (left > 0) open.set(tokenHash, left)
        else open.delete(tokenHash)
      }
    })
  })
}
