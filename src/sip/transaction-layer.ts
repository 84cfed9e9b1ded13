/**
 * All transactions of one stack: opens them, finds the one a message belongs to (RFC 3261 §17.1.3,
 * §17.2.3, and RFC 2543's way for requests whose branch lacks the magic cookie), runs their tables
 * and executes the effects. It knows no dialogs; what requests mean is for `uas.ts` and `uac.ts`.
 */
import type { Flow, Ms, Octets, TransactionId } from './events.ts'
import type { SipMessage } from './message.ts'
import { formatMessage } from './serializer.ts'
import type { TimerQueue } from './timer-queue.ts'
import type { TimerName, TimerValues } from './timer-values.ts'
import type { Received, TransactionHost, TransactionUser } from './transaction.ts'
import { Transaction } from './transaction.ts'
import type { Effect, Event } from './transaction-table.ts'
import { ackToFailure } from './fill-in.ts'

/** RFC 3261 §8.1.1.7: branches that begin so are unique and can be matched by themselves. */
export const magicCookie = 'z9hG4bK'

export interface LayerOptions {
  readonly timers: TimerQueue
  readonly values: TimerValues
  readonly send: (flow: Flow, data: Octets, transaction: TransactionId | '') => void
}

/**
 * What became of a request: it was a repetition or an ACK to a failure (`absorbed`), the ACK to a
 * 2xx under the INVITE's own branch (`ack`), or it begins something (`new`).
 */
export type Reception = 'absorbed' | 'ack' | 'new'

export class TransactionLayer implements TransactionHost {
  readonly timers: TimerQueue
  readonly values: TimerValues
  nowMs: Ms = 0
  readonly #send: LayerOptions['send']
  readonly #servers = new Map<string, Transaction>()
  readonly #clients = new Map<string, Transaction>()
  readonly #byId = new Map<TransactionId, Transaction>()
  readonly #merging = new Map<string, Transaction>()
  readonly #byConnection = new Map<number, Set<Transaction>>()
  /** The request matched last and its key: most that are new are opened right afterwards. */
  #keyed: SipMessage | undefined
  #key = ''

  constructor(options: LayerOptions) {
    this.timers = options.timers
    this.values = options.values
    this.#send = options.send
  }

  get size(): number {
    return this.#byId.size
  }

  find(id: TransactionId): Transaction | undefined {
    return this.#byId.get(id)
  }

  all(): IterableIterator<Transaction> {
    return this.#byId.values()
  }

  /** Opens the client transaction of `request`, whose top Via has `branch`, and sends it. */
  openClient(
    id: TransactionId, branch: Octets, request: SipMessage, data: Octets, flow: Flow,
    user: TransactionUser,
  ): Transaction {
    const machine = request.method === 'INVITE' ? 'inviteClient' : 'nonInviteClient'
    const key = branch + '|' + request.method
    const transaction = new Transaction(this, id, machine, key, request.method, flow)
    transaction.request = request
    transaction.user = user
    transaction.lastSent = data
    this.#clients.set(key, transaction)
    this.#register(transaction)
    this.#send(flow, data, id)
    transaction.begin()
    return transaction
  }

  /** Opens the server transaction of a request for which `receiveRequest` said `new`. */
  openServer(id: TransactionId, received: Received): Transaction {
    const { message, flow } = received
    const machine = message.method === 'INVITE' ? 'inviteServer' : 'nonInviteServer'
    const key = message === this.#keyed ? this.#key : serverKey(message, message.method)
    const transaction = new Transaction(this, id, machine, key, message.method, flow)
    this.#servers.set(key, transaction)
    this.#register(transaction)
    if (message.toTag === '' && message.fromTag !== '') {
      transaction.mergeKey = mergeKey(message)
      this.#merging.set(transaction.mergeKey, transaction)
    }
    transaction.begin()
    return transaction
  }

  /** Gives a request to the transaction it belongs to, if there is one. */
  receiveRequest(received: Received): Reception {
    const { message } = received
    const isAck = message.method === 'ACK'
    const key = serverKey(message, isAck ? 'INVITE' : message.method)
    const transaction = this.#servers.get(key)
    if (transaction === undefined) {
      this.#keyed = message
      this.#key = key
      return 'new'
    }
    if (isAck) {
      return this.fire(transaction, 'ACK').includes('passUp') ? 'ack' : 'absorbed'
    }
    this.fire(transaction, transaction.method === 'INVITE' ? 'INVITE' : 'request')
    return 'absorbed'
  }

  /** The INVITE server transaction which a CANCEL means (RFC 3261 §9.2). */
  findCancelled(cancel: SipMessage): Transaction | undefined {
    return this.#servers.get(serverKey(cancel, 'INVITE'))
  }

  /**
   * Whether this request came by another way before and is being, or has been, served
   * (RFC 3261 §8.2.2.2). One that failed is not "ongoing": an upstream proxy may search serially.
   */
  isMerged(message: SipMessage): boolean {
    if (message.toTag !== '' || message.fromTag === '') return false
    const other = this.#merging.get(mergeKey(message))
    return other !== undefined && other.state !== 'completed' && other.state !== 'confirmed'
  }

