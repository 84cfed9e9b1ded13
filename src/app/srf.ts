/**
 * The SIP server port over drachtio-srf: the only file that knows the library, and the only cast to
 * it. It uses requests, responses and the control connection, and keeps dialogs by id itself:
 * the library's Dialog answers re-INVITEs on its own, and its `modify` hangs for ever after one
 * failed re-INVITE. Nothing thrown by a listener or by the library leaves this file.
 */
import Srf from 'drachtio-srf'
import type { Log } from '../log.ts'
import {
  authenticator, SrfClientTransaction, SrfMessage, SrfResponse, SrfServerTransaction, unprinted,
} from './srf-transaction.ts'
import type {
  LibraryMessage, LibraryRequest, LibraryResponse, LibrarySocket, SrfPort,
} from './srf-transaction.ts'
import type {
  ClientEvents, ClientTransaction, OutgoingRequest, ServerTransaction, SipServer, SipServerEvents,
} from './sip-port.ts'

export interface SrfConnection {
  readonly host: string
  readonly port: number
  readonly secret: string
}

/** Methods the application wants to see, also those it refuses: unrouted ones get 503. */
const routedMethods = [
  'invite', 'options', 'register', 'subscribe', 'message', 'info', 'notify', 'publish', 'refer',
] as const

/**
 * The embedded server then passes 100 Trying up as well: a trunk that is at work on the call is not
 * to be given up. drachtio-server stores tags and does nothing with this one.
 */
const tags = ['trying']

/** Writes to the server follow each other no closer, milliseconds; a lone one goes out at once. */
const gatherMs = 1

type LibraryHandler = (req: LibraryRequest, res: LibraryResponse, next: () => void) => void

/** drachtio-srf as it is; its own declarations leave out or misstate most of this. */
interface Library {
  connect(options: object): void
  disconnect(): void
  on(event: 'connect', run: (error: unknown, hostPort: string) => void): void
  on(event: 'error' | 'close', run: (error: unknown) => void): void
  use(method: string | LibraryHandler, handler?: LibraryHandler): void
  request(uri: string, options: object, done: (error: unknown, req?: LibraryRequest) => void): void
  readonly app: {
    readonly client?: {
      readonly mapServer?: Map<LibrarySocket, {
        readonly pendingNetworkInvites?: Map<string, { req: LibraryRequest; res: LibraryResponse }>
      }>
      readonly wp?: { closing?: boolean; readonly reconnectVars?: { retryTimer?: NodeJS.Timeout } }
    }
  }
}

interface PendingInvite {
  readonly callId: string
  readonly branch: string
  readonly req: LibraryRequest
  readonly res: LibraryResponse
  readonly transaction: SrfServerTransaction
}

/** Connects to a drachtio-compatible server and keeps reconnecting until `close`. */
export class SrfServer implements SipServer {
  readonly #library: Library
  readonly #events: SipServerEvents
  readonly #log: Log
  readonly #port: SrfPort = { guard: (run) => this.#guarded(run), batch: () => this.#batch() }
  readonly #dialogs = new Map<string, (transaction: ServerTransaction) => void>()
  /** INVITEs from the network without a final response, by Call-ID. */
  readonly #pending = new Map<string, PendingInvite[]>()
  #socket: LibrarySocket | undefined
  #corked = false
  #sentAt = 0
  #up = false
  #closed = false

  constructor(events: SipServerEvents, log: Log) {
    this.#events = events
    this.#log = log
    this.#library = new Srf() as unknown as Library
    this.#library.use((req, res) => this.#guarded(() => this.#received(req, res)))
    // Only a handler of its own makes the library ask for a method; the one above does the work.
    for (const method of routedMethods) this.#library.use(method, (_req, _res, next) => next())
  }

  /** Starts connecting; `connected` of the events tells when it stands. Call once. */
  connect(connection: SrfConnection): void {
    this.#library.on('connect', (error, hostPort) =>
      this.#guarded(() => this.#connect(error, hostPort)))
    this.#library.on('close', () => this.#guarded(() => this.#disconnect()))
    // An unheard 'error' would end the process; the library reconnects after it.
    this.#library.on('error', (error) =>
      this.#log.warn({ error: String(error) }, 'control connection'))
    // Without a limit the library lets the delay grow by 1.7 for ever.
    this.#library.connect({ ...connection, tags, reconnect: { retryMaxDelay: 2000 } })
  }

