/**
 * What every way of sending looks like to the worker: it is given one letter at a time and answers
 * what became of it. Expected failures are answers, not exceptions; a try ends within a minute.
 */
import type { NoticeChannel } from '../store/notice-choices.ts'
import type { Letter } from '../store/outbox-letters.ts'

export type Sent =
  | { readonly result: 'sent'; readonly externalId?: string;
      /** What becomes of the voicemail message that went with it. */
      readonly after?: { readonly messageId: string; readonly do: 'heard' | 'delete' } }
  /** This letter did not get through; another try may. */
  | { readonly result: 'later'; readonly why: string; readonly afterMs?: number }
  /** No try will help. */
  | { readonly result: 'never'; readonly why: string }
  /** Nothing gets through now: the other side is away, or does not let us in. */
  | { readonly result: 'down'; readonly why: string }

export interface Channel {
  readonly name: NoticeChannel
  /** Letters under way at a time. */
  readonly width: number
  /** Never rejects for what the other side does; `signal` ends it early. */
  send(letter: Letter, signal: AbortSignal): Promise<Sent>
  /** Ends connections. */
  stop(): Promise<void>
}

/** What stands in every letter of this installation. */
export interface House {
  readonly brand: string
  /** Of the panel, without a slash at the end. */
  readonly publicUrl: string
}

/** The words of a fault, without what we sent. */
export function faultText(fault: unknown): string {
  const { code, message } = fault as { code?: unknown; message?: unknown }
  const text = String(message ?? fault).slice(0, 300)
  return typeof code === 'string' && !text.includes(code) ? `${code}: ${text}` : text
}
