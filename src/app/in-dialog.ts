/**
 * Answers to requests inside a dialog that are the same whether speech goes from phone to phone
 * (`bridge.ts`) or through a media server (`anchored-side.ts`): what is refused, how an INFO is
 * relayed (RFC 6086), and which failure of one dialog the other side may see.
 */
import { allowedMethods, capabilities } from './allowed-methods.ts'
import { headerText } from './guard.ts'
import type { SipDialog } from './sip-dialog.ts'
import type { Answer, Headers, ServerTransaction, SipMessage } from './sip-port.ts'

const notAllowed: Answer = { status: 405, headers: { Allow: allowedMethods } }

/** What is answered here, whoever asks. REFER would place calls at the subscriber's cost. */
const refusals: Readonly<Record<string, Answer | undefined>> = {
  OPTIONS: { status: 200, headers: capabilities },
  REFER: { status: 603 },
  SUBSCRIBE: { status: 489 },
}

/** What an INFO carries besides its body. */
const infoHeaders = [
  ['content-type', 'Content-Type'], ['info-package', 'Info-Package'],
  ['content-disposition', 'Content-Disposition'],
] as const

/** Answer to a method that nobody else sees. */
export function plainAnswer(method: string): Answer {
  return refusals[method] ?? notAllowed
}

/** Sends an INFO on into the other dialog; `vanished` is told when that one is no more. */
export function relayInfo(
  transaction: ServerTransaction, to: SipDialog, vanished: () => void,
): void {
  const { request } = transaction
  const headers: Headers = {}
  for (const [name, long] of infoHeaders) {
    const text = headerText(request, name)
    if (text !== undefined) headers[long] = text
  }
  to.send('INFO', headers, request.body, {
    progress() {},
    answered: (response) => transaction.respond({
      status: 200, body: response.body, headers: withType({}, response.body, response),
    }),
    failed: (status) => {
      transaction.respond({ status: relayableStatus(status) })
      if (isSideGone(status)) vanished()
    },
  })
}

/** A request into a dialog answered so: that side is gone (RFC 3261 §12.2.1.2). */
export function isSideGone(status: number): boolean {
  return status === 408 || status === 481
}

/** The headers with the type of the body that came with `from`. */
export function withType(headers: Headers, body: string, from: SipMessage): Headers {
  if (body === '') return headers
  return { ...headers, 'Content-Type': headerText(from, 'content-type') ?? 'application/sdp' }
}

/**
 * A failure of one dialog as the other side may see it: a challenge was meant for us, a dead dialog
 * or transport on the far side says nothing about this one.
 */
export function relayableStatus(status: number): number {
  if (status === 401 || status === 407) return 403
  if (status === 0 || isSideGone(status)) return 500
  return status >= 300 && status < 400 ? 488 : status
}
