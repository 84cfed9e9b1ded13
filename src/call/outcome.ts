/**
 * What the caller is told when nobody answered: our own ranking of how the legs ended, as data.
 * RFC 3261 §16.7 (lowest class, 6xx first) is made for proxies and hides a busy behind a 480; a
 * subscriber's phones are not a proxy's branches. Also says what a leg's SIP status means.
 */
import type { LegOutcome, LegRecord } from './record.ts'
import type { CallSettings } from './subscriber.ts'

/** What goes into the final response: the status, its phrase and the Q.850 cause of RFC 3326. */
export interface FinalResponse {
  readonly status: number
  readonly phrase: string
  readonly q850: number
  /** Name of the row that decided, kept as the reason of the record. */
  readonly reason: string
}

/** A row holds when every leg is in one of `every` and each of `some` is there at least once. */
interface Ranking {
  readonly reason: string
  readonly every: readonly LegOutcome[]
  readonly some: readonly LegOutcome[]
  readonly status: number
  readonly q850: number
  /** The row's status when this setting of the subscriber is on. */
  readonly instead?: {
    readonly when: keyof CallSettings
    readonly status: number
    readonly q850: number
  }
}

const rangOut: readonly LegOutcome[] = ['noAnswer', 'cancelled']
const anyOutcome: readonly LegOutcome[] = [
  'busy', 'declined', 'noAnswer', 'unknownNumber', 'failed', 'cancelled', 'redirected',
]

/**
 * First row that holds counts. 480 and never 408 or 503 for anything that lies with the subscriber:
 * those two make the caller's network try other routes to the same phones.
 */
const rankings: readonly Ranking[] = [
  { reason: 'allBusy', every: ['busy'], some: ['busy'], status: 486, q850: 17 },
  {
    reason: 'busyAndRangOut', every: ['busy', ...rangOut], some: ['busy'], status: 480, q850: 19,
    instead: { when: 'busyMattersMore', status: 486, q850: 17 },
  },
  {
    // 'cancelled': taken back because another phone declined for all of them.
    reason: 'allDeclined', every: ['declined', 'cancelled'], some: ['declined'],
    status: 480, q850: 21,
    instead: { when: 'declineIsRefusal', status: 603, q850: 21 },
  },
  {
    reason: 'allUnknown', every: ['unknownNumber'], some: ['unknownNumber'],
    status: 480, q850: 20,
  },
  { reason: 'noAnswer', every: anyOutcome, some: ['noAnswer'], status: 480, q850: 19 },
  { reason: 'allFailed', every: ['failed', 'redirected'], some: [], status: 480, q850: 41 },
  { reason: 'mixed', every: anyOutcome, some: [], status: 480, q850: 19 },
]

const nothingRang: FinalResponse = {
  status: 480, phrase: 'Temporarily Unavailable', q850: 20, reason: 'nothingRang',
}

/**
 * The final response to a caller whom nobody answered, from all legs of his call. Legs still
 * ringing, and those answered by nobody who would press a key, count as rung out.
 */
export function finalResponse(
  legs: readonly Pick<LegRecord, 'outcome'>[],
  settings: CallSettings,
): FinalResponse {
  if (legs.length === 0) return nothingRang
  const outcomes = new Set<LegOutcome>()
  for (const leg of legs) outcomes.add(rankedAs(leg.outcome))
  for (const row of rankings) {
    if (!row.some.every((outcome) => outcomes.has(outcome))) continue
    if (!everyIn(outcomes, row.every)) continue
    const { status, q850 } = row.instead !== undefined && settings[row.instead.when]
      ? row.instead
      : row
    return { status, phrase: phraseOf(status), q850, reason: row.reason }
  }
  return nothingRang
}

/**
 * How the legs of a stage ended, where a rule may have an action of its own for it: all busy, or
 * none reached. Legs that we took back say nothing of the phones.
 */
export function stageOutcome(
  legs: readonly Pick<LegRecord, 'outcome' | 'ringMs' | 'status'>[],
): 'busy' | 'unreachable' | 'noAnswer' {
  let outcome: 'busy' | 'unreachable' | undefined
  for (const leg of legs) {
    if (leg.outcome === 'cancelled') continue
    const found = leg.outcome === 'busy' ? 'busy' : isUnreachable(leg) ? 'unreachable' : undefined
    if (found === undefined || (outcome !== undefined && found !== outcome)) return 'noAnswer'
    outcome = found
  }
  return outcome ?? 'noAnswer'
}

/**
 * What the final status of a leg means for the subscriber. `rang`: it had a 180 before. A 408 of a
 * phone that rang is its own timeout; without ringing nobody was there. Status 0: no answer at all.
 */
export function legOutcome(status: number, rang: boolean): LegOutcome {
  const known = outcomeByStatus.get(status)
  if (known !== undefined) return known
  if (status >= 300 && status < 400) return 'redirected'
  return rang && (status === 408 || status === 487) ? 'noAnswer' : 'failed'
}

const outcomeByStatus: ReadonlyMap<number, LegOutcome> = new Map([
  [486, 'busy'], [600, 'busy'],
  // RFC 3261 calls 603 global; one mobile's refusal is not the subscriber's will.
  [603, 'declined'], [403, 'declined'], [607, 'declined'], [608, 'declined'],
  [404, 'unknownNumber'], [410, 'unknownNumber'], [484, 'unknownNumber'], [604, 'unknownNumber'],
  [480, 'noAnswer'],
])

/** The phrase that goes with a status we give. */
export function phraseOf(status: number): string {
  return phrases.get(status) ?? 'Failure'
}

const phrases: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [480, 'Temporarily Unavailable'],
  [482, 'Loop Detected'],
  [483, 'Too Many Hops'],
  [486, 'Busy Here'],
  [487, 'Request Terminated'],
  [500, 'Server Internal Error'],
  [503, 'Service Unavailable'],
  [603, 'Decline'],
])

function rankedAs(outcome: LegOutcome): LegOutcome {
  switch (outcome) {
    case 'ringing':
    case 'notConfirmed': return 'noAnswer'
    case 'toVoicemail': return 'declined'
    default: return outcome
  }
}

/**
 * The network could not bring the call to the phone. A mobile that is switched off is a 480 without
 * ringing before it (§4.4); a phone that was silent until we gave up (status 0) may have rung.
 */
function isUnreachable(leg: Pick<LegRecord, 'outcome' | 'ringMs' | 'status'>): boolean {
  if (leg.ringMs !== undefined) return false
  switch (leg.outcome) {
    case 'unknownNumber':
    case 'failed':
    case 'redirected': return true
    default: return leg.outcome === 'noAnswer' && leg.status !== 0
  }
}

function everyIn(outcomes: ReadonlySet<LegOutcome>, allowed: readonly LegOutcome[]): boolean {
  for (const outcome of outcomes) if (!allowed.includes(outcome)) return false
  return true
}
