/**
 * Putting notices into the outbox, in the transaction of what they tell of. An event is one row
 * without a channel; its key names what it tells of, so that telling it twice is telling it once.
 */
import { noticeOf } from '../call/notice.ts'
import type { CallRecord } from '../call/record.ts'
import type { SqlValue, Trx } from './database.ts'
import { newId } from './ids.ts'
import type { NoticeChannel } from './notice-choices.ts'
import type { LetterReader, Notice } from './notice.ts'
import type { OutboxTable } from './tables.ts'

export interface NoticeEvent {
  /** '' = a person who is no subscriber: then `to` and `reader` are given. */
  readonly subscriberId: string
  /** At most 100 characters of ASCII. */
  readonly key: string
  readonly notice: Notice
  /** It is addressed no sooner than so many milliseconds from now. */
  readonly waitMs?: number
  /** Goes there whatever he chose; left out = where his choices say. */
  readonly to?: { readonly channel: NoticeChannel; readonly address: string }
  /** To whom it speaks; left out = the subscriber. */
  readonly reader?: LetterReader
}

/**
 * The message of a call is told by another row than the call: whichever of them comes last must be
 * there before one notice is made of both.
 */
const messageWaitMs = 2500

const columns = [
  'id', 'subscriber_id', 'kind', 'channel', 'address', 'payload', 'notice_key', 'state', 'tries',
  'next_at', 'lease_owner', 'lease_until', 'fence', 'external_id', 'last_error', 'created_at',
] as const satisfies readonly (keyof OutboxTable)[]

type OutboxRow = Record<(typeof columns)[number], string | number>

/** Writes an event; one that was told already is left as it is. `wallMs` as everywhere. */
export async function tell(trx: Trx, event: NoticeEvent, wallMs: number): Promise<void> {
  await trx
    .insertInto('outbox')
    .values(rowOf(event, wallMs) as never)
    .onDuplicateKeyUpdate((eb) => ({ notice_key: eb.ref('outbox.notice_key') }))
    .execute()
}

/**
 * Takes back what begins with this key and is not under way: what it tells of was seen meanwhile. The
 * events are there still, so that nothing tells it again.
 */
export async function untell(trx: Trx, keyBegins: string, wallMs: number): Promise<void> {
  await trx
    .updateTable('outbox')
    .set({ state: 'routed', done_at: wallMs })
    .where('notice_key', 'like', `${keyBegins}%`)
    .where('state', 'in', ['new', 'waiting'])
    .where('tries', '=', 0)
    .execute()
}

/** The event of a voicemail message or of the call that may have left it. */
export function callKey(callId: string): string {
  return `call:${callId}`
}

/** The row of a notice addressed to a channel. */
export function addressedRow(
  event: { readonly subscriberId: string; readonly key: string; readonly notice: Notice },
  to: { readonly channel: NoticeChannel; readonly address: string },
  wallMs: number,
): OutboxRow {
  return rowOf({ ...event, to, key: `${event.key}:${to.channel}` }, wallMs)
}

function rowOf(event: NoticeEvent, wallMs: number): OutboxRow {
  const { subscriberId, key, notice, waitMs = 0, to, reader } = event
  return {
    id: newId(wallMs),
    subscriber_id: subscriberId,
    kind: notice.kind,
    channel: to?.channel ?? '',
    address: to?.address ?? '',
    payload: JSON.stringify(reader === undefined ? notice : { ...notice, reader }),
    notice_key: key,
    state: to === undefined ? 'new' : 'waiting',
    tries: 0,
    next_at: wallMs + waitMs,
    lease_owner: '',
    lease_until: 0,
    fence: 0,
    external_id: '',
    last_error: '',
    created_at: wallMs,
  }
}

/** The event of a call that ended; undefined when its end is no news. */
export function callEvent(record: CallRecord): NoticeEvent | undefined {
  const found = noticeOf(record)
  if (found === undefined) return undefined
  const { kind, why, mayHaveMessage, ...call } = found
  const callerName = call.callerName.toWellFormed().slice(0, 255)
  const caller = call.caller.slice(0, 128)
  const dialled = call.dialled.slice(0, 128)
  const notice: Notice = {
    kind, why, mayHaveMessage,
    call: { ...call, callerName, caller, dialled },
  }
  return {
    subscriberId: record.subscriberId ?? '',
    key: callKey(record.id),
    notice,
    ...(mayHaveMessage ? { waitMs: messageWaitMs } : {}),
  }
}

const statements = new Map<number, string>()

/**
 * One prepared statement for the events of a group of calls, for the journal. It comes in few
 * sizes: the last event fills up what is left, which its key makes harmless.
 */
export function eventsStatement(
  events: readonly NoticeEvent[],
  wallMs: number,
): { readonly sql: string; readonly values: SqlValue[] } {
  let size = 1
  while (size < events.length) size *= 2
  let sql = statements.get(size)
  if (sql === undefined) {
    const row = `(${columns.map(() => '?').join(',')})`
    sql = `INSERT INTO outbox (${columns.join(',')}) VALUES ${Array(size).fill(row).join(',')}` +
      ' ON DUPLICATE KEY UPDATE notice_key=outbox.notice_key'
    statements.set(size, sql)
  }
  const values: SqlValue[] = []
  for (let index = 0; index < size; index++) {
    const row = rowOf(events[Math.min(index, events.length - 1)]!, wallMs)
    for (const name of columns) values.push(row[name])
  }
  return { sql, values }
}
