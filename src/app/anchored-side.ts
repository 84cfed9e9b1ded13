/**
 * One dialog of a call whose speech goes through a media server: what its far end asks inside the
 * dialog is settled with its own endpoint and never reaches the other side. Hold, port change, late
 * offer (RFC 3261 §14, RFC 3264 §8, RFC 3311), session timers (RFC 4028), INFO (RFC 6086). It
 * neither starts nor ends the call; `bridge.ts` does the same work where speech goes directly.
 */
import { headerText } from './guard.ts'
import { plainAnswer, relayInfo } from './in-dialog.ts'
import type { Endpoint } from './media-port.ts'
import { hasImage, offerAgain } from './offer.ts'
import { answerRefresh } from './session-timer.ts'
import type { SipDialog } from './sip-dialog.ts'
import type { ServerTransaction } from './sip-port.ts'

export interface AnchoredSideEvents {
  /** The far end has acknowledged our 200; with its answer where the offer was ours. */
  acknowledged(sdp: string): void
  /** A request into the dialog was answered 408 or 481: that side is gone (§12.2.1.2). */
  vanished(): void
}

export class AnchoredSide {
  readonly dialog: SipDialog
  readonly endpoint: Endpoint
  /** The other side once they are joined: it gets what this one sends by INFO. */
  peer: AnchoredSide | undefined
  readonly #events: AnchoredSideEvents
  #open = true
  #acknowledged = false
  /** Its re-INVITE or UPDATE that the endpoint is being asked about. */
  #busy: ServerTransaction | undefined
  /** Our offer in the 200 to its re-INVITE waits for the answer in its ACK. */
  #owesAnswer = false

  /** From now on it answers what comes in the dialog. */
  constructor(dialog: SipDialog, endpoint: Endpoint, events: AnchoredSideEvents) {
    this.dialog = dialog
    this.endpoint = endpoint
    this.#events = events
    dialog.attach((transaction) => this.#judge(transaction))
  }

  /** The call ends: a re-INVITE that still waits gets its answer. */
  close(): void {
    this.#open = false
    this.#busy?.respond({ status: 487 })
    this.#busy = undefined
  }

  /** Its far end knows nothing of the call any more. */
  vanish(): void {
    this.#events.vanished()
  }

  #judge(transaction: ServerTransaction): void {
    const { method, body } = transaction.request
    if (method === 'ACK') this.#ack(body)
    else if (!this.#open) transaction.respond({ status: 481 })
    else if (method === 'INVITE' || method === 'UPDATE') this.#change(transaction)
    else if (method === 'INFO') this.#info(transaction)
    else transaction.respond(plainAnswer(method))
  }

  #ack(body: string): void {
    if (this.#owesAnswer) {
      this.#owesAnswer = false
      if (body !== '' && this.#open) void this.#renegotiate(body)
    } else if (!this.#acknowledged) {
      this.#acknowledged = true
      this.#events.acknowledged(body)
    }
  }

  #change(transaction: ServerTransaction): void {
    const { method, body } = transaction.request
    if (this.#busy !== undefined || this.#owesAnswer) {
      // RFC 3261 §14.2, RFC 3311 §5.2: a second one while the first is pending.
      transaction.respond({ status: 500, headers: { 'Retry-After': '3' } })
    } else if (body === '' && method === 'UPDATE') this.#accept(transaction, '')
    else if (body === '') {
      this.dialog.sent = offerAgain(this.dialog.sent)
      this.#owesAnswer = true
      this.#accept(transaction, this.dialog.sent, () => { this.#owesAnswer = false })
    } else if (body === this.dialog.received) this.#accept(transaction, this.dialog.sent)
    // Fax over a media server is not offered: the far end stays with speech (product §4.14).
    else if (hasImage(body)) transaction.respond({ status: 488 })
    else void this.#negotiate(transaction, body)
  }

  async #negotiate(transaction: ServerTransaction, offer: string): Promise<void> {
    this.#busy = transaction
    const before = this.dialog.received
    const answer = await this.#renegotiate(offer)
    if (this.#busy !== transaction) return // the call ended meanwhile and has answered
    this.#busy = undefined
    if (answer === undefined) return transaction.respond({ status: 488 })
    // Its CANCEL crossed the 200: it keeps the old session, so the endpoint goes back to it.
    this.#accept(transaction, answer, () => void this.#renegotiate(before))
  }

  /** The endpoint's answer, undefined when it has none; what both last said is noted. */
  async #renegotiate(offer: string): Promise<string | undefined> {
    try {
      const answer = await this.endpoint.renegotiate(offer)
      this.dialog.received = offer
      this.dialog.sent = answer
      return answer
    } catch {
      return undefined // its far end keeps the session it has
    }
  }

  #accept(transaction: ServerTransaction, body: string, failed?: () => void): void {
    const { headers, timer } = answerRefresh(transaction.request, this.dialog.timer)
    this.dialog.timer = timer
    const typed = body === '' ? headers : { ...headers, 'Content-Type': 'application/sdp' }
    transaction.respond({ status: 200, body, headers: typed }, (error) => {
      if (error !== undefined && this.#open) failed?.()
    })
  }

  #info(transaction: ServerTransaction): void {
    const { peer } = this
    const { request } = transaction
    if (peer !== undefined) {
      return relayInfo(transaction, peer.dialog, () => peer.vanish())
    }
    this.endpoint.inform(headerText(request, 'content-type') ?? '', request.body)
    transaction.respond({ status: 200 })
  }
}
