/**
 * What stands before every route: a name for the request, the headers that keep a browser strict,
 * a limit on bodies, the refusal of other sites' requests, the login and the keys of programs.
 */
import { randomUUID } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { bodyLimit } from 'hono/body-limit'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { matchedRoutes } from 'hono/route'
import type { MiddlewareHandler } from 'hono'
import { maxUploadOctets } from '../archive/upload.ts'
import { findKey } from '../store/api-keys.ts'
import { writeAudit } from '../store/audit.ts'
import type { Origin } from '../store/notice.ts'
import { findSession } from '../store/sessions.ts'
import type { Session } from '../store/sessions.ts'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import type { Access, RouteEntry } from './route-entry.ts'
import { findRoute } from './route-table.ts'
import { supportFiles } from './schema-talk.ts'

type Guard = MiddlewareHandler<ApiEnv>

/** No request of the panel comes near it; a rule with every field at its limit has some 20 kB. */
const maxBodyBytes = 64 * 1024

/** An iCalendar file of 1 MB as a JSON string: every line end and quote is two octets there. */
const maxCalendarBytes = 2 * 1024 * 1024
/** Prices of a tariff: 5,000 rates as JSON, or as a file of them. */
const maxRatesBytes = 2 * 1024 * 1024

/** Paths whose JSON may be longer. */
const longBodies: Readonly<Record<string, number>> = {
  '/api/calendar/import': maxCalendarBytes,
  '/api/desk/tariffs': maxRatesBytes,
  '/api/desk/tariffs/rates': maxRatesBytes,
}

/** Paths that take more, and in which form: files as they are. */
const fileBodies: Readonly<Record<string, { readonly bytes: number; readonly type: RegExp }>> = {
  '/api/audio': { bytes: maxUploadOctets, type: /^(?:audio\/[\w.-]+|application\/octet-stream)$/ },
  '/api/support/files': { bytes: supportFiles.maxBytes, type: /^application\/octet-stream$/ },
  '/api/desk/support/files': { bytes: supportFiles.maxBytes, type: /^application\/octet-stream$/ },
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
  for (const [path, bytes] of Object.entries(longBodies)) files.set(path, limit(bytes))
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

/**
 * Keeps managers out of what is a subscriber's, unless they look at his panel (then they may read
 * it, and hear it where the operator allows that), and whoever has a password of our making at the
 * place where he changes it. Stands after loggedIn. Throws ApiError 403 not_a_subscriber,
 * read_only, listening_refused, password_change_required.
 */
export function asSubscriber(deps: ApiDeps): Guard {
  return async (c, next) => {
    const { role, viewedBy, mustChangePassword } = c.get('session')
    const access = routeOf(c)?.access
    // Managers have accounts, too; the routes of the desk have a guard of their own.
    const isForManagers = access === 'account' || access === 'manager'
    if (mustChangePassword && c.req.path !== '/api/settings/password')
      throw new ApiError(403, 'password_change_required')
    if (role === 'manager' && viewedBy === undefined && !isForManagers)
      throw new ApiError(403, 'not_a_subscriber')
    if (viewedBy !== undefined) {
      if (isListening(c)) await listenAsManager(deps, c)
      else if (access !== 'manager' && !isReading(c, access)) throw new ApiError(403, 'read_only')
    }
    await next()
  }
}

/** Sound, or the link to it. */
function isListening(c: ApiContext): boolean {
  const { path } = c.req
  return path.startsWith('/media/') || (c.req.method === 'POST' && path.endsWith('/link'))
}

/** Each link that is made for a manager is logged; what he then hears is, too (media.ts). */
async function listenAsManager(deps: ApiDeps, c: ApiContext): Promise<void> {
  if (deps.managersListen !== true) throw new ApiError(403, 'listening_refused')
  if (c.req.method !== 'POST') return
  const { login, subscriberId } = c.get('session')
  await writeAudit(deps.database.kysely, {
    actor: login, action: 'subscriber.listen', subject: c.req.path, subscriberId,
    from: clientAddress(deps, c),
  }, nowMs(deps))
}

/** What asks and changes nothing, though some of it comes as POST (a simulation). */
function isReading(c: ApiContext, access: Access | undefined): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD' || access === 'read'
}

/** Lets managers pass; for all others there is nothing here. Throws ApiError 404 not_found. */
export function asManager(): Guard {
  return async (c, next) => {
    if (c.get('session').role !== 'manager') throw new ApiError(404, 'not_found')
    await next()
  }
}

/** The entry of the route that will answer: the last match, those before it are guards. */
export function routeOf(c: ApiContext): RouteEntry | undefined {
  return matchedRoutes(c).map(({ path }) => findRoute(c.req.method, path))
    .findLast((entry) => entry !== undefined)
}

/** RFC 6750 §2.1. Throws ApiError 401 unauthorized, 403 key_scope, 404 not_found. */
async function sessionOfKey(deps: ApiDeps, c: ApiContext, authorization: string): Promise<Session> {
  const key = /^bearer ([\w-]{8,128})$/i.exec(authorization)?.[1]
  const { database } = deps
  const found = key === undefined ? undefined : await findKey(database.kysely, key, nowMs(deps))
  if (!found) throw new ApiError(401, 'unauthorized')
  const { scopes, ...session } = found
  // What is not in the table is nothing for keys.
  const access = routeOf(c)?.access ?? 'login'
  if (access === 'manager') throw new ApiError(404, 'not_found')
  if (access !== 'open' && !scopes.some((scope) => scope === access))
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

/**
 * By whom tries are counted: an IPv4 address, or a network of IPv6, for every household has 2⁶⁴
 * addresses of those (RFC 6177).
 */
export function clientNetwork(deps: ApiDeps, c: ApiContext): string {
  return networkOf(clientAddress(deps, c))
}

/** '2001:db8:1:2:3::4' → '2001:db8:1:2::/64'; what is not of IPv6 stays. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const groups = [...before, ...zeros, ...after].slice(0, 4)
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`
}

/** Where a request comes from, for the notice that tells of what it changed. */
export function originOf(deps: ApiDeps, c: ApiContext): Origin {
  const agent = (c.req.header('user-agent') ?? '').toWellFormed().slice(0, 255)
  return { atMs: nowMs(deps), from: clientAddress(deps, c), agent }
}
