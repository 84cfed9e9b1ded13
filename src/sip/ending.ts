/**
 * The ways in which the engine itself ends a dialog: a BYE with a Reason (RFC 3326) and a word to
 * the user (drachtio-control-protocol §6, §8.4, §11).
 */
import type { Dialog } from './dialog.ts'
import type { Output } from './events.ts'
import { composeInDialog } from './fill-in.ts'
import { wayOf } from './in-dialog.ts'
import { SipMessage } from './message.ts'
import { engineHandler, OutgoingRequest } from './outgoing.ts'

/** `orphaned`: nobody is left to be told. */
type EndingCause = Extract<Output, { type: 'dialogEnded' }>['cause'] | 'orphaned'

/** The texts are drachtio-server's: its users read them. */
const reasons: Readonly<Record<EndingCause, string>> = {
  ackTimeout: 'ACK timeout',
  sessionExpired: 'Session timer expired',
  refreshFailed: 'Session refresh failed',
  cancelRace: 'ACK-BYE due to cancel race condition',
  orphaned: 'Application gone',
}

/** Sends BYE, ends the dialog and tells its owner, if there is one. */
export function endByEngine(dialog: Dialog, cause: EndingCause): void {
  const { core, owner, id } = dialog
  const draft = SipMessage.request('BYE', dialog.remoteTarget)
  draft.append('Reason', 'SIP;cause=200;text="' + reasons[cause] + '"')
  sendBye(dialog, draft, (bye) => {
    const { request, flow, data } = bye
    if (owner === 0 || cause === 'orphaned' || request === undefined) return
    core.emit({
      type: 'dialogEnded', dialog: id, owner, flow: flow ?? dialog.flow, message: request, data,
      cause,
    })
  })
}

/** Sends a BYE that nobody asked for and ends the dialog; says nothing to the user. */
export function endSilently(dialog: Dialog): void {
  sendBye(dialog, SipMessage.request('BYE', dialog.remoteTarget), () => {})
}

function sendBye(
  dialog: Dialog, draft: SipMessage, sent: (bye: OutgoingRequest) => void,
): void {
  const { core } = dialog
  const cseq = ++dialog.localCseq
  const bye = new OutgoingRequest(core, 0, engineHandler(),
    (point, branch) => composeInDialog(dialog, draft, undefined, cseq, point, branch))
  dialog.end()
  wayOf(dialog, 0, (located) => {
    // A refusal means the address is beyond our transports: the dialog is over all the same.
    if (bye.launch(located) !== undefined) bye.launch([])
    sent(bye)
  })
}
