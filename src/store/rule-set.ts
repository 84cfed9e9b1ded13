/**
 * The document in subscribers.rule_set: everything a call needs of a subscriber that he edits, from
 * rules to lists of callers. It is written in the transaction of every edit, from the tables, and
 * read by every call; a document of an older format is not read but made anew from the tables.
 */
import type { Calendar, DayKind } from '../call/calendar.ts'
import type { CallerList } from '../call/caller-list.ts'
import type { NoAnswer, Rule, RuleTarget, ScheduleBlock } from '../call/rule.ts'
import type { Address, MediaSettings, Override, Target } from '../call/subscriber.ts'
import type { SetLimits } from '../limits/limit-table.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { ownLimits } from './limits.ts'
import { isQuiet } from './notice-choices.ts'
import { judgeOf } from './number-judge.ts'
import type { Judge } from './number-judge.ts'
import { readOptions } from './options.ts'
import { calendarWith } from './production-calendar.ts'
import { readExtra, readTargetExtra } from './rule-extra.ts'
import type { TargetExtra } from './rule-extra.ts'
import { loadCallerLists, loadOwnDays, readOverride } from './snapshot-parts.ts'
import type { RulesTable } from './tables.ts'

/** Raise it when Rule or Target change their shape. */
const format = 4

/** A number as the store knows it. */
export interface StoredTarget extends Target {
  /** No code has proved yet that it is the subscriber's. */
  readonly unverified?: true
}

export interface StoredRuleTarget extends RuleTarget {
  readonly unverified?: true
  /** What this rule says, where it does not leave it to the number. */
  readonly own?: TargetExtra
}

/** A rule of the document. */
export interface SetRule extends Rule {
  readonly targets: readonly StoredRuleTarget[]
  readonly greetingId?: string
}

interface Document {
  readonly defaultTarget?: StoredTarget | undefined
  /** In winning order: priority descending, position ascending. */
  readonly rules: readonly SetRule[]
  readonly media: MediaSettings
  /** All of «Мои номера». */
  readonly ownNumbers: readonly Address[]
  /** Those of them that no code has proved yet. */
  readonly unverified?: readonly Address[]
  readonly override?: Override
  readonly callerLists?: readonly CallerList[]
  /** No call can give him a notice (notice-choices.ts). */
  readonly quiet?: true
  /** Limits that are his alone. */
  readonly limits?: SetLimits
  /** Days he changed in the calendar. */
  readonly ownDays?: Readonly<Record<string, DayKind>>
}

export interface RuleSet extends Omit<Document, 'ownDays' | 'defaultTarget'> {
  readonly defaultTarget: StoredTarget | undefined
  /** The country's, with his own days. */
  readonly calendar: Calendar
}

interface Stored extends Document {
  readonly format: number
}

/** Reads the document; undefined when there is none or its format is another. */
export function readRuleSet(text: string | null): RuleSet | undefined {
  if (text === null) return undefined
  const { format: found, ...document } = JSON.parse(text) as Stored
  return found === format ? opened(document) : undefined
}

/** Makes the rule set from the tables. */
export async function loadRuleSet(db: Db, subscriberId: string): Promise<RuleSet> {
  return opened(await loadDocument(db, subscriberId))
}

/**
 * The rule set as calls have it where numbers must be proved: those that are not are rung by
 * nothing, and nobody hears messages from them.
 */
export function withoutUnverified(set: RuleSet): RuleSet {
  const proved = (target: StoredTarget) => target.unverified !== true
  const { override, defaultTarget, unverified, ...rest } = set
  if (unverified === undefined) return set
  return {
    ...rest,
    defaultTarget: defaultTarget && proved(defaultTarget) ? defaultTarget : undefined,
    rules: set.rules.map((rule) =>
      rule.targets.every(proved) ? rule : { ...rule, targets: rule.targets.filter(proved) }),
    ownNumbers: set.ownNumbers.filter((address) => !unverified.includes(address)),
    ...(override === undefined || (override.action === 'ring' && !proved(override.target))
      ? {} : { override }),
  }
}

function opened({ ownDays, defaultTarget, ...document }: Document): RuleSet {
  return { ...document, defaultTarget, calendar: calendarWith(ownDays) }
}

