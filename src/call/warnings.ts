/**
 * What a subscriber should know about his rules before a caller finds out: rules that never act or
 * are covered by others, chains that cannot go on, circles and their limit, voicemail that comes
 * too early, times in which calls go nowhere. Warnings never forbid anything. Codes and numbers
 * only; the panel makes the words.
 */
import { defaultOptions } from './call-state.ts'
import type { Interval } from './interval.ts'
import { inWinningOrder } from './plan.ts'
import type { Rule } from './rule.ts'
import { localMidnight, occurrences } from './schedule.ts'
import type { Subscriber } from './subscriber.ts'
import type { LostStretch, Timeline } from './timeline.ts'
import { drawTimeline } from './timeline.ts'
import { dayOfDate, localTimeAt, startOfDay } from './zone.ts'

export type WarningCode =
  /** Of the account (`ruleId` undefined). `nowhere`: fromMs, toMs of the first gap, stretches. */
  | 'notActive' | 'noMoney' | 'noRules' | 'allDisabled' | 'nowhere' | 'defaultMissing'
  /** When the rule acts. `expired`: date. `shadowed…`: byRuleId, byRuleName, minutes lost. */
  | 'expired' | 'neverActs' | 'shadowed' | 'shadowedPartly'
  /** Where its chain leads: nextRuleId, nextRuleName; `cycle`: rules, limitSeconds. */
  | 'nextMissing' | 'nextDisabled' | 'nextOutsideSchedule' | 'nextSometimesOutside' | 'cycle'
  /** Time: seconds of the rule against seconds of the limit. */
  | 'voicemailTooEarly' | 'longerThanCall'
  | 'voicemailOff'
  /** Numbers: address. */
  | 'noTargets' | 'repeatedNumber' | 'ownNumber'

export interface RuleWarning {
  /** undefined: concerns the whole account. */
  readonly ruleId: string | undefined
  readonly code: WarningCode
  readonly details: Readonly<Record<string, string | number>>
}

/** Gaps and shadows are looked for in the next week; dates further off are a later worry. */
const horizonDays = 7

/** All warnings as of `nowMs` (milliseconds since 1970), the account's first. */
export function ruleWarnings(subscriber: Subscriber, nowMs: number): RuleWarning[] {
  const until = localMidnight(nowMs, subscriber.zone, horizonDays)
  const timeline = drawTimeline(subscriber, nowMs, until)
  const warnings: RuleWarning[] = []
  warnAccount(subscriber, timeline, warnings)
  for (const rule of inWinningOrder(subscriber.rules)) {
    const warn: Warn = (code, details = {}) => warnings.push({ ruleId: rule.id, code, details })
    warnNumbers(subscriber, rule, warn)
    warnVoicemail(subscriber, rule, warn)
    if (!rule.enabled) continue
    warnSchedule(subscriber, rule, timeline, nowMs, warn)
    warnChain(subscriber, rule, nowMs, until, warn)
  }
  return warnings
}

type Warn = (code: WarningCode, details?: RuleWarning['details']) => void

function warnAccount(
  subscriber: Subscriber,
  timeline: Timeline,
  warnings: RuleWarning[],
): void {
  const warn: Warn = (code, details = {}) =>
    warnings.push({ ruleId: undefined, code, details })
  if (subscriber.status !== 'active') warn('notActive')
  else if (subscriber.balanceKopecks <= 0) {
    warn('noMoney', { balanceKopecks: subscriber.balanceKopecks })
  }
  if (subscriber.rules.length === 0) warn('noRules')
  else if (subscriber.rules.every((rule) => !rule.enabled)) warn('allDisabled')
  if (subscriber.defaultTarget !== undefined) return
  // without rule and default number a call goes to voicemail, or nowhere.
  const gaps = timeline.result.filter((stretch) => stretch.ruleId === null)
  const first = gaps[0]
  if (first === undefined) return
  warn(first.kind === 'nowhere' ? 'nowhere' : 'defaultMissing', {
    fromMs: first.from, toMs: first.to, stretches: gaps.length,
  })
}

function warnNumbers(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  if (rule.targets.length === 0) warn('noTargets')
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { address } of rule.targets) {
    if (seen.has(address)) repeated.add(address)
    seen.add(address)
  }
  for (const address of repeated) warn('repeatedNumber', { address })
  if (seen.has(subscriber.number)) warn('ownNumber', { address: subscriber.number })
}

function warnVoicemail(subscriber: Subscriber, rule: Rule, warn: Warn): void {
  const { voicemail, voicemailAfterSeconds } = subscriber.settings
  if (rule.noAnswer.action === 'voicemail' && !voicemail) warn('voicemailOff')
  const ruleSeconds = longestSeconds(subscriber, rule)
  if (voicemail && voicemailAfterSeconds < ruleSeconds) {
    warn('voicemailTooEarly', { voicemailAfterSeconds, ruleSeconds })
  }
  const { totalSeconds } = defaultOptions
  if (ruleSeconds > totalSeconds) warn('longerThanCall', { ruleSeconds, totalSeconds })
}

/** How long the rule rings when nobody answers and nobody refuses. */
function longestSeconds(subscriber: Subscriber, rule: Rule): number {
  if (rule.mode === 'parallel') return rule.waitSeconds
  const seconds = new Map<string, number>()
  for (const { address, ringSeconds } of rule.targets) {
    // A repeated number rings once, with the time of its first place.
    if (!seconds.has(address)) {
      seconds.set(address, ringSeconds ?? subscriber.settings.ringSeconds)
    }
  }
  let sum = 0
  for (const each of seconds.values()) sum += each
  return sum
}

