/**
 * Links to sound: '/media/<what>.<mac>', good for five minutes in one login. The key of the HMAC is
 * the login's own secret (the session's token, or the key of a program): a link is worth nothing
 * without the cookie, dies with the session, and processes need no secret among them. Whose file it
 * is, is asked again when the link is opened.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps } from './context.ts'
import { ApiError } from './errors.ts'
import { sessionToken } from './guards.ts'
import type { LinkReply } from './schema-media.ts'

export type LinkKind = 'message' | 'recording' | 'audio'

export interface Linked {
  readonly kind: LinkKind
  /** Of the message or the greeting; of the call for a recording. */
  readonly id: string
  readonly download: boolean
}

const lifeMs = 5 * 60_000
const letters: Readonly<Record<LinkKind, string>> = { message: 'm', recording: 'r', audio: 'a' }
const kinds = new Map(Object.entries(letters).map(([kind, letter]) => [letter, kind as LinkKind]))

/** A link that the login of this request may open. */
export function makeLink(deps: ApiDeps, c: ApiContext, linked: Linked): LinkReply {
  const expiresAt = nowMs(deps) + lifeMs
  const { kind, id, download } = linked
  const what = `${letters[kind]}${download ? 'd' : 'p'}${id}${expiresAt.toString(36)}`
  return { url: `/media/${what}.${macOf(secretOf(deps, c), what)}`, expiresAt }
}

/** What a link leads to. Throws ApiError 404 for one not made for this login, 403 link_expired. */
export function readLink(deps: ApiDeps, c: ApiContext, token: string): Linked {
  const [, what = '', mac = ''] = /^([mra][pd][0-9a-f]{32}[0-9a-z]{1,10})\.([\w-]{43})$/.exec(token)
    ?? []
  const made = Buffer.from(macOf(secretOf(deps, c), what))
  const given = Buffer.from(mac)
  const kind = kinds.get(what[0] ?? '')
  if (!kind || made.length !== given.length || !timingSafeEqual(made, given))
    throw new ApiError(404, 'not_found')
  if (nowMs(deps) >= Number.parseInt(what.slice(34), 36)) throw new ApiError(403, 'link_expired')
  return { kind, id: what.slice(2, 34), download: what[1] === 'd' }
}

function macOf(secret: string, what: string): string {
  return createHmac('sha256', secret).update(`media ${what}`).digest('base64url')
}

function secretOf(deps: ApiDeps, c: ApiContext): string {
  const bearer = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  return bearer ?? sessionToken(deps, c) ?? ''
}
