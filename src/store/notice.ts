/**
 * What notices tell, as facts; notify/ makes words of them. This is the payload of an outbox row,
 * so that a notice says what was true when it happened.
 */
import type { CallFacts, MissedWhy } from '../call/notice.ts'

/** Where a log-in or a change came from. */
export interface Origin {
  readonly atMs: number
  /** IP address. */
  readonly from: string
  /** User-Agent. */
  readonly agent: string
}

/** Calls of a day or a week. */
export interface DigestFacts {
  /** First and last local date. */
  readonly from: string
  readonly to: string
  readonly calls: number
  readonly answered: number
  readonly missed: number
  readonly messages: number
  readonly talkSeconds: number
  /** Who was missed most. */
  readonly callers: readonly {
    readonly caller: string
    readonly name: string
    readonly missed: number
  }[]
}

export type Notice =
  | { readonly kind: 'missedCall' | 'refused'; readonly call: CallFacts; readonly why: MissedWhy;
      readonly mayHaveMessage: boolean }
  | { readonly kind: 'voicemail'; readonly call: CallFacts; readonly messageId: string;
      readonly durationMs: number }
  | { readonly kind: 'recording'; readonly call: CallFacts; readonly durationMs: number }
  | { readonly kind: 'lowBalance'; readonly balanceKopecks: number }
  | { readonly kind: 'payment'; readonly amountKopecks: number; readonly balanceKopecks: number }
  | { readonly kind: 'silentTarget'; readonly address: string; readonly description: string;
      /** Days without an answer; 0 = the network does not know the number. */
      readonly days: number }
  | ({ readonly kind: 'newLogin' } & Origin)
  | ({ readonly kind: 'accountChange'; readonly what: 'password' | 'email';
      /** The new address, for 'email'. */
      readonly email?: string } & Origin)
  | ({ readonly kind: 'dailyDigest' | 'weeklyDigest' } & DigestFacts)
  | { readonly kind: 'test' }
