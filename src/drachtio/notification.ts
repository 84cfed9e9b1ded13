/**
 * What the server tells an application (control protocol §3): prints the meta lines. One plain
 * concatenation each, since every SIP message of a call passes here once or twice.
 */
import type { Octets } from '../sip/events.ts'

/** Where a SIP message came from or went to; `port` 0 and '' for one made up by the server. */
export interface Peer {
  readonly transport: string
  readonly address: string
  readonly port: number
}

/** A SIP message and what an application must know to follow it. */
export interface SentEcho {
  readonly bytes: number
  readonly peer: Peer
  /** `HH:MM:SS.uuuuuu`, UTC. */
  readonly time: string
  readonly transaction: Octets
  readonly dialog: Octets
  readonly text: Octets
}

/** Fields 2–9 of a `sip` notification. */
export interface SipNotice extends SentEcho {
  /** `network`: came over the wire; `application`: sent by the server on its own. */
  readonly source: 'network' | 'application'
}

/** Transaction id of messages that belong to no transaction of the application. */
export const unsolicited = 'unsolicited'

function sipFields(id: Octets, notice: SipNotice): Octets {
  const { transport, address, port } = notice.peer
  return (
    `${id}|sip|${notice.source}|${notice.bytes}|${protocolName(transport)}|${address}|${port}` +
    `|${notice.time}|${notice.transaction}|${notice.dialog}|`
  )
}

/** A SIP message for the application that owns its transaction or dialog. */
export function formatSip(id: Octets, notice: SipNotice): Octets {
  return `${sipFields(id, notice)}\r\n${notice.text}`
}

/** A request outside any dialog: names in addition the local address it came to. */
export function formatNewRequest(
  id: Octets,
  notice: SipNotice,
  localAddress: string,
  localPort: number,
): Octets {
  return `${sipFields(id, notice)}${localAddress}|${localPort}|\r\n${notice.text}`
}

/** `OK` without anything, or with one word (`pong`). */
export function formatOk(id: Octets, answers: Octets, word?: string): Octets {
  return word === undefined
    ? `${id}|response|${answers}|OK`
    : `${id}|response|${answers}|OK|${word}`
}

/** `OK` to authenticate: external listening points, version, local listening points. */
export function formatWelcome(
  id: Octets,
  answers: Octets,
  hostPorts: string,
  version: string,
  localHostPorts: string,
): Octets {
  return `${id}|response|${answers}|OK|${hostPorts}|${version}|${localHostPorts}`
}

/** Refusal of the connection, which is closed after it. */
export function formatNo(id: Octets, answers: Octets, reason: string): Octets {
  return `${id}|response|${answers}|NO|${reason}`
}

/** Refusal of one SIP operation. The reason stays on one line whatever it quotes. */
export function formatNok(id: Octets, answers: Octets, reason: string): Octets {
  return `${id}|response|${answers}|NOK|${onOneLine(reason)}`
}

function echoFields(id: Octets, answers: Octets, echo: SentEcho): Octets {
  const { transport, address, port } = echo.peer
  return (
    `${id}|response|${answers}|OK|application|${echo.bytes}|${protocolName(transport)}|${address}` +
    `|${port}|${echo.time}|${echo.transaction}|`
  )
}

/** A request was sent for the application. */
export function formatRequestSent(id: Octets, answers: Octets, echo: SentEcho): Octets {
  return `${echoFields(id, answers, echo)}Msg sent:|\r\n${echo.text}`
}

/** A response was sent for the application; the library files it under the dialog in field 11. */
export function formatResponseSent(id: Octets, answers: Octets, echo: SentEcho): Octets {
  return `${echoFields(id, answers, echo)}${echo.dialog}||Msg sent:|\r\n${echo.text}`
}

/** A call record message (§12); `detail` is the role or the reason, '' for an attempt. */
export function formatCdr(
  id: Octets,
  event: Octets,
  source: Octets,
  time: string,
  detail: string,
  text: Octets,
): Octets {
  const end = detail === '' ? '' : `|${detail}`
  return `${id}|${event}|${source}|${time}${end}\r\n${text}`
}

/** WebSocket transports are told as `tcp`, as the library knows them (§3.1 field 4). */
function protocolName(transport: string): string {
  return transport === 'ws' || transport === 'wss' ? 'tcp' : transport
}

function onOneLine(reason: string): string {
  let clean = ''
  for (const char of reason) clean += char < ' ' ? ' ' : char
  return clean
}
