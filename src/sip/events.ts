/**
 * What goes into the SIP engine and what comes out of it (`stack.ts`).
 *
 * The engine does no I/O: bytes, the passing of time and the wishes of its user go in as Inputs,
 * datagrams to send and things worth knowing come out as Outputs, in the order in which they must
 * be acted upon. The user is a server that hosts the engine: `sipd` (which translates to drachtio's
 * control protocol) or `media`.
 *
 * Text is `Octets`: a JavaScript string in which every character is one octet of the wire (latin1).
 * UTF-8 thus passes through untouched, `length` is the length in bytes, nothing is decoded twice.
 */
import type { SipMessage } from './message.ts'

/** A string whose characters are octets 0–255. Never contains decoded UTF-8. */
export type Octets = string
/** Milliseconds on the monotonic axis of the host's clock. */
export type Ms = number
/** Names one server or client transaction to the user. UUID text, made by the engine. */
export type TransactionId = string
/**
 * Names one dialog to the user: `<Call-ID>;from-tag=<From tag of the request that created it>`.
 * Exists from the first INVITE on; forks of one INVITE share it until one of them has answered.
 */
export type DialogId = string
/** Opaque to the engine: whose transaction or dialog this is. 0 means nobody's. */
export type Owner = number

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

/** One UDP peer address, or one stream connection, seen from a listening point of ours. */
export interface Flow {
  readonly transport: Transport
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  /** Number of the stream connection; 0 for UDP, and for a stream that has still to be opened. */
  readonly connection: number
}

/** One address we listen on (an element of `<contacts>`, per transport). */
export interface ListenPoint {
  readonly transport: Transport
  /** Real local address, IPv4 or IPv6 without brackets; never a wildcard. */
  readonly address: string
  readonly port: number
  /** Address written to Via, Contact and From instead of `address`, when there is one. */
  readonly externalAddress?: string
  /** Networks served by this point, CIDR; used to choose between several points. */
  readonly localNets?: readonly string[]
  /** Further host names that mean "us". */
  readonly dnsNames?: readonly string[]
}

export type Input =
  /** A datagram, or one message cut from a stream by `framer.ts`. */
  | { readonly type: 'received'; readonly now: Ms; readonly flow: Flow; readonly data: Octets }
  /** The host could not send the last message of this client or server transaction. */
  | {
      readonly type: 'sendFailed'; readonly now: Ms; readonly transaction: TransactionId;
      readonly cause: string
    }
  /** A stream connection is gone. */
  | { readonly type: 'flowClosed'; readonly now: Ms; readonly connection: number }
  /** Answer to a `resolve` output; empty `addresses` means the name does not exist. Best first. */
  | {
      readonly type: 'resolved'; readonly now: Ms; readonly query: number;
      readonly addresses: readonly ResolvedAddress[]
    }
  /** Time has passed; to be given when `nextTimeout()` is due. */
  | { readonly type: 'time'; readonly now: Ms }
  | Command

export interface ResolvedAddress {
  readonly transport: Transport
  readonly address: string
  readonly port: number
}

/**
 * Wishes of the user. Each carries a `token` which the engine repeats in exactly one `accepted` or
 * `refused` output (which may come later, after a `resolve`).
 */
export type Command =
  /** This incoming request is now `owner`'s, and dialogs that grow from it. No token, no reply. */
  | {
      readonly type: 'claim'; readonly now: Ms; readonly transaction: TransactionId;
      readonly owner: Owner
    }
  /**
   * Answer a request. The engine takes Via, From, To, Call-ID, CSeq and Record-Route from the
   * request, adds To tag (the draft's own, if the first answer has one), Contact where due, and
   * Content-Length. The draft's CSeq tells INVITE and an UPDATE that shares its name apart.
   */
  | {
      readonly type: 'respond'; readonly now: Ms; readonly token: string;
      readonly transaction: TransactionId; readonly draft: SipMessage
    }
  /**
   * Send a request, inside `dialog` when given (or when the draft's Call-ID names one), else a new
   * one. `route` is a next hop as URI text; no Route header is made of it. Fills in what the draft
   * lacks (drachtio-control-protocol §7, §9.1; RFC 3261 §8.1.1, §12.2.1.1). Not for ACK and CANCEL.
   * `trying`: a 100 to this INVITE outside dialogs shall be told, too.
   */
  | {
      readonly type: 'request'; readonly now: Ms; readonly token: string; readonly owner: Owner;
      readonly draft: SipMessage; readonly route?: Octets; readonly dialog?: DialogId
      readonly trying?: boolean
    }
  /** ACK to the 2xx of the newest INVITE of this dialog; the engine repeats it for repeated 2xx. */
  | {
      readonly type: 'ack'; readonly now: Ms; readonly token: string; readonly owner: Owner;
      readonly dialog: DialogId; readonly draft: SipMessage
    }
  /** CANCEL an INVITE of ours; held back until a provisional response came (RFC 3261 §9.1). */
  | {
      readonly type: 'cancel'; readonly now: Ms; readonly token: string;
      readonly transaction: TransactionId; readonly draft: SipMessage
    }
  /**
   * `owner` is gone: its unanswered requests get 503, its ringing INVITEs are cancelled (a late 2xx
   * gets ACK and BYE), requests in its dialogs get 481 from now on; dialogs that outlast
   * `limits.orphanMs` are ended by BYE. No token, no reply.
   */
  | { readonly type: 'release'; readonly now: Ms; readonly owner: Owner }

