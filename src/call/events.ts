/**
 * What the call machine (`machine.ts`) is told and what it orders. The runner in `app` executes
 * the commands with drachtio-srf and holds no policy; the simulator executes them with nobody.
 */
import type { CallRecord } from './record.ts'
import type { Address } from './subscriber.ts'

export type Ms = number
export type LegId = string

/** The caller as the trunk told him, already cleaned of anything that could be injected. */
export interface Caller {
  /** E.164 where it could be read, the user part otherwise, '' when withheld. */
  readonly number: Address
  readonly name: string
  readonly anonymous: boolean
}

/** An INVITE as the call logic sees it. */
export interface IncomingCall {
  readonly id: string
  readonly sipCallId: string
  readonly caller: Caller
  readonly dialled: Address
  readonly trunkId: string | undefined
  readonly maxForwards: number
  /** Numbers found in Diversion and History-Info, for loop detection, newest first. */
  readonly diverted: readonly Address[]
  readonly hasOffer: boolean
}

/**
 * `keepAlive`: the caller needs a provisional again; `settle`: the runner owes an answer to
 * answerCaller or takeVoicemail. A timer that was stopped or set anew may still fire late.
 */
export type TimerName =
  | 'wait' | 'leg' | 'voicemail' | 'total' | 'cycle' | 'pause' | 'maxCall' | 'keepAlive' | 'settle'

export type CallEvent =
  | { readonly type: 'start' }
  /** A leg got a 101–199. `media`: it carries SDP. `attempts`: the last trunk is at work. */
  | { readonly type: 'legProgress'; readonly leg: LegId; readonly status: number;
      readonly media: boolean;
      readonly attempts?: readonly { readonly trunk: string; readonly status: number }[] }
  /** `attempts`: trunks that failed before this one answered. */
  | { readonly type: 'legAnswered'; readonly leg: LegId;
      readonly attempts?: readonly { readonly trunk: string; readonly status: number }[] }
  /** A leg ended without answer. `attempts` is what was tried; status 0 = no answer at all. */
  | { readonly type: 'legFailed'; readonly leg: LegId; readonly status: number;
      readonly attempts: readonly { readonly trunk: string; readonly status: number }[] }
  /** The caller's dialog stands (2xx sent); its ACK may still be under way. */
  | { readonly type: 'callerConnected' }
  /**
   * Answering the caller failed (he is gone, or the transaction is), or any response to him did.
   * The runner has nothing more to send to him.
   */
  | { readonly type: 'callerLost' }
  /** CANCEL, or the caller's connection to us vanished before an answer. */
  | { readonly type: 'callerCancelled'; readonly reason: string }
  /** BYE after the answer, from one side. */
  | { readonly type: 'hungUp'; readonly by: 'caller' | 'callee'; readonly reason: string }
  | { readonly type: 'timer'; readonly timer: TimerName; readonly leg?: LegId }
  /** Media took the call for voicemail, or could not. */
  | { readonly type: 'voicemailTaken'; readonly taken: boolean }
  /** The process is stopping: end the call in order. */
  | { readonly type: 'shutdown' }

export type CallCommand =
  | { readonly do: 'openRecord'; readonly record: CallRecord }
  /** The record changed in a way worth showing live (ringing, answered). */
  | { readonly do: 'updateRecord'; readonly record: CallRecord }
  | { readonly do: 'closeRecord'; readonly record: CallRecord }
  | { readonly do: 'dial'; readonly leg: LegId; readonly address: Address;
      readonly ringSeconds: number; readonly earlyMedia: boolean }
  /**
   * CANCEL, or ACK+BYE if its 200 is already here or comes later: after this the leg is the
   * runner's alone. `elsewhere`: with Reason "Call completed elsewhere"; `reason`: Reason to copy
   * or ''.
   */
  | { readonly do: 'dropLeg'; readonly leg: LegId; readonly elsewhere: boolean;
      readonly reason: string }
  /**
   * 180 without SDP: when a phone first rings, then once a minute (RFC 3261 §13.3.1.1), and when
   * another phone rings after the early media of one that is gone.
   */
  | { readonly do: 'ringCaller' }
  /** 183 with this leg's SDP. Only ever for a single target. */
  | { readonly do: 'passEarlyMedia'; readonly leg: LegId }
  /** 200 to the caller with this leg's SDP; the runner says callerConnected or callerLost. */
  | { readonly do: 'answerCaller'; readonly leg: LegId }
  | { readonly do: 'refuseCaller'; readonly status: number; readonly phrase: string;
      readonly q850?: number; readonly retryAfterSeconds?: number }
  /**
   * BYE to a side that is connected, with a Reason header text or ''. Once, after a `settle`, also
   * to a caller whose answer is still under way: then end him as soon as it can be done.
   */
  | { readonly do: 'hangUp'; readonly side: 'caller' | 'callee'; readonly reason: string }
  /** Let media answer the caller; voicemailTaken says whether it did. */
  | { readonly do: 'takeVoicemail' }
  | { readonly do: 'setTimer'; readonly timer: TimerName; readonly leg?: LegId; readonly at: Ms }
  | { readonly do: 'stopTimer'; readonly timer: TimerName; readonly leg?: LegId }
