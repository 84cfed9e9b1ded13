/**
 * Messages and transactions of drachtio-srf seen through the server port: one wrapper object each,
 * headers read on demand. The narrow library types stand here too, because the library's own
 * declarations leave out or misstate most of them. `srf.ts` alone makes these objects.
 */
import type {
  Answer, ClientTransaction, Credentials, Responded, ServerTransaction, SipMessage, SipRequest,
  SipResponse, WireText,
} from './sip-port.ts'

type HeaderMap = Readonly<Record<string, string | undefined>>

export interface LibraryMessage {
  readonly headers: HeaderMap
  readonly body?: string
  /** The text on the wire; of what was sent, as the server echoed it. */
  readonly raw?: string
  /** 'application': it was sent for us, and the address is the server's own. */
  readonly source?: string
  readonly source_address?: string
  readonly source_port?: number
  readonly protocol?: string
  /** 'host:port' of the server; of new requests only. */
  readonly receivedOn?: string
}

/** The control connection. */
export interface LibrarySocket {
  cork(): void
  uncork(): void
}

export interface LibraryRequest extends LibraryMessage {
  readonly method: string
  readonly uri: string
  readonly source: string
  readonly stackDialogId?: string
  readonly socket: LibrarySocket
  on(event: 'cancel', run: (cancel: LibraryMessage) => void): void
  on(event: 'response', run: (res: LibraryResponse, ack: (opts?: object) => void) => void): void
  on(event: 'update', run: (req: LibraryRequest, res: LibraryResponse) => void): void
  on(event: 'authenticate', run: (req: LibraryRequest) => void): void
  cancel(
    opts: { headers: Record<string, string> },
    done: (error: unknown, cancel?: LibraryMessage) => void,
  ): void
}

export interface LibraryResponse extends LibraryMessage {
  readonly status: number
  readonly reason?: string
  readonly stackDialogId?: string
  send(
    status: number, phrase: string | undefined, opts: object,
    done?: (error: unknown, sent?: LibraryMessage) => void,
  ): void
}

/**
 * Part of everything handed to the library to be sent: it prints each request and answer, session
 * description included, for a debug log, several times over and also while that log is off.
 */
export const unprinted = { toJSON: () => '' } as const

/** What a transaction needs from the server port it belongs to. */
export interface SrfPort {
  /** Runs a listener so that nothing it throws reaches the library. */
  readonly guard: (run: () => void) => void
  /** Called before something is sent: what follows in this turn goes out in one write. */
  readonly batch: () => void
}

export class SrfMessage implements SipMessage {
  readonly #message: LibraryMessage

  constructor(message: LibraryMessage) {
    this.#message = message
  }

  header(name: string): string | undefined {
    const headers = this.#message.headers
    // The library keeps names in lower case but for a few; `get` would scan all of them each time.
    const value = headers[name] ??
      (name === 'diversion' ? headers['Diversion'] : undefined) ??
      (name === 'session-expires' ? headers['x'] : undefined)
    return typeof value === 'string' ? value : undefined
  }

  get body(): string {
    return this.#message.body ?? ''
  }

  get wire(): WireText | undefined {
    const { raw, protocol = '', source_address: host, source_port: port, receivedOn: local = '' } =
      this.#message
    if (raw === undefined) return undefined
    const told = host === undefined ? '' : hostPort(host, port)
    return this.#message.source === 'application'
      ? { text: raw, protocol, remote: '', local: told }
      : { text: raw, protocol, remote: told, local }
  }
}

