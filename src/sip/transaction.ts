/**
 * One transaction: a state in one of the tables of `transaction-table.ts` and the timers which
 * that state owns (RFC 3261 §17). It decides; the effects it returns are executed by
 * `transaction-layer.ts`, which also knows how messages find their transaction.
 */
import type { Flow, Ms, Octets, TransactionId } from './events.ts'
import type { SipMessage } from './message.ts'
import type { Timer, TimerOwner, TimerQueue } from './timer-queue.ts'
import type { TimerName, TimerValues } from './timer-values.ts'
import { nextInterval } from './timer-values.ts'
import type { Effect, Event, MachineName, State, StateRows } from './transaction-table.ts'
import { machines } from './transaction-table.ts'

/** A message from the wire, on its way through the layers. */
export interface Received {
  readonly message: SipMessage
  /** The text as received. */
  readonly data: Octets
  readonly flow: Flow
}

/** The transaction user (RFC 3261 §5) of one transaction. */
export interface TransactionUser {
  /** A response to its request, repeated 2xx to an INVITE included. */
  onResponse(transaction: Transaction, received: Received): void
  /** Nothing came in time, or nothing could be sent. */
  onFailure(transaction: Transaction, cause: 'timeout' | 'transportError'): void
}

/** What a transaction needs from its surroundings. */
export interface TransactionHost {
  readonly timers: TimerQueue
  readonly values: TimerValues
  readonly nowMs: Ms
  timerFired(transaction: Transaction, name: TimerName): void
}

const nothing: readonly Effect[] = []
const noTimers: readonly TimerName[] = []

export class Transaction implements TimerOwner {
  readonly id: TransactionId
  readonly machine: MachineName
  /** What messages are matched by; see `transaction-layer.ts`. */
  readonly key: string
  readonly method: string
  /** Over TCP or TLS: nothing is retransmitted, nothing waited for. */
  readonly isReliable: boolean
  flow: Flow
  state: State
  /** The request (client) or the newest response (server) as it went on the wire; '' before. */
  lastSent: Octets = ''
  /** The request sent, as long as an ACK or a CANCEL may have to be made from it. */
  request: SipMessage | undefined
  user: TransactionUser | undefined
  /** Key among the requests that may arrive twice by different ways (RFC 3261 §8.2.2.2). */
  mergeKey = ''
  readonly #host: TransactionHost
  /** No state owns two timers of a kind: one that retransmits and one that waits are enough. */
  #repeating: Timer | undefined
  #waiting: Timer | undefined
  /** Present interval of the one that retransmits. */
  #intervalMs: Ms = 0

  constructor(
    host: TransactionHost, id: TransactionId, machine: MachineName, key: string, method: string,
    flow: Flow,
  ) {
    this.#host = host
    this.id = id
    this.machine = machine
    this.key = key
    this.method = method
    this.flow = flow
    this.isReliable = flow.transport !== 'udp'
    this.state = machines[machine].initial
  }

  /** Starts the timers of the initial state; once, after the request was sent or received. */
  begin(): void {
    for (const name of this.#rows()?.timers ?? []) this.#start(name, this.#firstInterval(name))
  }

  /**
   * Applies an event: moves on to the next state with its timers and returns what has to be done.
   * An event that is ignored here returns nothing.
   */
  advance(event: Event): readonly Effect[] {
    const row = this.#rows()?.on[event]
    if (row === undefined) return nothing
    if (row.to !== undefined) this.#enter(row.to)
    return row.effects
  }

  /**
   * The timer of this state which is zero over a reliable transport, if there is one: its event
   * is due at once, after the effects that led here.
   */
  zeroTimer(): TimerName | undefined {
    if (!this.isReliable) return undefined
    return this.#rows()?.timers.find((name) => this.#firstInterval(name) === 0)
  }

  /**
   * Most transactions spend most of their life waiting for repetitions: what can no longer be
   * needed then is not kept.
   */
  forgetWhatIsDone(): void {
    if (this.machine === 'nonInviteClient' && this.state === 'completed') {
      this.request = undefined
      this.user = undefined
      this.lastSent = ''
    } else if (this.machine === 'inviteServer') {
      // A repeated INVITE is absorbed in both states; the 2xx is repeated by its user.
      if (this.state === 'accepted' || this.state === 'confirmed') this.lastSent = ''
    }
  }

  /** Ends it without a word: no timer of it is left. */
  abandon(): void {
    this.#enter('terminated')
  }

  onTimer(name: string): void {
    const timer = name as TimerName
    if (!isRetransmission(timer)) {
      this.#waiting = undefined
      return this.#host.timerFired(this, timer)
    }
    this.#repeating = undefined
    const before = this.state
    this.#host.timerFired(this, timer)
    if (this.state !== before) return
    const isProceeding = before === 'proceeding'
    this.#start(timer, nextInterval(timer, this.#intervalMs, isProceeding, this.#host.values))
  }

  #rows(): StateRows | undefined {
    return machines[this.machine].table[this.state]
  }

  #enter(state: State): void {
    const before = this.#rows()?.timers ?? noTimers
    this.state = state
    const after = this.#rows()?.timers ?? noTimers
    if (this.#repeating !== undefined && !owns(after, this.#repeating)) {
      this.#host.timers.cancel(this.#repeating)
      this.#repeating = undefined
    }
    if (this.#waiting !== undefined && !owns(after, this.#waiting)) {
      this.#host.timers.cancel(this.#waiting)
      this.#waiting = undefined
    }
    for (const name of after) {
      if (!before.includes(name)) this.#start(name, this.#firstInterval(name))
    }
  }

  #firstInterval(name: TimerName): Ms | undefined {
    const { values } = this.#host
    return this.isReliable ? values.reliable[name] : values.unreliable[name]
  }

  #start(name: TimerName, intervalMs: Ms | undefined): void {
    if (intervalMs === undefined || intervalMs === 0) return
    const timer = this.#host.timers.start(this.#host.nowMs + intervalMs, this, name)
    if (isRetransmission(name)) {
      this.#intervalMs = intervalMs
      this.#repeating = timer
    } else this.#waiting = timer
  }
}

function isRetransmission(name: TimerName): name is 'A' | 'E' | 'G' {
  return name === 'A' || name === 'E' || name === 'G'
}

function owns(names: readonly TimerName[], timer: Timer): boolean {
  return names.includes(timer.name as TimerName)
}
