/**
 * Warnings about where a rule leads when nobody answers, all are busy or none can be reached: rules
 * that are gone, switched off or out of their hours at that moment, and circles (R-7 … R-9).
 */
import type { CallerCondition } from './caller-list.ts'
import type { Interval } from './interval.ts'
import type { NoAnswer, Rule } from './rule.ts'
import { occurrences } from './schedule.ts'
import type { Subscriber } from './subscriber.ts'
import type { RuleWarning, Warn } from './warning.ts'
import { longestSeconds } from './warnings-phones.ts'

/** An action of a rule that leads to another one. */
export interface RuleLink {
  readonly branch: 'noAnswer' | 'busy' | 'unreachable'
  readonly to: Extract<NoAnswer, { action: 'rule' }>
}

/** Where a rule may lead; a rule that rings nobody leads nowhere. */
export function linksOf(rule: Rule): RuleLink[] {
  const links: RuleLink[] = []
  if ((rule.reaction ?? 'ring') !== 'ring') return links
  for (const branch of ['noAnswer', 'busy', 'unreachable'] as const) {
    const to = rule[branch]
    if (to?.action === 'rule') links.push({ branch, to })
  }
  return links
}

/** Warns about every link of `rule` in the stretch `window`, and about a circle it belongs to. */
export function warnLinks(
  subscriber: Subscriber,
  rule: Rule,
  window: Interval,
  warn: Warn,
): void {
  for (const link of linksOf(rule)) warnLink(subscriber, rule, link, window, warn)
  const circle = circleFrom(subscriber, rule)
  if (circle !== undefined) {
    const limitSeconds = subscriber.settings.cycleLimitSeconds
    warn('cycle', { rules: circle.map((one) => one.name).join(' → '), limitSeconds })
  }
}

function warnLink(
  subscriber: Subscriber,
  rule: Rule,
  link: RuleLink,
  window: Interval,
  warn: Warn,
): void {
  const { branch, to: { ruleId, ignoreSchedule } } = link
  const where: RuleWarning['details'] = branch === 'noAnswer' ? {} : { link: branch }
  const next = subscriber.rules.find((candidate) => candidate.id === ruleId)
  if (next === undefined) return warn('nextMissing', { nextRuleId: ruleId, ...where })
  const details = { nextRuleId: next.id, nextRuleName: next.name, ...where }
  if (!next.enabled) return warn('nextDisabled', details)
  if (next.callers !== undefined && !isSame(next.callers, rule.callers)) {
    warn('nextForOthers', details)
  }
  if (ignoreSchedule) return
  // the next rule obeys its own hours, at the moment this one is over.
  const { zone, calendar } = subscriber
  const laterMs = branch === 'noAnswer' ? longestSeconds(subscriber, rule) * 1000 : 0
  const handOver = occurrences(rule, window.from, window.to, zone, calendar)
    .map(({ from, to }) => ({ from: from + laterMs, to: to + laterMs }))
  const ready = occurrences(next, window.from, window.to + laterMs, zone, calendar)
  const share = coveredShare(handOver, ready)
  if (share === 0) warn('nextOutsideSchedule', details)
  else if (share < 1) warn('nextSometimesOutside', details)
}

/** Both are for the same callers, written alike. */
function isSame(one: CallerCondition, other: CallerCondition | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Which part of `wanted` lies in `covering`, both ordered and disjoint; 1 if nothing is wanted. */
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

/** The rules of a shortest circle through this rule, itself first and last; enabled ones only. */
function circleFrom(subscriber: Subscriber, first: Rule): Rule[] | undefined {
  const seen = new Set<string>()
  let paths: Rule[][] = [[first]]
  while (paths.length > 0) {
    const longer: Rule[][] = []
    for (const path of paths) {
      for (const { to } of linksOf(path.at(-1) ?? first)) {
        if (to.ruleId === first.id) return [...path, first]
        const next = subscriber.rules.find((candidate) => candidate.id === to.ruleId)
        if (next === undefined || !next.enabled || seen.has(next.id)) continue
        seen.add(next.id)
        longer.push([...path, next])
      }
    }
    paths = longer
  }
  return undefined
}
