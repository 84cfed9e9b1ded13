/**
 * One call from INVITE to BYE, without I/O: events and time in, commands out (product §1.7). It
 * decides who rings, who won, what the caller is told and when it is over; the runner only carries
 * out. Every wait has a timer, every way ends in one closeRecord, and after that nothing follows.
 *
 *     startCall ─▶ ringing ─answered (1)─▶ connecting ─callerConnected─▶ talking ─hungUp─▶ ended
 *                  │  ▲ ├─T, no answer─▶ fetchingVoicemail ─taken─▶ voicemail ─hungUp─▶ ended
 *                  ▼  │ └─no answer─▶ announcing ─▶ ended
 *                 pausing                 from everywhere: cancel, refusal, shutdown ─▶ ended
 */
import { announcing, giveUp, refuse } from './announcement.ts'
import { recordOf, stillOpen } from './call-record.ts'
import type { Call, CallOptions, CallPhase, Leg } from './call-state.ts'
import { forgetTimer, liveLeg, newCall, setTimer, sinceStart, stopAllTimers,
  timerDue } from './call-state.ts'
import { answerOrCharge, moneyTold } from './charging.ts'
import { cutChain, pauseOver, stageOver, startWithDefault, startWithRule } from './chain.ts'
import { ask, holds, noteConfirm } from './confirmation.ts'
import { connecting, talking } from './conversation.ts'
import { abandon, dropLateAnswer, stopService } from './ending.ts'
import type { CallCommand, CallEvent, IncomingCall, MoneyEvent, Ms, OrderEvent } from './events.ts'
import { dropLeg, dropLegs } from './leg.ts'
import { carryOutOrder } from './orders.ts'
import { phraseOf } from './outcome.ts'
import { planCall } from './plan.ts'
import type { ConfirmChoice } from './record.ts'
import { gate, refusalFor } from './refusal.ts'
import { keepAlive, ringbackLost } from './ringback.ts'
import type { StageState } from './stage.ts'
import { delayOver, giveUpLeg, legFailed, legLostMedia, legProgressed } from './stage.ts'
import type { Subscriber } from './subscriber.ts'
import { fetchingVoicemail, openMailbox, takeVoicemail, voicemail } from './voicemail.ts'

export interface Step {
  /** The call itself, changed in place; no older state of it exists. */
  readonly call: Call
  /** To be carried out in this order. */
  readonly commands: CallCommand[]
}

/** Timers are set on a clock that may wake its sleepers a little early. */
const earlyMs = 20

/**
 * Begins a call to `subscriber`; its first command is openRecord. `nowMs` is monotonic, `wallMs`
 * milliseconds since 1970. Circumstances (live calls, a loop seen by the application) come with the
 * options. A refused call comes back ended, with its refusal and closeRecord among the commands,
 * unless the caller is told before.
 */
export function startCall(
  incoming: IncomingCall,
  subscriber: Subscriber,
  nowMs: Ms,
  wallMs: Ms,
  options: Partial<CallOptions> = {},
): Step {
  const call = newCall(incoming, subscriber, nowMs, wallMs, options)
  begin(call)
  const commands = takeCommands(call)
  const record = recordOf(call)
  commands.unshift({
    do: 'openRecord',
    record: isOver(call) ? stillOpen(record) : record,
  })
  return { call, commands }
}

/** Tells the call what happened; an event that means nothing in its phase is ignored. */
export function step(
  call: Call, event: CallEvent | MoneyEvent | OrderEvent, nowMs: Ms, wallMs: Ms,
): Step {
  if (isOver(call)) return { call, commands: [] }
  call.nowMs = nowMs
  call.wallMs = wallMs
  switch (event.type) {
    case 'order':
    case 'recordingMasked': carryOutOrder(call, event); break
    case 'charged':
    case 'cutOff':
    case 'moneyWarning': moneyTold(call, event); break
    case 'timer': if (fires(call, event)) handlers[call.phase](call, event); break
    default: handlers[call.phase](call, event)
  }
  return { call, commands: takeCommands(call) }
}

/** Whether the record is closed and no event can change anything. */
export function isOver(call: Call): boolean {
  return call.phase === 'ended'
}

function begin(call: Call): void {
  const { incoming, subscriber } = call
  const refusal = gate(incoming, subscriber, call.options)
  if (refusal !== undefined) return refuse(call, refusal)
  const plan = planCall(subscriber, call.startWallMs, incoming)
  for (const traceStep of plan.trace) call.trace.push(traceStep)
  if ('rule' in plan) call.rule = plan.rule
  switch (plan.kind) {
    case 'rule': return startWithRule(call, plan.rule)
    case 'default':
    case 'override': return startWithDefault(call, plan.target)
    case 'mailbox': return openMailbox(call)
    case 'voicemail':
      return takeVoicemail(call, plan.why === 'nothingActs' ? plan.why : 'noAnswerAction')
    case 'nowhere': return refuse(call, refusalFor('nothingActs'))
    case 'refused': return refuse(call, refusalFor(plan.why))
  }
}

function takeCommands(call: Call): CallCommand[] {
  const commands = call.commands
  call.commands = []
  return commands
}

