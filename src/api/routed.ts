/**
 * The subscriber as calls have him: where numbers must be proved (PN_VERIFY_NUMBERS), those that
 * are not are left out, as in the snapshot a call runs on. Pages that show what calls do start here.
 */
import { provedOnly } from '../store/subscribers.ts'
import type { SubscriberAccount } from '../store/subscribers.ts'
import type { ApiDeps } from './context.ts'

/** `account` without what calls do not see. */
export function asRouted(deps: ApiDeps, account: SubscriberAccount): SubscriberAccount {
  return deps.verifyNumbers === true ? provedOnly(account) : account
}
