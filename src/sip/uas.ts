/**
 * A request of the network that the user has to answer (RFC 3261 §8.2, §13.3; control protocol §5),
 * and the requests which the engine answers by itself. Turning the user's drafts into responses is
 * `respond.ts`.
 */
import type { Core } from './core.ts'
import type { Dialog } from './dialog.ts'
import { dialogIdOf } from './dialog.ts'
import type { DialogId, Flow, Ms, Octets, Owner, TransactionId } from './events.ts'
import { cancelOf } from './fill-in.ts'
import { isIpAddress } from './ip-address.ts'
import { SipMessage } from './message.ts'
import type { ReliableProvisionals } from './reliable-provisional.ts'
import { reasonPhrases, replyTo, statelessTag, trying } from './reply.ts'
import { formatMessage } from './serializer.ts'
import type { Timer, TimerOwner } from './timer-queue.ts'
import type { Received, Transaction, TransactionUser } from './transaction.ts'
import type { Via } from './via.ts'

/** How long the user may take for its first word (control protocol §5.4): twice 64·T1. */
const guardTimes = 2
/** RFC 3261 §13.3.1.1: while it rings, a provisional response each minute keeps proxies patient. */
const ringingAgainMs: Ms = 60_000
/** An hour: longer than any queue keeps a caller; then the user has forgotten the request. */
const maxRings = 60

export type Fields = readonly (readonly [string, Octets])[]

export class IncomingRequest implements TransactionUser, TimerOwner {
  readonly core: Core
  readonly transaction: Transaction
  readonly message: SipMessage
  /** Where it came from; responses go to the transaction's flow. */
  readonly flow: Flow
  /** Outside dialogs, as opposed to a re-INVITE or other request inside one. */
  readonly isFirst: boolean
  readonly dialogId: DialogId
  dialog: Dialog | undefined
  owner: Owner = 0
  /** Name under which the user answers; an UPDATE next to a first INVITE borrows the INVITE's. */
  idForUser: TransactionId
  /** To tag of our responses; '' until one is needed. */
  toTag: Octets
  /** An unanswered UPDATE of the early dialog, under the same name. */
  update: IncomingRequest | undefined
  provisional: ReliableProvisionals | undefined
  /** A provisional response above 100 went out. */
  hasRung = false
  #guard: Timer | undefined
  #rings = 0

  constructor(
    core: Core, transaction: Transaction, received: Received, dialog: Dialog | undefined,
  ) {
    this.core = core
    this.transaction = transaction
    this.message = received.message
    this.flow = received.flow
    this.isFirst = dialog === undefined
    this.dialog = dialog
    this.dialogId = dialog?.id ?? newDialogId(core, received.message)
    this.owner = dialog?.owner ?? 0
    this.idForUser = transaction.id
    this.toTag = received.message.toTag
    transaction.user = this
    const times = this.method === 'BYE' ? 1 : guardTimes
    this.#guard = core.startTimer(core.values.t1x64Ms * times, this, 'guard')
  }

  get method(): string {
    return this.message.method
  }

  /** Hands it to the user; `data` is its text with rport and received filled in. */
  announce(data: Octets): void {
    const { core, dialog, owner, flow, message } = this
    core.emit({
      type: 'request', transaction: this.idForUser, dialog: dialog?.id ?? '', owner, flow, message,
      data, bytes: this.bytes,
    })
  }

  bytes = 0

  /** The To tag, made now if there is none yet. */
  tag(): Octets {
    if (this.toTag === '') this.toTag = this.core.newToken()
    return this.toTag
  }

  /** Sends a response; false when the transaction is past it. */
  send(status: number, data: Octets): boolean {
    const isSent = this.core.layer.respond(this.transaction, status, data)
    if (isSent && status > 100 && status < 200 && this.method === 'INVITE') this.#keepRinging()
    if (status >= 200) this.finish()
    return isSent
  }

