/**
 * The session timer of a dialog at work (RFC 4028 §10, drachtio-control-protocol §11): refreshes by
 * re-INVITE with the SDP last sent, unseen by the user, when that is our part; ends the call when
 * the peer does not do its part.
 */
import type { Dialog } from './dialog.ts'
import { endByEngine } from './ending.ts'
import { composeInDialog } from './fill-in.ts'
import { reinviteByEngine, wayOf } from './in-dialog.ts'
import { SipMessage } from './message.ts'
import { engineHandler, OutgoingRequest } from './outgoing.ts'
import type { SessionTerms } from './session-timer.ts'
import { acceptSession, leastSessionSeconds, offerSession } from './session-timer.ts'

/** Half the interval, give or take this: many calls that began together shall not refresh so. */
const jitterMs = 5000
/** How long to wait when an INVITE of either side is in the way. */
const busyDelayMs = 5000

/** Starts the timer anew under these terms, or stops it when there are none. */
export function startSession(dialog: Dialog, terms: SessionTerms | undefined): void {
  const { core } = dialog
  core.timers.cancel(dialog.sessionTimer)
  dialog.sessionTimer = undefined
  dialog.session = terms
  if (terms === undefined) return
  const intervalMs = terms.seconds * 1000
  dialog.sessionTimer = terms.weRefresh
    ? core.startTimer(
      core.between(intervalMs / 2 - jitterMs, intervalMs / 2 + jitterMs), dialog, 'refresh')
    : core.startTimer(intervalMs, dialog, 'expire')
}

/** One of the timers started here is due. */
export function sessionTimerFired(dialog: Dialog, name: string): void {
  dialog.sessionTimer = undefined
  if (dialog.state !== 'confirmed') return
  if (name === 'expire') return endByEngine(dialog, 'sessionExpired')
  if (dialog.pendingInvite !== undefined || dialog.incomingInvite !== undefined) {
    dialog.sessionTimer = dialog.core.startTimer(busyDelayMs, dialog, 'refresh')
    return
  }
  refresh(dialog)
}

function refresh(dialog: Dialog): void {
  const { session } = dialog
  if (session === undefined) return
  const draft = SipMessage.request(dialog.localSdp === '' ? 'UPDATE' : 'INVITE', 'sip:placeholder')
  draft.append('Session-Expires', offerSession(session))
  draft.append('Min-SE', String(leastSessionSeconds))
  draft.append('Supported', 'timer')
  if (dialog.localSdp === '') return updateByEngine(dialog, draft)
  draft.body = dialog.localSdp
  reinviteByEngine(dialog, draft, (status, response) => refreshed(dialog, status, response))
}

/** Without SDP of ours an INVITE would ask the peer for an offer: an UPDATE asks for nothing. */
function updateByEngine(dialog: Dialog, draft: SipMessage): void {
  const { core } = dialog
  const cseq = ++dialog.localCseq
  const done = engineHandler((status, received) => {
    if (dialog.state !== 'confirmed') return
    const response = received?.message
    if (status < 300 && response !== undefined) startSession(dialog, acceptSession(response))
    refreshed(dialog, status, response)
  })
  const update = new OutgoingRequest(core, 0, done,
    (point, branch) => composeInDialog(dialog, draft, undefined, cseq, point, branch))
  wayOf(dialog, 0, (located) => {
    if (update.launch(located) !== undefined) update.launch([])
    update.unreachable()
  })
}

function refreshed(dialog: Dialog, status: number, response: SipMessage | undefined): void {
  const { core, session } = dialog
  if (dialog.state !== 'confirmed' || status < 300 || session === undefined) return
  if (status === 491) {
    // RFC 3261 §14.1: who made the Call-ID waits longer, so that the two do not meet again.
    const delayMs = dialog.side === 'uac' ? core.between(2100, 4000) : core.between(0, 2000)
    dialog.sessionTimer = core.startTimer(delayMs, dialog, 'refresh')
    return
  }
  const least = Number(response?.get('Min-SE') ?? '')
  if (status === 422 && least > session.seconds) {
    dialog.session = { seconds: least, weRefresh: session.weRefresh }
    return refresh(dialog)
  }
  endByEngine(dialog, 'refreshFailed')
}
