/**
 * Subscribers as a call and the panel need them. `createSubscriberFinder` is the hot path: one
 * prepared join over two primary keys loads everything a call needs.
 */
import { sql } from 'kysely'
import type { CallSettings, Subscriber } from '../call/subscriber.ts'
import { inTransaction } from './database.ts'
import type { Database, Db } from './database.ts'
import { StoreError, isDuplicate, isRetryable } from './errors.ts'
import { newId } from './ids.ts'
import { append } from './ledger.ts'
import { addPersonalNumber } from './number-pool.ts'
import { changeOptions } from './options.ts'
import {
  loadRuleSet, lockSubscriber, readRuleSet, storeRuleSet, withoutUnverified,
} from './rule-set.ts'
import type { RuleSet } from './rule-set.ts'

export interface NewSubscriber {
  readonly name: string
  /** Personal number, E.164. */
  readonly number: string
  readonly login: string
  readonly passwordHash: string
  readonly zone?: string
  readonly tariff?: string
  readonly status?: Subscriber['status']
  /** Entered into the ledger as the opening. */
  readonly balanceKopecks?: number
  readonly maxCalls?: number
  readonly settings?: Partial<CallSettings>
  /** Where notices and links for the password go. */
  readonly email?: string
  /** Of panel and letters. */
  readonly language?: 'ru' | 'en'
}

/** A subscriber for the panel: as a call sees him, with what only the panel shows. */
export interface SubscriberAccount extends Omit<Subscriber, keyof RuleSet>, RuleSet {
  readonly tariff: string
  /** All personal numbers of his, in order; `number` is the first. */
  readonly numbers: readonly string[]
}

/** Limits of product.md §1.5: 25 s each, a minute of cycling, three calls at once. */
const defaultSettings: CallSettings = {
  voicemail: false,
  voicemailAfterSeconds: 25,
  recordCalls: false,
  cycleLimitSeconds: 60,
  ringSeconds: 25,
  busyMattersMore: false,
  declineIsRefusal: false,
}

const callColumns = [
  's.id',
  's.name',
  's.zone',
  's.status',
  's.balance_kopecks',
  's.fee_due_kopecks',
  's.max_calls',
  's.voicemail',
  's.voicemail_after_seconds',
  's.record_calls',
  's.cycle_limit_seconds',
  's.ring_seconds',
  's.busy_matters_more',
  's.decline_is_refusal',
  'p.address',
] as const

interface CallRow {
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly status: string
  readonly balance_kopecks: string
  /** null = his month is paid. */
  readonly fee_due_kopecks: string | null
  readonly max_calls: number
  readonly voicemail: number
  readonly voicemail_after_seconds: number
  readonly record_calls: number
  readonly cycle_limit_seconds: number
  readonly ring_seconds: number
  readonly busy_matters_more: number
  readonly decline_is_refusal: number
  readonly address: string
}

interface FoundRow extends CallRow {
  readonly version: string
  /** null when the version is the one that was asked with, or when there is none. */
  readonly rule_set: string | null
  /** null when he never had one. */
  readonly tariff_id: string | null
}

/** Rule sets kept parsed; some 10 kB each with twenty rules. */
const keptRuleSets = 5000

/**
 * A function that finds the subscriber of a personal number; undefined when there is none. It
 * rejects after `timeoutMs` at the latest; a lost connection is tried again once on another one.
 *
 * The rule set last seen is kept with its version, and the database sends it again only when the
 * version is another: every call asks the database, none parses what has not changed. With
 * `verifyNumbers` numbers that no code has proved are left out.
 */
