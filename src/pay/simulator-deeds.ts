/**
 * What a payer at the simulator wants besides paying: that notices come often, late, in another
 * order, forged, or not at all. Real payment systems do all of that, but not when one would like
 * it.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { HttpCall } from './http-call.ts'

/**
 * 'signature': a signature of somebody else. 'amount', 'order', 'test': a field changed after
 * signing. 'signedAmount': another sum, rightly signed. 'status': told as paid, which it is not.
 */
const forgeries = [
  'none', 'signature', 'amount', 'order', 'test', 'signedAmount', 'status',
] as const
export type Forgery = (typeof forgeries)[number]

export interface Deeds {
  readonly pays: boolean
  /** So many at once. */
  readonly repeat: number
  readonly delayMs: Ms
  readonly forge: Forgery
  /** The notice comes after that of the next payment. */
  readonly reorder: boolean
  /** No notice at all. */
  readonly lose: boolean
}

export interface NoticeReply {
  readonly status: number
  readonly body: string
}

const mostRepeats = 200
const longestDelayMs = 600_000
/** What is not accepted is told again, as the real ones do, though they take their time. */
const againMs: Ms = 1000
const mostTries = 60
const timeoutMs = 20_000

/** Reads the fields of the payment page's form; what is odd is as if it were not there. */
export function readDeeds(form: URLSearchParams): Deeds {
  const number = (name: string, most: number, otherwise: number): number => {
    const value = Number(form.get(name) ?? otherwise)
    return Number.isInteger(value) && value >= 0 ? Math.min(value, most) : otherwise
  }
  return {
    pays: form.get('refuse') === null,
    repeat: Math.max(1, number('repeat', mostRepeats, 1)),
    delayMs: number('delay', longestDelayMs, 0),
    forge: forgeries.find((one) => one === form.get('forge')) ?? 'none',
    reorder: form.get('reorder') !== null,
    lose: form.get('lose') !== null,
  }
}

/** Sends notices as they were ordered; one for a simulator. */
export class NoticeCourier {
  readonly #clock: Clock
  readonly #log: Log
  readonly #waiting = new Set<Cancel>()
  #held: (() => Promise<unknown>)[] = []

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** Answers what was replied to those sent at once; [] when they come later or never. */
  async deliver(notice: HttpCall, deeds: Deeds): Promise<readonly NoticeReply[]> {
    if (deeds.lose) return []
    const run = () => this.#sendAll(notice, deeds)
    if (deeds.delayMs > 0) {
      this.#later(deeds.delayMs, run)
      return []
    }
    if (deeds.reorder) {
      this.#held.push(run)
      return []
    }
    const replies = await run()
    const held = this.#held
    this.#held = []
    for (const next of held) await next()
    return replies
  }

  /** Nothing more is sent. */
  stop(): void {
    for (const cancel of this.#waiting) cancel()
    this.#waiting.clear()
  }

  #sendAll(notice: HttpCall, deeds: Deeds): Promise<readonly NoticeReply[]> {
    const tries = deeds.forge === 'none' ? mostTries : 1
    return Promise.all(Array.from({ length: deeds.repeat }, () => this.#sendOne(notice, tries)))
  }

  async #sendOne(notice: HttpCall, tries: number): Promise<NoticeReply> {
    const reply = await send(notice).catch((fault: unknown): NoticeReply => ({
      status: 0, body: String(fault),
    }))
    if (reply.status !== 200) {
      this.#log.info({ status: reply.status }, 'a notice was not accepted')
      if (tries > 1) this.#later(againMs, () => this.#sendOne(notice, tries - 1))
    }
    return reply
  }

  #later(ms: Ms, run: () => Promise<unknown>): void {
    const cancel = this.#clock.wakeAt(this.#clock.nowMs() + ms, () => {
      this.#waiting.delete(cancel)
      void run()
    })
    this.#waiting.add(cancel)
  }
}

async function send({ method, url, headers, body }: HttpCall): Promise<NoticeReply> {
  const response = await fetch(url, {
    method, headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, body: await response.text() }
}
