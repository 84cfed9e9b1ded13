/**
 * SMS over SMPP 3.4: one transceiver session with the operator's centre, bound when it is first
 * needed and again after each loss, watched by enquire_link; delivery receipts come back over it.
 * A submit whose answer does not come is tried again: then the centre may send twice.
 */
import smpp from 'smpp'
import type { Pdu, Session } from 'smpp'
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Sent } from './channel.ts'
import type { SmsSender } from './sms.ts'

export interface SmppOptions {
  /** smpp://system_id:password@host:port, ssmpp:// over TLS */
  readonly url: string
  /** The sender's name or number. */
  readonly from: string
  readonly clock: Clock
  readonly log: Log
  /** What the centre says later of a message it took. */
  readonly onReceipt: (
    externalId: string, receipt: { readonly delivered: boolean; readonly why: string }) => void
}

const bindMs: Ms = 10_000
const answerMs: Ms = 20_000
const enquireMs: Ms = 30_000
const firstPauseMs: Ms = 1000
const longestPauseMs: Ms = 60_000
/** SMPP 3.4 §5.1.3 */
const status = {
  ok: 0x00, systemError: 0x08, badSource: 0x0a, badDestination: 0x0b, bindFailed: 0x0d,
  queueFull: 0x14, throttled: 0x58,
} as const
/** §5.2.28, final ones that mean: it did not arrive. */
const lostStates: Readonly<Record<number, string>> = {
  3: 'EXPIRED', 4: 'DELETED', 5: 'UNDELIV', 8: 'REJECTD',
}
const deliveredState = 2
/** Letters that are the same in GSM 03.38 and ASCII. */
const plain = /^[A-Za-z0-9 \r\n!"#%&'()*+,\-./:;<=>?]*$/
const ucs2 = 8
const shortOctets = 140

/** Connects at the first message. */
export function createSmppSender(options: SmppOptions): SmsSender {
  const link = new SmppLink(options)
  return {
    send: (to, text, signal) => link.submit(to, text, signal),
    stop: () => link.stop(),
  }
}

class SmppLink {
  readonly #options: SmppOptions
  #session: Session | undefined
  #binding: Promise<Session | string> | undefined
  #failures = 0
  #retryAt: Ms = 0
  #stopWatch: Cancel = () => {}
  #stopped = false
  /** Called when the session is lost: answers awaited over it do not come any more. */
  readonly #losses = new Set<() => void>()

  constructor(options: SmppOptions) {
    this.#options = options
  }

  async submit(to: string, text: string, signal: AbortSignal): Promise<Sent> {
    const session = await this.#bound()
    if (typeof session === 'string') return { result: 'down', why: session }
    const reply = await this.#ask(answerMs, signal, (answer) =>
      session.submit_sm(this.#message(to, text), answer))
    if (reply === undefined) return { result: 'later', why: 'no answer to submit_sm' }
    return judge(reply)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const session = this.#session
    if (!session) return
    await this.#ask(1000, AbortSignal.timeout(5000), (answer) => session.unbind(answer))
    this.#drop(session)
  }

  #bound(): Promise<Session | string> {
    if (this.#stopped) return Promise.resolve('stopped')
    // First: the session is there before it may be used.
    if (this.#binding) return this.#binding
    if (this.#session) return Promise.resolve(this.#session)
    if (this.#options.clock.nowMs() < this.#retryAt)
      return Promise.resolve('the SMS centre does not answer')
    this.#binding = this.#bind().finally(() => { this.#binding = undefined })
    return this.#binding
  }

  async #bind(): Promise<Session | string> {
    const { url, clock, log } = this.#options
    const { hostname, port, protocol, username, password } = new URL(url)
    const tls = protocol === 'ssmpp:'
    const session = smpp.connect({
      host: hostname.replace(/^\[|\]$/g, ''), tls,
      port: port === '' ? (tls ? 3550 : 2775) : Number(port),
    })
    const lost = () => this.#drop(session)
    session.on('error', lost)
    session.on('close', lost)
    session.on('enquire_link', (pdu) => session.send(pdu.response()))
    session.on('deliver_sm', (pdu) => this.#receipt(session, pdu))
    session.on('unbind', (pdu) => {
      session.send(pdu.response())
      this.#drop(session)
    })
    this.#session = session
    const reply = await this.#ask(bindMs, undefined, (answer) => {
      session.on(tls ? 'secureConnect' : 'connect', () => {
        session.bind_transceiver({
          system_id: decodeURIComponent(username), password: decodeURIComponent(password),
          interface_version: 0x34, system_type: '',
        }, answer)
      })
      return true
    })
    if (reply?.command_status === status.ok) {
      this.#failures = 0
      this.#watch(session)
      log.info('bound to the SMS centre')
      return session
    }
    this.#drop(session)
    this.#retryAt = clock.nowMs()
      + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures++, 10))
    const why = reply === undefined
      ? 'the SMS centre does not answer' : `bind refused: status ${reply.command_status}`
    log.warn({ why }, 'no SMS can be sent')
    return why
  }

  /** A connection that is dead at the other end looks alive until somebody asks. */
  #watch(session: Session): void {
    const { clock } = this.#options
    this.#stopWatch = clock.wakeAt(clock.nowMs() + enquireMs, () => {
      void this.#ask(bindMs, undefined, (answer) => session.enquire_link(answer)).then((reply) => {
        if (this.#session !== session) return
        if (reply === undefined) this.#drop(session)
        else this.#watch(session)
      })
    })
  }

  #drop(session: Session): void {
    if (this.#session !== session) return
    this.#session = undefined
    this.#stopWatch()
    session.destroy()
    for (const lose of [...this.#losses]) lose()
  }

  /** The answer to a request; undefined when none came in time, or the session was lost. */
  #ask(
    forMs: Ms,
    signal: AbortSignal | undefined,
    start: (answer: (pdu: Pdu) => void) => boolean,
  ): Promise<Pdu | undefined> {
    const { clock } = this.#options
    return new Promise((done) => {
      const end = (reply?: Pdu) => {
        cancel()
        this.#losses.delete(end)
        signal?.removeEventListener('abort', stop)
        done(reply)
      }
      const stop = () => end()
      const cancel = clock.wakeAt(clock.nowMs() + forMs, stop)
      this.#losses.add(stop)
      signal?.addEventListener('abort', stop)
      if (signal?.aborted === true || !start(end)) end()
    })
  }

  #message(to: string, text: string): Readonly<Record<string, unknown>> {
    const { from } = this.#options
    const isPlain = plain.test(text)
    const octets = isPlain ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf16le').swap16()
    const isShort = octets.length <= (isPlain ? 160 : shortOctets)
    const isNumber = /^\+?\d+$/.test(from)
    return {
      // §5.2.5: 1 international, 5 alphanumeric; §5.2.6: 1 ISDN.
      source_addr_ton: isNumber ? 1 : 5,
      source_addr_npi: isNumber ? 1 : 0,
      source_addr: from.replace(/^\+/, ''),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: to.replace(/^\+/, ''),
      data_coding: isPlain ? 0 : ucs2,
      registered_delivery: 1,
      // The centre cuts what is longer than one SMS (§5.3.2.32).
      ...(isShort ? { short_message: octets } : { short_message: '', message_payload: octets }),
    }
  }

  #receipt(session: Session, pdu: Pdu): void {
    session.send(pdu.response())
    const receipt = readReceipt(pdu)
    if (receipt) this.#options.onReceipt(receipt.id, receipt)
  }
}

