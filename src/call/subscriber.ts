/**
 * The subscriber as a call needs him: everything one indexed query loads when an INVITE arrives.
 * A snapshot: a call runs on the copy taken at its start, whatever is edited meanwhile.
 */
import type { Rule } from './rule.ts'

/** A telephone number in E.164 with plus ('+74996740782'), or a SIP URI ('sip:anna@10.0.0.7'). */
export type Address = string

/** One of «Мои номера»: a phone that rules may ring. */
export interface Target {
  readonly id: string
  readonly address: Address
  readonly description: string
}

export interface CallSettings {
  readonly voicemail: boolean
  /** Seconds from the start of ringing until voicemail takes the call. 0 = at once. */
  readonly voicemailAfterSeconds: number
  readonly recordCalls: boolean
  /** Limit of a rule cycle, from the first ring of the chain. 10–300. */
  readonly cycleLimitSeconds: number
  /** Ring time of one number in serial mode and of the default number. 5–60. */
  readonly ringSeconds: number
  /** «занято важнее»: busy + rang out is told as 486 instead of 480. */
  readonly busyMattersMore: boolean
  /** «отбой = отказ»: all declined is told as 603 instead of 480. */
  readonly declineIsRefusal: boolean
}

export interface Subscriber {
  readonly id: string
  readonly name: string
  /** The personal number that was called, E.164. */
  readonly number: Address
  /** IANA zone in which rules are read. */
  readonly zone: string
  readonly status: 'active' | 'suspended' | 'closed'
  readonly balanceKopecks: number
  /** Simultaneous calls allowed by the tariff. */
  readonly maxCalls: number
  readonly settings: CallSettings
  /** Where calls go when no rule acts; undefined when none was chosen. */
  readonly defaultTarget: Target | undefined
  /** In winning order: priority descending, position ascending. Disabled ones included. */
  readonly rules: readonly Rule[]
}
