/**
 * What the application needs from the place where it, the panel and the desk meet about calls that
 * live, as an interface: main.ts hands in the store's, tests their own.
 */
import type { OrderVerdict } from '../call/events.ts'
import type { CallLadder } from '../call/ladder.ts'
import type { OrderKind } from '../call/record.ts'

export interface OpenCommand {
  readonly id: string
  readonly callId: string
  readonly kind: OrderKind
  readonly by: 'subscriber' | 'manager'
  /** It has waited too long: whose call it is does not answer. */
  readonly isStale: boolean
}

export type CommandVerdict = OrderVerdict | { readonly state: 'failed'; readonly why: 'noReply' }

export interface LiveBoard {
  /** Commands that nobody has decided yet, and the calls whose ladder somebody reads now. */
  look(): Promise<{
    readonly commands: readonly OpenCommand[]
    readonly watched: readonly string[]
  }>
  /** Stores what became of a command; one that is decided stays as it is. */
  decide(commandId: string, verdict: CommandVerdict): Promise<void>
  /** The ladder of a live call, for those who read it now. */
  publish(callId: string, ladder: CallLadder): Promise<void>
  /** The ladder of a call that is over. Never waits, never fails; may be left out under load. */
  keep(callId: string, read: () => CallLadder): void
}
