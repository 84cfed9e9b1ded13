/**
 * Requests inside dialogs, both ways (RFC 3261 §12.2, §14, §15; drachtio-control-protocol §9):
 * the way they take, what the user may send, and what of the peer's requests the user gets to see.
 */
import type { Core } from './core.ts'
import type { Dialog } from './dialog.ts'
import type { Command, DialogId, Octets, Owner } from './events.ts'
import { bareUri, composeInDialog, lacksContentType, uriOf } from './fill-in.ts'
import type { SipMessage } from './message.ts'
import type { OutgoingHandler } from './outgoing.ts'
import { OutgoingRequest } from './outgoing.ts'
import { OutgoingInvite } from './outgoing-invite.ts'
import { startSession } from './refresh.ts'
import type { Journey, Located } from './resolver.ts'
import { flowFrom, locate, readUri } from './resolver.ts'
import { acceptSession, isTooBrief, leastSessionSeconds, offerSession } from './session-timer.ts'
import type { Received } from './transaction.ts'
import { admit, answerByEngine, refuseRequest, refuseStateless } from './uas.ts'

export const unknownDialog = 'Server error: unable to find dialog for dialog id provided'

type RequestCommand = Extract<Command, { type: 'request' }>

/**
 * The flows to the peer of a dialog: its open connection; its address behind NAT; the first route;
 * a connection it registered over; its target.
 */
export function wayOf(dialog: Dialog, owner: Owner, done: (located: Located) => void): void {
  const { core, flow, natHop, point } = dialog
  if (flow.transport !== 'udp' && core.connections.isOpen(flow.connection)) return done([flow])
  if (natHop !== undefined) return done([flowFrom(point, natHop.address, natHop.port)])
  const [route] = dialog.routeSet
  if (route === undefined) {
    const bound = boundFlow(core, dialog.remoteTarget)
    if (bound !== undefined) return done([bound])
  }
  const uri = route === undefined ? dialog.remoteTarget : bareUri(route)
  locate(core, { uri, preferred: point, owner, avoidOwn: false }, done)
}

/** The connection over which `user@host` of a URI registered, if any (control protocol §15.4). */
export function boundFlow(core: Core, target: Octets): ReturnType<Core['connections']['flowTo']> {
  if (core.connections.bindings === 0) return undefined
  const uri = readUri(target)
  if (uri?.user === undefined) return undefined
  return core.connections.flowTo(uri.user + '@' + uri.host.toLowerCase(), core.nowMs)
}

/** The user's request in a dialog of its. */
export function requestInDialog(core: Core, command: RequestCommand, named: Dialog): void {
  const { token, draft, owner, route } = command
  const dialog = draft.method === 'PRACK' ? forkOf(named, draft) : named
  if (!dialog.isAlive || dialog.owner !== owner) return core.refuse(token, unknownDialog)
  if (lacksContentType(draft)) return core.refuse(token, 'Server error: missing content-type')
  // "sip:placeholder" stands for the remote target: the library does not know it.
  const uri = draft.uri.includes('placeholder') ? undefined : draft.uri
  if (uri !== undefined && readUri(uri) === undefined) {
    return core.refuse(token, `invalid request-uri: ${draft.method} ${draft.uri} SIP/2.0`)
  }
  if (draft.method === 'INVITE') {
    // RFC 3261 §14.1: no INVITE while another is in progress, in either direction; nor before the
    // ACK of the last one, which could not be told from that of the next.
    const isBusy = dialog.pendingInvite !== undefined || dialog.incomingInvite !== undefined
    if (isBusy || dialog.invite?.awaitsAck(dialog) === true) {
      return core.refuse(token, 'Server error: another INVITE is pending in this dialog')
    }
    return inviteInDialog(core, command, dialog, uri)
  }
  const outgoing = new OutgoingRequest(core, owner, handlerFor(dialog, draft),
    composer(dialog, draft, uri))
  if (draft.method === 'BYE') {
    dialog.state = 'ending'
    dialog.pendingInvite?.dropSoon()
  }
  if (draft.method === 'UPDATE') dialog.hasPendingUpdate = true
  findWay(core, dialog, route, owner, (located) => launch(core, outgoing, located, token, dialog))
}

/** Composes a request of this dialog; the CSeq is taken once, however many addresses are tried. */
function composer(
  dialog: Dialog, draft: SipMessage, uri: Octets | undefined,
): ConstructorParameters<typeof OutgoingRequest>[3] {
  let cseq = 0
  return (point, branch) => {
    if (cseq === 0) cseq = ++dialog.localCseq
    const request = composeInDialog(dialog, draft, uri, cseq, point, branch)
    const refreshes = draft.method === 'INVITE' || draft.method === 'UPDATE'
    if (refreshes && dialog.session !== undefined && !request.has('Session-Expires')) {
      // RFC 4028 §7.4: a refresh that does not mention the session timer would end it.
      request.append('Session-Expires', offerSession(dialog.session))
      request.append('Min-SE', String(leastSessionSeconds))
    }
    return request
  }
}

