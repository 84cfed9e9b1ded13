/**
 * A telephone of the wire simulation: a stack with a user who calls, answers, rejects, cancels,
 * changes the call and hangs up at instants drawn by the wire's seed, and who remembers what
 * happened.
 */
import type { Output } from '../../src/sip/events.ts'
import type { SipMessage } from '../../src/sip/message.ts'
import { parseDraft } from '../../src/sip/parser.ts'
import { Stack } from '../../src/sip/stack.ts'
import { sdp, sip } from './stack-probe.ts'
import type { End, Wire } from './wire.ts'

/** How a phone treats a call, in virtual milliseconds; undefined: it does not do that. */
export interface Habits {
  readonly ringAfterMs: number | undefined
  readonly answerAfterMs: number | undefined
  readonly rejectAfterMs: number | undefined
  readonly cancelAfterMs: number | undefined
  readonly acknowledgeAfterMs: number
  readonly reinviteAfterMs: number | undefined
  readonly infoAfterMs: number | undefined
  readonly hangUpAfterMs: number | undefined
  /** Rings reliably and acknowledges reliable ringing (RFC 3262). */
  readonly isReliable: boolean
  /** Its user is gone from then on, and says nothing more. */
  readonly vanishAfterMs?: number | undefined
  /** Session-Expires of its 2xx (RFC 4028). */
  readonly sessionExpires: string | undefined
}

/** What became of the call, as one side sees it. */
export type Ending = 'none' | 'talked' | 'rejected' | 'cancelled' | 'timeout'

export class Phone implements End {
  readonly address: string
  readonly stack: Stack
  /** Its first answer to, or from, the other side. */
  ending: Ending = 'none'
  /** The call was up and is over. */
  hasEnded = false
  hasTalked = false
  hasVanished = false
  /** Requests handed to the user; none may come twice. */
  readonly seen: string[] = []
  readonly refusals: string[] = []
  readonly #wire: Wire
  readonly #habits: Habits
  #dialog = ''
  #invite = ''
  #hasHungUp = false
  #ids = 0

