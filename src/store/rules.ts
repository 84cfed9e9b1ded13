/**
 * Rules of a subscriber: read with their versions, replaced only under the version one has seen,
 * ordered, switched, deleted. What a rule means is call/'s matter; here it is only kept whole.
 */
import type { NoAnswer, Rule, ScheduleBlock } from '../call/rule.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { extraText, nextOf, targetExtraText, withoutNext } from './rule-extra.ts'
import type { RuleExtra, TargetExtra } from './rule-extra.ts'
import { loadRuleSet, lockSubscriber, storeRuleSet } from './rule-set.ts'
import type { SetRule } from './rule-set.ts'

export const maxRules = 50

/** A rule as somebody wants it; its place in the list is given by `orderRules`. */
export interface RuleDraft extends RuleExtra {
  readonly name: string
  readonly enabled: boolean
  readonly priority: number
  readonly blocks: readonly ScheduleBlock[]
  readonly mode: Rule['mode']
  readonly waitSeconds: number
  readonly targets: readonly (TargetExtra & {
    readonly targetId: string
    readonly ringSeconds: number | undefined
  })[]
  readonly noAnswer: NoAnswer
}

export interface StoredRule extends SetRule {
  readonly version: number
}

export interface RaisedPriority {
  readonly id: string
  readonly name: string
  readonly priority: number
}

/** All rules in winning order: priority descending, position ascending. */
export async function listRules(db: Db, subscriberId: string): Promise<readonly StoredRule[]> {
  const { rules } = await loadRuleSet(db, subscriberId)
  const rows = await db
    .selectFrom('rules')
    .select(['id', 'version'])
    .where('subscriber_id', '=', subscriberId)
    .execute()
  const versions = new Map(rows.map((row) => [row.id, row.version]))
  return rules.map((rule) => ({ ...rule, version: versions.get(rule.id) ?? 0 }))
}

/** One rule. Throws StoreError not_found, also for a rule of somebody else. */
export async function loadRule(db: Db, subscriberId: string, id: string): Promise<StoredRule> {
  const found = (await listRules(db, subscriberId)).find((rule) => rule.id === id)
  if (!found) throw new StoreError('not_found')
  return found
}

/**
 * Adds a rule at the end of the list. Throws StoreError limit, unknown_number, unknown_rule,
 * unknown_list, unknown_dialled, unknown_audio.
 */
export async function addRule(
  db: Db,
  subscriberId: string,
  draft: RuleDraft,
  wallMs: number,
): Promise<StoredRule> {
  const id = newId(wallMs)
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const rows = await trx
      .selectFrom('rules')
      .select('position')
      .where('subscriber_id', '=', subscriberId)
      .execute()
    if (rows.length >= maxRules) throw new StoreError('limit', { limit: maxRules })
    const position = rows.reduce((last, row) => Math.max(last, row.position), 0) + 1
    await checkReferences(trx, subscriberId, id, draft)
    await trx
      .insertInto('rules')
      .values({ id, subscriber_id: subscriberId, version: 1, position, ...ruleColumns(draft) })
      .execute()
    await insertTargets(trx, id, draft)
    await storeRuleSet(trx, subscriberId)
    return loadRule(trx, subscriberId, id)
  })
}

/**
 * Replaces a rule. With `version`, only if the rule still is of that version: otherwise StoreError
 * rule_changed with the newer rule in `details.rule`.
 */
export async function replaceRule(
  db: Db,
  subscriberId: string,
  id: string,
  version: number | undefined,
  draft: RuleDraft,
): Promise<StoredRule> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const current = await loadRule(trx, subscriberId, id)
    if (version !== undefined && version !== current.version)
      throw new StoreError('rule_changed', { rule: current })
    await checkReferences(trx, subscriberId, id, draft)
    await trx
      .updateTable('rules')
      .set({ ...ruleColumns(draft), version: current.version + 1 })
      .where('id', '=', id)
      .execute()
    await trx.deleteFrom('rule_targets').where('rule_id', '=', id).execute()
    await insertTargets(trx, id, draft)
    await storeRuleSet(trx, subscriberId)
    return loadRule(trx, subscriberId, id)
  })
}

/** Switches a rule on or off; its version rises when that changes it. */
export async function setRuleEnabled(
  db: Db,
  subscriberId: string,
  id: string,
  enabled: boolean,
): Promise<StoredRule> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const current = await loadRule(trx, subscriberId, id)
    if (current.enabled === enabled) return current
    await trx
      .updateTable('rules')
      .set({ enabled: Number(enabled), version: current.version + 1 })
      .where('id', '=', id)
      .execute()
    await storeRuleSet(trx, subscriberId)
    return loadRule(trx, subscriberId, id)
  })
}

/**
 * Puts the rules in this order. A rule that comes to stand above one of higher priority gets that
 * priority; answers which were raised. Throws StoreError rules_changed when `ids` are not
 * exactly the rules there are.
 */
