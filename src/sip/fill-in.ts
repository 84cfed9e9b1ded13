/**
 * Requests made from what the user gave: fills in what a draft lacks (RFC 3261 §8.1.1, §12.2.1.1,
 * drachtio-control-protocol §7 and §9.1), and the two requests made from another request, ACK to a
 * failure and CANCEL. Chooses no way and sends nothing.
 */
import type { Dialog } from './dialog.ts'
import type { Octets } from './events.ts'
import { draftName } from './headers.ts'
import type { Point } from './listen-points.ts'
import { SipMessage } from './message.ts'

/** What identifies a request outside dialogs, the same however often it is composed anew. */
export interface Identity {
  readonly callId: Octets
  readonly fromTag: Octets
  readonly cseq: number
}

/** Never copied from a draft: routing and framing are the engine's. */
const neverCopied: readonly string[] = ['Via', 'Route', 'Record-Route', 'RSeq', 'Content-Length']

const setByInitial: ReadonlySet<string> = new Set([
  ...neverCopied, 'From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Contact',
])

const setByCancel: ReadonlySet<string> = new Set([...setByInitial, 'Content-Type', 'Require'])

/** The requests that refresh a target or create a dialog and so must have a Contact. */
const withContact: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE'])
const withContactInDialog: ReadonlySet<string> = new Set([
  'INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY',
])

/** A request outside any dialog. */
export function composeInitial(
  draft: SipMessage, identity: Identity, point: Point, branch: Octets,
): SipMessage {
  const { method, uri } = draft
  const request = SipMessage.request(method, uri)
  request.append('Via', point.viaPrefix + branch)
  request.append('Max-Forwards', draft.get('Max-Forwards') ?? '70')
  request.append('From', fromOf(draft, identity, point))
  const to = draft.get('To')
  request.append('To', to === undefined
    ? '<' + uri + '>'
    : toNameAddr(replaceLocalhost(to, point)))
  request.append('Call-ID', identity.callId)
  request.append('CSeq', identity.cseq + ' ' + method)
  addContacts(draft, request, point, withContact.has(method) ? point.contact : undefined)
  finish(draft, request, setByInitial, point)
  return request
}

/** A request inside a dialog; `uri` is the target the user insists on, or undefined. */
export function composeInDialog(
  dialog: Dialog, draft: SipMessage, uri: Octets | undefined, cseq: number, point: Point,
  branch: Octets,
): SipMessage {
  const { method } = draft
  const request = startInDialog(dialog, method, uri ?? dialog.remoteTarget)
  request.prepend('Via', point.viaPrefix + branch)
  request.append('Max-Forwards', draft.get('Max-Forwards') ?? '70')
  request.append('From', dialog.localParty)
  request.append('To', dialog.remoteParty)
  request.append('Call-ID', dialog.callId)
  request.append('CSeq', cseq + ' ' + method)
  const contact = withContactInDialog.has(method) ? dialog.localContact : undefined
  addContacts(draft, request, point, contact)
  finish(draft, request, setByInitial, point)
  return request
}

/**
 * Start line and Route of an in-dialog request. RFC 3261 §12.2.1.1: a first route without `lr` is
 * a strict router: it goes to the Request-URI and the target to the end of the routes.
 */
function startInDialog(dialog: Dialog, method: string, target: Octets): SipMessage {
  const [first, ...rest] = dialog.routeSet
  if (first === undefined || isLoose(first)) {
    const request = SipMessage.request(method, target)
    for (const route of dialog.routeSet) request.append('Route', route)
    return request
  }
  const request = SipMessage.request(method, uriOf(first))
  for (const route of rest) request.append('Route', route)
  request.append('Route', '<' + target + '>')
  return request
}

/** ACK to a failure: RFC 3261 §17.1.1.3. */
export function ackToFailure(invite: SipMessage, response: SipMessage): SipMessage {
  return hopByHop(invite, 'ACK', response.get('To') ?? invite.get('To') ?? '')
}

/** CANCEL of a request that was sent (RFC 3261 §9.1), with the free fields of the draft. */
export function cancelOf(invite: SipMessage, draft: SipMessage, point: Point): SipMessage {
  const cancel = hopByHop(invite, 'CANCEL', invite.get('To') ?? '')
  copyFields(draft, cancel, setByCancel, point)
  return cancel
}

