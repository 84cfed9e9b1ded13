/**
 * A rule as the panel sees it: with the words of its phones, its warnings, and what it does now.
 */
import { planCall } from '../call/plan.ts'
import type { RuleVerdict } from '../call/record.ts'
import { verdictAt } from '../call/schedule.ts'
import type { Subscriber } from '../call/subscriber.ts'
import { ruleWarnings } from '../call/warnings.ts'
import { listRules } from '../store/rules.ts'
import type { StoredRule } from '../store/rules.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs } from './context.ts'
import type { ApiDeps } from './context.ts'
import type { RuleReply } from './schema.ts'

/** All rules of a subscriber in winning order, judged at this moment. */
export async function loadRuleReplies(
  deps: ApiDeps,
  subscriberId: string,
): Promise<readonly RuleReply[]> {
  const db = deps.database.kysely
  const subscriber = await loadSubscriber(db, subscriberId)
  return ruleReplies(subscriber, await listRules(db, subscriberId), nowMs(deps))
}

/** The same for rules that are loaded already. */
export function ruleReplies(
  subscriber: Subscriber,
  rules: readonly StoredRule[],
  wallMs: number,
): readonly RuleReply[] {
  const verdicts = verdictsAt({ ...subscriber, rules }, wallMs)
  const warnings = ruleWarnings({ ...subscriber, rules }, wallMs)
  const names = new Map(rules.map((rule) => [rule.id, rule.name]))
  return rules.map((rule) => ({
    id: rule.id,
    version: rule.version,
    name: rule.name,
    enabled: rule.enabled,
    priority: rule.priority,
    position: rule.position,
    blocks: rule.blocks.map((block) => ({
      weekdays: [...block.weekdays],
      dates: block.dates.map(({ from, to }) => ({ from: from ?? null, to: to ?? null })),
      hours: block.hours.map(({ from, to }) => ({ from, to })),
    })),
    mode: rule.mode,
    waitSeconds: rule.waitSeconds,
    targets: rule.targets.map(({ id, address, description, ringSeconds }) => ({
      targetId: id,
      address,
      description,
      ringSeconds: ringSeconds ?? null,
    })),
    noAnswer:
      rule.noAnswer.action === 'rule'
        ? { ...rule.noAnswer, ruleName: names.get(rule.noAnswer.ruleId) ?? '' }
        : rule.noAnswer,
    warnings: warnings
      .filter((one) => one.ruleId === rule.id)
      .map(({ code, details }) => ({ code, details })),
    verdict: verdicts.get(rule.id) ?? verdictAt(rule, wallMs, subscriber.zone),
  }))
}

/** Neither money nor status is a property of a rule: both are left out of the verdict. */
function verdictsAt(
  subscriber: Subscriber,
  wallMs: number,
): ReadonlyMap<string, { readonly verdict: 'acts' } | RuleVerdict> {
  const { trace } = planCall({ ...subscriber, status: 'active', balanceKopecks: 1 }, wallMs)
  const verdicts = new Map<string, { readonly verdict: 'acts' } | RuleVerdict>()
  for (const step of trace) {
    if (step.step === 'ruleTaken') verdicts.set(step.ruleId, { verdict: 'acts' })
    if (step.step === 'ruleSkipped') verdicts.set(step.ruleId, step.why)
  }
  return verdicts
}
