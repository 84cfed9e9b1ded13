/**
 * A call to a personal number that comes from no network: its phone is an endpoint of the errand
 * desk. Seen from the call it is an INVITE like any other and the dialog that becomes of it; no SIP
 * message exists.
 */
import type {
  Answer, ClientEvents, ClientTransaction, OutgoingRequest, ServerTransaction, SipMessage,
  SipRequest, SipResponse, SipServer,
} from './sip-port.ts'

/** What plays the caller's phone. */
export interface VirtualPhone {
  /** Its offer. */
  readonly offer: string
  /** Early media: a session description in answer to the offer. */
  early(sdp: string): void
  /** He is answered. */
  answered(sdp: string): void
  /** The other side offers a change; gives the answer. Rejects when it cannot. */
  reoffer(sdp: string): Promise<string>
  /** The call is over for him, whatever became of it. Told once. */
  ended(): void
}

export class VirtualCall implements ServerTransaction {
  readonly request: SipRequest
  readonly #phone: VirtualPhone
  readonly #dialogId: string
  #state: 'ringing' | 'talking' | 'over' = 'ringing'
  #onCancel: ((cancel: SipMessage) => void) | undefined
  #listener: ((transaction: ServerTransaction) => void) | undefined

  /** `callId` is unique among all calls. */
  constructor(callId: string, phone: VirtualPhone) {
    this.#phone = phone
    this.#dialogId = callId
    this.request = virtualRequest('INVITE', phone.offer, '')
  }

  /** The caller's side of it hangs up, or cancels while it rings. */
  hangUp(): void {
    const { request } = this
    if (this.#state === 'over') return
    const wasRinging = this.#state === 'ringing'
    this.#end()
    if (wasRinging) this.#onCancel?.(request)
    else this.#deliver('BYE')
  }

  respond(answer: Answer, done?: (error: string | undefined, dialogId: string) => void): void {
    const isGone = this.#state !== 'ringing'
    queueMicrotask(() => done?.(isGone ? 'the call is over' : undefined, this.#dialogId))
    if (isGone) return
    const { status, body = '' } = answer
    if (status >= 300) return this.#end()
    if (status >= 200) {
      this.#state = 'talking'
      this.#phone.answered(body)
      // Behind `done`: by then somebody listens to the dialog.
      queueMicrotask(() => queueMicrotask(() => this.#deliver('ACK')))
    } else if (body !== '') this.#phone.early(body)
  }

  onCancel(run: (cancel: SipMessage) => void): void {
    this.#onCancel = run
  }

  /** The SIP server as this call sees it: its own dialog is here, all others are there. */
  serverWith(server: SipServer): SipServer {
    return {
      send: (request, events) => request.dialogId === this.#dialogId
        ? this.#receive(request, events)
        : server.send(request, events),
      listen: (dialogId, run) => {
        if (dialogId !== this.#dialogId) return server.listen(dialogId, run)
        this.#listener = run
        return () => { this.#listener = undefined }
      },
    }
  }

  #receive(request: OutgoingRequest, events: ClientEvents): ClientTransaction {
    const { method, body } = request
    const ok = (sdp: string): void =>
      events.answered(virtualResponse(200, sdp, this.#dialogId), () => {})
    const isOffer = (method === 'INVITE' || method === 'UPDATE') && body !== ''
    if (isOffer) {
      this.#phone.reoffer(body).then(ok, () => events.failed(488, undefined))
    } else {
      if (method === 'BYE') this.#end()
      // An INVITE without offer asks for ours, which is what it was.
      queueMicrotask(() => ok(method === 'INVITE' ? this.#phone.offer : ''))
    }
    return { cancel() {} }
  }

  #deliver(method: string): void {
    this.#listener?.({
      request: virtualRequest(method, '', this.#dialogId), respond() {}, onCancel() {},
    })
  }

  #end(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#phone.ended()
  }
}

function virtualRequest(method: string, body: string, dialogId: string): SipRequest {
  return { method, body, dialogId, uri: '', sourceAddress: '', header: () => undefined }
}

function virtualResponse(status: number, body: string, dialogId: string): SipResponse {
  return { status, body, dialogId, reason: '', header: () => undefined }
}