async function loadDocument(db: Db, subscriberId: string): Promise<Document> {
  const numbers = await loadTargets(db, subscriberId)
  const row = await db
    .selectFrom('subscribers')
    .select([
      'default_number_id', 'options', 'mailbox_pin_hash', 'greeting_id', 'music_id', 'override_now',
    ])
    .where('id', '=', subscriberId)
    .executeTakeFirstOrThrow()
  const files = await audioFiles(db, subscriberId)
  const rules = await loadRules(db, subscriberId, numbers, files)
  const defaultId = row.default_number_id
  const greetingFile = files.get(row.greeting_id ?? '')
  const musicFile = files.get(row.music_id ?? '')
  const override = readOverride(row.override_now, numbers)
  const all = [...numbers.values()]
  const unverified = all.filter((one) => one.unverified).map(({ address }) => address)
  const callerLists = await loadCallerLists(db, subscriberId)
  const ownDays = await loadOwnDays(db, subscriberId)
  const options = readOptions(row.options)
  const limits = await ownLimits(db, subscriberId)
  return {
    defaultTarget: defaultId === null ? undefined : numbers.get(defaultId),
    rules,
    media: {
      ...options.media,
      ...(greetingFile === undefined ? {} : { greetingFile }),
      ...(musicFile === undefined ? {} : { musicFile }),
      mailboxOpen: row.mailbox_pin_hash !== null,
    },
    ownNumbers: all.map(({ address }) => address),
    ...(unverified.length === 0 ? {} : { unverified }),
    ...(override === undefined ? {} : { override }),
    ...(callerLists === undefined ? {} : { callerLists }),
    ...(isQuiet(options, all) ? { quiet: true as const } : {}),
    ...(ownDays === undefined ? {} : { ownDays }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  }
}

/** Files of greetings and music by their id, relative to the recordings folder. */
async function audioFiles(db: Db, subscriberId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('audio_files')
    .select(['id', 'file'])
    .where('subscriber_id', '=', subscriberId)
    .execute()
  return new Map(rows.map((row) => [row.id, row.file]))
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
  const document: Stored = { format, ...(await loadDocument(trx, subscriberId)) }
  await trx
    .updateTable('subscribers')
    .set((eb) => ({
      rule_set: JSON.stringify(document),
      version: eb(eb.ref('version'), '+', '1') as never,
    }))
    .where('id', '=', subscriberId)
    .execute()
}

/** «Мои номера» by their id, as rules ring them. */
export async function loadTargets(
  db: Db,
  subscriberId: string,
): Promise<Map<string, StoredTarget>> {
  const rows = await db
    .selectFrom('numbers')
    .select([
      'id', 'address', 'description', 'confirm', 'caller_id', 'verified_at', 'class', 'country',
      'address_since',
    ])
    .where('subscriber_id', '=', subscriberId)
    .orderBy('id')
    .execute()
  // An address that was proved once is proved wherever it stands in the list.
  const proved = new Set(rows.filter((row) => row.verified_at !== null).map((row) => row.address))
  const judge = await judgeOf(db, subscriberId)
  const targets = new Map<string, StoredTarget>()
  for (const row of rows)
    targets.set(row.id, { ...targetFrom(row, proved.has(row.address)), ...await bars(judge, row) })
  return targets
}

/** What keeps calls from ringing it. */
async function bars(
  judge: Judge, row: Parameters<Judge>[0],
): Promise<Pick<StoredTarget, 'barred' | 'ringsFrom'>> {
  const { barred, ringsFrom } = await judge(row)
  return {
    ...(barred === undefined ? {} : { barred }),
    ...(ringsFrom === undefined ? {} : { ringsFrom }),
  }
}

interface NumberRow {
  readonly id: string
  readonly address: string
  readonly description: string
  readonly confirm: number | null
  readonly caller_id: string | null
}

function targetFrom(row: NumberRow, proved: boolean): StoredTarget {
  const { id, address, description, confirm, caller_id: callerId } = row
  return {
    id,
    address,
    description,
    ...(confirm === null ? {} : { confirm: confirm === 1 }),
    ...(callerId === 'caller' || callerId === 'personal' ? { callerId } : {}),
    ...(proved ? {} : { unverified: true }),
  }
}

async function loadRules(
  db: Db,
  subscriberId: string,
  numbers: ReadonlyMap<string, StoredTarget>,
  files: ReadonlyMap<string, string>,
): Promise<SetRule[]> {
  const rows = await db
    .selectFrom('rules')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('priority', 'desc')
    .orderBy('position')
    .orderBy('id')
    .execute()
  const targetRows = await db
    .selectFrom('rule_targets as t')
    .innerJoin('rules', 'rules.id', 't.rule_id')
    .select(['t.rule_id', 't.number_id', 't.ring_seconds', 't.extra'])
    .where('rules.subscriber_id', '=', subscriberId)
    .orderBy('t.rule_id')
    .orderBy('t.position')
    .execute()
  const targets = new Map<string, StoredRuleTarget[]>()
  for (const row of targetRows) {
    const number = numbers.get(row.number_id)
    if (!number) continue
    const list = targets.get(row.rule_id) ?? []
    const own = row.extra === null ? {} : readTargetExtra(row.extra)
    list.push({
      ...number,
      ringSeconds: row.ring_seconds ?? undefined,
      ...own,
      ...(row.extra === null ? {} : { own }),
    })
    targets.set(row.rule_id, list)
  }
  return rows.map((row) => ruleFrom(row, targets.get(row.id) ?? [], files))
}

function ruleFrom(
  row: Omit<RulesTable, 'version' | 'subscriber_id'>,
  targets: readonly StoredRuleTarget[],
  files: ReadonlyMap<string, string>,
): SetRule {
  const extra = readExtra(row.extra)
  const greetingFile = files.get(extra.greetingId ?? '')
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
    ...extra,
    ...(greetingFile === undefined ? {} : { greetingFile }),
  }
}

function noAnswerFrom(
  row: Pick<RulesTable, 'no_answer' | 'next_rule_id' | 'ignore_schedule'>,
): NoAnswer {
  if (row.no_answer === 'voicemail') return { action: 'voicemail' }
  if (row.no_answer !== 'rule' || row.next_rule_id === null) return { action: 'hangUp' }
  return { action: 'rule', ruleId: row.next_rule_id, ignoreSchedule: row.ignore_schedule === 1 }
}
