/**
 * Requests that never reach an application (control protocol §5.1): spammers are declined, the
 * OPTIONS of a configured user agent answered, a REGISTER without a realm refused. Judges one new
 * request; sends nothing.
 */
import type { SipMessage } from '../sip/message.ts'

/** Substrings that give a spammer away, by the part of the request they are looked for in. */
export interface SpammerRules {
  readonly userAgent: readonly string[]
  readonly from: readonly string[]
  readonly to: readonly string[]
}

export interface Verdict {
  readonly status: number
  readonly reason: string
}

export interface ScreeningRules {
  readonly spammers: SpammerRules
  readonly optionsAutoRespond: string | undefined
  readonly rejectRegisterWithNoRealm: boolean
}

/** Methods that begin something outside a dialog; an app must ask for others to get them. */
const openingMethods: ReadonlySet<string> = new Set([
  'INVITE',
  'REGISTER',
  'MESSAGE',
  'OPTIONS',
  'INFO',
  'NOTIFY',
  'SUBSCRIBE',
  'PUBLISH',
])

/** An answer to give at once, or undefined when an application should see the request. */
export function screen(message: SipMessage, rules: ScreeningRules): Verdict | undefined {
  if (isSpammer(message, rules.spammers)) return { status: 603, reason: 'Decline' }
  if (
    message.method === 'OPTIONS' &&
    rules.optionsAutoRespond !== undefined &&
    message.get('User-Agent') === rules.optionsAutoRespond
  )
    return { status: 200, reason: 'OK' }
  if (message.method === 'REGISTER') return screenRegister(message, rules.rejectRegisterWithNoRealm)
  // RFC 3261 §12.2.2, RFC 3262 §3: these live inside a dialog or not at all.
  if (message.method === 'BYE' || message.method === 'UPDATE' || message.method === 'PRACK') {
    return { status: 481, reason: 'Call/Transaction Does Not Exist' }
  }
  return undefined
}

/** What a request gets that no application wants. */
export function unwanted(method: string): Verdict {
  if (openingMethods.has(method)) return { status: 503, reason: 'Service Unavailable' }
  if (method === 'REFER') return { status: 405, reason: 'Method Not Allowed' }
  return { status: 501, reason: 'Not Implemented' }
}

function isSpammer(message: SipMessage, rules: SpammerRules): boolean {
  const { userAgent, from, to } = rules
  return (
    (userAgent.length > 0 && containsAny(message.get('User-Agent'), userAgent)) ||
    (from.length > 0 && containsAny(userOf(message.get('From')), from)) ||
    (to.length > 0 && containsAny(userOf(message.get('To')), to))
  )
}

function containsAny(text: string | undefined, marks: readonly string[]): boolean {
  if (text === undefined) return false
  for (const mark of marks) if (text.includes(mark)) return true
  return false
}

/** User part of a From or To, by scan: a spammer's header may be anything but well-formed. */
function userOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined
  const scheme = field.indexOf('sip')
  const colon = field.indexOf(':', scheme)
  const at = field.indexOf('@', colon)
  return scheme < 0 || colon < 0 || at < 0 ? undefined : field.slice(colon + 1, at)
}

function screenRegister(message: SipMessage, rejectWithNoRealm: boolean): Verdict | undefined {
  if (rejectWithNoRealm && hostIsAddress(message.uri)) return { status: 403, reason: 'Forbidden' }
  for (const contact of message.list('Contact')) {
    if (contact.trim() === '*') {
      // RFC 3261 §10.2.2: "*" only to remove all bindings.
      if (Number(message.get('Expires') ?? Number.NaN) !== 0)
        return { status: 400, reason: 'Bad Request' }
    } else if (!/^[^<]*<[a-z][a-z0-9+.-]*:[^<>\s]+>|^[a-z][a-z0-9+.-]*:[^<>\s]+$/i.test(contact)) {
      return { status: 400, reason: 'Invalid Contact Header' }
    }
  }
  return undefined
}

function hostIsAddress(uri: string): boolean {
  const at = uri.lastIndexOf('@')
  const host = uri.slice(at < 0 ? uri.indexOf(':') + 1 : at + 1)
  return host.startsWith('[') || /^[0-9.]+(?:[:;?]|$)/.test(host)
}
