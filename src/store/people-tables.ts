/**
 * Row types of the tables of people (sql/006-people.sql), in the manner of tables.ts.
 */
import type { ColumnType } from 'kysely'
import type { Big, NullableBig } from './tables.ts'

/** A column with a default. */
type Default<T> = ColumnType<T, T | undefined, T>

export interface AccountsTable {
  id: string
  subscriber_id: string
  login: string
  password_hash: string
  role: Default<string>
  name: Default<string>
  email: Default<string>
  status: Default<string>
  password_temporary: Default<number>
}

export interface SessionsTable {
  token_hash: string
  account_id: string
  created_at: Big
  seen_at: Big
  address: string
  agent: string
  viewed_id: Default<string | null>
  fresh_until: ColumnType<string, number | undefined, number>
}

export interface RegistrationsTable {
  id: string
  number: Big
  token_hash: string
  name: string
  phone: string
  email: string
  wish: string
  comment: string
  referral_code: string
  language: string
  address: string
  state: string
  waits_documents: number
  missed_calls: number
  claimed_by: string | null
  claimed_at: NullableBig
  claim_until: NullableBig
  decided_by: string | null
  decided_at: NullableBig
  reason: string
  subscriber_id: string | null
  version: number
  created_at: Big
  changed_at: Big
}

export interface NumberPoolTable {
  address: string
  state: string
  until: NullableBig
  note: string
  subscriber_id: string | null
  registration_id: string | null
  changed_at: Big
}

export interface PeopleTables {
  accounts: AccountsTable
  sessions: SessionsTable
  throttles: { bucket: string; tries: number; ends_at: Big }
  registrations: RegistrationsTable
  registration_notes: {
    id: string
    registration_id: string
    author: string
    text: string
    written_at: Big
  }
  account_links: {
    id: string
    account_id: string
    purpose: string
    email: string
    created_at: Big
    expires_at: Big
    used_at: NullableBig
  }
  account_link_tokens: { token_hash: string; link_id: string }
  password_asks: { id: string; named: string; token_hash: string | null; asked_at: Big }
  second_factors: {
    account_id: string
    secret: string
    confirmed_at: NullableBig
    last_step: Big
    created_at: Big
  }
  recovery_codes: { account_id: string; code_hash: string; used_at: NullableBig }
  login_tickets: { ticket_hash: string; account_id: string; tries: number; expires_at: Big }
  number_pool: NumberPoolTable
  audit_log: {
    id: string
    at: Big
    actor: string
    action: string
    subject: string
    subscriber_id: string | null
    details: string
    address: string
  }
}
