/**
 * All timers of one stack, as a binary heap ordered by due time: start in O(log n), cancel in O(1).
 * A cancelled timer stays in the heap until it comes up or until cancelled ones outnumber the live
 * ones, when the heap is rebuilt without them. It knows no clock: the stack asks what is due.
 */
import type { Ms } from './events.ts'

/** Who is told when a timer is due. */
export interface TimerOwner {
  /** `name` is the word the timer was started with. Called at most once for each start. */
  onTimer(name: string): void
}

/** One started timer; keep it to be able to cancel it. */
export interface Timer {
  readonly atMs: Ms
  readonly name: string
  /** Order of starting: two timers due at the same instant fire in it. */
  readonly order: number
  /** undefined once fired or cancelled. */
  owner: TimerOwner | undefined
}

/** Below this many dead entries a rebuild is not worth its while. */
const leastDeadForRebuild = 256

export class TimerQueue {
  #heap: Timer[] = []
  #live = 0
  #started = 0

  /** Timers that are running. */
  get size(): number {
    return this.#live
  }

  /** Starts a timer due at `atMs`; `owner.onTimer(name)` is called from `runDue`. */
  start(atMs: Ms, owner: TimerOwner, name: string): Timer {
    const timer: Timer = { atMs, name, order: this.#started++, owner }
    this.#live++
    this.#heap.push(timer)
    this.#siftUp(this.#heap.length - 1)
    return timer
  }

  /** Cancels a timer; one that fired already or was cancelled is left alone. */
  cancel(timer: Timer | undefined): void {
    if (timer === undefined || timer.owner === undefined) return
    timer.owner = undefined
    this.#live--
    const dead = this.#heap.length - this.#live
    if (dead > leastDeadForRebuild && dead > this.#live) this.#rebuild()
  }

  /** When the earliest timer is due, or undefined when none runs. */
  nextMs(): Ms | undefined {
    this.#dropDeadTop()
    return this.#heap[0]?.atMs
  }

  /** Fires, in order of their time, all timers due at `nowMs`, also those started meanwhile. */
  runDue(nowMs: Ms): void {
    for (;;) {
      this.#dropDeadTop()
      const top = this.#heap[0]
      if (top === undefined || top.atMs > nowMs) return
      const owner = top.owner
      top.owner = undefined
      this.#live--
      this.#pop()
      owner?.onTimer(top.name)
    }
  }

  #dropDeadTop(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.owner === undefined) this.#pop()
  }

  #pop(): void {
    const last = this.#heap.pop()!
    if (this.#heap.length === 0) return
    this.#heap[0] = last
    this.#siftDown(0)
  }

  #rebuild(): void {
    this.#heap = this.#heap.filter((timer) => timer.owner !== undefined)
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) this.#siftDown(index)
  }

  #siftUp(from: number): void {
    const heap = this.#heap
    const timer = heap[from]!
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(timer, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = timer
  }

  #siftDown(from: number): void {
    const heap = this.#heap
    const timer = heap[from]!
    let index = from
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, timer)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = timer
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
