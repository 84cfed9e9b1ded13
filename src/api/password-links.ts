/**
 * «Не помню пароль» and first passwords over HTTP, for people who are not logged in; confirming an
 * e-mail address by its link. Who has an account cannot be found out here: asking is answered before
 * anything is looked up.
 */
import { Hono } from 'hono'
import { weaknessOf } from '../people/weak-password.ts'
import { confirmEmail } from '../store/email-change.ts'
import { readPasswordLink, setPasswordByLink } from '../store/new-password.ts'
import { answerPasswordAsk, notePasswordAsk } from '../store/password-asks.ts'
import type { PasswordAsk } from '../store/password-asks.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { limited } from './fresh.ts'
import { clientNetwork, originOf } from './guards.ts'
import { newPasswordRequest, passwordLinkRequest } from './schema-people.ts'
import type { EmailConfirmedReply, PasswordLinkReply } from './schema-people.ts'

const hourMs = 3_600_000
const linksPerHour = 20
/** Tokens have 256 bits: this is against load, not against guessing. */
const looksPerHour = 200

/** /api/password-links, /api/email-links. */
export function passwordLinkRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const limit = (c: ApiContext, what: string, tries: number) =>
    limited(deps, [{ key: `${what}:${clientNetwork(deps, c)}`, tries, windowMs: hourMs }])
  return new Hono<ApiEnv>()
    .post('/password-links', async (c) => {
      const { login } = await readBody(c, passwordLinkRequest)
      await limit(c, 'links', linksPerHour)
      await noteAndGoOn(deps, { named: login })
      return c.json({}, 202)
    })
    .get('/password-links/:token', async (c) => {
      await limit(c, 'link-looks', looksPerHour)
      const link = await readPasswordLink(db, readToken(c), nowMs(deps))
      return c.json(link satisfies PasswordLinkReply)
    })
    .post('/password-links/:token', async (c) => {
      const { password } = await readBody(c, newPasswordRequest)
      await limit(c, 'link-looks', looksPerHour)
      const token = readToken(c)
      const { login } = await readPasswordLink(db, token, nowMs(deps))
      refuseWeak(password, login, 'password')
      await setPasswordByLink(db, token, password, originOf(deps, c))
      return c.json({})
    })
    .post('/password-links/:token/again', async (c) => {
      await limit(c, 'links', linksPerHour)
      await noteAndGoOn(deps, { token: readToken(c) })
      return c.json({}, 202)
    })
    .post('/email-links/:token', async (c) => {
      await limit(c, 'link-looks', looksPerHour)
      const email = await confirmEmail(db, readToken(c), originOf(deps, c))
      return c.json({ email } satisfies EmailConfirmedReply)
    })
}

/** Throws ApiError 422 weak_password, with the reason in `details.why`. */
export function refuseWeak(password: string, login: string, field: string): void {
  const why = weaknessOf(password, login)
  if (why !== undefined) throw new ApiError(422, 'weak_password', { field, details: { why } })
}

/** What is not a token of ours is as good as one that has expired. */
function readToken(c: ApiContext): string {
  const token = c.req.param('token') ?? ''
  if (!/^[\w-]{43}$/.test(token)) throw new ApiError(410, 'link_expired')
  return token
}

/** Goes on after the answer: how long it takes tells nothing. */
async function noteAndGoOn(deps: ApiDeps, ask: PasswordAsk): Promise<void> {
  const db = deps.database.kysely
  const wallMs = nowMs(deps)
  const id = await notePasswordAsk(db, ask, wallMs)
  answerPasswordAsk(db, id, wallMs).catch((fault: unknown) =>
    deps.log.error({ err: fault }, 'a link cannot be sent now'))
}
