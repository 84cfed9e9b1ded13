/**
 * Row types of the money tables (sql/005-money.sql), in the manner of tables.ts.
 */
import type { ColumnType } from 'kysely'
import type { Big, NullableBig } from './tables.ts'

export interface LedgerTable {
  subscriber_id: string
  number: Big
  entry_key: string
  kind: string
  kopecks: Big
  balance_kopecks: Big
  at: Big
  text: string
  call_id: string | null
  order_number: NullableBig
}

export interface PaymentOrdersTable {
  number: Big
  subscriber_id: string
  form_key: string
  tile: string
  payment_system: string
  kopecks: Big
  description: string
  email: string | null
  test: number
  state: string
  provider_id: string | null
  page_url: string | null
  created_at: Big
  expires_at: Big
  paid_at: NullableBig
  refunded_kopecks: Big
  next_check_at: NullableBig
  checks: number
}

export interface PaymentRefundsTable {
  id: string
  order_number: Big
  subscriber_id: string
  form_key: string
  kopecks: Big
  reason: string
  manager: string
  state: string
  provider_id: string | null
  created_at: Big
  settled_at: NullableBig
  next_try_at: NullableBig
  tries: number
}

export interface MoneyTables {
  ledger: LedgerTable
  tariffs: {
    id: string
    name: string
    monthly_kopecks: Big
    included_seconds: number
    included_prefixes: string
    free_answer_seconds: number
    valid_from: NullableBig
    valid_to: NullableBig
    created_at: Big
    version: ColumnType<number, number | undefined, number>
    replaces: ColumnType<string | null, string | null | undefined, string | null>
    referral_bonus_kopecks: ColumnType<string, number | undefined, number>
    referral_min_payment_kopecks: ColumnType<string, number | undefined, number>
  }
  tariff_rates: {
    tariff_id: string
    prefix: string
    name: string
    kopecks_per_minute: Big
    connection_kopecks: Big
    first_step_seconds: number
    next_step_seconds: number
  }
  subscriber_tariffs: { subscriber_id: string; since: Big; tariff_id: string }
  counters: { name: string; value: Big }
  payment_orders: PaymentOrdersTable
  payment_notices: {
    id: string
    payment_system: string
    received_at: Big
    address: string
    verdict: string
    order_number: NullableBig
    provider_id: string | null
    signature: string
    body: string
  }
  payment_refunds: PaymentRefundsTable
  alarms: {
    id: string
    alarm_key: string
    kind: string
    subscriber_id: string | null
    details: string
    raised_at: Big
    last_at: Big
    times: number
    closed_at: NullableBig
    closed_by: ColumnType<string, string | undefined, string>
    note: ColumnType<string, string | undefined, string>
  }
}
