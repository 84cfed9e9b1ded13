/**
 * A private MariaDB per test file and an empty, migrated database per test on it. The server starts
 * with the first `testDatabase` of the process and ends with the file.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { pino } from 'pino'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { startPrivateDatabase } from '../../src/store/private-server.ts'
import type { PrivateDatabase } from '../../src/store/private-server.ts'

export const sqlFolder = new URL('../../sql', import.meta.url).pathname
export const silentLog = pino({ level: 'silent' })

let server: Promise<PrivateDatabase> | undefined
let databases = 0

/** The server shared by the tests of this file; stopped and removed when the file is done. */
export function testServer(): Promise<PrivateDatabase> {
  server ??= startServer()
  return server
}

async function startServer(): Promise<PrivateDatabase> {
  const dir = mkdtempSync(join(tmpdir(), 'pn-db-'))
  const started = await startPrivateDatabase({ dir, log: silentLog, settings: 'fast' })
  t.teardown(async () => {
    await started.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  return started
}

export interface TestDatabase extends Database {
  /** For other processes and pools. */
  readonly url: string
}

/** An empty, migrated database of its own; closed at the end of the test `test`. */
export async function testDatabase(
  test: { teardown(end: () => unknown): unknown },
  options: { readonly migrated?: boolean } = {},
): Promise<TestDatabase> {
  const { url } = await testServer()
  const name = `test_${process.pid}_${++databases}`
  const root = openDatabase({ url, connections: 1 })
  await root.kysely.executeQuery(
    CompiledQuery.raw(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`),
  )
  await root.close()
  const own = url.replace('/personal_number?', `/${name}?`)
  const database = openDatabase({ url: own, connections: 5 })
  test.teardown(() => database.close())
  if (options.migrated !== false)
    await migrate(database.kysely, { folder: sqlFolder, log: silentLog })
  return { ...database, url: own }
}
