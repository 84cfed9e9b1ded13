/**
 * Takes monthly fees as they come due, over all processes by one at a time: a look each minute
 * costs two queries when nobody is due. What one subscriber's fee meets does not keep others from
 * theirs.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { startChore } from './chore.ts'
import type { Chore } from './chore.ts'
import type { Db } from './database.ts'
import { listDueFees, settleFee } from './monthly-fee.ts'

const everyMs = 60_000
/** At a time; a first of the month with more of them takes several portions of one look. */
const portion = 200
/** Portions of one look: a lease must not be held for ever. */
const portions = 50

/** Starts looking. */
export function startMonthlyFees(given: {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}): Chore {
  return startChore({
    ...given, name: 'monthlyFees', everyMs,
    work: (wallMs) => settleFees(given.db, given.log, wallMs),
  })
}

/** One look: everybody who is due at `wallMs`. */
export async function settleFees(db: Db, log: Log, wallMs: number): Promise<void> {
  const seen = new Set<string>()
  for (let count = 0; count < portions; count++) {
    const due = (await listDueFees(db, wallMs, portion)).filter((id) => !seen.has(id))
    if (due.length === 0) return
    for (const id of due) {
      seen.add(id)
      try {
        await settleFee(db, id, wallMs)
      } catch (fault) {
        log.error({ err: fault, subscriberId: id }, 'a monthly fee could not be settled')
      }
    }
  }
}
