/**
 * The SIP ladder of a call as the desk draws it: a column for the caller, ours, one for each leg.
 */
import type { CallLadder } from '../call/ladder.ts'
import type { AnyCall } from '../store/live-calls.ts'
import type { LadderLane, LadderReply } from './schema-live.ts'

/** `ladder` undefined: none was found; `why` says why, where it is known. */
export function ladderReply(
  { call, trunkName }: AnyCall, ladder: CallLadder | undefined, why: LadderReply['why'],
): LadderReply {
  const isLive = call.endedAt === undefined
  const waits = isLive && why === null
  return {
    callId: call.id,
    state: ladder !== undefined ? (isLive ? 'live' : 'kept') : waits ? 'waiting' : 'none',
    why: ladder !== undefined || waits ? null : why,
    startedAt: ladder?.startedAt ?? call.startedAt,
    lanes: lanesOf(call, trunkName),
    messages: (ladder?.entries ?? []).map((entry, n) => ({
      n, atMs: entry.atMs, lane: entry.lane, direction: entry.direction, method: entry.method,
      status: entry.status, line: entry.line, hasSdp: entry.hasSdp, text: entry.text,
      exact: entry.exact,
    })),
    leftOut: ladder?.leftOut ?? { messages: 0, texts: 0 },
  }
}

function lanesOf(call: AnyCall['call'], trunkName: string): LadderLane[] {
  return [
    { id: 'caller', name: trunkName, address: call.caller },
    { id: 'server', name: '', address: '' },
    ...call.legs.map((leg) => ({
      id: leg.id, name: leg.description || leg.address, address: leg.address,
    })),
  ]
}
