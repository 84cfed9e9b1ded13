/**
 * Who calls, as rules ask for it: lists of callers that the subscriber keeps, masks, withheld and
 * unknown numbers.
 */

/** A number in E.164 ('+74951234567') or the beginning of numbers, ended by a star ('+7495*'). */
export type CallerMask = string

export interface CallerList {
  /** 'blocked' is the one that is refused before every rule. */
  readonly id: string
  readonly name: string
  readonly entries: readonly CallerMask[]
}

/** Any of these makes the caller one of those meant; `except` turns the whole around. */
export interface CallerCondition {
  readonly lists: readonly string[]
  readonly masks: readonly CallerMask[]
  /** His number is withheld. */
  readonly anonymous: boolean
  /** His number is in none of the subscriber's lists. */
  readonly unknown: boolean
  readonly except: boolean
}
