/**
 * The meter of this process: which of its calls cost whom money, and when that money is over. The
 * accounts are in the database and shared with other processes; each is looked at again within
 * 200 ms of any change, one question for all of them together, and has one timer. At the cut-off
 * every call of the account that this process has is told; those of other processes are told there.
 *
 * At the same instant the cut wins: a payment counts once it is seen, which is 200 ms after its
 * commit at the latest. Who has hung up before is not cut.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { LegPrice } from '../call/call-state.ts'
import type { MoneyOver } from '../call/events.ts'
import type { Address, Subscriber } from '../call/subscriber.ts'
import type { Log } from '../log.ts'
import type { ChargeBook, LookedAt } from './ports.ts'

/** A call as the meter knows it. */
export interface MeteredCall {
  /** The money is over; it paid until this instant, milliseconds since 1970. */
  cutOff(atWallMs: number, why: MoneyOver): void
  /** It will be over within a minute. */
  warn(): void
}

interface Entry {
  readonly call: MeteredCall
  /** Looks that were begun before it was reserved do not know it. */
  readonly sinceLook: number
  isWarned: boolean
}

interface Account {
  readonly id: string
  readonly calls: Map<string, Entry>
  state: LookedAt
  /** Number of the look, and when it was: what began before is older news. */
  seenInLook: number
  seenAtMs: Ms
  /** The quarter of an hour, since 1970, of that. */
  seenInQuarter: number
  cancelCut: Cancel
  cancelWarning: Cancel
}

const lookMs: Ms = 200
/** So long before the end the phone is warned. */
const warningMs: Ms = 60_000
/** A phone that has just answered is left its first words. */
const firstWordsMs: Ms = 3000
/** Whose money lasts for another day is asked again all the same. */
const againMs: Ms = 3_600_000
/** Wherever a day begins, it begins with one of these; and a day has money of its own. */
const quarterMs: Ms = 900_000

export class Meter {
  readonly #book: ChargeBook
  readonly #clock: Clock
  readonly #log: Log
  readonly #accounts = new Map<string, Account>()
  /** Account of each call. */
  readonly #owners = new Map<string, Account>()
  /** Calls whose reservation is under way; true: they are over already. */
  readonly #pending = new Map<string, boolean>()
  #looks = 0
  #failures = 0
  #isLooking = false
  #cancelLook: Cancel | undefined

  constructor(book: ChargeBook, clock: Clock, log: Log) {
    this.#book = book
    this.#clock = clock
    this.#log = log
  }

  /** What legs of a call of this subscriber that begins now would cost. */
  priceOf(subscriber: Subscriber): (address: Address) => LegPrice {
    const known = new Map<Address, LegPrice>()
    return (address) => {
      let price = known.get(address)
      if (price === undefined) {
        const committed = this.#accounts.get(subscriber.id)?.state.committedKopecks ?? 0
        price = this.#book.priceOf(subscriber, address, committed)
        known.set(address, price)
      }
      return price
    }
  }

