/**
 * Row types of sql/007-live-charges.sql, in the manner of tables.ts.
 */
import type { Big } from './tables.ts'

export interface LiveChargesTable {
  call_id: string
  subscriber_id: string
  owner: string
  address: string
  tariff_id: string
  prefix: string
  answered_at: Big
  month: string
}

export interface ChargeTables {
  live_charges: LiveChargesTable
  included_use: { subscriber_id: string; month: string; seconds: Big }
}
