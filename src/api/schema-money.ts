/**
 * Shapes of requests and replies about money: payments and «Детализация». Requests are valibot
 * schemas, replies are types. All money is integer kopecks, all instants are milliseconds since
 * 1970 (UTC).
 */
import * as v from 'valibot'
import type { EntryKind } from '../money/ledger.ts'
import { digits, whole } from './schema-fields.ts'

const tile = v.picklist(['robokassa', 'qiwi', 'card'])

/**
 * Below ten roubles a payment costs more than it brings; fees and limits of wallets end near
 * 15,000.
 */
const leastKopecks = 10_00
const mostKopecks = 15_000_00
/** The tiles of the manual's first step. */
const usualKopecks = [100_00, 200_00, 250_00, 300_00, 500_00, 800_00, 1000_00] as const

/** What the page of payments offers. */
export const paymentAmounts = { leastKopecks, mostKopecks, usualKopecks }

/**
 * POST /api/payments. `key` is made by the page for each form: sent twice it is one payment. 409
 * form_reused: that form was sent with another amount. 503 payments_off, payments_unavailable.
 */
export const paymentRequest = v.object({
  system: tile,
  kopecks: whole(leastKopecks, mostKopecks),
  key: v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/)),
})

const kinds = [
  'payment', 'refund', 'call', 'monthlyFee', 'correction', 'bonus',
] as const satisfies readonly EntryKind[]

const chargesFilter = {
  /** Local month 'YYYY-MM' in the subscriber's zone; left out = the present one. */
  month: v.optional(v.pipe(v.string(), v.regex(/^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/))),
  kind: v.optional(v.picklist(kinds)),
}

/**
 * GET /api/charges. `after`: the number of the last line one has; `before`: that of the first one,
 * which goes with `order` desc, the newest first.
 */
export const chargesQuery = v.object({
  ...chargesFilter,
  order: v.optional(v.picklist(['asc', 'desc']), 'asc'),
  after: v.optional(digits(12)),
  before: v.optional(digits(12)),
  limit: v.optional(v.pipe(digits(3), v.minValue(1), v.maxValue(500)), '200'),
})

/** GET /api/charges/export.csv, /export.xlsx and /statement. */
export const chargesExportQuery = v.object({
  ...chargesFilter,
  lang: v.optional(v.picklist(['ru', 'en']), 'ru'),
})

/** GET /api/payments/systems */
export interface PaymentSystemsReply {
  readonly systems: readonly {
    readonly id: 'robokassa' | 'qiwi' | 'card'
    readonly available: boolean
    /** Not in earnest: no money moves. */
    readonly test: boolean
    /** 'sbp': paid through СБП, as the system itself is closed. */
    readonly via: 'sbp' | null
    /** Why it is not available. */
    readonly why: 'closed' | 'notConfigured' | null
  }[]
  readonly leastKopecks: number
  readonly mostKopecks: number
  readonly usualKopecks: readonly number[]
}

/** POST /api/payments: the browser goes to `url`. */
export interface PaymentStarted {
  readonly order: number
  readonly url: string
}

/** GET /api/payments/:number: what became of it. The browser comes back to /balance?order=N. */
export interface PaymentReply {
  readonly order: number
  readonly system: 'robokassa' | 'qiwi' | 'card'
  readonly kopecks: number
  readonly state: 'waiting' | 'paid' | 'failed' | 'expired'
  readonly test: boolean
  readonly createdAt: number
  readonly paidAt: number | null
  /** Where it can still be paid; null = nowhere. */
  readonly url: string | null
}

export interface ChargeLine {
  /** From 1, without gaps, over all time. */
  readonly number: number
  readonly at: number
  readonly kind: EntryKind
  /** Signed: what the balance changed by. */
  readonly kopecks: number
  /** After it. */
  readonly balanceKopecks: number
  readonly text: string
  readonly callId: string | null
  readonly order: number | null
}

/** GET /api/charges: entries of a month in their order, and what all of the month comes to. */
export interface ChargesReply {
  readonly month: string
  readonly zone: string
  readonly from: number
  readonly to: number
  /** The month of the first entry of all. */
  readonly firstMonth: string
  readonly openingKopecks: number
  readonly closingKopecks: number
  readonly byKind: readonly {
    readonly kind: EntryKind
    readonly count: number
    readonly kopecks: number
  }[]
  readonly lines: readonly ChargeLine[]
  readonly more: boolean
}
