/**
 * Everything that a manager sees of one subscriber at a glance: data, numbers, tariffs, money, last
 * calls, payments, alarms, notes. Reading it is logged by whoever asks.
 */
import type { EntryKind } from '../money/ledger.ts'
import { alarmsOf } from './desk-alarms.ts'
import type { DeskAlarmRow } from './desk-alarms.ts'
import type { Db } from './database.ts'
import { loadFound } from './desk-subscribers.ts'
import type { FoundSubscriber } from './desk-subscribers.ts'
import { listPayments } from './desk-payments.ts'
import type { PaymentLine } from './desk-payments.ts'
import { StoreError } from './errors.ts'
import { entryFrom } from './ledger.ts'
import { noPassword } from './password.ts'

const shown = 10
const shownNotes = 50

export interface SubscriberCard extends FoundSubscriber {
  readonly version: number
  readonly zone: string
  readonly maxCalls: number
  readonly voicemail: boolean
  readonly statusReason: string
  readonly statusBy: string
  readonly statusSince: number | null
  readonly liveCalls: number
  readonly accounts: readonly {
    readonly login: string
    readonly hasPassword: boolean
    readonly secondFactor: boolean
    readonly seenAt: number | null
  }[]
  readonly targets: readonly {
    readonly address: string
    readonly description: string
    readonly verified: boolean
  }[]
  readonly tariffs: readonly {
    readonly id: string
    readonly name: string
    readonly since: number
  }[]
  readonly calls: readonly CardCall[]
  readonly entries: readonly {
    readonly number: number
    readonly at: number
    readonly kind: EntryKind
    readonly kopecks: number
    readonly balanceKopecks: number
    readonly text: string
    readonly callId: string | null
    readonly order: number | null
  }[]
  readonly payments: readonly PaymentLine[]
  readonly alarms: readonly DeskAlarmRow[]
  readonly notes: readonly {
    readonly id: string
    readonly author: string
    readonly at: number
    readonly text: string
  }[]
}

export interface CardCall {
  readonly id: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly caller: string
  readonly dialled: string
  readonly outcome: string | null
  readonly talkSeconds: number
}

/** The card of a subscriber as he is at `wallMs`. Throws StoreError not_found. */
export async function loadCard(db: Db, id: string, wallMs: number): Promise<SubscriberCard> {
  const [found] = await loadFound(db, [id], wallMs)
  if (!found) throw new StoreError('not_found')
  const row = await db.selectFrom('subscribers').selectAll().where('id', '=', id)
    .executeTakeFirstOrThrow()
  const live = await db.selectFrom('calls').select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subscriber_id', '=', id).where('ended_at', 'is', null).executeTakeFirstOrThrow()
  const targets = await db.selectFrom('numbers').select(['address', 'description', 'verified_at'])
    .where('subscriber_id', '=', id).orderBy('id').execute()
  const tariffs = await db.selectFrom('subscriber_tariffs as st')
    .innerJoin('tariffs as t', 't.id', 'st.tariff_id')
    .select(['t.id', 't.name', 'st.since'])
    .where('st.subscriber_id', '=', id).orderBy('st.since', 'desc').limit(shown).execute()
  const { payments } = await listPayments(db, { subscriber: id }, { limit: shown })
  return {
    ...found,
    version: row.settings_version,
    zone: row.zone,
    maxCalls: row.max_calls,
    voicemail: row.voicemail === 1,
    statusReason: row.status_reason,
    statusBy: row.status_by,
    statusSince: row.status_since === null ? null : Number(row.status_since),
    liveCalls: Number(live.count),
    accounts: await accountsOf(db, id),
    targets: targets.map(({ address, description, verified_at: at }) =>
      ({ address, description, verified: at !== null })),
    tariffs: tariffs.map((one) => ({ ...one, since: Number(one.since) })),
    calls: await callsOf(db, id),
    entries: await entriesOf(db, id),
    payments,
    alarms: await alarmsOf(db, id, shown),
    notes: await notesOf(db, id),
  }
}

async function accountsOf(db: Db, id: string): Promise<SubscriberCard['accounts']> {
  const rows = await db
    .selectFrom('accounts as a')
    .leftJoin('second_factors as f', 'f.account_id', 'a.id')
    .select(['a.login', 'a.password_hash', 'f.confirmed_at'])
    .select((eb) => eb.selectFrom('sessions as o').select((e) => e.fn.max('o.seen_at').as('at'))
      .whereRef('o.account_id', '=', 'a.id').as('seen_at'))
    .where('a.subscriber_id', '=', id)
    .orderBy('a.id')
    .execute()
  return rows.map((row) => ({
    login: row.login,
    hasPassword: row.password_hash !== noPassword,
    secondFactor: row.confirmed_at !== null,
    seenAt: row.seen_at === null ? null : Number(row.seen_at),
  }))
}

async function callsOf(db: Db, id: string): Promise<readonly CardCall[]> {
  const rows = await db
    .selectFrom('calls')
    .select(['id', 'started_at', 'answered_at', 'ended_at', 'caller', 'anonymous', 'dialled'])
    .select('outcome')
    .where('subscriber_id', '=', id)
    .orderBy('started_at', 'desc')
    .limit(shown)
    .execute()
  return rows.map((row) => {
    const endedAt = row.ended_at === null ? null : Number(row.ended_at)
    const answeredAt = row.answered_at === null ? null : Number(row.answered_at)
    return {
      id: row.id, startedAt: Number(row.started_at), endedAt, dialled: row.dialled,
      caller: row.anonymous === 1 ? '' : row.caller, outcome: row.outcome,
      talkSeconds: answeredAt === null || endedAt === null
        ? 0 : Math.round((endedAt - answeredAt) / 1000),
    }
  })
}

async function entriesOf(db: Db, id: string): Promise<SubscriberCard['entries']> {
  const rows = await db.selectFrom('ledger').selectAll().where('subscriber_id', '=', id)
    .orderBy('number', 'desc').limit(shown).execute()
  return rows.map(entryFrom).map(({ number, kind, kopecks, balanceKopecks, text, ...entry }) => ({
    number, at: entry.atMs, kind, kopecks, balanceKopecks, text, callId: entry.callId ?? null,
    order: entry.orderNumber ?? null,
  }))
}

async function notesOf(db: Db, id: string): Promise<SubscriberCard['notes']> {
  const rows = await db.selectFrom('desk_notes').selectAll().where('subscriber_id', '=', id)
    .orderBy('id', 'desc').limit(shownNotes).execute()
  return rows.map((row) =>
    ({ id: row.id, author: row.author, at: Number(row.written_at), text: row.text }))
}
