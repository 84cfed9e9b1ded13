/**
 * The caller's side of a call until it is answered or refused: one INVITE server transaction. Keeps
 * its own flag of a CANCEL, which may come at any instant, also before anybody listens, and lets
 * nothing out after it (RFC 3261 §9.2; §13.3.1 for the responses).
 */
import type { CallCommand } from '../call/events.ts'
import type { LadderRecorder } from './ladder-recorder.ts'
import { reasonText } from './sip-dialog.ts'
import type { Headers, ServerTransaction, SipMessage } from './sip-port.ts'

export class CallerSide {
  #transaction: ServerTransaction
  #ladder: LadderRecorder | undefined
  #state: 'open' | 'answering' | 'answered' | 'over' = 'open'
  #cancelled: string | undefined
  #onCancel: ((reason: string) => void) | undefined
  #onLost: (() => void) | undefined
  #early: { readonly sdp: string; readonly contentType: string } | undefined

  /** Listens for the CANCEL before it does anything else. */
  constructor(transaction: ServerTransaction) {
    transaction.onCancel((cancel) => this.#cancel(cancel))
    this.#transaction = transaction
  }

  /** Notes the INVITE, and what goes to and fro from now on. Call before anything is answered. */
  noteIn(ladder: LadderRecorder): void {
    ladder.received('caller', this.#transaction.request)
    this.#ladder = ladder
    this.#transaction = ladder.transaction('caller', this.#transaction)
  }

  /** Reason text of the CANCEL, undefined while there was none. */
  get cancelled(): string | undefined {
    return this.#cancelled
  }

  /** A final response went out, or the transaction is gone. */
  get over(): boolean {
    return this.#state === 'answered' || this.#state === 'over'
  }

  /**
   * `onCancel` when he cancels; `onLost` when a provisional response finds the transaction gone.
   * A CANCEL that was already here is the listener's to look up in `cancelled`.
   */
  listen(onCancel: (reason: string) => void, onLost: () => void): void {
    this.#onCancel = onCancel
    this.#onLost = onLost
  }

  /** 180 without SDP; 183 again once early media has begun, so as not to cut it off. */
  ring(): void {
    if (this.#early === undefined) this.#provisional(180, '', {})
    else this.earlyMedia(this.#early.sdp, this.#early.contentType)
  }

  earlyMedia(sdp: string, contentType: string): void {
    this.#early = { sdp, contentType }
    this.#provisional(183, sdp, { 'Content-Type': contentType })
  }

  /** What made the early media is gone: the next `ring` is a plain 180 again. */
  endEarlyMedia(): void {
    this.#early = undefined
  }

  /** 200 with the callee's SDP. `done` gets the dialog id, or undefined when he is gone. */
  answer(sdp: string, headers: Headers, done: (dialogId: string | undefined) => void): void {
    if (this.#state !== 'open') {
      queueMicrotask(() => done(undefined))
      return
    }
    this.#state = 'answering'
    this.#transaction.respond({ status: 200, headers, body: sdp }, (error, dialogId) => {
      // His CANCEL crossed our 200, or the server gave the transaction up: the 200 did not go out.
      const connected = error === undefined && dialogId !== '' && this.#state === 'answering'
      this.#state = connected ? 'answered' : 'over'
      done(connected ? dialogId : undefined)
    })
  }

  /** Any final refusal; nothing when there is no transaction left to refuse. */
  refuse(status: number, phrase: string, headers: Headers = {}): void {
    if (this.#state !== 'open') return
    this.#state = 'over'
    this.#transaction.respond({ status, ...(phrase === '' ? {} : { phrase }), headers })
  }

  /** What the rules of the call order; the cause goes along as gateways want it (RFC 3326). */
  refuseAs(command: Extract<CallCommand, { do: 'refuseCaller' }>): void {
    const headers: Headers = {}
    if (command.q850 !== undefined) headers['Reason'] = `Q.850;cause=${command.q850}`
    if (command.retryAfterSeconds !== undefined) {
      headers['Retry-After'] = String(command.retryAfterSeconds)
    }
    this.refuse(command.status, command.phrase, headers)
  }

  /** The control connection is gone. */
  lost(): void {
    this.#state = 'over'
  }

  #provisional(status: number, body: string, headers: Headers): void {
    if (this.#state !== 'open') return
    this.#transaction.respond({ status, headers, body }, (error) => {
      if (error === undefined || this.#state !== 'open') return
      this.#state = 'over'
      this.#onLost?.()
    })
  }

  #cancel(cancel: SipMessage): void {
    this.#ladder?.cancelled(cancel)
    if (this.#cancelled !== undefined || this.#state === 'answered') return
    this.#cancelled = reasonText(cancel)
    if (this.#state === 'answering') return // the 200's own outcome tells that he is gone
    this.#state = 'over'
    this.#onCancel?.(this.#cancelled)
  }
}
