/**
 * Shapes of the manager's desk, the trade: tariffs and their prices, trunks, payments, refunds and
 * corrections. Requests are valibot schemas, replies are types. All money is integer kopecks, all
 * instants are milliseconds since 1970 (UTC).
 */
import * as v from 'valibot'
import { formKey, instantText, pageSize, reason, searchText } from './schema-desk.ts'
import { digits, id, instant, title, visible, whole } from './schema-fields.ts'

const most = 1_000_000_00
const prefix = v.pipe(v.string(), v.regex(/^\d{0,15}$/))

/** A price of a tariff: see src/money/tariff.ts. */
export const deskRate = v.object({
  /** Digits of E.164 without plus; '' = all numbers that no other rate names. */
  prefix,
  name: title(64),
  kopecksPerMinute: whole(0, most),
  connectionKopecks: whole(0, most),
  firstStepSeconds: whole(1, 3600),
  nextStepSeconds: whole(1, 3600),
})

export const mostRates = 5000

/**
 * POST /api/desk/tariffs: a new tariff, or with `replaces` a new version of one, which ends at
 * `validFrom` (null = now). `moveSubscribers`: those who have the old one get the new from then on.
 * Prices that were in force are never changed. 409 tariff_changed when `version` is not that of the
 * one replaced. 422 bad_tariff.
 */
export const deskTariffRequest = v.object({
  key: formKey,
  replaces: v.exactOptional(v.object({ id, version: whole(0, 1e9), moveSubscribers: v.boolean() })),
  name: title(64),
  monthlyKopecks: whole(0, most),
  includedSeconds: whole(0, 10_000_000),
  includedPrefixes: v.pipe(v.array(prefix), v.maxLength(mostRates)),
  freeAnswerSeconds: whole(0, 60),
  validFrom: v.nullable(instant),
  validTo: v.nullable(instant),
  referralBonusKopecks: v.exactOptional(whole(0, most)),
  referralMinPaymentKopecks: v.exactOptional(whole(0, most)),
  rates: v.pipe(v.array(deskRate), v.minLength(1), v.maxLength(mostRates)),
})

/** PUT /api/desk/tariffs/:id: what is no price. 409 tariff_changed. */
export const deskTariffChange = v.object({
  version: whole(0, 1e9),
  name: title(64),
  validTo: v.nullable(instant),
  referralBonusKopecks: v.exactOptional(whole(0, most)),
  referralMinPaymentKopecks: v.exactOptional(whole(0, most)),
})

/**
 * POST /api/desk/tariffs/rates: reads a CSV of prices and compares it with a tariff; changes
 * nothing. Columns: prefix; name; price per minute in roubles; connection; first step; next step.
 */
export const deskRatesRequest = v.object({
  csv: v.pipe(v.string(), v.maxLength(1_000_000)), tariffId: v.nullable(id),
})

/** GET /api/desk/tariffs/:id/price */
export const deskPriceQuery = v.object({
  number: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(128)),
  seconds: v.optional(v.pipe(digits(5), v.maxValue(86_400)), '60'),
})

const trunkFields = {
  name: title(64),
  enabled: v.boolean(),
  /** CIDR; from there its INVITEs are taken. */
  inboundNets: v.pipe(
    v.array(v.pipe(v.string(), v.trim(), v.minLength(2), v.maxLength(64))), v.maxLength(50)),
  host: v.pipe(v.string(), v.trim(), v.regex(/^[\w.:-]{1,255}$/)),
  port: whole(0, 65_535),
  transport: v.picklist(['udp', 'tcp']),
  /** '' = its challenges are not answered. */
  user: v.pipe(v.string(), v.trim(), v.maxLength(128), visible),
  /** Never answered; left out = stays. */
  password: v.exactOptional(v.pipe(v.string(), v.maxLength(128), visible)),
  numberFormat: v.picklist(['e164plus', 'e164', 'national']),
  identity: v.picklist(['caller', 'personal']),
  assertIdentity: v.boolean(),
  diversion: v.picklist(['none', 'diversion', 'historyInfo']),
  order: whole(0, 10_000),
  capacity: v.nullable(whole(1, 100_000)),
  provisionalSeconds: whole(1, 60),
  earlyMedia: v.boolean(),
}

