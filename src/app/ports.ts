/**
 * What the call application needs from outside, as interfaces: the store is handed in by main.ts,
 * tests hand in their own. `app` never imports `store`.
 */
import type { LegPrice } from '../call/call-state.ts'
import type { MoneyOver } from '../call/events.ts'
import type { CallRecord } from '../call/record.ts'
import type { Address, Subscriber } from '../call/subscriber.ts'
import type { Trunk } from '../call/trunk.ts'

export interface CallDirectory {
  /**
   * All enabled trunks in outgoing order. Synchronous: the store keeps them fresh meanwhile,
   * because an INVITE from an unknown address must be refused before any database work.
   */
  trunks(): readonly Trunk[]
  /**
   * Everything a call to this personal number needs, in one query; undefined when no such number.
   * Rejects when the database does not answer within its time limit.
   */
  findSubscriber(number: Address): Promise<Subscriber | undefined>
  /**
   * Whether this address is a personal number of this platform, anybody's. Synchronous, from memory
   * like `trunks` (a set that may lag by seconds): asked before each leg, because a leg to one of
   * our own numbers would come back through the trunk and go round for ever.
   */
  isPersonalNumber(address: Address): boolean
}

export interface CallJournal {
  /** Stores the record of a call that begins. */
  open(record: CallRecord): Promise<void>
  /** Newer state of a call that lives: a hint for the panel, may be left out. */
  update(record: CallRecord): void
  /** The last word about a call. Kept and retried by the store until the database has it. */
  close(record: CallRecord): Promise<void>
}

/** A voicemail message as the call brings it. */
export interface NewMessage {
  readonly id: string
  readonly subscriberId: string
  readonly callId: string
  readonly caller: Address
  readonly callerName: string
  readonly anonymous: boolean
  readonly dialled: Address
  /** Relative to the recordings folder. */
  readonly file: string
  readonly startedAt: number
}

export interface StoredMessage {
  readonly id: string
  readonly caller: Address
  readonly anonymous: boolean
  readonly file: string
  readonly startedAt: number
  readonly durationMs: number
  readonly heardAt: number | undefined
}

/** Voicemail, own recordings and call recordings: rows beside the files that media servers write. */
export interface MediaLibrary {
  /** A message begins to be written; a process that dies now leaves it to the next start's repair. */
  beginMessage(message: NewMessage): Promise<void>
  /** It is whole: from now on the panel shows it. */
  finishMessage(id: string, durationMs: number): Promise<void>
  /** Nothing worth keeping was said. */
  discardMessage(id: string): Promise<void>
  /** Unheard first, then newest first; at most 100. */
  messages(subscriberId: string): Promise<readonly StoredMessage[]>
  /** `address`: the phone it was heard from; kept in the log of listenings. */
  messageHeard(subscriberId: string, id: string, address: Address): Promise<void>
  removeMessage(subscriberId: string, id: string): Promise<void>
  /** Counts wrong tries: 'locked' after five within an hour, 'none' when no PIN is set. */
  checkPin(subscriberId: string, digits: string): Promise<'right' | 'wrong' | 'locked' | 'none'>
  /** A greeting recorded by telephone. */
  keepGreeting(subscriberId: string, id: string, file: string, durationMs: number): Promise<void>
  beginRecording(recording: {
    readonly id: string
    readonly callId: string
    readonly subscriberId: string
    readonly file: string
    readonly startedAt: number
  }): Promise<void>
  /** `interrupted`: media was lost before the call ended. */
  finishRecording(id: string, durationMs: number, interrupted: boolean): Promise<void>
}

/** A call that the panel asks for: it and the application meet in the database. */
export type Errand = {
  readonly id: string
  readonly subscriberId: string
  readonly number: Address
  readonly expiresAt: number
} & (
  /** Ring this phone and record a greeting. */
  | { readonly kind: 'greeting'; readonly address: Address; readonly greetingId: string;
      readonly file: string }
  /** Ring this phone and speak a code, digit by digit. */
  | { readonly kind: 'code'; readonly address: Address; readonly code: string }
  /** A real call to the subscriber's own rules, from `caller`. */
  | { readonly kind: 'test'; readonly caller: Address }
  /** Ring this phone through one trunk alone, for a manager. `number` may be ''. */
  | { readonly kind: 'trunkTest'; readonly address: Address; readonly trunkId: string }
)

/** How far a leg came: its last status, milliseconds from its INVITE to ringing and answer. */
export interface LegProgress {
  readonly status: number
  readonly ringMs: number | undefined
  readonly answerMs: number | undefined
}

export interface ErrandBoard {
  /** Takes the oldest open errand, for this process alone; undefined when there is none. */
  take(): Promise<Errand | undefined>
  /** `leg`: of a test of a trunk. */
  finish(
    id: string, outcome: 'done' | 'noAnswer' | 'noMedia' | 'failed', leg?: LegProgress,
  ): Promise<void>
}

/** A leg that answered, on its way to its caller. */
export interface Reservation {
  readonly callId: string
  readonly subscriberId: string
  readonly address: Address
}

/** An account with live calls, as it was when it was looked at. */
export interface LookedAt {
  /** Differs when its money or its live calls differ, in whatever process. */
  readonly version: string
  /** Until when it pays for all of them (milliseconds since 1970); undefined: for another day. */
  readonly cutOffMs: number | undefined
  /** What would be over then. */
  readonly over: MoneyOver
  /** What they have cost until now, or will within a second. */
  readonly committedKopecks: number
  /** Ids of the calls that are being charged, those of other processes included. */
  readonly calls: ReadonlySet<string>
}

export type Reserved = LookedAt | { readonly why: MoneyOver | 'noRate' }

/**
 * Money as calls need it: what they may cost, reservations that all processes see, and how long
 * they hold. The end of a call is charged by the journal that stores it (`CallRecord.metered`).
 */
export interface ChargeBook {
  /**
   * What a leg would cost, from memory; `committedKopecks` of the balance are talked away. Not the
   * last word: that is `reserve`.
   */
  priceOf(subscriber: Subscriber, address: Address, committedKopecks: number): LegPrice
  /**
   * Decides over all live calls of the account at once, and reserves; `wallMs` is asked when it is
   * this call's turn. Rejects within seconds.
   */
  reserve(reservation: Reservation, wallMs: () => number): Promise<Reserved>
  /** The call was over before its reservation was: nothing of it is charged. */
  release(callId: string): Promise<void>
  /** Those of the accounts (id → version) that are not as they are known. */
  look(
    known: ReadonlyMap<string, string>, wallMs: number,
  ): Promise<ReadonlyMap<string, LookedAt>>
}
