/**
 * How a call ends: refused with a final status, handed to voicemail, hung up, or left by the
 * caller. Every way leads through `end`, which leaves no timer and closes the record exactly once.
 */
import { recordOf } from './call-record.ts'
import type { Call } from './call-state.ts'
import { setTimer, sinceStart, stopAllTimers } from './call-state.ts'
import type { CallCommand } from './events.ts'
import { finalResponse, phraseOf } from './outcome.ts'
import type { CallOutcome, CallRecord } from './record.ts'
import type { Refusal } from './refusal.ts'
import { refuseCommand } from './refusal.ts'
import { dropLegs, endLeg } from './stage.ts'

/** Closes the record; nothing follows. */
export function end(
  call: Call,
  outcome: CallOutcome,
  status: number,
  endedBy: CallRecord['endedBy'],
  reason: string,
): void {
  stopAllTimers(call)
  call.phase = 'ended'
  call.stage = undefined
  call.outcome = outcome
  call.status = status
  call.endedBy = endedBy
  call.reason = reason
  call.endedWallMs = call.wallMs
  call.commands.push({ do: 'closeRecord', record: recordOf(call) })
}

/** Refuses the caller before anything rang. */
export function refuse(call: Call, refusal: Refusal): void {
  const { why, status } = refusal
  call.trace.push({ step: 'refused', atMs: sinceStart(call), why, status })
  call.commands.push(refuseCommand(refusal))
  // Where calls go nowhere the subscriber has missed one; the other refusals are ours.
  end(call, why === 'nothingActs' ? 'missed' : 'refused', status, 'service', why)
}

/** Nobody answered: the caller gets what the ranking of the legs says (§4.5). */
export function giveUp(call: Call): void {
  const { status, phrase, q850, reason } = finalResponse(call.legs, call.subscriber.settings)
  call.trace.push({ step: 'refused', atMs: sinceStart(call), why: 'noAnswer', status })
  call.commands.push({ do: 'refuseCaller', status, phrase, q850 })
  end(call, 'missed', status, 'service', reason)
}

/** Hands the call to voicemail; everything that rings is dropped. */
export function takeVoicemail(call: Call, why: Call['voicemailWhy']): void {
  stopAllTimers(call)
  dropLegs(call, 'noAnswer', '')
  call.stage = undefined
  call.phase = 'fetchingVoicemail'
  call.voicemailWhy = why
  call.commands.push({ do: 'takeVoicemail' })
  setTimer(call, 'settle', call.nowMs + call.options.voicemailMs)
}

/** Voicemail if the subscriber has it, otherwise the caller is refused. */
export function voicemailOrGiveUp(call: Call): void {
  if (call.subscriber.settings.voicemail) takeVoicemail(call, 'noAnswerAction')
  else giveUp(call)
}

/** Voicemail could not take the call: a clear 480, recorded as such. */
export function voicemailFailed(call: Call): void {
  noteVoicemail(call, false)
  call.commands.push({ do: 'refuseCaller', status: 480, phrase: phraseOf(480), q850: 19 })
  end(call, 'missed', 480, 'service', 'voicemailUnavailable')
}

/** Writes to the trace that voicemail was due and whether it took the call. */
export function noteVoicemail(call: Call, taken: boolean): void {
  call.trace.push({ step: 'voicemail', atMs: sinceStart(call), why: call.voicemailWhy, taken })
}

/**
 * The caller is gone before anybody answered. His CANCEL was answered below us (487), so he gets
 * no final from here; his Reason is passed on to the phones.
 */
export function abandon(call: Call, reason: string): void {
  dropLegs(call, 'cancelled', reason)
  end(call, 'abandoned', 487, 'caller', reason)
}

/** Hangs up whoever of the two is still there; the answered leg's time ends. */
export function hangUp(call: Call, sides: readonly ('caller' | 'callee')[], reason: string): void {
  for (const side of sides) {
    if (side === 'callee' && call.winner?.live !== true) continue
    call.commands.push({ do: 'hangUp', side, reason } satisfies CallCommand)
  }
  if (call.winner?.live === true) endLeg(call, call.winner, 'answered')
}
