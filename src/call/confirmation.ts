/**
 * "Press 1 to accept" (R-12, §4.6): a mobile's answering machine must not swallow a call. A phone
 * that answers is asked for a key and until then counts as one that still rings: the others ring
 * on, the caller hears ringing, and any of them may win. What a key means is said by the machine.
 *
 *     legAnswered ─▶ asking ─1─▶ wins        2, nobody, hung up ─▶ dropped, the others ring on
 *                      └─3─▶ voicemail takes the call
 *
 * A limit that ends meanwhile drops the phones that ring and waits, once, for those being asked.
 */
import { recordOf } from './call-record.ts'
import type { Call, Leg } from './call-state.ts'
import { setTimer, sinceStart, stopTimer } from './call-state.ts'
import { dropLeg } from './leg.ts'
import { mediaOf } from './media-path.ts'
import type { ConfirmChoice } from './record.ts'
import { ringCaller } from './ringback.ts'

/** The runner owes the outcome of a question; beyond its time the machine goes on without it. */
const graceMs = 2000

/** The phone has answered: it is asked. Its ring time is over, the time of the question runs. */
export function ask(call: Call, leg: Leg): void {
  const seconds = mediaOf(call.subscriber).confirmSeconds
  leg.asking = true
  stopTimer(call, 'leg', leg.id)
  noteConfirm(call, leg, 'asked')
  call.commands.push({ do: 'confirmLeg', leg: leg.id, seconds })
  setTimer(call, 'confirm', call.nowMs + seconds * 1000 + graceMs, leg.id)
  if (!call.ringback) ringCaller(call)
  call.commands.push({ do: 'updateRecord', record: recordOf(call) })
}

/** Writes to the trace that the phone was asked, or what came of it. */
export function noteConfirm(
  call: Call, leg: Leg, choice: ConfirmChoice | 'asked' | 'cannotAsk',
): void {
  call.trace.push({ step: 'confirm', atMs: sinceStart(call), legId: leg.id, choice })
}

/**
 * A limit ends while phones are being asked: those that only ring are dropped, nothing more is
 * dialled, and the limit comes again after the time of a question. False: it ends the stage now,
 * because nobody is being asked or because it has waited before.
 */
export function holds(call: Call, limit: 'wait' | 'voicemail' | 'cycle'): boolean {
  const { stage } = call
  if (stage === undefined || !call.legs.some(isAsked)) return false
  if (limit === 'wait') {
    if (stage.held) return false
    stage.held = true
  } else {
    // The first of two limits decides; its second end is near.
    if (call.held !== undefined) return call.held !== limit
    call.held = limit
  }
  for (const leg of call.legs) if (leg.live && !leg.asking) dropLeg(call, leg, 'noAnswer', '')
  stage.waiting.length = 0
  stopTimer(call, 'delay')
  setTimer(call, limit, call.nowMs + mediaOf(call.subscriber).confirmSeconds * 1000)
  return true
}

function isAsked(leg: Leg): boolean {
  return leg.live && leg.asking
}
