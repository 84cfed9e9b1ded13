/**
 * How a call ends: hung up, left by the caller, or after its last word. Every way leads through
 * `end`, which leaves no timer and closes the record exactly once.
 */
import { recordOf } from './call-record.ts'
import type { Call } from './call-state.ts'
import { stopAllTimers } from './call-state.ts'
import type { CallCommand } from './events.ts'
import { dropLegs, endLeg } from './leg.ts'
import type { CallOutcome, CallRecord } from './record.ts'
import { refusalFor, refuseCommand } from './refusal.ts'

/**
 * Closes the record; nothing follows. `endedWallMs`: the instant of the end where that is not the
 * one of the step.
 */
export function end(
  call: Call,
  outcome: CallOutcome,
  status: number,
  endedBy: CallRecord['endedBy'],
  reason: string,
  endedWallMs: number = call.wallMs,
): void {
  stopAllTimers(call)
  call.phase = 'ended'
  call.stage = undefined
  call.outcome = outcome
  call.status = status
  call.endedBy = endedBy
  call.reason = reason
  call.endedWallMs = endedWallMs
  call.commands.push({ do: 'closeRecord', record: recordOf(call) })
}

/**
 * The caller is gone before anybody answered. His CANCEL was answered below us (487), so he gets
 * no final from here; his Reason is passed on to the phones.
 */
export function abandon(call: Call, reason: string): void {
  dropLegs(call, 'cancelled', reason, 'callerGone')
  end(call, 'abandoned', 487, 'caller', reason)
}

/** We go down while nobody has answered: the caller's network may try another way in. */
export function stopService(call: Call): void {
  dropLegs(call, 'cancelled', '')
  call.commands.push(refuseCommand(refusalFor('overload')))
  end(call, 'interrupted', 503, 'service', 'shutdown')
}

/** Hangs up whoever of the two is still there; the answered leg's time ends. */
export function hangUp(call: Call, sides: readonly ('caller' | 'callee')[], reason: string): void {
  for (const side of sides) {
    if (side === 'callee' && call.winner?.live !== true) continue
    call.commands.push({ do: 'hangUp', side, reason } satisfies CallCommand)
  }
  if (call.winner?.live === true) endLeg(call, call.winner, 'answered')
}

/** A 200 of a leg that was dropped already: dropping it again costs nothing and is safe. */
export function dropLateAnswer(call: Call, legId: string): void {
  const leg = call.legs.find((candidate) => candidate.id === legId)
  if (leg === undefined) return
  const elsewhere = leg.outcome === 'answeredElsewhere'
  call.commands.push({ do: 'dropLeg', leg: legId, elsewhere, reason: '' })
}
