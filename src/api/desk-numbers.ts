/**
 * The number pool over HTTP, for managers: who has which number, import of ranges, changes of state.
 */
import { Hono } from 'hono'
import { numbersOf, readRanges } from '../people/number-ranges.ts'
import { writeAudit } from '../store/audit.ts'
import { inTransaction } from '../store/database.ts'
import { changePoolNumber, countPool, importNumbers, listPool } from '../store/number-pool.ts'
import { check, nowMs, readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { clientAddress } from './guards.ts'
import { poolChangeRequest, poolImportRequest, poolQuery } from './schema-people.ts'
import type { PoolImportReply, PoolNumber, PoolReply } from './schema-people.ts'

/** Ten areas of a thousand; a larger one comes in parts. */
const mostNumbers = 10_000
const mostFaults = 100

/** /api/desk/numbers. */
export function deskNumberRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { cursor, ...filter } = check(poolQuery, c.req.query())
      const { rows, more } = await listPool(db, { ...filter, after: cursor }, nowMs(deps))
      const counts = await countPool(db, nowMs(deps))
      return c.json({
        numbers: rows, cursor: more ? rows.at(-1)!.address : null, counts,
      } satisfies PoolReply)
    })
    .post('/import', async (c) => {
      const { text, dryRun, note } = await readBody(c, poolImportRequest)
      const { ranges, faults } = readRanges(text, mostNumbers)
      const numbers = numbersOf(ranges)
      const counts = await inTransaction(db, async (trx) => {
        const imported = await importNumbers(trx, numbers, note, dryRun, nowMs(deps))
        if (!dryRun) await logged(c, 'number.import', '', { ...imported, note }, trx)
        return imported
      })
      return c.json({
        dryRun, ...counts, bad: faults.slice(0, mostFaults),
      } satisfies PoolImportReply)
    })
    .put('/:address', async (c) => {
      const address = readAddress(c)
      const change = await readBody(c, poolChangeRequest)
      await inTransaction(db, async (trx) => {
        const { before } = await changePoolNumber(trx, address, change, nowMs(deps))
        await logged(c, 'number.change', `number:${address}`, { before, ...change }, trx)
      })
      const { rows } = await listPool(db, { q: address }, nowMs(deps))
      const found: PoolNumber | undefined = rows.find((row) => row.address === address)
      if (found === undefined) throw new ApiError(404, 'not_found')
      return c.json(found)
    })

  async function logged(
    c: ApiContext, action: string, subject: string, details: Record<string, unknown>,
    trx: Parameters<typeof writeAudit>[0],
  ): Promise<void> {
    const { login: actor } = c.get('session')
    await writeAudit(
      trx, { actor, action, subject, details, from: clientAddress(deps, c) }, nowMs(deps))
  }
}

function readAddress(c: ApiContext): string {
  const digits = /^\+?(\d{7,15})$/.exec(c.req.param('address') ?? '')?.[1]
  if (digits === undefined) throw new ApiError(404, 'not_found')
  return `+${digits}`
}
