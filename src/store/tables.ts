/**
 * Row types of the tables in sql/. BIGINT arrives as text (it may exceed a double) and is written
 * as a number; JSON arrives as text. Rows stay in the store, domain objects leave it.
 */
import type { ColumnType } from 'kysely'

type Big = ColumnType<string, number, number>
type NullableBig = ColumnType<string | null, number | null, number | null>
/** 0 or 1. */
type Flag = number

export interface SubscribersTable {
  id: string
  name: string
  zone: string
  status: string
  tariff: string
  balance_kopecks: Big
  max_calls: number
  voicemail: Flag
  voicemail_after_seconds: number
  record_calls: Flag
  cycle_limit_seconds: number
  ring_seconds: number
  busy_matters_more: Flag
  decline_is_refusal: Flag
  default_number_id: string | null
  rule_set: string | null
  version: Big
}

export interface CallsTable {
  id: string
  owner: string
  changed: Big
  sip_call_id: string
  subscriber_id: string | null
  dialled: string
  caller: string
  caller_name: string
  anonymous: Flag
  trunk_id: string | null
  started_at: Big
  answered_at: NullableBig
  ended_at: NullableBig
  outcome: string | null
  status: number
  ended_by: string | null
  reason: string
  answered_leg_id: string | null
  phones: string
  legs: string
  trace: string
}

export interface TrunksTable {
  id: string
  name: string
  enabled: Flag
  inbound_nets: string
  host: string
  port: number
  transport: string
  digest_user: string | null
  digest_password: string | null
  number_format: string
  identity: string
  assert_identity: Flag
  diversion: string
  sort_order: number
  capacity: number | null
  provisional_seconds: number
}

export interface RulesTable {
  id: string
  subscriber_id: string
  version: number
  name: string
  enabled: Flag
  priority: number
  position: number
  blocks: string
  mode: string
  wait_seconds: number
  no_answer: string
  next_rule_id: string | null
  ignore_schedule: Flag
}

export interface Tables {
  subscribers: SubscribersTable
  personal_numbers: { address: string; subscriber_id: string }
  accounts: { id: string; subscriber_id: string; login: string; password_hash: string }
  sessions: { token_hash: string; account_id: string; created_at: Big; seen_at: Big }
  login_failures: { bucket: string; window_start: Big; failures: number }
  numbers: { id: string; subscriber_id: string; address: string; description: string }
  rules: RulesTable
  rule_targets: {
    rule_id: string
    position: number
    number_id: string
    ring_seconds: number | null
  }
  trunks: TrunksTable
  topics: { name: string; version: Big }
  calls: CallsTable
  leases: { name: string; owner: string; holder: string; until_ms: Big; fence: Big }
  schema_migrations: { name: string; checksum: string; applied_at: Big }
}