function judge(reply: Pdu): Sent {
  const { command_status: code, message_id: id = '' } = reply
  const why = `status 0x${code.toString(16)}`
  switch (code) {
    case status.ok: return { result: 'sent', externalId: id }
    case status.badDestination: return { result: 'never', why }
    case status.throttled:
    case status.queueFull: return { result: 'later', why, afterMs: 5000 }
    case status.badSource:
    case status.bindFailed:
    case status.systemError: return { result: 'down', why }
    default: return { result: 'later', why }
  }
}

/** By its parameters, or by the text of Appendix B; undefined: no receipt, or not a final one. */
function readReceipt(
  pdu: Pdu,
): { readonly id: string; readonly delivered: boolean; readonly why: string } | undefined {
  const text = textOf(pdu.short_message) || textOf(pdu.message_payload)
  const id = pdu.receipted_message_id ?? /\bid:(\S+)/.exec(text)?.[1]
  if (id === undefined) return undefined
  const word = /\bstat:([A-Z]+)/.exec(text)?.[1] ?? ''
  const state = pdu.message_state
  if (state === deliveredState || (state === undefined && word === 'DELIVRD'))
    return { id, delivered: true, why: '' }
  const lost = state === undefined
    ? Object.values(lostStates).find((name) => name === word) : lostStates[state]
  return lost === undefined ? undefined : { id, delivered: false, why: `not delivered: ${lost}` }
}

function textOf(value: Pdu['short_message']): string {
  if (value === undefined || typeof value === 'string') return value ?? ''
  if (Buffer.isBuffer(value)) return value.toString('latin1')
  return textOf(value.message)
}