export function createSubscriberFinder(
  database: Database,
  timeoutMs: number,
  options: { readonly verifyNumbers?: boolean; readonly wallMs?: () => number } = {},
): (number: string) => Promise<(Subscriber & RuleSet) | undefined> {
  const { sql: text } = database.kysely
    .selectFrom('personal_numbers as p')
    .innerJoin('subscribers as s', 's.id', 'p.subscriber_id')
    .select(callColumns)
    .select('s.version')
    .select(sql<string | null>`IF(s.version = ${0}, NULL, s.rule_set)`.as('rule_set'))
    .select((eb) => eb
      .selectFrom('subscriber_tariffs as t')
      .select('t.tariff_id')
      .whereRef('t.subscriber_id', '=', 's.id')
      .where('t.since', '<=', '0')
      .orderBy('t.since', 'desc')
      .limit(sql.lit(1))
      .as('tariff_id'))
    .where('p.address', '=', '')
    .compile()
  const kept = new Map<
    string,
    { readonly id: string; readonly version: string; readonly ruleSet: RuleSet }
  >()
  const { wallMs = Date.now } = options
  const ask = (number: string, leftMs: number) => {
    const version = kept.get(number)?.version ?? -1
    return database.execute<FoundRow>(text, [version, Math.floor(wallMs()), number], leftMs)
  }

  return async (number) => {
    const began = performance.now()
    const rows = await ask(number, timeoutMs).catch((fault: unknown) => {
      const leftMs = timeoutMs - (performance.now() - began)
      if (!isRetryable(fault) || leftMs < timeoutMs / 4) throw fault
      return ask(number, leftMs)
    })
    const row = rows[0]
    if (!row) return undefined
    const known = kept.get(number)
    kept.delete(number) // and set again: the one not asked for longest is the first
    let ruleSet: RuleSet
    if (row.rule_set === null && known?.id === row.id && known.version === row.version)
      ruleSet = known.ruleSet
    else {
      const whole = readRuleSet(row.rule_set) ?? (await loadRuleSet(database.kysely, row.id))
      ruleSet = options.verifyNumbers === true ? withoutUnverified(whole) : whole
    }
    kept.set(number, { id: row.id, version: row.version, ruleSet })
    if (kept.size > keptRuleSets) kept.delete(kept.keys().next().value!)
    const subscriber = subscriberFrom(row, ruleSet)
    return row.tariff_id === null ? subscriber : { ...subscriber, tariffId: row.tariff_id }
  }
}

/** The subscriber with this id for the panel. Throws StoreError not_found. */
export async function loadSubscriber(db: Db, id: string): Promise<SubscriberAccount> {
  const rows = await db
    .selectFrom('subscribers as s')
    .leftJoin('personal_numbers as p', 'p.subscriber_id', 's.id')
    .select(callColumns)
    .select(['s.tariff', 's.rule_set'])
    .where('s.id', '=', id)
    .orderBy('p.address')
    .execute()
  const row = rows[0]
  if (!row) throw new StoreError('not_found')
  const ruleSet = readRuleSet(row.rule_set) ?? (await loadRuleSet(db, id))
  return {
    // Who has left has no number any more, but a history.
    ...subscriberFrom({ ...row, address: row.address ?? '' }, ruleSet),
    tariff: row.tariff,
    numbers: rows.flatMap(({ address }) => address ?? []),
  }
}

/**
 * Makes a subscriber with his personal number and his login. Throws StoreError login_taken,
 * number_taken.
 */
export async function createSubscriber(
  db: Db,
  subscriber: NewSubscriber,
  wallMs: number,
): Promise<string> {
  const id = newId(wallMs)
  await inTransaction(db, async (trx) => {
    await trx.insertInto('subscribers').values(subscriberRow(id, subscriber)).execute()
    await addPersonalNumber(trx, subscriber.number, id, wallMs)
    await trx
      .insertInto('accounts')
      .values({
        id: newId(wallMs),
        subscriber_id: id,
        login: subscriber.login.toLowerCase(),
        password_hash: subscriber.passwordHash,
        email: subscriber.email?.toLowerCase() ?? '',
      })
      .execute()
      .catch((fault: unknown) => {
        throw isDuplicate(fault) ? new StoreError('login_taken', {}, 'login') : fault
      })
    const { balanceKopecks = 0 } = subscriber
    if (balanceKopecks !== 0) {
      await append(trx, id, {
        key: 'opening', kind: 'correction', kopecks: balanceKopecks, atMs: Math.floor(wallMs),
        text: 'Начальный остаток',
      })
    }
    await storeRuleSet(trx, id)
  })
  return id
}