function inviteInDialog(
  core: Core, command: RequestCommand, dialog: Dialog, uri: Octets | undefined,
): void {
  const { token, draft, owner, route } = command
  const invite = new OutgoingInvite(dialog.id, dialog)
  const outgoing = new OutgoingRequest(core, owner, invite, composer(dialog, draft, uri))
  startInvite(invite, outgoing)
  findWay(core, dialog, route, owner, (located) => launch(core, outgoing, located, token, dialog))
}

/** The engine's own re-INVITE (a session refresh); `done` gets the final status. */
export function reinviteByEngine(
  dialog: Dialog, draft: SipMessage, done: (status: number, response?: SipMessage) => void,
): void {
  const invite = new OutgoingInvite(dialog.id, dialog, done)
  const outgoing = new OutgoingRequest(dialog.core, 0, invite, composer(dialog, draft, undefined))
  startInvite(invite, outgoing)
  wayOf(dialog, 0, (located) => {
    if (outgoing.launch(located) !== undefined) outgoing.launch([])
    invite.cseq = outgoing.request?.cseqNumber ?? 0
    outgoing.unreachable()
  })
}

function startInvite(invite: OutgoingInvite, outgoing: OutgoingRequest): void {
  invite.outgoing = outgoing
  if (invite.dialog !== undefined) invite.dialog.pendingInvite = invite
}

function findWay(
  core: Core, dialog: Dialog, route: Octets | undefined, owner: Owner,
  done: (located: Located) => void,
): void {
  if (route === undefined) return wayOf(dialog, owner, done)
  const journey: Journey = { uri: uriOf(route), preferred: dialog.point, owner, avoidOwn: false }
  locate(core, journey, done)
}

function launch(
  core: Core, outgoing: OutgoingRequest, located: Located, token: string, dialog: Dialog,
): void {
  const { handler } = outgoing
  const refusal = outgoing.launch(located)
  if (refusal !== undefined) {
    if (dialog.pendingInvite === handler) dialog.pendingInvite = undefined
    if (dialog.state === 'ending') dialog.state = 'confirmed'
    dialog.hasPendingUpdate = false
    return core.refuse(token, refusal)
  }
  if (handler instanceof OutgoingInvite) handler.cseq = outgoing.request?.cseqNumber ?? 0
  outgoing.accept(token, dialog.id)
  outgoing.unreachable()
}

/** What answers to requests other than INVITE do to the dialog. */
function handlerFor(dialog: Dialog, draft: SipMessage): OutgoingHandler {
  const id: DialogId = dialog.id
  const { method } = draft
  const settle = (status: number, response: SipMessage | undefined): void => {
    if (status < 200) return
    if (method === 'UPDATE') dialog.hasPendingUpdate = false
    if (method === 'BYE') {
      // The library repeats a challenged BYE with credentials in the same dialog.
      if (status === 401 || status === 407) {
        if (dialog.state === 'ending') dialog.state = 'confirmed'
      } else dialog.end()
    }
    const isLastNotify = method === 'NOTIFY' && endsSubscription(dialog, draft)
    if (isLastNotify && status !== 401 && status !== 407) dialog.end()
    if (response === undefined || status >= 300) return
    if (method === 'SUBSCRIBE') dialog.subscribedFor(expiresOf(response, draft))
    if (method === 'UPDATE' && dialog.isAlive) startSession(dialog, acceptSession(response))
  }
  return {
    response(outgoing, received) {
      const { status } = received.message
      if (status >= 200 && status < 300) {
        if (method === 'UPDATE') dialog.refreshTarget(received.message, received.flow)
        const mayCarrySdp = method === 'UPDATE' || method === 'PRACK'
        if (mayCarrySdp && draft.body !== '') dialog.localSdp = draft.body
      }
      settle(status, received.message)
      outgoing.passUp(received, id)
    },
    failed(outgoing, status) {
      settle(status, undefined)
      outgoing.passUpMadeUp(status, id)
    },
  }
}

/** A subscription's last NOTIFY; one inside a call (REFER) does not end the call. */
export function endsSubscription(dialog: Dialog, notify: SipMessage): boolean {
  if (dialog.usage !== 'subscription') return false
  const state = notify.get('Subscription-State') ?? ''
  return state.toLowerCase().startsWith('terminated')
}

