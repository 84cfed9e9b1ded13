/**
 * What happens to a call at an instant: the first rule that acts in winning order, else the
 * default number, else voicemail, else nothing; and why every rule was taken or not.
 * The call, the overview page and the simulator ask here, so they never disagree. What follows when
 * nobody answers is the machine's business.
 */
import type { TraceStep } from './record.ts'
import type { Rule } from './rule.ts'
import { verdictAt } from './schedule.ts'
import type { Subscriber, Target } from './subscriber.ts'

/** `trace`: every rule in winning order with its verdict; all its instants are 0. */
export type Plan =
  | { readonly kind: 'rule'; readonly rule: Rule; readonly trace: readonly TraceStep[] }
  | { readonly kind: 'default'; readonly target: Target; readonly trace: readonly TraceStep[] }
  | { readonly kind: 'voicemail'; readonly trace: readonly TraceStep[] }
  | { readonly kind: 'nowhere'; readonly trace: readonly TraceStep[] }
  | {
      readonly kind: 'refused'
      readonly why: 'notActive' | 'noMoney'
      readonly trace: readonly TraceStep[]
    }

/** Plans a call that arrives at `wallMs` (milliseconds since 1970). */
export function planCall(subscriber: Subscriber, wallMs: number): Plan {
  // without money nothing is forwarded; the caller is never told why.
  if (subscriber.status !== 'active') return { kind: 'refused', why: 'notActive', trace: [] }
  if (subscriber.balanceKopecks <= 0) return { kind: 'refused', why: 'noMoney', trace: [] }
  const trace: TraceStep[] = []
  const rule = winnerAt(subscriber, wallMs, trace)
  if (rule !== undefined) return { kind: 'rule', rule, trace }
  const target = subscriber.defaultTarget
  if (target !== undefined) {
    trace.push({ step: 'defaultNumber', atMs: 0, address: target.address })
    return { kind: 'default', target, trace }
  }
  return subscriber.settings.voicemail ? { kind: 'voicemail', trace } : { kind: 'nowhere', trace }
}

/** Rules in winning order: larger priority, then higher place in the list. */
export function winningOrder(a: Rule, b: Rule): number {
  return b.priority - a.priority || a.position - b.position
}

function winnerAt(subscriber: Subscriber, wallMs: number, trace: TraceStep[]): Rule | undefined {
  let winner: Rule | undefined
  for (const rule of inWinningOrder(subscriber.rules)) {
    const { id: ruleId, name: ruleName, priority } = rule
    const verdict = verdictAt(rule, wallMs, subscriber.zone)
    if (verdict.verdict !== 'acts') {
      trace.push({ step: 'ruleSkipped', atMs: 0, ruleId, ruleName, why: verdict })
    } else if (winner === undefined) {
      winner = rule
      trace.push({ step: 'ruleTaken', atMs: 0, ruleId, ruleName, via: 'schedule', priority })
    } else {
      trace.push({
        step: 'ruleSkipped', atMs: 0, ruleId, ruleName,
        why: {
          verdict: 'outranked', byRuleId: winner.id, byRuleName: winner.name,
          byPriority: winner.priority, priority,
        },
      })
    }
  }
  return winner
}

/** The store sends them sorted; a caller that did not gets them sorted here. */
export function inWinningOrder(rules: readonly Rule[]): readonly Rule[] {
  for (let i = 1; i < rules.length; i += 1) {
    const above = rules[i - 1]
    const below = rules[i]
    if (above && below && winningOrder(above, below) > 0) return rules.toSorted(winningOrder)
  }
  return rules
}