function hopByHop(invite: SipMessage, method: string, to: Octets): SipMessage {
  const request = SipMessage.request(method, invite.uri)
  request.append('Via', invite.get('Via') ?? '')
  for (const route of invite.list('Route')) request.append('Route', route)
  request.append('Max-Forwards', '70')
  request.append('From', invite.get('From') ?? '')
  request.append('To', to)
  request.append('Call-ID', invite.callId)
  request.append('CSeq', invite.cseqNumber + ' ' + method)
  return request
}

/** Copies the fields of a draft except some, names in the form for the wire. */
export function copyFields(
  draft: SipMessage, message: SipMessage, except: ReadonlySet<string>, point: Point,
): void {
  const { names, values } = draft
  for (let index = 0; index < names.length; index++) {
    const name = draftName(names[index]!)
    if (except.has(name) || name === 'Contact') continue
    const value = values[index]!
    const isIdentity = name === 'P-Asserted-Identity'
    message.append(name, isIdentity ? replaceLocalhost(value, point) : value)
  }
}

/** `user@localhost` becomes our address and port: the library knows neither. */
export function replaceLocalhost(value: Octets, point: Point): Octets {
  const found = value.indexOf('@localhost')
  if (found < 0) return value
  const end = found + '@localhost'.length
  const next = value.charCodeAt(end)
  // A longer name such as localhost.example.net, or one with its own port, is left alone.
  const isLonger = (next >= 0x30 && next <= 0x3a) || next === 0x2d || next === 0x2e
    || (next >= 0x41 && next <= 0x5a) || (next >= 0x61 && next <= 0x7a)
  const replacement = isLonger ? '@localhost' : '@' + point.hostPort
  return value.slice(0, found) + replacement + replaceLocalhost(value.slice(end), point)
}

/** Puts angle brackets round a bare URI; what follows its `;` are header parameters (§20.10). */
export function toNameAddr(value: Octets): Octets {
  if (value.includes('<')) return value
  const semicolon = value.indexOf(';')
  if (semicolon < 0) return '<' + value.trim() + '>'
  return '<' + value.slice(0, semicolon).trim() + '>' + value.slice(semicolon)
}

/** The URI of a Route, Record-Route or Contact value. */
export function uriOf(value: Octets): Octets {
  const open = value.indexOf('<')
  if (open >= 0) {
    const close = value.indexOf('>', open)
    return value.slice(open + 1, close < 0 ? undefined : close)
  }
  const semicolon = value.indexOf(';')
  return (semicolon < 0 ? value : value.slice(0, semicolon)).trim()
}

/** A next hop as the user wrote it: a URI with parameters of its own, in brackets or not. */
export function bareUri(text: Octets): Octets {
  return text.includes('<') ? uriOf(text) : text.trim()
}

function isLoose(route: Octets): boolean {
  const uri = uriOf(route).toLowerCase()
  const at = uri.indexOf(';lr')
  return at >= 0 && (at + 3 === uri.length || ';=?'.includes(uri[at + 3]!))
}

function fromOf(draft: SipMessage, identity: Identity, point: Point): Octets {
  const given = draft.get('From')
  const from = given === undefined ? point.contact : toNameAddr(replaceLocalhost(given, point))
  // An existing tag is kept: a digest retry is the same call (control protocol §7).
  return given !== undefined && draft.fromTag !== '' ? from : from + ';tag=' + identity.fromTag
}

function addContacts(
  draft: SipMessage, request: SipMessage, point: Point, otherwise: Octets | undefined,
): void {
  if (!draft.has('Contact')) {
    if (otherwise !== undefined) request.append('Contact', otherwise)
    return
  }
  for (const value of draft.list('Contact')) {
    const contact = replaceLocalhost(value, point)
    request.append('Contact', contact === '*' ? contact : toNameAddr(contact))
  }
}

function finish(
  draft: SipMessage, request: SipMessage, except: ReadonlySet<string>, point: Point,
): void {
  copyFields(draft, request, except, point)
  if (draft.body === '') return
  request.body = draft.body
  if (!draft.has('Content-Type')) request.append('Content-Type', 'application/sdp')
}

/**
 * Whether a draft's body lacks the type that cannot be guessed; `v=0` begins SDP (control protocol
 * §6).
 */
export function lacksContentType(draft: SipMessage): boolean {
  return draft.body !== '' && !draft.has('Content-Type') && !draft.body.startsWith('v=0')
}
