/**
 * Tokens that go to the engine with a command and come back with its outcome: KIND CLIENT "|"
 * MESSAGE-ID [ "|" TRANSACTION ]. They say all that the reply needs, so that no table of commands
 * under way has to be kept.
 */
import type { Octets } from '../sip/events.ts'

/** What was asked for, which decides the shape of the reply; `own` wants none. */
export const tokenKinds = { response: 'r', request: 'q', cancel: 'c', own: 's' } as const
export type TokenKind = (typeof tokenKinds)[keyof typeof tokenKinds]

/** `transaction` is the INVITE's, for a CANCEL. */
export function formatToken(
  kind: TokenKind,
  client: number,
  messageId: Octets,
  transaction?: Octets,
): string {
  const beginning = `${kind}${client}|${messageId}`
  return transaction === undefined ? beginning : `${beginning}|${transaction}`
}

/** Number of the application that asked. */
export function tokenClient(token: string): number {
  return Number(token.slice(1, token.indexOf('|')))
}

/** Id of the message in which it asked. */
export function tokenMessageId(token: string): Octets {
  const start = token.indexOf('|') + 1
  const end = token.startsWith(tokenKinds.cancel) ? token.lastIndexOf('|') : token.length
  return token.slice(start, end)
}

/** Transaction of the INVITE that was to be cancelled. */
export function tokenTransaction(token: string): Octets {
  return token.slice(token.lastIndexOf('|') + 1)
}
