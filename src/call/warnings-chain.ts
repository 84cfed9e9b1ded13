/**
 * The warning about a whole chain that can never ring: neither the rule nor any rule it may lead to
 * has a phone that is dialled. Each of its rules may look right by itself.
 */
import type { Interval } from './interval.ts'
import type { Rule } from './rule.ts'
import { occurrences } from './schedule.ts'
import type { Subscriber } from './subscriber.ts'
import type { Warn } from './warning.ts'
import { linksOf } from './warnings-links.ts'

/** Warns where a call that `rule` takes rings nowhere; a rule alone has warnings of its own. */
export function warnSilentChain(
  subscriber: Subscriber, rule: Rule, window: Interval, warn: Warn,
): void {
  if ((rule.reaction ?? 'ring') !== 'ring') return
  const chain = followed(subscriber, rule, window)
  if (chain.length < 2 || chain.some((one) => rings(subscriber, one))) return
  warn('chainNeverRings', { rules: chain.map((one) => one.name).join(' → ') })
}

/** The rule and all that a call may go on to from it, each once, the nearest first. */
function followed(subscriber: Subscriber, first: Rule, window: Interval): readonly Rule[] {
  const chain = [first]
  for (const rule of chain) {
    for (const { to } of linksOf(rule)) {
      const next = subscriber.rules.find((candidate) => candidate.id === to.ruleId)
      if (next === undefined || !next.enabled || chain.includes(next)) continue
      if (to.ignoreSchedule || acts(subscriber, next, window)) chain.push(next)
    }
  }
  return chain
}

/** a rule that does not act at all in the window is skipped by its links. */
function acts({ zone, calendar }: Subscriber, rule: Rule, { from, to }: Interval): boolean {
  return occurrences(rule, from, to, zone, calendar).length > 0
}

/** One of its phones is dialled: open to him, not the personal number itself, before the wait ends. */
function rings(subscriber: Subscriber, rule: Rule): boolean {
  if ((rule.reaction ?? 'ring') !== 'ring') return false
  const own = subscriber.number
  return rule.targets.some(({ address, barred, delaySeconds = 0 }) =>
    barred === undefined && address !== own && (rule.mode === 'serial' || delaySeconds < rule.waitSeconds))
}
