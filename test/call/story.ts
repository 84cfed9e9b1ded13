/**
 * A call as a story that the simulation plays: who calls whom when, how phones, caller and media
 * behave. Nothing happens here.
 */
import type { CallOptions } from '../../src/call/call-state.ts'
import type { IncomingCall, MoneyOver } from '../../src/call/events.ts'
import type { ConfirmChoice, OrderKind } from '../../src/call/record.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'

/** What a phone does, in milliseconds after its INVITE. */
export interface PhoneHabit {
  readonly ringMs?: number
  readonly earlyMediaMs?: number
  readonly answerMs?: number
  readonly fail?: { readonly afterMs: number; readonly status: number }
  readonly hangUpMs?: number
  /** Its 200 crosses our CANCEL: the machine hears of it although the leg was dropped. */
  readonly crosses?: boolean
  /** When it is asked for a key; without it the runner never tells of anything. */
  readonly presses?: { readonly afterMs: number; readonly choice: ConfirmChoice }
  /** It hangs up so long after it was asked. */
  readonly leavesQuestionMs?: number
  /** An anchored leg to it has no media, or loses it while it rings (`dialled`). */
  readonly mediaFails?: { readonly afterMs: number; readonly dialled: boolean }
}

export interface Story {
  readonly incoming: IncomingCall
  readonly subscriber: Subscriber
  readonly wallMs: number
  /** How the phone with this number behaves when it is dialled for the nth time (from 0). */
  readonly phone: (address: string, nth: number) => PhoneHabit
  readonly options?: Partial<CallOptions>
  readonly cancelAtMs?: number
  /** What the panel and the desk order. */
  readonly orders?: readonly { readonly atMs: number; readonly kind: OrderKind }[]
  /** What the account says to a leg that costs money, and after how long; undefined: it may. */
  readonly charge?: { readonly afterMs: number; readonly refused?: MoneyOver | 'databaseDown' }
  /** Its money is over (`why`: 'noMoney'), paid until so many ms after the start. */
  readonly cutOff?: { readonly atMs: number; readonly paidMs: number; readonly why?: MoneyOver }
  readonly warnAtMs?: number
  /** The media server refuses to mask a recording. */
  readonly maskFails?: boolean
  readonly shutdownAtMs?: number
  /** From the answer on. */
  readonly callerHangsUpAfterMs?: number
  /** How long the caller's 200 takes; undefined: it never comes. */
  readonly connectMs?: number
  readonly callerLost?: boolean
  /** Media takes voicemail after so many ms (default: it cannot). */
  readonly voicemailTakesMs?: number
  readonly voicemailLastsMs?: number
  /** Voicemail or mailbox end by themselves, not by the caller. */
  readonly voicemailEndsItself?: boolean
  readonly messageKept?: boolean
  readonly mediaLostAtMs?: number
  /** What media says of the recording, 5 ms after the answer; undefined: nothing. */
  readonly recordingRuns?: boolean
  /** How long an announcement is; undefined: its end is never told. */
  readonly announceMs?: number
  /** Timers that were stopped fire all the same, as they do when they are on their way already. */
  readonly staleTimers?: boolean
}
