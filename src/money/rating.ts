/**
 * What a call costs: seconds talked become seconds charged by the steps of its rate, those beyond
 * the month's included seconds become kopecks. Only integers, and one rounding: up to the next whole
 * kopeck at the end of a call, never per step, so that the order of the steps cannot matter.
 */
import type { Kopecks, Rate } from './tariff.ts'

export interface Charge {
  /** Seconds after the steps of the rate. */
  readonly chargedSeconds: number
  /** Of these, taken from the month's included ones. */
  readonly includedSeconds: number
  readonly kopecks: Kopecks
}

const nothing: Charge = { chargedSeconds: 0, includedSeconds: 0, kopecks: 0 }

/**
 * The charge of a call that talked `talkMs` milliseconds. `includedLeft`: included seconds that are
 * left and may be used for this rate. A started step is charged whole. The connection fee is due
 * only when seconds beyond the included ones were talked.
 */
export function chargeFor(
  rate: Rate, talkMs: number, freeAnswerSeconds: number, includedLeft: number,
): Charge {
  if (talkMs <= freeAnswerSeconds * 1000) return nothing
  const chargedSeconds = steppedSeconds(rate, talkMs)
  const includedSeconds = Math.min(chargedSeconds, Math.max(0, includedLeft))
  const paid = chargedSeconds - includedSeconds
  const kopecks = paid === 0
    ? 0
    : rate.connectionKopecks + divideUp(paid * rate.kopecksPerMinute, 60)
  return { chargedSeconds, includedSeconds, kopecks }
}

/** Talked milliseconds as whole steps: at least the first, then each one that has begun. */
export function steppedSeconds(rate: Rate, talkMs: number): number {
  if (talkMs <= 0) return 0
  const { firstStepSeconds: first, nextStepSeconds: next } = rate
  const beyondMs = talkMs - first * 1000
  return beyondMs <= 0 ? first : first + divideUp(beyondMs, next * 1000) * next
}

/** ⌈a / b⌉ of non-negative integers, without passing through a fraction. */
function divideUp(a: number, b: number): number {
  const rest = a % b
  return rest === 0 ? a / b : (a - rest) / b + 1
}
