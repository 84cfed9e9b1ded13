/**
 * Row types of the tables of limits (sql/008-limits.sql), in the manner of tables.ts.
 */
import type { Big } from './tables.ts'

export interface LimitTables {
  limits: {
    subscriber_id: string
    name: string
    value: Big
    reason: string
    changed_by: string
    changed_at: Big
  }
  subscriber_countries: { subscriber_id: string; country: string; since: Big }
  caller_counts: { bucket: string; hour: number; calls: number }
}
