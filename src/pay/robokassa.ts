/**
 * Robokassa: the page the subscriber is sent to and the ResultURL notice, with their signatures
 * (docs.robokassa.ru). Only ResultURL credits; SuccessURL and FailURL are redirects of a browser,
 * which anybody can forge. Without I/O: strings in, strings out.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Notice, Order } from './order.ts'
import { amountText, readAmount } from './order.ts'

/** Hashes that the shop's cabinet offers. */
export type RobokassaHash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'

export interface RobokassaShop {
  readonly login: string
  readonly hash: RobokassaHash
  /** Password #1 signs what we ask, #2 what we are told. */
  readonly passwords: readonly [first: string, second: string]
  readonly testPasswords: readonly [first: string, second: string]
  /** 'https://auth.robokassa.ru/Merchant/Index.aspx', or the simulator's. */
  readonly pageUrl: string
  /** Taxation system and VAT of the receipt; undefined = no receipt is sent. */
  readonly receipt: { readonly sno: string; readonly tax: string } | undefined
}

/** Parameters of a form as they came: each name once, nothing decoded twice. */
export type Form = ReadonlyMap<string, string>

const maxInvId = 2 ** 31 - 1

/** The address of the payment page for an order. Throws RangeError for a number it cannot carry. */
export function robokassaPage(shop: RobokassaShop, order: Order): string {
  if (order.number < 1 || order.number > maxInvId) {
    throw new RangeError(`InvId ${order.number} is not within 1 and ${maxInvId}`)
  }
  const sum = amountText(order.kopecks)
  const fields = new Map([
    ['MerchantLogin', shop.login], ['OutSum', sum], ['InvId', String(order.number)],
    ['Description', order.description.slice(0, 100)], ['Culture', 'ru'], ['Encoding', 'utf-8'],
    ['Shp_account', order.subscriberId],
  ])
  if (order.email !== undefined) fields.set('Email', order.email)
  if (order.test) fields.set('IsTest', '1')
  // The receipt enters the signature encoded once and the address encoded twice.
  if (shop.receipt !== undefined && order.email !== undefined)
    fields.set('Receipt', encodeURIComponent(receiptText(shop.receipt, order, sum)))
  fields.set('SignatureValue', signRobokassaPage(shop, fields))
  return `${shop.pageUrl}?${new URLSearchParams([...fields])}`
}

/** The signature of a page's address: the simulator checks what we made. */
export function signRobokassaPage(shop: RobokassaShop, fields: Form): string {
  const field = (name: string): string => fields.get(name) ?? ''
  const [password] = field('IsTest') === '1' ? shop.testPasswords : shop.passwords
  return sign(shop.hash, [
    field('MerchantLogin'), field('OutSum'), field('InvId'),
    ...(fields.has('Receipt') ? [field('Receipt')] : []), password, ...shpFields(fields),
  ])
}

/** A ResultURL notice, proved by password #2 of the mode it claims. */
export function readRobokassaResult(shop: RobokassaShop, form: Form): Notice {
  const sum = form.get('OutSum') ?? form.get('out_summ') ?? ''
  const inv = form.get('InvId') ?? form.get('inv_id') ?? ''
  const given = form.get('SignatureValue') ?? form.get('crc') ?? ''
  const test = form.get('IsTest') === '1'
  const password = (test ? shop.testPasswords : shop.passwords)[1]
  // The text of the sum as it came enters the hash ('100.000000'), not our own way to write it.
  const right = sign(shop.hash, [sum, inv, password, ...shpFields(form)])
  if (!sameText(given.toLowerCase(), right)) return { kind: 'refused', why: 'signature' }
  const kopecks = readAmount(sum)
  const orderNumber = /^[1-9]\d{0,9}$/.test(inv) ? Number(inv) : undefined
  if (kopecks === undefined || orderNumber === undefined) {
    return { kind: 'refused', why: 'malformed' }
  }
  const account = form.get('Shp_account')
  return { kind: 'paid', orderNumber, kopecks, providerId: inv, test, account }
}

/** What a credited (or already credited) ResultURL notice is answered with; else it comes again. */
export function robokassaAnswer(orderNumber: number): string {
  return `OK${orderNumber}`
}

/** The signature of a ResultURL notice: what the simulator sends. */
export function signRobokassaResult(
  shop: RobokassaShop, sum: string, inv: string, test: boolean, shp: Form,
): string {
  const password = (test ? shop.testPasswords : shop.passwords)[1]
  return sign(shop.hash, [sum, inv, password, ...shpFields(shp)])
}

function shpFields(form: Form): string[] {
  return [...form].filter(([name]) => /^shp_/i.test(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
}

function sign(hash: RobokassaHash, parts: readonly string[]): string {
  return createHash(hash).update(parts.join(':'), 'utf8').digest('hex')
}

function sameText(given: string, right: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}

function receiptText(
  receipt: { readonly sno: string; readonly tax: string }, order: Order, sum: string,
): string {
  return JSON.stringify({
    sno: receipt.sno,
    items: [{
      name: order.description.slice(0, 128), quantity: 1, sum: Number(sum), tax: receipt.tax,
      payment_method: 'advance', payment_object: 'service',
    }],
  })
}
