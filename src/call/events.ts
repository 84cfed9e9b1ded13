/**
 * What the call machine (`machine.ts`) is told and what it orders. The runner in `app` executes
 * the commands with drachtio-srf and holds no policy; the simulator executes them with nobody.
 */
import type { CallRecord, ConfirmChoice, OrderKind } from './record.ts'
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
  /** Per leg: the called person's time to press a key; a delayed number is due. */
  | 'confirm' | 'delay'

/** Whether speech goes from phone to phone or through a media server. */
export type MediaPath = 'direct' | 'anchored'

/** What a caller may be told before he is refused; never anything of money. */
export type Announcement = 'unavailable' | 'refused' | 'hiddenNumberRefused'

export type CallEvent =
  | { readonly type: 'start' }
  /** A leg got a 101–199. `media`: it carries SDP. `attempts`: the last trunk is at work. */
  | { readonly type: 'legProgress'; readonly leg: LegId; readonly status: number;
      readonly media: boolean;
      readonly attempts?: readonly { readonly trunk: string; readonly status: number }[] }
  /** `attempts`: trunks that failed before this one answered. */
  | { readonly type: 'legAnswered'; readonly leg: LegId;
      readonly attempts?: readonly { readonly trunk: string; readonly status: number }[] }
  /**
   * A leg ended without answer. `attempts` is what was tried; status 0 = no answer at all, 200 =
   * the called person hung up while he was being asked.
   */
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
  /**
   * BYE after the answer, from one side; the end of voicemail or mailbox is one of the 'callee'.
   * `messageKept` false: voicemail has nothing worth keeping, the call is a missed one.
   */
  | { readonly type: 'hungUp'; readonly by: 'caller' | 'callee'; readonly reason: string;
      readonly messageKept?: boolean }
  | { readonly type: 'timer'; readonly timer: TimerName; readonly leg?: LegId }
  /** Media took the call for voicemail or the mailbox, or could not. */
  | { readonly type: 'voicemailTaken'; readonly taken: boolean }
  /** The called person was asked (`confirmLeg`) and this is what came of it. */
  | { readonly type: 'legConfirmed'; readonly leg: LegId; readonly choice: ConfirmChoice }
  /**
   * No media for an anchored leg that is not dialled yet: the machine may dial the same leg again,
   * direct. `dialled`: its INVITE is out and its media died before the answer; the machine drops it
   * and may dial the number anew, as another leg.
   */
  | { readonly type: 'legMediaFailed'; readonly leg: LegId; readonly dialled?: boolean }
  /** The media of a connected call, of voicemail, ringback or an announcement is gone. */
  | { readonly type: 'mediaLost' }
  /** Recording of the connected call has begun, or cannot. */
  | { readonly type: 'recordingRuns'; readonly running: boolean }
  /** An announcement was heard to its end, or could not be made. */
  | { readonly type: 'announced' }
  /** The process is stopping: end the call in order. */
  | { readonly type: 'shutdown' }

/** What is over: the money of the account, or what it may spend in a day. */
export type MoneyOver = 'noMoney' | 'dayLimit'

/** What concerns the money of a call that costs any. */
export type MoneyEvent =
  /** The account has reserved this call, or `refused`: it cannot pay, or cannot be asked. */
  | { readonly type: 'charged'; readonly refused?: MoneyOver | 'databaseDown' }
  /** The money of all its calls is over; paid until this instant, milliseconds since 1970. */
  | { readonly type: 'cutOff'; readonly atWallMs: number; readonly why: MoneyOver }
  /** It will be over soon: the subscriber's phone is to be told, if it can be. */
  | { readonly type: 'moneyWarning' }

/** Something ordered of this call from outside it; answered by one `tellOrder`. */
export interface CallOrder {
  readonly type: 'order'
  readonly id: string
  readonly kind: OrderKind
  readonly by: 'subscriber' | 'manager'
}

/** What concerns orders, whatever the call is doing. */
export type OrderEvent =
  | CallOrder
  /** The media server did, or did not, what `maskRecording` asked for. */
  | { readonly type: 'recordingMasked'; readonly order: CallOrder; readonly ok: boolean }

