/**
 * Applies sql/NNN-*.sql in order, each once. Starts may coincide: a lease row lets one of them work
 * while the others wait (GET_LOCK would hold on one Galera node only). MySQL's DDL is not
 * transactional, so every statement is written to bear a second run after a crash.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import type { Log } from '../log.ts'
import { databaseNowMs, holdLease } from './leases.ts'
import type { Db } from './database.ts'

export interface MigrateOptions {
  /** Folder with the files. */
  readonly folder: string
  readonly log: Log
  /** Longest wait for another process that migrates; milliseconds, default 120 000. */
  readonly timeoutMs?: number
}

const duplicateColumn = 1060
const duplicateKey = 1061

interface Migration {
  readonly name: string
  readonly text: string
  readonly checksum: string
}

/**
 * Brings the schema to the newest state; answers the names applied now. Throws when a file was
 * edited after it was applied.
 */
export async function migrate(db: Db, options: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(options.folder)
  await createBookkeeping(db)
  const lease = await waitForLease(db, options.timeoutMs ?? 120_000)
  try {
    return await applyMissing(db, migrations, options.log)
  } finally {
    await lease.release()
  }
}

/** Statements of a file: ended by ';' at the end of a line; comment lines are left out. */
export function splitStatements(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('--'))
  return lines
    .join('\n')
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((s) => s !== '')
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder))
    .filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name))
    .sort()
  if (names.length === 0) throw new Error(`${folder} holds no NNN-name.sql`)
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

async function createBookkeeping(db: Db): Promise<void> {
  const id = 'VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'
  await db.executeQuery(
    CompiledQuery.raw(`CREATE TABLE IF NOT EXISTS leases (
    name ${id}, owner ${id}, holder VARCHAR(500) NOT NULL,
    until_ms BIGINT NOT NULL, fence BIGINT NOT NULL,
    PRIMARY KEY (name)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`),
  )
  await db.executeQuery(
    CompiledQuery.raw(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    checksum ${id}, applied_at BIGINT NOT NULL,
    PRIMARY KEY (name)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`),
  )
}

async function waitForLease(db: Db, timeoutMs: number): Promise<{ release(): Promise<void> }> {
  const deadline = performance.now() + timeoutMs
  const owner = randomUUID().replaceAll('-', '')
  for (;;) {
    const lease = await holdLease(db, 'migrate', owner, 30_000)
    if (lease) return lease
    if (performance.now() > deadline)
      throw new Error(`another process has been migrating the database for ${timeoutMs} ms`)
    await sleep(50)
  }
}

/** A column or key that a start before this one added, but could not note, is no fault. */
async function apply(db: Db, statement: string): Promise<void> {
  try {
    await db.executeQuery(CompiledQuery.raw(statement))
  } catch (fault) {
    const { errno } = fault as { errno?: unknown }
    if (errno !== duplicateColumn && errno !== duplicateKey) throw fault
  }
}

async function applyMissing(
  db: Db,
  migrations: readonly Migration[],
  log: Log,
): Promise<readonly string[]> {
  const rows = await db.selectFrom('schema_migrations').select(['name', 'checksum']).execute()
  const applied = new Map(rows.map((row) => [row.name, row.checksum]))
  const fresh: string[] = []
  for (const { name, text, checksum } of migrations) {
    const known = applied.get(name)
    applied.delete(name)
    if (known === checksum) continue
    if (known !== undefined)
      throw new Error(`sql/${name} was edited after it had been applied; write a new file instead`)
    for (const statement of splitStatements(text)) await apply(db, statement)
    await db
      .insertInto('schema_migrations')
      .values({ name, checksum, applied_at: databaseNowMs })
      .execute()
    log.info({ migration: name }, 'migration applied')
    fresh.push(name)
  }
  if (applied.size > 0)
    log.warn({ names: [...applied.keys()] }, 'the database knows migrations of a newer version')
  return fresh
}