/**
 * Chooses the number calls go to when no rule acts; null for none. Throws StoreError
 * unknown_number.
 */
export async function setDefaultNumber(
  db: Db,
  subscriberId: string,
  numberId: string | null,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    if (numberId !== null) {
      const known = await trx
        .selectFrom('numbers')
        .select('id')
        .where('id', '=', numberId)
        .where('subscriber_id', '=', subscriberId)
        .executeTakeFirst()
      if (!known) throw new StoreError('unknown_number', {}, 'targetId')
    }
    await trx
      .updateTable('subscribers')
      .set({ default_number_id: numberId })
      .where('id', '=', subscriberId)
      .execute()
    await storeRuleSet(trx, subscriberId)
  })
}

/** Changes how calls of a subscriber are handled; settings left out stay. */
export async function updateSettings(
  db: Db,
  subscriberId: string,
  settings: Partial<CallSettings>,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockSubscriber(trx, subscriberId)
    const row = settingsRow(settings)
    if (Object.keys(row).length > 0)
      await trx.updateTable('subscribers').set(row).where('id', '=', subscriberId).execute()
    await storeRuleSet(trx, subscriberId)
  })
}

/** Every personal number of the platform. */
export async function listPersonalNumbers(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('personal_numbers').select('address').execute()
  return rows.map((row) => row.address)
}

/** The same as calls have it where numbers must be proved. */
export function provedOnly(account: SubscriberAccount): SubscriberAccount {
  const { override: _, ...rest } = account
  return { ...rest, ...withoutUnverified(account) }
}

function subscriberFrom(row: CallRow, ruleSet: RuleSet): Subscriber & RuleSet {
  return {
    id: row.id,
    name: row.name,
    number: row.address,
    zone: row.zone,
    status: row.status as Subscriber['status'],
    balanceKopecks: Number(row.balance_kopecks),
    ...(row.fee_due_kopecks === null ? {} : { feeDueKopecks: Number(row.fee_due_kopecks) }),
    maxCalls: row.max_calls,
    settings: {
      voicemail: row.voicemail === 1,
      voicemailAfterSeconds: row.voicemail_after_seconds,
      recordCalls: row.record_calls === 1,
      cycleLimitSeconds: row.cycle_limit_seconds,
      ringSeconds: row.ring_seconds,
      busyMattersMore: row.busy_matters_more === 1,
      declineIsRefusal: row.decline_is_refusal === 1,
    },
    ...ruleSet,
  }
}

function subscriberRow(id: string, subscriber: NewSubscriber) {
  const { email, language } = subscriber
  return {
    id,
    name: subscriber.name,
    zone: subscriber.zone ?? 'Europe/Moscow',
    status: subscriber.status ?? 'active',
    tariff: subscriber.tariff ?? 'Базовый',
    balance_kopecks: 0, // moved by ledger entries only
    max_calls: subscriber.maxCalls ?? 3,
    ...(settingsRow({ ...defaultSettings, ...subscriber.settings }) as Required<
      ReturnType<typeof settingsRow>
    >),
    default_number_id: null,
    rule_set: null,
    version: 0,
    ...(email === undefined && language === undefined ? {} : {
      options: changeOptions(null, {
        ...(email === undefined ? {} : { email }), ...(language === undefined ? {} : { language }),
      }),
    }),
  }
}

/** Columns of the settings given. */
export function settingsRow(settings: Partial<CallSettings>) {
  const row: Record<string, number> = {}
  for (const [name, column] of settingColumns) {
    const value = settings[name]
    if (value !== undefined) row[column] = Number(value)
  }
  return row as Partial<Record<(typeof settingColumns)[number][1], number>>
}

const settingColumns = [
  ['voicemail', 'voicemail'],
  ['voicemailAfterSeconds', 'voicemail_after_seconds'],
  ['recordCalls', 'record_calls'],
  ['cycleLimitSeconds', 'cycle_limit_seconds'],
  ['ringSeconds', 'ring_seconds'],
  ['busyMattersMore', 'busy_matters_more'],
  ['declineIsRefusal', 'decline_is_refusal'],
] as const
