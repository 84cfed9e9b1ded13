/**
 * What the limits against fraud need from outside: counts that processes share, and somebody who
 * tells people what was refused. The store is handed in by main.ts. Interfaces only.
 */
import type { FraudSign } from '../limits/fraud-sign.ts'

/** Calls of one caller to one subscriber in one hour. */
export interface CallerCount {
  readonly key: string
  /** Hours since 1970. */
  readonly hour: number
  readonly calls: number
}

/** What processes of the application tell each other for the limits against fraud. */
export interface SharedCounts {
  /** Adds these calls to those of all processes and answers the sums, by `key@hour`. */
  addCalls(counts: readonly CallerCount[]): Promise<ReadonlyMap<string, number>>
  /** Living calls of other processes, by subscriber. */
  liveElsewhere(): Promise<ReadonlyMap<string, number>>
  /** Counts of hours long before this one are of no use. */
  forget(beforeHour: number): Promise<void>
  /** Raises an alarm; the same trouble of one day is one. */
  raise(sign: FraudSign, wallMs: number): Promise<void>
}
