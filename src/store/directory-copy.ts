/**
 * The copy of trunks, personal numbers and limits of all that a process keeps in memory: an INVITE from an unknown
 * address is refused before any database work, and a leg to one of our own numbers before it is
 * dialled. Rows of `topics` tell every process when its copy is old.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { Trunk } from '../call/trunk.ts'
import type { SetLimits } from '../limits/limit-table.ts'
import type { Log } from '../log.ts'
import type { Db } from './database.ts'
import { limitsOfAll } from './limits.ts'
import { listPersonalNumbers } from './subscribers.ts'
import type { Topic } from './topics.ts'
import { listTrunks } from './trunks.ts'

const pollMs = 2000

/**
 * At most two seconds old while the database answers; while it does not, the last one known stays.
 */
export interface DirectoryCopy {
  /** Enabled trunks in outgoing order; the same array until something changes. */
  trunks(): readonly Trunk[]
  isPersonalNumber(address: string): boolean
  /** Limits that are set for all. */
  limits(): SetLimits
  /** Brings the copy up to date now. */
  refresh(): Promise<void>
  stop(): void
}

/** Loads the copy and keeps it fresh until `stop`. */
export async function copyDirectory(db: Db, clock: Clock, log: Log): Promise<DirectoryCopy> {
  const versions = new Map<string, string>()
  let trunks: readonly Trunk[] = []
  let numbers: ReadonlySet<string> = new Set()
  let limits: SetLimits = {}
  let cancel: Cancel = () => {}
  let stopped = false

  const load = async (topic: Topic) => {
    if (topic === 'trunks') trunks = (await listTrunks(db)).filter((trunk) => trunk.enabled)
    else if (topic === 'limits') limits = await limitsOfAll(db)
    else numbers = new Set(await listPersonalNumbers(db))
  }
  const refresh = async () => {
    const rows = await db.selectFrom('topics').selectAll().execute()
    for (const topic of ['trunks', 'personalNumbers', 'limits'] as const) {
      const version = rows.find((row) => row.name === topic)?.version ?? ''
      if (versions.get(topic) === version) continue
      await load(topic)
      versions.set(topic, version)
    }
  }
  const poll = async () => {
    await refresh().catch((fault: unknown) =>
      log.warn({ err: fault }, 'trunks cannot be read; the last ones known stay'),
    )
    if (!stopped)
      cancel = clock.wakeAt(clock.nowMs() + pollMs, () => {
        void poll()
      })
  }
  await refresh()
  cancel = clock.wakeAt(clock.nowMs() + pollMs, () => {
    void poll()
  })
  const stop = () => {
    stopped = true
    cancel()
  }
  return {
    trunks: () => trunks,
    limits: () => limits,
    isPersonalNumber: (address) => numbers.has(address),
    refresh,
    stop,
  }
}
