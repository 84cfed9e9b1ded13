/**
 * The support from the other side of the desk: the inbox of managers, a thread with its internal
 * notes, answers. Everything a manager does here is in the audit log, in the same transaction; so
 * is each look at a thread, unless he has just looked.
 */
import { sql } from 'kysely'
import { writeAudit } from './audit.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { readOptions } from './options.ts'
import { tell } from './outbox.ts'
import { uploaderOf } from './support-files.ts'
import { changeRequest, readThreads, writeMessage } from './support-rows.ts'
import type {
  RequestRow, StoredMessage, StoredThread, SupportAuthor, SupportState,
} from './support-rows.ts'

/** The manager who does it, and from where. */
export interface DeskHand {
  /** Id of his account. */
  readonly account: string
  readonly login: string
  /** IP address. */
  readonly from: string
}

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

export interface StoredDeskThread extends DeskHead {
  readonly callId: string | null
  readonly messages: readonly (Omit<StoredMessage, 'author'> & {
    readonly author: SupportAuthor | 'note'
    readonly by: string
  })[]
}

export interface DeskPage {
  readonly threads: readonly DeskHead[]
  readonly next: string | null
}

/** A look within this time after one of his own is the same look. */
const sameLookMs = 10 * 60_000
/** An answer is told by letter when it was not seen on the page within this time. */
const letterWaitMs = 120_000
const excerpt = 200

/** A page of the inbox: 'open' and 'mine' who waits longest first, the others newest first. */
export async function listDesk(
  db: Db, query: DeskQuery, { account }: Pick<DeskHand, 'account'>, wallMs: number,
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

/** A thread with its notes. The look is logged. Throws StoreError not_found. */
export async function lookAtThread(
  db: Db, id: string, hand: DeskHand, wallMs: number,
): Promise<StoredDeskThread> {
  return inTransaction(db, async (trx) => {
    const request = await requestOf(trx, id)
    if (!await lookedJustNow(trx, id, hand.login, wallMs))
      await log(trx, 'support.look', request, hand, {}, wallMs)
    return readDeskThread(trx, request, hand, wallMs)
  })
}

/**
 * Answers: the thread is answered, and his who answers when it was nobody's. The asker is told by
 * his choices, a visitor by e-mail if he left an address, unless he sees it on the page first; and
 * once only until he writes again. Throws StoreError not_found.
 */
export async function answerThread(
  db: Db, id: string,
  { text, files }: { readonly text: string; readonly files: readonly string[] },
  hand: DeskHand, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const request = await requestOf(trx, id, true)
    const question = await trx
      .selectFrom('support_messages')
      .select(['id', 'text'])
      .where('request_id', '=', id)
      .where('author', '<>', 'support')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    await writeMessage(trx, request, {
      author: 'support', text, files, uploader: uploaderOf({ manager: hand.account }),
      manager: hand.login,
    }, wallMs)
    if (request.assigned_to === null)
      await changeRequest(trx, request, { assigned_to: hand.account })
    await tellAnswer(trx, request, { question, text }, wallMs)
    await log(trx, 'support.answer', request, hand, { files: files.length }, wallMs)
  })
}

/** Writes a note that only managers see. Throws StoreError not_found. */
export async function addDeskNote(
  db: Db, id: string, text: string, hand: DeskHand, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const request = await requestOf(trx, id, true)
    await trx
      .insertInto('support_notes')
      .values({
        id: newId(wallMs), request_id: id, manager: hand.login, text, written_at: wallMs,
      })
      .execute()
    await changeRequest(trx, request, {})
    await log(trx, 'support.note', request, hand, {}, wallMs)
  })
}

/** Makes the thread his, or nobody's. Throws StoreError not_found. */
export async function assignThread(
  db: Db, id: string, to: 'me' | 'nobody', hand: DeskHand, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const request = await requestOf(trx, id, true)
    await changeRequest(trx, request, { assigned_to: to === 'me' ? hand.account : null })
    await log(trx, 'support.assign', request, hand, { to: to === 'me' ? hand.login : '' }, wallMs)
  })
}

/** Closes a thread, or opens it again. Throws StoreError not_found. */
export async function setThreadState(
  db: Db, id: string, state: 'closed' | 'waiting', hand: DeskHand, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const request = await requestOf(trx, id, true)
    if ((request.state === 'closed') === (state === 'closed')) return
    await changeRequest(trx, request, state === 'closed'
      ? { state, waiting_since: null, changed_at: wallMs }
      : { state, waiting_since: wallMs, changed_at: wallMs })
    await log(trx, state === 'closed' ? 'support.close' : 'support.reopen', request, hand, {},
      wallMs)
  })
}

/** A file of a thread was fetched by a manager. */
export async function logFileLook(
  db: Db, requestId: string, name: string, hand: DeskHand, wallMs: number,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await log(trx, 'support.file', await requestOf(trx, requestId), hand, { name }, wallMs)
  })
}

