/**
 * Notes what the application sees of SIP for one call. On the way of a message it keeps a reference
 * to the text that is there anyway, the time, and little else; texts are put together and cleaned
 * only when somebody reads them. What the SIP server does by itself (100, 487, ACK of a refusal) is
 * not seen here. It decides nothing and delays nothing.
 */
import type { Clock, Ms } from '../clock.ts'
import type { CallLadder, LadderEntry, LadderWire } from '../call/ladder.ts'
import {
  carriesSdp, cleanMessage, firstLine, orderedRequest, orderedResponse,
} from '../call/ladder.ts'
import type {
  Answer, ClientTransaction, OutgoingRequest, ServerTransaction, SipMessage, SipRequest,
  SipResponse, SipServer, WireText,
} from './sip-port.ts'

/** A call that goes round for three minutes stays below; a flood of INFOs does not. */
const mostMessages = 200
const mostChars = 64 * 1024
const callerLane = 'caller'

interface Seen {
  readonly at: Ms
  readonly lane: string
  readonly isOut: boolean
  readonly method: string
  /** 0: a request. */
  readonly status: number
  /** As it was on the wire. */
  wire: WireText | undefined
  /** Its text would be beyond the bound. */
  isLong: boolean
  /** What was ordered, while or unless `wire` is told. */
  readonly ordered: OutgoingRequest | Answer | undefined
  /** The request that a response answers. */
  readonly request: WireText | undefined
}

export class LadderRecorder {
  readonly #clock: Clock
  readonly #startMs: Ms
  readonly #startedAt: number
  readonly #seen: Seen[] = []
  #chars = 0
  #leftOut = 0
  #changes = 0
  #answered = false

  /** Begins now: its times count from here. */
  constructor(clock: Clock) {
    this.#clock = clock
    this.#startMs = clock.nowMs()
    this.#startedAt = clock.wallMs()
  }

  /** Rises with everything noted. */
  get changes(): number {
    return this.#changes
  }

  /** The caller was answered with a 2xx. */
  get isAnswered(): boolean {
    return this.#answered
  }

  /** A request of the far end. */
  received(lane: string, request: SipRequest): void {
    this.#note(lane, false, request.method, 0, request.wire, undefined, undefined)
  }

  /** A CANCEL of the caller. */
  cancelled(cancel: SipMessage): void {
    this.#note(callerLane, false, 'CANCEL', 0, cancel.wire, undefined, undefined)
  }

  /** The server as a leg or the caller's dialog is to use it. */
  server(lane: string, server: SipServer): SipServer {
    return {
      send: (request, events) => {
        const { method } = request
        const seen = this.#note(lane, true, method, 0, undefined, request, undefined)
        let ordered: Seen | undefined
        const transaction = server.send(request, {
          progress: (response) => {
            this.#response(lane, method, response)
            events.progress(response)
          },
          answered: (response, ack) => {
            this.#response(lane, method, response)
            events.answered(response, method === 'INVITE'
              ? (body) => {
                this.#acknowledge(lane, request, body)
                ack(body)
              }
              : ack)
          },
          failed: (status, response) => {
            if (response !== undefined) this.#response(lane, method, response)
            events.failed(status, response)
          },
          challenged: (response) => this.#response(lane, method, response),
          sent: (message, sentMethod) => {
            if (sentMethod === 'CANCEL') this.#went(ordered, message)
            // Once more, with credentials.
            else if (seen?.wire !== undefined) {
              this.#note(lane, true, sentMethod, 0, message.wire, undefined, undefined)
            } else this.#went(seen, message)
          },
        })
        return this.#cancellable(lane, request, transaction, (cancel) => { ordered = cancel })
      },
      listen: (dialogId, run) => server.listen(dialogId, (transaction) => {
        this.received(lane, transaction.request)
        run(this.transaction(lane, transaction))
      }),
    }
  }

  /** The transaction as whoever answers it is to use it; its request is noted by `received`. */
  transaction(lane: string, transaction: ServerTransaction): ServerTransaction {
    const { request } = transaction
    const { method, wire: asked } = request
    return {
      request,
      onCancel: (run) => transaction.onCancel(run),
      respond: (answer, done) => {
        const { status } = answer
        if (status >= 200 && status < 300 && lane === callerLane && method === 'INVITE') {
          this.#answered = true
        }
        const seen = this.#note(lane, true, method, status, undefined, answer, asked)
        transaction.respond(answer, done === undefined ? undefined : (error, dialogId, sent) => {
          if (sent !== undefined) this.#went(seen, sent)
          done(error, dialogId, sent)
        })
      },
    }
  }

