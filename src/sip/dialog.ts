/**
 * One dialog (RFC 3261 §12): its identity, route set, sequence numbers and remote target, made from
 * the request and response that create it and kept up to date. A dialog is carried by an INVITE
 * (a call) or by a subscription (RFC 6665); a subscription inside a call ends with the call.
 * Sending inside it is `in-dialog.ts`, its session timer `refresh.ts`.
 */
import type { Answer } from './answer.ts'
import type { Core } from './core.ts'
import { endByEngine } from './ending.ts'
import type { DialogId, Flow, Ms, Octets, Owner } from './events.ts'
import { uriOf } from './fill-in.ts'
import type { IncomingRequest } from './uas.ts'
import { addressBytes, isPrivate } from './ip-address.ts'
import type { Point } from './listen-points.ts'
import type { SipMessage } from './message.ts'
import type { OutgoingInvite } from './outgoing-invite.ts'
import { sessionTimerFired } from './refresh.ts'
import { readUri } from './resolver.ts'
import type { SessionTerms } from './session-timer.ts'
import type { Timer, TimerOwner } from './timer-queue.ts'

/**
 * `early` before a 2xx; `confirmed`; `ending` while our BYE is unanswered; `ended`: only its
 * unacknowledged 2xx are still there.
 */
export type DialogState = 'early' | 'confirmed' | 'ending' | 'ended'

/** What a dialog is made from. */
export interface DialogSeed {
  readonly id: DialogId
  readonly side: 'uac' | 'uas'
  readonly usage: 'invite' | 'subscription'
  readonly owner: Owner
  readonly point: Point
  readonly flow: Flow
  readonly callId: Octets
  readonly localTag: Octets
  readonly remoteTag: Octets
  /** From and To of our requests, tags included. */
  readonly localParty: Octets
  readonly remoteParty: Octets
  readonly localCseq: number
  /** -1 as long as the peer has sent no request. */
  readonly remoteCseq: number
  readonly remoteTarget: Octets
  readonly routeSet: readonly Octets[]
  readonly localContact: Octets
}

/** A week: a subscription with no end in sight is looked at then. */
const longestSubscriptionMs = 7 * 24 * 3600 * 1000

export class Dialog implements TimerOwner {
  readonly core: Core
  readonly id: DialogId
  readonly side: 'uac' | 'uas'
  readonly usage: 'invite' | 'subscription'
  readonly callId: Octets
  readonly localTag: Octets
  readonly remoteTag: Octets
  readonly localParty: Octets
  readonly remoteParty: Octets
  readonly point: Point
  state: DialogState = 'early'
  owner: Owner
  /** Its owner is gone; nobody inherits it. */
  isOrphan = false
  /** Where the newest message of the peer came from. */
  flow: Flow
  /** Peer behind NAT: where to send in spite of its Contact. */
  natHop: { readonly address: string; readonly port: number } | undefined
  localCseq: number
  remoteCseq: number
  remoteTarget: Octets
  routeSet: readonly Octets[]
  localContact: Octets
  /** Our INVITE that has no final answer yet, and the newest one that was accepted. */
  pendingInvite: OutgoingInvite | undefined
  invite: OutgoingInvite | undefined
  /** An UPDATE of ours is unanswered. */
  hasPendingUpdate = false
  /** The peer's INVITE or UPDATE that the user has not answered finally. */
  incomingInvite: IncomingRequest | undefined
  incomingUpdate: IncomingRequest | undefined
  /** Our 2xx that wait for their ACK. */
  readonly unacked: Answer[] = []
  /** The user cancelled, but the 2xx was faster: BYE as soon as it has acknowledged. */
  byeAfterAck = false
  /** RSeq of the newest reliable provisional response received (RFC 3262), 0 before. */
  lastRseq = 0
  /** The SDP we sent last; a refresh repeats it. */
  localSdp: Octets = ''
  session: SessionTerms | undefined
  sessionTimer: Timer | undefined
  #subscriptionTimer: Timer | undefined
  #orphanTimer: Timer | undefined

  constructor(core: Core, seed: DialogSeed) {
    this.core = core
    this.id = seed.id
    this.side = seed.side
    this.usage = seed.usage
    this.owner = seed.owner
    this.point = seed.point
    this.flow = seed.flow
    this.callId = seed.callId
    this.localTag = seed.localTag
    this.remoteTag = seed.remoteTag
    this.localParty = seed.localParty
    this.remoteParty = seed.remoteParty
    this.localCseq = seed.localCseq
    this.remoteCseq = seed.remoteCseq
    this.remoteTarget = seed.remoteTarget
    this.routeSet = seed.routeSet
    this.localContact = seed.localContact
    core.dialogs.add(this)
  }

  /** Whether requests of the user and the network may still pass. */
  get isAlive(): boolean {
    return this.state === 'early' || this.state === 'confirmed'
  }

  confirm(): void {
    if (this.state !== 'early') return
    this.state = 'confirmed'
    this.core.dialogs.confirm(this)
  }

