/**
 * The store as the call application sees it: the directory and the journal of `app/ports.ts` over
 * one database. Its start replays what dead journals left on the disk and closes their calls.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Cancel, Clock } from '../clock.ts'
import type { SharedCounts } from '../app/limits-port.ts'
import type { ChargeBook } from '../app/ports.ts'
import type { CallRecord } from '../call/record.ts'
import type { CallLimits, Subscriber } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'
import { limitInForce } from '../limits/limit-table.ts'
import type { SetLimits } from '../limits/limit-table.ts'
import type { Log } from '../log.ts'
import { CallJournal } from './call-journal.ts'
import type { Database, Run } from './database.ts'
import { copyDirectory } from './directory-copy.ts'
import type { DirectoryCopy } from './directory-copy.ts'
import { holdLease } from './leases.ts'
import { createSharedCounts } from './limits-shared.ts'
import { spendLeftToday } from './limits-spend.ts'
import { createChargeBook } from './live-charges.ts'
import { closeOrphans, isDeadOwner, journalLease, journalLeaseMs } from './orphans.ts'
import { listSpillFiles } from './spill-file.ts'
import { createSubscriberFinder } from './subscribers.ts'
import { TariffShelf } from './tariff-shelf.ts'

export interface CallStoreOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Folder for call records the database cannot take now. */
  readonly spillFolder: string
  /** How long a call waits for its subscriber; milliseconds, default 2000. */
  readonly findTimeoutMs?: number
  /** Numbers that no code has proved are not rung (`PN_VERIFY_NUMBERS`). */
  readonly verifyNumbers?: boolean
}

/** Implements CallDirectory and CallJournal of `app/ports.ts`. */
export interface CallStore {
  /** 32 hex digits that name this process in `calls.owner` and in `leases`. */
  readonly owner: string
  /** What this process and the others tell each other for the limits against fraud. */
  readonly counts: SharedCounts
  /** What calls cost and until when that is paid. */
  readonly charges: ChargeBook
  trunks(): readonly Trunk[]
  isPersonalNumber(address: string): boolean
  findSubscriber(number: string): Promise<Subscriber | undefined>
  open(record: CallRecord): Promise<void>
  update(record: CallRecord): void
  close(record: CallRecord): Promise<void>
  /** Call states not yet in the database. */
  waiting(): number
  /** Reads trunks and personal numbers now instead of within two seconds. */
  refresh(): Promise<void>
  /** Writes what waits (at most 5 s), then gives the lease back. The database stays open. */
  stop(): Promise<void>
}

const sweepMs = 15_000

/** Finds as `find` does, has the tariff at hand, and adds the limits in force. */
function withLimits(
  find: ReturnType<typeof createSubscriberFinder>, directory: DirectoryCopy,
  tariffs: TariffShelf, run: Run, quiet: QuietSubscribers,
): CallStore['findSubscriber'] {
  return async (number) => {
    const found = await find(number)
    if (!found) return undefined
    quiet.note(found.id, found.quiet === true)
    const { tariffId } = found
    if (tariffId !== undefined && tariffs.peek(tariffId) === undefined) {
      await tariffs.get(tariffId, run)
    }
    return { ...found, callLimits: limitsFor(directory.limits(), found.limits) }
  }
}

/** What of the limits in force a call has to know. */
function limitsFor(ofAll: SetLimits, own: SetLimits | undefined): CallLimits {
  return {
    callSeconds: limitInForce('callMinutes', ofAll, own) * 60,
    concurrentLegs: limitInForce('concurrentLegs', ofAll, own),
    callerCallsPerHour: limitInForce('callerCallsPerHour', ofAll, own),
  }
}

/** Subscribers none of whose calls gives a notice, as they were when last called. */
class QuietSubscribers {
  readonly #ids = new Set<string>()

  /** Who is not known to be quiet costs an event that is addressed to nobody: no harm. */
  has(id: string): boolean {
    return this.#ids.has(id)
  }

