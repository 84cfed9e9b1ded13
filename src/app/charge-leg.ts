/**
 * Has the leg that won reserved and tells its call what the account says, then and later. The
 * account itself is the meter's.
 */
import type { MoneyEvent } from '../call/events.ts'
import type { Address } from '../call/subscriber.ts'
import type { Meter } from './meter.ts'

/**
 * The call is told once whether it is reserved; without a meter it is. `opened`: its record is in the
 * journal. Nobody is connected before: should this process die a moment later, the reservation alone
 * would be dropped as one without a call, and what was talked would be neither shown nor paid.
 */
export function chargeLeg(
  meter: Meter | undefined,
  leg: { readonly callId: string; readonly subscriberId: string; readonly address: Address },
  opened: Promise<void>,
  post: (event: MoneyEvent) => void,
): void {
  if (meter === undefined) return post({ type: 'charged' })
  const { callId, subscriberId, address } = leg
  const begun = meter.begin(callId, subscriberId, address, {
    cutOff: (atWallMs, why) => post({ type: 'cutOff', atWallMs, why }),
    warn: () => post({ type: 'moneyWarning' }),
  })
  void Promise.all([begun, opened]).then(([refused]) =>
    post(refused === undefined ? { type: 'charged' } : { type: 'charged', refused }))
}
