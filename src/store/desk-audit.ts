/**
 * Reading the log of what managers do (audit.ts writes it), by who, what, to whom and when.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { idFrom } from './desk-deed.ts'
import { namesOf } from './desk-subscribers.ts'

export interface AuditFilter {
  readonly actor?: string | undefined
  /** Whole, or the part before a point for all that begins with it. */
  readonly action?: string | undefined
  readonly subject?: string | undefined
  readonly subscriber?: string | undefined
  /** [from, to), milliseconds since 1970. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface AuditLine {
  readonly id: string
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly subscriber: { readonly id: string; readonly name: string } | null
  readonly details: Readonly<Record<string, unknown>>
  readonly from: string
}

/** A page, the latest first, `before` an id. */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<{ readonly entries: readonly AuditLine[]; readonly next: string | null }> {
  const { actor, action, subject, subscriber, from, to } = filter
  let select = db.selectFrom('audit_log').selectAll()
  if (actor !== undefined) select = select.where('actor', '=', actor)
  if (action !== undefined) {
    select = action.includes('.') ? select.where('action', '=', action)
      : select.where(sql<boolean>`action LIKE ${`${action}.%`}`)
  }
  if (subject !== undefined) select = select.where('subject', '=', subject)
  if (subscriber !== undefined) select = select.where('subscriber_id', '=', subscriber)
  // Ids rise with time: within a stretch of it the primary key is the index.
  if (from !== undefined) select = select.where('id', '>=', idFrom(from))
  if (to !== undefined) select = select.where('id', '<', idFrom(to))
  if (page.before !== undefined) select = select.where('id', '<', page.before)
  const rows = await select.orderBy('id', 'desc').limit(page.limit + 1).execute()
  const nameOf = await namesOf(db, rows.map((row) => row.subscriber_id))
  const entries = rows.slice(0, page.limit).map((row): AuditLine => ({
    id: row.id, at: Number(row.at), actor: row.actor, action: row.action, subject: row.subject,
    subscriber: nameOf(row.subscriber_id),
    details: JSON.parse(row.details) as AuditLine['details'], from: row.address,
  }))
  return { entries, next: rows.length > page.limit ? entries.at(-1)?.id ?? null : null }
}

/** Logins of those who stand in the log. */
export async function auditActors(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('audit_log').select('actor').distinct().orderBy('actor')
    .limit(200).execute()
  return rows.map(({ actor }) => actor)
}
