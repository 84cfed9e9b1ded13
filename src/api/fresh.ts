/**
 * Proofs that it is still the owner who sits there: the password again, and a code of the second
 * factor for what a stolen session must not be able to do.
 */
import { countLogin, forgiveLogin } from '../store/login-throttle.ts'
import { checkPassword } from '../store/password.ts'
import { isSecondFactorOn, markFresh, useCode } from '../store/second-factor.ts'
import { passwordHashOf } from '../store/sessions.ts'
import { countTry } from '../store/throttle.ts'
import type { Limit } from '../store/throttle.ts'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps } from './context.ts'
import { ApiError } from './errors.ts'
import { clientNetwork } from './guards.ts'

/** With three codes right at any time, a guesser has a chance of 1 : 16,000 an hour. */
export const codeTries = { tries: 20, windowMs: 3_600_000 }

/**
 * Asks for a code of the second factor when it is on: in the header X-Second-Factor or as `code` of
 * the body. One that was given in the last ten minutes of the session still counts. `must`: the act
 * needs one, off is not enough. Throws ApiError 403 second_factor_required, second_factor_off, 422
 * wrong_code, 429 too_many_attempts.
 */
export async function requireFresh(
  deps: ApiDeps, c: ApiContext, { must = false }: { readonly must?: boolean } = {},
): Promise<void> {
  const { id, freshUntil } = c.get('session')
  if (!(await isSecondFactorOn(deps.database.kysely, id))) {
    if (must) throw new ApiError(403, 'second_factor_off')
    return
  }
  if (freshUntil > nowMs(deps)) return
  const code = c.req.header('x-second-factor') ?? await codeOfBody(c)
  if (code === undefined || code === '')
    throw new ApiError(403, 'second_factor_required', { field: 'code' })
  await proveCode(deps, c, code)
}

/** Uses up a code; it counts for ten minutes. Throws ApiError 422 wrong_code, 429. */
export async function proveCode(deps: ApiDeps, c: ApiContext, code: string): Promise<number> {
  const db = deps.database.kysely
  const { id, tokenHash } = c.get('session')
  await limited(deps, [{ key: `code:${id}`, ...codeTries }])
  if (!(await useCode(db, id, code, nowMs(deps))))
    throw new ApiError(422, 'wrong_code', { field: 'code' })
  return markFresh(db, tokenHash, nowMs(deps))
}

/**
 * The password of who is logged in. Counted like a log-in: a stolen session must not be a place to
 * guess. Throws ApiError 403 wrong_password, 429 too_many_attempts.
 */
export async function provePassword(
  deps: ApiDeps, c: ApiContext, password: string, field: string,
): Promise<void> {
  const db = deps.database.kysely
  const { id, login } = c.get('session')
  const attempt = { login, address: clientNetwork(deps, c) }
  const waitSeconds = await countLogin(db, attempt, nowMs(deps))
  if (waitSeconds > 0) throw tooMany(waitSeconds)
  if (!(await checkPassword(password, await passwordHashOf(db, id))))
    throw new ApiError(403, 'wrong_password', { field })
  await forgiveLogin(db, attempt)
}

/** Counts a try; throws ApiError 429 too_many_attempts when there were too many. */
export async function limited(deps: ApiDeps, limits: readonly Limit[]): Promise<void> {
  const waitSeconds = await countTry(deps.database.kysely, limits, nowMs(deps))
  if (waitSeconds > 0) throw tooMany(waitSeconds)
}

/** With the minutes to wait, for words. */
export function tooMany(waitSeconds: number): ApiError {
  return new ApiError(429, 'too_many_attempts', {
    retryAfterSeconds: waitSeconds, details: { n: Math.ceil(waitSeconds / 60) },
  })
}

async function codeOfBody(c: ApiContext): Promise<string | undefined> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return undefined
  // Hono keeps the body: the route reads the same again.
  const body = await c.req.json().catch(() => undefined) as { code?: unknown } | null | undefined
  return typeof body?.code === 'string' ? body.code : undefined
}
