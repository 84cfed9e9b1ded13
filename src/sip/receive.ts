/**
 * What arrives from the network: reads it, answers what cannot be read, gives responses and
 * repetitions to their transactions, and sorts new requests (RFC 3261 §8.2, §16.3 in part; control
 * protocol §5.1). Nothing a peer sends makes it throw.
 */
import type { Core } from './core.ts'
import { parseContacts } from './address.ts'
import { SipParseError } from './errors.ts'
import type { Flow, Ms, Octets } from './events.ts'
import { dialogIdOf } from './dialog.ts'
import { receiveInDialog } from './in-dialog.ts'
import type { SipMessage } from './message.ts'
import { parseMessage, salvageRequest } from './parser.ts'
import { patchTopVia } from './serializer.ts'
import type { Received } from './transaction.ts'
import {
  admit, answerByEngine, IncomingRequest, refuseRequest, refuseStateless,
} from './uas.ts'

/** One datagram's worth; larger messages come only over TCP, and no telephone sends such. */
const maxMessageBytes = 65_535

/** Handles one message; `data` is a datagram or what the framer cut from a stream. */
export function receive(core: Core, garbage: GarbageMeter, flow: Flow, data: Octets): void {
  core.connections.seen(flow)
  try {
    const message = parseMessage(data, flow.transport === 'udp' ? 'datagram' : 'stream')
    checkMandatory(message)
    const received: Received = { message, data, flow }
    if (message.isRequest) receiveRequest(core, received)
    else core.layer.receiveResponse(received)
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error
    answerGarbage(core, garbage, flow, data, error)
  }
}

/** The headers without which nothing can be done are read here, before any state changes. */
function checkMandatory(message: SipMessage): void {
  void message.topVia
  void message.callId
  void message.fromTag
  void message.toTag
  if (message.isRequest && message.cseqMethod !== message.method) {
    throw new SipParseError(400, 'CSeq Method Mismatch', 0)
  }
  void message.cseqNumber
}

/** RFC 3261 §21.4.1: says what is wrong, if the sender and its request can be made out. */
function answerGarbage(
  core: Core, garbage: GarbageMeter, flow: Flow, data: Octets, error: SipParseError,
): void {
  const message = salvageRequest(data)
  if (message === undefined || message.method === 'ACK') return
  if (!garbage.mayAnswer(flow.remoteAddress, core.nowMs)) return
  fillVia(message, flow)
  refuseStateless(core, { message, data, flow }, error.status, [], error.reason)
}

function receiveRequest(core: Core, received: Received): void {
  const { message, data, flow } = received
  const reception = core.layer.receiveRequest(received)
  if (reception === 'absorbed') return
  if (message.method === 'ACK') return receiveAck(core, received)
  if (data.length > maxMessageBytes) {
    fillVia(message, flow)
    return refuseStateless(core, received, 513)
  }
  const text = fillVia(message, flow)
  if (message.method === 'CANCEL') return receiveCancel(core, received, text)
  const isInside = message.toTag !== '' && message.method !== 'REGISTER'
  if (isInside ? core.isOverfull : core.isFull) {
    return refuseStateless(core, received, 503, [['Retry-After', '10']])
  }
  if (isInside) return receiveTagged(core, received, text)
  if (message.method === 'REGISTER') checkRegister(message)
  if (core.layer.isMerged(message)) return refuseStateless(core, received, 482)
  if (isOnlyInDialog(message.method)) return refuseStateless(core, received, 481)
  admit(core, received).announce(text)
}

/** Completes the top Via with where the request really came from; returns the whole text. */
function fillVia(message: SipMessage, flow: Flow): Octets {
  const via = message.topVia
  const isElsewhere = via.host !== flow.remoteAddress
  const wantsPort = flow.transport === 'udp' || via.rport !== undefined
  return patchTopVia(
    message, wantsPort ? flow.remotePort : undefined, isElsewhere ? flow.remoteAddress : undefined)
}

/** These mean nothing without a dialog. */
function isOnlyInDialog(method: string): boolean {
  return method === 'BYE' || method === 'UPDATE' || method === 'PRACK'
}

/** RFC 3261 §10.3 step 6, §10.2.2; a Contact that cannot be read is of no use to a registrar. */
function checkRegister(message: SipMessage): void {
  const contacts = parseContacts(message.list('Contact'))
  if (contacts === '*' && message.get('Expires') !== '0') {
    throw new SipParseError(400, 'Contact * Without Expires 0', 0)
  }
}

function receiveTagged(core: Core, received: Received, text: Octets): void {
  const { message } = received
  const { callId, fromTag, toTag } = message
  let dialog = core.dialogs.find(callId, toTag, fromTag)
  if (dialog === undefined && message.method === 'NOTIFY') {
    dialog = core.dialogs.awaited(dialogIdOf(callId, toTag))?.notified(received)
  }
  if (dialog === undefined) return refuseStateless(core, received, 481)
  receiveInDialog(core, received, dialog, text)
}

/** ACK to a 2xx: the first one goes to the user, the rest is repetition (RFC 3261 §13.3.1.4). */
function receiveAck(core: Core, received: Received): void {
  const { message, data, flow } = received
  const dialog = core.dialogs.find(message.callId, message.toTag, message.fromTag)
  const answer = dialog?.unacked.find((waiting) => waiting.cseq === message.cseqNumber)
  if (dialog === undefined || answer === undefined) return
  answer.settle()
  if (dialog.state === 'ended') return
  dialog.heardFrom(flow)
  if (dialog.isOrphan) return
  core.emit({
    type: 'ack', transaction: answer.transaction, dialog: dialog.id, owner: dialog.owner, flow,
    message, data: fillVia(message, flow), bytes: data.length,
  })
}

/** RFC 3261 §9.2. */
function receiveCancel(core: Core, received: Received, text: Octets): void {
  const { message, data, flow } = received
  const invite = core.layer.findCancelled(message)
  if (invite === undefined) return refuseStateless(core, received, 481)
  const incoming = invite.user instanceof IncomingRequest ? invite.user : undefined
  if (incoming === undefined) return refuseRequest(core, received, 200)
  const { dialog, owner, idForUser } = incoming
  const tag = incoming.tag()
  refuseRequest(core, received, 200, [], tag)
  answerByEngine(incoming, 487)
  core.emit({
    type: 'cancelled', transaction: idForUser, dialog: dialog?.id ?? '', owner, flow, message,
    data: text, bytes: data.length,
  })
}

/** How many senders are remembered; beyond it all are forgotten, which errs on the polite side. */
const maxSenders = 4096

/**
 * Limits the answers to malformed messages, so that a broken or hostile sender costs little and
 * cannot use us to send as much as it does.
 */
export class GarbageMeter {
  readonly #perSecond: number
  readonly #senders = new Map<string, { second: number; count: number }>()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Whether one more answer to this address is in order. */
  mayAnswer(address: string, nowMs: Ms): boolean {
    const second = Math.floor(nowMs / 1000)
    const sender = this.#senders.get(address)
    if (sender === undefined || sender.second !== second) {
      if (this.#senders.size >= maxSenders) this.#senders.clear()
      this.#senders.set(address, { second, count: 1 })
      return this.#perSecond > 0
    }
    sender.count++
    return sender.count <= this.#perSecond
  }
}
