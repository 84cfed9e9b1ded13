/**
 * What a call cost, entered once: in the transaction that stores its end the reservation goes, the
 * ledger gets its entry and the balance follows. The reservation's row is the right to charge: who
 * finds none has been preceded, by himself or by the repair of a process that died. Many calls of
 * many accounts go in one round, so that a busy journal does not pay a transaction for each.
 *
 * Charged is the talk that the journal shows: from the caller's answer to the end. Nobody who was
 * answered in vain (his caller had gone) pays for it.
 */
import type { CallCharge } from '../call/record.ts'
import { nextEntry } from '../money/ledger.ts'
import type { Entry } from '../money/ledger.ts'
import { shareAt } from '../money/live-calls.ts'
import type { LiveCall } from '../money/live-calls.ts'
import type { Kopecks } from '../money/tariff.ts'
import type { NewAlarm } from './alarms.ts'
import type { Run, SqlValue } from './database.ts'
import { copyAlarm } from './ledger.ts'
import { balanceMarksSql, marksFor, padded, readAccounts } from './live-accounts.ts'
import type { LastEntry, LiveAccount } from './live-accounts.ts'
import { lowBalanceEvent } from './low-balance.ts'
import type { NoticeEvent } from './outbox.ts'
import type { TariffShelf } from './tariff-shelf.ts'

/** A call for which money was reserved, and that is over. */
export interface EndedCall {
  readonly id: string
  readonly subscriberId: string
  /** Of the phone that talked. */
  readonly address: string
  /** When its caller was connected; undefined: never. */
  readonly answeredAt: number | undefined
  readonly endedAt: number
}

export interface Settlement {
  /** By call; one that was charged before is not there. */
  readonly charges: ReadonlyMap<string, CallCharge>
  /** To be told in the same transaction. */
  readonly events: readonly NoticeEvent[]
  /** To be raised when it is done. */
  readonly alarms: readonly NewAlarm[]
}

interface LockedRow {
  readonly id: string
  readonly balance_kopecks: string
  readonly low_balance_kopecks: string
}

/** An account while its calls are charged. */
interface Book {
  readonly id: string
  readonly lowKopecks: Kopecks
  readonly before: Kopecks
  last: Entry | undefined
  calls: LiveCall[]
  readonly includedLeft: Map<string, number>
}

interface Line {
  readonly subscriberId: string
  readonly callId: string
  readonly entry: Entry
}

/** Charges calls that are over; `run` is a transaction whose other effect is to store their ends. */
export async function settleCalls(
  run: Run, shelf: TariffShelf, ended: readonly EndedCall[], wallMs: number,
): Promise<Settlement> {
  const byId = new Map(ended.map((one) => [one.id, one]))
  const calls = [...byId.values()].toSorted((a, b) => a.endedAt - b.endedAt)
  const ids = [...new Set(calls.map((one) => one.subscriberId))].toSorted()
  const locked = await run<LockedRow>(lockSql(ids), padded(ids))
  const accounts = await readAccounts(run, shelf, ids, wallMs, { ledger: true })
  const books = booksOf(locked, accounts)
  const { charges, lines, included } = charge(books, calls, wallMs)
  if (lines.length > 0) await enter(run, books, lines)
  if (included.length > 0) await run(includedSql(included.length / 3), included)
  const marked = padded(ids)
  await run(balanceMarksSql(marked.length), marked)
  await run(`DELETE FROM live_charges WHERE call_id IN (${marksFor(padded(calls).length)})`,
    padded(calls.map((one) => one.id)))
  return { charges, ...consequences(books, locked, lines) }
}

function booksOf(
  locked: readonly LockedRow[], accounts: readonly LiveAccount[],
): ReadonlyMap<string, Book> {
  const books = new Map<string, Book>()
  for (const { id, low_balance_kopecks: low } of locked) {
    const account = accounts.find((one) => one.id === id)
    const last = account?.last && entryOf(account.last)
    books.set(id, {
      id, last, lowKopecks: Number(low), before: last?.balanceKopecks ?? 0,
      calls: [...account?.calls ?? []], includedLeft: new Map(account?.funds.includedLeft),
    })
  }
  return books
}

/** Only number, balance and instant of it matter to the entry that follows. */
function entryOf(last: LastEntry): Entry {
  return { key: '', kind: 'call', kopecks: 0, text: '', ...last }
}