  /** Over; kept only for the ACKs it still awaits. */
  end(): void {
    if (this.state === 'ended') return
    this.state = 'ended'
    this.core.timers.cancel(this.sessionTimer)
    this.core.timers.cancel(this.#subscriptionTimer)
    this.core.timers.cancel(this.#orphanTimer)
    this.core.dialogs.hide(this)
    // The peer may forget a re-INVITE of ours along with the call.
    this.pendingInvite?.dropSoon()
    if (this.unacked.length === 0) this.core.dialogs.remove(this)
  }

  /** An answer got its ACK or was given up. */
  settle(answer: Answer): void {
    const index = this.unacked.indexOf(answer)
    if (index >= 0) this.unacked.splice(index, 1)
    if (this.state === 'ended' && this.unacked.length === 0) this.core.dialogs.remove(this)
  }

  /** Nobody waits for the ACKs that are still missing: the peer has hung up. */
  dismissAnswers(): void {
    while (this.unacked[0] !== undefined) this.unacked[0].settle()
  }

  /** RFC 3261 §12.2: a target refresh, with what the peer's address tells about NAT. */
  refreshTarget(message: SipMessage, flow: Flow): void {
    const contact = message.list('Contact')[0]
    if (contact !== undefined && contact !== '*') this.remoteTarget = uriOf(contact)
    this.flow = flow
    this.natHop = natHopOf(this, message, flow)
  }

  /** A message of the peer came by this flow; an address behind NAT may have moved. */
  heardFrom(flow: Flow): void {
    this.flow = flow
    if (this.natHop !== undefined && flow.transport === 'udp') {
      this.natHop = { address: flow.remoteAddress, port: flow.remotePort }
    }
  }

  /** A subscription lasts that long; 32 s more are granted for the last NOTIFY. */
  subscribedFor(seconds: number): void {
    if (this.usage !== 'subscription') return
    this.core.timers.cancel(this.#subscriptionTimer)
    const lastsMs: Ms = Math.min(seconds * 1000, longestSubscriptionMs) + this.core.values.t1x64Ms
    this.#subscriptionTimer = this.core.startTimer(lastsMs, this, 'subscription')
  }

  /**
   * Its owner is gone. It stays up for as long as an orphan may; not all of them to the same
   * instant, since thousands of calls may have lost one application.
   */
  orphan(): void {
    const { core } = this
    this.owner = 0
    this.isOrphan = true
    if (this.state === 'ended') return
    const { orphanMs } = core.limits
    this.#orphanTimer = core.startTimer(core.between(orphanMs * 0.9, orphanMs), this, 'orphan')
  }

  onTimer(name: string): void {
    if (name === 'subscription') this.end()
    else if (name === 'orphan') this.#endOrphan()
    else sessionTimerFired(this, name)
  }

  /** RFC 3261 §15.1.1: a call ends with BYE. A subscription has none; its NOTIFYs get 481. */
  #endOrphan(): void {
    if (this.usage === 'invite' && this.state === 'confirmed') endByEngine(this, 'orphaned')
    else this.end()
  }
}

/** `<Call-ID>;from-tag=<tag>`: how the user names a dialog. */
export function dialogIdOf(callId: Octets, fromTag: Octets): DialogId {
  return callId + ';from-tag=' + fromTag
}

/** The URI of the first Contact, or `otherwise` where there is none. */
export function contactUri(message: SipMessage, otherwise: Octets): Octets {
  const contact = message.list('Contact')[0]
  return contact === undefined || contact === '*' ? otherwise : uriOf(contact)
}

/**
 * Where to send in spite of Contact (drachtio-control-protocol §15.3): over UDP, without a
 * Record-Route, a Contact that is not where the message came from is an address behind NAT.
 * In a response only the host counts: a proxy may answer from another port.
 */
function natHopOf(
  dialog: Dialog, message: SipMessage, flow: Flow,
): { address: string; port: number } | undefined {
  const { natDetection, aggressiveNat } = dialog.core.options
  if (natDetection === false || flow.transport !== 'udp') return undefined
  const source = { address: flow.remoteAddress, port: flow.remotePort }
  const [firstRoute] = dialog.routeSet
  if (firstRoute !== undefined) {
    if (aggressiveNat === true && firstRoute.includes('nat=yes')) return source
    if (message.isRequest) return undefined
    const routeHost = readUri(uriOf(firstRoute))?.host ?? ''
    const isHidden = isPrivate(addressBytes(routeHost))
      && !isPrivate(addressBytes(source.address)) && routeHost !== source.address
    return isHidden ? source : undefined
  }
  const contact = readUri(dialog.remoteTarget)
  if (contact === undefined) return source
  const transport = contact.params.get('transport')
  if (transport !== undefined && transport.toLowerCase() !== 'udp') return undefined
  if (contact.scheme !== 'sip') return undefined
  const isElsewhere = contact.host !== source.address
    || (message.isRequest && (contact.port ?? 5060) !== source.port)
  return isElsewhere ? source : undefined
}
