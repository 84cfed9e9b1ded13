/**
 * «Пополнение баланса» over HTTP: which systems there are, a new payment, what became of one. A
 * payment is credited by its system's notice (pay-notices.ts), never by what a browser says.
 */
import { Hono } from 'hono'
import { PaymentSystemDown, PaymentsOff } from '../pay/desk.ts'
import { loadOwnOrder } from '../store/payments.ts'
import type { PaymentOrder } from '../store/payments.ts'
import { readBody } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { paymentAmounts, paymentRequest } from './schema-money.ts'
import type { PaymentReply, PaymentStarted, PaymentSystemsReply } from './schema-money.ts'

/** /api/payments: systems, begin, look. */
export function paymentRoutes(deps: ApiDeps): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get('/systems', (c) => {
      const systems = (deps.payments?.tiles() ?? []).map(({ via, why, ...tile }) =>
        ({ ...tile, via: via ?? null, why: why ?? null }))
      return c.json({ systems, ...paymentAmounts } satisfies PaymentSystemsReply)
    })
    .post('/', async (c) => c.json(await begin(deps, c), 201))
    .get('/:number', async (c) => {
      const number = /^[1-9]\d{0,9}$/.exec(c.req.param('number'))?.[0]
      if (number === undefined) throw new ApiError(404, 'not_found')
      const { subscriberId } = c.get('session')
      const order = await loadOwnOrder(deps.database.kysely, subscriberId, Number(number))
      return c.json(paymentReply(order))
    })
}

async function begin(deps: ApiDeps, c: ApiContext): Promise<PaymentStarted> {
  const { system: tile, kopecks, key: formKey } = await readBody(c, paymentRequest)
  try {
    if (!deps.payments) throw new PaymentsOff(tile)
    const { subscriberId } = c.get('session')
    const { order, url } = await deps.payments.begin(subscriberId, { tile, kopecks, formKey })
    return { order: order.number, url }
  } catch (fault) {
    if (fault instanceof PaymentsOff) throw new ApiError(503, 'payments_off')
    if (fault instanceof PaymentSystemDown)
      throw new ApiError(503, 'payments_unavailable', { retryAfterSeconds: 10 })
    throw fault
  }
}

function paymentReply(order: PaymentOrder): PaymentReply {
  const { number, tile, kopecks, state, test, createdAt, paidAt, pageUrl } = order
  const waiting = state === 'made' || state === 'open'
  return {
    order: number, system: tile, kopecks, state: waiting ? 'waiting' : state, test, createdAt,
    paidAt: paidAt ?? null, url: waiting ? pageUrl ?? null : null,
  }
}