  constructor(wire: Wire, address: string, habits: Habits) {
    this.#wire = wire
    this.#habits = habits
    this.address = address
    this.stack = new Stack({
      listenPoints: [{ transport: 'udp', address, port: 5060 }],
      random: wire.random,
      newId: () => `${address}-${++this.#ids}`,
    })
    wire.attach(this)
    if (habits.vanishAfterMs !== undefined) wire.after(habits.vanishAfterMs, () => this.#vanish())
  }

  call(address: string): void {
    const line = `INVITE sip:callee@${address} SIP/2.0`
    this.#request(undefined, sip(line, 'Supported: 100rel, timer', '', '') + sdp)
    // Nobody waits for ever.
    this.#wire.after(this.#habits.cancelAfterMs ?? 120_000, () => this.#cancel())
  }

  onOutput(output: Output): void {
    switch (output.type) {
      case 'request':
        return this.#onRequest(output)
      case 'response':
        return this.#onResponse(output)
      case 'accepted':
        if (output.message?.method === 'INVITE' && this.#invite === '') {
          this.#invite = output.transaction
        }
        return
      case 'ack':
        return this.#onEstablished()
      case 'cancelled':
        this.ending = 'cancelled'
        return
      case 'dialogEnded':
        this.hasEnded = true
        return
      case 'refused':
        this.refusals.push(output.reason)
    }
  }

  #onRequest(output: Extract<Output, { type: 'request' }>): void {
    const { transaction, message } = output
    const { method } = message
    if (this.hasVanished) return
    this.seen.push(`${message.cseqNumber} ${method}`)
    this.#give({ type: 'claim', now: this.#wire.nowMs, transaction, owner: 1 })
    if (method === 'INVITE' && output.dialog === '') return this.#onCall(transaction)
    if (method === 'BYE') this.hasEnded = true
    const body = method === 'INVITE' ? sdp : ''
    const delay = method === 'INVITE' ? Math.floor(this.#wire.random() * 400) : 0
    this.#wire.after(delay, () => this.#respond(transaction, '200 OK', body))
  }

  #onCall(transaction: string): void {
    const { ringAfterMs, answerAfterMs, rejectAfterMs, isReliable, sessionExpires } = this.#habits
    const later = (delay: number | undefined, run: () => void): void => {
      if (delay !== undefined) this.#wire.after(delay, run)
    }
    const ringing = isReliable ? '180 Ringing\nRequire: 100rel' : '180 Ringing'
    later(ringAfterMs, () => this.#respond(transaction, ringing, ''))
    later(rejectAfterMs, () => {
      if (this.#respond(transaction, '486 Busy Here', '')) this.ending = 'rejected'
    })
    later(answerAfterMs, () => {
      const session = sessionExpires === undefined ? '' : `\nSession-Expires: ${sessionExpires}`
      const accepted = this.#respond(transaction, '200 OK' + session, sdp)
      if (accepted === undefined) return
      this.ending = 'talked'
      this.hasTalked = true
      this.#dialog = accepted
    })
  }

  #onResponse(output: Extract<Output, { type: 'response' }>): void {
    const { message, dialog, transaction } = output
    const { status } = message
    if (status < 200) return this.#onRinging(message, dialog)
    if (message.cseqMethod === 'BYE') this.hasEnded = true
    if (message.cseqMethod !== 'INVITE') return
    if (status < 300) {
      this.#dialog = dialog
      this.#wire.after(this.#habits.acknowledgeAfterMs, () => this.#acknowledge())
      if (transaction === this.#invite && !this.hasTalked) {
        this.ending = 'talked'
        this.hasTalked = true
        this.#onEstablished()
      }
      return
    }
    if (transaction !== this.#invite || this.hasTalked) return
    this.ending = status === 487 ? 'cancelled' : status === 408 ? 'timeout' : 'rejected'
  }

  #onRinging(message: SipMessage, dialog: string): void {
    const rseq = message.get('RSeq')
    if (rseq === undefined || message.cseqMethod !== 'INVITE') return
    const rack = `RAck: ${rseq} ${message.cseqNumber} INVITE`
    this.#request(dialog, sip('PRACK sip:placeholder SIP/2.0', rack))
  }

  /** The call is up: plans what this phone does in it, once. */
  #onEstablished(): void {
    const { reinviteAfterMs, infoAfterMs, hangUpAfterMs } = this.#habits
    if (this.#hasHungUp) return
    this.#hasHungUp = true
    const later = (delay: number | undefined, method: string, body: string): void => {
      if (delay === undefined) return
      const text = sip(method + ' sip:placeholder SIP/2.0', '', '') + body
      this.#wire.after(delay, () => this.#request(this.#dialog, text))
    }
    later(reinviteAfterMs, 'INVITE', sdp)
    later(infoAfterMs, 'INFO', '')
    later(hangUpAfterMs, 'BYE', '')
  }

  #vanish(): void {
    this.hasVanished = true
    this.#give({ type: 'release', now: this.#wire.nowMs, owner: 1 })
  }

  /** Sends a response; the dialog id when the stack took it. */
  #respond(transaction: string, status: string, body: string): string | undefined {
    if (this.hasVanished) return undefined
    const before = this.refusals.length
    const draft = parseDraft(sip('SIP/2.0 ' + status, '', '') + body)
    let dialog: string | undefined
    const token = 'respond'
    const now = this.#wire.nowMs
    for (const output of this.#handle({ type: 'respond', now, token, transaction, draft })) {
      if (output.type === 'accepted') dialog = output.dialog
    }
    return this.refusals.length > before ? undefined : dialog
  }

  #request(dialog: string | undefined, text: string): void {
    const draft = parseDraft(text)
    const where = dialog === undefined ? {} : { dialog }
    const now = this.#wire.nowMs
    this.#give({ type: 'request', now, token: 'request', owner: 1, draft, ...where })
  }

  #acknowledge(): void {
    const draft = parseDraft(sip('ACK sip:placeholder SIP/2.0'))
    const { nowMs } = this.#wire
    this.#give({ type: 'ack', now: nowMs, token: 'ack', owner: 1, dialog: this.#dialog, draft })
  }

  #cancel(): void {
    const draft = parseDraft(sip('CANCEL sip:placeholder SIP/2.0'))
    const { nowMs } = this.#wire
    this.#give({ type: 'cancel', now: nowMs, token: 'cancel', transaction: this.#invite, draft })
  }

  #give(input: Parameters<Stack['handle']>[0]): void {
    this.#handle(input)
  }

  /** Like `give` of the wire; returns the outputs as well. */
  #handle(input: Parameters<Stack['handle']>[0]): Output[] {
    const outputs: Output[] = []
    for (const output of this.stack.handle(input)) {
      outputs.push(output)
      this.#wire.carryOut(this, output)
    }
    return outputs
  }
}
