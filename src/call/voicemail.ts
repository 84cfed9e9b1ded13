/**
 * A media server takes the call: voicemail for a caller whom nobody answered, or
 * the mailbox for the subscriber who calls his own number. Who speaks and listens there is the
 * runner's business; here are who takes the call when, how long that may last, and how it ends.
 *
 *     takeVoicemail, openMailbox ─▶ fetchingVoicemail ─taken─▶ voicemail ─hungUp─▶ ended
 *                                          └─not taken, 10 s─▶ 480
 */
import { giveUp } from './announcement.ts'
import { recordOf } from './call-record.ts'
import type { Call } from './call-state.ts'
import { setTimer, sinceStart, stopAllTimers } from './call-state.ts'
import { abandon, dropLateAnswer, end, stopService } from './ending.ts'
import type { CallEvent, OrderVerdict } from './events.ts'
import { dropLegs } from './leg.ts'
import { mediaOf } from './media-path.ts'
import { phraseOf } from './outcome.ts'

/** Hands the call to voicemail; everything that rings is dropped. */
export function takeVoicemail(call: Call, why: Call['voicemailWhy']): void {
  const greetingFile = call.rule?.greetingFile ?? mediaOf(call.subscriber).greetingFile
  fetchMedia(call)
  call.voicemailWhy = why
  call.commands.push(greetingFile === undefined
    ? { do: 'takeVoicemail' }
    : { do: 'takeVoicemail', greetingFile })
  setTimer(call, 'settle', call.nowMs + call.options.voicemailMs)
}

/** The subscriber himself calls, to hear his messages. */
export function openMailbox(call: Call): void {
  fetchMedia(call)
  call.mailbox = true
  call.commands.push({ do: 'openMailbox' })
  setTimer(call, 'settle', call.nowMs + call.options.voicemailMs)
}

/** Voicemail if the subscriber has it, otherwise the caller is refused. */
export function voicemailOrGiveUp(call: Call): void {
  if (call.subscriber.settings.voicemail) takeVoicemail(call, 'noAnswerAction')
  else giveUp(call)
}

/** Media is asked to answer the caller. */
export function fetchingVoicemail(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'voicemailTaken': return event.taken ? taken(call) : notTaken(call)
    case 'legAnswered': return dropLateAnswer(call, event.leg)
    case 'callerCancelled': return left(call, event.reason)
    case 'callerLost': return left(call, '')
    case 'hungUp': return event.by === 'caller' ? left(call, event.reason) : undefined
    case 'timer': return event.timer === 'settle' ? notTaken(call) : undefined
    case 'shutdown': return stopService(call)
    case 'mediaLost': // Of the ringback before: whether media takes the call is told all the same.
    case 'start':
    case 'legProgress':
    case 'legFailed':
    case 'legConfirmed':
    case 'legMediaFailed':
    case 'callerConnected':
    case 'recordingRuns':
    case 'announced':
  }
}

/** The caller leaves a message, or the subscriber hears his. */
export function voicemail(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'legAnswered': return dropLateAnswer(call, event.leg)
    case 'hungUp': {
      if (event.by === 'caller') return over(call, event.messageKept, 'caller', event.reason)
      call.commands.push({ do: 'hangUp', side: 'caller', reason: '' })
      return over(call, event.messageKept, 'service', event.reason)
    }
    case 'callerLost': return over(call, undefined, 'caller', '')
    case 'timer': return event.timer === 'maxCall' ? cut(call, 'maxCall') : undefined
    case 'shutdown':
    case 'mediaLost': return cut(call, event.type)
    case 'start':
    case 'legProgress':
    case 'legFailed':
    case 'legConfirmed':
    case 'legMediaFailed':
    case 'callerConnected':
    case 'callerCancelled':
    case 'voicemailTaken':
    case 'recordingRuns':
    case 'announced':
  }
}

function fetchMedia(call: Call): void {
  stopAllTimers(call)
  dropLegs(call, 'noAnswer', '')
  call.stage = undefined
  call.phase = 'fetchingVoicemail'
}

function taken(call: Call): void {
  note(call, true)
  tellOrder(call, { state: 'done' })
  stopAllTimers(call)
  call.phase = 'voicemail'
  call.anchored = true
  call.answeredWallMs = call.wallMs
  call.status = 200
  setTimer(call, 'maxCall', call.nowMs + call.options.maxCallSeconds * 1000)
  call.commands.push({ do: 'updateRecord', record: recordOf(call) })
}

/** A clear 480, recorded as such. No announcement: it would need what is missing. */
function notTaken(call: Call): void {
  note(call, false)
  tellOrder(call, { state: 'failed', why: 'noMedia' })
  call.commands.push({ do: 'refuseCaller', status: 480, phrase: phraseOf(480), q850: 19 })
  // Nobody has missed the subscriber's call to his own mailbox.
  end(call, call.mailbox ? 'refused' : 'missed', 480, 'service', 'voicemailUnavailable')
}

function left(call: Call, reason: string): void {
  // The journal should tell the subscriber's own call from one that he missed.
  if (call.mailbox) note(call, false)
  abandon(call, reason)
}

/** We end it. */
export function cut(call: Call, reason: string): void {
  call.commands.push({ do: 'hangUp', side: 'caller', reason: '' })
  over(call, undefined, 'service', reason)
}

/** Who heard the greeting and said nothing has not reached anybody: a missed call. */
function over(
  call: Call, messageKept: boolean | undefined, endedBy: 'caller' | 'service', reason: string,
): void {
  const outcome = call.mailbox ? 'mailbox' : messageKept === false ? 'missed' : 'voicemail'
  end(call, outcome, 200, endedBy, reason)
}

/** To whoever sent the caller here, if somebody did. */
function tellOrder(call: Call, verdict: OrderVerdict): void {
  if (call.voicemailOrder === undefined) return
  call.commands.push({ do: 'tellOrder', order: call.voicemailOrder, verdict })
  call.voicemailOrder = undefined
}

/** Writes to the trace that media was due and whether it took the call. */
function note(call: Call, isTaken: boolean): void {
  const atMs = sinceStart(call)
  call.trace.push(call.mailbox
    ? { step: 'mailbox', atMs, taken: isTaken }
    : { step: 'voicemail', atMs, why: call.voicemailWhy, taken: isTaken })
}
