/**
 * The pool of connections and Kysely over it. `execute` runs the few statements of the hot path as
 * prepared ones: Kysely builds their text once, after that a call costs no query building and the
 * server no parsing. It knows no table.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery, Kysely, MysqlDialect } from 'kysely'
import type { Transaction } from 'kysely'
import { createPool } from 'mysql2'
import type { Pool, PoolConnection, PoolOptions } from 'mysql2'
import { DatabaseTimeout, isConflict, isRetryable } from './errors.ts'
import type { Tables } from './tables.ts'

/** What repository functions take; a Transaction is one, too. */
export type Db = Kysely<Tables>
export type Trx = Transaction<Tables>
export type SqlValue = string | number | Uint8Array | null

export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** Runs prepared SQL on the connection of a transaction. */
export type Run = <Row>(sql: string, values: readonly SqlValue[]) => Promise<Row[]>

export interface Database {
  readonly kysely: Db
  /** Runs prepared SQL; rejects with DatabaseTimeout after `timeoutMs`. */
  execute<Row>(sql: string, values: readonly SqlValue[], timeoutMs: number): Promise<Row[]>
  /** Runs prepared statements in one transaction: all of them or none; the same fault. */
  executeTogether(statements: readonly Statement[], timeoutMs: number): Promise<void>
  /** One transaction in which a statement may depend on the answer to another; the same fault. */
  transact<T>(work: (run: Run) => Promise<T>, timeoutMs: number): Promise<T>
  close(): Promise<void>
}

/**
 * Opens a pool; nothing is connected before the first statement. `url` is
 * mysql://user:password@host:port/name[?socketPath=…].
 */
export function openDatabase(options: {
  readonly url: string
  readonly connections?: number
}): Database {
  const pool = createPool(poolOptions(options.url, options.connections ?? 10))
  // Servers are usually set to REPEATABLE READ: who has waited for a lock would then decide by what
  // there was before he waited. Sent before anything else; a server without levels has just one.
  pool.on('connection', (connection) => {
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', () => {})
  })
  return {
    kysely: new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) }),
    execute: (sql, values, timeoutMs) =>
      onConnection(pool, timeoutMs, (connection) => runOn(connection, { sql, values })),
    executeTogether: (statements, timeoutMs) =>
      onConnection(pool, timeoutMs, (connection) => runTogether(connection, async (run) => {
        for (const { sql, values } of statements) await run(sql, values)
      })),
    transact: (work, timeoutMs) =>
      onConnection(pool, timeoutMs, (connection) => runTogether(connection, work)),
    close: () => new Promise((done) => pool.end(() => done())),
  }
}

/**
 * Runs `work` in one transaction and tries the whole again, at most five times, when the database
 * says that this may help (deadlock, lost connection …). `work` must not act on anything else.
 * Inside a transaction it joins that one.
 */
export async function inTransaction<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db as Trx)
  for (let attempt = 1; ; attempt++) {
    let committing = false
    let cause: unknown
    try {
      return await db.transaction().execute(async (trx) => {
        try {
          const result = await work(trx)
          committing = true
          return result
        } catch (fault) {
          cause = fault // a dead connection cannot roll back either: that fault would hide this one
          throw fault
        }
      })
    } catch (fault) {
      const first = cause ?? fault
      // A connection lost over the COMMIT leaves open whether it happened: not ours to do it twice.
      const helps = committing ? isConflict(first) : isRetryable(first)
      if (attempt === 5 || !helps) throw first
      await sleep(10 * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}

/** Statements of the hot path within a transaction of Kysely's. */
export function runIn(trx: Trx): Run {
  return async <Row>(sql: string, values: readonly SqlValue[]): Promise<Row[]> => {
    const { rows } = await trx.executeQuery(CompiledQuery.raw(sql, [...values]))
    return rows as Row[]
  }
}

/** Waits until the database answers a SELECT; throws its last error after `timeoutMs`. */
export async function waitForDatabase(database: Database, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      await database.execute('SELECT 1', [], 2000)
      return
    } catch (fault) {
      if (!isRetryable(fault) || performance.now() > deadline) throw fault
      await sleep(100)
    }
  }
}

function poolOptions(url: string, connections: number): PoolOptions {
  const at = new URL(url)
  const socketPath = at.searchParams.get('socketPath')
  const tls = at.searchParams.get('tls') === 'yes'
  return {
    ...(socketPath
      ? { socketPath }
      : { host: at.hostname, port: at.port === '' ? 3306 : Number(at.port) }),
    ...(tls ? { ssl: { rejectUnauthorized: true } } : {}),
    user: decodeURIComponent(at.username),
    password: decodeURIComponent(at.password),
    database: decodeURIComponent(at.pathname.slice(1)),
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true, // read by us, once, where the shape is known
    connectionLimit: connections,
    maxIdle: connections,
    queueLimit: 10_000, // more waiting than this is an outage, not a queue
    connectTimeout: 5000,
    enableKeepAlive: true,
    maxPreparedStatements: 200,
  }
}

function onConnection<T>(
  pool: Pool,
  timeoutMs: number,
  work: (connection: PoolConnection) => Promise<T>,
): Promise<T> {
  return new Promise((done, failed) => {
    let late = false
    let used: PoolConnection | undefined
    // Covers the wait for a free connection, too. A connection whose answer is awaited no more
    // would keep the next statement waiting: it is thrown away.
    const timer = setTimeout(() => {
      late = true
      used?.destroy()
      failed(new DatabaseTimeout(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    pool.getConnection((fault, connection) => {
      if (late) {
        if (!fault) connection.release()
        return
      }
      if (fault) {
        clearTimeout(timer)
        failed(fault)
        return
      }
      used = connection
      const end = (settle: () => void) => {
        if (late) return
        clearTimeout(timer)
        connection.release()
        settle()
      }
      work(connection).then((value) => end(() => done(value)), (error) => end(() => failed(error)))
    })
  })
}

function runOn<Row>(connection: PoolConnection, { sql, values }: Statement): Promise<Row[]> {
  return new Promise((done, failed) => {
    connection.execute(sql, values as SqlValue[], (error, rows) => {
      if (error) failed(error)
      else done(rows as unknown as Row[])
    })
  })
}

async function runTogether<T>(
  connection: PoolConnection,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const ask = (text: string) => new Promise<void>((done, failed) => {
    connection.query(text, (error) => {
      if (error) failed(error)
      else done()
    })
  })
  await ask('START TRANSACTION')
  try {
    const result = await work((sql, values) => runOn(connection, { sql, values }))
    await ask('COMMIT')
    return result
  } catch (fault) {
    await ask('ROLLBACK').catch(() => connection.destroy())
    throw fault
  }
}
