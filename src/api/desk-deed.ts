/**
 * Who asks for something at the desk: what the store logs a manager's deeds and looks by.
 */
import type { Deed } from '../store/desk-deed.ts'
import { nowMs } from './context.ts'
import type { ApiContext, ApiDeps } from './context.ts'
import { clientAddress } from './guards.ts'

/** The manager of this request, his address, now. */
export function deedOf(deps: ApiDeps, c: ApiContext): Deed {
  const { id, login } = c.get('session')
  return { accountId: id, login, from: clientAddress(deps, c), atMs: nowMs(deps) }
}
