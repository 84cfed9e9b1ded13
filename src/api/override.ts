/**
 * «Сейчас всё на …», «не беспокоить»: one tap that stands before the rules until it expires.
 */
import { Hono } from 'hono'
import type { Subscriber } from '../call/subscriber.ts'
import { setOverride } from '../store/override.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { asRouted } from './routed.ts'
import { overrideRequest } from './schema-rules.ts'
import type { OverrideReply } from './schema-rules.ts'

/** A year: what is meant for longer is a rule. */
const longestMs = 366 * 86_400_000

/** PUT and DELETE /api/override; both answer what holds now. */
export function overrideRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (c: ApiContext) => {
    const account = await loadSubscriber(db, c.get('session').subscriberId)
    return c.json(overrideReply(asRouted(deps, account), nowMs(deps)))
  }
  return new Hono<ApiEnv>()
    .put('/', async (c) => {
      const request = await readBody(c, overrideRequest)
      const { action, untilMs } = request
      const sinceMs = nowMs(deps)
      if (untilMs !== null && (untilMs <= sinceMs || untilMs > sinceMs + longestMs))
        throw new ApiError(422, 'invalid', { field: 'untilMs' })
      await setOverride(db, c.get('session').subscriberId, {
        action, sinceMs, untilMs,
        ...(request.action === 'ring' ? { numberId: request.targetId } : {}),
      })
      return reply(c)
    })
    .delete('/', async (c) => {
      await setOverride(db, c.get('session').subscriberId, undefined)
      return reply(c)
    })
}

/** The override that holds at `now`; null when there is none or it is over. */
export function overrideReply({ override }: Subscriber, now: number): OverrideReply | null {
  if (override === undefined || now >= (override.untilMs ?? Infinity)) return null
  const target = override.action === 'ring' ? override.target : undefined
  return {
    action: override.action,
    targetId: target?.id ?? null,
    address: target?.address ?? null,
    description: target?.description ?? null,
    untilMs: override.untilMs ?? null,
  }
}
