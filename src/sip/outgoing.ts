/**
 * A request of ours on its way (RFC 3261 §8.1): composes it for the flow chosen, opens its client
 * transaction, tries the next address when one fails (RFC 3263 §4.3), and hands what comes back to
 * its handler. What the answers mean is the handler's: `outgoing-invite.ts`, `uac.ts`.
 */
import type { Core } from './core.ts'
import type { DialogId, Flow, Octets, Owner, TransactionId } from './events.ts'
import type { Point } from './listen-points.ts'
import type { SipMessage } from './message.ts'
import { fitsTransport, reasonPhrases, replyTo } from './reply.ts'
import type { Located } from './resolver.ts'
import { refusals } from './resolver.ts'
import { formatMessage } from './serializer.ts'
import type { Received, Transaction, TransactionUser } from './transaction.ts'

/** Makes the request for a point of ours with a fresh branch; once for each address tried. */
export type Compose = (point: Point, branch: Octets) => SipMessage

export interface OutgoingHandler {
  /** A response other than 100; 2xx to INVITE may come several times. */
  response(outgoing: OutgoingRequest, received: Received): void
  /** Nothing came (408), or nothing could be sent (503). */
  failed(outgoing: OutgoingRequest, status: number): void
  /** Any provisional response came, 100 too; before `response`. */
  provisional?(outgoing: OutgoingRequest, received: Received): void
}

/** Refusal of a request that no datagram can hold; drachtio has no text for it. */
const tooLarge = 'message too large for a datagram'

export class OutgoingRequest implements TransactionUser {
  readonly core: Core
  readonly id: TransactionId
  /** 0 when the engine sent it on its own, or when the owner is gone: nobody is told. */
  owner: Owner
  readonly handler: OutgoingHandler
  /** Request as sent; set by `launch`. */
  request: SipMessage | undefined
  transaction: Transaction | undefined
  flow: Flow | undefined
  data: Octets = ''
  hasProvisional = false
  readonly #compose: Compose
  #flows: readonly Flow[] = []
  #hasFinal = false

  constructor(core: Core, owner: Owner, handler: OutgoingHandler, compose: Compose) {
    this.core = core
    this.id = core.options.newId()
    this.owner = owner
    this.handler = handler
    this.#compose = compose
  }

  /**
   * Sends it to the first of the flows. Returns the reason of a refusal, or undefined when it went.
   * Without any flow (the name does not exist) it counts as sent; call `unreachable` then.
   */
  launch(located: Located): string | undefined {
    if (typeof located === 'string') return located
    const [flow, ...others] = located
    const point = flow === undefined ? this.core.points.all[0] : this.core.points.of(flow)
    if (point === undefined) return refusals.noTransport
    const branch = this.core.newBranch()
    const request = this.#compose(point, branch)
    const data = formatMessage(request)
    this.request = request
    this.data = data
    if (flow === undefined) return undefined
    if (!fitsTransport(flow.transport, data)) return tooLarge
    this.#flows = others
    this.send(request, data, branch, flow)
    return undefined
  }

  /** Sends a request that has been composed already, under its branch. */
  send(request: SipMessage, data: Octets, branch: Octets, flow: Flow): void {
    this.request = request
    this.data = data
    this.flow = flow
    this.transaction = this.core.layer.openClient(this.id, branch, request, data, flow, this)
  }

  /** After `launch` without a flow, when the user knows its name: tells that nothing was sent. */
  unreachable(): void {
    if (this.flow === undefined) this.handler.failed(this, 503)
  }

  onResponse(_transaction: Transaction, received: Received): void {
    const { status } = received.message
    this.flow = received.flow
    if (status < 200) {
      this.hasProvisional = true
      this.handler.provisional?.(this, received)
      if (status === 100) return
    }
    this.handler.response(this, received)
  }

  onFailure(transaction: Transaction, cause: 'timeout' | 'transportError'): void {
    // Only the present attempt counts; a failed ACK to a failure has nobody to tell either.
    if (transaction !== this.transaction || transaction.state !== 'terminated') return
    if (cause === 'transportError' && this.#wasAnswered(transaction)) return
    if (cause === 'transportError' && this.#flows.length > 0) {
      if (this.launch(this.#flows) === undefined) return
    }
    this.handler.failed(this, cause === 'timeout' ? 408 : 503)
  }

  /** Tells the user that the request went out. */
  accept(token: string, dialog: DialogId | ''): void {
    const { core, id, request, data } = this
    const flow = this.flow ?? nowhere(core)
    core.emit({ type: 'accepted', token, transaction: id, dialog, flow, data, message: request })
  }

  /** Gives a response to the user. */
  passUp(received: Received, dialog: DialogId | ''): void {
    if (this.owner === 0) return
    const { message, data, flow } = received
    this.core.emit({
      type: 'response', transaction: this.id, dialog, owner: this.owner, flow, message, data,
      bytes: data.length,
    })
  }

  /** Makes up a response and gives it to the user. */
  passUpMadeUp(status: number, dialog: DialogId | ''): void {
    if (this.owner === 0 || this.request === undefined) return
    const reason = reasonPhrases[status] ?? ''
    const message = replyTo(this.request, status, reason, this.core.newToken())
    this.core.emit({
      type: 'response', transaction: this.id, dialog, owner: this.owner, flow: undefined, message,
      data: formatMessage(message), bytes: 0,
    })
  }

  /** An INVITE whose final answer came: a transport error now means its ACK, which is repeated. */
  #wasAnswered(transaction: Transaction): boolean {
    return transaction.machine === 'inviteClient' && this.#hasFinal
  }

  /** The handler saw the final response. */
  finished(): void {
    this.#hasFinal = true
  }
}

/** Where a request would have come from that could not be sent. */
function nowhere(core: Core): Flow {
  const point = core.points.all[0]
  return {
    transport: point?.transport ?? 'udp', localAddress: point?.address ?? '',
    localPort: point?.port ?? 0, remoteAddress: '', remotePort: 0, connection: 0,
  }
}

/** A request of the engine's own whose answer interests nobody, or only the caller of this. */
export function engineHandler(
  done?: (status: number, received: Received | undefined) => void,
): OutgoingHandler {
  return {
    response(_outgoing, received) {
      if (received.message.status >= 200) done?.(received.message.status, received)
    },
    failed(_outgoing, status) {
      done?.(status, undefined)
    },
  }
}
