/**
 * What a manager does, as the store sees it: by whom it is logged, and that a form sent twice is
 * one deed. Both happen in the transaction of the deed itself.
 */
import { createHash } from 'node:crypto'
import { writeAudit } from './audit.ts'
import type { AuditEntry } from './audit.ts'
import type { Db, Trx } from './database.ts'
import { StoreError, isDuplicate } from './errors.ts'

/** Who does it, from where, when. */
export interface Deed {
  readonly accountId: string
  readonly login: string
  /** IP address. */
  readonly from: string
  /** Milliseconds since 1970, whole. */
  readonly atMs: number
}

/** Logs a deed, or a look at personal data. */
export async function logDeed(
  db: Db, by: Deed, entry: Omit<AuditEntry, 'actor' | 'from'>,
): Promise<void> {
  await writeAudit(db, { ...entry, actor: by.login, from: by.from }, by.atMs)
}

/**
 * Does what a form asks for, once: `make` answers the id of what it made, and the same form again
 * gets that id without making anything. Throws StoreError form_reused for the same key with another
 * `wish`.
 */
export async function onceForForm(
  trx: Trx, by: Pick<Deed, 'accountId' | 'atMs'>,
  form: { readonly key: string; readonly wish: unknown },
  make: () => Promise<string>,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const digest = createHash('sha256').update(JSON.stringify(form.wish)).digest('hex')
  const row = { account_id: by.accountId, form_key: form.key, digest }
  try {
    // Who sends the same form at the same time waits here for the other's end.
    await trx.insertInto('desk_forms').values({ ...row, result: '', created_at: by.atMs }).execute()
  } catch (fault) {
    if (!isDuplicate(fault)) throw fault
    const there = await trx
      .selectFrom('desk_forms')
      .select(['digest', 'result'])
      .where('account_id', '=', by.accountId)
      .where('form_key', '=', form.key)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (there.digest !== digest) throw new StoreError('form_reused')
    return { id: there.result, isNew: false }
  }
  const id = await make()
  await trx
    .updateTable('desk_forms')
    .set({ result: id })
    .where('account_id', '=', by.accountId)
    .where('form_key', '=', form.key)
    .execute()
  return { id, isNew: true }
}

/** Nobody sends a form again after a month. */
const formsKeptMs = 30 * 86_400_000

/** Forgets forms that nobody will send again. */
export async function forgetForms(db: Db, wallMs: number): Promise<void> {
  await db.deleteFrom('desk_forms').where('created_at', '<', String(wallMs - formsKeptMs)).execute()
}

/** A pattern for LIKE that finds `text` anywhere, its signs taken as they are. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

/** The instant that an id was made at (src/store/ids.ts), milliseconds since 1970. */
export function madeAt(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16)
}

/** The least id that is made at an instant or later. */
export function idFrom(wallMs: number): string {
  return `${Math.max(0, Math.floor(wallMs)).toString(16).padStart(12, '0')}${'0'.repeat(20)}`
}
