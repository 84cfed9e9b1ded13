/**
 * Logging in and out, and who one is. Unknown logins and wrong passwords cannot be told apart, by
 * words or by time.
 */
import { Hono } from 'hono'
import { noteLogin } from '../store/account-notices.ts'
import { countLogin, forgiveLogin } from '../store/login-throttle.ts'
import { checkPassword, noPassword } from '../store/password.ts'
import { createSession, endSession, findAccount } from '../store/sessions.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { clientAddress, dropSession, keepSession, loggedIn, originOf } from './guards.ts'
import { loginRequest } from './schema.ts'
import type { Me } from './schema.ts'

/** POST /api/login, POST /api/logout, GET /api/me. */
export function loginRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .post('/login', async (c) => {
      const { login, password } = await readBody(c, loginRequest)
      const attempt = { login, address: clientAddress(deps, c) }
      const waitSeconds = await countLogin(db, attempt, nowMs(deps))
      if (waitSeconds > 0) {
        deps.log.warn(
          { address: attempt.address, requestId: c.get('requestId') },
          'too many logins',
        )
        throw new ApiError(429, 'too_many_attempts', {
          retryAfterSeconds: waitSeconds,
          details: { n: Math.ceil(waitSeconds / 60) },
        })
      }
      const account = await findAccount(db, login)
      const fits = await checkPassword(password, account?.passwordHash ?? noPassword)
      if (!account || !fits) throw new ApiError(401, 'bad_credentials')
      await forgiveLogin(db, attempt)
      const origin = { address: attempt.address, agent: c.req.header('user-agent') ?? '' }
      keepSession(deps, c, await createSession(db, account.id, nowMs(deps), origin))
      await noteLogin(db, account, originOf(deps, c))
      return c.json(await loadMe(deps, account.subscriberId, account.login))
    })
    .post('/logout', loggedIn(deps), async (c) => {
      await endSession(db, c.get('session').tokenHash)
      dropSession(deps, c)
      return c.json({})
    })
    .get('/me', loggedIn(deps), async (c) => {
      const { subscriberId, login } = c.get('session')
      return c.json(await loadMe(deps, subscriberId, login))
    })
}

async function loadMe(deps: ApiDeps, subscriberId: string, login: string): Promise<Me> {
  const subscriber = await loadSubscriber(deps.database.kysely, subscriberId)
  const { settings } = subscriber
  return {
    name: subscriber.name,
    login,
    number: subscriber.number,
    zone: subscriber.zone,
    status: subscriber.status,
    tariff: subscriber.tariff,
    balanceKopecks: subscriber.balanceKopecks,
    voicemail: settings.voicemail,
    voicemailAfterSeconds: settings.voicemailAfterSeconds,
    cycleLimitSeconds: settings.cycleLimitSeconds,
    ringSeconds: settings.ringSeconds,
    defaultTargetId: subscriber.defaultTarget?.id ?? null,
    brand: deps.brand,
    numbers: subscriber.numbers,
    verifyNumbers: deps.verifyNumbers === true,
  }
}