/** POST /api/desk/trunks. 422 bad_net, naming the network. */
export const deskTrunkRequest = v.object({ key: formKey, ...trunkFields })
/** PUT /api/desk/trunks/:id. 409 trunk_changed. */
export const deskTrunkChange = v.object({ version: whole(0, 1e9), ...trunkFields })
/** POST /api/desk/trunks/:id/enabled. 409 trunk_changed. */
export const deskTrunkEnabledRequest = v.object({ version: whole(0, 1e9), enabled: v.boolean() })
/** POST /api/desk/trunks/:id/test-call: rings `number` through this trunk alone. 409 trunk_off. */
export const deskTestCallRequest = v.object({
  number: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(128)),
})

const states = ['made', 'open', 'paid', 'failed', 'expired'] as const

/** GET /api/desk/payments, the newest first. `before`: number of the last order one has. */
export const deskPaymentsQuery = v.object({
  state: v.optional(v.picklist(states)),
  system: v.optional(v.picklist(['robokassa', 'qiwi', 'yookassa'])),
  /** Order number, id at the payment system, or part of the subscriber's name. */
  q: v.optional(searchText),
  subscriber: v.optional(id),
  from: v.optional(instantText),
  to: v.optional(instantText),
  before: v.optional(digits(12)),
  limit: pageSize,
})

/**
 * POST /api/desk/payments/:number/refund. 409 not_refundable, balance_low, form_reused; 503
 * payments_off.
 */
export const deskRefundRequest = v.object({ key: formKey, kopecks: whole(1, most), reason })

/**
 * POST /api/desk/subscribers/:id/corrections: signed. Above the limit of DeskCorrectionsReply,
 * together with his own of the last day, it waits for a second manager. 409 form_reused.
 */
export const deskCorrectionRequest = v.object({
  key: formKey,
  kopecks: v.pipe(whole(-most, most), v.check((kopecks) => kopecks !== 0)),
  reason,
})

/** GET /api/desk/corrections, the newest first. */
export const deskCorrectionsQuery = v.object({
  state: v.optional(v.picklist(['waiting', 'done', 'refused'])),
  subscriber: v.optional(id),
  before: v.optional(id),
  limit: pageSize,
})

export type DeskRate = v.InferOutput<typeof deskRate>

export interface DeskTariffLine {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly monthlyKopecks: number
  readonly includedSeconds: number
  readonly freeAnswerSeconds: number
  /** [from, to); null = open. */
  readonly validFrom: number | null
  readonly validTo: number | null
  readonly createdAt: number
  /** The tariff it took the place of; null = none. */
  readonly replaces: string | null
  /** How many have it now. */
  readonly subscribers: number
  readonly rates: number
  readonly referralBonusKopecks: number
  readonly referralMinPaymentKopecks: number
}

/** GET /api/desk/tariffs, those in force first. */
export interface DeskTariffsReply {
  readonly tariffs: readonly DeskTariffLine[]
}

/** GET /api/desk/tariffs/:id, and what POST and PUT answer. */
export interface DeskTariffReply extends Omit<DeskTariffLine, 'rates'> {
  readonly includedPrefixes: readonly string[]
  /** By prefix. */
  readonly rates: readonly DeskRate[]
}

/** POST /api/desk/tariffs/rates: what the file says, and how it differs from the tariff. */
export interface DeskRatesReply {
  readonly rates: readonly DeskRate[]
  /** Lines that cannot be read, from 1. */
  readonly faults: readonly {
    readonly line: number
    readonly text: string
    readonly why: 'columns' | 'prefix' | 'repeated' | 'price' | 'step' | 'name' | 'tooMany'
  }[]
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly same: number
}

/** GET /api/desk/tariffs/:id/price */
export interface DeskPriceReply {
  /** As it was read. */
  readonly number: string
  /** null: the tariff has no price for it, it is not dialled. */
  readonly rate: DeskRate | null
  readonly included: boolean
  readonly chargedSeconds: number
  /** When no included seconds are left. */
  readonly kopecks: number
}

