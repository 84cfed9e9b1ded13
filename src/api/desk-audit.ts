/**
 * The log of what managers do, over HTTP and as a CSV file. Whoever takes it away as a file is
 * logged himself.
 */
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { auditActors, listAudit } from '../store/desk-audit.ts'
import type { AuditFilter, AuditLine } from '../store/desk-audit.ts'
import { logDeed } from '../store/desk-deed.ts'
import { check } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { csvCell } from './export.ts'
import { deskAuditExportQuery, deskAuditQuery } from './schema-desk.ts'
import type { DeskAuditReply } from './schema-desk.ts'

const maxRows = 50_000
const rowsAtOnce = 500

const columns = {
  ru: ['Время (UTC)', 'Кто', 'Что', 'Над чем', 'Абонент', 'Подробности', 'Адрес'],
  en: ['Time (UTC)', 'Who', 'What', 'Of what', 'Subscriber', 'Details', 'Address'],
} as const

/** /api/desk/audit */
export function deskAuditRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { before, limit, ...filter } = check(deskAuditQuery, c.req.query())
      const page = await listAudit(db, filter, { before, limit })
      return c.json({ ...page, actors: await auditActors(db) } satisfies DeskAuditReply)
    })
    .get('/export.csv', (c) => sendCsv(deps, c))
}

async function sendCsv(deps: ApiDeps, c: ApiContext): Promise<Response> {
  const { lang, ...filter } = check(deskAuditExportQuery, c.req.query())
  await logDeed(deps.database.kysely, deedOf(deps, c), { action: 'audit.export', details: filter })
  const separator = lang === 'ru' ? ';' : ','
  const line = (cells: readonly string[]) =>
    `${cells.map((cell) => csvCell(cell, separator)).join(separator)}\r\n`
  c.header('Content-Type', 'text/csv; charset=utf-8')
  c.header('Content-Disposition', 'attachment; filename="audit.csv"')
  return stream(c, async (out) => {
    await out.write(`\ufeff${line(columns[lang])}`)
    for await (const entries of pages(deps, filter)) {
      if (out.aborted) return
      await out.write(entries.map((entry) => line(cellsOf(entry))).join(''))
    }
  })
}

async function* pages(
  deps: ApiDeps, filter: AuditFilter,
): AsyncGenerator<readonly AuditLine[]> {
  let before: string | undefined
  for (let rows = 0; rows < maxRows; rows += rowsAtOnce) {
    const page = await listAudit(deps.database.kysely, filter, { before, limit: rowsAtOnce })
    yield page.entries
    if (page.next === null) return
    before = page.next
  }
}

function cellsOf({ at, actor, action, subject, subscriber, details, from }: AuditLine): string[] {
  return [
    new Date(at).toISOString().slice(0, 19).replace('T', ' '), actor, action, subject,
    subscriber?.name ?? '', Object.keys(details).length === 0 ? '' : JSON.stringify(details), from,
  ]
}
