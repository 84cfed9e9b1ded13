/**
 * Calls that are refused before anything rings: which status answers which reason, the checks the
 * machine makes first, and whole refusals for the application when there is no subscriber to ask
 * (unknown number, database down). The caller never learns about money.
 */
import { refusedRecord, stillOpen } from './call-record.ts'
import type { CallOptions } from './call-state.ts'
import type { CallCommand, IncomingCall } from './events.ts'
import { phraseOf } from './outcome.ts'
import type { RefusalReason } from './record.ts'
import type { Subscriber } from './subscriber.ts'

export interface Refusal {
  readonly why: RefusalReason
  readonly status: number
  readonly retryAfterSeconds?: number
}

type RefuseCommand = Extract<CallCommand, { do: 'refuseCaller' }>

/** Q.850 as gateways map it; 503 only for our own troubles: it makes a network reroute. */
const answers: Readonly<Record<RefusalReason, readonly [status: number, q850: number]>> = {
  unknownNumber: [404, 1],
  notActive: [480, 21],
  noMoney: [480, 21],
  dayLimit: [480, 21],
  nothingActs: [480, 20],
  tooManyCalls: [486, 17],
  tooManyHops: [483, 25],
  loop: [482, 25],
  merged: [482, 25],
  overload: [503, 42],
  databaseDown: [503, 41],
  malformed: [400, 95],
  noAnswer: [480, 19],
  blocked: [603, 21],
  doNotDisturb: [486, 17],
  ruleRefuses: [603, 21],
  recordingUnavailable: [480, 41],
  callerTooOften: [486, 17],
}

const retryAfterSeconds = 5

/** The refusal for a reason with the status the table gives it. */
export function refusalFor(why: RefusalReason): Refusal {
  const status = answers[why][0]
  return status === 503 ? { why, status, retryAfterSeconds } : { why, status }
}

/** The final response that carries a refusal. */
export function refuseCommand(refusal: Refusal): RefuseCommand {
  const { status, why } = refusal
  const command = {
    do: 'refuseCaller', status, phrase: phraseOf(status), q850: answers[why][1],
  } as const
  return refusal.retryAfterSeconds === undefined
    ? command
    : { ...command, retryAfterSeconds: refusal.retryAfterSeconds }
}

/**
 * The checks before any rule is looked at, in order of cost and weight; undefined: go on. Status
 * and balance of the subscriber are checked by the plan.
 */
export function gate(
  incoming: IncomingCall,
  subscriber: Subscriber,
  options: CallOptions,
): Refusal | undefined {
  // RFC 3261 §16.3 step 3; a B2BUA has to count, too.
  if (incoming.maxForwards <= 0) return refusalFor('tooManyHops')
  if (incoming.diverted.includes(subscriber.number)) return refusalFor('loop')
  // A phone of the subscriber forwards back to him while we ring it: to it he is busy.
  if (options.alreadyRinging) return { why: 'loop', status: 486 }
  if (takesCalls(subscriber) && options.liveCalls >= subscriber.maxCalls) {
    return refusalFor('tooManyCalls')
  }
  return undefined
}

/** What the plan refuses anyway is refused by the plan, with its own reason. */
function takesCalls({ status }: Subscriber): boolean {
  return status === 'active' || status === 'frozen'
}

/**
 * Everything to do with a call for which there is no machine: record opened, caller refused, record
 * closed. `subscriberId` undefined when nobody was found or asked.
 */
export function refuseCall(
  incoming: IncomingCall,
  subscriberId: string | undefined,
  why: RefusalReason,
  wallMs: number,
): CallCommand[] {
  const refusal = refusalFor(why)
  const record = refusedRecord(incoming, subscriberId, why, refusal.status, wallMs)
  return [
    { do: 'openRecord', record: stillOpen(record) },
    refuseCommand(refusal),
    { do: 'closeRecord', record },
  ]
}
