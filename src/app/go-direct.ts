/**
 * Joins two sides anew, without the media server between them that is lost: the caller is asked for
 * an offer (re-INVITE without one, RFC 3261 §14.1), the callee answers it. Only the exchange: when
 * this is tried, and what follows, is for `anchored-caller.ts`.
 */
import { refuseOffer } from './offer.ts'
import { refreshTimer } from './session-timer.ts'
import type { SipDialog } from './sip-dialog.ts'

/** Settles with whether both have agreed; what they said stands in their dialogs then. */
export function goDirect(caller: SipDialog, callee: SipDialog): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = (): void => resolve(false)
    caller.send('INVITE', refreshTimer(caller.timer), '', {
      progress() {},
      failed,
      answered(offered, acknowledge) {
        const offer = offered.body
        const refuse = (): void => {
          acknowledge(refuseOffer(offer))
          resolve(false)
        }
        if (offer === '' || !callee.open) return refuse()
        const headers = { ...refreshTimer(callee.timer), 'Content-Type': 'application/sdp' }
        callee.send('INVITE', headers, offer, {
          progress() {},
          failed: refuse,
          answered(response, acknowledgeAnswer) {
            acknowledgeAnswer()
            if (response.body === '') return refuse()
            acknowledge(response.body)
            caller.received = offer
            caller.sent = response.body
            callee.received = response.body
            callee.sent = offer
            resolve(true)
          },
        })
      },
    })
  })
}
