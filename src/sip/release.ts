/**
 * A user is gone (control protocol §13): its unanswered requests get 503, its own INVITEs are
 * cancelled, its calls stay up but hear nobody any more, and are ended when they outlast
 * `limits.orphanMs`.
 */
import type { Core } from './core.ts'
import type { Owner } from './events.ts'
import { SipMessage } from './message.ts'
import { OutgoingRequest } from './outgoing.ts'
import { OutgoingInvite } from './outgoing-invite.ts'
import { answerByEngine, IncomingRequest } from './uas.ts'

/** Carries out a `release` command. Looks at everything: applications seldom go. */
export function release(core: Core, owner: Owner): void {
  if (owner === 0) return
  core.forgetAwaited(owner)
  const users = [...core.layer.all()].map((transaction) => transaction.user)
  for (const user of users) {
    if (user instanceof IncomingRequest && user.owner === owner) answerByEngine(user, 503)
    if (!(user instanceof OutgoingRequest) || user.owner !== owner) continue
    user.owner = 0
    if (user.handler instanceof OutgoingInvite) {
      user.handler.cancel(SipMessage.request('CANCEL', user.request?.uri ?? ''))
    }
  }
  for (const dialog of core.dialogs.all()) {
    if (dialog.owner !== owner) continue
    dialog.orphan()
    dialog.invite?.acknowledgeForUser(dialog)
  }
}
