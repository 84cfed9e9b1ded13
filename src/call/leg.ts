/**
 * One leg of a call: it is dialled, dropped, or ends by itself, and its timers end with it. Which
 * legs there are and what follows from their end is the stage's business.
 */
import type { Call, Leg, Stage } from './call-state.ts'
import { sinceStart, stopTimer } from './call-state.ts'
import type { CallCommand } from './events.ts'
import { mediaPath, needsConfirm } from './media-path.ts'
import type { LegOutcome } from './record.ts'
import type { RuleTarget } from './rule.ts'

type Prompt = Extract<CallCommand, { do: 'dropLeg' }>['tell']

/** Dials a target of the stage, by way of a media server where it needs one. */
export function dialLeg(call: Call, stage: Stage, target: RuleTarget, ringSeconds: number): Leg {
  const confirm = needsConfirm(target, call.subscriber)
  const leg: Leg = {
    id: String(call.legs.length + 1),
    address: target.address,
    target,
    rule: stage.rule,
    description: target.description,
    startMs: sinceStart(call),
    confirm,
    media: mediaPath(call, stage.rule, confirm, target.address),
    asking: false,
    live: true,
    ringMs: undefined,
    answerMs: undefined,
    endMs: undefined,
    outcome: 'ringing',
    status: 0,
    attempts: [],
  }
  call.legs.push(leg)
  orderDial(call, stage, leg, ringSeconds)
  return leg
}

/** Dials a leg again that could not be dialled for want of media: from phone to phone. */
export function redialDirect(call: Call, stage: Stage, leg: Leg, ringSeconds: number): void {
  leg.media = 'direct'
  orderDial(call, stage, leg, ringSeconds)
}

/**
 * Takes a leg back. `elsewhere` goes with 'answeredElsewhere' only: a phone that is told so shows
 * no missed call, and must not be told so otherwise. `tell`: what it hears if it is being asked.
 */
export function dropLeg(
  call: Call, leg: Leg, outcome: LegOutcome, reason: string, tell?: Prompt,
): void {
  const { asking, id } = leg
  // Whoever picked up and pressed nothing in time is not one who did not answer.
  endLeg(call, leg, asking && outcome === 'noAnswer' ? 'notConfirmed' : outcome)
  const elsewhere = outcome === 'answeredElsewhere'
  call.commands.push(asking && tell !== undefined
    ? { do: 'dropLeg', leg: id, elsewhere, reason, tell }
    : { do: 'dropLeg', leg: id, elsewhere, reason })
}

/** Takes back every leg that still lives, except the winner's. */
export function dropLegs(call: Call, outcome: LegOutcome, reason: string, tell?: Prompt): void {
  for (const leg of call.legs) {
    if (leg.live && leg !== call.winner) dropLeg(call, leg, outcome, reason, tell)
  }
}

/** The leg lives no more; its outcome and time go to the record. */
export function endLeg(call: Call, leg: Leg, outcome: LegOutcome): void {
  leg.live = false
  leg.asking = false
  leg.outcome = outcome
  leg.endMs = sinceStart(call)
  stopTimer(call, 'leg', leg.id)
  stopTimer(call, 'confirm', leg.id)
}

function orderDial(call: Call, stage: Stage, leg: Leg, ringSeconds: number): void {
  const command: CallCommand = {
    do: 'dial', leg: leg.id, address: leg.address, ringSeconds,
    earlyMedia: stage.single && call.incoming.hasOffer && leg.media === 'direct',
  }
  const callerId = leg.target?.callerId
  if (leg.media === 'direct' && callerId === undefined) call.commands.push(command)
  else {
    call.commands.push({
      ...command,
      ...(leg.media === 'anchored' ? { media: leg.media } : {}),
      ...(callerId === undefined ? {} : { callerId }),
    })
  }
}
