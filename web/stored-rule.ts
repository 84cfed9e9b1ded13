/**
 * A stored rule as the request that would store it again: for undo, and for changes of one thing
 * only. Pure; nothing is read or filled in.
 */
import type { NextReply, RuleReply, RuleRequest } from '../src/api/schema.ts'

function nextOf(next: NextReply): RuleRequest['noAnswer'] {
  return next.action === 'rule'
    ? { action: 'rule', ruleId: next.ruleId, ignoreSchedule: next.ignoreSchedule }
    : { action: next.action }
}

/** The request of a rule, without its version. */
export function requestOfReply(rule: RuleReply): RuleRequest {
  const { callers } = rule
  return {
    name: rule.name, enabled: rule.enabled, priority: rule.priority,
    blocks: rule.blocks as RuleRequest['blocks'], mode: rule.mode, waitSeconds: rule.waitSeconds,
    targets: rule.targets.map(({ targetId, ringSeconds, delaySeconds, confirm, callerId }) =>
      ({ targetId, ringSeconds, delaySeconds, confirm, callerId })),
    noAnswer: nextOf(rule.noAnswer), reaction: rule.reaction,
    callers: callers === null ? null : {
      lists: [...callers.lists], masks: [...callers.masks], anonymous: callers.anonymous,
      unknown: callers.unknown, except: callers.except,
    },
    dialled: [...rule.dialled], busy: rule.busy === null ? null : nextOf(rule.busy),
    unreachable: rule.unreachable === null ? null : nextOf(rule.unreachable),
    decline: rule.decline, record: rule.record, greetingId: rule.greetingId,
  }
}
