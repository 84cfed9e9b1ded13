/**
 * Session timers (RFC 4028), negotiated for each dialog on its own: what we offer, what we accept
 * and what we say in a refresh. Only the negotiation: the SIP server sends the refreshes and ends
 * a dialog whose peer has gone silent.
 */
import { headerText, readParams, readTokens, readUnsigned } from './guard.ts'
import type { Headers, SipMessage } from './sip-port.ts'

export interface SessionTimer {
  readonly seconds: number
  /** Who of the request's two ends refreshes; undefined where the header did not say. */
  readonly refresher: 'uac' | 'uas' | undefined
}

/** Timer of an established dialog, from our side. */
export interface DialogTimer {
  readonly seconds: number
  readonly refresher: 'us' | 'them'
}

/** RFC 4028 §5: the least anybody may ask for; also what the server enforces inside dialogs. */
export const minSessionSeconds = 90

/** Session-Expires of a message (compact form x); undefined when absent or unreadable. */
export function readSessionExpires(message: SipMessage): SessionTimer | undefined {
  const text = headerText(message, 'session-expires')
  if (text === undefined) return undefined
  const end = text.indexOf(';')
  const seconds = readUnsigned((end < 0 ? text : text.slice(0, end)).trim())
  if (seconds === undefined) return undefined
  const refresher = readParams(text, 0).get('refresher')?.toLowerCase()
  return { seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined }
}

/** What our 2xx to an INVITE says, and the timer that then runs (RFC 4028 §9, table 2). */
export function answerTimer(
  asked: SessionTimer | undefined, peerSupports: boolean, ownSeconds: number,
): { readonly headers: Headers; readonly timer: DialogTimer | undefined } {
  if (asked !== undefined) {
    // A peer that names a timer keeps it himself unless he asked us to.
    const refresher = asked.refresher ?? 'uac'
    const headers: Headers = { 'Session-Expires': `${asked.seconds};refresher=${refresher}` }
    if (refresher === 'uac') headers['Require'] = 'timer'
    return {
      headers,
      timer: { seconds: asked.seconds, refresher: refresher === 'uac' ? 'them' : 'us' },
    }
  }
  if (!peerSupports || ownSeconds === 0) return { headers: {}, timer: undefined }
  return {
    headers: { 'Session-Expires': `${ownSeconds};refresher=uas` },
    timer: { seconds: ownSeconds, refresher: 'us' },
  }
}

/** What an INVITE of ours offers. `seconds` 0: nothing but that we know timers. */
export function offerTimer(seconds: number): Headers {
  if (seconds === 0) return { Supported: 'timer' }
  return {
    Supported: 'timer', 'Session-Expires': String(seconds), 'Min-SE': String(minSessionSeconds),
  }
}

/** The timer a 2xx to our INVITE establishes; none when the peer did not answer the offer. */
export function agreedTimer(response: SipMessage): DialogTimer | undefined {
  const agreed = readSessionExpires(response)
  if (agreed === undefined) return undefined
  return { seconds: agreed.seconds, refresher: agreed.refresher === 'uas' ? 'them' : 'us' }
}

/** Headers of a re-INVITE or UPDATE of ours that keeps the dialog's timer as it is (§7.4). */
export function refreshTimer(timer: DialogTimer | undefined): Headers {
  if (timer === undefined) return { Supported: 'timer' }
  const refresher = timer.refresher === 'us' ? 'uac' : 'uas'
  return {
    Supported: 'timer',
    'Session-Expires': `${timer.seconds};refresher=${refresher}`,
    'Min-SE': String(minSessionSeconds),
  }
}

/** Answer to a re-INVITE or UPDATE of the peer that carries a timer, and the timer it leaves. */
export function answerRefresh(
  request: SipMessage, current: DialogTimer | undefined,
): { readonly headers: Headers; readonly timer: DialogTimer | undefined } {
  const asked = readSessionExpires(request)
  if (asked === undefined) return { headers: {}, timer: current }
  return answerTimer(
    asked, readTokens(headerText(request, 'supported')).includes('timer'), asked.seconds)
}
