/**
 * A rule as the panel sees it: with the words of its phones, its warnings, and what it does now.
 */
import { judgeRules } from '../call/plan.ts'
import type { NoAnswer } from '../call/rule.ts'
import type { Verdict } from '../call/schedule.ts'
import { ruleWarnings } from '../call/warnings.ts'
import { listRules } from '../store/rules.ts'
import type { StoredRule } from '../store/rules.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import type { SubscriberAccount } from '../store/subscribers.ts'
import { nowMs } from './context.ts'
import type { ApiDeps } from './context.ts'
import { asRouted } from './routed.ts'
import type { NextReply, RuleReply } from './schema.ts'

type Warning = RuleReply['warnings'][number]

/** All rules of a subscriber in winning order, judged at this moment. */
export async function loadRuleReplies(
  deps: ApiDeps,
  subscriberId: string,
): Promise<readonly RuleReply[]> {
  const db = deps.database.kysely
  const account = await loadSubscriber(db, subscriberId)
  return ruleReplies(deps, account, await listRules(db, subscriberId), nowMs(deps))
}

/** The same for rules that are loaded already. */
export function ruleReplies(
  deps: ApiDeps,
  account: SubscriberAccount,
  rules: readonly StoredRule[],
  wallMs: number,
): readonly RuleReply[] {
  const routed = asRouted(deps, { ...account, rules })
  const verdicts = new Map<string, Verdict>(
    judgeRules(routed, wallMs).map(({ ruleId, verdict }) => [ruleId, verdict]))
  const warnings = new Map<string, Warning[]>()
  for (const { ruleId = '', code, details } of ruleWarnings(routed, wallMs))
    warnings.set(ruleId, [...(warnings.get(ruleId) ?? []), { code, details }])
  const names = new Map(rules.map((rule) => [rule.id, rule.name]))
  const listNames = new Map(account.callerLists?.map((list) => [list.id, list.name]))
  return rules.map((rule) => ({
    ...ruleWords(rule, names, listNames),
    warnings: [
      ...(deps.verifyNumbers === true ? unverifiedWarnings(rule) : []),
      ...(warnings.get(rule.id) ?? []),
    ],
    verdict: verdicts.get(rule.id) ?? { verdict: 'disabled' },
  }))
}

/** Phones that are not rung until a code proves them. */
function unverifiedWarnings(rule: StoredRule): Warning[] {
  return rule.targets.filter((target) => target.unverified === true).map((target) => ({
    code: 'unverifiedNumber',
    details: { targetId: target.id, address: target.address, description: target.description },
  }))
}

function ruleWords(
  rule: StoredRule,
  names: ReadonlyMap<string, string>,
  listNames: ReadonlyMap<string, string>,
): Omit<RuleReply, 'warnings' | 'verdict'> {
  const next = (action: NoAnswer): NextReply =>
    action.action === 'rule' ? { ...action, ruleName: names.get(action.ruleId) ?? '' } : action
  return {
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
      ...(block.dayKinds === undefined ? {} : { dayKinds: [...block.dayKinds] }),
    })),
    mode: rule.mode,
    waitSeconds: rule.waitSeconds,
    targets: rule.targets.map(({ id, address, description, ringSeconds, own = {} }) => ({
      targetId: id,
      address,
      description,
      ringSeconds: ringSeconds ?? null,
      delaySeconds: own.delaySeconds ?? null,
      confirm: own.confirm ?? null,
      callerId: own.callerId ?? null,
    })),
    noAnswer: next(rule.noAnswer),
    reaction: rule.reaction ?? 'ring',
    callers: rule.callers === undefined ? null : {
      ...rule.callers,
      listNames: rule.callers.lists.map((id) => listNames.get(id) ?? ''),
    },
    dialled: rule.dialled ?? [],
    busy: rule.busy === undefined ? null : next(rule.busy),
    unreachable: rule.unreachable === undefined ? null : next(rule.unreachable),
    decline: rule.decline ?? 'here',
    record: rule.record ?? null,
    greetingId: rule.greetingId ?? null,
  }
}
