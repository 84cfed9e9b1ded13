/**
 * The database as the application finds it at its start: waited for, its tables brought to the
 * newest state by their owner, and from then on used by a user who cannot change the ledger.
 */
import { join } from 'node:path'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { openDatabase, waitForDatabase } from './store/database.ts'
import type { Database } from './store/database.ts'
import { prepareDatabase } from './store/grants.ts'
import { privateDatabaseUrl } from './store/private-server.ts'

/** How long the application waits for a database that is just being started elsewhere. */
const databaseWaitMs = 60_000
/** It says that it waits after so long. */
const databaseSilenceMs = 3000

/** Something outside of the program is wrong; the message is a sentence for the operator. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
}

/** Where the private database lies. */
export function databaseDir(config: Config): string {
  return join(config.dataDir, 'mariadb')
}

/**
 * The database of the settings, ready to be used, and its URL for further pools. `folder`: the
 * migrations. Throws OperatorError when the database refuses us, or does not answer in time.
 */
export async function openStore(
  config: Config, folder: string, log: Log,
): Promise<{ readonly database: Database; readonly url: string }> {
  const own = privateDatabaseUrl(databaseDir(config))
  const given = config.databaseUrl || own
  await untilAnswers(given, log)
  const url = await prepareDatabase({
    ownerUrl: config.databaseOwnerUrl || given,
    applicationUrl: given === own && config.databaseOwnerUrl === '' ? undefined : given,
    folder, log,
  })
  return { database: openDatabase({ url }), url }
}

async function untilAnswers(url: string, log: Log): Promise<void> {
  const { username, host, pathname } = new URL(url)
  const database = openDatabase({ url, connections: 1 })
  const cancel = systemClock.wakeAt(systemClock.nowMs() + databaseSilenceMs, () => {
    const name = pathname.slice(1)
    log.warn({ user: username, host, database: name }, 'the database does not answer yet')
  })
  try {
    await waitForDatabase(database, databaseWaitMs)
  } catch (fault) {
    const { message } = fault as Error
    throw new OperatorError(
      `the database ${username}@${host}${pathname} (DATABASE_URL) cannot be used: ${message}`)
  } finally {
    cancel()
    await database.close()
  }
}
