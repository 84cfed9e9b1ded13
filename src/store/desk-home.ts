/**
 * The figures of the desk's menu.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { countPool } from './number-pool.ts'

export interface DeskCounts {
  readonly requests: number
  readonly liveCalls: number
  readonly subscribers: number
  readonly freeNumbers: number
  readonly openAlarms: number
  readonly support: number
  readonly deadLetters: number
  readonly corrections: number
}

/** What waits for managers, and how much there is of what. */
export async function countDesk(db: Db, wallMs: number): Promise<DeskCounts> {
  const { rows } = await sql<Record<keyof DeskCounts, string>>`SELECT
    (SELECT COUNT(*) FROM registrations WHERE state IN ('new', 'inWork')) AS requests,
    (SELECT COUNT(*) FROM calls WHERE ended_at IS NULL) AS liveCalls,
    (SELECT COUNT(*) FROM subscribers WHERE status <> 'closed') AS subscribers,
    (SELECT COUNT(*) FROM alarms WHERE closed_at IS NULL) AS openAlarms,
    (SELECT COUNT(*) FROM support_requests WHERE waiting_since IS NOT NULL) AS support,
    (SELECT COUNT(*) FROM outbox WHERE state = 'dead') AS deadLetters,
    (SELECT COUNT(*) FROM desk_corrections WHERE state = 'waiting') AS corrections`.execute(db)
  const counts = Object.fromEntries(Object.entries(rows[0] ?? {})
    .map(([name, count]) => [name, Number(count)])) as unknown as Omit<DeskCounts, 'freeNumbers'>
  return { ...counts, freeNumbers: (await countPool(db, wallMs)).free }
}
