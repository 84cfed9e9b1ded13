/**
 * Logging in and out, and who one is. Unknown logins and wrong passwords cannot be told apart, by
 * words or by time.
 */
import { Hono } from 'hono'
import { noteLogin } from '../store/account-notices.ts'
import { countLogin, forgiveLogin } from '../store/login-throttle.ts'
import { checkPassword, noPassword } from '../store/password.ts'
import {
  closeTicket, isSecondFactorOn, markFresh, openTicket, tryTicket, useCode,
} from '../store/second-factor.ts'
import { createSession, endSession, findAccount, findSession } from '../store/sessions.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { codeTries, limited, tooMany } from './fresh.ts'
import {
  clientAddress, clientNetwork, dropSession, keepSession, loggedIn, originOf,
} from './guards.ts'
import { loadMe } from './me.ts'
import { secondLoginRequest } from './schema-people.ts'
import type { LoginReply } from './schema-people.ts'
import { loginRequest } from './schema.ts'
import type { MeReply } from './schema.ts'

/** POST /api/login, POST /api/logout, GET /api/me. */
export function loginRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .post('/login', async (c) => {
      const { login, password } = await readBody(c, loginRequest)
      const attempt = { login, address: clientNetwork(deps, c) }
      const waitSeconds = await countLogin(db, attempt, nowMs(deps))
      if (waitSeconds > 0) {
        deps.log.warn(
          { address: clientAddress(deps, c), requestId: c.get('requestId') },
          'too many logins',
        )
        throw tooMany(waitSeconds)
      }
      const account = await findAccount(db, login)
      const fits = await checkPassword(password, account?.passwordHash ?? noPassword)
      if (!account || !fits || account.status !== 'active')
        throw new ApiError(401, 'bad_credentials')
      await forgiveLogin(db, attempt)
      if (await isSecondFactorOn(db, account.id)) {
        const ticket = await openTicket(db, account.id, nowMs(deps))
        return c.json({ secondFactor: true, ticket } satisfies LoginReply)
      }
      return c.json(await enter(deps, c, account.id) satisfies LoginReply)
    })
    .post('/login/second', async (c) => {
      const { ticket, code } = await readBody(c, secondLoginRequest)
      const accountId = await tryTicket(db, ticket, nowMs(deps))
      if (accountId === undefined) throw new ApiError(401, 'ticket_expired')
      await limited(deps, [{ key: `code:${accountId}`, ...codeTries }])
      if (!(await useCode(db, accountId, code, nowMs(deps))))
        throw new ApiError(422, 'wrong_code', { field: 'code' })
      if (!(await closeTicket(db, ticket))) throw new ApiError(401, 'ticket_expired')
      return c.json(await enter(deps, c, accountId, true))
    })
    .post('/logout', loggedIn(deps), async (c) => {
      await endSession(db, c.get('session').tokenHash)
      dropSession(deps, c)
      return c.json({})
    })
    .get('/me', loggedIn(deps), async (c) => {
      return c.json(await loadMe(deps, c.get('session')))
    })
}

/** Begins the session of an account; `fresh`: a code of the second factor was just given. */
async function enter(
  deps: ApiDeps, c: ApiContext, accountId: string, fresh = false,
): Promise<MeReply> {
  const db = deps.database.kysely
  const origin = { address: clientAddress(deps, c), agent: c.req.header('user-agent') ?? '' }
  const token = await createSession(db, accountId, nowMs(deps), origin)
  const session = await findSession(db, token, nowMs(deps))
  // Suspended in this very moment.
  if (session === undefined) throw new ApiError(401, 'bad_credentials')
  if (fresh) await markFresh(db, session.tokenHash, nowMs(deps))
  keepSession(deps, c, token)
  await noteLogin(db, session, originOf(deps, c))
  return loadMe(deps, session)
}
