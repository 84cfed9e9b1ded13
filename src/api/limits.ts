/**
 * The subscriber's page of limits over HTTP: what holds for his calls and why, and the countries
 * his rules may ring. Opening a country needs the second factor; closing one does not.
 */
import { Hono } from 'hono'
import { homeCountries } from '../limits/destination.ts'
import { limitNames, limitTable } from '../limits/limit-table.ts'
import type { LimitName } from '../limits/limit-table.ts'
import type { AccountStatus } from '../limits/status.ts'
import type { Db } from '../store/database.ts'
import { limitRows, openedCountries } from '../store/limits.ts'
import type { LimitRow, LimitRows } from '../store/limits.ts'
import { openCountries } from '../store/limits-countries.ts'
import { daySpend } from '../store/limits-spend.ts'
import { openableCountries } from '../store/number-class.ts'
import { isSecondFactorOn } from '../store/second-factor.ts'
import { statusOf } from '../store/subscriber-status.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { requireFresh } from './fresh.ts'
import { originOf } from './guards.ts'
import { countriesRequest } from './schema-limits.ts'
import type { LimitReply, LimitsReply } from './schema-limits.ts'
import { shownAccount } from './shown-account.ts'

/** /api/limits */
export function limitRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await limitsReply(deps, c)))
    .put('/', async (c) => {
      const { subscriberId } = c.get('session')
      const { countries } = await readBody(c, countriesRequest)
      const known = await openableCountries()
      const wrong = countries.find((country) => !known.includes(country))
      if (wrong !== undefined) {
        throw new ApiError(422, 'bad_country',
          { field: 'countries', details: { country: wrong } })
      }
      const open = await openedCountries(db, subscriberId)
      if (countries.some((country) => !open.includes(country)))
        await requireFresh(deps, c, { must: true })
      await openCountries(db, subscriberId, countries, originOf(deps, c))
      return c.json(await limitsReply(deps, c))
    })
}

async function limitsReply(deps: ApiDeps, c: ApiContext): Promise<LimitsReply> {
  const db = deps.database.kysely
  const { subscriberId } = c.get('session')
  const { status, since } = await statusOf(db, subscriberId)
  const { spentKopecks, dayEndsAt } = await daySpend(db, subscriberId, nowMs(deps))
  const all = await limitsInForceOf(db, subscriberId)
  return {
    status: status satisfies AccountStatus, statusSince: since,
    homeCountries, countries: await openedCountries(db, subscriberId),
    openable: await openableCountries(),
    secondFactor: await isSecondFactorOn(db, await shownAccount(deps, c)),
    limits: all.filter(({ name }) => limitTable[name].shown),
    spentTodayKopecks: spentKopecks, dayEndsAt,
  }
}

/** Every limit as it holds for a subscriber. Throws StoreError not_found. */
export async function limitsInForceOf(
  db: Db, subscriberId: string,
): Promise<readonly LimitReply[]> {
  const all = await limitRows(db, undefined)
  const own = await limitRows(db, subscriberId)
  const { maxCalls } = await statusOf(db, subscriberId)
  return limitNames.map((name) => inForce(name, all, own, maxCalls))
}

/** One limit as it holds; `maxCalls`: of the subscriber, left out = for all. */
export function inForce(
  name: LimitName, all: LimitRows, own: LimitRows, maxCalls?: number,
): LimitReply {
  const { unit, reason, value } = limitTable[name]
  const row = own[name] ?? all[name]
  const reply: LimitReply = row === undefined
    ? { name, unit, value, reason, scope: 'default' }
    : {
      name, unit, value: row.value, reason: inBoth(row),
      scope: own[name] === undefined ? 'all' : 'own',
    }
  // The column counts, whoever wrote it.
  return name === 'concurrentCalls' && maxCalls !== undefined
    ? { ...reply, value: maxCalls, ...(maxCalls === reply.value ? {} : { scope: 'own' }) }
    : reply
}

function inBoth({ reason }: LimitRow): LimitReply['reason'] {
  return { ru: reason, en: reason }
}
