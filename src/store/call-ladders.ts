/**
 * SIP ladders of calls, one compressed document each. Those of calls that are over are written
 * behind everything else: in groups, one statement at a time, left out when too many wait. Those of
 * live calls are written while somebody reads them (`call_watches`). Nothing in them is read here.
 */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib'
import { sql } from 'kysely'
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { CallLadder } from '../call/ladder.ts'
import type { Log } from '../log.ts'
import type { Database, Db, SqlValue } from './database.ts'
import { databaseNowMs, databaseNowText } from './leases.ts'

/** Ladders are for faults that are asked about within days. */
export const ladderDays = 14
/** Whoever reads a live ladder asks once a second. */
const watchMs = 5000
/** Ladders of so long share a statement. */
const groupMs: Ms = 250
const largestGroup = 16
/** Some 10 MB of memory; more are left out. */
const mostWaiting = 512
const writeTimeoutMs = 5000
const dayMs = 86_400_000

const decompress = promisify(zstdDecompress)
const compressAside = promisify(zstdCompress)
/** The first level: three quarters of the best size for a fraction of the time. */
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export interface LadderKeeper {
  /** Takes the ladder of a call that is over; `read` is called later, or never. */
  keep(callId: string, read: () => CallLadder): void
  /** Ladders not yet in the database. */
  readonly waiting: number
  /** Writes what waits, as far as the database takes it within `timeoutMs`. */
  stop(timeoutMs: Ms): Promise<void>
}

/** The keeper of one application process. */
export function createLadderKeeper(options: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}): LadderKeeper {
  const { database, clock, log } = options
  const waiting: { readonly callId: string; readonly read: () => CallLadder }[] = []
  let cancel: Cancel | undefined
  let writing: Promise<void> | undefined
  let leftOut = 0
  let failed = false

  const write = async () => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupSize(waiting.length))
      const values: SqlValue[] = []
      const wallMs = Math.floor(clock.wallMs())
      try {
        for (const { callId, read } of group) values.push(callId, wallMs, encodeNow(read()))
        await database.execute(insertSql(group.length), values, writeTimeoutMs)
        failed = false
      } catch (fault) {
        // A ladder is worth no second try: calls are what the database is for.
        if (!failed) log.warn({ err: fault }, 'SIP ladders cannot be kept now')
        failed = true
      }
    }
    if (leftOut > 0) log.warn({ ladders: leftOut }, 'SIP ladders were left out under load')
    leftOut = 0
  }
  const run = (): Promise<void> => {
    cancel?.()
    cancel = undefined
    writing ??= write().finally(() => {
      writing = undefined
    })
    return writing
  }
  return {
    keep(callId, read) {
      if (waiting.length >= mostWaiting) {
        leftOut++
        return
      }
      waiting.push({ callId, read })
      if (writing === undefined) cancel ??= clock.wakeAt(clock.nowMs() + groupMs, () => void run())
    },
    get waiting() {
      return waiting.length
    },
    async stop(timeoutMs) {
      const late = new Promise<void>((done) => setTimeout(done, timeoutMs).unref())
      await Promise.race([late, (async () => {
        await run()
        await run()
      })()])
      waiting.length = 0
      cancel?.()
    },
  }
}

/** Writes the ladder of a live call as it is now. */
export async function publishLadder(
  db: Db, callId: string, ladder: CallLadder, wallMs: number,
): Promise<void> {
  const document = await compressAside(JSON.stringify(ladder), fast)
  const writtenAt = Math.floor(wallMs)
  await db
    .insertInto('call_ladders')
    .values({ call_id: callId, written_at: writtenAt, ladder: document })
    .onDuplicateKeyUpdate({ written_at: writtenAt, ladder: document })
    .execute()
}

/** The ladder of a call as it was last written; undefined when there is none. */
export async function readLadder(db: Db, callId: string): Promise<CallLadder | undefined> {
  const row = await db
    .selectFrom('call_ladders')
    .select('ladder')
    .where('call_id', '=', callId)
    .executeTakeFirst()
  if (!row) return undefined
  return JSON.parse((await decompress(row.ladder)).toString('utf8')) as CallLadder
}

/** Somebody reads the ladder of this live call for the next seconds. */
export async function watchCall(db: Db, callId: string): Promise<void> {
  const until = sql<number>`${databaseNowMs} + ${watchMs}`
  await db
    .insertInto('call_watches')
    .values({ call_id: callId, until_ms: until })
    .onDuplicateKeyUpdate({ until_ms: until })
    .execute()
}

/** Ids of the calls whose ladder somebody reads now. */
export const watchedCallsSql = `
  SELECT call_id FROM call_watches
  WHERE until_ms > ${databaseNowText} LIMIT 200`

/** Removes what is older than 14 days, and watches that are over. */
export async function forgetLadders(db: Db, wallMs: number): Promise<number> {
  await db
    .deleteFrom('call_watches')
    .where('until_ms', '<', sql<string>`${databaseNowMs} - ${dayMs}`)
    .execute()
  const before = String(Math.floor(wallMs) - ladderDays * dayMs)
  let removed = 0
  for (;;) {
    // Short statements: calls are being written meanwhile.
    const { numDeletedRows } = await db
      .deleteFrom('call_ladders')
      .where('written_at', '<', before)
      .limit(1000)
      .executeTakeFirst()
    removed += Number(numDeletedRows)
    if (numDeletedRows < 1000n) return removed
  }
}

/** At once: handing some kilobytes to another thread costs more than compressing them. */
function encodeNow(ladder: CallLadder): Uint8Array {
  const document = Buffer.from(JSON.stringify(ladder))
  return zstdCompressSync(document, { ...fast, pledgedSrcSize: document.length })
}

/** Prepared statements come in few sizes. */
function groupSize(waiting: number): number {
  if (waiting >= largestGroup) return largestGroup
  return waiting < 4 ? waiting : waiting - (waiting % 4)
}

const statements = new Map<number, string>()

function insertSql(rows: number): string {
  let text = statements.get(rows)
  if (text === undefined) {
    text = `INSERT INTO call_ladders (call_id, written_at, ladder) VALUES ${
      Array(rows).fill('(?,?,?)').join(',')
    } ON DUPLICATE KEY UPDATE written_at=VALUES(written_at), ladder=VALUES(ladder)`
    statements.set(rows, text)
  }
  return text
}
