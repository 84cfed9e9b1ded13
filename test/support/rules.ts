/** Request bodies of rules with everything a test does not care about filled in. */
import type { RuleRequest } from '../../src/api/schema.ts'

/** A rule that always acts, rings in parallel for 30 s and hangs up. */
export function ruleBody(
  wanted: Partial<RuleRequest> & { readonly targetIds?: readonly string[] },
): RuleRequest {
  const { targetIds = [], ...rest } = wanted
  return {
    name: 'Правило',
    enabled: true,
    priority: 0,
    blocks: [],
    mode: 'parallel',
    waitSeconds: 30,
    targets: targetIds.map((targetId) => ({ targetId, ringSeconds: null })),
    noAnswer: { action: 'hangUp' },
    ...rest,
  }
}