function hostPort(host: string, port: number | undefined): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port ?? 5060}`
}

export class SrfRequest extends SrfMessage implements SipRequest {
  readonly #req: LibraryRequest

  constructor(req: LibraryRequest) {
    super(req)
    this.#req = req
  }

  get method(): string {
    return this.#req.method
  }

  get uri(): string {
    return this.#req.uri
  }

  get sourceAddress(): string {
    return this.#req.source === 'network' ? this.#req.source_address ?? '' : ''
  }

  get dialogId(): string {
    return this.#req.stackDialogId ?? ''
  }
}

export class SrfResponse extends SrfMessage implements SipResponse {
  readonly status: number
  readonly reason: string
  readonly dialogId: string

  constructor(res: LibraryResponse) {
    super(res)
    this.status = res.status
    this.reason = res.reason ?? ''
    this.dialogId = res.stackDialogId ?? ''
  }
}

export class SrfServerTransaction implements ServerTransaction {
  readonly request: SipRequest
  readonly #res: LibraryResponse
  readonly #port: SrfPort
  readonly #finished: () => void
  #onCancel: ((cancel: SipMessage) => void) | undefined
  #over = false

  constructor(
    req: LibraryRequest, res: LibraryResponse, port: SrfPort, finished: () => void = () => {},
  ) {
    this.request = new SrfRequest(req)
    this.#res = res
    this.#port = port
    this.#finished = finished
  }

  respond(answer: Answer, done?: Responded): void {
    // createUAS would still send 200 after a CANCEL; the server has sent 487, nothing may follow.
    if (this.#over) {
      this.#failLater('transaction is over', done)
      return
    }
    const options = {
      ...unprinted,
      headers: { ...answer.headers },
      ...(answer.body === undefined || answer.body === '' ? {} : { body: answer.body }),
    }
    const echo = done === undefined
      ? undefined
      : (error: unknown, sent?: LibraryMessage) => this.#port.guard(() => done(
        error ? String(error) : undefined, this.#res.stackDialogId ?? '',
        sent === undefined ? undefined : new SrfMessage(sent)))
    if (answer.status >= 200) this.#over = true
    this.#port.batch()
    try {
      this.#res.send(knownStatus(answer.status), answer.phrase, options, echo)
    } catch (error) {
      this.#failLater(String(error), done)
    }
    if (this.#over) this.#finished()
  }

  #failLater(error: string, done: ((error: string, dialogId: string) => void) | undefined): void {
    if (done !== undefined) queueMicrotask(() => this.#port.guard(() => done(error, '')))
  }

  onCancel(run: (cancel: SipMessage) => void): void {
    this.#onCancel = run
  }

  cancelledBy(cancel: SipMessage): void {
    if (this.#over) return
    this.#over = true
    this.#finished()
    this.#onCancel?.(cancel)
  }
}

export class SrfClientTransaction implements ClientTransaction {
  #cancelWith: Record<string, string> | undefined
  #cancel: ((headers: Record<string, string>) => void) | undefined

  cancel(headers: Record<string, string>): void {
    if (this.#cancelWith !== undefined) return
    this.#cancelWith = headers
    this.#cancel?.(headers)
  }

  /**
   * The request is on the wire. A CANCEL asked for before that could not name its transaction and
   * goes out now; the server holds it until a provisional response allows it (RFC 3261 §9.1).
   */
  onWire(cancel: (headers: Record<string, string>) => void): void {
    this.#cancel = cancel
    if (this.#cancelWith !== undefined) cancel(this.#cancelWith)
  }
}

/** The library's hook for challenges: gives the credentials only to the challenge they are for. */
export function authenticator(
  credentials: Credentials, challenged: (res: LibraryResponse) => void = () => {},
) {
  type Give = (error: Error | null, user?: string, password?: string) => void
  return (_req: unknown, res: LibraryResponse, give: Give): void => {
    const name = res.status === 407 ? 'proxy-authenticate' : 'www-authenticate'
    const challenge = res.headers[name]
    if (typeof challenge === 'string' && credentials.accepts(challenge)) {
      challenged(res) // any other comes as a response
      give(null, credentials.user, credentials.password)
    } else give(new Error('challenge not accepted'))
  }
}

/** The library refuses statuses it has no phrase for; the class is what a peer must understand. */
function knownStatus(status: number): number {
  return phrases.has(status) ? status : Math.floor(status / 100) * 100
}

const phrases: ReadonlySet<number> = new Set([
  100, 180, 181, 182, 183, 200, 202, 300, 301, 302, 305, 380, 400, 401, 402, 403, 404, 405, 406,
  407, 408, 410, 413, 414, 415, 416, 420, 421, 422, 423, 480, 481, 482, 483, 484, 485, 486, 487,
  488, 489, 491, 493, 500, 501, 502, 503, 504, 505, 513, 580, 600, 603, 604, 606,
])
