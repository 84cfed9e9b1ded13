/**
 * What the caller hears while phones ring: the tone of his network (180 without SDP), ringback of
 * the operator or the subscriber (183 from a media server), or the early media of the only phone
 * that rings (§4.4), and a word each minute in any case (RFC 3261 §13.3.1.1).
 */
import type { Call, Leg } from './call-state.ts'
import { setTimer } from './call-state.ts'
import { ringbackOf } from './media-path.ts'

/** Tells the caller that it rings. */
export function ringCaller(call: Call): void {
  const ringback = ringbackOf(call)
  call.commands.push(ringback === undefined
    ? { do: 'ringCaller' }
    : { do: 'ringCaller', ringback })
  call.ringback = true
  call.ownRingback = ringback !== undefined
  call.earlyMediaLeg = undefined
}

/** A leg got a provisional response; `media`: it carries SDP. */
export function passProgress(call: Call, leg: Leg, status: number, media: boolean): void {
  // Several phones would talk at once; there is no answer to give to an INVITE without offer; and
  // what a media server hears is its own affair.
  if (media && call.stage?.single === true && call.incoming.hasOffer && leg.media === 'direct') {
    if (call.earlyMediaLeg !== leg) call.commands.push({ do: 'passEarlyMedia', leg: leg.id })
    call.earlyMediaLeg = leg
    call.ringback = true
  } else if (isRinging(status) && (!call.ringback || hearsDeadLeg(call, leg))) ringCaller(call)
}

/** RFC 3261 §13.3.1.1: a provisional each minute, or proxies on the way give the call up. */
export function keepAlive(call: Call): void {
  const leg = call.earlyMediaLeg
  if (leg?.live === true) call.commands.push({ do: 'passEarlyMedia', leg: leg.id })
  else ringCaller(call)
  setTimer(call, 'keepAlive', call.nowMs + call.options.keepAliveMs)
}

/** The media server that played to him is gone: his own network's tone takes its place. */
export function ringbackLost(call: Call): void {
  call.media = false
  if (call.ownRingback) ringCaller(call)
}

/** 181 (forwarded) and 199 (early dialog ended) do not ring. */
function isRinging(status: number): boolean {
  return status === 180 || status === 182 || status === 183
}

/** The caller was left with the early media of a leg that is gone: silence. */
function hearsDeadLeg(call: Call, leg: Leg): boolean {
  return call.earlyMediaLeg !== undefined && call.earlyMediaLeg !== leg
}
