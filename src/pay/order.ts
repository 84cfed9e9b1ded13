/**
 * A payment as we asked for it, and what a payment system's message turns out to be. Every driver
 * reads its system's messages into these; crediting is the store's, once per order (the ledger's
 * key), whatever comes how often in which order.
 */
import type { Kopecks } from '../money/tariff.ts'

/** Our own row of a payment that was begun. */
export interface Order {
  /** Positive integer, unique for ever: the number that systems hand back. */
  readonly number: number
  readonly subscriberId: string
  readonly kopecks: Kopecks
  readonly description: string
  /** For the receipt (54-ФЗ); undefined = none is asked for. */
  readonly email: string | undefined
  /** Begun in the system's test mode: its notices are believed with test secrets only. */
  readonly test: boolean
}

export type NoticeFault =
  /** The signature is not that of our secret: forged, altered, or a test one in earnest. */
  | 'signature'
  /** A field is missing or is not what its kind allows. */
  | 'malformed'
  /** It is for another shop. */
  | 'payee'
  /** Another currency than roubles. */
  | 'currency'

/** A message of a payment system, read and proved, before it is compared with our order. */
export type Notice =
  | {
      readonly kind: 'paid'
      readonly orderNumber: number
      readonly kopecks: Kopecks
      readonly providerId: string
      readonly test: boolean
      /**
       * Whose payment it was when it was begun, as the system hands it back; undefined = untold.
       */
      readonly account?: string | undefined
    }
  /** Something changed; what, must be asked for by id. Never believed by itself. */
  | { readonly kind: 'hint'; readonly providerId: string }
  /** It ended without money. */
  | { readonly kind: 'failed'; readonly orderNumber: number; readonly providerId: string }
  | { readonly kind: 'refused'; readonly why: NoticeFault }

export type CreditDecision = 'credit' | 'amountDiffers' | 'testFlagDiffers' | 'unknownOrder'

/** Whether a proved notice is the payment of this order. */
export function judgeNotice(
  notice: Extract<Notice, { kind: 'paid' }>, order: Order | undefined,
): CreditDecision {
  if (order === undefined || order.number !== notice.orderNumber) return 'unknownOrder'
  // Two installations with one shop count their orders each for itself.
  if (notice.account !== undefined && notice.account !== order.subscriberId) return 'unknownOrder'
  if (order.test !== notice.test) return 'testFlagDiffers'
  return order.kopecks === notice.kopecks ? 'credit' : 'amountDiffers'
}

/** 38000 → '380.00'. */
export function amountText(kopecks: Kopecks): string {
  return `${Math.floor(kopecks / 100)}.${String(kopecks % 100).padStart(2, '0')}`
}

/**
 * '380', '380.00', '380.000000' → 38000; undefined for anything that is no amount of whole kopecks.
 * Compared as decimals, never as floating point.
 */
export function readAmount(text: string): Kopecks | undefined {
  const match = /^(\d{1,11})(?:\.(\d{1,2})(0{0,10}))?$/.exec(text)
  if (match === null) return undefined
  const [, roubles = '', fraction = ''] = match
  return Number(roubles) * 100 + Number(fraction.padEnd(2, '0'))
}
