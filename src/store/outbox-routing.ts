/**
 * From events to letters: an event of the outbox becomes one row for each channel that the
 * subscriber has chosen for it and the operator delivers, in one transaction. Here the last word is
 * spoken on what a call's notice is: a message it left, a refusal, or a missed call.
 */
import type { Selectable } from 'kysely'
import { inTransaction } from './database.ts'
import type { Db, Trx } from './database.ts'
import { addressesOf, channelsOf, isChosen } from './notice-choices.ts'
import type { Addresses, NoticeChannel, NoticeKind } from './notice-choices.ts'
import { smsNumbers } from './notice-trial.ts'
import type { Notice } from './notice.ts'
import { readOptions } from './options.ts'
import type { SubscriberOptions } from './options.ts'
import { addressedRow } from './outbox.ts'
import type { OutboxTable } from './tables.ts'

export interface RoutingOptions {
  /** Channels over which the operator sends. */
  readonly channels: readonly NoticeChannel[]
  /** SMS go to proved numbers only. */
  readonly verifyNumbers: boolean
}

/** Events of one transaction: more would hold its locks for longer than a call should wait. */
const batch = 100
/** The row of a message comes this late at most; its writer tries again every five seconds. */
const messageMs = 15_000
/** No message is being recorded for longer. */
const longestMessageMs = 30 * 60_000
const againMs = 3000
const hourMs = 3_600_000
/**
 * Notices of calls in an hour: whoever dials without end must not be able to fill a mailbox, or to
 * send SMS at our expense. What is left out stands in the journal.
 */
const mostOfCalls: Readonly<Record<NoticeChannel, number>> = {
  email: 200, sms: 20, webhook: 1000, telegram: 60,
}
const kindsOfCalls: readonly Notice['kind'][] = ['missedCall', 'refused', 'voicemail', 'recording']

/**
 * A notice that a channel was not chosen for is given there as the next one, if that was: who wants
 * to know of missed calls must also learn of those that were refused or left a message.
 */
const fallbacks: Partial<Readonly<Record<Notice['kind'], NoticeKind>>> = {
  voicemail: 'missedCall', refused: 'missedCall',
}

type Row = Selectable<OutboxTable>

interface Reader {
  readonly options: SubscriberOptions
  readonly addresses: Addresses
}

/** Addresses the events that are due; answers how many of them it looked at. */
export async function routeEvents(
  db: Db,
  options: RoutingOptions,
  wallMs: number,
): Promise<number> {
  const due = await db
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'new')
    .where('channel', '=', '')
    .where('next_at', '<=', String(wallMs))
    .orderBy('next_at')
    .limit(batch)
    .execute()
  if (due.length === 0) return 0
  const ids = due.map(({ id }) => id)
  await inTransaction(db, (trx) => routeBatch(trx, ids, options, wallMs))
  return due.length
}

async function routeBatch(
  trx: Trx,
  ids: readonly string[],
  options: RoutingOptions,
  wallMs: number,
): Promise<void> {
  const rows = await trx
    .selectFrom('outbox')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('state', '=', 'new')
    .orderBy('id')
    .forUpdate()
    .execute()
  if (rows.length === 0) return // another process has done it
  const readers = await loadReaders(trx, rows, options.verifyNumbers)
  const calls = await loadCalls(trx, rows)
  const room = await loadRoom(trx, rows, wallMs)
  const letters: ReturnType<typeof addressedRow>[] = []
  const routed: string[] = []
  const late: string[] = []
  for (const row of rows) {
    const notice = settledNotice(row, calls, wallMs)
    if (notice === 'later') {
      late.push(row.id)
      continue
    }
    routed.push(row.id)
    const reader = readers.get(row.subscriber_id)
    if (notice === undefined || reader === undefined) continue
    const event = { subscriberId: row.subscriber_id, key: row.notice_key, notice }
    for (const channel of options.channels) {
      const address = reader.addresses[channel]
      if (address === '' || !wants(reader.options, notice, channel)) continue
      if (!kindsOfCalls.includes(notice.kind) || room.take(row.subscriber_id, channel))
        letters.push(addressedRow(event, { channel, address }, wallMs))
    }
  }
  if (letters.length > 0) {
    await trx
      .insertInto('outbox')
      .values(letters as never)
      .onDuplicateKeyUpdate((eb) => ({ notice_key: eb.ref('outbox.notice_key') }))
      .execute()
  }
  await setRows(trx, routed, { state: 'routed', done_at: wallMs })
  await setRows(trx, late, { next_at: wallMs + againMs })
}