export type Output =
  /**
   * Put `data` on the wire. A flow with `connection` 0 on a stream transport means: reuse a
   * connection to that address or open one. Failure is told with `sendFailed` when `transaction`
   * is not ''.
   */
  | {
      readonly type: 'send'; readonly flow: Flow; readonly data: Octets;
      readonly transaction: TransactionId | ''
    }
  /** Find addresses for a host name (RFC 3263: SRV, then A and AAAA); reply with `resolved`. */
  | {
      readonly type: 'resolve'; readonly query: number; readonly host: string;
      readonly port: number | undefined; readonly transport: Transport | undefined
    }
  /**
   * A command was carried out. `data` is the message as it went (or will go, for a CANCEL that is
   * held back: then `data` is '' and `message` the draft) on the wire. `dialog` is '' when there
   * is none.
   */
  | {
      readonly type: 'accepted'; readonly token: string; readonly transaction: TransactionId;
      readonly dialog: DialogId | ''; readonly flow: Flow; readonly data: Octets;
      readonly message: SipMessage | undefined
    }
  /** A command was not carried out; `reason` is for the user (drachtio-control-protocol §6–9). */
  | { readonly type: 'refused'; readonly token: string; readonly reason: string }
  /**
   * A request for the user: new (dialog '' and owner 0) or inside a dialog. `data` is the text as
   * received with rport/received filled into the top Via; `bytes` the size as received.
   * 100 to an INVITE has already been sent; retransmissions never come here.
   */
  | {
      readonly type: 'request'; readonly transaction: TransactionId;
      readonly dialog: DialogId | ''; readonly owner: Owner; readonly flow: Flow;
      readonly message: SipMessage; readonly data: Octets; readonly bytes: number
    }
  /** ACK to a 2xx of ours (first one only). */
  | {
      readonly type: 'ack'; readonly transaction: TransactionId; readonly dialog: DialogId;
      readonly owner: Owner; readonly flow: Flow; readonly message: SipMessage;
      readonly data: Octets; readonly bytes: number
    }
  /**
   * An INVITE that had no final answer is over: the network cancelled it, 200 and 487 have been
   * sent; or, when `bytes` is 0, the engine did, because its owner was silent for too long: 480 has
   * been sent, the CANCEL in `data` is made up and says why. `transaction` is the INVITE's.
   */
  | {
      readonly type: 'cancelled'; readonly transaction: TransactionId;
      readonly dialog: DialogId | ''; readonly owner: Owner; readonly flow: Flow;
      readonly message: SipMessage; readonly data: Octets; readonly bytes: number
    }
  /**
   * A response (never repeated; 100 only where it was asked for) to a request of ours. Made up by
   * the engine when `flow` is undefined: 408 for a timeout, 503 for a transport or DNS failure;
   * `bytes` is 0 then.
   */
  | {
      readonly type: 'response'; readonly transaction: TransactionId;
      readonly dialog: DialogId | ''; readonly owner: Owner; readonly flow: Flow | undefined;
      readonly message: SipMessage; readonly data: Octets; readonly bytes: number
    }
  /** The engine ended a dialog by itself; `data` is the BYE that it sent, with a Reason. */
  | {
      readonly type: 'dialogEnded'; readonly dialog: DialogId; readonly owner: Owner;
      readonly flow: Flow; readonly message: SipMessage; readonly data: Octets;
      readonly cause: 'ackTimeout' | 'sessionExpired' | 'refreshFailed' | 'cancelRace'
    }
