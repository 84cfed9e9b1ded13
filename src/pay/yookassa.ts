/**
 * ЮKassa: payments by card (and СБП), refunds, and its webhooks. A webhook bears no signature: it
 * is a hint that something changed, and only what the API then answers to our own question is
 * believed. Without I/O: calls and answers as data (yookassa.ru/developers).
 */
import type { HttpCall } from './http-call.ts'
import type { Notice, Order } from './order.ts'
import { amountText, readAmount } from './order.ts'

export interface YookassaShop {
  readonly shopId: string
  readonly secret: string
  /** 'https://api.yookassa.ru/v3', or the simulator's. */
  readonly apiUrl: string
  /** VAT code of the receipt; undefined = no receipt is sent. */
  readonly vatCode: number | undefined
}

/** How the subscriber pays; undefined lets him choose on ЮKassa's page. */
export type YookassaMethod = 'bank_card' | 'sbp'

/**
 * POST of a payment. `idempotenceKey` is the order's own, so a repetition after a lost answer gives
 * the same payment and no second one.
 */
export function yookassaCreate(
  shop: YookassaShop, order: Order, method: YookassaMethod | undefined, returnUrl: string,
): HttpCall {
  const amount = { value: amountText(order.kopecks), currency: 'RUB' }
  const description = order.description.slice(0, 128)
  const receipt = shop.vatCode === undefined || order.email === undefined ? {} : {
    receipt: {
      customer: { email: order.email },
      items: [{
        description, amount, quantity: '1.00', vat_code: shop.vatCode,
        payment_mode: 'advance', payment_subject: 'service',
      }],
    },
  }
  const body = {
    amount, capture: true, description,
    confirmation: { type: 'redirect', return_url: returnUrl },
    metadata: { order: String(order.number), account: order.subscriberId },
    ...(method === undefined ? {} : { payment_method_data: { type: method } }),
    ...receipt,
  }
  return {
    method: 'POST', url: `${shop.apiUrl}/payments`, body: JSON.stringify(body),
    headers: { ...headers(shop), 'Idempotence-Key': `payment-${order.number}` },
  }
}

/** GET of a payment: the only word about it that is believed. */
export function yookassaRead(shop: YookassaShop, paymentId: string): HttpCall {
  return {
    method: 'GET', url: `${shop.apiUrl}/payments/${encodeURIComponent(paymentId)}`,
    headers: headers(shop), body: undefined,
  }
}

/** POST of a refund of (a part of) a payment; `key` makes repetitions the same refund. */
export function yookassaRefund(
  shop: YookassaShop, paymentId: string, kopecks: number, key: string,
): HttpCall {
  const body = {
    payment_id: paymentId, amount: { value: amountText(kopecks), currency: 'RUB' },
  }
  return {
    method: 'POST', url: `${shop.apiUrl}/refunds`, body: JSON.stringify(body),
    headers: { ...headers(shop), 'Idempotence-Key': `refund-${key}` },
  }
}

/** Id and page of a payment just made; undefined when the answer is none. */
export function yookassaPage(
  answer: unknown,
): { readonly id: string; readonly url: string } | undefined {
  const payment = (answer ?? {}) as Record<string, unknown>
  const confirmation = (payment['confirmation'] ?? {}) as Record<string, unknown>
  const id = payment['id']
  const url = confirmation['confirmation_url']
  if (typeof id !== 'string' || typeof url !== 'string') return undefined
  return /^[\w-]{1,64}$/.test(id) && /^https?:\/\//.test(url) ? { id, url } : undefined
}

/** A webhook: at most a hint. */
export function readYookassaWebhook(body: unknown): Notice {
  const { type, object } = (body ?? {}) as { type?: unknown; object?: Record<string, unknown> }
  const id = typeof object === 'object' && object !== null ? object['id'] : undefined
  if (type !== 'notification' || typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) {
    return { kind: 'refused', why: 'malformed' }
  }
  return { kind: 'hint', providerId: id }
}

/** What the API answered to `yookassaRead`. */
export function readYookassaPayment(answer: unknown): Notice {
  const payment = (answer ?? {}) as Record<string, unknown>
  const amount = (payment['amount'] ?? {}) as Record<string, unknown>
  const metadata = (payment['metadata'] ?? {}) as Record<string, unknown>
  const { id, status, test } = payment
  const order = String(metadata['order'] ?? '')
  const kopecks = readAmount(String(amount['value'] ?? ''))
  if (typeof id !== 'string' || !/^[1-9]\d{0,9}$/.test(order) || kopecks === undefined) {
    return { kind: 'refused', why: 'malformed' }
  }
  if (amount['currency'] !== 'RUB') return { kind: 'refused', why: 'currency' }
  const orderNumber = Number(order)
  if (status === 'succeeded' && payment['paid'] === true) {
    const account = typeof metadata['account'] === 'string' ? metadata['account'] : undefined
    return { kind: 'paid', orderNumber, kopecks, providerId: id, test: test === true, account }
  }
  return status === 'canceled'
    ? { kind: 'failed', orderNumber, providerId: id }
    : { kind: 'hint', providerId: id }
}

/**
 * What became of a refund, from the answer to `yookassaRefund`; undefined when it tells nothing.
 */
export function readYookassaRefund(
  answer: unknown,
): { readonly id: string; readonly state: 'done' | 'failed' | 'pending' } | undefined {
  const { id, status } = (answer ?? {}) as Record<string, unknown>
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) return undefined
  if (status === 'succeeded') return { id, state: 'done' }
  return { id, state: status === 'canceled' ? 'failed' : 'pending' }
}

function headers(shop: YookassaShop): Record<string, string> {
  const basic = Buffer.from(`${shop.shopId}:${shop.secret}`).toString('base64')
  return { Authorization: `Basic ${basic}`, 'Content-Type': 'application/json' }
}
