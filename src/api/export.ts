/**
 * The journal as a file: CSV (RFC 4180) that Excel opens in the language's own way, or XLSX, with
 * the same filters as the list. A cell never begins a formula: names of callers are written by
 * strangers.
 */
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import type { CallRecord } from '../call/record.ts'
import { localTimeAt, dateOfDay } from '../call/zone.ts'
import { notesOf } from '../store/call-notes.ts'
import type { CallFilter } from '../store/call-filter.ts'
import { listCalls } from '../store/calls.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { filterOf } from './call-query.ts'
import { openCallerBook } from './caller-book.ts'
import { check } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { columnNames, outcomeNames, sheetNames } from './export-words.ts'
import type { ExportLanguage } from './export-words.ts'
import { exportQuery } from './schema-insight.ts'
import { writeXlsx } from './xlsx-thread.ts'

const maxRows = 50_000
/** Rows asked for at a time: what is sent must not wait for what is read. */
const rowsAtOnce = 500
/** Of the columns of a sheet, in characters. */
const widths = [12, 10, 18, 24, 18, 24, 24, 16, 10, 10, 40]

/** One call, in the order of the columns. */
type Row = readonly (string | number)[]

/** GET /api/calls/export.csv and /api/calls/export.xlsx. */
export function exportRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get('/export.csv', (c) => sendCsv(deps, c))
    .get('/export.xlsx', (c) => sendXlsx(deps, c))
}

async function sendCsv(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { lang, rows } = await begin(deps, c)
  // Excel splits at what the language's numbers leave free, and reads UTF-8 by its mark only.
  const separator = lang === 'ru' ? ';' : ','
  const line = (row: Row) => `${row.map((cell) => csvCell(cell, separator)).join(separator)}\r\n`
  name(c, 'csv', 'text/csv; charset=utf-8')
  return stream(c, async (out) => {
    await out.write(`\ufeff${line(columnNames[lang])}`)
    for await (const chunk of rows) {
      if (out.aborted) return
      await out.write(chunk.map(line).join(''))
    }
  })
}

async function sendXlsx(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { lang, rows } = await begin(deps, c)
  const sheet = { name: sheetNames[lang], head: columnNames[lang], widths }
  const file = await writeXlsx(sheet, rows)
  name(c, 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  return c.body(file)
}

/** Quoted where it must be, and never a formula (OWASP, CSV injection). */
export function csvCell(value: string | number, separator: string): string {
  if (typeof value === 'number') return String(value)
  const first = value.charCodeAt(0)
  // = + - @ tab CR
  const isFormula = first === 61 || first === 43 || first === 45 || first === 64 || first === 9 ||
    first === 13
  const safe = isFormula ? `'${value}` : value
  const special = ['"', separator, '\n', '\r'].some((sign) => safe.includes(sign))
  return special ? `"${safe.replaceAll('"', '""')}"` : safe
}

function name(c: ApiContext, extension: string, type: string): void {
  c.header('Content-Type', type)
  c.header('Content-Disposition', `attachment; filename="calls.${extension}"`)
}

async function begin(
  deps: ApiDeps,
  c: ApiContext,
): Promise<{ readonly lang: ExportLanguage; readonly rows: AsyncIterable<readonly Row[]> }> {
  const { lang, ...asked } = check(exportQuery, c.req.query())
  const { subscriberId } = c.get('session')
  const filter = await filterOf(deps, subscriberId, asked)
  const { zone, rules } = await loadSubscriber(deps.database.kysely, subscriberId)
  const names = new Map(rules.map((rule) => [rule.id, rule.name]))
  const words = { lang, zone, ruleName: (id: string) => names.get(id) ?? '' }
  return { lang, rows: readRows(deps, subscriberId, filter, words) }
}

interface Words {
  readonly lang: ExportLanguage
  readonly zone: string
  readonly ruleName: (id: string) => string
}

async function* readRows(
  deps: ApiDeps,
  subscriberId: string,
  filter: CallFilter,
  words: Words,
): AsyncGenerator<readonly Row[]> {
  const db = deps.database.kysely
  const book = await openCallerBook(db, subscriberId)
  let last: CallRecord | undefined
  for (let count = 0; count < maxRows; count += rowsAtOnce) {
    const { calls, more } = await listCalls(db, subscriberId, {
      ...filter, before: last?.startedAt, beforeId: last?.id, limit: rowsAtOnce,
    })
    const notes = await notesOf(db, subscriberId, calls.map(({ id }) => id))
    yield calls.map((call) => {
      const { caller: number, callerName, anonymous } = call
      const known = book({ number, name: callerName, anonymous }).known?.name ?? ''
      return rowOf(call, known === '' ? callerName : known, notes.get(call.id) ?? '', words)
    })
    last = calls.at(-1)
    if (!more || last === undefined) return
  }
}

function rowOf(call: CallRecord, caller: string, note: string, words: Words): Row {
  const { lang, zone, ruleName } = words
  const { day, minute } = localTimeAt(zone, call.startedAt)
  const seconds = Math.floor((call.startedAt % 60_000) / 1000)
  const answered = call.legs.find((leg) => leg.id === call.answeredLegId)
  const end = call.endedAt ?? call.startedAt
  const rule = call.trace.find((step) => step.step === 'ruleTaken')
  return [
    dateOfDay(day),
    `${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(seconds)}`,
    call.anonymous ? '' : call.caller,
    call.anonymous ? '' : caller,
    call.dialled,
    rule?.step === 'ruleTaken' ? ruleName(rule.ruleId) || rule.ruleName : '',
    answered === undefined ? '' : answered.description || answered.address,
    outcomeNames[lang][call.outcome ?? 'live'],
    Math.round(((call.answeredAt ?? end) - call.startedAt) / 1000),
    call.answeredAt === undefined ? 0 : Math.round((end - call.answeredAt) / 1000),
    note,
  ]
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