function warnSchedule(
  subscriber: Subscriber,
  rule: Rule,
  timeline: Timeline,
  nowMs: number,
  warn: Warn,
): void {
  // A rule that others run outside its hours has a use without hours.
  const needsNoHours = subscriber.rules.some((other) => other.enabled &&
    other.noAnswer.action === 'rule' && other.noAnswer.ruleId === rule.id &&
    other.noAnswer.ignoreSchedule)
  if (!needsNoHours) warnNever(subscriber, rule, nowMs, warn)
  let total = 0
  const lost: LostStretch[] = []
  for (const bar of timeline.bars) {
    if (bar.ruleId !== rule.id) continue
    total += bar.to - bar.from
    lost.push(...bar.lost)
  }
  const first = lost[0]
  if (first === undefined) return
  const lostMs = lost.reduce((sum, stretch) => sum + stretch.to - stretch.from, 0)
  warn(lostMs >= total ? 'shadowed' : 'shadowedPartly', {
    byRuleId: first.byRuleId,
    byRuleName: nameOf(subscriber, first.byRuleId),
    minutes: Math.round(lostMs / 60_000),
  })
}

/** All its dates are past, or its kinds exclude each other («суббота» in a range without one). */
function warnNever(subscriber: Subscriber, rule: Rule, nowMs: number, warn: Warn): void {
  if (rule.blocks.length === 0) return
  const today = localTimeAt(subscriber.zone, nowMs).day
  let lastDate: string | undefined
  let future = false
  for (const block of rule.blocks) {
    const ranges = block.dates.length === 0 ? [{ from: undefined, to: undefined }] : block.dates
    for (const range of ranges) {
      const lastDay = range.to === undefined ? Infinity : dayOfDate(range.to)
      if (range.to !== undefined && (lastDate === undefined || range.to > lastDate)) {
        lastDate = range.to
      }
      // Yesterday's window may reach into today.
      if (lastDay < today - 1) continue
      const opens = range.from === undefined ? -Infinity : dayOfDate(range.from)
      const firstDay = Math.max(today - 1, opens)
      future ||= lastDay >= today
      if (actsWithin(subscriber, rule, firstDay, Math.min(lastDay, firstDay + 8), nowMs)) return
    }
  }
  if (!future && lastDate !== undefined) warn('expired', { date: lastDate })
  else warn('neverActs')
}

function actsWithin(
  subscriber: Subscriber,
  rule: Rule,
  firstDay: number,
  lastDay: number,
  nowMs: number,
): boolean {
  const from = Math.max(nowMs, startOfDay(subscriber.zone, firstDay))
  // Two days more for the part of a window after midnight.
  const to = startOfDay(subscriber.zone, lastDay + 2)
  return occurrences(rule, from, to, subscriber.zone).length > 0
}

function warnChain(
  subscriber: Subscriber,
  rule: Rule,
  nowMs: number,
  until: number,
  warn: Warn,
): void {
  if (rule.noAnswer.action !== 'rule') return
  const { ruleId, ignoreSchedule } = rule.noAnswer
  const next = subscriber.rules.find((candidate) => candidate.id === ruleId)
  if (next === undefined) return warn('nextMissing', { nextRuleId: ruleId })
  const details = { nextRuleId: next.id, nextRuleName: next.name }
  if (!next.enabled) return warn('nextDisabled', details)
  if (!ignoreSchedule) {
    // the next rule obeys its own hours, at the moment this one has rung out.
    const ringMs = longestSeconds(subscriber, rule) * 1000
    const handOver = occurrences(rule, nowMs, until, subscriber.zone)
      .map(({ from, to }) => ({ from: from + ringMs, to: to + ringMs }))
    const ready = occurrences(next, nowMs, until + ringMs, subscriber.zone)
    const share = coveredShare(handOver, ready)
    if (share === 0) return warn('nextOutsideSchedule', details)
    if (share < 1) warn('nextSometimesOutside', details)
  }
  const circle = circleFrom(subscriber, rule)
  if (circle !== undefined) {
    const limitSeconds = subscriber.settings.cycleLimitSeconds
    warn('cycle', { rules: circle.map((one) => one.name).join(' → '), limitSeconds })
  }
}

/** Which part of `wanted` (ordered, disjoint) lies in `covering`: 0 to 1;
  1 if nothing is wanted. */
function coveredShare(wanted: readonly Interval[], covering: readonly Interval[]): number {
  let total = 0
  let covered = 0
  let at = 0
  for (const { from, to } of wanted) {
    total += to - from
    while (at < covering.length && (covering[at]?.to ?? 0) <= from) at += 1
    for (let i = at; i < covering.length; i += 1) {
      const other = covering[i]
      if (other === undefined || other.from >= to) break
      covered += Math.min(to, other.to) - Math.max(from, other.from)
    }
  }
  return total === 0 ? 1 : covered / total
}

/** The rules of the circle this rule belongs to, itself first and last; enabled links only. */
function circleFrom(subscriber: Subscriber, first: Rule): Rule[] | undefined {
  const path = [first]
  let rule: Rule = first
  while (path.length <= subscriber.rules.length) {
    const link: Rule['noAnswer'] = rule.noAnswer
    if (link.action !== 'rule') return undefined
    const following = subscriber.rules.find((candidate) => candidate.id === link.ruleId)
    if (following === undefined || !following.enabled) return undefined
    path.push(following)
    if (following === first) return path
    rule = following
  }
  return undefined
}

function nameOf(subscriber: Subscriber, ruleId: string): string {
  return subscriber.rules.find((rule) => rule.id === ruleId)?.name ?? ''
}
