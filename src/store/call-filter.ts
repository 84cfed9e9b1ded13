/**
 * Which calls of a subscriber: the conditions that journal, export and statistics share, so that a
 * bar opens exactly the calls it counts.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { ZoneSegment } from '../call/zone.ts'

export type CallKind = 'answered' | 'missed' | 'voicemail' | 'abandoned' | 'refused' | 'live'

export interface CallFilter {
  readonly outcome?: CallKind | undefined
  /** Part of a number, of a name, or of the name of the rule. */
  readonly text?: string | undefined
  /** The rule that took the call first, or 'none'. */
  readonly rule?: string | undefined
  /** One of «Мои номера» that was rung. */
  readonly number?: string | undefined
  /** Exactly this caller; 'anonymous': withheld. */
  readonly caller?: string | undefined
  /** [from, to), milliseconds since 1970. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly hasRecording?: boolean | undefined
  readonly hasNote?: boolean | undefined
  /** Hour of the week, 0 = Monday 00:00, in the zone these segments are of. */
  readonly cell?: { readonly hour: number; readonly segments: readonly ZoneSegment[] } | undefined
}

/**
 * «Пропущенные»: reached nobody although the subscriber wished it; a refusal by his own will is
 * none. «Отклонённые» are those.
 */
export const missed: RawBuilder<boolean> = sql<boolean>`(
  c.outcome IN ('missed', 'abandoned', 'interrupted') OR (c.outcome = 'refused'
    AND c.reason NOT IN ('blocked', 'doNotDisturb', 'ruleRefuses')))`

const kinds: Readonly<Record<CallKind, RawBuilder<boolean>>> = {
  answered: sql<boolean>`c.outcome = 'answered'`,
  missed,
  voicemail: sql<boolean>`c.outcome = 'voicemail'`,
  abandoned: sql<boolean>`c.outcome = 'abandoned'`,
  refused: sql<boolean>`(
    c.outcome = 'refused' AND c.reason IN ('blocked', 'doNotDisturb', 'ruleRefuses'))`,
  live: sql<boolean>`c.ended_at IS NULL`,
}

/** The local hour in which a call began, counted from 1970 in these segments' zone. */
export function localHour(segments: readonly ZoneSegment[]): RawBuilder<string> {
  const last = segments.at(-1)?.offsetMs ?? 0
  const cases = segments.slice(0, -1).map(({ to, offsetMs }) =>
    sql`WHEN c.started_at < ${sql.lit(to)} THEN ${sql.lit(offsetMs)}`)
  const offset = cases.length === 0
    ? sql.lit(last)
    : sql`CASE ${sql.join(cases, sql` `)} ELSE ${sql.lit(last)} END`
  return sql<string>`FLOOR((c.started_at + ${offset}) / 3600000)`
}

/** 1 January 1970 was a Thursday: so many hours after a Monday. */
const mondayHours = 72

/** Hour of the week, 0 = Monday 00:00, of an hour as `localHour` counts. */
export function hourOfWeek(hour: number): number {
  return (((hour + mondayHours) % 168) + 168) % 168
}

/** The conditions of `filter` on `calls as c`; empty when it asks for nothing. */
export function conditions(filter: CallFilter, subscriberId: string): RawBuilder<boolean>[] {
  const { outcome, text, rule, number, caller, from, to, hasRecording, hasNote, cell } = filter
  const found: RawBuilder<boolean>[] = []
  if (outcome !== undefined) found.push(kinds[outcome])
  if (text !== undefined && text.trim() !== '') found.push(matches(text.trim(), subscriberId))
  if (rule === 'none') found.push(sql`(c.rule_id IS NULL AND c.ended_at IS NOT NULL)`)
  else if (rule !== undefined) found.push(sql`(c.rule_id = ${rule} OR c.legs LIKE ${`%${rule}%`})`)
  if (number !== undefined) found.push(sql`c.legs LIKE ${`%${number}%`}`)
  if (caller === 'anonymous') found.push(sql`(c.anonymous = 1 OR c.caller = '')`)
  else if (caller !== undefined) found.push(sql`(c.caller = ${caller} AND c.anonymous = 0)`)
  if (from !== undefined) found.push(sql`c.started_at >= ${from}`)
  if (to !== undefined) found.push(sql`c.started_at < ${to}`)
  if (hasRecording !== undefined) {
    const exists = sql`EXISTS (SELECT 1 FROM recordings AS r
      WHERE r.call_id = c.id AND r.state IN ('writing', 'ready'))`
    found.push(hasRecording ? sql`${exists}` : sql`NOT ${exists}`)
  }
  if (hasNote === true)
    found.push(sql`EXISTS (SELECT 1 FROM call_notes AS n WHERE n.call_id = c.id)`)
  if (cell !== undefined) {
    const hour = localHour(cell.segments)
    found.push(sql`MOD(${hour} + ${sql.lit(mondayHours)}, 168) = ${cell.hour}`)
  }
  return found
}

function matches(text: string, subscriberId: string): RawBuilder<boolean> {
  const digits = text.replaceAll(/\D/g, '')
  const isNumber = digits.length >= 2 && !/\p{L}/u.test(text)
  // Numbers are stored as +7…, people search for 8 (916) … or for the end of it.
  const part = isNumber ? digits.replace(/^8(?=\d{10}$)/, '7') : text
  const pattern = `%${part.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql<boolean>`(
    c.caller LIKE ${pattern} OR c.caller_name LIKE ${pattern} OR c.phones LIKE ${pattern}
    OR c.rule_id IN (SELECT id FROM rules
      WHERE subscriber_id = ${subscriberId} AND name LIKE ${pattern})
    OR c.caller IN (SELECT mask FROM caller_entries
      WHERE subscriber_id = ${subscriberId} AND name LIKE ${pattern}))`
}
