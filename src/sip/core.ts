/**
 * What all parts of the engine share: its options, the present instant, timers, transactions,
 * dialogs, connections, and the outputs collected for the input at hand. It takes no decisions;
 * `stack.ts` is the way in, `uas.ts`, `uac.ts` and their neighbours act on it.
 */
import type {
  Flow, ListenPoint, Ms, Octets, Output, Owner, ResolvedAddress, TransactionId, Transport,
} from './events.ts'
import { Connections } from './connections.ts'
import { DialogTable } from './dialog-table.ts'
import { ListenPoints } from './listen-points.ts'
import type { Timer, TimerOwner } from './timer-queue.ts'
import { TimerQueue } from './timer-queue.ts'
import type { TimerBase, TimerValues } from './timer-values.ts'
import { timerValues } from './timer-values.ts'
import { magicCookie, TransactionLayer } from './transaction-layer.ts'

export interface StackLimits {
  /** Transactions alive at once; over UDP one lives 32 s: 300,000 are 9,000 requests a second. */
  readonly transactions: number
  readonly dialogs: number
  /**
   * How long a call may go on whose application is gone. In an hour nearly all conversations have
   * ended by themselves; for ever, each lost application would leave calls that nobody hangs up
   * (a 200 without talk, a peer that went without BYE), until `dialogs` are full of them.
   */
  readonly orphanMs: Ms
  /** 400 responses to one address in one second; what else it sends in that second is dropped. */
  readonly garbageRepliesPerSecond: number
}

export interface StackOptions {
  readonly listenPoints: readonly ListenPoint[]
  readonly timers?: Partial<TimerBase>
  /** Uniform in [0, 1); tags and branches are made of it, so it should be hard to guess. */
  readonly random: () => number
  /** A fresh UUID: names of transactions and Call-IDs. */
  readonly newId: () => string
  /** Written to Server in responses which the engine makes itself. */
  readonly serverName?: Octets
  /** Next hop of requests outside dialogs that name no `route`, as URI text. */
  readonly outboundProxy?: Octets
  /** Who refreshes a session whose caller left it open (RFC 4028 §9); `none`: no session timer. */
  readonly defaultRefresher?: 'none' | 'uac' | 'uas'
  /** Believe `nat=yes` in a Record-Route. */
  readonly aggressiveNat?: boolean
  /** false: in-dialog requests go where Contact and Record-Route say, always. */
  readonly natDetection?: boolean
  readonly limits?: Partial<StackLimits>
}

/** Largest UDP payload over IPv4: 65,535 less 20 octets of IP and 8 of UDP header. */
export const maxDatagramBytes = 65_507

/** The characters of tags and branches: five bits each, no two alike in any letter case. */
const tokenAlphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** An answer to a `resolve` output that is awaited. */
interface AwaitedNames {
  readonly owner: Owner
  readonly timer: Timer
  readonly proceed: (addresses: readonly ResolvedAddress[]) => void
}

export class Core implements TimerOwner {
  readonly options: StackOptions
  readonly limits: StackLimits
  readonly values: TimerValues
  readonly timers = new TimerQueue()
  readonly layer: TransactionLayer
  readonly points: ListenPoints
  readonly dialogs = new DialogTable()
  readonly connections = new Connections()
  /** Outputs of the input being handled, in order. */
  outputs: Output[] = []
  readonly #awaited = new Map<number, AwaitedNames>()
  #queries = 0

  constructor(options: StackOptions) {
    this.options = options
    this.limits = {
      transactions: 300_000, dialogs: 100_000, orphanMs: 3600_000, garbageRepliesPerSecond: 10,
      ...options.limits,
    }
    this.values = timerValues(options.timers)
    this.points = new ListenPoints(options.listenPoints)
    this.layer = new TransactionLayer({
      timers: this.timers,
      values: this.values,
      send: (flow, data, transaction) => this.send(flow, data, transaction),
    })
  }

  /** The instant of the input being handled. */
  get nowMs(): Ms {
    return this.layer.nowMs
  }

  get awaitedNames(): number {
    return this.#awaited.size
  }

  startTimer(delayMs: Ms, owner: TimerOwner, name: string): Timer {
    return this.timers.start(this.nowMs + delayMs, owner, name)
  }

  emit(output: Output): void {
    this.outputs.push(output)
  }

  send(flow: Flow, data: Octets, transaction: TransactionId | '' = ''): void {
    this.outputs.push({ type: 'send', flow, data, transaction })
  }

  refuse(token: string, reason: string): void {
    this.outputs.push({ type: 'refused', token, reason })
  }

  /** Twelve characters, 60 bits: a tag (RFC 3261 §19.3 wants 32) or the end of a branch. */
  newToken(): Octets {
    return this.#sixCharacters() + this.#sixCharacters()
  }

  newBranch(): Octets {
    return magicCookie + this.newToken()
  }

  /** A first CSeq number: below 2^31 with room to grow (RFC 3261 §8.1.1.5). */
  newCseq(): number {
    return 1 + Math.floor(this.options.random() * 0x10_0000)
  }

  /** Between two delays, at random: RFC 3261 §14.1 and others that must not keep in step. */
  between(leastMs: Ms, mostMs: Ms): Ms {
    return Math.floor(leastMs + this.options.random() * (mostMs - leastMs))
  }

  /** Whether a table is full: new work is to be refused. */
  get isFull(): boolean {
    return this.layer.size >= this.limits.transactions || this.dialogs.size >= this.limits.dialogs
  }

  /** Calls that are up must be able to end while new ones are refused; they too have a bound. */
  get isOverfull(): boolean {
    return this.layer.size >= 2 * this.limits.transactions
  }

  /**
   * Asks the host for the addresses of a name; `proceed` gets them, none if the name does not
   * exist or the host does not answer for as long as a transaction may last.
   */
  resolve(
    query: { host: string; port: number | undefined; transport: Transport | undefined },
    owner: Owner, proceed: (addresses: readonly ResolvedAddress[]) => void,
  ): void {
    const number = ++this.#queries
    const timer = this.startTimer(this.values.t1x64Ms, this, String(number))
    this.#awaited.set(number, { owner, timer, proceed })
    this.emit({ type: 'resolve', query: number, ...query })
  }

  /** The host's answer; one that nobody waits for any more is dropped. */
  resolved(query: number, addresses: readonly ResolvedAddress[]): void {
    const awaited = this.#awaited.get(query)
    if (awaited === undefined) return
    this.#awaited.delete(query)
    this.timers.cancel(awaited.timer)
    awaited.proceed(addresses)
  }

  /** Forgets requests of an owner that have not been sent yet. */
  forgetAwaited(owner: Owner): void {
    for (const [query, awaited] of this.#awaited) {
      if (awaited.owner !== owner) continue
      this.timers.cancel(awaited.timer)
      this.#awaited.delete(query)
    }
  }

  onTimer(name: string): void {
    this.resolved(Number(name), [])
  }

  #sixCharacters(): Octets {
    let bits = Math.floor(this.options.random() * 0x4000_0000)
    let text = ''
    for (let count = 0; count < 6; count++) {
      text += tokenAlphabet[bits & 31]
      bits >>= 5
    }
    return text
  }
}
