/**
 * How long an account's live calls may go on: they share one balance, so what one talks the others
 * cannot. Computed anew at every answer, end and payment, from nothing but the calls and the money;
 * nothing is kept between, so there is no reservation that a crash could leave behind. Product
 * §4.15: the sum of ALL live calls counts, not each against the whole balance.
 */
import { chargeFor } from './rating.ts'
import type { Kopecks, Rate } from './tariff.ts'

/** A call that is answered and not over. */
export interface LiveCall {
  readonly id: string
  readonly rate: Rate
  /** When it was answered, milliseconds since 1970. */
  readonly answeredMs: number
  readonly freeAnswerSeconds: number
  /** Its calls may use the month's included seconds. */
  readonly included: boolean
}

export interface Funds {
  /** Balance without the live calls. */
  readonly balanceKopecks: Kopecks
  /** Included seconds of the month that ended calls have left. */
  readonly includedLeft: number
}

/**
 * What the calls cost if all of them ended at `atMs`. The included seconds go to the calls in the
 * order in which they were answered (then by id), so that the sum does not depend on the list.
 */
export function costAt(calls: readonly LiveCall[], funds: Funds, atMs: number): Kopecks {
  let { includedLeft } = funds
  let sum = 0
  for (const call of calls.toSorted(byAnswer)) {
    const { rate, answeredMs, freeAnswerSeconds, included } = call
    const left = included ? includedLeft : 0
    const charge = chargeFor(rate, atMs - answeredMs, freeAnswerSeconds, left)
    includedLeft -= charge.includedSeconds
    sum += charge.kopecks
  }
  return sum
}

/**
 * The last instant (milliseconds since 1970) until which the balance pays for all calls, at most
 * `latestMs`. Not before `nowMs`: when the money is gone already it is `nowMs`, cut at once. A call
 * is cut before a step begins that could not be paid.
 */
export function cutOffAt(
  calls: readonly LiveCall[], funds: Funds, nowMs: number, latestMs: number,
): number {
  const affordable = (atMs: number): boolean => costAt(calls, funds, atMs) <= funds.balanceKopecks
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
 * have begun, is covered.
 */
export function mayAnswer(
  calls: readonly LiveCall[], funds: Funds, next: LiveCall, nowMs: number,
): boolean {
  const { freeAnswerSeconds } = next
  return costAt([...calls, next], funds, nowMs + freeAnswerSeconds * 1000 + 1) <=
    funds.balanceKopecks
}

function byAnswer(a: LiveCall, b: LiveCall): number {
  return a.answeredMs - b.answeredMs || (a.id < b.id ? -1 : 1)
}
