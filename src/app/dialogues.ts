/**
 * What is said to people in one call, as the runner's media parts need it. `spoken-dialogues.ts`
 * makes these from the dialogues in `media/`. None of them rejects; each settles soon after its
 * signal is aborted or its endpoint has gone.
 */
import type { Announcement, IncomingCall } from '../call/events.ts'
import type { ConfirmChoice } from '../call/record.ts'
import type { Subscriber } from '../call/subscriber.ts'
import type { Endpoint } from './media-port.ts'

export interface Dialogues {
  /** The operator's ringback or the subscriber's music, until aborted. */
  ringback(endpoint: Endpoint, kind: 'operator' | 'music', signal: AbortSignal): Promise<void>
  announce(endpoint: Endpoint, prompt: Announcement, signal: AbortSignal): Promise<void>
  /** "This call is recorded", to both sides at once. */
  consent(one: Endpoint, other: Endpoint, signal: AbortSignal): Promise<void>
  /** Says who calls and asks for a key; 'failed' when it could not be asked to the end. */
  confirm(endpoint: Endpoint, seconds: number, signal: AbortSignal): Promise<ConfirmChoice>
  tell(endpoint: Endpoint, what: 'taken' | 'callerGone', signal: AbortSignal): Promise<void>
  /** Greeting, tone, message. `greetingFile` is relative to the recordings folder. */
  message(
    endpoint: Endpoint, greetingFile: string | undefined, signal: AbortSignal,
  ): Promise<{ readonly kept: boolean }>
  /** The subscriber hears his messages. */
  mailbox(endpoint: Endpoint, signal: AbortSignal): Promise<void>
}

/** The dialogues of one call. */
export type DialoguesFor = (incoming: IncomingCall, subscriber: Subscriber) => Dialogues
