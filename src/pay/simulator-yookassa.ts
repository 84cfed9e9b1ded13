/**
 * ЮKassa as the simulator plays it: payments and refunds with Idempotence-Key, the page, and
 * webhooks that bear no signature, like the real ones.
 */
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import type { HttpCall } from './http-call.ts'
import { amountText, readAmount } from './order.ts'
import { readDeeds } from './simulator-deeds.ts'
import { remember } from './simulator-memory.ts'
import { messagePage, paymentPage } from './simulator-page.ts'
import type { SimulatorEnv, SimulatorParts } from './simulator.ts'

interface Payment {
  readonly id: string
  readonly status: 'pending' | 'succeeded' | 'canceled'
  readonly paid: boolean
  readonly amount: { readonly value: string; readonly currency: string }
  readonly description: string
  readonly metadata: unknown
  readonly test: boolean
  readonly confirmation: { readonly type: string; readonly confirmation_url: string }
  readonly returnUrl: string
  readonly refundedKopecks: number
}

/** …/yookassa: the API and the page. */
export function yookassaSimulator({ courier, finish }: SimulatorParts): Hono<SimulatorEnv> {
  const payments = new Map<string, Payment>()
  return new Hono<SimulatorEnv>()
    .route('/v3', yookassaApi(payments))
    .get('/page/:id', (c) => {
      const payment = payments.get(c.req.param('id'))
      if (payment?.status !== 'pending')
        return c.html(messagePage('ЮKassa: имитация', 'Этот платёж уже закрыт.'), 404)
      const { amount, description } = payment
      return c.html(paymentPage({
        system: 'ЮKassa', amount: amount.value, description, fields: [], action: '',
      }))
    })
    .post('/page/:id', async (c) => {
      const payment = payments.get(c.req.param('id'))
      if (payment?.status !== 'pending') return c.json({}, 404)
      const deeds = readDeeds(new URLSearchParams(await c.req.text()))
      const kopecks = readAmount(payment.amount.value) ?? 0
      const settled: Payment = {
        ...payment, status: deeds.pays ? 'succeeded' : 'canceled', paid: deeds.pays,
        test: payment.test !== (deeds.forge === 'test'),
        amount: deeds.forge === 'signedAmount'
          ? { ...payment.amount, value: amountText(kopecks - 1) } : payment.amount,
      }
      if (deeds.forge !== 'status') payments.set(payment.id, settled)
      const replies = await courier.deliver(webhook(c.get('noticeUrl'), settled), deeds)
      return finish(c, replies, payment.returnUrl)
    })
}

/** What the merchant's server calls. */
function yookassaApi(payments: Map<string, Payment>): Hono<SimulatorEnv> {
  const idempotent = new Map<string, string>()
  const refunds = new Map<string, object>()
  return new Hono<SimulatorEnv>()
    .use(async (c, next) => {
      const { shopId, secret } = c.get('shops').yookassa.shop
      const basic = Buffer.from(`${shopId}:${secret}`).toString('base64')
      if (c.req.header('authorization') !== `Basic ${basic}`)
        return c.json({ type: 'error', code: 'invalid_credentials' }, 401)
      return next()
    })
    .post('/payments', async (c) => {
      const key = `${c.get('base')} ${c.req.header('idempotence-key') ?? ''}`
      const known = payments.get(idempotent.get(key) ?? '')
      if (known) return c.json(known)
      const payment = readPayment(await c.req.json(), c.get('base'))
      if (!payment) return c.json({ type: 'error', code: 'invalid_request' }, 400)
      remember(payments, payment.id, payment)
      remember(idempotent, key, payment.id)
      return c.json(payment)
    })
    .get('/payments/:id', (c) => {
      const payment = payments.get(c.req.param('id'))
      return payment ? c.json(payment) : c.json({ type: 'error', code: 'not_found' }, 404)
    })
    .post('/refunds', async (c) => {
      const key = `${c.get('base')} ${c.req.header('idempotence-key') ?? ''}`
      const known = refunds.get(key)
      if (known) return c.json(known)
      const body = await c.req.json() as { payment_id?: unknown; amount?: { value?: unknown } }
      const payment = payments.get(String(body.payment_id))
      const kopecks = readAmount(String(body.amount?.value ?? '')) ?? 0
      const whole = readAmount(payment?.amount.value ?? '') ?? 0
      if (payment?.status !== 'succeeded' || kopecks < 1 ||
        payment.refundedKopecks + kopecks > whole)
        return c.json({ type: 'error', code: 'invalid_request' }, 400)
      payments.set(payment.id, { ...payment, refundedKopecks: payment.refundedKopecks + kopecks })
      const refund = { id: randomUUID(), status: 'succeeded', payment_id: payment.id,
        amount: body.amount }
      remember(refunds, key, refund)
      return c.json(refund)
    })
}

function readPayment(body: unknown, base: string): Payment | undefined {
  const { amount, description, metadata, confirmation } = (body ?? {}) as {
    amount?: { value?: unknown; currency?: unknown }
    description?: unknown
    metadata?: unknown
    confirmation?: { return_url?: unknown }
  }
  const value = String(amount?.value ?? '')
  if (amount?.currency !== 'RUB' || readAmount(value) === undefined) return undefined
  const id = randomUUID()
  return {
    id, status: 'pending', paid: false, amount: { value, currency: 'RUB' },
    description: String(description), metadata, test: true,
    confirmation: { type: 'redirect', confirmation_url: `${base}/yookassa/page/${id}` },
    returnUrl: String(confirmation?.return_url), refundedKopecks: 0,
  }
}

function webhook(url: string, payment: Payment): HttpCall {
  const { returnUrl: _, refundedKopecks: __, ...object } = payment
  return {
    method: 'POST', url: `${url}/pay/yookassa/webhook`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'notification', event: `payment.${payment.status}`, object }),
  }
}
