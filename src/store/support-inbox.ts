/**
 * The inbox of the support's managers: which threads there are, in order, by tab and by search, and
 * how much waits. Reads only; a thread itself and what is done with it is support-desk.ts.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { readOptions } from './options.ts'
import type { RequestRow, StoredThread, SupportAuthor, SupportState } from './support-rows.ts'

export interface DeskQuery {
  readonly tab: 'open' | 'mine' | 'answered' | 'closed' | 'all'
  readonly search: string
  /** `next` of the page before. */
  readonly cursor?: string | undefined
  readonly limit: number
}

export type Asker =
  | {
    readonly kind: 'subscriber'
    readonly subscriberId: string
    readonly name: string
    readonly number: string
    readonly email: string
  }
  | { readonly kind: 'visitor'; readonly name: string; readonly email: string }

export interface DeskHead {
  readonly id: string
  readonly kind: StoredThread['kind']
  readonly subject: string
  readonly state: SupportState
  readonly asker: Asker
  readonly last: string
  readonly lastBy: SupportAuthor
  readonly createdAt: number
  readonly changedAt: number
  readonly waitingSince: number | null
  readonly assignedTo: { readonly login: string; readonly mine: boolean } | null
  readonly files: number
  readonly live: boolean
}

export interface DeskPage {
  readonly threads: readonly DeskHead[]
  readonly next: string | null
}

/** Of a text that stands for the whole one, in characters. */
export const excerpt = 200

/** A page of the inbox: 'open' and 'mine' who waits longest first, the others newest first. */
export async function listDesk(
  db: Db, query: DeskQuery, account: string, wallMs: number,
): Promise<DeskPage> {
  const { tab, search, cursor, limit } = query
  const oldestFirst = tab === 'open' || tab === 'mine'
  const key = oldestFirst ? sql<string>`COALESCE(r.waiting_since, r.changed_at)`
    : sql<string>`r.changed_at`
  let select = db.selectFrom('support_requests as r').selectAll('r').select(key.as('sort_key'))
  if (tab === 'open') select = select.where('r.waiting_since', 'is not', null)
  if (tab === 'mine') {
    select = select.where('r.assigned_to', '=', account).where('r.state', '<>', 'closed')
  }
  if (tab === 'answered' || tab === 'closed') select = select.where('r.state', '=', tab)
  if (search !== '') select = select.where(matches(search))
  if (cursor !== undefined) {
    const [at = '0', id = ''] = cursor.split('-')
    select = select.where(oldestFirst
      ? sql<boolean>`(${key} > ${at} OR (${key} = ${at} AND r.id > ${id}))`
      : sql<boolean>`(${key} < ${at} OR (${key} = ${at} AND r.id < ${id}))`)
  }
  const order = oldestFirst ? 'asc' : 'desc'
  const rows = await select
    .orderBy('sort_key', order)
    .orderBy('r.id', order)
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    threads: await readHeads(db, shown, account, wallMs),
    next: rows.length > limit && last ? `${last.sort_key}-${last.id}` : null,
  }
}

/** How much waits: for anybody, for this manager, for nobody yet. */
export async function countDesk(
  db: Db, account: string,
): Promise<{ readonly open: number; readonly mine: number; readonly unassigned: number }> {
  const row = await db
    .selectFrom('support_requests')
    .select([
      sql<string>`COUNT(*)`.as('open'),
      sql<string>`COALESCE(SUM(assigned_to = ${account}), 0)`.as('mine'),
      sql<string>`COALESCE(SUM(assigned_to IS NULL), 0)`.as('unassigned'),
    ])
    .where('waiting_since', 'is not', null)
    .executeTakeFirstOrThrow()
  return {
    open: Number(row.open), mine: Number(row.mine), unassigned: Number(row.unassigned),
  }
}