  /** Reserves for a call; answers why not, or undefined. Never rejects. */
  async begin(
    callId: string, subscriberId: string, address: Address, call: MeteredCall,
  ): Promise<MoneyOver | 'databaseDown' | undefined> {
    this.#pending.set(callId, false)
    try {
      const asked = { callId, subscriberId, address }
      const state = await this.#book.reserve(asked, () => this.#clock.wallMs())
      if ('why' in state) return state.why === 'noRate' ? 'noMoney' : state.why
      if (this.#pending.get(callId) === true) await this.#book.release(callId)
      else this.#add(callId, subscriberId, call, state)
      return undefined
    } catch (error) {
      this.#log.error({ call: callId, error: String(error) }, 'no reservation could be made')
      return 'databaseDown'
    } finally {
      this.#pending.delete(callId)
    }
  }

  /** The call is over; harmless for one that costs nothing. */
  end(callId: string): void {
    if (this.#pending.has(callId)) this.#pending.set(callId, true)
    const account = this.#owners.get(callId)
    if (account === undefined) return
    this.#owners.delete(callId)
    account.calls.delete(callId)
    if (account.calls.size > 0) return
    account.cancelCut()
    account.cancelWarning()
    this.#accounts.delete(account.id)
    if (this.#accounts.size > 0) return
    this.#cancelLook?.()
    this.#cancelLook = undefined
  }

  #add(callId: string, subscriberId: string, call: MeteredCall, state: LookedAt): void {
    let account = this.#accounts.get(subscriberId)
    if (account === undefined) {
      account = {
        id: subscriberId, calls: new Map(), state, seenInLook: 0, seenAtMs: 0, seenInQuarter: 0,
        cancelCut: () => {}, cancelWarning: () => {},
      }
      this.#accounts.set(subscriberId, account)
    }
    account.calls.set(callId, { call, sinceLook: this.#looks, isWarned: false })
    this.#owners.set(callId, account)
    this.#see(account, state)
    this.#lookLater()
  }

  #lookLater(): void {
    if (this.#cancelLook !== undefined || this.#isLooking || this.#accounts.size === 0) return
    this.#cancelLook = this.#clock.wakeAt(this.#clock.nowMs() + lookMs, () => {
      this.#cancelLook = undefined
      void this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    this.#looks += 1
    const look = this.#looks
    const known = new Map<string, string>()
    const forgetMs = this.#clock.nowMs() - againMs
    const quarter = quarterOf(this.#clock.wallMs())
    for (const [id, { state, seenAtMs, seenInQuarter }] of this.#accounts) {
      const isOld = seenAtMs < forgetMs ||
        (state.cutOffMs !== undefined && seenInQuarter !== quarter)
      known.set(id, isOld ? '' : state.version)
    }
    try {
      const states = await this.#book.look(known, this.#clock.wallMs())
      if (this.#failures > 0) this.#log.warn('accounts can be looked at again')
      this.#failures = 0
      for (const [id, state] of states) {
        const account = this.#accounts.get(id)
        // A reservation made meanwhile has newer news than this look.
        if (account === undefined || account.seenInLook >= look) continue
        this.#cutMissing(account, state, look)
        this.#see(account, state)
      }
    } catch (error) {
      // The last cut-offs hold: without the database nobody is answered either.
      this.#failures += 1
      if (this.#failures === 1) {
        this.#log.error({ error: String(error) }, 'accounts of live calls cannot be looked at')
      }
    }
    this.#isLooking = false
    this.#lookLater()
  }

  /**
   * Calls of ours that are not charged any more although they live: another process took this one
   * for dead and closed them. Nobody pays for them, so they end.
   */
  #cutMissing(account: Account, state: LookedAt, look: number): void {
    for (const [callId, { call, sinceLook }] of [...account.calls]) {
      if (state.calls.has(callId) || sinceLook >= look) continue
      this.#log.error({ call: callId }, 'a live call was closed by another process; it is ended')
      call.cutOff(this.#clock.wallMs(), state.over)
    }
  }

  #see(account: Account, state: LookedAt): void {
    const { cutOffMs, over } = state
    account.state = state
    account.seenInLook = this.#looks
    account.seenAtMs = this.#clock.nowMs()
    account.seenInQuarter = quarterOf(this.#clock.wallMs())
    account.cancelCut()
    account.cancelWarning()
    account.cancelCut = () => {}
    account.cancelWarning = () => {}
    const leftMs = cutOffMs === undefined ? Infinity : cutOffMs - this.#clock.wallMs()
    if (leftMs > warningMs) for (const entry of account.calls.values()) entry.isWarned = false
    if (cutOffMs === undefined || account.calls.size === 0) return
    const nowMs = this.#clock.nowMs()
    account.cancelCut = this.#clock.wakeAt(nowMs + Math.max(0, leftMs), () => {
      for (const { call } of [...account.calls.values()]) call.cutOff(cutOffMs, over)
    })
    const warnInMs = Math.max(leftMs - warningMs, firstWordsMs)
    if (warnInMs >= leftMs) return
    account.cancelWarning = this.#clock.wakeAt(nowMs + warnInMs, () => {
      for (const entry of account.calls.values()) {
        if (!entry.isWarned) entry.call.warn()
        entry.isWarned = true
      }
    })
  }
}

function quarterOf(wallMs: number): number {
  return Math.floor(wallMs / quarterMs)
}