  /** The final answer is out, or none will come: nobody answers this any more. */
  finish(): void {
    this.core.timers.cancel(this.#guard)
    this.#guard = undefined
    this.provisional?.stop()
    this.transaction.user = undefined
    const { dialog } = this
    if (dialog?.incomingInvite === this) dialog.incomingInvite = undefined
    if (dialog?.incomingUpdate === this) dialog.incomingUpdate = undefined
    if (this.dialog?.incomingInvite?.update === this) this.dialog.incomingInvite.update = undefined
  }

  onResponse(): void {
    // A server transaction passes no responses up.
  }

  onFailure(): void {
    // The peer repeats its request or gives up; the user's answer is not lost by that.
  }

  /** The user is silent. */
  onTimer(): void {
    this.#guard = undefined
    if (this.hasRung && this.#rings++ < maxRings) {
      // A reliable response must not come again with its old number (RFC 3262 §3).
      if (this.provisional === undefined) this.core.layer.resend(this.transaction)
      return this.#keepRinging()
    }
    if (this.method === 'INVITE') return giveUpOn(this)
    if (this.method === 'BYE') return answerByEngine(this, 200)
    // RFC 4320 §4.1: a late answer to another request does more harm than none.
    this.finish()
    this.core.layer.abandon(this.transaction)
  }

  #keepRinging(): void {
    this.hasRung = true
    this.core.timers.cancel(this.#guard)
    this.#guard = this.core.startTimer(ringingAgainMs, this, 'ringing')
  }
}

/** Opens the server transaction of a request that the user shall answer; INVITE gets its 100. */
export function admit(core: Core, received: Received, dialog?: Dialog): IncomingRequest {
  const transaction = open(core, received)
  const incoming = new IncomingRequest(core, transaction, received, dialog)
  incoming.bytes = received.data.length
  if (received.message.method === 'INVITE') {
    core.layer.respond(transaction, 100, formatMessage(trying(received.message)))
  }
  return incoming
}

/** Answers a request without the user, keeping a transaction: repetitions get the same again. */
export function refuseRequest(
  core: Core, received: Received, status: number, fields: Fields = [], tag = core.newToken(),
): void {
  const reply = ownReply(core, received.message, status, tag, fields)
  core.layer.respond(open(core, received), status, formatMessage(reply))
}

/** Answers a request and forgets it. */
export function refuseStateless(
  core: Core, received: Received, status: number, fields: Fields = [], reason?: string,
): void {
  const { message, flow } = received
  const reply = ownReply(core, message, status, statelessTag(message), fields, reason)
  core.send(replyFlow(flow, message.topVia), formatMessage(reply))
}

/** The engine gives the final answer in the user's stead. */
export function answerByEngine(incoming: IncomingRequest, status: number): void {
  const { core, message, dialog, isFirst } = incoming
  const reply = ownReply(core, message, status, incoming.tag(), [])
  if (incoming.update !== undefined) answerByEngine(incoming.update, status)
  incoming.send(status, formatMessage(reply))
  if (isFirst && status >= 300) dialog?.end()
}

/**
 * The user said nothing for too long. It learns that the caller has got an answer by a CANCEL as
 * the network would have sent it (RFC 3261 §9.1): whatever it does for this INVITE is in vain.
 */
function giveUpOn(incoming: IncomingRequest): void {
  const { core, dialog, flow, idForUser, message: invite, owner } = incoming
  answerByEngine(incoming, 480)
  const point = core.points.of(flow)
  if (owner === 0 || point === undefined) return
  const why = SipMessage.request('CANCEL', invite.uri)
  why.append('Reason', 'SIP;cause=480;text="Application did not answer"')
  const message = cancelOf(invite, why, point)
  core.emit({
    type: 'cancelled', transaction: idForUser, dialog: dialog?.id ?? '', owner, flow, message,
    data: formatMessage(message), bytes: 0,
  })
}

/** A response of the engine's own. */
function ownReply(
  core: Core, request: SipMessage, status: number, tag: Octets, fields: Fields, reason?: string,
): SipMessage {
  const reply = replyTo(request, status, reason ?? reasonPhrases[status] ?? '', tag)
  for (const [name, value] of fields) reply.append(name, value)
  if (core.options.serverName !== undefined) reply.append('Server', core.options.serverName)
  return reply
}

/**
 * Where responses go: back to where the request came from (RFC 3581 §4, on the same connection over
 * TCP), unless the Via names a multicast or other address of its own (RFC 3261 §18.2.2).
 */
export function replyFlow(flow: Flow, via: Via): Flow {
  const { maddr } = via
  if (maddr === undefined || flow.transport !== 'udp' || !isIpAddress(maddr)) return flow
  return { ...flow, remoteAddress: maddr, remotePort: via.port ?? 5060 }
}

function open(core: Core, received: Received): Transaction {
  const { message, flow, data } = received
  const back = replyFlow(flow, message.topVia)
  return core.layer.openServer(core.options.newId(), { message, data, flow: back })
}

/**
 * The name of the dialog a request will make. Our own call may come back to us through a proxy with
 * its Call-ID and From tag: the two ends then need two names.
 */
function newDialogId(core: Core, message: SipMessage): DialogId {
  const id = dialogIdOf(message.callId, message.fromTag)
  const isOurs = core.dialogs.awaited(id) !== undefined || core.dialogs.named(id)?.side === 'uac'
  return isOurs ? id + ';returned' : id
}
