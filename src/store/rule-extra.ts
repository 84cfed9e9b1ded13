/**
 * What rules and their targets have beyond the manual, as the documents rules.extra and
 * rule_targets.extra. A rule without any of it has no document; nothing here is looked for by SQL,
 * but the link to a greeting or to the next rule, of which there are few.
 */
import type { NoAnswer, Rule, RuleTarget } from '../call/rule.ts'

/** As the rule has it, but with the greeting's id instead of its file. */
export interface RuleExtra extends Pick<Rule,
  'callers' | 'dialled' | 'reaction' | 'busy' | 'unreachable' | 'decline' | 'record'> {
  readonly greetingId?: string
}

/** As this rule has it; what is absent the number says. */
export type TargetExtra = Pick<RuleTarget, 'delaySeconds' | 'confirm' | 'callerId'>

const names = [
  'callers', 'dialled', 'reaction', 'busy', 'unreachable', 'decline', 'record', 'greetingId',
] as const satisfies readonly (keyof RuleExtra)[]

const targetNames = [
  'delaySeconds', 'confirm', 'callerId',
] as const satisfies readonly (keyof TargetExtra)[]

/** The document of a rule; null when it has nothing beyond the manual. */
export function extraText(rule: RuleExtra): string | null {
  return pick(rule, names)
}

/** The same of one of its targets. */
export function targetExtraText(target: TargetExtra): string | null {
  return pick(target, targetNames)
}

/** Reads a document; null reads as nothing. */
export function readExtra(text: string | null): RuleExtra {
  return text === null ? {} : (JSON.parse(text) as RuleExtra)
}

/** Reads a document of a target; null reads as nothing. */
export function readTargetExtra(text: string | null): TargetExtra {
  return text === null ? {} : (JSON.parse(text) as TargetExtra)
}

/** Ids of the rules that `extra` goes on to. */
export function nextOf({ busy, unreachable }: RuleExtra): readonly string[] {
  return [busy, unreachable].flatMap((next) => (next?.action === 'rule' ? [next.ruleId] : []))
}

/** The same without links to the rule `id`: they hang up instead. */
export function withoutNext(extra: RuleExtra, id: string): RuleExtra {
  const cut = (next: NoAnswer): NoAnswer =>
    next.action === 'rule' && next.ruleId === id ? { action: 'hangUp' } : next
  return {
    ...extra,
    ...(extra.busy === undefined ? {} : { busy: cut(extra.busy) }),
    ...(extra.unreachable === undefined ? {} : { unreachable: cut(extra.unreachable) }),
  }
}

function pick<T extends object>(from: T, wanted: readonly (keyof T)[]): string | null {
  const found: Partial<T> = {}
  for (const name of wanted) if (from[name] !== undefined) found[name] = from[name]
  return Object.keys(found).length === 0 ? null : JSON.stringify(found)
}
