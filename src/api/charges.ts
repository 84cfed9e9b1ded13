/**
 * «Детализация» over HTTP: the ledger's entries of a month with the balance after each, as a reply,
 * as CSV, XLSX and PDF files, and as a page to be printed. Journal is calls, this is money.
 */
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import type { StoredEntry } from '../store/ledger.ts'
import { firstEntryAt, listEntries, sumEntries } from '../store/statement.ts'
import { loadSubscriber } from '../store/subscribers.ts'
import { localStamp, monthEntries, monthName, monthOf } from './charge-rows.ts'
import type { Month } from './charge-rows.ts'
import { chargeWords, decimalText } from './charge-words.ts'
import { check, nowMs } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { csvCell } from './export.ts'
import type { ExportLanguage } from './export-words.ts'
import { chargesExportQuery, chargesQuery } from './schema-money.ts'
import type { ChargeLine, ChargesReply } from './schema-money.ts'
import { statementPage, statementStyle } from './statement-page.ts'
import type { Statement } from './statement-page.ts'
import { writeStatementPdf } from './statement-pdf-thread.ts'
import { writeXlsx } from './xlsx-thread.ts'

const maxRows = 50_000
/** More lines than this are no paper for anybody. */
const maxPrinted = 5000
/** Of the columns of a sheet, in characters. */
const widths = [8, 12, 10, 20, 48, 12, 16]

/** /api/charges: a month's entries, its files, its printed page. */
export function chargeRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await charges(deps, c)))
    .get('/export.csv', (c) => sendCsv(deps, c))
    .get('/export.xlsx', (c) => sendXlsx(deps, c))
    .get('/statement', async (c) => c.html(statementPage(await statement(deps, c))))
    .get('/statement.pdf', (c) => sendPdf(deps, c))
    .get('/statement.css', (c) =>
      c.body(statementStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
}

async function charges(deps: ApiDeps, c: ApiContext): Promise<ChargesReply> {
  const { month: name, limit, ...asked } = check(chargesQuery, c.req.query())
  const db = deps.database.kysely
  const { subscriberId } = c.get('session')
  const { zone } = await loadSubscriber(db, subscriberId)
  const now = nowMs(deps)
  const month = monthOf(zone, name, now)
  const found = await listEntries(db, subscriberId, month, { ...asked, limit: limit + 1 })
  return {
    month: month.name, zone, from: month.from, to: month.to,
    firstMonth: monthName(zone, await firstEntryAt(db, subscriberId) ?? now),
    ...await sumEntries(db, subscriberId, month),
    lines: found.slice(0, limit).map(chargeLine),
    more: found.length > limit,
  }
}

function chargeLine(entry: StoredEntry): ChargeLine {
  const { number, atMs, kind, kopecks, balanceKopecks, text, callId, orderNumber } = entry
  return {
    number, at: atMs, kind, kopecks, balanceKopecks, text, callId: callId ?? null,
    order: orderNumber ?? null,
  }
}

interface Asked {
  readonly lang: ExportLanguage
  readonly month: Month
  readonly account: Awaited<ReturnType<typeof loadSubscriber>>
  readonly portions: AsyncIterable<readonly StoredEntry[]>
}

async function begin(deps: ApiDeps, c: ApiContext, most: number): Promise<Asked> {
  const { lang, month: name, kind } = check(chargesExportQuery, c.req.query())
  const { subscriberId } = c.get('session')
  const db = deps.database.kysely
  const account = await loadSubscriber(db, subscriberId)
  const month = monthOf(account.zone, name, nowMs(deps))
  return { lang, month, account, portions: monthEntries(db, subscriberId, month, kind, most) }
}

async function sendCsv(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { lang, month, portions } = await begin(deps, c, maxRows)
  // Excel splits at what the language's numbers leave free, and reads UTF-8 by its mark only.
  const separator = lang === 'ru' ? ';' : ','
  const text = (cells: readonly string[]) => `${cells.join(separator)}\r\n`
  const cell = (value: string) => csvCell(value, separator)
  const line = (entry: StoredEntry) => {
    const [date, time] = localStamp(month.zone, entry.atMs)
    const { kinds } = chargeWords[lang]
    // An amount is digits, one comma or point and perhaps a minus: no formula, and to be summed.
    return text([
      String(entry.number), date, time, cell(kinds[entry.kind]), cell(entry.text),
      decimalText(entry.kopecks, lang), decimalText(entry.balanceKopecks, lang),
    ])
  }
  attach(c, month, 'csv', 'text/csv; charset=utf-8')
  return stream(c, async (out) => {
    await out.write(`\ufeff${text(chargeWords[lang].columns.map(cell))}`)
    for await (const entries of portions) {
      if (out.aborted) return
      await out.write(entries.map(line).join(''))
    }
  })
}

async function sendXlsx(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { lang, month, portions } = await begin(deps, c, maxRows)
  const { sheet: name, columns: head, kinds } = chargeWords[lang]
  const row = (entry: StoredEntry): (string | number)[] => [
    entry.number, ...localStamp(month.zone, entry.atMs), kinds[entry.kind], entry.text,
    entry.kopecks / 100, entry.balanceKopecks / 100,
  ]
  const rows = (async function* () {
    for await (const entries of portions) yield entries.map(row)
  })()
  const file = await writeXlsx({ name, head, widths }, rows)
  attach(c, month, 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  return c.body(file)
}

async function sendPdf(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const made = await statement(deps, c)
  const file = await writeStatementPdf(made, nowMs(deps))
  attach(c, made.month, 'pdf', 'application/pdf')
  return c.body(file)
}

async function statement(deps: ApiDeps, c: ApiContext): Promise<Statement> {
  const { lang, month, account, portions } = await begin(deps, c, maxPrinted)
  const entries: StoredEntry[] = []
  for await (const portion of portions) entries.push(...portion)
  const totals = await sumEntries(deps.database.kysely, account.id, month)
  const { name, number, tariff } = account
  const whole = entries.length < maxPrinted
  return { lang, month, entries, totals, whole, brand: deps.brand.name, name, number, tariff }
}

function attach(c: ApiContext, month: Month, extension: string, type: string): void {
  c.header('Content-Type', type)
  c.header('Content-Disposition', `attachment; filename="charges-${month.name}.${extension}"`)
}