export async function orderRules(
  db: Db,
  subscriberId: string,
  ids: readonly string[],
): Promise<readonly RaisedPriority[]> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const rules = new Map((await listRules(trx, subscriberId)).map((rule) => [rule.id, rule]))
    if (
      ids.length !== rules.size ||
      new Set(ids).size !== ids.length ||
      ids.some((id) => !rules.has(id))
    ) {
      throw new StoreError('rules_changed')
    }
    const raised: RaisedPriority[] = []
    let least = 0
    for (let place = ids.length; place >= 1; place--) {
      const rule = rules.get(ids[place - 1]!)!
      least = Math.max(least, rule.priority)
      if (least === rule.priority && rule.position === place) continue
      if (least > rule.priority) raised.unshift({ id: rule.id, name: rule.name, priority: least })
      const version = least > rule.priority ? rule.version + 1 : rule.version
      await trx
        .updateTable('rules')
        .set({ priority: least, position: place, version })
        .where('id', '=', rule.id)
        .execute()
    }
    await storeRuleSet(trx, subscriberId)
    return raised
  })
}

/** Deletes a rule; rules that went on to it hang up instead. Answers the names of those. */
export async function deleteRule(
  db: Db,
  subscriberId: string,
  id: string,
): Promise<readonly string[]> {
  return inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    await loadRule(trx, subscriberId, id)
    const linked: string[] = []
    for (const rule of await listRules(trx, subscriberId)) {
      if (rule.id === id) continue
      const { noAnswer } = rule
      const isNext = noAnswer.action === 'rule' && noAnswer.ruleId === id
      if (!isNext && !nextOf(rule).includes(id)) continue
      linked.push(rule.name)
      await trx
        .updateTable('rules')
        .set({
          ...(isNext ? { no_answer: 'hangUp', next_rule_id: null, ignore_schedule: 0 } : {}),
          extra: extraText(withoutNext(rule, id)),
          version: rule.version + 1,
        })
        .where('id', '=', rule.id)
        .execute()
    }
    await trx.deleteFrom('rule_targets').where('rule_id', '=', id).execute()
    await trx.deleteFrom('rules').where('id', '=', id).execute()
    await storeRuleSet(trx, subscriberId)
    return linked
  })
}

async function checkReferences(
  trx: Trx,
  subscriberId: string,
  id: string,
  draft: RuleDraft,
): Promise<void> {
  const wanted = [...new Set(draft.targets.map((target) => target.targetId))]
  const known = await trx
    .selectFrom('numbers')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('id', 'in', wanted.length > 0 ? wanted : [''])
    .execute()
  if (known.length !== wanted.length) throw new StoreError('unknown_number', {}, 'targets')
  await checkNext(trx, subscriberId, id, draft)
  await checkExtra(trx, subscriberId, draft)
}

async function checkNext(
  trx: Trx,
  subscriberId: string,
  id: string,
  draft: RuleDraft,
): Promise<void> {
  const { noAnswer, busy, unreachable } = draft
  for (const [field, next] of Object.entries({ noAnswer, busy, unreachable })) {
    if (next?.action !== 'rule' || next.ruleId === id) continue
    const found = await trx
      .selectFrom('rules')
      .select('id')
      .where('subscriber_id', '=', subscriberId)
      .where('id', '=', next.ruleId)
      .executeTakeFirst()
    if (!found) throw new StoreError('unknown_rule', {}, field)
  }
}

async function checkExtra(trx: Trx, subscriberId: string, draft: RuleDraft): Promise<void> {
  const lists = (draft.callers?.lists ?? []).filter((list) => list !== 'blocked')
  if (lists.length > 0) {
    const rows = await trx
      .selectFrom('caller_lists')
      .select('id')
      .where('subscriber_id', '=', subscriberId)
      .where('id', 'in', [...new Set(lists)])
      .execute()
    if (rows.length !== new Set(lists).size) throw new StoreError('unknown_list', {}, 'callers')
  }
  const { dialled = [], greetingId } = draft
  if (dialled.length > 0) {
    const rows = await trx
      .selectFrom('personal_numbers')
      .select('address')
      .where('subscriber_id', '=', subscriberId)
      .where('address', 'in', [...dialled])
      .execute()
    if (rows.length !== new Set(dialled).size)
      throw new StoreError('unknown_dialled', {}, 'dialled')
  }
  if (greetingId === undefined) return
  const greeting = await trx
    .selectFrom('audio_files')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('id', '=', greetingId)
    .where('kind', '=', 'greeting')
    .executeTakeFirst()
  if (!greeting) throw new StoreError('unknown_audio', {}, 'greetingId')
}

async function insertTargets(trx: Trx, id: string, draft: RuleDraft): Promise<void> {
  const rows = draft.targets.map((target, index) => ({
    rule_id: id,
    position: index + 1,
    number_id: target.targetId,
    ring_seconds: target.ringSeconds ?? null,
    extra: targetExtraText(target),
  }))
  if (rows.length > 0) await trx.insertInto('rule_targets').values(rows).execute()
}

function ruleColumns(draft: RuleDraft) {
  const next = draft.noAnswer.action === 'rule' ? draft.noAnswer : undefined
  return {
    name: draft.name,
    enabled: Number(draft.enabled),
    priority: draft.priority,
    blocks: JSON.stringify(draft.blocks),
    mode: draft.mode,
    wait_seconds: draft.waitSeconds,
    no_answer: draft.noAnswer.action,
    next_rule_id: next?.ruleId ?? null,
    ignore_schedule: Number(next?.ignoreSchedule ?? false),
    extra: extraText(draft),
  }
}
