/**
 * Session timers by the numbers (RFC 4028, drachtio-control-protocol §11): reads Session-Expires,
 * settles interval and refresher for an answer given or received. It starts no timer and sends
 * nothing; `refresh.ts` does.
 */
import type { Octets } from './events.ts'
import type { SipMessage } from './message.ts'

/** RFC 4028 §4: the least interval anybody may ask for. */
export const leastSessionSeconds = 90

/** What was settled for a session: its interval, and which of the two sides refreshes it. */
export interface SessionTerms {
  readonly seconds: number
  readonly weRefresh: boolean
}

/** A Session-Expires value; `refresher` counts from the request it belongs to. */
export interface SessionExpires {
  readonly seconds: number
  readonly refresher: 'uac' | 'uas' | undefined
}

/** Reads Session-Expires of a message; undefined when it has none or a senseless one. */
export function sessionExpiresOf(message: SipMessage): SessionExpires | undefined {
  const value = message.get('Session-Expires')
  if (value === undefined) return undefined
  const semicolon = value.indexOf(';')
  const digits = (semicolon < 0 ? value : value.slice(0, semicolon)).trim()
  const seconds = Number(digits)
  if (digits === '' || !Number.isInteger(seconds) || seconds < 0) return undefined
  const rest = semicolon < 0 ? '' : value.slice(semicolon).toLowerCase().replaceAll(' ', '')
  const refresher = rest.includes(';refresher=uac')
    ? 'uac'
    : rest.includes(';refresher=uas') ? 'uas' : undefined
  // A day is longer than any sensible call and keeps arithmetic in bounds.
  return { seconds: Math.min(seconds, 86_400), refresher }
}

/** RFC 4028 §6: an in-dialog request asking for less than 90 s gets 422. */
export function isTooBrief(request: SipMessage): boolean {
  const asked = sessionExpiresOf(request)
  return asked !== undefined && asked.seconds < leastSessionSeconds
}

/** What a 2xx of ours settles: terms, and the Session-Expires to add unless the draft has one. */
export interface SessionAnswer {
  readonly terms: SessionTerms | undefined
  readonly header: Octets | undefined
}

/**
 * What our 2xx to INVITE or UPDATE settles. A draft's own Session-Expires wins; else the request's,
 * raised to 90; one without a refresher is for the configuration to decide. A request without
 * Session-Expires goes on with the present terms if its sender knows session timers, or if we are
 * the ones who refresh.
 */
export function answerSession(
  request: SipMessage, draft: SipMessage, present: SessionTerms | undefined,
  defaultRefresher: 'none' | 'uac' | 'uas',
): SessionAnswer {
  const drafted = sessionExpiresOf(draft)
  if (drafted !== undefined) {
    const seconds = Math.max(leastSessionSeconds, drafted.seconds)
    return { terms: { seconds, weRefresh: drafted.refresher === 'uas' }, header: undefined }
  }
  const asked = sessionExpiresOf(request)
  if (asked === undefined) return continueSession(request, present)
  const refresher = asked.refresher ?? defaultRefresher
  if (refresher === 'none') return { terms: undefined, header: undefined }
  const seconds = Math.max(leastSessionSeconds, asked.seconds)
  return {
    terms: { seconds, weRefresh: refresher === 'uas' },
    header: seconds + ';refresher=' + refresher,
  }
}

/** What a 2xx to our INVITE or UPDATE settles; without a refresher it is us. */
export function acceptSession(response: SipMessage): SessionTerms | undefined {
  const settled = sessionExpiresOf(response)
  if (settled === undefined) return undefined
  const seconds = Math.max(leastSessionSeconds, settled.seconds)
  return { seconds, weRefresh: settled.refresher !== 'uas' }
}

/** Session-Expires for a request of ours in a session that has terms: the roles stay. */
export function offerSession(terms: SessionTerms): Octets {
  return terms.seconds + ';refresher=' + (terms.weRefresh ? 'uac' : 'uas')
}

function continueSession(
  request: SipMessage, present: SessionTerms | undefined,
): SessionAnswer {
  if (present === undefined) return { terms: undefined, header: undefined }
  const knowsTimers = request.list('Supported').some((option) => option.toLowerCase() === 'timer')
  if (!knowsTimers) return { terms: present.weRefresh ? present : undefined, header: undefined }
  const refresher = present.weRefresh ? 'uas' : 'uac'
  return { terms: present, header: present.seconds + ';refresher=' + refresher }
}