/** Lines of the inbox, in the order of the rows. */
export async function readHeads(
  db: Db, rows: readonly RequestRow[], account: string, wallMs: number,
): Promise<readonly DeskHead[]> {
  if (rows.length === 0) return []
  const askers = await readAskers(db, rows)
  const ids = rows.map(({ id }) => id)
  const lasts = new Map((await lastMessages(db, ids)).map((row) => [row.request_id, row]))
  const files = new Map((await countFiles(db, ids)).map((row) => [row.request_id, row.count]))
  const managers = rows.map((row) => row.assigned_to).filter((id) => id !== null)
  const accounts = managers.length === 0 ? [] : await db
    .selectFrom('accounts')
    .select(['id', 'login'])
    .where('id', 'in', managers)
    .execute()
  const logins = new Map(accounts.map(({ id, login }) => [id, login]))
  return rows.map((row) => {
    const last = lasts.get(row.id)
    return {
      id: row.id,
      kind: row.kind as DeskHead['kind'],
      subject: row.subject,
      state: row.state as SupportState,
      asker: askers.get(row.subscriber_id)
        ?? { kind: 'visitor', name: row.visitor_name, email: row.visitor_email },
      last: (last?.text ?? '').slice(0, excerpt).toWellFormed(),
      lastBy: (last?.author ?? 'subscriber') as SupportAuthor,
      createdAt: Number(row.created_at),
      changedAt: Number(row.changed_at),
      waitingSince: row.waiting_since === null ? null : Number(row.waiting_since),
      assignedTo: row.assigned_to === null ? null
        : { login: logins.get(row.assigned_to) ?? '', mine: row.assigned_to === account },
      files: Number(files.get(row.id) ?? 0),
      live: Number(row.live_until) > wallMs,
    }
  })
}

/** The last message of each thread: an inbox does not read whole ones. */
async function lastMessages(db: Db, ids: readonly string[]) {
  return db
    .selectFrom('support_messages as m')
    .innerJoin(
      db.selectFrom('support_messages').select((eb) => eb.fn.max('id').as('last_id'))
        .where('request_id', 'in', ids).groupBy('request_id').as('l'),
      (join) => join.onRef('l.last_id', '=', 'm.id'))
    .select(['m.request_id', 'm.author', 'm.text'])
    .execute()
}

async function countFiles(db: Db, ids: readonly string[]) {
  return db
    .selectFrom('support_files')
    .select(['request_id', (eb) => eb.fn.countAll<string>().as('count')])
    .where('request_id', 'in', ids)
    .groupBy('request_id')
    .execute()
}

async function readAskers(
  db: Db, rows: readonly RequestRow[],
): Promise<ReadonlyMap<string, Asker>> {
  const ids = [...new Set(rows.map((row) => row.subscriber_id).filter((id) => id !== ''))]
  if (ids.length === 0) return new Map()
  const subscribers = await db
    .selectFrom('subscribers as s')
    .leftJoin('personal_numbers as p', 'p.subscriber_id', 's.id')
    .select(['s.id', 's.name', 's.options'])
    .select((eb) => eb.fn.min<string | null>('p.address').as('number'))
    .where('s.id', 'in', ids)
    .groupBy(['s.id', 's.name', 's.options'])
    .execute()
  return new Map(subscribers.map((row): [string, Asker] => [row.id, {
    kind: 'subscriber', subscriberId: row.id, name: row.name, number: row.number ?? '',
    email: readOptions(row.options).email,
  }]))
}

/** Who or what is looked for, in the request or in him who asks. */
function matches(search: string) {
  const like = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  const digits = search.replaceAll(/\D/g, '')
  // Addresses are ASCII, and nobody is found by two digits.
  const number = digits.length < 3 ? '-' : `%${digits}%`
  return sql<boolean>`(r.subject LIKE ${like} OR r.visitor_name LIKE ${like}
    OR r.visitor_email LIKE ${like}
    OR EXISTS (SELECT 1 FROM support_messages m WHERE m.request_id = r.id AND m.text LIKE ${like})
    OR EXISTS (SELECT 1 FROM subscribers s WHERE s.id = r.subscriber_id AND s.name LIKE ${like})
    OR EXISTS (SELECT 1 FROM accounts a WHERE a.subscriber_id = r.subscriber_id
      AND r.subscriber_id <> '' AND a.login LIKE ${like.toLowerCase()})
    OR EXISTS (SELECT 1 FROM personal_numbers p WHERE p.subscriber_id = r.subscriber_id
      AND p.address LIKE ${number}))`
}
