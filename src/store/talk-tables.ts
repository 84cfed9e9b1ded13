/**
 * Row types of sql/009-talk.sql, in the manner of tables.ts: the support, the referral programme,
 * monthly fees.
 */
import type { ColumnType } from 'kysely'
import type { Big, NullableBig } from './tables.ts'

/** A column with a default: it may be left out. */
type Defaulted<T> = ColumnType<T, T | undefined, T>
type DefaultedBig = ColumnType<string, number | undefined, number>
type OptionalBig = ColumnType<string | null, number | null | undefined, number | null>

export interface SupportRequestsTable {
  id: string
  subscriber_id: string
  kind: string
  subject: string
  state: string
  call_id: string | null
  created_at: Big
  changed_at: Big
  waiting_since: NullableBig
  assigned_to: ColumnType<string | null, string | null | undefined, string | null>
  seen_at: DefaultedBig
  version: DefaultedBig
  visitor_name: Defaulted<string>
  visitor_email: Defaulted<string>
  visitor_hash: ColumnType<string | null, string | null | undefined, string | null>
  visitor_until: OptionalBig
  live_until: DefaultedBig
}

export interface TalkTables {
  support_requests: SupportRequestsTable
  support_messages: {
    id: string
    request_id: string
    author: string
    text: string
    written_at: Big
    manager: Defaulted<string>
  }
  support_notes: {
    id: string
    request_id: string
    manager: string
    text: string
    written_at: Big
  }
  support_files: {
    id: string
    uploader: string
    request_id: string | null
    message_id: string | null
    name: string
    type: string
    bytes: number
    file: string
    created_at: Big
  }
  referral_codes: { subscriber_id: string; code: string; created_at: Big }
  referral_links: {
    invitee_id: string
    inviter_id: string
    state: string
    reason: string
    joined_at: Big
    order_number: NullableBig
    bonus_kopecks: Big
    min_payment_kopecks: Big
    paid_at: NullableBig
    taken_back_at: NullableBig
  }
  monthly_fees: {
    subscriber_id: string
    month: string
    state: string
    tariff_id: string
    kopecks: Big
    from_at: Big
    to_at: Big
    paid_at: NullableBig
  }
}
