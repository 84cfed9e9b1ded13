/**
 * What stands before every route: a name for the request, the headers that keep a browser strict,
 * a limit on bodies, the refusal of other sites' requests, the login and the keys of programs.
 */
import { randomUUID } from 'node:crypto'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { matchedRoutes } from 'hono/route'
import type { MiddlewareHandler } from 'hono'
import { maxUploadOctets } from '../archive/upload.ts'
import { findKey } from '../store/api-keys.ts'
import type { Origin } from '../store/notice.ts'
import { findSession } from '../store/sessions.ts'
import type { Session } from '../store/sessions.ts'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { findRoute } from './route-table.ts'

type Guard = MiddlewareHandler<ApiEnv>

/** No request of the panel comes near it; a rule with every field at its limit has some 20 kB. */
const maxBodyBytes = 64 * 1024

/** An iCalendar file of 1 MB as a JSON string: every line end and quote is two octets there. */
const maxCalendarBytes = 2 * 1024 * 1024
const calendarPath = '/api/calendar/import'

/** Paths that take more, and in which form: files as they are. */
const fileBodies: Readonly<Record<string, { readonly bytes: number; readonly type: RegExp }>> = {
  '/api/audio': { bytes: maxUploadOctets, type: /^(?:audio\/[\w.-]+|application\/octet-stream)$/ },
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

/** Names the request and sets the headers every reply carries. */
export function strictHeaders(deps: ApiDeps): Guard {
  return async (c, next) => {
    c.set('requestId', randomUUID())
    c.header('X-Request-Id', c.get('requestId'))
    c.header('Content-Security-Policy', contentSecurityPolicy)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('X-Frame-Options', 'DENY')
    c.header('Referrer-Policy', 'same-origin')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Permissions-Policy', 'camera=(), microphone=(), geolocation=()')
    if (deps.behindProxy) c.header('Strict-Transport-Security', 'max-age=31536000')
    if (c.req.path.startsWith('/api/')) c.header('Cache-Control', 'no-store')
    await next()
  }
}

/** Refuses large bodies, also those that do not tell their length. */
export function smallBodies(): Guard {
  const limit = (maxSize: number) => bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiError(413, 'too_large')
    },
  })
  const usual = limit(maxBodyBytes)
  const files = new Map(Object.entries(fileBodies).map(([path, { bytes }]) => [path, limit(bytes)]))
  files.set(calendarPath, limit(maxCalendarBytes))
  return (c, next) => (files.get(c.req.path) ?? usual)(c, next)
}

/**
 * Refuses changes that another site's page asked for: they come as JSON or as sound only (which a
 * foreign page may not send unasked) and, where the browser says whence, from our own pages.
 */
export function sameOrigin(): Guard {
  return async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      if (!isOwnPage(c)) throw new ApiError(403, 'foreign_origin')
      const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
      const isFile = fileBodies[c.req.path]?.type.test(type) ?? false
      if (type !== 'application/json' && !isFile) throw new ApiError(415, 'not_json')
    }
    await next()
  }
}

function isOwnPage(c: ApiContext): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  const origin = c.req.header('origin')
  if (origin === undefined) return true // no browser: programs hold no cookies of others
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host')
}

/** Lets only those who are logged in pass, and programs with a key whose scope is enough. */
export function loggedIn(deps: ApiDeps): Guard {
  return async (c, next) => {
    const authorization = c.req.header('authorization')
    if (authorization !== undefined) {
      c.set('session', await sessionOfKey(deps, c, authorization))
      return next()
    }
    const token = sessionToken(deps, c)
    const session =
      token === undefined ? undefined : await findSession(deps.database.kysely, token, nowMs(deps))
    if (!session) throw new ApiError(401, 'unauthorized')
    c.set('session', session)
    return next()
  }
}

/** RFC 6750 §2.1. Throws ApiError 401 unauthorized, 403 key_scope. */
async function sessionOfKey(deps: ApiDeps, c: ApiContext, authorization: string): Promise<Session> {
  const key = /^bearer ([\w-]{8,128})$/i.exec(authorization)?.[1]
  const { database } = deps
  const found = key === undefined ? undefined : await findKey(database.kysely, key, nowMs(deps))
  if (!found) throw new ApiError(401, 'unauthorized')
  const { scopes, ...session } = found
  // The last match is the route itself, those before are guards.
  const route = matchedRoutes(c).map(({ path }) => findRoute(c.req.method, path))
    .findLast((entry) => entry !== undefined)
  // What is not in the table is nothing for keys.
  const access = route?.access ?? 'login'
  if (access !== 'open' && (access === 'login' || !scopes.includes(access)))
    throw new ApiError(403, 'key_scope', { details: { scope: access } })
  return session
}

/** The token of the session, as the browser keeps it. */
export function sessionToken(deps: ApiDeps, c: ApiContext): string | undefined {
  return getCookie(c, 'pn_session', deps.behindProxy ? 'host' : undefined)
}

/** Gives the browser its session; for the browser's own session only, the server ends it anyway. */
export function keepSession(deps: ApiDeps, c: ApiContext, token: string): void {
  const secure = deps.behindProxy
    ? ({ prefix: 'host', secure: true, path: '/' } as const)
    : ({ path: '/' } as const)
  setCookie(c, 'pn_session', token, { httpOnly: true, sameSite: 'Lax', ...secure })
}

/** Takes the session from the browser. */
export function dropSession(deps: ApiDeps, c: ApiContext): void {
  deleteCookie(
    c,
    'pn_session',
    deps.behindProxy ? { prefix: 'host', secure: true, path: '/' } : { path: '/' },
  )
}

/**
 * The client's address. A proxy of ours writes it last; what stands before it is the client's tale.
 */
export function clientAddress(deps: ApiDeps, c: ApiContext): string {
  if (deps.behindProxy) return c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  const bindings = c.env as unknown as
    { incoming?: { socket?: { remoteAddress?: string } } } | undefined
  return bindings?.incoming?.socket?.remoteAddress ?? ''
}

/** Where a request comes from, for the notice that tells of what it changed. */
export function originOf(deps: ApiDeps, c: ApiContext): Origin {
  const agent = (c.req.header('user-agent') ?? '').toWellFormed().slice(0, 255)
  return { atMs: nowMs(deps), from: clientAddress(deps, c), agent }
}
