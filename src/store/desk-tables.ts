/**
 * Row types of the tables of the manager's desk (sql/011-desk.sql), in the manner of tables.ts.
 */
import type { Big, NullableBig } from './tables.ts'

export interface DeskCorrectionsTable {
  id: string
  subscriber_id: string
  kopecks: Big
  reason: string
  state: string
  created_by: string
  created_at: Big
  decided_by: string
  decided_at: NullableBig
}

export interface DeskTables {
  desk_forms: {
    account_id: string
    form_key: string
    digest: string
    result: string
    created_at: Big
  }
  desk_notes: {
    id: string
    subscriber_id: string
    author: string
    text: string
    written_at: Big
  }
  desk_corrections: DeskCorrectionsTable
}
