/**
 * The log of what people of the operator do, and whom they look at: one row, written in the
 * transaction of the deed and never changed (store/grants.ts). Reading it is the desk's.
 */
import type { Db } from './database.ts'
import { newId } from './ids.ts'

export interface AuditEntry {
  /** Login of who did it; 'system' for work nobody asked for. */
  readonly actor: string
  /** What was done, subject first: 'request.confirm', 'subscriber.look', 'tariff.change'. */
  readonly action: string
  /** What it was done to: 'request:<id>', 'number:+74996740001'; left out = nothing alone. */
  readonly subject?: string | undefined
  /** The subscriber concerned, for the filter by subscriber. */
  readonly subscriberId?: string | undefined
  /** Facts: what it was and what it is, reasons. No passwords, no tokens. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  /** IP address it was asked from. */
  readonly from?: string | undefined
}

/**
 * Writes an entry. `db` is the transaction of the change; a look alone needs none. `wallMs`:
 * milliseconds since 1970.
 */
export async function writeAudit(db: Db, entry: AuditEntry, wallMs: number): Promise<void> {
  const { actor, action, subject = '', subscriberId, details = {}, from = '' } = entry
  await db
    .insertInto('audit_log')
    .values({
      id: newId(wallMs),
      at: Math.floor(wallMs),
      actor: actor.slice(0, 128),
      action,
      subject: subject.slice(0, 160),
      subscriber_id: subscriberId ?? null,
      details: JSON.stringify(details),
      address: from.slice(0, 64),
    })
    .execute()
}
