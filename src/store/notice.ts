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

/** 'emailAsked': somebody asked for another address, and its link was not followed yet. */
export type AccountChange = 'password' | 'email' | 'emailAsked' | 'secondFactorOn'
  | 'secondFactorOff' | 'recoveryCodes' | 'countries' | 'frozen' | 'active'

/** Letters to one e-mail address, whatever was chosen; their readers may have no account yet. */
export type PersonLetter =
  | { readonly kind: 'requestTaken'; readonly number: number;
      /** Of the page that shows its state. */
      readonly token: string }
  | { readonly kind: 'requestRejected'; readonly number: number; readonly reason: string }
  /** An answer to a visitor's question, with what he asked last. */
  | { readonly kind: 'askAnswer'; readonly question: string; readonly text: string }
  /** A link, or a password for one log-in; it is made when the letter is sent. */
  | { readonly kind: 'accountLink'; readonly linkId: string; readonly login: string;
      readonly purpose: LinkPurpose;
      /** The new personal number, with a first password. */
      readonly personalNumber?: string }

/** What a letter's link is for; 'temporary' has a password instead. */
export type LinkPurpose = 'first' | 'temporary' | 'reset' | 'email'

/** To whom a letter speaks who has no subscriber's settings. */
export interface LetterReader {
  readonly name: string
  readonly language: 'ru' | 'en'
  readonly zone: string
}

export type Notice =
  | { readonly kind: 'missedCall' | 'refused'; readonly call: CallFacts; readonly why: MissedWhy;
      readonly mayHaveMessage: boolean }
  | { readonly kind: 'voicemail'; readonly call: CallFacts; readonly messageId: string;
      readonly durationMs: number }
  | { readonly kind: 'recording'; readonly call: CallFacts; readonly durationMs: number }
  | { readonly kind: 'lowBalance'; readonly balanceKopecks: number;
      /** A month's fee that is due and not covered; left out = there is none. */
      readonly feeKopecks?: number }
  | { readonly kind: 'payment'; readonly amountKopecks: number; readonly balanceKopecks: number }
  | { readonly kind: 'silentTarget'; readonly address: string; readonly description: string;
      /** Days without an answer; 0 = the network does not know the number. */
      readonly days: number }
  | ({ readonly kind: 'newLogin' } & Origin)
  | ({ readonly kind: 'accountChange'; readonly what: AccountChange;
      /** The new address, for 'email' and 'emailAsked'. */
      readonly email?: string;
      /** Opened, for 'countries'; ISO 3166-1. */
      readonly countries?: readonly string[] } & Origin)
  | ({ readonly kind: 'dailyDigest' | 'weeklyDigest' } & DigestFacts)
  | { readonly kind: 'supportAnswer'; readonly requestId: string; readonly subject: string;
      readonly text: string }
  | { readonly kind: 'test' }
  | PersonLetter
