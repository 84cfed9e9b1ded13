/**
 * The document in subscribers.rule_set: the default number and the rules with their targets as a
 * call needs them. It is written in the transaction of every edit, from the tables, and read by
 * every call; a document of an older format is not read but made anew from the tables.
 */
import type { NoAnswer, Rule, RuleTarget, ScheduleBlock } from '../call/rule.ts'
import type { Target } from '../call/subscriber.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import type { RulesTable } from './tables.ts'

/** Raise it when Rule or Target change their shape. */
const format = 1

export interface RuleSet {
  readonly defaultTarget: Target | undefined
  /** In winning order: priority descending, position ascending. */
  readonly rules: readonly Rule[]
}

interface Stored extends RuleSet {
  readonly format: number
}

/** Reads the document; undefined when there is none or its format is another. */
export function readRuleSet(text: string | null): RuleSet | undefined {
  if (text === null) return undefined
  const { format: found, defaultTarget, rules } = JSON.parse(text) as Stored
  return found === format ? { defaultTarget, rules } : undefined
}

/** Makes the rule set from the tables. */
export async function loadRuleSet(db: Db, subscriberId: string): Promise<RuleSet> {
  const numbers = await loadTargets(db, subscriberId)
  const rules = await loadRules(db, subscriberId, numbers)
  const { default_number_id: defaultId } = await db
    .selectFrom('subscribers')
    .select('default_number_id')
    .where('id', '=', subscriberId)
    .executeTakeFirstOrThrow()
  return { defaultTarget: defaultId === null ? undefined : numbers.get(defaultId), rules }
}

/**
 * Locks the subscriber for an edit of numbers, rules or settings: edits of one subscriber queue up.
 */
export async function lockSubscriber(trx: Trx, subscriberId: string): Promise<void> {
  const row = await trx
    .selectFrom('subscribers')
    .select('id')
    .where('id', '=', subscriberId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new StoreError('not_found')
}

/** Writes the document anew and raises the subscriber's version: the last act of every edit. */
export async function storeRuleSet(trx: Trx, subscriberId: string): Promise<void> {
  const { defaultTarget, rules } = await loadRuleSet(trx, subscriberId)
  const document: Stored = { format, defaultTarget, rules }
  await trx
    .updateTable('subscribers')
    .set((eb) => ({
      rule_set: JSON.stringify(document),
      version: eb(eb.ref('version'), '+', '1') as never,
    }))
    .where('id', '=', subscriberId)
    .execute()
}

async function loadTargets(db: Db, subscriberId: string): Promise<Map<string, Target>> {
  const rows = await db
    .selectFrom('numbers')
    .select(['id', 'address', 'description'])
    .where('subscriber_id', '=', subscriberId)
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function loadRules(
  db: Db,
  subscriberId: string,
  numbers: ReadonlyMap<string, Target>,
): Promise<Rule[]> {
  const rows = await db
    .selectFrom('rules')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('priority', 'desc')
    .orderBy('position')
    .orderBy('id')
    .execute()
  const targetRows = await db
    .selectFrom('rule_targets')
    .innerJoin('rules', 'rules.id', 'rule_targets.rule_id')
    .select(['rule_targets.rule_id', 'rule_targets.number_id', 'rule_targets.ring_seconds'])
    .where('rules.subscriber_id', '=', subscriberId)
    .orderBy('rule_targets.rule_id')
    .orderBy('rule_targets.position')
    .execute()
  const targets = new Map<string, RuleTarget[]>()
  for (const row of targetRows) {
    const target = numbers.get(row.number_id)
    if (!target) continue
    const list = targets.get(row.rule_id) ?? []
    list.push({ ...target, ringSeconds: row.ring_seconds ?? undefined })
    targets.set(row.rule_id, list)
  }
  return rows.map((row) => ruleFrom(row, targets.get(row.id) ?? []))
}

function ruleFrom(
  row: Omit<RulesTable, 'version' | 'subscriber_id'>,
  targets: readonly RuleTarget[],
): Rule {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled === 1,
    priority: row.priority,
    position: row.position,
    blocks: JSON.parse(row.blocks) as ScheduleBlock[],
    mode: row.mode as Rule['mode'],
    waitSeconds: row.wait_seconds,
    targets,
    noAnswer: noAnswerFrom(row),
  }
}

function noAnswerFrom(
  row: Pick<RulesTable, 'no_answer' | 'next_rule_id' | 'ignore_schedule'>,
): NoAnswer {
  if (row.no_answer === 'voicemail') return { action: 'voicemail' }
  if (row.no_answer !== 'rule' || row.next_rule_id === null) return { action: 'hangUp' }
  return { action: 'rule', ruleId: row.next_rule_id, ignoreSchedule: row.ignore_schedule === 1 }
}
