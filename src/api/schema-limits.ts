/**
 * Shapes of requests and replies about limits against fraud: the subscriber's page of limits and
 * countries, and the desk's. Requests are valibot schemas, replies are types. Money is integer
 * kopecks, instants are milliseconds since 1970 (UTC).
 */
import * as v from 'valibot'
import type { BarredWhy, DestinationClass } from '../limits/destination.ts'
import { limitNames } from '../limits/limit-table.ts'
import type { LimitName, LimitUnit } from '../limits/limit-table.ts'
import type { AccountStatus } from '../limits/status.ts'
import { whole } from './schema-fields.ts'

/** ISO 3166-1, two capital letters. */
const country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, 'badCountry'))

/**
 * PUT /api/limits: the countries whose numbers his rules may ring, besides the home ones; all of
 * them, not the change. A country that was not open before needs the second factor: 403
 * second_factor_off when it is not switched on, 403 second_factor_required when `code` is missing
 * or wrong. 422 bad_country for one that cannot be opened.
 */
export const countriesRequest = v.object({
  countries: v.pipe(v.array(country), v.maxLength(50)),
  code: v.exactOptional(v.pipe(v.string(), v.maxLength(32))),
})

/**
 * PUT /api/desk/limits, PUT /api/desk/subscribers/:id/limits: one limit. `value` null takes the row
 * back: what is above holds again (of all, or the default). 0 = no limit. 422 bad_limit.
 */
export const limitRequest = v.object({
  name: v.picklist(limitNames),
  value: v.nullable(whole(0, 1_000_000_000_000)),
  reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(255)),
})

/** A limit as it holds. */
export interface LimitReply {
  readonly name: LimitName
  readonly unit: LimitUnit
  /** 0 = no limit. */
  readonly value: number
  /** Why it is so: of the default, or as the manager wrote it (then the same in both). */
  readonly reason: { readonly ru: string; readonly en: string }
  /** Whose value it is. */
  readonly scope: 'default' | 'all' | 'own'
}

/** GET and PUT /api/limits. */
export interface LimitsReply {
  readonly status: AccountStatus
  /** Since when it is so; null = since ever. */
  readonly statusSince: number | null
  /** Always open. */
  readonly homeCountries: readonly string[]
  /** Opened by him. */
  readonly countries: readonly string[]
  /** Those he may open; names are the browser's business (Intl.DisplayNames). */
  readonly openable: readonly string[]
  /** The second factor is on: without it no country can be opened. */
  readonly secondFactor: boolean
  readonly limits: readonly LimitReply[]
  /** What calls have cost since local midnight. */
  readonly spentTodayKopecks: number
  /** When that begins anew. */
  readonly dayEndsAt: number
}

/** A limit for a manager: with everything that stands behind the value in force. */
export interface DeskLimitReply extends LimitReply {
  readonly least: number
  readonly most: number
  readonly defaultValue: number
  readonly defaultReason: { readonly ru: string; readonly en: string }
  /** The row for all; null = there is none. */
  readonly all: DeskLimitRow | null
  /** The row of the subscriber; null = there is none, or it is the page of all. */
  readonly own: DeskLimitRow | null
}

export interface DeskLimitRow {
  readonly value: number
  readonly reason: string
  /** Login of the manager. */
  readonly by: string
  readonly at: number
}

/** GET and PUT /api/desk/limits and /api/desk/subscribers/:id/limits. */
export interface DeskLimitsReply {
  /** null = for all. */
  readonly subscriberId: string | null
  readonly limits: readonly DeskLimitReply[]
  /** Of a subscriber: opened countries, and today's money. */
  readonly countries: readonly string[]
  readonly spentTodayKopecks: number
}

/** What NumberReply tells of a number's destination. */
export interface NumberDestination {
  readonly class: DestinationClass
  /** ISO 3166-1; '' = none. */
  readonly country: string
  /** Why rules do not ring it; null = they may. */
  readonly barred: BarredWhy | null
  /** With 'coolOff': from when it rings. */
  readonly ringsFrom: number | null
}