  /** Gives a response to its client transaction; false when there is none. */
  receiveResponse(received: Received): boolean {
    const { message, flow } = received
    const transaction = this.#clients.get(message.topVia.branch + '|' + message.cseqMethod)
    if (transaction === undefined) return false
    if (flow.connection !== transaction.flow.connection) this.#moveTo(transaction, flow)
    this.fire(transaction, responseEvent(transaction.method, message.status), received)
    return true
  }

  /**
   * Sends a response. False when the transaction is past it: an INVITE answered finally before.
   */
  respond(transaction: Transaction, status: number, data: Octets): boolean {
    const event = sendEvent(transaction.method, status)
    const before = transaction.lastSent
    transaction.lastSent = data
    const effects = this.fire(transaction, event)
    if (effects.length === 0) transaction.lastSent = before
    return effects.length > 0
  }

  /** Sends the newest provisional response or unanswered request once more. */
  resend(transaction: Transaction): void {
    const { flow, lastSent, id } = transaction
    if (lastSent !== '') this.#send(flow, lastSent, id)
  }

  /** The host could not send, or a connection is gone. */
  transportError(transaction: Transaction): void {
    this.fire(transaction, 'transport error')
  }

  /** A stream connection is gone: all transactions on it have a transport error. */
  connectionClosed(connection: number): void {
    const transactions = this.#byConnection.get(connection)
    if (transactions === undefined) return
    this.#byConnection.delete(connection)
    for (const transaction of transactions) this.fire(transaction, 'transport error')
  }

  timerFired(transaction: Transaction, name: TimerName): void {
    this.fire(transaction, name)
  }

  /** Ends a transaction without telling anybody. */
  abandon(transaction: Transaction): void {
    transaction.abandon()
    this.#remove(transaction)
  }

  /** Runs one event through the table and does what it says. */
  fire(transaction: Transaction, event: Event, received?: Received): readonly Effect[] {
    const effects = transaction.advance(event)
    for (const effect of effects) this.#perform(transaction, effect, received)
    if (transaction.state === 'terminated') this.#remove(transaction)
    else {
      transaction.forgetWhatIsDone()
      const zero = transaction.zeroTimer()
      if (zero !== undefined) this.fire(transaction, zero)
    }
    return effects
  }

  #perform(transaction: Transaction, effect: Effect, received: Received | undefined): void {
    const { id, flow, user } = transaction
    switch (effect) {
      case 'send':
        return this.#send(flow, transaction.lastSent, id)
      case 'resend':
        return this.resend(transaction)
      case 'passUp':
        // An ACK has no user here: `receiveRequest` tells its caller, who knows the dialogs.
        if (received !== undefined) user?.onResponse(transaction, received)
        return
      case 'ack':
        if (received !== undefined && transaction.request !== undefined) {
          const ack = ackToFailure(transaction.request, received.message)
          this.#send(flow, formatMessage(ack), id)
        }
        return
      case 'timeout':
      case 'transportError':
        return user?.onFailure(transaction, effect)
    }
  }

  #register(transaction: Transaction): void {
    this.#byId.set(transaction.id, transaction)
    if (transaction.flow.connection !== 0) this.#join(transaction)
  }

  #join(transaction: Transaction): void {
    const { connection } = transaction.flow
    const members = this.#byConnection.get(connection)
    if (members === undefined) this.#byConnection.set(connection, new Set([transaction]))
    else members.add(transaction)
  }

  #leave(transaction: Transaction): void {
    const { connection } = transaction.flow
    if (connection === 0) return
    const members = this.#byConnection.get(connection)
    if (members?.delete(transaction) && members.size === 0) this.#byConnection.delete(connection)
  }

  /** The answer came over a connection which the host opened, or over another one. */
  #moveTo(transaction: Transaction, flow: Flow): void {
    if (flow.connection === 0 || !transaction.isReliable) return
    this.#leave(transaction)
    transaction.flow = flow
    this.#join(transaction)
  }

  #remove(transaction: Transaction): void {
    const isClient = transaction.machine === 'inviteClient'
      || transaction.machine === 'nonInviteClient'
    const byKey = isClient ? this.#clients : this.#servers
    if (byKey.get(transaction.key) === transaction) byKey.delete(transaction.key)
    if (this.#byId.get(transaction.id) === transaction) this.#byId.delete(transaction.id)
    if (transaction.mergeKey !== '' && this.#merging.get(transaction.mergeKey) === transaction) {
      this.#merging.delete(transaction.mergeKey)
    }
    this.#leave(transaction)
  }
}

/** RFC 3261 §17.2.3: branch, sent-by and method; without the cookie what RFC 2543 compared. */
function serverKey(message: SipMessage, method: string): string {
  const via = message.topVia
  const sentBy = via.host + ':' + (via.port ?? '')
  if (via.branch.startsWith(magicCookie)) return via.branch + '|' + sentBy + '|' + method
  return [
    via.branch, sentBy, method, message.uri, message.callId, message.cseqNumber, message.fromTag,
  ].join('|')
}

function mergeKey(message: SipMessage): string {
  return message.cseqNumber + message.method + '|' + message.fromTag + '|' + message.callId
}

function responseEvent(method: string, status: number): Event {
  if (status < 200) return '1xx'
  if (method !== 'INVITE') return 'final'
  return status < 300 ? '2xx' : '300+'
}

function sendEvent(method: string, status: number): Event {
  if (status < 200) return 'send 1xx'
  if (method !== 'INVITE') return 'send final'
  return status < 300 ? 'send 2xx' : 'send 300+'
}
