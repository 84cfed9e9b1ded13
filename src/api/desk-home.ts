/**
 * GET /api/desk/home: what waits for managers, and whether the system is in order as far as this
 * process can see.
 */
import { Hono } from 'hono'
import { findPerson } from '../store/accounts.ts'
import { countDesk } from '../store/desk-home.ts'
import { ledgersCheckedAt } from '../store/nightly.ts'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import type { DeskHomeReply } from './schema-desk.ts'

/** The one route. */
export function deskHomeRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>().get('/', async (c) => c.json(await home(deps, c)))
}

async function home(deps: ApiDeps, c: ApiContext): Promise<DeskHomeReply> {
  const db = deps.database.kysely
  const { id, login } = c.get('session')
  const person = await findPerson(db, id)
  const { media, payments } = deps
  const sip = deps.sipConnected === undefined ? 'unknown' : deps.sipConnected() ? 'ok' : 'down'
  const mediaState = media === undefined ? 'off' : media.available() ? 'ok' : 'down'
  const hasPayments = payments?.tiles().some(({ available }) => available) ?? false
  return {
    now: nowMs(deps),
    login,
    name: person?.name || login,
    counts: await countDesk(db, nowMs(deps)),
    system: {
      ok: sip !== 'down' && mediaState !== 'down',
      // Without it this reply could not have been made.
      database: 'ok', sip, media: mediaState, payments: hasPayments ? 'ok' : 'off',
      ledgerCheckedAt: await ledgersCheckedAt(db) ?? null,
    },
    rights: { listen: deps.managersListen === true },
  }
}
