/**
 * The two dialogs of an answered call, kept apart and in step: what one side asks inside its dialog
 * is answered here or relayed to the other. Session descriptions pass end to end; session timers do
 * not, each dialog has its own. RFC 3261 §14 (re-INVITE, glare), RFC 3311 (UPDATE), RFC 6086
 * (INFO), RFC 4028. It neither starts nor ends the call.
 */
import { isSideGone, plainAnswer, relayableStatus, relayInfo, withType } from './in-dialog.ts'
import { refuseOffer } from './offer.ts'
import { answerRefresh, refreshTimer } from './session-timer.ts'
import type { SipDialog } from './sip-dialog.ts'
import type { ClientTransaction, ServerTransaction, SipResponse } from './sip-port.ts'

export interface BridgeEvents {
  /** The caller has acknowledged our 200; with his answer in a late-offer call. */
  acknowledged(sdp: string): void
  /** A request into this side's dialog was answered 408 or 481: that side is gone (§12.2.1.2). */
  vanished(side: 'caller' | 'callee'): void
}

interface Side {
  readonly name: 'caller' | 'callee'
  readonly dialog: SipDialog
  /** Its own re-INVITE or UPDATE with an offer, under way to the other side. */
  relay: { readonly transaction: ServerTransaction; client?: ClientTransaction } | undefined
  /** Late offer of its re-INVITE: the other side's 200 waits for the answer in this side's ACK. */
  owedAnswer: ((sdp: string) => void) | undefined
  /** Its INVITE transaction is acknowledged; before that no INVITE may go to it. */
  confirmed: boolean
  readonly waiting: ServerTransaction[]
}

export class Bridge {
  readonly #caller: Side
  readonly #callee: Side
  readonly #events: BridgeEvents
  #open = true
  #acknowledged = false

  /** `isConfirmed`: the caller has acknowledged our 200 already. */
  constructor(
    caller: SipDialog, callee: SipDialog, events: BridgeEvents, isConfirmed = false,
  ) {
    this.#caller = side('caller', caller, isConfirmed)
    this.#callee = side('callee', callee, true)
    this.#events = events
    caller.attach((transaction) => this.#judge(this.#caller, this.#callee, transaction))
    callee.attach((transaction) => this.#judge(this.#callee, this.#caller, transaction))
  }

  /** The call ends: whoever still waits for an answer to a re-INVITE gets one. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    for (const one of [this.#caller, this.#callee]) {
      one.relay?.transaction.respond({ status: 487 })
      one.relay = undefined
      one.owedAnswer?.('')
      one.owedAnswer = undefined
      for (const transaction of one.waiting.splice(0)) transaction.respond({ status: 487 })
    }
  }

  #judge(from: Side, to: Side, transaction: ServerTransaction): void {
    const { method } = transaction.request
    if (method === 'ACK') this.#ack(from, to, transaction.request.body)
    else if (!this.#open) transaction.respond({ status: 481 })
    else if (method === 'INVITE') this.#reinvite(from, to, transaction)
    else if (method === 'UPDATE') this.#update(from, to, transaction)
    else if (method === 'INFO') {
      relayInfo(transaction, to.dialog, () => this.#events.vanished(to.name))
    } else transaction.respond(plainAnswer(method))
  }

  #ack(from: Side, to: Side, body: string): void {
    const owed = from.owedAnswer
    from.owedAnswer = undefined
    if (owed !== undefined) {
      from.dialog.received = body
      owed(body)
    }
    if (from.confirmed) return
    from.confirmed = true
    if (from === this.#caller && !this.#acknowledged) {
      this.#acknowledged = true
      this.#events.acknowledged(body)
    }
    // RFC 3261 §14.1: what the other side wanted to change meanwhile may go on now.
    for (const transaction of to.waiting.splice(0)) this.#judge(to, from, transaction)
  }

  #reinvite(from: Side, to: Side, transaction: ServerTransaction): void {
    const { request } = transaction
    if (from.relay !== undefined || from.owedAnswer !== undefined) {
      // §14.2: a second one while the first is pending.
      transaction.respond({ status: 500, headers: { 'Retry-After': '3' } })
    } else if (to.relay !== undefined || to.owedAnswer !== undefined) {
      transaction.respond({ status: 491 }) // glare: the other side's is on its way to this one
    } else if (request.body !== '' && request.body === from.dialog.received) {
      this.#answerRefresh(from, transaction, from.dialog.sent) // nothing changes for the other side
    } else if (!to.confirmed) {
      if (to.waiting.length + from.waiting.length > 0) transaction.respond({ status: 491 })
      else this.#wait(from, transaction)
    } else this.#relay(from, to, transaction)
  }

  #wait(from: Side, transaction: ServerTransaction): void {
    from.waiting.push(transaction)
    transaction.onCancel(() => from.waiting.splice(from.waiting.indexOf(transaction) >>> 0, 1))
  }

  #update(from: Side, to: Side, transaction: ServerTransaction): void {
    const { request } = transaction
    if (request.body === '' || request.body === from.dialog.received) {
      this.#answerRefresh(from, transaction, request.body === '' ? '' : from.dialog.sent)
    } else if (from.relay !== undefined || from.owedAnswer !== undefined) {
      transaction.respond({ status: 500, headers: { 'Retry-After': '3' } }) // RFC 3311 §5.2
    } else if (to.relay !== undefined || to.owedAnswer !== undefined) {
      transaction.respond({ status: 491 })
    } else this.#relay(from, to, transaction)
  }

  /** RFC 4028: a refresh concerns one dialog only; the other has its own. */
  #answerRefresh(from: Side, transaction: ServerTransaction, body: string): void {
    const { headers, timer } = answerRefresh(transaction.request, from.dialog.timer)
    from.dialog.timer = timer
    if (transaction.request.method === 'INVITE') from.confirmed = false
    const typed = withType(headers, body, transaction.request)
    transaction.respond({ status: 200, body, headers: typed })
  }

  #relay(from: Side, to: Side, transaction: ServerTransaction): void {
    const { request } = transaction
    const relay: NonNullable<Side['relay']> = { transaction }
    from.relay = relay
    transaction.onCancel(() => {
      if (from.relay === relay) relay.client?.cancel({})
    })
    const headers = withType(refreshTimer(to.dialog.timer), request.body, request)
    relay.client = to.dialog.send(request.method, headers, request.body, {
      progress() {},
      answered: (response, ack) => this.#relayed(from, to, relay, response, ack),
      failed: (status) => {
        if (from.relay !== relay) return
        from.relay = undefined
        // 0, not sent: an INVITE of that side is before the server already, which is glare (§14.1).
        transaction.respond({ status: status === 0 ? 491 : relayableStatus(status) })
        if (isSideGone(status)) this.#events.vanished(to.name)
      },
    })
  }