async function setRows(
  trx: Trx,
  ids: readonly string[],
  set: { state: string; done_at: number } | { next_at: number },
): Promise<void> {
  if (ids.length === 0) return
  await trx.updateTable('outbox').set(set).where('id', 'in', [...ids]).execute()
}

function wants(options: SubscriberOptions, notice: Notice, channel: NoticeChannel): boolean {
  if (notice.kind === 'test') return true
  // What is addressed from the beginning is not routed.
  if (!isChosen(notice.kind)) return false
  const other = fallbacks[notice.kind]
  return channelsOf(options, notice.kind)[channel]
    || (other !== undefined && channelsOf(options, other)[channel])
}

interface CallState {
  /** A phone was answered after all: who closed the record was mistaken. */
  reached: boolean
  message: { readonly id: string; readonly state: string; readonly durationMs: number } | undefined
}

/** What is told in the end; undefined: nothing, 'later': that cannot be said yet. */
function settledNotice(
  row: Row,
  calls: ReadonlyMap<string, CallState>,
  wallMs: number,
): Notice | undefined | 'later' {
  const notice = JSON.parse(row.payload) as Notice
  if (notice.kind !== 'missedCall' && notice.kind !== 'refused') return notice
  const { reached = false, message } = calls.get(notice.call.callId) ?? {}
  if (reached) return undefined
  const ageMs = wallMs - Number(row.created_at)
  switch (message?.state) {
    case 'ready': return {
      kind: 'voicemail', call: notice.call, messageId: message.id, durationMs: message.durationMs,
    }
    case 'writing': return ageMs < longestMessageMs ? 'later' : notice
    case undefined: return notice.mayHaveMessage && ageMs < messageMs ? 'later' : notice
    default: return notice
  }
}

/** What became of the calls that these events tell of. */
async function loadCalls(
  trx: Trx,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, CallState>> {
  const ids = rows
    .filter(({ kind }) => kind === 'missedCall' || kind === 'refused')
    .map(({ notice_key: key }) => key.slice(key.indexOf(':') + 1))
  const found = new Map<string, CallState>()
  if (ids.length === 0) return found
  const calls = await trx
    .selectFrom('calls')
    .select(['id', 'answered_leg_id'])
    .where('id', 'in', ids)
    .execute()
  for (const { id, answered_leg_id: leg } of calls) {
    found.set(id, { reached: leg !== null, message: undefined })
  }
  const messages = await trx
    .selectFrom('messages')
    .select(['id', 'call_id', 'state', 'duration_ms'])
    .where('call_id', 'in', ids)
    .execute()
  for (const { id, call_id: callId, state, duration_ms: durationMs } of messages) {
    const call = found.get(callId) ?? { reached: false, message: undefined }
    found.set(callId, { ...call, message: { id, state, durationMs } })
  }
  return found
}

/** How many notices of calls a subscriber may still get over each channel. */
async function loadRoom(trx: Trx, rows: readonly Row[], wallMs: number) {
  const counts = await trx
    .selectFrom('outbox')
    .select(['subscriber_id', 'channel'])
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('subscriber_id', 'in', [...new Set(rows.map((row) => row.subscriber_id))])
    .where('created_at', '>', String(wallMs - hourMs))
    .where('channel', '<>', '')
    .where('kind', 'in', [...kindsOfCalls])
    .groupBy(['subscriber_id', 'channel'])
    .execute()
  const sent = new Map(counts.map((row) =>
    [`${row.subscriber_id} ${row.channel}`, Number(row.count)]))
  return {
    /** False when there is none left. */
    take(subscriberId: string, channel: NoticeChannel): boolean {
      const key = `${subscriberId} ${channel}`
      const count = (sent.get(key) ?? 0) + 1
      sent.set(key, count)
      return count <= mostOfCalls[channel]
    },
  }
}

async function loadReaders(
  trx: Trx,
  rows: readonly Row[],
  verifyNumbers: boolean,
): Promise<ReadonlyMap<string, Reader>> {
  const ids = [...new Set(rows.map((row) => row.subscriber_id))]
  const subscribers = await trx
    .selectFrom('subscribers')
    .select(['id', 'options'])
    .where('id', 'in', ids)
    .execute()
  const numbers = await smsNumbers(trx, ids, verifyNumbers)
  return new Map(subscribers.map(({ id, options: text }) => {
    const options = readOptions(text)
    return [id, { options, addresses: addressesOf(options, numbers.get(id) ?? []) }]
  }))
}