/** Seconds a subscription was granted; RFC 6665 leaves the default to the package: an hour. */
export function expiresOf(response: SipMessage, request: SipMessage): number {
  const text = response.get('Expires') ?? request.get('Expires') ?? '3600'
  const seconds = Number(text)
  return text !== '' && seconds >= 0 ? seconds : 3600
}

/** The early dialog which a PRACK means, by the RSeq in its RAck. */
function forkOf(named: Dialog, prack: SipMessage): Dialog {
  const rack = prack.get('RAck') ?? ''
  const rseq = Number(rack.slice(0, rack.indexOf(' ')))
  return named.pendingInvite?.earlyDialog(rseq) ?? named
}

/** A request of the peer with a To tag, ACK excepted. */
export function receiveInDialog(
  core: Core, received: Received, dialog: Dialog, data: Octets,
): void {
  const { message, flow } = received
  const { method } = message
  if (dialog.state === 'ended' || dialog.isOrphan) {
    refuseStateless(core, received, 481)
    if (dialog.isOrphan && method === 'BYE') endOrphan(dialog)
    return
  }
  // RFC 3261 §12.2.2: a request that was overtaken is out of order.
  if (message.cseqNumber < dialog.remoteCseq) return refuseRequest(core, received, 500)
  dialog.remoteCseq = message.cseqNumber
  dialog.heardFrom(flow)
  if (dialog.state === 'ending') {
    // Our BYE is on its way: the peer's crosses it and is right, anything else comes too late.
    if (method !== 'BYE') return refuseStateless(core, received, 481)
    refuseRequest(core, received, 200)
    return dialog.end()
  }
  switch (method) {
    case 'INVITE':
      return receiveReinvite(core, received, dialog, data)
    case 'UPDATE':
      return receiveUpdate(core, received, dialog, data)
    case 'PRACK':
      if (dialog.incomingInvite?.provisional?.acknowledge(message) !== true) {
        return refuseRequest(core, received, 481)
      }
      break
    case 'BYE':
      return receiveBye(core, received, dialog, data)
  }
  admit(core, received, dialog).announce(data)
}

function receiveReinvite(core: Core, received: Received, dialog: Dialog, data: Octets): void {
  // RFC 3261 §14.2: one at a time, and none against our own.
  if (dialog.incomingInvite !== undefined) return refuseBusy(core, received)
  if (dialog.pendingInvite !== undefined || dialog.hasPendingUpdate) {
    return refuseRequest(core, received, 491)
  }
  if (isTooBrief(received.message)) return refuseTooBrief(core, received)
  const incoming = admit(core, received, dialog)
  dialog.incomingInvite = incoming
  incoming.announce(data)
}

function receiveUpdate(core: Core, received: Received, dialog: Dialog, data: Octets): void {
  // RFC 3311 §5.2: one at a time; an offer does not cross ours.
  if (dialog.incomingUpdate !== undefined) return refuseBusy(core, received)
  const isOurOfferOut = dialog.hasPendingUpdate
    || (dialog.pendingInvite !== undefined && dialog.state === 'confirmed')
  if (isOurOfferOut && received.message.body !== '') return refuseRequest(core, received, 491)
  if (isTooBrief(received.message)) return refuseTooBrief(core, received)
  const incoming = admit(core, received, dialog)
  dialog.incomingUpdate = incoming
  const invite = dialog.incomingInvite
  if (invite?.isFirst === true) {
    // Control protocol §5.3: it shares the transaction id of the INVITE it accompanies.
    invite.update = incoming
    incoming.idForUser = invite.transaction.id
  }
  incoming.announce(data)
}

function receiveBye(core: Core, received: Received, dialog: Dialog, data: Octets): void {
  const incoming = admit(core, received, dialog)
  // RFC 3261 §15.1.2: what is still unanswered gets 487.
  if (dialog.incomingInvite !== undefined) answerByEngine(dialog.incomingInvite, 487)
  if (dialog.incomingUpdate !== undefined) answerByEngine(dialog.incomingUpdate, 487)
  dialog.dismissAnswers()
  dialog.end()
  incoming.announce(data)
}

/** The peer hung up a call whose application is gone. */
function endOrphan(dialog: Dialog): void {
  dialog.dismissAnswers()
  dialog.end()
}

function refuseTooBrief(core: Core, received: Received): void {
  refuseRequest(core, received, 422, [['Min-SE', String(leastSessionSeconds)]])
}

/** RFC 3261 §14.2: between 0 and 10 seconds, at random. */
function refuseBusy(core: Core, received: Received): void {
  refuseRequest(core, received, 500, [['Retry-After', String(core.between(0, 11))]])
}
