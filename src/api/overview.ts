/**
 * «Общее состояние»: where a call would go now, the rules, their picture over a window of time and
 * the calls that live. The engine that routes calls draws it.
 */
import { Hono } from 'hono'
import { planCall } from '../call/plan.ts'
import { localMidnight } from '../call/schedule.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { drawTimeline } from '../call/timeline.ts'
import { ruleWarnings } from '../call/warnings.ts'
import { liveCalls } from '../store/calls.ts'
import { listRules } from '../store/rules.ts'
import { countSince } from '../store/statistics.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { openCallerBook } from './caller-book.ts'
import { check, nowMs } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { overrideReply } from './override.ts'
import { overviewQuery } from './overview-query.ts'
import { pictureOf, readWindow } from './picture.ts'
import { asRouted } from './routed.ts'
import { ruleReplies } from './rule-reply.ts'
import type { OverviewReply } from './schema.ts'

/** GET /api/overview?from=ms&to=ms; without them three days from yesterday's midnight. */
export function overviewRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>().get('/', async (c) => {
    const { subscriberId } = c.get('session')
    const now = nowMs(deps)
    const account = await loadSubscriber(db, subscriberId)
    const rules = await listRules(db, subscriberId)
    const subscriber = asRouted(deps, { ...account, rules })
    const window = readWindow(check(overviewQuery, c.req.query()), subscriber.zone, now)
    const timeline = drawTimeline(subscriber, window.from, window.to)
    const warnings = ruleWarnings(subscriber, now)
      .filter((one) => one.ruleId === undefined)
      .map(({ code, details }) => ({ code, details }))
    return c.json({
      now,
      zone: subscriber.zone,
      acts: actsNow(subscriber, now),
      override: overrideReply(subscriber, now),
      rules: ruleReplies(deps, account, rules, now),
      warnings,
      media: deps.media?.available() ?? false,
      window,
      ...(await pictureOf(db, subscriberId, timeline)),
      live: await knownLive(deps, subscriberId),
      today: await countSince(db, subscriberId, localMidnight(now, subscriber.zone, 0)),
    } satisfies OverviewReply)
  })
}

/** Calls that live, with the names the subscriber gave their callers. */
async function knownLive(deps: ApiDeps, subscriberId: string): Promise<OverviewReply['live']> {
  const db = deps.database.kysely
  const calls = await liveCalls(db, subscriberId)
  if (calls.length === 0) return []
  const book = await openCallerBook(db, subscriberId)
  return calls.map((call) => ({
    ...call,
    known: book({ number: call.caller, name: call.callerName, anonymous: call.anonymous }).known,
  }))
}

function actsNow(subscriber: Subscriber, now: number): OverviewReply['acts'] {
  const plan = planCall(subscriber, now)
  switch (plan.kind) {
    case 'rule':
      return { kind: 'rule', ruleId: plan.rule.id }
    case 'default':
    case 'override':
      return { kind: plan.kind, targetId: plan.target.id }
    case 'refused':
      return { kind: 'refused', why: plan.why, ruleId: plan.rule?.id ?? null }
    case 'voicemail':
      return { kind: 'voicemail', why: plan.why, ruleId: plan.rule?.id ?? null }
    case 'nowhere':
    case 'mailbox': // Only the subscriber himself, who is not asked for here.
      return { kind: 'nowhere' }
  }
}
