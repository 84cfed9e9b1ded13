/**
 * QIWI's bill API as its own SDK spoke it. QIWI Bank lost its licence on 21 February 2024 and the
 * API is gone; the driver is true to the protocol and off by configuration, its tile then offers
 * СБП. A notice carries an HMAC over its fields and is believed only by that.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HttpCall } from './http-call.ts'
import type { Notice, Order } from './order.ts'
import { amountText, readAmount } from './order.ts'

export interface QiwiShop {
  readonly siteId: string
  readonly secret: string
  /** 'https://api.qiwi.com/partner/bill/v1', or the simulator's. */
  readonly apiUrl: string
  /** The simulator's bills; a real shop's are none. */
  readonly test: boolean
}

/** Our order number as QIWI's billId. */
export function qiwiBillId(order: Pick<Order, 'number'>): string {
  return `pn-${order.number}`
}

/** PUT of a bill; repeating it with the same billId and sum changes nothing. */
export function qiwiCreateBill(shop: QiwiShop, order: Order, expiresMs: number): HttpCall {
  const body = {
    amount: { currency: 'RUB', value: amountText(order.kopecks) },
    comment: order.description.slice(0, 255),
    expirationDateTime: new Date(expiresMs).toISOString().replace(/\.\d+Z$/, '+00:00'),
    customer: order.email === undefined ? {} : { email: order.email },
    customFields: { account: order.subscriberId },
  }
  return { ...call(shop, 'PUT', order), body: JSON.stringify(body) }
}

/** GET of a bill: what its state is. */
export function qiwiReadBill(shop: QiwiShop, order: Pick<Order, 'number'>): HttpCall {
  return call(shop, 'GET', order)
}

/** The page of a bill just made, from the body of the answer; undefined when it is no bill. */
export function qiwiPage(body: unknown, successUrl: string): string | undefined {
  const { payUrl } = (body ?? {}) as { payUrl?: unknown }
  if (typeof payUrl !== 'string' || !/^https?:\/\//.test(payUrl)) return undefined
  return `${payUrl}${payUrl.includes('?') ? '&' : '?'}successUrl=${encodeURIComponent(successUrl)}`
}

/** A notice with the text of its header X-Api-Signature-SHA256, which proves it. */
export function readQiwiNotice(shop: QiwiShop, body: unknown, signature: string): Notice {
  const bill = billOf(body)
  if (bill === undefined) return { kind: 'refused', why: 'malformed' }
  const given = Buffer.from(signature.toLowerCase())
  const right = Buffer.from(signQiwiNotice(shop, bill))
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    return { kind: 'refused', why: 'signature' }
  }
  return judgeBill(shop, bill)
}

/** The answer to `qiwiReadBill`: it came from QIWI itself, so it needs no signature. */
export function readQiwiBill(shop: QiwiShop, answer: unknown): Notice {
  const bill = billOf({ bill: answer })
  return bill === undefined ? { kind: 'refused', why: 'malformed' } : judgeBill(shop, bill)
}

function judgeBill(shop: QiwiShop, bill: QiwiBill): Notice {
  if (bill.siteId !== shop.siteId) return { kind: 'refused', why: 'payee' }
  if (bill.currency !== 'RUB') return { kind: 'refused', why: 'currency' }
  const number = /^pn-([1-9]\d{0,9})$/.exec(bill.billId)?.[1]
  const kopecks = readAmount(bill.value)
  if (number === undefined || kopecks === undefined) return { kind: 'refused', why: 'malformed' }
  const common = { orderNumber: Number(number), providerId: bill.billId }
  if (bill.status === 'PAID') return { kind: 'paid', ...common, kopecks, test: shop.test }
  if (bill.status === 'WAITING') return { kind: 'hint', providerId: bill.billId }
  return { kind: 'failed', ...common }
}

/** The fields of a bill that enter its signature. */
export interface QiwiBill {
  readonly billId: string
  readonly siteId: string
  readonly currency: string
  readonly value: string
  readonly status: string
}

/** Values of the keys in alphabetical order, joined by '|'; the sum with two decimals. */
export function signQiwiNotice(shop: Pick<QiwiShop, 'secret'>, bill: QiwiBill): string {
  const kopecks = readAmount(bill.value)
  const value = kopecks === undefined ? bill.value : amountText(kopecks)
  const text = [bill.currency, value, bill.billId, bill.siteId, bill.status].join('|')
  return createHmac('sha256', shop.secret).update(text, 'utf8').digest('hex')
}

function billOf(body: unknown): QiwiBill | undefined {
  const { bill } = (body ?? {}) as { bill?: Record<string, unknown> }
  if (typeof bill !== 'object' || bill === null) return undefined
  const amount = (bill['amount'] ?? {}) as Record<string, unknown>
  const status = (bill['status'] ?? {}) as Record<string, unknown>
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return {
    billId: text(bill['billId']), siteId: text(bill['siteId']), currency: text(amount['currency']),
    value: text(amount['value']), status: text(status['value']),
  }
}

function call(shop: QiwiShop, method: 'GET' | 'PUT', order: Pick<Order, 'number'>): HttpCall {
  return {
    method, url: `${shop.apiUrl}/bills/${qiwiBillId(order)}`, body: undefined,
    headers: {
      Authorization: `Bearer ${shop.secret}`, Accept: 'application/json',
      'Content-Type': 'application/json',
    },
  }
}
