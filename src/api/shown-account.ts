/**
 * Whose account a page about the account shows: one's own, or that of the subscriber whose panel a
 * manager looks at.
 */
import { accountOf } from '../store/accounts.ts'
import type { ApiContext, ApiDeps } from './context.ts'

/** Id of the account. Throws StoreError not_found. */
export async function shownAccount(deps: ApiDeps, c: ApiContext): Promise<string> {
  const { id, viewedBy, subscriberId } = c.get('session')
  return viewedBy === undefined ? id : (await accountOf(deps.database.kysely, subscriberId)).id
}
