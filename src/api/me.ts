/**
 * Who is logged in, as GET /api/me and the log-in answer it: a subscriber with what every page of
 * the panel shows of him, or a manager.
 */
import { accountOf, findPerson } from '../store/accounts.ts'
import { lowBalanceOf } from '../store/low-balance.ts'
import { isSecondFactorOn } from '../store/second-factor.ts'
import type { Session } from '../store/sessions.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import type { ApiDeps } from './context.ts'
import type { Me, MeReply } from './schema.ts'

type Who = Pick<Session, 'id' | 'subscriberId' | 'login' | 'role' | 'mustChangePassword'>
  & { readonly viewedBy?: string }

/** What a session may know of itself. Throws StoreError not_found. */
export async function loadMe(deps: ApiDeps, who: Who): Promise<MeReply> {
  const must = who.mustChangePassword ? { mustChangePassword: true } : {}
  if (who.role === 'manager' && who.viewedBy === undefined) {
    const db = deps.database.kysely
    const person = await findPerson(db, who.id)
    return {
      role: 'manager', name: person?.name ?? '', login: who.login, email: person?.email ?? '',
      brand: deps.brand, secondFactor: await isSecondFactorOn(db, who.id), ...must,
    }
  }
  return { ...await loadPanel(deps, who), ...must }
}

async function loadPanel(deps: ApiDeps, who: Who): Promise<Me> {
  const db = deps.database.kysely
  const subscriber = await loadSubscriber(db, who.subscriberId)
  const { settings } = subscriber
  const viewer = who.viewedBy === undefined ? undefined : await findPerson(db, who.viewedBy)
  return {
    role: 'subscriber',
    name: subscriber.name,
    login: viewer === undefined ? who.login : (await accountOf(db, who.subscriberId)).login,
    number: subscriber.number,
    zone: subscriber.zone,
    status: subscriber.status,
    tariff: subscriber.tariff,
    balanceKopecks: subscriber.balanceKopecks,
    lowBalanceKopecks: await lowBalanceOf(db, who.subscriberId),
    ...(subscriber.feeDueKopecks === undefined ? {} : { feeDueKopecks: subscriber.feeDueKopecks }),
    voicemail: settings.voicemail,
    voicemailAfterSeconds: settings.voicemailAfterSeconds,
    cycleLimitSeconds: settings.cycleLimitSeconds,
    ringSeconds: settings.ringSeconds,
    defaultTargetId: subscriber.defaultTarget?.id ?? null,
    brand: deps.brand,
    numbers: subscriber.numbers,
    verifyNumbers: deps.verifyNumbers === true,
    ...(viewer === undefined ? {} : { viewedBy: { login: viewer.login, name: viewer.name } }),
  }
}
