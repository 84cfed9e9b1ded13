/**
 * How long an account's live calls may go on: they share one balance, so what one talks the others
 * cannot. Computed anew at every answer, end and payment, from nothing but the calls and the money;
 * nothing is kept between, so there is no reservation that a crash could leave behind. Product
 * §4.15: the sum of ALL live calls counts, not each against the whole balance.
 */
import { chargeFor } from './rating.ts'
import type { Charge } from './rating.ts'
import type { Kopecks, Rate } from './tariff.ts'

/** A call that is answered and not over. */
export interface LiveCall {
  readonly id: string
  readonly rate: Rate
  /** When it was answered, milliseconds since 1970. */
  readonly answeredMs: number
  readonly freeAnswerSeconds: number
  /** The month ('YYYY-MM') whose included seconds it may use; undefined: none. */
  readonly includedIn: string | undefined
}

export interface Funds {
  /** Balance without the live calls. */
  readonly balanceKopecks: Kopecks
  /** Included seconds that ended calls have left, by month; a month not there has none. */
  readonly includedLeft: ReadonlyMap<string, number>
}

/**
 * What the calls cost if all of them ended at `atMs`. The included seconds go to the calls in the
 * order in which they were answered (then by id), so that the sum does not depend on the list.
 */
export function costAt(calls: readonly LiveCall[], funds: Funds, atMs: number): Kopecks {
  return sum(calls.toSorted(byAnswer), funds, atMs)
}

/**
 * The part of one of the calls in that cost. Charged at its end with just this, it leaves the others
 * with what they had before: the included seconds it used are those that they did not.
 */
export function shareAt(
  calls: readonly LiveCall[], funds: Funds, call: LiveCall, atMs: number,
): Charge {
  const left = new Map(funds.includedLeft)
  for (const one of calls.toSorted(byAnswer)) {
    const charge = take(one, left, atMs)
    if (one.id === call.id) return charge
  }
  return take(call, left, atMs)
}

/**
 * The last instant (milliseconds since 1970) until which the balance pays for all calls, at most
 * `latestMs`. Not before `nowMs`: when the money is gone already it is `nowMs`, cut at once. A call
 * is cut before a step begins that could not be paid.
 */
export function cutOffAt(
  calls: readonly LiveCall[], funds: Funds, nowMs: number, latestMs: number,
): number {
  const sorted = calls.toSorted(byAnswer)
  const affordable = (atMs: number): boolean => sum(sorted, funds, atMs) <= funds.balanceKopecks
  if (!affordable(nowMs)) return nowMs
  if (affordable(latestMs)) return latestMs
  // The cost never falls with time, so the last affordable instant is found by halving.
  let paid = nowMs
  let unpaid = latestMs
  while (unpaid - paid > 1) {
    const middle = Math.floor((paid + unpaid) / 2)
    if (affordable(middle)) paid = middle
    else unpaid = middle
  }
  return paid
}

/**
 * Whether one more call may be answered at `nowMs`: its first step, together with what the others
 * have begun by then, is covered, and nobody would have to be cut within `leastMs`.
 */
export function mayAnswer(
  calls: readonly LiveCall[], funds: Funds, next: LiveCall, nowMs: number, leastMs = 0,
): boolean {
  const { freeAnswerSeconds } = next
  const atMs = nowMs + Math.max(freeAnswerSeconds * 1000 + 1, leastMs)
  return costAt([...calls, next], funds, atMs) <= funds.balanceKopecks
}

function sum(sorted: readonly LiveCall[], funds: Funds, atMs: number): Kopecks {
  const left = new Map(funds.includedLeft)
  let kopecks = 0
  for (const call of sorted) kopecks += take(call, left, atMs).kopecks
  return kopecks
}

/** The charge of a call that talks until `atMs`; what it takes of `left` is gone. */
function take(call: LiveCall, left: Map<string, number>, atMs: number): Charge {
  const { rate, answeredMs, freeAnswerSeconds, includedIn } = call
  const mine = includedIn === undefined ? 0 : left.get(includedIn) ?? 0
  const charge = chargeFor(rate, atMs - answeredMs, freeAnswerSeconds, mine)
  if (includedIn !== undefined && charge.includedSeconds > 0) {
    left.set(includedIn, mine - charge.includedSeconds)
  }
  return charge
}

function byAnswer(a: LiveCall, b: LiveCall): number {
  return a.answeredMs - b.answeredMs || (a.id < b.id ? -1 : 1)
}