/** What became of an order. `tooLate`: somebody answered or hung up before. */
export type OrderVerdict =
  | { readonly state: 'done' | 'tooLate' }
  | { readonly state: 'failed';
      readonly why: 'voicemailOff' | 'noMedia' | 'notRecorded' | 'refused' }

export type CallCommand =
  | { readonly do: 'openRecord'; readonly record: CallRecord }
  /** The record changed in a way worth showing live (ringing, answered). */
  | { readonly do: 'updateRecord'; readonly record: CallRecord }
  | { readonly do: 'closeRecord'; readonly record: CallRecord }
  | { readonly do: 'dial'; readonly leg: LegId; readonly address: Address;
      readonly ringSeconds: number; readonly earlyMedia: boolean;
      /** 'anchored': the offer is a media server's; absent = 'direct', the caller's own. */
      readonly media?: MediaPath; readonly callerId?: 'caller' | 'personal' }
  /**
   * CANCEL, or ACK+BYE if its 200 is already here or comes later: after this the leg is the
   * runner's alone. `elsewhere`: with Reason "Call completed elsewhere"; `reason`: Reason to copy
   * or ''.
   */
  | { readonly do: 'dropLeg'; readonly leg: LegId; readonly elsewhere: boolean;
      readonly reason: string;
      /** An answered leg that was being asked hears this prompt before its BYE. */
      readonly tell?: 'taken' | 'callerGone' }
  /**
   * Ask the answered leg to press a key: who calls, 1 accept, 2 decline, 3 voicemail; `seconds` is
   * the time for all of it. The runner owes one legConfirmed, unless the leg is dropped before; a
   * leg that did not accept is dropped then.
   */
  | { readonly do: 'confirmLeg'; readonly leg: LegId; readonly seconds: number }
  /**
   * 180 without SDP: when a phone first rings, then once a minute (RFC 3261 §13.3.1.1), and when
   * another phone rings after the early media of one that is gone.
   */
  | { readonly do: 'ringCaller';
      /** Not 'network': 183 with media that plays the operator's or the subscriber's ringback. */
      readonly ringback?: 'network' | 'operator' | 'music' }
  /** 183 with this leg's SDP. Only ever for a single target. */
  | { readonly do: 'passEarlyMedia'; readonly leg: LegId }
  /**
   * 200 to the caller with this leg's SDP, or with a media server's that joins both ('anchored');
   * 'direct' lets go of whatever media he heard before. The runner says callerConnected or
   * callerLost. `record`: the recording begins with it and ends with the call, the runner says
   * recordingRuns; `consent`: both sides hear that first.
   */
  | { readonly do: 'answerCaller'; readonly leg: LegId; readonly media?: MediaPath;
      readonly record?: { readonly consent: boolean; readonly required: boolean } }
  | { readonly do: 'refuseCaller'; readonly status: number; readonly phrase: string;
      readonly q850?: number; readonly retryAfterSeconds?: number }
  /**
   * BYE to a side that is connected, with a Reason header text or ''. Once, after a `settle`, also
   * to a caller whose answer is still under way: then end him as soon as it can be done.
   */
  | { readonly do: 'hangUp'; readonly side: 'caller' | 'callee'; readonly reason: string }
  /** Let media answer the caller; voicemailTaken says if it did, hungUp by 'callee' its end. */
  | { readonly do: 'takeVoicemail'; readonly greetingFile?: string }
  /** Let the mailbox answer the subscriber himself; told like takeVoicemail. */
  | { readonly do: 'openMailbox' }
  /** Reserve the money for this leg that answered; the runner owes one charged. */
  | { readonly do: 'charge'; readonly leg: LegId; readonly address: Address }
  /** A tone to the phone that talks, nothing to its caller. */
  | { readonly do: 'warnCallee' }
  /** Early media to a caller who will be refused; the runner owes one announced. */
  | { readonly do: 'announce'; readonly prompt: Announcement }
  /** Silence in the place of the recording's sound, or its sound again; recordingMasked says if. */
  | { readonly do: 'maskRecording'; readonly masked: boolean; readonly order: CallOrder }
  | { readonly do: 'tellOrder'; readonly order: string; readonly verdict: OrderVerdict }
  | { readonly do: 'setTimer'; readonly timer: TimerName; readonly leg?: LegId; readonly at: Ms }
  | { readonly do: 'stopTimer'; readonly timer: TimerName; readonly leg?: LegId }