  /** Closes the control connection and stops reconnecting. */
  close(): void {
    this.#closed = true
    const wire = this.#library.app.client?.wp
    if (wire !== undefined) {
      wire.closing = true
      clearTimeout(wire.reconnectVars?.retryTimer)
    }
    this.#attempt(() => this.#library.disconnect())
  }

  send(request: OutgoingRequest, events: ClientEvents): ClientTransaction {
    const transaction = new SrfClientTransaction()
    const credentials = request.credentials
    const options = {
      ...unprinted,
      method: request.method,
      headers: { ...request.headers },
      ...(request.body === '' ? {} : { body: request.body }),
      ...(request.dialogId === undefined ? {} : { stackDialogId: request.dialogId }),
      ...(credentials === undefined ? {} : {
        auth: authenticator(credentials, (res) => this.#guarded(() =>
          events.challenged?.(new SrfResponse(res)))),
      }),
    }
    const sent = (error: unknown, req?: LibraryRequest): void => this.#guarded(() => {
      if (error !== null && error !== undefined || req === undefined) {
        this.#log.debug({ error: String(error), method: request.method }, 'request not sent')
        events.failed(0, undefined)
      } else this.#sent(req, transaction, events)
    })
    if (!this.#up) queueMicrotask(() => sent('not connected'))
    else {
      this.#batch()
      // The server puts the remote target in for any URI with "placeholder" in it.
      const fault = this.#attempt(() =>
        this.#library.request(request.uri ?? 'sip:placeholder', options, sent))
      if (fault !== undefined) queueMicrotask(() => sent(fault))
    }
    return transaction
  }

  listen(dialogId: string, run: (transaction: ServerTransaction) => void): () => void {
    this.#dialogs.set(dialogId, run)
    return () => {
      if (this.#dialogs.get(dialogId) === run) this.#dialogs.delete(dialogId)
    }
  }

  /** Dialogs listened to; for leak checks. */
  dialogCount(): number {
    return this.#dialogs.size
  }

  #connect(error: unknown, hostPort: string): void {
    if (error !== null && error !== undefined) {
      this.#log.error({ error: String(error) }, 'control connection refused')
    } else if (this.#closed) this.close() // it came up while we were being stopped
    else {
      this.#up = true
      this.#socket = this.#library.app.client?.mapServer?.keys().next().value
      this.#events.connected(hostPort)
    }
  }

  #disconnect(): void {
    if (!this.#up) return
    this.#up = false
    this.#socket = undefined
    this.#pending.clear()
    this.#events.disconnected()
  }

  #received(req: LibraryRequest, res: LibraryResponse): void {
    const inDialog = req.stackDialogId ? this.#dialogs.get(req.stackDialogId) : undefined
    if (req.method === 'INVITE') {
      const twin = this.#pending.get(req.headers['call-id'] ?? '')?.[0]?.transaction.request
      const transaction = this.#track(req, res)
      if (inDialog !== undefined) inDialog(transaction)
      else this.#events.invite(transaction, twin)
    } else {
      const transaction = new SrfServerTransaction(req, res, this.#port)
      if (inDialog !== undefined) inDialog(transaction)
      else this.#events.other(transaction)
    }
  }

  #sent(req: LibraryRequest, transaction: SrfClientTransaction, events: ClientEvents): void {
    events.sent?.(new SrfMessage(req), req.method)
    req.on('response', (res, ack) => this.#guarded(() => {
      const response = new SrfResponse(res)
      if (res.status < 200) {
        if (res.headers.rseq !== undefined) ack() // PRACK, RFC 3262 §4
        events.progress(response)
      } else if (res.status < 300) {
        events.answered(response, (body) => this.#attempt(() => {
          this.#batch()
          ack(body === undefined ? {} : { body })
        }))
      } else events.failed(res.status, response)
    }))
    // The library gives an UPDATE to whatever request of ours is pending under its Call-ID.
    const onUpdate = (update: LibraryRequest, res: LibraryResponse): void =>
      this.#guarded(() => this.#update(update, res))
    req.on('update', onUpdate)
    req.on('authenticate', (again) => {
      again.on('update', onUpdate)
      this.#guarded(() => events.sent?.(new SrfMessage(again), again.method))
    })
    transaction.onWire((headers) =>
      this.#attempt(() => req.cancel({ ...unprinted, headers }, (error, cancel) => {
        if (cancel !== undefined) {
          this.#guarded(() => events.sent?.(new SrfMessage(cancel), 'CANCEL'))
        }
      })))
  }

  #update(req: LibraryRequest, res: LibraryResponse): void {
    const transaction = new SrfServerTransaction(req, res, this.#port)
    const inDialog = req.stackDialogId ? this.#dialogs.get(req.stackDialogId) : undefined
    if (inDialog !== undefined) inDialog(transaction)
    // Early dialog: our offer is still unanswered, a second one must wait (RFC 3311 §5.2).
    else if (transaction.request.body !== '') {
      transaction.respond({ status: 500, headers: { 'Retry-After': '2' } })
    } else transaction.respond({ status: 200 })
  }

  /**
   * Two INVITEs of one Call-ID: the library keeps one of them per Call-ID, gives any CANCEL to that
   * and forgets both when one is answered. So a CANCEL is matched here by its Via branch
   * (RFC 3261 §9.2), and the survivor is put back into the library's table.
   */
  #track(req: LibraryRequest, res: LibraryResponse): SrfServerTransaction {
    const callId = req.headers['call-id'] ?? ''
    const transaction: SrfServerTransaction = new SrfServerTransaction(
      req, res, this.#port, () => this.#forget(callId, transaction))
    const entry = { callId, branch: topBranch(req.headers.via), req, res, transaction }
    const twins = this.#pending.get(callId)
    if (twins === undefined) this.#pending.set(callId, [entry])
    else twins.push(entry)
    req.on('cancel', (cancel) => this.#guarded(() => this.#cancelled(entry, cancel)))
    return transaction
  }

  #cancelled(entry: PendingInvite, cancel: LibraryMessage): void {
    const branch = topBranch(cancel.headers.via)
    const twins = this.#pending.get(entry.callId) ?? []
    const meant = twins.find((twin) => twin.branch === branch) ?? entry
    meant.transaction.cancelledBy(new SrfMessage(cancel))
  }

  #forget(callId: string, transaction: SrfServerTransaction): void {
    const twins = this.#pending.get(callId) ?? []
    const rest = twins.filter((entry) => entry.transaction !== transaction)
    if (rest.length === 0) {
      this.#pending.delete(callId)
      return
    }
    this.#pending.set(callId, rest)
    // The library drops its entry for this Call-ID at the end of what it does now.
    queueMicrotask(() => {
      const survivor = this.#pending.get(callId)?.at(-1)
      if (survivor === undefined) return
      const server = this.#library.app.client?.mapServer?.get(survivor.req.socket)
      const table = server?.pendingNetworkInvites
      if (table !== undefined && !table.has(callId)) table.set(callId, survivor)
    })
  }

  /**
   * The library writes each message to the socket by itself, and a write costs as much as all the
   * rest of a message. What is sent in one turn of the event loop goes out together at its end, and
   * under load what is sent in one millisecond.
   */
  #batch(): void {
    const socket = this.#socket
    if (this.#corked || socket === undefined) return
    this.#corked = true
    socket.cork()
    const sinceLast = performance.now() - this.#sentAt
    if (sinceLast >= gatherMs) setImmediate(() => this.#release(socket))
    else setTimeout(() => this.#release(socket), gatherMs - sinceLast)
  }

  #release(socket: LibrarySocket): void {
    this.#corked = false
    this.#sentAt = performance.now()
    socket.uncork()
  }

  #guarded(run: () => void): void {
    this.#attempt(run)
  }

  /** Runs it; a fault is logged and returned as text. */
  #attempt(run: () => void): string | undefined {
    try {
      run()
      return undefined
    } catch (error) {
      this.#log.error({ error: String(error), stack: stackOf(error) }, 'fault at the server port')
      return String(error)
    }
  }
}

/** Branch of the first Via; '' when it has none. Matching only, so any text will do. */
function topBranch(via: string | undefined): string {
  const start = via?.toLowerCase().indexOf('branch=') ?? -1
  if (via === undefined || start < 0) return ''
  let end = start + 7
  while (end < via.length && !';, \r\n'.includes(via[end]!)) end++
  return via.slice(start + 7, end)
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined
}
