/**
 * What a warning about rules looks like. Codes and numbers only; the panel makes the words.
 */

export type WarningCode =
  /** Of the account (`ruleId` undefined). `nowhere`: fromMs, toMs of the first gap, stretches. */
  | 'notActive' | 'noMoney' | 'noRules' | 'allDisabled' | 'nowhere' | 'defaultMissing'
  /** A mask of the list of blocked callers takes in nearly everybody: entry. */
  | 'blockedTooWide'
  /**
   * When the rule acts. `expired`: date. `shadowed…`: byRuleId, byRuleName, minutes lost, fromMs
   * and toMs of the first stretch, stretches; `callersShadowed`: the same, a rule for some callers.
   */
  | 'expired' | 'neverActs' | 'shadowed' | 'shadowedPartly' | 'callersShadowed'
  /** Whom it is for. `listMissing`: listId; `listEmpty`: listId, listName. */
  | 'noCallers' | 'listMissing' | 'listEmpty'
  /**
   * Where its chain leads: nextRuleId, nextRuleName, and `link` ('busy', 'unreachable') when it is
   * not the no-answer action; `cycle`: rules, limitSeconds. `nextForOthers`: the next rule is for
   * some callers only, the chain ends for all others. `chainNeverRings`: rules; none of them has a
   * phone that is dialled.
   */
  | 'chainNeverRings' | 'nextMissing' | 'nextDisabled' | 'nextForOthers'
  | 'nextOutsideSchedule' | 'nextSometimesOutside' | 'cycle'
  /** Time: seconds of the rule against seconds of the limit. */
  | 'voicemailTooEarly' | 'longerThanCall' | 'confirmTooLong'
  /** A number that is dialled after the rule's wait: address, delaySeconds, waitSeconds. */
  | 'delayTooLong'
  /** Voicemail is chosen (also by the override, then of the account) and switched off. */
  | 'voicemailOff'
  /** Numbers: address. */
  | 'noTargets' | 'repeatedNumber' | 'ownNumber' | 'barredClass' | 'barredCountry'

export interface RuleWarning {
  /** undefined: concerns the whole account. */
  readonly ruleId: string | undefined
  readonly code: WarningCode
  readonly details: Readonly<Record<string, string | number>>
}

/** Notes a warning about the rule, or the account, that is being looked at. */
export type Warn = (code: WarningCode, details?: RuleWarning['details']) => void
