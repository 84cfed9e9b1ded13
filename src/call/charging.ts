/**
 * Money in a call (product §4.15, R-21): the leg that won is an outgoing call of the subscriber, so
 * before its caller is answered the account must have reserved it; while the two talk the account
 * says when its money is over. What a call costs and until when it is paid is decided outside; here
 * is what follows for the two sides. The caller is never told of money: to him it is an absent
 * subscriber, or a call that ended like any other.
 *
 *     won ─free─▶ answerCaller            charge ─reserved─▶ answerCaller
 *        └─────── charge ──────────────▶        └─not─▶ phone hung up, caller 480
 */
import { refuse } from './announcement.ts'
import type { Call, Leg } from './call-state.ts'
import { sinceStart } from './call-state.ts'
import { dropLateAnswer, end, hangUp } from './ending.ts'
import type { CallEvent, MoneyEvent, MoneyOver } from './events.ts'
import { dropLeg, endLeg } from './leg.ts'
import { mediaOf, noteRecording, recordingRequired, recordingWanted } from './media-path.ts'
import { phraseOf } from './outcome.ts'
import { refusalFor, refuseCommand } from './refusal.ts'

/** RFC 3326. The phone is the subscriber's own: it may learn why. */
const paymentRequired = 'SIP;cause=402;text="Payment required"'
const unspecified = 'Q.850;cause=31;text="Normal, unspecified"'

/** The leg has won: its caller is answered, as soon as it is paid for where it costs anything. */
export function answerOrCharge(call: Call, leg: Leg): void {
  if (call.options.priceOf(leg.address) === 'free') return answerCaller(call, leg)
  call.charging = true
  call.metered = true
  call.commands.push({ do: 'charge', leg: leg.id, address: leg.address })
}

/** Money events, whatever the call is doing; those that come too late mean nothing. */
export function moneyTold(call: Call, event: MoneyEvent): void {
  switch (event.type) {
    case 'charged': return call.charging ? charged(call, event.refused) : undefined
    case 'cutOff': return cutOff(call, event.atWallMs, event.why)
    case 'moneyWarning': {
      if (call.phase !== 'talking' || !call.anchored) return
      call.trace.push({ step: 'note', atMs: sinceStart(call), code: 'moneyWarning', detail: '' })
      call.commands.push({ do: 'warnCallee' })
    }
  }
}

/** A leg has won and is not paid for yet; the caller's INVITE is still open. */
export function charging(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'callerCancelled': return callerLeft(call, event.reason)
    case 'callerLost': return callerLeft(call, '')
    case 'hungUp': {
      if (event.by === 'callee') return calleeLeft(call, event.reason)
      // RFC 3261 §15: a BYE on an early dialog.
      call.commands.push({ do: 'refuseCaller', status: 487, phrase: phraseOf(487) })
      return callerLeft(call, event.reason)
    }
    case 'legFailed': return event.leg === call.winner?.id ? calleeLeft(call, '') : undefined
    case 'legAnswered': return event.leg === call.winner?.id
      ? undefined
      : dropLateAnswer(call, event.leg)
    case 'timer': return event.timer === 'settle' ? charged(call, 'databaseDown') : undefined
    case 'shutdown': {
      hangUp(call, ['callee'], '')
      call.commands.push(refuseCommand(refusalFor('overload')))
      return end(call, 'interrupted', 503, 'service', 'shutdown')
    }
    case 'start':
    case 'legProgress':
    case 'legConfirmed':
    case 'legMediaFailed': // Joining the two finds out, and says so.
    case 'mediaLost':
    case 'callerConnected':
    case 'voicemailTaken':
    case 'recordingRuns':
    case 'announced':
  }
}

function charged(call: Call, refused: MoneyOver | 'databaseDown' | undefined): void {
  call.charging = false
  const { winner, endOnConnect: early } = call
  if (winner === undefined) return
  if (early !== undefined) return endUnanswered(call, early.endedBy, early.reason)
  if (refused === undefined) return answerCaller(call, winner)
  call.winner = undefined
  dropLeg(call, winner, 'cancelled', refused === 'databaseDown' ? '' : paymentRequired)
  // 480 also where the database is away: a 503 would bring the call back to the phone by another
  // way in.
  refuse(call, { why: refused, status: 480 })
}

/** It was ended, or the phone hung up, before the account had answered. */
function endUnanswered(
  call: Call, endedBy: Call['endedBy'], reason: string,
): void {
  call.commands.push({ do: 'refuseCaller', status: 480, phrase: phraseOf(480), q850: 31 })
  end(call, endedBy === 'callee' ? 'missed' : 'interrupted', 480, endedBy, reason)
}

function calleeLeft(call: Call, reason: string): void {
  if (call.winner?.live === true) endLeg(call, call.winner, 'answered')
  call.endOnConnect ??= { endedBy: 'callee', reason }
}

function callerLeft(call: Call, reason: string): void {
  hangUp(call, ['callee'], reason)
  const early = call.endOnConnect
  if (early?.endedBy === 'service') end(call, 'interrupted', 487, 'service', early.reason)
  else end(call, 'abandoned', 487, 'caller', reason)
}

/** The account's money is over; `atWallMs` is until when it paid, and that is where the call ends. */
function cutOff(call: Call, atWallMs: number, why: MoneyOver): void {
  if (call.phase === 'connecting') {
    hangUp(call, ['callee'], paymentRequired)
    call.endOnConnect ??= { endedBy: 'service', reason: why }
  } else if (call.phase === 'talking') {
    hangUp(call, ['callee'], paymentRequired)
    hangUp(call, ['caller'], unspecified)
    const from = call.answeredWallMs ?? call.wallMs
    end(call, 'answered', 200, 'service', why, Math.max(from, Math.min(atWallMs, call.wallMs)))
  }
}

function answerCaller(call: Call, leg: Leg): void {
  const recording = recordingWanted(call, leg.rule)
  if (leg.media === 'direct') {
    if (recording) noteRecording(call, false)
    call.commands.push({ do: 'answerCaller', leg: leg.id })
    return
  }
  call.anchored = true
  const consent = mediaOf(call.subscriber).recordConsent
  const required = recordingRequired(call, leg.rule)
  call.commands.push(recording
    ? { do: 'answerCaller', leg: leg.id, media: 'anchored', record: { consent, required } }
    : { do: 'answerCaller', leg: leg.id, media: 'anchored' })
}
