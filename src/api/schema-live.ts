/**
 * Shapes of requests and replies about calls that live now: the desk's list, one call with its SIP
 * ladder, and what the panel and the desk may order of a running call. Requests are valibot
 * schemas, replies are types; the panel and the desk import the types only. Instants are
 * milliseconds since 1970 (UTC), money is integer kopecks. Who may ask is said by the routes.
 */
import * as v from 'valibot'
import type { CallRecord } from '../call/record.ts'
import { digits, id, visible } from './schema-fields.ts'
import type { RecordingState } from './schema-media.ts'

/**
 * What a live call does: nothing rings yet; phones ring; a phone answered and is asked to press 1;
 * the rules have gone round to a rule that was tried before; people talk; a message is being left;
 * the subscriber hears his mailbox.
 */
export const liveStates = [
  'connecting', 'rings', 'waits', 'loops', 'talks', 'voicemail', 'mailbox',
] as const
export type LiveState = (typeof liveStates)[number]

/**
 * GET /api/desk/live?state=&q=&before=&beforeId=&limit=. Newest first. `q`: digits of a number, or
 * part of a subscriber's name.
 */
export const liveQuery = v.object({
  state: v.optional(v.picklist(liveStates)),
  q: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(64)), ''),
  before: v.optional(digits(14)),
  beforeId: v.optional(id),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(200)),
    '200',
  ),
})

export interface LiveCallRow {
  readonly id: string
  readonly state: LiveState
  /** How often its most visited rule was taken; 1 unless it goes round. */
  readonly round: number
  /** '' when withheld. */
  readonly caller: string
  readonly callerName: string
  readonly anonymous: boolean
  /** The personal number. */
  readonly dialled: string
  /** null: refused before anybody was found. */
  readonly subscriberId: string | null
  /** '' when not known. */
  readonly subscriberName: string
  /** The rule that has the call now; '' = none. */
  readonly ruleName: string
  /** Name of the trunk it came by; '' = a call that the panel placed. */
  readonly trunkName: string
  readonly startedAt: number
  readonly answeredAt: number | null
  /** Phones that ring, or the one that talks, as the subscriber calls them. */
  readonly phones: readonly string[]
  readonly recorded: boolean
}

/** GET /api/desk/live. To be asked again every two seconds; cheap for those who look together. */
export interface LiveCallsReply {
  /** The server's clock, for durations. */
  readonly now: number
  /** All live calls of all application processes, whatever was asked for. */
  readonly total: number
  readonly states: Readonly<Record<LiveState, number>>
  /** Above 200 calls the list is read state by state: without `state` or `q` `calls` is short. */
  readonly grouped: boolean
  /** New calls per second, over the last ten seconds. */
  readonly perSecond: number
  /** Calls that ended since midnight in Moscow. */
  readonly today: {
    readonly calls: number
    readonly answered: number
    /** Answered of all (ASR), 0–1; null while there were none. */
    readonly ratio: number | null
  }
  readonly calls: readonly LiveCallRow[]
  /** More of them lie behind the last one. */
  readonly more: boolean
}

export interface CallMoney {
  /**
   * 'none': nothing is charged for it; 'running': it is being charged; 'charged': `kopecks` were
   * taken.
   */
  readonly state: 'none' | 'running' | 'charged'
  /** What it cost, not negative; 0 while it runs. */
  readonly kopecks: number
  /** Name of the rate it was charged by; '' = none. */
  readonly rate: string
  /** Seconds that were paid for, and those out of the month's included ones. */
  readonly chargedSeconds: number
  readonly includedSeconds: number
  /** Of its ledger entries; minus = taken from the balance. */
  readonly entries: readonly {
    readonly at: number
    readonly kopecks: number
    readonly text: string
  }[]
}

/** GET /api/desk/calls/:id, live or over. Every look is written to the audit log. */
export interface DeskCallReply {
  readonly call: CallRecord
  /** null when it is over. */
  readonly state: LiveState | null
  readonly subscriber: { readonly id: string; readonly name: string } | null
  /** Name of the trunk it came by; '' = placed by the panel. */
  readonly trunkName: string
  /** Which application process has it: the first eight digits of its name. */
  readonly process: string
  readonly recording: RecordingState
  /** Its recording is paused now. */
  readonly recordingPaused: boolean
  readonly messageId: string | null
  readonly money: CallMoney
}

