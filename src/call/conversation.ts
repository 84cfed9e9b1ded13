/**
 * The call from the first answer on: the caller's own answer under way, the conversation, its end
 * from either side or with the media server between them. The two dialogs are separate, so each
 * side may vanish at any instant; whoever is left is hung up.
 */
import { recordOf } from './call-record.ts'
import type { Call } from './call-state.ts'
import { setTimer, stopAllTimers } from './call-state.ts'
import { charging } from './charging.ts'
import { end, hangUp } from './ending.ts'
import type { CallEvent } from './events.ts'
import { endLeg } from './leg.ts'
import { noteRecording, recordingRequired } from './media-path.ts'

/** A leg has won; the caller's 200 is on its way, or waits until the leg is paid for. */
export function connecting(call: Call, event: CallEvent): void {
  if (call.charging) return charging(call, event)
  switch (event.type) {
    case 'callerConnected': return connected(call)
    case 'callerLost': return callerGone(call, '')
    case 'callerCancelled': return callerGone(call, event.reason)
    case 'hungUp': return event.by === 'callee'
      ? calleeGone(call, event.reason)
      : callerHungUp(call, event.reason)
    case 'legFailed': return event.leg === call.winner?.id ? calleeGone(call, '') : undefined
    case 'legAnswered': return dropOther(call, event.leg)
    case 'timer': return event.timer === 'settle' ? neverConnected(call) : undefined
    case 'recordingRuns': return recordingTold(call, event.running, endWhenConnected)
    case 'mediaLost': return call.anchored ? endWhenConnected(call, 'mediaLost') : undefined
    case 'shutdown': return endWhenConnected(call, 'shutdown')
    case 'start':
    case 'legProgress':
    case 'legConfirmed':
    case 'legMediaFailed':
    case 'voicemailTaken':
    case 'announced':
  }
}

/** Both sides talk. */
export function talking(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'hungUp': {
      const side = event.by === 'caller' ? 'callee' : 'caller'
      hangUp(call, [side], event.reason)
      return end(call, 'answered', 200, event.by, event.reason)
    }
    case 'callerLost': return callerHungUp(call, '')
    case 'legFailed': {
      if (event.leg !== call.winner?.id) return
      hangUp(call, ['caller'], '')
      return end(call, 'answered', 200, 'callee', '')
    }
    case 'legAnswered': return dropOther(call, event.leg)
    case 'timer': return event.timer === 'maxCall' ? endBoth(call, 'maxCall') : undefined
    case 'recordingRuns': return recordingTold(call, event.running, endBoth)
    case 'mediaLost': return call.anchored ? endBoth(call, 'mediaLost') : undefined
    case 'shutdown': return endBoth(call, 'shutdown')
    case 'callerCancelled': // RFC 3261 §9.2: after the final response a CANCEL has no effect.
    case 'start':
    case 'legProgress':
    case 'legConfirmed':
    case 'legMediaFailed':
    case 'callerConnected':
    case 'voicemailTaken':
    case 'announced':
  }
}

function connected(call: Call): void {
  call.answeredWallMs = call.wallMs
  call.status = 200
  const early = call.endOnConnect
  if (early !== undefined) {
    hangUp(call, ['caller'], early.endedBy === 'callee' ? early.reason : '')
    const outcome = early.endedBy === 'callee' ? 'answered' : 'interrupted'
    return end(call, outcome, 200, early.endedBy, early.reason)
  }
  stopAllTimers(call)
  call.phase = 'talking'
  setTimer(call, 'maxCall', call.nowMs + call.options.maxCallSeconds * 1000)
  call.commands.push({ do: 'updateRecord', record: recordOf(call) })
}

/** He left while we answered him: the winner is hung up, and the call is nobody's answer. */
function callerGone(call: Call, reason: string): void {
  hangUp(call, ['callee'], reason)
  const early = call.endOnConnect
  if (early?.endedBy === 'service') end(call, 'interrupted', 487, 'service', early.reason)
  else end(call, 'abandoned', 487, 'caller', reason)
}

/** His BYE overtook the news that he is connected, or came after it. */
function callerHungUp(call: Call, reason: string): void {
  call.answeredWallMs ??= call.wallMs
  hangUp(call, ['callee'], reason)
  end(call, 'answered', 200, 'caller', reason)
}

/** The winner hung up before the caller was connected: he is hung up as soon as he is. */
function calleeGone(call: Call, reason: string): void {
  if (call.winner?.live === true) endLeg(call, call.winner, 'answered')
  call.endOnConnect ??= { endedBy: 'callee', reason }
}

function neverConnected(call: Call): void {
  hangUp(call, ['callee', 'caller'], '')
  end(call, 'interrupted', 500, 'service', 'answerTimeout')
}

/** BYE needs a dialog: the caller is hung up when his stands, or when waiting for it ends. */
function endWhenConnected(call: Call, reason: string): void {
  hangUp(call, ['callee'], '')
  call.endOnConnect ??= { endedBy: 'service', reason }
}

/** A call that must be recorded does not go on without it. */
function recordingTold(
  call: Call, running: boolean, endCall: (call: Call, reason: string) => void,
): void {
  noteRecording(call, running)
  if (!running && recordingRequired(call, call.winner?.rule)) endCall(call, 'recordingUnavailable')
}

function endBoth(call: Call, reason: string): void {
  hangUp(call, ['callee', 'caller'], '')
  end(call, 'answered', 200, 'service', reason)
}

/** Any 200 but the winner's is too late. */
function dropOther(call: Call, legId: string): void {
  const leg = call.legs.find((candidate) => candidate.id === legId)
  if (leg === undefined || leg === call.winner) return
  call.commands.push({ do: 'dropLeg', leg: legId, elsewhere: true, reason: '' })
}
