/**
 * Live calls at the desk: the list over all processes, one call with everything that belongs to it,
 * its SIP ladder as columns and as a capture file, and its end. Every look at a call is logged;
 * looks that repeat themselves while somebody watches are one.
 */
import { Hono } from 'hono'
import { isRecordingPaused } from '../call/orders.ts'
import { addCallCommand, loadCallCommand } from '../store/call-commands.ts'
import { ladderDays, readLadder, watchCall } from '../store/call-ladders.ts'
import { logDeed } from '../store/desk-deed.ts'
import { loadAnyCall, moneyOfCall } from '../store/live-calls.ts'
import type { AnyCall, MoneyOfCall } from '../store/live-calls.ts'
import { mediaOfCalls } from '../store/recordings.ts'
import { commandReply, readCommandId } from './call-commands.ts'
import { check, nowMs, readBody, readId } from './context.ts'
import type { ApiContext, ApiDeps, ApiEnv } from './context.ts'
import { deedOf } from './desk-deed.ts'
import { ApiError } from './errors.ts'
import { ladderReply } from './ladder-reply.ts'
import { LiveList } from './live-list.ts'
import type { LiveSnapshot } from './live-list.ts'
import { liveState } from './live-row.ts'
import { pcapOf } from './pcap.ts'
import { endCallRequest, liveQuery, liveStates } from './schema-live.ts'
import type {
  CallMoney, DeskCallReply, LadderReply, LiveCallRow, LiveCallsReply, LiveState,
} from './schema-live.ts'

/** So many are read at once; more are read state by state. */
const groupedAbove = 200
const shownOfAll = 50
const dayMs = 86_400_000

/** Below /api/desk, behind its guard. */
export function deskLiveRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const db = deps.database.kysely
  const list = new LiveList(db, deps.clock)
  const looked = createLooks(deps)
  return new Hono<ApiEnv>()
    .get('/live', async (c) => {
      const query = check(liveQuery, c.req.query())
      await looked(c, 'calls.look', '')
      return c.json(listReply(await list.look(), query, nowMs(deps)))
    })
    .get('/calls/:id', async (c) => {
      const found = await loadAnyCall(db, readId(c))
      await looked(c, 'call.look', found.call.id, found.call.subscriberId)
      return c.json(await callReply(deps, found))
    })
    .get('/calls/:id/ladder', async (c) => {
      const found = await loadAnyCall(db, readId(c))
      await looked(c, 'call.ladder', found.call.id, found.call.subscriberId)
      const isOff = deps.ladders === 'off'
      if (found.call.endedAt === undefined && !isOff) await watchCall(db, found.call.id)
      const ladder = await readLadder(db, found.call.id)
      return c.json(ladderReply(found, ladder, whyNone(deps, found)))
    })
    .get('/calls/:id/ladder.pcap', async (c) => {
      const { call } = await loadAnyCall(db, readId(c))
      await looked(c, 'call.pcap', call.id, call.subscriberId)
      const ladder = await readLadder(db, call.id)
      if (ladder === undefined) throw new ApiError(404, 'no_ladder')
      return c.body(pcapOf(ladder), 200, {
        'Content-Type': 'application/vnd.tcpdump.pcap',
        'Content-Disposition': `attachment; filename="call-${call.id}.pcap"`,
      })
    })
    .post('/calls/:id/end', async (c) => {
      const callId = readId(c)
      const { reason } = await readBody(c, endCallRequest)
      const { call } = await loadAnyCall(db, callId)
      const by = deedOf(deps, c)
      const command = await addCallCommand(db, {
        callId, subscriberId: undefined, kind: 'end', by: 'manager', accountId: by.accountId,
      }, nowMs(deps), (trx) => logDeed(trx, by, {
        action: 'call.end', subject: `call:${callId}`, subscriberId: call.subscriberId,
        details: { reason },
      }))
      return c.json(commandReply(command), 202)
    })
    .get('/calls/:id/commands/:commandId', async (c) => c.json(commandReply(
      await loadCallCommand(db, readId(c), readCommandId(c), undefined))))
}

