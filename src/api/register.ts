/**
 * Registration over HTTP, for people who have no login: what the form offers, sending it, and what
 * became of it. Who is known already is answered like everybody.
 */
import { Hono } from 'hono'
import { checkTarget, isE164, readNumber } from '../call/number.ts'
import { freePrefixes } from '../store/number-pool.ts'
import { addRegistration, viewRegistration } from '../store/registrations.ts'
import { nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { limited } from './fresh.ts'
import { clientAddress, clientNetwork } from './guards.ts'
import { registerRequest } from './schema-people.ts'
import type { RegisterForm, RegisterReply, RegistrationReply } from './schema-people.ts'

const hourMs = 3_600_000
/** An office behind one address has more; a program has to wait. */
const requestsPerHour = 10
/** The page of a request asks every few seconds. */
const looksPerHour = 2000

/** GET and POST /api/register, GET /api/register/:token. */
export function registerRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const prefixes = await freePrefixes(db, nowMs(deps))
      return c.json({
        wishes: prefixes.map((prefix) => ({ prefix })),
      } satisfies RegisterForm)
    })
    .post('/', async (c) => {
      const { consent: _, ...draft } = await readBody(c, registerRequest)
      const phone = readPhone(draft.phone)
      const address = clientAddress(deps, c)
      await limited(deps, [{
        key: `register:${clientNetwork(deps, c)}`, tries: requestsPerHour, windowMs: hourMs,
      }])
      const reply = await addRegistration(db, { ...draft, phone, address }, nowMs(deps))
      return c.json(reply satisfies RegisterReply, 202)
    })
    .get('/:token', async (c) => {
      await limited(deps, [{
        key: `register-look:${clientNetwork(deps, c)}`, tries: looksPerHour, windowMs: hourMs,
      }])
      return c.json(await viewRegistration(db, readToken(c)) satisfies RegistrationReply)
    })
}

/** A token of ours; anything else cannot exist. Throws ApiError 404 not_found. */
function readToken(c: ApiContext): string {
  const token = c.req.param('token') ?? ''
  if (!/^[\w-]{43}$/.test(token)) throw new ApiError(404, 'not_found')
  return token
}

/** A telephone that a manager can call. Throws ApiError 422 bad_number, refused_number. */
function readPhone(text: string): string {
  const reading = readNumber(text)
  const fault = (code: string, why: string) =>
    new ApiError(422, code, { field: 'phone', details: { why } })
  if (!reading.ok) throw fault('bad_number', reading.why)
  if (!isE164(reading.address)) throw fault('bad_number', 'letters')
  const verdict = checkTarget(reading.address)
  if (!verdict.ok) throw fault('refused_number', verdict.why)
  return reading.address
}