  note(id: string, isQuiet: boolean): void {
    if (!isQuiet) this.#ids.delete(id)
    else if (this.#ids.size < mostQuiet) this.#ids.add(id)
  }
}

/** Some 10 MB. */
const mostQuiet = 100_000

/** Starts the store of one application process. Rejects when the database does not answer. */
export async function createCallStore(options: CallStoreOptions): Promise<CallStore> {
  const { database, clock, log, spillFolder } = options
  const db = database.kysely
  const owner = randomUUID().replaceAll('-', '')
  const lease = await holdLease(db, journalLease(owner), owner, journalLeaseMs)
  // Without it the other processes would take this one for dead and close its calls.
  if (lease === undefined) throw new Error('the lease of this process’s journal cannot be taken')
  const quiet = new QuietSubscribers()
  const isQuiet = (subscriberId: string) => quiet.has(subscriberId)
  const tariffs = new TariffShelf()
  const journal = new CallJournal({ database, clock, log, spillFolder, owner, tariffs, isQuiet })
  const directory = await copyDirectory(db, clock, log)
  const { findTimeoutMs = 2000 } = options
  const run: Run = (sql, values) => database.execute(sql, values, findTimeoutMs)
  const find = createSubscriberFinder(
    database, findTimeoutMs,
    { verifyNumbers: options.verifyNumbers ?? false, wallMs: () => clock.wallMs() })
  const findSubscriber = withLimits(find, directory, tariffs, run, quiet)

  const sweep = async (isInTouch: () => boolean) => {
    await replayDeadJournals(options, journal, owner)
    const closed = await closeOrphans(db, clock.wallMs(), { tariffs, isInTouch, log })
    if (closed > 0) log.warn({ calls: closed }, 'calls of a process that died were closed')
  }
  // The database may have come back a moment ago: others have not had time to prolong their leases.
  await sweep(() => false)
  const stopSweeping = keepSweeping(clock, log, sweep)
  return {
    owner,
    counts: createSharedCounts(db, owner),
    charges: createChargeBook({ database, owner, tariffs, spendLeft: spendLeftToday }),
    trunks: directory.trunks,
    isPersonalNumber: directory.isPersonalNumber,
    findSubscriber,
    open: (record) => journal.open(record),
    update: (record) => journal.update(record),
    close: (record) => journal.close(record),
    waiting: () => journal.waiting,
    refresh: directory.refresh,
    async stop() {
      stopSweeping()
      directory.stop()
      await journal.stop(5000)
      await lease.release().catch(() => {}) // it runs out by itself
    },
  }
}

/** Sweeps now and then; `sweep` may ask whether the one before it came through in time. */
function keepSweeping(
  clock: Clock, log: Log, sweep: (isInTouch: () => boolean) => Promise<void>,
): () => void {
  let cancel: Cancel = () => {}
  let stopped = false
  let doneAt = clock.nowMs()
  const isInTouch = () => clock.nowMs() - doneAt < 2 * sweepMs
  const sweepOn = () => {
    if (stopped) return
    cancel = clock.wakeAt(clock.nowMs() + sweepMs, () => {
      sweep(isInTouch)
        .then(() => { doneAt = clock.nowMs() }, (fault: unknown) => {
          log.warn({ err: fault }, 'orphaned calls cannot be closed now')
        })
        .finally(sweepOn)
    })
  }
  sweepOn()
  return () => {
    stopped = true
    cancel()
  }
}

async function replayDeadJournals(
  { database, log, spillFolder }: CallStoreOptions,
  journal: CallJournal,
  own: string,
): Promise<void> {
  for (const path of listSpillFiles(spillFolder)) {
    const owner = basename(path).slice(0, 32)
    if (owner === own || !(await isDeadOwner(database.kysely, owner))) continue
    const states = await journal.replay(path).catch((fault: unknown) => {
      // Another process of this machine has just done it.
      if ((fault as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(path)) return undefined
      throw fault
    })
    if (states === undefined) continue
    await rm(path, { force: true })
    log.warn({ states, path }, 'call records of a process that died were written')
  }
}
