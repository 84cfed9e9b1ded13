/**
 * Message to octets (RFC 3261 §7, §18.3, §20.14). Writes each thing once, and nothing that was
 * received and not changed. It does not fold, does not use compact forms, and checks nothing:
 * values without line ends are an invariant of `SipMessage`.
 */
import type { Octets } from './events.ts'
import type { SipMessage } from './message.ts'
import { fillVia } from './via.ts'

/**
 * The message as octets for the wire. Content-Length is always there and right, in the place where
 * the message has it, else behind all other fields. The text as received comes back when the
 * message is unchanged and had its Content-Length.
 */
export function formatMessage(message: SipMessage): Octets {
  return message.completeRaw ?? writeMessage(message)
}

/**
 * The text of a received request with the true source written into its top Via: `rport` (the
 * sender's port; undefined leaves the parameter as it is) and `received` (its address; undefined
 * leaves none) — RFC 3261 §18.2.1, RFC 3581 §4. The message itself is changed alike, so responses
 * built from it carry the same Via. Cut from the received text, not written anew, where there is
 * one.
 */
export function patchTopVia(
  message: SipMessage, rport: number | undefined, received: string | undefined
): Octets {
  const via = message.topVia
  const before = message.get('Via') ?? ''
  const after = fillVia(before, via, rport, received)
  const { raw, rawViaOffset } = message
  if (after === before) return raw ?? writeMessage(message)
  const hadLength = message.completeRaw !== undefined
  message.replaceTopVia(after)
  if (raw === undefined) return writeMessage(message)
  const patched = raw.slice(0, rawViaOffset) + after + raw.slice(rawViaOffset + before.length)
  message.keepRaw(patched, rawViaOffset, hadLength)
  return patched
}

function writeMessage(message: SipMessage): Octets {
  const { names, values, body } = message
  let text = startLine(message)
  let hasLength = false
  for (let i = 0; i < names.length; i++) {
    const name = names[i] ?? ''
    if (name !== 'Content-Length') {
      text += `${name}: ${values[i] ?? ''}\r\n`
    } else if (!hasLength) {
      text += `Content-Length: ${body.length}\r\n`
      hasLength = true
    }
  }
  return hasLength ? `${text}\r\n${body}` : `${text}Content-Length: ${body.length}\r\n\r\n${body}`
}

function startLine(message: SipMessage): Octets {
  return message.isRequest
    ? `${message.method} ${message.uri} SIP/2.0\r\n`
    : `SIP/2.0 ${message.status} ${message.reason}\r\n`
}
