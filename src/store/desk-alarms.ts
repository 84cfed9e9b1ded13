/**
 * Alarms as managers look at them: lists by state and kind, and closing them with a note. Raising
 * them is alarms.ts.
 */
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { logDeed } from './desk-deed.ts'
import type { Deed } from './desk-deed.ts'
import { namesOf } from './desk-subscribers.ts'
import { StoreError } from './errors.ts'
import type { MoneyTables } from './money-tables.ts'

export interface DeskAlarmRow {
  readonly id: string
  readonly kind: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  readonly details: Readonly<Record<string, string | number>>
  /** Milliseconds since 1970. */
  readonly raisedAt: number
  readonly lastAt: number
  readonly times: number
  readonly closedAt: number | null
  readonly closedBy: string
  readonly note: string
}

export interface AlarmPage {
  readonly alarms: readonly DeskAlarmRow[]
  /** To go on; null = the list ends here. */
  readonly next: string | null
  /** How many are open, by kind. */
  readonly open: Readonly<Record<string, number>>
}

/** A place in a list by time and id: 'instant-id'. */
export interface Place {
  readonly at: number
  readonly id: string
}

/** 'instant-id' as a place; the schema has checked its form. */
export function readPlace(text: string): Place {
  const [at = '', id = ''] = text.split('-')
  return { at: Number(at), id }
}

/** A page of alarms, the latest first. */
export async function listAlarms(
  db: Db,
  filter: {
    readonly state: 'open' | 'closed'
    readonly kind?: string | undefined
    readonly subscriber?: string | undefined
  },
  page: { readonly before?: Place | undefined; readonly limit: number },
): Promise<AlarmPage> {
  let select = db.selectFrom('alarms').selectAll()
    .where('closed_at', filter.state === 'open' ? 'is' : 'is not', null)
  if (filter.kind !== undefined) select = select.where('kind', '=', filter.kind)
  if (filter.subscriber !== undefined)
    select = select.where('subscriber_id', '=', filter.subscriber)
  const { before, limit } = page
  if (before !== undefined) {
    select = select.where((eb) => eb.or([
      eb('last_at', '<', String(before.at)),
      eb.and([eb('last_at', '=', String(before.at)), eb('id', '<', before.id)]),
    ]))
  }
  const rows = await select.orderBy('last_at', 'desc').orderBy('id', 'desc').limit(limit + 1)
    .execute()
  const alarms = await withNames(db, rows.slice(0, limit))
  const last = alarms.at(-1)
  return {
    alarms,
    next: rows.length > limit && last ? `${last.lastAt}-${last.id}` : null,
    open: await openByKind(db),
  }
}

/** The latest alarms about a subscriber, open or closed. */
export async function alarmsOf(
  db: Db, subscriberId: string, limit: number,
): Promise<readonly DeskAlarmRow[]> {
  const rows = await db.selectFrom('alarms').selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('last_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return withNames(db, rows)
}

/** How many alarms are open, by kind. */
export async function openByKind(db: Db): Promise<Readonly<Record<string, number>>> {
  const rows = await db.selectFrom('alarms')
    .select(['kind', (eb) => eb.fn.countAll<string>().as('count')])
    .where('closed_at', 'is', null).groupBy('kind').orderBy('kind').execute()
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]))
}

/**
 * A manager has seen to it. Closing a closed one changes nothing; raised again it is open again.
 * Throws StoreError not_found.
 */
export async function closeWithNote(
  db: Db, id: string, note: string, by: Deed,
): Promise<DeskAlarmRow> {
  return inTransaction(db, async (trx) => {
    const row = await trx.selectFrom('alarms').selectAll().where('id', '=', id).forUpdate()
      .executeTakeFirst()
    if (!row) throw new StoreError('not_found')
    if (row.closed_at === null) {
      await trx.updateTable('alarms')
        .set({ closed_at: by.atMs, closed_by: by.login, note })
        .where('id', '=', id)
        .execute()
      await logDeed(trx, by, {
        action: 'alarm.close', subject: `alarm:${row.alarm_key}`.slice(0, 160),
        subscriberId: row.subscriber_id ?? undefined, details: { kind: row.kind, note },
      })
    }
    const after = await trx.selectFrom('alarms').selectAll().where('id', '=', id)
      .executeTakeFirstOrThrow()
    return (await withNames(trx, [after]))[0]!
  })
}

type AlarmRow = {
  readonly [K in keyof MoneyTables['alarms']]: K extends 'raised_at' | 'last_at' ? string
    : K extends 'closed_at' ? string | null
    : K extends 'closed_by' | 'note' ? string : MoneyTables['alarms'][K]
}

async function withNames(db: Db, rows: readonly AlarmRow[]): Promise<DeskAlarmRow[]> {
  const nameOf = await namesOf(db, rows.map((row) => row.subscriber_id))
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    subscriber: nameOf(row.subscriber_id),
    details: JSON.parse(row.details) as DeskAlarmRow['details'],
    raisedAt: Number(row.raised_at),
    lastAt: Number(row.last_at),
    times: row.times,
    closedAt: row.closed_at === null ? null : Number(row.closed_at),
    closedBy: row.closed_at === null ? '' : row.closed_by,
    note: row.note,
  }))
}
