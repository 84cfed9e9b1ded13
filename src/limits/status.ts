/**
 * What an account may be, and what becomes of it:
 *
 *     active ⇄ frozen      no new legs are dialled, voicemail goes on if it is on, the panel works
 *       ⇅       ⇅          and says why. Set by a manager, or by the service when a day's money is
 *     suspended            used up (limits). Calls that live go on to their end.
 *       ↓                  suspended: no calls at all; the panel can be read. By a manager only.
 *     closed               for good: the numbers go into quarantine.
 *
 * Every way but those out of 'closed' is a manager's; the service freezes what is active and does
 * nothing else. Nothing here thaws by itself: somebody has to look.
 */

export const accountStatuses = ['active', 'frozen', 'suspended', 'closed'] as const
export type AccountStatus = (typeof accountStatuses)[number]

/** Whether the account may go from one to the other; the same to the same is nothing to do. */
export function mayBecome(
  from: AccountStatus, to: AccountStatus, by: 'manager' | 'service',
): boolean {
  if (by === 'service') return from === 'active' && to === 'frozen'
  return from !== 'closed' && from !== to
}