/** Late shots of a timer that was stopped are ignored; one that comes early is set again. */
function fires(call: Call, event: Extract<CallEvent, { type: 'timer' }>): boolean {
  const due = timerDue(call, event.timer, event.leg)
  if (due === undefined) return false
  if (due > call.nowMs + earlyMs) {
    setTimer(call, event.timer, due, event.leg)
    return false
  }
  forgetTimer(call, event.timer, event.leg)
  return true
}

const handlers: Readonly<Record<CallPhase, (call: Call, event: CallEvent) => void>> = {
  ringing,
  pausing: ringing,
  connecting,
  talking,
  fetchingVoicemail,
  voicemail,
  announcing,
  ended: () => undefined,
}

function ringing(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'legProgress': {
      const leg = liveLeg(call, event.leg)
      if (leg !== undefined) legProgressed(call, leg, event)
      return
    }
    case 'legAnswered': return legAnswered(call, event)
    case 'legConfirmed': {
      const leg = liveLeg(call, event.leg)
      if (leg?.asking === true) legConfirmed(call, leg, event.choice)
      return
    }
    case 'legFailed': {
      const leg = liveLeg(call, event.leg)
      if (leg === undefined) return
      if (leg.asking) noteConfirm(call, leg, 'failed')
      return goOn(call, legFailed(call, leg, event))
    }
    case 'legMediaFailed': {
      const leg = liveLeg(call, event.leg)
      if (leg?.asking === true) return legConfirmed(call, leg, 'failed')
      if (leg?.media !== 'anchored') return
      return goOn(call, legLostMedia(call, leg, event.dialled === true || leg.ringMs !== undefined))
    }
    case 'mediaLost': return ringbackLost(call)
    case 'callerCancelled': return abandon(call, event.reason)
    case 'callerLost': return abandon(call, '')
    case 'hungUp': {
      // RFC 3261 §15: a caller may send BYE on an early dialog; his INVITE is still open.
      if (event.by === 'callee') return
      call.commands.push({ do: 'refuseCaller', status: 487, phrase: phraseOf(487) })
      return abandon(call, event.reason)
    }
    case 'timer': return ringingTimer(call, event)
    case 'shutdown': return stopService(call)
    case 'start':
    case 'callerConnected':
    case 'voicemailTaken':
    case 'recordingRuns':
    case 'announced':
  }
}

function ringingTimer(call: Call, event: Extract<CallEvent, { type: 'timer' }>): void {
  const leg = event.leg === undefined ? undefined : liveLeg(call, event.leg)
  switch (event.timer) {
    case 'wait': {
      if (holds(call, 'wait')) return
      dropLegs(call, 'noAnswer', '')
      return stageOver(call)
    }
    case 'leg': return leg === undefined ? undefined : goOn(call, giveUpLeg(call, leg, 'noAnswer'))
    case 'confirm': return leg === undefined ? undefined : legConfirmed(call, leg, 'nobody')
    case 'delay': return delayOver(call)
    case 'pause': return pauseOver(call)
    case 'voicemail': return holds(call, 'voicemail') ? undefined : takeVoicemail(call, 'timeout')
    case 'cycle': return holds(call, 'cycle') ? undefined : cutChain(call, 'cycleTime')
    case 'total': return cutChain(call, 'totalTime')
    case 'keepAlive': return keepAlive(call)
    case 'maxCall':
    case 'settle':
  }
}

function goOn(call: Call, state: StageState): void {
  if (state === 'over') stageOver(call)
}

/** The first 200 wins, here and in legConfirmed and nowhere else, if nobody has to be asked. */
function legAnswered(call: Call, event: Extract<CallEvent, { type: 'legAnswered' }>): void {
  const leg = liveLeg(call, event.leg)
  if (leg === undefined) return dropLateAnswer(call, event.leg)
  if (leg.asking) return
  leg.answerMs = sinceStart(call)
  leg.status = 200
  if (event.attempts !== undefined) leg.attempts = event.attempts
  if (leg.confirm) {
    if (leg.media === 'anchored') return ask(call, leg)
    noteConfirm(call, leg, 'cannotAsk')
  }
  win(call, leg)
}

/** What a key means for the whole call (§3 #10): 2 is this phone's word, 3 is for all of them. */
function legConfirmed(call: Call, leg: Leg, choice: ConfirmChoice): void {
  noteConfirm(call, leg, choice)
  switch (choice) {
    case 'accept': return win(call, leg)
    case 'decline': return goOn(call, giveUpLeg(call, leg, 'declined'))
    case 'nobody': return goOn(call, giveUpLeg(call, leg, 'notConfirmed'))
    case 'failed': return goOn(call, giveUpLeg(call, leg, 'failed'))
    case 'voicemail': {
      const { voicemail: hasVoicemail } = call.subscriber.settings
      dropLeg(call, leg, hasVoicemail ? 'toVoicemail' : 'declined', '')
      if (hasVoicemail) return takeVoicemail(call, 'noAnswerAction')
      // Nothing can take the message: he does not want the call, so nobody gets it.
      dropLegs(call, 'cancelled', '')
      return giveUp(call)
    }
  }
}

/** This leg gets the call; all the others are told so. */
function win(call: Call, leg: Leg): void {
  leg.asking = false
  leg.outcome = 'answered'
  call.winner = leg
  call.stage = undefined
  call.phase = 'connecting'
  answerOrCharge(call, leg)
  dropLegs(call, 'answeredElsewhere', '', 'taken')
  stopAllTimers(call)
  setTimer(call, 'settle', call.nowMs + call.options.answerMs)
}
