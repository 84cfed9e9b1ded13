/**
 * Row types of the tables in sql/. BIGINT arrives as text (it may exceed a double) and is written
 * as a number; JSON arrives as text. Rows stay in the store, domain objects leave it.
 */
import type { ColumnType } from 'kysely'
import type { LimitTables } from './limit-tables.ts'
import type { DeskTables } from './desk-tables.ts'
import type { LiveTables } from './live-tables.ts'
import type { ChargeTables } from './charge-tables.ts'
import type { MoneyTables } from './money-tables.ts'
import type { PeopleTables } from './people-tables.ts'
import type { TalkTables } from './talk-tables.ts'

export type Big = ColumnType<string, number, number>
export type NullableBig = ColumnType<string | null, number | null, number | null>
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
  options: ColumnType<string | null, string | null | undefined, string | null>
  settings_version: ColumnType<number, number | undefined, number>
  mailbox_pin_hash: ColumnType<string | null, string | null | undefined, string | null>
  pin_failures: ColumnType<number, number | undefined, number>
  pin_window_start: ColumnType<string, number | undefined, number>
  greeting_id: ColumnType<string | null, string | null | undefined, string | null>
  music_id: ColumnType<string | null, string | null | undefined, string | null>
  override_now: ColumnType<string | null, string | null | undefined, string | null>
  status_reason: ColumnType<string, string | undefined, string>
  status_by: ColumnType<string, string | undefined, string>
  status_since: ColumnType<string | null, number | null | undefined, number | null>
  fee_next_at: ColumnType<string | null, number | null | undefined, number | null>
  fee_due_kopecks: ColumnType<string | null, number | null | undefined, number | null>
  low_balance_kopecks: ColumnType<string, number | undefined, number>
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
  rule_id: ColumnType<string | null, string | null | undefined, string | null>
  cost_kopecks: ColumnType<string | null, number | null | undefined, number | null>
  rate_name: ColumnType<string | null, string | null | undefined, string | null>
  charged_seconds: ColumnType<number | null, number | null | undefined, number | null>
  included_seconds: ColumnType<number | null, number | null | undefined, number | null>
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
  early_media: Flag
  version: ColumnType<number, number | undefined, number>
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
  extra: string | null
}

export interface MessagesTable {
  id: string
  owner: string
  subscriber_id: string
  call_id: string
  caller: string
  caller_name: string
  anonymous: Flag
  dialled: string
  file: string
  state: string
  started_at: Big
  duration_ms: number
  heard_at: NullableBig
  deleted_at: NullableBig
  peaks: string | null
}

export interface RecordingsTable {
  id: string
  owner: string
  subscriber_id: string
  call_id: string
  file: string
  state: string
  interrupted: Flag
  started_at: Big
  duration_ms: number
  peaks_left: string | null
  peaks_right: string | null
}

export interface AudioFilesTable {
  id: string
  subscriber_id: string
  kind: string
  source: string
  name: string
  file: string
  created_at: Big
  duration_ms: number
  peaks: string | null
}

export interface ListeningsTable {
  id: string
  subscriber_id: string
  call_id: string
  what: string
  how: string
  listener: string
  address: string
  heard_at: Big
}

export interface ErrandsTable {
  id: string
  subscriber_id: string
  kind: string
  details: string
  state: string
  owner: string
  created_at: Big
  expires_at: Big
}

export interface NumberCodesTable {
  number_id: string
  subscriber_id: string
  by_way: string
  code_hash: string
  sent_at: Big
  expires_at: Big
  tries: number
  sent_today: number
  day_start: Big
  errand_id: string | null
}

export interface ApiKeysTable {
  id: string
  subscriber_id: string
  name: string
  key_hash: string
  prefix: string
  scopes: string
  created_at: Big
  last_used_at: NullableBig
}

export interface OutboxTable {
  id: string
  subscriber_id: string
  kind: string
  channel: string
  address: string
  payload: string
  notice_key: string
  state: string
  tries: number
  next_at: Big
  lease_owner: string
  lease_until: Big
  fence: number
  external_id: string
  last_error: string
  created_at: Big
  done_at: NullableBig
}

export interface Tables
  extends ChargeTables, LiveTables, LimitTables, MoneyTables, PeopleTables, TalkTables, DeskTables {
  subscribers: SubscribersTable
  personal_numbers: { address: string; subscriber_id: string }
  login_failures: { bucket: string; window_start: Big; failures: number }
  numbers: {
    id: string
    subscriber_id: string
    address: string
    description: string
    confirm: ColumnType<number | null, number | null | undefined, number | null>
    caller_id: ColumnType<string | null, string | null | undefined, string | null>
    verified_at: ColumnType<string | null, number | null | undefined, number | null>
    class: ColumnType<string | null, string | null | undefined, string | null>
    country: ColumnType<string | null, string | null | undefined, string | null>
    address_since: ColumnType<string | null, number | null | undefined, number | null>
  }
  rules: RulesTable
  rule_targets: {
    rule_id: string
    position: number
    number_id: string
    ring_seconds: number | null
    extra: string | null
  }
  trunks: TrunksTable
  topics: { name: string; version: Big }
  marks: { subscriber_id: string; topic: string; version: Big }
  messages: MessagesTable
  recordings: RecordingsTable
  audio_files: AudioFilesTable
  listenings: ListeningsTable
  errands: ErrandsTable
  number_codes: NumberCodesTable
  caller_lists: { subscriber_id: string; id: string; name: string }
  caller_entries: {
    subscriber_id: string
    list_id: string
    mask: string
    name: string
    added_at: Big
  }
  subscriber_days: { subscriber_id: string; date: string; kind: string; name: string }
  call_notes: { call_id: string; subscriber_id: string; text: string; changed_at: Big }
  api_keys: ApiKeysTable
  outbox: OutboxTable
  notice_rounds: { subscriber_id: string; kind: string; next_at: Big }
  login_places: { account_id: string; place: string; seen_at: Big }
  calls: CallsTable
  leases: { name: string; owner: string; holder: string; until_ms: Big; fence: Big }
  schema_migrations: { name: string; checksum: string; applied_at: Big }
}
