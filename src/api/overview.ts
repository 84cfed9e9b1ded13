/**
 * «Общее состояние»: where a call would go now, the rules, their picture over a window of time and
 * the calls that live. The engine that routes calls draws it.
 */
import { Hono } from 'hono'
import { planCall } from '../call/plan.ts'
import { localDays, localMidnight } from '../call/schedule.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { drawTimeline } from '../call/timeline.ts'
import { ruleWarnings } from '../call/warnings.ts'
import { liveCalls } from '../store/calls.ts'
import { listRules } from '../store/rules.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { ruleReplies } from './rule-reply.ts'
import type { OverviewReply } from './schema.ts'

/** A month and its neighbours' ends; more would cost time and nobody could read it. */
const longestWindowMs = 62 * 86_400_000

/** GET /api/overview?from=ms&to=ms; without them three days from yesterday's midnight. */
export function overviewRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>().get('/', async (c) => {
    const { subscriberId } = c.get('session')
    const now = nowMs(deps)
    const account = await loadSubscriber(db, subscriberId)
    const rules = await listRules(db, subscriberId)
    const subscriber = { ...account, rules }
    const window = readWindow(c.req.query('from'), c.req.query('to'), subscriber, now)
    const { bars, result } = drawTimeline(subscriber, window.from, window.to)
    const warnings = ruleWarnings(subscriber, now)
      .filter((one) => one.ruleId === undefined)
      .map(({ code, details }) => ({ code, details }))
    return c.json({
      now,
      zone: subscriber.zone,
      acts: actsNow(subscriber, now),
      rules: ruleReplies(subscriber, rules, now),
      warnings,
      window,
      days: localDays(window.from, window.to, subscriber.zone),
      bars,
      result,
      live: await liveCalls(db, subscriberId),
    } satisfies OverviewReply)
  })
}

function actsNow(subscriber: Subscriber, now: number): OverviewReply['acts'] {
  const plan = planCall(subscriber, now)
  switch (plan.kind) {
    case 'rule':
      return { kind: 'rule', ruleId: plan.rule.id }
    case 'default':
      return { kind: 'default', targetId: plan.target.id }
    case 'refused':
      return { kind: 'refused', why: plan.why }
    case 'voicemail':
      return { kind: 'voicemail' }
    case 'nowhere':
      return { kind: 'nowhere' }
  }
}

function readWindow(
  fromText: string | undefined,
  toText: string | undefined,
  subscriber: Subscriber,
  now: number,
) {
  const from = readInstant(fromText, 'from') ?? localMidnight(now, subscriber.zone, -1)
  const to = readInstant(toText, 'to') ?? localMidnight(from, subscriber.zone, 3)
  if (to <= from || to - from > longestWindowMs) throw new ApiError(400, 'invalid', { field: 'to' })
  return { from, to }
}

function readInstant(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,14}$/.test(text)) throw new ApiError(400, 'invalid', { field })
  return Number(text)
}
