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

/** The connection was there, and was lost: codes of sockets and of fetch. */
const lostCodes: readonly string[] = [
  'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]

/**
 * Whether the other side may have taken a letter although no answer came. Such a try counts: an
 * endless row of them would be as many letters to the reader, each of them paid for.
 */
export function mayHaveArrived(fault: unknown): boolean {
  const { name, code, message, cause, syscall } = (fault ?? {}) as Record<string, unknown>
  if (name === 'TimeoutError' || name === 'AbortError') return true
  if (typeof code === 'string' && lostCodes.includes(code)) {
    return syscall !== 'connect' && !String(message).includes('before secure TLS connection')
  }
  return cause !== undefined && mayHaveArrived(cause)
}
