/**
 * One established dialog (RFC 3261 §12) of a call, on either side: sends requests in it, answers
 * BYE, ends it once. Requests that come before somebody is there to judge them wait here, so that a
 * phone which sends a re-INVITE right behind its 200 is not refused.
 */
import { headerText } from './guard.ts'
import type { DialogTimer } from './session-timer.ts'
import type {
  ClientEvents, ClientTransaction, Credentials, Headers, ServerTransaction, SipMessage, SipServer,
} from './sip-port.ts'

const maxWaiting = 8 // requests held before the call is connected; an honest phone sends one or two

export class SipDialog {
  readonly id: string
  /** The session timer negotiated for this dialog. */
  timer: DialogTimer | undefined
  /** The session description last sent to this side, and the last received from it; '' = none. */
  sent = ''
  received = ''
  readonly #server: SipServer
  readonly #credentials: Credentials | undefined
  readonly #hungUp: (reason: string) => void
  readonly #unlisten: () => void
  readonly #waiting: ServerTransaction[] = []
  #judge: ((transaction: ServerTransaction) => void) | undefined
  #state: 'open' | 'closing' | 'closed' = 'open'
  #onClosed: (() => void) | undefined

  /** `hungUp` is told once, with the Reason text, if the far end or the server for it sends BYE. */
  constructor(
    server: SipServer, id: string, hungUp: (reason: string) => void, credentials?: Credentials,
  ) {
    this.#server = server
    this.id = id
    this.#hungUp = hungUp
    this.#credentials = credentials
    this.#unlisten = server.listen(id, (transaction) => this.#received(transaction))
  }

  get open(): boolean {
    return this.#state === 'open'
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** From now on requests other than BYE go to `judge`, those that waited first. */
  attach(judge: (transaction: ServerTransaction) => void): void {
    this.#judge = judge
    for (const transaction of this.#waiting.splice(0)) judge(transaction)
  }

  /** Sends a request in this dialog. */
  send(method: string, headers: Headers, body: string, events: ClientEvents): ClientTransaction {
    const credentials = this.#credentials === undefined ? {} : { credentials: this.#credentials }
    return this.#server.send({ method, dialogId: this.id, headers, body, ...credentials }, events)
  }

  /** Ends the dialog; `reason` is the text of a Reason header (RFC 3326) or ''. */
  bye(reason: string, onClosed: () => void = () => {}): void {
    if (this.#state !== 'open') {
      if (this.#state === 'closed') onClosed()
      else this.#onClosed = onClosed
      return
    }
    this.#state = 'closing'
    this.#onClosed = onClosed
    this.#refuseWaiting()
    const closed = (): void => this.#close()
    this.send('BYE', reason === '' ? {} : { Reason: reason }, '', {
      progress() {}, answered: closed, failed: closed,
    })
  }

  /** The control connection is gone, and the dialog with it. */
  abandon(): void {
    this.#waiting.length = 0
    this.#close()
  }

  #received(transaction: ServerTransaction): void {
    const { method } = transaction.request
    if (method === 'BYE') {
      transaction.respond({ status: 200 })
      const wasOpen = this.#state === 'open'
      this.#refuseWaiting()
      // BYEs that cross: ours still gets its own answer, the dialog is over either way.
      if (this.#state !== 'closing') this.#close()
      if (wasOpen) this.#hungUp(reasonText(transaction.request))
    } else if (this.#state !== 'open') {
      if (method !== 'ACK') transaction.respond({ status: 481 })
    } else if (this.#judge !== undefined) this.#judge(transaction)
    else if (this.#waiting.length < maxWaiting) this.#waiting.push(transaction)
    else if (method !== 'ACK') transaction.respond({ status: 500, headers: { 'Retry-After': '2' } })
  }

  #refuseWaiting(): void {
    for (const transaction of this.#waiting.splice(0)) {
      if (transaction.request.method !== 'ACK') transaction.respond({ status: 481 })
    }
  }

  #close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#unlisten()
    this.#onClosed?.()
  }
}

const maxReasonChars = 256 // it is stored with the call; no honest one is longer

/** Clean text of a Reason header (RFC 3326), '' when there is none. */
export function reasonText(message: SipMessage): string {
  return (headerText(message, 'reason') ?? '').slice(0, maxReasonChars)
}