  #relayed(
    from: Side, to: Side, relay: NonNullable<Side['relay']>, response: SipResponse,
    ack: (body?: string) => void,
  ): void {
    const { request } = relay.transaction
    const late = request.body === ''
    if (from.relay !== relay) {
      // The call ended while this 200 was on its way: acknowledge, the BYE is behind it.
      ack(late ? refuseOffer(response.body) : undefined)
      return
    }
    from.relay = undefined
    const before = from.dialog.received
    to.dialog.received = response.body
    if (late) from.owedAnswer = (sdp) => ack(sdp === '' ? refuseOffer(response.body) : sdp)
    else {
      ack()
      to.dialog.sent = request.body
      from.dialog.received = request.body
    }
    from.dialog.sent = response.body
    const { headers, timer } = answerRefresh(request, from.dialog.timer)
    from.dialog.timer = timer
    if (request.method === 'INVITE') from.confirmed = false
    const { body } = response
    const typed = withType(headers, body, response)
    relay.transaction.respond({ status: 200, body, headers: typed }, (error) => {
      if (error === undefined || !this.#open) return
      // Its CANCEL crossed the 200: it keeps the old session, so the other side must go back to it.
      this.#restore(from, to, before)
    })
  }

  #restore(from: Side, to: Side, sdp: string): void {
    from.confirmed = true
    from.owedAnswer?.('')
    from.owedAnswer = undefined
    from.dialog.received = sdp
    to.dialog.sent = sdp
    const headers = { ...refreshTimer(to.dialog.timer), 'Content-Type': 'application/sdp' }
    to.dialog.send('INVITE', headers, sdp, {
      progress() {},
      answered: (response, ack) => {
        to.dialog.received = response.body
        ack()
      },
      failed() {}, // it stays with the newer description; either side can renegotiate
    })
  }
}

function side(name: Side['name'], dialog: SipDialog, confirmed: boolean): Side {
  return { name, dialog, relay: undefined, owedAnswer: undefined, confirmed, waiting: [] }
}
