/**
 * A call record as a row of `calls` and back, and the statement that writes many of them at once.
 * A newer state (`changed`) beats an older one in whatever order they arrive, so that writing
 * twice, late or from the spill file does no harm.
 */
import type { CallCharge, CallRecord, LegRecord, TraceStep } from '../call/record.ts'
import type { SqlValue } from './database.ts'
import type { CallsTable } from './tables.ts'

/** A state of a call on its way into the database. */
export interface CallState {
  readonly record: CallRecord
  /** Microseconds since 1970, strictly rising in one process. */
  readonly changed: number
}

/** What the panel reads of a call. */
export const shownColumns = [
  'id', 'sip_call_id', 'subscriber_id', 'dialled', 'caller', 'caller_name', 'anonymous', 'trunk_id',
  'started_at', 'answered_at', 'ended_at', 'outcome', 'status', 'ended_by', 'reason',
  'answered_leg_id', 'legs', 'trace', 'cost_kopecks', 'rate_name', 'charged_seconds',
  'included_seconds',
] as const satisfies readonly (keyof CallsTable)[]

const columns = [
  ...shownColumns, 'owner', 'phones', 'rule_id', 'changed',
] as const satisfies readonly (keyof CallsTable)[]

/**
 * What may change while a call lives. `changed` must come last: the others compare with its old
 * value.
 */
const mutable = [
  'owner', 'subscriber_id', 'answered_at', 'ended_at', 'outcome', 'status', 'ended_by', 'reason',
  'answered_leg_id', 'phones', 'rule_id', 'legs', 'trace', 'changed',
] as const satisfies readonly (keyof CallsTable)[]

/** A statement of more rows saves nothing more and holds its locks longer. */
export const largestBatch = 64

/** Rows of the next statement when `waiting` wait: prepared statements come in few sizes. */
export function batchSize(waiting: number): number {
  if (waiting <= 8) return waiting
  if (waiting >= largestBatch) return largestBatch
  return waiting - (waiting % (waiting < 32 ? 4 : 16))
}

/** Written once, with the end of the call; a state that does not know them leaves them. */
const lasting = [
  'cost_kopecks', 'rate_name', 'charged_seconds', 'included_seconds',
] as const satisfies readonly (keyof CallsTable)[]

const statements = new Map<number, string>()

/**
 * INSERT … ON DUPLICATE KEY UPDATE for `rows` calls. VALUES() is what MySQL, MariaDB and TiDB
 * share.
 */
export function upsertSql(rows: number): string {
  let sql = statements.get(rows)
  if (sql === undefined) {
    const row = `(${columns.map(() => '?').join(',')})`
    const newer = mutable.map(
      (name) => `${name}=IF(VALUES(changed)>=calls.changed,VALUES(${name}),calls.${name})`,
    )
    for (const name of lasting) newer.unshift(`${name}=COALESCE(VALUES(${name}),calls.${name})`)
    sql =
      `INSERT INTO calls (${columns.join(',')}) VALUES ${Array(rows).fill(row).join(',')}` +
      ` ON DUPLICATE KEY UPDATE ${newer.join(',')}`
    statements.set(rows, sql)
  }
  return sql
}

/** The values of one row, in the order of the statement. Text of strangers is cut to the column. */
export function callValues(
  { record, changed }: CallState, owner: string, charge?: CallCharge,
): SqlValue[] {
  return [
    record.id,
    cut(record.sipCallId, 255),
    record.subscriberId ?? null,
    cut(record.dialled, 128),
    cut(record.caller, 128),
    cut(record.callerName, 255),
    record.anonymous ? 1 : 0,
    record.trunkId ?? null,
    record.startedAt,
    record.answeredAt ?? null,
    record.endedAt ?? null,
    record.outcome ?? null,
    record.status,
    record.endedBy ?? null,
    cut(record.reason, 255),
    record.answeredLegId ?? null,
    JSON.stringify(record.legs),
    JSON.stringify(record.trace),
    charge?.kopecks ?? null,
    charge?.rateName ?? null,
    charge?.seconds ?? null,
    charge?.includedSeconds ?? null,
    owner,
    cut(phonesOf(record), 1000),
    firstRuleOf(record),
    changed,
  ]
}

/** A row as the panel reads it. */
export type CallRow = Omit<
  CallsTable,
  'owner' | 'changed' | 'phones' | 'rule_id' | 'started_at' | 'answered_at' | 'ended_at' |
  'cost_kopecks' | 'rate_name' | 'charged_seconds' | 'included_seconds'
> & {
  readonly cost_kopecks: string | null
  readonly rate_name: string | null
  readonly charged_seconds: number | null
  readonly included_seconds: number | null
  readonly started_at: string
  readonly answered_at: string | null
  readonly ended_at: string | null
}

/** The record of a row. */
export function recordFrom(row: CallRow): CallRecord {
  return {
    id: row.id,
    sipCallId: row.sip_call_id,
    subscriberId: row.subscriber_id ?? undefined,
    dialled: row.dialled,
    caller: row.caller,
    callerName: row.caller_name,
    anonymous: row.anonymous === 1,
    trunkId: row.trunk_id ?? undefined,
    startedAt: Number(row.started_at),
    answeredAt: instant(row.answered_at),
    endedAt: instant(row.ended_at),
    outcome: (row.outcome ?? undefined) as CallRecord['outcome'],
    status: row.status,
    endedBy: (row.ended_by ?? undefined) as CallRecord['endedBy'],
    reason: row.reason,
    answeredLegId: row.answered_leg_id ?? undefined,
    legs: JSON.parse(row.legs) as LegRecord[],
    trace: JSON.parse(row.trace) as TraceStep[],
    ...(row.cost_kopecks === null ? {} : { charge: chargeFrom(row, Number(row.cost_kopecks)) }),
  }
}

function chargeFrom(row: CallRow, kopecks: number): CallCharge {
  return {
    kopecks, rateName: row.rate_name ?? '', seconds: row.charged_seconds ?? 0,
    includedSeconds: row.included_seconds ?? 0,
  }
}

function phonesOf({ legs }: CallRecord): string {
  let phones = ''
  for (const leg of legs) phones += phones === '' ? leg.address : ` ${leg.address}`
  return phones
}

/** The rule that took the call first; null when none did. */
function firstRuleOf({ trace }: CallRecord): string | null {
  for (const step of trace) if (step.step === 'ruleTaken') return step.ruleId
  return null
}

function instant(text: string | null): number | undefined {
  return text === null ? undefined : Number(text)
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length)
}
