/**
 * Limits against fraud at the desk over HTTP: of all, and of one subscriber. Each change has a
 * reason and is logged; so is each look at a subscriber's.
 */
import { Hono } from 'hono'
import { limitNames, limitTable } from '../limits/limit-table.ts'
import { inTransaction } from '../store/database.ts'
import { writeAudit } from '../store/audit.ts'
import { limitRows, openedCountries } from '../store/limits.ts'
import { setLimit } from '../store/limits-change.ts'
import { daySpend } from '../store/limits-spend.ts'
import { statusOf } from '../store/subscriber-status.ts'
import { nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { clientAddress } from './guards.ts'
import { inForce } from './limits.ts'
import { limitRequest } from './schema-limits.ts'
import type { DeskLimitsReply } from './schema-limits.ts'

/** /api/desk/limits: of all. */
export function deskLimitRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await deskLimits(deps, undefined)))
    .put('/', async (c) => {
      await change(deps, c, undefined)
      return c.json(await deskLimits(deps, undefined))
    })
}

/** /api/desk/subscribers/:id/limits: of one subscriber. */
export function deskSubscriberLimitRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get('/:id/limits', async (c) => {
      const subscriberId = readId(c)
      const reply = await deskLimits(deps, subscriberId)
      await writeAudit(deps.database.kysely, {
        actor: c.get('session').login, action: 'limit.look',
        subject: `subscriber:${subscriberId}`, subscriberId, from: clientAddress(deps, c),
      }, nowMs(deps))
      return c.json(reply)
    })
    .put('/:id/limits', async (c) => {
      const subscriberId = readId(c)
      await change(deps, c, subscriberId)
      return c.json(await deskLimits(deps, subscriberId))
    })
}

async function change(
  deps: ApiDeps, c: ApiContext, subscriberId: string | undefined,
): Promise<void> {
  const request = await readBody(c, limitRequest)
  const by = { actor: c.get('session').login, from: clientAddress(deps, c) }
  await inTransaction(deps.database.kysely, (trx) =>
    setLimit(trx, { ...request, subscriberId, by }, nowMs(deps)))
}

async function deskLimits(
  deps: ApiDeps, subscriberId: string | undefined,
): Promise<DeskLimitsReply> {
  const db = deps.database.kysely
  const all = await limitRows(db, undefined)
  const one = subscriberId === undefined ? undefined : {
    rows: await limitRows(db, subscriberId),
    maxCalls: (await statusOf(db, subscriberId)).maxCalls,
    countries: await openedCountries(db, subscriberId),
    spent: (await daySpend(db, subscriberId, nowMs(deps))).spentKopecks,
  }
  return {
    subscriberId: subscriberId ?? null,
    limits: limitNames.map((name) => {
      const { least, most, value, reason } = limitTable[name]
      return {
        ...inForce(name, all, one?.rows ?? {}, one?.maxCalls),
        least, most, defaultValue: value, defaultReason: reason,
        all: all[name] ?? null, own: one?.rows[name] ?? null,
      }
    }),
    countries: one?.countries ?? [],
    spentTodayKopecks: one?.spent ?? 0,
  }
}
