/**
 * A SIP server and its phones in virtual time, behind the application's server port. It keeps the
 * promises of the real one (CANCEL held until a provisional, 408 when nobody answers, 487 to a
 * cancelled caller, BYE for a 200 nobody acknowledged) and notes every breach of what SIP asks of
 * the application: a 2xx without ACK, a dialog without end, a second final response.
 */
import type { Ms } from '../../src/clock.ts'
import type {
  Answer, ClientEvents, ClientTransaction, Headers, OutgoingRequest, ServerTransaction, SipMessage,
  SipRequest, SipResponse, SipServer,
} from '../../src/app/sip-port.ts'
import type { SteppingClock } from './stepping-clock.ts'

/** What a phone does with an INVITE, in milliseconds from its arrival. Nothing given: silent. */
export interface Phone {
  readonly ringsAfter?: Ms
  readonly early?: string
  readonly finalAfter?: Ms
  readonly status?: number
  readonly headers?: Headers
  readonly sdp?: string
  /** Answers 200 so long after a CANCEL instead of giving 487. */
  readonly answersCancelAfter?: Ms
  /** Sends BYE so long after its answer. */
  readonly hangsUpAfter?: Ms
  /** Never answers our BYE: the server makes up a 408 after 32 s. */
  readonly deafToBye?: boolean
}

const networkMs = 1
const timeoutMs = 32_000

export function message(headers: Headers, body = ''): SipMessage {
  return { header: (name) => headers[name], body }
}

export function request(method: string, headers: Headers = {}, body = '', dialogId = ''): SipRequest {
  return { ...message(headers, body), method, uri: 'sip:placeholder', sourceAddress: '192.0.2.1', dialogId }
}

export function response(status: number, headers: Headers = {}, body = '', dialogId = ''): SipResponse {
  return { ...message(headers, body), status, reason: '', dialogId }
}

export interface SentInvite {
  readonly uri: string
  readonly headers: Headers
  readonly body: string
  readonly atMs: Ms
  cancelled: Headers | undefined
  final: number
  acked: string | undefined
}

export class FakeSipServer implements SipServer {
  readonly clock: SteppingClock
  /** Phone for a Request-URI; undefined = silent. */
  phone: (uri: string) => Phone | undefined = () => undefined
  readonly invites: SentInvite[] = []
  /** In-dialog requests the application sent: 'BYE out-1', and their Reason header. */
  readonly sent: { readonly what: string; readonly headers: Headers; readonly body: string; readonly events: ClientEvents }[] = []
  readonly breaches: string[] = []
  /** Dialogs that stand at the server. */
  readonly dialogs = new Set<string>()
  /** Answer of a phone to an in-dialog request other than BYE; undefined = the test answers itself. */
  inDialog: (what: string, body: string) => { status: number; headers?: Headers; body?: string } | undefined =
    () => ({ status: 200 })
  open = 0
  readonly #handlers = new Map<string, (transaction: ServerTransaction) => void>()
  readonly #phones = new Map<string, Phone>()
  #up = true
  #count = 0

  constructor(clock: SteppingClock) {
    this.clock = clock
  }

