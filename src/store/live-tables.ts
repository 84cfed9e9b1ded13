/**
 * Row types of the tables about calls that live (sql/010-live.sql), in the manner of tables.ts.
 */
import type { Big } from './tables.ts'

export interface LiveTables {
  call_ladders: { call_id: string; written_at: Big; ladder: Uint8Array }
  call_watches: { call_id: string; until_ms: Big }
  call_commands: {
    id: string
    call_id: string
    subscriber_id: string | null
    kind: string
    by_role: string
    account_id: string
    created_at: Big
    expires_ms: Big
    state: string
    why: string
  }
}
