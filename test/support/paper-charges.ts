/**
 * The charge book on paper: one account in memory that any number of applications share, with the
 * rules of the real one (store/live-charges.ts, store/charge-call.ts) and the time that a database
 * takes. Its entries can be added up afterwards.
 */
import type { LegPrice } from '../../src/call/call-state.ts'
import type { CallRecord } from '../../src/call/record.ts'
import type { Clock, Ms } from '../../src/clock.ts'
import type { ChargeBook, LookedAt, Reservation, Reserved } from '../../src/app/ports.ts'
import type { Subscriber } from '../../src/call/subscriber.ts'
import { costAt, cutOffAt, mayAnswer, shareAt } from '../../src/money/live-calls.ts'
import type { Funds, LiveCall } from '../../src/money/live-calls.ts'
import type { Rate } from '../../src/money/tariff.ts'

export interface PaperEntry {
  readonly what: string
  readonly kopecks: number
  readonly atMs: number
}

const day = 86_400_000
const leastMs = 1000

export class PaperCharges implements ChargeBook {
  readonly entries: PaperEntry[] = []
  readonly calls: LiveCall[] = []
  rate: Rate
  freeAnswerSeconds = 0
  /** Legs to these cost what the test says instead of what the rate says. */
  readonly prices = new Map<string, LegPrice>()
  /** How long the database takes; undefined: it does not answer. */
  latencyMs: Ms | undefined = 3
  /** So long after the end of a call the journal stores it. */
  journalMs: Ms = 50
  looks = 0
  readonly #clock: Clock
  #version = 0

  constructor(clock: Clock, kopecks: number, rate: Partial<Rate> = {}) {
    this.#clock = clock
    this.rate = {
      prefix: '7', name: 'Россия', kopecksPerMinute: 60, connectionKopecks: 0, firstStepSeconds: 1,
      nextStepSeconds: 1, ...rate,
    }
    this.enter('opening', kopecks)
  }

  get balance(): number {
    return this.entries.reduce((sum, { kopecks }) => sum + kopecks, 0)
  }

  /** An entry that is no call's; one of a call goes by `ended`. */
  enter(what: string, kopecks: number): void {
    this.entries.push({ what, kopecks, atMs: this.#clock.wallMs() })
    this.#version += 1
  }

  /** Takes no more than is there besides what the calls have cost. */
  refund(kopecks: number): void {
    const spendable = this.balance - costAt(this.calls, this.#funds, this.#clock.wallMs() + leastMs)
    if (kopecks <= spendable) this.enter('refund', -kopecks)
  }

  /** Another process has closed the call. */
  drop(callId: string): void {
    const at = this.calls.findIndex((one) => one.id === callId)
    if (at >= 0) this.calls.splice(at, 1)
    this.#version += 1
  }

  /** The journal has a closed record. */
  ended(record: CallRecord | undefined): void {
    if (record?.metered !== true) return
    this.#clock.wakeAt(this.#clock.nowMs() + this.journalMs, () => this.#settle(record))
  }

  priceOf(_subscriber: Subscriber, address: string, committed: number): LegPrice {
    const price = this.prices.get(address)
    if (price !== undefined) return price
    return this.balance - committed > 0 ? 'charged' : 'noMoney'
  }

  async reserve({ callId }: Reservation, clock: () => number): Promise<Reserved> {
    await this.#answer()
    const wallMs = clock()
    const call: LiveCall = {
      id: callId, rate: this.rate, answeredMs: wallMs, includedIn: undefined,
      freeAnswerSeconds: this.freeAnswerSeconds,
    }
    if (!mayAnswer(this.calls, this.#funds, call, wallMs, leastMs)) return { why: 'noMoney' }
    this.calls.push(call)
    return this.#state(wallMs)
  }

  async release(callId: string): Promise<void> {
    await this.#answer()
    this.drop(callId)
  }

  async look(
    known: ReadonlyMap<string, string>, wallMs: number,
  ): Promise<ReadonlyMap<string, LookedAt>> {
    this.looks += 1
    const states = new Map<string, LookedAt>()
    // What was read is as it was before the answer came.
    for (const [id, version] of known) {
      const state = this.#state(wallMs)
      if (state.version !== version) states.set(id, state)
    }
    await this.#answer()
    return states
  }

  get #funds(): Funds {
    return { balanceKopecks: this.balance, includedLeft: new Map() }
  }

  #state(wallMs: number): LookedAt {
    const cutOff = cutOffAt(this.calls, this.#funds, wallMs, wallMs + day)
    return {
      version: `${this.#version} ${this.calls.length}`,
      cutOffMs: cutOff < wallMs + day ? cutOff : undefined,
      over: 'noMoney',
      committedKopecks: costAt(this.calls, this.#funds, wallMs + leastMs),
      calls: new Set(this.calls.map(({ id }) => id)),
    }
  }

  #settle({ id, answeredAt, endedAt = 0 }: CallRecord): void {
    const live = this.calls.find((one) => one.id === id)
    if (live === undefined) return
    if (answeredAt !== undefined) {
      const talked = { ...live, answeredMs: Math.max(live.answeredMs, answeredAt) }
      const all = this.calls.map((one) => one === live ? talked : one)
      const { kopecks } = shareAt(all, this.#funds, talked, endedAt)
      if (kopecks > 0) this.enter(`call:${id}`, -kopecks)
    }
    this.drop(id)
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { latencyMs = 2000 } = this
      const isAway = this.latencyMs === undefined
      this.#clock.wakeAt(this.#clock.nowMs() + latencyMs, () => {
        if (isAway) reject(new Error('no answer within 2000 ms'))
        else resolve()
      })
    })
  }
}