/** One column of the ladder; 'server' is ours and stands behind the caller's. */
export interface LadderLane {
  /** 'caller', 'server', or the id of a leg as in `call.legs`. */
  readonly id: string
  /** Name of the trunk, the phone's description, its address; '' for the server. */
  readonly name: string
  /** '' where there is none. */
  readonly address: string
}

export interface LadderMessage {
  /** Place in the ladder, from 0; stays while the call lives. */
  readonly n: number
  /** Milliseconds since the INVITE, with fractions. */
  readonly atMs: number
  /** The column besides the server's. */
  readonly lane: string
  /** 'in': it came to the server. */
  readonly direction: 'in' | 'out'
  /** Of the request, or of the request this answers. */
  readonly method: string
  /** null: a request. */
  readonly status: number | null
  /** First line of the message. */
  readonly line: string
  readonly hasSdp: boolean
  /**
   * The whole message; credentials are '(cut)', keys of SRTP and pressed keys 'x'. '' when it is
   * beyond the bound of 64 kB for a call.
   */
  readonly text: string
  /**
   * false: the server did not tell how it went out (ACK, refusals); `text` holds what was ordered
   * of it.
   */
  readonly exact: boolean
}

/**
 * GET /api/desk/calls/:id/ladder. Of a live call it is asked for from its process, which writes it
 * once a second from then on: the first reply may be 'waiting'. The application sees neither the
 * 100 and 487 that the SIP server sends by itself nor its ACKs of refusals.
 */
export interface LadderReply {
  readonly callId: string
  /**
   * 'live': complete until a second ago; 'waiting': ask again in a second; 'kept': the call is over;
   * 'none': see `why`.
   */
  readonly state: 'live' | 'waiting' | 'kept' | 'none'
  /**
   * 'off': ladders are not kept (PN_LADDERS); 'expired': older than 14 days; 'missing': kept of
   * failed calls only, or lost with its process.
   */
  readonly why: 'off' | 'expired' | 'missing' | null
  readonly startedAt: number
  readonly lanes: readonly LadderLane[]
  readonly messages: readonly LadderMessage[]
  /** Messages beyond 200, and those whose text is beyond 64 kB. */
  readonly leftOut: { readonly messages: number; readonly texts: number }
}
// GET /api/desk/calls/:id/ladder.pcap: application/vnd.tcpdump.pcap; 404 no_ladder.

/** POST /api/desk/calls/:id/end: BYE to both. 202 CallCommandReply; 409 call_over. */
export const endCallRequest = v.object({
  reason: v.pipe(v.string(), v.trim(), v.minLength(3), v.maxLength(200), visible),
})

/** What a subscriber may order of his own running call. */
export const callCommandKinds = ['toVoicemail', 'pauseRecording', 'resumeRecording'] as const
export type CallCommandKind = (typeof callCommandKinds)[number]

/**
 * POST /api/calls/:id/commands: 202 CallCommandReply; 404 for a call of somebody else, 409
 * call_over. The same kind asked again while it is open answers the one that is there. SSE says
 * `calls` when it is decided, within a second as a rule.
 */
export const callCommandRequest = v.object({ kind: v.picklist(callCommandKinds) })

/**
 * POST as above; GET /api/calls/:id/commands/:commandId and GET /api/desk/calls/:id/commands/
 * :commandId.
 */
export interface CallCommandReply {
  readonly id: string
  readonly kind: CallCommandKind | 'end'
  /**
   * 'tooLate': somebody answered or hung up before; 'failed': see `why`.
   */
  readonly state: 'open' | 'done' | 'tooLate' | 'failed'
  /**
   * Of 'failed': voicemail is off; no media server works; the call is not being recorded; the
   * process of the call did not answer within ten seconds, or the media server refused.
   */
  readonly why: 'voicemailOff' | 'noMedia' | 'notRecorded' | 'noReply' | 'refused' | null
}