export interface DeskTrunk {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly enabled: boolean
  readonly inboundNets: readonly string[]
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  readonly user: string
  readonly hasPassword: boolean
  readonly numberFormat: 'e164plus' | 'e164' | 'national'
  readonly identity: 'caller' | 'personal'
  readonly assertIdentity: boolean
  readonly diversion: 'none' | 'diversion' | 'historyInfo'
  readonly order: number
  readonly capacity: number | null
  readonly provisionalSeconds: number
  readonly earlyMedia: boolean
  readonly state: {
    /** Calls that came in by it and live; legs out by it that live. */
    readonly callsIn: number
    readonly legsOut: number
    /** Of the last hour; counted from at most the last 2,000 calls. */
    readonly hour: {
      readonly legs: number
      readonly answered: number
      /** Ended with 5xx, 6xx or no answer at all. */
      readonly failed: number
    }
    /** When it last answered a leg with anything, and what the last failure was. */
    readonly lastAnswerAt: number | null
    readonly lastFailure: { readonly at: number; readonly status: number } | null
  }
}

/** GET /api/desk/trunks, in outgoing order. */
export interface DeskTrunksReply {
  readonly trunks: readonly DeskTrunk[]
}

/** POST /api/desk/trunks/:id/test-call, GET /api/desk/trunks/test-calls/:id */
export interface DeskTestCallReply {
  readonly id: string
  readonly trunkId: string
  readonly number: string
  readonly state:
    'open' | 'taken' | 'done' | 'noAnswer' | 'noMedia' | 'failed' | 'expired'
  /** Last SIP status of the leg; 0 = none yet. */
  readonly status: number
  /** Milliseconds from the INVITE to ringing and to the answer; null = it did not come to that. */
  readonly ringMs: number | null
  readonly answerMs: number | null
}

export interface DeskPaymentLine {
  readonly number: number
  readonly subscriber: { readonly id: string; readonly name: string }
  readonly tile: 'robokassa' | 'qiwi' | 'card'
  readonly system: 'robokassa' | 'qiwi' | 'yookassa'
  readonly kopecks: number
  readonly refundedKopecks: number
  readonly state: (typeof states)[number]
  readonly test: boolean
  /** Its name at the payment system. */
  readonly providerId: string | null
  readonly createdAt: number
  readonly paidAt: number | null
}

/** GET /api/desk/payments */
export interface DeskPaymentsReply {
  readonly payments: readonly DeskPaymentLine[]
  /** For `before`; null = the list ends here. */
  readonly next: number | null
}

/** GET /api/desk/payments/:number */
export interface DeskPaymentReply extends DeskPaymentLine {
  readonly description: string
  readonly email: string | null
  /** What can still be given back: left of the payment, and not more than the balance. */
  readonly refundableKopecks: number
  readonly refunds: readonly {
    readonly id: string
    readonly kopecks: number
    readonly reason: string
    readonly manager: string
    readonly state: 'asked' | 'done' | 'failed'
    readonly createdAt: number
    readonly settledAt: number | null
  }[]
  /** What the payment system told, word for word, the newest first. */
  readonly notices: readonly {
    readonly id: string
    readonly at: number
    readonly from: string
    /** credited, repeated, or why not. */
    readonly verdict: string
    readonly signature: string
    readonly body: string
  }[]
}

export interface DeskCorrection {
  readonly id: string
  readonly subscriber: { readonly id: string; readonly name: string }
  readonly kopecks: number
  readonly reason: string
  readonly state: 'waiting' | 'done' | 'refused'
  readonly createdAt: number
  readonly createdBy: string
  /** Who confirmed or refused it; '' = nobody needed to, or nobody has yet. */
  readonly decidedBy: string
  readonly decidedAt: number | null
}

/** GET /api/desk/corrections; a single one is answered by what makes and decides them. */
export interface DeskCorrectionsReply {
  readonly corrections: readonly DeskCorrection[]
  readonly next: string | null
  /** Corrections beyond ± this wait for a second manager. */
  readonly limitKopecks: number
}

/** GET and POST /api/desk/ledger-check: the recomputation of all balances. */
export interface DeskLedgerCheckReply {
  /** null = never. */
  readonly checkedAt: number | null
  /** Entries of the last check of this manager's asking; null for a GET. */
  readonly entries: number | null
  /** Alarms of the kind 'ledger' that are open. */
  readonly openAlarms: number
}
