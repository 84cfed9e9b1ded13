/**
 * Money at the desk over HTTP: payments with what was told of them, refunds, corrections, the check
 * of all balances. Who has a second factor gives a code before he moves any.
 */
import { Hono } from 'hono'
import { openByKind } from '../store/desk-alarms.ts'
import { addCorrection, decideCorrection, listCorrections } from '../store/desk-corrections.ts'
import { logDeed } from '../store/desk-deed.ts'
import { listPayments, loadPayment } from '../store/desk-payments.ts'
import { checkLedgersNow, ledgersCheckedAt } from '../store/nightly.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { ApiError } from './errors.ts'
import { requireFresh } from './fresh.ts'
import {
  deskCorrectionRequest, deskCorrectionsQuery, deskPaymentsQuery, deskRefundRequest,
} from './schema-desk-trade.ts'
import type {
  DeskCorrection, DeskCorrectionsReply, DeskLedgerCheckReply, DeskPaymentReply, DeskPaymentsReply,
} from './schema-desk-trade.ts'

/** What one manager may correct alone, when the operator has not said. */
const usualLimitKopecks = 5000_00

/** /api/desk/payments */
export function deskPaymentRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { before, limit, ...filter } = check(deskPaymentsQuery, c.req.query())
      return c.json(await listPayments(db, filter, { before, limit }) satisfies DeskPaymentsReply)
    })
    .get('/:number', async (c) => {
      const payment = await loadPayment(db, orderNumber(c))
      await logDeed(db, deedOf(deps, c), {
        action: 'payment.look', subject: `payment:${payment.number}`,
        subscriberId: payment.subscriber.id,
      })
      return c.json(payment satisfies DeskPaymentReply)
    })
    .post('/:number/refund', async (c) => {
      await requireFresh(deps, c)
      const { key: formKey, kopecks, reason } = await readBody(c, deskRefundRequest)
      if (!deps.payments) throw new ApiError(503, 'payments_off')
      const { login: manager, from } = deedOf(deps, c)
      const number = orderNumber(c)
      await deps.payments.refund({ orderNumber: number, formKey, kopecks, reason, manager, from })
      return c.json(await loadPayment(db, number) satisfies DeskPaymentReply)
    })
}

/** POST /api/desk/subscribers/:id/corrections, and /api/desk/corrections. */
export function deskCorrectionRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const limitKopecks = deps.fourEyesKopecks ?? usualLimitKopecks
  const decide = async (c: ApiContext, decision: 'confirm' | 'refuse') => {
    if (decision === 'confirm') await requireFresh(deps, c)
    const correction = await decideCorrection(db, readId(c), decision, deedOf(deps, c))
    return c.json(correction satisfies DeskCorrection)
  }
  return new Hono<ApiEnv>()
    .post('/subscribers/:id/corrections', async (c) => {
      await requireFresh(deps, c)
      const draft = await readBody(c, deskCorrectionRequest)
      const made = await addCorrection(db, readId(c), draft, limitKopecks, deedOf(deps, c))
      return c.json(made satisfies DeskCorrection, 201)
    })
    .get('/corrections', async (c) => {
      const { before, limit, ...filter } = check(deskCorrectionsQuery, c.req.query())
      const page = await listCorrections(db, filter, { before, limit })
      return c.json({ ...page, limitKopecks } satisfies DeskCorrectionsReply)
    })
    .post('/corrections/:id/confirm', (c) => decide(c, 'confirm'))
    .post('/corrections/:id/refuse', (c) => decide(c, 'refuse'))
}

/** /api/desk/ledger-check */
export function deskLedgerRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const reply = async (entries: number | null): Promise<DeskLedgerCheckReply> => ({
    checkedAt: await ledgersCheckedAt(db) ?? null, entries,
    openAlarms: (await openByKind(db))['ledger'] ?? 0,
  })
  return new Hono<ApiEnv>()
    .get('/', async (c) => c.json(await reply(null)))
    .post('/', async (c) => {
      const result = await checkLedgersNow(db, nowMs(deps))
      if (!result) throw new ApiError(409, 'check_running')
      const { entries, alarms } = result
      await logDeed(db, deedOf(deps, c), {
        action: 'ledger.check', details: { entries, alarms: alarms.length },
      })
      return c.json(await reply(entries))
    })
}

function orderNumber(c: ApiContext): number {
  const number = /^[1-9]\d{0,11}$/.exec(c.req.param('number') ?? '')?.[0]
  if (number === undefined) throw new ApiError(404, 'not_found')
  return Number(number)
}
