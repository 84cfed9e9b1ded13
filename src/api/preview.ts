/**
 * What a rule would do that is still in the editor: the same picture, judgement and warnings as of
 * stored rules, over the set as it would be.
 */
import { inWinningOrder } from '../call/plan.ts'
import { localMidnight } from '../call/schedule.ts'
import type { Timeline } from '../call/timeline.ts'
import { drawTimeline } from '../call/timeline.ts'
import { ruleWarnings } from '../call/warnings.ts'
import { listRules } from '../store/rules.ts'
import type { StoredRule } from '../store/rules.ts'
import { loadTargets } from '../store/rule-set.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { nowMs } from './context.ts'
import type { ApiDeps } from './context.ts'
import { ApiError } from './errors.ts'
import { pictureOf, readWindow } from './picture.ts'
import { asRouted } from './routed.ts'
import { readDraft, ruleOfDraft } from './rule-draft.ts'
import { ruleReplies } from './rule-reply.ts'
import type { PreviewReply, PreviewRequest, Shadow } from './schema-rules.ts'

/** Shadows and the next time are looked for in the next week, as warnings are. */
const horizonDays = 7
const newId = 'new'

/** Answers POST /api/rules/preview. Throws ApiError 404 not_found, and what `readDraft` throws. */
export async function previewRule(
  deps: ApiDeps,
  subscriberId: string,
  request: PreviewRequest,
): Promise<PreviewReply> {
  const db = deps.database.kysely
  const now = nowMs(deps)
  const account = await loadSubscriber(db, subscriberId)
  const stored = await listRules(db, subscriberId)
  const current = stored.find((rule) => rule.id === request.id)
  if (request.id !== undefined && current === undefined) throw new ApiError(404, 'not_found')
  const place = {
    id: current?.id ?? newId,
    position: current?.position ?? Math.max(0, ...stored.map(({ position }) => position)) + 1,
    version: current?.version ?? 0,
  }
  const numbers = await loadTargets(db, subscriberId)
  const rule = ruleOfDraft(readDraft(request.rule), place, numbers)
  const others = stored.filter((one) => one.id !== rule.id)
  const rules = inWinningOrder([...others, rule]) as readonly StoredRule[]
  const before = asRouted(deps, { ...account, rules: stored })
  const after = asRouted(deps, { ...account, rules })
  const window = readWindow(request, after.zone, now)
  const picture = await pictureOf(
    db, subscriberId, drawTimeline(after, window.from, window.to))
  const week = drawTimeline(after, now, localMidnight(now, after.zone, horizonDays))
  const names = new Map(rules.map((one) => [one.id, one.name]))
  const known = new Set(ruleWarnings(before, now).map((one) => JSON.stringify(one)))
  return {
    now,
    rule: ruleReplies(deps, account, rules, now).find((one) => one.id === rule.id)!,
    window,
    days: picture.days,
    bars: picture.bars.filter((bar) => bar.ruleId === rule.id),
    result: picture.result,
    shadows: lostTo(week, names, (bar, by) => (by === rule.id ? bar : undefined)),
    shadowedBy: lostTo(week, names, (bar, by) => (bar === rule.id ? by : undefined)),
    next: nextTime(week, rule),
    elsewhere: ruleWarnings(after, now)
      .filter((one) => one.ruleId !== rule.id && !known.has(JSON.stringify(one)))
      .map(({ ruleId = null, code, details }) => ({ ruleId, code, details })),
  }
}

/** Lost stretches by the rule that `whose` names for a bar's rule and the one it loses to. */
function lostTo(
  week: Timeline,
  names: ReadonlyMap<string, string>,
  whose: (barRuleId: string, byRuleId: string) => string | undefined,
): readonly Shadow[] {
  const found = new Map<string, Shadow>()
  for (const bar of week.bars) {
    for (const { from, to, byRuleId } of bar.lost) {
      const ruleId = whose(bar.ruleId, byRuleId)
      if (ruleId === undefined) continue
      const minutes = Math.round((to - from) / 60_000)
      const known = found.get(ruleId)
      const first = known === undefined || from < known.from ? { from, to } : known
      found.set(ruleId, {
        ruleId,
        name: names.get(ruleId) ?? '',
        minutes: (known?.minutes ?? 0) + minutes,
        from: first.from,
        to: first.to,
      })
    }
  }
  return [...found.values()].sort((a, b) => b.minutes - a.minutes)
}

/** The first stretch in which it wins; of a rule for some callers, in which its schedule holds. */
function nextTime({ result, bars }: Timeline, rule: StoredRule): PreviewReply['next'] {
  if (!rule.enabled) return null
  const wins = result.find((stretch) => stretch.ruleId === rule.id)
    ?? bars.find((bar) => bar.ruleId === rule.id && bar.conditional === true)
  return wins === undefined ? null : { from: wins.from, to: wins.to }
}