  after(ms: Ms, run: () => void): () => void {
    return this.clock.wakeAt(this.clock.nowMs() + ms, () => { if (this.#up) run() })
  }

  /** The control connection breaks: nothing arrives any more. */
  disconnect(): void {
    this.#up = false
    this.open = 0
    this.dialogs.clear()
  }

  listen(dialogId: string, run: (transaction: ServerTransaction) => void): () => void {
    this.#handlers.set(dialogId, run)
    return () => this.#handlers.delete(dialogId)
  }

  get listening(): number {
    return this.#handlers.size
  }

  send(out: OutgoingRequest, events: ClientEvents): ClientTransaction {
    if (!this.#up) {
      queueMicrotask(() => events.failed(0, undefined))
      return { cancel() {} }
    }
    if (out.dialogId !== undefined) return this.#sendInDialog(out.dialogId, out, events)
    return new FakeInvite(this, out, events, this.phone(out.uri ?? ''), `out-${++this.#count}`)
  }

  /** A request of a phone or caller inside a dialog. */
  receive(dialogId: string, method: string, headers: Headers = {}, body = ''): Promise<Answer> {
    return new Promise((resolve) => {
      const handler = this.#handlers.get(dialogId)
      if (handler === undefined) return resolve({ status: 481 })
      if (method === 'BYE') this.dialogs.delete(dialogId)
      handler({
        request: request(method, headers, body, dialogId),
        respond: (answer, done) => {
          resolve(answer)
          if (done !== undefined) this.after(0, () => done(undefined, dialogId))
        },
        onCancel() {},
      })
    })
  }

  /** Hands a transaction of the test's own to whoever listens to the dialog. */
  deliver(dialogId: string, transaction: ServerTransaction): void {
    this.#handlers.get(dialogId)?.(transaction)
  }

  /** A dialog begins; its far end may hang up by itself. */
  establish(dialogId: string, phone: Phone): void {
    this.dialogs.add(dialogId)
    this.#phones.set(dialogId, phone)
    if (phone.hangsUpAfter === undefined) return
    this.after(phone.hangsUpAfter, () => {
      if (this.dialogs.has(dialogId)) void this.receive(dialogId, 'BYE', { reason: 'Q.850;cause=16' })
    })
  }

  #sendInDialog(dialogId: string, out: OutgoingRequest, events: ClientEvents): ClientTransaction {
    const what = `${out.method} ${dialogId}`
    this.sent.push({ what, headers: out.headers, body: out.body, events })
    if (out.method === 'BYE') {
      const deaf = this.#phones.get(dialogId)?.deafToBye === true
      if (!this.dialogs.delete(dialogId)) this.after(networkMs, () => events.failed(481, response(481)))
      else if (deaf) this.after(timeoutMs, () => events.failed(408, undefined))
      else this.after(networkMs * 2, () => events.answered(response(200), () => {}))
      return { cancel() {} }
    }
    const answer = this.inDialog(what, out.body)
    if (answer !== undefined) {
      this.after(networkMs * 2, () => {
        const got = response(answer.status, answer.headers, answer.body, dialogId)
        if (answer.status >= 300) events.failed(answer.status, got)
        else events.answered(got, () => {})
      })
    }
    return { cancel: () => { this.sent.push({ what: `CANCEL ${dialogId}`, headers: {}, body: '', events }) } }
  }
}

class FakeInvite implements ClientTransaction {
  readonly #server: FakeSipServer
  readonly #events: ClientEvents
  readonly #phone: Phone
  readonly #record: SentInvite
  readonly #dialogId: string
  readonly #timers: (() => void)[] = []
  #provisional = false
  #cancelHeld: Headers | undefined
  #done = false

  constructor(
    server: FakeSipServer, out: OutgoingRequest, events: ClientEvents, phone: Phone | undefined,
    dialogId: string,
  ) {
    this.#server = server
    this.#events = events
    this.#phone = phone ?? {}
    this.#dialogId = dialogId
    this.#record = {
      uri: out.uri ?? '', headers: out.headers, body: out.body, atMs: server.clock.nowMs(),
      cancelled: undefined, final: 0, acked: undefined,
    }
    server.invites.push(this.#record)
    server.open++
    const { ringsAfter, finalAfter } = this.#phone
    if (ringsAfter !== undefined) this.#after(networkMs + ringsAfter, () => this.#rings())
    if (finalAfter !== undefined) this.#after(networkMs + finalAfter, () => this.#final())
    if (ringsAfter === undefined && finalAfter === undefined) {
      this.#after(timeoutMs, () => this.#fail(408))
    }
  }

  cancel(headers: Headers): void {
    if (this.#done || this.#cancelHeld !== undefined) return
    this.#cancelHeld = headers
    if (this.#provisional) this.#sendCancel()
  }

  #after(ms: Ms, run: () => void): void {
    this.#timers.push(this.#server.after(ms, run))
  }

  #rings(): void {
    if (this.#done) return
    this.#provisional = true
    const early = this.#phone.early ?? ''
    if (this.#cancelHeld !== undefined && this.#record.cancelled === undefined) this.#sendCancel()
    this.#events.progress(response(early === '' ? 180 : 183, {}, early, this.#dialogId))
  }

  #sendCancel(): void {
    this.#record.cancelled = this.#cancelHeld
    const late = this.#phone.answersCancelAfter
    if (late !== undefined) this.#after(late, () => this.#answer())
    else this.#after(networkMs * 2, () => this.#fail(487))
  }

  #final(): void {
    const status = this.#phone.status ?? 200
    if (status === 200) this.#answer()
    else this.#fail(status)
  }

  #answer(): void {
    if (!this.#finish(200)) return
    this.#server.establish(this.#dialogId, this.#phone)
    const overdue = this.#server.after(timeoutMs + 1000, () => this.#server.breaches.push('2xx without ACK'))
    const { headers, sdp } = this.#phone
    const got = response(200, { 'content-type': 'application/sdp', ...headers }, sdp ?? `v=0 ${this.#dialogId}`, this.#dialogId)
    this.#events.answered(got, (body) => {
      overdue()
      if (this.#record.acked !== undefined) this.#server.breaches.push('second ACK')
      this.#record.acked = body ?? ''
    })
  }

  #fail(status: number): void {
    if (this.#finish(status)) {
      this.#events.failed(status, response(status, this.#phone.headers, '', this.#dialogId))
    }
  }

  #finish(status: number): boolean {
    if (this.#done) return false
    this.#done = true
    this.#record.final = status
    this.#server.open--
    for (const cancel of this.#timers) cancel()
    return true
  }
}

/** A caller: one INVITE to the application and what he got for it. */
export class FakeCaller implements ServerTransaction {
  readonly request: SipRequest
  readonly responses: Answer[] = []
  readonly dialogId: string
  final = 0
  /** Whether and how long after a 200 his ACK comes, and with what body. */
  ackAfter: Ms | undefined = networkMs
  ackBody = ''
  hangsUpAfter: Ms | undefined
  cancelled = false
  readonly #server: FakeSipServer
  #onCancel: ((cancel: SipMessage) => void) | undefined
  #appDone = false

  constructor(server: FakeSipServer, invite: SipRequest) {
    this.#server = server
    this.request = invite
    this.dialogId = `in-${invite.header('call-id') ?? ''}`
  }

  onCancel(run: (cancel: SipMessage) => void): void {
    this.#onCancel = run
  }

  /** His CANCEL reaches the server now. */
  cancel(reason = ''): void {
    if (this.final !== 0) return
    this.final = 487
    this.cancelled = true
    this.#server.after(networkMs, () => {
      if (!this.#appDone) this.#onCancel?.(message(reason === '' ? {} : { reason }))
    })
  }

  hangUp(): void {
    if (this.#server.dialogs.has(this.dialogId)) void this.#server.receive(this.dialogId, 'BYE')
  }

  respond(answer: Answer, done?: (error: string | undefined, dialogId: string) => void): void {
    if (answer.status >= 200) {
      if (this.#appDone) this.#server.breaches.push(`second final ${answer.status}`)
      this.#appDone = true
    }
    this.#server.after(networkMs, () => {
      if (this.final !== 0) {
        this.#server.after(networkMs, () => done?.('unknown transaction', ''))
        return
      }
      this.responses.push(answer)
      if (answer.status >= 200) this.#finalArrived(answer)
      this.#server.after(networkMs, () => done?.(undefined, this.dialogId))
    })
  }

  #finalArrived(answer: Answer): void {
    this.final = answer.status
    if (answer.status >= 300) return
    const hangsUp = this.hangsUpAfter
    this.#server.establish(this.dialogId, hangsUp === undefined ? {} : { hangsUpAfter: hangsUp + 3 })
    if (this.ackAfter !== undefined) {
      this.#server.after(this.ackAfter + 2, () => {
        if (this.#server.dialogs.has(this.dialogId)) {
          void this.#server.receive(this.dialogId, 'ACK', {}, this.ackBody)
        }
      })
    } else {
      this.#server.after(timeoutMs, () => {
        if (this.#server.dialogs.has(this.dialogId)) {
          void this.#server.receive(this.dialogId, 'BYE', { reason: 'SIP;cause=200;text="ACK timeout"' })
        }
      })
    }
  }
}
