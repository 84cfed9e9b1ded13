/**
 * What the application needs from a SIP server, as narrow interfaces: messages as text, server and
 * client transactions, dialogs by id. `srf.ts` implements them over drachtio-srf, the tests over
 * phones in virtual time. No policy here: who answers what, and when, is decided by the callers.
 */

/** Header fields of an outgoing message by name. A value never holds CR or LF. */
export type Headers = Record<string, string>

/** A message as it was on the wire; '' for what the server did not tell. */
export interface WireText {
  readonly text: string
  /** 'udp', 'tcp' … */
  readonly protocol: string
  /** 'host:port' of the other side and of the server's. */
  readonly remote: string
  readonly local: string
}

export interface SipMessage {
  /** Raw text of a header by its lower-case long name, repeated ones joined with commas. */
  header(name: string): string | undefined
  /** '' when there is none. */
  readonly body: string
  /** undefined where the server did not tell it, or there is no wire. */
  readonly wire?: WireText | undefined
}

export interface SipRequest extends SipMessage {
  readonly method: string
  readonly uri: string
  /** Address the packet came from, without brackets; '' when the server itself made the request. */
  readonly sourceAddress: string
  /** '' outside a dialog. */
  readonly dialogId: string
}

export interface SipResponse extends SipMessage {
  readonly status: number
  readonly reason: string
  /** Empty unless the request creates a dialog or runs inside one. */
  readonly dialogId: string
}

export interface Answer {
  readonly status: number
  readonly phrase?: string
  readonly headers?: Headers
  readonly body?: string
}

/** What became of a response. */
export type Responded = (
  error: string | undefined, dialogId: string, sent?: SipMessage,
) => void

/** UAS side of one received request. */
export interface ServerTransaction {
  readonly request: SipRequest
  /**
   * Sends a response. `done` is told once whether it went out: with an error text when the
   * transaction is gone (the caller cancelled, the server forgot it), else with the dialog id.
   * `sent`: how it went out, where the server tells it.
   */
  respond(answer: Answer, done?: Responded): void
  /** INVITE only: the peer cancelled; the server has answered 487 itself. */
  onCancel(run: (cancel: SipMessage) => void): void
}

/** Digest credentials (RFC 7616) and which challenge may have them. */
export interface Credentials {
  readonly user: string
  readonly password: string
  /** `challenge` is the text of WWW-Authenticate or Proxy-Authenticate. */
  readonly accepts: (challenge: string) => boolean
}

export interface OutgoingRequest {
  readonly method: string
  /** Request-URI of a request outside dialogs; undefined inside one. */
  readonly uri?: string
  readonly dialogId?: string
  readonly headers: Headers
  readonly body: string
  readonly credentials?: Credentials
}

/** Fate of a request we sent: `progress` as often as it comes, then exactly one of the others. */
export interface ClientEvents {
  /** 101–199. A reliable one is acknowledged (PRACK) by the server port itself. */
  progress(response: SipResponse): void
  /** 2xx. An INVITE's is acknowledged only by `ack`, called once, with an answer if one is owed. */
  answered(response: SipResponse, ack: (body?: string) => void): void
  /** 300–699; 0 when the request could not be sent or its transport failed. */
  failed(status: number, response: SipResponse | undefined): void
  /** For whoever keeps a ladder: a challenge that the server port answers itself … */
  challenged?: (response: SipResponse) => void
  /** … and how the request, it again with credentials, or its CANCEL went out. */
  sent?: (message: SipMessage, method: string) => void
}

export interface ClientTransaction {
  /** CANCEL with these headers. Allowed at any time, also before the INVITE is on the wire. */
  cancel(headers: Headers): void
}

export interface SipServer {
  send(request: OutgoingRequest, events: ClientEvents): ClientTransaction
  /** Requests of this dialog go to `run` from now on; the returned function ends that. */
  listen(dialogId: string, run: (transaction: ServerTransaction) => void): () => void
}

/** What the server port calls when something arrives outside any dialog it listens to. */
export interface SipServerEvents {
  /** `pendingTwin`: an INVITE of the same Call-ID is not finally answered yet. */
  invite(transaction: ServerTransaction, pendingTwin: SipRequest | undefined): void
  /** Any other method; an answer is owed unless it is an ACK. */
  other(transaction: ServerTransaction): void
  connected(hostPort: string): void
  /** The control connection is gone: every transaction and dialog of it is lost. */
  disconnected(): void
}
