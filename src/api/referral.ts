/**
 * «Реферальная программа» over HTTP: the subscriber's link, whom he invited, what it brought.
 */
import { Hono } from 'hono'
import { knownCode, listInvitees, referralCode, referralTotal, termsOf } from '../store/referral.ts'
import { nowMs } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import type { ReferralReply } from './schema-talk.ts'

/** GET /api/referral. The subscriber's first look makes the code; a manager's makes none. */
export function referralRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>().get('/', async (c) => {
    const { subscriberId, viewedBy } = c.get('session')
    const now = nowMs(deps)
    const code = viewedBy === undefined ? await referralCode(db, subscriberId, now)
      : await knownCode(db, subscriberId) ?? ''
    const invitees = await listInvitees(db, subscriberId)
    return c.json({
      code, path: code === '' ? '/register' : `/register?from=${code}`, ...await termsOf(db, subscriberId, now),
      invitees: invitees.map((one) => ({ ...one, name: shortName(one.name) })),
      totalKopecks: await referralTotal(db, subscriberId),
    } satisfies ReferralReply)
  })
}

/** 'Анна Кузнецова' → 'Анна К.': enough for a friend, too little for a stranger. */
export function shortName(name: string): string {
  const [first = '', ...rest] = name.trim().split(/\s+/)
  const initial = [...rest.at(-1) ?? ''][0]
  return initial === undefined ? first : `${first} ${initial.toUpperCase()}.`
}
