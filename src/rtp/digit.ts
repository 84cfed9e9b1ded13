/**
 * A digit of the telephone keypad as it was received, whatever carried it, and the event codes of
 * RFC 4733 §3.2. No receiving is done here.
 */

/** Keys in the order of their event codes 0–15. */
export const digits = '0123456789*#ABCD'

/** One pressed key. */
export interface Digit {
  /** One of `digits`. */
  readonly digit: string
  /** How long it was pressed, in ticks of 8 kHz. */
  readonly durationTicks: number
  readonly source: 'rtp' | 'info' | 'inband'
}

/** The event code of a key, letters in either case; -1 = no key. */
export function eventOfDigit(digit: string): number {
  return digit.length === 1 ? digits.indexOf(digit.toUpperCase()) : -1
}
