/**
 * A chore: something small that is looked after again and again, by one process of all at a time,
 * under a lease. A look that fails is logged and made again.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Db } from './database.ts'
import { newId } from './ids.ts'
import { holdLease } from './leases.ts'

export interface ChoreOptions {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  /** Names the lease. */
  readonly name: string
  readonly everyMs: Ms
  /** Does what is due at an instant. */
  readonly work: (wallMs: number) => Promise<void>
}

export interface Chore {
  /** Does now what is due, unless another process is at it. */
  look(): Promise<void>
  /** Ends after what is under way. */
  stop(): Promise<void>
}

const leaseMs = 60_000
/** A process that has just started has better things to do. */
const firstLookMs: Ms = 5000

/** Starts looking. */
export function startChore(options: ChoreOptions): Chore {
  const { clock, db, log, name, everyMs, work } = options
  const owner = newId(clock.wallMs())
  let stopped = false
  let under: Promise<void> = Promise.resolve()
  let cancel: Cancel = () => {}
  const once = async (): Promise<void> => {
    if (stopped) return
    const lease = await holdLease(db, name, owner, leaseMs)
    if (!lease) return
    try {
      await work(Math.floor(clock.wallMs()))
    } finally {
      await lease.release()
    }
  }
  const look = (): Promise<void> => {
    under = under.then(once).catch((fault: unknown) => {
      log.error({ err: fault, chore: name }, 'a chore could not be done')
    })
    return under
  }
  const later = (ms: Ms): void => {
    cancel = clock.wakeAt(clock.nowMs() + ms, () => {
      void look().then(() => { if (!stopped) later(everyMs) })
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
