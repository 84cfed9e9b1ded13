/**
 * Responses made from the request they answer: 100, failures of the engine's own, and what the
 * user's draft becomes (RFC 3261 §8.2.6, drachtio-control-protocol §6).
 */
import { maxDatagramBytes } from './core.ts'
import type { Octets } from './events.ts'
import { copyFields, replaceLocalhost, toNameAddr } from './fill-in.ts'
import type { Point } from './listen-points.ts'
import { SipMessage } from './message.ts'

/** Reason phrases of the responses which the engine makes itself. */
export const reasonPhrases: Readonly<Record<number, string>> = {
  100: 'Trying',
  200: 'OK',
  400: 'Bad Request',
  408: 'Request Timeout',
  422: 'Session Interval Too Small',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  487: 'Request Terminated',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  513: 'Message Too Large',
}

/**
 * A response with what every response takes from its request: all Via, From, To, Call-ID, CSeq.
 * `toTag` is added to To unless that has a tag; '' adds none (100 only).
 */
export function replyTo(
  request: SipMessage, status: number, reason: Octets, toTag: Octets,
): SipMessage {
  const reply = SipMessage.response(status, reason)
  const { names, values } = request
  for (let index = 0; index < names.length; index++) {
    if (names[index] === 'Via') reply.append('Via', values[index]!)
  }
  reply.append('From', request.get('From') ?? '')
  const to = request.get('To') ?? ''
  reply.append('To', toTag === '' || request.toTag !== '' ? to : withTag(to, toTag))
  reply.append('Call-ID', request.get('Call-ID') ?? '')
  reply.append('CSeq', request.get('CSeq') ?? '')
  return reply
}

/** 100 Trying; it carries the request's Timestamp back (RFC 3261 §8.2.6.1). */
export function trying(request: SipMessage): SipMessage {
  const reply = replyTo(request, 100, 'Trying', '')
  const timestamp = request.get('Timestamp')
  if (timestamp !== undefined) reply.append('Timestamp', timestamp)
  return reply
}

/** What the request and the engine contribute to a drafted response. */
export interface ReplyFilling {
  readonly toTag: Octets
  /** Contact to add if the draft has none; undefined where none is due. */
  readonly contact: Octets | undefined
  readonly point: Point
  /** Fields made by the engine: RSeq, Session-Expires. */
  readonly extra: readonly (readonly [string, Octets])[]
}

/** In a response these come from the request or the engine, never from the draft. */
const notFromDraft: ReadonlySet<string> = new Set([
  'Via', 'From', 'To', 'Call-ID', 'CSeq', 'Record-Route', 'Route', 'RSeq', 'Content-Length',
])

/** The user's draft, filled in. */
export function replyFromDraft(
  request: SipMessage, draft: SipMessage, filling: ReplyFilling,
): SipMessage {
  const { point, toTag, contact, extra } = filling
  const reason = draft.reason === '' ? reasonPhrases[draft.status] ?? '' : draft.reason
  const reply = replyTo(request, draft.status, reason, toTag)
  // RFC 3261 §12.1.1: whoever creates a dialog must learn the route; so do 18x.
  if (draft.status > 100 && draft.status < 300) {
    for (const route of request.list('Record-Route')) reply.append('Record-Route', route)
  }
  if (draft.has('Contact')) {
    for (const value of draft.list('Contact')) {
      reply.append('Contact', value === '*' ? value : toNameAddr(replaceLocalhost(value, point)))
    }
  } else if (contact !== undefined) reply.append('Contact', contact)
  for (const [name, value] of extra) {
    // The engine's RSeq stands, whatever the draft says; a Session-Expires of the draft stands too.
    if (!draft.has(name) || notFromDraft.has(name)) reply.append(name, value)
  }
  copyFields(draft, reply, notFromDraft, point)
  if (draft.body !== '') {
    reply.body = draft.body
    if (!draft.has('Content-Type') && draft.body.startsWith('v=0')) {
      reply.append('Content-Type', 'application/sdp')
    }
  }
  return reply
}

/** Whether a message fits its transport; over UDP it must fit one datagram. */
export function fitsTransport(transport: string, data: Octets): boolean {
  return transport !== 'udp' || data.length <= maxDatagramBytes
}

/**
 * To tag for a response sent without a transaction: always the same for the same request, as
 * RFC 3261 §8.2.7 wants it, and different for another (FNV-1a over branch and Call-ID).
 */
export function statelessTag(request: SipMessage): Octets {
  const text = request.topVia.branch + (request.get('Call-ID') ?? '')
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return 's' + (hash >>> 0).toString(16)
}

function withTag(to: Octets, tag: Octets): Octets {
  return to + ';tag=' + tag
}