async function requestOf(trx: Trx, id: string, locked = false): Promise<RequestRow> {
  const select = trx.selectFrom('support_requests').selectAll().where('id', '=', id)
  const row = await (locked ? select.forUpdate() : select).executeTakeFirst()
  if (!row) throw new StoreError('not_found')
  return row
}

async function readDeskThread(
  db: Db, request: RequestRow, hand: DeskHand, wallMs: number,
): Promise<StoredDeskThread> {
  const [head] = await readHeads(db, [request], hand.account, wallMs)
  const [thread] = await readThreads(db, [request])
  const writers = await db
    .selectFrom('support_messages')
    .select(['id', 'manager'])
    .where('request_id', '=', request.id)
    .execute()
  const by = new Map(writers.map((row) => [row.id, row.manager]))
  const notes = await db
    .selectFrom('support_notes')
    .selectAll()
    .where('request_id', '=', request.id)
    .orderBy('id')
    .execute()
  const messages = [
    ...thread!.messages.map((one) => ({ ...one, by: by.get(one.id) ?? '' })),
    ...notes.map((note) => ({
      id: note.id, author: 'note' as const, text: note.text, at: Number(note.written_at),
      files: [], by: note.manager,
    })),
  ].toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  return { ...head!, callId: request.call_id, messages }
}

/** Lines of the inbox, in the order of the rows. */
async function readHeads(
  db: Db, rows: readonly RequestRow[], account: string, wallMs: number,
): Promise<readonly DeskHead[]> {
  if (rows.length === 0) return []
  const askers = await readAskers(db, rows)
  const threads = new Map((await readThreads(db, rows)).map((thread) => [thread.id, thread]))
  const managers = rows.map((row) => row.assigned_to).filter((id) => id !== null)
  const accounts = managers.length === 0 ? [] : await db
    .selectFrom('accounts')
    .select(['id', 'login'])
    .where('id', 'in', managers)
    .execute()
  const logins = new Map(accounts.map(({ id, login }) => [id, login]))
  return rows.map((row) => {
    const messages = threads.get(row.id)?.messages ?? []
    const last = messages.at(-1)
    return {
      id: row.id,
      kind: row.kind as DeskHead['kind'],
      subject: row.subject,
      state: row.state as SupportState,
      asker: askers.get(row.subscriber_id)
        ?? { kind: 'visitor', name: row.visitor_name, email: row.visitor_email },
      last: (last?.text ?? '').slice(0, excerpt).toWellFormed(),
      lastBy: last?.author ?? 'subscriber',
      createdAt: Number(row.created_at),
      changedAt: Number(row.changed_at),
      waitingSince: row.waiting_since === null ? null : Number(row.waiting_since),
      assignedTo: row.assigned_to === null ? null
        : { login: logins.get(row.assigned_to) ?? '', mine: row.assigned_to === account },
      files: messages.reduce((sum, one) => sum + one.files.length, 0),
      live: Number(row.live_until) > wallMs,
    }
  })
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

async function lookedJustNow(
  trx: Trx, id: string, login: string, wallMs: number,
): Promise<boolean> {
  const row = await trx
    .selectFrom('audit_log')
    .select('id')
    .where('subject', '=', `support:${id}`)
    .where('actor', '=', login)
    .where('at', '>', String(wallMs - sameLookMs))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

async function log(
  trx: Trx, action: string, request: RequestRow, hand: DeskHand,
  details: Readonly<Record<string, unknown>>, wallMs: number,
): Promise<void> {
  await writeAudit(trx, {
    actor: hand.login, action, subject: `support:${request.id}`,
    subscriberId: request.subscriber_id === '' ? undefined : request.subscriber_id,
    details, from: hand.from,
  }, wallMs)
}

async function tellAnswer(
  trx: Trx, request: RequestRow,
  { question, text }: {
    readonly question: { readonly id: string; readonly text: string } | undefined
    readonly text: string
  },
  wallMs: number,
): Promise<void> {
  const key = `support:${request.id}:${question?.id ?? ''}`
  if (request.subscriber_id !== '') {
    await tell(trx, {
      subscriberId: request.subscriber_id, key, waitMs: letterWaitMs,
      notice: {
        kind: 'supportAnswer', requestId: request.id, subject: request.subject, text,
      },
    }, wallMs)
    return
  }
  if (request.visitor_email === '') return
  await tell(trx, {
    subscriberId: '', key, waitMs: letterWaitMs,
    notice: {
      kind: 'askAnswer', question: (question?.text ?? '').slice(0, excerpt).toWellFormed(), text,
    },
    to: { channel: 'email', address: request.visitor_email },
    reader: { name: request.visitor_name, language: 'ru', zone: 'Europe/Moscow' },
  }, wallMs)
}
