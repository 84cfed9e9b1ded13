/**
 * A trouble that a person of the operator has to look at, as facts: what alarms of kind 'fraud'
 * have in their details, besides `fault`. The desk makes words of them. Addresses are E.164.
 */

export interface FraudFacts {
  /** 50, 80 or 100 of the day's cap; 100: the account was frozen. `day`: 'YYYY-MM-DD'. */
  readonly spend: { readonly percent: number; readonly spentKopecks: number
    readonly capKopecks: number; readonly day: string }
  /** Forwarded calls of 24 hours against the median of the 14 days before. */
  readonly velocity: { readonly calls: number; readonly median: number }
  /** Calls answered abroad between midnight and six o'clock of the subscriber's zone. */
  readonly nightAbroad: { readonly calls: number; readonly country: string
    readonly address: string }
  /** Answered within two seconds, and always of one length. */
  readonly machineAnswers: { readonly calls: number; readonly seconds: number
    readonly address: string }
  /** One caller, many personal numbers. */
  readonly manyNumbers: { readonly caller: string; readonly numbers: number }
  /** One caller, one subscriber, over the limit of an hour; '' = withheld. */
  readonly callerRate: { readonly caller: string; readonly limit: number }
  /** One call more than may be at once. */
  readonly concurrentCalls: { readonly limit: number }
  readonly concurrentLegs: { readonly limit: number; readonly address: string }
  /** A telephone that more accounts ring than may. */
  readonly manyAccounts: { readonly address: string; readonly accounts: number }
}

/** `key` tells it from others of the same fault and subscriber; '' = there are none. */
export type FraudSign = {
  readonly [F in keyof FraudFacts]: {
    readonly fault: F
    /** undefined: it concerns no subscriber alone. */
    readonly subscriberId: string | undefined
    readonly key: string
    readonly facts: FraudFacts[F]
  }
}[keyof FraudFacts]
