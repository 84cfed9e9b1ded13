/**
 * The support from the other side of the desk: a thread with its internal notes, answers, whose it
 * is; the inbox is support-inbox.ts. Everything a manager does here is in the audit log, in the same
 * transaction; so is each look at a thread, unless he has just looked.
 */
import { writeAudit } from './audit.ts'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import { tell } from './outbox.ts'
import { uploaderOf } from './support-files.ts'
import { excerpt, readHeads } from './support-inbox.ts'
import type { DeskHead } from './support-inbox.ts'
import { changeRequest, onceFor, readThreads, writeMessage } from './support-rows.ts'
import type { RequestRow, StoredMessage, SupportAuthor } from './support-rows.ts'

/** The manager who does it, and from where. */
export interface DeskHand {
  /** Id of his account. */
  readonly account: string
  readonly login: string
  /** IP address. */
  readonly from: string
}

export interface StoredDeskThread extends DeskHead {
  readonly callId: string | null
  readonly messages: readonly (Omit<StoredMessage, 'author'> & {
    readonly author: SupportAuthor | 'note'
    readonly by: string
  })[]
}

/** A look within this time after one of his own is the same look. */
const sameLookMs = 10 * 60_000
/** An answer is told by letter when it was not seen on the page within this time. */
const letterWaitMs = 120_000

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
  { text, files, key }: {
    readonly text: string; readonly files: readonly string[]; readonly key?: string | undefined
  },
  hand: DeskHand, wallMs: number,
): Promise<void> {
  await once(db, hand, key, ['answer', id, text, files], wallMs, async (trx) => {
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
  db: Db, id: string, { text, key }: { readonly text: string; readonly key?: string | undefined },
  hand: DeskHand, wallMs: number,
): Promise<void> {
  await once(db, hand, key, ['note', id, text], wallMs, async (trx) => {
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

/** What a manager sends again because he was not answered is done once. */
async function once(
  db: Db, { account }: DeskHand, key: string | undefined, wish: readonly unknown[], wallMs: number,
  work: (trx: Trx) => Promise<void>,
): Promise<void> {
  const form = key === undefined ? undefined : { sender: account, key }
  await inTransaction(db, (trx) => onceFor(trx, form, wish, wallMs, async () => {
    await work(trx)
    return ''
  }))
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
    .where('manager', '<>', '')
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
