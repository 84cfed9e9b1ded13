/**
 * What the application's own database user may do: everything with rows, nothing with tables, and
 * with the ledger and the messages of payment systems only append and read. The owner of the
 * database gives these rights after each migration; where nobody gives them, the start tells.
 */
import { CompiledQuery, sql } from 'kysely'
import type { Log } from '../log.ts'
import { openDatabase } from './database.ts'
import type { Db } from './database.ts'
import { migrate } from './migrate.ts'
import { urlOfUser } from './private-server.ts'

/** Tables whose rows nobody changes once they are written. */
const appendOnly: readonly string[] = ['ledger', 'payment_notices', 'audit_log']
const everything = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']
const appending = ['SELECT', 'INSERT']
/**
 * Of the private database; it has no password, as its socket lies in a folder of this user's own.
 */
const privateUser = 'application'
/** ER_TABLEACCESS_DENIED_ERROR */
const denied = 1142

export interface PrepareOptions {
  /** Who may change tables. */
  readonly ownerUrl: string
  /** Who the application is; undefined = a user of our own in the private database. */
  readonly applicationUrl: string | undefined
  /** Folder of the migrations. */
  readonly folder: string
  readonly log: Log
}

/**
 * Brings the tables to the newest state and the application's user to its rights; answers the URL
 * the application uses from then on.
 */
export async function prepareDatabase(options: PrepareOptions): Promise<string> {
  const { ownerUrl, folder, log } = options
  const owner = openDatabase({ url: ownerUrl, connections: 1 })
  try {
    await migrate(owner.kysely, { folder, log })
    if (options.applicationUrl === ownerUrl) {
      await warnWhenWritable(owner.kysely, log)
      return ownerUrl
    }
    const url = options.applicationUrl ?? urlOfUser(ownerUrl, privateUser)
    if (options.applicationUrl === undefined)
      await run(owner.kysely, `CREATE USER IF NOT EXISTS ${quoted(`${privateUser}@localhost`)}`)
    await grantTables(owner.kysely, options.applicationUrl === undefined
      ? `${privateUser}@localhost` : await userOf(url))
    return url
  } finally {
    await owner.close()
  }
}

/** Gives a user ('name@host') the application's rights, as far as he lacks them. */
export async function grantTables(db: Db, user: string): Promise<void> {
  const grantee = quoted(user, "'")
  const tables = await rows<{ name: string; has: string | null }>(db, sql`
    SELECT t.table_name AS name, GROUP_CONCAT(p.privilege_type) AS has
    FROM information_schema.tables t
    LEFT JOIN information_schema.table_privileges p ON p.table_schema = t.table_schema
      AND p.table_name = t.table_name AND p.grantee = ${grantee}
    WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' GROUP BY t.table_name`)
  for (const { name, has } of tables) {
    const wanted = appendOnly.includes(name) ? appending : everything
    const there = new Set(has?.split(','))
    if (wanted.every((right) => there.has(right))) continue
    await run(db, `GRANT ${wanted.join(', ')} ON ${quoted(name)} TO ${quoted(user)}`)
  }
}

/** Whether this user could change ledger rows: the attempt touches none. */
export async function canChangeLedger(db: Db): Promise<boolean> {
  const attempts = [
    () => db.updateTable('ledger').set({ kopecks: 0 }).where(sql<boolean>`1 = 0`).execute(),
    () => db.deleteFrom('ledger').where(sql<boolean>`1 = 0`).execute(),
  ]
  for (const attempt of attempts) {
    const refused = await attempt().then(() => false, (fault: unknown) => {
      if ((fault as { errno?: unknown }).errno === denied) return true
      throw fault
    })
    if (!refused) return true
  }
  return false
}

async function warnWhenWritable(db: Db, log: Log): Promise<void> {
  if (await canChangeLedger(db)) {
    log.warn('the database user could change ledger rows; PN_DATABASE_OWNER_URL and a user with ' +
      'fewer rights for DATABASE_URL prevent it (README, «A database of your own»)')
  }
}

/** 'name@host' as the server knows the user of this URL. */
async function userOf(url: string): Promise<string> {
  const database = openDatabase({ url, connections: 1 })
  try {
    const [row] = await rows<{ user: string }>(database.kysely, sql`SELECT CURRENT_USER() AS user`)
    return row!.user
  } finally {
    await database.close()
  }
}

async function rows<Row>(db: Db, query: ReturnType<typeof sql>): Promise<readonly Row[]> {
  return (await query.execute(db)).rows as readonly Row[]
}

async function run(db: Db, statement: string): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(statement))
}

/** `name`, or `name`@`host`; the server's own answers, but a name may have any sign in it. */
function quoted(name: string, quote = '`'): string {
  const one = (text: string) => quote + text.replaceAll(quote, quote + quote) + quote
  const at = name.lastIndexOf('@')
  return at < 0 ? one(name) : `${one(name.slice(0, at))}@${one(name.slice(at + 1))}`
}
