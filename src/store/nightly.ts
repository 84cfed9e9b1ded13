/**
 * Chores of the night: each is done once a night over all processes, the first that sees that it is
 * due does it under a lease. A night that was slept through is made up for at the next start.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import { forgetCallCommands } from './call-commands.ts'
import { forgetLadders } from './call-ladders.ts'
import { checkLedgers } from './ledger-check.ts'
import type { CheckResult } from './ledger-check.ts'
import type { Db } from './database.ts'
import { forgetForms } from './desk-deed.ts'
import { followPlannedTariffs } from './desk-tariffs.ts'
import { newId } from './ids.ts'
import { holdLease } from './leases.ts'
import { forgetRejected } from './registrations.ts'

const dayMs = 86_400_000
/** 03:30 in Moscow, when the fewest people talk. */
const hourMs = 30 * 60_000
/** How often one looks whether it is due: nobody waits for it. */
const lookMs: Ms = 5 * 60_000
/** A process that has just started has better things to do. */
const firstLookMs: Ms = 20_000
const leaseMs = 60_000
const mark = 'ledgerCheckedAt'

export interface NightlyOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** How long rejected requests are kept; 30 days unless said otherwise. */
  readonly rejectedDays?: number
}

export interface Nightly {
  /** Does now what is due; answers whether it did something. */
  look(): Promise<boolean>
  /** Ends after what is under way. */
  stop(): Promise<void>
}

/** Starts looking each few minutes. */
export function startNightly(options: NightlyOptions): Nightly {
  const { clock, log } = options
  const owner = newId(clock.wallMs())
  let stopped = false
  let under: Promise<boolean> = Promise.resolve(false)
  let cancel: Cancel = () => {}
  const look = (): Promise<boolean> => {
    under = under.then(async () => {
      if (stopped) return false
      await followPlannedTariffs(options.db, Math.floor(clock.wallMs()))
      return checkWhenDue(options, owner)
    })
      .catch((fault: unknown) => {
        log.error({ err: fault }, 'the chores of the night could not be done')
        return false
      })
    return under
  }
  const later = (ms: Ms): void => {
    cancel = clock.wakeAt(clock.nowMs() + ms, () => {
      void look().then(() => { if (!stopped) later(lookMs) })
    })
  }
  later(firstLookMs)
  return {
    look,
    async stop() {
      stopped = true
      cancel()
      await under
    },
  }
}

async function checkWhenDue(
  { db, clock, log, rejectedDays = 30 }: NightlyOptions, owner: string,
): Promise<boolean> {
  const wallMs = Math.floor(clock.wallMs())
  const tonight = Math.floor((wallMs - hourMs) / dayMs) * dayMs + hourMs
  if ((await ledgersCheckedAt(db) ?? 0) >= tonight) return false
  const lease = await holdLease(db, 'ledgerCheck', owner, leaseMs)
  if (!lease) return false
  try {
    // Whoever had the lease before may just have done it.
    if ((await ledgersCheckedAt(db) ?? 0) >= tonight) return false
    const { entries, alarms } = await checkLedgers(db, wallMs)
    if (alarms.length > 0) {
      const keys = alarms.slice(0, 20).map(({ key }) => key)
      log.error({ alarms: alarms.length, keys }, 'ledgers do not add up')
    } else {
      log.info({ entries }, 'all ledgers add up')
    }
    await forgetLadders(db, wallMs)
    await forgetCallCommands(db, wallMs)
    await forgetForms(db, wallMs)
    await forgetRejected(db, wallMs - rejectedDays * dayMs)
    await noteDone(db, wallMs)
    return true
  } finally {
    await lease.release()
  }
}

/**
 * Checks all ledgers now, as in the night, whatever the hour; undefined when somebody is at it.
 * Throws what the database throws.
 */
export async function checkLedgersNow(db: Db, wallMs: number): Promise<CheckResult | undefined> {
  const lease = await holdLease(db, 'ledgerCheck', newId(wallMs), leaseMs)
  if (!lease) return undefined
  try {
    const result = await checkLedgers(db, wallMs)
    await noteDone(db, wallMs)
    return result
  } finally {
    await lease.release()
  }
}

/** When the ledgers were last checked, milliseconds since 1970; undefined = never. */
export async function ledgersCheckedAt(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('counters')
    .select('value')
    .where('name', '=', mark)
    .executeTakeFirst()
  return row && Number(row.value)
}

async function noteDone(db: Db, wallMs: number): Promise<void> {
  await db
    .insertInto('counters')
    .values({ name: mark, value: wallMs })
    .onDuplicateKeyUpdate({ value: wallMs })
    .execute()
}