  /** All of it so far, cleaned, as it is stored. */
  read(): CallLadder {
    const entries: LadderEntry[] = []
    let texts = 0
    for (const seen of this.#seen) {
      const whole = seen.wire?.text ?? orderedText(seen)
      if (seen.isLong) texts++
      entries.push({
        atMs: Math.round((seen.at - this.#startMs) * 1000) / 1000,
        lane: seen.lane,
        direction: seen.isOut ? 'out' : 'in',
        method: seen.method,
        status: seen.status === 0 ? null : seen.status,
        line: firstLine(whole).slice(0, 300),
        hasSdp: carriesSdp(whole),
        text: seen.isLong ? '' : cleanMessage(whole),
        exact: seen.wire !== undefined,
        wire: wireOf(seen),
      })
    }
    return {
      startedAt: this.#startedAt, entries, leftOut: { messages: this.#leftOut, texts },
    }
  }

  #response(lane: string, method: string, response: SipResponse): void {
    this.#note(lane, false, method, response.status, response.wire, undefined, undefined)
  }

  #acknowledge(lane: string, invite: OutgoingRequest, body = ''): void {
    const { uri = '', headers } = invite
    const type = headers['Content-Type'] ?? 'application/sdp'
    const ordered = {
      method: 'ACK', uri, body, headers: body === '' ? {} : { 'Content-Type': type },
    }
    this.#note(lane, true, 'ACK', 0, undefined, ordered, undefined)
  }

  #cancellable(
    lane: string, { method, uri = '' }: OutgoingRequest, transaction: ClientTransaction,
    noted: (cancel: Seen | undefined) => void,
  ): ClientTransaction {
    if (method !== 'INVITE') return transaction
    let isCancelled = false
    return {
      cancel: (headers) => {
        if (!isCancelled) {
          const ordered = { method: 'CANCEL', uri, headers, body: '' }
          noted(this.#note(lane, true, 'CANCEL', 0, undefined, ordered, undefined))
        }
        isCancelled = true
        transaction.cancel(headers)
      },
    }
  }

  /** The server has told how it went out. */
  #went(seen: Seen | undefined, { wire }: SipMessage): void {
    if (seen === undefined || wire === undefined) return
    this.#changes++
    seen.wire = wire
    this.#chars += wire.text.length
    if (this.#chars > mostChars) this.#tooLong(seen)
  }

  #note(
    lane: string, isOut: boolean, method: string, status: number, wire: WireText | undefined,
    ordered: OutgoingRequest | Answer | undefined, request: WireText | undefined,
  ): Seen | undefined {
    this.#changes++
    if (this.#seen.length >= mostMessages) {
      this.#leftOut++
      return undefined
    }
    const seen: Seen = {
      at: this.#clock.nowMs(), lane, isOut, method, status, wire, ordered, request, isLong: false,
    }
    this.#seen.push(seen)
    if (wire !== undefined) {
      this.#chars += wire.text.length
      if (this.#chars > mostChars) this.#tooLong(seen)
    }
    return seen
  }

  /** Only its first line is kept. */
  #tooLong(seen: Seen): void {
    const { wire } = seen
    if (wire === undefined) return
    this.#chars -= wire.text.length
    seen.isLong = true
    // Put together anew: a part of a text keeps the whole of it in memory.
    seen.wire = { ...wire, text: [...firstLine(wire.text).slice(0, 300)].join('') }
  }
}

/** The server as `lane` of a call is to use it; as it is when no ladder is kept. */
export function seenServer(
  ladder: LadderRecorder | undefined, lane: string, server: SipServer,
): SipServer {
  return ladder === undefined ? server : ladder.server(lane, server)
}

function orderedText({ method, status, ordered, request }: Seen): string {
  if (status === 0) {
    const { uri = '', headers = {}, body = '' } = (ordered ?? {}) as Partial<OutgoingRequest>
    return orderedRequest(method, uri, headers, body)
  }
  const { phrase = '', headers = {}, body = '' } = (ordered ?? {}) as Partial<Answer>
  return orderedResponse(status, phrase, headers, body, request?.text ?? '')
}

function wireOf({ wire, request }: Seen): LadderWire {
  const known = wire ?? request
  return {
    protocol: known?.protocol ?? '',
    remote: wire?.remote || request?.remote || '',
    local: wire?.local || request?.local || '',
  }
}