function listReply(
  { rows, perSecond, today }: LiveSnapshot,
  { state, q, before, beforeId, limit }: {
    readonly state?: LiveState | undefined
    readonly q: string
    readonly before?: number | undefined
    readonly beforeId?: string | undefined
    readonly limit: number
  },
  now: number,
): LiveCallsReply {
  const states = Object.fromEntries(liveStates.map((name) => [name, 0])) as
    Record<LiveState, number>
  for (const row of rows) states[row.state]++
  const grouped = rows.length > groupedAbove
  const most = grouped && state === undefined && q === '' ? Math.min(limit, shownOfAll) : limit
  const chosen = rows.filter((row) => (state === undefined || row.state === state) &&
    (q === '' || matches(row, q)) && isBefore(row, before, beforeId))
  return {
    now, total: rows.length, states, grouped, perSecond, today,
    calls: chosen.slice(0, most), more: chosen.length > most,
  }
}

function isBefore(
  row: LiveCallRow, before: number | undefined, beforeId: string | undefined,
): boolean {
  if (before === undefined || row.startedAt < before) return true
  return row.startedAt === before && beforeId !== undefined && row.id < beforeId
}

function matches(row: LiveCallRow, q: string): boolean {
  const digits = q.replaceAll(/\D/g, '')
  const isNumber = digits.length >= 3 && !/\p{L}/u.test(q)
  if (isNumber) return row.caller.includes(digits) || row.dialled.includes(digits)
  const text = q.toLowerCase()
  return row.subscriberName.toLowerCase().includes(text) ||
    row.callerName.toLowerCase().includes(text)
}

async function callReply(deps: ApiDeps, found: AnyCall): Promise<DeskCallReply> {
  const db = deps.database.kysely
  const { call, subscriberName, trunkName, owner } = found
  const { id, subscriberId } = call
  const media = subscriberId === undefined
    ? undefined
    : (await mediaOfCalls(db, subscriberId, [id])).get(id)
  return {
    call,
    state: call.endedAt === undefined ? liveState(call) : null,
    subscriber: subscriberId === undefined ? null : { id: subscriberId, name: subscriberName },
    trunkName,
    process: owner.slice(0, 8),
    recording: media?.recording ?? 'none',
    recordingPaused: call.endedAt === undefined && isRecordingPaused(call.trace),
    messageId: media?.messageId ?? null,
    money: moneyReply(await moneyOfCall(db, call)),
  }
}

function moneyReply(money: MoneyOfCall): CallMoney {
  const { isRunning, kopecks, rateName, chargedSeconds, includedSeconds, entries } = money
  return {
    state: isRunning ? 'running' : kopecks === undefined ? 'none' : 'charged',
    kopecks: kopecks ?? 0, rate: rateName, chargedSeconds, includedSeconds, entries,
  }
}

/** Why a call has no ladder; null: it may still come. */
function whyNone(deps: ApiDeps, { call }: AnyCall): LadderReply['why'] {
  if (deps.ladders === 'off') return 'off'
  if (call.endedAt === undefined) return null
  return nowMs(deps) - call.endedAt > ladderDays * dayMs ? 'expired' : 'missing'
}

/** Who watches a call asks each second: within this time that is one look. */
const sameLookMs = 600_000
const mostLooks = 10_000

function createLooks(deps: ApiDeps) {
  const seen = new Map<string, number>()
  return async (
    c: ApiContext, action: string, callId: string, subscriberId?: string,
  ): Promise<void> => {
    const by = deedOf(deps, c)
    const key = `${by.accountId} ${action} ${callId}`
    const last = seen.get(key)
    if (last !== undefined && by.atMs - last < sameLookMs) return
    await logDeed(deps.database.kysely, by, {
      action, subscriberId, ...(callId === '' ? {} : { subject: `call:${callId}` }),
    })
    if (seen.size >= mostLooks) seen.clear()
    seen.set(key, by.atMs)
  }
}
