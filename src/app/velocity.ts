/**
 * Counts for the limits against fraud, kept in memory and shared with other processes each second:
 * calls of one caller to one subscriber within an hour, and calls of a subscriber that live
 * elsewhere. A call is counted without waiting for anything; with several processes a limit may be
 * overrun by what comes within that second. What was refused is told to people once a minute.
 */
import type { Cancel, Clock, Ms } from '../clock.ts'
import type { Log } from '../log.ts'
import type { FraudSign } from '../limits/fraud-sign.ts'
import { hourOf, lastHour } from '../limits/window.ts'
import type { CallerCount, SharedCounts } from './limits-port.ts'

const shareMs: Ms = 1000
const againMs: Ms = 60_000
/**
 * Callers with fewer calls than this are not told to other processes: there would be a row for
 * every caller, and no limit is near.
 */
const leastShared = 4
/** Callers of an hour that are remembered, some 50 MB; more than that is a flood of its own. */
const mostCallers = 500_000

interface Count {
  calls: number
  /** Of `calls`, those that others know of. */
  shared: number
  /** What others had. */
  elsewhere: number
}

export class Velocity {
  readonly #clock: Clock
  readonly #log: Log
  readonly #others: SharedCounts | undefined
  #hour = 0
  /** What is older than this hour needs is forgotten already. */
  #forgotAt = 0
  #now = new Map<string, Count>()
  #before = new Map<string, Count>()
  readonly #changed = new Set<string>()
  #live: ReadonlyMap<string, number> = new Map()
  readonly #told = new Map<string, Ms>()
  #cancel: Cancel = () => {}
  #stopped = false

  /** Without `others` this process counts for itself alone and nobody is told of anything. */
  constructor(clock: Clock, log: Log, others: SharedCounts | undefined) {
    this.#clock = clock
    this.#log = log
    this.#others = others
  }

  start(): void {
    if (this.#others !== undefined) this.#later()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  /**
   * Counts a call; false when this caller has called the subscriber more often than `limit` times
   * within the last hour. `limit` 0: never. `caller` '': everybody who withholds his number.
   */
  mayCall(subscriberId: string, caller: string, limit: number): boolean {
    if (limit === 0) return true
    const wallMs = this.#clock.wallMs()
    this.#turn(hourOf(wallMs))
    const key = `${subscriberId} ${caller}`
    let count = this.#now.get(key)
    if (count === undefined) {
      if (this.#now.size >= mostCallers) return true
      count = { calls: 0, shared: 0, elsewhere: 0 }
      this.#now.set(key, count)
    }
    count.calls += 1
    if (count.calls >= leastShared) this.#changed.add(key)
    return lastHour(total(count), total(this.#before.get(key)), wallMs) <= limit
  }

  /** Calls of the subscriber that live in other processes. */
  callsElsewhere(subscriberId: string): number {
    return this.#live.get(subscriberId) ?? 0
  }

  /** Something was refused: people see it as an alarm. */
  tell(sign: FraudSign): void {
    const name = `${sign.fault} ${sign.subscriberId ?? ''} ${sign.key}`
    const now = this.#clock.nowMs()
    if (this.#others === undefined || now < (this.#told.get(name) ?? -Infinity) + againMs) return
    if (this.#told.size > 10_000) this.#told.clear()
    this.#told.set(name, now)
    this.#others.raise(sign, this.#clock.wallMs())
      .catch((fault: unknown) => this.#log.warn({ err: fault }, 'an alarm cannot be written'))
  }

  /** Shares now what else is shared within a second. */
  async share(): Promise<void> {
    const others = this.#others
    if (others === undefined) return
    const hour = hourOf(this.#clock.wallMs())
    this.#turn(hour)
    if (this.#forgotAt !== hour) {
      await others.forget(hour)
      this.#forgotAt = hour
    }
    this.#live = await others.liveElsewhere()
    const counts = this.#taken()
    if (counts.length === 0) return
    try {
      const totals = await others.addCalls(counts)
      for (const { key, hour: of } of counts) {
        const count = of === this.#hour ? this.#now.get(key) : undefined
        const all = totals.get(`${key}@${of}`)
        if (count === undefined || all === undefined) continue
        count.elsewhere = Math.max(0, all - count.shared)
      }
    } catch (fault) {
      for (const { key, calls, hour: of } of counts) {
        // Those of an hour that is over meanwhile are not told any more.
        const count = of === this.#hour ? this.#now.get(key) : undefined
        if (count === undefined) continue
        count.shared -= calls
        this.#changed.add(key)
      }
      throw fault
    }
  }

  /** What others do not know yet, taken as told. */
  #taken(): CallerCount[] {
    const counts: CallerCount[] = []
    for (const key of this.#changed) {
      const count = this.#now.get(key)
      if (count === undefined || count.calls === count.shared) continue
      counts.push({ key, hour: this.#hour, calls: count.calls - count.shared })
      count.shared = count.calls
    }
    this.#changed.clear()
    return counts
  }

  /** The counts of another hour begin, if it is one. */
  #turn(hour: number): void {
    if (hour === this.#hour) return
    this.#before = hour === this.#hour + 1 ? this.#now : new Map()
    this.#now = new Map()
    this.#changed.clear()
    this.#hour = hour
  }

  #later(): void {
    this.#cancel = this.#clock.wakeAt(this.#clock.nowMs() + shareMs, () => {
      this.share()
        .catch((fault: unknown) =>
          this.#log.debug({ err: fault }, 'counts cannot be shared now'))
        .finally(() => { if (!this.#stopped) this.#later() })
    })
  }
}

function total(count: Count | undefined): number {
  return count === undefined ? 0 : count.calls + count.elsewhere
}
