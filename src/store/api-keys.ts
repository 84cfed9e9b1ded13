/**
 * Keys with which programs of a subscriber ask the API. A key is random and shown once; its SHA-256
 * stands in the database.
 */
import { createHash, randomBytes } from 'node:crypto'
import { inTransaction } from './database.ts'
import type { Db } from './database.ts'
import { StoreError } from './errors.ts'
import { newId } from './ids.ts'
import type { Session } from './sessions.ts'

const maxKeys = 20
/** Every key begins so: leaked ones can be searched for. */
const keyPrefix = 'pnk_'
/** `last_used_at` is written this seldom: a request should not cost a write. */
const touchMs = 60_000

export type Scope = 'read' | 'write' | 'media'

export interface StoredKey {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly prefix: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

/** All keys, newest first. */
export async function listKeys(db: Db, subscriberId: string): Promise<readonly StoredKey[]> {
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('subscriber_id', '=', subscriberId)
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scopes: readScopes(row.scopes),
    prefix: row.prefix,
    createdAt: Number(row.created_at),
    lastUsedAt: row.last_used_at === null ? null : Number(row.last_used_at),
  }))
}

/** Makes a key and answers it, this once. Throws StoreError limit. */
export async function addKey(
  db: Db,
  subscriberId: string,
  wanted: { readonly name: string; readonly scopes: readonly Scope[] },
  wallMs: number,
): Promise<StoredKey & { readonly key: string }> {
  const key = keyPrefix + randomBytes(32).toString('base64url')
  const id = newId(wallMs)
  const scopes = [...new Set(wanted.scopes)]
  const prefix = key.slice(0, keyPrefix.length + 6)
  await inTransaction(db, async (trx) => {
    // Queues askers of the same subscriber, whose count must be right.
    await trx
      .selectFrom('subscribers')
      .select('id')
      .where('id', '=', subscriberId)
      .forUpdate()
      .execute()
    if ((await listKeys(trx, subscriberId)).length >= maxKeys)
      throw new StoreError('limit', { limit: maxKeys })
    await trx
      .insertInto('api_keys')
      .values({
        id,
        subscriber_id: subscriberId,
        name: wanted.name,
        key_hash: hashKey(key),
        prefix,
        scopes: scopes.join(','),
        created_at: wallMs,
        last_used_at: null,
      })
      .execute()
  })
  return { id, name: wanted.name, scopes, prefix, createdAt: wallMs, lastUsedAt: null, key }
}

/** Ends a key at once. Throws StoreError not_found, also for a key of somebody else. */
export async function deleteKey(db: Db, subscriberId: string, id: string): Promise<void> {
  const gone = await db
    .deleteFrom('api_keys')
    .where('id', '=', id)
    .where('subscriber_id', '=', subscriberId)
    .executeTakeFirst()
  if (gone.numDeletedRows === 0n) throw new StoreError('not_found')
}

/** Whose key it is and what it may do; undefined when there is no such key. */
export async function findKey(
  db: Db,
  key: string,
  wallMs: number,
): Promise<(Session & { readonly scopes: readonly Scope[] }) | undefined> {
  if (!key.startsWith(keyPrefix)) return undefined
  const hash = hashKey(key)
  const row = await db
    .selectFrom('api_keys as k')
    .innerJoin('accounts as a', 'a.subscriber_id', 'k.subscriber_id')
    .select(['k.id as key_id', 'k.scopes', 'k.last_used_at', 'a.id', 'a.subscriber_id', 'a.login'])
    .where('k.key_hash', '=', hash)
    .where('a.status', '=', 'active')
    .orderBy('a.id')
    .executeTakeFirst()
  if (!row) return undefined
  if (Number(row.last_used_at ?? 0) < wallMs - touchMs) {
    await db
      .updateTable('api_keys')
      .set({ last_used_at: wallMs })
      .where('id', '=', row.key_id)
      .execute()
  }
  return {
    id: row.id,
    subscriberId: row.subscriber_id,
    login: row.login,
    role: 'subscriber',
    tokenHash: hash,
    freshUntil: 0,
    mustChangePassword: false,
    scopes: readScopes(row.scopes),
  }
}

function readScopes(text: string): readonly Scope[] {
  return text.split(',') as Scope[]
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
