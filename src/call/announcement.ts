/**
 * Turning a caller away: which reason makes the call what, and what he is told before the final
 * response where his network lets him hear it (183 with early media, RFC 3960; he pays nothing).
 * Never about money, and never where the refusal is the network's affair, not a person's.
 *
 *     refuse, giveUp ─▶ announcing ─announced, 30 s, media lost─▶ refused ─▶ ended
 */
import type { Call, LastWord } from './call-state.ts'
import { setTimer, sinceStart, stopAllTimers } from './call-state.ts'
import { isHidden } from './caller-match.ts'
import { dropLateAnswer, end } from './ending.ts'
import type { Announcement, CallEvent } from './events.ts'
import { callerHears } from './media-path.ts'
import { finalResponse, phraseOf } from './outcome.ts'
import type { CallOutcome, RefusalReason } from './record.ts'
import type { Refusal } from './refusal.ts'
import { refusalFor, refuseCommand } from './refusal.ts'

/** Refuses the caller, as a rule before anything rang. */
export function refuse(call: Call, refusal: Refusal): void {
  turnAway(call, refusal.why, {
    command: refuseCommand(refusal), outcome: outcomeOf(call, refusal.why), reason: refusal.why,
  })
}

/** Nobody answered: the caller gets what the ranking of the legs says (§4.5). */
export function giveUp(call: Call): void {
  if (call.moneyShort && call.legs.length === 0) return refuse(call, refusalFor('noMoney'))
  const { status, phrase, q850, reason } = finalResponse(call.legs, call.subscriber.settings)
  const command = { do: 'refuseCaller', status, phrase, q850 } as const
  turnAway(call, 'noAnswer', { command, outcome: 'missed', reason })
}

/** The caller hears why he is refused; his refusal is settled and only waits for that. */
export function announcing(call: Call, event: CallEvent): void {
  const { lastWord } = call
  if (lastWord === undefined) return
  switch (event.type) {
    case 'announced':
    case 'mediaLost':
    case 'shutdown': return say(call, lastWord)
    case 'timer': return event.timer === 'settle' ? say(call, lastWord) : undefined
    case 'callerCancelled':
    case 'callerLost': return gone(call, lastWord)
    case 'hungUp': {
      // RFC 3261 §15: a caller may send BYE on an early dialog; his INVITE is still open.
      if (event.by === 'callee') return
      call.commands.push({ do: 'refuseCaller', status: 487, phrase: phraseOf(487) })
      return gone(call, lastWord)
    }
    case 'legAnswered': return dropLateAnswer(call, event.leg)
    case 'start':
    case 'legProgress':
    case 'legFailed':
    case 'legConfirmed':
    case 'legMediaFailed':
    case 'callerConnected':
    case 'voicemailTaken':
    case 'recordingRuns':
  }
}

function turnAway(call: Call, why: RefusalReason, lastWord: LastWord): void {
  const { status } = lastWord.command
  call.trace.push({ step: 'refused', atMs: sinceStart(call), why, status })
  const prompt = callerHears(call) ? promptFor(call, why) : undefined
  if (prompt === undefined) return say(call, lastWord)
  stopAllTimers(call)
  call.stage = undefined
  call.phase = 'announcing'
  call.lastWord = lastWord
  call.commands.push({ do: 'announce', prompt })
  setTimer(call, 'settle', call.nowMs + call.options.announceMs)
}

function say(call: Call, { command, outcome, reason }: LastWord): void {
  call.commands.push(command)
  end(call, outcome, command.status, 'service', reason)
}

/** He did not hear it to the end: what the call is stays, and its 487 was answered below us. */
function gone(call: Call, { outcome, reason }: LastWord): void {
  end(call, outcome, 487, 'caller', reason)
}

/** Where the subscriber was not asked, or would have liked to know, he has missed a call. */
function outcomeOf(call: Call, why: RefusalReason): CallOutcome {
  switch (why) {
    case 'nothingActs':
    case 'doNotDisturb':
    case 'recordingUnavailable': return 'missed'
    case 'noMoney':
    case 'dayLimit': return 'refused'
    default: return call.legs.length > 0 ? 'missed' : 'refused'
  }
}

function promptFor(call: Call, why: RefusalReason): Announcement | undefined {
  switch (why) {
    case 'noAnswer':
    case 'nothingActs':
    case 'notActive':
    case 'noMoney':
    case 'dayLimit':
    case 'doNotDisturb':
    case 'recordingUnavailable': return 'unavailable'
    case 'blocked': return isHidden(call.incoming.caller) ? 'hiddenNumberRefused' : 'refused'
    case 'ruleRefuses': {
      // A rule that refuses everybody does not do so because a number is withheld.
      const forHidden = call.rule?.callers?.anonymous === true
      return forHidden && isHidden(call.incoming.caller) ? 'hiddenNumberRefused' : 'refused'
    }
    default: return undefined
  }
}
