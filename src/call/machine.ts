/**
 * One call from INVITE to BYE, without I/O: events and time in, commands out (product §1.7). It
 * decides who rings, who won, what the caller is told and when it is over; the runner only carries
 * out. Every wait has a timer, every way ends in one closeRecord, and after that nothing follows.
 *
 *     startCall ─▶ ringing ─legAnswered─▶ connecting ─callerConnected─▶ talking ─hungUp─▶ ended
 *                  │  ▲ └─T, no answer─▶ fetchingVoicemail ─taken─▶ voicemail ─hungUp─▶ ended
 *                  ▼  │
 *                 pausing                 from everywhere: cancel, refusal, shutdown ─▶ ended
 */
import { recordOf, stillOpen } from './call-record.ts'
import type { Call, CallOptions, CallPhase, Leg } from './call-state.ts'
import { forgetTimer, liveLeg, newCall, setTimer, stopAllTimers, timerDue } from './call-state.ts'
import { cutChain, pauseOver, stageOver, startWithDefault, startWithRule } from './chain.ts'
import { connecting, talking } from './conversation.ts'
import { abandon, end, noteVoicemail, refuse, takeVoicemail, voicemailFailed } from './ending.ts'
import type { CallCommand, CallEvent, IncomingCall, Ms } from './events.ts'
import { phraseOf } from './outcome.ts'
import { planCall } from './plan.ts'
import { gate, refusalFor, refuseCommand } from './refusal.ts'
import { dropLegs, legFailed, legProgressed, legTimedOut } from './stage.ts'
import type { Subscriber } from './subscriber.ts'

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
 * options. A refused call comes back ended, with its refusal and closeRecord among the commands.
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
export function step(call: Call, event: CallEvent, nowMs: Ms, wallMs: Ms): Step {
  if (isOver(call)) return { call, commands: [] }
  call.nowMs = nowMs
  call.wallMs = wallMs
  if (event.type !== 'timer' || fires(call, event)) handlers[call.phase](call, event)
  return { call, commands: takeCommands(call) }
}

/** Whether the record is closed and no event can change anything. */
export function isOver(call: Call): boolean {
  return call.phase === 'ended'
}

function begin(call: Call): void {
  const refusal = gate(call.incoming, call.subscriber, call.options)
  if (refusal !== undefined) return refuse(call, refusal)
  const plan = planCall(call.subscriber, call.startWallMs)
  for (const traceStep of plan.trace) call.trace.push(traceStep)
  switch (plan.kind) {
    case 'rule': return startWithRule(call, plan.rule)
    case 'default': return startWithDefault(call, plan.target)
    case 'voicemail': return takeVoicemail(call, 'nothingActs')
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
    case 'legFailed': {
      const leg = liveLeg(call, event.leg)
      if (leg !== undefined && legFailed(call, leg, event) === 'over') stageOver(call)
      return
    }
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
  }
}

function ringingTimer(call: Call, event: Extract<CallEvent, { type: 'timer' }>): void {
  switch (event.timer) {
    case 'wait': {
      dropLegs(call, 'noAnswer', '')
      return stageOver(call)
    }
    case 'leg': {
      const leg = event.leg === undefined ? undefined : liveLeg(call, event.leg)
      if (leg !== undefined && legTimedOut(call, leg) === 'over') stageOver(call)
      return
    }
    case 'pause': return pauseOver(call)
    case 'voicemail': return takeVoicemail(call, 'timeout')
    case 'cycle': return cutChain(call, 'cycleTime')
    case 'total': return cutChain(call, 'totalTime')
    case 'keepAlive': return keepAlive(call)
    case 'maxCall':
    case 'settle':
  }
}

/** The first 200 wins, here and nowhere else; all the others are told so. */
function legAnswered(call: Call, event: Extract<CallEvent, { type: 'legAnswered' }>): void {
  const leg = liveLeg(call, event.leg)
  if (leg === undefined) return dropLateAnswer(call, event.leg)
  win(call, leg, event)
}

function win(call: Call, leg: Leg, event: Extract<CallEvent, { type: 'legAnswered' }>): void {
  leg.answerMs = Math.round(call.nowMs - call.startMs)
  leg.outcome = 'answered'
  leg.status = 200
  if (event.attempts !== undefined) leg.attempts = event.attempts
  call.winner = leg
  call.stage = undefined
  call.phase = 'connecting'
  call.commands.push({ do: 'answerCaller', leg: leg.id })
  dropLegs(call, 'answeredElsewhere', '')
  stopAllTimers(call)
  setTimer(call, 'settle', call.nowMs + call.options.answerMs)
}

/** A 200 of a leg that was dropped already: dropping it again costs nothing and is safe. */
function dropLateAnswer(call: Call, legId: string): void {
  const leg = call.legs.find((candidate) => candidate.id === legId)
  if (leg === undefined) return
  const elsewhere = leg.outcome === 'answeredElsewhere'
  call.commands.push({ do: 'dropLeg', leg: legId, elsewhere, reason: '' })
}

/** RFC 3261 §13.3.1.1: a provisional each minute, or proxies on the way give the call up. */
function keepAlive(call: Call): void {
  const leg = call.earlyMediaLeg
  call.commands.push(leg?.live === true
    ? { do: 'passEarlyMedia', leg: leg.id }
    : { do: 'ringCaller' })
  call.ringback = true
  setTimer(call, 'keepAlive', call.nowMs + call.options.keepAliveMs)
}

/** We go down while nobody has answered: the caller's network may try another way in. */
function stopService(call: Call): void {
  dropLegs(call, 'cancelled', '')
  call.commands.push(refuseCommand(refusalFor('overload')))
  end(call, 'interrupted', 503, 'service', 'shutdown')
}

function fetchingVoicemail(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'voicemailTaken': return event.taken ? startVoicemail(call) : voicemailFailed(call)
    case 'legAnswered': return dropLateAnswer(call, event.leg)
    case 'callerCancelled': return abandon(call, event.reason)
    case 'callerLost': return abandon(call, '')
    case 'hungUp': return event.by === 'caller' ? abandon(call, event.reason) : undefined
    case 'timer': return event.timer === 'settle' ? voicemailFailed(call) : undefined
    case 'shutdown': return stopService(call)
    case 'start':
    case 'legProgress':
    case 'legFailed':
    case 'callerConnected':
  }
}

function startVoicemail(call: Call): void {
  noteVoicemail(call, true)
  stopAllTimers(call)
  call.phase = 'voicemail'
  call.answeredWallMs = call.wallMs
  call.status = 200
  setTimer(call, 'maxCall', call.nowMs + call.options.maxCallSeconds * 1000)
  call.commands.push({ do: 'updateRecord', record: recordOf(call) })
}

function voicemail(call: Call, event: CallEvent): void {
  switch (event.type) {
    case 'legAnswered': return dropLateAnswer(call, event.leg)
    case 'hungUp': {
      if (event.by === 'callee') call.commands.push({ do: 'hangUp', side: 'caller', reason: '' })
      return end(call, 'voicemail', 200, event.by === 'caller' ? 'caller' : 'service', event.reason)
    }
    case 'callerLost': return end(call, 'voicemail', 200, 'caller', '')
    case 'timer':
    case 'shutdown': {
      call.commands.push({ do: 'hangUp', side: 'caller', reason: '' })
      return end(call, 'voicemail', 200, 'service', event.type === 'timer' ? 'maxCall' : 'shutdown')
    }
    case 'start':
    case 'legProgress':
    case 'legFailed':
    case 'callerConnected':
    case 'callerCancelled':
    case 'voicemailTaken':
  }
}