function charge(
  books: ReadonlyMap<string, Book>, calls: readonly EndedCall[], wallMs: number,
): { charges: Map<string, CallCharge>; lines: Line[]; included: SqlValue[] } {
  const charges = new Map<string, CallCharge>()
  const lines: Line[] = []
  const included: SqlValue[] = []
  for (const call of calls) {
    const book = books.get(call.subscriberId)
    const live = book?.calls.find((one) => one.id === call.id)
    if (book === undefined || live === undefined) continue
    const cost = costOf(book, live, call)
    charges.set(call.id, cost)
    if (cost.includedSeconds > 0 && live.includedIn !== undefined) {
      included.push(book.id, live.includedIn, cost.includedSeconds)
      const left = book.includedLeft.get(live.includedIn) ?? 0
      book.includedLeft.set(live.includedIn, left - cost.includedSeconds)
    }
    book.calls = book.calls.filter((one) => one !== live)
    if (cost.kopecks === 0) continue
    const entry = nextEntry(book.last, {
      key: `call:${call.id}`, kind: 'call', kopecks: -cost.kopecks, text: textOf(call, cost),
      atMs: Math.max(Math.floor(Math.min(call.endedAt, wallMs)), book.last?.atMs ?? 0),
    })
    book.last = entry
    lines.push({ subscriberId: book.id, callId: call.id, entry })
  }
  return { charges, lines, included }
}

function costOf(
  { calls, includedLeft, before }: Book, live: LiveCall, call: EndedCall,
): CallCharge {
  const rateName = live.rate.name
  const { answeredAt, endedAt } = call
  if (answeredAt === undefined) return { kopecks: 0, rateName, seconds: 0, includedSeconds: 0 }
  const talked = { ...live, answeredMs: Math.max(live.answeredMs, Math.floor(answeredAt)) }
  const all = calls.map((one) => one === live ? talked : one)
  const funds = { balanceKopecks: before, includedLeft }
  const { kopecks, chargedSeconds, includedSeconds } =
    shareAt(all, funds, talked, Math.floor(endedAt))
  return { kopecks, rateName, seconds: chargedSeconds, includedSeconds }
}

/** «Звонок на +79161234501, Россия, мобильные, 1 мин 5 с»: what the statement shows. */
function textOf(
  { address }: EndedCall, { rateName, seconds, includedSeconds }: CallCharge,
): string {
  const minutes = Math.floor(seconds / 60)
  const long = `${minutes === 0 ? '' : `${minutes} мин `}${seconds % 60} с`
  const free = includedSeconds === 0 ? '' : ` (включённых ${includedSeconds} с)`
  return `Звонок на ${address.slice(0, 64)}, ${rateName}, ${long}${free}`.slice(0, 255)
}

async function enter(
  run: Run, books: ReadonlyMap<string, Book>, lines: readonly Line[],
): Promise<void> {
  const values: SqlValue[] = []
  for (const { subscriberId, callId, entry } of lines) {
    const { number, key, kind, kopecks, balanceKopecks, atMs, text } = entry
    values.push(subscriberId, number, key, kind, kopecks, balanceKopecks, atMs, text, callId)
  }
  await run(ledgerSql(lines.length), values)
  const ids = padded([...new Set(lines.map((one) => one.subscriberId))])
  const balances = ids.flatMap((id) => [id, books.get(id)?.last?.balanceKopecks ?? 0])
  await run(balancesSql(ids.length), [...balances, ...ids])
}

function consequences(
  books: ReadonlyMap<string, Book>, locked: readonly LockedRow[], lines: readonly Line[],
): { events: NoticeEvent[]; alarms: NewAlarm[] } {
  const events: NoticeEvent[] = []
  const alarms: NewAlarm[] = []
  const charged = new Set(lines.map((one) => one.subscriberId))
  for (const row of locked) {
    const book = books.get(row.id)
    if (book?.last === undefined || !charged.has(row.id)) continue
    const { id, before, lowKopecks, last } = book
    const copy = Number(row.balance_kopecks)
    // As in ledger.ts: the copy follows the ledger again, and who looks later sees no difference.
    if (copy !== before) alarms.push(copyAlarm(id, before, copy))
    const event = lowBalanceEvent(id, before, last, lowKopecks)
    if (event !== undefined) events.push(event)
  }
  return { events, alarms }
}

function lockSql(ids: readonly string[]): string {
  return 'SELECT id, balance_kopecks, low_balance_kopecks FROM subscribers ' +
    `WHERE id IN (${marksFor(padded(ids).length)}) ORDER BY id FOR UPDATE`
}

function ledgerSql(lines: number): string {
  return 'INSERT INTO ledger (subscriber_id, number, entry_key, kind, kopecks, balance_kopecks, ' +
    `at, text, call_id) VALUES ${rowsOf(lines, 9)}`
}

/** All balances at once: a statement for each account would be most of what a settlement costs. */
function balancesSql(ids: number): string {
  return `UPDATE subscribers SET balance_kopecks = CASE id ${'WHEN ? THEN ? '.repeat(ids)}` +
    `ELSE balance_kopecks END WHERE id IN (${marksFor(ids)})`
}

function includedSql(rows: number): string {
  return `INSERT INTO included_use (subscriber_id, month, seconds) VALUES ${rowsOf(rows, 3)} ` +
    'ON DUPLICATE KEY UPDATE seconds = included_use.seconds + VALUES(seconds)'
}

function rowsOf(rows: number, columns: number): string {
  return Array(rows).fill(`(${marksFor(columns)})`).join(',')
}
